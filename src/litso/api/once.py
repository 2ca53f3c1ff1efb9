"""Idempotency-Key: a repeated write is answered as it was and not done again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from litestar import MediaType, Response
from litestar.params import HeaderParameter

from litso.api.auth import ApiRequest
from litso.errors import BadUsage, Conflict
from litso.store import idempotency
from litso.store.database import Connection
from litso.store.idempotency import Reply

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="A key of the caller's own: a repeated request with it is answered as before, for a day.",
    ),
]

_REPLAYED: Final = {"Idempotent-Replayed": "true"}


def once(
    connection: Connection,
    request: ApiRequest,
    key: str | None,
    body: msgspec.Struct | list[Any],
    status: int,
    work: Callable[[], msgspec.Struct],
) -> Response[Any]:
    """The answer of `work`, done once for a key; BadUsage when the key came with another request."""
    if key is None:
        return Response(work(), status_code=status)
    asked = f"{request.method} {request.url.path}\n".encode() + msgspec.json.encode(body)
    try:
        known = idempotency.find(connection, request.user.name, key, asked)
    except Conflict as error:
        raise BadUsage(f"Idempotency-Key: {error}") from error
    if known is not None:
        return _json(known, _REPLAYED)
    reply = Reply(status, msgspec.json.encode(work()).decode())
    idempotency.keep(connection, request.user.name, key, asked, reply)
    return _json(reply, {})


def _json(reply: Reply, headers: dict[str, str]) -> Response[bytes]:
    return Response(reply.response.encode(), status_code=reply.status, media_type=MediaType.JSON, headers=headers)
