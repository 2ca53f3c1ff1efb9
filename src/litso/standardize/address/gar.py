"""Questions to the State Address Register: is there such a street, such a house, and how are they called today?

An index reads the tables of `gar_tables` where they lie, mapped from disk: opening one costs nothing, and processes
share its memory. What is asked again and again (places) is remembered.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from litso.standardize.address.compose import again
from litso.standardize.address.gar_tables import (
    AREAS,
    FIAS_LEVELS,
    QUARTER,
    REGION,
    STREET,
    TOWN,
    GarTables,
    group_of,
    house_hash,
    number_of,
    object_key,
    path_ids,
    region_key,
    text_hash,
)
from litso.standardize.address.model import Address
from litso.standardize.address.names import fold
from litso.standardize.address.places import FEDERAL, flat, regions

FOUND, SIMILAR, MISSING = 2, 3, 10
"""`qc_house` of a house found, of a similar one, of none."""
HOUSE_LEVEL, PLOT_LEVEL = 8, 75
"""`fias_level` of a house and of a plot."""
_REMEMBERED: Final = 1 << 16


class PlaceNames(NamedTuple):
    """What of an address tells its place."""

    region: str | None
    area: str | None
    area_type: str | None
    city: str | None
    city_type: str | None
    settlement: str | None
    settlement_type: str | None
    planning_structure: str | None
    street: str | None
    street_type: str | None


class Division(NamedTuple):
    """One step of an administrative or municipal division."""

    level: int
    type: str
    name: str
    fias_id: str


class Spot(NamedTuple):
    """A place found: its deepest object, and the names of today where they differ from those of the address.

    `corrections` names what was changed: `street_respelled`, `street_renamed`, `street_type`, `settlement_respelled`…
    `is_whole`: everything that the address names was found, so that a house may be looked for.
    """

    region: GarRegion
    object_id: int
    fias_id: str
    fias_level: int
    postal_code: str | None
    names: tuple[tuple[str, str], ...]
    corrections: tuple[str, ...]
    administrative: str
    municipal: str
    is_whole: bool


class HouseFound(NamedTuple):
    """A house that the register has."""

    fias_id: str
    fias_level: int
    postal_code: str | None


@dataclass(frozen=True, slots=True)
class GarMatch:
    """What the register says of an address: the address with its ids, codes and names of today; where it was found."""

    address: Address
    spot: Spot | None = None

    @property
    def corrections(self) -> tuple[str, ...]:
        """What was changed: `street_renamed`, `street_respelled`…"""
        return self.spot.corrections if self.spot else ()

    @property
    def administrative(self) -> tuple[Division, ...]:
        """Administrative division of the place, from the region down."""
        return self.spot.region.division(self.spot.administrative) if self.spot else ()

    @property
    def municipal(self) -> tuple[Division, ...]:
        """Municipal division of the place, from the region down."""
        return self.spot.region.division(self.spot.municipal) if self.spot else ()


@dataclass(frozen=True, slots=True)
class _Object:
    """A name of an object."""

    object_id: int
    guid: bytes
    level: int
    type: str
    name: str
    actual: bool
    administrative: str
    municipal: str
    postal_code: str | None
    ancestors: frozenset[int]
    """Ids above the object and its own, in both divisions."""


_FIELDS: Final = (
    "object_id", "guid", "level", "type", "name", "actual", "administrative", "municipal", "postal_code",
)  # fmt: skip


class GarIndex:
    """The register of all regions that were loaded."""

    def __init__(self, regions: Iterable[GarTables]) -> None:
        self.regions: tuple[GarRegion, ...] = tuple(GarRegion(tables) for tables in regions)
        self.spot = lru_cache(maxsize=_REMEMBERED)(self._spot)

    def _spot(self, names: PlaceNames) -> Spot | None:
        """The place of that name, where one region has it for certain."""
        if names.region is not None:
            wanted = region_key(names.region)
            return next((one.find(names) for one in self.regions if wanted in one.region_keys), None)
        found = [spot for one in self.regions if (spot := one.find(names)) is not None]
        return found[0] if len(found) == 1 else None

    def match(self, address: Address) -> GarMatch:
        """Find an address in the register and give it its ids, codes, postal code and names of today.

        What the register does not know stays as it was read. `qc_house` is 2 for a house found, 3 for a similar one
        (its letter or block differs), 10 for none.
        """
        spot = self.spot(place_of(address))
        if spot is None:
            return GarMatch(address)
        names: dict[str, Any] = dict(spot.names)
        renamed = again(replace(address, **names)) if names else address
        house, code = self.house(spot, address.house_key) if address.house or address.stead else (None, None)
        where = house or spot
        matched = replace(
            renamed,
            fias_id=where.fias_id,
            fias_level=where.fias_level,
            postal_code=where.postal_code or spot.postal_code or address.postal_code,
            qc_house=code,
            qc_complete=10 if code in (SIMILAR, MISSING) and address.qc_complete in (0, 5) else address.qc_complete,
            problems=(*address.problems, *spot.corrections),
        )
        return GarMatch(matched, spot)

    def suggest(self, words: Sequence[str], limit: int) -> list[str]:
        """Lines of streets and places whose name begins with the last word; the other words are in the line too."""
        if not words:
            return []
        return [line for region in self.regions for line in region.suggest(words, limit)][:limit]

    def house(self, spot: Spot, house_key: str | None) -> tuple[HouseFound | None, int]:
        """The house of that key in a place, and `qc_house`."""
        key = (house_key or "").rsplit("|", 1)[-1]
        if not key or not spot.is_whole:
            return None, MISSING
        found = spot.region.house(spot.object_id, key)
        if found is not None:
            return found, FOUND
        return None, SIMILAR if spot.region.has_number(spot.object_id, key) else MISSING


def place_of(address: Address) -> PlaceNames:
    """What of an address tells its place."""
    return PlaceNames(*(getattr(address, name) for name in PlaceNames._fields))


class GarRegion:
    """The register of one region."""

    def __init__(self, tables: GarTables) -> None:
        objects = tables.objects.combine_chunks()
        self._keys = _whole(objects, "key")
        self._flats = _whole(objects, "flat")
        self._levels = _numbers(objects, "level", np.int8)
        self._columns = {name: _whole(objects, name) for name in _FIELDS}
        self._above = _numbers(tables.children, "above", np.int64)
        self._hash = _numbers(tables.children, "hash", np.uint64)
        self._child = _numbers(tables.children, "row", np.int32)
        self._ids = _numbers(tables.actual, "object_id", np.int64)
        self._present = _numbers(tables.actual, "row", np.int32)
        self.guids, self.postal_codes, self.plots = (
            _whole(tables.houses, name) for name in ("guid", "postal_code", "plot")
        )
        self._hashes = _numbers(tables.houses, "hash", np.uint64)
        self._near = _numbers(tables.numbers, "near", np.uint64)
        self._object = lru_cache(maxsize=_REMEMBERED)(self._read_object)
        self._choices = lru_cache(maxsize=64)(self._read_choices)
        self.region_keys = frozenset(region_key(item.name) for item in self._starting(f"{REGION}|"))

    # Rows ------------------------------------------------------------------------------------------------------

    def _read_object(self, row: int) -> _Object:
        values = {name: column[row].as_py() for name, column in self._columns.items()}
        return _Object(**values, ancestors=path_ids(f"{values['administrative']}.{values['municipal']}"))

    def _starting(self, prefix: str) -> Iterator[_Object]:
        """Names whose key begins with a prefix, in the order of their keys."""
        row = self._first(prefix)
        while row < len(self._keys) and self._key(row).startswith(prefix):
            yield self._object(row)
            row += 1

    def _first(self, key: str) -> int:
        return bisect_left(range(len(self._keys)), key, key=self._key)

    def _key(self, row: int) -> str:
        key: str = self._keys[row].as_py()
        return key

    def _named(self, group: int, name: str) -> list[_Object]:
        key = object_key(group, name)
        first = last = self._first(key)
        while last < len(self._keys) and self._key(last) == key:
            last += 1
        return [self._object(row) for row in range(first, last)]

    def _below(self, above: int, level: int, name: str) -> list[_Object]:
        """Quarters or streets of a name below an object."""
        start, end = np.searchsorted(self._above, (above, above + 1))
        hashes, wanted = self._hash[start:end], np.uint64(text_hash(object_key(level, name)))
        first, last = np.searchsorted(hashes, wanted), np.searchsorted(hashes, wanted, side="right")
        return [self._object(int(row)) for row in self._child[start + first : start + last]]

    def _read_choices(self, group: int, above: int | None) -> tuple[list[str], NDArray[np.int32]]:
        """Names that a misspelt one may have meant, as they are compared, with their rows."""
        if above is None:
            levels = [level for level in FIAS_LEVELS if group_of(level) == group]
            rows = np.flatnonzero(np.isin(self._levels, levels))
        else:
            start, end = np.searchsorted(self._above, (above, above + 1))
            rows = self._child[start:end]
            rows = rows[self._levels[rows] == group]
        return [self._flats[int(row)].as_py() for row in rows], rows.astype(np.int32)

    def _present_name(self, object_id: int) -> _Object | None:
        at = int(np.searchsorted(self._ids, object_id))
        return self._object(int(self._present[at])) if at < len(self._ids) and self._ids[at] == object_id else None

    # Places ----------------------------------------------------------------------------------------------------

    def find(self, names: PlaceNames) -> Spot | None:
        """The deepest object that the names tell for certain; None where not even one is known."""
        corrections: list[str] = []
        region = _only(self._named(REGION, names.region)) if names.region else None
        above = (region,) if region else ()
        area = self._one(AREAS[0], names.area, names.area_type, above, corrections, "area")
        above = (area,) if area else above
        town = self._one(TOWN, names.city, names.city_type, above, corrections, "city")
        settlement = self._settlement(names, town, above, corrections)
        federal = region if names.city == names.region else None  # streets of Moscow hang on the region itself
        place = settlement or (None if names.settlement else town or federal)
        quarter = self._quarter(names, place)
        street = self._street(names, quarter or place, corrections) or self._street(names, place, corrections)
        deepest = street or quarter or place or area or region
        if deepest is None:
            return None
        is_whole = (
            street is not None if names.street else quarter is not None if names.planning_structure else bool(place)
        )
        return Spot(
            self,
            deepest.object_id,
            str(UUID(bytes=deepest.guid)),
            FIAS_LEVELS[deepest.level],
            deepest.postal_code,
            _changed(names, (town, settlement, street)),
            tuple(dict.fromkeys(corrections)),
            deepest.administrative,
            deepest.municipal,
            is_whole,
        )

    def _settlement(
        self, names: PlaceNames, town: _Object | None, above: Sequence[_Object], corrections: list[str]
    ) -> _Object | None:
        """The settlement within its town if there is one there, otherwise within the area or region."""
        name, kind = names.settlement, names.settlement_type
        inside = _under(self._named(TOWN, name), (town,)) if name and town else []
        found = _only([item for item in inside if town is None or item.object_id != town.object_id])
        return found or self._one(TOWN, name, kind, above, corrections, "settlement")

    def _one(
        self,
        group: int,
        name: str | None,
        kind: str | None,
        above: Sequence[_Object],
        corrections: list[str],
        what: str,
    ) -> _Object | None:
        """The only object of a level, name and parents, by today's name; of the type told where there are several."""
        if not name:
            return None
        candidates = _under(self._named(group, name), above)
        typed = [item for item in candidates if _same_type(item.type, kind)]
        found = _only(typed or candidates)
        if found is None and not candidates and above:
            found = _only(_under(self._near_named(name, group, None), above))
            if found:
                corrections.append(f"{what}_respelled")
        return self._today(found, corrections, what)

    def _near_named(self, name: str, group: int, above: int | None) -> list[_Object]:
        """Objects whose name is one edit away (two in more than ten letters); none for a short name or a number."""
        wanted = flat(name)
        if len(wanted) < 5 or any(letter.isdigit() for letter in wanted):
            return []
        limit = 2 if len(wanted) > 10 else 1
        flats, rows = self._choices(group, above)
        near = process.extract(wanted, flats, scorer=OSA.distance, score_cutoff=limit, limit=None)
        return [self._object(int(rows[at])) for _, _, at in near]

    def _today(self, found: _Object | None, corrections: list[str], what: str) -> _Object | None:
        present = None if found is None or found.actual else self._present_name(found.object_id)
        if present is None:
            return found
        corrections.append(f"{what}_renamed")
        return present

    def _quarter(self, names: PlaceNames, place: _Object | None) -> _Object | None:
        if place is None or not names.planning_structure:
            return None
        name = names.planning_structure.rsplit(", ", 1)[-1].split(" ", 1)[-1]
        return _only(self._below(place.object_id, QUARTER, name))

    def _street(self, names: PlaceNames, place: _Object | None, corrections: list[str]) -> _Object | None:
        if place is None or not names.street:
            return None
        named = self._below(place.object_id, STREET, names.street)
        typed = [item for item in named if _same_type(item.type, names.street_type)]
        found = _only(typed) if typed else _only(named)
        if found is not None and not typed and names.street_type is not None:
            corrections.append("street_type")
        if found is None and not named:
            near = self._near_named(names.street, STREET, place.object_id)
            found = _only([item for item in near if _same_type(item.type, names.street_type)])
            if found:
                corrections.append("street_respelled")
        return self._today(found, corrections, "street")

    def division(self, path: str) -> tuple[Division, ...]:
        """Steps of a path of object ids."""
        steps = [self._present_name(int(step)) for step in path.split(".") if step]
        return tuple(Division(one.level, one.type, one.name, str(UUID(bytes=one.guid))) for one in steps if one)

    # Houses ----------------------------------------------------------------------------------------------------

    def house(self, parent: int, key: str) -> HouseFound | None:
        """The house of a key in an object."""
        row = int(self.house_rows(np.array([house_hash(parent, key)], np.uint64))[0])
        if row < 0:
            return None
        level = PLOT_LEVEL if self.plots[row].as_py() else HOUSE_LEVEL
        return HouseFound(str(UUID(bytes=self.guids[row].as_py())), level, self.postal_codes[row].as_py())

    def has_number(self, parent: int, key: str) -> bool:
        """Whether the object has a house of that number, whatever its letter and blocks."""
        return bool(self.have_numbers(np.array([house_hash(parent, number_of(key))], np.uint64))[0])

    def house_rows(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Rows of the houses of some hashes, -1 where there is none."""
        at, is_found = _found(self._hashes, hashes)
        return np.where(is_found, at, -1)

    def have_numbers(self, hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which hashes of (object, number) are of the register."""
        return _found(self._near, hashes)[1]

    # Suggestions -----------------------------------------------------------------------------------------------

    def suggest(self, words: Sequence[str], limit: int) -> list[str]:
        """Lines of streets and places of today whose name begins with the last word; the others are in the line."""
        lines: list[str] = []
        *others, begun = words
        for group in (TOWN, STREET):
            for item in islice(self._starting(f"{group}|{begun}"), _CONSIDERED):
                line = self._line(item) if item.actual else ""
                if line and all(word in fold(line) for word in others):
                    lines.append(line)
        return lines[:limit]

    def _line(self, item: _Object) -> str:
        """The line of an address that ends with this object."""
        columns: dict[str, str] = {}
        for level, kind, name, _ in self.division(item.administrative):
            column = _COLUMN_OF_LEVEL.get(level)
            if column == "region":
                region = next((one for one in regions().values() if region_key(one.name) == region_key(name)), None)
                columns |= {"region": region.name, "region_type": region.type} if region else {}
                columns |= {"city": region.name, "city_type": "г"} if region and region.name in FEDERAL else {}
            elif column == "planning_structure":
                columns[column] = f"{kind} {name}"
            elif column is not None:
                columns |= {column: name, f"{column}_type": kind}
        values: dict[str, Any] = columns
        return again(Address(**values)).result or ""


_COLUMN_OF_LEVEL: Final = {1: "region", 2: "area", 5: "city", 6: "settlement", 7: "planning_structure", 8: "street"}
_CONSIDERED: Final = 200
"""How many names that begin alike are looked at."""


def _whole(table: pa.Table, name: str) -> pa.Array:
    """A column without chunks."""
    column = table[name]
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _numbers(table: pa.Table, name: str, kind: type[np.generic]) -> NDArray[Any]:
    return _whole(table, name).to_numpy(zero_copy_only=True) if table.num_rows else np.empty(0, kind)


def _found(known: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each wanted number would stand among the sorted known ones, and whether it is there."""
    if not len(known):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return at, known[at] == wanted


def _under(candidates: list[_Object], above: Sequence[_Object]) -> list[_Object]:
    ids = {item.object_id for item in above}
    return [item for item in candidates if ids <= item.ancestors]


def _same_type(one: str, other: str | None) -> bool:
    return other is not None and fold(one).rstrip(".") == fold(other).rstrip(".")


def _only(candidates: list[_Object]) -> _Object | None:
    """The single object among candidates (names of one object count once; the one of today first), or None."""
    if len({item.object_id for item in candidates}) != 1:
        return None
    return max(candidates, key=lambda item: item.actual)


def _changed(names: PlaceNames, found: Sequence[_Object | None]) -> tuple[tuple[str, str], ...]:
    """Columns in which the register's own names and types differ from those of the address."""
    told = [
        (column, value)
        for what, item in zip(("city", "settlement", "street"), found, strict=True)
        if item is not None
        for column, value in ((what, item.name), (f"{what}_type", item.type))
    ]
    return tuple((column, value) for column, value in told if getattr(names, column) != value)
