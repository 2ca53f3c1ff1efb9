"""What a load changes, standardized and laid out for the engine: the first step inside the transaction of a load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from litso.domain.record import QC_KINDS, standard_schema
from litso.engine.duckdb import Engine
from litso.sources.mapping import Mapping
from litso.standardize.account import account
from litso.standardize.registers import address_column
from litso.store import records
from litso.store.database import Connection
from litso.store.loads import Counts
from litso.usecases import registers
from litso.usecases.spool import Spool
from litso.usecases.standardizing import standardized

INCOMING: Final = "incoming"
"""Engine table of new and changed records: standard schema, record_id, load_id, is_new, content_hash, payload."""


class Incoming(NamedTuple):
    """A load that may be published."""

    load_id: int
    mapping: Mapping
    is_full: bool
    spool: Spool


class Staged(NamedTuple):
    """A load after comparison with the store. `replaced`: records that the present ones in the store make way for."""

    load: Incoming
    counts: Counts
    quality: dict[str, dict[str, Any]]
    replaced: NDArray[np.int64]
    deleted: NDArray[np.int64]


def stage(connection: Connection, engine: Engine, load: Incoming, customs: tuple[str, ...]) -> Staged:
    """Compare a load with the store and put its new and changed records, standardized, into the engine."""
    diff = records.diff(connection, load.mapping.source, load.spool.keys, full=load.is_full)
    rows = pl.DataFrame(diff.rows)
    is_news = rows["status"] != records.UNCHANGED
    codes: dict[str, dict[str, int]] = {}
    for mapped, standard, found in _news(load, rows, is_news):
        _count_codes(codes, standard)
        engine.append(INCOMING, [_incoming(load, mapped, standard, found, customs)])
    summary = load.spool.summary
    counts = Counts(
        rows_in=summary.rows,
        inserted=diff.count(records.INSERTED, records.RETURNED),
        changed=diff.count(records.CHANGED),
        unchanged=diff.count(records.UNCHANGED) + summary.repeated,
        deleted=len(diff.deleted),
        quarantined=summary.rejected,
    )
    quality = {name: dict(entry) for name, entry in summary.quality.items()}
    for kind, found_codes in codes.items():
        quality.setdefault(kind, {})["qc"] = found_codes
    changed = rows.filter(is_news & (rows["status"] != records.INSERTED))["record_id"].to_numpy()
    return Staged(load, counts, quality, changed, diff.deleted)


def _news(load: Incoming, rows: pl.DataFrame, is_news: pl.Series) -> Iterator[tuple[pa.Table, pa.Table, pl.DataFrame]]:
    """(mapped, standard, diff rows) of the records that are new or changed, batch by batch."""
    chosen: list[pl.DataFrame] = []

    def filtered() -> Iterator[pa.Table]:
        start = 0
        for table in load.spool.records():
            mask = is_news.slice(start, table.num_rows)
            found = rows.slice(start, table.num_rows).filter(mask)
            start += table.num_rows
            if found.height:
                chosen.append(found)
                yield table.filter(mask.to_arrow())

    pairs = standardized(filtered(), load.mapping, expected=int(is_news.sum()))
    for place, (mapped, standard) in enumerate(pairs):
        yield mapped, standard, chosen[place]


def _incoming(
    load: Incoming, mapped: pa.Table, standard: pa.Table, found: pl.DataFrame, customs: tuple[str, ...]
) -> pa.Table:
    table = with_customs(standard, customs)
    added: dict[str, pa.Array] = {
        "record_id": found["record_id"].to_arrow(),
        "load_id": pa.repeat(pa.scalar(load.load_id, pa.int64()), table.num_rows),
        "is_new": (found["status"] == records.INSERTED).to_arrow(),
        "content_hash": mapped["content_hash"],
        "payload": mapped["payload"],
    }
    for name, column in added.items():
        table = table.append_column(name, column)
    return table


def with_customs(standard: pa.Table, customs: Sequence[str]) -> pa.Table:
    """A standard table with columns for all custom attributes of the store, null where its source has none."""
    schema = standard_schema(tuple(customs))
    have = set(standard.column_names)
    columns = [
        standard[field.name] if field.name in have else pa.nulls(standard.num_rows, field.type) for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _count_codes(codes: dict[str, dict[str, int]], standard: pa.Table) -> None:
    for kind in QC_KINDS:
        for entry in standard["qc_" + kind].drop_null().value_counts().to_pylist():
            counted = codes.setdefault(kind, {})
            counted[str(entry["values"])] = counted.get(str(entry["values"]), 0) + entry["counts"]


def standard_facts(facts: pa.Table, mapping: Mapping) -> pa.Table:
    """Facts with `house_key` beside the address, and account numbers in the form that records have."""
    frame = pl.DataFrame(facts)
    parsed = address_column(frame["address"], mapping.territory, registers.in_use())
    numbers = frame["account"].drop_nulls().unique().to_list()
    standard = {text: account(text).value for text in numbers}
    return frame.with_columns(
        parsed["house_key"].alias("house_key"),
        pl.coalesce("flat", parsed["flat"]).alias("flat"),
        pl.col("account").replace_strict(standard, default=None, return_dtype=pl.String),
    ).to_arrow()
