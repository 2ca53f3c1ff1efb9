"""Cases: questions put to stewards, claims, verdicts, taking them back."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, Router, get, post
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, JSONBody, PathParameter, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT, HTTP_428_PRECONDITION_REQUIRED

from litso.api import case_schemas as schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, CONFLICT, NOT_FOUND, PRECONDITION
from litso.api.given import GivenStore
from litso.api.paging import link_header
from litso.api.schemas import RecordKey, named
from litso.domain.case import Ground, ground_risk
from litso.errors import BadUsage
from litso.store import cases
from litso.store.cases import Case, Filter
from litso.store.database import Connection
from litso.usecases import case_desk
from litso.usecases.access import Actor
from litso.usecases.case_words import ground_words

CaseId = Annotated[int, PathParameter(ge=1, le=2**63 - 1, description="Number of the case.")]
Seen = Annotated[
    str | None,
    HeaderParameter(name="If-Match", max_length=200, description="ETag of the case as it was seen, or `*`. Needed."),
]
_NEEDED = {428: PRECONDITION[428]}


@get("/cases", sync_to_thread=True, operation_id="list_cases", summary="The queue of cases", responses=ALWAYS)
def list_cases(
    request: ApiRequest,
    store: GivenStore,
    kind: Annotated[schemas.Kind | None, QueryParameter(description="Only of this kind.")] = None,
    source: Annotated[str | None, QueryParameter(max_length=64, description="Only about records of it.")] = None,
    value: Annotated[int, QueryParameter(ge=0, le=100, description="At least so much hangs on it.")] = 0,
    standing: Annotated[
        schemas.State | None, QueryParameter(name="state", description="Those that wait for somebody if not given.")
    ] = None,
    mine: Annotated[bool, QueryParameter(description="Only those that the caller is at, or decided.")] = False,
    cursor: Annotated[str | None, QueryParameter(max_length=64)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200, description="How many at most.")] = 50,
) -> Response[schemas.CasesPage]:
    """The most urgent first; closed ones the latest first."""
    case_desk.follow(store)
    chosen = Filter(kind, source, value, standing, mine)
    with store.transaction() as connection:
        found = case_desk.queue(connection, request.user, chosen, after=_after(cursor), limit=limit)
        items = [_out(connection, request.user, one) for one in found]
    following = f"{found[-1].priority}-{found[-1].case_id}" if len(found) == limit else None
    page = schemas.CasesPage(items, following)
    return Response(page, headers=link_header(request, "cursor", following))


def _after(cursor: str | None) -> tuple[int, int]:
    """The place in the queue that a cursor names."""
    if cursor is None:
        return cases.START
    first, _, second = cursor.partition("-")
    if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in (first, second)):
        raise BadUsage("cursor: not a cursor of this list")
    return min(int(first), cases.START[0]), int(second)


def _out(connection: Connection, actor: Actor, case: Case) -> schemas.CaseOut:
    grounds = [Ground(**one) for one in case.grounds]
    given = case_desk.verdicts_shown(actor, case, cases.verdicts(connection, case.case_id))
    return schemas.CaseOut(
        case_id=case.case_id,
        kind=case.kind,  # type: ignore[arg-type]
        state=case.state,  # type: ignore[arg-type]
        left=RecordKey(*case.left),
        right=RecordKey(*case.right),
        parties=case.party_ids,
        grounds=[
            schemas.CaseGround(words=words, risk=ground_risk(one), **one._asdict())
            for one, words in zip(
                sorted(grounds, key=lambda one: -ground_risk(one)), ground_words(case.grounds), strict=True
            )
        ],
        stakes=schemas.CaseStakes(**case.stakes),
        risk=case.risk,
        value=case.value,
        priority=case.priority,
        version=case.version,
        opened_at=case.opened_at,
        claimed_by=case.claimed_by if case.is_claimed else None,
        claimed_until=case.claimed_until if case.is_claimed else None,
        outcome=case.outcome,  # type: ignore[arg-type]
        judgement_id=case.judgement_id,
        decided_by=case.decided_by,
        decided_at=case.decided_at,
        note=case.note,
        verdicts=[named(one, schemas.CaseVerdict) for one in given],
    )


def _answer(connection: Connection, actor: Actor, case: Case) -> Response[schemas.CaseOut]:
    tag = case_desk.tag_of(connection, case)
    return Response(_out(connection, actor, case), headers={"ETag": f'"{tag}"'}, status_code=HTTP_200_OK)


@get("/cases/{case_id:int}", sync_to_thread=True, operation_id="get_case", summary="A case", responses=NOT_FOUND)
def get_case(request: ApiRequest, store: GivenStore, case_id: CaseId) -> Response[schemas.CaseOut]:
    """Why it is asked and what hangs on it. `GET /v1/explain` tells the evidence. The ETag is what `decide` needs."""
    with store.transaction() as connection:
        return _answer(connection, request.user, case_desk.get_case(connection, request.user, case_id))


@post(
    "/cases",
    sync_to_thread=True,
    operation_id="open_case",
    summary="Put a question by hand",
    responses={**NOT_FOUND, **CONFLICT},
)
def open_case(request: ApiRequest, store: GivenStore, data: JSONBody[schemas.CaseIn]) -> Response[schemas.CaseOut]:
    """A question about two records that a steward shall decide."""
    left, right = ((key.source, key.source_id) for key in (data.left, data.right))

    with store.transaction() as connection:
        made = case_desk.open_case(store.within(connection), request.user, left, right, data.note)
        return Response(_out(connection, request.user, made), status_code=HTTP_201_CREATED)


@post(
    "/cases/next",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="claim_next_case",
    summary="Claim the next case",
    responses={**ALWAYS, 204: ResponseSpec(None, description="Nothing waits.", generate_examples=False)},
)
def claim_next(
    request: ApiRequest, store: GivenStore, data: JSONBody[schemas.NextIn]
) -> Response[schemas.CaseOut | None]:
    """The most urgent case that nobody else is at and about which the caller has not spoken; 204 when there is none."""
    case_desk.follow(store)
    found = case_desk.claim_next(store, request.user, Filter(data.kind, data.source, data.value))
    if found is None:
        return Response(None, status_code=HTTP_204_NO_CONTENT)
    with store.transaction() as connection:
        answer = _answer(connection, request.user, found)
    return Response(answer.content, headers=answer.headers, status_code=HTTP_200_OK)


@post(
    "/cases/{case_id:int}/claim",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="claim_case",
    summary="Claim a case",
    responses={**NOT_FOUND, **CONFLICT},
)
def claim(request: ApiRequest, store: GivenStore, case_id: CaseId) -> Response[schemas.CaseOut]:
    """For a quarter of an hour nobody else decides it; claiming it again makes it longer."""
    found = case_desk.claim(store, request.user, case_id)
    with store.transaction() as connection:
        return _answer(connection, request.user, found)


@post(
    "/cases/{case_id:int}/release",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="release_case",
    summary="Give a case back",
    responses={**NOT_FOUND, **CONFLICT},
)
def release(request: ApiRequest, store: GivenStore, case_id: CaseId) -> Response[schemas.CaseOut]:
    """The case is free for others."""
    found = case_desk.release(store, request.user, case_id)
    with store.transaction() as connection:
        return _answer(connection, request.user, found)


@post(
    "/cases/{case_id:int}/decide",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="decide_case",
    summary="Answer a case",
    responses={**NOT_FOUND, **CONFLICT, **_NEEDED},
)
def decide(
    request: ApiRequest, store: GivenStore, case_id: CaseId, data: JSONBody[schemas.VerdictIn], if_match: Seen = None
) -> Response[schemas.CaseOut]:
    """Same and different enter a judgement, unless a second person is needed. 409 when the case changed since."""
    if if_match is None:
        raise HTTPException("If-Match is needed: the case may change", status_code=HTTP_428_PRECONDITION_REQUIRED)
    tag = None if if_match.strip() == "*" else if_match.strip().strip('"')
    done = case_desk.decide(store, request.user, case_id, data.verdict, tag=tag, reason=data.reason)
    with store.transaction() as connection:
        return _answer(connection, request.user, done.case)


@post(
    "/cases/{case_id:int}/undo",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="undo_case",
    summary="Take your answer back",
    responses={**NOT_FOUND, **CONFLICT},
)
def undo(request: ApiRequest, store: GivenStore, case_id: CaseId) -> Response[schemas.CaseOut]:
    """The judgement that it became is undone, and the case waits again."""
    done = case_desk.undo(store, request.user, case_id)
    with store.transaction() as connection:
        return _answer(connection, request.user, done.case)


@get(
    "/cases/statistics",
    sync_to_thread=True,
    operation_id="get_case_statistics",
    summary="Figures of the queue",
    responses=ALWAYS,
)
def get_statistics(request: ApiRequest, store: GivenStore) -> schemas.CaseStatistics:
    """What waits, how long, who answered how much, and how often two persons agreed."""
    with store.transaction() as connection:
        found = case_desk.statistics(connection, request.user)
    return schemas.CaseStatistics(
        waiting=[
            {"kind": kind, "state": state, "cases": count} for (kind, state), count in sorted(found.counts.items())
        ],
        oldest_seconds=found.oldest,
        middle_seconds=found.middle,
        by_day=[named(one, schemas.DayVerdicts) for one in found.by_day],
        decided_by_two=found.doubled,
        agreed=found.agreed,
        held_loads=found.loads,
        quarantined_rows=found.rows,
    )


cases_router = Router(
    path="/",
    route_handlers=[
        list_cases, get_statistics, get_case, open_case, claim_next, claim, release, decide, undo,
    ],
    guards=[needs("judge")],
    tags=["cases"],
)  # fmt: skip
