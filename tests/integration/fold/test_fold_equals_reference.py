from __future__ import annotations

import dataclasses

import pytest

from tests.integration.fold.compared import Asked, assert_same
from tests.integration.fold.drawn import adversarial_sets, calendar_facts, drawn, numbered
from tests.integration.fold.filled import Databases, dice
from tests.reference.strategies import questions

SETS = 300


@pytest.mark.parametrize("seed", range(4))
def test_forms_of_random_sets_are_those_of_the_witness(databases: Databases, seed: int) -> None:
    sets = numbered(drawn(adversarial_sets(), SETS))
    calendar = max(drawn(calendar_facts(), 5), key=len)
    known = [*calendar, *(one for each in sets for one in each.known)]
    with databases.holding(known, dice(seed)) as store:
        for question in drawn(questions(), 8):
            assert_same(databases, store, sets, Asked(dataclasses.replace(question, units=None), calendar))
