"""Answers given to requests with an Idempotency-Key, so that a repeated request is answered and not done again.

An answer is kept in the transaction of its work: both are there, or neither.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, Final, NamedTuple

from psycopg.types.json import Jsonb

from litso.errors import BadUsage
from litso.store.database import Connection
from litso.store.queries import statements

KEPT: Final = timedelta(days=1)


class Reply(NamedTuple):
    """An answer as it was given: HTTP status, body, and headers that belong to it."""

    status: int
    response: str
    headers: dict[str, str]


def find(connection: Connection, actor: str, key: str, request: bytes) -> Reply | None:
    """The answer given to this request before; BadUsage when the key came with another request.

    Until the transaction ends, the same actor's same key waits here: two requests at once are one after the other.
    """
    parameters: dict[str, Any] = {"actor": actor, "key": key}
    connection.execute(statements("idempotency")["lock"], parameters)
    row = connection.execute(statements("idempotency")["find"], parameters).fetchone()
    if row is None:
        return None
    if bytes(row[0]) != _digest(request):
        raise BadUsage("Idempotency-Key: it came with another request before")
    return Reply(*row[1:])


def keep(connection: Connection, actor: str, key: str, request: bytes, reply: Reply) -> None:
    """Keep an answer for a day."""
    row = {"key": key, "actor": actor, "request_hash": _digest(request), "status": reply.status,
           "response": reply.response, "headers": Jsonb(reply.headers)}  # fmt: skip
    connection.execute(statements("idempotency")["keep"], row)


def sweep(connection: Connection) -> int:
    """Forget answers that are older than a day; says how many."""
    return connection.execute(statements("idempotency")["sweep"], {"kept": KEPT}).rowcount


def _digest(request: bytes) -> bytes:
    return hashlib.sha256(request).digest()
