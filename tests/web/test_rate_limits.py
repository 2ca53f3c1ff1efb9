"""Who asks too often is told when to come again, programs and people alike; others are not held up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from litso.commands.serve import build_app
from litso.settings import load_settings
from litso.store import users
from litso.store.database import Store
from litso.web.sessions import SESSION_COOKIE


@pytest.fixture
def client(store: Store, tmp_path: Path) -> Iterator[TestClient]:
    settings = load_settings({"LITSO_HOME": str(tmp_path), "LITSO_TOKEN_RATE": "1", "LITSO_USER_RATE": "1"})
    with TestClient(build_app(store, settings), raise_server_exceptions=False) as made:
        yield made


def test_a_program_is_held_up_and_another_is_not(client: TestClient, store: Store) -> None:
    with store.transaction() as connection:
        eager, calm = (
            {"Authorization": f"Bearer {users.issue_service_token(connection, name)}"} for name in ("eager", "calm")
        )
    answers = [client.get("/v1/jobs", headers=eager) for _ in range(40)]
    assert answers[0].status_code == 200
    refused = next(one for one in answers if one.status_code != 200)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["type"] == "urn:litso:problem:toomany"
    assert client.get("/v1/jobs", headers=calm).status_code == 200
    assert client.get("/health").status_code == 200


def test_a_user_is_held_up_on_the_screens(client: TestClient, store: Store) -> None:
    with store.transaction() as connection:
        user = users.create(connection, login="anna", name="Анна", role="steward", password="long enough word")
        client.cookies.set(SESSION_COOKIE, users.open_session(connection, user.user_id))
    answers = [client.get("/cases", headers={"accept": "text/html"}) for _ in range(40)]
    assert answers[0].status_code == 200
    assert 429 in {one.status_code for one in answers}


def test_every_call_of_the_api_says_that_it_may_be_refused(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    calls = [
        (path, verb)
        for path, verbs in document["paths"].items()
        for verb, call in verbs.items()
        if path.startswith("/v1") and "429" not in call["responses"]
    ]
    assert calls == []
