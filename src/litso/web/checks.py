"""Checks on the screens, for compliance: hits to decide, and how far parties were held against lists."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from litso.usecases import checks
from litso.usecases.lists import CHECKED
from litso.web.given import GivenStore
from litso.web.pages import own_path, page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

_STATES: Final = {"open": True, "decided": False}
_SURETIES: Final = {"sure": True, "possible": False}


@get("/checks", guards=[has_right("read_checks")], sync_to_thread=True)
def show_hits(
    request: ScreenRequest,
    store: GivenStore,
    of_list: Annotated[str | None, QueryParameter(name="list", max_length=40)] = None,
    wanted: Annotated[str, QueryParameter(name="state", max_length=20)] = "open",
    surety: Annotated[str, QueryParameter(max_length=20)] = "",
    before: Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1)] = None,
) -> Response[str]:
    """Hits to decide, or decided ones, the newest first; lists above them."""
    chosen = of_list if of_list in CHECKED else None
    with store.transaction() as connection:
        found = checks.list_hits(
            connection,
            actor_of(request),
            of_list=chosen,
            is_sure=_SURETIES.get(surety),
            is_open=_STATES.get(wanted, True),
            before=before,
        )
        states, pending = checks.list_states(connection, actor_of(request))
    return page(
        request,
        "checks.html",
        hits=found.items,
        following=found.before,
        states=states,
        pending=pending,
        lists=CHECKED,
        chosen=chosen or "",
        state=wanted if wanted in _STATES else "open",
        surety=surety if surety in _SURETIES else "",
    )


@post("/checks/{match_id:int}/decide", guards=[has_right("read_checks")], sync_to_thread=True, status_code=200)
def decide(request: ScreenRequest, store: GivenStore, match_id: FromPath[int], data: Form) -> Redirect:
    """Decide a hit, if it is still as the officer saw it."""
    with store.transaction() as connection:
        checks.decide(
            connection,
            actor_of(request),
            match_id,
            verdict=data.get("verdict", ""),
            reason=data.get("reason", ""),
            seen=data.get("grade") or None,
        )
    return see_other(own_path(data.get("next", "/checks")))


HANDLERS: Final = (show_hits, decide)
