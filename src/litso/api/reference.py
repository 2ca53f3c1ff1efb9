"""Suggestions while somebody types, and the list of official reference data."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get
from litestar.params import PathParameter, QueryParameter

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, NOT_FOUND
from litso.api.given import GivenSettings, GivenStore
from litso.usecases import suggest
from litso.usecases.reference import list_reference


@get(
    "/suggest/{kind:str}",
    sync_to_thread=True,
    operation_id="suggest",
    summary="Suggest values while somebody types",
    responses=NOT_FOUND,
)
def suggest_values(
    request: ApiRequest,
    store: GivenStore,
    kind: Annotated[str, PathParameter(description="What is typed: " + ", ".join(suggest.KINDS) + ".")],
    q: Annotated[str, QueryParameter(max_length=200, description="What was typed so far, in any keyboard layout.")],
    limit: Annotated[int, QueryParameter(ge=1, le=suggest.MOST, description="How many at most.")] = 10,
) -> schemas.SuggestOut:
    """What the text may become, the likeliest first.

    Names come from a dictionary, addresses have no flats, and sole traders are not suggested as companies: no answer
    tells of a person. Addresses and companies need the right to read parties.
    """
    with store.transaction() as connection:
        found = suggest.suggest(connection, request.user, kind, q, limit=limit)
    return schemas.SuggestOut([schemas.Suggested(one.value, dict(one.data)) for one in found])


@get(
    "/reference",
    sync_to_thread=True,
    operation_id="list_reference",
    summary="Official reference data in use",
    guards=[needs("read_sources")],
    responses=ALWAYS,
)
def reference(store: GivenStore, settings: GivenSettings) -> schemas.ReferenceOut:
    """Every kind with its editions: version, age, rows, the file it came from; kinds never loaded have no version."""
    with store.transaction() as connection:
        listed = list_reference(connection, settings.home)
    return schemas.ReferenceOut([schemas.ReferenceEdition(**one._asdict()) for one in listed])


reference_router = Router(path="/", route_handlers=[suggest_values, reference], tags=["reference"])
