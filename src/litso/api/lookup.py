"""Many parties in one call."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from litestar import Router, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta, Struct

from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS
from litso.api.given import GivenStore
from litso.api.parties import Purpose
from litso.api.schemas import PartyId, RecordKey, named
from litso.errors import BadUsage
from litso.usecases import lookup

Keys = Annotated[list[Annotated[str, Meta(max_length=320)]], Meta(max_length=lookup.MOST)]


class LookupIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Who is looked for: up to 1000 keys of any kind."""

    ids: Annotated[Keys, Meta(description="Party ids, also merged ones.")] = []
    accounts: Annotated[Keys, Meta(description="Account numbers.", examples=[["00081234"]])] = []
    phones: Annotated[Keys, Meta(description="Phones, however written.", examples=[["8 912 345-67-89"]])] = []
    emails: Annotated[Keys, Meta(description="E-mails.")] = []
    records: Annotated[list[RecordKey], Meta(max_length=lookup.MOST, description="Keys of source records.")] = []


class LookupMatchOut(Struct):
    """A key that was asked for and its parties."""

    by: Literal["id", "account", "phone", "email", "record"]
    value: str
    source: Annotated[str | None, Meta(description="Of a record.")]
    parties: Annotated[list[PartyId], Meta(description="Present ids; none: nobody has it.")]


class BriefOut(Struct):
    """A golden record without its origins."""

    party_id: PartyId
    kind: Literal["person", "organization"]
    version: Annotated[int, Meta(description="Version of the golden record, a part of the ETag.")]
    name: str
    is_masked: bool
    values: Annotated[dict[str, Any], Meta(description="Golden values by attribute.")]
    records: int


class LookupOut(Struct):
    """Keys in the order of asking, by kind, and each party once."""

    matches: list[LookupMatchOut]
    parties: list[BriefOut]


@post(
    "/parties/lookup",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    guards=[needs("read_parties")],
    operation_id="look_up_parties",
    summary="Many parties by keys",
    responses=ALWAYS,
)
def look_up(request: ApiRequest, store: GivenStore, data: JSONBody[LookupIn], purpose: Purpose = None) -> LookupOut:
    """Golden records of up to 1000 ids, accounts, phones, e-mails and source records. Each read is logged."""
    keys = [(one.source, one.source_id) for one in data.records]
    wanted = lookup.Wanted(data.ids, data.accounts, data.phones, data.emails, keys)
    if not 1 <= wanted.size() <= lookup.MOST:
        raise BadUsage(f"give 1 to {lookup.MOST} keys")
    with store.transaction() as connection:
        matches, found = lookup.look_up(connection, request.user, wanted, purpose=purpose)
    return LookupOut([named(one, LookupMatchOut) for one in matches], [named(one, BriefOut) for one in found])


lookup_router = Router(path="/", route_handlers=[look_up], tags=["parties"])
