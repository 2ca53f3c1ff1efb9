"""Whether the server lives and can work, the change feed, and the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Any, Final

from litestar import Request, Response, Router, get
from litestar.params import QueryParameter

from litso import __version__
from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.document import document_of
from litso.api.documents import ALWAYS
from litso.api.given import GivenStore
from litso.api.paging import link_header
from litso.usecases import feed

_MOST: Final = 10_000


@get("/health", summary="The server lives", operation_id="health", tags=["service"], sync_to_thread=False)
def health() -> schemas.HealthOut:
    """Answers as long as the process does."""
    return schemas.HealthOut(status="ok", version=__version__)


@get("/ready", summary="The server can work", operation_id="ready", tags=["service"], sync_to_thread=True)
def ready(store: GivenStore) -> schemas.HealthOut:
    """Answers when the store answers; 503 else."""
    with store.transaction() as connection:
        connection.execute("select 1")
    return schemas.HealthOut(status="ok", version=__version__)


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi_document(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """The OpenAPI 3.1 document of this server."""
    return Response(document_of(request.app), media_type="application/vnd.oai.openapi+json")


@get(
    "/changes",
    summary="The change feed",
    operation_id="get_changes",
    tags=["changes"],
    guards=[needs("read_changes")],
    responses=ALWAYS,
    sync_to_thread=True,
)
def get_changes(
    request: ApiRequest,
    store: GivenStore,
    after: Annotated[int, QueryParameter(ge=0, le=2**63 - 1, description="Id of the last event seen.")] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=_MOST, description="How many at most.")] = 100,
) -> Response[schemas.ChangesPage]:
    """Events about parties after an event, in order, as CloudEvents 1.0, with the records that joined or left them.

    Asking again with the same `after` repeats; from 0 the parties and the crosswalk can be built anew.
    """
    with store.transaction() as connection:
        found = feed.read_page(connection, after, limit=limit)
    page = schemas.ChangesPage(items=[schemas.ChangeOut(**event) for event in found.events], next_after=found.last)
    return Response(page, headers=link_header(request, "after", str(found.last) if found.is_full else None))


changes_router = Router(path="/", route_handlers=[get_changes])
