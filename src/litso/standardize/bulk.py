"""Columns of values, standardized by the same function that standardizes one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

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


class Numbers:
    """Texts numbered from 0 in the order in which they are first met, from column to column."""

    def __init__(self) -> None:
        self._texts = pl.Series([], dtype=pl.Categorical(pl.Categories.random()))  # keeps the numbers alive
        self.size = 0

    def of(self, *columns: pl.Series) -> tuple[NDArray[np.int64], pl.Series]:
        """The number of every text of some equally long columns, a row a column, -1 for null; and the new texts."""
        codes = np.stack(
            [column.cast(self._texts.dtype).to_physical().cast(pl.Int64).fill_null(-1).to_numpy() for column in columns]
        )
        first, self.size = self.size, max(self.size, int(codes.max(initial=-1)) + 1)
        new = pl.int_range(first, self.size, dtype=pl.UInt32, eager=True)
        return codes, new.cat.to(self._texts.dtype).cast(pl.String)


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
    return pl.concat([fast, slow], rechunk=True)[pl.Series(place, dtype=pl.UInt32)]  # chunks are slow to gather from
