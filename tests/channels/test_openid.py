"""The client of an OpenID provider against a provider on this machine, honest and bad."""

from __future__ import annotations

import base64
import hmac
import http.client
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt

from litso.channels.openid import OpenIdFailure, Provider, Told, claim_of, new_attempt
from openid_peer import CLIENT, SECRET, OpenIdPeer, new_key, openid_peer, unsigned

BACK = "http://127.0.0.1:1/sign-in/provider/back"


@pytest.fixture
def peer() -> Iterator[OpenIdPeer]:
    with openid_peer() as found:
        yield found


@pytest.fixture
def provider(peer: OpenIdPeer) -> Provider:
    return Provider(peer.issuer, CLIENT, SECRET)


def sent_back(url: str) -> dict[str, str]:
    """What a browser comes back with that followed the address to the provider."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    location = connection.getresponse().headers["Location"]
    connection.close()
    assert location.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def signed_in(
    provider: Provider, *, wanted: str = "roles", nonce: str = "", verifier: str = "", back: str = ""
) -> Told:
    """All the way; the keywords are what an attacker would have instead of ours."""
    attempt = new_attempt()
    answer = sent_back(provider.authorization_url(attempt, redirect_uri=BACK, scopes="openid"))
    assert answer["state"] == attempt.state
    return provider.redeem(
        answer["code"],
        nonce or attempt.nonce,
        verifier or attempt.verifier,
        redirect_uri=back or BACK,
        wanted=wanted,
    )


def test_who_signs_in_is_told(peer: OpenIdPeer, provider: Provider) -> None:
    told = signed_in(provider)
    assert (told.subject, told.claims["name"], told.claims["roles"]) == ("u-1", "Анна П", ["op"])
    assert "/userinfo" not in peer.asked
    signed_in(provider)
    assert peer.asked.count("/.well-known/openid-configuration") == 1
    assert peer.asked.count("/keys") == 1


@pytest.mark.parametrize("wrong", [{"verifier": "v" * 60}, {"back": "http://127.0.0.1:1/elsewhere"}])
def test_a_code_is_bound_to_who_asked_for_it(provider: Provider, wrong: dict[str, str]) -> None:
    with pytest.raises(OpenIdFailure, match="invalid_grant") as failure:
        signed_in(provider, **wrong)
    assert failure.value.reason == "refused"


def test_a_wrong_secret_is_refused_by_the_provider(peer: OpenIdPeer) -> None:
    with pytest.raises(OpenIdFailure, match="invalid_client"):
        signed_in(Provider(peer.issuer, CLIENT, "wrong"))


def test_a_code_of_another_browser_has_another_nonce(provider: Provider) -> None:
    with pytest.raises(OpenIdFailure, match="nonce") as failure:
        signed_in(provider, nonce="n" * 43)
    assert failure.value.reason == "untrusted"


BAD_CLAIMS: list[tuple[str, dict[str, Any]]] = [
    ("issuer", {"iss": "https://evil.example"}),
    ("issuer", {"iss": None}),
    ("audience", {"aud": "another"}),
    ("audience", {"aud": []}),
    ("audience", {"aud": None}),
    ("authorized party", {"aud": [CLIENT, "another"]}),
    ("authorized party", {"aud": [CLIENT, "another"], "azp": "another"}),
    ("authorized party", {"azp": "another"}),
    ("expiry", {"exp": int(time.time()) - 3600}),
    ("expiry", {"exp": None}),
    ("expiry", {"exp": "tomorrow"}),
    ("expiry", {"exp": True}),
    ("time of issue", {"iat": int(time.time()) + 3600}),
    ("time of issue", {"iat": None}),
    ("nonce", {"nonce": "another"}),
    ("nonce", {"nonce": None}),
    ("nonce", {"nonce": "ё"}),
    ("subject", {"sub": ""}),
    ("subject", {"sub": 17}),
    ("subject", {"sub": None}),
    ("subject", {"sub": "x" * 256}),
]


@pytest.mark.parametrize(("what", "change"), BAD_CLAIMS)
def test_a_token_that_is_not_for_us_is_refused(
    peer: OpenIdPeer, provider: Provider, what: str, change: dict[str, Any]
) -> None:
    def spoil(claims: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in {**claims, **change}.items() if value is not None}

    peer.spoil = spoil
    with pytest.raises(OpenIdFailure, match=f"not for us: .*{what}"):
        signed_in(provider)


@pytest.mark.parametrize(
    "change", [{"aud": [CLIENT]}, {"aud": [CLIENT, "b"], "azp": CLIENT}, {"exp": time.time() + 7200}]
)
def test_a_token_that_is_for_us_is_believed(peer: OpenIdPeer, provider: Provider, change: dict[str, Any]) -> None:
    peer.spoil = lambda claims: {**claims, **change}
    assert signed_in(provider).subject == "u-1"


def hmac_by_public_key(peer: OpenIdPeer, claims: dict[str, Any]) -> str:
    """The public key is known to everybody: as a shared secret it proves nothing."""
    signed = unsigned({"alg": "HS256", "kid": peer.key.kid}, claims).rstrip(".")
    digest = hmac.digest(peer.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


FORGERIES: list[tuple[str, Callable[[OpenIdPeer, dict[str, Any]], str]]] = [
    ("alg none", lambda peer, claims: unsigned({"alg": "none"}, claims)),
    ("alg None with a key", lambda peer, claims: unsigned({"alg": "None", "kid": peer.key.kid}, claims)),
    ("no alg", lambda peer, claims: unsigned({"kid": peer.key.kid}, claims)),
    ("shared secret", hmac_by_public_key),
    ("a stranger's key", lambda peer, claims: peer.signed(claims, key=new_key())),
    ("a stranger's key by our name", lambda peer, claims: peer.signed(claims, key=new_key(), kid=peer.key.kid)),
    ("signature of another", lambda peer, claims: spliced(peer, claims)),
    ("cut", lambda peer, claims: peer.signed(claims)[:-4]),
    ("no signature", lambda peer, claims: peer.signed(claims).rpartition(".")[0] + "."),
    ("not a token", lambda peer, claims: "hello"),
    ("empty", lambda peer, claims: ""),
    ("huge", lambda peer, claims: "x" * 200_000),
    ("no object", lambda peer, claims: "W10.W10.W10"),
]


def spliced(peer: OpenIdPeer, claims: dict[str, Any]) -> str:
    """Claims of an administrator over the signature of somebody else's."""
    head, _, tail = peer.signed(claims).split(".")
    return ".".join((head, peer.signed({**claims, "roles": ["admin"]}).split(".")[1], tail))


@pytest.mark.parametrize(("name", "forge"), FORGERIES, ids=[name for name, _ in FORGERIES])
def test_a_forged_token_is_refused(
    peer: OpenIdPeer, provider: Provider, name: str, forge: Callable[[OpenIdPeer, dict[str, Any]], str]
) -> None:
    peer.forge = lambda claims: forge(peer, claims)
    with pytest.raises(OpenIdFailure) as failure:
        signed_in(provider)
    assert failure.value.reason == "untrusted"


def test_the_provider_changes_its_keys(peer: OpenIdPeer, provider: Provider) -> None:
    old = peer.key
    signed_in(provider)
    peer.rotate()
    assert signed_in(provider).subject == "u-1"
    assert peer.asked.count("/keys") == 2
    peer.forge = lambda claims: peer.signed(claims, key=old)
    assert signed_in(provider).subject == "u-1", "the last key is published still"
    peer.rotate()
    peer.forge = peer.signed
    signed_in(provider)
    peer.forge = lambda claims: peer.signed(claims, key=old)
    with pytest.raises(OpenIdFailure, match="unknown key"):
        signed_in(provider)


def test_a_token_without_the_name_of_its_key(peer: OpenIdPeer, provider: Provider) -> None:
    peer.forge = lambda claims: jwt.encode({"alg": "ES256"}, claims, peer.key)
    assert signed_in(provider).subject == "u-1"
    peer.published.append(new_key())
    with pytest.raises(OpenIdFailure, match="unknown key"):
        signed_in(Provider(peer.issuer, CLIENT, SECRET))


def test_userinfo_tells_what_the_token_lacks(peer: OpenIdPeer, provider: Provider) -> None:
    peer.userinfo = {"groups": ["admin"], "name": "Другое имя"}
    told = signed_in(provider, wanted="groups")
    assert (told.claims["groups"], told.claims["name"]) == (["admin"], "Анна П")


def test_userinfo_of_another_subject_is_refused(peer: OpenIdPeer, provider: Provider) -> None:
    peer.userinfo = {"groups": ["admin"], "sub": "u-2"}
    with pytest.raises(OpenIdFailure, match="another subject"):
        signed_in(provider, wanted="groups")


BAD_DISCOVERY: list[tuple[str, dict[str, Any]]] = [
    ("another issuer", {"issuer": "https://evil.example"}),
    ("no token_endpoint", {"token_endpoint": None}),
    ("no authorization_endpoint", {"authorization_endpoint": "javascript:alert(1)"}),
    ("no jwks_uri", {"jwks_uri": ["http://127.0.0.1"]}),
    ("no end_session_endpoint", {"end_session_endpoint": "http://127.0.0.1/a b"}),
]


@pytest.mark.parametrize(("what", "told"), BAD_DISCOVERY)
def test_a_provider_that_tells_nonsense_of_itself(
    peer: OpenIdPeer, provider: Provider, what: str, told: dict[str, Any]
) -> None:
    peer.told = told
    with pytest.raises(OpenIdFailure, match=what) as failure:
        provider.endpoints()
    assert failure.value.reason == "untrusted"


def test_a_provider_that_is_away(peer: OpenIdPeer) -> None:
    with openid_peer() as gone:
        issuer = gone.issuer
    with pytest.raises(OpenIdFailure, match="does not answer") as failure:
        Provider(issuer, CLIENT, SECRET).endpoints()
    assert failure.value.reason == "unreachable"


def test_signing_out_leads_to_the_provider(peer: OpenIdPeer, provider: Provider) -> None:
    url = provider.end_session_url("token", back_to="https://litso.example/sign-in")
    assert url is not None
    assert parse_qs(urlsplit(url).query) == {
        "id_token_hint": ["token"],
        "client_id": [CLIENT],
        "post_logout_redirect_uri": ["https://litso.example/sign-in"],
    }
    peer.told = {"end_session_endpoint": None}
    assert Provider(peer.issuer, CLIENT, SECRET).end_session_url("token", back_to="x") is None


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("roles", ["a"]), ("realm_access.roles", ["b"]), ("https://x.example/roles", ["c"]), ("roles.b", None),
        ("none.at.all", None),
    ],
)  # fmt: skip
def test_a_claim_is_found_by_its_name_or_its_path(path: str, found: object) -> None:
    claims = {"roles": ["a"], "realm_access": {"roles": ["b"]}, "https://x.example/roles": ["c"]}
    assert claim_of(claims, path) == found
