"""Messages of a NATS JetStream stream: a durable pull consumer, acknowledged after the transaction that keeps them.

Needs the extra `nats`. The checkpoint is the sequence in the stream, so that what was kept but not acknowledged (a kill
between the two) is known when it comes again. Such messages come first and in order: an old message never overwrites a
newer one.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from litso.errors import LitsoError, SourceUnusable, Transient
from litso.sources.connectors.extras import needed
from litso.sources.connectors.messages import BATCH, Message, Reader, Row
from litso.sources.connectors.objects import shape_of
from litso.sources.connectors.port import DELTA, Checkpoint, Found, Piece, Position, Rows
from litso.sources.connectors.secrets import Secret, secret_of
from litso.sources.connectors.tls import Tls, tls_of
from litso.sources.mapping import Mapping
from litso.sources.yaml_tree import Tree

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext
    from nats.js.api import ConsumerInfo, StreamInfo

EARLIEST, LATEST = "earliest", "latest"

_PORT: Final = 4222
_SECONDS: Final = 20.0
_ACK_WAIT: Final = 900.0
"""Seconds that the server waits before it sends a message again: longer than a load takes."""
_HURRY: Final = 0.2
_AT_ONCE: Final = 1_000
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOT_FOUND: Final = 404
_REFUSED: Final = ("Authorization Violation", "Authentication", "User or Password", "Permissions Violation")

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class NatsSettings:
    """nats: a stream and its messages of a subject. durable: name of the consumer, which is this source's alone."""

    servers: tuple[str, ...]
    stream: str
    subject: str
    durable: str
    since: str
    user: str | None
    password: Secret | None
    token: Secret | None
    credentials: Path | None
    tls: Tls

    def open(self, mapping: Mapping) -> NatsSource:
        """The connector of a source."""
        return NatsSource(self, mapping)


def parse(tree: Tree) -> NatsSettings:
    """The settings under «nats»."""
    items = tree.items(
        ("servers", "stream", "subject", "durable", "since", "user", "password", "token", "credentials", "tls", "ca")
    )
    for name in ("servers", "stream"):
        if name not in items:
            raise tree.problem(f"the key «{name}» is missing")
    if sum(name in items for name in ("user", "token", "credentials")) > 1 or ("user" in items) != (
        "password" in items
    ):
        raise tree.problem("one of «user» with «password», «token» and «credentials» is expected")
    return NatsSettings(
        servers=tuple(_server(one) for one in items["servers"].elements()),
        stream=_name(items["stream"]),
        subject=items["subject"].text("a subject") if "subject" in items else ">",
        durable=_name(items["durable"]) if "durable" in items else "litso",
        since=items["since"].choice((EARLIEST, LATEST)) if "since" in items else EARLIEST,
        user=items["user"].text("a user") if "user" in items else None,
        password=secret_of(items["password"]) if "password" in items else None,
        token=secret_of(items["token"]) if "token" in items else None,
        credentials=Path(items["credentials"].text("a path")) if "credentials" in items else None,
        tls=tls_of(items),
    )


def _server(tree: Tree) -> str:
    address = tree.text("a server")
    if not re.fullmatch(r"[\w.-]+(:\d{1,5})?", address):
        raise tree.problem("a host and a port are expected here, as nats.example.org:4222")
    return address if ":" in address else f"{address}:{_PORT}"


def _name(tree: Tree) -> str:
    name = tree.text("a name")
    if not _NAME.fullmatch(name):
        raise tree.problem("a name is letters, digits, hyphens and underscores")
    return name


class NatsSource:
    """The connector of a stream."""

    mode = DELTA

    def __init__(self, settings: NatsSettings, mapping: Mapping) -> None:
        self._settings, self._reader = settings, Reader(mapping)
        self._opened: _Stream | None = None
        self._taken: list[Msg] = []

    def check(self) -> Found:
        """How many messages there are, and what one of the latest looks like."""
        stream = self._stream()
        state = stream.info().state
        return Found(f"{stream.title}: сообщений {state.messages}, последнее {state.last_seq}.", {})

    def fetch(self, position: Position, landing: Path) -> Iterator[Piece]:
        """Messages up to the last one that there is now; what was kept before is only acknowledged."""
        stream = self._stream()
        info = stream.info()
        made, kept = str(info.created), int(position.checkpoint.get("sequence", 0))
        if position.checkpoint.get("stream") != made:
            kept = 0  # a stream that was made anew counts from one
        last = kept
        for batch in stream.messages(info, kept):
            new = []
            for one in batch:
                self._taken.append(one)
                sequence = one.metadata.sequence.stream
                if sequence > last:  # else it is known: kept before, or sent again meanwhile
                    new.append(one)
                    last = sequence
            rows = [row for one in new for row in self._rows(one)]
            yield self._piece(rows, {"stream": made, "sequence": last})

    def settle(self) -> None:
        """Acknowledge what was handed over."""
        taken, self._taken = self._taken, []
        if taken:
            self._stream().acknowledge(taken)

    def close(self) -> None:
        """End the connection."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _stream(self) -> _Stream:
        self._opened = self._opened or _Stream(self._settings)
        return self._opened

    def _rows(self, one: Msg) -> Iterator[Row]:
        return self._reader.rows(Message(one.data, one.subject, at=one.metadata.timestamp))

    def _piece(self, rows: list[Row], left: Checkpoint) -> Rows:
        return Rows(rows, f"{self._settings.stream} {self._settings.subject}", left, shape_of(rows))


class _Stream:
    """A connection, which a thread of its own keeps alive while rows are loaded."""

    def __init__(self, settings: NatsSettings) -> None:
        self.title = f"NATS {settings.stream} {settings.subject}"
        self._settings = settings
        self._nats, self._api = needed("nats", "nats"), needed("nats.js.api", "nats")
        self._errors, self._js_errors = needed("nats.errors", "nats"), needed("nats.js.errors", "nats")
        options = self._options()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self._client: Client = self._run(self._nats.connect(**options))
        except LitsoError:
            self._stop()
            raise
        self._js: JetStreamContext = self._client.jetstream()

    def _options(self) -> dict[str, Any]:
        settings = self._settings
        return {
            "servers": [f"nats://{server}" for server in settings.servers],
            "user": settings.user,
            "password": settings.password.read() if settings.password else None,
            "token": settings.token.read() if settings.token else None,
            "user_credentials": str(settings.credentials) if settings.credentials else None,
            "tls": settings.tls.context() if settings.tls.is_on else None,
            "allow_reconnect": False,
            "max_reconnect_attempts": 1,
            "connect_timeout": _SECONDS,
            "error_cb": _silent,
        }

    def info(self) -> StreamInfo:
        """The stream as it is now."""
        return self._run(self._js.stream_info(self._settings.stream))

    def messages(self, stream: StreamInfo, kept: int) -> Iterator[list[Msg]]:
        """Messages in the order of the stream, those first that were sent and not acknowledged."""
        settings = self._settings
        known = self._run(self._found_consumer())
        consumer = known or self._run(self._consumer(_ACK_WAIT, self._beginning(stream, kept)))
        waiting = consumer.num_ack_pending or 0
        if waiting:
            self._hurry(consumer)
        elif not consumer.num_pending:
            return
        subscription = self._run(self._js.pull_subscribe_bind(durable=settings.durable, stream=settings.stream))
        again: set[int] = set()
        while True:
            batch = self._run(self._batch(subscription))
            for one in batch:
                sequence = one.metadata.sequence.stream
                if (one.metadata.num_delivered or 0) > 1:
                    again.add(sequence)
                elif len(again) < waiting:
                    raise Transient(f"{self.title}: прежние сообщения ещё не пришли снова.")
            if batch:
                yield batch
            if not batch or not batch[-1].metadata.num_pending or sequence >= stream.state.last_seq:
                if len(again) < waiting:
                    raise Transient(f"{self.title}: прежние сообщения ещё не пришли снова.")
                return

    async def _found_consumer(self) -> ConsumerInfo | None:
        with suppress(self._js_errors.NotFoundError):
            found: ConsumerInfo = await self._js.consumer_info(self._settings.stream, self._settings.durable)
            return found
        return None

    def _beginning(self, stream: StreamInfo, kept: int) -> dict[str, Any]:
        """Where a consumer begins that is made now. A queue gives what it has; others go on behind what was kept."""
        policy = self._api.DeliverPolicy
        if stream.config.retention == self._api.RetentionPolicy.WORK_QUEUE:
            return {"deliver_policy": policy.ALL}
        if kept:
            return {"deliver_policy": policy.BY_START_SEQUENCE, "opt_start_seq": kept + 1}
        return {"deliver_policy": policy.NEW if self._settings.since == LATEST else policy.ALL}

    async def _consumer(self, ack_wait: float, beginning: dict[str, Any]) -> ConsumerInfo:
        config = self._api.ConsumerConfig(
            durable_name=self._settings.durable,
            ack_policy=self._api.AckPolicy.EXPLICIT,
            ack_wait=ack_wait,
            max_ack_pending=-1,  # a whole load waits for its transaction
            filter_subject=self._settings.subject,
            **beginning,
        )
        return await self._js.add_consumer(self._settings.stream, config)

    def _hurry(self, consumer: ConsumerInfo) -> None:
        """Let the server send at once what a killed run left unacknowledged: it waits no longer for that run."""
        beginning = {
            "deliver_policy": consumer.config.deliver_policy,
            "opt_start_seq": consumer.config.opt_start_seq,
        }

        async def hurried() -> None:
            await self._consumer(_HURRY, beginning)
            await asyncio.sleep(_HURRY * 5)
            await self._consumer(_ACK_WAIT, beginning)

        self._run(hurried())

    async def _batch(self, subscription: JetStreamContext.PullSubscription) -> list[Msg]:
        found: list[Msg] = []
        try:
            while len(found) < BATCH:
                part = await subscription.fetch(_AT_ONCE, timeout=1.0)
                found += part
                if not part or not part[-1].metadata.num_pending:
                    break
        except self._errors.TimeoutError:
            pass
        return found

    def acknowledge(self, taken: list[Msg]) -> None:
        """Tell the server that messages are kept; the last one is answered, so that all have arrived."""

        async def acknowledged() -> None:
            *most, last = taken
            for one in most:
                await one.ack()
            await last.ack_sync(timeout=_SECONDS)

        self._run(acknowledged())

    def close(self) -> None:
        """End the connection."""
        with suppress(LitsoError):  # it is gone already
            self._run(self._client.close())
        self._stop()

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(_SECONDS * 3)
        except TimeoutError:
            future.cancel()
            raise Transient(f"{self.title}: сервер не отвечает.") from None
        except self._js_errors.NotFoundError:
            raise SourceUnusable(f"{self.title}: такого потока на сервере нет.") from None
        except self._js_errors.APIError as error:
            raise SourceUnusable(f"{self.title}: сервер не принял запрос ({error.err_code}).") from None
        except self._errors.Error as error:
            if any(sign in str(error) for sign in _REFUSED):
                raise SourceUnusable(f"{self.title}: сервер не принимает учётные данные.") from None
            raise Transient(f"{self.title}: сервер не отвечает.") from None
        except OSError:
            raise Transient(f"{self.title}: сервер не отвечает.") from None


async def _silent(error: Exception) -> None:
    """Errors are told by what was asked for."""
