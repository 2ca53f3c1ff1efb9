"""The State Address Register of one region as Arrow tables that are saved, memory-mapped and searched by bisection.

`objects` has a row for each name that an object has or had, sorted by its key; `children` tells which streets and
quarters are below an object; `actual` finds the present name of an object by its id; `houses` are sorted by a 64-bit
hash of (object, key of the house), `numbers` are hashes of their bare numbers. A key of a house is made of a row of the
register by the function that makes it of an address: so a house is found by one bisection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from litso.standardize.address.compose import house
from litso.standardize.address.names import spoken
from litso.standardize.address.places import flat
from litso.standardize.address.tail import Tail

OBJECTS: Final = pa.schema(
    [
        pa.field("key", pa.string()),
        pa.field("flat", pa.string()),
        pa.field("object_id", pa.int64()),
        pa.field("guid", pa.binary(16)),
        pa.field("level", pa.int8()),
        pa.field("type", pa.string()),
        pa.field("name", pa.string()),
        pa.field("actual", pa.bool_()),
        pa.field("administrative", pa.string()),
        pa.field("municipal", pa.string()),
        pa.field("postal_code", pa.string()),
    ]
)
"""One row a name, sorted by `key`. `administrative` and `municipal` are paths of object ids from the region down."""

CHILDREN: Final = pa.schema([pa.field("above", pa.int64()), pa.field("hash", pa.uint64()), pa.field("row", pa.int32())])
"""Names of streets and quarters (rows of `objects`) by every object above them, sorted by (above, hash of the key)."""

ACTUAL: Final = pa.schema([pa.field("object_id", pa.int64()), pa.field("row", pa.int32())])
"""Row of the present name of every object, sorted by its id."""

HOUSES: Final = pa.schema(
    [
        pa.field("hash", pa.uint64()),
        pa.field("guid", pa.binary(16)),
        pa.field("postal_code", pa.string()),
        pa.field("plot", pa.bool_()),
    ]
)
"""One row a house, sorted by `hash`."""

NUMBERS: Final = pa.schema([pa.field("near", pa.uint64())])
"""Hashes of (object, number of a house without letters and blocks), sorted, each once."""

REGISTERED: Final = pa.schema(
    [
        pa.field("guid", pa.binary(16)),
        pa.field("number", pa.string()),
        pa.field("type", pa.string()),
        pa.field("blocks", pa.string()),
        pa.field("plot", pa.bool_()),
        pa.field("parent", pa.int64()),
        pa.field("postal_code", pa.string()),
    ]
)
"""A house as the register has it. `blocks`: «к 2;стр 3»; `parent`: the object that it stands in."""

HASHED: Final = pa.schema([*HOUSES, pa.field("near", pa.uint64())])

REGION, TOWN, SETTLEMENT, QUARTER, STREET = 1, 5, 6, 7, 8
AREAS: Final = (2, 3)
FIAS_LEVELS: Final[Mapping[int, int]] = {1: 1, 2: 3, 3: 3, 4: 3, 5: 4, 6: 6, 7: 65, 8: 7}
"""Level of an object in the register → `fias_level` of an address."""

_NUMBER: Final = re.compile(r"\d+")


@dataclass(slots=True)
class GarObject:
    """An address object: a region, an area, a town, a settlement, a quarter, a street. Paths are of object ids."""

    guid: bytes
    level: int
    type: str
    name: str
    former: set[tuple[str, str]] = field(default_factory=set)
    administrative: str = ""
    municipal: str = ""
    postal_code: str | None = None


class GarTables(NamedTuple):
    """The index of one region: what is saved and mapped back."""

    objects: pa.Table
    children: pa.Table
    actual: pa.Table
    houses: pa.Table
    numbers: pa.Table


SCHEMAS: Final = GarTables(OBJECTS, CHILDREN, ACTUAL, HOUSES, NUMBERS)
"""Schemas of the tables, under their names."""


def object_tables(objects: Mapping[int, GarObject]) -> tuple[pa.Table, pa.Table, pa.Table]:
    """`objects`, `children` and `actual` of the objects of one region, by object id."""
    rows: list[dict[str, Any]] = [
        {
            "key": object_key(item.level, name),
            "flat": flat(name),
            "object_id": key,
            "guid": item.guid,
            "level": item.level,
            "type": kind,
            "name": name,
            "actual": (kind, name) == (item.type, item.name),
            "administrative": item.administrative,
            "municipal": item.municipal,
            "postal_code": item.postal_code,
        }
        for key, item in objects.items()
        if item.level in FIAS_LEVELS
        for kind, name in {(item.type, item.name), *item.former}
    ]
    rows.sort(key=lambda row: (row["key"], row["object_id"], row["type"], row["name"]))
    below = [
        (above, text_hash(row["key"]), number)
        for number, row in enumerate(rows)
        if row["level"] in (QUARTER, STREET)
        for above in path_ids(f"{row['administrative']}.{row['municipal']}") - {row["object_id"]}
    ]
    present = sorted((row["object_id"], number) for number, row in enumerate(rows) if row["actual"])
    return (
        pa.Table.from_pylist(rows, schema=OBJECTS),
        _columns(sorted(below), CHILDREN),
        _columns(present, ACTUAL),
    )


def _columns(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(column, item.type) for column, item in zip(columns, schema, strict=True)], schema=schema)


def path_ids(path: str) -> frozenset[int]:
    """Object ids of a path, or of several joined by dots."""
    return frozenset(int(step) for step in path.split(".") if step)


def group_of(level: int) -> int:
    """Levels that a text cannot tell apart count as one: both kinds of areas; towns and settlements."""
    return AREAS[0] if level in AREAS else TOWN if level == SETTLEMENT else level


def object_key(level: int, name: str) -> str:
    """What a name is looked up by: its group of levels and the form in which two spellings are equal."""
    group = group_of(level)
    return f"{group}|{region_key(name) if group == REGION else spoken(name)}"


def region_key(name: str) -> str:
    """The word that tells a region: «Саха (Якутия)» and «Саха /Якутия/» are one."""
    return flat(name).partition(" ")[0]


def hashed_houses(registered: pa.Table) -> pa.Table:
    """Houses of `REGISTERED` as `HASHED`: without those that have no number or stand nowhere; not sorted."""
    rows = []
    for item in registered.to_pylist():
        key = _register_key(item["number"] or "", item["type"], item["blocks"] or "", item["plot"])
        if item["parent"] and key:
            rows.append(
                {
                    "hash": house_hash(item["parent"], key),
                    "guid": item["guid"],
                    "postal_code": item["postal_code"],
                    "plot": item["plot"],
                    "near": house_hash(item["parent"], number_of(key)),
                }
            )
    return pa.Table.from_pylist(rows, schema=HASHED)


def house_tables(hashed: pa.Table) -> tuple[pa.Table, pa.Table]:
    """`houses` and `numbers` of houses of `HASHED`."""
    numbers = np.unique(hashed["near"].to_numpy()) if hashed.num_rows else np.empty(0, np.uint64)
    houses = hashed.select(HOUSES.names).sort_by("hash").combine_chunks()
    return houses, pa.table([pa.array(numbers, pa.uint64())], schema=NUMBERS)


def _register_key(number: str, kind: str, blocks: str, is_plot: bool) -> str | None:
    """Key of a register's house, made as that of an address."""
    number = re.sub(r"\s", "", number)
    if is_plot:
        return house(Tail(stead=number)).key if number else None
    parts = [(code, re.sub(r"\s", "", value)) for code, _, value in (one.partition(" ") for one in blocks.split(";"))]
    parts = [part for part in parts if part[1]]
    if not number and parts:
        (kind, number), *parts = parts
    return house(Tail(house=number, house_type=kind, blocks=parts)).key if number else None


def house_hash(parent: int, key: str) -> int:
    """Hash of a house's key in the object that it stands in."""
    return text_hash(f"{parent}|{key}")


def text_hash(text: str) -> int:
    """64 bits of a text, the same in every process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def number_of(key: str) -> str:
    """The number of a house's key without its letter and blocks: what similar houses share."""
    found = _NUMBER.search(key)
    return f"~{found.group()}" if found else key
