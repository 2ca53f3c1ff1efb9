"""The answer of a list about a party: a hit, possibly one, clear; or not checked, or checked against what is old now.

Nothing that was not checked ever reads as clear.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from litso.check.match import GRADES, POSSIBLE

HIT: Final = "hit"
POSSIBLY: Final = "possible"
CLEAR: Final = "clear"
STALE: Final = "stale"
NOT_CHECKED: Final = "not_checked"
ANSWERS: Final = (HIT, POSSIBLY, STALE, NOT_CHECKED, CLEAR)
"""The gravest first."""

TRUE: Final = "true"
FALSE: Final = "false"
OPEN: Final = "open"
VERDICTS: Final = (TRUE, FALSE, OPEN)
"""Decisions on a match: it is the party, it is not, undecided again."""

NEVER_LOADED: Final = "never_loaded"
NEVER_SCREENED: Final = "never_screened"
NEW_EDITION: Final = "new_edition"
OLD_EDITION: Final = "old_edition"
PARTY_CHANGED: Final = "party_changed"
REASONS: Final = (NEVER_LOADED, NEVER_SCREENED, NEW_EDITION, OLD_EDITION, PARTY_CHANGED)
"""Why a list has no fresh answer."""


class Coverage(NamedTuple):
    """How far a list was held against a party.

    `is_loaded`: an edition is in use; `screened` digest of the edition that was held, `in_use` of the one in use;
    `published` its day; `stale_days` after which it is old; `is_party_fresh`: the party did not change since.
    """

    is_loaded: bool
    in_use: str | None
    screened: str | None
    published: date | None
    stale_days: int | None
    is_party_fresh: bool


class Standing(NamedTuple):
    """A match with its decision, if one holds. `is_in_force`: the entry holds today."""

    grade: str
    verdict: str | None
    is_in_force: bool


def doubts(coverage: Coverage, today: date) -> tuple[str, ...]:
    """Why the list has no fresh answer; empty where it has."""
    if not coverage.is_loaded:
        return (NEVER_LOADED,)
    if coverage.screened is None:
        return (NEVER_SCREENED,)
    found = [
        (NEW_EDITION, coverage.screened != coverage.in_use),
        (OLD_EDITION, _is_old(coverage, today)),
        (PARTY_CHANGED, not coverage.is_party_fresh),
    ]
    return tuple(name for name, holds in found if holds)


def _is_old(coverage: Coverage, today: date) -> bool:
    if coverage.published is None or coverage.stale_days is None:
        return False
    return (today - coverage.published).days > coverage.stale_days


def verdict_of(grade: str, verdict: str | None, decided_grade: str | None) -> str | None:
    """The decision that holds for a match: none where the match is surer now than when it was decided."""
    if verdict in (None, OPEN) or decided_grade is None:
        return None
    return verdict if GRADES.index(grade) >= GRADES.index(decided_grade) else None


def answer(standings: Iterable[Standing], why_not: tuple[str, ...]) -> str:
    """The answer of a list: matches speak even where they are stale, «clear» only where everything is fresh."""
    live = [one for one in standings if one.is_in_force and one.verdict != FALSE]
    if any(one.verdict == TRUE or one.grade != POSSIBLE for one in live):
        return HIT
    if live:
        return POSSIBLY
    if why_not and why_not[0] in (NEVER_LOADED, NEVER_SCREENED):
        return NOT_CHECKED
    return STALE if why_not else CLEAR
