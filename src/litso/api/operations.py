"""Operations: merge parties, part records, judge in bulk; foresee it, do it, take it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

from litestar import Response, Router, delete, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_202_ACCEPTED

from litso.api import schemas
from litso.api import steward_schemas as out
from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, CONFLICT, NOT_FOUND, PRECONDITION
from litso.api.given import GivenStore
from litso.api.judgements import IfMatch, demand_match, effects_out
from litso.api.paging import from_cursor, link_header, to_cursor
from litso.api.parties import Cursor, Id
from litso.errors import BadUsage
from litso.store import golden
from litso.store.database import Connection, Store
from litso.store.operations import Operation
from litso.usecases import background, profiles
from litso.usecases.access import Actor
from litso.usecases.bulk_judging import CaseFilter, LinkFilter, Pair
from litso.usecases.bulk_judging import Given as BulkGiven
from litso.usecases.operations import (
    Done,
    Versions,
    find_operation,
    latest_operations,
    merge,
    parties_judged,
    split,
    undo_operation,
)

_DRY: Final = {200: ResponseSpec(out.OperationDoneOut, description="A dry run.", generate_examples=False)}
_BEGUN: Final = {202: ResponseSpec(out.OperationOut, description="Begun: many judgements.", generate_examples=False)}


@post(
    "/parties/merge",
    sync_to_thread=True,
    operation_id="merge_parties",
    summary="Merge parties",
    responses={**NOT_FOUND, **CONFLICT, **PRECONDITION, **_DRY},
)
def merge_parties(
    request: ApiRequest,
    store: GivenStore,
    data: JSONBody[out.MergeIn],
    if_match: IfMatch = None,
) -> Response[out.OperationDoneOut]:
    """Two parties or more become one, with chosen values if given; one undo takes all of it back."""

    def do(store: Store, versions: Versions, is_rehearsal: bool) -> Done:
        return merge(
            store, request.user, data.parties, reason=data.reason, values=data.values, versions=versions,
            is_rehearsal=is_rehearsal,
        )  # fmt: skip

    return _answered(request, store, data.parties, data, do, if_match)


@post(
    "/parties/{party_id:str}/split",
    sync_to_thread=True,
    operation_id="split_party",
    summary="Part records from a party",
    responses={**NOT_FOUND, **CONFLICT, **PRECONDITION, **_DRY},
)
def split_party(
    request: ApiRequest,
    store: GivenStore,
    party_id: Id,
    data: JSONBody[out.SplitIn],
    if_match: IfMatch = None,
) -> Response[out.OperationDoneOut]:
    """The chosen records become a party of their own; what hangs on them goes with them."""
    chosen = [(key.source, key.source_id) for key in data.records]

    def do(store: Store, versions: Versions, is_rehearsal: bool) -> Done:
        return split(
            store, request.user, party_id, chosen, reason=data.reason, together=data.together, versions=versions,
            is_rehearsal=is_rehearsal,
        )  # fmt: skip

    return _answered(request, store, [party_id], data, do, if_match)


def _answered(
    request: ApiRequest,
    store: Store,
    party_ids: list[str],
    data: out.MergeIn | out.SplitIn,
    do: Callable[[Store, Versions, bool], Done],
    if_match: str | None,
) -> Response[out.OperationDoneOut]:
    """A dry run answers 200; a change needs If-Match and answers 201."""
    if data.dry_run:
        return Response(_done(request, do(store, None, True)), status_code=HTTP_200_OK)

    with store.transaction() as connection:
        current = [profiles.current_id(connection, request.user, one) for one in party_ids]
        present = golden.find_many(connection, current)
        demand_match(if_match, list(present.values()))
        is_any = (if_match or "").strip() == "*"
        versions = None if is_any else {one.party_id: one.version for one in present.values()}
        done = do(store.within(connection), versions, False)
    return Response(_done(request, done), status_code=HTTP_201_CREATED)


def _done(request: ApiRequest, done: Done) -> out.OperationDoneOut:
    return out.OperationDoneOut(done.operation and _out(done.operation), effects_out(request, done.effects))


def _out(found: Operation) -> out.OperationOut:
    return schemas.named(found, out.OperationOut)


@get("/operations", sync_to_thread=True, operation_id="list_operations", summary="Operations", responses=ALWAYS)
def list_operations(
    request: ApiRequest,
    store: GivenStore,
    limit: Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")] = 20,
    cursor: Cursor = None,
) -> Response[out.OperationsOut]:
    """The last merges, splits and bulk judgements, undone ones too, the newest first."""
    with store.transaction() as connection:
        found = latest_operations(connection, request.user, before=from_cursor(cursor), limit=limit)
    following = to_cursor(found[-1].operation_id) if len(found) == limit else None
    page = out.OperationsOut([_out(one) for one in found], following)
    return Response(page, headers=link_header(request, "cursor", following))


@get(
    "/operations/{operation_id:int}",
    sync_to_thread=True,
    operation_id="get_operation",
    summary="An operation",
    responses=NOT_FOUND,
)
def get_operation(request: ApiRequest, store: GivenStore, operation_id: FromPath[int]) -> out.OperationOut:
    """What it changes, and its state: long work is asked for here until it is done."""
    return _out(_read(store, request.user, operation_id))


def _read(store: Store, actor: Actor, operation_id: int) -> Operation:
    with store.transaction() as connection:
        return find_operation(connection, actor, operation_id)


@delete(
    "/operations/{operation_id:int}",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="undo_operation",
    summary="Undo an operation",
    responses={
        **NOT_FOUND,
        **CONFLICT,
        **PRECONDITION,
        **_BEGUN,
    },
)
def undo(
    request: ApiRequest, store: GivenStore, operation_id: FromPath[int], if_match: IfMatch = None
) -> Response[out.OperationOut]:
    """Take it back whole: ids, values, pins and consents are what they were. Judgements in bulk answer 202."""
    with store.transaction() as connection:
        found = find_operation(connection, request.user, operation_id)
        if found.kind != "bulk":
            demand_match(if_match, _present(connection, operation_id))
    if found.kind != "bulk":
        return Response(_out(undo_operation(store, request.user, operation_id)), status_code=HTTP_200_OK)
    begun = background.undo_judgements(store, request.user, operation_id)
    return Response(_out(begun), status_code=HTTP_202_ACCEPTED)


def _present(connection: Connection, operation_id: int) -> list[golden.Golden]:
    return list(golden.find_many(connection, sorted(parties_judged(connection, operation_id))).values())


# In bulk --------------------------------------------------------------------------------------------------------


@post(
    "/judgements/bulk",
    sync_to_thread=True,
    status_code=HTTP_202_ACCEPTED,
    operation_id="rehearse_judgements",
    summary="Rehearse judgements in bulk",
    responses=NOT_FOUND,
)
def rehearse(request: ApiRequest, store: GivenStore, data: JSONBody[out.BulkIn]) -> Response[out.OperationOut]:
    """Begin to foresee what many judgements change; ask `GET /v1/operations/{id}` until it is `rehearsed`."""
    begun = background.rehearse_judgements(store, request.user, _given(data), reason=data.reason)
    return Response(_out(begun), status_code=HTTP_202_ACCEPTED)


def _given(data: out.BulkIn) -> BulkGiven:
    if sum((bool(data.pairs), data.links is not None, data.cases is not None)) != 1:
        raise BadUsage("give either pairs or links or cases")
    if data.links is not None:
        wanted = data.links
        return LinkFilter(wanted.verdict, wanted.above, wanted.below, wanted.source, wanted.evidence)
    if data.cases is not None:
        return CaseFilter(data.cases.verdict, data.cases.kind, data.cases.source, data.cases.value)
    return [
        Pair((one.left.source, one.left.source_id), (one.right.source, one.right.source_id), one.verdict, one.reason)
        for one in data.pairs
    ]


@post(
    "/operations/{operation_id:int}/apply",
    sync_to_thread=True,
    status_code=HTTP_202_ACCEPTED,
    operation_id="apply_judgements",
    summary="Apply rehearsed judgements",
    responses={**NOT_FOUND, **CONFLICT},
)
def apply(request: ApiRequest, store: GivenStore, operation_id: FromPath[int]) -> Response[out.OperationOut]:
    """Begin, in chunks; what was interrupted goes on."""
    begun = background.apply_judgements(store, request.user, operation_id)
    return Response(_out(begun), status_code=HTTP_202_ACCEPTED)


operations_router = Router(
    path="/",
    route_handlers=[merge_parties, split_party, list_operations, get_operation, undo, rehearse, apply],
    guards=[needs("judge")],
    tags=["operations"],
)
