"""Screens and API of the graph over the small town."""

from __future__ import annotations

import pytest
from litestar.testing import TestClient
from small_town import Place, party_id

from litso.store import users
from litso.usecases.graph import refresh

IVANOV = party_id("ivanov")
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def related(place: Place) -> Place:
    with place.store.transaction() as connection:
        refresh(connection)
    return place


def test_roles_of_a_party(api: TestClient, related: Place) -> None:
    found = api.get(f"/v1/parties/{IVANOV}/roles").json()
    assert {one["account"] for one in found["roles"]} >= {"00081234"}
    assert found["household"]["members"][0]["reasons"]
    assert api.get(f"/v1/parties/{IVANOV}/roles?on=tomorrow").status_code == 400


def test_an_account_and_its_premise(api: TestClient, related: Place) -> None:
    card = api.get("/v1/accounts/00081234?on=2026-01-01").json()
    assert card["on"] == "2026-01-01"
    assert IVANOV in {one["party_id"] for one in card["roles"]}
    place = api.get("/v1/places", params={"key": card["place"]}).json()
    assert "00081234" in place["accounts"]
    assert api.get("/v1/accounts/404404").status_code == 404
    assert api.get("/v1/places?key=nowhere").status_code == 404


def test_debtors_are_listed_and_refused_to_analysts(api: TestClient, anonymous: TestClient, related: Place) -> None:
    page = api.get("/v1/debtors")
    assert page.status_code == 200, page.text
    assert page.json()["after"] is None
    assert api.get("/v1/debtors?lacks=money").status_code == 422
    token = {"Authorization": f"Bearer {related.tokens['analyst']}"}
    assert anonymous.get("/v1/debtors", headers=token).status_code == 403


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"/parties/{IVANOV}", "Роли и связи"),
        ("/accounts/00081234", "Кто должен на"),
        ("/places?key=самара|ленина|5|%2312", "Люди во времени"),
        ("/debtors", "Чего не хватает"),
        ("/debtors?lacks=&least=0", "Должник"),
    ],
)
def test_screens(anonymous: TestClient, related: Place, path: str, shown: str) -> None:
    with related.store.transaction() as connection:
        user = next(user for user in users.list_all(connection) if user.login == "operator")
        session = users.open_session(connection, user.user_id)
    anonymous.cookies.clear()
    anonymous.cookies.set("litso_session", session)
    answer = anonymous.get(path, headers=HTML)
    assert (answer.status_code, shown in answer.text) == (200, True)
    for wrong in ("/accounts/00081234?on=tomorrow", "/debtors?least=money", "/debtors?lacks=luck"):
        assert anonymous.get(wrong, headers=HTML).status_code == 422
    anonymous.cookies.clear()
