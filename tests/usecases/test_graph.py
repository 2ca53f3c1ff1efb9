"""The graph follows records: loads, upserts, judgements and their undo; followed and worked out anew it is the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from small_sources import MAPPING, load_rows, person, register

from litso.errors import Forbidden, NotFound
from litso.store import graph as graph_store
from litso.store.database import Connection, Store
from litso.usecases import relations
from litso.usecases.access import Actor
from litso.usecases.graph import follow, refresh
from litso.usecases.loading import register_source
from litso.usecases.online import Given, upsert_records
from litso.usecases.stewardship import judge, undo

STEWARD = Actor("steward", "steward")
ROBOT = Actor("crm", "integrator", is_service=True)
ADDRESS = "г Самара, ул Победы, д 7, кв 3"


Kept = tuple[list[Any], list[Any], list[Any]]


def kept(connection: Connection) -> Kept:
    """Everything that the graph keeps, in one order."""
    return (
        connection.execute('select * from role order by role::text collate "C"').fetchall(),
        connection.execute("select * from household_member order by party_id").fetchall(),
        connection.execute('select * from tie order by tie::text collate "C"').fetchall(),
    )


def differences(one: Kept, two: Kept) -> list[set[str]]:
    return [set(map(str, left)) ^ set(map(str, right)) for left, right in zip(one, two, strict=True)]


def assert_as_anew(store: Store) -> None:
    with store.transaction() as connection:
        while follow(connection):
            pass
        followed = kept(connection)
        refresh(connection)
        assert differences(kept(connection), followed) == [set()] * 3


def roles_of(store: Store, source_id: str, source: str = "billing") -> set[tuple[str, str | None]]:
    with store.transaction() as connection:
        query = """select party_id::text from source_record r join crosswalk using (record_id)
                   where until is null and source = %s and source_id = %s"""
        (party,) = connection.execute(query, [source, source_id]).fetchone() or ("",)
        found = relations.read_relations(connection, STEWARD, party).roles
        return {(one.role, one.account) for one in found if one.is_present}


@pytest.fixture
def town(store: Store, tmp_path: Path) -> Store:
    register(store, "billing", priority=10)
    register(store, "crm")
    couple = [
        person(1, fio="Иванов Пётр Сергеевич", adres=ADDRESS, ls="6300000001"),
        person(2, fio="Иванова Мария Павловна", adres=ADDRESS, ls="6300000001"),
    ]
    load_rows(store, tmp_path, "billing", [*couple, *(person(number) for number in range(10, 18))])
    return store


def test_a_load_relates_people_to_accounts(town: Store) -> None:
    assert roles_of(town, "1") == {("resident", "6300000001")}
    assert roles_of(town, "2") == {("owner", "6300000001"), ("resident", "6300000001")}
    with town.transaction() as connection:
        card = relations.read_account(connection, STEWARD, "л/с 6300000001")
        assert [one.name for one in card.owed_by] == ["Иванова Мария Павловна"]
        assert card.address is not None
        household = relations.read_relations(connection, STEWARD, card.owed_by[0].party_id).household
        assert household is not None
        assert {one.name for one in household.members} == {"Иванов Пётр Сергеевич", "Иванова Мария Павловна"}
        place = relations.read_place(connection, STEWARD, card.place or "")
        assert [one.household_id for one in place.households] == [household.household_id]
        assert place.accounts == ("6300000001",)
    assert_as_anew(town)


def test_a_mistyped_street_is_the_one_that_the_books_know(store: Store, tmp_path: Path) -> None:
    books = MAPPING.format(name="billing", priority=10).replace("    amount:", "    address: adres\n    amount:")
    register_source(store, books, "billing.yaml")
    register(store, "crm")
    load_rows(store, tmp_path, "billing", [person(1, adres=ADDRESS)])
    load_rows(store, tmp_path, "crm", [person(2, adres=ADDRESS.replace("Победы", "Побдеы"), ls="", saldo="")])
    with store.transaction() as connection:
        while follow(connection):
            pass
        places = connection.execute(
            "select place, count(distinct party_id) from tie where place <> '' group by 1"
        ).fetchall()
    assert [count for _, count in places] == [2]
    assert_as_anew(store)


def test_one_who_leaves_out_the_flat_lives_with_the_only_family_of_the_name_there(store: Store, tmp_path: Path) -> None:
    books = MAPPING.format(name="billing", priority=10).replace("    amount:", "    address: adres\n    amount:")
    register_source(store, books, "billing.yaml")
    register(store, "crm")
    load_rows(store, tmp_path, "billing", [person(1, fio="Сидоренко Олег Юрьевич", adres=ADDRESS)])
    shortened = ADDRESS.rpartition(",")[0]
    load_rows(store, tmp_path, "crm", [person(2, fio="Сидоренко Анна Ильинична", adres=shortened, ls="", saldo="")])
    with store.transaction() as connection:
        while follow(connection):
            pass
        query = "select count(*), count(distinct household_id) from household_member"
        assert connection.execute(query).fetchone() == (2, 1)
    assert_as_anew(store)


def test_who_only_reads_a_meter_is_a_neighbour_too(store: Store) -> None:
    one, two = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
    query = "insert into tie (party_id, what, place, times, records) values (%s, %s, 'самара|мира|1#2', 1, '{}')"
    with store.transaction() as connection:
        connection.execute(query, [one, "reader"])
        connection.execute(query, [two, "self"])
        assert [graph_store.neighbours(connection, [party]) for party in (one, two)] == [[one, two]] * 2


def test_reads_are_logged_and_rights_are_demanded(town: Store) -> None:
    with town.transaction() as connection:
        card = relations.read_account(connection, STEWARD, "6300000001")
        logged = connection.execute("select party_id::text from audit where actor = 'steward'").fetchall()
        assert {one.party_id for one in card.roles} == {row[0] for row in logged}
        with pytest.raises(Forbidden):
            relations.read_account(connection, Actor("x", "analyst"), "6300000001")
        with pytest.raises(NotFound):
            relations.read_account(connection, STEWARD, "6399999999")


def test_upserts_are_followed(town: Store) -> None:
    with town.transaction() as connection:
        given = {"full_name": "Иванов Илья Петрович", "address": ADDRESS, "account": "6300000001"}
        upsert_records(connection, ROBOT, [Given("crm", "c1", given)])
        assert graph_store.count_pending(connection)[0] == 1
    assert roles_of(town, "c1", "crm") == {("resident", "6300000001")}
    assert_as_anew(town)
    with town.transaction() as connection:
        upsert_records(connection, ROBOT, [Given("crm", "c1", {"full_name": "Иванов Илья Петрович"})])
    assert roles_of(town, "c1", "crm") == {("resident", "6300000001")}, "what it said before is not forgotten"
    assert_as_anew(town)


def test_roles_move_with_a_merge_and_come_back_with_its_undo(town: Store) -> None:
    with town.transaction() as connection:
        before = kept(connection)
    merged = judge(town, STEWARD, verdict="same", left=("billing", "2"), right=("billing", "12"))
    accounts = {account for role, account in roles_of(town, "2") if role == "owner"}
    assert len(accounts) == 2
    assert {account for role, account in roles_of(town, "12") if role == "owner"} == accounts
    assert_as_anew(town)
    undo(town, STEWARD, merged.judgement.judgement_id)
    assert {account for role, account in roles_of(town, "2") if role == "owner"} == {"6300000001"}
    with town.transaction() as connection:
        follow(connection)
        assert differences(kept(connection), before) == [set()] * 3


def test_whose_account_it_was_is_remembered_when_the_books_name_another(town: Store, tmp_path: Path) -> None:
    former = roles_of(town, "15")
    (account,) = {account for role, account in former if role == "owner"}
    with town.transaction() as connection:
        upsert_records(connection, ROBOT, [Given("crm", "keeps", {"full_name": "Фёдорова Анна Ильинична",
                                                                   "phone": person(15)["tel"]})])  # fmt: skip
    load_rows(town, tmp_path, "billing", [person(15, fio="Гусев Олег Ильич", bdate="01.02.1999", tel="", mail="")])
    with town.transaction() as connection:
        card = relations.read_account(connection, STEWARD, account or "")
        owners = [(one.name, one.is_present) for one in card.roles if one.role == "owner"]
        assert owners == [("Гусев Олег Ильич", True), ("Фёдорова Анна Ильинична", False)]
        assert card.roles[0].since == [one.until for one in card.roles if one.role == "owner"][1]
        earlier = relations.read_account(connection, STEWARD, account or "", date(2020, 1, 1))
        assert [one.name for one in earlier.owed_by] == ["Фёдорова Анна Ильинична"]
    assert_as_anew(town)


def test_a_record_that_a_full_load_no_longer_has_ends_its_role(town: Store, tmp_path: Path) -> None:
    rows = [person(number) for number in range(10, 18)]
    load_rows(town, tmp_path, "billing", [person(2, fio="Иванова Мария Павловна", adres=ADDRESS, ls="6300000001"),
                                          *rows], "full")  # fmt: skip
    with town.transaction() as connection:
        card = relations.read_account(connection, STEWARD, "6300000001")
        assert [one.name for one in card.owed_by] == ["Иванова Мария Павловна"]
    assert_as_anew(town)
