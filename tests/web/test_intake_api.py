"""Messages of a website over HTTP: who is who, what they did, and what is wrong."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient
from resolved import ROBOT

from databases import cloned_database
from litso.commands.serve import build_app
from litso.settings import load_settings
from litso.store import facts, intake, quarantine, records, users
from litso.store.database import Store
from litso.store.invariants import check_invariants
from litso.usecases.intake import source_of, take
from litso.usecases.replaying import replay_row

IVANOV = {"lastName": "Хворостинин", "firstName": "Пётр", "phone": "8 912 345-67-89", "email": "hvor@mail.ru"}


@pytest.fixture(scope="module")
def store(server_url: str, template: str) -> Iterator[Store]:
    with cloned_database(server_url, template) as url:
        opened = Store(url, most=4)
        opened.open()
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def client(store: Store) -> Iterator[TestClient]:
    """A client that says nothing of itself."""
    with TestClient(build_app(store, load_settings({})), raise_server_exceptions=False) as opened:
        yield opened


class Site:
    """A website with a write key of its own, and an integrator who looks at what came of it."""

    def __init__(self, client: TestClient, store: Store, name: str) -> None:
        self.client, self.store, self.source = client, store, source_of(name)
        with store.transaction() as connection:
            self.key = users.issue_service_token(connection, name, "collector")
            reader = users.issue_service_token(connection, f"{name} reader", "integrator")
        self.reader = {"Authorization": f"Bearer {reader}"}

    def send(self, call: str, **body: Any) -> Any:
        basic = base64.b64encode(f"{self.key}:".encode()).decode()
        return self.client.post(f"/v1/{call}", json=body, headers={"Authorization": f"Basic {basic}"})

    def taken(self, call: str, **body: Any) -> tuple[int, int, int]:
        answer = self.send(call, **body)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        return found["accepted"], found["repeated"], len(found["rejected"])

    def events(self, source_id: str) -> list[str]:
        """Titles of the timeline of the party of a record, the latest first."""
        party = self.party(source_id)
        answer = self.client.get(f"/v1/parties/{party}/timeline", headers=self.reader)
        return [item["title"] for item in answer.json()["items"] if item["kind"] == "event"]

    def record(self, source_id: str) -> records.Record | None:
        with self.store.transaction() as connection:
            found = records.find(connection, self.source, source_id)
        return None if found is None or found.deleted_at else found

    def party(self, source_id: str) -> str:
        found = self.record(source_id)
        assert found is not None
        assert found.party_id is not None
        return found.party_id

    def waiting(self) -> int:
        with self.store.transaction() as connection:
            return intake.count_waiting(connection, self.source)


@pytest.fixture
def site(client: TestClient, store: Store) -> Iterator[Site]:
    yield Site(client, store, f"site {token_hex(4)}")
    with store.transaction() as connection:
        assert not [one for one in check_invariants(connection) if one.violations]


def test_a_user_is_identified_and_has_a_timeline(site: Site) -> None:
    assert site.taken("identify", userId="42", traits=IVANOV) == (1, 0, 0)
    site.taken("track", userId="42", event="Показания переданы", properties={"value": 412})
    site.taken("page", userId="42", name="Тарифы")
    assert site.events("42") == ["Тарифы", "Показания переданы"]
    profile = site.client.get(f"/v1/parties/{site.party('42')}", headers=site.reader).json()
    assert profile["values"]["phones"] == ["+79123456789"]
    assert profile["values"]["surname"] == "Хворостинин"


def test_events_of_an_unknown_id_wait_and_attach_later(site: Site) -> None:
    site.taken("track", anonymousId="device", event="Посмотрел", timestamp="2026-01-01T00:00:00Z")
    site.taken("track", userId="7", event="Вошёл", timestamp="2026-01-02T00:00:00Z")
    assert site.waiting() == 2
    site.taken("identify", userId="7", anonymousId="device", traits={"email": "seven@mail.ru", "name": "Седов Иван"})
    assert site.waiting() == 0
    assert site.events("7") == ["Вошёл", "Посмотрел"]


def test_a_message_is_taken_once(site: Site) -> None:
    site.taken("identify", userId="1", traits={"name": "Однажды Иван", "email": "one@mail.ru"})
    once = {"userId": "1", "event": "Раз", "messageId": "m-1"}
    assert [site.taken("track", **once) for _ in range(3)] == [(1, 0, 0), (0, 1, 0), (0, 1, 0)]
    again = [{"type": "track", **once}, *[{"type": "track", **once, "messageId": "m-2"}] * 2]
    assert site.taken("batch", batch=again) == (1, 2, 0)
    assert site.events("1") == ["Раз", "Раз"]


def test_wrong_messages_of_a_batch_are_in_quarantine_and_can_be_put_right(site: Site) -> None:
    wrong = [{"type": "track", "event": "Ничей"}, {"type": "dance", "userId": "1"}, {"type": "track", "userId": "5"}]
    right = {"type": "identify", "userId": "5", "traits": {"name": "Пятый Пётр", "email": "five@mail.ru"}}
    answer = site.send("batch", batch=[wrong[0], right, *wrong[1:]]).json()
    assert answer["accepted"] == 1
    assert [(one["place"], one["code"]) for one in answer["rejected"]] == [
        (0, "message_user"),
        (2, "message_type"),
        (3, "message_shape"),
    ]
    with site.store.transaction() as connection:
        rows = quarantine.list_rows(connection, source=site.source)
        replay_row(connection, ROBOT, rows[0].quarantine_id, '{"type": "track", "event": "Теперь чей", "userId": "5"}')
        left = quarantine.list_rows(connection, source=site.source)
    assert [len(rows), len(left)] == [3, 2]
    assert site.events("5") == ["Теперь чей"]


def test_an_older_trait_changes_nothing_and_null_takes_back(site: Site) -> None:
    site.taken(
        "identify",
        userId="1",
        traits={"name": "Новикова Анна", "phone": "89270001122"},
        timestamp="2026-05-01T00:00:00Z",
    )
    site.taken("identify", userId="1", traits={"name": "Старикова Анна"}, timestamp="2026-01-01T00:00:00Z")
    site.taken("identify", userId="1", traits={"phone": None}, timestamp="2026-06-01T00:00:00Z")
    found = site.record("1")
    assert found is not None
    assert (found.standard["surname"], found.standard["phones"]) == ("Новикова", [])


def test_what_was_told_on_a_device_belongs_to_its_only_user(site: Site) -> None:
    site.taken("identify", anonymousId="d", traits={"email": "device@mail.ru"})
    assert site.record("anonymous:d") is not None
    site.taken("alias", previousId="d", userId="9")
    site.taken("identify", userId="9", traits={"name": "Девятов Иван"})
    found = site.record("9")
    assert found is not None
    assert (found.standard["emails"], site.record("anonymous:d")) == (["device@mail.ru"], None)
    link, *_ = site.client.get("/v1/links", params={"id": "9"}, headers=site.reader).json()["items"]
    undone = [
        site.client.delete(f"/v1/links/{one['link_id']}", headers=site.reader).status_code
        for one in site.client.get("/v1/links", params={"source": site.source}, headers=site.reader).json()["items"]
    ]
    assert set(undone) == {200}
    assert site.client.delete(f"/v1/links/{link['link_id']}", headers=site.reader).status_code == 409
    found = site.record("9")
    assert found is not None
    assert found.standard["emails"] == []
    assert site.record("anonymous:d") is not None


def test_acts_on_a_shared_device_are_of_who_was_there_last(site: Site) -> None:
    for user, day in (("anna", "10"), ("boris", "20")):
        site.taken("identify", userId=user, anonymousId="tablet", timestamp=f"2026-03-{day}T00:00:00Z",
                   traits={"name": f"{user} Сидорова", "email": f"{user}@mail.ru"})  # fmt: skip
    for day in ("01", "15", "25"):
        site.taken("track", anonymousId="tablet", event=f"день {day}", timestamp=f"2026-03-{day}T00:00:00Z")
    assert site.events("anna") == ["день 15", "день 01"]
    assert site.events("boris") == ["день 25"]


def test_two_known_ids_are_a_question_to_stewards_and_merge_nobody(site: Site) -> None:
    site.taken("identify", userId="old", traits={"name": "Прежний Олег", "email": "old@mail.ru"})
    site.taken("identify", userId="new", traits={"name": "Новиков Игорь", "email": "new@mail.ru"})
    for _ in range(2):
        site.taken("alias", previousId="old", userId="new")
    assert site.party("old") != site.party("new")
    cases = site.client.get("/v1/cases", params={"source": site.source}, headers=site.reader).json()["items"]
    assert [one["kind"] for one in cases] == ["manual"]


def test_a_group_is_an_organization(site: Site) -> None:
    site.taken("identify", userId="1", traits={"name": "Директоров Иван", "email": "dir@romashka.ru"})
    site.taken("group", userId="1", groupId="77", traits={"name": 'ООО "Ромашка"', "inn": "6311000000"})
    found = site.record("group:77")
    assert found is not None
    assert found.kind == "organization"
    assert site.events("1") == ['Группа: ООО "Ромашка"']


@pytest.mark.parametrize(
    ("call", "body", "status"),
    [
        ("track", {"event": "x"}, 422),
        ("track", {"userId": "1"}, 400),
        ("track", {"userId": "1", "event": "x", "properties": {"t": "t" * 33_000}}, 413),
        ("batch", {"batch": []}, 400),
        ("batch", {"batch": [{"type": "track", "userId": "1", "event": "t" * 600_000}]}, 413),
        ("batch", {"batch": [{"type": "track", "userId": "1", "event": "x"}] * 2, "sentAt": "now"}, 400),
    ],
)
def test_a_wrong_request_is_a_problem(site: Site, call: str, body: dict[str, Any], status: int) -> None:
    answer = site.send(call, **body)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (gzip.compress(b'{"userId": "1", "event": "x"}'), 200),
        (gzip.compress(b'{"userId": "1", "event": "x"}')[:-12], 400),
        (b'{"userId": "1", "event": "x"', 400),
        (gzip.compress(b'{"userId": "1", "event": "' + b"x" * 50_000_000 + b'"}'), 413),
    ],
    ids=["whole", "cut_off", "not_packed", "too_large"],  # a packed text bears the time
)
def test_a_packed_message_is_unpacked(site: Site, content: bytes, status: int) -> None:
    headers = {"Authorization": f"Bearer {site.key}", "Content-Encoding": "gzip", "Content-Type": "application/json"}
    assert site.client.post("/v1/track", content=content, headers=headers).status_code == status


@pytest.mark.parametrize("header", ["", "Basic ", "Basic !!!", "Basic bm9ib2R5Og==", "Bearer nobody"])
def test_without_a_key_nothing_is_taken(client: TestClient, header: str) -> None:
    answer = client.post("/v1/track", json={"userId": "1", "event": "x"}, headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_write_key_reads_nothing(site: Site) -> None:
    bearer = {"Authorization": f"Bearer {site.key}"}
    assert site.client.post("/v1/track", json={"userId": "1", "event": "x"}, headers=bearer).status_code == 200
    for path in ("/v1/parties?q=a", "/v1/changes", "/v1/links", f"/v1/parties/{'0' * 8}-0000-0000-0000-{'0' * 12}"):
        assert site.client.get(path, headers=bearer).status_code == 403
    assert site.client.post("/v1/records", json=[], headers=bearer).status_code == 403


MESSAGES = [
    {"type": kind, **ids, **said, "timestamp": f"2026-01-{day}Z"}
    for kind, ids, said, day in (
        ("identify", {"userId": "u"}, {"traits": {"name": "Порядков Иван"}}, "03T00:00:00"),
        ("identify", {"userId": "u"}, {"traits": {"name": "Порядков Игорь"}}, "04T00:00:00"),
        ("identify", {"anonymousId": "d"}, {"traits": {"email": "d@mail.ru"}}, "01T00:00:00"),
        ("identify", {"userId": "u", "anonymousId": "d"}, {}, "02T00:00:00"),
        ("identify", {"userId": "w", "anonymousId": "t"}, {"traits": {"name": "Вторая Вера"}}, "05T00:00:00"),
        ("alias", {"previousId": "t", "userId": "u"}, {}, "06T00:00:00"),
        ("track", {"anonymousId": "d"}, {"event": "на d"}, "01T12:00:00"),
        ("track", {"anonymousId": "t"}, {"event": "на t до"}, "05T12:00:00"),
        ("track", {"anonymousId": "t"}, {"event": "на t после"}, "07T00:00:00"),
    )
]


@settings(max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(order=st.permutations(range(len(MESSAGES))), cut=st.integers(0, len(MESSAGES)), number=st.integers(0, 2**40))
def test_who_is_who_does_not_depend_on_the_order(store: Store, order: list[int], cut: int, number: int) -> None:
    name = f"order-{number}-{''.join(map(str, order))}"
    actor = ROBOT.__class__(name, "collector", is_service=True)
    sent = [{**MESSAGES[place], "messageId": f"m-{place}"} for place in order]
    for part in (sent[:cut], sent[cut:]):
        take(store, actor, part)
    with store.transaction() as connection:
        keys = [(source_of(name), key) for key in ("u", "w", "anonymous:d", "anonymous:t")]
        found = {one.source_id: one for one in records.find_many(connection, keys) if one.deleted_at is None}
        events = {
            key: {fact.title for fact in facts.of_records(connection, [one.record_id])} for key, one in found.items()
        }
    assert {key: (one.standard["full_name"], one.standard["emails"]) for key, one in found.items()} == {
        "u": ("Порядков Игорь", ["d@mail.ru"]),
        "w": ("Вторая Вера", []),
    }
    assert events == {"u": {"на d", "на t после"}, "w": {"на t до"}}
