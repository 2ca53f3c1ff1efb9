"""A column of addresses at once: the plain majority is cut by a regular expression, and every place is read once.

The same functions read every part as for a single address, so the columns equal those of `parse`, value by value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

import polars as pl
import pyarrow as pa

from litso.domain.territory import Territory
from litso.standardize.address.compose import (
    HOUSE_COLUMNS,
    PLACE_COLUMNS,
    House,
    HouseFlags,
    Place,
    PlaceFlags,
    complete,
    printed_unparsed,
    quality,
)
from litso.standardize.address.model import COLUMNS, Address
from litso.standardize.address.reader import PLAIN, RANGES, SPLIT, WIDE, parse, read_flat, read_house, read_place

Read = TypeVar("Read", Place, House)

_BATCH: Final = 1 << 17
"""Rows worked on at a time: what bounds the memory."""

_REMEMBERED: Final = 1 << 18
"""Places and houses kept from batch to batch of one column."""

# The columns of one load are of one town: what was read for a batch is met again in the next one, and in other sources.
_place = lru_cache(1 << 16)(read_place)
_house = lru_cache(1 << 16)(read_house)
_whole = lru_cache(1 << 15)(parse)

_FLAT_BIT: Final = 16 ** (len(HouseFlags._fields) - 1 - HouseFlags._fields.index("flat"))
_INTEGERS: Final = frozenset({"fias_level", "qc_complete", "qc_house", "qc"})
SCHEMA: Final[dict[str, pl.DataType]] = {
    name: pl.List(pl.String()) if name == "problems" else pl.Int8() if name in _INTEGERS else pl.String()
    for name in COLUMNS
}
"""Columns of `parse_column` and their types."""


def parse_column(values: pl.Series | pa.Array | pa.ChunkedArray, territory: Territory | None = None) -> pl.DataFrame:
    """`parse` over a column of texts: one row a value, in order, with the columns of `Address`."""
    series = values if isinstance(values, pl.Series) else pl.Series(pl.from_arrow(values))
    texts = series.cast(pl.String).rename("text")
    batches, places, houses = [], None, None
    for start in range(0, max(len(texts), 1), _BATCH):
        rows = _cut(texts.slice(start, _BATCH))
        places = _extended(places, rows["head"], lambda text: _place(text, territory), PLACE_COLUMNS, "place")
        houses = _extended(houses, rows["house_text"], _house, HOUSE_COLUMNS, "house")
        batches.append(_batch(rows, places, houses, territory))
    return pl.concat(batches, rechunk=False)


def _batch(rows: pl.DataFrame, places: pl.DataFrame, houses: pl.DataFrame, territory: Territory | None) -> pl.DataFrame:
    """Addresses of the rows of one batch, whose places and houses have been read."""
    rows = rows.join(places, on="head", how="left", maintain_order="left")
    rows = rows.join(houses, on="house_text", how="left", maintain_order="left").drop("flat", "flat_type")
    rows = rows.join(_flats(rows["flat_text"]), on="flat_text", how="left", maintain_order="left")
    plain = rows.filter(pl.col("place_read") & pl.col("house_read"))
    others = rows.filter(~(pl.col("place_read") & pl.col("house_read")).fill_null(value=False)).select("row", "text")
    return pl.concat([_compose(plain), _others(others, territory)]).sort("row").drop("row")


def _extended(
    known: pl.DataFrame | None,
    texts: pl.Series,
    reader: Callable[[str], Read | None],
    columns: Sequence[str],
    name: str,
) -> pl.DataFrame:
    """What earlier batches told, and the texts of this one that are new; forgotten where it grows too large."""
    distinct = texts.drop_nulls().unique()
    if known is None or known.height + len(distinct) > _REMEMBERED:
        return _read(distinct, reader, columns, name)
    fresh = distinct.to_frame().join(known, on=texts.name, how="anti")[texts.name]
    return pl.concat([known, _read(fresh, reader, columns, name)])


def _cut(texts: pl.Series) -> pl.DataFrame:
    """Row numbers, texts, and the place, the house and the flat of those that are plain (see `reader.cut`)."""
    text = pl.col("text")
    names = ["head", "house_text", "flat_text"]
    plain = (text.str.len_chars() <= PLAIN) & ~text.str.contains(WIDE, literal=True)
    parts = pl.when(plain).then(text).str.extract_groups(SPLIT)
    rows = texts.to_frame().with_row_index("row").with_columns(parts.struct.rename_fields(names).alias("parts"))
    first, second = (pl.col(name).str.extract("([0-9]+)").cast(pl.Int32) for name in names[1:])
    doubtful = pl.col("flat_text").str.contains("-", literal=True) & (second - first).is_in(RANGES)
    return rows.unnest("parts").with_columns(pl.when(doubtful).then(None).otherwise(pl.col("head")).alias("head"))


def _flats(texts: pl.Series) -> pl.DataFrame:
    """Every distinct flat read once."""
    distinct = texts.drop_nulls().unique()
    flats = pl.Series([read_flat(text) for text in distinct], dtype=pl.String)
    return pl.DataFrame({texts.name: distinct, "flat": flats}).with_columns(
        pl.when(pl.col("flat").is_not_null()).then(pl.lit("кв")).alias("flat_type"),
        (pl.lit("кв ") + pl.col("flat")).alias("flat_line"),
    )


def _read(texts: pl.Series, reader: Callable[[str], Read | None], columns: Sequence[str], name: str) -> pl.DataFrame:
    """Distinct texts read; `<name>_read` tells whether one could be, flags are kept as `<name>_flags`."""
    read = [reader(text) for text in texts]
    is_read = pl.Series([item is not None for item in read], dtype=pl.Boolean)
    table: dict[str, Any] = {texts.name: texts, f"{name}_read": is_read}
    for at, column in enumerate(columns):
        table[column] = pl.Series([item.columns[at] if item else None for item in read], dtype=pl.String)
    table[f"{name}_line"] = pl.Series([item.line or None if item else None for item in read], dtype=pl.String)
    table[f"{name}_key"] = pl.Series([item.key if item else None for item in read], dtype=pl.String)
    if name == "place":
        table["unparsed"] = pl.Series(
            [printed_unparsed(item.unparsed) if item else None for item in read], dtype=pl.String
        )
        table["problems"] = _lists([item.problems if isinstance(item, Place) else () for item in read])
    table[f"{name}_flags"] = pl.Series([_packed(item.flags) if item else None for item in read], dtype=pl.Int32)
    return pl.DataFrame(table)


def _lists(values: list[tuple[str, ...]]) -> pl.Series:
    """Short tuples of words, most of them empty, as a column of lists."""
    joined = pl.Series("words", [";".join(value) for value in values], dtype=pl.String)
    words = pl.col("words")
    split = pl.when(words == "").then(pl.lit([], dtype=pl.List(pl.String))).otherwise(words.str.split(";"))
    return joined.to_frame().select(split.alias("words"))["words"]


def _packed(flags: PlaceFlags | HouseFlags) -> int:
    """Flags as one number, each in four bits."""
    packed = 0
    for flag in flags:
        packed = packed << 4 | int(flag)
    return packed


def _unpacked(packed: int, size: int) -> list[int]:
    return [packed >> 4 * at & 15 for at in reversed(range(size))]


def _codes(pairs: pl.DataFrame) -> pl.DataFrame:
    """Quality codes of every pair of flags that occurs."""
    distinct = pairs.unique()
    codes = [_code(place, house) for place, house in distinct.iter_rows()]
    return distinct.with_columns(
        pl.Series("qc", [code for code, _ in codes], dtype=pl.Int8),
        pl.Series("qc_complete", [gap for _, gap in codes], dtype=pl.Int8),
    )


def _code(place: int, house: int) -> tuple[int, int]:
    where = PlaceFlags(*_unpacked(place, len(PlaceFlags._fields)))  # type: ignore[arg-type]
    what = HouseFlags(*_unpacked(house, len(HouseFlags._fields)))  # type: ignore[arg-type]
    code = quality(where, what)
    return code, complete(where, what, code)


def _compose(rows: pl.DataFrame) -> pl.DataFrame:
    """`compose.compose` over rows whose place and house were read."""
    flags = ["place_flags", "house_flags"]
    with_flat = pl.col("flat").is_not_null().cast(pl.Int32) * _FLAT_BIT
    rows = rows.with_columns(pl.col("house_flags") + with_flat)
    rows = rows.join(_codes(rows.select(flags)), on=flags, how="left")
    return rows.with_columns(
        pl.concat_str("place_line", "house_line", "flat_line", separator=", ", ignore_nulls=True)
        .replace("", None)
        .alias("result"),
        pl.concat_str("place_key", "house_key", separator="|").alias("house_key"),
        pl.lit(None, dtype=pl.String).alias("fias_id"),
        pl.lit(None, dtype=pl.Int8).alias("fias_level"),
        pl.lit(None, dtype=pl.Int8).alias("qc_house"),
    ).select("row", *COLUMNS)


def _others(rows: pl.DataFrame, territory: Territory | None) -> pl.DataFrame:
    """Rows that are not plain: each distinct text is read as a whole."""
    distinct = rows["text"].unique()
    read = frame(_whole(text, territory) for text in distinct).with_columns(distinct)
    return rows.join(read, on="text", how="left", nulls_equal=True).select("row", *COLUMNS)


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
