"""What statements make together: merging never widens, order does not matter, a split gives each its own back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litso.privacy.consent import (
    EXPIRED,
    GIVEN,
    REFUSED,
    STATES,
    WITHDRAWN,
    Statement,
    Subject,
    allowed,
    effective,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SMS = Subject("+79271112233", "marketing", "АО «Водоканал»", "sms")
CALL = SMS._replace(channel="call")


def day(number: int | None) -> datetime | None:
    return None if number is None else NOW - timedelta(days=number)


def said(
    state: str, ago: int | None = 0, record: str = "a", left: int | None = None, number: int = 1, entered: int = 0
) -> Statement:
    """A statement made so many days ago, valid for so many days more."""
    until = None if left is None else NOW + timedelta(days=left)
    return Statement(number, ("crm", record), SMS, state, day(ago), until, NOW - timedelta(days=entered))


@pytest.mark.parametrize(
    ("statements", "state"),
    [
        ([said(GIVEN, 5)], GIVEN),
        ([said(GIVEN, 5), said(WITHDRAWN, 1)], WITHDRAWN),
        ([said(REFUSED, 5), said(GIVEN, 1)], GIVEN),
        ([said(REFUSED, 1), said(GIVEN, 1)], REFUSED),
        ([said(REFUSED, 5, "a"), said(GIVEN, 1, "b")], REFUSED),
        ([said(GIVEN, 5, "a"), said(GIVEN, 1, "b")], GIVEN),
        ([said(GIVEN, 5, left=-1)], EXPIRED),
        ([said(GIVEN, 5, left=0)], EXPIRED),
        ([said(GIVEN, 5, left=1)], GIVEN),
        ([said(GIVEN, 5, "a", left=-1), said(GIVEN, 1, "b")], GIVEN),
        ([said(GIVEN, 5, left=9), said(GIVEN, 5, left=-1)], EXPIRED),
        ([said(GIVEN, None), said(REFUSED, 900)], REFUSED),
        ([said(REFUSED, None, entered=3), said(GIVEN, 5)], REFUSED),
        ([said(REFUSED, None, entered=3), said(GIVEN, 1)], GIVEN),
        ([said(REFUSED, 1), said(GIVEN, -1)], REFUSED),
    ],
)
def test_what_holds(statements: list[Statement], state: str) -> None:
    assert effective(statements, NOW)[SMS].state == state


def test_a_permission_of_a_day_to_come_is_none_yet() -> None:
    assert effective([said(GIVEN, -1)], NOW) == {}


def test_a_refusal_says_what_it_makes_void() -> None:
    void = said(GIVEN, 1, "b", number=2)
    found = effective([said(REFUSED, 5, "a"), void], NOW)[SMS]
    assert (found.decided_by.record, found.overruled, found.is_allowed) == (("crm", "a"), (void,), False)


def test_subjects_are_apart() -> None:
    found = effective([said(GIVEN, 1), said(REFUSED, 1)._replace(subject=CALL)], NOW)
    assert {subject.channel: one.state for subject, one in found.items()} == {"sms": GIVEN, "call": REFUSED}


statement = st.builds(
    Statement,
    number=st.integers(1, 10_000),
    record=st.tuples(st.just("crm"), st.sampled_from("abcd")),
    subject=st.sampled_from([SMS, CALL]),
    state=st.sampled_from(STATES),
    said_at=st.one_of(st.none(), st.integers(-3, 9).map(day)),
    until=st.one_of(st.none(), st.integers(-9, 9).map(day)),
    recorded_at=st.integers(0, 9).map(lambda ago: NOW - timedelta(days=ago)),
)
ledgers = st.lists(statement, max_size=12, unique_by=lambda one: one.number)


@settings(max_examples=1_000)
@given(ledgers, st.sets(st.sampled_from("abcd")), st.randoms(use_true_random=False))
def test_merging_never_widens_and_order_does_not_matter(
    ledger: list[Statement], left: set[str], random: Random
) -> None:
    one = [said for said in ledger if said.record[1] in left]
    other = [said for said in ledger if said.record[1] not in left]
    first, second, both = (effective(part, NOW) for part in (one, other, ledger))
    assert allowed(both) <= allowed(first) | allowed(second)
    refused = {subject for part in (first, second) for subject, found in part.items() if found.state in STATES[1:]}
    assert not allowed(both) & refused
    assert both.keys() == first.keys() | second.keys()
    mixed = random.sample(ledger, len(ledger))
    assert effective(mixed, NOW) == both


@settings(max_examples=300)
@given(ledgers)
def test_a_refusal_more_permits_nothing_more(ledger: list[Statement]) -> None:
    more = [*ledger, said(REFUSED, 0, "a", number=20_000)]
    assert allowed(effective(more, NOW)) <= allowed(effective(ledger, NOW)) - {SMS}
