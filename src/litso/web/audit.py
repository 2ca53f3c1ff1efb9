"""The audit on a screen: who read and changed what, who is conspicuous, and whether the chain is sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from litso.errors import BadUsage
from litso.privacy.chain import head_line
from litso.store import audit_blocks
from litso.store.audit import READS, Filter
from litso.store.database import Store
from litso.usecases import audit_alarms, auditing
from litso.usecases.access import PURPOSES
from litso.usecases.auditing import Trail
from litso.web import audit_words
from litso.web.given import GivenStore
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

_READS: Final = [has_right("read_audit")]
_NAMES: Final = ("actor", "party", "action", "purpose", "since", "until")
_REFUSED: Final = "Условия не распознаны: проверьте идентификатор субъекта и даты."

Text = Annotated[str, QueryParameter(max_length=100)]


@get("/audit", guards=_READS, sync_to_thread=True)
def show_audit(
    request: ScreenRequest,
    store: GivenStore,
    actor: Text = "",
    party: Text = "",
    action: Text = "",
    purpose: Text = "",
    since: Text = "",
    until: Text = "",
    before: Annotated[int | None, QueryParameter(ge=0, le=2**62)] = None,
) -> Response[str]:
    """Entries, the latest first, by who, whom, what, why and when; open alarms and the head of the chain above them."""
    given = dict(zip(_NAMES, (text.strip() for text in (actor, party, action, purpose, since, until)), strict=True))
    return _shown(request, store, given, before)


def _shown(request: ScreenRequest, store: Store, given: dict[str, str], before: int | None) -> Response[str]:
    problem, trail = "", Trail([], None)
    with store.transaction() as connection:
        try:
            trail = auditing.read_trail(connection, actor_of(request), _wanted(given), before=before)
        except (BadUsage, ValueError):
            problem = _REFUSED
        alarms = audit_alarms.list_open(connection, actor_of(request))
        head, tail = auditing.last_block(connection), audit_blocks.tail(connection)
    following = {**{name: text for name, text in given.items() if text}, "before": trail.following}
    return page(
        request,
        "audit.html",
        status=422 if problem else 200,
        entries=trail.entries,
        following=f"/audit?{urlencode(following)}" if trail.following else "",
        given=given,
        reads=READS,
        nouns=audit_words.NOUNS,
        purposes=PURPOSES,
        alarms=alarms,
        head=head_line(head) if head else "",
        unsealed=tail.rows,
        problem=problem,
    )


def _wanted(given: dict[str, str]) -> Filter:
    since, until = (
        datetime.fromisoformat(given[name]).astimezone() if given[name] else None for name in ("since", "until")
    )
    return Filter(
        given["actor"] or None, given["party"] or None, given["action"] or None, given["purpose"] or None, since, until
    )


@post("/audit/alarms/{alarm_id:int}/close", guards=_READS, sync_to_thread=True, status_code=200)
def close_alarm(request: ScreenRequest, store: GivenStore, alarm_id: FromPath[int], data: Form) -> Redirect:
    """Close an alarm with a reason."""
    audit_alarms.close(store, actor_of(request), alarm_id, data.get("reason", ""))
    return see_other("/audit")


HANDLERS: Final = (show_audit, close_alarm)
