"""/ready names what is not ready, /metrics is for those with its token, and neither needs a login."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from litso.commands.monitoring import monitored
from litso.commands.serve import build_app
from litso.errors import Misconfigured
from litso.settings import Settings, load_settings
from litso.store import jobs
from litso.store.database import Store
from litso.usecases.readiness import Check, is_ready, look
from loopback import free_port

TOKEN = "0123456789abcdef"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"LITSO_HOME": str(tmp_path), "LITSO_LEAST_DISK": "1k"})


def states(found: list[Check]) -> dict[str, str]:
    return {one.name: one.state for one in found}


def seen(store: Store, settings: Settings, *, is_worker: bool = False, is_ending: bool = False) -> dict[str, str]:
    return states(look(store, settings, is_worker=is_worker, is_ending=lambda: is_ending))


def test_what_is_well_is_ready(store: Store, settings: Settings) -> None:
    assert seen(store, settings) == {"store": "ok", "schema": "ok", "worker": "ok", "disk": "ok"}


def test_a_store_that_is_away_is_named(store: Store, settings: Settings) -> None:
    store.close()
    found = look(store, settings, is_worker=False, is_ending=lambda: False)
    assert (states(found)["store"], is_ready(found)) == ("failed", False)


def test_a_store_of_a_newer_program_is_named(store: Store, settings: Settings) -> None:
    with store.transaction() as connection:
        connection.execute("insert into schema_migration (version, name, digest) values (999, 'later', '\\x00')")
    try:
        assert seen(store, settings) == {"store": "ok", "schema": "failed", "disk": "ok"}
    finally:
        with store.transaction() as connection:
            connection.execute("delete from schema_migration where version = 999")


def test_a_full_disk_and_a_program_that_ends_are_named(store: Store, settings: Settings) -> None:
    assert seen(store, replace(settings, least_disk=1 << 60))["disk"] == "failed"
    assert seen(store, replace(settings, home=settings.home / "not/there/yet"))["disk"] == "ok"
    assert seen(store, settings, is_ending=True)["program"] == "failed"


def test_jobs_that_wait_fail_the_worker_and_warn_the_server(store: Store, settings: Settings) -> None:
    with store.transaction() as connection:
        jobs.ask(connection, "sweep", asked_by="test")
        connection.execute("update job set due_at = now() - %s", [timedelta(hours=1)])
    assert (seen(store, settings)["worker"], seen(store, settings, is_worker=True)["worker"]) == ("warning", "failed")
    assert is_ready(look(store, settings, is_worker=False, is_ending=lambda: False))


@contextmanager
def served(store: Store, settings: Settings) -> Iterator[TestClient[Any]]:
    with TestClient(build_app(store, settings), raise_server_exceptions=False) as client:
        yield client


def test_a_server_that_ends_says_so_and_closes_connections(store: Store, settings: Settings) -> None:
    with served(store, settings) as client:
        assert client.get("/ready").status_code == 200
        client.app.state.traffic.is_ending = True
        answer = client.get("/ready")
        assert (answer.status_code, answer.json()["status"], answer.headers["connection"]) == (503, "failed", "close")
        assert client.get("/health").status_code == 200


def test_metrics_are_for_those_with_the_token(store: Store, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "token"
    with served(store, settings) as client:
        assert client.get("/metrics").status_code == 404
    path.write_text("short")
    with pytest.raises(Misconfigured, match="LITSO_METRICS_TOKEN_FILE"):
        build_app(store, replace(settings, metrics_token_file=path))
    path.write_text(TOKEN + "\n")
    with served(store, replace(settings, metrics_token_file=path)) as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.headers["content-type"].startswith("text/plain")
        assert "litso_store_up 1.0" in answer.text
        assert 'route="/metrics",status="401"' in answer.text


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [("/health", 200, "ok"), ("/ready", 503, "ending"), ("/metrics", 200, "litso_store_up"), ("/etc/passwd", 404, "")],
)
def test_the_worker_answers_at_an_address_of_its_own(
    store: Store, settings: Settings, path: str, status: int, word: str
) -> None:
    port = free_port()
    here = replace(settings, metrics_listen=("127.0.0.1", port))
    with monitored(store, here, is_worker=True, is_ending=lambda: True):
        peer = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        peer.request("GET", path)
        answer = peer.getresponse()
        assert (answer.status, word in answer.read().decode()) == (status, True)
        with (
            pytest.raises(Misconfigured, match="LITSO_METRICS_LISTEN"),
            monitored(store, here, is_ending=lambda: False),
        ):
            pass
