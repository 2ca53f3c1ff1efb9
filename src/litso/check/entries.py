"""Entries of lists: who is listed, by which keys an entry is found, and when it is the same entry in a later edition.

A key is a kind and a standard value: `inn:7707083893`, `person:иванов иван иванович`, `born:иванов иван:1980-02-01`,
`company:ромашка`. Sharing a key makes a candidate; whether the entry is the party is judged in `check.match`.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import pyarrow as pa

NUMBERS: Final = ("inn", "ogrn", "snils", "passport")
PERSON_KEY: Final = "person"
BORN_KEY: Final = "born"
COMPANY_KEY: Final = "company"

RULES: Final = 1
"""Of keys, identities and grades; raise it when their meaning changes: all parties are then screened anew."""


class Entry(NamedTuple):
    """An entry of a list.

    `entry_id` is the same in the next edition while the values that identify the entry are; `row_hash` while all of
    them are. `list` is one of several lists of a kind, `ident` the number that the publisher gives. `names` and
    `companies` are folded, other names included. `problems` («inn:wrong_checksum») say which values are no keys.
    """

    entry_id: int
    row_hash: int
    list: str
    ident: str | None
    name: str
    kind: str
    names: Sequence[str]
    companies: Sequence[str]
    birth_date: date | None
    birth_year: int | None
    inn: str | None
    ogrn: str | None
    snils: str | None
    passports: Sequence[str]
    reason: str | None
    since: date | None
    until: date | None
    problems: str | None

    def is_in_force(self, day: date) -> bool:
        """Whether the entry holds on a day."""
        return is_in_force(self.since, self.until, day)


def is_in_force(since: date | None, until: date | None, day: date) -> bool:
    """Whether an entry of these dates holds on a day, both included."""
    return (since is None or since <= day) and (until is None or day <= until)


_TYPES: Final[dict[str, pa.DataType]] = {
    "entry_id": pa.int64(),
    "row_hash": pa.int64(),
    "names": pa.list_(pa.string()),
    "companies": pa.list_(pa.string()),
    "passports": pa.list_(pa.string()),
    "birth_date": pa.date32(),
    "birth_year": pa.int16(),
    "since": pa.date32(),
    "until": pa.date32(),
}
ENTRIES: Final = pa.schema([pa.field(name, _TYPES.get(name, pa.string())) for name in Entry._fields])
KEYS: Final = pa.schema([pa.field("key", pa.string()), pa.field("row", pa.uint32())])


def fold(text: str) -> str:
    """Lower case, ё as е: the form in which names are compared."""
    return text.lower().replace("ё", "е")


def full_name(text: str | None) -> str | None:
    """A person's name as it is compared: surname, given name, and the patronymic where it is more than an initial.

    None where there is no full surname with a full given name.
    """
    words = fold(text or "").split()
    if len(words) < 2 or min(len(words[0]), len(words[1])) < 2:
        return None
    return " ".join(words[:2] if len(words) > 2 and len(words[2]) < 2 else words)


def without_patronymic(name: str) -> str:
    """Surname and given name of what `full_name` gives."""
    return " ".join(name.split(" ")[:2])


def identified(entries: Iterable[Entry]) -> list[Entry]:
    """Entries with their ids and hashes; equal ones of a list are told apart by their order."""
    met: dict[str, int] = {}
    done = []
    for one in entries:
        said = "\x1f".join(map(_text, (
            one.list, one.ident, one.kind, one.names, one.companies, one.birth_date, one.birth_year, one.inn, one.ogrn,
            one.snils, one.passports, "" if one.names or one.companies else one.name,
        )))  # fmt: skip
        met[said] = met.get(said, 0) + 1
        entry_id = _hash(f"{said}\x1f{met[said]}")
        done.append(one._replace(entry_id=entry_id, row_hash=_hash("\x1f".join(map(_text, one[2:])))))
    return done


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "\x1e".join(sorted(value))
    return "" if value is None else str(value)


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def keys_of(entry: Entry) -> Iterator[str]:
    """Keys of an entry: its numbers, its names with and without the day of birth."""
    for kind, number in (("inn", entry.inn), ("ogrn", entry.ogrn), ("snils", entry.snils)):
        if number:
            yield f"{kind}:{number}"
    yield from (f"passport:{number}" for number in entry.passports)
    yield from (f"{COMPANY_KEY}:{name}" for name in entry.companies)
    for name in entry.names:
        yield f"{PERSON_KEY}:{name}"
        if entry.birth_date:
            yield f"{BORN_KEY}:{without_patronymic(name)}:{entry.birth_date}"


def key_table(entries: Iterable[Entry]) -> pa.Table:
    """Keys of entries with the rows they lead to, sorted."""
    pairs = sorted((key, row) for row, entry in enumerate(entries) for key in set(keys_of(entry)))
    return pa.Table.from_arrays(
        [pa.array([key for key, _ in pairs], pa.string()), pa.array([row for _, row in pairs], pa.uint32())],
        schema=KEYS,
    )


@dataclass(frozen=True, eq=False)
class ListIndex:
    """An edition of a list where it lies on disk: `keys` are sorted by key, each leads to a row of `entries`."""

    keys: pa.Table
    entries: pa.Table

    def rows(self, key: str) -> list[int]:
        """Rows with that key, in the order of the file."""
        column = self.keys["key"]
        first = bisect_left(range(len(column)), key, key=lambda at: str(column[at]))
        last = bisect_right(range(len(column)), key, lo=first, key=lambda at: str(column[at]))
        found: list[int] = self.keys["row"].slice(first, last - first).to_pylist()
        return found

    def take(self, rows: Iterable[int]) -> list[Entry]:
        """Entries of some rows."""
        return [Entry(**row) for row in self.entries.take(pa.array(rows, pa.uint32())).to_pylist()]

    def find(self, key: str) -> list[Entry]:
        """Entries with that key."""
        return self.take(self.rows(key))
