"""The Python client against the real server: types, pages, attempts, tables, and personal data that stay unseen."""

from __future__ import annotations

import logging
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient
from resolved import IVANOV, resolved_client
from small_town import Served

from litso.client import Client, NotAllowed, NotThere, NotValid, Personal, StateChanged, Unavailable, models
from litso.client.tables import rows_of
from litso.store import users
from litso.usecases.online import Given
from litso.usecases.working import work_off

ROOT = Path(__file__).resolve().parents[2]
MAPPING = """source: crm
party: auto
key: id
attributes: {full_name: name, phone: phone, account: account, email: email, snils: snils}
"""
SECRETS = ("Хворостинин", "9123456789", "912 345", "hvor@", "112-233-445", "11223344595", "00081234", "1961")


class ToServer(httpx.BaseTransport):
    """Gives requests to the application; before that, each fault of a list once."""

    def __init__(self, application: TestClient) -> None:
        self._application = application
        self.faults: list[int | Exception] = []
        self.seen: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        if fault is not None and fault < 1000:
            return httpx.Response(fault, json={"title": "busy"}, headers={"Retry-After": "0"})
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        found = self._application.request(request.method, str(request.url), content=request.read(), headers=headers,
                                          follow_redirects=False)  # fmt: skip
        if fault is not None:  # done, and its answer lost
            raise httpx.ReadError("lost")
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)


@pytest.fixture(scope="module")
def application(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    values = {**IVANOV, "phone": "8 912 345-67-89", "account": "00081234", "email": "hvor@mail.ru",
              "snils": "112-233-445 95"}  # fmt: skip
    given = [Given("crm", "1", values)]
    given += [
        Given("crm", f"s{number}", {"full_name": f"Соседов Иван {letter}", "phone": f"892700000{number:02}"})
        for number, letter in enumerate("АБВГД")
    ]
    with resolved_client(server_url, template, tmp_path_factory.mktemp("home"), [MAPPING], given) as made:
        yield made


@pytest.fixture
def wire(application: TestClient) -> ToServer:
    return ToServer(application)


@pytest.fixture
def client(application: TestClient, wire: ToServer) -> Iterator[Client]:
    token = application.headers["Authorization"].removeprefix("Bearer ")
    base = str(application.base_url)
    with Client(base, token, transport=wire, sleep=lambda _: None) as made:
        yield made


def ivanov(client: Client) -> models.PartyOut:
    return client.get_party(client.find_parties(account="00081234").items[0].party_id)


def test_answers_have_types(client: Client) -> None:
    party = ivanov(client)
    assert isinstance(party, models.PartyOut)
    assert party.name.reveal() == "Хворостинин Пётр Ильич"
    assert party.values.reveal()["phones"] == ["+79123456789"]
    assert party.published_at.tzinfo is not None
    assert [one.value.reveal() for one in party.contacts] == ["+79123456789", "hvor@mail.ru"]


@pytest.mark.parametrize("shown", [repr, str, "{}".format, "{:>40}".format, lambda one: f"{one!s}"])
def test_nothing_personal_is_shown(client: Client, shown: Callable[[Any], str]) -> None:
    party = ivanov(client)
    told = [party, client.find_parties(phone="89123456789"), client.get_party_records(party.party_id),
            client.get_party_history(party.party_id), client.match(models.MatchIn(attributes=IVANOV)),
            models.RecordIn(source="crm", source_id="1", attributes=IVANOV), party.values, party.name]  # fmt: skip
    for one in told:
        try:
            text = shown(one)
        except TypeError:
            continue  # a type without a width
        assert not [secret for secret in SECRETS if secret in text], type(one)


def test_nothing_personal_is_pickled_or_logged(
    client: Client, wire: ToServer, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(ivanov(client).name)
    with caplog.at_level(logging.DEBUG):
        wire.faults = [503]
        client.find_parties(phone="+79123456789")
        client.get_account("00081234")
        with pytest.raises(NotThere):
            client.get_account("00081234999")
    assert caplog.text
    assert not [secret for secret in SECRETS if secret in caplog.text]


def test_a_personal_value_is_equal_to_itself_and_can_be_told_again(client: Client) -> None:
    party = ivanov(client)
    assert party.name == ivanov(client).name != Personal("другой")
    assert len({party.name, ivanov(client).name}) == 1
    phone: Any = party.contacts[0].value
    assert client.find_parties(phone=phone).items[0].party_id == party.party_id


def test_pages_follow_one_another(client: Client) -> None:
    found = [one.name.reveal() for one in client.find_parties_all(q="соседов", limit=2)]
    assert sorted(found) == [f"Соседов Иван {letter}" for letter in "АБВГД"]
    listing = client.get_changes_all(limit=2)
    assert [one.id for one in listing] == [one.id for one in client.get_changes(limit=1000).items]
    assert [one.id for one in listing] == [one.id for one in listing]


def test_lists_are_tables_masked_unless_revealed(client: Client) -> None:
    found = client.find_parties_all(q="хворостинин")
    masked, shown = found.to_arrow(), found.to_arrow(reveal=True)
    assert masked.column_names == list(models.FoundOut.__struct_fields__)
    assert masked["name"].to_pylist() == ["•••"]
    assert shown["name"].to_pylist() == ["Хворостинин Пётр Ильич"]
    assert found.to_polars()["accounts"].to_list() == ["•••"]
    assert found.to_polars(reveal=True)["accounts"].to_list() == [["00081234"]]
    assert list(found.to_pandas(reveal=True)["name"]) == ["Хворостинин Пётр Ильич"]
    for table in (masked, found.to_polars(), found.to_pandas()):
        assert not [secret for secret in SECRETS if secret in f"{table} {table!r}"]
    [row] = rows_of([ivanov(client)])
    assert not [secret for secret in SECRETS if secret in str(row)]


@pytest.mark.parametrize("fault", [429, 502, 503, 504, httpx.ConnectError("refused"), httpx.ReadTimeout("late")])
def test_a_busy_server_is_tried_again(client: Client, wire: ToServer, fault: int | Exception) -> None:
    wire.faults = [fault, fault]
    assert client.find_parties(account="00081234").items
    assert len(wire.seen) == 3


def test_a_write_whose_answer_was_lost_is_done_once(client: Client, wire: ToServer) -> None:
    wire.faults = [1000, 1000]
    body = models.RecordIn(source="crm", source_id="lost", attributes={"full_name": "Потеряев Фома"})
    answer = client.upsert_records(body)
    assert isinstance(answer, models.RecordsOut)
    assert answer.items[0].status == "inserted"
    assert len({request.headers["idempotency-key"] for request in wire.seen}) == 1
    assert client.get_party(answer.items[0].party_id or "").version == 1


def test_attempts_end(client: Client, wire: ToServer) -> None:
    wire.faults = [httpx.ConnectError("refused")] * 9
    with pytest.raises(Unavailable):
        client.find_parties(account="1")
    assert len(wire.seen) == 5


def test_problems_are_exceptions(client: Client, application: TestClient, wire: ToServer) -> None:
    with pytest.raises(NotThere) as missing:
        client.get_party("nobody")
    assert (missing.value.status, missing.value.problem_type) == (404, "urn:litso:problem:notfound")
    with pytest.raises(NotValid) as wrong:
        client.find_parties()
    assert wrong.value.detail
    left, right = models.RecordKey(source="crm", source_id="1"), models.RecordKey(source="crm", source_id="s1")
    judgement = models.JudgementIn(verdict="different", left=left, right=right)
    with pytest.raises(StateChanged):
        client.judge(judgement, if_match='"other"')
    done = client.judge(judgement, if_match=ivanov(client).etag)
    assert isinstance(done, models.JudgementOut)
    assert client.undo_judgement(done.judgement_id, if_match="*").undone_at is not None
    token = "litso_unknown"
    with Client(str(application.base_url), token, transport=wire) as stranger, pytest.raises(NotAllowed):
        stranger.find_parties(q="x")


def test_a_merged_id_leads_to_the_present_one(client: Client) -> None:
    one, two = (client.find_parties(q=f"соседов {letter}").items[0].party_id for letter in "вг")
    tags = ", ".join(client.get_party(party).etag for party in (one, two))
    client.merge_parties(models.MergeIn(parties=[one, two], reason="проба"), if_match=tags)
    assert client.get_party(one).party_id == client.get_party(two).party_id


def test_long_work_is_a_job(client: Client, application: TestClient) -> None:
    body = [models.RecordIn(source="crm", source_id=f"j{number}", attributes={}) for number in range(3)]
    job = client.upsert_records(body, prefer="respond-async")
    assert isinstance(job, models.JobOut)
    work_off(application.store)  # type: ignore[attr-defined]
    assert client.get_job(job.job_id).status == "done"


def test_a_revoked_token_is_shut_out_at_once(application: TestClient, wire: ToServer) -> None:
    with application.store.transaction() as connection:  # type: ignore[attr-defined]
        token = users.issue_service_token(connection, "short-lived", "operator")
    with Client(str(application.base_url), token, transport=wire) as client:
        assert client.find_parties(account="00081234").items
        with application.store.transaction() as connection:  # type: ignore[attr-defined]
            users.revoke_service(connection, "short-lived")
        with pytest.raises(NotAllowed):
            client.find_parties(account="00081234")


def test_the_page_of_the_client_is_true(served: Served, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "use-the-client.md").read_text(encoding="utf-8")
    [script] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    with served.store.transaction() as connection:
        (tmp_path / "crm.token").write_text(users.issue_service_token(connection, "crm", "integrator"))
    command = [sys.executable, "-c", script.replace("http://127.0.0.1:8080", served.url)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "••• •••" in done.stdout
    assert "404 urn:litso:problem:notfound" in done.stdout
    assert "Сидорова" not in done.stdout + done.stderr


def test_the_client_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, "scripts/client.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"run scripts/client.py: {done.stdout}{done.stderr}"
