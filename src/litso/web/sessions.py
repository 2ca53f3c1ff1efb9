"""Who looks at a screen: the session cookie, guards, and protection of forms against other sites."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, Final

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from litso.errors import Forbidden, LitsoError
from litso.settings import Settings
from litso.store.users import User, Visitor, digest
from litso.usecases.access import Actor, demand

SESSION_COOKIE: Final = "litso_session"
STEP_COOKIE: Final = "litso_step"
VISIT_COOKIE: Final = "litso_visit"
CSRF_FIELD: Final = "csrf"

_BROWSERS: Final = (
    ("YaBrowser", "Yandex"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
"""(what a browser says, how it is called), the first that fits: most say the names of others, too."""

_UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_OWN_SITE: Final = frozenset({"same-origin", "none"})

AnyConnection = ASGIConnection[Any, Any, Any, Any]
ScreenRequest = Request[Actor | None, str | None, Any]


class NotSignedIn(LitsoError):
    """The page is for users."""


class SessionAuthentication(AbstractAuthenticationMiddleware):
    """Finds the user of the session cookie, if there is one; guards decide who may do without."""

    async def authenticate_request(self, connection: AnyConnection) -> AuthenticationResult:
        token = connection.cookies.get(SESSION_COOKIE)
        if not token:
            return AuthenticationResult(user=None, auth=None)
        user = await connection.app.state.sessions.find(digest(token))
        actor = user and _actor(user)
        if actor is not None:
            connection.app.state.limits.take(actor)
        return AuthenticationResult(user=actor, auth=token if actor else None)


def _actor(user: User) -> Actor:
    return Actor(name=user.login, role=user.role, title=user.name, scope=user.scope)


async def signed_in(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard of every page but the sign-in; it waits for nothing, yet a function that is not async gets a thread."""
    if connection.user is None:
        raise NotSignedIn("sign in first")


def has_right(right: str) -> Any:
    """Guard of pages that need a right of the role."""

    async def guard(connection: AnyConnection, handler: BaseRouteHandler) -> None:
        await signed_in(connection, handler)
        demand(connection.user, right)

    return guard


def actor_of(request: ScreenRequest) -> Actor:
    """The user of a guarded page."""
    if request.user is None:
        raise NotSignedIn("sign in first")
    return request.user


def csrf_token(secret: str) -> str:
    """The token of forms of one session or visit: it tells nothing of the cookie."""
    return hashlib.sha256(f"{CSRF_FIELD}:{secret}".encode()).hexdigest()


def secret_of(request: ScreenRequest) -> str | None:
    """The cookie that the form token hangs on: the session, else the visit."""
    return request.scope.get("auth") or request.cookies.get(VISIT_COOKIE)


async def check_form(request: ScreenRequest) -> None:
    """Before every unsafe request: it comes from our own page. Browsers say so in a header, the form in its token."""
    if request.method not in _UNSAFE:
        return
    if request.headers.get("sec-fetch-site", "same-origin") not in _OWN_SITE:
        raise Forbidden("the form was sent from another site")
    secret = secret_of(request)
    given = str((await request.form()).get(CSRF_FIELD, ""))
    if secret is None or not hmac.compare_digest(given.encode(), csrf_token(secret).encode()):
        raise Forbidden("the form is too old: open the page again")


def new_visit() -> str:
    """A cookie for a visitor who has not signed in."""
    return secrets.token_urlsafe(16)


def cookie(request: ScreenRequest, name: str, value: str, *, max_age: int | None = None) -> Cookie:
    """A cookie of our own: not for scripts, not for other sites, over TLS only where there is TLS."""
    is_secure = base_url(request).startswith("https:")
    return Cookie(key=name, value=value, path="/", httponly=True, samesite="lax", secure=is_secure, max_age=max_age)


def base_url(request: ScreenRequest) -> str:
    """Where browsers reach this server, without a slash at the end."""
    settings: Settings = request.app.state.settings
    return settings.public_url or str(request.base_url).rstrip("/")


def visitor_of(request: ScreenRequest) -> Visitor:
    """From where, and by which browser, somebody asks."""
    settings: Settings = request.app.state.settings
    peer = request.client.host if request.client else ""
    forwarded = request.headers.getall("x-forwarded-for", [])
    return Visitor(
        address_of(peer, forwarded, settings.proxy_networks), browser_of(request.headers.get("user-agent", ""))
    )


def address_of(peer: str, forwarded: Sequence[str], proxies: Sequence[IPv4Network | IPv6Network]) -> str:
    """The address nearest to us that is no proxy of ours: what stands before it could be anybody's invention."""
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    for hop in (peer, *reversed(hops)):
        try:
            address = ip_address(hop)
        except ValueError:
            return peer
        if not any(address in network for network in proxies):
            return str(address)
    return peer


def browser_of(agent: str) -> str:
    """A browser and its system in two words: a user is to tell the own sessions from a stranger's."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(filter(None, (browser, system)))
