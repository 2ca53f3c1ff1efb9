"""Internal passport of a Russian citizen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from litso.standardize.bulk import columns
from litso.standardize.documents import is_nothing
from litso.standardize.letters import tidy


class Passport(NamedTuple):
    """`series` «45 09», `number` six digits, `issued_by_code` «770-053»."""

    series: str | None
    number: str | None
    issued_by_code: str | None
    qc: int
    problems: str | None


SCHEMA: Final = columns(Passport)
_CODE: Final = re.compile(r"(?<![0-9])([0-9]{3})\s?[-–]\s?([0-9]{3})(?![0-9])")
_BARE_CODE: Final = re.compile(r"(?:код|к/п|к\.п\.)[^0-9]{0,25}([0-9]{3})([0-9]{3})(?![0-9])")
_TEN: Final = re.compile(
    r"(?<![0-9])([0-9][0-9])\s?[-./]?\s?([0-9][0-9])[\s,;]*(?:№|n|no|номер|ном\.?|-|/)*[\s:.]*([0-9]{3})\s?([0-9]{3})(?![0-9])"
)
_NUMBER_FIRST: Final = re.compile(
    r"(?<![0-9])([0-9]{3})\s?([0-9]{3})[\s,;]*(?:серия|сер\.?)[\s:№]*([0-9]{2})\s?([0-9]{2})(?![0-9])"
    r"(?![\s,;]*(?:(?:№|n|no|номер|ном\.?)[\s:.]*[0-9]|[\s/-]*[0-9]{3}\s?[0-9]{3}(?![0-9])))"
)
_CERTIFICATE: Final = re.compile(r"(?<![a-zа-я])[ivx1уху]{1,5}\s?-\s?[а-я]{2}\s*(?:№|n|номер)?\s?[0-9]{6}(?![0-9])")
"""A birth certificate: a Roman number, two letters, six digits."""
_FOREIGN: Final = re.compile(r"(?<![0-9])([0-9][0-9])\s?(?:№|n|no|номер)?\s?([0-9]{7})(?![0-9])")
_DATE: Final = re.compile(
    r"(?<![0-9])([0-9]{1,2})[./]([0-9]{1,2})[./]((?:19|20)[0-9]{2})(?![0-9])"
    r"|(?<![0-9])((?:19|20)[0-9]{2})-([0-9]{2})-([0-9]{2})(?:[t ][0-9:.]+)?(?![0-9])"
)
_REGIONS: Final = frozenset(
    """
    01 03 04 05 07 08 10 11 12 14 15 17 18 19 20 22 24 25 26 27 28 29 30 32 33 34 35 36 37 38 39 40 41 42 43 44
    45 46 47 48 49 50 51 52 53 54 55 56 57 58 60 61 63 64 65 66 67 68 69 70 71 73 74 75 76 77 78 79 80 81 82 83
    84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99
    """.split()  # noqa: SIM905
)
"""First two digits of a series: the region's code of ОКАТО."""


def passport(text: str | None, *, today: date | None = None) -> Passport:
    """Series, number and code of the issuer; `qc` 0 right, 1 wrong format or an impossible series, 2 empty."""
    if is_nothing(text):
        return Passport(None, None, None, 2, None)
    line = tidy(text or "").lower()
    line = _DATE.sub(" ", line.replace("o", "0").replace("о", "0") if _is_number(line) else line)
    line = _NUMBER_FIRST.sub(r"\3 \4 \1\2", line)
    digits = re.sub(r"[\s\-./]", "", line)
    if len(digits) == 10 and digits.isascii() and digits.isdigit():
        line = digits
    found = _TEN.search(line)
    rest = line[: found.start()] + " " + line[found.end() :] if found else line
    issuer = _issuer(rest)
    if found is None:
        return _without_series(line, issuer)
    region, year, number = found[1], found[2], found[3] + found[4]
    problem = _problem(region, year, number, today or date.today())
    if problem:
        return Passport(f"{region} {year}", number, issuer, 1, problem)
    return Passport(f"{region} {year}", number, issuer, 0, None)


def _issuer(rest: str) -> str | None:
    """Code of the issuer in what stands beside series and number; six digits alone are one without its dash."""
    code = _CODE.search(rest) or _BARE_CODE.search(rest) or re.fullmatch(r"[\s,;]*([0-9]{3})([0-9]{3})[\s,;.]*", rest)
    return f"{code[1]}-{code[2]}" if code else None


def _is_number(line: str) -> bool:
    """Whether the cell holds the number alone, so that a letter O in it must be a zero."""
    return sum(sign.isalpha() for sign in line) <= 2


def _without_series(line: str, issuer: str | None) -> Passport:
    if _CERTIFICATE.search(line):
        return Passport(None, None, issuer, 1, "birth_certificate")
    foreign = _FOREIGN.search(line)
    if foreign:
        return Passport(foreign[1], foreign[2], issuer, 1, "foreign_passport")
    digits = re.search("[0-9]", line)
    return Passport(None, None, issuer, 1, "wrong_length" if digits else "not_digits")


def _problem(region: str, year: str, number: str, today: date) -> str | None:
    """Why ten digits cannot be a passport. The blank is printed at most a year ahead, none before 1997."""
    if not (region + year + number).strip(region[0]) or not number.strip("0"):
        return "placeholder"
    if region not in _REGIONS:
        return "unknown_region"
    printed = int(year)
    return None if printed >= 97 or printed <= today.year % 100 + 1 else "impossible_year"


FIRST_ISSUED: Final = date(1997, 7, 8)
"""Passports of today's form were not issued before."""
ISSUED_TOO_EARLY: Final = "issued_before_14"
UNKNOWN_ISSUER: Final = "unknown_issuer"
AGE_OF_PASSPORT: Final = 14


def issue_date(text: str | None, *, today: date | None = None) -> date | None:
    """The day of issue in a passport's text: the last day there on which a passport can have been issued."""
    end = (today or date.today()) + timedelta(days=1)
    days = map(_day, _DATE.finditer((text or "").lower()))
    return max((day for day in days if day and FIRST_ISSUED <= day <= end), default=None)


def _day(found: re.Match[str]) -> date | None:
    year, month, day = found.group(3, 2, 1) if found[1] else found.group(4, 5, 6)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def issued_when(birth: date, issued: date) -> bool:
    """Whether a passport issued on that day can belong to a person born on `birth`: not before the age of 14."""
    return (issued.year, issued.month, issued.day) >= (birth.year + AGE_OF_PASSPORT, birth.month, birth.day)


def with_issuer(found: Passport, issuers: Mapping[str, tuple[str, ...]] | None) -> Passport:
    """A passport with a note when no office has the code of its issuer; as it is where no list of offices is loaded."""
    if not issuers or found.issued_by_code is None or found.issued_by_code in issuers:
        return found
    return found._replace(problems=";".join(filter(None, (found.problems, UNKNOWN_ISSUER))))
