"""What every room's tests share: the browser, or an honest skip without one; a real PostgreSQL, a database a test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from browser import find_chromium
from databases import QUICK, cloned_database, template_database
from litso.store.database import Connection, Store
from litso.store.embedded import running_server

chromium = cache(find_chromium)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium the tests marked `browser` are skipped; never where CI=true, there they fail to start it."""
    marked = [item for item in items if item.get_closest_marker("browser")]
    if not marked or os.environ.get("CI") == "true" or chromium():
        return
    for item in marked:
        item.add_marker(pytest.mark.skip(reason="no Chromium; see scripts/browser.sh"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch options of pytest-playwright, with the Chromium that is here."""
    return {**browser_type_launch_args, "executable_path": chromium()}


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An embedded PostgreSQL, shared by all workers of the run: the last one to go stops it."""
    base = tmp_path_factory.getbasetemp()
    home = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with running_server(home / "server", overrides=QUICK) as url:
        yield url


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """Name of a migrated database without rows."""
    return template_database(server_url)


@pytest.fixture
def database_url(server_url: str, template: str) -> Iterator[str]:
    """A fresh, migrated database of the test's own."""
    with cloned_database(server_url, template) as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """The store on a fresh database."""
    opened = Store(database_url, most=8)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def connection(store: Store) -> Iterator[Connection]:
    """One transaction on a fresh database, committed at the end of the test."""
    with store.transaction() as opened:
        yield opened
