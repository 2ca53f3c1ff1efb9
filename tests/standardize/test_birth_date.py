"""Dates of birth."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.standardize.birth_date import DEFAULTS, birth_date

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "value", "qc"),
    [
        ("24.03.1980", "1980-03-24", 0),
        ("24.3.1980 г.р.", "1980-03-24", 0),
        ("24/03/80", "1980-03-24", 0),
        ("1/6/16", "2016-06-01", 0),
        ("22.11.26", "2026-11-22", 0),
        ("23.11.26", "1926-11-23", 0),
        ("1980-03-24", "1980-03-24", 0),
        ("1980-03-24T00:00:00", "1980-03-24", 0),
        ("24.03.1980 0:00", "1980-03-24", 0),
        ("24031980", "1980-03-24", 0),
        ("19800324", "1980-03-24", 0),
        ("24 марта 1980 года", "1980-03-24", 0),
        ("5 мая 1975 г.", "1975-05-05", 0),
        ("24-мар-1980", "1980-03-24", 0),
        ("March 24, 1980", "1980-03-24", 0),
        ("дата рождения: 24.03.1980", "1980-03-24", 0),
        ("29.02.2000", "2000-02-29", 0),
        ("03.24.1980", "1980-03-24", 1),
        ("29304", "1980-03-24", 1),
        ("29.02.1999", None, 1),
        ("31.02.1980", None, 1),
        ("1980", None, 1),
        ("24.03.2080", None, 1),
        ("24.03.1880", None, 1),
        ("вчера", None, 1),
        ("01.01.1900", None, 2),
        ("01.01.1970", None, 2),
        ("1753-01-01", None, 2),
        ("0001-01-01", None, 2),
        ("9999-12-31", None, 2),
        ("00.00.0000", None, 1),
        ("", None, 2),
    ],
)
def test_birth_date(text: str, value: str | None, qc: int) -> None:
    found = birth_date(text, today=TODAY)
    assert (found.birth_date, found.qc) == (value, qc)


FORMS = ("%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d%m%Y", "%Y-%m-%dT%H:%M:%S", "%d %m %Y", "%Y.%m.%d")


@given(day=st.dates(date(1900, 1, 2), TODAY).filter(lambda day: day not in DEFAULTS), form=st.sampled_from(FORMS))
def test_every_day_is_read_in_every_form(day: date, form: str) -> None:
    assert birth_date(day.strftime(form), today=TODAY) == (day.isoformat(), 0, None)


@given(st.text("0123456789./- ", max_size=14))
def test_no_date_is_invented(text: str) -> None:
    found = birth_date(text, today=TODAY)
    if found.birth_date is not None and found.problems != "spreadsheet_number":
        year, month, day = found.birth_date.split("-")
        digits = "".join(filter(str.isdigit, text))
        assert str(int(month)) in digits
        assert str(int(day)) in digits
        assert year[2:] in digits
