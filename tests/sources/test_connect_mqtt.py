"""Messages of MQTT: the exam against a Mosquitto, and readings of meters as facts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from connector_exam import MAPPING, SECRET, Desk, Exam, row
from message_peers import MessagesPeer
from mosquitto import MOSQUITTO, USER, publish, running_mosquitto

from litso.errors import Misconfigured
from litso.sources.connectors.config import parse_connection
from litso.sources.connectors.port import Position, Rows
from litso.sources.mapping import parse_mapping
from litso.store.database import Store
from litso.usecases import connecting
from litso.usecases.loading import register_source
from tcp_door import Door, door_to

needs_mosquitto = pytest.mark.skipif(MOSQUITTO is None, reason="no Mosquitto; see scripts/peers.sh")

NUMBERS = itertools.count(1)


class MqttPeer(MessagesPeer):
    """Topics of a broker. A session gets what is published after its first run."""

    def __init__(self, port: int, door: Door) -> None:
        super().__init__(door)
        self.port, self.name = port, f"crm{next(NUMBERS)}"

    def publish(self, values: Sequence[tuple[str, bytes]]) -> None:
        publish(self.port, SECRET, [(f"{self.name}/{key}", value) for key, value in values])

    def settings(self, secret: str) -> str:
        return (
            f"mqtt: {{host: 127.0.0.1, port: {self.door.port}, topics: {self.name}/+, client: {self.name},"
            f" user: {USER}, password: {{file: {secret}}}, tls: 'off'}}"
        )


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    with running_mosquitto(SECRET) as port:
        yield port


@pytest.fixture
def peer(server: int) -> Iterator[MqttPeer]:
    with door_to(("127.0.0.1", server)) as door:
        yield MqttPeer(server, door)


@pytest.fixture
def desk(store: Store, tmp_path: Path, peer: MqttPeer) -> Desk:
    desk = Desk(store, tmp_path, peer)
    assert ids_of(fetched(desk)) == []  # makes the session
    return desk


def connector_of(desk: Desk):  # type: ignore[no-untyped-def]
    return parse_connection(desk.text(), "crm").settings.open(parse_mapping(MAPPING, "crm"))


def fetched(desk: Desk, *, settle: bool = False) -> list[Rows]:
    with closing(connector_of(desk)) as connector:
        pieces = list(connector.fetch(Position({}, lambda marks: set()), desk.home))
        if settle:
            connector.settle()
    return pieces


def ids_of(pieces: list[Rows]) -> list[str]:
    return [one["id"] for piece in pieces for one in piece.rows if isinstance(one, dict)]


@needs_mosquitto
class TestExam(Exam):
    """The exam of connectors."""

    @pytest.fixture
    def desk(self, desk: Desk) -> Desk:
        """One whose session is there already."""
        return desk


@needs_mosquitto
def test_what_is_not_kept_comes_again_and_what_is_kept_does_not(desk: Desk, peer: MqttPeer) -> None:
    peer.put(*map(row, range(20)))
    everyone = [str(number) for number in range(20)]
    assert ids_of(fetched(desk)) == everyone
    assert ids_of(fetched(desk, settle=True)) == everyone
    peer.put(row(20))
    assert ids_of(fetched(desk, settle=True)) == ["20"]
    assert fetched(desk) == []


@needs_mosquitto
def test_a_kill_between_commit_and_acknowledgement(desk: Desk, peer: MqttPeer) -> None:
    peer.put(*map(row, range(20)))
    pieces = fetched(desk)
    assert len(ids_of(pieces)) == 20
    assert desk.done() == (20, 0, 0)
    peer.put(row(3))  # the broker repeats a message that was kept
    assert desk.done() == (0, 0, 0)


@needs_mosquitto
def test_retained_messages_come_once(desk: Desk, peer: MqttPeer, server: int) -> None:
    peer.put(row(1))
    assert desk.done() == (1, 0, 0)
    publish(server, SECRET, [(f"{peer.name}/last", b'{"id": "2"}')], retain=True)
    assert ids_of(fetched(desk, settle=True)) == ["2"]
    assert fetched(desk) == []


METERS = """
source: crm
party: none
key: [topic.2, at]
facts:
  - {kind: reading, at: at, title: topic.2, data: {value: value}}
gates: {deleted: 1, rows: 1, nulls: 1}
"""


@needs_mosquitto
def test_readings_of_meters(desk: Desk, peer: MqttPeer) -> None:
    register_source(desk.store, METERS, "crm.yaml")
    connecting.connect(desk.store, desk.text(), "crm")
    peer.publish([("77-1", b'{"at": "2026-10-01", "value": 12.50}'), ("77-2", b'{"at": "2026-10-01", "value": 3}')])
    assert desk.done() == (2, 0, 0)
    peer.publish([("77-1", b'[{"at": "2026-10-02", "value": 12.75}, {"at": "2026-10-01", "value": 12.50}]')])
    assert desk.done() == (1, 0, 0)
    with desk.store.transaction() as connection:
        query = "select title, data ->> 'value' from fact where source = 'crm' and kind = 'reading' order by 1, at"
        assert connection.execute(query).fetchall() == [("77-1", "12.50"), ("77-1", "12.75"), ("77-2", "3")]


WRONG = [
    ("host: h, topics: t", "the key «client» is missing"),
    ("host: h, topics: 'a/#/b', client: c", "a topic such as"),
    ("host: h, topics: 'a/b+', client: c", "a topic such as"),
    ("host: h, topics: t, client: 'c c'", "a name is letters"),
    ("host: h, topics: t, client: c, user: u", "«user» and «password» belong together"),
]


@pytest.mark.parametrize(("part", "sentence"), WRONG)
def test_what_is_wrong_in_the_settings(part: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse_connection(f"source: crm\nmqtt: {{{part}}}", "f")
    assert sentence in str(caught.value)
