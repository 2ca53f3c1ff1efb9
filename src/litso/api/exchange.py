"""What all calls of the API have in common: a repeated write is not done again, an unchanged answer not sent again.

Both stand around the handlers, so that a new call has them without saying so. Handlers that are given the key
themselves (`once`) keep the answer in the transaction of their work.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from typing import Any, Final, cast

import msgspec
from anyio import to_thread
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from litso.api.problems import MEDIA_TYPE
from litso.api.schemas import Problem
from litso.errors import BadUsage
from litso.store import idempotency
from litso.store.database import Store
from litso.store.idempotency import Reply

SECRET: Final = "answers_secret"
"""Option of a handler whose answer holds a secret: it is not kept."""

FILE: Final = "answers_file"
"""Option of a handler whose answer is a file: it goes on piece by piece."""

_LONGEST_KEY: Final = 200
_LARGEST_BODY: Final = 16 << 20
_TAG: Final = re.compile(r'(?:W/)?"[^"]*"')
_DONE_BEFORE: Final = Problem(
    "urn:litso:problem:conflict", "Conflict", 409, "done before; its answer held a secret and is not kept"
)


class Exchange(ASGIMiddleware):
    """Idempotency-Key of writes and If-None-Match of reads, for every call."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let a call through, or answer it as before."""
        http = cast("HTTPScope", scope)  # `scopes` lets no other through
        headers = Headers.from_scope(http)
        if http["route_handler"].opt.get(FILE):
            await next_app(scope, receive, send)
            return
        if http["method"] == "GET":
            await _read(http, receive, send, next_app, headers.get("if-none-match"))
            return
        key = headers.get("idempotency-key")
        if key is None or _keeps_itself(http):
            await next_app(scope, receive, send)
            return
        await _write(http, receive, send, next_app, key)


def _keeps_itself(scope: HTTPScope) -> bool:
    return "idempotency_key" in scope["route_handler"].parsed_fn_signature.parameters


# Reads ------------------------------------------------------------------------------------------------------------


async def _read(scope: HTTPScope, receive: Receive, send: Send, next_app: ASGIApp, known: str | None) -> None:
    """An answer with an ETag, its own or that of its content; 304 without content when the caller has it."""
    answer = _Answer()
    await next_app(scope, receive, answer.take)
    if answer.status == 200:
        tag = answer.header(b"etag") or f'W/"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
        answer.set_header(b"etag", tag)
        if known is not None and is_known(tag, known):
            kept = [header for header in answer.headers if header[0].lower() in (b"etag", b"link")]
            answer = _Answer(304, kept)
    await answer.send(send)


def is_known(tag: str, known: str) -> bool:
    """Whether If-None-Match names a tag; strong and weak ones are equal here (RFC 9110, 13.1.2)."""
    return known.strip() == "*" or tag.removeprefix("W/") in {one.removeprefix("W/") for one in _TAG.findall(known)}


# Writes -----------------------------------------------------------------------------------------------------------


async def _write(scope: HTTPScope, receive: Receive, send: Send, next_app: ASGIApp, key: str) -> None:
    """Do a write once for a key: an answer of success is kept, a failure can be tried again."""
    if not 1 <= len(key) <= _LONGEST_KEY:
        raise BadUsage(f"Idempotency-Key: 1 to {_LONGEST_KEY} characters")
    body = _Body(receive)
    await body.read()
    store: Store = scope["app"].state.store
    actor: str = scope["user"].name
    query = scope["query_string"]
    asked = f"{scope['method']} {scope['path']}\n".encode() + query + b"\n" + body.content
    known = await to_thread.run_sync(_claim, store, actor, key, asked)
    if known is not None:
        await _replayed(known).send(send)
        return
    answer = _Answer()
    try:
        await next_app(scope, body.receive, answer.take)
    finally:
        is_done = 200 <= answer.status < 300
        kept = Reply(answer.status, answer.body.decode()) if is_done else None
        if is_done and scope["route_handler"].opt.get(SECRET):
            kept = Reply(_DONE_BEFORE.status, msgspec.json.encode(_DONE_BEFORE).decode())
        await to_thread.run_sync(_end, store, actor, key, kept)
    await answer.send(send)


def _claim(store: Store, actor: str, key: str, asked: bytes) -> Reply | None:
    with store.transaction() as connection:
        return idempotency.claim(connection, actor, key, asked)


def _end(store: Store, actor: str, key: str, reply: Reply | None) -> None:
    with store.transaction() as connection:
        if reply is None:
            idempotency.release(connection, actor, key)
        else:
            idempotency.answer(connection, actor, key, reply)


def _replayed(reply: Reply) -> _Answer:
    kind = "application/json" if reply.status < 400 else MEDIA_TYPE
    headers = [(b"idempotent-replayed", b"true")]
    if reply.response:
        headers.append((b"content-type", kind.encode()))
    return _Answer(reply.status, headers, reply.response.encode())


# Packed bodies ----------------------------------------------------------------------------------------------------


class Unpacked(ASGIMiddleware):
    """Bodies that came packed by gzip, as handlers read them; a body that is no gzip stays as it is and is no JSON.

    largest: bytes of an unpacked body; what is longer is cut after one byte more, so that the handler refuses it.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, largest: int) -> None:
        self._largest = largest

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Unpack the body, if it is packed."""
        headers = scope["headers"]
        if (b"content-encoding", b"gzip") not in [(name.lower(), value.lower()) for name, value in headers]:
            await next_app(scope, receive, send)
            return
        packed = _Body(receive)
        await packed.read()
        content = _unpacked(packed.content, self._largest)
        kept = [one for one in headers if one[0].lower() not in (b"content-encoding", b"content-length")]
        scope["headers"] = [*kept, (b"content-length", str(len(content)).encode())]
        parts: list[Any] = [{"type": "http.request", "body": content, "more_body": False}]

        async def unpacked() -> Any:
            return parts.pop() if parts else await receive()

        await next_app(scope, unpacked, send)


def _unpacked(content: bytes, largest: int) -> bytes:
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(content, largest + 1)
    except zlib.error:
        return content


# Bodies -----------------------------------------------------------------------------------------------------------


class _Body:
    """The body of a request, read ahead as far as a request may be long, and given to the handler as it came."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[Any] = []
        self.content = b""

    async def read(self) -> None:
        """Read it."""
        parts: list[bytes] = []
        size = 0
        while size <= _LARGEST_BODY:
            message: Any = await self._receive()
            self._messages.append(message)
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if message["type"] != "http.request" or not message.get("more_body"):
                break
        self._messages.reverse()
        self.content = b"".join(parts)

    async def receive(self) -> Any:
        """The next part of it."""
        return self._messages.pop() if self._messages else await self._receive()


class _Answer:
    """An answer that is taken from a handler before it is sent."""

    def __init__(self, status: int = 0, headers: list[tuple[bytes, bytes]] | None = None, body: bytes = b"") -> None:
        self.status, self.headers, self.body = status, headers or [], body

    async def take(self, message: Message) -> None:
        """Take a part of it."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            self.body += message["body"]

    def header(self, name: bytes) -> str:
        """A header, or nothing."""
        return next((value.decode("latin-1") for known, value in self.headers if known.lower() == name), "")

    def set_header(self, name: bytes, value: str) -> None:
        """Give it a header."""
        self.headers = [header for header in self.headers if header[0].lower() != name]
        self.headers.append((name, value.encode("latin-1")))

    async def send(self, send: Send) -> None:
        """Send it."""
        start: Any = {"type": "http.response.start", "status": self.status, "headers": self.headers}
        body: Any = {"type": "http.response.body", "body": self.body, "more_body": False}
        if self.status not in (204, 304):
            headers = [header for header in self.headers if header[0].lower() != b"content-length"]
            start["headers"] = [*headers, (b"content-length", str(len(self.body)).encode())]
        await send(start)
        await send(body)
