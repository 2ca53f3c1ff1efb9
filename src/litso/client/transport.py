"""Calls over HTTP: a token, answers as types, attempts again with the same key, pages one after another."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self, TypeVar, get_origin
from urllib.parse import quote
from uuid import uuid4

import msgspec

from litso.client.errors import Unavailable, problem_of
from litso.client.personal import Personal, Question
from litso.client.tables import Listing

try:
    import httpx
except ModuleNotFoundError as error:  # pragma: no cover: said at once, by name
    raise ModuleNotFoundError("the client needs httpx: pip install 'litso[client]'", name="httpx") from error

LOG: Final = logging.getLogger("litso.client")

_BUSY: Final = frozenset({429, 502, 503, 504})
_FIRST_DELAY: Final = 0.2
_LONGEST_DELAY: Final = 20.0

Types = Mapping[int, Any]
"""What an answer of a status is; None: nothing, bytes: a file as it is."""

Item = TypeVar("Item")


class _NoAddresses(logging.Filter):
    """Keeps httpx from logging addresses of calls: they hold what was asked for."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line may be written."""
        return not any(self._base in str(one) for one in record.args or ())


class Transport:
    """The connection to a server. A context manager; threads may share it.

    purpose: why an assistant asks. attempts: how often a call is tried when the server is busy or cannot be reached:
    every write carries a key, so that it is done once. timeout: seconds of one attempt.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        purpose: str | None = None,
        attempts: int = 5,
        timeout: float = 30.0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._attempts = max(attempts, 1)
        self._sleep = sleep
        base = url.rstrip("/")
        self._filter = _NoAddresses(base)
        logging.getLogger("httpx").addFilter(self._filter)
        self._http = httpx.Client(
            base_url=base,
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/json",
                **({"Litso-Purpose": purpose} if purpose else {}),
            },
            timeout=timeout,
            transport=transport,
            follow_redirects=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({str(self._http.base_url)!r})"

    def close(self) -> None:
        """Close the connection."""
        self._http.close()
        logging.getLogger("httpx").removeFilter(self._filter)

    def _call(
        self,
        method: str,
        template: str,
        types: Types,
        *,
        path: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Any = None,
        is_keyed: bool = False,
    ) -> Any:
        """The answer of a call as a value of the type of its status. `is_keyed`: a write, which gets a key."""
        address = template.format_map({name: quote(_text(value), safe="") for name, value in (path or {}).items()})
        given = {name: value for name, value in (headers or {}).items() if value is not None}
        if is_keyed:
            given.setdefault("Idempotency-Key", str(uuid4()))
        asked = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        request = self._http.build_request(
            method, address, params=asked, headers=given, content=None if body is None else encoded(body),
        )  # fmt: skip
        if body is not None:
            request.headers["Content-Type"] = "application/json"
        return self._decoded(self._send(request, template), types)

    def _listed(
        self, template: str, page: Any, *, path: Mapping[str, Any] | None = None, query: Mapping[str, Any] | None = None
    ) -> Listing[Any]:
        """Items of all pages of a list, in their order: `Link` names the next page."""
        address = template.format_map({name: quote(_text(value), safe="") for name, value in (path or {}).items()})
        asked = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        return Listing(_Pages(lambda: self._pages(template, address, asked, page)))

    def _pages(self, template: str, address: str, query: Mapping[str, str], page: Any) -> Iterator[list[Any]]:
        following: str | None = str(self._http.build_request("GET", address, params=query).url)
        while following is not None:
            answer = self._send(self._http.build_request("GET", following), template)
            yield self._decoded(answer, {200: page}).items
            link = answer.links.get("next", {}).get("url")
            following = None if link is None else str(answer.url.join(link))

    def _send(self, request: httpx.Request, template: str) -> httpx.Response:
        """Send a request until it is answered; Unavailable after the last attempt."""
        for attempt in range(1, self._attempts + 1):
            try:
                answer = self._http.send(request)
            except httpx.TransportError as error:
                fault = type(error).__name__
                wait = None
            else:
                LOG.debug("%s %s: %d", request.method, template, answer.status_code)
                if answer.status_code not in _BUSY:
                    return answer
                fault = str(answer.status_code)
                wait = answer.headers.get("retry-after")
                if attempt == self._attempts:
                    raise problem_of(answer.status_code, _document(answer))
            LOG.info("%s %s: %s, attempt %d of %d", request.method, template, fault, attempt, self._attempts)
            if attempt < self._attempts:
                self._sleep(_delay(attempt, wait))
        raise Unavailable(0, {"title": "the server cannot be reached", "detail": fault})

    def _decoded(self, answer: httpx.Response, types: Types) -> Any:
        if answer.status_code not in types:
            raise problem_of(answer.status_code, _document(answer))
        kind = types[answer.status_code]
        if kind is bytes:
            return answer.content
        return None if kind is None else msgspec.json.decode(answer.content, type=kind, dec_hook=wrapped)


class _Pages:
    """Pages that are fetched anew each time somebody goes through them."""

    def __init__(self, begin: Callable[[], Iterator[list[Any]]]) -> None:
        self._begin = begin

    def __iter__(self) -> Iterator[list[Any]]:
        return self._begin()


def wrapped(kind: Any, value: Any) -> Any:
    """A personal value of an answer."""
    if (get_origin(kind) or kind) is Personal:
        return Personal(value)
    raise NotImplementedError(kind)


def encoded(body: Any) -> bytes:
    """The body of a request."""
    return msgspec.json.encode(body, enc_hook=_revealed)


def _revealed(value: Any) -> Any:
    """What was revealed to us may be told again to the server."""
    if isinstance(value, Personal):
        return value.reveal()
    raise NotImplementedError(type(value))


def _text(value: Any) -> str:
    if isinstance(value, Personal):
        return _text(value.reveal())
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _delay(attempt: int, wanted: str | None) -> float:
    """Seconds until the next attempt: what the server wants, else twice as long each time, less by chance."""
    if wanted is not None and wanted.isdecimal():
        return min(float(wanted), _LONGEST_DELAY)
    return float(min(_FIRST_DELAY * 2 ** (attempt - 1), _LONGEST_DELAY)) * (1 - random.random() / 2)


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        found = None
    return found if isinstance(found, dict) else {"title": answer.reason_phrase}


__all__ = ["Listing", "Question", "Transport"]
