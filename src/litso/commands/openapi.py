"""`litso openapi`: the document of the API."""

from __future__ import annotations

from litso.api.app import openapi_schema
from litso.commands.console import print_json
from litso.settings import load_settings


def openapi() -> None:
    """Print the OpenAPI 3.1 document of the API."""
    print_json(openapi_schema(load_settings()))
