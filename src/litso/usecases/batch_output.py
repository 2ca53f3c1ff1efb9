"""The tables that `litso resolve` leaves in its output folder, written in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from litso.engine.duckdb import Engine
from litso.golden.records import golden_records
from litso.resolve.explain import evidence_lists
from litso.resolve.model import UNIT, take_apart
from litso.sources.quarantine import Rejected
from litso.usecases.resolution import KindResolution, Resolution

_CHUNK: Final = 50_000
"""Records whose golden records are made at a time, and links that are written at a time."""


def write_parties(engine: Engine, folder: Path, on_progress: Callable[[int, int], None]) -> None:
    """Golden records of all parties and the standard records of each, in one pass over the records sorted by party.

    on_progress: called with (records done, of).
    """
    (records,) = engine.rows("select count(*) from record_node")[0]
    rows = engine.batches(
        """
        select s.*, r.cluster, p.party_id, coalesce(y.priority, 0) as priority
        from (from record_node join cluster using (node)) r join party p using (cluster)
        join standard s using (source, source_id) left join priority y using (source)
        order by r.cluster, s.source, s.source_id
        """,
        _CHUNK,
    )
    done = 0
    with _Written(folder / "standard.parquet") as standard, _Written(folder / "golden.parquet") as golden:
        for members in whole_parties(rows):
            standard.add(members.drop_columns(["cluster", "party_id", "priority"]))
            golden.add(golden_records(pl.DataFrame(members.drop_columns(["cluster"]))).to_arrow())
            done += len(members)
            on_progress(done, records)


def whole_parties(pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Pieces of a table sorted by `cluster`, cut again so that all rows of a cluster are in one of them."""
    rest: pa.Table | None = None
    for piece in pieces:
        rest = pa.concat_tables([rest, piece]) if rest else piece
        clusters = rest["cluster"].to_numpy()
        whole = int(np.searchsorted(clusters, clusters.max(initial=0)))
        if whole:
            yield rest.slice(0, whole)
            rest = rest.slice(whole)
    if rest is not None:
        yield rest


class _Written:
    """A Parquet file that is written in pieces; the first one tells the schema. A context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()

    def add(self, table: pa.Table) -> None:
        """Write a piece."""
        self._writer = self._writer or pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table.cast(self._writer.schema))


def write_links(engine: Engine, path: Path, resolution: Resolution) -> None:
    """Pairs of nodes above the review weight, each side shown by the first record of its node."""
    engine.run("""
        create table face as
        select node, min((source || chr(31) || source_id, source, source_id)) as first from record_node group by node
    """)
    lists = pa.concat_arrays([_evidence(resolution, kind) for kind in resolution.kinds])
    engine.append("link", _links(resolution))
    rows = engine.batches(
        """
        select a.first[2] as left_source, a.first[3] as left_id, b.first[2] as right_source, b.first[3] as right_id,
               l.weight, l.base, l.pattern
        from link l join face a on a.node = l.node_a join face b on b.node = l.node_b
        order by left_source, left_id, right_source, right_id
        """,
        _CHUNK,
    )
    with _Written(path) as file:
        for links in rows:
            evidence = lists.take(links["pattern"].combine_chunks())
            file.add(links.drop_columns(["pattern"]).append_column("evidence", evidence))


def _evidence(resolution: Resolution, kind: KindResolution) -> pa.Array:
    """The evidence of each pattern of a kind in words: lists of claim, level, weight in bits."""
    parts = take_apart(resolution.model, kind.kind, kind.patterns.levels)
    return evidence_lists(resolution.model, kind.kind, kind.patterns.levels, parts)


def _links(resolution: Resolution) -> Iterator[pa.Table]:
    """Links by kind: node_a, node_b, weight and base in bits, pattern (its number among those of all kinds)."""
    floor = round(min(resolution.model.review, resolution.threshold) * UNIT)
    before = 0
    for kind in resolution.kinds:
        parts = take_apart(resolution.model, kind.kind, kind.patterns.levels)
        chosen = np.flatnonzero(kind.pairs.scores >= floor)
        patterns = kind.patterns.of_pair[chosen]
        yield pa.table({
            "node_a": (kind.first + kind.pairs.left[chosen]).astype(np.int32),
            "node_b": (kind.first + kind.pairs.right[chosen]).astype(np.int32),
            "weight": parts.totals[patterns] / UNIT,
            "base": parts.bases[patterns] / UNIT,
            "pattern": patterns + before,
        })  # fmt: skip
        before += kind.patterns.levels.shape[1]


def quarantine_table(rejected: Sequence[tuple[str, Rejected]]) -> pa.Table:
    """Rows in quarantine with their sources."""
    fields = ("source_id", "line", "column", "code", "message", "suggestion", "payload")
    kinds = {"line": pa.int64()}
    columns = {name: pa.array([getattr(row, name) for _, row in rejected], kinds.get(name, pa.string()))
               for name in fields}  # fmt: skip
    return pa.table({"source": pa.array([source for source, _ in rejected], pa.string()), **columns})
