"""A quarantined row that a person has put right: loaded, resolved and published in one transaction."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from litso.domain.record import NO_PARTY
from litso.errors import BadUsage, Conflict, RowRejected
from litso.sources.mapped import MappedBatch, replay
from litso.sources.mapping import Mapping, parse_mapping
from litso.standardize.records import standardize
from litso.store import facts, loads, locks, quarantine, records, sources
from litso.store.database import Connection
from litso.store.loads import Counts
from litso.store.quarantine import QuarantinedRow
from litso.usecases import intake, registers
from litso.usecases.access import Actor, demand
from litso.usecases.blocks import Hand
from litso.usecases.consenting import take_from_facts
from litso.usecases.increment import Cause, place, settle
from litso.usecases.reconciliation import current_model
from litso.usecases.spool import recipe_of
from litso.usecases.staging import standard_facts


def replay_row(connection: Connection, actor: Actor, quarantine_id: int, payload: str) -> int:
    """Take in a corrected row, a JSON object of texts by column; answers the load that has it.

    Raises RowRejected when the row is still wrong, Conflict when somebody decided about it already.
    """
    demand(actor, "decide_loads")
    row = quarantine.get(connection, quarantine_id)
    if row.status != "open":
        raise Conflict(f"quarantined row {quarantine_id} is {row.status}")
    if row.source.startswith(intake.PREFIX):
        load_id = intake.replay(connection, row.source, actor.name, payload)
        quarantine.fix(connection, quarantine_id, payload, actor.name)
    else:
        load_id = _replay_mapped(connection, actor, row, payload)
    quarantine.mark_replayed(connection, [quarantine_id], load_id)
    return load_id


def _replay_mapped(connection: Connection, actor: Actor, row: QuarantinedRow, payload: str) -> int:
    """Take in a row of a file or a table."""
    mapping = parse_mapping(sources.get(connection, row.source).mapping, f"mapping of {row.source}")
    batch = replay(payload, mapping)
    for still in batch.rejected:
        raise RowRejected(still.code, still.message, column=still.column, suggestion=still.suggestion)
    if batch.gone:
        raise BadUsage("Строка говорит, что запись удалена в источнике: удаление приходит с загрузкой.")
    quarantine.fix(connection, row.quarantine_id, payload, actor.name)
    return _take_in(connection, actor, mapping, batch)


def _take_in(connection: Connection, actor: Actor, mapping: Mapping, batch: MappedBatch) -> int:
    """Write the record and the facts of one mapped row as a load of this source would have."""
    locks.lock_resolution(connection)
    model, _ = current_model(connection)
    table = standardize(batch.records, locale=mapping.locale, territory=mapping.territory)
    [row] = table.to_pylist()
    content = _content(batch.records, mapping)
    known = records.find(connection, row["source"], row["source_id"])
    status = _status(known, content["content_hash"])
    load_id = loads.count_streamed(connection, mapping.source, Counts(rows_in=1, **{status: 1}), actor.name)
    if status != records.UNCHANGED:
        is_party = row["kind"] != NO_PARTY
        hand = Hand(connection, model)
        placement = place(hand, [row] if is_party else [])
        node = placement.nodes[0] if is_party else None
        record = records.put(connection, load_id, {**row, **content, "node_id": node})
        left = [known.node_id] if known and known.node_id not in (None, node) else []
        settle(
            hand,
            added=placement.added,
            left=[one for one in left if one is not None],
            written={record: node} if node is not None else {},
            cause=Cause("load", load_id),
        )
    found = standard_facts(batch.facts, mapping.territory, registers.folders_in_use())
    facts.publish(connection, load_id, mapping.source, found, full=False)
    take_from_facts(connection, [load_id])
    return load_id


def _content(mapped: pa.Table, mapping: Mapping) -> dict[str, Any]:
    """The row as received and its hash, equal to what a file with this row would give."""
    [payload] = mapped["payload"].to_pylist()
    [content_hash] = records.content_hashes([payload], recipe_of(mapping)).tolist()
    return {"payload": payload, "content_hash": content_hash}


def _status(known: records.Record | None, content_hash: int) -> str:
    if known is None or known.deleted_at is not None:
        return records.INSERTED
    return records.UNCHANGED if known.standard["content_hash"] == content_hash else records.CHANGED
