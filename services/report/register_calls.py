"""The forms of the registers on the wire (rà soát văn bản, TTHC; đánh giá CCHC), and their facts one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from cchc.api.report.v1 import register_forms_pb2 as wire_forms
from cchc.api.report.v1 import report_service_pb2 as wire
from cchc.calendar.periods import DEFAULT_CALENDAR
from cchc.rpc.calls import Handler, ServicerContext
from cchc.rpc.deadlines import still_wanted
from cchc.store.live import asked_of_live
from cchc.store.port import Store
from services.report.failures import no_unit, page_outdated
from services.report.kept_answers import KeptAnswers, state_of
from services.report.legal.form_systematisation import Years
from services.report.paging import Key, Page, PageToken, question_of, size_of
from services.report.register_answers import WITHOUT_UNIT, RegisterAnswers
from services.report.register_list import names_of_facts
from services.report.wire_answer import handler, message_of
from services.report.wire_question import QuestionReader, period_of

T = TypeVar("T")
PagedRequest: TypeAlias = wire.GetSystematisationRequest | wire.ListRegisterFactsRequest

_FORMS: Mapping[str, tuple[str, Any, Any]] = MappingProxyType(
    {
        "GetFormII03": ("II.03", wire.GetFormII03Request, wire.GetFormII03Response),
        "GetFormII04": ("II.04", wire.GetFormII04Request, wire.GetFormII04Response),
        "GetFormII07b": ("II.07b", wire.GetFormII07bRequest, wire.GetFormII07bResponse),
        "GetLegalReviewForm": ("legal-review", wire.GetLegalReviewFormRequest, wire.GetLegalReviewFormResponse),
    }
)
"""Method → the form that it answers, what it is asked with, and what it answers with."""


class RegisterCalls:
    """Answers the calls of ``ReportService`` that are about registers.

    Args:
        store: the live generation of the store.
        quarantine_count: how many entries stand in quarantine, as of milliseconds UTC.
        questions: reads them.
        kept: long answers, from one page to the next.
    """

    def __init__(
        self,
        store: Callable[[], Store],
        quarantine_count: Callable[[int], int],
        questions: QuestionReader,
        kept: KeptAnswers,
    ) -> None:
        self._store = store
        self._quarantine_count = quarantine_count
        self._questions = questions
        self._kept = kept

    def handlers(self) -> dict[str, Handler]:
        """Method name → gRPC's handler."""
        return {
            **{name: self._form(*form) for name, form in _FORMS.items()},
            "GetSystematisation": handler(
                self._systematisation, wire.GetSystematisationRequest, wire.GetSystematisationResponse
            ),
            "ListRegisterFacts": handler(self._listing, wire.ListRegisterFactsRequest, wire.ListRegisterFactsResponse),
        }

    def _form(self, name: str, request_class: Any, response_class: Any) -> Handler:
        def answer(request: Any, context: ServicerContext) -> Any:
            asked = request.question
            if asked.unit and name in WITHOUT_UNIT:
                raise no_unit(name)
            period = period_of(asked, asked.calendar or DEFAULT_CALENDAR)
            as_of_ms = self._questions.as_of_ms(asked.as_of_ms, period.end_ms)
            self._questions.demand(asked.unit, period.last)
            still_wanted(context)
            said = self._asked(lambda answers: answers.form(name, period, as_of_ms, asked.unit or None))
            return message_of(said.as_json(), response_class())

        return handler(answer, request_class, response_class)

    def _systematisation(
        self, request: wire.GetSystematisationRequest, context: ServicerContext
    ) -> wire.GetSystematisationResponse:
        years = Years.between(request.years.first, request.years.last)
        token = _token(request)
        as_of_ms = self._questions.as_of_ms(token.as_of_ms if token else request.as_of_ms, years.end_ms)
        self._questions.demand(request.unit, years.cut_off)
        still_wanted(context)
        asked = f"{_question_of(request)} {as_of_ms}"
        written = self._kept.find(asked, token.state) if token else None
        if written is None:
            written = self._whole_systematisation(years, as_of_ms, request.unit or None)
            if token and token.state != state_of(written):
                raise page_outdated()
        answer, last = _page_of(written, _page(request, token))
        if last is not None:
            self._kept.keep(asked, written)
            next_page = PageToken(_question_of(request), as_of_ms, last, state_of(written))
            answer.next_page_token = next_page.text()
        return answer

    def _whole_systematisation(self, years: Years, as_of_ms: int, unit: str | None) -> bytes:
        said = self._asked(lambda answers: answers.systematisation(years, as_of_ms, unit)).as_json()
        return message_of(said, wire.GetSystematisationResponse()).SerializeToString(deterministic=True)

    def _listing(
        self, request: wire.ListRegisterFactsRequest, context: ServicerContext
    ) -> wire.ListRegisterFactsResponse:
        names = names_of_facts(request.register, request.facts)
        token = _token(request)
        page = _page(request, token)
        as_of_ms = self._questions.as_of_ms(token.as_of_ms if token else request.as_of_ms)
        self._questions.demand(request.unit, None)
        still_wanted(context)
        answer, last = self._asked(
            lambda answers: answers.page_of_listing(request.register, as_of_ms, page, request.unit or None, names)
        )
        said = answer.as_json()
        facts = [{**one, "said": {one["fact"]: one["said"]}} for one in said["facts"]]
        page_said = message_of({**said, "facts": facts}, wire.ListRegisterFactsResponse())
        if last is not None:
            page_said.next_page_token = PageToken(_question_of(request), as_of_ms, last).text()
        return page_said

    def _asked(self, question: Callable[[RegisterAnswers], T]) -> T:
        return asked_of_live(self._store, lambda store: question(RegisterAnswers(store, self._quarantine_count)))


def _token(request: PagedRequest) -> PageToken | None:
    return PageToken.read(request.page_token, _question_of(request)) if request.page_token else None


def _page(request: PagedRequest, token: PageToken | None) -> Page:
    return Page(size_of(request.page_size), token.after if token else ())


def _page_of(written: bytes, page: Page) -> tuple[wire.GetSystematisationResponse, Key | None]:
    """A page of the whole answer: everything, but of the lists' documents only its own; and where the next begins."""
    answer = wire.GetSystematisationResponse.FromString(written)
    entries = [(place, entry) for place, one in enumerate(answer.lists) for entry in one.documents]
    chosen, last = page.cut(entries, lambda at: (at[0], at[1].code))
    own = [
        wire_forms.DocumentList(documents=[e for of, e in chosen if of == place]) for place in range(len(answer.lists))
    ]
    for one, part in zip(answer.lists, own, strict=True):
        del one.documents[:]
        one.documents.MergeFrom(part.documents)
    return answer, last


def _question_of(request: PagedRequest) -> str:
    """What the pages of one answer have in common."""
    asked = type(request).FromString(request.SerializeToString())
    asked.ClearField("page_size")
    asked.ClearField("page_token")
    return question_of(asked.DESCRIPTOR.full_name.encode() + asked.SerializeToString(deterministic=True))
