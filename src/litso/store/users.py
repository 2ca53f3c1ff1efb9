"""Named users, their sessions, the one-time token of the first sign-in, and tokens of programs.

Passwords are kept as Argon2id, tokens as SHA-256: nothing in the store lets anyone in.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from litso.domain.scope import EVERYTHING, FIELD_CLASSES, Scope
from litso.errors import BadUsage, Conflict, Forbidden, NotFound
from litso.settings import ROLES as ROLES
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.gate import Gate
from litso.store.locks import ADMINISTRATORS, lock
from litso.store.queries import statements

ADMINISTRATOR: Final = "administrator"
CONSUMER: Final = "consumer"
"""Role of programs alone: it reads its own part of the change feed."""
COLLECTOR: Final = "collector"
"""Role of programs alone: it sends events of a website or an app, and reads nothing."""
ASSISTANT: Final = "assistant"
"""Role of programs alone: it reads masked values for a language model, each time for a purpose."""
SERVICE_ROLES: Final = (*ROLES, COLLECTOR, ASSISTANT)
"""Roles that a token may be made for by hand; that of a consumer is made when it is attached."""
SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 1000
SESSION_IDLE: Final = timedelta(minutes=30)
SESSION_WHOLE: Final = timedelta(hours=12)
STEP_LIFE: Final = timedelta(minutes=10)
"""How long the right password waits for the second factor."""
TOKEN_LIFE: Final = timedelta(days=1)
GRACE: Final = timedelta(days=1)
"""How long the former token of a program stays valid beside the new one."""

CODE: Final = "code"
ENROLMENT: Final = "enrolment"


class User(NamedTuple):
    """A named user."""

    user_id: int
    login: str
    name: str
    role: str
    is_active: bool
    created_at: datetime
    territories: list[str]
    brands: list[str]
    classes: list[str]

    @property
    def scope(self) -> Scope:
        """What the user may see."""
        return _scope(self)


class Session(NamedTuple):
    """Where somebody is signed in. is_this: the session that asks."""

    session_id: int
    user_id: int
    created_at: datetime
    seen_at: datetime
    address: str
    agent: str
    method: str
    is_this: bool


class Visitor(NamedTuple):
    """Who knocks: the address and the browser as it names itself."""

    address: str = ""
    agent: str = ""


NOBODY: Final = Visitor()


class Service(NamedTuple):
    """A program that calls the API. created_at, expires_at, used_at: of its newest token; former_…: of the last."""

    name: str
    role: str
    created_at: datetime
    revoked_at: datetime | None
    expires_at: datetime | None
    used_at: datetime | None
    former_until: datetime | None
    former_used_at: datetime | None
    territories: list[str]
    brands: list[str]
    classes: list[str]

    def state(self, now: datetime) -> str:
        """revoked, expired or active."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"

    @property
    def scope(self) -> Scope:
        """What the program may see."""
        return _scope(self)


def _scope(one: User | Service) -> Scope:
    return Scope(tuple(one.territories), tuple(one.brands), tuple(one.classes))


def limits_of(scope: Scope) -> dict[str, list[str]]:
    """A scope as the columns keep it; BadUsage for a class that there is not."""
    if strange := set(scope.classes) - set(FIELD_CLASSES):
        raise BadUsage(f"a class of fields is one of {', '.join(FIELD_CLASSES)}, not {min(strange)!r}")
    fields = {"territories": scope.territories, "brands": scope.brands, "classes": scope.classes}
    limits = {name: [one.strip() for one in values] for name, values in fields.items()}
    if any(not one or "\0" in one for values in limits.values() for one in values):
        raise BadUsage("a territory or brand is not empty")
    return limits


# Users ---------------------------------------------------------------------------------------------------------


def create(
    connection: Connection, *, login: str, name: str, role: str, password: str | None, scope: Scope = EVERYTHING
) -> User:
    """Add a user; Conflict when the login is taken. Without a password they come by the provider alone."""
    if not login.strip() or role not in ROLES:
        raise BadUsage(f"a user needs a login and one of the roles {', '.join(ROLES)}")
    hashed = None if password is None else _hashed(password)
    row = {"login": _login(login), "name": name.strip(), "role": role, "password_hash": hashed, **limits_of(scope)}
    found = row_of(connection, User, statements("users")["create"], row)
    if found is None:
        raise Conflict("this login is taken")
    return found


def authenticate(connection: Connection, login: str, password: str) -> User | None:
    """The active user with this login and password. Takes as long for an unknown login as for a wrong password."""
    row = connection.execute(statements("users")["password_hash"], {"login": _known(login)}).fetchone()
    user_id, known = (None, _nobody()) if row is None else row
    if not _is_password(known, password) or user_id is None:
        return None
    return find(connection, user_id)


def is_login(connection: Connection, login: str) -> bool:
    """Whether this is the login of a user, an inactive one too."""
    return bool(scalar(connection, statements("users")["is_login"], {"login": _known(login)}))


def find(connection: Connection, user_id: int) -> User | None:
    """The active user of this id."""
    return row_of(connection, User, statements("users")["find"], {"user_id": user_id})


def by_login(connection: Connection, login: str) -> User:
    """The active user of a login; NotFound when there is none."""
    row = connection.execute(statements("users")["id_of"], {"login": _known(login)}).fetchone()
    found = find(connection, row[0]) if row else None
    if found is None:
        raise NotFound("the user does not exist")
    return found


def get(connection: Connection, user_id: int) -> User:
    """The user of this id, a deactivated one too; NotFound when there is none."""
    found = next((one for one in list_all(connection) if one.user_id == user_id), None)  # users are few
    if found is None:
        raise NotFound("the user does not exist")
    return found


def list_all(connection: Connection) -> list[User]:
    """Every user, by login."""
    return rows_of(connection, User, statements("users")["list_all"])


def any_active(connection: Connection) -> bool:
    """Whether anybody can sign in."""
    return bool(scalar(connection, statements("users")["any_active"]))


def has_password(connection: Connection, user_id: int) -> bool:
    """Whether the user signs in here, and not by the provider alone."""
    return bool(scalar(connection, statements("users")["has_password"], {"user_id": user_id}))


def set_password(connection: Connection, user_id: int, password: str, *, keep: str = "") -> None:
    """Set a new password and end every session of the user but the one of the token `keep`."""
    _change(connection, "set_password", {"user_id": user_id, "password_hash": _hashed(password)})
    close_others(connection, user_id, keep)


def set_role(connection: Connection, user_id: int, role: str) -> None:
    """Give an active user another role; Conflict when nobody would be left to administrate."""
    if role not in ROLES:
        raise BadUsage(f"a role is one of {', '.join(ROLES)}")
    if role != ADMINISTRATOR:
        _leave_one(connection, user_id)
    _change(connection, "set_role", {"user_id": user_id, "role": role})


def deactivate(connection: Connection, user_id: int) -> None:
    """Shut a user out at once: sessions and sign-ins half done end. Conflict for the last administrator."""
    _leave_one(connection, user_id)
    _change(connection, "deactivate", {"user_id": user_id})
    close_others(connection, user_id)


def activate(connection: Connection, user_id: int) -> None:
    """Let a user in again."""
    _change(connection, "activate", {"user_id": user_id})


def _leave_one(connection: Connection, user_id: int) -> None:
    """Conflict when this user is the last administrator. Two who shut each other out at once wait for one another."""
    lock(connection, ADMINISTRATORS)
    if scalar(connection, statements("users")["is_last_administrator"], {"user_id": user_id}):
        raise Conflict("this is the last administrator: make another one first")


def set_scope(connection: Connection, user_id: int, scope: Scope) -> None:
    """Limit a user, or let them see everything again; it holds from the next request on."""
    _change(connection, "set_scope", {"user_id": user_id, **limits_of(scope)})


def _change(connection: Connection, statement: str, parameters: dict[str, object]) -> None:
    if connection.execute(statements("users")[statement], parameters).rowcount == 0:
        raise NotFound("the user does not exist")


def _login(text: str) -> str:
    return text.strip().lower()


def _known(login: str) -> str:
    """A login to look for: PostgreSQL has no text with a zero byte."""
    return _login(login).replace("\x00", "\ufffd")


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that no password has, to spend the time on."""
    return _hasher().hash(secrets.token_hex(16))


def _hashed(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadUsage(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return _hasher().hash(password)


def _is_password(known: str | None, password: str) -> bool:
    try:
        return _hasher().verify(known or _nobody(), password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False


# Sessions ------------------------------------------------------------------------------------------------------


def open_session(
    connection: Connection,
    user_id: int,
    *,
    whole: timedelta = SESSION_WHOLE,
    visitor: Visitor = NOBODY,
    method: str = "",
    id_token: bytes | None = None,
) -> str:
    """Open a session of a user; answers its token, which is kept nowhere. Ended sessions are swept away.

    id_token: sealed, of the provider that let the user in.
    """
    token = secrets.token_urlsafe(32)
    connection.execute(statements("users")["sweep_sessions"], {"idle": SESSION_IDLE})
    row = {
        "token_hash": digest(token),
        "user_id": user_id,
        "whole": whole,
        "address": visitor.address,
        "agent": visitor.agent,
        "method": method,
        "id_token": id_token,
    }
    connection.execute(statements("users")["open_session"], row)
    return token


def find_session(connection: Connection, token: str, *, idle: timedelta = SESSION_IDLE) -> User | None:
    """The active user of a living session; the session lives on by being used."""
    parameters = {"keys": [digest(token)], "idle": idle}
    row = connection.execute(statements("users")["find_sessions"], parameters).fetchone()
    return None if row is None else User._make(row[1:])


def sessions(url: str) -> Gate[User]:
    """The gate of users: as `find_session` by the digest of a token, for event loops."""
    return Gate(url, statements("users")["find_sessions"], User._make, idle=SESSION_IDLE)


def list_sessions(connection: Connection, user_ids: Sequence[int], *, token: str = "") -> list[Session]:
    """Living sessions of users, the latest used first. token: of the session that asks."""
    parameters = {"users": list(user_ids), "idle": SESSION_IDLE, "token_hash": digest(token)}
    return rows_of(connection, Session, statements("users")["list_sessions"], parameters)


def end_session(connection: Connection, user_id: int, session_id: int) -> None:
    """End a session of a user by its number; NotFound when it is over already."""
    parameters = {"user_id": user_id, "session_id": session_id}
    if connection.execute(statements("users")["end_session"], parameters).rowcount == 0:
        raise NotFound("the session is over already")


def close_session(connection: Connection, token: str) -> bytes | None:
    """Sign out; answers the sealed token of the provider that had let the user in."""
    row = connection.execute(statements("users")["close_session"], {"token_hash": digest(token)}).fetchone()
    return None if row is None or row[0] is None else bytes(row[0])


def close_others(connection: Connection, user_id: int, token: str = "") -> None:
    """End every session of a user but that of the token, and sign-ins half done."""
    parameters = {"user_id": user_id, "token_hash": digest(token)}
    connection.execute(statements("users")["close_other_sessions"], parameters)
    connection.execute(statements("users")["close_steps"], {"user_id": user_id})


# Half a sign-in ------------------------------------------------------------------------------------------------


def open_step(connection: Connection, user_id: int, need: str) -> str:
    """The password was right and a second factor is needed; answers the token of this state."""
    token = secrets.token_urlsafe(32)
    connection.execute(statements("users")["sweep_steps"])
    row = {"token_hash": digest(token), "user_id": user_id, "need": need, "life": STEP_LIFE}
    connection.execute(statements("users")["open_step"], row)
    return token


def find_step(connection: Connection, token: str) -> tuple[User, str] | None:
    """The active user whose sign-in is half done, and what it needs."""
    row = connection.execute(statements("users")["find_step"], {"token_hash": digest(token)}).fetchone()
    user = find(connection, row[0]) if row else None
    return (user, row[1]) if row and user else None


def close_step(connection: Connection, token: str) -> bool:
    """The half is whole, once: False for one that came second."""
    return connection.execute(statements("users")["close_step"], {"token_hash": digest(token)}).rowcount == 1


def digest(token: str) -> bytes:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


# One-time tokens -----------------------------------------------------------------------------------------------


def issue_token(
    connection: Connection, role: str = ADMINISTRATOR, *, life: timedelta = TOKEN_LIFE, scope: Scope = EVERYTHING
) -> str:
    """A token by which one user can be made, once, within its life."""
    token = secrets.token_urlsafe(24)
    row = {"token_hash": digest(token), "role": role, "life": life, **limits_of(scope)}
    connection.execute(statements("users")["issue_token"], row)
    return token


def is_token(connection: Connection, token: str) -> bool:
    """Whether a one-time token could be redeemed now."""
    return bool(scalar(connection, statements("users")["is_token"], {"token_hash": digest(token)}))


def redeem_token(connection: Connection, token: str, *, login: str, name: str, password: str) -> User:
    """Make the user that a one-time token stands for; Forbidden when it is unknown, used or too old.

    The first user of all makes every other token void: tokens of set-up are printed more than once.
    """
    is_first = not any_active(connection)
    row = connection.execute(statements("users")["redeem_token"], {"token_hash": digest(token)}).fetchone()
    if row is None:
        raise Forbidden("the one-time token is not valid: litso init gives a new one")
    if is_first:
        connection.execute(statements("users")["void_tokens"])
    role, *limits = row
    scope = Scope(*map(tuple, limits))
    return create(connection, login=login, name=name, role=role, password=password, scope=scope)


# Programs ------------------------------------------------------------------------------------------------------


def issue_service_token(
    connection: Connection,
    name: str,
    role: str = "integrator",
    *,
    life: timedelta | None = None,
    scope: Scope = EVERYTHING,
) -> str:
    """A token of a program, shown once; Conflict when the name is taken by another one in force.

    life: None for a token that does not expire.
    """
    if not name.strip() or role not in (*SERVICE_ROLES, CONSUMER):
        raise BadUsage(f"a program needs a name and one of the roles {', '.join(SERVICE_ROLES)}")
    token = _new_service_token()
    row = {"token_hash": digest(token), "name": name.strip(), "role": role, "life": life, **limits_of(scope)}
    if connection.execute(statements("users")["issue_service_token"], row).rowcount == 0:
        raise Conflict("a program of this name has a token already: rotate or revoke it")
    return token


def limit_service(connection: Connection, name: str, scope: Scope) -> None:
    """Limit what a program sees, from its next request on; NotFound when none of this name has a token."""
    row = {"name": name, **limits_of(scope)}
    if connection.execute(statements("users")["limit_service"], row).rowcount == 0:
        raise NotFound("no program of this name has a token")


def rotate_service_token(
    connection: Connection, name: str, *, life: timedelta | None = None, grace: timedelta = GRACE
) -> str:
    """A new token of a program; the former one stays valid for `grace`, so that it can be changed at leisure."""
    token = _new_service_token()
    row = {"token_hash": digest(token), "name": name, "life": life, "grace": grace}
    if connection.execute(statements("users")["rotate_service_token"], row).rowcount == 0:
        raise NotFound("no program of this name has a token")
    return token


def _new_service_token() -> str:
    return "litso_" + secrets.token_urlsafe(32)


def find_service(connection: Connection, token: str) -> Service | None:
    """The program whose token this is, unless it is revoked or has expired."""
    row = connection.execute(statements("users")["find_services"], {"keys": [digest(token)]}).fetchone()
    return None if row is None else Service._make(row[1:])


def programs(url: str) -> Gate[Service]:
    """The gate of programs: as `find_service` by the digest of a token, for event loops."""
    return Gate(url, statements("users")["find_services"], Service._make)


def list_services(connection: Connection) -> list[Service]:
    """Every program, by name, revoked ones too."""
    return rows_of(connection, Service, statements("users")["list_services"])


def revoke_service(connection: Connection, name: str) -> None:
    """Shut a program out at once."""
    if connection.execute(statements("users")["revoke_service"], {"name": name}).rowcount == 0:
        raise NotFound("no program of this name has a token")
