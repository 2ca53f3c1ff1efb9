"""Screening: what is held after editions and changes gives the same matches as holding everything."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from small_sources import settings_in

from litso.check.match import hold, subject_of
from litso.errors import Misconfigured
from litso.settings import Settings
from litso.store import changes, checks, golden
from litso.store.database import Connection, Store
from litso.usecases import registers
from litso.usecases.lists import LISTS, open_list
from litso.usecases.reference import load_reference
from litso.usecases.screening import catch_up, follow, screen

NAMES = ("Иванов Иван Иванович", "Иванов Иван", "Петров Пётр Ильич", "Петров Петр Ильич", "Серова Анна Юрьевна")
BORN = ("1980-02-01", "1975-03-04", None)
INNS = ("500100732259", "7707083893", "6311000001", None, None)
PASSPORTS = ("4509123456", "3605123456", None)
CORES = ("Ромашка", "Лютик")


def party_id(number: int) -> str:
    return str(UUID(int=number + 1))


def values_by(chance: Random) -> tuple[str, dict[str, Any]]:
    """A kind and golden values of a party."""
    if chance.random() < 0.3:
        return "organization", _given({"company": chance.choice(CORES), "inn": chance.choice(INNS)})
    names = {"full_name": chance.choice(NAMES), "birth_date": chance.choice(BORN)}
    return "person", _given(names | {"inn": chance.choice(INNS), "passport": chance.choice(PASSPORTS)})


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def publish(connection: Connection, number: int, kind: str, values: Mapping[str, Any]) -> None:
    """A golden record as a load would leave it."""
    name = str(values.get("full_name") or values.get("company") or "")
    golden.publish_few(connection, [golden.Document(party_id(number), kind, name, values, "{}", 1, ())])
    changes.append(connection, [("party.changed", party_id(number), {})])


def withdraw(connection: Connection, number: int) -> None:
    golden.withdraw(connection, [party_id(number)])
    changes.append(connection, [("party.ended", party_id(number), {})])


def name_officer(connection: Connection, number: int, name: str, inn: str = "") -> None:
    """A record of an organization that names a director."""
    row = {"id": number + 1, "party": party_id(number), "name": name, "inn": inn, "key": f"{number}/{name}"}
    connection.execute(
        "insert into node (node_id, fingerprint, party_id) values (%(id)s, gen_random_uuid(), %(party)s)"
        " on conflict do nothing",
        row,
    )
    connection.execute(
        "insert into source_record (record_id, source, source_id, load_id, content_hash, payload, node_id, kind)"
        " values (%(id)s, 'orgs', %(id)s::text, 1, 0, '{}', %(id)s, 'organization') on conflict do nothing",
        row,
    )
    connection.execute(
        "insert into fact (kind, source, fact_key, record_id, load_id, data)"
        " values ('role', 'orgs', %(key)s, %(id)s, 1, %(data)s) on conflict do nothing",
        row | {"data": json.dumps({"role": "director", "name": name, "inn": inn})},
    )


class Lists:
    """Editions of lists, written and loaded."""

    def __init__(self, store: Store, settings: Settings, folder: Path) -> None:
        self.store, self.settings, self.folder = store, settings, folder
        self.number = 0

    def load(self, kind: str, rows: list[dict[str, str]]) -> None:
        """A list of rows: of `name`, `birth_date`, `inn`, `passport`; of passports for that kind."""
        self.number += 1
        path = self.folder / f"{kind}-{self.number}.csv"
        columns = ("PASSP_SERIES", "PASSP_NUMBER") if kind == "passports" else (
            "name", "kind", "birth_date", "inn", "passport", "reason", "list", "until",
        )  # fmt: skip
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        load_reference(self.store, self.settings, kind, path)

    def passports(self, *numbers: str) -> None:
        """The list of invalid passports."""
        self.load("passports", [{"PASSP_SERIES": one[:4], "PASSP_NUMBER": one[4:]} for one in numbers])


@pytest.fixture
def lists(store: Store, tmp_path: Path) -> Iterator[Lists]:
    yield Lists(store, settings_in(tmp_path), tmp_path)
    registers.use(None)


Key = tuple[str, str, int, str]


def present(store: Store) -> dict[Key, tuple[str, tuple[str, ...], tuple[str, ...]]]:
    with store.transaction() as connection:
        found = checks.standing(connection, is_all=True)
    return {
        (one.party_id, one.list, one.entry_id, one.subject): (one.grade, tuple(one.agrees), tuple(one.differs))
        for one in found
    }


def expected(store: Store) -> dict[Key, tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Every party and officer held against every entry, one pair after another."""
    with store.transaction() as connection:
        rows = connection.execute("select party_id::text, kind, golden_values from golden").fetchall()
        officers = checks.officers(connection, None).rows()
    subjects = [(party, "", subject_of(kind, values)) for party, kind, values in rows]
    for party, name, role, inn in officers:
        subjects.append((party, f"{role}: {name}", subject_of("person", {"full_name": name, "inn": inn or None})))
    found: dict[Key, tuple[str, tuple[str, ...], tuple[str, ...]]] = {}
    for kind in LISTS:
        opened = registers.edition_of(kind)
        for entry in open_list(opened).take(range(opened.edition.rows)) if opened else ():
            for party, said, subject in subjects:
                if match := hold(subject, entry):
                    key = party, kind, entry.entry_id, said
                    found[key] = max(found.get(key, ("", (), ())), tuple(match))
    known = registers.in_use().passports
    for party, said, subject in subjects:
        passport = subject.passport
        if known and passport and known.has(passport[:4], passport[4:]):
            found[party, "passports", int(passport), said] = "sure", ("passport",), ()
    return found


def entry_by(chance: Random) -> dict[str, str]:
    is_firm = chance.random() < 0.3
    row = {
        "name": f'ООО "{chance.choice(CORES)}"' if is_firm else chance.choice(NAMES),
        "kind": "organization" if is_firm else "person",
        "birth_date": "" if is_firm else chance.choice(BORN),
        "inn": chance.choice(INNS),
        "passport": "" if is_firm else chance.choice(PASSPORTS),
        "reason": chance.choice(("долг", "суд")),
        "list": "свой",
    }
    return {name: value or "" for name, value in row.items()}


@pytest.mark.parametrize("seed", range(5))
def test_differences_give_what_everything_gives(store: Store, lists: Lists, seed: int) -> None:
    chance = Random(seed)
    entries = {kind: [entry_by(chance) for _ in range(4)] for kind in LISTS}
    living: set[int] = set()
    for step in range(14):
        with store.transaction() as connection:
            for number in chance.sample(range(9), chance.randint(0, 3)):
                if number in living and chance.random() < 0.25:
                    withdraw(connection, number)
                    living.remove(number)
                else:
                    publish(connection, number, *values_by(chance))
                    living.add(number)
            if chance.random() < 0.4:
                name_officer(connection, chance.randrange(9), chance.choice(NAMES), chance.choice(INNS) or "")
        if step == 0 or chance.random() < 0.5:
            kind = chance.choice(LISTS)
            listed = entries[kind]
            listed[chance.randrange(len(listed))] = entry_by(chance)
            if chance.random() < 0.5:
                listed[0] = listed[0] | {"reason": chance.choice(("иск", "приговор"))}
            lists.load(kind, listed)
        if chance.random() < 0.3:
            lists.passports(*chance.sample(["4509123456", "3605123456", "3605123457"], 2))
        way = chance.choice(("screen", "catch_up", "follow", "nothing"))
        if way == "screen" or step == 0:
            screen(store)
        elif way == "catch_up":
            catch_up(store)
        elif way == "follow":
            with store.transaction() as connection:
                follow(connection, [party_id(chance.randrange(9))])
    screen(store)
    assert present(store) == expected(store)
    again = screen(store, is_everything=True)
    assert (again.found, again.gone) == (0, 0)


def test_only_what_changed_is_held(store: Store, lists: Lists) -> None:
    listed = [{"name": name, "kind": "person", "birth_date": "1980-02-01", "list": "свой"} for name in NAMES[2:]]
    lists.load("blacklist", listed)
    with store.transaction() as connection:
        for number in range(5):
            publish(connection, number, "person", {"full_name": NAMES[number], "birth_date": "1980-02-01"})
    first = screen(store)
    assert (first.parties, first.entries, first.whole, first.found) == (5, {"blacklist": 3}, ("blacklist",), 3 + 2)
    again = screen(store)
    assert (again.parties, again.entries, again.found, again.gone) == (0, {"blacklist": 0}, 0, 0)
    lists.load("blacklist", [*listed, {"name": NAMES[0], "kind": "person", "list": "свой"}])
    grown = screen(store)
    assert (grown.parties, grown.entries, grown.whole, grown.found) == (0, {"blacklist": 1}, (), 1)
    with store.transaction() as connection:
        publish(connection, 7, "person", {"full_name": NAMES[4], "birth_date": "1980-02-01"})
    loaded = screen(store)
    assert (loaded.parties, loaded.entries, loaded.found) == (1, {"blacklist": 0}, 1)
    lists.load("blacklist", listed[:1])
    shrunk = screen(store)
    assert (shrunk.parties, shrunk.entries["blacklist"], shrunk.found, shrunk.gone) == (0, 0, 0, 5)
    with store.transaction() as connection:
        ended = connection.execute("select distinct gone_why from check_match where gone_at is not null").fetchall()
    assert ended == [("entry",)]


def test_a_party_is_followed_by_itself(store: Store, lists: Lists) -> None:
    lists.load("blacklist", [{"name": NAMES[0], "kind": "person", "birth_date": "1980-02-01", "inn": "500100732259"}])
    with store.transaction() as connection:
        assert follow(connection, [party_id(0)]) == 0, "nobody has ever screened"
    screen(store)
    with store.transaction() as connection:
        connection.execute("alter table change alter column change_id restart with 5000")  # ids have gaps
        publish(connection, 0, "person", {"full_name": NAMES[0]})
    with store.transaction() as connection:
        assert follow(connection, [party_id(0)]) == 1
        assert [one.grade for one in checks.standing(connection, party_ids=[party_id(0)])] == ["possible"]
        publish(connection, 0, "person", {"full_name": NAMES[0], "inn": "500100732259"})
    with store.transaction() as connection:
        assert follow(connection) == 1
        assert [one.grade for one in checks.standing(connection, party_ids=[party_id(0)])] == ["sure"]
        withdraw(connection, 0)
    with store.transaction() as connection:
        follow(connection)
        assert checks.standing(connection, party_ids=[party_id(0)]) == []


def test_directors_are_screened_with_their_company(store: Store, lists: Lists) -> None:
    lists.load("extremists", [{"name": NAMES[4], "kind": "person", "inn": "500100732259"}])
    with store.transaction() as connection:
        publish(connection, 0, "organization", {"company": "Ромашка"})
        name_officer(connection, 0, "Серова Анна Юрьевна")
    screen(store)
    with store.transaction() as connection:
        (found,) = checks.standing(connection, is_all=True)
        assert (found.subject, found.grade, found.agrees) == ("director: Серова Анна Юрьевна", "possible", ["name"])
        name_officer(connection, 0, "Другой Иван Иванович", "500100732259")
    with store.transaction() as connection:
        follow(connection, [party_id(0)])
        assert {one.subject: one.grade for one in checks.standing(connection, is_all=True)} == {
            "director: Серова Анна Юрьевна": "possible",
            "director: Другой Иван Иванович": "sure",
        }


def test_without_its_lists_a_machine_screens_nothing(store: Store, lists: Lists, tmp_path: Path) -> None:
    lists.load("blacklist", [{"name": NAMES[0], "kind": "person"}])
    screen(store)
    with store.transaction() as connection:
        publish(connection, 0, "person", {"full_name": NAMES[0]})
    registers.use(tmp_path / "elsewhere")
    assert catch_up(store) is None
    with pytest.raises(Misconfigured, match="blacklist"):
        screen(store)
    with store.transaction() as connection:
        assert follow(connection, [party_id(0)]) == 0
        assert checks.pending_of(connection, checks.find_base(connection) or 0, [party_id(0)]) == {party_id(0)}
