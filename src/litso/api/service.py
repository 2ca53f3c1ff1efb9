"""Whether the server lives and can work, the change feed, and the OpenAPI document."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Annotated, Any, Final

from litestar import Request, Response, Router, get
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from litso import __version__
from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.document import document_of
from litso.api.documents import ALWAYS
from litso.api.given import GivenSettings, GivenStore
from litso.api.paging import link_header
from litso.errors import Misconfigured
from litso.telemetry import metrics
from litso.usecases import feed, readiness

_SHORTEST_TOKEN: Final = 16
_MOST: Final = 10_000


@get("/health", summary="The server lives", operation_id="health", tags=["service"], sync_to_thread=False)
def health() -> schemas.HealthOut:
    """Answers as long as the process does."""
    return schemas.HealthOut(status="ok", version=__version__)


@get(
    "/ready",
    summary="The server can work",
    operation_id="ready",
    tags=["service"],
    responses={503: ResponseSpec(schemas.ReadyOut, description="Something has failed.", generate_examples=False)},
    sync_to_thread=True,
)
def ready(request: Request[Any, Any, Any], store: GivenStore, settings: GivenSettings) -> Response[schemas.ReadyOut]:
    """What the server needs, each with its state; 503 when something has failed, or when the server is ending."""
    traffic = request.app.state.traffic
    found = readiness.look(store, settings, is_worker=False, is_ending=lambda: traffic.is_ending)
    is_ready = readiness.is_ready(found)
    checks = [schemas.CheckOut(**one._asdict()) for one in found]
    told = schemas.ReadyOut(status="ok" if is_ready else "failed", version=__version__, checks=checks)
    return Response(told, status_code=200 if is_ready else 503)


@get("/metrics", include_in_schema=False, sync_to_thread=True)
def tell_metrics(request: Request[Any, Any, Any], settings: GivenSettings) -> Response[bytes]:
    """The figures of this process, for Prometheus with the token of LITSO_METRICS_TOKEN_FILE."""
    if settings.metrics_token_file is None:
        raise NotFoundException("LITSO_METRICS_TOKEN_FILE is not set")
    expected = f"Bearer {metrics_token(settings.metrics_token_file)}"
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
        raise NotAuthorizedException("the token of metrics is needed", headers={"WWW-Authenticate": "Bearer"})
    told = metrics.exposition([request.app.state.gauges])
    return Response(told, headers={"content-type": metrics.MEDIA_TYPE})


def metrics_token(path: Path) -> str:
    """The token in a file; Misconfigured when there is none."""
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise Misconfigured("LITSO_METRICS_TOKEN_FILE: the file cannot be read") from None
    if len(token) < _SHORTEST_TOKEN:
        raise Misconfigured(f"LITSO_METRICS_TOKEN_FILE: the token must have {_SHORTEST_TOKEN} characters or more")
    return token


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
