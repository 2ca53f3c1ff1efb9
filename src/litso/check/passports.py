"""Passports by their dates: one must be replaced at 20 and at 45, and none is issued before 14.

The day of issue tells exactly; without it the year in the series tells: blanks are printed at most a year ahead and
used up within a few years.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

FIRST_AGE: Final = 14
REPLACED_AT: Final = (20, 45)
GRACE: Final = timedelta(days=90)
"""How long a passport serves after the birthday on which it is to be replaced."""

_USED_UP_YEARS: Final = 4


class Replacement(NamedTuple):
    """A passport that ought to have been replaced: at which age, until which day, and what tells it."""

    age: int
    until: date
    is_by_blank: bool


def birthday(birth: date, age: int) -> date:
    """The day on which somebody reaches an age; who was born on 29 February does so on 1 March."""
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:
        return date(birth.year + age, 3, 1)


def blank_year(passport: str, today: date) -> int:
    """The year in which the blank was printed, by the second half of the series."""
    printed = 2000 + int(passport[2:4])
    return printed if printed <= today.year + 1 else printed - 100


def is_issued_too_early(birth: date, passport: str, today: date) -> bool:
    """Whether the blank was used up before its holder was 14. The day of issue itself is judged by standardization."""
    return blank_year(passport, today) + _USED_UP_YEARS < birth.year + FIRST_AGE


def overdue(birth: date, passport: str, issued: date | None, today: date) -> Replacement | None:
    """The replacement that was missed last; None when the passport is in order, or nothing tells."""
    for age in reversed(REPLACED_AT):
        due = birthday(birth, age)
        if today <= due + GRACE:
            continue
        if issued is not None:
            is_former = issued < due
        else:
            is_former = blank_year(passport, today) + _USED_UP_YEARS < due.year
        return Replacement(age, due + GRACE, issued is None) if is_former else None
    return None
