"""Requests made from the OpenAPI document by schemathesis: whatever is sent, the server does not fall over."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from litestar.testing import TestClient
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from small_town import Place

from litso.api.app import openapi_schema
from litso.domain.scope import EVERYTHING, Scope
from litso.settings import load_settings
from litso.store.users import CONSUMER, SERVICE_ROLES, issue_service_token

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
PATHS = openapi_schema(load_settings({}))["paths"]
OPERATIONS = [(path, method) for path, methods in PATHS.items() for method in methods]
TAKES_ANYTHING = [
    (path, method) for path, method in OPERATIONS if PATHS[path][method].keys() & {"parameters", "requestBody"}
]
POSITIVE, NEGATIVE = schemathesis.GenerationMode


@pytest.fixture(scope="module")
def document(anonymous: TestClient) -> schemathesis.BaseSchema:
    """The document as the server gives it."""
    return schemathesis.openapi.from_asgi("/openapi.json", anonymous.app)


def send_many(
    document: schemathesis.BaseSchema,
    token: str,
    path: str,
    method: str,
    mode: schemathesis.GenerationMode,
    examples: int = 15,
) -> None:
    operation = document[path][method.upper()]
    headers = {"Authorization": f"Bearer {token}"}

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    check()


def token_for(place: Place, path: str) -> str:
    """The token of a program that has the right to an operation."""
    return place.tokens["compliance" if "/checks" in path else "integrator"]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_a_request_as_documented_is_answered_as_documented(
    document: schemathesis.BaseSchema, place: Place, path: str, method: str
) -> None:
    send_many(document, token_for(place, path), path, method, POSITIVE)


@pytest.mark.parametrize(("path", "method"), TAKES_ANYTHING)
def test_a_request_of_another_shape_is_a_documented_problem(
    document: schemathesis.BaseSchema, place: Place, path: str, method: str
) -> None:
    send_many(document, token_for(place, path), path, method, NEGATIVE)


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        *((role, EVERYTHING) for role in (*SERVICE_ROLES, CONSUMER)),
        *((role, Scope(territories=("Самарская",))) for role in ("integrator", "compliance")),
    ],
)
def test_every_role_is_answered_as_documented(
    document: schemathesis.BaseSchema, place: Place, role: str, scope: Scope
) -> None:
    with place.store.transaction() as connection:
        token = issue_service_token(connection, f"fuzzer {role} {scope}", role, scope=scope)
    for path, method in OPERATIONS:
        send_many(document, token, path, method, POSITIVE, examples=1)
