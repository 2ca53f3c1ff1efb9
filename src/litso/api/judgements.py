"""Judgements of stewards about pairs of records, and taking them back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

from litestar import Response, Router, delete, post
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_428_PRECONDITION_REQUIRED

from litso.api import schemas, steward_schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import CONFLICT, NOT_FOUND, PRECONDITION
from litso.api.given import GivenStore
from litso.api.parties import etag
from litso.api.problems import PreconditionFailed
from litso.api.records import DryRun
from litso.api.steward_schemas import EffectsOut
from litso.store import golden, judgements, records
from litso.store.database import Connection, Store
from litso.store.judgements import Judgement, SourceKey
from litso.usecases import operations, stewardship
from litso.usecases.access import sight_of
from litso.usecases.consenting import shown_contact
from litso.usecases.operations import Effects

_TAG: Final = re.compile(r'"[^"]*"')

IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        max_length=1000,
        description="ETags of the parties that the caller looked at, or `*`. Needed when parties may change.",
    ),
]

_ANSWERS: Final = {
    200: ResponseSpec(EffectsOut, description="A dry run.", generate_examples=False),
    201: ResponseSpec(schemas.JudgementOut, description="Entered.", generate_examples=False),
}


@post(
    "/judgements",
    sync_to_thread=True,
    operation_id="judge",
    summary="Same, different or unsure",
    responses={**NOT_FOUND, **CONFLICT, **PRECONDITION, **_ANSWERS},
)
def judge(
    request: ApiRequest,
    store: GivenStore,
    data: JSONBody[schemas.JudgementIn],
    dry_run: DryRun = False,
    if_match: IfMatch = None,
) -> Response[Any]:
    """Enter a judgement about two source records; their parties are resolved anew at once.

    A dry run answers 200 with what would change, and needs no If-Match.
    """
    left, right = ((key.source, key.source_id) for key in (data.left, data.right))
    if dry_run:
        return Response(_foreseen(store, request, data.verdict, left, right), status_code=HTTP_200_OK)

    with store.transaction() as connection:
        part = store.within(connection)
        if data.verdict != "unsure":
            _check_match(part, (left, right), if_match)
        done = stewardship.judge_within(
            connection, request.user, verdict=data.verdict, left=left, right=right, reason=data.reason
        )
        return Response(_judgement_out(part, done.judgement), status_code=HTTP_201_CREATED)


@delete(
    "/judgements/{judgement_id:int}",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="undo_judgement",
    summary="Undo a judgement",
    responses={**NOT_FOUND, **CONFLICT, **PRECONDITION},
)
def undo(
    request: ApiRequest,
    store: GivenStore,
    judgement_id: FromPath[int],
    if_match: IfMatch = None,
) -> schemas.JudgementOut:
    """Take a judgement back: the parties are as they were without it, ids included. The entry stays in the ledger."""
    with store.transaction() as connection:
        judgement = judgements.get(connection, judgement_id)
    if judgement.verdict != "unsure":
        _check_match(store, judgement.sides, if_match)
    return _judgement_out(store, stewardship.undo(store, request.user, judgement_id).judgement)


def _foreseen(store: Store, request: ApiRequest, verdict: str, left: SourceKey, right: SourceKey) -> EffectsOut:
    with store.transaction() as connection:
        return effects_out(request, operations.rehearse_judgement(connection, request.user, verdict, left, right))


def effects_out(request: ApiRequest, effects: Effects) -> EffectsOut:
    """What a judgement or an operation changes, as the API shows it."""
    sight, _ = sight_of(request.user, None)
    before, after = (
        [schemas.named(one, steward_schemas.PartShareOut) for one in side] for side in (effects.before, effects.after)
    )
    narrowed, returned = (
        [steward_schemas.SubjectOut(shown_contact(one.contact, sight), *one[1:]) for one in side]
        for side in (effects.narrowed, effects.returned)
    )
    return EffectsOut(before, after, effects.redirected, effects.created, narrowed, returned, effects.systems)


def _check_match(store: Store, keys: Sequence[SourceKey], if_match: str | None) -> None:
    """Each ETag given is the present one of a party of the records, and there is one."""
    with store.transaction() as connection:
        demand_match(if_match, _golden_of(connection, keys))


def demand_match(if_match: str | None, present: Sequence[golden.Golden]) -> None:
    """Each ETag given is that of one of the golden records, and there is one; `*` is content with any."""
    if if_match is None:
        raise HTTPException("If-Match is needed: parties may change", status_code=HTTP_428_PRECONDITION_REQUIRED)
    given = set(_TAG.findall(if_match))
    if if_match.strip() != "*" and (not given or not given <= {etag(one.party_id, one.version) for one in present}):
        raise PreconditionFailed("a party is not at the version of If-Match: look again")


def _golden_of(connection: Connection, keys: Sequence[SourceKey]) -> list[golden.Golden]:
    return list(golden.find_many(connection, _parties_of(connection, keys)).values())


def _parties_of(connection: Connection, keys: Sequence[SourceKey]) -> list[str]:
    found = records.find_many(connection, keys)
    return sorted({record.party_id for record in found if record.party_id})


def _judgement_out(store: Store, judgement: Judgement) -> schemas.JudgementOut:
    left, right = judgement.sides
    with store.transaction() as connection:
        parties = _parties_of(connection, (left, right))
    return schemas.JudgementOut(
        judgement_id=judgement.judgement_id,
        verdict=judgement.verdict,  # type: ignore[arg-type]
        left=schemas.RecordKey(*left),
        right=schemas.RecordKey(*right),
        author=judgement.author,
        reason=judgement.reason,
        decided_at=judgement.decided_at,
        undone_at=judgement.undone_at,
        parties=parties,
    )


judgements_router = Router(path="/", route_handlers=[judge, undo], guards=[needs("judge")], tags=["judgements"])
