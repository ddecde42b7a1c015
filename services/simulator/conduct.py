"""What happens to a dossier (vòng đời hồ sơ): from filing to delivery, as it happened and not as it was keyed.

The steps follow Decree 61/2018 Art. 15–21: acceptance with an appointment, a supplement that starts the limit anew,
verification that stops the clock, the apology with a new appointment, a result that ends the clock, and its delivery.
"""

from __future__ import annotations

from google.protobuf.message import Message

from cchc.api.intake.v1.intake_pb2 import (
    CHANNEL_IN_PERSON,
    CHANNEL_POSTAL,
    DossierAccepted,
    DossierDeclined,
    DossierWithdrawn,
)
from cchc.api.log.v1.event_pb2 import (
    ACTOR_ROLE_APPLICANT,
    ACTOR_ROLE_HANDLING_OFFICER,
    ACTOR_ROLE_RECEPTION_OFFICER,
)
from cchc.api.processing.v1.processing_pb2 import (
    DELIVERY_MODE_IN_PERSON,
    DELIVERY_MODE_ONLINE,
    DELIVERY_MODE_POSTAL,
    OUTCOME_APPROVED,
    OUTCOME_REFUSED,
    DossierReappointed,
    DossierReturned,
    DossierStopped,
    DossierTransferred,
    ProcessingResumed,
    ProcessingSuspended,
    StepRecorded,
    SupplementProvided,
    SupplementRequested,
)
from cchc.api.reference.v1.reference_pb2 import LIMIT_UNIT_SAME_DAY
from cchc.calendar.working_days import Due
from services.simulator import phrases
from services.simulator.dice import Dice, Table
from services.simulator.filing import Filing
from services.simulator.occurrence import ONE_STOP, PORTAL, Occurrence
from services.simulator.office import Appointments, OfficeTime

MINUTE, HOUR = 60, 3600
"""Office seconds."""

_DECLINED = Table([("THIEU-THANH-PHAN", 6), ("KHONG-DUNG-THAM-QUYEN", 3), ("KHONG-THUOC-DOI-TUONG", 1)])
_SUPPLEMENT = Table([("THIEU-THANH-PHAN", 5), ("SAI-MAU", 2), ("HET-HIEU-LUC", 1), ("KHONG-RO", 1)])
_DELAY = Table([("QUA-TAI", 4), ("CHO-Y-KIEN", 3), ("LOI-HE-THONG", 2), ("THIEU-NHAN-LUC", 1)])
_GROUNDS = Table([("XAC-MINH-HO-TICH", 3), ("THAM-TRA-THUC-DIA", 4), ("LAY-Y-KIEN-CHUYEN-GIA", 1)])
_GOOD, _BAD = Table([(5, 8), (4, 3)]), Table([(3, 6), (2, 3), (1, 2)])


class Conduct:
    """One dossier on its way. ``follow`` tells it; a conduct is used once."""

    def __init__(self, filing: Filing, dice: Dice, office: OfficeTime, appointments: Appointments) -> None:
        self._filing = filing
        self._unit = filing.unit
        self._procedure = filing.procedure
        self._dice = dice
        self._office = office
        self._appointments = appointments
        self._unit_code = filing.unit.code
        self._now = 0
        self._due: Due | None = None
        self._told: list[Occurrence] = []
        self._brief = filing.procedure.brief
        self._online = filing.is_online

    def follow(self) -> list[Occurrence]:
        """Everything that happens to it, also what lies beyond the period, in the order of its telling."""
        if not self._take_in():
            return self._told
        accepted = self._now
        self._paperwork()
        self._transfer()
        if self._ends_without_result() or not self._supplement():
            return self._told
        self._suspend()
        late = self._reappoint(self._dice.chance(self._late_permille()))
        end = self._end_position(late)
        self._steps(accepted, end)
        self._resolve(end)
        return self._told

    # ---- intake ----

    def _take_in(self) -> bool:
        filing, dice = self._filing, self._dice
        declined = dice.chance(24 if self._online else 8)
        if filing.channel != CHANNEL_IN_PERSON or declined:
            self._submit()
        self._now = self._office.position(filing.at_ms) + self._wait_at_counter()
        if declined:
            self._tell(DossierDeclined(reason_code=dice.draw(_DECLINED)), ACTOR_ROLE_RECEPTION_OFFICER)
            return False
        self._due = self._appointments.due(self._procedure, self._office.instant(self._now))
        # Within the day no slip is owed (Decree 61/2018 Art. 17), so half of them say no due time.
        slip = self._procedure.limit_unit != LIMIT_UNIT_SAME_DAY or dice.chance(500)
        due_at_ms, due_basis = phrases.due_terms(self._due if slip else None)
        self._tell(
            DossierAccepted(
                procedure_code=self._procedure.code,
                field_code=self._procedure.field,
                channel=filing.channel,
                receiving_unit_code=filing.receiving_unit_code,
                due_at_ms=due_at_ms,
                due_basis=due_basis,
            ),
            ACTOR_ROLE_RECEPTION_OFFICER,
        )
        return True

    def _submit(self) -> None:
        filing = self._filing
        by_official = self._online and self._dice.chance(self._unit.filed_for)
        submitted = phrases.submission(self._procedure.code, self._procedure.field, filing.channel, by_official)
        role = ACTOR_ROLE_RECEPTION_OFFICER if by_official or not self._online else ACTOR_ROLE_APPLICANT
        source = PORTAL if self._online else ONE_STOP
        self._told.append(Occurrence(filing.at_ms, filing.code, self._unit_code, source, role, submitted))

    def _wait_at_counter(self) -> int:
        """Office seconds from filing to acceptance; a few that come online wait for days."""
        if self._filing.channel == CHANNEL_IN_PERSON:
            return self._dice.between(2 * MINUTE, 15 * MINUTE)
        if self._dice.chance(30):
            return self._dice.between(8 * HOUR, 32 * HOUR)
        return self._dice.near_low(5 * MINUTE, 7 * HOUR)

    def _paperwork(self) -> None:
        """Digitisation at the counter, the fee, and its payment."""
        dice, unit, online = self._dice, self._unit, self._online
        if not self._procedure.exempt and dice.chance(950):
            digitised = dice.chance(970 if online else unit.digitised)
            message = phrases.digitisation(digitised, digitised and dice.chance(220))
            self._tell(message, ACTOR_ROLE_RECEPTION_OFFICER, after=dice.between(2 * MINUTE, 40 * MINUTE))
        if self._procedure.fee_vnd and dice.chance(900):
            arose = dice.between(1 * MINUTE, 10 * MINUTE)
            amount = self._procedure.fee_vnd * dice.between(1, 3)
            self._tell(phrases.obligation(amount), ACTOR_ROLE_RECEPTION_OFFICER, after=arose)
            if dice.chance(920):
                paid_online = dice.chance(unit.paid_online + (250 if online else -150))
                paid = arose + (dice.near_low(MINUTE, 12 * HOUR) if online else dice.between(MINUTE, 20 * MINUTE))
                message_paid = phrases.payment(paid_online, amount)
                source = PORTAL if paid_online else ONE_STOP
                role = ACTOR_ROLE_APPLICANT if paid_online else ACTOR_ROLE_RECEPTION_OFFICER
                self._tell(message_paid, role, after=paid, source=source)

    def _transfer(self) -> None:
        if self._filing.transfer_to:
            self._now += self._dice.between(20 * MINUTE, 3 * HOUR)
            handed = DossierTransferred(to_unit_code=self._filing.transfer_to, reason_code="KHONG-DUNG-THAM-QUYEN")
            self._tell(handed, ACTOR_ROLE_HANDLING_OFFICER)
            self._unit_code = self._filing.transfer_to

    # ---- handling ----

    def _ends_without_result(self) -> bool:
        """Withdrawn, returned or stopped: about 27 of a thousand that take longer than a day."""
        point = self._dice.between(0, 999)
        if point >= 27 or self._brief:
            return False
        self._now += self._dice.near_low(30 * MINUTE, self._remaining() + 8 * HOUR)
        if point < 10:
            self._tell(DossierWithdrawn(reason_code="THEO-YEU-CAU"), ACTOR_ROLE_RECEPTION_OFFICER)
        elif point < 22:
            self._tell(DossierReturned(reason_code="KHONG-DU-DIEU-KIEN"), ACTOR_ROLE_HANDLING_OFFICER)
        else:
            self._tell(DossierStopped(legal_ground="TAM-DUNG-THEO-LUAT-DAT-DAI"), ACTOR_ROLE_HANDLING_OFFICER)
        return True

    def _supplement(self) -> bool:
        """Ask for what is missing, once or twice; False when it never comes and the dossier is given back."""
        if self._brief:
            return True
        ordinal = 0
        while ordinal < 2 and self._dice.chance(90 if ordinal else 45 + self._unit.late // 3):
            ordinal += 1
            self._now += self._dice.near_low(30 * MINUTE, max(self._remaining() - 4 * HOUR, HOUR))
            asked = SupplementRequested(ordinal=ordinal, reason_code=self._dice.draw(_SUPPLEMENT))
            self._tell(asked, ACTOR_ROLE_HANDLING_OFFICER)
            if self._dice.chance(90):
                self._now += 15 * self._office.day_seconds + self._dice.between(MINUTE, HOUR)
                self._tell(DossierReturned(reason_code="QUA-HAN-BO-SUNG"), ACTOR_ROLE_HANDLING_OFFICER)
                return False
            self._now += self._dice.near_low(HOUR, 12 * self._office.day_seconds)
            # The limit runs from zero again (Decree 61/2018 Art. 17).
            self._due = self._appointments.due(self._procedure, self._office.instant(self._now))
            due_at_ms, due_basis = phrases.due_terms(self._due)
            provided = SupplementProvided(due_at_ms=due_at_ms, due_basis=due_basis)
            self._tell(provided, ACTOR_ROLE_APPLICANT if self._online else ACTOR_ROLE_RECEPTION_OFFICER)
        return True

    def _suspend(self) -> None:
        """Stop the clock for verification and let it run again, with the days that it stood added to the due time."""
        if not self._procedure.verify or not self._dice.chance(70) or self._due is None:
            return
        ground = self._dice.draw(_GROUNDS)
        self._now += self._dice.near_low(30 * MINUTE, max(self._remaining() - 8 * HOUR, HOUR))
        self._tell(ProcessingSuspended(legal_ground=ground), ACTOR_ROLE_HANDLING_OFFICER)
        days = self._dice.near_low(2, 15)
        self._now += days * self._office.day_seconds + self._dice.between(0, HOUR)
        self._due = self._appointments.later(self._due, days, self._office.instant(self._now))
        due_at_ms, due_basis = phrases.due_terms(self._due)
        resumed = ProcessingResumed(due_at_ms=due_at_ms, due_basis=due_basis, legal_ground=ground)
        self._tell(resumed, ACTOR_ROLE_HANDLING_OFFICER)

    def _reappoint(self, late: bool) -> bool:
        """A new appointment for some that would be late, and for a few others; says whether it is still late then."""
        short = self._brief or self._procedure.limit < 3
        if short or self._due is None or not self._dice.chance(300 if late else 12):
            return late
        opening, closing = self._office.day_window(self._due.at_ms)
        too_late = self._dice.chance(120)
        at = closing + self._dice.between(HOUR, 8 * HOUR) if too_late else opening - self._dice.between(HOUR, 12 * HOUR)
        self._now = max(at, self._now + 10 * MINUTE)
        self._due = self._appointments.later(self._due, self._dice.between(3, 10), self._office.instant(self._now))
        due_at_ms, due_basis = phrases.due_terms(self._due)
        message = DossierReappointed(
            due_at_ms=due_at_ms,
            due_basis=due_basis,
            apology=self._dice.chance(780),
            reason_code=self._dice.draw(_DELAY),
        )
        self._tell(message, ACTOR_ROLE_HANDLING_OFFICER)
        return late and self._dice.chance(350)

    def _steps(self, accepted: int, end: int) -> None:
        """The steps of the control sheet (phiếu kiểm soát quá trình): examined if it takes days, and signed."""
        if end - accepted < HOUR:
            return
        examined = accepted
        if end - accepted > self._office.day_seconds:
            examined += (end - accepted) * self._dice.between(4, 7) // 10
            self._step("THAM-DINH", "01", accepted, examined)
        self._step("KY-DUYET", "00", examined, end - (end - examined) * self._dice.between(1, 3) // 10)

    def _step(self, step_code: str, office: str, started: int, done: int) -> None:
        message = StepRecorded(
            step_code=step_code,
            office_code=f"{self._unit_code}.{office}",
            started_at_ms=self._office.instant(started),
            due_at_ms=self._due.at_ms if self._due else 0,
        )
        self._tell(message, ACTOR_ROLE_HANDLING_OFFICER, after=done - self._now)

    # ---- result ----

    def _late_permille(self) -> int:
        if self._brief:
            return self._unit.late // 3
        return self._unit.late * 14 // 10 if self._procedure.verify else self._unit.late

    def _end_position(self, late: bool) -> int:
        """When the result comes, in office seconds, as the due time in force asks for or not."""
        dice, start = self._dice, self._now + 5 * MINUTE
        if self._due is None:
            return start + dice.near_low(30 * MINUTE, 10 * self._office.day_seconds)
        opening, closing = self._office.day_window(self._due.at_ms)
        if self._due.by_instant:
            closing = self._office.position(self._due.at_ms)
        if late:
            tail = 2 if self._brief else 15
            return max(start, closing) + dice.near_low(HOUR // 2, tail * self._office.day_seconds)
        if start < opening and not dice.chance(self._unit.on_due_day):
            return dice.near_high(start, opening - 1)
        return dice.between(max(start, opening), closing - 1)

    def _resolve(self, end: int) -> None:
        dice, unit = self._dice, self._unit
        self._now = end
        approved = not dice.chance(18)
        electronic = dice.chance(unit.electronic) if dice.chance(950) else None
        self._tell(
            phrases.result(OUTCOME_APPROVED if approved else OUTCOME_REFUSED, electronic), ACTOR_ROLE_HANDLING_OFFICER
        )
        if dice.chance(970):
            self._deliver(electronic=bool(electronic))

    def _deliver(self, *, electronic: bool) -> None:
        dice, channel = self._dice, self._filing.channel
        if electronic and self._online:
            mode, wait = DELIVERY_MODE_ONLINE, dice.between(MINUTE, 20 * MINUTE)
        elif channel == CHANNEL_POSTAL or dice.chance(60):
            mode, wait = DELIVERY_MODE_POSTAL, dice.between(8 * HOUR, 32 * HOUR)
        else:
            mode, wait = DELIVERY_MODE_IN_PERSON, dice.near_low(5 * MINUTE, 48 * HOUR)
        self._now += wait
        self._tell(phrases.delivery(mode), ACTOR_ROLE_RECEPTION_OFFICER)
        if dice.chance(160):
            rating = dice.draw(_GOOD if dice.chance(self._unit.satisfied) else _BAD)
            given = phrases.feedback(rating, rating <= 2 and dice.chance(120))
            at_ms = self._office.instant(self._now) + dice.near_low(MINUTE, 72 * HOUR) * 1000
            self._told.append(
                Occurrence(at_ms, self._filing.code, self._unit_code, PORTAL, ACTOR_ROLE_APPLICANT, given)
            )

    # ---- telling ----

    def _remaining(self) -> int:
        """Office seconds until the due time, at least an hour; of ten days when there is none."""
        if self._due is None:
            return 10 * self._office.day_seconds
        return max(self._office.position(self._due.at_ms) - self._now, HOUR)

    def _tell(self, message: Message, role: int, *, after: int = 0, source: str = ONE_STOP) -> None:
        at_ms = self._office.instant(self._now + after)
        self._told.append(Occurrence(at_ms, self._filing.code, self._unit_code, source, role, message))
