"""The crosswalk: which party each source record belongs to, now and before."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from litso.store.bulk import copy_fixed, copy_frame, filling, read_batches, read_table, uuid_bytes
from litso.store.database import Connection, array_of, rows_of, scalar
from litso.store.queries import statements

CROSSWALK_SCHEMA: Final = pa.schema([("source", pa.string()), ("source_id", pa.string()), ("party_id", pa.string())])

_FEW: Final = 10_000
"""Records up to which rows are fetched, which other statements may go on beside; more come by COPY."""


class Belonging(NamedTuple):
    """A record belonged to a party from `since` to `until` (None: it still does)."""

    record_id: int
    source: str
    source_id: str
    party_id: str
    since: datetime
    until: datetime | None
    reason: str


def publish(connection: Connection, assignment: pa.Table, reason: str = "load") -> int:
    """Set the party of records (`record_id`, `party_id`); answers how many are new or moved. Others stay as they are.

    The former belonging ends at the same moment. `reason`: load, judgement, undo or model.
    """
    if assignment.num_rows == 0:
        return 0
    if not scalar(connection, statements("crosswalk")["any"]):
        return _fill(connection, assignment, reason)
    connection.execute(statements("crosswalk")["drop_incoming"])
    connection.execute(statements("crosswalk")["create_incoming"])
    copy_frame(connection, "incoming_crosswalk", pl.DataFrame(assignment.select(["record_id", "party_id"])))
    connection.execute(statements("crosswalk")["analyze_incoming"])
    connection.execute(statements("crosswalk")["end_moved"])
    return connection.execute(statements("crosswalk")["begin_moved"], {"reason": reason}).rowcount


def _fill(connection: Connection, assignment: pa.Table, reason: str) -> int:
    count = assignment.num_rows
    with filling(connection, {"crosswalk": count}) as emptied:
        columns = {
            "record_id": assignment["record_id"].to_numpy(),
            "party_id": uuid_bytes(assignment["party_id"]),
            "reason": np.full(count, reason.encode(), dtype=f"V{len(reason)}"),
        }
        return copy_fixed(connection, "crosswalk", columns, freeze="crosswalk" in emptied)


def set_parties(connection: Connection, parties: Mapping[int, str], reason: str, *, are_new: bool = False) -> int:
    """Set the party of a handful of records: record id → party id; answers how many are new or moved.

    are_new: whether none of them belongs anywhere yet.
    """
    if not parties:
        return 0
    parameters = {"records": array_of(parties), "parties": array_of(parties.values()), "reason": reason}
    if not are_new:
        connection.execute(statements("crosswalk")["end_some"], parameters)
    return connection.execute(statements("crosswalk")["begin_some"], parameters).rowcount


def end(connection: Connection, record_ids: Sequence[int] | NDArray[np.int64]) -> int:
    """End the belonging of records that their source deleted."""
    ids = list(map(int, record_ids))
    return connection.execute(statements("crosswalk")["end"], {"records": ids}).rowcount if ids else 0


def read_current(connection: Connection) -> Iterator[pa.Table]:
    """The whole present crosswalk by source and key, some tens of megabytes at a time."""
    return read_batches(connection, statements("crosswalk")["read_current"], CROSSWALK_SCHEMA)


def partition_hash(connection: Connection) -> str:
    """SHA-256 over (source, source key, party id) of all live records: equal for equal assignments."""
    digest = hashlib.sha256()
    for table in read_current(connection):
        frame = pl.DataFrame(table)
        lines = frame.select(pl.concat_str(frame.columns, separator="\x1f"))
        digest.update(("\x1e".join(lines.to_series()) + "\x1e").encode())
    return digest.hexdigest()


def history_of_record(connection: Connection, source: str, source_id: str) -> list[Belonging]:
    """Where a record belonged, the latest first."""
    parameters = {"source": source, "source_id": source_id}
    return rows_of(connection, Belonging, statements("crosswalk")["history_of_record"], parameters)


def history_of_party(connection: Connection, party_id: str) -> list[Belonging]:
    """Which records ever belonged to a party, the latest first."""
    return rows_of(connection, Belonging, statements("crosswalk")["history_of_party"], {"party_id": party_id})


def current_of(connection: Connection, record_ids: NDArray[np.int64]) -> pa.Table:
    """Present parties of records: `record_id`, `party_id`."""
    return _of_records(connection, "current_of", record_ids)


def redirected_of(connection: Connection, record_ids: NDArray[np.int64]) -> pa.Table:
    """Parties that records once belonged to and that are free to be theirs again: `record_id`, `party_id`.

    They are redirected now, and no judgement has made them or keeps records away from them.
    """
    return _of_records(connection, "redirected_of", record_ids)


def _of_records(connection: Connection, statement: str, record_ids: NDArray[np.int64]) -> pa.Table:
    schema = pa.schema([("record_id", pa.int64()), ("party_id", pa.string())])
    parameters = {"records": array_of(record_ids.tolist())}
    if len(record_ids) > _FEW:
        return read_table(connection, statements("crosswalk")[statement], schema, parameters)
    found = connection.execute(statements("crosswalk")[statement], parameters).fetchall()
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in found], schema)


def of_keys(connection: Connection, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Source key of a live record → its present party; keys that nobody has are left out."""
    parameters = {"sources": [key[0] for key in keys], "ids": [key[1] for key in keys]}
    found = connection.execute(statements("crosswalk")["of_keys"], parameters).fetchall()
    return {(source, source_id): party for source, source_id, party in found}


def keys_of(connection: Connection, party_ids: Collection[str]) -> dict[tuple[str, str], str]:
    """Source key → party, of all live records of some parties, by party, source and key."""
    found = connection.execute(statements("crosswalk")["keys_of"], {"parties": list(party_ids)}).fetchall()
    return {(source, source_id): party for source, source_id, party in found}


def of_party_at(connection: Connection, party_id: str, at: datetime) -> list[tuple[str, str]]:
    """Source keys of the records that belonged to a party at a moment."""
    found = connection.execute(statements("crosswalk")["of_party_at"], {"party_id": party_id, "at": at}).fetchall()
    return [(source, source_id) for source, source_id in found]
