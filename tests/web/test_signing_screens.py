"""Signing in with two factors, the user's own page, and the administrator's page of people, over plain HTTP."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from litestar.testing import TestClient
from small_town import PASSWORD, Place

from litso.commands.serve import build_app
from litso.domain import totp
from litso.settings import load_settings
from litso.store import audit, throttle, users
from litso.store.database import Connection
from litso.web.sessions import address_of, browser_of

HTML = {"Accept": "text/html"}
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture(scope="module")
def app(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The program where stewards have to have a second factor."""
    home = tmp_path_factory.mktemp("two-factors")
    settings = load_settings({"LITSO_HOME": str(home), "LITSO_SECOND_FACTOR": "steward, compliance"})
    with TestClient(build_app(place.store, settings), raise_server_exceptions=False) as client:
        client.headers.update(FIREFOX)
        yield client


@pytest.fixture
def client(app: TestClient, place: Place) -> TestClient:
    app.cookies.clear()
    with place.store.transaction() as connection:
        connection.execute("delete from sign_in_attempt")
    return app


def form_token(page: str) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found
    return found[1]


def send(client: TestClient, form_of: str, to: str, **fields: str) -> Any:
    token = form_token(client.get(form_of, headers=HTML).text)
    return client.post(to, data={"csrf": token, **fields}, headers=HTML, follow_redirects=False)


def new_user(place: Place, login: str, role: str = "operator") -> int:
    with place.store.transaction() as connection:
        user = users.create(connection, login=login, name=f"Имя {login}", role=role, password=PASSWORD)
    return user.user_id


def sign_in(client: TestClient, login: str, password: str = PASSWORD) -> Any:
    client.cookies.clear()
    return send(client, "/sign-in", "/sign-in", login=login, password=password, next="/me")


def enter(client: TestClient, place: Place, login: str) -> None:
    with place.store.transaction() as connection:
        session = users.open_session(connection, users.by_login(connection, login).user_id)
    client.cookies.clear()
    client.cookies.set("litso_session", session)


def secret_of(page: str) -> bytes:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found
    return base64.b32decode(found[1])


def code_of(secret: bytes, ahead: int = 0) -> str:
    """The code of now, or of the step after it: of each one is accepted once."""
    return totp.code_at(secret, totp.step_at(time.time()) + ahead)


def recovery_codes(page: str) -> list[str]:
    return re.findall(r"<li>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</li>", page)


def enrol(client: TestClient) -> tuple[bytes, list[str]]:
    """Connect a telephone on the own page of who is signed in."""
    page = send(client, "/me", "/me/second-factor", password=PASSWORD).text
    secret = secret_of(page)
    done = send(client, "/me", "/me/second-factor/confirm", code=code_of(secret))
    return secret, recovery_codes(done.text)


def noted(connection: Connection, what: str) -> list[tuple[str, list[str]]]:
    return [(one.actor, one.fields) for one in audit.recent(connection) if one.action == what]


# Two factors ---------------------------------------------------------------------------------------------------


def test_a_user_connects_a_telephone_and_signs_in_with_it(client: TestClient, place: Place) -> None:
    new_user(place, "anna")
    sign_in(client, "anna")
    begun = send(client, "/me", "/me/second-factor", password=PASSWORD)
    assert "<svg" in begun.text
    assert 'class="qr"' in begun.text
    secret = secret_of(begun.text)
    wrong = send(client, "/me", "/me/second-factor/confirm", code="000000")
    assert (wrong.status_code, secret_of(wrong.text)) == (422, secret)
    code = code_of(secret)
    done = send(client, "/me", "/me/second-factor/confirm", code=code)
    assert len(recovery_codes(done.text)) == 10
    assert recovery_codes(client.get("/me", headers=HTML).text) == []

    half = sign_in(client, "anna")
    assert half.headers["location"] == "/sign-in/second?next=%2Fme"
    assert "litso_session" not in client.cookies
    assert client.get("/me", headers=HTML, follow_redirects=False).status_code == 303
    replayed = send(client, "/sign-in/second", "/sign-in/second", code=code, next="/me")
    assert (replayed.status_code, "litso_session" in client.cookies) == (422, False)
    whole = send(client, "/sign-in/second", "/sign-in/second", code=code_of(secret, 1), next="/me")
    assert (whole.status_code, whole.headers["location"]) == (303, "/me")
    assert "Firefox, Linux" in client.get("/me", headers=HTML).text
    with place.store.transaction() as connection:
        assert noted(connection, "user.second_factor") == [("anna", ["user=anna", "done=enrolled"])]
        assert noted(connection, "session.open")[0] == ("anna", ["method=code", "address=testclient"])
        assert ("anna", ["why=code", "address=testclient"]) in noted(connection, "session.failed")


def test_a_recovery_code_lets_in_once(client: TestClient, place: Place) -> None:
    new_user(place, "boris")
    enter(client, place, "boris")
    _, codes = enrol(client)
    for status in (303, 422):
        sign_in(client, "boris")
        answer = send(client, "/sign-in/second", "/sign-in/second", code=codes[0], next="/")
        assert answer.status_code == status
    assert "осталось: 8" in send_in(client, codes[1]).text


def send_in(client: TestClient, code: str) -> Any:
    send(client, "/sign-in/second", "/sign-in/second", code=code, next="/me")
    return client.get("/me", headers=HTML)


def test_the_step_of_one_sign_in_serves_once(client: TestClient, place: Place) -> None:
    new_user(place, "vera")
    enter(client, place, "vera")
    _, codes = enrol(client)
    sign_in(client, "vera")
    step = client.cookies["litso_step"]
    send(client, "/sign-in/second", "/sign-in/second", code=codes[0], next="/")
    client.cookies.clear()
    client.cookies.set("litso_step", step)
    again = send(client, "/sign-in", "/sign-in/second", code=codes[1], next="/")
    assert (again.status_code, "litso_session" in client.cookies) == (422, False)
    assert "Прошло слишком много времени" in again.text


def test_guessed_codes_have_to_wait(client: TestClient, place: Place) -> None:
    new_user(place, "gleb")
    enter(client, place, "gleb")
    secret, _ = enrol(client)
    sign_in(client, "gleb")
    answers = [send(client, "/sign-in/second", "/sign-in/second", code="111111", next="/") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 429]
    right = send(client, "/sign-in/second", "/sign-in/second", code=code_of(secret, 1), next="/")
    assert right.status_code == 429, "not even the right one is looked at"


def test_the_role_demands_a_second_factor(client: TestClient, place: Place) -> None:
    sign_in(client, "steward")
    assert client.get("/sources", headers=HTML, follow_redirects=False).status_code == 303
    page = client.get("/sign-in/second", headers=HTML)
    secret = secret_of(page.text)
    wrong = send(client, "/sign-in/second", "/sign-in/second", code="000000", next="/sources")
    assert (wrong.status_code, secret_of(wrong.text)) == (422, secret)
    done = send(client, "/sign-in/second", "/sign-in/second", code=code_of(secret), next="/sources")
    assert len(recovery_codes(done.text)) == 10
    assert 'href="/sources"' in done.text
    assert client.get("/sources", headers=HTML, follow_redirects=False).status_code == 200
    kept = send(client, "/me", "/me/second-factor/remove", code=recovery_codes(done.text)[0])
    assert kept.status_code == 422
    assert "обязателен" in kept.text


def test_an_invitation_does_not_go_around_the_second_factor(client: TestClient, place: Place) -> None:
    with place.store.transaction() as connection:
        token = users.issue_token(connection, "compliance")
    made = send(client, "/welcome", "/welcome", token=token, login="clara", name="Клара", password=PASSWORD)
    assert made.headers["location"].startswith("/sign-in/second")
    assert "litso_session" not in client.cookies
    assert 'class="qr"' in client.get("/sign-in/second", headers=HTML).text


def test_the_second_factor_is_removed_with_a_code(client: TestClient, place: Place) -> None:
    new_user(place, "dina")
    enter(client, place, "dina")
    _, codes = enrol(client)
    renewed = recovery_codes(send(client, "/me", "/me/second-factor/codes", code=codes[0]).text)
    assert len(set(renewed) - set(codes)) == 10
    assert send(client, "/me", "/me/second-factor/remove", code="123456").status_code == 422
    assert send(client, "/me", "/me/second-factor/remove", code=codes[1]).status_code == 422
    assert send(client, "/me", "/me/second-factor/remove", code=renewed[0]).status_code == 303
    assert sign_in(client, "dina").headers["location"] == "/me"


# The own page --------------------------------------------------------------------------------------------------


def test_a_new_password_ends_the_other_sessions(client: TestClient, place: Place) -> None:
    new_user(place, "egor")
    enter(client, place, "egor")
    elsewhere = client.cookies["litso_session"]
    enter(client, place, "egor")
    wrong = send(client, "/me", "/me/password", current="wrong", new="another long password")
    assert (wrong.status_code, "Пароль не подходит" in wrong.text) == (422, True)
    short = send(client, "/me", "/me/password", current=PASSWORD, new="short")
    assert short.status_code == 422
    done = send(client, "/me", "/me/password", current=PASSWORD, new="another long password")
    assert done.headers["location"] == "/me?done=password"
    assert "Пароль изменён" in client.get("/me?done=password", headers=HTML).text
    client.cookies.set("litso_session", elsewhere)
    assert client.get("/me", headers=HTML, follow_redirects=False).status_code == 303
    assert sign_in(client, "egor").status_code == 422
    assert sign_in(client, "egor", "another long password").status_code == 303


def test_a_session_left_open_is_no_place_to_guess(client: TestClient, place: Place) -> None:
    new_user(place, "fyodor")
    enter(client, place, "fyodor")
    answers = [send(client, "/me", "/me/second-factor", password="guess") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]


def test_a_user_ends_a_session_elsewhere_and_nobody_elses(client: TestClient, place: Place) -> None:
    zoya, ivan = new_user(place, "zoya"), new_user(place, "ivan")
    with place.store.transaction() as connection:
        foreign = users.open_session(connection, ivan)
        elsewhere = users.open_session(connection, zoya)
        numbers = {one.user_id: one.session_id for one in users.list_sessions(connection, [zoya, ivan])}
    enter(client, place, "zoya")
    send(client, "/me", f"/me/sessions/{numbers[ivan]}/end")
    assert send(client, "/me", f"/me/sessions/{numbers[zoya]}/end").headers["location"] == "/me?done=ended"
    with place.store.transaction() as connection:
        assert users.find_session(connection, foreign) is not None
        assert users.find_session(connection, elsewhere) is None


# People --------------------------------------------------------------------------------------------------------


def test_an_administrator_changes_a_role(client: TestClient, place: Place) -> None:
    user_id = new_user(place, "kira")
    enter(client, place, "administrator")
    send(client, "/users", f"/users/{user_id}/role", role="analyst")
    assert send(client, "/users", f"/users/{user_id}/role", role="god").status_code == 422
    with place.store.transaction() as connection:
        assert users.get(connection, user_id).role == "analyst"
        assert noted(connection, "user.change")[0] == (
            "administrator", ["user=kira", "done=role", "was=operator", "role=analyst"]
        )  # fmt: skip


@pytest.mark.parametrize("path", ["deactivate", "role", "second-factor/reset"])
def test_administrators_leave_themselves_alone(client: TestClient, place: Place, path: str) -> None:
    with place.store.transaction() as connection:
        own = users.by_login(connection, "administrator").user_id
    enter(client, place, "administrator")
    answer = send(client, "/users", f"/users/{own}/{path}", role="analyst")
    assert (answer.status_code, "последний администратор" in answer.text) == (409, True)
    with place.store.transaction() as connection:
        assert users.get(connection, own)[3:5] == ("administrator", True)


def test_a_user_is_let_in_again(client: TestClient, place: Place) -> None:
    user_id = new_user(place, "lev")
    enter(client, place, "administrator")
    administrator = client.cookies["litso_session"]
    send(client, "/users", f"/users/{user_id}/deactivate")
    assert sign_in(client, "lev").status_code == 422
    client.cookies.clear()
    client.cookies.set("litso_session", administrator)
    send(client, "/users", f"/users/{user_id}/activate")
    assert sign_in(client, "lev").status_code == 303


def test_a_lost_authenticator_is_reset(client: TestClient, place: Place) -> None:
    user_id = new_user(place, "maria")
    enter(client, place, "maria")
    enrol(client)
    session = client.cookies["litso_session"]
    enter(client, place, "administrator")
    assert "второй фактор включён" in client.get("/users", headers=HTML).text
    send(client, "/users", f"/users/{user_id}/second-factor/reset")
    client.cookies.clear()
    client.cookies.set("litso_session", session)
    assert client.get("/me", headers=HTML, follow_redirects=False).status_code == 303
    assert sign_in(client, "maria").headers["location"] == "/me"
    with place.store.transaction() as connection:
        assert ("administrator", ["user=maria", "done=reset"]) in noted(connection, "user.second_factor")


def test_who_waits_is_seen_and_let_in(client: TestClient, place: Place) -> None:
    user_id = new_user(place, "nina")
    for _ in range(6):
        sign_in(client, "nina", "wrong")
    with place.store.transaction() as connection:
        for n in range(50):
            throttle.charge(connection, f"guessed {n}", "192.0.2.66")
    enter(client, place, "administrator")
    page = client.get("/users", headers=HTML).text
    assert "ждёт после ошибок входа" in page
    assert "192.0.2.66" in page
    send(client, "/users", f"/users/{user_id}/forget-failures")
    send(client, "/users", "/users/addresses/forget-failures", address="192.0.2.66")
    page = client.get("/users", headers=HTML).text
    assert "ждёт после ошибок входа" not in page
    assert "192.0.2.66" not in page
    assert sign_in(client, "nina").status_code == 303


def test_an_administrator_ends_a_session(client: TestClient, place: Place) -> None:
    user_id = new_user(place, "olga")
    with place.store.transaction() as connection:
        session = users.open_session(connection, user_id)
        [number] = [one.session_id for one in users.list_sessions(connection, [user_id])]
    enter(client, place, "administrator")
    send(client, "/users", f"/users/{user_id}/sessions/{number}/end")
    assert send(client, "/users", f"/users/{user_id}/sessions/{number}/end").status_code == 404
    with place.store.transaction() as connection:
        assert users.find_session(connection, session) is None
        assert ("administrator", ["user=olga"]) in noted(connection, "session.end")


@pytest.mark.parametrize(
    "path",
    [
        "role", "deactivate", "activate", "second-factor/reset", "forget-failures", "sessions/1/end",
    ],
)  # fmt: skip
def test_people_are_kept_by_administrators_alone(client: TestClient, place: Place, path: str) -> None:
    enter(client, place, "operator")
    assert send(client, "/me", f"/users/1/{path}", role="administrator").status_code == 403


# What is written down ------------------------------------------------------------------------------------------


def test_a_password_typed_into_the_wrong_field_is_not_written_down(client: TestClient, place: Place) -> None:
    sign_in(client, "my secret password", "anna")
    with place.store.transaction() as connection:
        actor, fields = noted(connection, "session.failed")[0]
        written = connection.execute("select string_agg(a::text, ' ') from audit a").fetchone()
    assert (actor, fields) == ("(unknown)", ["why=password", "address=testclient"])
    assert written is not None
    assert "my secret password" not in written[0]


@pytest.mark.parametrize("login", ["zero\x00byte", "x" * 10_000, "анна", "' or 1=1 --"])
def test_a_strange_login_is_a_wrong_one(client: TestClient, login: str) -> None:
    assert sign_in(client, login, "whatever").status_code == 422


def test_a_sign_out_is_written_down(client: TestClient, place: Place) -> None:
    enter(client, place, "operator")
    send(client, "/me", "/sign-out")
    with place.store.transaction() as connection:
        assert noted(connection, "session.close")[0] == ("operator", [])


# Who knocks ----------------------------------------------------------------------------------------------------

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("", ["203.0.113.9"], ""),
    ],
)
def test_only_own_proxies_are_believed(peer: str, forwarded: list[str], address: str) -> None:
    assert address_of(peer, forwarded, PROXIES) == address


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        (FIREFOX["User-Agent"], "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Safari/537.36"
         " Edg/140", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19 Safari/604", "Safari, iOS"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140 YaBrowser/25 Safari/537.36", "Yandex, Android"),
        ("curl/8.9", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_two_words(agent: str, shown: str) -> None:
    assert browser_of(agent) == shown


# Programs ------------------------------------------------------------------------------------------------------


def shown_token(page: str) -> str:
    found = re.search(r"<code>(litso_[\w-]+)</code>", page)
    assert found
    return found[1]


def asks(client: TestClient, token: str) -> int:
    """The status of a call of the API with a token."""
    client.cookies.clear()
    return client.get("/v1/changes", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_program_gets_a_token_that_is_changed_and_revoked(client: TestClient, place: Place) -> None:
    enter(client, place, "administrator")
    session = client.cookies["litso_session"]
    made = send(client, "/programs", "/programs", name="cabinet", role="integrator", days="30")
    old = shown_token(made.text)
    assert old not in client.get("/programs", headers=HTML).text
    assert send(client, "/programs", "/programs", name="cabinet", role="analyst", days="30").status_code == 409
    changed = send(client, "/programs", "/programs/rotate", name="cabinet", days="365")
    new = shown_token(changed.text)
    assert "Прежний токен действует до" in changed.text
    assert [asks(client, token) for token in (old, new)] == [200, 200]
    client.cookies.set("litso_session", session)
    assert "последнее обращение" in client.get("/programs", headers=HTML).text
    send(client, "/programs", "/programs/revoke", name="cabinet")
    assert "отозван" in client.get("/programs", headers=HTML).text
    assert [asks(client, token) for token in (old, new)] == [401, 401]
    with place.store.transaction() as connection:
        done = [(one.actor, one.action) for one in audit.recent(connection) if one.object == "token cabinet"]
    assert done == [("administrator", f"token.{what}") for what in ("change", "change", "add")]


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "role": "integrator", "days": "30"}, {"name": "x", "role": "consumer", "days": "30"},
        {"name": "x", "role": "god", "days": "30"}, {"name": "x", "role": "analyst", "days": "99999"},
        {"name": "x", "role": "analyst", "days": "-1"}, {"name": "x", "role": "analyst", "days": ""},
    ],
)  # fmt: skip
def test_a_bad_program_is_refused(client: TestClient, place: Place, form: dict[str, str]) -> None:
    enter(client, place, "administrator")
    answer = send(client, "/programs", "/programs", **form)
    assert (answer.status_code, "Не принято" in answer.text) == (422, True)


@pytest.mark.parametrize("path", ["/programs", "/programs/rotate", "/programs/revoke"])
def test_programs_are_kept_by_administrators_alone(client: TestClient, place: Place, path: str) -> None:
    enter(client, place, "integrator")
    assert send(client, "/me", path, name="a steward", role="integrator", days="1").status_code == 403


def test_the_token_of_a_consumer_is_changed_where_it_is_attached(client: TestClient, place: Place) -> None:
    with place.store.transaction() as connection:
        users.issue_service_token(connection, "consumer desk", users.CONSUMER)
    enter(client, place, "administrator")
    assert 'href="/consumers/desk"' in client.get("/programs", headers=HTML).text
    assert send(client, "/programs", "/programs/rotate", name="consumer desk", days="1").status_code == 409
