"""Deliveries to webhooks of a real HTTP peer: in order, once in effect, whatever happens to the peer or the worker."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from small_sources import load_rows, person, register
from test_online import of_row, upsert

from http_peer import Peer, Reply, peer
from litso.errors import BadUsage, Conflict, Forbidden, NotFound
from litso.settings import Settings, load_settings
from litso.store import audit, changes, consumers
from litso.store.consumers import Consumer
from litso.store.database import Store
from litso.store.sealing import OWN_KEY
from litso.usecases import consumers as services
from litso.usecases.access import Actor
from litso.usecases.consumers import Attached, Wanted
from litso.usecases.delivery import Couriers
from litso.usecases.feed import read_page
from litso.usecases.working import work

ADMINISTRATOR = Actor("админ", "administrator")
HOME = TemporaryDirectory(prefix="litso-delivery-")
SETTINGS = load_settings({"LITSO_WEBHOOK_NETWORKS": "127.0.0.0/8", "LITSO_HOME": HOME.name})
PATIENCE_SECONDS = 240


def attach(store: Store, name: str, url: str, **wanted: Any) -> Attached:
    given = {"purpose": "проверка", "delivery": "webhook", "from_start": True, **wanted}
    return services.attach(store, SETTINGS, ADMINISTRATOR, Wanted(name, address=url, **given))


def state(store: Store, name: str) -> Consumer:
    with store.transaction() as connection:
        return consumers.get(connection, name)


def told(store: Store, name: str) -> list[str]:
    with store.transaction() as connection:
        found = consumers.get(connection, name)
        return [one.what for one in reversed(consumers.read_log(connection, found.consumer_id))]


def happen(store: Store, count: int, parties: int = 5) -> None:
    """Some changes of some parties, each in a transaction of its own."""
    chance = random.Random(count)
    for number in range(count):
        with store.transaction() as connection:
            party = str(UUID(int=chance.randrange(1, parties + 1)))
            changes.append(connection, [("party.changed", party, {"from": str(number)})])


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.01)


@contextmanager
def delivering(store: Store, *, seconds: float = 5.0, settings: Settings = SETTINGS) -> Iterator[None]:
    """A worker's deliveries, with short delays."""
    stop = Event()

    def run() -> None:
        couriers = Couriers(store, settings, first_delay=timedelta(milliseconds=100), seconds=seconds)
        try:
            with store.session() as connection:
                while not stop.is_set():
                    couriers.look(connection)
                    couriers.ring()
                    stop.wait(0.02)
        finally:
            couriers.end()

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def assert_all_arrived(store: Store, receiver: Peer) -> None:
    """Every event of the feed, once in effect, those of a party in order."""
    with store.transaction() as connection:
        expected = [event["id"] for event in read_page(connection, 0, limit=10_000).events]
    found = receiver.accepted()
    assert sorted((event["id"] for event in found), key=int) == expected
    of_party = defaultdict(list)
    for event in found:
        of_party[event["subject"]].append(int(event["id"]))
    assert all(numbers == sorted(numbers) for numbers in of_party.values())


def test_without_a_key_there_are_no_webhooks(store: Store) -> None:
    settings = replace(SETTINGS, database_url="postgresql://elsewhere/litso")
    wanted = Wanted("calls", "обзвон", "webhook", "http://127.0.0.1:9/")
    with pytest.raises(BadUsage, match="LITSO_SECRET_KEY_FILE"):
        services.attach(store, settings, ADMINISTRATOR, wanted)
    assert services.attach(store, settings, ADMINISTRATOR, Wanted("reports", "отчёты")).secret.startswith("litso_")


def test_events_are_posted_in_order_and_signed(store: Store) -> None:
    happen(store, 150)
    with peer() as receiver, delivering(store):
        made = attach(store, "billing", receiver.url)
        until(lambda: state(store, "billing").lag == 0)
        happen(store, 10)
        until(lambda: state(store, "billing").lag == 0)
    assert len(receiver.received) == 160
    assert_all_arrived(store, receiver)
    with store.transaction() as connection:
        [(kept,)] = connection.execute("select secret from consumer_secret").fetchall()
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    assert key not in bytes(kept), "the store alone does not sign"
    for one in receiver.received:
        assert one.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
        signed = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert one.headers["webhook-signature"] == f"v1,{expected}"
        assert one.headers["webhook-id"] == one.event["id"]
    found = state(store, "billing")
    assert (found.delivered, found.failures, found.after) == (
        160,
        0,
        max(int(one.event["id"]) for one in receiver.received),
    )


@pytest.mark.parametrize(
    "broken",
    [Reply(500), Reply(404), Reply(cut=True), Reply(302, (("Location", "http://127.0.0.1:9/"),)), Reply(seconds=1.0)],
    ids=["500", "404", "cut", "redirect", "slow"],
)
def test_what_fails_is_tried_again_until_it_arrives(store: Store, broken: Reply) -> None:
    happen(store, 40)
    with peer() as receiver:
        receiver.answer = lambda _: broken if 9 < len(receiver.received) < 16 else Reply()
        with delivering(store, seconds=0.3):
            attach(store, "billing", receiver.url)
            until(lambda: state(store, "billing").lag == 0)
    assert_all_arrived(store, receiver)
    assert "failed" in told(store, "billing")
    assert state(store, "billing").failures == 0


def test_one_event_that_is_refused_holds_its_party_alone(store: Store) -> None:
    """Others arrive, each once; when the refused one is taken at last, everything is in order."""
    happen(store, 60)
    is_well = Event()
    with peer() as receiver:
        receiver.answer = lambda one: Reply() if is_well.is_set() or one.event["data"]["from"] != "20" else Reply(500)
        with delivering(store):
            attach(store, "billing", receiver.url)
            until(lambda: state(store, "billing").failures > 2)
            held = state(store, "billing")
            is_well.set()
            until(lambda: state(store, "billing").lag == 0)
    assert held.beyond
    refused = {one.event["id"] for one in receiver.received if one.event["data"]["from"] == "20"}
    others = [one.event["id"] for one in receiver.received if one.event["id"] not in refused]
    assert len(others) == len(set(others)) == 59
    assert_all_arrived(store, receiver)


def test_a_dead_and_a_slow_consumer_delay_nobody(store: Store) -> None:
    happen(store, 20)
    with peer() as slow, peer() as good, delivering(store):
        slow.answer = lambda _: Reply(seconds=0.5)
        attach(store, "dead", "http://127.0.0.1:9/")
        attach(store, "slow", slow.url)
        attach(store, "good", good.url)
        until(lambda: state(store, "good").lag == 0)
        assert state(store, "slow").lag > 0
        assert state(store, "dead").lag == 20
    assert_all_arrived(store, good)


def test_gone_stops_until_somebody_resumes(store: Store) -> None:
    happen(store, 5)
    with peer() as receiver, delivering(store):
        receiver.answer = lambda _: Reply(410)
        attach(store, "billing", receiver.url)
        until(lambda: state(store, "billing").status == "stopped")
        came = len(receiver.received)
        time.sleep(0.3)
        assert len(receiver.received) == came
        receiver.answer = lambda _: Reply()
        services.resume(store, ADMINISTRATOR, "billing")
        until(lambda: state(store, "billing").lag == 0)
    assert_all_arrived(store, receiver)
    assert told(store, "billing") == ["added", "failed", "stopped", "resumed"]


def test_who_has_failed_for_days_is_stopped(store: Store) -> None:
    happen(store, 1)
    with peer() as receiver, delivering(store):
        receiver.answer = lambda _: Reply(500)
        attach(store, "billing", receiver.url)
        until(lambda: state(store, "billing").failures > 0)
        with store.transaction() as connection:
            connection.execute("update consumer set failing_since = now() - interval '4 days'")
        until(lambda: state(store, "billing").status == "stopped")


def test_who_asks_for_time_gets_it(store: Store) -> None:
    happen(store, 1)
    with peer() as receiver, delivering(store):
        receiver.answer = lambda _: Reply(429, (("Retry-After", "100"),))
        attach(store, "billing", receiver.url)
        until(lambda: state(store, "billing").failures > 0)
        found = state(store, "billing")
        assert found.retry_at is not None
        assert found.failing_since is not None
        assert found.retry_at - found.failing_since > timedelta(seconds=90)


def test_paused_nothing_is_sent_and_nothing_is_missed(store: Store) -> None:
    with peer() as receiver, delivering(store):
        attach(store, "billing", receiver.url)
        services.pause(store, ADMINISTRATOR, "billing")
        happen(store, 5)
        time.sleep(0.3)
        assert receiver.received == []
        services.resume(store, ADMINISTRATOR, "billing")
        until(lambda: state(store, "billing").lag == 0)
        services.replay(store, ADMINISTRATOR, "billing", 0)
        until(lambda: len(receiver.received) == 10)
        until(lambda: state(store, "billing").lag == 0)
    assert_all_arrived(store, receiver)


def test_two_secrets_are_live_for_a_day_and_then_one(store: Store) -> None:
    with peer() as receiver:
        attach(store, "billing", receiver.url)
        services.rotate(store, SETTINGS, ADMINISTRATOR, "billing")
        assert services.send_test(store, SETTINGS, ADMINISTRATOR, "billing").status == 204
        with store.transaction() as connection:
            connection.execute("update consumer_secret set expires_at = now() where expires_at is not null")
        assert services.send_test(store, SETTINGS, ADMINISTRATOR, "billing").status == 204
    signatures = [one.headers["webhook-signature"].split() for one in receiver.received]
    assert [len(one) for one in signatures] == [2, 1]
    assert receiver.received[0].event["type"] == "litso.test"
    assert state(store, "billing").after == 0


def test_fields_that_are_not_allowed_never_leave_and_every_read_is_logged(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    register(store, "crm")
    load_rows(store, tmp_path, "billing", [person(number) for number in range(4)])
    with peer() as receiver, delivering(store):
        attach(store, "calls", receiver.url, fields=("phones",), sources=("billing",), attributes=("emails",))
        attach(store, "thin", receiver.url)
        until(lambda: state(store, "calls").lag == state(store, "thin").lag == 0)
        upsert(store, of_row(person(1, id="C1", mail="secret@mail.ru", tel="+79270009988")))
        until(lambda: state(store, "calls").lag == state(store, "thin").lag == 0)
    text = b"".join(one.body for one in receiver.received).decode()
    assert "secret@mail.ru" not in text
    assert not any(name in text for name in ("Иванов", "Кузнецова", "Сидоренко", "Фёдорова", "post"))
    assert "79270009988" in text
    values = [one.event["data"].get("values") for one in receiver.received]
    assert {name for one in values if one for name in one} == {"phones"}
    with store.transaction() as connection:
        reads = [one for one in audit.recent(connection) if one.action == "feed"]
    assert {(one.actor, one.purpose, tuple(one.fields)) for one in reads} == {
        ("consumer calls", "проверка", ("phones",))
    }
    assert len(reads) == 5


def test_who_comes_gets_its_part_and_confirms_by_coming_again(store: Store) -> None:
    happen(store, 7)
    pulling = services.attach(store, SETTINGS, ADMINISTRATOR, Wanted("reports", "отчёты", from_start=True))
    assert pulling.secret.startswith("litso_")
    actor = Actor("consumer reports", "consumer", is_service=True)
    with store.transaction() as connection:
        first = services.pull(connection, actor, None, limit=5)
        again = services.pull(connection, actor, None, limit=5)
        rest = services.pull(connection, actor, first.last, limit=5)
    assert first.events == again.events
    assert len(first.events + rest.events) == 7
    assert state(store, "reports").after == first.last
    services.pause(store, ADMINISTRATOR, "reports")
    with store.transaction() as connection, pytest.raises(Conflict):
        services.pull(connection, actor, None, limit=5)
    for other in (ADMINISTRATOR, Actor("consumer nobody", "consumer"), Actor("x", "consumer")):
        with store.transaction() as connection, pytest.raises((Forbidden, NotFound)):
            services.pull(connection, other, None, limit=5)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"name": "Billing"}, BadUsage),
        ({"purpose": " "}, BadUsage),
        ({"fields": ("salary",)}, BadUsage),
        ({"attributes": ("salary",)}, BadUsage),
        ({"kinds": ("cat",)}, BadUsage),
        ({"sources": ("nowhere",)}, BadUsage),
        ({"delivery": "pigeon"}, BadUsage),
        ({"delivery": "webhook", "address": "https://10.0.0.1/"}, BadUsage),
        ({"delivery": "webhook", "address": "http://8.8.8.8/"}, BadUsage),
        ({"address": "https://8.8.8.8/"}, BadUsage),
        ({"name": "taken"}, Conflict),
    ],
)
def test_what_cannot_be_attached(store: Store, wrong: dict[str, Any], error: type[Exception]) -> None:
    services.attach(store, SETTINGS, ADMINISTRATOR, Wanted("taken", "занято"))
    with pytest.raises(error):
        services.attach(store, SETTINGS, ADMINISTRATOR, Wanted(**{"name": "calls", "purpose": "обзвон", **wrong}))


def test_only_those_who_may_attach_consumers(store: Store) -> None:
    for role in ("operator", "steward", "analyst", "consumer"):
        with pytest.raises(Forbidden):
            services.attach(store, SETTINGS, Actor("x", role), Wanted("calls", "обзвон"))


@pytest.mark.parametrize("kills", [1, pytest.param(60, marks=pytest.mark.soak)])
def test_a_killed_worker_loses_nothing_and_repeats_under_the_same_id(
    store: Store, database_url: str, tmp_path: Path, kills: int
) -> None:
    chance = random.Random(kills)
    settings = {
        "LITSO_DATABASE_URL": database_url,
        "LITSO_HOME": str(tmp_path),
        "LITSO_WEBHOOK_NETWORKS": "127.0.0.0/8",
        "LITSO_SECRET_KEY_FILE": str(Path(HOME.name) / OWN_KEY),
    }
    command = [sys.executable, "-m", "litso", "worker"]
    happen(store, 150 * kills)
    with peer() as receiver:
        receiver.answer = lambda _: Reply(seconds=0.002)
        attach(store, "billing", receiver.url)
        for kill in range(kills + 1):
            with subprocess.Popen(command, env={**os.environ, **settings}) as program:
                came = len(receiver.received)
                if kill == kills:
                    until(lambda: state(store, "billing").lag == 0)
                    program.terminate()
                    assert program.wait(PATIENCE_SECONDS) == 0
                    break
                until(lambda came=came: len(receiver.received) > came + 20)  # type: ignore[misc]
                time.sleep(chance.random() / 20)
                program.send_signal(signal.SIGKILL)
    assert_all_arrived(store, receiver)
    bodies = defaultdict(set)
    for one in receiver.received:
        bodies[one.headers["webhook-id"]].add(one.body)
    assert all(len(same) == 1 for same in bodies.values())


def test_from_a_commit_to_the_receipt(store: Store) -> None:
    """NOTIFY wakes the worker: what is committed is not waited for until the next look."""
    stop, ready = Event(), Event()
    with peer() as receiver:
        attach(store, "billing", receiver.url)
        thread = Thread(target=work, args=(store, SETTINGS, stop), kwargs={"kinds": {}, "on_ready": ready.set})
        thread.start()
        try:
            assert ready.wait(PATIENCE_SECONDS)
            for number in range(3):
                happen(store, 1)
                until(lambda number=number: len(receiver.received) == number + 1)  # type: ignore[misc]
        finally:
            stop.set()
            thread.join()
    assert_all_arrived(store, receiver)
