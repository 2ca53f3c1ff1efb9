"""Deliveries to NATS JetStream, Kafka and files, against real servers: in order, once in effect, whoever is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from confluent_kafka import Consumer as KafkaReader
from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from test_delivery import ADMINISTRATOR, delivering, happen, state, until

from apart import call_apart
from kafka_broker import running_broker
from litso.channels.carriers import FileCarrier, broker_of, demand_broker
from litso.errors import BadUsage
from litso.settings import Settings, load_settings
from litso.store import consumers
from litso.store.database import Store
from litso.usecases import consumers as services
from litso.usecases.consumers import Wanted
from litso.usecases.feed import read_page
from nats_server import USER, running_nats, with_jetstream
from tcp_door import door_to

PATIENCE_SECONDS = 60.0
PASSWORD = "Пароль1"


def awaited(is_there: Any) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_there():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def nats_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with running_nats(tmp_path_factory.mktemp("nats"), PASSWORD) as port:
        yield port


@pytest.fixture(scope="module")
def kafka_port() -> Iterator[int]:
    with running_broker() as port:
        yield port


class Stream:
    """A stream of JetStream with one subject."""

    kind = "nats"
    credentials = f"{USER}:{PASSWORD}"

    def __init__(self, port: int, shown: int) -> None:
        self.port, self.name = port, f"events-{uuid4().hex[:8]}"
        self.address = f"nats://127.0.0.1:{shown}/{self.name}"
        self._do(lambda js: js.add_stream(name=self.name, subjects=[self.name]))

    def _do(self, work: Any) -> Any:
        return with_jetstream(self.port, PASSWORD, work)

    def events(self) -> list[dict[str, Any]]:
        async def read(js: Any) -> list[dict[str, Any]]:
            info = await js.stream_info(self.name)
            found = [await js.get_msg(self.name, seq) for seq in range(1, info.state.last_seq + 1)]
            assert all(one.headers["Nats-Msg-Id"] == msgspec.json.decode(one.data)["id"] for one in found)
            return [msgspec.json.decode(one.data) for one in found]

        return list(self._do(read))


class Topic:
    """A topic of one partition."""

    kind = "kafka"
    credentials = ""

    def __init__(self, port: int) -> None:
        self.port, self.name = port, f"events-{uuid4().hex[:8]}"
        self.address = f"kafka://127.0.0.1:{port}/{self.name}"
        admin = AdminClient({"bootstrap.servers": f"127.0.0.1:{port}", "log_level": 0})

        def is_made() -> bool:
            try:
                admin.create_topics([NewTopic(self.name, 1, 1)])[self.name].result(PATIENCE_SECONDS)
            except KafkaException:
                return False
            return True

        awaited(is_made)

    def events(self) -> list[dict[str, Any]]:
        reader = KafkaReader({
            "bootstrap.servers": f"127.0.0.1:{self.port}", "group.id": uuid4().hex, "auto.offset.reset": "earliest",
            "log_level": 0, "enable.auto.commit": False,
        })  # fmt: skip
        reader.assign([TopicPartition(self.name, 0, 0)])
        found: list[dict[str, Any]] = []
        while (one := reader.poll(3.0 if found else PATIENCE_SECONDS)) is not None:
            assert one.error() is None
            event = msgspec.json.decode(one.value())
            assert (one.key().decode(), dict(one.headers())["ce_id"].decode()) == (event["subject"], event["id"])
            found.append(event)
        reader.close()
        return found


@pytest.fixture(params=["nats", "kafka"])
def place(request: pytest.FixtureRequest) -> Stream | Topic:
    if request.param == "nats":
        port = request.getfixturevalue("nats_port")
        return Stream(port, port)
    return Topic(request.getfixturevalue("kafka_port"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"LITSO_WEBHOOK_NETWORKS": "127.0.0.0/8", "LITSO_HOME": str(tmp_path)})


def attach(
    store: Store, settings: Settings, name: str, delivery: str, address: str = "", credentials: str = ""
) -> None:
    wanted = Wanted(name, "проверка", delivery, address, from_start=True, credentials=credentials)
    services.attach(store, settings, ADMINISTRATOR, wanted)


def ids(store: Store) -> list[str]:
    with store.transaction() as connection:
        return [event["id"] for event in read_page(connection, 0).events]


def test_events_arrive_in_order_with_their_ids_and_a_replay_repeats_them(
    store: Store, settings: Settings, place: Stream | Topic
) -> None:
    happen(store, 5)
    attach(store, settings, "far", place.kind, place.address, place.credentials)
    assert call_apart(lambda: services.send_test(store, settings, ADMINISTRATOR, "far")).status == 200
    with delivering(store, settings=settings):
        until(lambda: state(store, "far").lag == 0)
        happen(store, 3)
        until(lambda: state(store, "far").lag == 0)
    test, *events = place.events()
    assert test["type"] == "litso.test"
    assert [event["id"] for event in events] == ids(store)
    services.replay(store, ADMINISTRATOR, "far", 0)
    with delivering(store, settings=settings):
        until(lambda: state(store, "far").lag == 0)
    again = [event["id"] for event in place.events()[1:]]
    assert list(dict.fromkeys(again)) == ids(store), "told again under the same ids"
    assert place.kind != "nats" or again == ids(store), "the stream itself drops what it has had"


def test_a_broker_that_is_away_delays_nobody_and_misses_nothing(
    store: Store, settings: Settings, nats_port: int
) -> None:
    happen(store, 3)
    with door_to(("127.0.0.1", nats_port)) as door:
        stream = Stream(nats_port, door.port)
        attach(store, settings, "far", "nats", stream.address, stream.credentials)
        attach(store, settings, "near", "files")
        door.close()
        with delivering(store, settings=settings):
            until(lambda: state(store, "near").lag == 0)
            until(lambda: state(store, "far").failures > 0)
            door.open()
            until(lambda: state(store, "far").lag == 0)
    assert [event["id"] for event in stream.events()] == ids(store)
    with store.transaction() as connection:
        log = consumers.read_log(connection, state(store, "far").consumer_id)
    assert log[0].what == "failed"
    assert "no connection" in log[0].told


def test_wrong_credentials_and_a_subject_that_no_stream_takes_are_told(
    store: Store, settings: Settings, nats_port: int
) -> None:
    there = f"nats://127.0.0.1:{nats_port}"
    attach(store, settings, "wrong", "nats", f"{there}/x", "litso:other")
    attach(store, settings, "nowhere", "nats", f"{there}/nowhere", "litso:Пароль1")
    assert "no connection" in call_apart(lambda: services.send_test(store, settings, ADMINISTRATOR, "wrong")).problem
    assert (
        call_apart(lambda: services.send_test(store, settings, ADMINISTRATOR, "nowhere")).problem
        == "no stream takes this subject"
    )
    with store.transaction() as connection:
        sealed = connection.execute("select secret from consumer_secret").fetchall()
    assert len(sealed) == 2
    assert all("Пароль1".encode() not in bytes(one) for (one,) in sealed)


def test_files_appear_whole_and_hold_each_event_once(store: Store, settings: Settings) -> None:
    happen(store, 5)
    attach(store, settings, "near", "files")
    with delivering(store, settings=settings):
        until(lambda: state(store, "near").lag == 0)
        happen(store, 3)
        until(lambda: state(store, "near").lag == 0)
    folder = settings.home / "feed" / "near"
    found = sorted(folder.iterdir())
    assert len(found) > 1
    events = [msgspec.json.decode(line) for path in found for line in path.read_bytes().splitlines()]
    assert [event["id"] for event in events] == ids(store)
    # A round that was cut off before its cursor moved writes the same file, with what came meanwhile.
    FileCarrier(folder).carry(events)
    FileCarrier(folder).carry(events[:2])
    assert sorted(folder.iterdir())[0].read_bytes().count(b"\n") == 2
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize(
    "address",
    [
        "https://a/b",
        "nats://a",
        "nats://a/b c",
        "nats://a/events.*",
        "kafka://u:p@a/b",
        "kafka://a/b?c",
        "nats://a:x/b",
    ],
)
def test_what_is_no_address_of_a_broker(address: str) -> None:
    with pytest.raises(BadUsage):
        broker_of(address)


def test_without_tls_only_where_it_is_allowed() -> None:
    for address in ("nats://127.0.0.1/x", "nats+tls://10.0.0.1/x", "kafka+tls://127.0.0.1/x"):
        with pytest.raises(BadUsage):
            demand_broker(address, address.split(":")[0].removesuffix("+tls"), ())
