"""Roles of parties, accounts and premises in time, and households."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec
from litestar import Response, Router, get
from litestar.params import PathParameter, QueryParameter

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, NOT_FOUND
from litso.api.given import GivenStore
from litso.api.paging import link_header
from litso.usecases import debtors, profiles, relations

PartyId = Annotated[str, PathParameter(description="Identifier of the party, also one that was merged.", max_length=64)]
Number = Annotated[str, PathParameter(description="Number of the account, however written.", max_length=100)]
On = Annotated[date | None, QueryParameter(description="The day asked for; today if not given.")]


@get(
    "/parties/{party_id:str}/roles",
    sync_to_thread=True,
    operation_id="get_party_roles",
    summary="What a party is to accounts and premises",
    responses=NOT_FOUND,
)
def get_roles(request: ApiRequest, store: GivenStore, party_id: PartyId, on: On = None) -> schemas.RolesOut:
    """Roles in time with the records that say so, and the household; those that hold on the day come first."""
    with store.transaction() as connection:
        current = profiles.current_id(connection, request.user, party_id)
        found = relations.read_relations(connection, request.user, current, on)
    return msgspec.convert(found, schemas.RolesOut, from_attributes=True)


@get(
    "/accounts/{account:str}",
    sync_to_thread=True,
    operation_id="get_account",
    summary="An account and who owed on a day",
    responses=NOT_FOUND,
)
def get_account(request: ApiRequest, store: GivenStore, account: Number, on: On = None) -> schemas.AccountCardOut:
    """The account with its premise, its people over time, and those who owed on the day."""
    with store.transaction() as connection:
        found = relations.read_account(connection, request.user, account, on)
    return msgspec.convert(found, schemas.AccountCardOut, from_attributes=True)


@get(
    "/places",
    sync_to_thread=True,
    operation_id="get_place",
    summary="A premise and its people over time",
    responses=NOT_FOUND,
)
def get_place(
    request: ApiRequest,
    store: GivenStore,
    key: Annotated[
        str, QueryParameter(description="Key of the premise as `place` of a role gives it.", max_length=500)
    ],
    on: On = None,
) -> schemas.PlaceCardOut:
    """The premise with its accounts, households and everybody's roles."""
    with store.transaction() as connection:
        found = relations.read_place(connection, request.user, key, on)
    return msgspec.convert(found, schemas.PlaceCardOut, from_attributes=True)


@get(
    "/debtors",
    sync_to_thread=True,
    operation_id="get_debtors",
    summary="Debtors who lack what a court order must say",
    responses=ALWAYS,
)
def get_debtors(
    request: ApiRequest,
    store: GivenStore,
    lacks: Annotated[
        str | None, QueryParameter(description="identifier, birth_date…; all debtors if not given.", max_length=40)
    ] = None,
    min_debt: Annotated[int, QueryParameter(ge=0, le=10**12, description="Roubles.")] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=500, description="How many at most.")] = debtors.PAGE,
    after: Annotated[str | None, QueryParameter(description="Continue after this place.", max_length=100)] = None,
) -> Response[schemas.DebtorsPage]:
    """Accounts in debt with their owners; what the law (229-ФЗ) demands of a court order and nobody knows."""
    with store.transaction() as connection:
        page = debtors.list_debtors(
            connection, request.user, lacks=lacks, least=Decimal(min_debt), after=after, limit=limit
        )
    body = msgspec.convert(page, schemas.DebtorsPage, from_attributes=True)
    return Response(body, headers=link_header(request, "after", page.after))


relations_router = Router(
    path="/",
    route_handlers=[get_roles, get_account, get_place, get_debtors],
    guards=[needs("read_parties")],
    tags=["relations"],
)
