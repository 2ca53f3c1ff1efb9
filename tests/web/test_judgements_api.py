"""Judgements over HTTP: parties of really loaded records move and come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from databases import cloned_database
from litso.commands.serve import build_app
from litso.settings import load_settings
from litso.store import users
from litso.store.database import Store
from litso.usecases.loading import Request, load_files, register_source

MAPPING = """source: {source}
title: {source}
priority: 10
party: person
key: id
attributes:
  full_name: name
  birth_date: born
  phone: phone
  address: address
"""
HEADER = "id;name;born;phone;address\n"
FILES = {
    "billing": "1;Иванов Пётр Ильич;12.04.1961;8 912 345-67-89;Самара, ул Ленина, д 5, кв 12\n"
    "2;Сидорова Ольга Петровна;01.02.1977;8 927 000-11-22;Самара, ул Мира, д 1, кв 2\n",
    "crm": "1;Иванов Петр Ильич;12.04.1961;+79123456789;Самара, Ленина 5-12\n"
    "2;Сидорова О П;;8 937 555-66-77;Самара, Победы 77\n",
}
IVANOVS = ({"source": "billing", "source_id": "1"}, {"source": "crm", "source_id": "1"})
SIDOROVAS = ({"source": "billing", "source_id": "2"}, {"source": "crm", "source_id": "2"})


@pytest.fixture(scope="module")
def client(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A steward's program over a store with two loaded sources."""
    home = tmp_path_factory.mktemp("home")
    settings = load_settings({"LITSO_HOME": str(home)})
    with cloned_database(server_url, template) as url:
        store = Store(url, most=4)
        store.open()
        requests = [_written(store, home, source, rows) for source, rows in FILES.items()]
        load_files(store, settings, requests)
        with store.transaction() as connection:
            token = users.issue_service_token(connection, "a desk", "steward")
            other = users.issue_service_token(connection, "an office", "operator")
        headers = {"Authorization": f"Bearer {token}"}
        with TestClient(build_app(store, settings), raise_server_exceptions=False) as opened:
            opened.headers.update(headers)
            opened.app.state["operator"] = other
            yield opened
        store.close()


def _written(store: Store, folder: Path, source: str, rows: str) -> Request:
    path = folder / f"{source}.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    register_source(store, MAPPING.format(source=source), "a test")
    return Request(source, (path,), "full")


def party_of(client: TestClient, phone: str) -> dict[str, str]:
    """The party of a phone: its id, name and ETag."""
    [found] = client.get("/v1/parties", params={"phone": phone}).json()["items"]
    answer = client.get(f"/v1/parties/{found['party_id']}")
    return {**found, "etag": answer.headers["etag"]}


def body(pair: tuple[dict[str, str], dict[str, str]], verdict: str) -> dict[str, object]:
    return {"left": pair[0], "right": pair[1], "verdict": verdict, "reason": "видел паспорт"}


def test_different_splits_a_party_and_undo_restores_it(client: TestClient) -> None:
    before = party_of(client, "89123456789")
    judged = client.post("/v1/judgements", json=body(IVANOVS, "different"), headers={"If-Match": before["etag"]})
    assert judged.status_code == 201, judged.text
    entry = judged.json()
    assert (entry["author"], entry["reason"], len(entry["parties"])) == ("a desk", "видел паспорт", 2)
    assert before["party_id"] in entry["parties"]
    stale = client.delete(f"/v1/judgements/{entry['judgement_id']}", headers={"If-Match": before["etag"]})
    assert stale.status_code == 412
    undone = client.delete(f"/v1/judgements/{entry['judgement_id']}", headers={"If-Match": "*"})
    assert undone.status_code == 200
    assert undone.json()["parties"] == [before["party_id"]]
    assert undone.json()["undone_at"] is not None
    assert party_of(client, "89123456789")["party_id"] == before["party_id"]
    assert client.delete(f"/v1/judgements/{entry['judgement_id']}", headers={"If-Match": "*"}).status_code == 409


def test_same_merges_and_the_other_id_redirects(client: TestClient) -> None:
    one, two = party_of(client, "89270001122"), party_of(client, "89375556677")
    assert one["party_id"] != two["party_id"]
    tags = f"{one['etag']}, {two['etag']}"
    judged = client.post("/v1/judgements", json=body(SIDOROVAS, "same"), headers={"If-Match": tags}).json()
    [living] = judged["parties"]
    [merged] = {one["party_id"], two["party_id"]} - {living}
    answer = client.get(f"/v1/parties/{merged}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, f"/v1/parties/{living}")
    page = client.get(f"/v1/parties/{living}").json()
    assert page["records"] == 2


def test_a_judgement_that_changes_parties_needs_their_version(client: TestClient) -> None:
    other = party_of(client, "89123456789")["etag"]
    assert client.post("/v1/judgements", json=body(SIDOROVAS, "different")).status_code == 428
    for stale in ('"1"', other, "", "nonsense"):
        answer = client.post("/v1/judgements", json=body(SIDOROVAS, "different"), headers={"If-Match": stale})
        assert answer.status_code == 412


def test_an_unsure_judgement_changes_no_party_and_needs_no_version(client: TestClient) -> None:
    before = party_of(client, "89123456789")
    answer = client.post("/v1/judgements", json=body(IVANOVS, "unsure"))
    assert answer.status_code == 201
    assert party_of(client, "89123456789")["etag"] == before["etag"]


def test_an_unknown_record_is_not_judged(client: TestClient) -> None:
    pair = ({"source": "crm", "source_id": "nobody"}, IVANOVS[1])
    assert client.post("/v1/judgements", json=body(pair, "unsure")).status_code == 404
    assert client.delete("/v1/judgements/999999").status_code == 404


@pytest.mark.parametrize("verdict", ["maybe", ""])
def test_a_verdict_is_one_of_three(client: TestClient, verdict: str) -> None:
    assert client.post("/v1/judgements", json=body(IVANOVS, verdict)).status_code == 400


def test_operators_do_not_judge(client: TestClient) -> None:
    headers = {"Authorization": f"Bearer {client.app.state['operator']}"}
    assert client.post("/v1/judgements", json=body(IVANOVS, "unsure"), headers=headers).status_code == 403
