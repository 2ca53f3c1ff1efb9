"""Named users, their sessions, the one-time token of the first sign-in, and tokens of programs.

Passwords are kept as Argon2id, tokens as SHA-256: nothing in the store lets anyone in.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from litso.errors import BadUsage, Conflict, Forbidden, NotFound
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.queries import statements

ROLES: Final = ("administrator", "operator", "steward", "analyst", "integrator", "compliance")
CONSUMER: Final = "consumer"
"""Role of programs alone: it reads its own part of the change feed."""
COLLECTOR: Final = "collector"
"""Role of programs alone: it sends events of a website or an app, and reads nothing."""
SERVICE_ROLES: Final = (*ROLES, COLLECTOR)
"""Roles that a token may be made for by hand; that of a consumer is made when it is attached."""
SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 1000
SESSION_IDLE: Final = timedelta(minutes=30)
SESSION_WHOLE: Final = timedelta(hours=12)
TOKEN_LIFE: Final = timedelta(days=1)


class User(NamedTuple):
    """A named user."""

    user_id: int
    login: str
    name: str
    role: str
    is_active: bool
    created_at: datetime


class Service(NamedTuple):
    """A program that calls the API."""

    name: str
    role: str
    created_at: datetime
    revoked_at: datetime | None


# Users ---------------------------------------------------------------------------------------------------------


def create(connection: Connection, *, login: str, name: str, role: str, password: str) -> User:
    """Add a user; Conflict when the login is taken."""
    if not login.strip() or role not in ROLES:
        raise BadUsage(f"a user needs a login and one of the roles {', '.join(ROLES)}")
    row = {"login": _login(login), "name": name.strip(), "role": role, "password_hash": _hashed(password)}
    found = row_of(connection, User, statements("users")["create"], row)
    if found is None:
        raise Conflict("this login is taken")
    return found


def authenticate(connection: Connection, login: str, password: str) -> User | None:
    """The active user with this login and password. Takes as long for an unknown login as for a wrong password."""
    row = connection.execute(statements("users")["password_hash"], {"login": _login(login)}).fetchone()
    user_id, known = (None, _nobody()) if row is None else row
    if not _is_password(known, password) or user_id is None:
        return None
    return find(connection, user_id)


def find(connection: Connection, user_id: int) -> User | None:
    """The active user of this id."""
    return row_of(connection, User, statements("users")["find"], {"user_id": user_id})


def list_all(connection: Connection) -> list[User]:
    """Every user, by login."""
    return rows_of(connection, User, statements("users")["list_all"])


def any_active(connection: Connection) -> bool:
    """Whether anybody can sign in."""
    return bool(scalar(connection, statements("users")["any_active"]))


def set_password(connection: Connection, user_id: int, password: str) -> None:
    """Set a new password and end every session of the user."""
    _change(connection, "set_password", {"user_id": user_id, "password_hash": _hashed(password)})
    connection.execute(statements("users")["close_sessions"], {"user_id": user_id})


def deactivate(connection: Connection, user_id: int) -> None:
    """Shut a user out at once."""
    _change(connection, "deactivate", {"user_id": user_id})
    connection.execute(statements("users")["close_sessions"], {"user_id": user_id})


def _change(connection: Connection, statement: str, parameters: dict[str, object]) -> None:
    if connection.execute(statements("users")[statement], parameters).rowcount == 0:
        raise NotFound("the user does not exist")


def _login(text: str) -> str:
    return text.strip().lower()


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


def open_session(connection: Connection, user_id: int, *, whole: timedelta = SESSION_WHOLE) -> str:
    """Open a session of a user; answers its token, which is kept nowhere. Ended sessions are swept away."""
    token = secrets.token_urlsafe(32)
    connection.execute(statements("users")["sweep_sessions"], {"idle": SESSION_IDLE})
    connection.execute(
        statements("users")["open_session"], {"token_hash": _digest(token), "user_id": user_id, "whole": whole}
    )
    return token


def find_session(connection: Connection, token: str, *, idle: timedelta = SESSION_IDLE) -> User | None:
    """The active user of a living session; the session lives on by being used."""
    parameters = {"token_hash": _digest(token), "idle": idle}
    return row_of(connection, User, statements("users")["find_session"], parameters)


def close_session(connection: Connection, token: str) -> None:
    """Sign out."""
    connection.execute(statements("users")["close_session"], {"token_hash": _digest(token)})


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


# One-time tokens -----------------------------------------------------------------------------------------------


def issue_token(connection: Connection, role: str = "administrator", *, life: timedelta = TOKEN_LIFE) -> str:
    """A token by which one user can be made, once, within its life."""
    token = secrets.token_urlsafe(24)
    connection.execute(statements("users")["issue_token"], {"token_hash": _digest(token), "role": role, "life": life})
    return token


def is_token(connection: Connection, token: str) -> bool:
    """Whether a one-time token could be redeemed now."""
    return bool(scalar(connection, statements("users")["is_token"], {"token_hash": _digest(token)}))


def redeem_token(connection: Connection, token: str, *, login: str, name: str, password: str) -> User:
    """Make the user that a one-time token stands for; Forbidden when it is unknown, used or too old.

    The first user of all makes every other token void: tokens of set-up are printed more than once.
    """
    is_first = not any_active(connection)
    row = connection.execute(statements("users")["redeem_token"], {"token_hash": _digest(token)}).fetchone()
    if row is None:
        raise Forbidden("the one-time token is not valid: litso init gives a new one")
    if is_first:
        connection.execute(statements("users")["void_tokens"])
    return create(connection, login=login, name=name, role=row[0], password=password)


# Programs ------------------------------------------------------------------------------------------------------


def issue_service_token(connection: Connection, name: str, role: str = "integrator") -> str:
    """A token of a program, shown once; Conflict when the name is taken by another one in force."""
    if not name.strip() or role not in (*SERVICE_ROLES, CONSUMER):
        raise BadUsage(f"a program needs a name and one of the roles {', '.join(SERVICE_ROLES)}")
    token = "litso_" + secrets.token_urlsafe(32)
    row = {"token_hash": _digest(token), "name": name.strip(), "role": role}
    if connection.execute(statements("users")["issue_service_token"], row).rowcount == 0:
        raise Conflict("a program of this name has a token already: revoke it first")
    return token


def find_service(connection: Connection, token: str) -> Service | None:
    """The program whose token this is, unless revoked."""
    return row_of(connection, Service, statements("users")["find_service"], {"token_hash": _digest(token)})


def list_services(connection: Connection) -> list[Service]:
    """Every program, by name, revoked ones too."""
    return rows_of(connection, Service, statements("users")["list_services"])


def revoke_service(connection: Connection, name: str) -> None:
    """Shut a program out at once."""
    if connection.execute(statements("users")["revoke_service"], {"name": name}).rowcount == 0:
        raise NotFound("no program of this name has a token")
