"""The conflict rule of write-backs, as a table."""

from __future__ import annotations

from datetime import datetime

import pytest

from litso.golden.returning import (
    AGE,
    BETTER,
    EMPTY,
    FILLED,
    OLDER,
    QUALITY,
    RETURNABLE,
    RULES,
    Side,
    golden_side,
    provenance_of,
    told_by,
    why_kept,
)

OLD, NEW = datetime(2020, 1, 1), datetime(2026, 1, 1)


@pytest.mark.parametrize(
    ("rule", "own", "golden", "why"),
    [
        (EMPTY, None, Side(False, None), ""),
        (EMPTY, Side(False, OLD), Side(True, NEW), FILLED),
        (BETTER, None, Side(False, None), ""),
        (BETTER, Side(False, NEW), Side(True, OLD), ""),
        (BETTER, Side(True, OLD), Side(True, NEW), QUALITY),
        (BETTER, Side(False, OLD), Side(False, NEW), QUALITY),
        (OLDER, None, Side(False, None), ""),
        (OLDER, Side(True, OLD), Side(True, NEW), ""),
        (OLDER, Side(True, NEW), Side(True, OLD), AGE),
        (OLDER, Side(True, OLD), Side(True, OLD), AGE),
        (OLDER, Side(False, None), Side(True, NEW), AGE),
        (OLDER, Side(False, OLD), Side(True, None), AGE),
    ],
)
def test_a_rule_says_whether_the_value_of_the_source_stays(rule: str, own: Side | None, golden: Side, why: str) -> None:
    assert rule in RULES
    assert why_kept(rule, own, golden) == why


def test_a_pinned_value_is_sure() -> None:
    assert golden_side({"rule": "pin", "qc": None, "at": "2026-01-01T00:00:00"}) == Side(True, NEW)
    assert golden_side({"rule": "newest", "qc": 3, "at": None}) == Side(False, None)
    assert golden_side({"rule": "only", "qc": 7, "at": "2020-01-01T00:00:00"}) == Side(True, OLD)


def test_a_full_name_tells_all_of_a_name_and_parts_travel_with_the_address() -> None:
    assert set(told_by("full_name")) > {"surname", "given_name"}
    assert told_by("flat") == ("address",) == (provenance_of("street"),)
    assert "accounts" not in RETURNABLE
