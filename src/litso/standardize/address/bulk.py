"""A column of addresses at once: the plain majority is cut by a regular expression, and every place is read once.

The same functions read every part as for a single address, so the columns equal those of `parse`, value by value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

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
from litso.standardize.address.reader import END, PLAIN, RANGES, WIDE, parse, read_flat, read_house, read_place
from litso.standardize.bulk import Numbers, encode, weave

_BATCH: Final = 1 << 17
"""Rows worked on at a time: what bounds the memory."""

_REMEMBERED: Final = 1 << 17
"""Places or houses after which a column forgets those that it has read."""

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
    known = _KnownParts(_Known(lambda heads: _places(heads, territory)), _Known(_houses), _Known(_flats))
    starts = range(0, max(len(texts), 1), _BATCH)
    return pl.concat([_batch(_cut(texts.slice(start, _BATCH)), known, territory) for start in starts], rechunk=False)


class _Known:
    """Texts met in a column and what was read of them: a row of `table` each, by their numbers.

    Forgets everything where it grows too large.
    """

    def __init__(self, read: Callable[[pl.Series], pl.DataFrame]) -> None:
        self._read = read
        self._forget()

    def _forget(self) -> None:
        self._numbers = Numbers()
        self.table = self._read(pl.Series([], dtype=pl.String))

    def rows_of(self, texts: pl.Series) -> NDArray[np.int64]:
        """The row of each text, -1 for null; new texts are read."""
        if self._numbers.size > _REMEMBERED:
            self._forget()
        numbers, new = self._numbers.of(texts)
        if len(new):
            self.table = pl.concat([self.table, self._read(new)], rechunk=True)
        rows: NDArray[np.int64] = numbers[0]
        return rows


class _KnownParts(NamedTuple):
    places: _Known
    houses: _Known
    flats: _Known


def _batch(rows: pl.DataFrame, known: _KnownParts, territory: Territory | None) -> pl.DataFrame:
    """Addresses of the rows of one batch: of plain ones by their places, houses and flats, of others one by one."""
    places, houses, flats = (of_part.rows_of(rows[name]) for of_part, name in zip(known, PARTS, strict=True))
    is_plain = _are(known.places.table["place_read"], places) & _are(known.houses.table["house_read"], houses)
    parts = [
        of_part.table[pl.Series(at[is_plain], dtype=pl.UInt32)]
        for of_part, at in zip(known, (places, houses, flats), strict=True)
    ]
    others = rows["text"].filter(pl.Series(~is_plain))
    return weave(_compose(pl.concat(parts, how="horizontal")), pl.Series(is_plain), _others(others, territory))


def _are(read: pl.Series, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows have a part, and one that could be read."""
    are: NDArray[np.bool_] = np.append(read.to_numpy(), False)[rows]
    return are


def _cut(texts: pl.Series) -> pl.DataFrame:
    """Texts, and the place, the house and the flat of those that are plain (see `reader.cut`)."""
    text, signs, start = pl.col("text"), pl.col("text").cast(pl.Binary), pl.col("start")
    plain = (
        (text.str.len_chars() <= PLAIN)
        & ~text.str.contains(WIDE, literal=True)
        & ~text.str.contains("\n", literal=True)
    )
    # groups are slow to find in Rust: they are looked for in the end alone
    rows = texts.to_frame().with_columns(start=pl.when(plain).then(text).str.find(END))
    rows = rows.with_columns(
        begin=signs.bin.slice(0, start).cast(pl.String),
        end=signs.bin.slice(start)
        .cast(pl.String)
        .str.extract_groups(f"^{END}")
        .struct.rename_fields(["before", *PARTS[1:]]),
    ).unnest("end")
    rows = rows.select("text", *PARTS[1:], place=pl.col("begin") + pl.col("before"))
    with_hyphen = rows["flat"].str.contains("-", literal=True).fill_null(value=False)
    first, second = (pl.col(name).str.extract("([0-9]+)").cast(pl.Int32) for name in PARTS[1:])
    doubtful = rows.filter(with_hyphen).select((second - first).is_in(RANGES).fill_null(value=False)).to_series()
    is_doubtful = np.zeros(len(rows), dtype=np.bool_)
    is_doubtful[with_hyphen.to_numpy()] = doubtful.to_numpy()
    return rows.with_columns(place=pl.when(~pl.lit(pl.Series(is_doubtful))).then("place"))


PARTS: Final = ("place", "house", "flat")


def _places(texts: pl.Series, territory: Territory | None) -> pl.DataFrame:
    """Distinct places read, with their problems and what was not understood."""
    read = [_place(text, territory) for text in texts.to_list()]
    return _table("place", PLACE_COLUMNS, read).with_columns(
        pl.Series("unparsed", [item and printed_unparsed(item.unparsed) for item in read], dtype=pl.String),
        _lists([item.problems if item else () for item in read]).alias("problems"),
    )


def _houses(texts: pl.Series) -> pl.DataFrame:
    """Distinct houses read."""
    return _table("house", HOUSE_COLUMNS, [_house(text) for text in texts.to_list()]).drop("flat", "flat_type")


def _flats(texts: pl.Series) -> pl.DataFrame:
    """Distinct flats read."""
    flats = pl.Series("flat", [read_flat(text) for text in texts.to_list()], dtype=pl.String)
    return flats.to_frame().select(
        "flat",
        pl.when(pl.col("flat").is_not_null()).then(pl.lit("кв")).alias("flat_type"),
        (pl.lit("кв ") + pl.col("flat")).alias("flat_line"),
    )


def _table(name: str, columns: Sequence[str], read: Sequence[Place | House | None]) -> pl.DataFrame:
    """Readings in columns; `<name>_read` tells whether there is one, flags are kept as `<name>_flags`."""
    table: dict[str, Any] = {f"{name}_read": pl.Series([item is not None for item in read], dtype=pl.Boolean)}
    for at, column in enumerate(columns):
        table[column] = pl.Series([item.columns[at] if item else None for item in read], dtype=pl.String)
    table[f"{name}_line"] = pl.Series([item.line or None if item else None for item in read], dtype=pl.String)
    table[f"{name}_key"] = pl.Series([item.key if item else None for item in read], dtype=pl.String)
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
    rows = rows.join(_codes(rows.select(flags)), on=flags, how="left", maintain_order="left")
    return rows.with_columns(
        pl.concat_str("place_line", "house_line", "flat_line", separator=", ", ignore_nulls=True)
        .replace("", None)
        .alias("result"),
        pl.concat_str("place_key", "house_key", separator="|").alias("house_key"),
        pl.lit(None, dtype=pl.String).alias("fias_id"),
        pl.lit(None, dtype=pl.Int8).alias("fias_level"),
        pl.lit(None, dtype=pl.Int8).alias("qc_house"),
    ).select(COLUMNS)


def _others(texts: pl.Series, territory: Territory | None) -> pl.DataFrame:
    """Texts that are not plain: each distinct one is read as a whole."""
    codes, distinct = encode(texts)
    read = frame(_whole(text, territory) for text in (*distinct, None))
    return read[codes.fill_null(len(distinct))]


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
