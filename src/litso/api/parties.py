"""Parties: find them, read their profile, history, source records and timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, Router, get
from litestar.params import FromPath, PathParameter, QueryParameter
from litestar.status_codes import HTTP_308_PERMANENT_REDIRECT

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, NOT_FOUND, REDIRECTED
from litso.api.given import GivenStore
from litso.api.paging import from_cursor, link_header, page_of, to_cursor
from litso.errors import BadUsage
from litso.store.changes import Change
from litso.store.database import Connection
from litso.store.golden import GoldenVersion
from litso.usecases import history, profiles, search
from litso.usecases.access import PURPOSES
from litso.usecases.history import Step
from litso.usecases.profiles import Card, Origin

_MOST: Final = 100
_DEEPEST: Final = 1000

Id = Annotated[str, PathParameter(description="Identifier of the party, also one that was merged.", max_length=64)]
Purpose = Annotated[
    str | None,
    QueryParameter(description="Why contacts and documents are to be shown: " + ", ".join(PURPOSES) + "."),
]
Limit = Annotated[int, QueryParameter(ge=1, le=_MOST, description="How many at most.")]
Cursor = Annotated[str | None, QueryParameter(description="Continue after this place.", max_length=200)]


@get("/parties", sync_to_thread=True, operation_id="find_parties", summary="Find parties", responses=ALWAYS)
def find_parties(
    request: ApiRequest,
    store: GivenStore,
    account: Annotated[str | None, QueryParameter(description="An account number.", max_length=100)] = None,
    phone: Annotated[str | None, QueryParameter(description="A phone, however written.", max_length=100)] = None,
    q: Annotated[
        str | None, QueryParameter(description="Any fragment, as an operator types it.", max_length=200)
    ] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[schemas.FoundPage]:
    """By an account, a phone or any fragment: a name in any order, an address, last digits, a meter, an e-mail."""
    skip = min(max(from_cursor(cursor) or 0, 0), _DEEPEST)
    with store.transaction() as connection:
        answer = _find(connection, request, account, phone, q, limit, skip)
    following = to_cursor(skip + limit) if answer.has_more and skip + limit < _DEEPEST else None
    page = schemas.FoundPage(
        items=msgspec.convert(answer.hits, list[schemas.FoundOut], from_attributes=True),
        next_cursor=following,
        corrections=list(answer.corrections),
    )
    return Response(page, headers=link_header(request, "cursor", following))


def _find(
    connection: Connection,
    request: ApiRequest,
    account: str | None,
    phone: str | None,
    q: str | None,
    limit: int,
    skip: int,
) -> search.Answer:
    if sum(given is not None for given in (account, phone, q)) != 1:
        raise BadUsage("give exactly one of account, phone, q")
    if account is not None:
        return search.by_account(connection, request.user, account, limit=limit, skip=skip)
    if phone is not None:
        return search.by_phone(connection, request.user, phone, limit=limit, skip=skip)
    return search.search(connection, request.user, q or "", limit=limit, skip=skip)


@get(
    "/parties/{party_id:str}",
    sync_to_thread=True,
    operation_id="get_party",
    summary="The profile of a party",
    responses={**NOT_FOUND, **REDIRECTED},
)
def get_party(
    request: ApiRequest, store: GivenStore, party_id: Id, purpose: Purpose = None
) -> Response[schemas.PartyOut]:
    """The golden record with its origins, contacts, accounts, meters and outages. A merged id answers 308."""
    card = profiles.read_card(store, request.user, party_id, purpose=purpose)
    if isinstance(card, str):
        return _moved(request, party_id, card)
    return Response(party_out(card), headers={"ETag": etag(card.party_id, card.version)})


def _moved(request: ApiRequest, party_id: str, current: str) -> Response[Any]:
    path = request.url.path.replace(party_id, current, 1)
    location = f"{path}?{request.url.query}" if request.url.query else path
    return Response(None, status_code=HTTP_308_PERMANENT_REDIRECT, headers={"Location": location})


def etag(party_id: str, version: int) -> str:
    """The ETag of a party at a version of its golden record."""
    return f'"{party_id}.{version}"'


def party_out(profile: Card) -> schemas.PartyOut:
    """A profile as the API shows it."""
    return schemas.PartyOut(
        party_id=profile.party_id,
        kind=profile.kind,  # type: ignore[arg-type]
        version=profile.version,
        name=profile.name,
        published_at=profile.published_at,
        is_masked=profile.is_masked,
        values=dict(profile.values),
        provenance={name: _origins(origins) for name, origins in profile.provenance.items()},
        contacts=msgspec.convert(profile.contacts, list[schemas.ContactOut], from_attributes=True),
        channels=[schemas.named(channel, schemas.ChannelOut) for channel in profile.channels],
        accounts=msgspec.convert(profile.accounts, list[schemas.AccountOut], from_attributes=True),
        balance=profile.balance,
        meters=msgspec.convert(profile.meters, list[schemas.MeterOut], from_attributes=True),
        outages=msgspec.convert(profile.outages, list[schemas.EventOut], from_attributes=True),
        open_requests=profile.open_requests,
        records=profile.record_count,
    )


def _origins(origins: Sequence[Origin]) -> list[schemas.OriginOut]:
    return msgspec.convert(origins, list[schemas.OriginOut], from_attributes=True)


@get(
    "/parties/{party_id:str}/records",
    sync_to_thread=True,
    operation_id="get_party_records",
    summary="Source records of a party",
    responses=NOT_FOUND,
)
def get_records(
    request: ApiRequest,
    store: GivenStore,
    party_id: Id,
    purpose: Purpose = None,
    limit: Limit = _MOST,
    cursor: Cursor = None,
) -> Response[schemas.SourceRecordsOut]:
    """Every source record of the party in standard values."""
    with store.transaction() as connection:
        current = profiles.current_id(connection, request.user, party_id)
        found = profiles.read_records(connection, request.user, current, purpose=purpose)
    page, following = page_of(found, cursor, limit)
    items = msgspec.convert(page, list[schemas.SourceRecordOut], from_attributes=True)
    return Response(schemas.SourceRecordsOut(items, following), headers=link_header(request, "cursor", following))


@get(
    "/parties/{party_id:str}/timeline",
    sync_to_thread=True,
    operation_id="get_party_timeline",
    summary="Everything that happened",
    responses=NOT_FOUND,
)
def get_timeline(
    request: ApiRequest,
    store: GivenStore,
    party_id: Id,
    kind: Annotated[str | None, QueryParameter(description="payment, request, reading…", max_length=20)] = None,
    limit: Limit = 30,
    cursor: Cursor = None,
) -> Response[schemas.TimelinePage]:
    """Payments, charges, readings, requests, calls and outages of the party, the latest first."""
    with store.transaction() as connection:
        current = profiles.current_id(connection, request.user, party_id)
        page = profiles.read_timeline(
            connection, request.user, current, kind=kind, before=from_cursor(cursor), limit=limit
        )
    following = None if page.next is None else to_cursor(page.next)
    events = msgspec.convert(page.events, list[schemas.EventOut], from_attributes=True)
    return Response(schemas.TimelinePage(events, following), headers=link_header(request, "cursor", following))


@get(
    "/parties/{party_id:str}/history",
    sync_to_thread=True,
    operation_id="get_party_history",
    summary="Versions with provenance",
    responses=NOT_FOUND,
)
def get_history(
    request: ApiRequest,
    store: GivenStore,
    party_id: Id,
    as_of: Annotated[
        datetime | None, QueryParameter(description="A moment: only the version that was valid then.")
    ] = None,
    purpose: Purpose = None,
) -> schemas.HistoryOut:
    """Versions of the golden record with provenance, the newest first, and events of the party.

    A merged id shows the versions that it had. With `as_of` the party is shown as it was at that moment, with the
    records that it had.
    """
    party = party_id.lower()
    with store.transaction() as connection:
        if as_of is not None:
            then = history.read_as_of(connection, request.user, party, as_of, purpose=purpose)
            keys = [schemas.RecordKey(*key) for key in then.records]
            return schemas.HistoryOut(versions=[version_out(then.state)], changes=[], records=keys)
        found = history.read_history(connection, request.user, party, purpose=purpose)
    return schemas.HistoryOut(
        versions=[version_out(one.state, one.steps) for one in found.versions],
        changes=[change_out(change) for change in found.changes],
        former_ids=list(found.former_ids),
    )


def version_out(state: GoldenVersion, steps: Sequence[Step] = ()) -> schemas.VersionOut:
    """A version of a golden record as the API shows it."""
    return schemas.VersionOut(
        version=state.version,
        values=state.golden_values,
        provenance=_provenance(state.provenance),
        valid_from=state.valid_from,
        valid_to=state.valid_to,
        steps=[
            schemas.StepOut(step.attribute, _entries(step.before), _entries(step.after), step.is_value)
            for step in steps
        ],
    )


@get(
    "/parties/{party_id:str}/accesses",
    sync_to_thread=True,
    operation_id="get_party_accesses",
    summary="Who read a party",
    responses=NOT_FOUND,
)
def get_accesses(
    request: ApiRequest, store: GivenStore, party_id: Id, limit: Limit = 50, cursor: Cursor = None
) -> Response[schemas.AccessesOut]:
    """Logged reads, the latest first."""
    most = min(max(from_cursor(cursor) or 0, 0), _DEEPEST) + limit + 1
    with store.transaction() as connection:
        found = history.read_accesses(connection, request.user, party_id.lower(), limit=most)
    page, following = page_of(found, cursor, limit)
    shown = schemas.AccessesOut([schemas.named(one, schemas.AccessOut) for one in page], following)
    return Response(shown, headers=link_header(request, "cursor", following))


@get(
    "/accesses/{audit_id:int}/seen",
    sync_to_thread=True,
    operation_id="get_seen",
    summary="What somebody saw then",
    responses=NOT_FOUND,
)
def get_seen(
    request: ApiRequest, store: GivenStore, audit_id: FromPath[int], purpose: Purpose = None
) -> schemas.SeenOut:
    """The golden record that a logged read showed, in the fields that it showed."""
    with store.transaction() as connection:
        found = history.read_seen(connection, request.user, audit_id, purpose=purpose)
    read = schemas.named(found.read, schemas.AccessOut)
    return schemas.SeenOut(read, found.read.party_id or "", found.was_masked, version_out(found.state))


def _provenance(provenance: Mapping[str, Any]) -> dict[str, list[schemas.OriginOut]]:
    return {name: _entries(entries) for name, entries in provenance.items()}


def _entries(entries: Sequence[Mapping[str, Any]]) -> list[schemas.OriginOut]:
    known = ("value", "source", "source_id", "rule", "at", "qc", "said_by")
    return msgspec.convert([{field: entry.get(field) for field in known} for entry in entries], list[schemas.OriginOut])


def change_out(change: Change) -> schemas.ChangeOut:
    """A change as a CloudEvent."""
    return schemas.ChangeOut(
        specversion="1.0",
        id=str(change.change_id),
        source="/v1/changes",
        type=change.type,
        subject=change.party_id,
        time=change.at,
        datacontenttype="application/json",
        data=change.data,
    )


parties_router = Router(
    path="/",
    route_handlers=[find_parties, get_party, get_records, get_timeline, get_history, get_accesses, get_seen],
    guards=[needs("read_parties")],
    tags=["parties"],
)
