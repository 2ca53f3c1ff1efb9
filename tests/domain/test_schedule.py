"""Schedules: durations, cron lines and what comes next."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.domain.schedule import Every, parse_cron, parse_duration

DURATIONS = [
    ("10 minutes", timedelta(minutes=10)),
    ("1 minute", timedelta(minutes=1)),
    ("90s", timedelta(seconds=90)),
    ("2 h", timedelta(hours=2)),
    ("1 day", timedelta(days=1)),
    ("3 weeks", timedelta(weeks=3)),
    ("ten minutes", None),
    ("10", None),
    ("10 fortnights", None),
    ("-1 day", None),
    ("", None),
]

NEXT = [
    ("* * * * *", "2026-11-22 11:43", "2026-11-22 11:44"),
    ("*/15 * * * *", "2026-11-22 11:43", "2026-11-22 11:45"),
    ("0 3 * * *", "2026-11-22 11:43", "2026-11-23 03:00"),
    ("0 3 * * *", "2026-11-22 03:00", "2026-11-23 03:00"),
    ("30 6-8 * * 1-5", "2026-11-20 08:30", "2026-11-23 06:30"),
    ("0 0 1 * *", "2026-11-22 11:43", "2026-12-01 00:00"),
    ("0 0 29 2 *", "2026-11-22 11:43", "2028-02-29 00:00"),
    ("0 0 * * 7", "2026-11-22 00:00", "2026-11-29 00:00"),
    ("0 0 * * 0", "2026-11-22 00:00", "2026-11-29 00:00"),
    ("0 0 13 * 5", "2026-11-22 00:00", "2026-11-27 00:00"),  # the rule of cron: the 13th or a Friday
    ("5,10 10 * * *", "2026-11-22 10:05", "2026-11-22 10:10"),
]

WRONG = ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "*/0 * * * *",
         "5-3 * * * *", "a * * * *", "0 0 31 2 *", "* * * * * *"]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DURATIONS)
def test_durations(text: str, expected: timedelta | None) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(("line", "moment", "expected"), NEXT)
def test_the_next_moment_of_a_cron_line(line: str, moment: str, expected: str) -> None:
    assert parse_cron(line).next_after(datetime.fromisoformat(moment)) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("line", WRONG)
def test_cron_lines_that_are_wrong(line: str) -> None:
    with pytest.raises(ValueError):
        parse_cron(line)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(0, 59), st.integers(0, 23))
def test_the_next_moment_is_the_first_that_fits(moment: datetime, minute: int, hour: int) -> None:
    found = parse_cron(f"{minute} {hour} * * *").next_after(moment)
    assert timedelta(0) < found - moment <= timedelta(days=1)
    assert (found.minute, found.hour, found.second, found.microsecond) == (minute, hour, 0, 0)


def test_so_long_after_the_last_run() -> None:
    assert Every(timedelta(minutes=5)).next_after(datetime(2026, 1, 1)) == datetime(2026, 1, 1, 0, 5)
