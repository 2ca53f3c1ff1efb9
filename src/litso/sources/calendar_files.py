"""Files of the production calendar, read into days that differ from the plain week.

Three forms are understood, any of them for several years:

- the table of the open data of the Ministry of Labour: a row a year, a column a month, in the cell the days that are
  not worked; `*` marks a shortened working day, `+` a day off that was moved there from another day;
- XML with `<calendar year="…">` and days `<day d="MM.DD" t="1|2|3">` (day off, short, worked), `f` moved from;
- a plain CSV: `date` (YYYY-MM-DD or DD.MM.YYYY), `type` (working, short, day_off), and `title`, `moved_from` if you
  like.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final
from xml.parsers import expat

from litso.domain.working_days import DAY_KINDS, DAY_OFF, SHORT, WORKING, Day
from litso.errors import SourceUnusable
from litso.sources.reference_files import Text, header_of, real_day, table_rows, texts_of, written_day

Days = dict[date, Day]

MONTHS: Final = (
    "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip
_YEAR: Final = "год/месяц"
_CELL: Final = re.compile(r"(\d{1,2})([*+]?)")
_XML_KINDS: Final = {"1": DAY_OFF, "2": SHORT, "3": WORKING}
_XML_DAY: Final = re.compile(r"(\d\d)\.(\d\d)")


def calendar_years(path: Path) -> dict[int, Days]:
    """Days by year: those of a plain week are left out. Raises SourceUnusable naming file, line and column."""
    found: dict[int, Days] = {}
    for text in texts_of(path, ".csv", ".xml"):
        for year, days in _years(text):
            if year in found:
                raise SourceUnusable(f"{text.name}: the year {year} is there twice")
            found[year] = {day: about for day, about in sorted(days.items()) if not _is_plain(day, about)}
    if not found:
        raise SourceUnusable(f"{path}: holds no calendar")
    return found


def _is_plain(day: date, about: Day) -> bool:
    usual = DAY_OFF if day.weekday() >= calendar.SATURDAY else WORKING
    return about.kind == usual and about.title is None and about.moved_from is None


def _years(text: Text) -> Iterator[tuple[int, Days]]:
    if text.text.lstrip().startswith("<"):
        yield from _XmlReader(text.name).read(text.text)
    elif _YEAR in header_of(text):
        yield from _table(text)
    else:
        yield from _plain(text)


def _table(text: Text) -> Iterator[tuple[int, Days]]:
    for line, (year, *months) in table_rows(text, (_YEAR, *MONTHS)):
        if not re.fullmatch(r"(?:19|20)\d\d", year):
            raise SourceUnusable(f"{text.name}, line {line}, column «{_YEAR}»: a year is expected")
        days: Days = {}
        for number, cell in enumerate(months, start=1):
            days |= _month(int(year), number, cell, f"{text.name}, line {line}, column «{MONTHS[number - 1]}»")
        yield int(year), days


def _month(year: int, month: int, cell: str, place: str) -> Days:
    """Days of one cell. It names all days off, so that a Saturday that it does not name is worked."""
    parts = [part for part in re.split(r"[,\s]+", cell) if part]
    if not parts:
        raise SourceUnusable(f"{place}: the days that are not worked are expected")
    weekends = (week[calendar.SATURDAY :] for week in calendar.monthcalendar(year, month))
    days = {date(year, month, day): Day(WORKING) for weekend in weekends for day in weekend if day}
    for part in parts:
        marked = _CELL.fullmatch(part)
        if marked is None:
            raise SourceUnusable(f"{place}: «{part[:20]}» is not a day")
        days[real_day(year, month, int(marked[1]), place)] = Day(SHORT if marked[2] == "*" else DAY_OFF)
    return days


def _plain(text: Text) -> Iterator[tuple[int, Days]]:
    found: dict[int, Days] = {}
    for line, (given, kind, title, moved) in table_rows(text, ("date", "type"), ("title", "moved_from")):
        place = f"{text.name}, line {line}"
        if kind not in DAY_KINDS:
            raise SourceUnusable(f"{place}, column «type»: {', '.join(DAY_KINDS)} are known")
        day = written_day(given, f"{place}, column «date»")
        own = found.setdefault(day.year, {})
        if day in own:
            raise SourceUnusable(f"{place}: the day {day} is there twice")
        own[day] = Day(kind, title or None, written_day(moved, f"{place}, column «moved_from»") if moved else None)
    yield from found.items()


class _XmlReader:
    """Collects days of `<calendar>` elements as they stream by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[tuple[int, Days]] = []
        self.titles: dict[str, str] = {}
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.begin
        self.parser.StartDoctypeDeclHandler = self.refuse

    def read(self, text: str) -> list[tuple[int, Days]]:
        """Days by year of a text."""
        try:
            self.parser.Parse(re.sub(r"^\s*<\?xml[^>]*\?>", "", text), True)  # the text is decoded already
        except expat.ExpatError as error:
            place = f"line {error.lineno}, column {error.offset + 1}"
            raise SourceUnusable(f"{self.name}, {place}: not a well-formed XML file") from None
        return self.found

    def begin(self, tag: str, about: dict[str, str]) -> None:
        """A year begins, a holiday is named, or a day is told."""
        place = f"{self.name}, line {self.parser.CurrentLineNumber}"
        if tag == "calendar":
            if not re.fullmatch(r"(?:19|20)\d\d", about.get("year", "")):
                raise SourceUnusable(f"{place}: the calendar has no year")
            self.found.append((int(about["year"]), {}))
        elif not self.found:
            raise SourceUnusable(f"{place}: the root element is {tag[:40]}, calendar is expected")
        elif tag == "holiday":
            self.titles[about.get("id", "")] = about.get("title", "")
        elif tag == "day":
            year, days = self.found[-1]
            kind = _XML_KINDS.get(about.get("t", ""))
            if kind is None:
                raise SourceUnusable(f"{place}: the kind of a day is 1, 2 or 3")
            moved = self._day(year, about["f"], place) if about.get("f") else None
            title = self.titles.get(about.get("h", "")) or None
            days[self._day(year, about.get("d", ""), place)] = Day(kind, title, moved)

    def _day(self, year: int, text: str, place: str) -> date:
        found = _XML_DAY.fullmatch(text)
        if found is None:
            raise SourceUnusable(f"{place}: a day such as 01.09 (month, day) is expected")
        return real_day(year, int(found[1]), int(found[2]), place)

    def refuse(self, *_: object) -> None:
        """No document types: they can make a small file huge."""
        raise SourceUnusable(f"{self.name}: declares a document type: a calendar has none")
