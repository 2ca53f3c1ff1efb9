"""Debtors, other numbers of accounts, rights by name and directors, through a load."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from small_sources import person, settings_in, write_csv

from litso.errors import BadUsage, Forbidden
from litso.store.database import Store
from litso.usecases import relations
from litso.usecases.access import Actor
from litso.usecases.debtors import all_debtors, list_debtors
from litso.usecases.loading import Outcome, Request, load_files, register_source

STEWARD = Actor("steward", "steward")
COLUMNS = ("id", "fio", "bdate", "tel", "mail", "adres", "ls", "changed", "saldo", "snils", "els", "signed")
BILLING = """
source: billing
party: person
key: id
updated_at: changed
attributes: {full_name: fio, birth_date: bdate, phone: tel, email: mail, address: adres, account: ls, snils: snils}
territory: {region: Самарская область, city: Самара}
facts:
  - {kind: account, key: id, account: ls, address: adres, amount: saldo, data: {els: els}}
  - {kind: agreement, key: id, account: ls, at: signed}
"""
BANK = """
source: bank
party: person
key: id
attributes: {full_name: fio, account: ls}
facts:
  - {kind: payment, key: id, account: ls, at: changed, amount: saldo}
"""
RIGHTS = """
source: rights
party: none
key: id
territory: {region: Самарская область, city: Самара}
facts:
  - {kind: role, key: id, address: adres, at: signed, until: changed, data: {role: {value: owner}, name: fio}}
"""
FIRMS = """
source: firms
party: organization
key: id
attributes: {full_name: fio, inn: tel, kpp: mail, account: ls}
facts:
  - {kind: role, key: id, title: saldo, data: {role: {value: director}, name: adres}}
"""


def load(store: Store, home: Path, mapping: str, *rows: dict[str, str]) -> Outcome:
    source = mapping.split()[1]
    register_source(store, mapping, f"{source}.yaml")
    path = write_csv(home / f"{source}.csv", rows, COLUMNS)
    (outcome,) = load_files(store, settings_in(home), [Request(source, (path,), "full")])
    return outcome


@pytest.fixture
def town(store: Store, tmp_path: Path) -> Store:
    load(
        store, tmp_path, BILLING,
        person(1, saldo="5000,00", els="63АА000001", signed="01.02.2020"),
        person(2, saldo="9000,00", snils="112-233-445 95", els="63АА000002"),
        person(3, saldo="100,00", els="63АА000002"),
        person(4, saldo="-50,00"),
    )  # fmt: skip
    return store


def test_debtors_by_what_they_lack(town: Store) -> None:
    with town.transaction() as connection:
        everybody = list_debtors(connection, STEWARD)
        assert [one.debt for one in everybody.items] == [Decimal(9000), Decimal(5000), Decimal(100)]
        lacking = list_debtors(connection, STEWARD, lacks="identifier")
        assert [(one.debt, one.lacks) for one in lacking.items] == [
            (Decimal(5000), ("identifier", "birth_place")),
            (Decimal(100), ("identifier", "birth_place")),
        ]
        assert list_debtors(connection, STEWARD, lacks="identifier", least=Decimal(1000)).items == lacking.items[:1]
        assert list_debtors(connection, STEWARD, lacks="debtor").items == ()
        assert everybody.items[0].has == ("snils", "birth_date")
        logged = connection.execute("select party_id::text from audit where 'debt' = any(fields)").fetchall()
        assert {row[0] for row in logged} == {one.party_id for one in everybody.items}


def test_pages_of_debtors_make_the_whole_list(town: Store) -> None:
    with town.transaction() as connection:
        whole = list_debtors(connection, STEWARD).items
        assert list(all_debtors(connection, STEWARD)) == list(whole)
        found, after = [], None
        for _ in whole:
            page = list_debtors(connection, STEWARD, limit=1, after=after)
            found += page.items
            after = page.after
        assert found == list(whole)
        with pytest.raises(BadUsage):
            list_debtors(connection, STEWARD, after="nowhere")
        with pytest.raises(BadUsage):
            list_debtors(connection, STEWARD, lacks="money")
        with pytest.raises(Forbidden):
            list_debtors(connection, Actor("x", "analyst"))


def test_the_agreement_tells_since_when(town: Store) -> None:
    with town.transaction() as connection:
        card = relations.read_account(connection, STEWARD, person(1)["ls"])
        assert card.owed_by[0].since == date(2020, 2, 1)
        assert relations.read_account(connection, STEWARD, person(1)["ls"], date(2020, 1, 31)).owed_by == ()


def test_an_account_is_one_under_each_of_its_numbers(town: Store, tmp_path: Path) -> None:
    load(town, tmp_path, BANK, {"id": "p1", "fio": "Гусев Олег", "ls": "63АА000001-02", "changed": "01.10.2026"},
         {"id": "p2", "fio": "Гусев Олег", "ls": "63AA000001", "changed": "02.10.2026"})  # fmt: skip
    with town.transaction() as connection:
        card = relations.read_account(connection, STEWARD, "ЕЛС 63АА000001")
        assert card.account == person(1)["ls"]
        assert [one.number for one in card.numbers] == ["63АА000001"]
        assert not card.has_conflict
        payers = [one for one in card.roles if one.role == "payer"]
        assert {one.name for one in payers} == {"Гусев Олег"}
        disputed = relations.read_account(connection, STEWARD, person(2)["ls"])
        assert [one.others for one in disputed.numbers] == [(person(3)["ls"],)]
        assert disputed.has_conflict


def test_a_right_by_name_ends_what_the_books_say(town: Store, tmp_path: Path) -> None:
    load(town, tmp_path, RIGHTS, {"id": "r1", "fio": person(1)["fio"], "adres": person(1)["adres"],
                                  "signed": "01.03.2021", "changed": "05.05.2025"})  # fmt: skip
    with town.transaction() as connection:
        card = relations.read_account(connection, STEWARD, person(1)["ls"])
        (owner,) = [one for one in card.roles if one.role == "owner"]
        assert (owner.until, owner.reason, owner.is_present) == (date(2025, 5, 5), "register_ended", False)
        assert [one.account for one in list_debtors(connection, STEWARD, lacks="debtor").items] == [card.account]


def test_an_organization_has_branches_and_a_director(town: Store, tmp_path: Path) -> None:
    head = {"id": "o1", "fio": 'ООО "Ромашка"', "tel": "7707083893", "mail": "770701001", "ls": "900",
            "adres": person(1)["fio"], "saldo": "директор"}  # fmt: skip
    branch = {**head, "id": "o2", "fio": 'ООО "Ромашка" филиал "Восток"', "mail": "636302001", "ls": "901",
              "adres": "Никто Неизвестный Нигдеевич"}  # fmt: skip
    load(town, tmp_path, FIRMS, head, branch)
    with town.transaction() as connection:
        owners = {}
        for account in ("900", "901"):
            query = """select distinct n.party_id::text from source_record r join node n using (node_id)
                       where %s = any(r.accounts)"""
            owners[account] = (connection.execute(query, [account]).fetchone() or [""])[0]
        card = relations.read_relations(connection, STEWARD, owners["900"]).organization
        assert card is not None
        assert (card.inn, card.kpp) == ("7707083893", "770701001")
        director = next(one for one in card.officers if one.name == person(1)["fio"])
        assert director.title == "директор"
        assert director.party_id is not None
        heads = relations.read_relations(connection, STEWARD, director.party_id).heads
        assert owners["900"] in {one.party_id for one in heads}
        other = relations.read_relations(connection, STEWARD, owners["901"]).organization
        assert other is not None
        if owners["900"] != owners["901"]:
            assert [one.party_id for one in card.branches] == [owners["901"]]
            assert [one.party_id for one in other.officers] == [None]
