"""Sources that run by themselves: how each does, run it now, pause and resume it, connect another one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from litestar import Response, Router, get, post
from litestar.params import JSONBody, PathParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED
from msgspec import Meta, Struct

from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, CONFLICT, NOT_FOUND
from litso.api.given import GivenSettings, GivenStore
from litso.api.schemas import named
from litso.store.connections import SourceConnection
from litso.store.database import Store
from litso.usecases import connecting

Source = Annotated[str, PathParameter(description="Name of the source.", max_length=200)]


class AlarmOut(Struct):
    """What a person has to look at, in Russian words."""

    at: str
    code: str
    message: str


class ConnectionOut(Struct):
    """A source that runs by itself; where it is reached, and by which credentials, is not told here."""

    source: str
    kind: Annotated[str, Meta(examples=["postgresql"])]
    status: Annotated[
        Literal["active", "paused", "stopped"], Meta(description="stopped: by what a person has to put right.")
    ]
    told: Annotated[str, Meta(description="Why it waits or is stopped.")]
    alarms: list[AlarmOut]
    failures: Annotated[int, Meta(description="In a row.")]
    next_at: Annotated[datetime | None, Meta(description="When it is due; null: when it is asked for.")]
    arrived_at: Annotated[datetime | None, Meta(description="When it was last read to its end.")]
    created_by: str
    created_at: datetime
    updated_at: datetime


class RunOut(Struct):
    """A run of a source and what it brought."""

    run_id: int
    status: Literal["running", "done", "held", "failed", "stopped"]
    rows_in: int
    rows_inserted: int
    rows_changed: int
    rows_deleted: int
    rows_quarantined: int
    loads: list[int]
    told: str
    started_by: str
    started_at: datetime
    finished_at: datetime | None


class ConnectionsOut(Struct):
    """Every connected source, by name."""

    items: list[ConnectionOut]


class ConnectionPage(Struct):
    """A connected source and its last runs, the newest first. `behind`: seconds since it was last read to its end."""

    connection: ConnectionOut
    runs: list[RunOut]
    behind: float | None


class ConnectionIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A connection as its file holds it; credentials are named there, never written."""

    content: Annotated[
        str,
        Meta(min_length=1, max_length=100_000, examples=["source: crm\nevery: 5m\nfolder: {path: /srv/crm}\n"]),
    ]
    from_start: Annotated[bool, Meta(description="Read everything again.")] = False


def _out(found: SourceConnection) -> ConnectionOut:
    return named(found, ConnectionOut)


@get(
    "/connections", sync_to_thread=True, operation_id="list_connections", summary="Connected sources", responses=ALWAYS
)
def list_connections(request: ApiRequest, store: GivenStore) -> ConnectionsOut:
    """Sources that run by themselves, with their state."""
    with store.transaction() as connection:
        return ConnectionsOut([_out(one) for one in connecting.list_connections(connection, request.user)])


@get(
    "/connections/{source:str}",
    sync_to_thread=True,
    operation_id="get_connection",
    summary="A connected source",
    responses=NOT_FOUND,
)
def get_connection(request: ApiRequest, store: GivenStore, source: Source) -> ConnectionPage:
    """How it does, and its last runs."""
    with store.transaction() as connection:
        found = connecting.get_connection(connection, request.user, source)
    return ConnectionPage(_out(found.connection), [named(one, RunOut) for one in found.runs], found.behind)


@post(
    "/connections",
    sync_to_thread=True,
    operation_id="connect_source",
    summary="Connect a source",
    responses=NOT_FOUND,
    guards=[needs("connect_sources")],
)
def connect(
    request: ApiRequest, store: GivenStore, settings: GivenSettings, data: JSONBody[ConnectionIn]
) -> Response[ConnectionOut]:
    """Let a registered source run by itself, or change how it does. Only where `LITSO_CONNECT_BY_API` allows it: a
    connection names files and hosts that this machine reaches."""
    made = connecting.connect_by_program(store, settings, request.user, data.content, from_start=data.from_start)
    return Response(_out(made), status_code=HTTP_201_CREATED)


def _act(
    request: ApiRequest, store: Store, source: str, act: Callable[[Store, str, str], SourceConnection]
) -> ConnectionOut:
    return _out(act(store, source, request.user.name))


@post(
    "/connections/{source:str}/run",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="run_connection",
    summary="Run a source now",
    responses={**NOT_FOUND, **CONFLICT},
    guards=[needs("decide_loads")],
)
def run(request: ApiRequest, store: GivenStore, source: Source) -> ConnectionOut:
    """A worker runs it as soon as it can, whatever its schedule."""
    return _act(request, store, source, connecting.ask)


@post(
    "/connections/{source:str}/pause",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="pause_connection",
    summary="Pause a source",
    responses={**NOT_FOUND, **CONFLICT},
    guards=[needs("decide_loads")],
)
def pause(request: ApiRequest, store: GivenStore, source: Source) -> ConnectionOut:
    """It is not run until it is resumed."""
    return _act(request, store, source, connecting.pause)


@post(
    "/connections/{source:str}/resume",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="resume_connection",
    summary="Resume a source",
    responses=NOT_FOUND,
    guards=[needs("decide_loads")],
)
def resume(request: ApiRequest, store: GivenStore, source: Source) -> ConnectionOut:
    """From where it was; alarms are closed, what changed in its columns is accepted."""
    return _act(request, store, source, connecting.resume)


connections_router = Router(
    path="/",
    route_handlers=[list_connections, get_connection, connect, run, pause, resume],
    guards=[needs("read_sources")],
    tags=["sources"],
)
