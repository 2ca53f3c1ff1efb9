"""What every room's tests share: the browser, or an honest skip without one."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import pytest
from hypothesis import settings

from browser import find_chromium
from databases import (  # noqa: F401  fixtures for every room
    connection,
    database_url,
    server_url,
    store,
    template,
    worker_database,
)

chromium = cache(find_chromium)

# No deadlines, as machines are shared. In CI a failure is found again; elsewhere examples are new each time.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium the tests marked `browser` are skipped; never where CI=true, there they fail to start it."""
    marked = [item for item in items if item.get_closest_marker("browser")]
    if not marked or os.environ.get("CI") == "true" or chromium():
        return
    for item in marked:
        item.add_marker(pytest.mark.skip(reason="no Chromium that starts; see scripts/browser.sh"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch options of pytest-playwright, with the Chromium that is here."""
    return {**browser_type_launch_args, "executable_path": chromium()}
