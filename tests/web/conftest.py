"""Fixtures of the web tests: one small town for all of a module, an API client, a served program and a browser."""

from __future__ import annotations

import os
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import small_town
from litestar.testing import TestClient
from small_town import PASSWORD, Place, Served

from databases import cloned_database
from litso.commands.serve import build_app
from litso.settings import load_settings
from litso.store import users
from litso.store.database import Store

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def place(server_url: str, template: str) -> Iterator[Place]:
    """A small town, one a module: its tests leave the parties as they are."""
    with cloned_database(server_url, template) as url:
        store = Store(url, most=8)
        store.open()
        town = small_town.build(store)
        with store.transaction() as connection:
            tokens = {role: users.issue_service_token(connection, f"a {role}", role) for role in users.ROLES}
            for role in users.ROLES:
                users.create(connection, login=role, name=f"Имя {role}", role=role, password=PASSWORD)
        yield Place(store, town, tokens)
        store.close()


@pytest.fixture(scope="module")
def anonymous(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of the whole application that says nothing of itself."""
    settings = load_settings({"LITSO_HOME": str(tmp_path_factory.mktemp("home"))})
    with TestClient(build_app(place.store, settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def api(anonymous: TestClient, place: Place) -> Iterator[TestClient]:
    """A program with the role of integrator."""
    yield from _as_role(anonymous, place, "integrator")


@pytest.fixture
def operator_api(anonymous: TestClient, place: Place) -> Iterator[TestClient]:
    """A program with the role of operator."""
    yield from _as_role(anonymous, place, "operator")


def _as_role(client: TestClient, place: Place, role: str) -> Iterator[TestClient]:
    client.headers["Authorization"] = f"Bearer {place.tokens[role]}"
    yield client
    del client.headers["Authorization"]


@pytest.fixture(scope="module")
def served(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The program itself on a store where nobody can sign in yet."""
    with cloned_database(server_url, template) as url:
        store = Store(url, most=4)
        store.open()
        town = small_town.build(store)
        port = _free_port()
        home = tmp_path_factory.mktemp("home")
        environment = {**os.environ, "LITSO_DATABASE_URL": url, "LITSO_HOME": str(home)}
        command = [sys.executable, "-m", "litso", "serve", "--port", str(port)]
        # Unbuffered: what were read already would not show in `select`.
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, bufsize=0) as program:
            try:
                link = _link_of(program)
                _wait_for(port)
                yield Served(f"http://127.0.0.1:{port}", link, store, town)
            finally:
                program.terminate()
            assert program.wait(PATIENCE_SECONDS) == 0
        store.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _link_of(program: subprocess.Popen[bytes]) -> str:
    """The one-time link among the first lines of the program."""
    assert program.stdout is not None
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and select.select([program.stdout], [], [], PATIENCE_SECONDS)[0]:
        line = program.stdout.readline().decode()
        if found := re.search(r"http://\S+/welcome\?token=\S+", line):
            return found[0]
        assert line, "the program ended before it printed a link"
    raise AssertionError("the program printed no link")


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the program does not listen")
