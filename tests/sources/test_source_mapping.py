"""Mappings: every key of the contract, and errors that name file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from litso.domain.territory import Territory
from litso.errors import Misconfigured
from litso.sources.mapping import Column, Constant, Custom, load_mapping, parse_mapping

FULL = """
source: billing
title: Биллинг
files: billing*.csv
sheet: Лист1
priority: 10
party: person
key: [abonent_id, ls]
updated_at: changed
attributes:
  full_name: fio
  middle_name: otch
  birth_date: bdate
  phone: [tel1, tel2]
  city: {value: Самара}
  address: [{value: Самара}, adres]
custom:
  occupation: {column: occ, compare: fuzzy}
  segment: seg
locale: ru
territory: {region: Самарская область, city: Самара}
facts:
  - {kind: account, key: ls, account: ls, amount: saldo, data: {tariff: tarif}}
  - {kind: charge, at: month, amount: charged}
gates: {deleted: 0.05}
"""


def test_every_key_is_read() -> None:
    mapping = parse_mapping(FULL, "billing.yaml")
    assert (mapping.source, mapping.title, mapping.files) == ("billing", "Биллинг", ("billing*.csv",))
    assert (mapping.priority, mapping.party, mapping.sheet) == (10, "person", "Лист1")
    assert mapping.key == ("abonent_id", "ls")
    assert mapping.attributes["patronymic"] == (Column("otch"),)
    assert mapping.attributes["phone"] == (Column("tel1"), Column("tel2"))
    assert mapping.attributes["address"] == (Constant("Самара"), Column("adres"))
    assert mapping.custom == (
        Custom("occupation", (Column("occ"),), "fuzzy"),
        Custom("segment", (Column("seg"),), "exact"),
    )
    assert mapping.territory == Territory("Самарская область", "Самара")
    assert [fact.kind for fact in mapping.facts] == ["account", "charge"]
    assert mapping.gates == {"deleted": 0.05}
    assert mapping.text == FULL
    assert mapping.columns() == (
        *("abonent_id", "ls", "changed", "fio", "otch", "bdate", "tel1", "tel2", "adres"),
        *("occ", "seg", "saldo", "tarif", "month", "charged"),
    )


def test_scalars_stay_as_they_are_written() -> None:
    mapping = parse_mapping("source: 1c\nkey: no\nattributes: {full_name: 007, phone: on}", "m.yaml")
    assert (mapping.source, mapping.key) == ("1c", ("no",))
    assert mapping.attributes == {"full_name": (Column("007"),), "phone": (Column("on"),)}


def test_facts_alone_need_no_attributes() -> None:
    assert parse_mapping("source: houses\nkey: id\nparty: none", "m.yaml").attributes == {}


HEAD = "source: s\nkey: id\n"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["m.yaml", "empty"]),
        ("source: [", ["line 1", "not YAML"]),
        ("- a", ["line 1", "keys with values"]),
        ("key: id", ["line 1", "«source» is missing"]),
        ("source: s\nattributes: {phone: tel}", ["«key» is missing"]),
        (HEAD, ["at least one attribute"]),
        (HEAD + "atributes: {}", ["line 3", "«atributes»", "did you mean «attributes»", "allowed: source"]),
        (HEAD + "attributes:\n  fone: tel", ["line 4", "attributes", "«fone»", "did you mean «phone»"]),
        (HEAD + "attributes:\n  phone:", ["line 4", "attributes.phone", "a column is expected"]),
        (HEAD + "attributes:\n  phone: []", ["attributes.phone", "empty"]),
        (HEAD + "attributes:\n  phone: [[a]]", ["list in a list"]),
        (HEAD + "attributes:\n  phone: {column: a}", ["unknown key «column»", "allowed: value"]),
        (HEAD + "attributes:\n  patronymic: a\n  middle_name: b", ["given twice"]),
        (HEAD + "key: no\nattributes: {phone: a}", ["line 3", "«key» is given twice"]),
        (HEAD + "party: persona\nattributes: {phone: a}", ["line 3", "party", "did you mean «person»"]),
        (HEAD + "locale: en\nattributes: {phone: a}", ["locale", "allowed: ru, generic"]),
        (HEAD + "priority: high\nattributes: {phone: a}", ["priority", "whole number"]),
        (HEAD + "delimiter: ab\nattributes: {phone: a}", ["delimiter", "one character"]),
        (HEAD + "custom: {a: {compare: fuzzy}}\nattributes: {phone: a}", ["custom.a", "«column» is missing"]),
        (HEAD + "custom: {a: {column: b, compare: near}}\nattributes: {phone: a}", ["custom.a.compare", "fuzzy"]),
        (HEAD + "party: none\nfacts: [{key: a}]", ["line 4", "facts", "«kind» is missing", "payment"]),
        (HEAD + "party: none\nfacts: [{kind: paymint, key: a}]", ["facts.kind", "did you mean «payment»"]),
        (HEAD + "party: none\nfacts: [{kind: payment, sum: a}]", ["unknown key «sum»", "amount"]),
        (HEAD + "party: none\nfacts: [{kind: payment, title: {value: Взнос}}]", ["needs a column"]),
        (HEAD + "party: none\ngates: {deleted: 5}", ["gates.deleted", "from 0 to 1"]),
        (HEAD + "party: none\ngates: {delted: 0.5}", ["did you mean «deleted»"]),
        ("source: a b\nkey: id\nparty: none", ["source", "letters"]),
        (HEAD + "party: none\nfiles: /etc/*.csv", ["line 4", "files", "inside the folder"]),
        (HEAD + "party: none\nfiles: ../*.csv", ["inside the folder"]),
        ("&a [*a]", ["keys with values"]),
    ],
)
def test_errors_name_file_line_and_key(text: str, parts: list[str]) -> None:
    with pytest.raises(Misconfigured) as raised:
        parse_mapping(text, "m.yaml")
    message = str(raised.value)
    assert message.startswith("m.yaml")
    assert [part for part in parts if part not in message] == []


def test_a_mapping_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        load_mapping(tmp_path / "none.yaml")
    (tmp_path / "cp1251.yaml").write_bytes("source: Биллинг".encode("cp1251"))
    with pytest.raises(Misconfigured, match="UTF-8"):
        load_mapping(tmp_path / "cp1251.yaml")


def test_a_mark_at_the_beginning_is_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("\ufeff" + FULL, encoding="utf-8")
    assert load_mapping(path).source == "billing"
