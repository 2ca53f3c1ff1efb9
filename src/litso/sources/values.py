"""Times and amounts as sources write them, read a column at a time. What cannot be read is null, never an error."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

TIME: Final = pl.Datetime("us")

_FORMATS: Final = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%d.%m.%Y %H:%M:%S%.f",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y%m%dT%H%M%S",
)
_DATE_FORMATS: Final = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")
_ZONED: Final = ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z")

_EXCEL_EPOCH_DAYS: Final = 25_569
_DAY_US: Final = 86_400_000_000

_MAX_KOPECKS: Final = 10**14


def parse_times(texts: pl.Series) -> pl.Series:
    """Datetimes (µs) of texts: ISO, DD.MM.YYYY with or without time, seconds or milliseconds of the epoch, Excel days.

    A text with a zone is turned into UTC; one without stays as it is written. Years outside 1900…2200 are null.
    """
    values = texts.str.strip_chars()
    found = pl.repeat(None, len(values), dtype=TIME, eager=True)
    readers = (*((_local, form) for form in _FORMATS), *((_day, form) for form in _DATE_FORMATS))
    for reader, form in (*readers, *((_zoned, form) for form in _ZONED)):
        left = values.is_not_null() & found.is_null()
        if not left.any():
            break
        found = _fill(found, _plausible(reader(values.set(~left, None), form)))
    return _fill(found, _number(values.set(found.is_not_null(), None))).alias(texts.name)


def _plausible(times: pl.Series) -> pl.Series:
    year = times.dt.year()
    return times.set(((year < 1900) | (year > 2200)).fill_null(False), None)


def _fill(found: pl.Series, more: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(found, more)).to_series()


def _local(values: pl.Series, form: str) -> pl.Series:
    return values.str.to_datetime(form, time_unit="us", strict=False)


def _day(values: pl.Series, form: str) -> pl.Series:
    return values.str.to_date(form, strict=False).cast(TIME)


def _zoned(values: pl.Series, form: str) -> pl.Series:
    plain = values.str.replace(r"[zZ]$", "+00:00")
    parsed = plain.str.to_datetime(form, time_unit="us", strict=False, time_zone="UTC")
    return parsed.dt.replace_time_zone(None)


def _number(values: pl.Series) -> pl.Series:
    """Excel days (up to 2119), seconds (from 1973) or milliseconds of the epoch."""
    number = values.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    frame = pl.select(
        pl.when(number.is_between(1, 80_000))
        .then((number - _EXCEL_EPOCH_DAYS) * _DAY_US)
        .when(number.is_between(1e8, 7e9))
        .then(number * 1e6)
        .when(number.is_between(1e11, 7e12))
        .then(number * 1e3)
        .round()
        .cast(pl.Int64, strict=False)
        .cast(TIME)
    )
    return frame.to_series()


def parse_amounts(texts: pl.Series) -> pa.Array:
    """Amounts in roubles, decimal(14, 2), of texts such as «1 234,56», «1,234.56», «(5.00)», «5-», «12 руб.».

    One separator is a decimal one; of two kinds the last is. Fractions of a kopeck are rounded.
    """
    plain = texts.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    unclear = plain.is_null() & texts.is_not_null()
    roubles = _fill(plain, _decorated(texts.set(~unclear, None))) if unclear.any() else plain
    return _decimals((roubles * 100).round(0))


def _decorated(texts: pl.Series) -> pl.Series:
    """Amounts with spaces, separators of thousands, currency, brackets or a minus behind."""
    cleaned = texts.str.replace_all(r"(?i)[\s\u00a0\u202f'’]|руб(лей|ля|ль)?\.?|р\.?$|₽|rub\.?", "")
    is_negative = cleaned.str.contains(r"^[-−(]|[-−]$")
    digits = cleaned.str.replace_all(r"^[-+−(]|[-−)]$", "")
    amounts = pl.select(
        pl.when(digits.str.contains(r"^\d*[.,]?\d*$") & digits.str.contains(r"\d"))
        .then(digits.str.replace(",", ".", literal=True))
        .when(digits.str.contains(r"^\d{1,3}(,\d{3})+(\.\d+)?$"))
        .then(digits.str.replace_all(",", "", literal=True))
        .when(digits.str.contains(r"^\d{1,3}(\.\d{3})+(,\d+)?$"))
        .then(digits.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .cast(pl.Float64, strict=False)
    ).to_series()
    return pl.select(pl.when(is_negative).then(-amounts).otherwise(amounts)).to_series()


def _decimals(kopecks: pl.Series) -> pa.Array:
    """Whole kopecks as decimal(14, 2); what does not fit is null."""
    numbers = kopecks.set(~(kopecks.abs() < _MAX_KOPECKS).fill_null(False), None).cast(pl.Int64)
    low = numbers.fill_null(0).to_numpy()
    words = np.stack((low, low >> 63), axis=1)  # 128 bits, little-endian, sign extended
    valid = pa.array(numbers.is_not_null().to_arrow())
    return pa.Array.from_buffers(
        pa.decimal128(14, 2), len(numbers), [valid.buffers()[1], pa.py_buffer(np.ascontiguousarray(words))]
    )
