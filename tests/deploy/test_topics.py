"""Topics: each writing service has one, and the aggregator takes all of them in."""

from __future__ import annotations

from cchc.log.topic_plan import TopicPlan
from cchc.log.topics import topic_of
from cchc.rpc.writing_process import REFERENCE_TOPIC
from services.assessment.facts_taken import CONTEXT as ASSESSMENT
from services.intake.facts_taken import CONTEXT as INTAKE
from services.legal_review.facts_taken import CONTEXT as LEGAL_REVIEW
from services.processing.facts_taken import CONTEXT as PROCESSING


def test_the_list_of_topics_has_what_the_writing_services_write_to_and_nothing_else() -> None:
    written = {topic_of(context.name) for context in (INTAKE, PROCESSING, LEGAL_REVIEW, ASSESSMENT)}

    assert set(TopicPlan.read().topics) == written


def test_units_and_procedures_are_looked_for_where_the_intake_says_them() -> None:
    assert topic_of(INTAKE.name) == REFERENCE_TOPIC
