from __future__ import annotations

import re

from cchc.api.reference.v1.reference_pb2 import (
    LIMIT_UNIT_CALENDAR_DAYS,
    LIMIT_UNIT_SAME_DAY,
    LIMIT_UNIT_UNSPECIFIED,
    LIMIT_UNIT_WORKING_DAYS,
    LIMIT_UNIT_WORKING_HOURS,
    ONLINE_LEVEL_NONE,
    UNIT_TYPE_COMMUNE,
    UNIT_TYPE_DEPARTMENT,
)
from services.simulator.catalogue import PROCEDURES, handled_by
from services.simulator.plan import MOST_COMMUNES
from services.simulator.units import DEPARTMENTS, commune_code, commune_name


def test_every_procedure_has_a_code_of_its_own_in_the_national_form() -> None:
    codes = [one.code for one in PROCEDURES]
    assert len(set(codes)) == len(codes) >= 40
    assert all(re.fullmatch(r"[12]\.\d{6}", code) for code in codes)
    assert len({one.field for one in PROCEDURES}) >= 12


def test_every_kind_of_limit_occurs_and_working_days_are_the_most() -> None:
    units = [one.limit_unit for one in PROCEDURES]
    assert set(units) == {
        LIMIT_UNIT_UNSPECIFIED,
        LIMIT_UNIT_WORKING_DAYS,
        LIMIT_UNIT_CALENDAR_DAYS,
        LIMIT_UNIT_WORKING_HOURS,
        LIMIT_UNIT_SAME_DAY,
    }
    assert units.count(LIMIT_UNIT_WORKING_DAYS) * 2 > len(units)
    assert all(
        (one.limit > 0) == (one.limit_unit not in (LIMIT_UNIT_UNSPECIFIED, LIMIT_UNIT_SAME_DAY)) for one in PROCEDURES
    )


def test_every_department_and_the_communes_handle_something_that_can_be_asked_for_online() -> None:
    handlers = [handled_by(UNIT_TYPE_COMMUNE), *(handled_by(UNIT_TYPE_DEPARTMENT, suffix) for suffix, _ in DEPARTMENTS)]
    assert all(len(handled) >= 2 for handled in handlers)
    assert all(any(one.online != ONLINE_LEVEL_NONE for one in handled) for handled in handlers)
    assert all(one.commune or one.department in dict(DEPARTMENTS) for one in PROCEDURES)


def test_communes_have_names_and_codes_of_their_own_and_no_doubled_syllable() -> None:
    names = [commune_name(index).split(" ", 1)[1] for index in range(MOST_COMMUNES)]
    assert len(set(names)) == len({commune_code(index) for index in range(MOST_COMMUNES)}) == MOST_COMMUNES
    assert not [name for name in names if len(set(name.split())) == 1]
