"""Telephone numbers of a column: plain ones, with an extension, or two in a cell by expressions, others one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from litso.domain.territory import Territory
from litso.standardize.bulk import by_distinct, columns, frame
from litso.standardize.numbering import UNKNOWN, NumberingPlan, Place, default_plan
from litso.standardize.phone import RUSSIA, SCHEMA, Phone, conflict, phone

_CORE: Final = r"(?:\+?7|8)?[ \-]?\(?[3489][0-9]{2}\)?[ \-]?[0-9]{3}[ \-]?[0-9]{2}[ \-]?[0-9]{2}"
_PLAIN: Final = (
    rf"^ *(?:(?i:тел|телефон|моб|мобильный|дом|домашний|раб|рабочий|сот|сотовый)[.:]? *)?{_CORE}"
    r"(?: \(?[а-яёА-ЯЁ]{2,15}\)?)? *$"
)
"""One number, perhaps with a word of its kind before or a word of its owner behind it."""
_EXTENDED: Final = rf"^ *{_CORE},? *\(?(?:доб|вн)\.? *[0-9]{{1,7}}\)? *$"
_TWO: Final = rf"^ *{_CORE} *[,;] *{_CORE} *$"


def plain_nationals(texts: pl.Series, plan: NumberingPlan) -> tuple[pl.Series, pl.Series]:
    """National numbers of the cells that hold one plain Russian number of the plan, and which cells those are."""
    plain = pl.DataFrame({"text": texts}).select(pl.when(pl.col("text").str.contains(_PLAIN)).then("text"))
    return _nationals(plain.to_series(), plan)


def _nationals(texts: pl.Series, plan: NumberingPlan) -> tuple[pl.Series, pl.Series]:
    """The last ten digits of each text, and whether they are a number of the plan."""
    numbers = last_ten_digits(texts)
    national = pl.Series(numbers).cast(pl.String)
    return national, pl.Series(_is_in(plan, numbers) & _is_in(default_plan(), numbers) & ~_are_placeholders(numbers))


def last_ten_digits(texts: pl.Series) -> NDArray[np.int64]:
    """The number that the last ten ASCII digits of each text make; 0 where there are fewer."""
    column = pc.cast(texts.to_arrow(), pa.large_string()).fill_null("")
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[column.offset : column.offset + len(column) + 1]
    signs = np.frombuffer(data or b"", dtype=np.uint8)[: ends[-1]]
    is_digit = (signs >= ord("0")) & (signs <= ord("9"))
    before = np.concatenate([[0], np.cumsum(is_digit)])[ends]
    digits = np.concatenate([np.zeros(10, dtype=np.int64), signs[is_digit].astype(np.int64) - ord("0")])
    number = np.zeros(len(column), dtype=np.int64)
    for place in range(10):
        number = number * 10 + digits[before[1:] + place]
    return np.where(np.diff(before) >= 10, number, 0)


def phone_column(
    values: pl.Series, *, territory: Territory | None = None, plan: NumberingPlan | None = None
) -> pl.DataFrame:
    """`phone` for every text of a column: plain numbers, also with an extension or two in a cell, by expressions."""
    book = plan or default_plan()
    texts = values.cast(pl.String)
    kinds = pl.DataFrame({"text": texts}).select(
        pl.when(pl.col("text").str.contains(_PLAIN)).then(pl.lit(1, dtype=pl.Int8))
        .when(pl.col("text").str.contains(_EXTENDED)).then(pl.lit(2, dtype=pl.Int8))
        .when(pl.col("text").str.contains(_TWO)).then(pl.lit(3, dtype=pl.Int8))
        .otherwise(pl.lit(0, dtype=pl.Int8))
    ).to_series().to_numpy()  # fmt: skip
    tables: list[pl.DataFrame] = []
    rows: list[NDArray[np.int64]] = []
    for kind, read in ((1, _plain_phones), (2, _extended_phones), (3, _two_phones)):
        places = np.flatnonzero(kinds == kind)
        if not len(places):
            continue
        table, is_read = read(texts if len(places) == len(texts) else texts[_index(places)], book, territory)
        tables.append(table)
        rows.append(places[is_read.to_numpy()])
    return _gathered(texts, tables, rows, lambda text: phone(text, territory=territory, plan=plan))


def _gathered(
    texts: pl.Series, tables: list[pl.DataFrame], rows: list[NDArray[np.int64]], parse: Callable[[str | None], Phone]
) -> pl.DataFrame:
    """Tables of some rows each, and the rest by `parse`, in the order of the texts."""
    known = np.concatenate([np.empty(0, dtype=np.int64), *rows])
    is_known = np.zeros(len(texts), dtype=np.bool_)
    is_known[known] = True
    rest = by_distinct(texts.filter(pl.Series(~is_known)), parse, SCHEMA)
    place = np.empty(len(texts), dtype=np.int64)
    place[np.concatenate([known, np.flatnonzero(~is_known)])] = np.arange(len(texts))
    return pl.concat([*tables, rest], rechunk=True)[_index(place)]


def _index(places: NDArray[np.signedinteger[Any]]) -> pl.Series:
    return pl.Series(places, dtype=pl.UInt32)


def _plain_phones(texts: pl.Series, plan: NumberingPlan, territory: Territory | None) -> tuple[pl.DataFrame, pl.Series]:
    """Numbers of cells with one, those that are of the plan, and which cells those are."""
    national, is_planned = _nationals(texts, plan)
    return _russian_phones(national.filter(is_planned), plan, territory), is_planned


def _extended_phones(
    texts: pl.Series, plan: NumberingPlan, territory: Territory | None
) -> tuple[pl.DataFrame, pl.Series]:
    """The same of cells with a number and its extension."""
    parts = pl.DataFrame({"text": texts}).select(
        number=pl.col("text").str.extract(r"^([^а-я]*)", 1), extension=pl.col("text").str.extract(r"([0-9]+)\)? *$", 1)
    )
    national, is_planned = _nationals(parts["number"], plan)
    extension = parts["extension"].filter(is_planned)
    table = _russian_phones(national.filter(is_planned), plan, territory)
    return table.with_columns(extension=extension, phone=pl.col("phone") + " доб. " + pl.lit(extension)), is_planned


def _two_phones(texts: pl.Series, plan: NumberingPlan, territory: Territory | None) -> tuple[pl.DataFrame, pl.Series]:
    """The same of cells with two numbers divided by a sign: the first, the second among its others."""
    parts = texts.str.replace(";", ",", literal=True).str.split_exact(",", 1).struct.unnest()
    first, is_first = _nationals(parts["field_0"], plan)
    second, is_second = _nationals(parts["field_1"], plan)
    both = is_first & is_second
    table = _russian_phones(first.filter(both), plan, territory)
    is_other = pl.col("e164") != "+7" + pl.lit(second.filter(both))
    table = table.with_columns(
        others=pl.when(is_other).then("+7" + pl.lit(second.filter(both))),
        qc=pl.when(is_other).then(pl.lit(3, dtype=pl.Int8)).otherwise("qc"),
        problems=pl.when(is_other)
        .then(pl.concat_str(pl.lit("several"), "problems", separator=";", ignore_nulls=True))
        .otherwise("problems"),
    )
    return table, both


def _russian_phones(national: pl.Series, plan: NumberingPlan, territory: Territory | None) -> pl.DataFrame:
    """Phones of national numbers of the plan."""
    position = plan.find_all(_as_numbers(national))
    local = pl.col("national").str.slice(pl.col("code_length"))
    return (
        _places(plan, territory)[_index(position)]
        .with_columns(national=national)
        .select(
            phone=pl.concat_str(
                pl.lit("+7 "),
                pl.col("national").str.slice(0, pl.col("code_length")),
                pl.lit(" "),
                local.str.head(-4),
                pl.lit("-"),
                pl.col("national").str.slice(6, 2),
                pl.lit("-"),
                pl.col("national").str.slice(8, 2),
            ),
            e164=pl.lit("+7") + pl.col("national"),
            extension=pl.lit(None, dtype=pl.String),
            type="type",
            provider="provider",
            region="region",
            city="city",
            timezone="timezone",
            country=pl.lit(RUSSIA),
            others=pl.lit(None, dtype=pl.String),
            qc=pl.lit(0, dtype=pl.Int8),
            problems="problems",
        )
    )


def _places(plan: NumberingPlan, territory: Territory | None) -> pl.DataFrame:
    """Places of a plan, each with its conflict with the address in `problems`."""
    places = [place or Place(3, UNKNOWN, None, None, None, None) for place in plan.places]
    conflicts = pl.Series("problems", [conflict(place, territory) for place in places], dtype=pl.String)
    return frame(places, columns(Place, code_length=pl.UInt32)).with_columns(conflicts)


def _as_numbers(national: pl.Series) -> NDArray[np.int64]:
    return national.cast(pl.Int64).fill_null(0).to_numpy()


def _is_in(plan: NumberingPlan, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    known = np.asarray([place is not None for place in plan.places], dtype=np.bool_)
    found: NDArray[np.bool_] = known[plan.find_all(numbers)]
    return found


_ALL_ALIKE: Final = np.asarray([int(digit * 10) for digit in "0123456789"])


def _are_placeholders(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Ten equal digits, or seven zeros behind the code."""
    found: NDArray[np.bool_] = np.isin(numbers, _ALL_ALIKE) | (numbers % 10_000_000 == 0)
    return found
