"""Dates of birth in the many forms people write them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final, NamedTuple

from litso.standardize.bulk import columns
from litso.standardize.documents import is_nothing
from litso.standardize.letters import tidy


class BirthDate(NamedTuple):
    """`birth_date` as YYYY-MM-DD; `qc` 0 sure, 1 assumed or not understood, 2 empty or a known default."""

    birth_date: str | None
    qc: int
    problems: str | None


SCHEMA: Final = columns(BirthDate)
EARLIEST: Final = 1900
DEFAULTS: Final = frozenset({date(1900, 1, 1), date(1901, 1, 1), date(1970, 1, 1)})
"""Dates that systems write when they know none."""

_MONTHS: Final[tuple[str | tuple[str, ...], ...]] = (
    "янв",
    "фев",
    "мар",
    "апр",
    ("май", "мая"),
    "июн",
    "июл",
    "авг",
    "сен",
    "окт",
    "ноя",
    "дек",
)
_ENGLISH: Final[tuple[str | tuple[str, ...], ...]] = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_NOISE: Final = re.compile(
    r"(?:\b|(?<=[0-9]))(?:год[а-я]*\s+рожд[а-я]*|дата\s+рожд[а-я]*|г\.?\s?р|д\.?\s?р|род\w*|р|год[а-я]*|г|born)\b[.:]*"
)
_TIME: Final = re.compile(
    r"(?<=[0-9])[t ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_THREE: Final = re.compile(r"([0-9]{1,4})\s*[./\\\-,\s]\s*([0-9]{1,2})\s*[./\\\-,\s]\s*([0-9]{1,4})\s*[.,]?")
_WORDS: Final = re.compile(r"([0-9]{1,2})\s*[-.\s]?\s*([а-яa-z]{3,10})\.?,?\s*[-.\s]?\s*([0-9]{4}|[0-9][0-9])")
_WORDS_FIRST: Final = re.compile(r"([a-z]{3,10})\.?\s+([0-9]{1,2})(?:st|nd|rd|th)?,?\s+([0-9]{4})")
_ROMAN: Final = re.compile(r"(?<=[0-9])([\s./-])([ivx]{1,4})(?=[\s./-][0-9])")
_MONTHS_ROMAN: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_LETTER_DIGITS: Final = str.maketrans("oоiliзб", "0011136")
_SERIAL: Final = re.compile(r"([0-9]{4,5})(?:[.,][0-9]+)?")
_EXCEL_EPOCH: Final = date(1899, 12, 30)


def birth_date(text: str | None, *, today: date | None = None) -> BirthDate:
    """Read a date of birth: day first, ISO, eight digits, month words, a spreadsheet's serial number.

    A two-digit year is the latest one that is not in the future. Day and month are exchanged (`qc` 1) only when the
    month cannot be one.
    """
    if is_nothing(text):
        return BirthDate(None, 2, None)
    now = today or date.today()
    line = re.sub("[«»\"']", " ", tidy(text or "").lower()).strip()
    line = _ROMAN.sub(_roman_month, _NOISE.sub(" ", _TIME.sub("", line)).strip(" .,;:()"))
    digits = line.translate(_LETTER_DIGITS)
    if digits != line and (parts := _parts(digits)) is not None:
        year, month, day, _, problem = parts
        return _judge(year, month, day, 1, problem or "look_alikes", now)
    parts = _parts(line)
    if parts is None:
        return BirthDate(None, 1, "year_only" if re.fullmatch(r"(?:19|20)[0-9][0-9]", line) else "not_understood")
    return _judge(*parts, now)


def _roman_month(found: re.Match[str]) -> str:
    month = _MONTHS_ROMAN.index(found[2]) + 1 if found[2] in _MONTHS_ROMAN else found[2]
    return f"{found[1]}{month}"


def _parts(line: str) -> tuple[int, int, int, int, str | None] | None:
    """Year (-1 to -100 for two digits), month, day, `qc` and problem."""
    three = _THREE.fullmatch(line)
    if three:
        return _ordered(*three.groups())
    words = _WORDS.fullmatch(line)
    if words:
        return _named(words[1], words[2], words[3])
    words = _WORDS_FIRST.fullmatch(line)
    if words:
        return _named(words[2], words[1], words[3])
    if re.fullmatch(r"[0-9]{8}", line):
        return _eight(line)
    serial = _SERIAL.fullmatch(line)
    if serial and int(serial[1]) >= 3000 and not re.fullmatch(r"(?:19|20)[0-9][0-9]", line):
        day = _EXCEL_EPOCH + timedelta(days=int(serial[1]))
        return day.year, day.month, day.day, 1, "spreadsheet_number"
    return None


def _year(text: str) -> int | None:
    if len(text) == 4:
        return int(text)
    return -1 - int(text) if len(text) == 2 else None


def _ordered(first: str, second: str, third: str) -> tuple[int, int, int, int, str | None] | None:
    if len(first) == 4:
        return int(first), int(second), int(third) if len(third) <= 2 else 0, 0, None
    year = _year(third)
    if year is None or len(first) > 2:
        return None
    day, month = int(first), int(second)
    if month > 12 >= day:
        return year, day, month, 1, "month_first"
    return year, month, day, 0, None


def _named(day: str, word: str, year_text: str) -> tuple[int, int, int, int, str | None] | None:
    year = _year(year_text)
    for names in (_MONTHS, _ENGLISH):
        for number, name in enumerate(names, start=1):
            if word.startswith(name):
                return (year, number, int(day), 0, None) if year is not None else None
    return None


def _eight(line: str) -> tuple[int, int, int, int, str | None]:
    """YYYYMMDD when it begins with a year and goes on with a month, else DDMMYYYY; no date reads both ways."""
    if line[:2] in ("19", "20") and 1 <= int(line[4:6]) <= 12:
        return int(line[:4]), int(line[4:6]), int(line[6:]), 0, None
    return int(line[4:]), int(line[2:4]), int(line[:2]), 0, None


def _judge(year: int, month: int, day: int, qc: int, problem: str | None, today: date) -> BirthDate:
    try:
        value = _full_year(-1 - year, month, day, today) if year < 0 else date(year, month, day)
    except ValueError:
        return BirthDate(None, 1, "no_such_date")
    if value in DEFAULTS or (value.year < EARLIEST and (month, day) == (1, 1)) or value.year >= 9999:
        return BirthDate(None, 2, "placeholder")
    if value > today:
        return BirthDate(None, 1, "in_future")
    if value.year < EARLIEST:
        return BirthDate(None, 1, "too_old")
    return BirthDate(value.isoformat(), qc, problem)


def _full_year(two_digits: int, month: int, day: int, today: date) -> date:
    century = today.year // 100 * 100
    if two_digits + century > today.year:
        return date(century - 100 + two_digits, month, day)
    latest = date(century + two_digits, month, day)
    return latest if latest <= today else date(century - 100 + two_digits, month, day)
