"""`litso token` and `litso openapi` as they are typed."""

from __future__ import annotations

import json
import re
import socket

import pytest
from typer.testing import CliRunner

from litso.cli import app
from litso.errors import Misconfigured
from litso.store import audit, users
from litso.store.database import Store

RUN = CliRunner()


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LITSO_DATABASE_URL", database_url)
    return database_url


def test_a_token_is_made_listed_and_revoked(url: str, store: Store) -> None:
    token = RUN.invoke(app, ["token", "create", "exchange"]).output.strip()
    with store.transaction() as connection:
        service = users.find_service(connection, token)
    assert service is not None
    assert (service.name, service.role) == ("exchange", "integrator")
    listed = json.loads(RUN.invoke(app, ["token", "list", "--json"]).output)
    assert [one["name"] for one in listed] == ["exchange"]
    assert "exchange\tintegrator" in RUN.invoke(app, ["token", "list"]).output
    assert RUN.invoke(app, ["token", "revoke", "exchange"]).exit_code == 0
    with store.transaction() as connection:
        assert users.find_service(connection, token) is None


def test_a_token_is_rotated_with_two_valid_meanwhile(url: str, store: Store) -> None:
    old = RUN.invoke(app, ["token", "create", "exchange", "--days", "0"]).output.strip()
    new = json.loads(RUN.invoke(app, ["token", "rotate", "exchange", "--grace-hours", "2", "--json"]).output)["token"]
    with store.transaction() as connection:
        assert users.find_service(connection, old) is not None
        assert users.find_service(connection, new) is not None
    [listed] = json.loads(RUN.invoke(app, ["token", "list", "--json"]).output)
    assert listed["state"] == "active"
    assert listed["expires_at"] > listed["former_until"] > listed["created_at"]
    assert re.search(r"active\tuntil \S+\tused \S+ \S+\tformer token until", RUN.invoke(app, ["token", "list"]).output)
    RUN.invoke(app, ["token", "rotate", "exchange", "--grace-hours", "0"])
    with store.transaction() as connection:
        assert users.find_service(connection, new) is None


def test_what_is_done_to_tokens_is_written_down(url: str, store: Store) -> None:
    for arguments in (["create", "exchange"], ["rotate", "exchange"], ["revoke", "exchange"]):
        RUN.invoke(app, ["token", *arguments])
    with store.transaction() as connection:
        written = [(one.actor, one.action, one.object) for one in audit.recent(connection)]
    assert written == [("cli", f"token.{what}", "token exchange") for what in ("change", "change", "add")]


def test_a_token_of_a_role_in_json(url: str) -> None:
    made = json.loads(RUN.invoke(app, ["token", "create", "desk", "--role", "steward", "--json"]).output)
    assert (made["name"], made["role"]) == ("desk", "steward")
    assert made["token"].startswith("litso_")


@pytest.mark.parametrize(
    "arguments",
    [
        ["token", "create", "x", "--role", "king"],
        ["token", "revoke", "nobody"],
        ["token", "rotate", "nobody"],
        ["token", "create", "x", "--days", "-1"],
    ],
)
def test_nonsense_is_refused(url: str, arguments: list[str]) -> None:
    assert RUN.invoke(app, arguments).exit_code != 0


def test_the_document_is_printed() -> None:
    document = json.loads(RUN.invoke(app, ["openapi"]).output)
    assert document["openapi"].startswith("3.1")
    assert {"/v1/records", "/v1/match", "/v1/parties/{party_id}", "/v1/judgements", "/v1/changes"} <= set(
        document["paths"]
    )


@pytest.mark.parametrize(
    "demand",
    [
        {"LITSO_SECOND_FACTOR": "all"},
        {"LITSO_OIDC_ISSUER": "https://sso.example", "LITSO_OIDC_CLIENT_ID": "litso"},
    ],
)
def test_a_server_that_could_let_nobody_in_does_not_start(
    url: str, monkeypatch: pytest.MonkeyPatch, demand: dict[str, str]
) -> None:
    for name, value in demand.items():
        monkeypatch.setenv(name, value)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ended = RUN.invoke(app, ["serve", "--port", str(port)])
    assert isinstance(ended.exception, Misconfigured)
    assert "LITSO_SECRET_KEY_FILE" in str(ended.exception)
