"""Small changes to a large store: what a delta touches is settled, the rest is left alone.

The result is the one that resolving everything anew would give; only the cost differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from litso.domain.record import NO_PARTY
from litso.resolve.model import Model
from litso.store import records
from litso.store.database import Connection
from litso.usecases.blocks import Hand
from litso.usecases.increment import Cause, Settled, place, settle
from litso.usecases.staging import Compared, Staged

_MOST: Final = 20_000
"""Records of a delta above which resolving everything anew is quicker, whatever the size of the store."""

_SHARE: Final = 100
"""A delta is at most one in so many live records."""

_AT_ONCE: Final = 2_000


def is_delta(connection: Connection, compared: Sequence[Compared]) -> bool:
    """Whether so little is new, changed or gone that only what it touches should be resolved."""
    stirred = sum(int(one.is_news.sum()) + len(one.deleted) for one in compared)
    enough = stirred * _SHARE
    return stirred <= _MOST and records.count_up_to(connection, enough) == enough


def settle_delta(connection: Connection, model: Model, customs: tuple[str, ...], staged: Sequence[Staged]) -> Settled:
    """Write the records of loads and settle what they touch; answers what happened to parties in all."""
    done = [part for one in staged for part in _settle_load(connection, model, customs, one)]
    created = {party for part in done for party in part.created}
    split = {party: former for part in done for party, former in part.split.items()}
    changed = {party for part in done for party in part.changed} - created - split.keys()
    merged = {old: new for part in done for old, new in part.merged.items()}
    ended = {party for part in done for party in part.ended}
    turned = {old: new for part in done for old, new in part.turned.items()}
    return Settled(sorted(created), sorted(changed), merged, split, sorted(ended), turned)


def _settle_load(connection: Connection, model: Model, customs: tuple[str, ...], one: Staged) -> list[Settled]:
    cause = Cause("load", one.load.load_id)
    done = []
    if len(one.deleted):
        left = records.nodes_of(connection, one.deleted.tolist())
        records.delete(connection, one.load.load_id, one.deleted)
        hand = Hand(connection, model)
        deleted = one.deleted.tolist()
        done.append(settle(hand, added={}, left=left.values(), written={}, deleted=deleted, cause=cause))
    for is_new in (True, False):
        for table in one.written_records(customs, new=is_new):
            for start in range(0, table.num_rows, _AT_ONCE):
                some = table.slice(start, _AT_ONCE)
                done.append(_settle_some(Hand(connection, model), some, cause, is_new=is_new))
    return done


def _settle_some(hand: Hand, table: pa.Table, cause: Cause, *, is_new: bool) -> Settled:
    """Write some records and settle what they touch."""
    rows = table.to_pylist()
    placement = place(hand, [row for row in rows if row["kind"] != NO_PARTY])
    placed = iter(placement.nodes)
    nodes = [next(placed) if row["kind"] != NO_PARTY else None for row in rows]
    ids = [row["record_id"] for row in rows]
    former = {} if is_new else records.nodes_of(hand.connection, ids)
    batch = [(cause.load_id or 0, table.append_column("node_id", pa.array(nodes, pa.int64())))]
    if is_new:
        records.write_new_batches(hand.connection, batch, table.num_rows)
    else:
        records.write_changed_batches(hand.connection, batch)
    written = {record: node for record, node in zip(ids, nodes, strict=True) if node is not None}
    left = [node for record, node in former.items() if written.get(record) != node]
    return settle(hand, added=placement.added, left=left, written=written, cause=cause)
