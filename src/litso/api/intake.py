"""Messages of websites and apps, in the shape of the Segment specification, and the links of ids that follow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK

from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, CONFLICT, NOT_FOUND, TOO_LARGE
from litso.api.given import GivenStore
from litso.api.intake_schemas import BatchIn, LinkOut, LinksPage, RejectionOut, TakenOut
from litso.api.paging import from_cursor, link_header, to_cursor
from litso.api.parties import Cursor, Limit
from litso.api.schemas import named
from litso.sources.messages import (
    LARGEST_BATCH,
    LARGEST_MESSAGE,
    Alias,
    Common,
    Group,
    Identify,
    Track,
    Viewed,
    message_of,
)
from litso.store.database import Store
from litso.usecases import intake

_ANSWERS: Final = {**ALWAYS, **TOO_LARGE}


def _take(store: Store, request: ApiRequest, kind: str, body: Common) -> TakenOut:
    message = message_of(kind, body, datetime.now(UTC))
    return _out(intake.take_one(store, request.user, message))


def _out(taken: intake.Taken) -> TakenOut:
    return TakenOut(True, taken.accepted, taken.repeated, [named(one, RejectionOut) for one in taken.rejected])


@post(
    "/track",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    request_max_body_size=LARGEST_MESSAGE,
    operation_id="track",
    summary="Somebody did something",
    responses=_ANSWERS,
)
def track(request: ApiRequest, store: GivenStore, data: JSONBody[Track]) -> TakenOut:
    """An event of the party's timeline; of an id that is not known yet it waits until the id is identified."""
    return _take(store, request, "track", data)


@post(
    "/page",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    request_max_body_size=LARGEST_MESSAGE,
    operation_id="page",
    summary="Somebody looked at a page",
    responses=_ANSWERS,
)
def page(request: ApiRequest, store: GivenStore, data: JSONBody[Viewed]) -> TakenOut:
    """An event of the party's timeline, as `track`."""
    return _take(store, request, "page", data)


@post(
    "/screen",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    request_max_body_size=LARGEST_MESSAGE,
    operation_id="screen",
    summary="Somebody looked at a screen",
    responses=_ANSWERS,
)
def screen(request: ApiRequest, store: GivenStore, data: JSONBody[Viewed]) -> TakenOut:
    """An event of the party's timeline, as `track`."""
    return _take(store, request, "screen", data)


@post(
    "/identify",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    request_max_body_size=LARGEST_MESSAGE,
    operation_id="identify",
    summary="Who somebody is",
    responses=_ANSWERS,
)
def identify(request: ApiRequest, store: GivenStore, data: JSONBody[Identify]) -> TakenOut:
    """Traits become a record of the source `events.<name of the token>` and are resolved at once; later values win.

    With both ids the device is the user's: what was done and told there before belongs to the user.
    """
    return _take(store, request, "identify", data)


@post(
    "/group",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    request_max_body_size=LARGEST_MESSAGE,
    operation_id="group",
    summary="Somebody belongs to a company",
    responses=_ANSWERS,
)
def group(request: ApiRequest, store: GivenStore, data: JSONBody[Group]) -> TakenOut:
    """The group's traits become a record of an organization; on the timeline of the user it is an event."""
    return _take(store, request, "group", data)


@post(
    "/alias",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    request_max_body_size=LARGEST_MESSAGE,
    operation_id="alias",
    summary="Two ids of one person",
    responses=_ANSWERS,
)
def alias(request: ApiRequest, store: GivenStore, data: JSONBody[Alias]) -> TakenOut:
    """A link of ids that stewards see and can undo. Where both ids have a record, stewards are asked instead."""
    return _take(store, request, "alias", data)


@post(
    "/batch",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    request_max_body_size=LARGEST_BATCH,
    operation_id="batch",
    summary="Many messages",
    responses=_ANSWERS,
)
def batch(request: ApiRequest, store: GivenStore, data: JSONBody[BatchIn]) -> TakenOut:
    """Valid messages are taken, all or none; the others wait in quarantine and are named with a reason."""
    return _out(intake.take(store, request.user, data.batch, sent_at=data.sent_at))


intake_router = Router(
    path="/",
    route_handlers=[track, page, screen, identify, group, alias, batch],
    guards=[needs("send_events")],
    tags=["events"],
)


# Links ------------------------------------------------------------------------------------------------------------


@get("/links", sync_to_thread=True, operation_id="list_links", summary="Ids taken for one user", responses=ALWAYS)
def list_links(
    request: ApiRequest,
    store: GivenStore,
    source: Annotated[str | None, QueryParameter(max_length=64, description="Only of this source.")] = None,
    of_id: Annotated[
        str | None, QueryParameter(name="id", max_length=300, description="Only of this id, on either side.")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[LinksPage]:
    """What `identify` and `alias` said of ids, undone links too, the latest first."""
    with store.transaction() as connection:
        found = intake.list_links(
            connection, request.user, source=source, owner=of_id, before=from_cursor(cursor), limit=limit
        )
    following = to_cursor(found[-1].link_id) if len(found) == limit else None
    shown = LinksPage([named(one, LinkOut) for one in found], following)
    return Response(shown, headers=link_header(request, "cursor", following))


@delete(
    "/links/{link_id:int}",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="undo_link",
    summary="Undo a link of ids",
    responses={**NOT_FOUND, **CONFLICT},
)
def undo(request: ApiRequest, store: GivenStore, link_id: FromPath[int]) -> LinkOut:
    """Records and events are as they were without it; it does not come back by being said again."""
    return named(intake.undo_link(store, request.user, link_id), LinkOut)


links_router = Router(path="/", route_handlers=[list_links, undo], guards=[needs("judge")], tags=["events"])
