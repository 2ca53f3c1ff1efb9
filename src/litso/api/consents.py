"""Consents: what was said about the use of contacts, and what holds for a party."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED

from litso.api import schemas
from litso.api import steward_schemas as out
from litso.api.auth import ApiRequest, needs
from litso.api.documents import CONFLICT, NOT_FOUND
from litso.api.given import GivenStore
from litso.api.parties import Id
from litso.usecases import consenting
from litso.usecases.access import PURPOSES
from litso.usecases.consenting import Held, Said

Why = Annotated[
    str | None, QueryParameter(description="Why contacts are to be shown in full: " + ", ".join(PURPOSES) + ".")
]


@post(
    "/consents",
    sync_to_thread=True,
    guards=[needs("record_consents")],
    operation_id="state_consent",
    summary="State a consent, a refusal or a withdrawal",
    responses={**NOT_FOUND, **CONFLICT},
)
def state(
    request: ApiRequest,
    store: GivenStore,
    data: JSONBody[out.ConsentIn],
) -> Response[out.ConsentOut]:
    """Enter a statement, on the record of the party that has the contact or on the record given. The same again is
    answered as it stands."""
    said = Said(
        data.contact, data.purpose, data.legal_entity, data.channel, data.state, data.at, data.until, data.form,
        data.text_version, data.evidence,
    )  # fmt: skip
    record = (data.record.source, data.record.source_id) if data.record else None
    made = consenting.state_consent(store, request.user, said, party_id=data.party_id, record=record)
    return Response(schemas.named(made, out.ConsentOut), status_code=HTTP_201_CREATED)


@get(
    "/parties/{party_id:str}/consents",
    sync_to_thread=True,
    guards=[needs("read_parties")],
    operation_id="get_party_consents",
    summary="What holds for the contacts of a party",
    responses=NOT_FOUND,
)
def get_consents(request: ApiRequest, store: GivenStore, party_id: Id, purpose: Why = None) -> out.HeldConsentsOut:
    """For each use of a contact what holds now. Between the records of a party a refusal wins."""
    with store.transaction() as connection:
        found = consenting.read_consents(connection, request.user, party_id, purpose=purpose)
    return out.HeldConsentsOut([_held(one) for one in found])


def _held(found: Held) -> out.HeldConsentOut:
    decided = schemas.named(found.entry, out.ConsentOut)
    return out.HeldConsentOut(
        found.contact, found.purpose, found.legal_entity, found.channel, found.state,  # type: ignore[arg-type]
        found.overruled, decided,
    )  # fmt: skip


@delete(
    "/consents/{consent_id:int}",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    guards=[needs("judge")],
    operation_id="take_consent_back",
    summary="Take back a statement entered by mistake",
    responses={**NOT_FOUND, **CONFLICT},
)
def take_back(request: ApiRequest, store: GivenStore, consent_id: FromPath[int]) -> out.ConsentOut:
    """It no longer counts; the entry stays in the ledger. A subject who thinks otherwise now withdraws instead."""
    return schemas.named(consenting.take_back(store, request.user, consent_id), out.ConsentOut)


consents_router = Router(path="/", route_handlers=[state, get_consents, take_back], tags=["consents"])
