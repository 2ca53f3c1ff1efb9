"""Messages of MQTT, such as readings of meters: a persistent session, acknowledged after the transaction of the rows.

Needs the extra `mqtt` and a broker that speaks MQTT 5. It queues for the session while no run goes on. A message
is acknowledged (QoS 1) when it is kept, and comes again if the program is killed before: the same row twice changes
nothing. The broker sends no more than a session may have unacknowledged: that is the back-pressure.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from litso.errors import SourceUnusable, Transient
from litso.sources.connectors.extras import needed
from litso.sources.connectors.messages import BATCH, Message, Reader
from litso.sources.connectors.objects import shape_of
from litso.sources.connectors.port import DELTA, Found, Piece, Position, Rows
from litso.sources.connectors.secrets import Secret, secret_of
from litso.sources.connectors.tls import Tls, tls_of
from litso.sources.mapping import Mapping
from litso.sources.yaml_tree import Tree

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage

_PORT: Final = 1883
_PORT_TLS: Final = 8883
_SECONDS: Final = 20.0
_QUIET: Final = 1.0
"""Seconds without a message after which there are no more."""
_LONGEST: Final = 10.0
"""Seconds after which a run ends under steady traffic; what is left comes with the next one."""
_INFLIGHT: Final = 65_535
"""Messages that the broker may send before one is acknowledged; MQTT knows no more."""
_FOREVER: Final = 0xFFFF_FFFF
_CLIENT: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_REFUSED: Final = frozenset({0x86, 0x87, 0x8A, 0x8C})
"""Bad user name or password, not authorized, banned, bad authentication method."""
_FAILURE: Final = 0x80


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """mqtt: a broker and filters of topics. client: name of the session, which is this source's alone."""

    host: str
    port: int
    topics: tuple[str, ...]
    client: str
    user: str | None
    password: Secret | None
    tls: Tls

    def open(self, mapping: Mapping) -> MqttSource:
        """The connector of a source."""
        return MqttSource(self, mapping)


def parse(tree: Tree) -> MqttSettings:
    """The settings under «mqtt»."""
    items = tree.items(("host", "port", "topics", "client", "user", "password", "tls", "ca"))
    for name in ("host", "topics", "client"):
        if name not in items:
            raise tree.problem(f"the key «{name}» is missing")
    if ("user" in items) != ("password" in items):
        raise tree.problem("«user» and «password» belong together")
    client = items["client"].text("a name")
    if not _CLIENT.fullmatch(client):
        raise items["client"].problem("a name is letters, digits, hyphens and underscores")
    tls = tls_of(items)
    return MqttSettings(
        host=items["host"].text("a host"),
        port=items["port"].whole(1, 65_535) if "port" in items else _PORT_TLS if tls.is_on else _PORT,
        topics=tuple(dict.fromkeys(_topic(one) for one in items["topics"].elements())),
        client=client,
        user=items["user"].text("a user") if "user" in items else None,
        password=secret_of(items["password"]) if "password" in items else None,
        tls=tls,
    )


def _topic(tree: Tree) -> str:
    """A filter: `+` is a level, `#` the rest."""
    topic = tree.text("a topic")
    levels = topic.split("/")
    wrong = any(("+" in level and level != "+") or ("#" in level and level != "#") for level in levels)
    if wrong or "#" in levels[:-1] or len(topic.encode()) > _INFLIGHT:
        raise tree.problem("a topic such as meters/+/readings or meters/# is expected")
    return topic


class MqttSource:
    """The connector of a session."""

    mode = DELTA

    def __init__(self, settings: MqttSettings, mapping: Mapping) -> None:
        self._settings, self._reader = settings, Reader(mapping)
        self._session: _Session | None = None
        self._taken: list[int] = []

    def check(self) -> Found:
        """Whether the broker lets us in. Its messages are for runs: a look takes none."""
        session = _Session(self._settings, is_look=True)
        session.close()
        return Found(f"{session.title}: брокер отвечает.", {})

    def fetch(self, position: Position, landing: Path) -> Iterator[Piece]:
        """What the broker has for the session."""
        session = self._session = _Session(self._settings)
        for batch in session.messages():
            rows = [row for one in batch for row in self._reader.rows(Message(bytes(one.payload), one.topic))]
            self._taken += [one.mid for one in batch if one.qos]
            yield Rows(rows, ", ".join(self._settings.topics), {}, shape_of(rows))

    def settle(self) -> None:
        """Acknowledge what was handed over. What a lost connection left unacknowledged comes again."""
        taken, self._taken = self._taken, []
        if self._session is not None:
            self._session.acknowledge(taken)

    def close(self) -> None:
        """End the connection; the session stays at the broker."""
        if self._session is not None:
            self._session.close()
            self._session = None


class _Session:
    """A connection; the library reads it in a thread of its own. is_look: a session of the moment, without messages."""

    def __init__(self, settings: MqttSettings, *, is_look: bool = False) -> None:
        self.title = f"MQTT {settings.host}:{settings.port} {', '.join(settings.topics)}"
        self._mqtt = needed("paho.mqtt.client", "mqtt")
        self._queue: Queue[MQTTMessage] = Queue()
        self._ready, self._lost = Event(), Event()
        self._answer: int | None = None
        self._client = self._made(settings, is_look)
        self._connect(settings, is_look)

    def _made(self, settings: MqttSettings, is_look: bool) -> Client:
        enums = needed("paho.mqtt.enums", "mqtt")
        client: Client = self._mqtt.Client(
            enums.CallbackAPIVersion.VERSION2,
            client_id=settings.client + ("-look" if is_look else ""),
            protocol=enums.MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        if settings.user:
            client.username_pw_set(settings.user, settings.password.read() if settings.password else None)
        if settings.tls.is_on:
            client.tls_set_context(settings.tls.context())
        client.connect_timeout = _SECONDS
        client.on_message = lambda _client, _data, message: self._queue.put(message)
        client.on_disconnect = lambda *_: self._lost.set()
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        self._topics = () if is_look else settings.topics
        return client

    def _connect(self, settings: MqttSettings, is_look: bool) -> None:
        properties = needed("paho.mqtt.properties", "mqtt")
        wished = properties.Properties(needed("paho.mqtt.packettypes", "mqtt").PacketTypes.CONNECT)
        wished.SessionExpiryInterval = 0 if is_look else _FOREVER
        wished.ReceiveMaximum = _INFLIGHT
        try:
            self._client.connect(settings.host, settings.port, clean_start=is_look, properties=wished)
        except ssl.SSLCertVerificationError:
            raise SourceUnusable(f"{self.title}: сертификат брокера не принят: проверьте ca.") from None
        except (OSError, ValueError):
            raise self._silent() from None
        self._client.loop_start()
        end = time.monotonic() + _SECONDS
        while not self._ready.wait(0.05):
            if self._lost.is_set() or time.monotonic() > end:
                break
        if self._answer is not None and self._answer >= _FAILURE:
            self.close()
            raise self._told(self._answer)
        if not self._ready.is_set():
            self.close()
            raise self._silent()

    def _on_connect(self, client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._answer = reason.value
        if self._answer < _FAILURE and self._topics:
            # Retained messages come with a new subscription, not with every run.
            options = self._mqtt.SubscribeOptions(qos=1, retainHandling=1)
            client.subscribe([(topic, options) for topic in self._topics])
        else:
            self._ready.set()

    def _on_subscribe(self, _client: Client, _data: Any, _mid: int, reasons: list[Any], _properties: Any) -> None:
        self._answer = max(reason.value for reason in reasons)
        self._ready.set()

    def messages(self) -> Iterator[list[MQTTMessage]]:
        """Batches of messages until there are no more for a while, or the session may have no more unacknowledged."""
        began = time.monotonic()
        while True:
            batch = self._batch()
            if batch:
                yield batch
            elif self._lost.is_set():
                raise self._silent()
            else:
                return
            if time.monotonic() - began > _LONGEST and self._queue.empty():
                return

    def _batch(self) -> list[MQTTMessage]:
        """Messages that come within a moment of the first."""
        found: list[MQTTMessage] = []
        with suppress(Empty):
            found.append(self._queue.get(timeout=_QUIET))
            end = time.monotonic() + _QUIET
            while len(found) < BATCH and time.monotonic() < end:
                found.append(self._queue.get(timeout=_QUIET / 10))
        return found

    def acknowledge(self, taken: list[int]) -> None:
        """Tell the broker that messages are kept."""
        if not self._lost.is_set():
            for number in taken:
                self._client.ack(number, 1)

    def _told(self, code: int) -> SourceUnusable | Transient:
        if code in _REFUSED:
            return SourceUnusable(f"{self.title}: брокер не принимает учётные данные или не даёт права.")
        return Transient(f"{self.title}: брокер отказал (код {code}).")

    def _silent(self) -> Transient:
        return Transient(f"{self.title}: брокер не отвечает.")

    def close(self) -> None:
        """End the connection, what was acknowledged sent before."""
        self._client.disconnect()
        self._client.loop_stop()
