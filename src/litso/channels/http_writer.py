"""Rows of a service, changed by PUT or PATCH of JSON objects: looked at first, and changed under the version seen.

    GET https://crm.example/clients/17        → {"id": 17, "contact": {"phone": null}}, ETag "5"
    PATCH https://crm.example/clients/17      If-Match: "5", {"contact": {"phone": "+79271234567"}}

A service without ETags is asked just before the change: what happens in between it cannot tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from litso.channels.outward import Network, Outward, Reply, address_of, target_of
from litso.domain.returning import CONFLICT, MISSING, REFUSED, WRITTEN, Outcome, Task, judged
from litso.errors import BadUsage, SourceUnusable, Transient

PUT: Final = "PUT"
PATCH: Final = "PATCH"
METHODS: Final = (PATCH, PUT)

_HOLE: Final = re.compile(r"\{([^{}]+)\}")
_SECONDS: Final = 30.0
_GONE: Final = (404, 410)
_CONFLICTS: Final = (409, 412, 428)
_LATER: Final = (0, 408, 425, 429)


class _Float(str):
    """A number as it was written: 1.10 is not 1.1."""


_JSON: Final = msgspec.json.Decoder(float_hook=_Float)


def demand_template(template: str, key: Sequence[str], allowed: Sequence[Network]) -> None:
    """BadUsage unless the template is an address that we may ask, with every column of the key in its path."""
    holes = _HOLE.findall(template)
    if sorted(set(holes)) != sorted(key):
        raise BadUsage(f"the address names the row by {', '.join('{' + one + '}' for one in key)}, and by nothing else")
    if "{" in urlsplit(template).netloc:
        raise BadUsage("the host of the address is fixed")
    address_of(target_of(filled(template, dict.fromkeys(key, "0"))), allowed)


def filled(template: str, key: Mapping[str, str]) -> str:
    """The address of a row."""
    return _HOLE.sub(lambda found: quote(key[found[1]], safe=""), quote(template, safe="{}:/?&=%@+,;~!$'()*[]#"))


class HttpWriter:
    """The way back to a service. token: how it lets us in, "" when it asks for nothing."""

    def __init__(self, template: str, method: str, token: str, allowed: Sequence[Network], seconds: float = _SECONDS):
        self._template, self._method = template, method
        self._outward = Outward(_origin(template), allowed=allowed, seconds=seconds)
        self._headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def write(self, task: Task) -> Outcome:
        """Look at the object, and change it while it is as it was seen."""
        url = filled(self._template, task.key)
        seen = self._outward.ask("GET", url, None, self._headers)
        if (bad := _judged(seen)) is not None:
            return bad
        row = _object(seen)
        if row is None:
            return Outcome(REFUSED, "Служба отвечает не JSON-объектом.")
        current = {one.column: _text(_at(row, one.column)) for one in task.changes}
        if (found := judged(task.changes, current)) is not None:
            return found
        body: dict[str, Any] = msgspec.json.decode(seen.body) if self._method == PUT else {}
        for one in task.changes:
            _put(body, (one.column,) if one.column in row else tuple(one.column.split(".")), one.after)
        headers = {**self._headers, "Content-Type": "application/json"}
        if seen.etag:
            headers["If-Match"] = seen.etag
        done = self._outward.ask(self._method, url, msgspec.json.encode(body), headers)
        return _judged(done) or Outcome(WRITTEN)

    def close(self) -> None:
        """Close the connection."""
        self._outward.close()


def _origin(template: str) -> str:
    parts = urlsplit(template)
    return f"{parts.scheme}://{parts.netloc}/"


def _judged(reply: Reply) -> Outcome | None:
    """What an answer means for the row; None when it is a good one. Raises what concerns all rows."""
    status = reply.answer.status
    if 200 <= status < 300:
        return None
    if status in (401, 403):
        raise SourceUnusable(f"Служба не принимает учётные данные ({status}).")
    if status in _LATER or status >= 500:
        raise Transient(f"Служба не отвечает ({reply.answer.problem or status}).")
    if status in _GONE:
        return Outcome(MISSING, f"У службы нет такой строки ({status}).")
    if status in _CONFLICTS:
        return Outcome(CONFLICT, f"Строка у службы только что изменилась ({status}).")
    return Outcome(REFUSED, f"Служба не принимает значение ({status}).")


def _object(reply: Reply) -> dict[str, Any] | None:
    """The object, its numbers as they were written."""
    try:
        found = _JSON.decode(reply.body)
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) else None


def _at(row: Any, column: str) -> Any:
    """A value by its name, or by names with dots between them."""
    if isinstance(row, dict) and column in row:
        return row[column]
    head, dot, rest = column.partition(".")
    return _at(row.get(head), rest) if dot and isinstance(row, dict) else None


def _put(row: dict[str, Any], path: tuple[str, ...], value: str | None) -> None:
    head, *rest = path
    if not rest:
        row[head] = value
        return
    inner = row.get(head)
    row[head] = inner if isinstance(inner, dict) else {}
    _put(row[head], tuple(rest), value)


def _text(value: Any) -> str | None:
    """A value as the connector of the source reads it."""
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
