"""A program, a steward and an operator over a few records that were resolved as they came, and waits for long work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from databases import cloned_database
from litso.commands.serve import build_app
from litso.settings import load_settings
from litso.store import users
from litso.store.database import Store
from litso.usecases import background
from litso.usecases.access import Actor
from litso.usecases.jobs import kinds_of
from litso.usecases.loading import register_source
from litso.usecases.online import Given, upsert_records
from litso.usecases.working import work_off

ROBOT = Actor("crm", "integrator", is_service=True)
IVANOV = {"full_name": "Хворостинин Пётр Ильич", "birth_date": "12.04.1961"}


@contextmanager
def resolved_client(
    server_url: str, template: str, home: Path, mappings: Sequence[str], given: Sequence[Given]
) -> Iterator[TestClient]:
    """A client with the role of integrator; its `operator` headers, the `session` of a steward, and the `store`."""
    with cloned_database(server_url, template) as url:
        store = Store(url, most=8)
        store.open()
        for mapping in mappings:
            register_source(store, mapping, "mapping.yaml")
        with store.transaction() as connection:
            upsert_records(connection, ROBOT, given)
            token = users.issue_service_token(connection, "robot", "integrator")
            user = users.create(connection, login="anna", name="Анна", role="steward", password="correct horse battery")
            session = users.open_session(connection, user.user_id)
            operator = users.issue_service_token(connection, "desk", "operator")
        with TestClient(build_app(store, load_settings({"LITSO_HOME": str(home)}))) as made:
            made.headers["Authorization"] = f"Bearer {token}"
            made.store = store  # type: ignore[attr-defined]
            made.session = session  # type: ignore[attr-defined]
            made.operator = {"Authorization": f"Bearer {operator}"}  # type: ignore[attr-defined]
            yield made
        store.close()


def settled(client: TestClient, path: str, *statuses: str) -> dict[str, Any]:
    """What is at a path when the workers have done what was begun."""
    work_begun(client)
    found: dict[str, Any] = client.get(path).json()
    assert found["status"] in statuses
    return found


def work_begun(client: TestClient) -> None:
    """Do what callers began, as a worker does."""
    state = client.app.state
    begun = {kind: work for kind, work in kinds_of(state.settings).items() if kind in background.BEGUN}
    work_off(state.store, kinds=begun)
