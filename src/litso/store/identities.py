"""Users of an OpenID provider, and browsers that are on their way to it.

A user is known by issuer and subject, never by a login or an e-mail that the provider may give to somebody else.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final, NamedTuple

from litso.store import users
from litso.store.database import Connection, row_of, scalar
from litso.store.queries import statements
from litso.store.users import User

ATTEMPT_LIFE: Final = timedelta(minutes=10)


class Going(NamedTuple):
    """What was remembered of a browser that was sent to the provider."""

    nonce: str
    verifier: str
    next: str


def send(connection: Connection, *, state: str, visit: str, nonce: str, verifier: str, to: str) -> None:
    """Remember a browser that is sent to the provider. visit: its own cookie, without which it cannot come back."""
    connection.execute(statements("identities")["sweep"])
    row = {
        "state_hash": _digest(state),
        "visit_hash": _digest(visit),
        "nonce": nonce,
        "verifier": verifier,
        "next": to,
        "life": ATTEMPT_LIFE,
    }
    connection.execute(statements("identities")["send"], row)


def take(connection: Connection, *, state: str, visit: str) -> Going | None:
    """What was remembered of a browser that came back, once; None when it is another one, or was away too long."""
    parameters = {"state_hash": _digest(state), "visit_hash": _digest(visit)}
    return row_of(connection, Going, statements("identities")["take"], parameters)


def find(connection: Connection, issuer: str, subject: str) -> User | None:
    """The user of a subject, a deactivated one too."""
    row = connection.execute(statements("identities")["find"], {"issuer": issuer, "subject": subject}).fetchone()
    return users.get(connection, row[0]) if row else None


def add(connection: Connection, issuer: str, subject: str, user_id: int) -> None:
    """From now on this subject is this user."""
    row = {"issuer": issuer, "subject": subject, "user_id": user_id}
    connection.execute(statements("identities")["add"], row)


def is_free(connection: Connection, login: str) -> bool:
    """Whether nobody has a login yet."""
    return bool(scalar(connection, statements("identities")["is_free"], {"login": login}))


def rename(connection: Connection, user_id: int, name: str) -> None:
    """The provider calls the user by another name."""
    connection.execute(statements("identities")["rename"], {"user_id": user_id, "name": name})


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
