"""Place and house → one address: its line, its key, its codes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from litso.standardize.address.head import Head
from litso.standardize.address.model import Address
from litso.standardize.address.names import fold, spoken
from litso.standardize.address.places import FEDERAL, flat, regions, town_by_name
from litso.standardize.address.tail import Tail

_KEY_BLOCKS: Final = {"к": "к", "стр": "с", "литера": "л"}
_TERRITORIES: Final = frozenset({"мкр", "р-н", "ж/р", "кв-л", "ж/м", "жк"})
"""Quarters that a street makes superfluous in a key; a gardeners' company is not one of them: its streets are its own."""


@dataclass(frozen=True, slots=True)
class Place:
    """A head made ready: its columns, its printed line, its part of the key, and what it lacks."""

    columns: dict[str, str | None]
    line: str
    key: str | None
    lacks: int
    alternatives: bool
    unparsed: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class House:
    """A tail made ready: its columns, its printed line, its part of the key."""

    columns: dict[str, str | None]
    line: str
    key: str | None
    unparsed: tuple[str, ...]
    problems: tuple[str, ...]


def place(head: Head) -> Place:
    """Columns, line and key of a place. `lacks` is the `qc_complete` of its first gap, 0 where there is none."""
    region = regions()[head.region] if head.region else None
    plans = ", ".join(f"{code} {name}" for code, name in head.plans) or None
    columns: dict[str, str | None] = {
        "postal_code": head.postal_code,
        "country": head.country,
        "region": head.region,
        "region_type": region.type if region else None,
        "area": head.area,
        "area_type": head.area_type,
        "city": head.city,
        "city_type": head.city_type,
        "settlement": head.settlement,
        "settlement_type": head.settlement_type,
        "planning_structure": plans,
        "street": head.street,
        "street_type": head.street_type,
    }
    return Place(
        columns,
        _place_line(head, plans),
        _place_key(head),
        _lacks(head),
        head.alternatives,
        tuple(head.unparsed),
        tuple(head.problems),
    )


def _place_line(head: Head, plans: str | None) -> str:
    city = _typed(head.city_type, head.city)
    region = regions()[head.region] if head.region else None
    parts = [
        region.printed if region and not _implied(head) else None,
        _area_line(head),
        None if region and region.name in FEDERAL and head.city == region.name else city,
        _typed(head.settlement_type, head.settlement),
        plans,
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
    return town is not None and len(town.regions) == 1 and regions()[town.regions[0]].capital == town.name and (
        head.region == town.regions[0]
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
    columns = {
        "stead": tail.stead,
        "house": tail.house,
        "house_type": tail.house_type,
        "block": block,
        "block_type": block_type,
        "entrance": tail.entrance,
        "floor": tail.floor,
        "flat": tail.flat,
        "flat_type": tail.flat_type if tail.flat else None,
        "room": tail.room,
        "postal_box": tail.box,
    }
    problems = ("no_house_number",) if tail.numberless and tail.house is None else ()
    return House(columns, _house_line(tail, block_type, block), _house_key(tail), tuple(tail.unparsed), problems)


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
    told = bool(where.line or what.line or where.columns["postal_code"])
    code = _quality(where, what, told=told, unparsed=bool(unparsed))
    key = f"{where.key}|{what.key}" if where.key and what.key else None
    return Address(
        result=", ".join(part for part in (where.line, what.line) if part) or None,
        **where.columns,  # type: ignore[arg-type]
        **{name: value for name, value in what.columns.items()},  # type: ignore[arg-type]
        qc=code,
        qc_complete=_complete(where, what, code),
        unparsed=", ".join(word.upper() for word in unparsed if word) or None,
        problems=(*where.problems, *what.problems),
        house_key=key,
    )


def _quality(where: Place, what: House, *, told: bool, unparsed: bool) -> int:
    if not told:
        return 1 if unparsed else 2
    if where.alternatives:
        return 3
    if unparsed or (what.key and where.key is None and not what.columns["postal_box"]):
        return 1
    return 0 if where.line else 1


def _complete(where: Place, what: House, code: int) -> int:
    if code == 2:
        return 6
    if where.columns["country"] not in (None, "Россия"):
        return 7
    if what.columns["postal_box"]:
        return 8
    if where.lacks:
        return where.lacks
    if what.key is None:
        return 4
    return 0 if what.columns["flat"] else 5
