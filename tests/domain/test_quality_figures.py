"""What is asked of a source, when a figure is an alarm, and when a source is late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.domain.quality import ATTRIBUTES, Figure, attributes_of, find_alarm, parts_of, rhythm

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def series(*shares: float, total: int = 10_000) -> list[Figure]:
    return [
        Figure("crm", "phone", "completeness", "", round(share * total), total, NOW + timedelta(days=day))
        for day, share in enumerate(shares)
    ]


@pytest.mark.parametrize(
    ("shares", "total", "is_alarm"),
    [
        ((0.9,), 10_000, False),  # nothing to compare with
        ((0.9, 0.84), 10_000, True),
        ((0.9, 0.86), 10_000, False),  # young: five points are needed
        ((0.9, 0.9, 0.9, 0.86), 10_000, True),
        ((0.9, 0.9, 0.9, 0.885), 10_000, False),  # less than two points
        ((0.9, 0.9, 0.9, 0.95), 10_000, False),  # better is no alarm
        ((0.9, 0.8, 0.9, 0.8, 0.9, 0.8, 0.78), 10_000, False),  # it always goes up and down
        ((0.9, 0.9, 0.9, 0.8), 20, False),  # too few records
        ((0.9, 0.9, 0.9, 0.85), 60, False),  # chance alone
        ((0.9, 0.9, 0.9, 0.3), 60, True),
        ((0.5, 0.5, *[0.9] * 10, 0.6), 10_000, True),  # old history is forgotten
        ((0.9, *[0.6] * 10, 0.6), 10_000, False),  # and so is a drop that stays
    ],
)
def test_an_alarm_is_a_drop_against_history(shares: tuple[float, ...], total: int, is_alarm: bool) -> None:
    assert (find_alarm(series(*shares, total=total)) is not None) is is_alarm


def test_an_alarm_says_why() -> None:
    alarm = find_alarm(series(0.9, 0.92, 0.91, 0.6))
    assert alarm is not None
    assert (alarm.missing, alarm.past, alarm.least) == (3100, 3, 0.9)
    assert alarm.reason == (
        "completeness of phone in crm is 60.0 %, usually 91.0 % (median of 3 earlier measurements, never below 90.0 %);"
        " 3100 more of 10000 would be usual"
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=15), st.integers(0, 1000))
def test_what_is_not_below_everything_before_is_no_alarm(shares: list[float], total: int) -> None:
    found = series(*shares, total=total)
    past = [one.share for one in found[:-1] if one.share is not None]
    if found[-1].share is None or not past or found[-1].share >= min(past[-10:]):
        alarm = find_alarm(found)
        assert alarm is None or alarm.usual - (found[-1].share or 0) > 0.02
    if found[-1].share is not None and past and found[-1].share >= max(past):
        assert find_alarm(found) is None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("surname", "given_name", "phone"), ("name", "phone")),
        (("street", "house", "flat"), ("address",)),
        (("gender",), ()),
        (("ogrn", "full_name"), ("name", "ogrn")),
    ],
)
def test_attributes_of_a_source(names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert attributes_of(names) == expected


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_part_of_an_attribute_leads_to_it(name: str) -> None:
    assert [attributes_of([part]) for part in parts_of(name)] == [(name,)] * len(parts_of(name))


@pytest.mark.parametrize(
    ("days_ago", "usual", "is_late"),
    [
        ([], None, False),
        ([50, 40], None, False),  # two loads make no rhythm
        ([4, 3, 2, 1], 1, False),
        ([6, 5, 4, 3], 1, True),
        ([93, 62, 31], 31, False),
        ([156, 125, 94, 63], 31, True),
        ([2.3, 2.2, 2.1], 0.1, True),
        ([0.9, 0.8, 0.7], 0.1, False),  # a day of grace
    ],
)
def test_the_rhythm_of_a_source(days_ago: list[float], usual: float | None, is_late: bool) -> None:
    found = rhythm("crm", [NOW - timedelta(days=ago) for ago in days_ago], NOW)
    assert found.usual == (None if usual is None else pytest.approx(timedelta(days=usual), abs=timedelta(minutes=1)))
    assert found.is_late is is_late
    if is_late:
        assert found.reason.startswith("crm is late: loaded last on 20")
