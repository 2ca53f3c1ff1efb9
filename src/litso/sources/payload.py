"""The whole row as one JSON object of texts, for a batch at a time; absent values are left out."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
import polars as pl
import pyarrow as pa

_ESCAPES: Final = {chr(code): msgspec.json.encode(chr(code)).decode()[1:-1] for code in (*range(32), 34, 92)}


def payloads(rows: pa.Table) -> pl.Series:
    """A text for each row of text columns, in the order of the columns. Equal rows give equal texts."""
    frame = pl.DataFrame(pl.from_arrow(rows))
    escaped = [_escaped(frame[name], column) for name, column in zip(frame.columns, rows.columns, strict=True)]
    if not escaped:
        return pl.repeat("{}", rows.num_rows, dtype=pl.String, eager=True)
    first, *others = escaped
    is_full = not first.null_count()
    head = _entry(first, "{") if is_full else (pl.lit("{"), *_entry(first, ","))
    parts = [*head, *(part for column in others for part in _entry(column, ",")), pl.lit("}")]
    joined = pl.select(pl.concat_str(parts)).to_series()
    return joined if is_full else joined.str.replace("{,", "{", literal=True)


def _entry(column: pl.Series, before: str) -> tuple[pl.Expr | pl.Series, ...]:
    """The parts of `"name":"value"` after `before`, nothing where the value is absent."""
    opening = pl.lit(f'{before}{msgspec.json.encode(column.name).decode()}:"')
    if not column.null_count():
        return opening, column, pl.lit('"')
    entry = pl.concat_str(opening, column, pl.lit('"'))
    return (pl.when(column.is_null()).then(pl.lit("")).otherwise(entry),)


def _escaped(texts: pl.Series, column: pa.ChunkedArray) -> pl.Series:
    if not any(map(_needs_escape, column.chunks)):
        return texts
    return texts.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))


def _needs_escape(chunk: pa.Array) -> bool:
    """Whether any text of the array has a quote, backslash or control character; may err to the safe side."""
    data = chunk.buffers()[2]
    if data is None or len(data) == 0:
        return False
    signs = np.frombuffer(data, np.uint8)
    return bool((signs < 32).any() or (signs == 34).any() or (signs == 92).any())
