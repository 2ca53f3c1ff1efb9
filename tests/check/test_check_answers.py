"""Three answers: what was not checked, or is stale, never reads as clear."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from litso.check.answers import CLEAR, HIT, NOT_CHECKED, POSSIBLY, STALE, Coverage, Standing, answer, doubts, verdict_of

TODAY = date(2026, 11, 22)
FRESH = Coverage(True, "a", "a", TODAY - timedelta(days=3), 7, True)


@pytest.mark.parametrize(
    ("coverage", "found"),
    [
        (FRESH, ()),
        (FRESH._replace(is_loaded=False, screened=None), ("never_loaded",)),
        (FRESH._replace(screened=None), ("never_screened",)),
        (FRESH._replace(in_use="b"), ("new_edition",)),
        (FRESH._replace(in_use=None), ("new_edition",)),
        (FRESH._replace(published=TODAY - timedelta(days=7)), ()),
        (FRESH._replace(published=TODAY - timedelta(days=8)), ("old_edition",)),
        (FRESH._replace(published=TODAY - timedelta(days=900), stale_days=None), ()),
        (FRESH._replace(is_party_fresh=False), ("party_changed",)),
    ],
)
def test_why_a_list_has_no_fresh_answer(coverage: Coverage, found: tuple[str, ...]) -> None:
    assert doubts(coverage, TODAY) == found


SURE, NAME = Standing("sure", None, True), Standing("possible", None, True)


@pytest.mark.parametrize(
    ("standings", "why_not", "expected"),
    [
        ([], (), CLEAR),
        ([], ("never_loaded",), NOT_CHECKED),
        ([], ("never_screened",), NOT_CHECKED),
        ([], ("old_edition",), STALE),
        ([], ("new_edition", "party_changed"), STALE),
        ([NAME], (), POSSIBLY),
        ([NAME, SURE], (), HIT),
        ([Standing("strong", None, True)], (), HIT),
        ([SURE], ("old_edition",), HIT),
        ([SURE._replace(verdict="false")], (), CLEAR),
        ([SURE._replace(verdict="false")], ("party_changed",), STALE),
        ([NAME._replace(verdict="true")], (), HIT),
        ([SURE._replace(is_in_force=False)], (), CLEAR),
    ],
)
def test_answers(standings: list[Standing], why_not: tuple[str, ...], expected: str) -> None:
    assert answer(standings, why_not) == expected


@pytest.mark.parametrize(
    ("grade", "verdict", "decided", "holds"),
    [
        ("possible", "false", "possible", "false"),
        ("possible", "false", "sure", "false"),
        ("sure", "false", "possible", None),
        ("sure", "true", "sure", "true"),
        ("sure", "open", "sure", None),
        ("sure", None, None, None),
    ],
)
def test_a_decision_holds_while_the_match_is_no_surer(
    grade: str, verdict: str | None, decided: str | None, holds: str | None
) -> None:
    assert verdict_of(grade, verdict, decided) == holds
