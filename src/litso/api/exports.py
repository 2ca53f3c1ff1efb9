"""Exports: lists that leave as a file, with a purpose; large ones and open ones wait for a second person."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from litestar import Response, Router, delete, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, PathParameter
from litestar.response import Stream
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED
from msgspec import Meta, Struct, field

from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, CONFLICT, NOT_FOUND
from litso.api.exchange import FILE
from litso.api.given import GivenSettings, GivenStore
from litso.api.paging import from_cursor, link_header, to_cursor
from litso.api.parties import Cursor, Limit
from litso.api.schemas import named
from litso.store.exports import Export
from litso.usecases import exporting
from litso.usecases.exporting import Wish

ExportId = Annotated[int, PathParameter(ge=1, le=2**63 - 1, description="Number of the export.")]
Condition = Annotated[str, Meta(max_length=200)]


class ExportIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is wanted: parties of a search or a filter, debtors, or keys of records that are not good in a figure."""

    kind: Literal["parties", "debtors", "failing"]
    wanted: Annotated[
        dict[str, Condition],
        Meta(
            max_length=10,
            description="parties: `query`, or `kind`, `territory`, `brand`, `source`; debtors: `lacks`, `least`;"
            " failing: `source`, `attribute`, `dimension`, `other`.",
            examples=[{"territory": "Самарская/Самара", "kind": "person"}],
        ),
    ] = field(default_factory=dict)
    columns: Annotated[list[Annotated[str, Meta(max_length=50)]], Meta(max_length=30, description="All if empty.")] = []
    classes: Annotated[
        list[Literal["contact", "document"]],
        Meta(max_length=2, description="Fields as they are; others are masked. Needs a second person."),
    ] = []
    format: Literal["csv", "xlsx", "parquet"] = "csv"
    purpose: Literal["call", "identity", "request", "stewardship", "subject", "integration", "screening"]
    reason: Annotated[str, Meta(max_length=500, description="In words, for the second person.")] = ""


class ExportOut(Struct):
    """An export, and where it stands. `ready`: its file can be fetched by the one who asked until `expires_at`."""

    export_id: int
    kind: str
    wanted: Annotated[dict[str, Any], Meta(description="Forgotten with the file.")]
    columns: list[str]
    classes: list[str]
    format: str
    purpose: str
    reason: str
    counted: Annotated[int, Meta(description="Rows when it was asked for.")]
    status: Literal["waiting", "approved", "ready", "refused", "failed", "withdrawn", "expired"]
    asked_by: str
    asked_at: datetime
    decided_by: Annotated[str | None, Meta(description="The second person; null where none was needed.")]
    decided_at: datetime | None
    decision: str
    rows: int | None
    expires_at: datetime | None
    downloads: int
    error: str | None


class ExportsPage(Struct):
    """Exports, the latest first."""

    items: list[ExportOut]
    next_cursor: str | None


_BINARY: Final = "application/octet-stream"
_FILE: Final = {200: ResponseSpec(bytes, description="The file.", media_type=_BINARY, generate_examples=False)}


def _out(found: Export) -> ExportOut:
    return named(found, ExportOut)


@post(
    "/exports",
    sync_to_thread=True,
    status_code=HTTP_201_CREATED,
    operation_id="ask_export",
    summary="Ask for an export",
    responses={**NOT_FOUND, **CONFLICT},
)
def ask(request: ApiRequest, store: GivenStore, settings: GivenSettings, data: JSONBody[ExportIn]) -> ExportOut:
    """Small and masked, it is made at once; above the limit of rows within a day, or with open fields, it waits for a
    second person, who decides on the screen."""
    wish = Wish(data.kind, data.wanted, data.columns, data.classes, data.format, data.purpose, data.reason)
    return _out(exporting.ask(store, settings, request.user, wish))


@get("/exports", sync_to_thread=True, operation_id="list_exports", summary="Exports", responses=ALWAYS)
def list_exports(
    request: ApiRequest, store: GivenStore, limit: Limit = 20, cursor: Cursor = None
) -> Response[ExportsPage]:
    """What the caller asked for, the latest first."""
    found = exporting.list_own(store, request.user, before=from_cursor(cursor), limit=limit)
    following = to_cursor(found[-1].export_id) if len(found) == limit else None
    return Response(
        ExportsPage([_out(one) for one in found], following), headers=link_header(request, "cursor", following)
    )


@get(
    "/exports/{export_id:int}", sync_to_thread=True, operation_id="get_export", summary="An export", responses=NOT_FOUND
)
def get_export(request: ApiRequest, store: GivenStore, export_id: ExportId) -> ExportOut:
    """Where it stands."""
    return _out(exporting.get_own(store, request.user, export_id))


@get(
    "/exports/{export_id:int}/file",
    sync_to_thread=True,
    operation_id="fetch_export",
    summary="The file of an export",
    media_type=_BINARY,
    opt={FILE: True},
    responses={**NOT_FOUND, **CONFLICT, **_FILE},
)
def fetch(request: ApiRequest, store: GivenStore, settings: GivenSettings, export_id: ExportId) -> Stream:
    """For the one who asked; each time is in the audit."""
    found = exporting.download(store, settings, request.user, export_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return Stream(found.pieces, media_type=_BINARY, headers=headers)


@delete(
    "/exports/{export_id:int}",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="withdraw_export",
    summary="Take an export back",
    responses={**NOT_FOUND, **CONFLICT},
)
def withdraw(request: ApiRequest, store: GivenStore, export_id: ExportId) -> ExportOut:
    """The file is gone at once."""
    return _out(exporting.withdraw(store, request.user, export_id))


exports_router = Router(
    path="/",
    route_handlers=[ask, list_exports, get_export, fetch, withdraw],
    guards=[needs("export")],
    tags=["exports"],
)
