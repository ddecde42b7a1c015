"""Lets the contract's asserts say what they saw."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("cchc.testing.store_contract")
