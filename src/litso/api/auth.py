"""Programs sign in with a bearer token; roles decide what they may do."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from litso.store.users import Service, digest
from litso.usecases.access import ASSISTANT, Actor, demand

PURPOSE: Final = "litso-purpose"
"""Header in which an assistant says why it asks."""

_SCHEME: Final = "bearer "
_BASIC: Final = "basic "
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="litso"'}

AnyConnection = ASGIConnection[Any, Any, Any, Any]
ApiRequest = Request[Actor, None, Any]


class BearerAuthentication(AbstractAuthenticationMiddleware):
    """Finds the program whose token a request carries; without one nothing is answered."""

    async def authenticate_request(self, connection: AnyConnection) -> AuthenticationResult:
        header = connection.headers.get("authorization", "")
        if not header.lower().startswith(_SCHEME):
            raise NotAuthorizedException("a bearer token is needed: litso token create NAME", headers=_CHALLENGE)
        return await self._answer(connection, header[len(_SCHEME) :].strip())

    async def _answer(self, connection: AnyConnection, token: str) -> AuthenticationResult:
        service = await connection.app.state.programs.find(digest(token))
        if service is None:
            raise NotAuthorizedException("the token is unknown or revoked", headers=_CHALLENGE)
        actor = program_of(service, connection.headers.get(PURPOSE, "") if service.role == ASSISTANT else "")
        connection.app.state.limits.take(actor)
        return AuthenticationResult(user=actor, auth=None)


class WriteKeyAuthentication(BearerAuthentication):
    """As above, or by a write key: the token as the name of Basic authentication, without a password."""

    async def authenticate_request(self, connection: AnyConnection) -> AuthenticationResult:
        header = connection.headers.get("authorization", "")
        if not header.lower().startswith(_BASIC):
            return await super().authenticate_request(connection)
        try:
            token, _, _ = base64.b64decode(header[len(_BASIC) :], validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            token = ""
        return await self._answer(connection, token)


def program_of(service: Service, purpose: str) -> Actor:
    """A program as who acts, for a purpose."""
    return Actor(service.name, service.role, service.name, is_service=True, purpose=purpose, scope=service.scope)


def needs(right: str) -> Callable[[AnyConnection, BaseRouteHandler], Awaitable[None]]:
    """A guard: Forbidden unless the role of the caller has the right."""

    async def guard(connection: AnyConnection, _: BaseRouteHandler) -> None:
        # Not waited for, yet async: any other function is called in a thread.
        demand(connection.user, right)

    return guard
