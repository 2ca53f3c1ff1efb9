"""Who is conspicuous: thresholds, people and programs, numbers one after another, closing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from litso.errors import BadUsage, Conflict, Forbidden
from litso.store import audit, users
from litso.store.audit_alarms import Thresholds
from litso.store.database import Store
from litso.usecases import audit_alarms
from litso.usecases.access import ADMINISTRATOR, OPERATOR, Actor
from litso.usecases.audit_alarms import Sequences, close, set_thresholds, watch

ROOT = Actor("root", ADMINISTRATOR)


def do(store: Store, actor: str, count: int, **what: str | int) -> None:
    """An actor does something so often, each time to another party."""
    with store.transaction() as connection:
        for number in range(count):
            party = str(UUID(int=number)) if what["action"] in ("profile", "reveal", "feed") else None
            audit.write(connection, actor=actor, party_id=party, **what)  # type: ignore[arg-type]


def raised(store: Store, now: datetime | None = None) -> set[tuple[str, str, int]]:
    return {(one.rule, one.actor, one.measured) for one in watch(store, now)}


@pytest.mark.parametrize(("rule", "what"), [
    ("parties", {"action": "profile"}), ("reveals", {"action": "reveal"}), ("misses", {"action": "miss"}),
    ("sequence", {"action": "search", "object": "sequence", "found": 1}), ("nothing", {"action": "search", "found": 0}),
])  # fmt: skip
def test_a_rule_raises_from_its_threshold_on(store: Store, rule: str, what: dict[str, str | int]) -> None:
    set_thresholds(store, ROOT, Thresholds(rule, 5, 7))
    with store.transaction() as connection:
        users.issue_service_token(connection, "erp")
    do(store, "anna", 4, **what)
    do(store, "erp", 6, **what)
    assert raised(store) == set()
    do(store, "boris", 5, **what)
    do(store, "erp", 7, **what)
    found = raised(store)
    assert {(name, actor) for name, actor, _ in found} == {(rule, "boris"), (rule, "erp")}


def test_the_same_party_again_and_changes_and_the_feed_are_not_conspicuous(store: Store) -> None:
    set_thresholds(store, ROOT, Thresholds("parties", 3, 3))
    do(store, "feed", 9, action="feed")
    for _ in range(9):
        do(store, "anna", 1, action="profile")
        do(store, "anna", 1, action="pin.add")
    assert raised(store) == set()


def test_what_is_older_than_an_hour_does_not_count(store: Store) -> None:
    set_thresholds(store, ROOT, Thresholds("parties", 3, 3))
    do(store, "anna", 3, action="profile")
    assert raised(store, datetime.now(UTC) + timedelta(minutes=61)) == set()
    assert raised(store) == {("parties", "anna", 3)}


def test_an_alarm_grows_and_is_closed_by_somebody_else_with_a_reason(store: Store) -> None:
    set_thresholds(store, ROOT, Thresholds("parties", 3, 0))
    do(store, "root", 3, action="profile")
    watch(store)
    do(store, "root", 5, action="profile")
    [alarm] = watch(store)
    assert (alarm.measured, alarm.threshold) == (5, 3)
    with pytest.raises(Forbidden):
        close(store, ROOT, alarm.alarm_id, "это я")
    with pytest.raises(BadUsage):
        close(store, Actor("lena", ADMINISTRATOR), alarm.alarm_id, " ")
    close(store, Actor("lena", ADMINISTRATOR), alarm.alarm_id, "сверка по жалобе")
    assert watch(store) == []  # what was done until then does not raise it again
    with pytest.raises(Conflict):
        close(store, Actor("lena", ADMINISTRATOR), alarm.alarm_id, "ещё раз")
    do(store, "root", 3, action="profile")
    assert raised(store) == {("parties", "root", 3)}
    with store.transaction() as connection:
        done = [(one.actor, one.action) for one in audit.recent(connection, audit.Filter(what="alarm"))]
    assert done == [("lena", "alarm.close"), ("root", "alarm.rule")]


def test_thresholds_are_data_that_watchers_set(store: Store) -> None:
    set_thresholds(store, ROOT, Thresholds("misses", 0, 9))
    with store.transaction() as connection:
        assert Thresholds("misses", 0, 9) in audit_alarms.thresholds(connection)
    do(store, "anna", 400, action="miss")
    assert raised(store) == set()
    for wrong in (Thresholds("other", 1, 1), Thresholds("misses", -1, 1), Thresholds("misses", 1, 2**31)):
        with pytest.raises(BadUsage):
            set_thresholds(store, ROOT, wrong)
    with pytest.raises(Forbidden):
        set_thresholds(store, Actor("desk", OPERATOR), Thresholds("misses", 0, 0))


@pytest.mark.parametrize(("typed", "found"), [
    (["100001", "100002", "100021", "100040"], [False, True, True, True]),
    (["100001", "100001", "100022"], [False, False, False]),
    (["+7 912 345-67-89", "+7 (912) 345-67-90"], [False, True]),
    (["12", "13", "14"], [False, False, False]),
    (["Ленина 100001", "Ленина 100002"], [False, False]),
    (["", "иванов"], [False, False]),
])  # fmt: skip
def test_numbers_near_the_one_before_are_a_sequence(typed: list[str], found: list[bool]) -> None:
    sequences = Sequences()
    assert [sequences.is_next("anna", text) for text in typed] == found
    assert not sequences.is_next("boris", typed[-1])
