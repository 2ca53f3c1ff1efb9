"""Columns of values, standardized by the same function that standardizes one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

Row: TypeAlias = tuple[Any, ...]
"""A standard value of a kind: a NamedTuple with the columns of the kind, then `qc` and `problems`."""

Schema: TypeAlias = Mapping[str, pl.DataType | type[pl.DataType]]


def by_distinct(values: pl.Series, parse: Callable[[str | None], Row], schema: Schema) -> pl.DataFrame:
    """Apply `parse` once to every distinct text of `values`, null included; rows in the order of `values`."""
    codes, texts = encode(values)
    table = frame([parse(text) for text in texts] + [parse(None)], schema)
    return table[codes.fill_null(len(texts))]


def encode(values: pl.Series) -> tuple[pl.Series, list[str]]:
    """Distinct texts of a column and, per row, the position of its text among them (null stays null)."""
    column = values.cast(pl.String).to_arrow()
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = pc.dictionary_encode(column)
    codes = pl.Series(encoded.indices, dtype=pl.UInt32)
    return codes, encoded.dictionary.to_pylist()


def frame(rows: Sequence[Row], schema: Schema) -> pl.DataFrame:
    """Rows of a kind as a table."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    return pl.DataFrame(
        [
            pl.Series(name, list(column), dtype=kind, strict=True)
            for (name, kind), column in zip(schema.items(), columns, strict=True)
        ]
    )


def columns(kind: type[Any], **types: type[pl.DataType]) -> dict[str, pl.DataType | type[pl.DataType]]:
    """Schema of a kind's NamedTuple: texts, `qc` a small integer, unless `types` says otherwise."""
    special: dict[str, type[pl.DataType]] = {"qc": pl.Int8, **types}
    return {name: special.get(name, pl.String) for name in kind._fields}


def weave(fast: pl.DataFrame, is_fast: pl.Series, slow: pl.DataFrame) -> pl.DataFrame:
    """Rows of `fast` and `slow` in one table, each in its order: `is_fast` says from which each row comes."""
    mask = is_fast.to_numpy()
    place = np.where(mask, np.cumsum(mask) - 1, len(fast) + np.cumsum(~mask) - 1)
    return pl.concat([fast, slow])[pl.Series(place, dtype=pl.UInt32)]
