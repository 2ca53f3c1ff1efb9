"""Cases over HTTP: the queue, claims, verdicts with If-Match, conflicts of those who come at once, undo."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from resolved import resolved_client

from doubtful import add_doubts
from litso.store import users
from litso.usecases.access import Actor
from litso.usecases.case_desk import set_rule

HEAD = Actor("глава", "administrator")


@pytest.fixture
def client(server_url: str, template: str, tmp_path: Path) -> Iterator[TestClient]:
    """A client with the role of integrator over three pairs in doubt."""
    with resolved_client(server_url, template, tmp_path, [], []) as made:
        add_doubts(made.store, 3)  # type: ignore[attr-defined]
        yield made


def queue(client: TestClient, **params: Any) -> list[dict[str, Any]]:
    answer = client.get("/v1/cases", params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def program(client: TestClient, name: str) -> dict[str, str]:
    """The headers of another program."""
    with client.store.transaction() as connection:  # type: ignore[attr-defined]
        return {"Authorization": f"Bearer {users.issue_service_token(connection, name, 'steward')}"}


def decide(client: TestClient, case_id: int, verdict: str, tag: str, **headers: str) -> Any:
    body = {"verdict": verdict, "reason": "проверено"}
    return client.post(f"/v1/cases/{case_id}/decide", json=body, headers={"If-Match": tag, **headers})


def test_a_case_is_listed_claimed_answered_and_taken_back(client: TestClient) -> None:
    found = queue(client)
    assert [one["state"] for one in found] == ["open"] * 3
    assert found[0]["grounds"][0]["words"].startswith("оснований почти хватает")
    assert found[0]["priority"] == max(1, round(found[0]["risk"] * found[0]["value"] / 100))
    taken = client.post("/v1/cases/next", json={})
    case_id, tag = taken.json()["case_id"], taken.headers["ETag"]
    assert (case_id, taken.json()["claimed_by"]) == (found[0]["case_id"], "robot")
    assert client.post(f"/v1/cases/{case_id}/claim").status_code == 200
    done = decide(client, case_id, "same", tag)
    assert (done.status_code, done.json()["state"], done.json()["outcome"]) == (200, "decided", "same")
    assert [one["verdict"] for one in done.json()["verdicts"]] == ["same"]
    assert len(queue(client)) == 2
    assert [one["case_id"] for one in queue(client, state="decided")] == [case_id]
    back = client.post(f"/v1/cases/{case_id}/undo")
    assert (back.status_code, back.json()["state"], back.json()["judgement_id"]) == (200, "open", None)
    assert client.post(f"/v1/cases/{case_id}/undo").status_code == 404
    released = client.post(f"/v1/cases/{case_id}/claim") and client.post(f"/v1/cases/{case_id}/release")
    assert released.json()["claimed_by"] is None
    assert client.post(f"/v1/cases/{case_id}/release").status_code == 409


def test_pages_of_the_queue_follow_each_other(client: TestClient) -> None:
    first = client.get("/v1/cases", params={"limit": 2, "kind": "doubt"})
    assert 'rel="next"' in first.headers["Link"]
    rest = queue(client, limit=2, kind="doubt", cursor=first.json()["next_cursor"])
    assert len({one["case_id"] for one in [*first.json()["items"], *rest]}) == 3
    assert client.get("/v1/cases", params={"cursor": "nonsense"}).status_code == 422


def test_an_answer_needs_what_was_seen_and_a_stale_one_is_a_conflict(client: TestClient) -> None:
    (first, *_) = queue(client)
    path = f"/v1/cases/{first['case_id']}"
    assert client.post(f"{path}/decide", json={"verdict": "same"}).status_code == 428
    stale = client.get(path).headers["ETag"]
    assert decide(client, first["case_id"], "unsure", "*").status_code == 200
    assert decide(client, first["case_id"], "same", stale).status_code == 409
    assert decide(client, first["case_id"], "same", client.get(path).headers["ETag"]).status_code == 200
    assert decide(client, first["case_id"], "same", "*").status_code == 409


def test_of_programs_that_answer_at_once_one_is_heard(client: TestClient) -> None:
    (first, *_) = queue(client)
    tag = client.get(f"/v1/cases/{first['case_id']}").headers["ETag"]
    people = [program(client, f"steward {number}") for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda one: decide(client, first["case_id"], "same", tag, **one).status_code, people))
    assert sorted(statuses) == [200, 409, 409, 409]
    with client.store.transaction() as connection:  # type: ignore[attr-defined]
        assert connection.execute("select count(*) from judgement").fetchone() == (1,)


def test_the_first_of_two_verdicts_is_hidden_from_the_second_person(client: TestClient) -> None:
    set_rule(client.store, HEAD, "doubt", 0)  # type: ignore[attr-defined]
    (first, *_) = queue(client)
    anna, boris = program(client, "anna's"), program(client, "boris's")
    waiting = decide(client, first["case_id"], "different", "*", **anna).json()
    assert (waiting["state"], [one["verdict"] for one in waiting["verdicts"]]) == ("second", ["different"])
    for answer in (
        client.get(f"/v1/cases/{first['case_id']}", headers=boris).json(),
        client.get("/v1/cases", params={"state": "second"}, headers=boris).json()["items"][0],
    ):
        assert (answer["verdicts"], answer["outcome"], answer["judgement_id"], answer["decided_by"]) == (
            [], None, None, None,
        )  # fmt: skip
    both = decide(client, first["case_id"], "same", "*", **boris).json()
    assert (both["state"], [one["author"] for one in both["verdicts"]]) == ("escalated", ["anna's", "boris's"])
    figures = client.get("/v1/cases/statistics").json()
    assert (figures["decided_by_two"], figures["agreed"]) == (1, 0)
    assert {one["author"]: one["verdicts"] for one in figures["by_day"]} == {"anna's": 1, "boris's": 1}


def test_a_question_is_put_by_hand_once(client: TestClient) -> None:
    keys = {side: {"source": "crm", "source_id": id_} for side, id_ in (("left", "0a"), ("right", "2b"))}
    asked = {**keys, "note": "говорят, что это брат"}
    made = client.post("/v1/cases", json=asked, headers={"Idempotency-Key": "a"})
    assert (made.status_code, made.json()["kind"], made.json()["note"]) == (201, "manual", "говорят, что это брат")
    assert client.post("/v1/cases", json=asked, headers={"Idempotency-Key": "a"}).json() == made.json()
    assert client.post("/v1/cases", json=asked).status_code == 409
    gone = {**asked, "right": {"source": "crm", "source_id": "nobody"}}
    assert client.post("/v1/cases", json=gone).status_code == 404


def test_only_who_judges_sees_cases(client: TestClient) -> None:
    for path in ("/v1/cases", "/v1/cases/1", "/v1/cases/statistics"):
        assert client.get(path, headers=client.operator).status_code == 403  # type: ignore[attr-defined]
