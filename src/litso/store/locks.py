"""Advisory locks: who may do what alone. A lock is a pair (class, number) of 32-bit integers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from litso.store.database import Connection, scalar
from litso.store.queries import statements

MIGRATION: Final = 0x4C530001
RESOLUTION: Final = 0x4C530002
CHANGES: Final = 0x4C530003
LOAD: Final = 0x4C530004
GRAPH: Final = 0x4C530005
JOB: Final = 0x4C530006
WORKER: Final = 0x4C530007
CONSUMER: Final = 0x4C5300C1
CASES: Final = 0x4C53000A
CHECKS: Final = 0x4C530010
ADMINISTRATORS: Final = 0x4C530011
AUDIT: Final = 0x4C530020
COLLECTING: Final = 0x4C530012
EXPORTS: Final = 0x4C530013
WRITEBACK: Final = 0x4C530031


@contextmanager
def hold(connection: Connection, kind: int, number: int = 0) -> Iterator[None]:
    """Hold a session lock: it outlives transactions, and ends with the context or the connection."""
    acquire(connection, kind, number)
    try:
        yield
    finally:
        if not connection.broken:
            release(connection, kind, number)


def acquire(connection: Connection, kind: int, number: int = 0) -> None:
    """Wait for a session lock."""
    connection.execute(statements("locks")["acquire"], {"kind": kind, "number": number})


def try_acquire(connection: Connection, kind: int, number: int = 0) -> bool:
    """Take a session lock if it is free."""
    return bool(scalar(connection, statements("locks")["try_acquire"], {"kind": kind, "number": number}))


def acquire_shared(connection: Connection, kind: int, number: int = 0) -> None:
    """Wait for a session lock that others may hold as well: it says that somebody is there."""
    connection.execute(statements("locks")["acquire_shared"], {"kind": kind, "number": number})


def holders(connection: Connection, kind: int) -> int:
    """How many connections hold session locks of a kind in this database."""
    return int(scalar(connection, statements("locks")["holders"], {"kind": kind}))


def release(connection: Connection, kind: int, number: int = 0) -> None:
    """Give a session lock back."""
    connection.execute(statements("locks")["release"], {"kind": kind, "number": number})


def lock_resolution(connection: Connection) -> None:
    """Until the end of the transaction, be the only one who changes nodes, links, parties and the crosswalk."""
    lock(connection, RESOLUTION)


def lock_resolution_of_few(connection: Connection) -> None:
    """As `lock_resolution`, for a transaction about a handful of records."""
    connection.execute(statements("locks")["lock_transaction_of_few"], {"kind": RESOLUTION, "number": 0})


def lock(connection: Connection, kind: int) -> None:
    """Wait for a lock of the transaction."""
    connection.execute(statements("locks")["lock_transaction"], {"kind": kind, "number": 0})


def try_lock(connection: Connection, kind: int) -> bool:
    """Take a lock of the transaction if it is free."""
    return bool(scalar(connection, statements("locks")["try_lock_transaction"], {"kind": kind, "number": 0}))
