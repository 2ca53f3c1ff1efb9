"""Place and house → one address: its line, its key, its codes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from litso.standardize.address.head import Head
from litso.standardize.address.model import Address
from litso.standardize.address.names import fold, spoken
from litso.standardize.address.places import FEDERAL, flat, regions, town_by_name
from litso.standardize.address.tail import Tail

_KEY_BLOCKS: Final = {"к": "к", "стр": "с", "литера": "л"}
_DISTRICTS: Final = frozenset({"р-н", "м.о.", "г.о."})
"""Districts of a city: they are printed right after it, since after a settlement they would be read as areas."""

_TERRITORIES: Final = frozenset({"мкр", "р-н", "м.о.", "ж/р", "кв-л", "ж/м", "жк"})
"""Quarters that a street makes superfluous in a key. A gardeners' company is none of them: its streets are its own."""


PLACE_COLUMNS: Final = (
    "postal_code",
    "country",
    "region",
    "region_type",
    "area",
    "area_type",
    "city",
    "city_type",
    "settlement",
    "settlement_type",
    "planning_structure",
    "street",
    "street_type",
)
HOUSE_COLUMNS: Final = (
    "stead",
    "house",
    "house_type",
    "block",
    "block_type",
    "entrance",
    "floor",
    "flat",
    "flat_type",
    "room",
    "postal_box",
)


class PlaceFlags(NamedTuple):
    """What of a place its quality codes depend on. `lacks` is the `qc_complete` of its first gap, 0 where none."""

    line: bool
    postal_code: bool
    key: bool
    lacks: int
    alternatives: bool
    unparsed: bool
    foreign: bool


class HouseFlags(NamedTuple):
    """What of a house the quality codes depend on."""

    line: bool
    key: bool
    flat: bool
    box: bool
    unparsed: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A head made ready: values of `PLACE_COLUMNS`, its printed line, its part of the key."""

    columns: tuple[str | None, ...]
    line: str
    key: str | None
    flags: PlaceFlags
    unparsed: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class House:
    """A tail made ready: values of `HOUSE_COLUMNS`, its printed line, its part of the key."""

    columns: tuple[str | None, ...]
    line: str
    key: str | None
    flags: HouseFlags
    unparsed: tuple[str, ...]


def place(head: Head) -> Place:
    """Columns, line and key of a place."""
    region = regions()[head.region] if head.region else None
    plans = ", ".join(f"{code} {name}" for code, name in head.plans) or None
    columns = (
        head.postal_code,
        head.country,
        head.region,
        region.type if region else None,
        head.area,
        head.area_type,
        head.city,
        head.city_type,
        head.settlement,
        head.settlement_type,
        plans,
        head.street,
        head.street_type,
    )
    line, key = _place_line(head), _place_key(head)
    flags = PlaceFlags(
        bool(line),
        head.postal_code is not None,
        key is not None,
        _lacks(head),
        head.alternatives,
        bool(head.unparsed),
        head.country not in (None, "Россия"),
    )
    return Place(columns, line, key, flags, tuple(head.unparsed), tuple(head.problems))


def _place_line(head: Head) -> str:
    city = _typed(head.city_type, head.city)
    region = regions()[head.region] if head.region else None
    parts = [
        None if head.country in (None, "Россия") else head.country,
        region.printed if region and not _implied(head) else None,
        _area_line(head),
        None if region and region.name in FEDERAL and head.city == region.name else city,
        ", ".join(f"{code} {name}" for code, name in head.plans if code in _DISTRICTS),
        _typed(head.settlement_type, head.settlement),
        ", ".join(f"{code} {name}" for code, name in head.plans if code not in _DISTRICTS),
        _typed(head.street_type, head.street),
    ]
    return ", ".join(part for part in parts if part)


def _area_line(head: Head) -> str | None:
    if head.area and head.area_type in ("р-н", "у") and head.area.endswith(("ий", "ый", "ой")):
        return f"{head.area} {head.area_type}"
    return _typed(head.area_type, head.area)


def _typed(kind: str | None, name: str | None) -> str | None:
    return f"{kind} {name}" if kind and name else name


def _implied(head: Head) -> bool:
    """Whether the region need not be printed: its own capital stands for it."""
    if head.city is None or head.region in FEDERAL or head.city_type != "г" or head.area is not None:
        return False
    town = town_by_name(flat(head.city))
    return (
        town is not None
        and len(town.regions) == 1
        and regions()[town.regions[0]].capital == town.name
        and (head.region == town.regions[0])
    )


def _place_key(head: Head) -> str | None:
    own = [(code, name) for code, name in head.plans if not (head.street and code in _TERRITORIES)]
    if not (head.street or head.settlement or own or head.city == "Зеленоград"):
        return None
    locality = head.settlement or head.city or ""
    plans = ";".join(f"{code} {spoken(name)}" for code, name in own)
    kind = "" if head.street_type in (None, "ул") or not head.street else f"{head.street_type} "
    region = flat(head.region or "")
    return "|".join((region, flat(locality), plans, kind + spoken(head.street)))


def _lacks(head: Head) -> int:
    if head.restante:
        return 8
    if head.region is None:
        return 1
    if not (head.city or head.settlement):
        return 2
    if not (head.street or head.plans or head.settlement):
        return 3
    return 0


def house(tail: Tail) -> House:
    """Columns, line and key of a house and what is inside it."""
    block_type, block = _blocks(tail.blocks)
    columns = (
        tail.stead,
        tail.house,
        tail.house_type,
        block,
        block_type,
        tail.entrance,
        tail.floor,
        tail.flat,
        tail.flat_type if tail.flat else None,
        tail.room,
        tail.box,
    )
    line, key = _house_line(tail, block_type, block), _house_key(tail)
    flags = HouseFlags(bool(line), key is not None, tail.flat is not None, tail.box is not None, bool(tail.unparsed))
    return House(columns, line, key, flags, tuple(tail.unparsed))


def with_flat(what: House, flat: str) -> House:
    """A plain house with a flat."""
    columns = dict(zip(HOUSE_COLUMNS, what.columns, strict=True)) | {"flat": flat, "flat_type": "кв"}
    return House(
        tuple(columns.values()),
        f"{what.line}, кв {flat}",
        what.key,
        what.flags._replace(flat=True),
        what.unparsed,
    )


def _blocks(blocks: list[tuple[str, str]]) -> tuple[str | None, str | None]:
    if not blocks:
        return None, None
    (kind, value), *others = blocks
    return kind, " ".join([value, *(f"{code} {number}" for code, number in others)])


def _house_line(tail: Tail, block_type: str | None, block: str | None) -> str:
    number = _typed(tail.house_type, tail.house)
    if block:
        number = f"{number} {block_type} {block}" if number else f"{block_type} {block}"
    parts = [
        f"уч {tail.stead}" if tail.stead else None,
        number,
        f"под {tail.entrance}" if tail.entrance else None,
        f"эт {tail.floor}" if tail.floor else None,
        _typed(tail.flat_type, tail.flat) if tail.flat else None,
        f"ком {tail.room}" if tail.room else None,
        f"а/я {tail.box}" if tail.box else None,
    ]
    return ", ".join(part for part in parts if part)


def _house_key(tail: Tail) -> str | None:
    if tail.house is None:
        return f"уч{fold(tail.stead)}" if tail.stead else None
    number = re.sub(r"[\s-]+(?=[а-я])", "", fold(tail.house))
    kind = tail.house_type if tail.house_type in ("к", "стр", "соор") else ""
    return f"{kind}{number}" + "".join(f"{_KEY_BLOCKS.get(code, code)}{fold(value)}" for code, value in tail.blocks)


def compose(where: Place, what: House) -> Address:
    """One address of a place and a house, with its quality codes."""
    unparsed = (*where.unparsed, *what.unparsed)
    code = quality(where.flags, what.flags)
    values: dict[str, Any] = dict(zip(PLACE_COLUMNS + HOUSE_COLUMNS, where.columns + what.columns, strict=True))
    return Address(
        **values,
        result=", ".join(part for part in (where.line, what.line) if part) or None,
        qc=code,
        qc_complete=complete(where.flags, what.flags, code),
        unparsed=printed_unparsed(unparsed),
        problems=where.problems,
        house_key=f"{where.key}|{what.key}" if where.key and what.key else None,
    )


def place_again(address: Address) -> Place:
    """The place of an address made anew, after its names were corrected."""
    plans = [tuple(plan.split(" ", 1)) for plan in (address.planning_structure or "").split(", ") if plan]
    head = Head(
        country=address.country,
        region=address.region,
        area=address.area,
        area_type=address.area_type,
        city=address.city,
        city_type=address.city_type,
        settlement=address.settlement,
        settlement_type=address.settlement_type,
        plans=[(plan[0], plan[-1]) for plan in plans],
        street=address.street,
        street_type=address.street_type,
    )
    return place(head)


def again(address: Address) -> Address:
    """The same address with its line and key made anew, after its names were corrected."""
    tail = Tail(
        house=address.house,
        house_type=address.house_type,
        stead=address.stead,
        blocks=_parted(address.block_type, address.block),
        entrance=address.entrance,
        floor=address.floor,
        flat=address.flat,
        flat_type=address.flat_type,
        room=address.room,
        box=address.postal_box,
    )
    where, what = place_again(address), house(tail)
    line = ", ".join(part for part in (where.line, what.line) if part) or None
    key = f"{where.key}|{what.key}" if where.key and what.key else None
    return replace(address, result=line, house_key=key)


def _parted(kind: str | None, value: str | None) -> list[tuple[str, str]]:
    """Blocks from their columns: «к», «1 стр 2» → (к, 1), (стр, 2)."""
    if not kind or not value:
        return []
    words = [kind, *value.split()]
    return list(zip(words[::2], words[1::2], strict=True)) if not len(words) % 2 else [(kind, value)]


def printed_unparsed(words: tuple[str, ...]) -> str | None:
    """What was not understood, as DaData prints it: capital words with commas between."""
    return ", ".join(word.upper() for word in words if word) or None


def quality(where: PlaceFlags, what: HouseFlags) -> int:
    """`qc`: 0 sure, 1 for a human to look at, 2 nothing there, 3 there are several such towns."""
    unparsed = where.unparsed or what.unparsed
    if not (where.line or what.line or where.postal_code):
        return 1 if unparsed else 2
    if where.alternatives:
        return 3
    if unparsed or not where.line or (what.key and not where.key and not what.box):
        return 1
    return 0


def complete(where: PlaceFlags, what: HouseFlags, code: int) -> int:
    """`qc_complete`: 0 fit for a letter, otherwise the first thing that lacks."""
    if code == 2:
        return 6
    if where.foreign:
        return 7
    if what.box:
        return 8
    if where.lacks:
        return where.lacks
    if not what.key:
        return 4
    return 0 if what.flat else 5
