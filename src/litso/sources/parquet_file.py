"""Parquet files: every column as text, numbers and dates as a person would write them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from litso.errors import SourceUnusable
from litso.sources.quarantine import Rejected, reject
from litso.sources.raw import BATCH_BYTES, RawBatch, SourceFile, payload_of


def open_parquet(path: Path) -> SourceFile:
    """Open a Parquet file. Raises SourceUnusable where it is damaged."""
    try:
        with pq.ParquetFile(path) as file:
            columns = tuple(file.schema_arrow.names)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path) from error
    if len(set(columns)) < len(columns):
        raise SourceUnusable(f"{path}: столбцы Parquet названы одинаково.")

    def read(rows: int, only: Collection[str] | None) -> Iterator[RawBatch]:
        try:
            yield from _read(path, rows, only)
        except (OSError, pa.ArrowException) as error:
            raise _damaged(path) from error

    return SourceFile(path=path, format="parquet", columns=columns, size=path.stat().st_size, reader=read)


def _damaged(path: Path) -> SourceUnusable:
    return SourceUnusable(f"{path}: это не Parquet, или файл повреждён или передан не полностью.")


def _read(path: Path, rows: int, only: Collection[str] | None) -> Iterator[RawBatch]:
    size = path.stat().st_size
    with pq.ParquetFile(path) as file:
        count = file.metadata.num_rows
        line = 1
        names = None if only is None else list(only)
        for batch in file.iter_batches(_batch_rows(file, rows), columns=names, use_threads=False):
            table = pa.table({name: as_text(batch.column(name)) for name in batch.schema.names})
            yield without_nul(table, line, size * line // max(count, 1))
            line += batch.num_rows


def _batch_rows(file: pq.ParquetFile, rows: int) -> int:
    """Fewer rows a batch where they are wide."""
    meta = file.metadata
    total = sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups))
    width = max(total // max(meta.num_rows, 1), 1)
    return int(max(1, min(rows, BATCH_BYTES * 4 // width)))


def as_text(column: pa.Array) -> pa.Array:
    """A column of any type as text: whole floats without «.0», dates in ISO, lists and structures as JSON."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.cast(kind.value_type))
    if pa.types.is_floating(kind):
        return _floats(column)
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array([_nested(value) for value in column.to_pylist()], pa.string())
    if pa.types.is_timestamp(kind):
        return pc.replace_substring_regex(column.cast(pa.string()), r"(?:(\.\d*[1-9])0+|\.0+)(Z?)$", r"\1\2")
    return column.cast(pa.string())


def _floats(column: pa.Array) -> pa.Array:
    """123.0 is 123 (keys pass through floats where a column had gaps); NaN is absent."""
    numbers = column.cast(pa.float64())
    numbers = pc.if_else(pc.is_nan(numbers), None, numbers)
    is_whole = pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less(pc.abs(numbers), 2.0**53))
    whole = pc.if_else(is_whole, numbers, None).cast(pa.int64()).cast(pa.string())
    return pc.coalesce(whole, numbers.cast(pa.string()))


def _nested(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return msgspec.json.encode(value, enc_hook=str).decode()


def without_nul(table: pa.Table, line: int, position: int) -> RawBatch:
    """Rows with NUL, which a database cannot hold, go to quarantine; the first row is number `line`."""
    lines = pa.array(range(line, line + table.num_rows), pa.int64())
    bad = pa.array([False] * table.num_rows, pa.bool_())
    for column in table.columns:
        bad = pc.or_(bad, pc.fill_null(pc.match_substring(column.combine_chunks(), "\0"), False))
    if not pc.any(bad).as_py():
        return RawBatch(table, lines, [], position)
    good = pc.invert(bad)
    return RawBatch(table.filter(good), lines.filter(good), _with_nul(table.filter(bad), lines.filter(bad)), position)


def _with_nul(table: pa.Table, lines: pa.Array) -> list[Rejected]:
    pairs = zip(table.to_pylist(), lines.to_pylist(), strict=True)
    return [reject("nul_bytes", line, payload_of(row)) for row, line in pairs]
