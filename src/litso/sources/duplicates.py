"""Keys that occur more than once in what is loaded together: the latest row wins, the others must not be lost silently.

The latest is the one with the greatest `updated_at`, of equals the last in the order of files and lines. A row equal to
the latest is merely repeated; one that differs goes to quarantine. Memory: 8 bytes a row, and the rows in question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from litso.sources.mapped import map_batch, source_ids
from litso.sources.mapping import Mapping
from litso.sources.payload import payloads
from litso.sources.quarantine import Rejected, reject
from litso.sources.raw import RawBatch, SourceFile, match_columns

_LOSERS: Final = {
    "file": pl.Int64,
    "line": pl.Int64,
    "source_id": pl.String,
    "winner": pl.String,  # where the row that won stands
    "is_equal": pl.Boolean,
}


def losing_rows(files: Sequence[SourceFile], mapping: Mapping) -> pl.DataFrame:
    """Rows that a later one of the same key replaces: file (number in `files`), line, source_id, winner, is_equal.

    Reads the key columns of the files once, and the rows in question again if there are any.
    """
    repeated = _repeated_hashes(files, mapping)
    if repeated.size == 0:
        return pl.DataFrame(schema=_LOSERS)
    rows = pl.concat(_rows_in_question(files, mapping, repeated))
    ordered = rows.sort("source_id", "updated_at", "file", "line", nulls_last=False)
    latest = pl.col("file", "line", "payload").last().over("source_id").name.prefix("last_")
    losers = ordered.with_columns(latest).filter(
        (pl.col("file") != pl.col("last_file")) | (pl.col("line") != pl.col("last_line"))
    )
    names = pl.Series([file.path.name for file in files], dtype=pl.String)
    elsewhere = pl.format("{} файла {}", "last_line", pl.lit(names).gather(pl.col("last_file")))
    return losers.select(
        "file",
        "line",
        "source_id",
        pl.when(pl.col("file") == pl.col("last_file"))
        .then(pl.col("last_line").cast(pl.String))
        .otherwise(elsewhere)
        .alias("winner"),
        (pl.col("payload") == pl.col("last_payload")).alias("is_equal"),
    )


def without_losers(raw: RawBatch, losers: pl.DataFrame, mapping: Mapping) -> tuple[RawBatch, int]:
    """The batch without the rows that lost (`losers` of this file) and how many of them were equal to the winner.

    Those that differ go to quarantine.
    """
    lines = raw.lines.to_numpy()
    lost = np.isin(lines, losers["line"].to_numpy())
    if not lost.any():
        return raw, 0
    kept = pa.array(~lost)
    texts = pl.DataFrame({"line": lines[lost], "payload": payloads(raw.rows.filter(pa.array(lost)))})
    found = losers.filter(pl.col("line").is_in(lines[lost].tolist()))
    differing = found.filter(~pl.col("is_equal")).join(texts, on="line")
    rejected = [*raw.rejected, *_rejected(differing, mapping)]
    batch = RawBatch(raw.rows.filter(kept), raw.lines.filter(kept), rejected, raw.position)
    return batch, found.height - differing.height


def _rejected(rows: pl.DataFrame, mapping: Mapping) -> Iterator[Rejected]:
    column = ", ".join(mapping.key)
    for row in rows.sort("line").iter_rows(named=True):
        yield reject(
            "duplicate_key",
            row["line"],
            row["payload"],
            column=column,
            source_id=row["source_id"],
            winner=row["winner"],
        )


def _repeated_hashes(files: Sequence[SourceFile], mapping: Mapping) -> npt.NDArray[np.uint64]:
    hashes = [np.empty(0, np.uint64)]
    for file in files:
        columns = list(match_columns(mapping.key, file.columns).values())
        hashes += [source_ids(raw.rows, mapping).drop_nulls().hash().to_numpy() for raw in file.batches(only=columns)]
    ordered = np.sort(np.concatenate(hashes))
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def _rows_in_question(
    files: Sequence[SourceFile], mapping: Mapping, repeated: npt.NDArray[np.uint64]
) -> Iterator[pl.DataFrame]:
    mapping = replace(mapping, deleted=None)  # a row that says "deleted" is a row like any other here
    for number, file in enumerate(files):
        for raw in file.batches():
            keys = source_ids(raw.rows, mapping)
            chosen = pa.array(np.isin(keys.hash().to_numpy(), repeated) & keys.is_not_null().to_numpy())
            part = RawBatch(raw.rows.filter(chosen), raw.lines.filter(chosen), [])
            records = map_batch(part, mapping).records.select(["source_id", "updated_at", "line", "payload"])
            yield pl.DataFrame(pl.from_arrow(records)).with_columns(
                pl.lit(number, pl.Int64).alias("file"), pl.col("payload").hash()
            )
