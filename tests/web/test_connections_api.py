"""Connected sources and the audit over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from small_town import Place, party_id

from litso.commands.serve import build_app
from litso.settings import load_settings

IVANOV = party_id("ivanov")


@pytest.fixture(scope="module")
def client(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The application that lets programs connect sources, asked by one of an integrator."""
    settings = load_settings({"LITSO_HOME": str(tmp_path_factory.mktemp("home")), "LITSO_CONNECT_BY_API": "yes"})
    with TestClient(build_app(place.store, settings), raise_server_exceptions=False) as made:
        made.headers["Authorization"] = f"Bearer {place.tokens['integrator']}"
        yield made


def test_a_source_is_connected_run_paused_and_resumed(client: TestClient, tmp_path: Path) -> None:
    described = {"content": f"source: crm\nevery: 1h\nfolder: {{path: {tmp_path}}}\n"}
    made = client.post("/v1/connections", json=described)
    assert (made.status_code, made.json()["kind"], made.json()["status"]) == (201, "folder", "active"), made.text
    assert str(tmp_path) not in made.text
    assert made.json()["created_by"] == client.get("/v1/connections/crm").json()["connection"]["created_by"]
    assert [one["source"] for one in client.get("/v1/connections").json()["items"]] == ["crm"]
    assert client.post("/v1/connections/crm/run").json()["next_at"] is not None
    assert client.post("/v1/connections/crm/pause").json()["status"] == "paused"
    assert client.post("/v1/connections/crm/run").status_code == 409
    assert client.post("/v1/connections/crm/resume").json()["status"] == "active"
    page = client.get("/v1/connections/crm").json()
    assert (page["runs"], page["behind"]) == ([], None)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("source: crm\nfolder: {path: relative}\n", 422),
        ("source: crm\npassword: secret\n", 422),
        ("[", 422),
        ("source: nowhere\nevery: 1h\nfolder: {path: /srv}\n", 404),
    ],
)
def test_what_is_wrong_in_a_connection_is_told(client: TestClient, content: str, status: int) -> None:
    answer = client.post("/v1/connections", json={"content": content})
    assert answer.status_code == status, answer.text
    assert "content" in answer.text or status == 404


def test_what_is_not_connected_is_not_found(client: TestClient) -> None:
    assert client.get("/v1/connections/billing").status_code == 404
    for act in ("run", "pause", "resume"):
        assert client.post(f"/v1/connections/billing/{act}").status_code == 404


def test_programs_connect_nothing_unless_the_machine_allows_it(api: TestClient) -> None:
    answer = api.post("/v1/connections", json={"content": "source: crm\nfolder: {path: /srv}\n"})
    assert (answer.status_code, "LITSO_CONNECT_BY_API" in answer.text) == (403, True)


def test_the_audit_is_read_page_by_page(client: TestClient, place: Place) -> None:
    for _ in range(3):
        client.get(f"/v1/parties/{IVANOV}")
    watcher = {"Authorization": f"Bearer {place.tokens['compliance']}"}
    query: dict[str, str | int] = {"party_id": IVANOV, "action": "read", "limit": 2}
    first = client.get("/v1/audit", params=query, headers=watcher)
    assert first.status_code == 200, first.text
    assert 'rel="next"' in first.headers["link"]
    items = first.json()["items"]
    rest = client.get("/v1/audit", params={**query, "cursor": first.json()["next_cursor"]}, headers=watcher).json()
    numbers = [one["audit_id"] for one in (*items, *rest["items"])]
    assert len(numbers) > 2
    assert numbers == sorted(numbers, reverse=True)
    assert {one["party_id"] for one in items} == {IVANOV}
    assert client.get("/v1/audit").status_code == 403
    for wrong in ({"party_id": "x"}, {"actor": "\0"}, {"cursor": "!"}, {"since": "yesterday"}):
        assert client.get("/v1/audit", params=wrong, headers=watcher).status_code in (400, 422), wrong
