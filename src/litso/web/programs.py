"""Programs and their tokens, for the administrator."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect

from litso.domain.scope import FIELD_CLASSES
from litso.errors import BadUsage, Conflict
from litso.store import scope, users
from litso.store.database import Store
from litso.store.users import CONSUMER
from litso.usecases import programs
from litso.web.given import GivenStore
from litso.web.limits import scope_of
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

_MANAGES: Final = [has_right("manage_people")]
_SOON: Final = timedelta(days=14)
"""Tokens that expire within this time are marked."""
_DAYS: Final = (30, 90, 365, 0)


@get("/programs", guards=_MANAGES, sync_to_thread=True)
def show_programs(request: ScreenRequest, store: GivenStore) -> Response[str]:
    """Every program, what its tokens are, and when they were used last."""
    return _list(request, store)


def _list(
    request: ScreenRequest,
    store: Store,
    *,
    name: str = "",
    token: str = "",
    is_change: bool = False,
    problem: str = "",
    status: int = 200,
) -> Response[str]:
    with store.transaction() as connection:
        found = programs.list_programs(connection, actor_of(request))
        territories, brands = scope.choices(connection)
    now = datetime.now(UTC)
    return page(
        request,
        "programs.html",
        status=status,
        programs=[(one, one.state(now)) for one in found],
        now=now,
        soon=now + _SOON,
        roles=users.SERVICE_ROLES,
        consumer=CONSUMER,
        days=_DAYS,
        territories=territories,
        brands=brands,
        classes=FIELD_CLASSES,
        token=token,
        name=name,
        is_change=is_change,
        problem=problem,
    )


@post("/programs", guards=_MANAGES, sync_to_thread=True, status_code=200)
def issue(request: ScreenRequest, store: GivenStore, data: Form) -> Response[str]:
    """A token of a new program, shown this once."""
    name = data.get("name", "").strip()
    try:
        token = programs.issue(
            store, actor_of(request), name, data.get("role", ""), days=_days_of(data), scope=scope_of(data)
        )
    except Conflict:
        return _list(request, store, problem="У программы с таким именем уже есть токен.", status=409)
    except BadUsage:
        return _list(request, store, problem="Не принято: проверьте имя, роль и срок.", status=422)
    return _list(request, store, name=name, token=token)


@post("/programs/limits", guards=_MANAGES, sync_to_thread=True, status_code=200)
def limit(request: ScreenRequest, store: GivenStore, data: Form) -> Redirect:
    """Limit what a program sees."""
    programs.limit(store, actor_of(request), data.get("name", ""), scope_of(data))
    return see_other("/programs")


@post("/programs/rotate", guards=_MANAGES, sync_to_thread=True, status_code=200)
def rotate(request: ScreenRequest, store: GivenStore, data: Form) -> Response[str]:
    """A new token, shown this once; the former one is valid for a day more."""
    name = data.get("name", "")
    token = programs.rotate(store, actor_of(request), name, days=_days_of(data))
    return _list(request, store, name=name, token=token, is_change=True)


@post("/programs/revoke", guards=_MANAGES, sync_to_thread=True, status_code=200)
def revoke(request: ScreenRequest, store: GivenStore, data: Form) -> Redirect:
    """Shut a program out at once."""
    programs.revoke(store, actor_of(request), data.get("name", ""))
    return see_other("/programs")


def _days_of(data: Form) -> int:
    text = data.get("days", "")
    if not text.isdecimal() or len(text) > 5:
        raise BadUsage("the life of a token is a number of days")
    return int(text)


HANDLERS: Final = (show_programs, issue, limit, rotate, revoke)
