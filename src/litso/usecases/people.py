"""Users as the administrator keeps them: invitations, roles, who is in, who has to wait, and lost authenticators.

Everything is written down in the transaction that does it.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from litso.domain.scope import EVERYTHING, Scope
from litso.errors import BadUsage, Conflict
from litso.store import second_factors, throttle, users
from litso.store.database import Connection, Store
from litso.store.throttle import Held
from litso.store.users import Session, User
from litso.usecases import sign_in_log
from litso.usecases.access import ROLES, Actor, demand
from litso.usecases.limiting import standard_scope
from litso.usecases.sign_in_log import note

_MANAGE = "manage_people"


class Person(NamedTuple):
    """A user with their sessions. waits_until: the account has to wait after failed sign-ins."""

    user: User
    sessions: list[Session]
    has_second_factor: bool
    waits_until: datetime | None


class People(NamedTuple):
    """Everybody, and the addresses that have to wait after too many failures."""

    persons: list[Person]
    addresses: list[Held]


def list_people(connection: Connection, actor: Actor, *, token: str = "") -> People:
    """Every user, by login. token: of the session that asks."""
    demand(actor, _MANAGE)
    listed = users.list_all(connection)
    sessions = users.list_sessions(connection, [user.user_id for user in listed], token=token)
    enrolled, held = second_factors.enrolled(connection), throttle.held(connection)
    waits: dict[str, datetime] = {}
    for one in held:
        account = one.key.partition(" ")[0]
        if one.kind != throttle.ADDRESS:
            waits[account] = max(one.until, waits.get(account, one.until))
    persons = [
        Person(
            user,
            [session for session in sessions if session.user_id == user.user_id],
            user.user_id in enrolled,
            waits.get(throttle.account_key(user.login)),
        )
        for user in listed
    ]
    return People(persons, [one for one in held if one.kind == throttle.ADDRESS])


def invite(store: Store, actor: Actor, role: str, scope: Scope = EVERYTHING) -> str:
    """A one-time token by which one person becomes a user of a role, with limits of what they see."""
    demand(actor, _MANAGE)
    if role not in ROLES:
        raise BadUsage(f"a role is one of {', '.join(ROLES)}")
    with store.transaction() as connection:
        note(connection, actor.name, sign_in_log.USER, done="invited", role=role, limits=str(scope))
        return users.issue_token(connection, role, scope=standard_scope(scope))


def limit(store: Store, actor: Actor, user_id: int, scope: Scope) -> None:
    """Limit what a user sees, from their next page on; Conflict for the own one and for the last administrator."""
    demand(actor, _MANAGE)
    with store.transaction() as connection:
        user = _another(connection, actor, user_id)
        limits = standard_scope(scope)
        if user.scope != limits:
            users.set_scope(connection, user_id, limits)
            note(
                connection, actor.name, sign_in_log.USER, user=user.login, done="limits", was=str(user.scope),
                limits=str(limits),
            )  # fmt: skip


def change_role(store: Store, actor: Actor, user_id: int, role: str) -> None:
    """Give a user another role, from their next page on; Conflict for the own one and for the last administrator."""
    demand(actor, _MANAGE)
    with store.transaction() as connection:
        user = _another(connection, actor, user_id)
        if user.role != role:
            users.set_role(connection, user_id, role)
            note(connection, actor.name, sign_in_log.USER, user=user.login, done="role", was=user.role, role=role)


def deactivate(store: Store, actor: Actor, user_id: int) -> None:
    """Shut a user out at once; Conflict for oneself and for the last administrator."""
    demand(actor, _MANAGE)
    with store.transaction() as connection:
        user = _another(connection, actor, user_id)
        users.deactivate(connection, user_id)
        note(connection, actor.name, sign_in_log.USER, user=user.login, done="deactivated")


def activate(store: Store, actor: Actor, user_id: int) -> None:
    """Let a user in again."""
    demand(actor, _MANAGE)
    with store.transaction() as connection:
        user = users.get(connection, user_id)
        users.activate(connection, user_id)
        note(connection, actor.name, sign_in_log.USER, user=user.login, done="activated")


def reset_second_factor(store: Store, actor: Actor, user_id: int) -> None:
    """For a user whose telephone and recovery codes are lost. Their sessions end: who has them may be somebody else."""
    demand(actor, _MANAGE)
    with store.transaction() as connection:
        user = _another(connection, actor, user_id)
        if second_factors.remove(connection, user_id):
            users.close_others(connection, user_id)
            note(connection, actor.name, sign_in_log.SECOND_FACTOR, user=user.login, done="reset")


def forget_failures(store: Store, actor: Actor, user_id: int) -> None:
    """Let a user try again at once who has to wait after failures."""
    demand(actor, _MANAGE)
    with store.transaction() as connection:
        user = users.get(connection, user_id)
        throttle.release(connection, user.login)
        note(connection, actor.name, sign_in_log.DELAYS, user=user.login, done="forgotten")


def forget_address(store: Store, actor: Actor, address: str) -> None:
    """Let an address try again at once."""
    demand(actor, _MANAGE)
    with store.transaction() as connection:
        if throttle.release_address(connection, address):
            note(connection, actor.name, sign_in_log.DELAYS, address=address, done="forgotten")


def end_session(store: Store, actor: Actor, user_id: int, session_id: int) -> None:
    """Sign a user out in one place; NotFound when they are out already."""
    demand(actor, _MANAGE)
    with store.transaction() as connection:
        _end(connection, actor.name, users.get(connection, user_id), session_id)


def end_own_session(store: Store, login: str, session_id: int) -> None:
    """Sign out in another place; NotFound when one is out already."""
    with store.transaction() as connection:
        _end(connection, login, users.by_login(connection, login), session_id)


def _end(connection: Connection, actor: str, user: User, session_id: int) -> None:
    users.end_session(connection, user.user_id, session_id)
    note(connection, actor, sign_in_log.SESSION_ENDED, user=user.login)


def _another(connection: Connection, actor: Actor, user_id: int) -> User:
    user = users.get(connection, user_id)
    if user.login == actor.name:
        raise Conflict("nobody takes their own rights away: ask another administrator")
    return user
