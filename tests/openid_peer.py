"""An OpenID provider on this machine that is as honest, or as bad, as a test wants.

It checks what a provider has to check: client and its secret, PKCE, the address to go back to, one use of a code.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT, SECRET = "litso", "s3cret: +%/ü"


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token that says of itself that nobody signed it."""
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims))
    return ".".join((*parts, ""))


class OpenIdPeer:
    """The provider. claims: of whoever signs in next. spoil: changes an ID token's claims; forge: makes the token."""

    def __init__(self) -> None:
        self.issuer = ""
        self.key = new_key()
        self.published = [self.key]
        self.claims: dict[str, Any] = {"sub": "u-1", "preferred_username": "anna.p", "name": "Анна П", "roles": ["op"]}
        self.userinfo: dict[str, Any] = {}
        self.denies = False
        self.spoil: Callable[[dict[str, Any]], dict[str, Any]] = dict
        self.forge: Callable[[dict[str, Any]], str] = self.signed
        self.told: dict[str, Any] = {}
        self.asked: list[str] = []
        self.left: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}

    def signed(self, claims: dict[str, Any], *, key: ECKey | None = None, **header: Any) -> str:
        """An ID token under the present key."""
        signer = key or self.key
        return jwt.encode({"alg": "ES256", "kid": signer.kid, **header}, claims, signer)

    def rotate(self) -> None:
        """From now on sign with another key, and publish it beside the last one."""
        self.key = new_key()
        self.published = [*self.published[-1:], self.key]

    def discovery(self) -> dict[str, Any]:
        """What it says of itself; `told` changes that."""
        places = {
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/token",
            "jwks_uri": "/keys",
            "userinfo_endpoint": "/userinfo",
            "end_session_endpoint": "/leave",
        }
        found = {"issuer": self.issuer, **{name: self.issuer + path for name, path in places.items()}}
        return {name: value for name, value in {**found, **self.told}.items() if value is not None}

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes on to."""
        assert (query["client_id"], query["response_type"]) == (CLIENT, "code")
        assert query["code_challenge_method"] == "S256"
        back = {"state": query["state"], "iss": self.issuer}
        if self.denies:
            return query["redirect_uri"] + "?" + urlencode({"error": "access_denied", **back})
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        return query["redirect_uri"] + "?" + urlencode({"code": code, **back})

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The answer to a code."""
        query = self._codes.pop(form.get("code", ""), None)
        kind, _, pair = authorization.partition(" ")
        client, _, secret = base64.b64decode(pair).decode().partition(":") if kind == "Basic" else ("", "", "")
        if (unquote(client), unquote(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_right = query is not None and query["code_challenge"] == challenge
        if query is None or not is_right or query["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": query["nonce"]}
        id_token = self.forge(self.spoil({**claims, **self.claims}))
        return 200, {"access_token": "at-1", "token_type": "Bearer", "id_token": id_token}


def new_key() -> ECKey:
    """A key with a name."""
    return ECKey.generate_key("P-256", {"kid": secrets.token_hex(4), "use": "sig"}, auto_kid=False)


@contextmanager
def openid_peer() -> Iterator[OpenIdPeer]:
    """A provider that listens on a port of the loopback."""
    peer = OpenIdPeer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            peer.asked.append(parts.path)
            if parts.path == "/authorize":
                return self.go(peer.authorize(query))
            if parts.path == "/leave":
                peer.left.append(query)
                return self.go(query["post_logout_redirect_uri"])
            if parts.path == "/userinfo":
                return self.answer(200, {"sub": peer.claims["sub"], **peer.userinfo})
            if parts.path == "/keys":
                return self.answer(200, {"keys": [key.as_dict(private=False) for key in peer.published]})
            return self.answer(200, peer.discovery())

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            peer.asked.append(self.path)
            form = {name: values[0] for name, values in parse_qs(text).items()}
            self.answer(*peer.token(form, self.headers.get("Authorization", "")))

        def go(self, to: str) -> None:
            self.send_response(302)
            self.send_header("Location", to)
            self.end_headers()

        def answer(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
