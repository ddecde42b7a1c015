"""What kinds of facts the log knows at all: an indicator without its facts is missing (chưa có dữ kiện), never zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from cchc.dossier import fold
from cchc.index.count import Missing
from cchc.store.port import Store

Said = Literal["any", "yes_or_no", "one", "due"]
"""What a fact must say to count as evidence: anything; its yes or no; the value 1; a due time."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A kind of facts that an indicator is made of; any of the fact types will do."""

    fact_types: tuple[int, ...]
    said: Said
    vi: str
    en: str

    def missing(self) -> Missing:
        """Why there is no figure."""
        return Missing(f"Chưa có dữ kiện về {self.vi}.", f"No fact about {self.en} is known.")


EVIDENCE: Mapping[str, Evidence] = {
    "acceptance": Evidence((fold.ACCEPTED,), "any", "tiếp nhận hồ sơ", "the acceptance of dossiers"),
    "supplement": Evidence(
        (fold.SUPPLEMENT,), "any", "yêu cầu bổ sung, hoàn thiện hồ sơ", "requests to supplement a dossier"
    ),
    "feedback": Evidence((fold.FEEDBACK,), "any", "đánh giá, phản ánh của người nộp hồ sơ", "the applicants' feedback"),
    "complaint": Evidence(
        (fold.FEEDBACK, fold.PETITION_RECEIVED),
        "any",
        "đánh giá, phản ánh, kiến nghị của người nộp hồ sơ",
        "the applicants' feedback or petitions",
    ),
    "electronic_result": Evidence(
        (fold.RESOLVED,), "yes_or_no", "cấp kết quả giải quyết điện tử", "electronic results"
    ),
    "digitisation": Evidence((fold.DIGITISED,), "any", "số hóa thành phần hồ sơ", "the digitisation of dossiers"),
    "reuse": Evidence((fold.DIGITISED,), "one", "sử dụng lại dữ liệu số hóa", "the re-use of digitised data"),
    "obligation": Evidence(
        (fold.OBLIGATION,), "any", "nghĩa vụ tài chính của hồ sơ", "the financial obligations of dossiers"
    ),
    "payment": Evidence(
        (fold.OBLIGATION, fold.PAYMENT), "any", "nghĩa vụ tài chính, thanh toán", "financial obligations or payments"
    ),
    "step": Evidence(
        (fold.STEP,), "due", "từng bước xử lý có thời hạn của đơn vị", "steps that have a time limit of their own"
    ),
    "petition": Evidence((fold.PETITION_RECEIVED,), "any", "phản ánh, kiến nghị", "petitions"),
}
"""Every kind of evidence, by name."""


class KnownEvidence:
    """Which evidence is known, anywhere in the log, at a time.

    Args:
        said: fact type → what its facts say.
    """

    def __init__(self, said: Mapping[int, frozenset[Said]]) -> None:
        self._said = said

    @classmethod
    def load(cls, store: Store, as_of_ms: int) -> KnownEvidence:
        """What is known at ``as_of_ms`` (milliseconds UTC). One scan of five narrow columns."""
        rows = store.query(
            """
            SELECT fact_type, max(flag != 0) AS yes_or_no, max(value = 1) AS one, max(due_at != 0) AS due
            FROM fact WHERE recorded_at <= {as_of:Int64} GROUP BY fact_type""",
            {"as_of": as_of_ms},
        ).rows
        return cls({int(number): _said(*flags) for number, *flags in rows})

    def knows(self, name: str) -> bool:
        """Whether any fact of this kind is known."""
        evidence = EVIDENCE[name]
        return any(evidence.said in self._said.get(number, ()) for number in evidence.fact_types)

    def missing(self, needs: Iterable[str]) -> Missing | None:
        """The first of the needs that is not known, as the reason; None when all are."""
        return next((EVIDENCE[name].missing() for name in needs if not self.knows(name)), None)


def _said(yes_or_no: int, one: int, due: int) -> frozenset[Said]:
    found: list[Said] = ["any"]
    if yes_or_no:
        found.append("yes_or_no")
    if one:
        found.append("one")
    if due:
        found.append("due")
    return frozenset(found)
