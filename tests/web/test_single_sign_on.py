"""Signing in by an OpenID provider: over plain HTTP with one that may be bad, and in Chromium with another one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import httpx
import oidc_provider_mock
import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser, expect
from served_program import serving
from small_town import PASSWORD, Place

from databases import cloned_database
from litso.commands.serve import build_app
from litso.errors import Misconfigured
from litso.settings import Settings, load_settings
from litso.store import audit, users
from litso.usecases.single_sign_on import role_of
from openid_peer import CLIENT, SECRET, OpenIdPeer, openid_peer

HTML = {"Accept": "text/html"}
ROLES = "boss=administrator, op=operator, chief=steward"


class Organization(NamedTuple):
    """The program, and the provider of the organization that it trusts."""

    client: TestClient
    peer: OpenIdPeer


@pytest.fixture(scope="module")
def program(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organization]:
    home = tmp_path_factory.mktemp("organization")
    (home / "client-secret").write_text(SECRET + "\n")
    with openid_peer() as peer:
        settings = load_settings(environment(home, peer.issuer))
        with TestClient(build_app(place.store, settings), raise_server_exceptions=False) as client:
            yield Organization(client, peer)


def environment(home: Path, issuer: str) -> dict[str, str]:
    return {
        "LITSO_HOME": str(home),
        "LITSO_OIDC_ISSUER": issuer,
        "LITSO_OIDC_CLIENT_ID": CLIENT,
        "LITSO_OIDC_CLIENT_SECRET_FILE": str(home / "client-secret"),
        "LITSO_OIDC_ROLES": ROLES,
        "LITSO_PUBLIC_URL": "http://testserver.local",
    }


@pytest.fixture
def organization(program: Organization) -> Organization:
    """A visitor without cookies before an honest provider."""
    client, peer = program
    client.cookies.clear()
    issuer, key, published = peer.issuer, peer.key, peer.published
    peer.__init__()  # type: ignore[misc]
    peer.issuer, peer.key, peer.published = issuer, key, published
    return program


def leave_for(client: TestClient, to: str = "/me") -> str:
    """The address at the provider to which the browser is sent."""
    answer = client.get("/sign-in/provider", params={"next": to}, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def come_back(client: TestClient, location: str, **change: str) -> Any:
    """Follow the provider's redirect, with the parameters changed."""
    back = httpx.get(location).headers["location"]
    query = {**dict(parse_qsl(urlsplit(back).query)), **change}
    assert back.startswith("http://testserver.local/sign-in/provider/back?")
    return client.get("/sign-in/provider/back", params=query, headers=HTML, follow_redirects=False)


def sign_in(organization: Organization, to: str = "/me", **claims: Any) -> Any:
    organization.peer.claims |= claims
    return come_back(organization.client, leave_for(organization.client, to))


def written(place: Place, what: str) -> list[list[str]]:
    with place.store.transaction() as connection:
        return [one.fields for one in audit.recent(connection) if one.action == what]


def user(place: Place, login: str) -> users.User:
    with place.store.transaction() as connection:
        return next(one for one in users.list_all(connection) if one.login == login)


# In ------------------------------------------------------------------------------------------------------------


def test_the_first_sign_in_makes_the_user(organization: Organization, place: Place) -> None:
    answer = sign_in(organization, sub="u-anna", preferred_username="Anna.P", name="Анна П", roles=["x", "op"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    page = organization.client.get("/me", headers=HTML).text
    assert "Анна П" in page
    assert "через вход организации" in page
    assert "Нынешний пароль" not in page
    assert user(place, "anna.p")[2:5] == ("Анна П", "operator", True)
    assert written(place, "user.change")[0] == ["user=anna.p", "done=created", "role=operator"]
    assert written(place, "session.open")[0] == ["method=provider", "address=testclient"]


def test_the_second_sign_in_is_the_same_user_with_the_role_of_today(organization: Organization, place: Place) -> None:
    sign_in(organization, sub="u-boris", preferred_username="boris", roles=["op"])
    first = user(place, "boris")
    sign_in(organization, sub="u-boris", preferred_username="renamed", name="Борис Новый", roles=["chief"])
    now = user(place, "boris")
    assert (now.user_id, now.name, now.role) == (first.user_id, "Борис Новый", "steward")
    assert written(place, "user.change")[0] == ["user=boris", "done=role", "was=operator", "role=steward"]


def test_a_user_of_the_provider_has_no_password_here(organization: Organization) -> None:
    sign_in(organization, sub="u-vera", preferred_username="vera")
    client = organization.client
    client.cookies.clear()
    page = client.get("/sign-in", headers=HTML).text
    assert "/sign-in/provider?next=/" in page
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found
    for password in ("", "None", PASSWORD):
        form = {"csrf": found[1], "login": "vera", "password": password}
        assert client.post("/sign-in", data=form, headers=HTML).status_code == 422


def test_a_login_chosen_at_the_provider_takes_nobodys_place(organization: Organization, place: Place) -> None:
    before = user(place, "administrator")
    sign_in(organization, sub="u-evil", preferred_username="Administrator", roles=["op"])
    assert user(place, "administrator") == before
    assert user(place, "administrator@127.0.0.1").role == "operator"
    sign_in(organization, sub="u-evil-2", preferred_username="administrator", roles=["op"])
    assert user(place, "administrator.2@127.0.0.1").role == "operator"


@pytest.mark.parametrize(
    ("to", "arrived"), [("/sources", "/sources"), ("https://evil.example", "/"), ("//evil.example", "/")]
)
def test_the_way_back_leads_to_our_own_pages_alone(organization: Organization, to: str, arrived: str) -> None:
    assert sign_in(organization, to).headers["location"] == arrived


# Not in --------------------------------------------------------------------------------------------------------


def refused(organization: Organization, answer: Any, status: int, text: str) -> None:
    assert answer.status_code == status
    assert text in answer.text
    assert "litso_session" not in organization.client.cookies


@pytest.mark.parametrize("roles", [[], ["nothing"], None, "nothing", {"op": True}, 7, [["op"]]])
def test_without_a_role_nobody_gets_in(organization: Organization, place: Place, roles: Any) -> None:
    answer = sign_in(organization, sub="u-nobody", preferred_username="nobody", roles=roles)
    refused(organization, answer, 403, "роли в Litso у вас нет")
    assert written(place, "session.failed")[0] == ["why=no_role", "address=testclient"]
    with pytest.raises(StopIteration):
        user(place, "nobody")


def test_who_lost_the_role_is_out_at_the_next_sign_in(organization: Organization) -> None:
    sign_in(organization, sub="u-gleb", preferred_username="gleb")
    organization.client.cookies.clear()
    refused(organization, sign_in(organization, sub="u-gleb", roles=[]), 403, "роли в Litso у вас нет")


def test_a_deactivated_user_stays_out(organization: Organization, place: Place) -> None:
    sign_in(organization, sub="u-dina", preferred_username="dina", roles=["boss"])
    with place.store.transaction() as connection:
        users.deactivate(connection, user(place, "dina").user_id)
    organization.client.cookies.clear()
    refused(organization, sign_in(organization, sub="u-dina", roles=["boss"]), 403, "отключён администратором")


def test_the_provider_lets_somebody_not_in(organization: Organization) -> None:
    organization.peer.denies = True
    refused(organization, sign_in(organization), 403, "не пустил вас")


def test_a_bad_token_is_refused(organization: Organization) -> None:
    organization.peer.spoil = lambda claims: {**claims, "nonce": "another"}
    refused(organization, sign_in(organization), 403, "не прошёл проверку")


def test_a_provider_that_is_away_is_said(organization: Organization, place: Place, tmp_path: Path) -> None:
    with openid_peer() as gone:
        issuer = gone.issuer
    settings = load_settings({**environment(tmp_path, issuer), "LITSO_OIDC_CLIENT_SECRET_FILE": ""})
    with TestClient(build_app(place.store, settings), raise_server_exceptions=False) as client:
        answer = client.get("/sign-in/provider", headers=HTML, follow_redirects=False)
        assert (answer.status_code, "не отвечает" in answer.text) == (503, True)
        assert 'name="password"' in answer.text, "the password is another way in"


@pytest.mark.parametrize("change", [{"state": "another"}, {"state": ""}])
def test_an_answer_that_was_not_asked_for_is_refused(organization: Organization, change: dict[str, str]) -> None:
    location = leave_for(organization.client)
    refused(organization, come_back(organization.client, location, **change), 403, "Вход не завершён")


def test_an_answer_of_another_provider_is_refused(organization: Organization) -> None:
    location = leave_for(organization.client)
    answer = come_back(organization.client, location, iss="https://evil.example")
    refused(organization, answer, 403, "не прошёл проверку")


def test_another_browser_does_not_finish_the_sign_in(organization: Organization) -> None:
    location = leave_for(organization.client)
    organization.client.cookies.clear()
    organization.client.get("/sign-in", headers=HTML)
    refused(organization, come_back(organization.client, location), 403, "Вход не завершён")


def test_an_answer_counts_once(organization: Organization) -> None:
    client = organization.client
    back = httpx.get(leave_for(client)).headers["location"]
    query = dict(parse_qsl(urlsplit(back).query))
    statuses = []
    for _ in range(2):
        answer = client.get("/sign-in/provider/back", params=query, headers=HTML, follow_redirects=False)
        statuses.append(answer.status_code)
    assert statuses == [303, 403]


def test_an_answer_that_took_too_long_is_refused(organization: Organization, place: Place) -> None:
    location = leave_for(organization.client)
    with place.store.transaction() as connection:
        connection.execute("update provider_attempt set expires_at = now()")
    refused(organization, come_back(organization.client, location), 403, "Вход не завершён")


def test_the_store_alone_lets_nobody_in(organization: Organization, place: Place) -> None:
    sign_in(organization, sub="u-egor", preferred_username="egor")
    with place.store.transaction() as connection:
        [(sealed,)] = connection.execute("select id_token from session order by created_at desc limit 1").fetchall()
        attempts = connection.execute("select count(*) from provider_attempt").fetchone()
    assert b"eyJ" not in bytes(sealed)
    assert attempts == (0,)


# Out -----------------------------------------------------------------------------------------------------------


def sign_out(client: TestClient) -> Any:
    found = re.search(r'name="csrf" value="(\w+)"', client.get("/me", headers=HTML).text)
    assert found
    return client.post("/sign-out", data={"csrf": found[1]}, headers=HTML, follow_redirects=False)


def test_signing_out_leads_to_the_provider_and_back(organization: Organization) -> None:
    client, peer = organization
    sign_in(organization, sub="u-zoya", preferred_username="zoya")
    answer = sign_out(client)
    assert answer.status_code == 200
    url = answer.headers["refresh"].removeprefix("0; url=")
    assert httpx.get(url).headers["location"] == "http://testserver.local/sign-in"
    [left] = peer.left
    assert (left["client_id"], left["id_token_hint"].count(".")) == (CLIENT, 2)
    assert client.get("/me", headers=HTML, follow_redirects=False).status_code == 303


def test_a_provider_without_a_way_out_is_left_alone(organization: Organization, place: Place) -> None:
    organization.client.cookies.clear()
    with place.store.transaction() as connection:
        session = users.open_session(connection, users.by_login(connection, "operator").user_id)
    organization.client.cookies.set("litso_session", session)
    assert sign_out(organization.client).headers["location"] == "/sign-in"


# Settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "claims", "role"),
    [
        ("roles", {"roles": ["op", "boss"]}, "administrator"),
        ("roles", {"roles": "op"}, "operator"),
        ("realm_access.roles", {"realm_access": {"roles": ["chief"]}}, "steward"),
        ("realm_access.roles", {"realm_access": ["chief"]}, None),
        ("groups", {"roles": ["boss"]}, None),
    ],
)
def test_the_first_role_of_the_map_wins(claim: str, claims: dict[str, Any], role: str | None) -> None:
    given = {**environment(Path("/home"), "https://sso.example"), "LITSO_OIDC_ROLE_CLAIM": claim}
    openid = load_settings(given).openid
    assert openid is not None
    assert role_of(openid, claims) == role


def read(**change: str) -> Settings:
    return load_settings({**environment(Path("/home"), "https://sso.example"), **change})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LITSO_OIDC_ISSUER", "http://sso.example"),
        ("LITSO_OIDC_CLIENT_ID", ""),
        ("LITSO_OIDC_SCOPES", "profile"),
        ("LITSO_OIDC_ROLES", "boss=god"),
        ("LITSO_OIDC_ROLES", "boss"),
        ("LITSO_PUBLIC_URL", "litso.example"),
        ("LITSO_PUBLIC_URL", "https://litso.example/path"),
        ("LITSO_SECOND_FACTOR", "boss"),
        ("LITSO_TRUSTED_PROXIES", "proxy"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=name.removesuffix("_CLIENT_ID")):
        read(**{name: value})


def test_all_roles_may_have_to_have_a_second_factor() -> None:
    assert len(read(LITSO_SECOND_FACTOR="all").second_factor) == 6
    assert read(LITSO_SECOND_FACTOR="Steward,").second_factor == {"steward"}
    assert read().public_url == "http://testserver.local"


# In Chromium, with a provider that others wrote ----------------------------------------------------------------


def note(troubles: list[str], is_ours: bool, kind: str, text: str) -> None:
    """What goes wrong on our pages: those of the provider ask for a style sheet of another network."""
    if is_ours and kind in ("error", "warning"):
        troubles.append(text)


@pytest.mark.browser
def test_a_browser_signs_in_and_out(browser: Browser, server_url: str, template: str, tmp_path: Path) -> None:
    claims = {"preferred_username": "olga", "name": "Ольга Т", "roles": ["chief"]}
    (tmp_path / "client-secret").write_text("any")
    known = oidc_provider_mock.User(sub="7f3a", claims=claims)
    with (
        oidc_provider_mock.run_server_in_thread(user_claims=[known]) as provider,
        cloned_database(server_url, template) as url,
        serving(
            url,
            tmp_path,
            LITSO_OIDC_ISSUER=f"http://localhost:{provider.server_port}",
            LITSO_OIDC_CLIENT_ID="litso",
            LITSO_OIDC_CLIENT_SECRET_FILE=str(tmp_path / "client-secret"),
            LITSO_OIDC_ROLES=ROLES,
        ) as (address, _),
    ):
        context = browser.new_context(base_url=address)
        page = context.new_page()
        troubles: list[str] = []
        page.on("console", lambda message: note(troubles, page.url.startswith(address), message.type, message.text))
        page.goto("/me")
        page.get_by_role("link", name="Войти через вход организации").click()
        page.get_by_role("button", name="7f3a").click()
        expect(page.get_by_role("heading", name="Мой вход")).to_be_visible()
        expect(page.get_by_text("Ольга Т · olga · дата-стюард")).to_be_visible()
        page.get_by_text("Меню пользователя").locator("..").click()
        page.get_by_role("button", name="Выйти").click()
        page.get_by_role("button", name="End session").click()
        expect(page.get_by_role("heading", name="Вход")).to_be_visible()
        page.goto("/me")
        expect(page.get_by_role("heading", name="Вход")).to_be_visible()
        context.close()
        assert troubles == []
