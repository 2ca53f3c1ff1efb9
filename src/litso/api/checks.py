"""Checks against lists, for the role of compliance: what lists answer about a party, hits to decide, decisions."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_201_CREATED

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, CONFLICT, NOT_FOUND
from litso.api.given import GivenStore
from litso.api.paging import from_cursor, link_header, to_cursor
from litso.api.parties import Cursor, Id, Limit
from litso.usecases import checks
from litso.usecases.checks import Hit, PartyChecks


@get(
    "/parties/{party_id:str}/checks",
    sync_to_thread=True,
    operation_id="get_party_checks",
    summary="What lists answer about a party",
    responses=NOT_FOUND,
)
def get_party_checks(
    request: ApiRequest,
    store: GivenStore,
    party_id: Id,
    past: Annotated[bool, QueryParameter(description="Hits that are no longer, too.")] = False,
) -> schemas.PartyChecksOut:
    """A hit, possibly one, clear; or not checked, or stale, with the edition of each list; hits, and risks in words.

    A party that changed since it was screened is screened first. `linked` are hits of its directors and owners who are
    parties themselves.
    """
    with store.transaction() as connection:
        found = checks.read_checks(connection, request.user, party_id, with_gone=past)
    return party_checks_out(found)


def party_checks_out(found: PartyChecks) -> schemas.PartyChecksOut:
    """Checks of a party as the API shows them."""
    return schemas.PartyChecksOut(
        party_id=found.party_id,
        name=found.name,
        kind=found.kind,  # type: ignore[arg-type]
        answer=found.worst,  # type: ignore[arg-type]
        lists=msgspec.convert(found.answers, list[schemas.ListAnswerOut], from_attributes=True),
        hits=_hits(found.hits),
        linked=_hits(found.linked),
        risks=msgspec.convert(found.risks, list[schemas.RiskOut], from_attributes=True),
    )


def _hits(found: tuple[Hit, ...]) -> list[schemas.HitOut]:
    return msgspec.convert(found, list[schemas.HitOut], from_attributes=True)


@get("/checks", sync_to_thread=True, operation_id="list_hits", summary="Hits of all parties", responses=ALWAYS)
def list_hits(
    request: ApiRequest,
    store: GivenStore,
    of_list: Annotated[
        str | None, QueryParameter(name="list", max_length=40, description="Only hits of this list.")
    ] = None,
    sure: Annotated[
        bool | None,
        QueryParameter(description="Only hits by number, or by name and day of birth; false: only possible ones."),
    ] = None,
    decided: Annotated[bool, QueryParameter(description="Decided ones instead of those to decide.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[schemas.HitPage]:
    """Present hits, the newest first: those to decide, or those decided."""
    with store.transaction() as connection:
        page = checks.list_hits(
            connection, request.user, of_list=of_list, is_sure=sure, is_open=not decided, before=from_cursor(cursor),
            limit=limit,
        )  # fmt: skip
    following = None if page.before is None else to_cursor(page.before)
    shown = schemas.HitPage(_hits(page.items), following)
    return Response(shown, headers=link_header(request, "cursor", following))


@get(
    "/checks/lists",
    sync_to_thread=True,
    operation_id="list_check_lists",
    summary="Lists and how far parties were held against them",
    responses=ALWAYS,
)
def list_states(request: ApiRequest, store: GivenStore) -> schemas.CheckListsOut:
    """Each list with its edition, the edition that all parties were held against, and its hits by grade."""
    with store.transaction() as connection:
        states, pending = checks.list_states(connection, request.user)
    return schemas.CheckListsOut(msgspec.convert(states, list[schemas.CheckListOut], from_attributes=True), pending)


@post(
    "/checks/{match_id:int}/decisions",
    sync_to_thread=True,
    status_code=HTTP_201_CREATED,
    operation_id="decide_hit",
    summary="Decide a hit",
    responses={**NOT_FOUND, **CONFLICT},
)
def decide(
    request: ApiRequest,
    store: GivenStore,
    match_id: FromPath[int],
    data: JSONBody[schemas.HitDecisionIn],
) -> Response[Any]:
    """True, false, or open again. It stays while the list has the entry, unless the match becomes surer."""
    with store.transaction() as connection:
        number = checks.decide(
            connection, request.user, match_id, verdict=data.verdict, reason=data.reason, seen=data.grade
        )
    return Response(schemas.HitDecisionOut(number, match_id, data.verdict), status_code=HTTP_201_CREATED)


checks_router = Router(
    path="/",
    route_handlers=[get_party_checks, list_hits, list_states, decide],
    guards=[needs("read_checks")],
    tags=["checks"],
)
