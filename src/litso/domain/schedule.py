"""When something that runs by itself is due: every so often, or by the five fields of a cron line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_UNITS: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
_DURATION: Final = re.compile(r"(\d{1,9})\s*([a-z]+?)s?", re.IGNORECASE)
_SHORT: Final = {"s": "second", "sec": "second", "m": "minute", "min": "minute", "h": "hour", "d": "day", "w": "week"}

_FIELDS: Final = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_PART: Final = re.compile(r"(\*|\d{1,2}(?:-\d{1,2})?)(?:/(\d{1,2}))?")
_MOST_DAYS: Final = 366 * 8
"""A day that comes at all comes within eight years: 29 February may be left out once."""


@dataclass(frozen=True, slots=True)
class Every:
    """So long after the end of the last run."""

    period: timedelta

    def next_after(self, moment: datetime) -> datetime:
        """When the next run is due after one that ended at `moment`."""
        return moment + self.period


@dataclass(frozen=True, slots=True)
class Cron:
    """The minutes that a cron line names, on the clock of the moment that is given."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def next_after(self, moment: datetime) -> datetime:
        """The first minute after `moment` that the line names, on its clock. ValueError when there is none."""
        start = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        for number in range(_MOST_DAYS):
            day = start if number == 0 else (start + timedelta(days=number)).replace(hour=0, minute=0)
            if self._is_day(day):
                for found in self._minutes_of(day):
                    return found
        raise ValueError("the cron line names no day that exists")

    def _is_day(self, day: datetime) -> bool:
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        # The rule of cron: where both are restricted either is enough.
        return (of_month and of_week) if self.any_day or self.any_weekday else (of_month or of_week)

    def _minutes_of(self, day: datetime) -> Iterator[datetime]:
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                found = day.replace(hour=hour, minute=minute)
                if found >= day:
                    yield found


Schedule = Every | Cron


def parse_duration(text: str) -> timedelta | None:
    """`10 minutes`, `90 s`, `1 day`; None when it is not a duration."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        return None
    word = found[2].lower()
    unit = _UNITS.get(_SHORT.get(word, word))
    return None if unit is None else timedelta(seconds=int(found[1]) * unit)


def parse_cron(line: str) -> Cron:
    """`minute hour day month weekday`, each `*`, a number, a range, a step or a list of them; 0 and 7 are Sunday.

    ValueError says which field is wrong.
    """
    fields = line.split()
    if len(fields) != len(_FIELDS):
        raise ValueError("five fields are expected: minute hour day month weekday")
    minutes, hours, days, months, weekdays = (
        _field(text, *limits) for text, limits in zip(fields, _FIELDS, strict=True)
    )
    found = Cron(
        minutes, hours, days, months, frozenset(day % 7 for day in weekdays), fields[2] == "*", fields[4] == "*"
    )
    found.next_after(datetime(2024, 1, 1))
    return found


def _field(text: str, name: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"«{part}» is no {name}")
        step = int(match[2] or 1)
        first, _, last = (f"{low}-{high}" if match[1] == "*" else match[1]).partition("-")
        end = int(last or (high if match[2] else first))
        if step == 0 or not low <= int(first) <= end <= high:
            raise ValueError(f"«{part}» is no {name} from {low} to {high}")
        found.update(range(int(first), end + 1, step))
    return frozenset(found)
