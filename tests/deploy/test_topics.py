"""Topics: each writing service has one, definitions have one, and the aggregator takes all of them in."""

from __future__ import annotations

from cchc.log.kafka.topic_plan import TopicPlan
from cchc.log.kafka.topics import REFERENCE_TOPIC, topic_of
from services.assessment.facts_taken import CONTEXT as ASSESSMENT
from services.intake.facts_taken import CONTEXT as INTAKE
from services.legal_review.facts_taken import CONTEXT as LEGAL_REVIEW
from services.processing.facts_taken import CONTEXT as PROCESSING
from services.single.servers import IMPORTS_TO


def test_the_list_of_topics_has_what_the_writing_services_write_to_and_nothing_else() -> None:
    written = {topic_of(context.name) for context in (INTAKE, PROCESSING, LEGAL_REVIEW, ASSESSMENT)}

    assert set(TopicPlan.read().topics) == {*written, REFERENCE_TOPIC}


def test_imports_write_to_the_topic_of_the_intake() -> None:
    assert topic_of(INTAKE.name) == IMPORTS_TO
