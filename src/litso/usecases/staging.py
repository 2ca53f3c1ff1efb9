"""What a load changes, standardized and laid out for the engine: the first step inside the transaction of a load.

Standard records go into the engine, which resolves them, and beside the spool, from where they are written batch by
batch when their nodes are known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from litso.domain.record import NO_PARTY, QC_KINDS, standard_schema
from litso.domain.territory import Territory
from litso.engine.duckdb import Engine
from litso.sources.mapping import Mapping
from litso.standardize.account import account
from litso.standardize.registers import address_column
from litso.store import records
from litso.store.database import Connection
from litso.store.loads import Counts
from litso.usecases import registers
from litso.usecases.address_lines import INSIDE
from litso.usecases.spool import Spool, read_stream, written_stream
from litso.usecases.standardizing import standardized, standardized_columns
from litso.usecases.workers import Workers

STANDARD: Final = "standard"
"""Engine table of records that are resolved: standard schema, record_id, old_node (null for what is new)."""

ARRIVED: Final = "arrived"
"""Engine table of the record_id of new and changed records."""

HOUSES: Final = "arrived_house"
"""Engine table of the houses of new and changed records: house_key, address without what is inside, met (how often)."""

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, of)."""


class Incoming(NamedTuple):
    """A load that may be published."""

    load_id: int
    mapping: Mapping
    is_full: bool
    spool: Spool


class Compared(NamedTuple):
    """A load beside the store. record_ids: of all records of the spool, in order; is_news: which are new or changed;
    is_new: which are new; deleted: record ids of those that the source has no more."""

    load: Incoming
    record_ids: NDArray[np.int64]
    is_news: NDArray[np.bool_]
    is_new: NDArray[np.bool_]
    deleted: NDArray[np.int64]
    counts: Counts

    def news(self, columns: Sequence[str]) -> Iterator[tuple[pa.Table, NDArray[np.int64], NDArray[np.bool_]]]:
        """(some columns as mapped, record ids, is_new) of the new and changed records, batch by batch."""
        start = 0
        for table in self.load.spool.records(columns):
            span = slice(start, start + table.num_rows)
            start += table.num_rows
            mask = self.is_news[span]
            if mask.any():
                yield _filtered(table, mask), self.record_ids[span][mask], self.is_new[span][mask]


class Staged(NamedTuple):
    """A load after comparison with the store, standardized. quality: figures of its attributes; facts: how many."""

    compared: Compared
    quality: dict[str, dict[str, Any]]
    facts: int

    @property
    def load(self) -> Incoming:
        return self.compared.load

    @property
    def replaced(self) -> NDArray[np.int64]:
        """Records that the present ones in the store make way for."""
        changed = self.compared.is_news & ~self.compared.is_new
        return self.compared.record_ids[changed]

    @property
    def deleted(self) -> NDArray[np.int64]:
        return self.compared.deleted

    @property
    def new(self) -> int:
        """Number of new records."""
        return int(self.compared.is_new.sum())

    def written_records(self, customs: tuple[str, ...], *, new: bool) -> Iterator[pa.Table]:
        """New (or else changed) records batch by batch: standard schema, record_id, content_hash, payload."""
        standards = read_stream(_standard_records(self.load))
        received = self.compared.news(("content_hash", "payload"))
        for (mapped, record_ids, is_new), standard in zip(received, standards, strict=True):
            mask = is_new if new else ~is_new
            if mask.any():
                added = {
                    "record_id": pa.array(record_ids),
                    "content_hash": mapped["content_hash"],
                    "payload": mapped["payload"],
                }
                yield _filtered(_with_columns(with_customs(standard, customs), added), mask)

    def written_facts(self) -> Iterator[pa.Table]:
        """Facts as the store takes them, batch by batch."""
        return read_stream(_standard_facts(self.load))


def stage(
    connection: Connection,
    engine: Engine,
    workers: Workers,
    loads: Sequence[Compared],
    customs: tuple[str, ...],
    progress: Progress,
) -> list[Staged]:
    """Standardize the new and changed records of loads, into the engine and beside their spools, and their facts."""
    lay_out(engine, customs)
    codes = _stage_records(engine, workers, loads, progress)
    facts = _stage_facts(workers, loads, progress)
    return [Staged(*one) for one in zip(loads, map(_quality, loads, codes), facts, strict=True)]


def lay_out(engine: Engine, customs: tuple[str, ...]) -> None:
    """Make the tables STANDARD, ARRIVED and HOUSES where they are missing."""
    ids = [pa.field("record_id", pa.int64()), pa.field("old_node", pa.int64())]
    engine.append(STANDARD, [pa.schema([*standard_schema(customs), *ids]).empty_table()])
    engine.append(ARRIVED, [pa.schema(ids[:1]).empty_table()])
    houses = [("house_key", pa.string()), ("address", pa.string()), ("met", pa.int64())]
    engine.append(HOUSES, [pa.schema(houses).empty_table()])


# Comparison -----------------------------------------------------------------------------------------------------


def compare(connection: Connection, load: Incoming) -> Compared:
    """Compare a load with the store."""
    diff = records.diff(
        connection, load.mapping.source, load.spool.keys, full=load.is_full, departed=load.spool.departed()
    )
    status = pl.DataFrame(diff.rows)["status"]
    summary = load.spool.summary
    counts = Counts(
        rows_in=summary.rows,
        inserted=diff.count(records.INSERTED, records.RETURNED),
        changed=diff.count(records.CHANGED),
        unchanged=diff.count(records.UNCHANGED) + summary.repeated,
        deleted=len(diff.deleted),
        quarantined=summary.rejected,
    )
    is_news, is_new = (status != records.UNCHANGED).to_numpy(), (status == records.INSERTED).to_numpy()
    return Compared(load, diff.rows["record_id"].to_numpy(), is_news, is_new, diff.deleted, counts)


# Records --------------------------------------------------------------------------------------------------------


def _stage_records(
    engine: Engine, workers: Workers, loads: Sequence[Compared], progress: Progress
) -> list[dict[str, dict[str, int]]]:
    """Standard records into the engine and beside the spools; answers counts of quality codes by kind for each load."""
    codes: list[dict[str, dict[str, int]]] = [{} for _ in loads]
    expected = sum(int(one.is_news.sum()) for one in loads)
    done = 0
    news = (
        ((place, record_ids), mapped, one.load.mapping)
        for place, one in enumerate(loads)
        for mapped, record_ids, _ in one.news(standardized_columns(one.load.mapping.customs))
    )
    with ExitStack() as opened:
        writers = [opened.enter_context(written_stream(_standard_records(one.load))) for one in loads]
        for (place, record_ids), standard in standardized(workers, news):
            writers[place](standard)
            _count_codes(codes[place], standard)
            _into_engine(engine, _with_columns(standard, {"record_id": pa.array(record_ids)}))
            done += standard.num_rows
            progress("standardizing records", done, expected)
    return codes


def _into_engine(engine: Engine, standard: pa.Table) -> None:
    engine.append(ARRIVED, [standard.select(["record_id"])])
    with engine.lent("arriving", standard):
        engine.run(f"insert into {STANDARD} by name from arriving where kind <> '{NO_PARTY}'")
        houses = f"""
            insert into {HOUSES} select house_key, regexp_replace(address, ?, '') as house, sum(met)::bigint
            from (
                select house_key, address, count(*) as met from arriving
                where house_key is not null and address is not null group by all
            ) group by all
        """  # noqa: S608
        engine.run(houses, INSIDE)


def _standard_records(load: Incoming) -> Path:
    return load.spool.folder / "standard.arrow"


def _filtered(table: pa.Table, mask: NDArray[np.bool_]) -> pa.Table:
    return table if mask.all() else table.filter(pa.array(mask))


def _with_columns(table: pa.Table, columns: dict[str, pa.Array]) -> pa.Table:
    for name, column in columns.items():
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


def _quality(compared: Compared, codes: dict[str, dict[str, int]]) -> dict[str, dict[str, Any]]:
    quality = {name: dict(entry) for name, entry in compared.load.spool.summary.quality.items()}
    for kind, found in codes.items():
        quality.setdefault(kind, {})["qc"] = found
    return quality


def _count_codes(codes: dict[str, dict[str, int]], standard: pa.Table) -> None:
    for kind in QC_KINDS:
        for entry in standard["qc_" + kind].drop_null().value_counts().to_pylist():
            counted = codes.setdefault(kind, {})
            counted[str(entry["values"])] = counted.get(str(entry["values"]), 0) + entry["counts"]


# Facts ----------------------------------------------------------------------------------------------------------


def _stage_facts(workers: Workers, loads: Sequence[Compared], progress: Progress) -> list[int]:
    """Standard facts beside the spools; answers how many each load has."""
    last = [_last_facts(one) for one in loads]
    counts = [int(keep.sum()) for keep, _ in last]
    folders = registers.folders_in_use()
    items = (
        ((place, record_ids), (table, one.load.mapping.territory, folders))
        for place, (one, (keep, owners)) in enumerate(zip(loads, last, strict=True))
        for record_ids, table in _fact_batches(one.load.spool, keep, owners)
    )
    done = 0
    with ExitStack() as opened:
        writers = [opened.enter_context(written_stream(_standard_facts(one.load))) for one in loads]
        for (place, record_ids), table in workers.each(standard_facts, items):
            writers[place](_with_columns(table, {"record_id": record_ids}))
            done += table.num_rows
            progress("standardizing facts", done, sum(counts))
    return counts


def _last_facts(compared: Compared) -> tuple[NDArray[np.bool_], pa.Array]:
    """Which facts count (of repeated keys the last one), and the record of each fact."""
    spool = compared.load.spool
    keys = pl.DataFrame(spool.fact_keys())
    known = pl.DataFrame({"source_id": spool.keys["source_id"], "record_id": compared.record_ids})
    owners = keys.select("source_id").join(known, on="source_id", how="left", maintain_order="left")["record_id"]
    keep = keys.select(pl.struct("kind", "fact_key").is_last_distinct()).to_series().to_numpy()
    return keep, owners.to_arrow()


def _fact_batches(spool: Spool, keep: NDArray[np.bool_], owners: pa.Array) -> Iterator[tuple[pa.Array, pa.Table]]:
    """(record ids, facts) of the facts that count, batch by batch."""
    start = 0
    for table in spool.facts():
        span = slice(start, start + table.num_rows)
        start = span.stop
        if keep[span].any():
            yield owners[span].filter(pa.array(keep[span])), _filtered(table, keep[span])


def _standard_facts(load: Incoming) -> Path:
    return load.spool.folder / "standard_facts.arrow"


def standard_facts(facts: pa.Table, territory: Territory | None, folders: tuple[Path, ...]) -> pa.Table:
    """Facts with `house_key` beside the address, and account numbers in the form that records have.

    folders: of the registers in use, as other processes open them.
    """
    frame = pl.DataFrame(facts)
    frame = frame.with_columns(_accounts(frame["account"]).alias("account"))
    if frame["address"].null_count() == frame.height:
        return frame.with_columns(house_key=pl.lit(None, pl.String)).to_arrow()
    parsed = address_column(frame["address"], territory, registers.opened(folders))
    return frame.with_columns(
        parsed["house_key"].alias("house_key"), pl.coalesce("flat", parsed["flat"]).alias("flat")
    ).to_arrow()


def _accounts(texts: pl.Series) -> pl.Series:
    """Account numbers; digits alone are one as they are, others are read once each."""
    plain = (texts.str.contains(r"^[0-9]{1,40}$") & texts.str.contains("[1-9]")).fill_null(True)
    others = texts.filter(~plain).unique()
    if others.is_empty():
        return texts
    read = pl.DataFrame({"text": others, "value": pl.Series([account(text).value for text in others], dtype=pl.String)})
    rows = pl.DataFrame({"text": texts, "plain": plain}).join(read, on="text", how="left", maintain_order="left")
    return rows.select(pl.when("plain").then("text").otherwise("value")).to_series()
