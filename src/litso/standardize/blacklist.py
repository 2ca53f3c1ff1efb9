"""Lists of persons and organizations to be wary of, found by number or name where they lie on disk.

A key is a kind and a standard value: `inn:7707083893`, `person:иванов иван иванович`, `company:РОМАШКА`. Whether an
entry that shares a key with somebody is that somebody is not judged here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import pyarrow as pa

from litso.domain.record import ORGANIZATION
from litso.standardize.letters import fold

NUMBERS: Final = ("inn", "ogrn", "snils", "passport")
PERSON_KEY: Final = "person"
COMPANY_KEY: Final = "company"


class Entry(NamedTuple):
    """An entry of a list: its name as given, standard values, why and since when it is there.

    `problems` («inn:wrong_checksum») say which of its values could not be used as keys.
    """

    name: str
    kind: str
    full_name: str | None
    company: str | None
    birth_date: date | None
    inn: str | None
    ogrn: str | None
    snils: str | None
    passport: str | None
    list: str
    reason: str | None
    since: date | None
    until: date | None
    problems: str | None

    def is_in_force(self, day: date) -> bool:
        """Whether the entry holds on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


ENTRIES: Final = pa.schema(
    [pa.field(name, pa.date32() if name in ("birth_date", "since", "until") else pa.string()) for name in Entry._fields]
)
KEYS: Final = pa.schema([pa.field("key", pa.string()), pa.field("row", pa.uint32())])


def keys_of(standard: Mapping[str, Any]) -> Iterator[str]:
    """Keys of an entry or of a standard record: its numbers, then its name."""
    yield from (f"{kind}:{standard[kind]}" for kind in NUMBERS if standard.get(kind))
    if standard["kind"] == ORGANIZATION:
        if standard.get("company"):
            yield f"{COMPANY_KEY}:{standard['company']}"
    elif standard.get("full_name"):
        yield f"{PERSON_KEY}:{fold(standard['full_name'])}"


@dataclass(frozen=True, eq=False)
class Blacklist:
    """`keys` are sorted by key; each leads to a row of `entries`."""

    keys: pa.Table
    entries: pa.Table

    def find(self, key: str) -> list[Entry]:
        """Entries with that key, in the order of the file."""
        column = self.keys["key"]
        first = bisect_left(range(len(column)), key, key=lambda at: str(column[at]))
        last = bisect_right(range(len(column)), key, lo=first, key=lambda at: str(column[at]))
        return [Entry(**row) for row in self.entries.take(self.keys["row"].slice(first, last - first)).to_pylist()]

    def find_record(self, standard: Mapping[str, Any]) -> list[Entry]:
        """Entries that share a number with a standard record, or its name and no other date of birth."""
        found: dict[Entry, None] = {}
        born = standard.get("birth_date")
        for key in keys_of(standard):
            is_name = key.startswith(PERSON_KEY)
            for entry in self.find(key):
                if not is_name or None in (born, entry.birth_date) or born == entry.birth_date:
                    found[entry] = None
        return list(found)


def key_table(entries: pa.Table) -> pa.Table:
    """Keys of entries with the rows they lead to, sorted."""
    pairs = sorted((key, row) for row, entry in enumerate(entries.to_pylist()) for key in set(keys_of(entry)))
    return pa.Table.from_arrays(
        [pa.array([key for key, _ in pairs], pa.string()), pa.array([row for _, row in pairs], pa.uint32())],
        schema=KEYS,
    )
