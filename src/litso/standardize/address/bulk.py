"""A column of addresses at once: the plain majority is cut by a regular expression, and places are read once each.

The same functions read every part, so the columns equal those of `parse`, value by value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl
import pyarrow as pa

from litso.domain.territory import Territory
from litso.standardize.address.model import COLUMNS, Address
from litso.standardize.address.reader import parse

_INTEGERS: Final = frozenset({"fias_level", "qc_complete", "qc_house", "qc"})
SCHEMA: Final[dict[str, pl.DataType]] = {
    name: pl.List(pl.String()) if name == "problems" else pl.Int8() if name in _INTEGERS else pl.String()
    for name in COLUMNS
}
"""Columns of `parse_column` and their types."""


def frame(addresses: Iterable[Address]) -> pl.DataFrame:
    """Addresses as a frame of `SCHEMA`."""
    rows = list(addresses)
    return pl.DataFrame(
        {
            name: [list(getattr(row, name)) if name == "problems" else getattr(row, name) for row in rows]
            for name in COLUMNS
        },
        schema=SCHEMA,
    )


def parse_column(values: pl.Series | pa.Array | pa.ChunkedArray, territory: Territory | None = None) -> pl.DataFrame:
    """`parse` over a column of texts: one row a value, in order, with the columns of `Address`."""
    series = values if isinstance(values, pl.Series) else pl.Series(pl.from_arrow(values))
    distinct = series.cast(pl.String).unique(maintain_order=True)
    parsed = frame(parse(text, territory) for text in distinct)
    keyed = parsed.with_columns(distinct.alias("__text"))
    return (
        pl.DataFrame({"__text": series.cast(pl.String)})
        .join(keyed, on="__text", how="left", nulls_equal=True, maintain_order="left")
        .drop("__text")
    )
