"""Index of the State Address Register: is there such a street, such a house, and how are they called today?

The index is two Arrow tables, so that it can be saved as files and memory-mapped: `objects`, one row a name that an
object has or had, and `houses`, sorted by a 64-bit hash of (object, key of the house). The same key of a house is made
of an address and of a register's row, so a house is found by one binary search.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

import numpy as np
import pyarrow as pa
from rapidfuzz.distance import OSA

from litso.standardize.address.compose import again, house
from litso.standardize.address.gar_file import GarHouse, GarRegion
from litso.standardize.address.model import Address
from litso.standardize.address.names import fold, spoken
from litso.standardize.address.places import flat
from litso.standardize.address.tail import Tail

OBJECTS: Final = pa.schema(
    [
        pa.field("object_id", pa.int64()),
        pa.field("guid", pa.binary(16)),
        pa.field("level", pa.int8()),
        pa.field("type", pa.string()),
        pa.field("name", pa.string()),
        pa.field("actual", pa.bool_()),
        pa.field("administrative", pa.string()),
        pa.field("municipal", pa.string()),
        pa.field("postal_code", pa.string()),
        pa.field("region", pa.string()),
    ]
)
"""One row a name. `administrative` and `municipal` are paths of object ids, from the region down, joined by dots."""

HOUSES: Final = pa.schema(
    [
        pa.field("hash", pa.uint64()),
        pa.field("near", pa.uint64()),
        pa.field("guid", pa.binary(16)),
        pa.field("postal_code", pa.string()),
        pa.field("plot", pa.bool_()),
    ]
)
"""One row a house, sorted by `hash`. `near` is the hash of the house's number without letters and blocks."""

REGION, TOWN, SETTLEMENT, QUARTER, STREET = 1, 5, 6, 7, 8
_AREAS: Final = (2, 3)
_FIAS_LEVELS: Final = {1: 1, 2: 3, 3: 3, 4: 3, 5: 4, 6: 6, 7: 65, 8: 7}
_NUMBER: Final = re.compile(r"\d+")
FOUND, SIMILAR, MISSING = 2, 3, 10


@dataclass(frozen=True, slots=True)
class Division:
    """One step of an administrative or municipal division."""

    level: int
    type: str
    name: str
    fias_id: str


@dataclass(frozen=True, slots=True)
class GarMatch:
    """What the register says of an address: the address with its ids, codes and names of today, and its divisions.

    `corrections` names what was changed: `street_respelled`, `street_renamed`, `street_type`, `settlement_respelled`…
    """

    address: Address
    corrections: tuple[str, ...] = ()
    administrative: tuple[Division, ...] = ()
    municipal: tuple[Division, ...] = ()


@dataclass(frozen=True, slots=True)
class GarTables:
    """The index as tables: what is saved and mapped back."""

    objects: pa.Table
    houses: pa.Table


def tables(regions: Iterable[GarRegion]) -> GarTables:
    """Tables of the index from regions as they were read (see `gar_file.read_region`)."""
    objects: list[pa.Table] = []
    houses: list[pa.Table] = []
    for region in regions:
        objects.append(_object_table(region))
        houses.append(_house_table(region))
    together = pa.concat_tables([HOUSES.empty_table(), *houses]).sort_by("hash")
    return GarTables(pa.concat_tables([OBJECTS.empty_table(), *objects]), together)


def _object_table(region: GarRegion) -> pa.Table:
    rows = [
        {
            "object_id": key,
            "guid": UUID(item.guid).bytes,
            "level": item.level,
            "type": kind,
            "name": name,
            "actual": (kind, name) == (item.type, item.name),
            "administrative": item.administrative,
            "municipal": item.municipal,
            "postal_code": item.postal_code,
            "region": region.code,
        }
        for key, item in region.objects.items()
        for kind, name in {(item.type, item.name), *item.former}
    ]
    return pa.Table.from_pylist(rows, schema=OBJECTS)


def _house_table(region: GarRegion) -> pa.Table:
    rows = []
    for item in region.houses.values():
        key = _register_key(item)
        if item.parent and key:
            rows.append(
                {
                    "hash": _hash(item.parent, key),
                    "near": _hash(item.parent, _number(key)),
                    "guid": UUID(item.guid).bytes,
                    "postal_code": item.postal_code,
                    "plot": item.type == "уч",
                }
            )
    return pa.Table.from_pylist(rows, schema=HOUSES)


def _register_key(item: GarHouse) -> str | None:
    """Key of a register's house, made as that of an address."""
    number = re.sub(r"\s", "", item.number)
    if item.type == "уч":
        return house(Tail(stead=number)).key if number else None
    blocks = [(kind, re.sub(r"\s", "", value)) for kind, value in item.blocks]
    if not number and blocks:
        (kind, number), *blocks = blocks
        return house(Tail(house=number, house_type=kind, blocks=blocks)).key
    return house(Tail(house=number, house_type=item.type, blocks=blocks)).key if number else None


def _hash(parent: int, key: str) -> int:
    return int.from_bytes(blake2b(f"{parent}|{key}".encode(), digest_size=8).digest(), "little")


def _number(key: str) -> str:
    """The number of a house without its letter and blocks: what similar houses share."""
    found = _NUMBER.search(key)
    return f"~{found.group()}" if found else key


@dataclass(frozen=True, slots=True)
class _Object:
    """A name of an object, as the index looks it up."""

    object_id: int
    guid: bytes
    level: int
    type: str
    name: str
    actual: bool
    administrative: str
    municipal: str
    postal_code: str | None

    @property
    def ancestors(self) -> frozenset[int]:
        """Ids above the object and its own, in both divisions."""
        path = f"{self.administrative}.{self.municipal}".split(".")
        return frozenset(int(step) for step in path if step)


class GarIndex:
    """The register ready for questions. Objects are kept as a dictionary of names, houses stay in their arrays."""

    def __init__(self, source: GarTables) -> None:
        self._actual: dict[int, _Object] = {}
        self._named: dict[tuple[int, str], list[_Object]] = {}
        self._children: dict[int, list[_Object]] = {}
        for row in source.objects.drop_columns(["region"]).to_pylist():
            self._add(_Object(**row))
        houses = source.houses.combine_chunks()
        self._hashes = houses["hash"].to_numpy() if houses.num_rows else np.empty(0, np.uint64)
        near = houses["near"].to_numpy() if houses.num_rows else np.empty(0, np.uint64)
        self._near = np.unique(near)
        self._houses = houses

    def _add(self, item: _Object) -> None:
        if item.actual:
            self._actual[item.object_id] = item
        group = _group(item.level)
        key = _region_key(item.name) if group == REGION else spoken(item.name)
        self._named.setdefault((group, key), []).append(item)
        if group in (QUARTER, STREET):
            for above in item.ancestors - {item.object_id}:
                self._children.setdefault(above, []).append(item)

    def match(self, address: Address) -> GarMatch:
        """Find an address in the register and give it its ids, codes, postal code and names of today.

        What the register does not know stays as it was read. `qc_house` is 2 for a house found, 3 for a similar one
        (its letter or block differs), 10 for none.
        """
        corrections: list[str] = []
        region = _only(self._named.get((REGION, _region_key(address.region)), [])) if address.region else None
        above = (region,) if region else ()
        area = self._one(_AREAS[0], address.area, above, address.area_type, corrections, "area")
        above = (area,) if area else above
        town = self._one(TOWN, address.city, above, address.city_type, corrections, "city")
        settlement = self._settlement(address, town, above, corrections)
        federal = region if address.city == address.region else None  # streets of Moscow hang on the region itself
        place = settlement or (None if address.settlement else town or federal)
        quarter = self._quarter(address, place)
        street = self._street(address, quarter or place, corrections) or self._street(address, place, corrections)
        deepest = street or quarter or place or area or region
        if deepest is None:
            return GarMatch(address)
        return self._answer(address, deepest, (region, town, settlement, street), corrections)

    def _answer(
        self,
        address: Address,
        deepest: _Object,
        found: tuple[_Object | None, ...],
        corrections: list[str],
    ) -> GarMatch:
        names = _names(found[1:])
        stands = (address.street is None) or found[3] is not None
        row = self._house(address, deepest.object_id) if stands else None
        code = self._house_code(address, deepest.object_id, row)
        ids: dict[str, Any] = {"fias_id": str(UUID(bytes=deepest.guid)), "fias_level": _FIAS_LEVELS[deepest.level]}
        postal_code = deepest.postal_code
        if row is not None:
            plot = self._houses["plot"][row].as_py()
            ids = {"fias_id": str(UUID(bytes=self._houses["guid"][row].as_py())), "fias_level": 75 if plot else 8}
            postal_code = self._houses["postal_code"][row].as_py() or postal_code
        complete = 10 if code in (SIMILAR, MISSING) and address.qc_complete in (0, 5) else address.qc_complete
        corrected = again(replace(address, **names))
        return GarMatch(
            replace(
                corrected,
                **ids,
                qc_house=code,
                qc_complete=complete,
                postal_code=postal_code or address.postal_code,
            ),
            tuple(corrections),
            self._division(deepest.administrative),
            self._division(deepest.municipal),
        )

    def _settlement(
        self, address: Address, town: _Object | None, above: tuple[_Object, ...], corrections: list[str]
    ) -> _Object | None:
        """The settlement within its town if there is one there, otherwise within the area or region."""
        name, kind = address.settlement, address.settlement_type
        inside = self._under(self._named.get((TOWN, spoken(name)), []), (town,)) if name and town else []
        found = _only([item for item in inside if town is None or item.object_id != town.object_id])
        return found or self._one(TOWN, name, above, kind, corrections, "settlement")

    def _one(
        self,
        group: int,
        name: str | None,
        above: tuple[_Object, ...],
        kind: str | None,
        corrections: list[str],
        what: str,
    ) -> _Object | None:
        """The only object of a level, name and parents, by today's name; of the type told where there are several."""
        if not name:
            return None
        candidates = self._under(self._named.get((group, spoken(name)), []), above)
        typed = [item for item in candidates if _same_type(item.type, kind)]
        found = _only(typed or candidates)
        if found is None and not candidates:
            found = self._respelled(group, name, above)
            if found:
                corrections.append(f"{what}_respelled")
        return self._today(found, corrections, what)

    def _under(self, candidates: list[_Object], above: tuple[_Object, ...]) -> list[_Object]:
        ids = {item.object_id for item in above}
        return [item for item in candidates if ids <= item.ancestors]

    def _respelled(self, group: int, name: str, above: tuple[_Object, ...]) -> _Object | None:
        """The only object of the level below the parents whose name is one or two edits away."""
        if not above:
            return None
        rows = [item for (level, _), items in self._named.items() if level == group for item in items]
        return _nearest(name, self._under(rows, above))

    def _today(self, found: _Object | None, corrections: list[str], what: str) -> _Object | None:
        if found is None or found.actual or found.object_id not in self._actual:
            return found
        corrections.append(f"{what}_renamed")
        return self._actual[found.object_id]

    def _quarter(self, address: Address, place: _Object | None) -> _Object | None:
        if place is None or not address.planning_structure:
            return None
        name = spoken(address.planning_structure.rsplit(", ", 1)[-1].split(" ", 1)[-1])
        below = self._children.get(place.object_id, [])
        return _only([item for item in below if _group(item.level) == QUARTER and spoken(item.name) == name])

    def _street(self, address: Address, place: _Object | None, corrections: list[str]) -> _Object | None:
        if place is None or not address.street:
            return None
        below = [item for item in self._children.get(place.object_id, []) if item.level == STREET]
        named = [item for item in below if spoken(item.name) == spoken(address.street)]
        typed = [item for item in named if _same_type(item.type, address.street_type)]
        found = _only(typed) if typed else _only(named)
        if found is not None and not typed and address.street_type is not None:
            corrections.append("street_type")
        if found is None and not named:
            same = [item for item in below if _same_type(item.type, address.street_type)]
            found = _nearest(address.street, same)
            if found:
                corrections.append("street_respelled")
        return self._today(found, corrections, "street")

    def _house(self, address: Address, parent: int) -> int | None:
        """Row of the house in the table, or None."""
        key = (address.house_key or "").rsplit("|", 1)[-1]
        if not key:
            return None
        wanted = np.uint64(_hash(parent, key))
        at = int(np.searchsorted(self._hashes, wanted))
        return at if at < len(self._hashes) and self._hashes[at] == wanted else None

    def _house_code(self, address: Address, parent: int, row: int | None) -> int | None:
        if not address.house and not address.stead:
            return None
        if row is not None:
            return FOUND
        key = (address.house_key or "").rsplit("|", 1)[-1]
        wanted = np.uint64(_hash(parent, _number(key)))
        at = int(np.searchsorted(self._near, wanted))
        return SIMILAR if key and at < len(self._near) and self._near[at] == wanted else MISSING

    def _division(self, path: str) -> tuple[Division, ...]:
        steps = [self._actual.get(int(step)) for step in path.split(".") if step]
        return tuple(
            Division(item.level, item.type, item.name, str(UUID(bytes=item.guid))) for item in steps if item is not None
        )


def _group(level: int) -> int:
    """Levels that a text cannot tell apart count as one: both kinds of areas; towns and settlements."""
    return _AREAS[0] if level in _AREAS else TOWN if level == SETTLEMENT else level


def _region_key(name: str) -> str:
    """The word that tells a region: «Саха (Якутия)» and «Саха /Якутия/» are one."""
    return flat(name).partition(" ")[0]


def _same_type(one: str, other: str | None) -> bool:
    return other is not None and fold(one).rstrip(".") == fold(other).rstrip(".")


def _only(candidates: list[_Object]) -> _Object | None:
    """The single object among candidates (names of one object count once; the one of today first), or None."""
    if len({item.object_id for item in candidates}) != 1:
        return None
    return max(candidates, key=lambda item: item.actual)


def _nearest(name: str, candidates: list[_Object]) -> _Object | None:
    """The only candidate whose name is one edit away (two in more than ten letters); never for a short name."""
    wanted = flat(name)
    if len(wanted) < 5 or any(letter.isdigit() for letter in wanted):
        return None
    limit = 2 if len(wanted) > 10 else 1
    return _only([item for item in candidates if OSA.distance(wanted, flat(item.name), score_cutoff=limit) <= limit])


def _names(found: tuple[_Object | None, ...]) -> dict[str, Any]:
    """Columns of an address with the register's own names and types."""
    names: dict[str, Any] = {}
    for column, item in zip(("city", "settlement", "street"), found, strict=True):
        if item is not None:
            names |= {column: item.name, f"{column}_type": item.type}
    return names


__all__ = ["HOUSES", "OBJECTS", "Division", "GarIndex", "GarMatch", "GarTables", "tables"]
