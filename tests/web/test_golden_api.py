"""Policies, pins and history over HTTP and on the screens, over parties that resolution made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from litestar.testing import TestClient
from resolved import IVANOV, ROBOT, resolved_client, settled

from litso.usecases.online import Given, upsert_records

MAPPING = "source: {0}\ntitle: {0}\npriority: {1}\nparty: person\nkey: id\nattributes: {{full_name: fio}}\n"
PAYER = {**IVANOV, "account": "00081234"}
CABINET_FIRST = "attributes:\n  phones: {order: [trusted, newest], trust: {cabinet: 90}}\n"


@pytest.fixture(scope="module")
def client(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client with the role of integrator over two persons; sources disagree about a phone of one of them."""
    given = [
        Given("billing", "1", {**PAYER, "phone": "+79123456789"}, updated_at=datetime(2026, 1, 1, tzinfo=UTC)),
        Given("cabinet", "1", {**PAYER, "phone": "+79370001122"}, updated_at=datetime(2025, 1, 1, tzinfo=UTC)),
        Given("billing", "2", {"full_name": "Петрова Анна Сергеевна", "phone": "+79170001133"}),
    ]
    home: Path = tmp_path_factory.mktemp("home")
    mappings = [MAPPING.format("billing", 30), MAPPING.format("cabinet", 10)]
    with resolved_client(server_url, template, home, mappings, given) as made:
        yield made


def shown(client: TestClient, path: str) -> str:
    """A screen as the steward sees it."""
    cookies = {"Cookie": f"litso_session={client.session}", "Accept": "text/html"}  # type: ignore[attr-defined]
    answer = client.get(path, headers=cookies)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def ivanov(client: TestClient) -> str:
    return str(client.get("/v1/parties", params={"account": "00081234"}).json()["items"][0]["party_id"])


def first_phone(client: TestClient) -> str:
    return str(client.get(f"/v1/parties/{ivanov(client)}").json()["values"]["phones"][0])


def test_a_policy_is_rehearsed_applied_and_rolled_back(client: TestClient) -> None:
    shipped = client.get("/v1/policy").json()
    assert (shipped["version"], shipped["is_active"]) == (0, True)
    begun = client.post("/v1/policy/rehearsals", json={"content": CABINET_FIRST})
    assert begun.status_code == 202
    path = f"/v1/policy/rehearsals/{begun.json()['trial_id']}"
    found = settled(client, path, "rehearsed")
    assert found["outlook"]["parties_changed"] == 1
    (change,) = client.get(f"{path}/changes", params={"attribute": "phones"}).json()["items"]
    assert [side["phones"][0]["source"] for side in (change["before"], change["after"])] == ["billing", "cabinet"]
    assert first_phone(client) == "+79123456789"
    assert client.post(f"{path}/rollback").status_code == 409
    assert client.post(f"{path}/apply").status_code == 202
    settled(client, path, "applied")
    assert first_phone(client) == "+79370001122"
    assert client.get("/v1/policy").json()["version"] == 1
    assert client.post(f"{path}/rollback").status_code == 202
    back = settled(client, path, "rolled_back")
    assert back["hash_restored"] == back["hash_before"] != back["hash_after"]
    assert first_phone(client) == "+79123456789"
    assert [one["version"] for one in client.get("/v1/policy/versions").json()["items"]] == [1, 0]
    assert client.get("/v1/policy/rehearsals").json()["items"][0]["status"] == "rolled_back"


def test_a_broken_or_forbidden_policy_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/policy/rehearsals", json={"content": "default: [oldest]"})
    assert answer.status_code == 422
    assert "line 1" in answer.json()["detail"]
    assert client.get("/v1/policy/rehearsals/77").status_code == 404
    desk = client.operator  # type: ignore[attr-defined]
    assert client.get("/v1/policy", headers=desk).status_code == 403


def test_the_screens_of_the_policy(client: TestClient) -> None:
    begun = client.post("/v1/policy/rehearsals", json={"content": CABINET_FIRST + "default: [newest]\n"})
    number = begun.json()["trial_id"]
    settled(client, f"/v1/policy/rehearsals/{number}", "rehearsed")
    page = shown(client, "/policy")
    assert "все остальные" in page
    assert "trust: {cabinet: 90}" in shown(client, "/policy?version=2")
    page = shown(client, f"/policy/{number}?attribute=phones")
    assert "billing → cabinet" in page
    assert "+7 937 •••-••-22" in page


def test_a_pin_needs_the_present_version_and_is_taken_back(client: TestClient) -> None:
    path = f"/v1/parties/{ivanov(client)}"
    tag = client.get(path).headers["etag"]
    asked = {"attribute": "phones", "value": "8 937 444-55-66", "reason": "позвонил сам"}
    assert client.post(f"{path}/pins", json=asked).status_code == 428
    assert client.post(f"{path}/pins", json=asked, headers={"If-Match": '"stale"'}).status_code == 412
    wrong = client.post(f"{path}/pins", json=asked | {"value": "завтра"}, headers={"If-Match": tag})
    assert wrong.status_code == 422
    desk = client.operator | {"If-Match": tag}  # type: ignore[attr-defined]
    assert client.post(f"{path}/pins", json=asked, headers=desk).status_code == 403
    once = {"If-Match": tag, "Idempotency-Key": "a pin"}
    made = client.post(f"{path}/pins", json=asked, headers=once)
    assert (made.status_code, made.json()["value"]) == (201, "+79374445566")
    assert client.post(f"{path}/pins", json=asked, headers=once).json() == made.json()
    assert first_phone(client) == "+79374445566"
    assert client.get(path).json()["provenance"]["phones"][0]["rule"] == "pin"
    page = shown(client, f"/parties/{ivanov(client)}")
    assert "закреплено" in page
    assert "позвонил сам" in page
    later = Given("cabinet", "1", {**PAYER, "phone": "+79370001199"}, updated_at=datetime(2035, 1, 1, tzinfo=UTC))
    with client.store.transaction() as connection:  # type: ignore[attr-defined]
        upsert_records(connection, ROBOT, [later])
    (doubtful,) = client.get("/v1/pins", params={"in_doubt": True}).json()["items"]
    assert doubtful["doubts"][0]["value"] == "+79370001199"
    assert "источник сообщил другое" in shown(client, "/pins")
    assert "После закрепления источник сообщил другое" in shown(client, f"/parties/{ivanov(client)}")
    number = made.json()["pin_id"]
    assert client.delete(f"/v1/pins/{number}", headers={"If-Match": tag}).status_code == 412
    present = client.get(path).headers["etag"]
    assert client.delete(f"/v1/pins/{number}", headers={"If-Match": present}).json()["undone_by"] == "robot"
    assert first_phone(client) != "+79374445566"
    assert client.delete(f"/v1/pins/{number}", headers={"If-Match": "*"}).status_code == 409
    assert client.get(f"{path}/pins").json()["items"] == []
    assert "Закрепить значение" in shown(client, f"/parties/{ivanov(client)}/pin")


def test_history_tells_what_each_version_changed_and_what_was_seen(client: TestClient) -> None:
    party = client.get("/v1/parties", params={"phone": "+79170001133"}).json()["items"][0]["party_id"]
    path = f"/v1/parties/{party}"
    desk = client.operator  # type: ignore[attr-defined]
    client.get(path, headers=desk)
    client.get(path, params={"purpose": "call"}, headers=desk)
    between = datetime.now(UTC).isoformat()
    later = {"full_name": "Петрова Анна Сергеевна", "phone": "+79170001133, +79170001144"}
    with client.store.transaction() as connection:  # type: ignore[attr-defined]
        upsert_records(connection, ROBOT, [Given("billing", "2", later)])
    found = client.get(f"{path}/history").json()
    (newest, first) = found["versions"]
    assert newest["values"]["phones"] == ["+79170001133", "+79170001144"]
    step = next(one for one in newest["steps"] if one["attribute"] == "phones")
    assert (step["is_value"], [len(step[side]) for side in ("before", "after")]) == (True, [1, 2])
    assert step["after"][0]["source"] == "billing"
    assert {one["attribute"] for one in first["steps"]} == set(first["provenance"])
    then = client.get(f"{path}/history", params={"as_of": between}).json()
    assert [one["version"] for one in then["versions"]] == [first["version"]]
    assert then["records"] == [{"source": "billing", "source_id": "2"}]
    assert client.get(f"{path}/history", params={"as_of": "2001-01-01T00:00:00Z"}).status_code == 404

    assert client.get(f"{path}/accesses", headers=desk).status_code == 403
    reads = [one for one in client.get(f"{path}/accesses").json()["items"] if one["actor"] == "desk"]
    assert [(one["purpose"], one["version"]) for one in reads] == [("call", first["version"]), ("", first["version"])]
    in_full, masked = (client.get(f"/v1/accesses/{one['audit_id']}/seen").json() for one in reads)
    assert (in_full["was_masked"], in_full["version"]["values"]["phones"]) == (False, ["+79170001133"])
    assert masked["was_masked"]
    assert "•" in masked["version"]["values"]["phones"][0]
    assert client.get("/v1/accesses/999999/seen").status_code == 404

    page = shown(client, f"/parties/{party}/history")
    assert "Что изменила версия" in page
    assert "+7 917 •••-••-44" in page
    assert "Кто и что видел" in page
    page = shown(client, f"/parties/{party}/history?seen={reads[0]['audit_id']}")
    assert "показаны полностью" in page
    assert "+7 917 •••-••-33" in page
    assert "•••-••-44" not in page.split("Версии</h2>")[0]
    assert "ещё не было" in shown(client, f"/parties/{party}/history?at=2001-01-01T10:00")
    assert "не распознан" in shown(client, f"/parties/{party}/history?at=yesterday")


def test_a_merged_id_keeps_its_own_history(client: TestClient) -> None:
    def of(key: str) -> str:
        return str(
            client.post(
                "/v1/records",
                json=[
                    {
                        "source": "billing",
                        "source_id": key,
                        "attributes": {"full_name": f"Сидоров Олег {'Юрьевич' if key == '8' else 'Ильич'}"},
                    }
                ],
            ).json()["items"][0]["party_id"]
        )

    one, two = of("8"), of("9")
    pair = {"left": {"source": "billing", "source_id": "8"}, "right": {"source": "billing", "source_id": "9"}}
    judged = client.post("/v1/judgements", json={"verdict": "same", **pair}, headers={"If-Match": "*"})
    assert judged.status_code == 201
    (kept,) = judged.json()["parties"]
    former = two if kept == one else one
    assert client.get(f"/v1/parties/{kept}/history").json()["former_ids"] == [former]
    history = client.get(f"/v1/parties/{former}/history").json()
    assert history["versions"][0]["valid_to"] is not None
    assert "объединён с другим" in shown(client, f"/parties/{former}/history")
