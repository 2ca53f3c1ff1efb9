"""Columns of СНИЛС and ИНН: right numbers by arithmetic over all digits at once, the rest by the function for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from litso.standardize.bulk import by_distinct, weave
from litso.standardize.documents import (
    INN_10,
    INN_11,
    INN_12,
    SCHEMA,
    SNILS_WEIGHTS,
    UNCHECKED_SNILS,
    Number,
    inn,
    snils,
)

_SEPARATORS: Final = [" ", "-"]

Digits = NDArray[np.int64]
Judge = Callable[[Digits], NDArray[np.bool_]]


def snils_column(values: pl.Series) -> pl.DataFrame:
    """`snils` for every text of a column."""
    return _column(values, snils, {11: _are_snils})


def inn_column(values: pl.Series) -> pl.DataFrame:
    """`inn` for every text of a column."""
    return _column(values, inn, {10: _are_inn_10, 12: _are_inn_12})


def _column(values: pl.Series, parse: Callable[[str | None], Number], judges: dict[int, Judge]) -> pl.DataFrame:
    texts = values.cast(pl.String)
    plain = pl.when(pl.col("text").str.contains(r"^\d[\d \-]*\d$")).then(
        pl.col("text").str.replace_many(_SEPARATORS, [""] * len(_SEPARATORS))
    )
    digits = pl.DataFrame({"text": texts}).select(plain).to_series()
    is_right = np.zeros(len(texts), dtype=bool)
    for length, judge in judges.items():
        rows = np.flatnonzero((digits.str.len_bytes() == length).fill_null(False).to_numpy())
        matrix = _matrix(digits[pl.Series(rows, dtype=pl.UInt32)], length)
        is_right[rows] = judge(matrix) & (matrix != matrix[:, :1]).any(axis=1)
    fast = pl.Series(is_right)
    sure = pl.DataFrame({"value": digits.filter(fast)}).with_columns(
        valid=pl.lit(True), qc=pl.lit(0, dtype=pl.Int8), problems=pl.lit(None, dtype=pl.String)
    )
    return weave(sure, fast, by_distinct(texts.filter(~fast), parse, SCHEMA))


def _matrix(numbers: pl.Series, length: int) -> Digits:
    """Digits of numbers of one length: a row a number."""
    text = numbers.str.join("").item() if len(numbers) else ""
    return np.frombuffer(text.encode("ascii"), dtype=np.uint8).reshape(-1, length).astype(np.int64) - ord("0")


def _weighted(digits: Digits, weights: tuple[int, ...]) -> Digits:
    total: Digits = digits[:, : len(weights)] @ np.asarray(weights)
    return total


def _are_snils(digits: Digits) -> NDArray[np.bool_]:
    """Checked numbers only: the first million had no control digits."""
    number = digits[:, :9] @ 10 ** np.arange(8, -1, -1)
    control = digits[:, 9] * 10 + digits[:, 10]
    right: NDArray[np.bool_] = (_weighted(digits, SNILS_WEIGHTS) % 101 % 100 == control) & (number > UNCHECKED_SNILS)
    return right


def _are_inn_10(digits: Digits) -> NDArray[np.bool_]:
    right: NDArray[np.bool_] = _weighted(digits, INN_10) % 11 % 10 == digits[:, 9]
    return right


def _are_inn_12(digits: Digits) -> NDArray[np.bool_]:
    first = _weighted(digits, INN_11) % 11 % 10 == digits[:, 10]
    second = _weighted(digits, INN_12) % 11 % 10 == digits[:, 11]
    right: NDArray[np.bool_] = first & second
    return right
