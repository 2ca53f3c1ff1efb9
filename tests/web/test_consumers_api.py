"""Consumers over HTTP and on the command line: attached, looked after, and shown nothing that is not theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from small_town import Place, party_id
from typer.testing import CliRunner

from http_peer import peer
from litso.cli import app
from litso.commands.serve import build_app
from litso.errors import BadUsage
from litso.settings import load_settings

IVANOV = party_id("ivanov")


@pytest.fixture(scope="module")
def client(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The application with webhooks to this machine, asked by a program of the administrator."""
    home = str(tmp_path_factory.mktemp("home"))
    settings = load_settings({"LITSO_HOME": home, "LITSO_WEBHOOK_NETWORKS": "127.0.0.0/8"})
    with TestClient(build_app(place.store, settings), raise_server_exceptions=False) as made:
        made.headers["Authorization"] = f"Bearer {place.tokens['administrator']}"
        yield made


def attach(client: TestClient, name: str, **wanted: Any) -> dict[str, Any]:
    answer = client.post("/v1/consumers", json={"name": name, "purpose": "проверка", **wanted})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_consumer_that_comes_reads_its_part_with_its_token_and_nothing_else(client: TestClient) -> None:
    made = attach(client, "reports", fields=["full_name"], from_start=True)
    token = {"Authorization": f"Bearer {made['secret']}"}
    first = client.get("/v1/feed", params={"limit": "2"}, headers=token)
    assert first.status_code == 200
    assert len(first.json()["items"]) == 2
    rest = client.get("/v1/feed", params={"after": str(first.json()["next_after"])}, headers=token).json()
    items = first.json()["items"] + rest["items"]
    assert IVANOV in {item["subject"] for item in items}
    assert {name for item in items for name in item["data"].get("values", {})} <= {"full_name"}
    shown = client.get("/v1/consumers/reports").json()
    assert shown["consumer"]["after"] == first.json()["next_after"]
    for path in ("/v1/parties?q=иванов", f"/v1/parties/{IVANOV}", "/v1/changes", "/v1/consumers", "/v1/records"):
        assert client.get(path, headers=token).status_code in (403, 405), path
    assert client.get("/v1/feed").status_code == 403
    renewed = client.post("/v1/consumers/reports/secret").json()["secret"]
    assert client.get("/v1/feed", headers=token).status_code == 401
    assert client.get("/v1/feed", headers={"Authorization": f"Bearer {renewed}"}).status_code == 200
    assert client.delete("/v1/consumers/reports").status_code == 204
    assert client.get("/v1/feed", headers={"Authorization": f"Bearer {renewed}"}).status_code == 401


def test_a_webhook_is_tried_paused_and_sent_back(client: TestClient) -> None:
    with peer() as receiver:
        made = attach(client, "calls", delivery="webhook", address=receiver.url)
        assert made["secret"].startswith("whsec_")
        assert client.post("/v1/consumers/calls/test").json() == {"status": 204, "problem": ""}
    assert receiver.received[0].event["type"] == "litso.test"
    assert client.post("/v1/consumers/calls/test").json()["status"] == 0
    assert client.post("/v1/consumers/calls/pause").json()["status"] == "paused"
    assert client.post("/v1/consumers/calls/replay", json={"after": 0}).json()["lag"] == 5
    assert client.post("/v1/consumers/calls/resume").json()["status"] == "active"
    log = [entry["what"] for entry in client.get("/v1/consumers/calls").json()["log"]]
    assert log == ["resumed", "replayed", "paused", "tested", "tested", "added"]
    text = client.get("/v1/consumers").text + client.get("/v1/consumers/calls").text
    assert made["secret"] not in text


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"name": "Bad Name"}, 400),
        ({"purpose": ""}, 400),
        ({"delivery": "pigeon"}, 400),
        ({"salary": 1}, 400),
        ({"fields": ["salary"]}, 422),
        ({"sources": ["nowhere"]}, 422),
        ({"delivery": "webhook", "address": "https://192.168.0.1/"}, 422),
    ],
)
def test_what_is_refused(client: TestClient, wanted: dict[str, Any], status: int) -> None:
    answer = client.post("/v1/consumers", json={"name": "other", "purpose": "проверка", **wanted})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_name_is_given_once(client: TestClient) -> None:
    attach(client, "twice")
    assert client.post("/v1/consumers", json={"name": "twice", "purpose": "x"}).status_code == 409
    assert client.get("/v1/consumers/nobody").status_code == 404


@pytest.mark.parametrize("role", ["operator", "steward", "analyst"])
def test_roles_that_may_not(client: TestClient, place: Place, role: str) -> None:
    token = {"Authorization": f"Bearer {place.tokens[role]}"}
    assert client.get("/v1/consumers", headers=token).status_code == 403
    assert client.post("/v1/consumers", json={"name": "x1", "purpose": "x"}, headers=token).status_code == 403
    assert client.get("/v1/feed", headers=token).status_code == 403


def test_the_command_line_does_the_same(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LITSO_DATABASE_URL", place.store.url)
    monkeypatch.setenv("LITSO_HOME", str(tmp_path))

    def litso(*words: str) -> str:
        done = CliRunner().invoke(app, ["consumer", *words])
        assert done.exit_code == 0, done.output
        return done.output

    made = json.loads(litso("add", "cli-made", "--purpose", "отчёты", "--field", "phones", "--kind=person", "--json"))
    assert (made["fields"], made["kinds"], made["delivery"]) == (["phones"], ["person"], "pull")
    assert made["secret"].startswith("litso_")
    assert "cli-made\tpull\tactive\tlag 0" in litso("list")
    assert litso("replay", "cli-made") == "cli-made: 5 events to come\n"
    assert litso("pause", "cli-made") == "cli-made: paused\n"
    assert litso("resume", "cli-made") == "cli-made: active\n"
    assert litso("secret", "cli-made").startswith("litso_")
    shown = json.loads(litso("show", "cli-made", "--json"))
    assert [entry["what"] for entry in shown["log"]] == ["secret", "resumed", "paused", "replayed", "added"]
    assert "purpose\tотчёты" in litso("show", "cli-made")
    with pytest.raises(BadUsage):
        CliRunner().invoke(app, ["consumer", "test", "cli-made"], catch_exceptions=False)
    assert litso("remove", "cli-made") == "cli-made: removed\n"


def test_limits_of_a_consumer_hold_for_its_feed_and_fields(client: TestClient) -> None:
    refused = client.post(
        "/v1/consumers", json={"name": "sms", "purpose": "п", "fields": ["snils"], "classes": ["contact"]}
    )
    assert (refused.status_code, "class document" in refused.text) == (422, True)
    made = attach(
        client, "sms", fields=["phones"], classes=["contact"], from_start=True, territories=["Самарская обл."]
    )
    assert made["consumer"]["territories"] == ["Самарская"]
    token = {"Authorization": f"Bearer {made['secret']}"}
    nowhere = client.put("/v1/consumers/sms/limits", json={"territories": ["Пермский край"], "classes": ["contact"]})
    assert nowhere.json()["territories"] == ["Пермский"]
    assert client.get("/v1/feed", params={"after": 0}, headers=token).json()["items"] == []
    assert client.put("/v1/consumers/sms/limits", json={"classes": ["finance"]}).status_code == 422
    assert client.put("/v1/consumers/sms/limits", json={}).status_code == 200
    everybody = client.get("/v1/feed", params={"after": 0}, headers=token).json()["items"]
    assert IVANOV in {item["subject"] for item in everybody}
    log = client.get("/v1/consumers/sms").json()["log"]
    assert [one["what"] for one in log][:2] == ["limited", "limited"]
    assert client.put("/v1/consumers/nobody/limits", json={}).status_code == 404
