"""Whoever is shut out, narrowed or out of date is so at once, on every server, whatever changed it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from apart import run_apart
from litso.commands.serve import build_app
from litso.domain.scope import Scope
from litso.errors import Transient
from litso.settings import load_settings
from litso.store import users
from litso.store.database import Store, connect
from litso.store.gate import Gate
from litso.web.sessions import SESSION_COOKIE

SCREEN = {"accept": "text/html"}

BY_HAND = {
    "revoked": ("update service_token set revoked_at = now()", 401),
    "expired": ("update service_token set expires_at = now()", 401),
    "removed": ("delete from service_token", 401),
    "another token": ("update service_token set token_hash = 'x'", 401),
    "another role": ("update service_token set role = 'analyst'", 403),
    "narrowed": ("update service_token set brands = '{Other}'", 403),
}
"""What somebody does to the token of a program by SQL → what it is answered where only those without limits may ask."""

OF_USERS = {
    "deactivated": "update user_account set is_active = false",
    "signed out": "delete from session",
    "too late": "update session set expires_at = now()",
    "idle": "update session set seen_at = now() - interval '31 minutes'",
}


@pytest.fixture
def servers(store: Store, tmp_path: Path) -> Iterator[list[TestClient]]:
    """Two servers of one store."""
    settings = load_settings({"LITSO_HOME": str(tmp_path)})
    with (
        TestClient(build_app(store, settings), raise_server_exceptions=False) as one,
        TestClient(build_app(store, settings), raise_server_exceptions=False) as other,
    ):
        yield [one, other]


def by_hand(store: Store, statement: str) -> None:
    with connect(store.url, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


@pytest.mark.parametrize("what", BY_HAND)
def test_a_program_is_refused_everywhere_at_once(store: Store, servers: list[TestClient], what: str) -> None:
    statement, refusal = BY_HAND[what]
    with store.transaction() as connection:
        token = {"Authorization": f"Bearer {users.issue_service_token(connection, 'cabinet')}"}
    asked = [one.get("/v1/changes", headers=token).status_code for one in servers]
    by_hand(store, statement)
    asked += [one.get("/v1/changes", headers=token).status_code for one in servers]
    assert asked == [200, 200, refusal, refusal]


@pytest.mark.parametrize("what", OF_USERS)
def test_a_user_is_refused_everywhere_at_once(store: Store, servers: list[TestClient], what: str) -> None:
    with store.transaction() as connection:
        user = users.create(connection, login="anna", name="Анна", role="steward", password="long enough word")
        session = users.open_session(connection, user.user_id)
    for one in servers:
        one.cookies.set(SESSION_COOKIE, session)
    asked = [one.get("/cases", headers=SCREEN, follow_redirects=False).status_code for one in servers]
    by_hand(store, OF_USERS[what])
    asked += [one.get("/cases", headers=SCREEN, follow_redirects=False).status_code for one in servers]
    assert asked == [200, 200, 303, 303]


def test_limits_hold_from_the_next_request_on(store: Store, servers: list[TestClient]) -> None:
    with store.transaction() as connection:
        token = users.issue_service_token(connection, "cabinet", scope=Scope(brands=("Own",)))
    headers = {"Authorization": f"Bearer {token}"}
    assert [one.get("/v1/changes", headers=headers).status_code for one in servers] == [403, 403]
    by_hand(store, "update service_token set brands = '{}'")
    assert [one.get("/v1/changes", headers=headers).status_code for one in servers] == [200, 200]


# The gate itself -------------------------------------------------------------------------------------------------


def asked(store: Store, work: Callable[[Gate[users.Service]], object]) -> None:
    """Work with a gate of programs in an event loop of its own."""

    async def whole() -> None:
        gate = users.programs(store.url)
        try:
            await work(gate)  # type: ignore[misc]
        finally:
            await gate.close()

    run_apart(whole())


def test_many_that_ask_at_once_each_get_their_own(store: Store) -> None:
    with store.transaction() as connection:
        tokens = {f"program {n}": users.issue_service_token(connection, f"program {n}") for n in range(20)}
        former = tokens["program 3"]
        newest = users.rotate_service_token(connection, "program 3")
        users.revoke_service(connection, "program 5")

    async def work(gate: Gate[users.Service]) -> None:
        keys = [users.digest(token) for token in (*tokens.values(), newest, former, "unknown", newest)]
        found = await asyncio.gather(*map(gate.find, keys))
        names = [one and one.name for one in found]
        known = [None if name == "program 5" else name for name in tokens]
        assert names == [*known, "program 3", "program 3", None, "program 3"]

    asked(store, work)


def test_who_asks_after_a_change_is_answered_by_it_though_others_are_being_answered(store: Store) -> None:
    """Never by a statement that began before."""
    with store.transaction() as connection:
        key = users.digest(users.issue_service_token(connection, "cabinet"))

    async def work(gate: Gate[users.Service]) -> None:
        for _ in range(20):
            by_hand(store, "update service_token set revoked_at = null")
            earlier = [asyncio.create_task(gate.find(key)) for _ in range(5)]
            await asyncio.sleep(0)  # the first statement is under way
            by_hand(store, "update service_token set revoked_at = now()")
            assert await gate.find(key) is None
            await asyncio.gather(*earlier)

    asked(store, work)


def test_a_lost_connection_is_made_anew(store: Store) -> None:
    with store.transaction() as connection:
        token = users.issue_service_token(connection, "cabinet")

    async def work(gate: Gate[users.Service]) -> None:
        for is_known in (True, True, False):
            if not is_known:
                by_hand(store, "update service_token set revoked_at = now()")
            assert (await gate.find(users.digest(token)) is not None) is is_known
            with connect(store.url, autocommit=True) as connection:
                connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and query like '%%service_token%%' and pid <> pg_backend_pid()"
                )

    asked(store, work)


def test_without_the_store_nobody_is_let_in() -> None:
    async def work(gate: Gate[users.Service]) -> None:
        with pytest.raises(Transient):
            await gate.find(b"key")

    asked(Store("postgresql://nobody@127.0.0.1:1/nothing"), work)


def test_nobody_waits_for_who_changes_the_program(store: Store) -> None:
    """The note that a token is used is left out meanwhile, and written later."""
    with store.transaction() as connection:
        token = users.issue_service_token(connection, "cabinet")
    is_held, is_answered = threading.Event(), threading.Event()

    def hold() -> None:
        with connect(store.url) as connection:
            connection.execute("update service_token set role = 'analyst'")
            is_held.set()
            is_answered.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    is_held.wait(30)

    async def work(gate: Gate[users.Service]) -> None:
        found = await asyncio.wait_for(gate.find(users.digest(token)), 20)
        assert found is not None
        assert found.role == "integrator"

    try:
        asked(store, work)
    finally:
        is_answered.set()
        holder.join()
    with store.transaction() as connection:
        assert users.list_services(connection)[0].used_at is None
    asked(store, lambda gate: gate.find(users.digest(token)))
    with store.transaction() as connection:
        assert users.list_services(connection)[0].used_at is not None


def test_a_driver_error_reaches_who_asks_and_the_next_is_answered(store: Store) -> None:
    with store.transaction() as connection:
        token = users.issue_service_token(connection, "cabinet")

    async def work(gate: Gate[users.Service]) -> None:
        await gate.find(users.digest(token))
        by_hand(store, "alter table service_token rename to elsewhere")
        try:
            found = await asyncio.gather(*(gate.find(users.digest(token)) for _ in range(3)), return_exceptions=True)
        finally:
            by_hand(store, "alter table elsewhere rename to service_token")
        assert [type(one).__name__ for one in found] == ["Misconfigured"] * 3
        assert await gate.find(users.digest(token)) is not None

    asked(store, work)


def test_each_event_loop_has_a_connection_of_its_own(store: Store) -> None:
    with store.transaction() as connection:
        token = users.issue_service_token(connection, "cabinet")
    gate = users.programs(store.url)

    async def ask() -> str:
        found = await gate.find(users.digest(token))
        return found.name if found else ""

    assert [run_apart(ask()) for _ in range(3)] == ["cabinet"] * 3
    assert len(gate._desks) == 1  # those of ended loops are gone

    async def ask_and_close() -> str:
        try:
            return await ask()
        finally:
            await gate.close()

    assert run_apart(ask_and_close()) == "cabinet"
    assert gate._desks == {}
