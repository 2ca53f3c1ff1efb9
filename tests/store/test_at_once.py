"""Statements that go to the server together are one transaction, under the limits of who asks."""

from __future__ import annotations

import pytest

from litso.domain.scope import Scope
from litso.errors import BrokenInvariant
from litso.store import contacts
from litso.store.database import READER, Store

NOBODY = "00000000-0000-4000-8000-000000000000"
LIMITED = Scope(brands=("Own",))
ENTRY = "insert into audit (actor, action) values (%s, 'miss')"


def entries(store: Store) -> int:
    with store.transaction() as connection:
        row = connection.execute("select count(*) from audit where action = 'miss'").fetchone()
    assert row is not None
    return int(row[0])


def enter_and_fail(store: Store) -> None:
    with store.at_once() as connection:
        connection.execute(ENTRY, ["anna"])
        connection.execute("select 1 / %s", [0])


@pytest.mark.parametrize("scope", [Scope(), LIMITED])
def test_what_was_asked_is_answered_when_it_is_committed(store: Store, scope: Scope) -> None:
    with store.seen_by("anna", scope).at_once() as connection:
        connection.execute(ENTRY, ["anna"])
        asked = connection.execute("select current_user, current_setting('litso.actor', true)")
    role, actor = asked.fetchone() or ("", "")
    assert (role == READER, actor) == ((True, "anna") if scope.is_limited else (False, actor))
    assert entries(store) == 1


@pytest.mark.parametrize("scope", [Scope(), LIMITED])
def test_nothing_is_done_when_one_of_them_fails(store: Store, scope: Scope) -> None:
    seen = store.seen_by("anna", scope)
    with pytest.raises(BrokenInvariant):
        enter_and_fail(seen)
    assert entries(store) == 0
    with seen.transaction() as connection:  # the connection is as it was
        connection.execute(ENTRY, ["anna"])
        assert not connection.autocommit
        connection.rollback()
    assert entries(store) == 0


def test_limits_hold_again_after_what_does_not_depend_on_who_asks(store: Store) -> None:
    with store.seen_by("anna", LIMITED).at_once() as connection:
        holders = contacts.ask_holders(connection, NOBODY)
        asked = connection.execute("select current_user")
    assert (holders.fetchall(), asked.fetchone()) == ([], (READER,))


def test_limits_end_with_what_was_sent_together(store: Store) -> None:
    seen = store.seen_by("anna", LIMITED)
    with seen.at_once() as connection:
        connection.execute("select 1")
    with store.seen_by("ivan", Scope(brands=("Other",))).at_once() as connection:
        asked = connection.execute("select current_setting('litso.actor', true)")
    assert asked.fetchone() == ("ivan",)


def test_within_a_transaction_it_is_a_part_of_it(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute("select 1")  # it has begun
        with store.within(connection).at_once() as part:
            part.execute(ENTRY, ["anna"])
        connection.rollback()
    assert entries(store) == 0
