"""Pins: values that stewards fix for a party, and taking them back."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, CONFLICT, NOT_FOUND, PRECONDITION
from litso.api.given import GivenStore
from litso.api.judgements import IfMatch, demand_match
from litso.api.paging import link_header, page_of
from litso.api.parties import Cursor, Id, Limit, Purpose
from litso.store import golden, pins
from litso.usecases import pinning, profiles
from litso.usecases.pinning import Pinned


@post(
    "/parties/{party_id:str}/pins",
    sync_to_thread=True,
    operation_id="pin",
    summary="Fix a value of a party",
    responses={**NOT_FOUND, **CONFLICT, **PRECONDITION},
)
def add_pin(
    request: ApiRequest,
    store: GivenStore,
    party_id: Id,
    data: JSONBody[schemas.PinIn],
    if_match: IfMatch = None,
) -> Response[schemas.PinOut]:
    """Later loads do not overwrite the value; a former pin of the attribute is undone by it."""

    with store.transaction() as connection:
        present = golden.get(connection, profiles.current_id(connection, request.user, party_id))
        demand_match(if_match, [present])
        made = pinning.pin(
            store.within(connection),
            request.user,
            present.party_id,
            attribute=data.attribute,
            value=data.value,
            reason=data.reason,
            until=data.until,
            version=None if (if_match or "").strip() == "*" else present.version,
        )
    return Response(schemas.named(made, schemas.PinOut), status_code=HTTP_201_CREATED)


@get(
    "/parties/{party_id:str}/pins",
    sync_to_thread=True,
    operation_id="get_party_pins",
    summary="Pins of a party",
    responses=NOT_FOUND,
)
def get_party_pins(request: ApiRequest, store: GivenStore, party_id: Id, purpose: Purpose = None) -> schemas.PinsOut:
    """Active pins with what newer records say against them."""
    with store.transaction() as connection:
        found = pinning.read_pins(connection, request.user, party_id=party_id, purpose=purpose)
    return schemas.PinsOut([_out(one) for one in found])


@get("/pins", sync_to_thread=True, operation_id="list_pins", summary="Active pins", responses=ALWAYS)
def list_pins(
    request: ApiRequest,
    store: GivenStore,
    in_doubt: Annotated[bool, QueryParameter(description="Only those that newer records contradict.")] = False,
    purpose: Purpose = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response[schemas.PinsOut]:
    """All active pins, those in doubt first."""
    with store.transaction() as connection:
        found = pinning.read_pins(connection, request.user, purpose=purpose)
    page, following = page_of([_out(one) for one in found if one.doubts or not in_doubt], cursor, limit)
    return Response(schemas.PinsOut(page, following), headers=link_header(request, "cursor", following))


def _out(found: Pinned) -> schemas.PinOut:
    doubts = [schemas.named(doubt, schemas.DoubtOut) for doubt in found.doubts]
    out = schemas.named(found.pin, schemas.PinOut)
    out.doubts = doubts
    return out


@delete(
    "/pins/{pin_id:int}",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="undo_pin",
    summary="Take a pin back",
    responses={**NOT_FOUND, **CONFLICT, **PRECONDITION},
)
def undo(request: ApiRequest, store: GivenStore, pin_id: FromPath[int], if_match: IfMatch = None) -> schemas.PinOut:
    """The party shows what its records say. The entry stays."""
    with store.transaction() as connection:
        holders = [one.party_id for one in pins.held(connection) if one.pin_id == pin_id and one.party_id]
        demand_match(if_match, list(golden.find_many(connection, holders).values()))
    return schemas.named(pinning.undo_pin(store, request.user, pin_id), schemas.PinOut)


pins_router = Router(
    path="/",
    route_handlers=[
        Router(path="/", route_handlers=[add_pin, undo], guards=[needs("judge")]),
        Router(path="/", route_handlers=[get_party_pins, list_pins], guards=[needs("read_parties")]),
    ],
    tags=["pins"],
)
