"""Users and their roles, for the administrator."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from litso.errors import NotFound
from litso.store import users
from litso.usecases.access import ROLES
from litso.web.given import GivenStore
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form


@get("/users", guards=[has_right("manage_people")], sync_to_thread=True)
def list_users(request: ScreenRequest, store: GivenStore) -> Response[str]:
    """Everybody who may sign in."""
    return _users_page(request, store)


def _users_page(request: ScreenRequest, store: GivenStore, *, link: str = "", role: str = "") -> Response[str]:
    with store.transaction() as connection:
        listed = users.list_all(connection)
    return page(request, "users.html", users=listed, roles=ROLES, link=link, link_role=role)


@post("/users", guards=[has_right("manage_people")], sync_to_thread=True, status_code=200)
def invite(request: ScreenRequest, store: GivenStore, data: Form) -> Response[str]:
    """A link by which one person becomes a user of a role, once."""
    role = data.get("role", "")
    if role not in ROLES:
        raise NotFound("there is no such role")
    with store.transaction() as connection:
        token = users.issue_token(connection, role)
    return _users_page(request, store, link=f"{request.base_url}welcome?token={token}", role=role)


@post("/users/{user_id:int}/deactivate", guards=[has_right("manage_people")], sync_to_thread=True, status_code=200)
def deactivate(request: ScreenRequest, store: GivenStore, user_id: FromPath[int], data: Form) -> Redirect:
    """Shut a user out at once; nobody shuts themselves out."""
    with store.transaction() as connection:
        user = users.find(connection, user_id)
        if user is not None and user.login != actor_of(request).name:
            users.deactivate(connection, user_id)
    return see_other("/users")


HANDLERS: Final = (list_users, invite, deactivate)
