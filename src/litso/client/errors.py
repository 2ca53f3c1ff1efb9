"""What can go wrong in a call: problems that the server tells (RFC 9457), and a server that cannot be reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final


class LitsoProblem(Exception):
    """The server refused a call. `problem_type` is stable: decide by it or by the class; `errors` names fields."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        self.status = status
        self.problem_type = str(document.get("type", "about:blank"))
        self.title = str(document.get("title", ""))
        self.detail = str(document.get("detail", ""))
        self.errors: list[dict[str, str]] = list(document.get("errors", []))
        super().__init__(f"{status} {self.title}: {self.detail}" if self.detail else f"{status} {self.title}")


class NotValid(LitsoProblem):
    """400, 413, 422: the request cannot be carried out as it is."""


class NotAllowed(LitsoProblem):
    """401, 403: the token is unknown or revoked, or its role has no right to this."""


class NotThere(LitsoProblem):
    """404: there is no such thing."""


class StateChanged(LitsoProblem):
    """409, 412, 428: the state is not as the caller saw it: look again."""


class Unavailable(LitsoProblem):
    """The server could not be reached or was busy, after every attempt."""


_CLASSES: Final = {
    400: NotValid,
    413: NotValid,
    422: NotValid,
    401: NotAllowed,
    403: NotAllowed,
    404: NotThere,
    409: StateChanged,
    412: StateChanged,
    428: StateChanged,
    429: Unavailable,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def problem_of(status: int, document: Mapping[str, Any]) -> LitsoProblem:
    """The exception that an answer is."""
    return _CLASSES.get(status, LitsoProblem)(status, document)
