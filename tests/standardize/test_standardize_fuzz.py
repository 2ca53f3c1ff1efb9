"""Garbage of any kind: no value raises, takes long, is invented, or changes when it is standardized again.

`pytest -m soak tests/standardize/test_standardize_fuzz.py` feeds ten million inputs; FUZZ_INPUTS and FUZZ_SEED change
how many and which.
"""

from __future__ import annotations

import os

import pytest
from fuzzing import fuzz, line, share

from litso.standardize.kinds import KINDS


@pytest.mark.parametrize("kind", tuple(KINDS))
def test_some_garbage(kind: str) -> None:
    report = fuzz(kind, 1500, seed=1)
    assert not report.failures, report.failures[:3]


@pytest.mark.soak
@pytest.mark.parametrize("kind", tuple(KINDS))
def test_millions_of_inputs(kind: str) -> None:
    total, seed = int(os.environ.get("FUZZ_INPUTS", "10000000")), int(os.environ.get("FUZZ_SEED", "1"))
    report = fuzz(kind, share(kind, total), seed, lambda so_far: print(line(so_far)))
    assert not report.failures, report.failures[:3]
    assert report.kept > 20, "coverage did not grow"
