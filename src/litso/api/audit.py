"""The audit: who read and changed what, for those who watch over it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from litestar import Response, Router, get
from litestar.params import QueryParameter
from msgspec import Struct

from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS
from litso.api.given import GivenStore
from litso.api.paging import from_cursor, link_header, to_cursor
from litso.api.parties import Cursor, Limit
from litso.api.schemas import named
from litso.store.audit import Filter
from litso.usecases import auditing

Word = Annotated[str | None, QueryParameter(max_length=100)]


class AuditEntryOut(Struct):
    """Somebody read or changed something; an action with a dot is a change. `found`: how many at once, `scope`: the
    limits of who read, `version`: the golden record that was shown."""

    audit_id: int
    at: datetime
    actor: str
    action: str
    party_id: str | None
    object: str
    fields: list[str]
    purpose: str
    scope: str
    found: int | None
    version: int | None


class AuditPage(Struct):
    """Entries, the latest first."""

    items: list[AuditEntryOut]
    next_cursor: str | None


@get("/audit", sync_to_thread=True, operation_id="list_audit", summary="The audit", responses=ALWAYS)
def list_audit(
    request: ApiRequest,
    store: GivenStore,
    actor: Annotated[str | None, QueryParameter(max_length=100, description="Login or name of a program.")] = None,
    party_id: Annotated[str | None, QueryParameter(max_length=36, description="Whom it is about.")] = None,
    action: Annotated[
        str | None, QueryParameter(max_length=100, description="`read`, `change`, an action, or the noun of changes.")
    ] = None,
    purpose: Word = None,
    since: Annotated[datetime | None, QueryParameter(description="Not before; with a time zone.")] = None,
    until: Annotated[datetime | None, QueryParameter(description="Before; with a time zone.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[AuditPage]:
    """Entries by who, whom, what, why and when, the latest first. Those of checks are for compliance alone."""
    wanted = Filter(actor, party_id, action, purpose, since, until)
    with store.transaction() as connection:
        found = auditing.read_trail(connection, request.user, wanted, before=from_cursor(cursor), limit=limit)
    following = None if found.following is None else to_cursor(found.following)
    shown = AuditPage([named(one, AuditEntryOut) for one in found.entries], following)
    return Response(shown, headers=link_header(request, "cursor", following))


audit_router = Router(path="/", route_handlers=[list_audit], guards=[needs("read_audit")], tags=["audit"])
