"""Suggestions while typing: names of the dictionary, addresses without flats, organizations, banks, e-mails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient
from small_town import Place

import small_gar
from litso.commands.serve import build_app
from litso.settings import load_settings
from litso.standardize.email_suggestions import suggest_emails
from litso.standardize.name_suggestions import suggest_names
from litso.store.suggestions import add_lines
from litso.usecases import registers
from litso.usecases.address_lines import address_lines
from litso.usecases.reference import load_reference

HOUSES = [
    ("самарская|самара||ленина|5", "г Самара, ул Ленина, д 5, кв 12", 30),
    ("самарская|самара||ленина|5", "г Самара, ул Ленина, д 5, под 2, эт 3, кв 13", 4),
    ("самарская|самара||ленина|5", "г Самара, р-н Кировский, ул Ленина, д 5", 2),
    ("самарская|самара||ленина|50к1", "г Самара, ул Ленина, д 50 к 1, кв 3", 9),
    ("самарская|самара||ленинградская|7", "г Самара, ул Ленинградская, д 7", 5),
    ("самарская|александровка|||19", "Самарская обл, Богатовский р-н, с Александровка, д 19", 1),
]
BANKS = """<ED807 BusinessDay="2026-03-02">
<BICDirectoryEntry BIC="047003001"><ParticipantInfo NameP="БАНК ЛЕСНОЙ" Nnp="Тула"/></BICDirectoryEntry>
<BICDirectoryEntry BIC="044525002"><ParticipantInfo NameP="БАНК ПОЛЕВОЙ" Nnp="Москва"/></BICDirectoryEntry></ED807>"""

OKVED = "code;title\n35.30;Обеспечение паром и горячей водой\n35.30.14;Производство горячей воды котельными\n36;Вода\n"


@pytest.fixture(scope="module")
def desk(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The API of an operator, with houses, banks and the address register loaded."""
    folder = tmp_path_factory.mktemp("home")
    settings = load_settings({"LITSO_HOME": str(folder)})
    (folder / "ED807.xml").write_text(BANKS, encoding="utf-8")
    load_reference(place.store, settings, "bik", folder / "ED807.xml")
    (folder / "okved.csv").write_text(OKVED, encoding="utf-8")
    load_reference(place.store, settings, "okved", folder / "okved.csv")
    load_reference(place.store, settings, "gar", small_gar.write(small_gar.files(), folder / "gar.zip"))
    with place.store.transaction() as connection:
        add_lines(connection, address_lines(HOUSES))
    with TestClient(build_app(place.store, settings), raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {place.tokens['operator']}"
        yield client
    registers.use(None)


def suggested(desk: TestClient, kind: str, query: str) -> list[str]:
    answer = desk.get(f"/v1/suggest/{kind}", params={"q": query})
    assert answer.status_code == 200, answer.text
    return [item["value"] for item in answer.json()["items"]]


FIRST = [
    ("name", "bdfyjd", "Иванов"),
    ("name", "иванова мар", "Иванова Мария"),
    ("name", "Петров Пётр п", "Петров Петр Петрович"),
    ("name", "мария ив", "Мария Ивановна"),
    ("address", "лен", "г Самара, ул Ленина"),
    ("address", "ktybyuh", "г Самара, ул Ленинградская"),
    ("address", "самара ленина 5", "г Самара, ул Ленина, д 5"),
    ("address", "ленина 50 1", "г Самара, ул Ленина, д 50 к 1"),
    ("address", "александровка 19", "Самарская обл, Богатовский р-н, с Александровка, д 19"),
    ("address", "тула металл", "г Тула, ул Металлургов"),
    ("address", "поварск", "г Москва, ул Поварская"),
    ("bank", "0445", "БАНК ПОЛЕВОЙ"),
    ("bank", "лесной тула", "БАНК ЛЕСНОЙ"),
    ("bank", ",fyr gjktdjq", "БАНК ПОЛЕВОЙ"),
    ("okved", "35.3", "Обеспечение паром и горячей водой"),
    ("okved", "котельн горяч", "Производство горячей воды котельными"),
    ("okved", "gfhjv", "Обеспечение паром и горячей водой"),
    ("email", "ivan@ya", "ivan@yandex.ru"),
    ("email", 'шмфт"ьф', "ivan@mail.ru"),
]


def test_reference_data_are_looked_up(desk: TestClient) -> None:
    answer = desk.get("/v1/reference/okved/35.30.14")
    assert [item["code"] for item in answer.json()["items"]] == ["35.30.14", "35.30"]
    assert desk.get("/v1/reference/bik/044525002").json()["items"][0]["city"] == "Москва"
    missing = ["/v1/reference/okved/99", "/v1/reference/blacklist/7707083893", "/v1/reference/calendar/2026-01-09"]
    assert [desk.get(path).status_code for path in missing] == [404] * 3
    assert desk.get("/v1/reference/calendar/завтра").status_code == 422


@pytest.mark.parametrize(("kind", "query", "first"), FIRST)
def test_the_likeliest_comes_first(desk: TestClient, kind: str, query: str, first: str) -> None:
    assert suggested(desk, kind, query)[0] == first


def test_no_flats_and_each_house_once(desk: TestClient) -> None:
    found = suggested(desk, "address", "ленина 5")
    assert found == ["г Самара, ул Ленина, д 5", "г Самара, ул Ленина, д 50 к 1"]


def test_companies_by_name_and_number_but_no_sole_trader(desk: TestClient, place: Place) -> None:
    with place.store.transaction() as connection:
        row = connection.execute(
            "select name, golden_values->>'inn' from golden where kind = 'organization' and golden_values ? 'inn'"
        ).fetchone()
        assert row is not None
        name, inn = row
    word = max(name.replace('"', " ").split(), key=len)
    assert name in suggested(desk, "company", word[:5])
    assert name in suggested(desk, "company", inn[:6])
    with place.store.transaction() as connection:
        connection.execute(
            'update golden set golden_values = golden_values || \'{"opf": "ИП"}\' where name = %s', [name]
        )
    assert name not in suggested(desk, "company", inn[:6])


@pytest.mark.parametrize("kind", ["name", "address", "company", "bank", "email"])
@pytest.mark.parametrize("query", ["", " ", "'", "\\", "5", "(((", "а" * 200, "::*", "zzzzqqq", "\u0000", "😀 ё"])
def test_any_text_is_answered(desk: TestClient, kind: str, query: str) -> None:
    assert isinstance(suggested(desk, kind, query), list)


def test_an_unknown_kind_and_a_role_without_the_right(desk: TestClient, place: Place) -> None:
    assert desk.get("/v1/suggest/street", params={"q": "лен"}).status_code == 404
    analyst = {"Authorization": f"Bearer {place.tokens['analyst']}"}
    for kind, status in (("address", 403), ("company", 403), ("name", 200), ("bank", 200)):
        assert desk.get(f"/v1/suggest/{kind}", params={"q": "лен"}, headers=analyst).status_code == status


def test_reference_data_are_listed(desk: TestClient, place: Place) -> None:
    assert desk.get("/v1/reference").status_code == 403
    steward = {"Authorization": f"Bearer {place.tokens['steward']}"}
    listed = {(one["kind"], one["part"]): one for one in desk.get("/v1/reference", headers=steward).json()["items"]}
    assert listed["gar", "71"]["version"] == "2026-01-02"
    assert listed["bik", ""]["file_name"] == "ED807.xml"
    assert listed["issuers", ""]["version"] is None


def test_clean_uses_what_is_loaded(desk: TestClient) -> None:
    answer = desk.post("/v1/clean/address", json={"values": ["Тула, Кирова, 7к2с3", None, "Тула, Лесная, 99"]})
    first, empty, absent = answer.json()["items"]
    assert (first["street"], first["qc_house"], first["fias_id"]) == ("Металлургов", 2, small_gar.guid(103))
    assert (empty["qc"], empty["fias_id"]) == (2, None)
    assert absent["qc_house"] == 10


def test_names_agree_in_gender_and_never_repeat() -> None:
    for query in ("иванова м", "пётр п", "к", "юлия с"):
        found = suggest_names(query, 20)
        assert len({one.value for one in found}) == len(found) > 0
        assert {one.gender for one in found} <= {"М", "Ж", "НД"}
    assert {one.gender for one in suggest_names("иванова м", 20)} == {"Ж"}


def test_a_whole_address_is_not_suggested_to_itself() -> None:
    assert "ivan@mail.ru" not in suggest_emails("ivan@mail.ru", 20)
    assert suggest_emails("иван иванов", 5) == []
