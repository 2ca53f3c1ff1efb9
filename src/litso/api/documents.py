"""Answers that many operations of the OpenAPI document have in common."""

from __future__ import annotations

from typing import Final

from litestar.openapi.datastructures import ResponseSpec

from litso.api.problems import MEDIA_TYPE
from litso.api.schemas import Problem

Responses = dict[int, ResponseSpec]


def _problem(description: str) -> ResponseSpec:
    return ResponseSpec(Problem, description=description, media_type=MEDIA_TYPE, generate_examples=False)


ALWAYS: Final[Responses] = {
    400: _problem("The request is not valid."),
    401: _problem("A bearer token is needed."),
    403: _problem("The role has no right to this."),
    422: _problem("The request cannot be carried out as it is."),
    429: _problem("Too many requests: Retry-After says when to come again."),
    503: _problem("The store is busy: try again."),
}
TOO_LARGE: Final[Responses] = {413: _problem("The request is too large.")}
NOT_FOUND: Final[Responses] = {**ALWAYS, 404: _problem("There is no such thing.")}
REDIRECTED: Final[Responses] = {
    308: ResponseSpec(None, description="The party was merged: see Location.", generate_examples=False),
}
CONFLICT: Final[Responses] = {409: _problem("The state changed since the caller looked.")}
PRECONDITION: Final[Responses] = {
    412: _problem("The party is not at the version of If-Match."),
    428: _problem("If-Match is needed."),
}
