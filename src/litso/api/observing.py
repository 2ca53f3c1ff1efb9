"""Around every request: its id, its line in the log, its figures, its span; and what is under way when the server ends.

Requests are told by the template of their route and never by their path or query, which may hold an account or a phone.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from litso.telemetry import logs, metrics, traces

_LOG: Final = logging.getLogger("litso.http")
_HEADER: Final = b"x-request-id"
_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{7,63}|[0-9a-f]{8}[0-9a-f-]{24,28}")
"""What a caller may name a request by; all but its own kind of id is replaced, a phone in digits too."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET_SECONDS: Final = 0.5
_UNMATCHED: Final = "unmatched"
_ABANDONED: Final = 499
"""The caller went away before he was answered."""


class Traffic:
    """Requests under way, when the last one came or was answered, and whether the server is ending."""

    def __init__(self) -> None:
        self.now = 0
        self.last = time.perf_counter()
        self.is_ending = False

    def count(self, change: int) -> None:
        """A request came (1) or was answered (-1)."""
        self.now += change
        self.last = time.perf_counter()
        metrics.REQUESTS_NOW.set(self.now)

    async def end(self, seconds: float) -> None:
        """Tell callers with every answer to close their connection; wait until none has asked for a while.

        A connection that was taken a moment ago may bring its request only now.
        """
        self.is_ending = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.now or time.perf_counter() - self.last < _QUIET_SECONDS:
                    await asyncio.sleep(0.02)


class Observed:
    """An ASGI application that is observed."""

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self._app, self._traffic = app, traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and tell of it."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method = str(scope.get("method", ""))
        seen = _Seen(headers, method if method in _METHODS else "OTHER")
        self._traffic.count(1)
        try:
            with traces.span(seen.method, "server", headers, http__request__method=seen.method) as span:
                trace = traces.trace_id(headers)
                with logs.telling(request=seen.request_id, **({"trace": trace} if trace else {})):
                    try:
                        await self._app(scope, receive, seen.sending(send, scope, self._traffic))
                    finally:
                        seen.tell(scope, span)
        finally:
            self._traffic.count(-1)


class _Seen:
    """What is known of one request."""

    def __init__(self, headers: Mapping[str, str], method: str) -> None:
        given = headers.get(_HEADER.decode(), "")
        self.request_id = given if _ID.fullmatch(given) else uuid4().hex
        self.method = method
        self._status = _ABANDONED
        self._begun = time.perf_counter()

    def sending(self, send: Send, scope: Scope, traffic: Traffic) -> Send:
        """`send` with the headers of every answer."""
        may_close = scope["http_version"] != "2"

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._status = message["status"]
                own = [(_HEADER, self.request_id.encode())]
                if traffic.is_ending and may_close:
                    own.append((b"connection", b"close"))
                message["headers"] = [*message["headers"], *own]
            await send(message)

        return answer

    def tell(self, scope: Scope, span: Any) -> None:
        """The figures, the span and the line of a request that was answered."""
        seconds = time.perf_counter() - self._begun
        route = str(scope.get("path_template") or _UNMATCHED)
        metrics.REQUESTS.labels(self.method, route, str(self._status)).inc()
        metrics.REQUEST_SECONDS.labels(self.method, route).observe(seconds)
        if span is not None:
            span.update_name(f"{self.method} {route}")
            span.set_attributes({"http.route": route, "http.response.status_code": self._status})
        if _LOG.isEnabledFor(logging.INFO):
            actor = getattr(scope.get("user"), "name", None)
            known = {"route": route, "status": self._status, "ms": round(1000 * seconds, 1)}
            who = {"actor": actor} if actor else {}
            logs.tell(_LOG, logging.INFO, f"{self.method} {route}", **known, **who)
