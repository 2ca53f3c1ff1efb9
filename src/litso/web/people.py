"""Users for the administrator: who they are, where they are signed in, who has to wait."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from litso.domain.scope import FIELD_CLASSES
from litso.errors import BadUsage, Conflict, NotFound
from litso.settings import Settings
from litso.store import scope
from litso.store.database import Store
from litso.usecases import people
from litso.usecases.access import ROLES
from litso.web.given import GivenSettings, GivenStore
from litso.web.limits import scope_of
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, base_url, has_right
from litso.web.signing import Form

_MANAGES: Final = [has_right("manage_people")]
_LAST: Final = "Это вы сами или последний администратор: сначала нужен ещё один."


@get("/users", guards=_MANAGES, sync_to_thread=True)
def list_users(request: ScreenRequest, store: GivenStore, settings: GivenSettings) -> Response[str]:
    """Everybody who may sign in."""
    return _users_page(request, store, settings)


def _users_page(
    request: ScreenRequest, store: Store, settings: Settings, *, link: str = "", role: str = "", problem: str = ""
) -> Response[str]:
    with store.transaction() as connection:
        found = people.list_people(connection, actor_of(request), token=request.auth or "")
        territories, brands = scope.choices(connection)
    return page(
        request,
        "users.html",
        status=409 if problem else 200,
        persons=found.persons,
        addresses=found.addresses,
        territories=territories,
        brands=brands,
        classes=FIELD_CLASSES,
        roles=ROLES,
        link=link,
        link_role=role,
        problem=problem,
        demanded=[role for role in ROLES if role in settings.second_factor],
    )


@post("/users", guards=_MANAGES, sync_to_thread=True, status_code=200)
def invite(request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form) -> Response[str]:
    """A link by which one person becomes a user of a role, once."""
    role = data.get("role", "")
    try:
        token = people.invite(store, actor_of(request), role, scope_of(data))
    except BadUsage:
        raise NotFound("there is no such role") from None
    return _users_page(request, store, settings, link=f"{base_url(request)}/welcome?token={token}", role=role)


@post("/users/{user_id:int}/role", guards=_MANAGES, sync_to_thread=True, status_code=200)
def change_role(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, user_id: FromPath[int], data: Form
) -> Response[str] | Redirect:
    """Give a user another role."""
    try:
        people.change_role(store, actor_of(request), user_id, data.get("role", ""))
    except Conflict:
        return _users_page(request, store, settings, problem=_LAST)
    return see_other("/users")


@post("/users/{user_id:int}/limits", guards=_MANAGES, sync_to_thread=True, status_code=200)
def limit(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, user_id: FromPath[int], data: Form
) -> Response[str] | Redirect:
    """Limit what a user sees."""
    try:
        people.limit(store, actor_of(request), user_id, scope_of(data))
    except Conflict:
        return _users_page(request, store, settings, problem=_LAST)
    return see_other("/users")


@post("/users/{user_id:int}/deactivate", guards=_MANAGES, sync_to_thread=True, status_code=200)
def deactivate(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, user_id: FromPath[int], data: Form
) -> Response[str] | Redirect:
    """Shut a user out at once; nobody shuts themselves out."""
    try:
        people.deactivate(store, actor_of(request), user_id)
    except Conflict:
        return _users_page(request, store, settings, problem=_LAST)
    return see_other("/users")


@post("/users/{user_id:int}/activate", guards=_MANAGES, sync_to_thread=True, status_code=200)
def activate(request: ScreenRequest, store: GivenStore, user_id: FromPath[int], data: Form) -> Redirect:
    """Let a user in again."""
    people.activate(store, actor_of(request), user_id)
    return see_other("/users")


@post("/users/{user_id:int}/second-factor/reset", guards=_MANAGES, sync_to_thread=True, status_code=200)
def reset_second_factor(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, user_id: FromPath[int], data: Form
) -> Response[str] | Redirect:
    """Forget the authenticator of somebody who lost it."""
    try:
        people.reset_second_factor(store, actor_of(request), user_id)
    except Conflict:
        return _users_page(request, store, settings, problem=_LAST)
    return see_other("/users")


@post("/users/{user_id:int}/forget-failures", guards=_MANAGES, sync_to_thread=True, status_code=200)
def forget_failures(request: ScreenRequest, store: GivenStore, user_id: FromPath[int], data: Form) -> Redirect:
    """Let a user try again at once."""
    people.forget_failures(store, actor_of(request), user_id)
    return see_other("/users")


@post("/users/addresses/forget-failures", guards=_MANAGES, sync_to_thread=True, status_code=200)
def forget_address(request: ScreenRequest, store: GivenStore, data: Form) -> Redirect:
    """Let an address try again at once."""
    people.forget_address(store, actor_of(request), data.get("address", ""))
    return see_other("/users")


@post("/users/{user_id:int}/sessions/{session_id:int}/end", guards=_MANAGES, sync_to_thread=True, status_code=200)
def end_session(
    request: ScreenRequest, store: GivenStore, user_id: FromPath[int], session_id: FromPath[int], data: Form
) -> Redirect:
    """Sign a user out in one place."""
    people.end_session(store, actor_of(request), user_id, session_id)
    return see_other("/users")


HANDLERS: Final = (
    list_users,
    invite,
    change_role,
    limit,
    deactivate,
    activate,
    reset_second_factor,
    forget_failures,
    forget_address,
    end_session,
)
