"""Suggestions while somebody types, and the list of official reference data."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get
from litestar.params import PathParameter, QueryParameter

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, NOT_FOUND
from litso.api.given import GivenSettings, GivenStore
from litso.errors import NotFound
from litso.usecases import reference_lookup, suggest
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


@get(
    "/reference/{kind:str}/{key:str}",
    sync_to_thread=True,
    operation_id="look_up_reference",
    summary="An entry of reference data by its key",
    responses=NOT_FOUND,
)
def look_up_entry(
    kind: Annotated[str, PathParameter(description="Where to look: " + ", ".join(reference_lookup.IMPERSONAL) + ".")],
    key: Annotated[str, PathParameter(description="A code of ОКВЭД, a day (2026-01-09), a BIK, an office's code.")],
) -> schemas.EntriesOut:
    """Entries with that key in the editions in use; a code of ОКВЭД comes with the codes that it belongs to."""
    if kind not in reference_lookup.IMPERSONAL:
        raise NotFound(f"nothing is looked up in «{kind}»; there are {', '.join(reference_lookup.IMPERSONAL)}")
    return schemas.EntriesOut(reference_lookup.look_up(kind, key))


reference_router = Router(path="/", route_handlers=[suggest_values, reference, look_up_entry], tags=["reference"])
