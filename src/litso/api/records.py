"""Source records in real time: upsert one or many, or ask who somebody would be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, TypeVar

from litestar import Response, Router, post
from litestar.concurrency import sync_to_thread
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import CONFLICT, NOT_FOUND
from litso.api.given import GivenGathering, GivenStore
from litso.api.jobs import BEGUN, begun
from litso.domain.territory import Territory
from litso.errors import BadUsage
from litso.store.database import Connection, Store
from litso.usecases import many_records, online
from litso.usecases.access import Actor
from litso.usecases.online import Candidate, Evidence, Given, Upserted

T = TypeVar("T")

_MOST: Final = 1000

DryRun = Annotated[bool, QueryParameter(description="Tell what would happen; nothing is written.")]
Prefer = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        max_length=200,
        description="`respond-async`: answer 202 with a job at once; up to 100000 records then.",
    ),
]


_DONE: Final = {
    200: ResponseSpec(schemas.RecordsOut, description="What became of the records.", generate_examples=False)
}


@post(
    "/records",
    status_code=HTTP_200_OK,
    guards=[needs("write_records")],
    operation_id="upsert_records",
    summary="Upsert one or many source records",
    responses={**NOT_FOUND, **CONFLICT, **_DONE, **BEGUN},
)
async def upsert(
    request: ApiRequest,
    gathering: GivenGathering,
    data: JSONBody[schemas.RecordIn | list[schemas.RecordIn]],
    dry_run: DryRun = False,
    prefer: Prefer = None,
) -> Response[Any]:
    """Insert or change records and resolve them at once, all or none; parties, quality codes and evidence come back.

    A record equal to the one before is `unchanged`; a party may take in, or part with, other records. A dry run tells
    what would happen: `party_id` is null where a party would be made. With `Prefer: respond-async` a job does it in
    steps and names the records that it cannot take.
    """
    items = data if isinstance(data, list) else [data]
    is_async = prefer is not None and "respond-async" in prefer and not dry_run
    most = many_records.MOST if is_async else _MOST
    if not 1 <= len(items) <= most:
        raise BadUsage(f"1 to {most} records a request")
    given = [_given(item) for item in items]
    if dry_run:
        done = await sync_to_thread(_within(gathering.store, online.rehearse_records), request.user, given)
    elif is_async:
        return begun(await sync_to_thread(_within(gathering.store, many_records.ask), request.user, given))
    else:
        done = await asyncio.wrap_future(gathering.upsert(request.user, given))
    return Response(_records_out(done), status_code=HTTP_200_OK)


def _within(store: Store, work: Callable[[Connection, Actor, list[Given]], T]) -> Callable[[Actor, list[Given]], T]:
    """Work in a transaction of its own."""

    def do(actor: Actor, given: list[Given]) -> T:
        with store.transaction() as connection:
            return work(connection, actor, given)

    return do


def _given(item: schemas.RecordIn) -> Given:
    return Given(item.source, item.source_id, item.attributes, item.party, item.updated_at, item.custom)


def _records_out(done: Sequence[Upserted]) -> schemas.RecordsOut:
    return schemas.RecordsOut([_record_out(one) for one in done])


def _record_out(done: Upserted) -> schemas.RecordOut:
    return schemas.RecordOut(
        source=done.source,
        source_id=done.source_id,
        party_id=done.party_id,
        status=done.status,  # type: ignore[arg-type]
        quality=done.quality,
        problems=done.problems,
        evidence=_evidence(done.evidence),
    )


def _evidence(found: Sequence[Evidence]) -> list[schemas.EvidenceOut]:
    return [schemas.EvidenceOut(one.source, one.source_id, one.weight, _claims(one)) for one in found]


def _claims(one: Evidence) -> list[schemas.ClaimOut]:
    return [schemas.ClaimOut(step.claim, step.title, step.sentence, step.weight) for step in one.steps]


@post(
    "/match",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    guards=[needs("read_parties")],
    operation_id="match",
    summary="Who would this be?",
    responses=NOT_FOUND,
)
def match(request: ApiRequest, store: GivenStore, data: JSONBody[schemas.MatchIn]) -> schemas.MatchOut:
    """Parties that the values may belong to, the likeliest first, with evidence: similar cards while somebody types."""
    territory = Territory(data.region, data.city) if data.region or data.city else None
    with store.transaction() as connection:
        found = online.match(
            connection,
            request.user,
            data.attributes,
            party=data.party,
            custom=data.custom,
            territory=territory,
            limit=data.limit,
        )
    return schemas.MatchOut([_candidate_out(one) for one in found])


def _candidate_out(one: Candidate) -> schemas.CandidateOut:
    return schemas.CandidateOut(one.party_id, one.name, one.weight, one.is_match, _evidence(one.evidence))


records_router = Router(path="/", route_handlers=[upsert, match], tags=["records"])
