"""Records over HTTP: upserted and resolved while the caller waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from databases import cloned_database
from litso.commands.serve import build_app
from litso.settings import load_settings
from litso.store import audit, users
from litso.store.database import Store
from litso.usecases.loading import register_source

MAPPING = """source: {source}
title: {source}
priority: 10
party: auto
key: id
attributes:
  full_name: name
  birth_date: born
  phone: phone
territory: {{region: Самарская область, city: Самара}}
"""
IVANOV = {
    "full_name": "Иванов Пётр Ильич",
    "birth_date": "12.04.1961",
    "phone": ["8 912 345-67-89"],
    "address": "ул Ленина, д 5, кв 12",
}


@pytest.fixture(scope="module")
def store(server_url: str, template: str) -> Iterator[Store]:
    with cloned_database(server_url, template) as url:
        opened = Store(url, most=4)
        opened.open()
        for source in ("crm", "billing"):
            register_source(opened, MAPPING.format(source=source), "a test")
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def client(store: Store) -> Iterator[TestClient]:
    """A program with the role of integrator over a store with two sources and no records."""
    with store.transaction() as connection:
        token = users.issue_service_token(connection, "exchange", "integrator")
    with TestClient(build_app(store, load_settings({})), raise_server_exceptions=False) as opened:
        opened.headers["Authorization"] = f"Bearer {token}"
        yield opened


def record(source: str, source_id: str, **attributes: object) -> dict[str, object]:
    return {"source": source, "source_id": source_id, "attributes": {**IVANOV, **attributes}}


def test_a_record_becomes_a_party_and_its_twin_joins_it(client: TestClient) -> None:
    first = client.post("/v1/records", json=record("crm", "1"))
    assert first.status_code == 200, first.text
    [one] = first.json()["items"]
    assert (one["status"], one["evidence"]) == ("inserted", [])
    assert one["quality"]["phone"] == 0
    twin = record("billing", "77", full_name="Иванов Петр Ильич", email="petr@mail.ru")
    [two] = client.post("/v1/records", json=[twin]).json()["items"]
    assert two["party_id"] == one["party_id"]
    [evidence] = two["evidence"]
    assert (evidence["source"], evidence["source_id"]) == ("crm", "1")
    assert sum(claim["weight"] for claim in evidence["claims"]) == pytest.approx(evidence["weight"], abs=0.01)
    party = client.get(f"/v1/parties/{one['party_id']}").json()
    assert party["records"] == 2
    assert party["values"]["emails"] == ["petr@mail.ru"]
    [again] = client.post("/v1/records", json=record("crm", "1")).json()["items"]
    assert again["status"] == "unchanged"


def test_many_records_are_taken_all_or_none(client: TestClient) -> None:
    batch = [record("crm", "2", phone="8 927 000-00-01"), record("nowhere", "3")]
    assert client.post("/v1/records", json=batch).status_code == 404
    assert client.get("/v1/parties", params={"phone": "89270000001"}).json()["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"source": "crm", "source_id": "", "attributes": {}},
        {"source": "crm", "source_id": "9", "attributes": {"mood": "good"}},
        {"source": "crm", "source_id": "9", "attributes": {"phone": 1}},
        {"source": "crm", "source_id": "9", "attributes": {}, "party": "robot"},
        {"source": "crm", "source_id": "9", "attributes": {}, "custom": {"mood": "good"}},
        [record("crm", "9"), record("crm", "9")],
    ],
)
def test_a_record_of_another_shape_is_a_problem(client: TestClient, body: object) -> None:
    answer = client.post("/v1/records", json=body)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_repeated_request_is_answered_as_before(client: TestClient) -> None:
    body = record("crm", "5", full_name="Кузнецова Анна Олеговна", phone="8 927 555-44-33", birth_date="02.03.1990")
    key = {"Idempotency-Key": "a-1"}
    first = client.post("/v1/records", json=body, headers=key)
    second = client.post("/v1/records", json=body, headers=key)
    assert first.json()["items"][0]["status"] == "inserted"
    assert second.json() == first.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert client.post("/v1/records", json=record("crm", "6"), headers=key).status_code == 422
    [without] = client.post("/v1/records", json=body).json()["items"]
    assert without["status"] == "unchanged"


def test_a_stranger_is_matched_without_writing(client: TestClient, store: Store) -> None:
    known = client.post("/v1/records", json=record("crm", "1")).json()["items"][0]["party_id"]
    answer = client.post("/v1/match", json={"attributes": {**IVANOV, "full_name": "Иванов П И"}, "city": "Самара"})
    assert answer.status_code == 200, answer.text
    best = answer.json()["items"][0]
    assert (best["party_id"], best["is_match"]) == (known, True)
    assert best["evidence"][0]["claims"]
    with store.transaction() as connection:
        read = audit.recent(connection, audit.Filter(actor="exchange"))[0]
    assert (read.action, read.found) == ("match", 1)
    assert client.get(f"/v1/parties/{known}").json()["records"] == 2


def test_nobody_is_like_an_unknown_stranger(client: TestClient) -> None:
    answer = client.post("/v1/match", json={"attributes": {"full_name": "Яблоков Эраст Маркович"}})
    assert answer.json() == {"items": []}


@pytest.mark.parametrize("role", ["operator", "steward", "analyst"])
def test_only_integrators_write_records(client: TestClient, store: Store, role: str) -> None:
    with store.transaction() as connection:
        token = users.issue_service_token(connection, f"only {role}", role)
    answer = client.post("/v1/records", json=record("crm", "1"), headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
