"""Other ways for events than webhooks: a stream of NATS JetStream, a topic of Kafka, files of lines.

Each is told events in order and answers how many, from the first one on, have safely arrived, and why the next has not.
An event keeps its id wherever it goes: whoever knows the ids that he has dealt with counts each once.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import urlsplit

import msgspec

from litso.channels.outward import Network, Target, address_of
from litso.errors import BadUsage, Misconfigured

NATS: Final = "nats"
KAFKA: Final = "kafka"
FILES: Final = "files"

_PORTS: Final[Mapping[str, int]] = {NATS: 4222, KAFKA: 9092}
_TLS: Final = "+tls"
_LONGEST: Final = 2000
_CONTENT_TYPE: Final = "application/cloudevents+json"
_LATE: Final = "no answer in time"


class Carried(NamedTuple):
    """How many events arrived, from the first one on; problem: why the next one did not, without personal data."""

    arrived: int
    problem: str = ""


class Carrier(Protocol):
    """An open way for events."""

    def carry(self, events: Sequence[Mapping[str, Any]]) -> Carried:
        """Hand over events (CloudEvents) in order."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Broker(NamedTuple):
    """Where a stream or topic is: `nats+tls://host:port/subject`, `kafka+tls://host:port/topic`."""

    kind: str
    is_safe: bool
    host: str
    port: int
    name: str


def broker_of(url: str) -> Broker:
    """The parts of an address; BadUsage when it is none of a broker."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadUsage("the address is not a URL") from None
    kind = parts.scheme.removesuffix(_TLS)
    name = parts.path.removeprefix("/")
    if kind not in _PORTS or not parts.hostname or not name or len(url) > _LONGEST or not url.isascii():
        raise BadUsage("the address must be as nats+tls://host:4222/subject or kafka+tls://host:9092/topic")
    if parts.username is not None or parts.query or parts.fragment or any(sign in "*>/ " for sign in name):
        raise BadUsage("the address holds a host, a port and one subject or topic, and no user")
    return Broker(kind, parts.scheme.endswith(_TLS), parts.hostname, port or _PORTS[kind], name)


def demand_broker(url: str, kind: str, allowed: Sequence[Network]) -> Broker:
    """A broker of a kind that we may connect to: without TLS, and in a private network, only where that is allowed."""
    broker = broker_of(url)
    if broker.kind != kind:
        raise BadUsage(f"the address must begin with {kind}+tls://")
    address_of(Target("https" if broker.is_safe else "http", broker.host, broker.port, "/"), allowed)
    return broker


def opened(
    kind: str, address: str, credentials: str, folder: Path, allowed: Sequence[Network], seconds: float
) -> Carrier:
    """A carrier. credentials: `user:password`, or "" for a broker that lets everybody in. folder: of files."""
    if kind == FILES:
        return FileCarrier(folder)
    broker = demand_broker(address, kind, allowed)
    user, _, password = credentials.partition(":")
    made = NatsCarrier if kind == NATS else KafkaCarrier
    return made(broker, user, password, seconds)


def _needed(module: str, extra: str) -> ModuleType:
    try:
        return import_module(module)
    except ImportError:
        raise Misconfigured(f"this delivery needs an optional part: pip install 'litso[{extra}]'") from None


# NATS -----------------------------------------------------------------------------------------------------------


class NatsCarrier:
    """A subject of a stream. `Nats-Msg-Id` is the id of the event: the stream itself drops one that it has had.

    An event counts as arrived when the stream has acknowledged it.
    """

    def __init__(self, broker: Broker, user: str, password: str, seconds: float) -> None:
        self._nats = _needed("nats", NATS)
        self._broker, self._user, self._password, self._seconds = broker, user, password, seconds

    def carry(self, events: Sequence[Mapping[str, Any]]) -> Carried:
        """Publish, each when the one before is acknowledged."""
        return asyncio.run(self._carried(events))

    def close(self) -> None:
        """Nothing is held between rounds."""

    async def _carried(self, events: Sequence[Mapping[str, Any]]) -> Carried:
        arrived = 0
        try:
            async with asyncio.timeout(self._seconds * 2):
                client = await self._connected()
                try:
                    stream = client.jetstream(timeout=self._seconds)
                    for event in events:
                        headers = {"Nats-Msg-Id": str(event["id"]), "Content-Type": _CONTENT_TYPE}
                        await stream.publish(self._broker.name, msgspec.json.encode(event), headers=headers)
                        arrived += 1
                finally:
                    await client.close()
        except (self._nats.errors.Error, OSError, TimeoutError) as error:
            return Carried(arrived, self._in_words(error))
        return Carried(arrived)

    async def _connected(self) -> Any:
        broker = self._broker
        return await self._nats.connect(
            f"{'tls' if broker.is_safe else 'nats'}://{broker.host}:{broker.port}",
            user=self._user or None,
            password=self._password or None,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            connect_timeout=self._seconds,
            error_cb=_silent,
        )

    def _in_words(self, error: Exception) -> str:
        if isinstance(error, self._nats.js.errors.NoStreamResponseError):
            return "no stream takes this subject"
        return _LATE if isinstance(error, TimeoutError) else f"no connection: {type(error).__name__}"


async def _silent(_: Exception) -> None:
    """What goes wrong is told by what was asked for."""


# Kafka ----------------------------------------------------------------------------------------------------------


class KafkaCarrier:
    """A topic. The key is the party, so that its events stay in order; the header `ce_id` is the id of the event.

    The producer is idempotent: what it repeats itself is there once.
    """

    def __init__(self, broker: Broker, user: str, password: str, seconds: float) -> None:
        self._kafka = _needed("confluent_kafka", KAFKA)
        self._topic, self._seconds = broker.name, seconds
        safe = "SSL" if broker.is_safe else "PLAINTEXT"
        options: dict[str, Any] = {
            "bootstrap.servers": f"{broker.host}:{broker.port}",
            "security.protocol": f"SASL_{safe}" if user else safe,
            "enable.idempotence": True,
            "delivery.timeout.ms": int(seconds * 1000),
            "socket.timeout.ms": int(seconds * 1000),
            "linger.ms": 5,
            "log_level": 0,
        }
        if user:
            options |= {"sasl.mechanism": "SCRAM-SHA-512", "sasl.username": user, "sasl.password": password}
        self._producer = self._kafka.Producer(options, logger=_quiet())

    def carry(self, events: Sequence[Mapping[str, Any]]) -> Carried:
        """Produce all, and wait until each is acknowledged or given up."""
        problems: dict[str, str | None] = {}

        def told(number: str, error: Any, _: Any) -> None:
            problems[number] = error.name() if error else None

        for event in events:
            number, body = str(event["id"]), msgspec.json.encode(event)
            headers = [("ce_id", number.encode()), ("content-type", _CONTENT_TYPE.encode())]
            self._producer.produce(
                self._topic, body, key=str(event["subject"]), headers=headers, on_delivery=partial(told, number)
            )
        self._producer.flush(self._seconds + 1)
        for count, event in enumerate(events):
            problem = problems.get(str(event["id"]), _LATE)
            if problem is not None:
                self._producer.purge()
                return Carried(count, problem if problem == _LATE else f"no connection: {problem}")
        return Carried(len(events))

    def close(self) -> None:
        """Give up what was not sent."""
        self._producer.purge()


def _quiet() -> Any:
    import logging

    found = logging.getLogger("litso.kafka")
    found.setLevel(logging.CRITICAL)
    return found


# Files ----------------------------------------------------------------------------------------------------------


class FileCarrier:
    """A folder of files of lines. Each appears whole, named by the id of its first event: `00000000000000020417.jsonl`.

    A round that was cut off writes the same file again: no event is in two files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def carry(self, events: Sequence[Mapping[str, Any]]) -> Carried:
        """Write a file."""
        first = str(events[0]["id"])
        name = f"{first.zfill(20)}.jsonl"
        draft = self._folder / f".{name}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.writelines(msgspec.json.encode(event) + b"\n" for event in events)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._folder / name)
        except OSError as error:
            return Carried(0, f"the file cannot be written: {error.strerror}")
        return Carried(len(events))

    def close(self) -> None:
        """Nothing is held."""
