"""Judgements of stewards about pairs of records, and taking them back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Final

from litestar import Response, Router, delete, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_428_PRECONDITION_REQUIRED

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import CONFLICT, NOT_FOUND, PRECONDITION
from litso.api.given import GivenStore
from litso.api.once import IdempotencyKey, once
from litso.api.parties import etag
from litso.api.problems import PreconditionFailed
from litso.store import golden, judgements, records
from litso.store.database import Connection, Store
from litso.store.judgements import Judgement, SourceKey
from litso.usecases import stewardship

_TAG: Final = re.compile(r'"[^"]*"')

IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        max_length=1000,
        description="ETags of the parties that the caller looked at, or `*`. Needed when parties may change.",
    ),
]


@post(
    "/judgements",
    sync_to_thread=True,
    operation_id="judge",
    summary="Same, different or unsure",
    responses={**NOT_FOUND, **CONFLICT, **PRECONDITION},
)
def judge(
    request: ApiRequest,
    store: GivenStore,
    data: JSONBody[schemas.JudgementIn],
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response[schemas.JudgementOut]:
    """Enter a judgement about two source records; their parties are resolved anew at once."""
    left, right = ((key.source, key.source_id) for key in (data.left, data.right))

    def work() -> schemas.JudgementOut:
        if data.verdict != "unsure":
            _check_match(store, (left, right), if_match)
        done = stewardship.judge(store, request.user, verdict=data.verdict, left=left, right=right, reason=data.reason)
        return _judgement_out(store, done.judgement)

    with store.transaction() as connection:
        return once(connection, request, idempotency_key, data, HTTP_201_CREATED, work)


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
