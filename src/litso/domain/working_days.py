"""The production calendar: which days are worked, as the government moves them about from year to year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

WORKING: Final = "working"
SHORT: Final = "short"
"""A working day before a holiday: one hour less."""
DAY_OFF: Final = "day_off"
DAY_KINDS: Final = (WORKING, SHORT, DAY_OFF)

_SATURDAY: Final = 5


class Day(NamedTuple):
    """What a calendar says of a day: its kind, its name where it has one, the day from which rest was moved to it."""

    kind: str
    title: str | None = None
    moved_from: date | None = None


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Days that differ from the plain week of five, and the years for which all such days are known.

    In a year that is not among `years` Monday to Friday are worked; `knows` tells whether that is a guess.
    """

    days: Mapping[date, Day] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def knows(self, day: date) -> bool:
        """Whether the calendar of that day's year was loaded."""
        return day.year in self.years

    def kind_of(self, day: date) -> str:
        """`working`, `short` or `day_off`."""
        known = self.days.get(day)
        if known is not None:
            return known.kind
        return DAY_OFF if day.weekday() >= _SATURDAY else WORKING

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked, if only in part."""
        return self.kind_of(day) != DAY_OFF

    def next_working_day(self, day: date) -> date:
        """The first working day after that day."""
        return self.add_working_days(day, 1)

    def first_working_day(self, day: date) -> date:
        """The day itself when it is worked, else the next one: where a term that ends on a day off really ends."""
        return day if self.is_working_day(day) else self.next_working_day(day)

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after that day (before it when negative); 0 gives the day itself."""
        step = timedelta(days=1 if count >= 0 else -1)
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many days from `first` to `last`, both included, are worked."""
        return sum(self.is_working_day(first + timedelta(days=more)) for more in range((last - first).days + 1))


PLAIN_WEEK: Final = WorkingCalendar()
"""No calendar at all: Monday to Friday."""
