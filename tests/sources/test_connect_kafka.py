"""Messages of Kafka: the exam against a broker of its own (Tansu, which speaks Kafka), and what offsets are kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from connector_exam import MAPPING, SECRET, Desk, Exam, row
from message_peers import MessagesPeer

from kafka_broker import running_broker
from litso.errors import Misconfigured
from litso.sources.connectors.config import parse_connection
from litso.sources.connectors.port import Notice, Position, Rows
from litso.sources.mapping import parse_mapping
from litso.store.database import Store
from litso.usecases import connecting
from tcp_door import Door, door_to

PATIENCE_SECONDS = 60.0
PARTITIONS = 3


class KafkaPeer(MessagesPeer):
    """A topic of some partitions; messages of a key are in one of them."""

    credentials = False  # the broker of the tests lets everybody in; one that does not is tried below

    def __init__(self, door: Door, topic: str) -> None:
        super().__init__(door)
        self.topic = topic
        self.make()

    def make(self) -> None:
        admin = AdminClient({"bootstrap.servers": f"127.0.0.1:{self.door.port}", "log_level": 0})
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                (made,) = admin.create_topics([NewTopic(self.topic, PARTITIONS, 1)]).values()
                made.result(PATIENCE_SECONDS)
            except KafkaException:
                assert time.monotonic() < end
                time.sleep(0.1)
            else:
                return

    def publish(self, values: Sequence[tuple[str | None, bytes | None]]) -> None:
        producer = Producer({"bootstrap.servers": f"127.0.0.1:{self.door.port}", "log_level": 0})
        for key, value in values:
            producer.produce(self.topic, key=key, value=value)
            producer.poll(0)
        assert producer.flush(PATIENCE_SECONDS) == 0

    def settings(self, secret: str) -> str:
        return f"kafka: {{servers: '127.0.0.1:{self.door.port}', topics: {self.topic}, tls: 'off'}}"


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with door_to(("127.0.0.1", 9)) as door, running_broker(door) as port:
        door.lead_to(("127.0.0.1", port))
        yield door


@pytest.fixture
def peer(door: Door, tmp_path: Path) -> KafkaPeer:
    return KafkaPeer(door, tmp_path.name)


@pytest.fixture
def desk(store: Store, tmp_path: Path, peer: KafkaPeer) -> Desk:
    return Desk(store, tmp_path, peer)


class TestExam(Exam):
    """The exam of connectors."""


def fetched(desk: Desk, checkpoint: Mapping[str, Any], extra: str = "") -> list[Rows | Notice]:
    text = desk.text().replace("tls: 'off'", "tls: 'off'" + extra)
    settings = parse_connection(text, "crm").settings
    with closing(settings.open(parse_mapping(MAPPING, "crm"))) as connector:
        return list(connector.fetch(Position(checkpoint, lambda marks: set()), desk.home))  # type: ignore[arg-type]


def ids_of(pieces: list[Rows | Notice]) -> set[str]:
    return {one["id"] for piece in pieces if isinstance(piece, Rows) for one in piece.rows if isinstance(one, dict)}


def test_offsets_are_ours(desk: Desk, peer: KafkaPeer) -> None:
    peer.put(*map(row, range(20)))
    first = fetched(desk, {})
    offsets = first[-1].checkpoint["offsets"]
    assert (len(ids_of(first)), sum(offsets.values()), len(offsets)) == (20, 20, PARTITIONS)
    assert ids_of(fetched(desk, {})) == ids_of(first), "nothing was committed to the broker"
    assert fetched(desk, first[-1].checkpoint) == []
    peer.put(row(20))
    assert ids_of(fetched(desk, first[-1].checkpoint)) == {"20"}


def test_the_checkpoint_is_saved_with_the_rows(desk: Desk, peer: KafkaPeer) -> None:
    peer.put(*map(row, range(20)))
    desk.done()
    assert sum(desk.connection().checkpoint["offsets"].values()) == 20


def test_only_what_is_new(desk: Desk, peer: KafkaPeer) -> None:
    for number in range(5):
        peer.put(row(number))
    pieces = fetched(desk, {}, ", since: latest")
    assert ids_of(pieces) == set()
    peer.put(row(5))
    assert ids_of(fetched(desk, pieces[-1].checkpoint, ", since: latest")) == {"5"}


def test_a_topic_that_was_made_anew_is_told_and_read_from_its_beginning(desk: Desk, peer: KafkaPeer) -> None:
    """Against the brokers that librdkafka brings: Tansu answers nothing at all for an offset beyond the end."""
    brokers = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    (broker,) = brokers.list_topics(timeout=PATIENCE_SECONDS).brokers.values()
    for number in range(5):
        brokers.produce("anew", key=str(number), value=b'{"id": "%d"}' % number, partition=0)
    assert brokers.flush(PATIENCE_SECONDS) == 0
    text = f"source: crm\nkafka: {{servers: '{broker.host}:{broker.port}', topics: anew, tls: 'off'}}"
    with closing(parse_connection(text, "crm").settings.open(parse_mapping(MAPPING, "crm"))) as connector:
        position = Position({"offsets": {"anew/0": 1000}}, lambda marks: set())
        pieces = list(connector.fetch(position, desk.home))
    (notice,) = [piece for piece in pieces if isinstance(piece, Notice)]
    assert notice.told == "Kafka anew: раздел anew/0 начат заново и будет прочитан с начала."
    assert ids_of(pieces) == {"0", "1", "2", "3", "4"}
    assert pieces[-1].checkpoint["offsets"]["anew/0"] == 5


def test_empty_values_delete_records(desk: Desk, peer: KafkaPeer) -> None:
    peer.put(*map(row, range(5)))
    desk.done()
    peer.publish([("3", None)])
    assert desk.done() == (0, 0, 1)
    assert set(desk.records()) == {"0", "1", "2", "4"}


def test_columns_of_the_message_itself(desk: Desk, peer: KafkaPeer) -> None:
    peer.publish([("77", b'{"fio": "A"}')])
    mapping = "source: crm\nparty: none\nkey: message.key\nfacts: [{kind: request, title: fio, at: message.at}]"
    settings = parse_connection(desk.text(), "crm").settings
    with closing(settings.open(parse_mapping(mapping, "crm"))) as connector:
        pieces = list(connector.fetch(Position({}, lambda marks: set()), desk.home))
    (found,) = [one for piece in pieces if isinstance(piece, Rows) for one in piece.rows]
    assert (found["message.key"], found["fio"]) == ("77", "A")
    assert found["message.at"].startswith("20")


def test_a_topic_that_is_not_there_stops_the_source(desk: Desk, peer: KafkaPeer) -> None:
    connecting.connect(desk.store, desk.text().replace(f"topics: {peer.topic}", "topics: nothing"), "crm")
    found = desk.run()
    assert (found.status, "темы nothing нет" in found.told) == ("stopped", True)


def test_a_broker_that_lets_nobody_in_stops_the_source(desk: Desk, peer: KafkaPeer) -> None:
    with running_broker(None, "--authentication") as port:
        text = desk.text().replace(str(peer.door.port), str(port))
        text = text.replace("tls: 'off'", f"tls: 'off', user: litso, password: {{file: {desk.secret}}}")
        connecting.connect(desk.store, text, "crm")
        found = desk.run()
    assert (found.status, "учётные данные" in found.told) == ("stopped", True)
    assert SECRET not in repr((found, desk.connection()))


WRONG = [
    ("servers: a", "the key «topics» is missing"),
    ("servers: 'kafka://a', topics: t", "a host and a port are expected"),
    ("servers: a, topics: 't t'", "a topic is letters, digits"),
    ("servers: a, topics: t, user: u", "«user» and «password» belong together"),
    ("servers: a, topics: t, user: u, password: abc", "a credential is never written here"),
]


@pytest.mark.parametrize(("part", "sentence"), WRONG)
def test_what_is_wrong_in_the_settings(part: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse_connection(f"source: crm\nkafka: {{{part}}}", "f")
    assert sentence in str(caught.value)
