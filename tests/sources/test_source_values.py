"""Times and amounts as sources write them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.sources.values import parse_amounts, parse_times

TIMES = [
    ("2024-05-01", datetime(2024, 5, 1)),
    ("2024-05-01 10:11:12", datetime(2024, 5, 1, 10, 11, 12)),
    ("2024-05-01T10:11:12.5", datetime(2024, 5, 1, 10, 11, 12, 500_000)),
    ("2024-05-01T10:11", datetime(2024, 5, 1, 10, 11)),
    ("2024-05-01T10:11:12Z", datetime(2024, 5, 1, 10, 11, 12)),
    ("2024-05-01T10:11:12+04:00", datetime(2024, 5, 1, 6, 11, 12)),
    ("2024-05-01 10:11:12.25+0400", datetime(2024, 5, 1, 6, 11, 12, 250_000)),
    ("01.05.2024", datetime(2024, 5, 1)),
    ("1.5.2024", datetime(2024, 5, 1)),
    ("01.05.24", datetime(2024, 5, 1)),
    ("01.05.2024 10:11", datetime(2024, 5, 1, 10, 11)),
    ("01.05.2024 10:11:12", datetime(2024, 5, 1, 10, 11, 12)),
    ("01/05/2024", datetime(2024, 5, 1)),
    ("20240501", datetime(2024, 5, 1)),
    ("20240501101112", datetime(2024, 5, 1, 10, 11, 12)),
    ("1714558272", datetime(2024, 5, 1, 10, 11, 12)),
    ("1714558272123", datetime(2024, 5, 1, 10, 11, 12, 123_000)),
    ("45413", datetime(2024, 5, 1)),
    ("45413.5", datetime(2024, 5, 1, 12)),
    ("45413,5", datetime(2024, 5, 1, 12)),
    (" 2024-05-01 ", datetime(2024, 5, 1)),
    ("31.02.2024", None),
    ("вчера", None),
    ("0001-01-01", None),
    ("9999-12-31", None),
    ("0", None),
    ("-5", None),
    ("nan", None),
    ("inf", None),
    ("", None),
    (None, None),
]


@pytest.mark.parametrize(("text", "expected"), TIMES)
def test_time(text: str | None, expected: datetime | None) -> None:
    assert parse_times(pl.Series([text], dtype=pl.String)).to_list() == [expected]


def test_times_of_all_kinds_in_one_column() -> None:
    texts, expected = zip(*TIMES, strict=True)
    assert parse_times(pl.Series(texts, dtype=pl.String)).to_list() == list(expected)


@given(st.datetimes(datetime(1900, 1, 2), datetime(2199, 1, 1)))
def test_any_iso_time_reads_back(moment: datetime) -> None:
    texts = [moment.isoformat(), moment.isoformat(" "), moment.replace(tzinfo=UTC).isoformat()]
    assert parse_times(pl.Series(texts)).to_list() == [moment] * 3


AMOUNTS = [
    ("1234.56", "1234.56"),
    ("1234,56", "1234.56"),
    ("1 234,56", "1234.56"),
    ("1\u00a0234\u202f567,8", "1234567.80"),
    ("1,234.56", "1234.56"),
    ("1.234,56", "1234.56"),
    ("1,234,567", "1234567.00"),
    ("1.234.567", "1234567.00"),
    ("1234.500", "1234.50"),
    ("-5", "-5.00"),
    ("−5,5", "-5.50"),
    ("5-", "-5.00"),
    ("(5.00)", "-5.00"),
    ("+7", "7.00"),
    ("12 руб.", "12.00"),
    ("12,30 ₽", "12.30"),
    ("0", "0.00"),
    (".5", "0.50"),
    ("999999999999.99", "999999999999.99"),
    ("1000000000000", None),
    ("1e400", None),
    ("nan", None),
    ("inf", None),
    ("12 34 руб коп", None),
    ("двенадцать", None),
    (".", None),
    ("1,23,4", None),
    (None, None),
]


@pytest.mark.parametrize(("text", "expected"), AMOUNTS)
def test_amount(text: str | None, expected: str | None) -> None:
    found = parse_amounts(pl.Series([text], dtype=pl.String)).to_pylist()
    assert found == [None if expected is None else Decimal(expected)]


@given(st.lists(st.decimals("-999999999999", "999999999999", places=2), max_size=5))
def test_any_amount_reads_back(amounts: list[Decimal]) -> None:
    texts = pl.Series([str(amount) for amount in amounts], dtype=pl.String)
    assert parse_amounts(texts).to_pylist() == amounts
    russian = pl.Series([f"{amount:,}".replace(",", " ").replace(".", ",") for amount in amounts], dtype=pl.String)
    assert parse_amounts(russian).to_pylist() == amounts
