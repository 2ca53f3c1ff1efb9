"""Garbage of any kind: no value raises, takes long, is invented, or changes when it is standardized again.

`pytest -m soak tests/standardize/test_standardize_fuzz.py` feeds ten million inputs; FUZZ_INPUTS and FUZZ_SEED change
how many and which.
"""

from __future__ import annotations

import os

import pytest
from fuzzing import fuzz

from litso.standardize.kinds import KINDS

SHARES = {"name": 8, "address": 8, "phone": 6, "email": 5, "company": 4, "passport": 3, "birth_date": 3}
"""How many inputs a kind gets beside the others."""


@pytest.mark.parametrize("kind", tuple(KINDS))
def test_some_garbage(kind: str) -> None:
    failures, _ = fuzz(kind, 1500, seed=1)
    assert not failures, failures[:3]


@pytest.mark.soak
@pytest.mark.parametrize("kind", tuple(KINDS))
def test_millions_of_inputs(kind: str) -> None:
    total = int(os.environ.get("FUZZ_INPUTS", "10000000"))
    share = SHARES.get(kind, 1) / sum(SHARES.get(one, 1) for one in KINDS)
    failures, kept = fuzz(kind, round(total * share), seed=int(os.environ.get("FUZZ_SEED", "1")))
    assert not failures, failures[:3]
    assert kept > 20, "coverage did not grow"
