"""Errors as RFC 9457 problems. Which error means which status is said here once, for the API and the screens."""

from __future__ import annotations

import logging
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from litso.api.schemas import Problem
from litso.errors import (
    BadUsage,
    BrokenInvariant,
    Conflict,
    Forbidden,
    LitsoError,
    Misconfigured,
    NotFound,
    RowRejected,
    SourceUnusable,
    TooMany,
    Transient,
)

MEDIA_TYPE: Final = "application/problem+json"

_LOG: Final = logging.getLogger("litso.api")


class PreconditionFailed(Conflict):
    """The party is not at the version that If-Match names."""


_STATUSES: Final[MappingProxyType[type[LitsoError], int]] = MappingProxyType(
    {
        PreconditionFailed: 412,
        RowRejected: 422,
        SourceUnusable: 422,
        BadUsage: 422,
        NotFound: 404,
        Conflict: 409,
        Forbidden: 403,
        TooMany: 429,
        Transient: 503,
        Misconfigured: 500,
        BrokenInvariant: 500,
    }
)
_RETRY_SECONDS: Final = "2"


def status_of(error: Exception) -> int:
    """HTTP status of an error; 500 for one that nobody foresaw."""
    if isinstance(error, HTTPException):
        return error.status_code
    return next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 500)


def problem_of(error: Exception, path: str) -> Problem:
    """The problem that an error is. The cause of a fault of ours stays in the log."""
    status = status_of(error)
    return Problem(
        type=f"urn:litso:problem:{_slug(error, status)}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=_detail(error, status),
        instance=path,
        errors=_errors(error),
    )


def _slug(error: Exception, status: int) -> str:
    name = type(error).__name__ if isinstance(error, LitsoError) else HTTPStatus(status).phrase
    return name.lower().replace(" ", "-")


def _detail(error: Exception, status: int) -> str:
    if isinstance(error, ValidationException):
        return "the request is not valid, see errors"
    if isinstance(error, HTTPException):
        return error.detail
    return str(error) if isinstance(error, LitsoError) and status != 500 else "the server met an unexpected condition"


def _errors(error: Exception) -> list[dict[str, str]]:
    if not isinstance(error, ValidationException) or not isinstance(error.extra, list):
        return []
    return [{"pointer": str(one.get("key", "")), "detail": str(one.get("message", ""))} for one in error.extra]


def problem_response(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """The answer to a request that met an error."""
    problem = problem_of(error, request.url.path)
    if problem.status >= 500:
        route = request.scope.get("path_template", "")  # a path may hold an account
        _LOG.error("%s %s: %s", request.method, route, type(error).__name__, exc_info=error)
    return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers_of(error))


def headers_of(error: Exception) -> dict[str, str]:
    """Headers that belong to an error: when to come again, how to sign in."""
    if isinstance(error, TooMany):
        return {"Retry-After": str(error.seconds)}
    if isinstance(error, Transient):
        return {"Retry-After": _RETRY_SECONDS}
    if isinstance(error, HTTPException) and error.headers:
        return dict(error.headers)
    return {}
