"""The API as a program meets it."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient
from small_town import Place, party_id

from litso.api.app import SECURITY_HEADERS
from litso.store import audit, parties

IVANOV = party_id("ivanov")


def found_names(client: TestClient, **query: str) -> list[str]:
    answer = client.get("/v1/parties", params=query)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def reads_of(place: Place, actor: str) -> list[audit.Entry]:
    with place.store.transaction() as connection:
        return audit.recent(connection, audit.Filter(actor=actor))


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_the_server_is_healthy_without_a_token(anonymous: TestClient, path: str) -> None:
    answer = anonymous.get(path)
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.parametrize(
    "query",
    [
        {"account": "00081234"},
        {"account": "81234"},
        {"phone": "8 (912) 345-67-89"},
        {"phone": "+79123456789"},
        {"phone": "9123456789"},
        {"q": "пётр иванов"},
        {"q": "bdfyjd"},
        {"q": "ivanov.petr@"},
        {"q": "ленина 5 12"},
        {"q": "св-0017"},
        {"q": "67-89"},
        {"q": "12.04.1961"},
        {"q": "Ивонов"},
    ],
)
def test_a_party_is_found(api: TestClient, query: dict[str, str]) -> None:
    assert found_names(api, **query) == ["Иванов Пётр Ильич"]


@pytest.mark.parametrize("query", [{"account": "1"}, {"phone": "1"}, {"account": "-"}, {"q": "никого"}, {"q": "'\\"}])
def test_nobody_is_found(api: TestClient, query: dict[str, str]) -> None:
    assert found_names(api, **query) == []


def test_words_searched_in_place_of_misspelt_ones_are_told(api: TestClient) -> None:
    assert api.get("/v1/parties", params={"q": "Ивонов"}).json()["corrections"] == ["иванов"]


@pytest.mark.parametrize("query", [{}, {"q": "a", "phone": "1"}])
def test_exactly_one_question_is_asked(api: TestClient, query: dict[str, str]) -> None:
    answer = api.get("/v1/parties", params=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["type"] == "urn:litso:problem:badusage"


def test_pages_of_parties_follow_one_another(api: TestClient) -> None:
    first = api.get("/v1/parties", params={"q": "ленина", "limit": "1"})
    assert 'rel="next"' in first.headers["link"]
    second = api.get("/v1/parties", params={"q": "ленина", "limit": "1", "cursor": first.json()["next_cursor"]})
    names = [page.json()["items"][0]["name"] for page in (first, second)]
    assert sorted(names) == ["Иванов Пётр Ильич", "Петрова Анна Сергеевна"]
    assert second.json()["next_cursor"] is None
    assert "link" not in second.headers


def test_a_profile_tells_everything_with_origins(api: TestClient) -> None:
    answer = api.get(f"/v1/parties/{IVANOV}")
    party = answer.json()
    assert answer.headers["etag"] == f'"{IVANOV}.1"'
    assert party["name"] == "Иванов Пётр Ильич"
    assert party["values"]["phones"] == ["+79123456789", "+78462316014"]
    assert party["values"]["snils"] == "11223344595"
    assert party["contacts"][0]["is_best"] is True
    assert party["balance"] == "1150.50"
    assert [meter["reading"] for meter in party["meters"]] == ["412"]
    assert [outage["title"] for outage in party["outages"]] == ["Авария на сети ХВС"]
    assert party["open_requests"] == 1
    assert party["provenance"]["snils"][0]["source"] == "billing"
    assert party["records"] == 3


def test_an_unchanged_profile_is_not_sent_again(api: TestClient) -> None:
    tag = api.get(f"/v1/parties/{IVANOV}").headers["etag"]
    assert api.get(f"/v1/parties/{IVANOV}", headers={"If-None-Match": tag}).status_code == 304


def test_an_operator_sees_contacts_masked_until_a_purpose_is_given(operator_api: TestClient, place: Place) -> None:
    masked = operator_api.get(f"/v1/parties/{IVANOV}").json()
    assert masked["values"]["phones"] == ["+7 912 •••-••-89", "+7 846 •••-••-14"]
    assert masked["values"]["snils"] == "•••••••••95"
    assert masked["provenance"]["phones"][0]["value"] == "+7 912 •••-••-89"
    before = len(reads_of(place, "a operator"))
    shown = operator_api.get(f"/v1/parties/{IVANOV}", params={"purpose": "call"}).json()
    assert shown["values"]["phones"][0] == "+79123456789"
    latest, *earlier = reads_of(place, "a operator")
    assert len(earlier) == before
    assert (latest.action, latest.purpose, latest.party_id) == ("reveal", "call", IVANOV)
    assert "phones" in latest.fields


def test_an_unknown_purpose_reveals_nothing(operator_api: TestClient) -> None:
    answer = operator_api.get(f"/v1/parties/{IVANOV}", params={"purpose": "curiosity"})
    assert answer.status_code == 422


def test_every_read_is_logged_without_values(api: TestClient, place: Place) -> None:
    before = len(reads_of(place, "a integrator"))
    found_names(api, q="иванов")
    for path in ("", "/records", "/timeline", "/history"):
        api.get(f"/v1/parties/{IVANOV}{path}")
    reads = reads_of(place, "a integrator")[: -before or None]
    assert [read.action for read in reads] == ["profile", "records", "records", "profile", "search"]
    assert all("Иванов" not in str(read) and "7912" not in str(read) for read in reads)


def test_a_merged_id_redirects(api: TestClient, place: Place) -> None:
    merged = party_id("merged long ago")
    with place.store.transaction() as connection:
        parties.mint(connection, {merged: "person"})
        parties.redirect(connection, {merged: IVANOV})
    answer = api.get(f"/v1/parties/{merged}", params={"purpose": "call"}, follow_redirects=False)
    assert answer.status_code == 308
    assert answer.headers["location"] == f"/v1/parties/{IVANOV}?purpose=call"
    assert api.get(f"/v1/parties/{merged}/records").json()["items"]


@pytest.mark.parametrize("unknown", ["1b1f6a52-3f0e-4b59-9d3f-0a8a5a4f7c11", "nobody", "%00"])
def test_an_unknown_party_is_a_problem(api: TestClient, unknown: str) -> None:
    answer = api.get(f"/v1/parties/{unknown}")
    assert answer.status_code == 404
    assert answer.json()["status"] == 404


def test_records_of_a_party(api: TestClient) -> None:
    items = api.get(f"/v1/parties/{IVANOV}/records").json()["items"]
    assert [(item["source"], item["source_id"]) for item in items] == [
        ("billing", "1001"), ("crm", "C-17"), ("meters", "СВ-0017"),
    ]  # fmt: skip
    assert items[2]["problems"] == ["name:initials"]


def test_the_timeline_is_paged_and_filtered(api: TestClient) -> None:
    path = f"/v1/parties/{IVANOV}/timeline"
    first = api.get(path, params={"kind": "payment", "limit": "30"}).json()
    second = api.get(path, params={"kind": "payment", "limit": "30", "cursor": first["next_cursor"]}).json()
    payments = [item["fact_key"] for item in (*first["items"], *second["items"])]
    assert payments == [f"p{number}" for number in range(40)]
    assert second["next_cursor"] is None
    moments = [item["at"] for item in api.get(path).json()["items"]]
    assert moments == sorted(moments, reverse=True)


def test_history_begins_with_the_present(api: TestClient) -> None:
    history = api.get(f"/v1/parties/{IVANOV}/history").json()
    assert [version["valid_to"] for version in history["versions"]] == [None]
    assert [change["type"] for change in history["changes"]] == ["party.created"]


def test_the_change_feed_is_cloud_events_in_order(api: TestClient) -> None:
    first = api.get("/v1/changes", params={"limit": "2"})
    items: list[dict[str, Any]] = first.json()["items"]
    assert all(item["specversion"] == "1.0" and item["type"] == "party.created" for item in items)
    rest = api.get("/v1/changes", params={"after": str(first.json()["next_after"])}).json()["items"]
    numbers = [int(item["id"]) for item in (*items, *rest)]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 5
    assert 'rel="next"' in first.headers["link"]


def test_values_are_cleaned(api: TestClient) -> None:
    answer = api.post("/v1/clean/phone", json={"values": ["8 912 345-67-89", None, ""]})
    assert answer.status_code == 200
    assert [item["e164"] for item in answer.json()["items"]] == ["+79123456789", None, None]
    assert [item["qc"] for item in answer.json()["items"]] == [0, 2, 2]


def test_an_unknown_kind_is_not_cleaned(api: TestClient) -> None:
    assert api.post("/v1/clean/mood", json={"values": ["good"]}).status_code == 404


@pytest.mark.parametrize("body", [{}, {"values": 1}, {"values": ["a"], "more": 1}, []])
def test_a_body_of_another_shape_is_a_problem_with_pointers(api: TestClient, body: object) -> None:
    answer = api.post("/v1/clean/phone", json=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}])
def test_nothing_is_said_without_a_token(anonymous: TestClient, header: dict[str, str]) -> None:
    answer = anonymous.get("/v1/parties", params={"q": "иванов"}, headers=header)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("role", "path"), [("analyst", "/v1/parties?q=иванов"), ("analyst", "/v1/changes"), ("operator", "/v1/changes")]
)
def test_roles_decide(anonymous: TestClient, place: Place, role: str, path: str) -> None:
    answer = anonymous.get(path, headers={"Authorization": f"Bearer {place.tokens[role]}"})
    assert answer.status_code == 403
    assert role in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/health", "/v1/parties", "/nowhere", "/v1/nowhere", "/sign-in"])
def test_every_answer_is_hardened_and_not_stored(anonymous: TestClient, path: str) -> None:
    headers = anonymous.get(path).headers
    for name, value in SECURITY_HEADERS:
        assert headers[name.decode()] == value.decode()
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("cursor", ["%%%", "кот", "AAAA", "LTU"])
def test_a_strange_cursor_is_no_fault_of_the_server(api: TestClient, cursor: str) -> None:
    assert api.get("/v1/parties", params={"q": "иванов", "cursor": cursor}).status_code in (200, 422)


def test_the_document_is_openapi_31_and_names_its_security(anonymous: TestClient) -> None:
    document = anonymous.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert all(
        operation.get("summary") and operation.get("description") and operation.get("operationId")
        for path in document["paths"].values()
        for operation in path.values()
    )
    assert document["paths"]["/v1/parties"]["get"]["security"] == [{"token": []}]
