"""The gate: who a token belongs to, told to an event loop without a thread and without a transaction of its own.

Every request asks, and asks the store, so that what was revoked, narrowed or has expired is refused at once by every
server, whoever changed it and how. It is cheap, because all that ask at the same time are answered by one statement.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final, Generic, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from litso.store.database import connect_async, translated
from litso.telemetry import traces

Found = TypeVar("Found")

_SYSTEM: Final = "postgresql"


class Gate(Generic[Found]):
    """Looks up keys by a statement that takes `keys`, an array, and answers rows that begin with the key.

    make: of the other columns of a row, what is answered. Any event loop may ask; each has a connection of its own.
    """

    def __init__(self, url: str, statement: sql.SQL, make: Callable[[TupleRow], Found], **parameters: object) -> None:
        self._url, self._statement, self._make, self._parameters = url, statement, make, parameters
        self._desks: dict[asyncio.AbstractEventLoop, _Desk] = {}

    async def find(self, key: bytes) -> Found | None:
        """What belongs to a key now; None when nothing does. Transient when the store does not answer."""
        row = await self._desk().ask(key)
        return None if row is None else self._make(row[1:])

    async def close(self) -> None:
        """Close the connection of this event loop."""
        desk = self._desks.pop(asyncio.get_running_loop(), None)
        if desk is not None:
            await desk.close()

    def _desk(self) -> _Desk:
        loop = asyncio.get_running_loop()
        desk = self._desks.get(loop)
        if desk is None:
            for ended in [one for one in self._desks if one.is_closed()]:
                self._desks.pop(ended).drop()
            desk = self._desks[loop] = _Desk(self._url, self._statement, self._parameters)
        return desk


class _Desk:
    """One event loop's side of a gate: the connection, and who is to be answered next, together."""

    def __init__(self, url: str, statement: sql.SQL, parameters: Mapping[str, object]) -> None:
        self._url, self._statement, self._parameters = url, statement, parameters
        self._connection: psycopg.AsyncConnection[TupleRow] | None = None
        self._turn = asyncio.Lock()
        self._keys: list[bytes] = []
        self._next: asyncio.Task[dict[bytes, TupleRow]] | None = None

    async def ask(self, key: bytes) -> TupleRow | None:
        """The row of a key, read after this call began."""
        self._keys.append(key)
        if self._next is None:
            self._next = asyncio.get_running_loop().create_task(self._answer())
        # A caller that goes away takes the answer from nobody else.
        return (await asyncio.shield(self._next)).get(key)

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    def drop(self) -> None:
        """Let the connection go, its event loop having ended before it was closed."""
        if self._connection is not None:
            self._connection.pgconn.finish()

    async def _answer(self) -> dict[bytes, TupleRow]:
        """Rows by key, of all that asked while the statement before was under way."""
        async with self._turn:
            keys, self._keys, self._next = self._keys, [], None
            with translated(), traces.span(getattr(self._statement, "name", ""), "client", db__system__name=_SYSTEM):
                try:
                    return await self._read(keys)
                except psycopg.OperationalError:
                    if self._connection is None or not self._connection.closed:
                        raise
                # It was lost since it was used last: a new one is made, once.
                return await self._read(keys)

    async def _read(self, keys: list[bytes]) -> dict[bytes, TupleRow]:
        if self._connection is None or self._connection.closed:
            self._connection = await connect_async(self._url)
        # As PostgreSQL writes it: the driver takes longer to make an array than all the rest takes.
        literal = "{" + ",".join(rf'"\\x{key.hex()}"' for key in keys) + "}"
        cursor = await self._connection.execute(self._statement, {"keys": literal, **self._parameters}, prepare=True)
        return {bytes(row[0]): row for row in await cursor.fetchall()}
