"""Answers given to requests with an Idempotency-Key, so that a repeated request is answered and not done again."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final, NamedTuple

from litso.errors import Conflict
from litso.store.database import Connection
from litso.store.queries import statements

KEPT: Final = timedelta(days=1)
GIVEN_UP: Final = timedelta(minutes=2)
"""A request that was begun so long ago and not answered is begun anew."""


class Reply(NamedTuple):
    """An answer as it was given: HTTP status and body."""

    status: int
    response: str


def find(connection: Connection, actor: str, key: str, request: bytes) -> Reply | None:
    """The answer given to this request before; Conflict when the key came with another request.

    Until the transaction ends, the same actor's same key waits here: two requests at once are one after the other.
    """
    parameters = {"actor": actor, "key": key}
    connection.execute(statements("idempotency")["lock"], parameters)
    row = connection.execute(statements("idempotency")["find"], parameters).fetchone()
    if row is None:
        return None
    if bytes(row[0]) != _digest(request):
        raise Conflict("this Idempotency-Key came with another request before")
    return Reply(row[1], row[2])


def claim(connection: Connection, actor: str, key: str, request: bytes) -> Reply | None:
    """Begin a request; its answer where it was given before. Conflict: another request, or the same one under way.

    Commit at once; end it by `answer` or `release`.
    """
    connection.execute(statements("idempotency")["sweep"], {"kept": KEPT})
    row = {"actor": actor, "key": key, "request_hash": _digest(request), "given_up": GIVEN_UP}
    if connection.execute(statements("idempotency")["claim"], row).fetchone():
        return None
    found = find(connection, actor, key, request)
    if found is None or not found.status:
        raise Conflict("a request with this Idempotency-Key is under way")
    return found


def answer(connection: Connection, actor: str, key: str, reply: Reply) -> None:
    """Keep the answer of a request that was begun."""
    connection.execute(statements("idempotency")["answer"], {"actor": actor, "key": key, **reply._asdict()})


def release(connection: Connection, actor: str, key: str) -> None:
    """Forget a request that was begun and not done."""
    connection.execute(statements("idempotency")["release"], {"actor": actor, "key": key})


def keep(connection: Connection, actor: str, key: str, request: bytes, reply: Reply) -> None:
    """Keep an answer for a day; older ones are swept away."""
    connection.execute(statements("idempotency")["sweep"], {"kept": KEPT})
    row = {"actor": actor, "key": key, "request_hash": _digest(request), **reply._asdict()}
    connection.execute(statements("idempotency")["keep"], row)


def _digest(request: bytes) -> bytes:
    return hashlib.sha256(request).digest()
