"""`litso standardize`: one kind of value over a column of a file, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Annotated, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import typer

from litso.commands.console import print_json, stages
from litso.domain.territory import Territory
from litso.errors import BadUsage
from litso.settings import load_settings
from litso.sources.files import open_file
from litso.sources.mapping import Mapping
from litso.sources.raw import RawBatch, SourceFile, match_columns
from litso.standardize.kinds import KINDS, clean_column, get_kind
from litso.usecases import registers

UNREADABLE: Final = "unreadable_row"
"""Problem of a row that the file's format does not allow; its source is null."""
BATCH: Final = 131_072

Write = Callable[[pl.DataFrame], None]


def standardize(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="What the values are: " + ", ".join(KINDS) + ".")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, JSONL or Parquet.")],
    out: Annotated[Path, typer.Option(help="Where to write: .csv, .jsonl or .parquet.")],
    column: Annotated[
        str | None, typer.Option(help="Column of the values; not needed when there is one, or one named as the kind.")
    ] = None,
    territory_region: Annotated[str | None, typer.Option(help="Region of addresses and phones without one.")] = None,
    territory_city: Annotated[str | None, typer.Option(help="City of addresses and phones without one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Standardize a column: one row out for each row in, in order, with quality codes and named problems.

    Example: litso standardize phone --column tel clients.csv --out phones.csv
    """
    get_kind(kind)
    territory = Territory(territory_region, territory_city) if territory_region or territory_city else None
    source = open_file(file, Mapping(source="standardize", key=()))
    wanted = find_column(source, kind, column)
    registers.use(load_settings().home)
    known = registers.in_use()
    codes: Counter[int] = Counter()
    started = perf_counter()
    with writer(out) as write, stages(quiet=as_json) as progress:
        for values, unreadable, position in column_of(source, wanted):
            table = clean_column(kind, values, territory, known)
            write(noted(table, unreadable))
            codes.update(table["qc"].to_list())
            progress(f"standardize {kind}", position, source.size)
        if not codes:
            write(clean_column(kind, pl.Series([], dtype=pl.String), territory))
    report(kind, codes, perf_counter() - started, out, as_json)


def report(kind: str, codes: Counter[int], seconds: float, out: Path, as_json: bool) -> None:
    """Say how many values have which quality code."""
    counted = {str(code): count for code, count in sorted(codes.items())}
    if as_json:
        print_json({"kind": kind, "rows": codes.total(), "qc": counted, "seconds": round(seconds, 3), "out": str(out)})
        return
    listed = ", ".join(f"qc {code}: {count}" for code, count in counted.items())
    typer.echo(f"{codes.total()} rows in {seconds:.1f} s → {out} ({listed or 'no rows'})")


def find_column(source: SourceFile, kind: str, wanted: str | None) -> str:
    """The column to read: the one that was named, else the only one, else `source`, `input` or the kind's own name."""
    names = (wanted,) if wanted else ("source", "input", kind)
    matched = match_columns(names, source.columns)
    found = next((matched[name] for name in names if name in matched), None)
    if found is None and not wanted and len(source.columns) == 1:
        found = source.columns[0]
    if found is None:
        listed = ", ".join(source.columns[:20])
        asked = f"no column «{wanted}»" if wanted else "several columns: name one with --column"
        raise BadUsage(f"{source.path}: {asked}; the file has {listed}")
    return found


def column_of(source: SourceFile, column: str) -> Iterator[tuple[pl.Series, pl.Series, int]]:
    """Batches of a column, a mask of rows that cannot be read, and the bytes read so far; no row is left out."""
    expected: int | None = None
    for batch in source.batches(BATCH, only=[column]):
        rows = in_order(batch, column)
        if len(source.columns) == 1 and source.format == "csv":
            rows, expected = with_blank_lines(rows, expected)
        yield rows["value"], rows["unreadable"], batch.position


def in_order(batch: RawBatch, column: str) -> pl.DataFrame:
    """`value`, `line` and `unreadable` of a batch, rejected rows in their places."""
    values = pl.DataFrame({"value": _text(batch.rows.column(column)), "line": _numbers(batch.lines)})
    rejected = pl.DataFrame(
        {"value": None, "line": [one.line for one in batch.rejected]}, schema={"value": pl.String, "line": pl.Int64}
    )
    rows = pl.concat([values.with_columns(unreadable=False), rejected.with_columns(unreadable=True)])
    return rows.sort("line", maintain_order=True) if batch.rejected else rows


def _text(column: pa.ChunkedArray) -> pl.Series:
    return pl.Series(pl.from_arrow(column)).cast(pl.String)


def _numbers(lines: pa.Array) -> pl.Series:
    return pl.Series(pl.from_arrow(lines)).cast(pl.Int64)


def with_blank_lines(rows: pl.DataFrame, expected: int | None) -> tuple[pl.DataFrame, int | None]:
    """Blank lines of a file of one column are empty values, which readers of CSV leave out; also the next line."""
    if not len(rows):
        return rows, expected
    ends = rows.select(pl.col("line") + 1 + pl.col("value").str.count_matches("\n").fill_null(0)).to_series()
    before = pl.concat([pl.Series([rows["line"][0] if expected is None else expected]), ends.head(-1)])
    gaps = (rows["line"] - before).clip(0)
    has_gaps = (gaps > 0).any()
    if not has_gaps:
        return rows, ends[-1]
    blank = pl.DataFrame({"gap": gaps, "line": before}).filter(pl.col("gap") > 0)
    lines = blank.select(pl.int_ranges("line", pl.col("line") + pl.col("gap")).explode().cast(pl.Int64).alias("line"))
    empty = lines.select(pl.lit(None, dtype=pl.String).alias("value"), "line", unreadable=False)
    return pl.concat([rows, empty]).sort("line", maintain_order=True), ends[-1]


def noted(table: pl.DataFrame, unreadable: pl.Series) -> pl.DataFrame:
    """The table with the problem of unreadable rows, and `qc` 1 instead of «empty» for them."""
    if not unreadable.any():
        return table
    mask = pl.lit(unreadable)
    return table.with_columns(
        qc=pl.when(mask).then(pl.lit(1, dtype=pl.Int8)).otherwise("qc"),
        problems=pl.when(mask).then(pl.lit(UNREADABLE)).otherwise("problems"),
    )


@contextmanager
def writer(out: Path) -> Iterator[Write]:
    """Write tables one after another to a file of the format that its name says."""
    formats = {".csv": _csv, ".jsonl": _jsonl, ".ndjson": _jsonl, ".parquet": _parquet}
    make = formats.get(out.suffix.lower())
    if make is None:
        raise BadUsage(f"{out}: the name must end in .csv, .jsonl or .parquet")
    try:
        with make(out) as write:
            yield write
    except OSError as error:
        raise BadUsage(f"{out}: cannot be written: {error.strerror}") from None


@contextmanager
def _csv(out: Path) -> Iterator[Write]:
    with out.open("wb") as stream:
        yield lambda table: table.write_csv(stream, include_header=stream.tell() == 0)


@contextmanager
def _jsonl(out: Path) -> Iterator[Write]:
    with out.open("wb") as stream:
        yield lambda table: table.write_ndjson(stream)


@contextmanager
def _parquet(out: Path) -> Iterator[Write]:
    writers: list[pq.ParquetWriter] = []

    def write(table: pl.DataFrame) -> None:
        rows = table.to_arrow(compat_level=pl.CompatLevel.oldest())
        if not writers:
            writers.append(pq.ParquetWriter(out, rows.schema))
        writers[0].write_table(rows)

    try:
        yield write
    finally:
        for one in writers:
            one.close()
