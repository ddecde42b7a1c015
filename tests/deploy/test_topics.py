"""Topics: each writing service has one, definitions have one, and the aggregator takes all of them in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from cchc.log.kafka.topic_plan import TopicPlan, plan_file
from cchc.log.kafka.topics import LOG_TOPICS, REFERENCE_TOPIC, topic_of
from services.assessment.facts_taken import CONTEXT as ASSESSMENT
from services.intake.facts_taken import CONTEXT as INTAKE
from services.legal_review.facts_taken import CONTEXT as LEGAL_REVIEW
from services.processing.facts_taken import CONTEXT as PROCESSING
from services.single.servers import IMPORTS_TO
from tests.docs.documents import ROOT, files, text_of


def test_the_log_and_its_plan_have_what_the_writing_services_write_to_and_nothing_else() -> None:
    written = {topic_of(context.name) for context in (INTAKE, PROCESSING, LEGAL_REVIEW, ASSESSMENT)}

    assert set(LOG_TOPICS) == {*written, REFERENCE_TOPIC}
    assert set(TopicPlan.read().topics) == set(LOG_TOPICS)


def test_the_plan_is_edited_in_one_place() -> None:
    plans = [name for name in files() if name.endswith(".yaml") and "\n  cchc.intake:" in text_of(name)]

    assert plans == ["deploy/kafka/topics.yaml"]
    assert plan_file({}) == ROOT / "deploy" / "kafka" / "topics.yaml"


def test_an_installed_package_has_the_plan_that_it_was_built_with(tmp_path: Path) -> None:
    built = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(built, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as packed:
        names = packed.namelist()
        packed.extractall(tmp_path / "installed")
    told = "import cchc.log.kafka.topic_plan as it; print(it.__file__); print(it.plan_file({}).read_text(), end='')"
    environment = {"PYTHONPATH": str(tmp_path / "installed"), "PYTHONIOENCODING": "utf-8"}

    done = subprocess.run(
        [sys.executable, "-c", told], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )

    module, _, plan = done.stdout.partition("\n")
    assert module == str(tmp_path / "installed" / "cchc" / "log" / "kafka" / "topic_plan.py")
    assert plan == text_of("deploy/kafka/topics.yaml")
    assert [name for name in names if name.startswith("deploy/")] == []
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"cchc", "services"}


def test_imports_write_to_the_topic_of_the_intake() -> None:
    assert topic_of(INTAKE.name) == IMPORTS_TO
