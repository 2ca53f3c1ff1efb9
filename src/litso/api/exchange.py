"""What all calls of the API have in common: a repeated write is not done again, an unchanged answer not sent again.

Both stand around the handlers, so that a new call has them without saying so.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping
from typing import Any, Final, cast

import msgspec
from anyio import from_thread, to_thread
from litestar import Request
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from litso.api.problems import MEDIA_TYPE, problem_response
from litso.api.schemas import Problem
from litso.errors import BadUsage, LitsoError
from litso.store import idempotency
from litso.store.database import Store
from litso.store.idempotency import Reply
from litso.usecases.access import Actor

SECRET: Final = "answers_secret"
"""Option of a handler whose answer holds a secret: it is not kept."""

FILE: Final = "answers_file"
"""Option of a handler whose answer is a file: it goes on piece by piece."""
PART: Final = "litso_part"
"""In the scope of a request with a key: the store within the transaction of the request."""

_LONGEST_KEY: Final = 200
MOST_KEYED: Final = 6
"""Writes with a key at once; each holds a connection, and others need some too."""
_KEPT_HEADERS: Final = ("content-type", "location", "etag")
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
        if key is None:
            await next_app(scope, receive, send)
            return
        await _write(http, receive, send, next_app, key)


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


class _NotDone(Exception):
    """The handler answered that it did not do it."""

    def __init__(self, answer: _Answer) -> None:
        self.answer = answer


async def _write(scope: HTTPScope, receive: Receive, send: Send, next_app: ASGIApp, key: str) -> None:
    """Do a write once for a key. The handler works in a transaction that keeps its answer as well: what it did and
    what it answered are there both, or neither; a failure can be tried again. Nothing is answered before the commit.
    """
    if not 1 <= len(key) <= _LONGEST_KEY:
        raise BadUsage(f"Idempotency-Key: 1 to {_LONGEST_KEY} characters")
    body = _Body(receive)
    await body.read()
    actor: Actor = scope["user"]
    store: Store = scope["app"].state.store
    asked = f"{scope['method']} {scope['path']}\n".encode() + scope["query_string"] + b"\n" + body.content

    async def do(part: Store) -> _Answer:
        scope[PART] = part  # type: ignore[typeddict-unknown-key]
        answer = _Answer()
        await next_app(scope, body.receive, answer.take)
        return answer

    def once() -> _Answer:
        seen = store.seen_by(actor.name, actor.scope)
        with seen.transaction() as connection:
            known = idempotency.find(connection, actor.name, key, asked)
            if known is not None:
                return _replayed(known)
            answer = from_thread.run(do, seen.within(connection))
            if not 200 <= answer.status < 300:
                raise _NotDone(answer)
            idempotency.keep(connection, actor.name, key, asked, _kept(answer, scope["route_handler"].opt))
            return answer

    try:
        answer = await to_thread.run_sync(once, limiter=scope["app"].state.keyed)
    except _NotDone as error:
        answer = error.answer
    except LitsoError as error:
        # Litestar knows of the handler's answer, which is thrown away, and would not give another.
        request: Request[Any, Any, Any] = Request(scope)
        await problem_response(request, error).to_asgi_response(None, request)(scope, receive, send)
        return
    await answer.send(send)


def _kept(answer: _Answer, options: Mapping[str, Any]) -> Reply:
    if options.get(SECRET):
        return Reply(_DONE_BEFORE.status, msgspec.json.encode(_DONE_BEFORE).decode(), {"content-type": MEDIA_TYPE})
    headers = {name: answer.header(name.encode()) for name in _KEPT_HEADERS}
    return Reply(answer.status, answer.body.decode(), {name: value for name, value in headers.items() if value})


def _replayed(reply: Reply) -> _Answer:
    headers = {**reply.headers, "idempotent-replayed": "true"}
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    return _Answer(reply.status, encoded, reply.response.encode())


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
