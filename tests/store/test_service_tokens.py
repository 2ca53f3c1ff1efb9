"""Tokens of programs: they expire, two are valid while one takes the place of the other, and their use is seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from litso.errors import NotFound
from litso.store import users
from litso.store.database import Connection, Store

DAY = timedelta(days=1)


def service(connection: Connection, name: str = "cabinet") -> users.Service:
    return next(one for one in users.list_services(connection) if one.name == name)


def pass_time(connection: Connection, column: str, what: str = "interval '2 days'") -> None:
    connection.execute(f"update service_token set {column} = {column} - {what}")  # type: ignore[arg-type]


def test_a_token_expires(connection: Connection) -> None:
    token = users.issue_service_token(connection, "cabinet", life=DAY)
    forever = users.issue_service_token(connection, "erp")
    assert users.find_service(connection, token) is not None
    assert service(connection).state(datetime.now(UTC)) == "active"
    pass_time(connection, "expires_at")
    assert users.find_service(connection, token) is None
    assert users.find_service(connection, forever) is not None
    assert service(connection).state(datetime.now(UTC)) == "expired"


def test_two_tokens_are_valid_during_a_change(connection: Connection) -> None:
    old = users.issue_service_token(connection, "cabinet", "analyst", life=30 * DAY)
    new = users.rotate_service_token(connection, "cabinet", life=30 * DAY, grace=DAY)
    found = [users.find_service(connection, token) for token in (old, new)]
    assert [one and (one.name, one.role) for one in found] == [("cabinet", "analyst")] * 2
    pass_time(connection, "former_until")
    assert users.find_service(connection, old) is None
    assert users.find_service(connection, new) is not None


def test_the_third_token_ends_the_first(connection: Connection) -> None:
    first = users.issue_service_token(connection, "cabinet")
    second = users.rotate_service_token(connection, "cabinet")
    third = users.rotate_service_token(connection, "cabinet")
    assert [users.find_service(connection, token) is not None for token in (first, second, third)] == [
        False,
        True,
        True,
    ]


def test_a_change_makes_no_token_live_longer(connection: Connection) -> None:
    old = users.issue_service_token(connection, "cabinet", life=timedelta(0))
    users.rotate_service_token(connection, "cabinet", grace=DAY)
    assert users.find_service(connection, old) is None


def test_a_revoked_program_is_out_with_both_tokens(connection: Connection) -> None:
    old = users.issue_service_token(connection, "cabinet")
    new = users.rotate_service_token(connection, "cabinet")
    users.revoke_service(connection, "cabinet")
    assert users.find_service(connection, old) is None
    assert users.find_service(connection, new) is None
    with pytest.raises(NotFound):
        users.rotate_service_token(connection, "cabinet")
    assert service(connection).state(datetime.now(UTC)) == "revoked"


def test_the_last_use_of_either_token_is_seen(store: Store) -> None:
    with store.transaction() as connection:
        old = users.issue_service_token(connection, "cabinet")
    with store.transaction() as connection:
        assert service(connection).used_at is None
        users.find_service(connection, old)
        assert service(connection).used_at is not None
        new = users.rotate_service_token(connection, "cabinet")
        changed = service(connection)
        assert changed.used_at is None
        assert changed.former_used_at is not None
    with store.transaction() as connection:
        connection.execute("update service_token set former_used_at = now() - interval '1 hour'")
        users.find_service(connection, new)
        seen = service(connection)
        assert seen.used_at is not None
        assert seen.former_used_at is not None
        assert seen.former_used_at < seen.used_at
        users.find_service(connection, old)
        assert service(connection).former_used_at == seen.used_at
