"""Fixtures of the web tests: one small town for all of a module, an API client, a served program and a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import small_town
from litestar.testing import TestClient
from served_program import serving
from small_town import PASSWORD, Place, Served

from databases import cloned_database
from litso.commands.serve import build_app
from litso.settings import load_settings
from litso.store import users
from litso.store.database import Store


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
        with serving(url, tmp_path_factory.mktemp("home")) as (address, link):
            yield Served(address, link, store, town)
        store.close()
