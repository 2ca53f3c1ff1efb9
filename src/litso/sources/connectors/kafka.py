"""Messages of Kafka topics: offsets are kept in the checkpoint, in the transaction of the rows before them.

Needs the extra `kafka`. Partitions are assigned, not shared out in a group, and nothing is committed to the broker:
what was read is what the store says. Messages that the broker deleted before they were read are told to a person.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from litso.errors import SourceUnusable, Transient
from litso.sources.connectors.extras import needed
from litso.sources.connectors.messages import BATCH, Message, Reader
from litso.sources.connectors.objects import shape_of
from litso.sources.connectors.port import DELTA, Found, Notice, Piece, Position, Rows
from litso.sources.connectors.secrets import Secret, secret_of
from litso.sources.connectors.tls import Tls, tls_of
from litso.sources.mapping import Mapping
from litso.sources.yaml_tree import Tree

if TYPE_CHECKING:
    from confluent_kafka import Consumer
    from confluent_kafka import Message as KafkaMessage

EARLIEST, LATEST = "earliest", "latest"
MECHANISMS: Final = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")

_PORT: Final = 9092
_SECONDS: Final = 20.0
_TRY: Final = 2.0
_WAIT: Final = 0.5
_SILENCE: Final = 30.0
"""Seconds without a message, while there are some, after which the broker does not answer."""
_LOG: Final = logging.getLogger("litso.kafka")
_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """kafka: brokers and topics. since: where one begins that was never read."""

    servers: tuple[str, ...]
    topics: tuple[str, ...]
    since: str
    user: str | None
    password: Secret | None
    mechanism: str
    tls: Tls

    def open(self, mapping: Mapping) -> KafkaSource:
        """The connector of a source."""
        return KafkaSource(self, mapping)


def parse(tree: Tree) -> KafkaSettings:
    """The settings under «kafka»."""
    items = tree.items(("servers", "topics", "since", "user", "password", "mechanism", "tls", "ca"))
    for name in ("servers", "topics"):
        if name not in items:
            raise tree.problem(f"the key «{name}» is missing")
    if ("user" in items) != ("password" in items):
        raise tree.problem("«user» and «password» belong together")
    return KafkaSettings(
        servers=tuple(_server(one) for one in items["servers"].elements()),
        topics=tuple(dict.fromkeys(_topic(one) for one in items["topics"].elements())),
        since=items["since"].choice((EARLIEST, LATEST)) if "since" in items else EARLIEST,
        user=items["user"].text("a user") if "user" in items else None,
        password=secret_of(items["password"]) if "password" in items else None,
        mechanism=items["mechanism"].choice(MECHANISMS) if "mechanism" in items else MECHANISMS[0],
        tls=tls_of(items),
    )


def _server(tree: Tree) -> str:
    address = tree.text("a server")
    if not re.fullmatch(r"[\w.-]+(:\d{1,5})?", address):
        raise tree.problem("a host and a port are expected here, as kafka.example.org:9092")
    return address if ":" in address else f"{address}:{_PORT}"


def _topic(tree: Tree) -> str:
    name = tree.text("a topic")
    if not _TOPIC.fullmatch(name):
        raise tree.problem("a topic is letters, digits, dots, hyphens and underscores")
    return name


class _Part(NamedTuple):
    """A partition: its first offset and the one that comes next."""

    topic: str
    number: int
    low: int
    high: int

    @property
    def name(self) -> str:
        """As the checkpoint calls it."""
        return f"{self.topic}/{self.number}"


class _Heard(NamedTuple):
    """Messages, offsets of partitions without one, and partitions whose offset the broker does not know."""

    messages: list[KafkaMessage]
    ends: dict[str, int]
    anew: list[str]


class KafkaSource:
    """The connector of topics."""

    mode = DELTA

    def __init__(self, settings: KafkaSettings, mapping: Mapping) -> None:
        self._settings, self._reader = settings, Reader(mapping)
        self._opened: _Brokers | None = None
        self.title = f"Kafka {', '.join(settings.topics)}"

    def check(self) -> Found:
        """How many messages there are."""
        parts = self._brokers().parts()
        count = sum(part.high - part.low for part in parts)
        return Found(f"{self.title}: разделов {len(parts)}, сообщений {count}.", {})

    def fetch(self, position: Position, landing: Path) -> Iterator[Piece]:
        """Messages up to the last ones that there are now."""
        brokers = self._brokers()
        parts = brokers.parts()
        kept = {name: int(offset) for name, offset in position.checkpoint.get("offsets", {}).items()}
        offsets = dict(kept)
        for part in parts:
            if part.low > kept.get(part.name, part.low):
                gone = part.low - kept[part.name]
                offsets[part.name] = part.low
                told = f"{self.title}: раздел {part.name}: {gone} сообщений удалены раньше, чем прочитаны."
                yield Notice(told, {"offsets": dict(offsets)})
        for heard in brokers.messages(parts, offsets, self._settings.since):
            if heard.anew:
                told = f"{self.title}: раздел {', '.join(heard.anew)} начат заново и будет прочитан с начала."
                yield Notice(told, {"offsets": dict(offsets)})
            offsets |= heard.ends
            rows = [row for one in heard.messages for row in self._reader.rows(_message(one))]
            for one in heard.messages:
                offsets[f"{one.topic()}/{one.partition()}"] = _offset(one) + 1
            if rows or offsets != kept:
                yield Rows(rows, ", ".join(self._settings.topics), {"offsets": dict(offsets)}, shape_of(rows))

    def settle(self) -> None:
        """The broker is told nothing: offsets are ours."""

    def close(self) -> None:
        """End the connections."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _brokers(self) -> _Brokers:
        self._opened = self._opened or _Brokers(self._settings, self.title)
        return self._opened


def _message(one: KafkaMessage) -> Message:
    kind, milliseconds = one.timestamp()
    key = one.key()
    return Message(
        value=_bytes(one.value()),
        topic=one.topic() or "",
        key=key.decode("utf-8", "replace") if isinstance(key, bytes) else key,
        at=datetime.fromtimestamp(milliseconds / 1000, UTC) if kind else None,
    )


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value


def _offset(one: KafkaMessage) -> int:
    offset = one.offset()
    assert offset is not None
    return offset


class _Brokers:
    """A consumer that belongs to no group."""

    def __init__(self, settings: KafkaSettings, title: str) -> None:
        self._kafka = needed("confluent_kafka", "kafka")
        self._title, self._topics = title, settings.topics
        self._codes: set[int] = set()
        self._consumer: Consumer = self._kafka.Consumer(self._options(settings), logger=_LOG)

    def _options(self, settings: KafkaSettings) -> dict[str, Any]:
        options: dict[str, Any] = {
            "bootstrap.servers": ",".join(settings.servers),
            "group.id": "litso",  # asked for by the library; the group is never joined
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            "queued.max.messages.kbytes": 32_768,
            "allow.auto.create.topics": False,
            "error_cb": lambda error: self._codes.add(error.code()),
            "security.protocol": ("SASL_" if settings.user else "") + ("SSL" if settings.tls.is_on else "PLAINTEXT"),
        }
        if settings.tls.ca:
            options["ssl.ca.location"] = str(settings.tls.ca)
        if settings.user and settings.password:
            options |= {
                "sasl.mechanism": settings.mechanism,
                "sasl.username": settings.user,
                "sasl.password": settings.password.read(),
            }
        return options

    def parts(self) -> list[_Part]:
        """Every partition of the topics as it is now."""
        found = []
        for topic in self._topics:
            about = self._asked(partial(self._consumer.list_topics, topic, timeout=_TRY)).topics[topic]
            if about.error is not None:
                raise SourceUnusable(f"{self._title}: темы {topic} нет, или нет права её читать.")
            for number in sorted(about.partitions):
                part = self._kafka.TopicPartition(topic, number)
                low, high = self._asked(partial(self._consumer.get_watermark_offsets, part, timeout=_TRY))
                found.append(_Part(topic, number, low, high))
        return found

    def messages(self, parts: list[_Part], offsets: dict[str, int], since: str) -> Iterator[_Heard]:
        """What is heard of partitions, from their offsets up to their ends, in order within each."""
        error, otherwise = self._kafka.KafkaError, self._kafka.OFFSET_END if since == LATEST else None
        places = {one.name: offsets.get(one.name, one.low if otherwise is None else otherwise) for one in parts}
        self._assign(parts, places)
        left = {part.name: part for part in parts}
        began, heard_at = time.time() * 1000, time.monotonic()
        while left:
            heard = _Heard([], {}, [])
            events = self._asked(lambda: self._consumer.consume(BATCH, timeout=_WAIT))
            for one in events:
                name, wrong = f"{one.topic()}/{one.partition()}", one.error()
                if wrong is None:
                    heard.messages.append(one)
                    places[name] = _offset(one) + 1
                    # At the end as it was, and of later than the beginning: under steady traffic there is no other end.
                    if name in left and places[name] >= left[name].high and one.timestamp()[1] >= began:
                        del left[name]
                elif wrong.code() == error._PARTITION_EOF:
                    heard.ends[name] = places[name] = _offset(one)
                    left.pop(name, None)
                elif wrong.code() in (error._AUTO_OFFSET_RESET, error.OFFSET_OUT_OF_RANGE) and name in left:
                    heard.anew.append(name)
                    heard.ends[name] = places[name] = left[name].low
                else:
                    raise self._told(wrong.code())
            if heard.anew:
                self._assign(parts, places)
            if heard.messages or heard.ends:
                yield heard
            if events:
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at > _SILENCE or error._ALL_BROKERS_DOWN in self._codes:
                raise self._told(error._TRANSPORT)

    def _assign(self, parts: list[_Part], places: dict[str, int]) -> None:
        self._consumer.assign([self._kafka.TopicPartition(one.topic, one.number, places[one.name]) for one in parts])

    def _asked(self, ask: Callable[[], Answer]) -> Answer:
        """An answer of the brokers, asked for again for a while: the first connection takes its time."""
        end = time.monotonic() + _SECONDS
        while True:
            try:
                return ask()
            except self._kafka.KafkaException as error:
                self._consumer.poll(0)  # lets the library tell why
                code = error.args[0].code()
                told = self._told(code)
                is_down = self._kafka.KafkaError._ALL_BROKERS_DOWN in self._codes
                if isinstance(told, SourceUnusable) or is_down or time.monotonic() > end:
                    raise told from None

    def _told(self, code: int) -> SourceUnusable | Transient:
        """What an error means for whoever connected the source."""
        error = self._kafka.KafkaError
        codes = {*self._codes, code}
        if codes & {error._AUTHENTICATION, error.SASL_AUTHENTICATION_FAILED}:
            return SourceUnusable(f"{self._title}: брокер не принимает учётные данные.")
        if codes & {error._SSL}:
            return SourceUnusable(f"{self._title}: TLS не установлен: проверьте tls и ca.")
        if codes & {error.TOPIC_AUTHORIZATION_FAILED, error.CLUSTER_AUTHORIZATION_FAILED}:
            return SourceUnusable(f"{self._title}: нет права читать тему.")
        return Transient(f"{self._title}: брокер не отвечает.")

    def close(self) -> None:
        """End the connections."""
        self._consumer.close()


_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False  # the library tells every attempt; ours is told once, by what was raised
