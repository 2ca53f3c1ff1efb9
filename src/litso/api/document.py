"""The OpenAPI document: what the application says of its handlers, and what holds for all of them, with examples."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from litestar import Litestar

from litso.api.examples import EXAMPLES

_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "A key of the caller's own: a repeated request with it is answered as before, for a day.",
}
_IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 1000},
    "description": "ETags that the caller has: 304 when the answer is one of them.",
}
_NOT_MODIFIED: Final = {"description": "Not changed since the ETag of If-None-Match."}
_WRITES: Final = ("post", "put", "patch", "delete")
CALCULATIONS: Final = frozenset({"match", "clean", "look_up_parties"})
"""Operations that write nothing, although they are sent by POST."""


def document_of(app: Litestar) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an application."""
    document: dict[str, Any] = app.openapi_schema.to_schema()
    for path, operations in document["paths"].items():
        if path.startswith("/v1/"):
            for method, operation in operations.items():
                _complete(method, operation)
    return document


def _complete(method: str, operation: dict[str, Any]) -> None:
    parameters = operation.setdefault("parameters", [])
    known = {one["name"] for one in parameters}
    if method == "get":
        parameters.append(deepcopy(_IF_NONE_MATCH))
        operation["responses"]["304"] = dict(_NOT_MODIFIED)
    elif method in _WRITES and operation["operationId"] not in CALCULATIONS:
        if _IDEMPOTENCY_KEY["name"] not in known:
            parameters.append(deepcopy(_IDEMPOTENCY_KEY))
        operation["responses"].setdefault("409", operation["responses"]["422"])
    _exemplify(operation)


def _exemplify(operation: dict[str, Any]) -> None:
    given = EXAMPLES.get(operation["operationId"])
    if given is None:
        return
    for name, value in given.parameters.items():
        next(one for one in operation["parameters"] if one["name"] == name)["example"] = value
    if given.body is not None:
        operation["requestBody"]["content"]["application/json"]["example"] = given.body
    if given.answer is not None:
        status = next(one for one in sorted(operation["responses"]) if one.startswith("2"))
        operation["responses"][status]["content"]["application/json"]["example"] = given.answer
