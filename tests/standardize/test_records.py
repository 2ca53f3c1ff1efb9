"""Mapped records to standard records: in bulk and one by one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from values import addresses, anything, companies, dates, emails, names, numbers, phones

from litso.domain.record import mapped_schema, standard_schema
from litso.domain.territory import Territory
from litso.errors import BadUsage
from litso.standardize.one import standardize_one
from litso.standardize.records import standardize
from litso.standardize.registers import Registers

SAMARA = Territory("Самарская область", "Самара")
CUSTOMS = ("occupation",)


def mapped(*rows: dict[str, Any]) -> pa.Table:
    """Rows as mapped records; what they leave out is null."""
    identity = ({"source": "crm", "source_id": str(line), "line": line, "party": "auto"} for line in range(len(rows)))
    filled = [given_id | row for given_id, row in zip(identity, rows, strict=True)]
    schema = mapped_schema(CUSTOMS)
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in filled], schema)


def one(territory: Territory | None = SAMARA, /, **row: Any) -> dict[str, Any]:
    """The standard record of one row, without its nulls and empty lists."""
    (found,) = standardize(mapped(row), territory=territory).to_pylist()
    return {name: value for name, value in found.items() if value not in (None, [])}


def test_a_person() -> None:
    found = one(
        full_name="ИВАНОВ ИВАН ИВАНОВИЧ",
        birth_date="1.02.1980",
        phone=["8 916 123-45-67, 231-60-14", "+79161234567"],
        email=["B@ya.ru; a@mail.ru", None],
        account=["ЛС 00124", "00123"],
        snils="112-233-445 95",
        passport="3604 123456",
        **{"custom:occupation": " слесарь "},
    )
    assert found == {
        "source": "crm",
        "source_id": "0",
        "kind": "person",
        "full_name": "Иванов Иван Иванович",
        "surname": "Иванов",
        "given_name": "Иван",
        "patronymic": "Иванович",
        "gender": "М",
        "birth_date": date(1980, 2, 1),
        "phones": ["+78462316014", "+79161234567"],
        "emails": ["a@mail.ru", "b@ya.ru"],
        "accounts": ["00123", "00124"],
        "snils": "11223344595",
        "passport": "3604123456",
        "custom:occupation": "слесарь",
        **{f"qc_{kind}": 0 for kind in ("name", "birth_date", "phone", "email", "snils", "passport", "account")},
        "problems": ["phone:code_from_address"],
    }


@pytest.mark.parametrize(
    "row",
    [
        {"full_name": 'ООО "Ромашка"'},
        {"full_name": "Ромашка", "inn": "7707083893"},
        {"full_name": "Ромашка", "kpp": "770701001"},
        {"full_name": "Ромашка", "ogrn": "1022200525819"},
        {"full_name": "Ромашка", "party": "organization"},
    ],
    ids=["legal form", "inn", "kpp", "ogrn", "said so"],
)
def test_an_organization(row: dict[str, Any]) -> None:
    found = one(**row)
    assert (found["kind"], found["company"]) == ("organization", "РОМАШКА")
    assert "surname" not in found
    assert "gender" not in found


@pytest.mark.parametrize(
    "row", [{"inn": "123456789047"}, {"inn": "7707083894"}, {"party": "person", "inn": "7707083893"}]
)
def test_a_person_with_an_inn_stays_a_person(row: dict[str, Any]) -> None:
    assert one(full_name="Иванов Иван", **row)["kind"] == "person"


def test_facts_alone_have_no_party_but_a_place() -> None:
    found = one(party="none", full_name="Иванов Иван", address="ул Ленина, д 5, кв 7", account=["12"])
    assert (found["kind"], found["street"], found["accounts"]) == ("none", "Ленина", ["12"])
    assert not found.keys() & {"full_name", "surname", "gender", "qc_name"}


def test_parts_of_a_name_are_put_in_their_places() -> None:
    swapped = one(surname="Анна", given_name="Петрова", patronymic="Сергеевна")
    merged = one(surname="Петрова Анна Сергеевна")
    apart = one(surname="петрова", given_name="анна", patronymic="сергеевна")
    names_of = [(row["surname"], row["given_name"], row["patronymic"]) for row in (swapped, merged, apart)]
    assert names_of == [("Петрова", "Анна", "Сергеевна")] * 3


@pytest.mark.parametrize(
    ("stated", "text", "gender"),
    [("ж", "Коваль Саша", "Ж"), ("М", "Коваль Саша", "М"), ("муж.", "Ли Ен", "М"), ("female", "Ли Ен", "Ж"),
     ("м", "Петрова Анна Сергеевна", "Ж"), ("?", "Коваль Саша", None)],
)  # fmt: skip
def test_gender_is_what_the_patronymic_tells_else_what_the_source_says(
    stated: str, text: str, gender: str | None
) -> None:
    assert one(full_name=text, gender=stated).get("gender") == gender


def test_an_address_in_parts_equals_one_in_a_line() -> None:
    parts = one(None, city="г. Самара", street="ул. Ленина", house="5", block="2", flat="7")
    line = one(None, address="Самара, Ленина 5 корп 2 кв 7")
    columns = ("city", "street", "house", "block", "flat", "house_key")
    assert [parts[name] for name in columns] == [line[name] for name in columns]


def test_a_short_phone_takes_the_code_of_its_own_address() -> None:
    found = one(SAMARA, address="г Москва, ул Мира, д 1", phone=["123-45-69"])
    assert found["phones"] == ["+74951234569"]


def test_wrong_values_are_null_and_named() -> None:
    found = one(
        snils="112-233-445 96", inn="12", email=["петя@"], phone=["123"], birth_date="31.02.1980", account=["нет счёта"]
    )
    assert found["problems"] == [
        "birth_date:no_such_date", "phone:too_short", "email:no_domain", "snils:wrong_checksum", "inn:wrong_length",
        "account:no_digits",
    ]  # fmt: skip
    assert not found.keys() & {"snils", "inn", "emails", "phones", "birth_date", "accounts"}


BORN = "29.02.2000"
ISSUERS = Registers(issuers={"360-001": ("УВД",)})


@pytest.mark.parametrize(
    ("text", "birth", "value", "problems"),
    [
        ("3614 123456 выдан 01.03.2014", BORN, "3614123456", []),
        ("3614 123456 выдан 28.02.2014", BORN, None, ["passport:issued_before_14"]),
        ("3614 123456 2013-05-06T00:00:00 360-001", BORN, None, ["passport:issued_before_14"]),
        ("3614 123456 2013-05-06", None, "3614123456", []),
        ("3614 123456 д.р. 29.02.2000", BORN, None, ["passport:issued_before_14"]),
        ("3614 123456 д.р. 29.02.2000 выдан 10.03.2014", BORN, "3614123456", []),
        ("360 001 серия 3614 номер 123456", BORN, "3614123456", []),
        ("3614 123456 31.02.2005", BORN, "3614123456", []),
        ("3604 123456, 29.02.1980", "29.02.1980", "3604123456", []),
        ("3614 123456 360-002", BORN, "3614123456", ["passport:unknown_issuer"]),
        ("3614 123456 360-002 01.02.2003", BORN, None, ["passport:unknown_issuer", "passport:issued_before_14"]),
    ],
)
def test_a_passport_against_its_owner_and_its_office(
    text: str, birth: str | None, value: str | None, problems: list[str]
) -> None:
    table = mapped({"passport": text, "birth_date": birth})
    (found,) = standardize(table, registers=ISSUERS).to_pylist()
    assert (found["passport"], found["problems"]) == (value, problems)
    assert found["qc_passport"] == (0 if value else 1)
    assert standardize_one(table.to_pylist()[0], registers=ISSUERS) == found


@pytest.mark.parametrize(
    ("address", "phones", "problems"),
    [
        ("Самара, Ленина 5", ["8 846 231-60-14", "8 916 123-45-67"], []),
        ("Самара, Ленина 5", ["8 495 123-45-67; 8 8482 22-33-44"], ["phone:other_city", "phone:other_region"]),
        ("Самара, Ленина 5", ["8 495 123-45-67", "8 495 123-45-68"], ["phone:other_region"]),
        ("Московская обл, г Химки, ул Мира, 1", ["8 495 123-45-67"], []),
        ("", ["8 495 123-45-67"], []),
        ("Самара, Ленина 5", ["+49 30 123456", "8 800 100-20-30"], []),
    ],
)
def test_a_land_line_of_another_place_is_noted(address: str, phones: list[str], problems: list[str]) -> None:
    table = mapped({"address": address, "phone": phones}, {"phone": phones})
    found, without = standardize(table).to_pylist()
    assert found["problems"] == problems
    assert (found["qc_phone"], found["phones"]) == (without["qc_phone"], without["phones"])
    assert not without["problems"]
    assert [standardize_one(row) for row in table.to_pylist()] == [found, without]


def test_nothing_in_nothing_out() -> None:
    assert one() == {"source": "crm", "source_id": "0", "kind": "person"}
    assert standardize(mapped()).schema == standard_schema(CUSTOMS)


def test_an_unknown_locale_is_refused() -> None:
    with pytest.raises(BadUsage, match="locale"):
        standardize(mapped(), locale="fr")


def test_generic_records_know_no_language() -> None:
    (found,) = standardize(
        mapped(
            {"surname": "SMITH", "given_name": "josé", "street": "main st", "house": "12a", "city": "perth",
             "region": "WA", "postal_code": "6 000", "birth_date": "19451231", "national_id": "a-12 3",
             "phone": ["+49 30 123456", "(08) 9321 1111"], "email": ["J@X.org"], "party": "person"}
        ),
        locale="generic",
    ).to_pylist()  # fmt: skip
    assert found["full_name"] == "José Smith"
    assert (found["street"], found["house"], found["city"], found["region"]) == (
        "Main St",
        "12A",
        "Perth",
        "WA".title(),
    )
    assert found["postal_code"] == "6000"
    assert found["birth_date"] == date(1945, 12, 31)
    assert found["national_id"] == "A-123"
    assert found["phones"] == ["+4930123456", "0893211111"]
    assert found["emails"] == ["j@x.org"]


@pytest.mark.parametrize("text", ["Smith, John", "John Smith", "JOHN SMITH"])
def test_generic_names_given_whole(text: str) -> None:
    (found,) = standardize(mapped({"full_name": text}), locale="generic").to_pylist()
    assert (found["surname"], found["given_name"]) == ("Smith", "John")


def cell(values: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), values, values, anything)


issued = st.builds("3614 123456 {0:%d.%m.%Y}".format, st.dates(date(1990, 1, 1), date(2026, 1, 1)))
rows = st.fixed_dictionaries(
    {
        "party": st.sampled_from(["auto", "auto", "person", "organization", "none"]),
        "full_name": cell(st.one_of(names(), companies)),
        "surname": cell(names()),
        "given_name": cell(names()),
        "gender": cell(st.sampled_from(["м", "Ж", "муж", "female", "2", "нет"])),
        "birth_date": cell(dates),
        "address": cell(addresses),
        "city": cell(st.sampled_from(["Самара", "г. Москва"])),
        "house": cell(st.sampled_from(["5", "12А"])),
        "inn": cell(numbers),
        "snils": cell(numbers),
        "passport": cell(st.one_of(numbers, issued)),
        "national_id": cell(numbers),
        "phone": st.lists(cell(phones()), max_size=3),
        "email": st.lists(cell(emails()), max_size=2),
        "account": st.lists(cell(numbers), max_size=2),
        "custom:occupation": cell(names()),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(rows, max_size=6), st.sampled_from([None, SAMARA]))
def test_one_record_and_a_table_give_the_same(records: list[dict[str, Any]], territory: Territory | None) -> None:
    table = mapped(*records)
    expected = [standardize_one(row, territory=territory) for row in table.to_pylist()]
    assert standardize(table, territory=territory).to_pylist() == expected


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(rows, max_size=4))
def test_generic_records_never_fail(records: list[dict[str, Any]]) -> None:
    table = mapped(*records)
    assert standardize(table, locale="generic").to_pylist() == [
        standardize_one(row, locale="generic") for row in table.to_pylist()
    ]
