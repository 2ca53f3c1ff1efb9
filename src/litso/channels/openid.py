"""An OpenID Connect provider: authorization code flow with PKCE, as a confidential or public client.

Discovery and keys are read from the issuer alone. What an ID token claims is believed after its signature, issuer,
audience, time and nonce were checked; unsigned tokens and those signed with a shared secret are refused whatever the
provider says of them.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import math
import secrets
import ssl
import time
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

from litso import __version__
from litso.errors import LitsoError

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
LEEWAY_SECONDS: Final = 60
_SECONDS: Final = 10.0
_LARGEST_ANSWER: Final = 1 << 20
_LONGEST_TOKEN: Final = 100_000
_FRESH_SECONDS: Final = 600.0

UNREACHABLE: Final = "unreachable"
UNTRUSTED: Final = "untrusted"
REFUSED: Final = "refused"


class OpenIdFailure(LitsoError):
    """A sign-in by the provider failed. reason: a stable name, for the page and the log; the message is for the log."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Endpoints(NamedTuple):
    """What discovery told of the provider."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    end_session: str | None
    authentication: tuple[str, ...]


class Attempt(NamedTuple):
    """What a browser that was sent to the provider has to come back with."""

    state: str
    nonce: str
    verifier: str


class Told(NamedTuple):
    """What the provider tells of who came back. claims: of the ID token and, where needed, of userinfo."""

    subject: str
    claims: Mapping[str, Any]
    id_token: str


def new_attempt() -> Attempt:
    """Fresh secrets of one way to the provider and back."""
    return Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


class Provider:
    """One provider, with what it told of itself lately. Threads share it."""

    def __init__(self, issuer: str, client_id: str, client_secret: str | None) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self._client_secret = client_secret
        self._lock = Lock()
        self._endpoints: tuple[float, Endpoints] | None = None
        self._keys: tuple[float, list[Any]] | None = None

    def authorization_url(self, attempt: Attempt, *, redirect_uri: str, scopes: str) -> str:
        """Where to send the browser."""
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return _with_query(self.endpoints().authorization, asked)

    def end_session_url(self, id_token: str, *, back_to: str) -> str | None:
        """Where to send a browser that signs out; None when the provider has no such place."""
        where = self.endpoints().end_session
        if where is None:
            return None
        asked = {"id_token_hint": id_token, "client_id": self.client_id, "post_logout_redirect_uri": back_to}
        return _with_query(where, asked)

    def redeem(self, code: str, nonce: str, verifier: str, *, redirect_uri: str, wanted: str) -> Told:
        """Who came back with a code. wanted: a claim to ask userinfo for where the ID token lacks it."""
        answer = self._token(code, verifier, redirect_uri)
        id_token = answer.get("id_token")
        if not isinstance(id_token, str) or len(id_token) > _LONGEST_TOKEN:
            raise OpenIdFailure(UNTRUSTED, "the provider answered without an ID token")
        claims = self.verified(id_token, nonce)
        access_token, userinfo = answer.get("access_token"), self.endpoints().userinfo
        if claim_of(claims, wanted) is None and userinfo and isinstance(access_token, str) and access_token.isascii():
            more = _fetched("GET", userinfo, headers={"Authorization": f"Bearer {access_token}"})
            if more.get("sub") != claims["sub"]:
                raise OpenIdFailure(UNTRUSTED, "userinfo is about another subject than the ID token")
            claims = {**more, **claims}
        return Told(claims["sub"], claims, id_token)

    def verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is sound; OpenIdFailure else. Unknown keys are looked for once more."""
        try:
            token = self._decoded(id_token)
        except _UnknownKey:
            self._keys = None  # the provider may have changed its keys
            try:
                token = self._decoded(id_token)
            except _UnknownKey:
                raise OpenIdFailure(UNTRUSTED, "the ID token is signed with an unknown key") from None
        _check_claims(token.claims, issuer=self.issuer, client_id=self.client_id, nonce=nonce, now=time.time())
        return dict(token.claims)

    def _decoded(self, id_token: str) -> jwt.Token:
        keys = self._known_keys()

        def chosen(signature: Any) -> Any:
            kid = signature.headers().get("kid")
            found = [key for key in keys if kid is None or key.kid == kid]
            if len(found) != 1:
                raise _UnknownKey
            return found[0]

        try:
            return jwt.decode(id_token, chosen, algorithms=ALGORITHMS)
        except (JoseError, ValueError, TypeError) as error:
            raise OpenIdFailure(UNTRUSTED, f"the ID token is not valid: {type(error).__name__}") from None

    def _token(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        endpoints = self.endpoints()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self.client_id,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._client_secret is not None and "client_secret_basic" in endpoints.authentication:
            # RFC 6749, 2.3.1: both parts are form-encoded first.
            pair = f"{quote(self.client_id, safe='')}:{quote(self._client_secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        elif self._client_secret is not None:
            form["client_secret"] = self._client_secret
        return _fetched("POST", endpoints.token, body=urlencode(form).encode(), headers=headers)

    def endpoints(self) -> Endpoints:
        """What the provider says of itself, read anew from time to time."""
        with self._lock:
            known = self._endpoints
        if known is not None and time.monotonic() - known[0] < _FRESH_SECONDS:
            return known[1]
        told = _fetched("GET", self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if told.get("issuer") != self.issuer:
            raise OpenIdFailure(UNTRUSTED, "the provider calls itself by another issuer than LITSO_OIDC_ISSUER")
        found = _endpoints_of(told, is_local=self.issuer.startswith("http:"))
        with self._lock:
            self._endpoints = (time.monotonic(), found)
        return found

    def _known_keys(self) -> list[Any]:
        known = self._keys
        if known is not None and time.monotonic() - known[0] < _FRESH_SECONDS:
            return known[1]
        keys = _keys_of(_fetched("GET", self.endpoints().keys))
        self._keys = (time.monotonic(), keys)
        return keys


class _UnknownKey(Exception):
    """No key of the provider, or no single one, fits the header of the token."""


def claim_of(claims: Mapping[str, Any], path: str) -> Any:
    """A claim by its name, or by dots into objects: realm_access.roles. A name that has dots itself goes first."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _check_claims(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: float) -> None:
    """OpenID Connect Core 3.1.3.7."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    subject, given = claims.get("sub"), claims.get("nonce")
    checks = (
        ("issuer", claims.get("iss") == issuer),
        ("audience", client_id in audiences),
        ("authorized party", claims.get("azp", client_id) == client_id and (len(audiences) == 1 or "azp" in claims)),
        ("expiry", _moment(claims.get("exp")) + LEEWAY_SECONDS > now),
        ("time of issue", _moment(claims.get("iat")) - LEEWAY_SECONDS < now),
        ("nonce", isinstance(given, str) and secrets.compare_digest(given.encode(), nonce.encode())),
        ("subject", isinstance(subject, str) and 0 < len(subject) <= 255),
    )
    wrong = [name for name, is_right in checks if not is_right]
    if wrong:
        raise OpenIdFailure(UNTRUSTED, f"the ID token is not for us: {', '.join(wrong)}")


def _moment(value: Any) -> float:
    """Seconds since 1970; what is no number is neither before nor after anything."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _endpoints_of(told: Mapping[str, Any], *, is_local: bool) -> Endpoints:
    allowed = ("https://", "http://") if is_local else ("https://",)

    def place(name: str) -> str:
        found = told.get(name)
        if not isinstance(found, str) or not found.startswith(allowed) or not found.isprintable() or " " in found:
            raise OpenIdFailure(UNTRUSTED, f"the provider names no {name} with https://")
        return found

    methods = told.get("token_endpoint_auth_methods_supported")
    return Endpoints(
        authorization=place("authorization_endpoint"),
        token=place("token_endpoint"),
        keys=place("jwks_uri"),
        userinfo=place("userinfo_endpoint") if told.get("userinfo_endpoint") else None,
        end_session=place("end_session_endpoint") if told.get("end_session_endpoint") else None,
        authentication=tuple(map(str, methods)) if isinstance(methods, list) else ("client_secret_basic",),
    )


def _keys_of(told: Mapping[str, Any]) -> list[Any]:
    """Public keys that sign; of kinds that we do not know there may be others."""
    listed = told.get("keys")
    entries: Sequence[Any] = listed if isinstance(listed, list) else ()
    found = []
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or entry.get("kty") == "oct":
            continue
        try:
            found.append(JWKRegistry.import_key(entry))
        except (JoseError, ValueError, TypeError):
            continue
    return found


def _with_query(url: str, asked: Mapping[str, str]) -> str:
    return url + ("&" if "?" in url else "?") + urlencode(asked)


def _fetched(
    method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The JSON object that the provider answers; its redirects are not followed."""
    parts = urlsplit(url)
    place = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.netloc, timeout=_SECONDS, context=context
            )
        else:
            connection = http.client.HTTPConnection(parts.netloc, timeout=_SECONDS)
        try:
            known = {"User-Agent": f"litso/{__version__}", "Accept": "application/json", **(headers or {})}
            connection.request(method, place, body, known)
            response = connection.getresponse()
            status, text = response.status, response.read(_LARGEST_ANSWER + 1)
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise OpenIdFailure(UNREACHABLE, f"the provider does not answer: {type(error).__name__}") from None
    return _object(status, text)


def _object(status: int, text: bytes) -> dict[str, Any]:
    if status >= 500:
        raise OpenIdFailure(UNREACHABLE, f"the provider answered HTTP {status}")
    try:
        found = json.loads(text) if len(text) <= _LARGEST_ANSWER else None
    except (ValueError, RecursionError):
        found = None
    if status != 200:
        why = found.get("error") if isinstance(found, dict) else None
        known = why if isinstance(why, str) and why.isidentifier() and len(why) < 50 else f"HTTP {status}"
        raise OpenIdFailure(REFUSED, f"the provider refused: {known}")
    if not isinstance(found, dict):
        raise OpenIdFailure(UNREACHABLE, "the provider did not answer with a JSON object")
    return found
