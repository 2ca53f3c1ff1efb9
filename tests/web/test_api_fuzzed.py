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
from litso.settings import load_settings

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
    document: schemathesis.BaseSchema, place: Place, path: str, method: str, mode: schemathesis.GenerationMode
) -> None:
    operation = document[path][method.upper()]
    role = "compliance" if "/checks" in path else "integrator"
    headers = {"Authorization": f"Bearer {place.tokens[role]}"}

    @settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    check()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_a_request_as_documented_is_answered_as_documented(
    document: schemathesis.BaseSchema, place: Place, path: str, method: str
) -> None:
    send_many(document, place, path, method, POSITIVE)


@pytest.mark.parametrize(("path", "method"), TAKES_ANYTHING)
def test_a_request_of_another_shape_is_a_documented_problem(
    document: schemathesis.BaseSchema, place: Place, path: str, method: str
) -> None:
    send_many(document, place, path, method, NEGATIVE)
