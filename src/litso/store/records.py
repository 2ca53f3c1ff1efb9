"""Source records: what changed against the store, new versions, deletions, and standard records read back.

A load asks `diff` with nothing but keys and hashes, standardizes and resolves only what is new or changed, and then
writes whole rows once, with their node ids, by `write_new` and `write_changed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import dict_row

from litso.domain.record import CUSTOM_PREFIX, QC_KINDS, STANDARD_LISTS, STANDARD_TEXT, standard_schema
from litso.store.bulk import copy_fixed, copy_frame, filling, read_batches, read_table, reserve_ids
from litso.store.database import Connection, array_of, asked, rows_of, scalar
from litso.store.queries import statements

INSERTED: Final = "inserted"
RETURNED: Final = "returned"
"""The source had deleted it and has it again: counted as inserted."""
CHANGED: Final = "changed"
UNCHANGED: Final = "unchanged"

_STANDARD: Final = ("kind", *STANDARD_TEXT, "birth_date", *STANDARD_LISTS, "problems", *(f"qc_{k}" for k in QC_KINDS))
_WRITTEN: Final = ("record_id", "source", "source_id", "version", "load_id", "content_hash", "payload", "updated_at",
                   "node_id", *_STANDARD, "custom")  # fmt: skip
_NO_LISTS: Final[Mapping[str, Sequence[str]]] = dict.fromkeys((*STANDARD_LISTS, "problems"), ())
_DIFF: Final = pa.schema(
    [("row", pa.int64()), ("status", pa.string()), ("record_id", pa.int64()), ("node_id", pa.int64())]
)


class Diff(NamedTuple):
    """How the rows of a load stand against the store.

    `rows`: one line a given key, in order: `row` (its place among the keys), `status`, `record_id` (a reserved one when
    inserted), `node_id` (present one, null when there is none). `deleted`: record ids that a full load no longer has.
    """

    rows: pa.Table
    deleted: NDArray[np.int64]

    def count(self, *statuses: str) -> int:
        """Number of rows of these statuses."""
        return int(pl.DataFrame(self.rows)["status"].is_in(statuses).sum())


class Record(NamedTuple):
    """A source record as the screens show it, with its node and the party it belongs to."""

    record_id: int
    source: str
    source_id: str
    version: int
    load_id: int
    payload: str
    updated_at: datetime | None
    received_at: datetime
    deleted_at: datetime | None
    node_id: int | None
    party_id: str | None
    kind: str
    standard: dict[str, Any]


class Version(NamedTuple):
    """An earlier version of a record."""

    version: int
    load_id: int
    payload: str
    updated_at: datetime | None
    valid_from: datetime
    valid_to: datetime


def content_hashes(payloads: Sequence[str], recipe: str = "") -> NDArray[np.int64]:
    """64-bit hashes of rows as received. `recipe` names what else the standard values depend on: mapping, rules."""
    seed = blake2b(recipe.encode(), digest_size=16).digest()
    digests = b"".join(blake2b(payload.encode(), digest_size=8, key=seed).digest() for payload in payloads)
    return np.frombuffer(digests, dtype=np.int64)


# Diff ----------------------------------------------------------------------------------------------------------


class Departed(NamedTuple):
    """What a load says of records that it lacks: keys that are gone, and all keys that are there (None: unsaid)."""

    gone: Sequence[str] = ()
    present: pa.ChunkedArray | None = None


def diff(connection: Connection, source: str, keys: pa.Table, *, full: bool, departed: Departed | None = None) -> Diff:
    """Compare keys (`source_id` text, `content_hash` int64, each key once) with the records of the source.

    Nothing is written. Deletions are noticed by a `full` load, and where `departed` tells of them; a key of the load
    itself is never deleted.
    """
    if not scalar(connection, statements("records")["any_of_source"], {"source": source}):
        return _all_new(connection, keys.num_rows)
    _stage(connection, pl.DataFrame(keys.select(["source_id", "content_hash"])).with_row_index("row"))
    found = pl.DataFrame(read_table(connection, statements("records")["diff"], _DIFF, {"source": source}))
    deleted = _deleted(connection, source, full, departed or Departed())
    return Diff(_with_new_ids(connection, found).to_arrow().cast(_DIFF), deleted)


def _all_new(connection: Connection, count: int) -> Diff:
    columns = [
        pa.array(np.arange(count)),
        pa.repeat(INSERTED, count),
        pa.array(reserve_ids(connection, "source_record", "record_id", count)),
        pa.nulls(count, pa.int64()),
    ]
    return Diff(pa.table(columns, schema=_DIFF), np.empty(0, dtype=np.int64))


def count_deleted(
    connection: Connection, source: str, keys: pa.Table, *, full: bool, departed: Departed | None = None
) -> int:
    """How many records of the source a load would delete; arguments as for `diff`."""
    if not scalar(connection, statements("records")["any_of_source"], {"source": source}):
        return 0
    departed = departed or Departed()
    if not full and not departed.gone and departed.present is None:
        return 0
    _stage(connection, pl.DataFrame(keys.select(["source_id"])))
    return len(_deleted(connection, source, full, departed))


def _deleted(connection: Connection, source: str, full: bool, departed: Departed) -> NDArray[np.int64]:
    """Record ids that a load deletes; its keys are staged."""
    found = [_gone(connection, source, departed.gone)] if departed.gone else []
    if departed.present is not None:
        copy_frame(connection, "incoming_key", pl.DataFrame({"source_id": pl.Series(departed.present)}))
    if full or departed.present is not None:
        found.append(_missing(connection, source))
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *found]))


def _gone(connection: Connection, source: str, gone: Sequence[str]) -> NDArray[np.int64]:
    """Live records of these keys that the load itself does not have."""
    rows = connection.execute(statements("records")["gone"], {"source": source, "gone": list(gone)}).fetchall()
    return np.array([row[0] for row in rows], dtype=np.int64)


def _stage(connection: Connection, frame: pl.DataFrame) -> None:
    connection.execute(statements("records")["drop_incoming_key"])
    connection.execute(statements("records")["create_incoming_key"])
    copy_frame(connection, "incoming_key", frame)
    connection.execute(statements("records")["analyze_incoming_key"])


def _missing(connection: Connection, source: str) -> NDArray[np.int64]:
    schema = pa.schema([("record_id", pa.int64())])
    missing = read_table(connection, statements("records")["missing"], schema, {"source": source})
    ids: NDArray[np.int64] = missing["record_id"].to_numpy()
    return ids


def _with_new_ids(connection: Connection, found: pl.DataFrame) -> pl.DataFrame:
    """Give each inserted row a reserved record id."""
    is_new = found["status"] == INSERTED
    reserved = reserve_ids(connection, "source_record", "record_id", int(is_new.sum()))
    ids = found["record_id"].fill_null(0).to_numpy().copy()
    ids[is_new.to_numpy()] = reserved
    return found.with_columns(pl.Series("record_id", ids))


# Writing -------------------------------------------------------------------------------------------------------


def write_new(connection: Connection, load_id: int, records: pa.Table) -> int:
    """Write records that `diff` calls inserted.

    `records`: columns of the standard schema (custom ones as `custom:<name>`), and `record_id`, `node_id` (null for
    facts alone), `content_hash` int64 and `payload` text.
    """
    return write_new_batches(connection, [(load_id, records)], records.num_rows)


def write_new_batches(connection: Connection, batches: Iterable[tuple[int, pa.Table]], expected: int) -> int:
    """As `write_new` for (load id, records) of one or more loads; `expected` is about how many records come in all."""
    with filling(connection, {"source_record": expected}) as emptied:
        frames = (_row_frame(batch, load_id) for load_id, batch in batches)
        return sum(copy_frame(connection, "source_record", frame, freeze=bool(emptied)) for frame in frames)


def write_changed(connection: Connection, load_id: int, records: pa.Table) -> int:
    """Write records that `diff` calls changed or returned, shaped as for `write_new`; what they were becomes a version.

    A row received before and only standardized anew makes no version.
    """
    return write_changed_batches(connection, [(load_id, records)])


def write_changed_batches(connection: Connection, batches: Iterable[tuple[int, pa.Table]]) -> int:
    """As `write_changed` for (load id, records) of one or more loads."""
    connection.execute(statements("records")["drop_incoming_record"])
    connection.execute(statements("records")["create_incoming_record"])
    for load_id, batch in batches:
        copy_frame(connection, "incoming_record", _row_frame(batch, load_id))
    connection.execute(statements("records")["keep_versions"])
    return connection.execute(statements("records")["update_changed"]).rowcount


def delete(connection: Connection, load_id: int, record_ids: NDArray[np.int64]) -> int:
    """Mark records as deleted in their source; they leave their nodes and keep their payload."""
    parameters = {"ids": record_ids.tolist(), "load_id": load_id}
    return connection.execute(statements("records")["delete"], parameters).rowcount


def put(connection: Connection, load_id: int, record: Mapping[str, Any]) -> int:
    """Write one record and answer its id: what `write_new` and `write_changed` do, for one row in a transaction.

    `record`: a row of the standard schema as a dictionary, and `node_id`, `content_hash` and `payload`.
    """
    return put_many(connection, [{**record, "load_id": load_id}])[record["source"], record["source_id"]]


def put_many(connection: Connection, written: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """As `put`, a handful at once, each with its `load_id` and none twice; answers ids by source and key."""
    if not written:
        return {}
    rows = msgspec.json.encode([_row(record) for record in written]).decode()
    found = connection.execute(statements("records")["put"], {"rows": rows}).fetchall()
    return {(source, source_id): record_id for source, source_id, record_id in found}


def _row(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as an object of the columns of the table that are filled."""
    row = {name: value for name, value in record.items() if value is not None}
    customs = {name.removeprefix(CUSTOM_PREFIX): row.pop(name) for name in list(row) if name.startswith(CUSTOM_PREFIX)}
    return {**_NO_LISTS, **row, "custom": customs} if customs else {**_NO_LISTS, **row}


def move_to_nodes(connection: Connection, nodes: Mapping[int, int]) -> int:
    """Set the node of a handful of records: record id → node id; answers how many had another one."""
    parameters = {"records": list(nodes), "nodes": list(nodes.values())}
    return connection.execute(statements("records")["move_to_nodes"], parameters).rowcount


def _row_frame(records: pa.Table, load_id: int) -> pl.DataFrame:
    frame = pl.DataFrame(records)
    lists = (pl.col(name).fill_null([]) for name in (*STANDARD_LISTS, "problems"))
    fixed = frame.with_columns(*lists, _custom_json(frame.columns), version=pl.lit(1), load_id=pl.lit(load_id))
    return fixed.select(_WRITTEN)


def _custom_json(columns: Sequence[str]) -> pl.Expr:
    """Custom attributes that are filled, as one JSON object; null without any."""
    customs = [name for name in columns if name.startswith(CUSTOM_PREFIX)]
    if not customs:
        return pl.lit(None, dtype=pl.String).alias("custom")
    fields = pl.struct(pl.col(name).alias(name.removeprefix(CUSTOM_PREFIX)) for name in customs)
    return pl.when(pl.any_horizontal(pl.col(customs).is_not_null())).then(fields.struct.json_encode()).alias("custom")


# Reading -------------------------------------------------------------------------------------------------------


def read_standard(
    connection: Connection, *, customs: tuple[str, ...] = (), node_ids: Sequence[int] | None = None
) -> pa.Table:
    """Live records that are resolved: `record_id`, `node_id`, then the standard schema. All, or those of some nodes."""
    tables = list(read_standard_batches(connection, customs=customs, node_ids=node_ids))
    return pa.concat_tables(tables) if tables else _read_schema(customs).empty_table()


def read_standard_batches(
    connection: Connection, *, customs: tuple[str, ...] = (), node_ids: Sequence[int] | None = None
) -> Iterator[pa.Table]:
    """As `read_standard`, some tens of megabytes at a time."""
    chosen = None if node_ids is None else list(node_ids)
    schema = _read_schema(customs)
    query = _standard_query(schema, customs)
    return read_batches(connection, query, schema, {"node_ids": chosen})


def count_up_to(connection: Connection, most: int) -> int:
    """How many live records there are; no more than `most` are counted."""
    return int(scalar(connection, statements("records")["count_up_to"], {"most": most}))


def nodes_of(connection: Connection, record_ids: Sequence[int]) -> dict[int, int]:
    """Record → its node, of those that are in one."""
    return dict(connection.execute(statements("records")["nodes_of"], {"ids": array_of(record_ids)}).fetchall())


def count_live(connection: Connection, source: str) -> int:
    """Records of a source that it has not deleted."""
    return int(scalar(connection, statements("records")["count_live"], {"source": source}))


def customs(connection: Connection) -> tuple[str, ...]:
    """Names of all custom attributes in the store, sorted."""
    return tuple(row[0] for row in connection.execute(statements("records")["customs"]).fetchall())


def read_received(
    connection: Connection, source: str, *, customs: tuple[str, ...] = (), after: int = 0, most: int
) -> pa.Table:
    """Live records of a source behind a record id, in order: standard schema after `record_id`, `content_hash`,
    `payload`."""
    ids = [pa.field("record_id", pa.int64()), pa.field("content_hash", pa.int64()), pa.field("payload", pa.string())]
    schema = pa.schema([*ids, *standard_schema(customs)])
    query = _standard_query(schema, customs, "from_received")
    return read_table(connection, query, schema, {"source": source, "after": after, "most": most})


def read_hashes(connection: Connection, source: str) -> pa.Table:
    """`record_id` and `content_hash` of the live records of a source, in order."""
    schema = pa.schema([("record_id", pa.int64()), ("content_hash", pa.int64())])
    return read_table(connection, statements("records")["hashes"], schema, {"source": source})


def set_hashes(
    connection: Connection,
    record_ids: NDArray[np.int64],
    former: NDArray[np.int64],
    hashes: NDArray[np.int64],
) -> int:
    """Say of records that their standard values are those of another recipe too; answers how many did not say so.

    A record that has not its former hash any more stays as it is.
    """
    connection.execute(statements("records")["create_renewed"])
    copy_fixed(connection, "renewed", {"record_id": record_ids, "former": former, "content_hash": hashes})
    done = connection.execute(statements("records")["set_hashes"]).rowcount
    connection.execute("truncate pg_temp.renewed")
    return done


def count_behind(connection: Connection, since: datetime) -> dict[str, int]:
    """Source → its live records that were loaded before a moment and not standardized anew after it."""
    return dict(connection.execute(statements("records")["count_behind"], {"since": since}).fetchall())


def _read_schema(customs: tuple[str, ...]) -> pa.Schema:
    ids = [pa.field("record_id", pa.int64()), pa.field("node_id", pa.int64())]
    return pa.schema([*ids, *standard_schema(customs)])


def _standard_query(schema: pa.Schema, customs: tuple[str, ...], rows: str = "from_live") -> sql.Composed:
    columns = [_output(field) for field in schema if not field.name.startswith(CUSTOM_PREFIX)]
    extras = [sql.SQL("custom->>{}").format(sql.Literal(name)) for name in customs]
    place = schema.get_field_index(CUSTOM_PREFIX + customs[0]) if customs else len(columns)
    listed = sql.SQL(", ").join([*columns[:place], *extras, *columns[place:]])
    return sql.SQL("select {} ").format(listed) + statements("records")[rows]


def _output(field: pa.Field) -> sql.Composable:
    name = sql.Identifier(field.name)
    if pa.types.is_list(field.type):
        return sql.SQL("array_to_string({}, chr(31))").format(name)
    if pa.types.is_timestamp(field.type):
        return sql.SQL("{} at time zone 'UTC'").format(name)
    return name


def of_party(connection: Connection, party_id: str) -> list[Record]:
    """Live records of a party, by source and key."""
    return rows_of(connection, Record, statements("records")["of_party"], {"party_id": party_id})


def members(
    connection: Connection, party_ids: Sequence[str], customs: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """Party → its live records, each with the columns of the standard schema and those of all `customs`."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statements("records")["members"], {"ids": array_of(party_ids)}).fetchall()
    absent = {CUSTOM_PREFIX + name: None for name in customs}
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.pop("party_id"), []).append(absent | _with_customs(row))
    return found


def find(connection: Connection, source: str, source_id: str) -> Record | None:
    """The record of a source key, a deleted one too."""
    return next(iter(find_many(connection, [(source, source_id)])), None)


def find_many(connection: Connection, keys: Sequence[tuple[str, str]]) -> list[Record]:
    """Records of (source, source_id) keys, deleted ones too, in no certain order; unknown keys are left out."""
    return ask_many(connection, keys)()


def ask_many(connection: Connection, keys: Sequence[tuple[str, str]]) -> Callable[[], list[Record]]:
    """As `find_many`; who calls the answer waits for it, in a pipeline not before."""
    parameters = {"sources": [key[0] for key in keys], "ids": [key[1] for key in keys]}
    return asked(connection, Record, statements("records")["by_keys"], parameters)


def versions(connection: Connection, record_id: int) -> list[Version]:
    """Earlier versions of a record, the newest first."""
    return rows_of(connection, Version, statements("records")["versions"], {"record_id": record_id})


def representatives(connection: Connection, node_ids: Sequence[int]) -> dict[int, tuple[str, dict[str, Any]]]:
    """Node id → (fingerprint, standard values that evidence reads, of one of its records)."""
    if not node_ids:
        return {}
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statements("records")["representatives"], {"nodes": array_of(node_ids)}).fetchall()
    return {row.pop("node_id"): (row.pop("fingerprint"), _with_customs(row)) for row in rows}


def _with_customs(row: dict[str, Any]) -> dict[str, Any]:
    customs = row.pop("custom") or {}
    return row | {CUSTOM_PREFIX + name: value for name, value in customs.items()}


class Belonging(NamedTuple):
    """A live record, its node, the party it belonged to last, and the one that evidence alone had given it."""

    record_id: int
    node_id: int
    source: str
    source_id: str
    party_id: str | None
    home_id: str | None


def belongings(connection: Connection, node_ids: Sequence[int]) -> list[Belonging]:
    """Live records of nodes."""
    return rows_of(connection, Belonging, statements("records")["belongings"], {"nodes": array_of(node_ids)})
