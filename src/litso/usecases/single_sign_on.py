"""Signing in by the organization's OpenID provider: who comes back becomes a user of the role that its claims mean.

The provider decides at every sign-in: another claim is another role, no claim that is mapped is no way in. A user who
was deactivated here stays out whatever the provider says. The second factor is the provider's to demand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from litso.channels.openid import REFUSED, UNTRUSTED, OpenIdFailure, Provider, Told, claim_of, new_attempt
from litso.errors import Conflict, Misconfigured
from litso.settings import OpenId, Settings
from litso.store import identities, users
from litso.store.database import Connection, Store
from litso.store.sealing import load_box
from litso.store.users import User, Visitor
from litso.usecases import sign_in_log, signing_in
from litso.usecases.sign_in_log import note

CALLBACK: Final = "/sign-in/provider/back"

STALE: Final = "stale"
NO_ROLE: Final = "no_role"
DEACTIVATED: Final = "deactivated"
LAST: Final = "last_administrator"

_LOGIN: Final = re.compile(r"[^\w.@+-]+")
_LONGEST: Final = 100


class Arrived(NamedTuple):
    """A user whom the provider let in: the token of the session, and the page that they wanted."""

    token: str
    next: str


def provider_of(settings: Settings) -> Provider:
    """The provider of the settings; Misconfigured without one."""
    return _provider(_openid(settings))


@lru_cache(maxsize=8)
def _provider(openid: OpenId) -> Provider:
    return Provider(openid.issuer, openid.client_id, _client_secret(openid))


def _client_secret(openid: OpenId) -> str | None:
    if openid.client_secret_file is None:
        return None
    try:
        return openid.client_secret_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise Misconfigured("LITSO_OIDC_CLIENT_SECRET_FILE: the file cannot be read") from None


def set_out(store: Store, settings: Settings, *, base: str, visit: str, to: str) -> str:
    """Where to send a browser that wants to sign in; OpenIdFailure when the provider does not answer.

    base: where browsers reach us. visit: the cookie of the browser, which has to come back with it.
    """
    provider, attempt = provider_of(settings), new_attempt()
    url = provider.authorization_url(attempt, redirect_uri=base + CALLBACK, scopes=_openid(settings).scopes)
    with store.transaction() as connection:
        identities.send(
            connection, state=attempt.state, visit=visit, nonce=attempt.nonce, verifier=attempt.verifier, to=to
        )
    return url


def come_back(
    store: Store, settings: Settings, visitor: Visitor, *, base: str, visit: str, answer: Mapping[str, str]
) -> Arrived:
    """Let in who came back from the provider; OpenIdFailure says why not.

    answer: the parameters of the address that the browser came with.
    """
    with store.transaction() as connection:
        going = identities.take(connection, state=answer.get("state", ""), visit=visit)
    if going is None:
        raise OpenIdFailure(STALE, "this browser was not sent to the provider, or was away too long")
    provider, openid = provider_of(settings), _openid(settings)
    try:
        if answer.get("iss", openid.issuer) != openid.issuer:
            raise OpenIdFailure(UNTRUSTED, "another provider sent the browser back")
        if "code" not in answer:
            raise OpenIdFailure(REFUSED, "the provider let nobody in")
        told = provider.redeem(
            answer["code"],
            going.nonce,
            going.verifier,
            redirect_uri=base + CALLBACK,
            wanted=openid.role_claim,
        )
        with store.transaction() as connection:
            user = _user_of(connection, openid, told)
            sealed = load_box(settings).seal(told.id_token.encode(), _place(user.user_id))
            return Arrived(signing_in.enter(connection, user, visitor, "provider", sealed), going.next)
    except OpenIdFailure as failure:
        with store.transaction() as connection:
            note(
                connection, sign_in_log.NOBODY, sign_in_log.SIGN_IN_FAILED, why=failure.reason, address=visitor.address
            )
        raise


def leave_url(store: Store, settings: Settings, login: str, sealed: bytes, *, base: str) -> str | None:
    """Where to send a browser whose user signs out, so that they are signed out at the provider as well; None when
    it has no such place or does not answer."""
    if settings.openid is None:
        return None
    with store.transaction() as connection:
        user = users.by_login(connection, login)
    id_token = load_box(settings).open(sealed, _place(user.user_id)).decode()
    try:
        return provider_of(settings).end_session_url(id_token, back_to=base + "/sign-in")
    except OpenIdFailure:
        return None


def role_of(openid: OpenId, claims: Mapping[str, Any]) -> str | None:
    """The role that the claims mean: the first of the map that is among them."""
    told = claim_of(claims, openid.role_claim)
    values = [one for one in (told if isinstance(told, list) else [told]) if isinstance(one, str)]
    return next((role for value, role in openid.roles if value in values), None)


def _openid(settings: Settings) -> OpenId:
    if settings.openid is None:
        raise Misconfigured("LITSO_OIDC_ISSUER is not set")
    return settings.openid


def _place(user_id: int) -> str:
    return f"id token {user_id}"


def _user_of(connection: Connection, openid: OpenId, told: Told) -> User:
    """The user that a subject is, made at the first sign-in, with the role of today."""
    found = identities.find(connection, openid.issuer, told.subject)
    if found is not None and not found.is_active:
        raise OpenIdFailure(DEACTIVATED, "the user was deactivated")
    role = role_of(openid, told.claims)
    if role is None:
        raise OpenIdFailure(NO_ROLE, "no role of the provider means one of ours")
    return _made(connection, openid, told, role) if found is None else _renewed(connection, found, told, role)


def _made(connection: Connection, openid: OpenId, told: Told, role: str) -> User:
    login = _free_login(connection, openid, told)
    user = users.create(connection, login=login, name=_name(told) or login, role=role, password=None)
    identities.add(connection, openid.issuer, told.subject, user.user_id)
    note(connection, user.login, sign_in_log.USER, user=user.login, done="created", role=role)
    return user


def _renewed(connection: Connection, user: User, told: Told, role: str) -> User:
    if role != user.role:
        try:
            users.set_role(connection, user.user_id, role)
        except Conflict:
            raise OpenIdFailure(LAST, "the last administrator would lose the role") from None
        note(connection, user.login, sign_in_log.USER, user=user.login, done="role", was=user.role, role=role)
    if name := _name(told):
        identities.rename(connection, user.user_id, name)
    return user._replace(role=role)


def _name(told: Told) -> str:
    name = told.claims.get("name")
    return " ".join(name.split())[:_LONGEST] if isinstance(name, str) and "\x00" not in name else ""


def _free_login(connection: Connection, openid: OpenId, told: Told) -> str:
    """A login that nobody has. One that is taken, maybe by a user with a password, gets the provider's name behind it:
    who chooses a login at the provider does not become somebody else here."""
    wished = [told.claims.get(name) for name in ("preferred_username", "email")]
    named = [_plain(one) for one in (*wished, told.subject) if isinstance(one, str)]
    plain = next(filter(None, named), "user")
    host = urlsplit(openid.issuer).hostname or "provider"
    for login in (plain, f"{plain}@{host}", *(f"{plain}.{number}@{host}" for number in range(2, 100))):
        if identities.is_free(connection, login):
            return login
    raise OpenIdFailure(NO_ROLE, "no login is left for this user")


def _plain(text: str) -> str:
    return _LOGIN.sub("-", text.strip().lower())[:_LONGEST].strip("-")
