"""What holds for every call: keys of writes, tags of reads, rehearsals, jobs, many at once, and the document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import jsonschema
import pytest
from litestar.testing import TestClient
from resolved import IVANOV, resolved_client

from litso.api.app import openapi_schema
from litso.api.document import CALCULATIONS
from litso.api.examples import EXAMPLES
from litso.settings import load_settings
from litso.store import audit, jobs
from litso.usecases.online import Given
from litso.usecases.working import work_off

MAPPING = """source: {0}
party: auto
key: id
attributes: {{full_name: name, phone: phone, account: account, email: email}}
"""
DOCUMENT = openapi_schema(load_settings({}))
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}


@pytest.fixture(scope="module")
def client(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    given = [
        Given("crm", "1", {**IVANOV, "phone": "8 912 345-67-89", "account": "00081234"}),
        Given("billing", "1", {**IVANOV, "phone": "8 912 345-67-89", "email": "hvor@mail.ru"}),
        Given("crm", "2", {"full_name": "Яблокова Анна Сергеевна", "phone": "8 927 000-11-22"}),
    ]
    home = tmp_path_factory.mktemp("home")
    mappings = [MAPPING.format("crm"), MAPPING.format("billing")]
    with resolved_client(server_url, template, home, mappings, given) as made:
        yield made


def party_of(client: TestClient, source: str, source_id: str) -> str:
    answer = client.post("/v1/parties/lookup", json={"records": [{"source": source, "source_id": source_id}]})
    found: str = answer.json()["matches"][0]["parties"][0]
    return found


# Keys and tags ----------------------------------------------------------------------------------------------------


PAIR = {"verdict": "unsure", "left": {"source": "crm", "source_id": "1"}, "right": {"source": "crm", "source_id": "2"},
        "reason": "проба"}  # fmt: skip


def test_a_write_with_a_key_is_done_once(client: TestClient) -> None:
    key = {"Idempotency-Key": "rehearse-1"}
    body = {"pairs": [PAIR], "reason": "проба"}
    first = client.post("/v1/judgements/bulk", json=body, headers=key)
    second = client.post("/v1/judgements/bulk", json=body, headers=key)
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json() == first.json()
    assert second.headers["idempotent-replayed"] == "true"
    other = client.post("/v1/judgements/bulk", json={**body, "reason": "другая"}, headers=key)
    assert other.status_code == 422
    without = client.post("/v1/judgements/bulk", json=body)
    assert without.json()["operation_id"] != first.json()["operation_id"]


def test_a_write_that_failed_can_be_tried_again_with_its_key(client: TestClient) -> None:
    key = {"Idempotency-Key": "cancel-1"}
    answers = [client.delete("/v1/jobs/999999", headers=key) for _ in range(2)]
    assert [one.status_code for one in answers] == [404, 404]
    assert "idempotent-replayed" not in answers[1].headers


def test_a_secret_is_not_kept_with_its_key(client: TestClient) -> None:
    body = {"name": "keyed", "purpose": "проба"}
    key = {"Idempotency-Key": "attach-1"}
    assert client.post("/v1/consumers", json=body, headers=key).json()["secret"]
    again = client.post("/v1/consumers", json=body, headers=key)
    assert again.status_code == 409
    assert "secret" not in again.json()
    with client.store.transaction() as connection:
        kept = [row[0] for row in connection.execute("select response from litso.idempotency").fetchall()]
    assert not [one for one in kept if "litso_" in one]


KEYED = {
    "a record": ("/v1/records", {"source": "crm", "source_id": "new", "attributes": {"full_name": "Ёлкина Яна"}}),
    "a job": ("/v1/records", [{"source": "crm", "source_id": "job", "attributes": {"phone": "89270001122"}}]),
    "a pin": ("/v1/parties/{}/pins", {"attribute": "given_name", "value": "Пётр", "reason": "проба"}),
    "a judgement": ("/v1/judgements", PAIR),
    "judgements in bulk": ("/v1/judgements/bulk", {"pairs": [PAIR], "reason": "проба"}),
    "a consumer": ("/v1/consumers", {"name": "half", "purpose": "проба"}),
    "an event": ("/v1/track", {"userId": "half", "event": "Проба", "messageId": "half-1"}),
    "a rehearsal": ("/v1/tuning", {"threshold": 7.5}),
}


@pytest.mark.parametrize("what", KEYED)
def test_a_write_is_done_and_its_answer_kept_or_neither(client: TestClient, what: str) -> None:
    path, body = KEYED[what]
    address = path.format(party_of(client, "crm", "1"))
    headers = {"Idempotency-Key": what, "If-Match": "*"} | ({"Prefer": "respond-async"} if what == "a job" else {})
    before = rows_of_all(client)
    with answers_that_cannot_be_kept(client):
        assert client.post(address, json=body, headers=headers).status_code == 500
        assert rows_of_all(client) == before
    first, second = (client.post(address, json=body, headers=headers) for _ in range(2))
    assert 200 <= first.status_code < 300, first.text
    written = rows_of_all(client)
    assert written != before
    assert second.headers["idempotent-replayed"] == "true"
    assert second.status_code in (first.status_code, 409)
    assert second.headers.get("location") == first.headers.get("location")
    assert rows_of_all(client) == written


@contextmanager
def answers_that_cannot_be_kept(client: TestClient) -> Iterator[None]:
    """What comes last fails, as when the server is killed before the end."""
    with client.store.transaction() as connection:
        connection.execute("alter table idempotency add constraint never check (status < 0) not valid")
    yield
    with client.store.transaction() as connection:
        connection.execute("alter table idempotency drop constraint never")


def rows_of_all(client: TestClient) -> dict[str, int]:
    """How many rows each table has."""
    with client.store.transaction() as connection:
        listed = "select tablename from pg_tables where schemaname = 'litso'"
        tables = [row[0] for row in connection.execute(listed).fetchall()]
        return {table: connection.execute(f"select count(*) from {table}").fetchone()[0] for table in tables}


def test_the_same_write_from_many_at_once_is_done_once(client: TestClient) -> None:
    headers = {"Idempotency-Key": "at once"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post("/v1/judgements", json=PAIR, headers=headers), range(16)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["judgement_id"] for one in answers}) == 1
    assert sum("idempotent-replayed" in one.headers for one in answers) == 15


def test_an_empty_answer_is_repeated_too(client: TestClient) -> None:
    client.post("/v1/consumers", json={"name": "leaving", "purpose": "проба"})
    answers = [client.delete("/v1/consumers/leaving", headers={"Idempotency-Key": "leave"}) for _ in range(2)]
    assert [(one.status_code, one.content) for one in answers] == [(204, b""), (204, b"")]


@pytest.mark.parametrize("path", ["/v1/parties/{}", "/v1/parties/{}/records", "/v1/parties/{}/history", "/v1/changes"])
def test_an_unchanged_answer_is_not_sent_again(client: TestClient, path: str) -> None:
    address = path.format(party_of(client, "crm", "1"))
    tag = client.get(address).headers["etag"]
    for known in (tag, f'"other", {tag}', "*", f"W/{tag}" if not tag.startswith("W/") else tag):
        answer = client.get(address, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_an_answer_that_changed_is_sent(client: TestClient) -> None:
    party = party_of(client, "crm", "2")
    tag = client.get(f"/v1/parties/{party}").headers["etag"]
    given = {"full_name": "Яблокова Анна Сергеевна", "phone": "8 927 000-11-33"}
    client.post("/v1/records", json={"source": "crm", "source_id": "2", "attributes": given})
    assert client.get(f"/v1/parties/{party}", headers={"If-None-Match": tag}).status_code == 200


# Rehearsals -------------------------------------------------------------------------------------------------------


def test_records_are_rehearsed(client: TestClient) -> None:
    with client.store.transaction() as connection:
        before = connection.execute("select count(*), max(change_id) from litso.change").fetchone()
    body = [
        {"source": "billing", "source_id": "9", "attributes": {**IVANOV, "phone": "8 912 345-67-89"}},
        {"source": "billing", "source_id": "10", "attributes": {"full_name": "Новенький Эраст Фомич"}},
    ]
    old, new = client.post("/v1/records", params={"dry_run": True}, json=body).json()["items"]
    assert (old["status"], old["party_id"]) == ("inserted", party_of(client, "crm", "1"))
    assert old["evidence"]
    assert (new["status"], new["party_id"]) == ("inserted", None)
    with client.store.transaction() as connection:
        after = connection.execute("select count(*), max(change_id) from litso.change").fetchone()
    assert after == before
    assert client.post("/v1/parties/lookup", json={"records": [{"source": "billing", "source_id": "9"}]}).json()[
        "matches"
    ] == [{"by": "record", "value": "9", "source": "billing", "parties": []}]


def test_a_judgement_is_rehearsed(client: TestClient) -> None:
    pair = {"left": {"source": "crm", "source_id": "1"}, "right": {"source": "billing", "source_id": "1"}}
    answer = client.post("/v1/judgements", params={"dry_run": True}, json={"verdict": "different", **pair})
    assert answer.status_code == 200, answer.text
    assert (len(answer.json()["before"]), len(answer.json()["after"])) == (1, 2)
    assert party_of(client, "crm", "1") == party_of(client, "billing", "1")
    nobody = {**pair, "left": {"source": "crm", "source_id": "nobody"}}
    unknown = client.post("/v1/judgements", params={"dry_run": True}, json={"verdict": "same", **nobody})
    assert unknown.status_code == 404


# Jobs -------------------------------------------------------------------------------------------------------------


def ask(client: TestClient, body: list[dict[str, Any]]) -> dict[str, Any]:
    answer = client.post("/v1/records", json=body, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/jobs/{job['job_id']}"
    return job


def many(prefix: str, count: int) -> list[dict[str, Any]]:
    return [
        {"source": "crm", "source_id": f"{prefix}{number}", "attributes": {"phone": f"8927{number:07}"}}
        for number in range(count)
    ]


def test_many_records_are_a_job(client: TestClient) -> None:
    wrong = {"source": "crm", "source_id": "wrong", "attributes": {"mood": "good"}}
    job = ask(client, [*many("a", 20), wrong, {**wrong, "source": "nobody", "attributes": {}}])
    assert (job["status"], job["total"]) == ("waiting", 22)
    work_off(client.store)
    done = client.get(f"/v1/jobs/{job['job_id']}").json()
    assert (done["status"], done["done"], done["total"]) == ("done", 22, 22)
    assert (done["result"]["inserted"], done["result"]["refused"]) == (20, 2)
    assert [one["place"] for one in done["result"]["rejected"]] == [20, 21]
    assert party_of(client, "crm", "a7")
    with client.store.transaction() as connection:
        assert jobs.get(connection, job["job_id"]).arguments == {}
    assert client.delete(f"/v1/jobs/{job['job_id']}").status_code == 409


def test_a_job_is_cancelled(client: TestClient) -> None:
    job = ask(client, many("b", 3))
    cancelled = client.delete(f"/v1/jobs/{job['job_id']}").json()
    assert (cancelled["status"], cancelled["cancelled_by"]) == ("cancelled", "robot")
    work_off(client.store)
    assert client.get(f"/v1/jobs/{job['job_id']}").json()["status"] == "cancelled"


def test_a_job_that_was_cut_off_goes_on_behind_its_last_step(client: TestClient) -> None:
    job = ask(client, many("c", 600))
    with client.store.transaction() as connection:
        connection.execute(
            "update litso.job set done = 500, result = '{\"inserted\": 500}' where job_id = %s", [job["job_id"]]
        )
    work_off(client.store)
    done = client.get(f"/v1/jobs/{job['job_id']}").json()
    assert (done["status"], done["result"]["inserted"]) == ("done", 600)
    with client.store.transaction() as connection:
        present = connection.execute("select count(*) from litso.source_record where source_id like 'c%'").fetchone()
    assert present == (100,)


def test_jobs_of_others_are_not_seen(client: TestClient) -> None:
    with client.store.transaction() as connection:
        number = jobs.ask(connection, "upsert-records", key="of another", asked_by="another")
    assert client.get(f"/v1/jobs/{number}").status_code == 404
    assert client.delete(f"/v1/jobs/{number}").status_code == 404
    assert number not in [one["job_id"] for one in client.get("/v1/jobs").json()["items"]]


# Many at once -----------------------------------------------------------------------------------------------------


def test_many_parties_are_looked_up_at_once(client: TestClient) -> None:
    ivanov = party_of(client, "crm", "1")
    body = {
        "ids": [ivanov, "nobody"],
        "accounts": ["81234"],
        "phones": ["+7 (912) 345-67-89", "nothing"],
        "emails": [" HVOR@mail.ru"],
        "records": [{"source": "billing", "source_id": "1"}],
    }
    answer = client.post("/v1/parties/lookup", json=body).json()
    found = [(one["by"], one["parties"]) for one in answer["matches"]]
    one, none = [ivanov], list[str]()
    assert found == [("id", one), ("id", none), ("account", one), ("phone", one), ("phone", none), ("email", one),
                     ("record", one)]  # fmt: skip
    assert [party["party_id"] for party in answer["parties"]] == [ivanov]
    assert answer["parties"][0]["values"]["phones"] == ["+79123456789"]


def test_a_look_up_is_masked_and_logged(client: TestClient) -> None:
    body = {"accounts": ["81234"]}
    masked = client.post("/v1/parties/lookup", json=body, headers=client.operator).json()["parties"][0]
    assert (masked["is_masked"], masked["values"]["phones"]) == (True, ["+7 912 •••-••-89"])
    shown = client.post("/v1/parties/lookup", params={"purpose": "call"}, json=body, headers=client.operator)
    assert shown.json()["parties"][0]["values"]["phones"] == ["+79123456789"]
    with client.store.transaction() as connection:
        reads = audit.recent(connection, audit.Filter(actor="desk"), limit=4)
    assert [(one.action, one.purpose) for one in reads] == [
        ("search", "call"), ("reveal", "call"), ("search", ""), ("profile", ""),
    ]  # fmt: skip
    assert reads[1].party_id == masked["party_id"]


@pytest.mark.parametrize("body", [{}, {"accounts": ["1"] * 1001}, {"accounts": ["1"] * 600, "phones": ["1"] * 600}])
def test_a_look_up_has_a_measure(client: TestClient, body: dict[str, Any]) -> None:
    assert client.post("/v1/parties/lookup", json=body).status_code in (400, 422)


def test_lists_are_paged(client: TestClient) -> None:
    party = party_of(client, "crm", "1")
    for path in (f"/v1/parties/{party}/records", f"/v1/parties/{party}/accesses"):
        first = client.get(path, params={"limit": 1})
        [link] = re.findall(r'<(.+)>; rel="next"', first.headers["link"])
        second = client.get(link)
        assert len(first.json()["items"]) == len(second.json()["items"]) == 1
        assert second.json()["items"] != first.json()["items"]


# The document -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_call_says_what_holds_for_all(name: str) -> None:
    method, path, operation = OPERATIONS[name]
    if not path.startswith("/v1/"):
        return
    parameters = [one["name"] for one in operation.get("parameters", [])]
    assert len(set(parameters)) == len(parameters)
    assert ("Idempotency-Key" in parameters) == (method != "get" and name not in CALCULATIONS)
    assert ("If-None-Match" in parameters, "304" in operation["responses"]) == (method == "get",) * 2
    for status, answer in operation["responses"].items():
        if status[0] in "45":
            assert list(answer["content"]) == ["application/problem+json"]


def resolved(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {**schema, "components": DOCUMENT["components"]}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_as_their_schemas_say(name: str) -> None:
    _, _, operation = OPERATIONS[name]
    given = EXAMPLES[name]
    if given.body is not None:
        jsonschema.validate(given.body, resolved(operation["requestBody"]["content"]["application/json"]["schema"]))
    if given.answer is not None:
        status = next(one for one in sorted(operation["responses"]) if one.startswith("2"))
        content = operation["responses"][status]["content"]["application/json"]
        assert content["example"] == given.answer
        jsonschema.validate(given.answer, resolved(content["schema"]))
    for parameter in operation.get("parameters", []):
        if parameter["name"] in given.parameters:
            jsonschema.validate(parameter["example"], resolved(parameter["schema"]))


def test_the_document_is_the_same_each_time(client: TestClient) -> None:
    assert client.get("/openapi.json").json() == client.get("/openapi.json").json()
