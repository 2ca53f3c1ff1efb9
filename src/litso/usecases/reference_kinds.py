"""Kinds of official reference data, each with what it is, how old it may grow, and how an edition of it is made."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from litso.engine.duckdb import Engine
from litso.errors import SourceUnusable
from litso.sources.calendar_files import calendar_years
from litso.sources.okved_file import ActivityRow, activities
from litso.sources.reference_files import bank_directory, day_of, passport_batches, table_rows, texts_of
from litso.standardize.numbering import RANGES, official_ranges
from litso.standardize.passport_list import passport_list
from litso.standardize.registers import Bank
from litso.usecases.registers import WHOLE, save

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, of)."""


class Source(NamedTuple):
    """A file to load. `work` is a folder that survives a kill: what was done for this very file is found there."""

    path: Path
    work: Path
    memory_limit: str | None
    threads: int | None
    progress: Progress


class Built(NamedTuple):
    """An edition made: its version, the day it was published, how many rows it has."""

    version: str
    published: date
    rows: int


class Kind(NamedTuple):
    """A kind. `parts` tells which parts a file holds; `build` writes the files of one part into a folder.

    An edition older than `stale_days` is stale (None: editions do not age); `expected` are parts that ought to be there
    on a day.
    """

    name: str
    title: str
    official: str
    stale_days: int | None
    parts: Callable[[Source], list[str]]
    build: Callable[[Source, str, Path], Built]
    expected: Callable[[date], tuple[str, ...]] = lambda today: ()


def whole(_: Source) -> list[str]:
    """A kind without parts."""
    return [WHOLE]


# Numbering plan ------------------------------------------------------------------------------------------------


def numbering_parts(source: Source) -> list[str]:
    """First digits of the codes: the ministry publishes a file for each."""
    digits = set(_numbering(source)["first"].cast(pa.string()).to_pylist())
    return sorted({f"{text[0]}xx" for text in digits})


def build_numbering(source: Source, part: str, folder: Path) -> Built:
    """Ranges of one first digit."""
    ranges = _numbering(source)
    mask = [str(first).startswith(part[0]) for first in ranges["first"].to_pylist()]
    own = ranges.filter(pa.array(mask))
    save(own, folder / "ranges.arrow")
    day = day_of(source.path)
    return Built(day.isoformat(), day, own.num_rows)


def _numbering(source: Source) -> pa.Table:
    tables = []
    for one in texts_of(source.path, ".csv"):
        try:
            tables.append(official_ranges(one.text))
        except ValueError as error:
            raise SourceUnusable(f"{one.name}, {error}") from None
    ranges = pa.concat_tables([RANGES.empty_table(), *tables]).sort_by("first")
    if not ranges.num_rows:
        raise SourceUnusable(f"{source.path}: holds no ranges of numbers")
    firsts, lasts = ranges["first"].to_pylist(), ranges["last"].to_pylist()
    twice = next((first for first, last in zip(firsts[1:], lasts[:-1], strict=True) if first <= last), None)
    if twice is not None:
        raise SourceUnusable(f"{source.path}: the range from {twice} is in two of the files")
    return ranges


# Banks ---------------------------------------------------------------------------------------------------------

_BANKS: Final = pa.schema(
    [*(pa.field(name, pa.string()) for name in Bank._fields[:-1]), pa.field(Bank._fields[-1], pa.bool_())]
)


def build_banks(source: Source, part: str, folder: Path) -> Built:
    """The directory of BIK."""
    directory = bank_directory(source.path)
    rows = [bank._asdict() for bank in sorted(directory.banks)]
    save(pa.Table.from_pylist(rows, schema=_BANKS), folder / "banks.arrow")
    return Built(directory.day.isoformat(), directory.day, len(rows))


# Issuers -------------------------------------------------------------------------------------------------------

_CODE: Final = re.compile(r"\d{3}-\d{3}")
_ISSUERS: Final = pa.schema([pa.field("code", pa.string()), pa.field("name", pa.string())])


def build_issuers(source: Source, part: str, folder: Path) -> Built:
    """Codes of the offices that issue passports, with the names they had."""
    rows: dict[tuple[str, str], None] = {}
    for text in texts_of(source.path, ".csv"):
        for line, (code, name) in table_rows(text, ("code", "name")):
            if not _CODE.fullmatch(code) or not name:
                raise SourceUnusable(f"{text.name}, line {line}: a code such as 770-053 and a name are expected")
            rows[code, name] = None
    if not rows:
        raise SourceUnusable(f"{source.path}: holds no issuers")
    save(
        pa.Table.from_pylist([{"code": c, "name": n} for c, n in sorted(rows)], schema=_ISSUERS),
        folder / "issuers.arrow",
    )
    day = day_of(source.path)
    return Built(day.isoformat(), day, len(rows))


# Invalid passports ---------------------------------------------------------------------------------------------


def build_passports(source: Source, part: str, folder: Path) -> Built:
    """The list of invalid passports; lines that are no passport of today (four and six digits) are left out."""
    sorted_file = folder / "passports.parquet"
    with Engine(memory_limit=source.memory_limit, threads=source.threads) as engine:
        for batch in passport_batches(source.path, lambda done, of: source.progress("passports", done, of)):
            engine.append("listed", [batch])
        if "listed" not in engine.tables():
            raise SourceUnusable(f"{source.path}: holds no passports")
        engine.write("select distinct passport from listed order by passport", str(sorted_file))
    found = passport_list(pq.read_table(sorted_file)["passport"].to_numpy())
    save(pa.table({"starts": found.starts}), folder / "starts.arrow")
    save(pa.table({"numbers": found.numbers}), folder / "numbers.arrow")
    sorted_file.unlink()
    day = day_of(source.path)
    return Built(day.isoformat(), day, len(found.numbers))


# Economic activities -------------------------------------------------------------------------------------------

_ACTIVITIES: Final = pa.schema([pa.field(name, pa.string()) for name in ActivityRow._fields])


def build_okved(source: Source, part: str, folder: Path) -> Built:
    """Codes of economic activities with their titles."""
    rows = activities(source.path)
    save(pa.Table.from_pylist([row._asdict() for row in rows], _ACTIVITIES), folder / "activities.arrow")
    day = day_of(source.path)
    return Built(day.isoformat(), day, len(rows))


# Production calendar -------------------------------------------------------------------------------------------

_DAYS: Final = pa.schema(
    [
        pa.field("day", pa.date32()),
        pa.field("kind", pa.string()),
        pa.field("title", pa.string()),
        pa.field("moved_from", pa.date32()),
    ]
)


def calendar_parts(source: Source) -> list[str]:
    """Years of a calendar: each is kept by itself, for a new file brings a new year."""
    return [str(year) for year in sorted(calendar_years(source.path))]


def this_year(today: date) -> tuple[str, ...]:
    """The calendar of the year that runs is needed."""
    return (str(today.year),)


def build_calendar(source: Source, part: str, folder: Path) -> Built:
    """Days of one year that differ from the plain week."""
    days = calendar_years(source.path)[int(part)]
    rows = [{"day": day, **about._asdict()} for day, about in days.items()]
    save(pa.Table.from_pylist(rows, _DAYS), folder / "days.arrow")
    day = day_of(source.path)
    return Built(day.isoformat(), day, len(rows))
