"""Numbering plan of Russia: whose a national number is and where it is.

Without the official files the plan is made of the area codes of `data/area_codes.txt` and of libphonenumber's prefixes
of operators; `official_ranges` reads the files that the ministry publishes (`ABC-3xx.csv` … `DEF-9xx.csv`).
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from litso.standardize.wordlists import data_lines

MOBILE: Final = "Мобильный"
LAND_LINE: Final = "Стационарный"
CALL_CENTRE: Final = "Колл-центр"
UNKNOWN: Final = "Неизвестный"
TEN_DIGITS: Final = 10**10


class Place(NamedTuple):
    """What the plan says of a range. `code_length` digits are written before the subscriber's number."""

    code_length: int
    type: str
    provider: str | None
    region: str | None
    city: str | None
    timezone: str | None


@dataclass(frozen=True, eq=False)
class NumberingPlan:
    """Ranges of ten-digit national numbers without overlaps: range i is from `starts[i]` up to the next start.

    `starts[0]` is 0; range i is in `places[place_of[i]]`, None where numbers are not given out.
    """

    starts: NDArray[np.int64]
    place_of: NDArray[np.int32]
    places: tuple[Place | None, ...]
    version: str

    def find(self, national: str) -> Place | None:
        """Place of a ten-digit number, None where the plan has none."""
        return self.places[int(self.place_of[bisect_right(self._starts, int(national)) - 1])]

    def find_all(self, nationals: NDArray[np.int64]) -> NDArray[np.int32]:
        """Position in `places` of every number."""
        return self.place_of[np.searchsorted(self.starts, nationals, side="right") - 1]

    def covers(self, national: str) -> bool:
        """Whether the plan has numbers of that first digit at all: the ministry's files are one a digit."""
        return national[0] in self._first_digits

    @cached_property
    def _first_digits(self) -> frozenset[str]:
        taken = self.starts[self.place_of > 0]
        return frozenset(f"{start:010d}"[0] for start in taken.tolist())

    @cached_property
    def _starts(self) -> memoryview:
        """The starts as plain numbers, which bisection reads three times as fast as those of numpy."""
        return self.starts.data


class Area(NamedTuple):
    """An area code of land lines: a region's three digits, or a town's three to five."""

    code: str
    region: str
    city: str | None
    timezone: str


@lru_cache(maxsize=1)
def areas() -> Mapping[str, Area]:
    """Areas by code. A three-digit code of a town stands for the whole region, its town in `centres`."""
    return {area.code: area for area in _read_areas()}


def _read_areas() -> Iterator[Area]:
    for line in data_lines("area_codes.txt"):
        head, offset, towns = line.split("|")
        code, region = head.split(" ", 1)
        timezone = f"UTC+{offset}"
        yield Area(code, region, None, timezone)
        for town in filter(None, towns.split(",")):
            own, city = town.split(" ", 1)
            yield Area(own, region, city, timezone)


@lru_cache(maxsize=1)
def city_codes() -> Mapping[str, str]:
    """Area code by folded name of a town; the longest, most exact one."""
    found: dict[str, str] = {}
    for area in _read_areas():
        if area.city:
            found.setdefault(fold_place(area.city), area.code)
    return found


def fold_place(name: str) -> str:
    """Name of a town or region for look-up: lower case, ё as е, without «г.», «город»."""
    return re.sub(r"^(?:г\.?|город)\s+|\s+г\.?$", "", name.strip().lower().replace("ё", "е"))


@lru_cache(maxsize=1)
def region_timezones() -> Mapping[str, str]:
    """UTC offset by region as the plan writes it."""
    return {area.region: area.timezone for area in areas().values()}


_WHOLE_CITY: Final = frozenset({"495", "499", "812"})
"""Codes whose every number is in the city; elsewhere a city with a three-digit code has numbers in 2 and 3."""


def _area_prefixes() -> Iterator[tuple[str, Place]]:
    for area in _read_areas():
        if area.city is None:
            yield area.code, Place(5, LAND_LINE, None, area.region, None, area.timezone)
        elif len(area.code) > 3 or area.code in _WHOLE_CITY:
            yield area.code, Place(len(area.code), LAND_LINE, None, area.region, area.city, area.timezone)
        else:
            for first in "0123":
                yield area.code + first, Place(3, LAND_LINE, None, area.region, area.city, area.timezone)


def _operator_prefixes() -> Iterator[tuple[str, Place]]:
    from phonenumbers.carrierdata import CARRIER_DATA  # a quarter of a second, paid only where phones are read

    yield "9", Place(3, MOBILE, None, None, None, None)
    for prefix, names in CARRIER_DATA.items():
        if prefix.startswith("79"):
            yield prefix[1:], Place(3, MOBILE, names.get("ru") or names.get("en"), None, None, None)


@lru_cache(maxsize=1)
def default_plan() -> NumberingPlan:
    """The plan that needs no official file: regions of land lines, operators of mobile prefixes."""
    prefixes = dict(_area_prefixes())
    prefixes.update(_operator_prefixes())
    prefixes.update({f"80{digit}": Place(3, CALL_CENTRE, None, None, None, None) for digit in range(10)})
    return _of_prefixes(prefixes)


def _of_prefixes(prefixes: Mapping[str, Place]) -> NumberingPlan:
    """Ranges in which the longest prefix wins."""
    edges = sorted({edge for prefix in prefixes for edge in _bounds(prefix)} | {0})
    places = [_longest(prefixes, f"{edge:010d}") if edge < TEN_DIGITS else None for edge in edges]
    return plan_of(edges, places, "libphonenumber")


def plan_of(starts: Sequence[int], places: Sequence[Place | None], version: str) -> NumberingPlan:
    """A plan of sorted starts, the first of them 0, each with its place."""
    known: dict[Place | None, int] = {}
    place_of = [known.setdefault(place, len(known)) for place in places]
    return NumberingPlan(np.array(starts, np.int64), np.array(place_of, np.int32), tuple(known), version)


def _bounds(prefix: str) -> tuple[int, int]:
    size = 10 ** (10 - len(prefix))
    return int(prefix) * size, (int(prefix) + 1) * size


def _longest(prefixes: Mapping[str, Place], number: str) -> Place | None:
    return next((prefixes[number[:size]] for size in range(8, 0, -1) if number[:size] in prefixes), None)


RANGES: Final = pa.schema(
    [
        pa.field("first", pa.int64()),
        pa.field("last", pa.int64()),
        pa.field("code_length", pa.int8()),
        *(pa.field(name, pa.string()) for name in Place._fields[1:]),
    ]
)
"""Ranges of the official plan as they are kept: sorted, without overlaps; the columns of `Place` behind the bounds."""


def official_ranges(text: str) -> pa.Table:
    """`RANGES` of a CSV text of the ministry (`;`, «АВС/ DEF;От;До;Емкость;Оператор;Регион;Территория ГАР;ИНН»).

    Older headers without the last columns are read too. Raises ValueError naming the line that is not of the plan. Of
    ranges that overlap the one that begins earlier stays.
    """
    kept: list[tuple[int, int, Place]] = []
    for one in sorted(_official_ranges(text)):
        if not kept or one[0] > kept[-1][1]:
            kept.append(one)
    rows = [(first, last, *place) for first, last, place in kept]
    columns = list(zip(*rows, strict=True)) or [()] * len(RANGES)
    return pa.table([pa.array(column, one.type) for column, one in zip(columns, RANGES, strict=True)], schema=RANGES)


def official_plan(parts: Iterable[pa.Table], version: str) -> NumberingPlan:
    """The plan of parts of `RANGES` that share no number."""
    ranges = pl.DataFrame(pl.from_arrow(pa.concat_tables([RANGES.empty_table(), *parts]))).sort("first")
    places = ranges.select(Place._fields).unique(maintain_order=True).with_row_index("place", offset=1)
    placed = ranges.join(places, on=Place._fields, how="left", nulls_equal=True, maintain_order="left")
    first, last = (ranges[name].to_numpy() for name in ("first", "last"))
    edges = np.stack([first, last + 1], axis=1).ravel()
    found = np.stack([placed["place"].to_numpy(), np.zeros(len(first))], axis=1).ravel().astype(np.int32)
    stands = np.append(edges[:-1] != edges[1:], [True]) if len(edges) else np.empty(0, bool)
    return NumberingPlan(
        np.concatenate([[0], edges[stands]]).astype(np.int64),
        np.concatenate([[0], found[stands]]).astype(np.int32),
        (None, *(Place(*row) for row in places.select(Place._fields).iter_rows())),
        version,
    )


def _official_ranges(text: str) -> Iterator[tuple[int, int, Place]]:
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";")
    header = [name.strip().lower() for name in next(rows, [])]
    if len(header) < 6:
        raise ValueError("line 1: not a numbering plan, six columns divided by «;» are expected")
    territory = header.index("территория гар") if "территория гар" in header else 5
    for number, row in enumerate(rows, start=2):
        if not row:
            continue
        try:
            code, first, last = (cell.strip() for cell in row[:3])
            bounds = _bound(code, first), _bound(code, last)
            place = _official_place(code, row[4].strip(), row[territory].strip() or row[5].strip(), first)
        except (ValueError, IndexError):
            raise ValueError(f"line {number}: not a range of the numbering plan") from None
        if bounds[0] > bounds[1]:
            raise ValueError(f"line {number}: the range ends before it begins")
        yield *bounds, place


def _bound(code: str, number: str) -> int:
    """One end of a range as ten digits: a code of three, a number of seven."""
    if not (len(code) == 3 and len(number) == 7 and (code + number).isascii() and (code + number).isdigit()):
        raise ValueError(code)
    return int(code + number)


def _official_place(code: str, operator: str, territory: str, first: str) -> Place:
    region, city = _territory(territory)
    known = default_plan().find(code + first)
    kind = known.type if known else (MOBILE if code.startswith("9") else LAND_LINE)
    timezone = region_timezones().get(region or "") or _timezone(region)
    if city is None and known and kind == LAND_LINE:
        city = known.city
    return Place(known.code_length if known else 3, kind, operator or None, region, city, timezone)


def _timezone(region: str | None) -> str | None:
    """Offset of the first region of a joined territory («Москва и Московская область»)."""
    if region is None:
        return None
    zones = region_timezones()
    return next((zones[name] for name in sorted(zones, key=len, reverse=True) if region.startswith(name)), None)


def _territory(text: str) -> tuple[str | None, str | None]:
    """Region and city of «г. Самара|Самарская обл.» or «Город Москва, Московская область»."""
    city, bar, region = text.rpartition("|")
    names = [_region_name(part) for part in re.split(r",\s*|\s\*\s|\sи\s", region) if part.strip(" -")]
    town = re.sub(r"^(?:г|город|пгт|пос|р-н)\.?\s+", "", city.split("|")[0].strip(), flags=re.IGNORECASE) if bar else ""
    found = " и ".join(dict.fromkeys(names)) or None
    if found == "Российская Федерация":
        found = None
    return found, town or (found if found in ("Москва", "Санкт-Петербург", "Севастополь") else None)


def _region_name(part: str) -> str:
    name = re.sub(r"^(?:город|г\.)\s*", "", part.strip(), flags=re.IGNORECASE)
    return re.sub(r"\bобл\.?$", "область", name)
