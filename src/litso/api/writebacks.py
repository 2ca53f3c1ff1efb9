"""Write-backs: programmes that return golden values to sources, what they would do, did, and take back."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from litestar import Response, Router, delete, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_202_ACCEPTED, HTTP_204_NO_CONTENT

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, CONFLICT, NOT_FOUND
from litso.api.given import GivenSettings, GivenStore
from litso.api.paging import link_header
from litso.api.parties import Purpose
from litso.domain.returning import Change
from litso.store.database import Store
from litso.store.writebacks import Run, Writeback
from litso.usecases import writebacks, writing_back
from litso.usecases.working import is_at_work
from litso.usecases.writebacks import Wanted
from litso.usecases.writing_back import Plan

_MOST: Final = 1000

Name = Annotated[str, PathParameter(description="Name of the write-back.", max_length=63)]
RunId = Annotated[int, PathParameter(description="Number of the run.", ge=1, le=2**63 - 1)]
Limit = Annotated[int, QueryParameter(ge=1, le=_MOST, description="How many rows to show.")]


def _out(one: Writeback) -> schemas.WritebackOut:
    return schemas.named(one, schemas.WritebackOut)


def _run(one: Run) -> schemas.WritebackRunOut:
    return schemas.named(one, schemas.WritebackRunOut)


def _change(one: Change) -> schemas.WritebackChangeOut:
    return schemas.named(one, schemas.WritebackChangeOut)


def _plan(plan: Plan) -> schemas.WritebackPlan:
    items = [
        schemas.ProposalOut(one.source_id, one.party_id, [_change(change) for change in one.task.changes])
        for one in plan.rows
    ]
    return schemas.WritebackPlan(items, plan.total, plan.kept)


def _asked(store: Store, name: str) -> schemas.AskedOut:
    with store.transaction() as connection:
        return schemas.AskedOut(name, is_at_work(connection))


@get("/writebacks", sync_to_thread=True, operation_id="list_writebacks", summary="Write-backs", responses=ALWAYS)
def list_writebacks(request: ApiRequest, store: GivenStore) -> schemas.WritebacksOut:
    """Programmes that return golden values to sources, with what their last run did."""
    with store.transaction() as connection:
        return schemas.WritebacksOut([_out(one) for one in writebacks.list_writebacks(connection, request.user)])


@post(
    "/writebacks",
    sync_to_thread=True,
    operation_id="add_writeback",
    summary="Attach a write-back",
    responses={**NOT_FOUND, **CONFLICT},
)
def add_writeback(
    request: ApiRequest, store: GivenStore, settings: GivenSettings, data: JSONBody[schemas.WritebackIn]
) -> Response[schemas.WritebackOut]:
    """Nothing is written before it is run."""
    wanted = Wanted(
        name=data.name,
        source=data.source,
        purpose=data.purpose,
        way=data.way,
        fields=data.fields,
        rule=data.rule,
        place=data.place,
        method=data.method,
        token=data.token,
        kinds=tuple(data.kinds),
        every=data.every,
    )
    made = writebacks.attach(store, settings, request.user, wanted)
    return Response(_out(made), status_code=HTTP_201_CREATED)


@get(
    "/writebacks/{name:str}",
    sync_to_thread=True,
    operation_id="get_writeback",
    summary="A write-back",
    responses=NOT_FOUND,
)
def get_writeback(request: ApiRequest, store: GivenStore, name: Name) -> schemas.WritebackPage:
    """What it returns, and its last runs."""
    with store.transaction() as connection:
        found, runs = writebacks.read_writeback(connection, request.user, name)
    return schemas.WritebackPage(_out(found), [_run(one) for one in runs])


@delete(
    "/writebacks/{name:str}",
    sync_to_thread=True,
    status_code=HTTP_204_NO_CONTENT,
    operation_id="remove_writeback",
    summary="Detach a write-back",
    responses=NOT_FOUND,
)
def remove_writeback(request: ApiRequest, store: GivenStore, name: Name) -> None:
    """What it wrote stays in the source; undo first what is to go."""
    writebacks.remove(store, request.user, name)


@post(
    "/writebacks/{name:str}/pause",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="pause_writeback",
    summary="Pause a write-back",
    responses=NOT_FOUND,
)
def pause(request: ApiRequest, store: GivenStore, name: Name) -> schemas.WritebackOut:
    """It is not run until it is resumed."""
    return _out(writebacks.pause(store, request.user, name))


@post(
    "/writebacks/{name:str}/resume",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="resume_writeback",
    summary="Resume a write-back",
    responses=NOT_FOUND,
)
def resume(request: ApiRequest, store: GivenStore, name: Name) -> schemas.WritebackOut:
    """It may be run again."""
    return _out(writebacks.resume(store, request.user, name))


@get(
    "/writebacks/{name:str}/plan",
    sync_to_thread=True,
    operation_id="plan_writeback",
    summary="What a run would change",
    responses=NOT_FOUND,
)
def plan(
    request: ApiRequest, store: GivenStore, name: Name, limit: Limit = 100, purpose: Purpose = None
) -> schemas.WritebackPlan:
    """A dry run: nothing is written, and the source is not asked."""
    return _plan(writing_back.rehearse(store, request.user, name, limit=limit, purpose=purpose))


@post(
    "/writebacks/{name:str}/runs",
    sync_to_thread=True,
    status_code=HTTP_202_ACCEPTED,
    operation_id="run_writeback",
    summary="Run a write-back",
    responses={**NOT_FOUND, **CONFLICT},
)
def run(request: ApiRequest, store: GivenStore, name: Name) -> schemas.AskedOut:
    """A worker runs it as soon as it can; the write-back tells of its runs."""
    writing_back.ask(store, request.user, name)
    return _asked(store, name)


@get(
    "/writebacks/{name:str}/runs/{run_id:int}",
    sync_to_thread=True,
    operation_id="get_writeback_run",
    summary="What became of each row",
    responses=NOT_FOUND,
)
def get_run(
    request: ApiRequest,
    store: GivenStore,
    name: Name,
    run_id: RunId,
    outcome: Annotated[
        Literal["sending", "written", "handed", "conflict", "missing", "refused"] | None,
        QueryParameter(description="Only rows that came to this end."),
    ] = None,
    after: Annotated[int, QueryParameter(ge=0, le=2**63 - 1, description="Id of the last row seen.")] = 0,
    limit: Limit = 100,
    purpose: Purpose = None,
) -> Response[schemas.WritebackRowsPage]:
    """Rows of a run in order, with the values before and after as the caller may see them."""
    with store.transaction() as connection:
        found = writebacks.read_run(
            connection, request.user, name, run_id, outcome=outcome, after=after, limit=limit, purpose=purpose
        )
    items = [
        schemas.WritebackRowOut(
            one.row_id, one.source_id, one.party_id, one.outcome, one.why, list(map(_change, one.task.changes)), one.at
        )
        for one in found.rows
    ]
    following = items[-1].row_id if len(items) == limit else None
    page = schemas.WritebackRowsPage(_run(found.run), items, following)
    return Response(page, headers=link_header(request, "after", str(following) if following else None))


@get(
    "/writebacks/{name:str}/runs/{run_id:int}/undo",
    sync_to_thread=True,
    operation_id="plan_writeback_undo",
    summary="What undoing a run would change",
    responses=NOT_FOUND,
)
def plan_undo(
    request: ApiRequest, store: GivenStore, name: Name, run_id: RunId, limit: Limit = 100, purpose: Purpose = None
) -> schemas.WritebackPlan:
    """A dry run: every row that the run wrote and that is still ours."""
    return _plan(writing_back.rehearse_undo(store, request.user, name, run_id, limit=limit, purpose=purpose))


@post(
    "/writebacks/{name:str}/runs/{run_id:int}/undo",
    sync_to_thread=True,
    status_code=HTTP_202_ACCEPTED,
    operation_id="undo_writeback",
    summary="Undo a run",
    responses={**NOT_FOUND, **CONFLICT},
)
def undo(request: ApiRequest, store: GivenStore, name: Name, run_id: RunId) -> schemas.AskedOut:
    """A worker takes back what the run wrote, where the source still has it."""
    writing_back.ask(store, request.user, name, undoes=run_id)
    return _asked(store, name)


writebacks_router = Router(
    path="/",
    route_handlers=[
        list_writebacks, add_writeback, get_writeback, remove_writeback, pause, resume, plan, run, get_run, plan_undo,
        undo,
    ],
    guards=[needs("manage_consumers")],
    tags=["write-backs"],
)  # fmt: skip
