"""Sealing the audit into the chain of `litso.privacy.chain`, and verifying it.

Writers append rows and wait for nobody. One sealer takes every committed row that is in no block yet. Ids that are
missing then are noted as gaps: a row that is committed late fills its gap and is sealed in the next block.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from litso.privacy.chain import Block, Fault, Row, count_of, ids_of, link_fault, rows_fault, seal
from litso.store import locks
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.queries import statements

MOST: Final = 10_000
"""Rows of a block at most, late ones aside."""
_ROWS_AT_ONCE: Final = 20_000
_BLOCKS_AT_ONCE: Final = 2_000


class Verified(NamedTuple):
    """What verifying found: blocks and rows that were looked at, faults, and the last block."""

    blocks: int
    rows: int
    faults: tuple[Fault, ...]
    head: Block | None


class Tail(NamedTuple):
    """Rows that are not sealed yet, and when the oldest of them was written."""

    rows: int
    oldest: datetime | None


# Sealing --------------------------------------------------------------------------------------------------------


def seal_next(connection: Connection) -> Block | None:
    """Seal what is committed and not sealed, at most `MOST` rows; None when there is nothing or another one seals.

    One transaction, of read committed: each statement sees more than the one before.
    """
    if not locks.try_lock(connection, locks.AUDIT):
        return None
    before = head(connection)
    last_id = before.last_id if before else 0
    horizon = scalar(connection, statements("audit")["horizon"])
    rows = _rows(connection, "unsealed", {"last_id": last_id, "limit": MOST})
    filled = [row.audit_id for row in rows if row.audit_id <= last_id]
    connection.execute(statements("audit")["forget_gaps"], {"filled": filled, "horizon": horizon})
    if not rows:
        return None
    block = seal(before, rows, sealed_at=time.time_ns() // 1000)
    connection.execute(statements("audit")["add_block"], block._asdict())
    present = {row.audit_id for row in rows}
    gaps = [number for number in range(last_id + 1, block.last_id) if number not in present]
    if gaps:
        connection.execute(statements("audit")["note_gaps"], {"ids": gaps})
    return block


def head(connection: Connection) -> Block | None:
    """The last block."""
    return row_of(connection, Block, statements("audit")["head"])


def find(connection: Connection, digest: bytes) -> Block | None:
    """The block of a hash."""
    return row_of(connection, Block, statements("audit")["block_of_hash"], {"hash": digest})


def tail(connection: Connection) -> Tail:
    """What is not sealed yet."""
    found = row_of(connection, Tail, statements("audit")["tail"])
    return found or Tail(0, None)


def _rows(connection: Connection, statement: str, parameters: dict[str, Any]) -> list[Row]:
    rows = connection.execute(statements("audit")[statement], parameters).fetchall()
    return [Row._make(row) for row in rows]


# Verifying ------------------------------------------------------------------------------------------------------


def verify(connection: Connection, *, first: int = 1, last: int | None = None) -> Verified:
    """Verify blocks against their rows and each other. The transaction should see one state of the store.

    first, last: numbers of blocks; the block before the first is taken as it is.
    """
    previous = next(iter(_some_blocks(connection, first - 2, 1)), None) if first > 1 else None
    if previous is not None and previous.block_id >= first:
        previous = None
    blocks, rows, faults, strangers = 0, 0, list[Fault](), dict[int, int]()
    for group in _groups(connection, first - 1, last):
        found = _rows_of(connection, group, previous.last_id if previous else 0)
        sealed = set[int]()
        for block in group:
            sealed.update(ids_of(block))
            faults += filter(None, (link_fault(block, previous), rows_fault(block, found)))
            previous, blocks = block, blocks + 1
        rows += len(sealed)
        strangers |= {number: _block_of(group, number) for number in found.keys() - sealed}
        for late in sealed & strangers.keys():
            del strangers[late]
    faults += _intruders(connection, strangers, previous)
    return Verified(blocks, rows, tuple(faults), previous)


def _groups(connection: Connection, after: int, last: int | None) -> Iterator[list[Block]]:
    """Blocks in groups of so many rows that one question for them pays off."""
    group, size = list[Block](), 0
    for block in _blocks(connection, after, last):
        group.append(block)
        size += count_of(block)
        if size >= _ROWS_AT_ONCE:
            yield group
            group, size = [], 0
    if group:
        yield group


def _blocks(connection: Connection, after: int, last: int | None = None) -> Iterator[Block]:
    while found := _some_blocks(connection, after, _BLOCKS_AT_ONCE):
        for block in found:
            if last is not None and block.block_id > last:
                return
            yield block
        after = found[-1].block_id


def _some_blocks(connection: Connection, after: int, limit: int) -> list[Block]:
    return rows_of(connection, Block, statements("audit")["blocks"], {"after": after, "limit": limit})


def _rows_of(connection: Connection, group: Sequence[Block], after: int) -> dict[int, Row]:
    """Rows that a group of blocks has or ought to have, by id: all of its span, and late ones."""
    late = [number for block in group for number in ids_of(block) if number <= after]
    parameters = {"after": after, "last_id": group[-1].last_id, "late": late}
    return {row.audit_id: row for row in _rows(connection, "sealed_rows", parameters)}


def _block_of(group: Sequence[Block], number: int) -> int:
    return next(block.block_id for block in group if number <= block.last_id)


def _intruders(connection: Connection, strangers: dict[int, int], previous: Block | None) -> Iterator[Fault]:
    """Rows among sealed ones that no block has, nor waits for. strangers: id → the block whose span it is in."""
    if not strangers:
        return
    # Gaps first: a row that is sealed in the meantime is in a block then.
    waiting = connection.execute(statements("audit")["gaps"], {"ids": list(strangers)}).fetchall()
    later = _blocks(connection, previous.block_id if previous else 0)
    expected = {number for (number,) in waiting} | {number for block in later for number in ids_of(block)}
    for block_id in sorted({block for number, block in strangers.items() if number not in expected}):
        added = sorted(number for number, block in strangers.items() if block == block_id and number not in expected)
        yield Fault(block_id, "rows were added", tuple(added))
