"""Screens over plain HTTP: who gets in, forms of other sites, what each role is shown, texts in two languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest
from litestar.testing import TestClient
from small_town import PASSWORD, Place, party_id

from litso.store import audit, users
from litso.web import i18n, pages, words
from litso.web.english import ENGLISH_TEXTS
from litso.web.finding import HINTS
from litso.web.pages import own_path

IVANOV = party_id("ivanov")
HTML = {"Accept": "text/html"}
WEB = Path(pages.__file__).parent


def form_token(page: str) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found
    return found[1]


def send(client: TestClient, form_of: str, to: str, **fields: str) -> object:
    token = form_token(client.get(form_of, headers=HTML).text)
    return client.post(to, data={"csrf": token, **fields}, headers=HTML, follow_redirects=False)


@pytest.fixture
def visitor(anonymous: TestClient) -> Iterator[TestClient]:
    anonymous.cookies.clear()
    yield anonymous
    anonymous.cookies.clear()


def sign_in(client: TestClient, login: str, password: str = PASSWORD) -> object:
    client.cookies.clear()
    return send(client, "/sign-in", "/sign-in", login=login, password=password, next="/sources")


def enter(client: TestClient, place: Place, login: str) -> None:
    """As `sign_in`, without the password, whose check takes its time."""
    with place.store.transaction() as connection:
        user = next(user for user in users.list_all(connection) if user.login == login)
        session = users.open_session(connection, user.user_id)
    client.cookies.clear()
    client.cookies.set("litso_session", session)


# Sign-in -------------------------------------------------------------------------------------------------------


def test_a_user_signs_in_and_out(visitor: TestClient) -> None:
    answer = sign_in(visitor, "Operator")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    session = visitor.cookies["litso_session"]
    assert "Имя operator" in visitor.get("/", headers=HTML).text
    send(visitor, "/", "/sign-out")
    visitor.cookies.set("litso_session", session)
    assert visitor.get("/", headers=HTML, follow_redirects=False).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(("login", "password"), [("operator", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_password_lets_nobody_in(visitor: TestClient, login: str, password: str) -> None:
    answer = sign_in(visitor, login, password)
    assert answer.status_code == 422
    assert "не подходят" in answer.text
    assert "litso_session" not in visitor.cookies


def test_too_many_wrong_passwords_have_to_wait(visitor: TestClient) -> None:
    answers = [sign_in(visitor, "guessed", "wrong") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) > 0


def test_a_one_time_token_makes_one_user_once(visitor: TestClient, place: Place) -> None:
    with place.store.transaction() as connection:
        token = users.issue_token(connection, "steward")
    fields = {"token": token, "login": "vera", "name": "Вера", "password": PASSWORD}
    short = send(visitor, f"/welcome?token={token}", "/welcome", **{**fields, "password": "short"})
    assert short.status_code == 422
    assert send(visitor, "/welcome", "/welcome", **fields).status_code == 303
    assert "Вера" in visitor.get("/", headers=HTML).text
    visitor.cookies.clear()
    again = send(visitor, "/welcome", "/welcome", **{**fields, "login": "boris"})
    assert again.status_code == 422
    assert "Код не подходит" in again.text


@pytest.mark.parametrize(
    ("path", "own"),
    [("/sources", "/sources"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil", "/"), ("", "/")],
)
def test_no_redirect_leads_to_another_site(path: str, own: str) -> None:
    assert own_path(path) == own


# Forms of other sites ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_a_form_without_its_token_is_refused(visitor: TestClient, place: Place, token: str) -> None:
    enter(visitor, place, "operator")
    answer = visitor.post("/search", data={"csrf": token, "q": "иванов"}, headers=HTML)
    assert answer.status_code == 403


def test_a_form_of_another_site_is_refused(visitor: TestClient, place: Place) -> None:
    enter(visitor, place, "operator")
    token = form_token(visitor.get("/", headers=HTML).text)
    headers = {**HTML, "Sec-Fetch-Site": "cross-site"}
    assert visitor.post("/search", data={"csrf": token, "q": "иванов"}, headers=headers).status_code == 403


def test_a_token_of_one_session_does_not_serve_another(visitor: TestClient, place: Place) -> None:
    enter(visitor, place, "operator")
    token = form_token(visitor.get("/", headers=HTML).text)
    enter(visitor, place, "steward")
    assert visitor.post("/search", data={"csrf": token, "q": "иванов"}, headers=HTML).status_code == 403


# Roles ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("operator", f"/parties/{IVANOV}", 200),
        ("operator", "/sources", 403),
        ("operator", "/users", 403),
        ("steward", "/sources", 200),
        ("steward", "/users", 403),
        ("analyst", "/sources", 200),
        ("analyst", f"/parties/{IVANOV}", 403),
        ("analyst", f"/parties/{IVANOV}/together", 403),
        ("administrator", "/users", 200),
        ("administrator", "/consumers", 200),
        ("administrator", "/writebacks", 200),
        ("steward", "/writebacks", 403),
        ("administrator", "/writebacks/nobody", 404),
        ("steward", "/consumers", 403),
        ("administrator", "/consumers/nobody", 404),
        ("operator", "/parties/nobody", 404),
        ("operator", "/nowhere", 404),
        ("steward", "/sources/nowhere", 404),
        ("steward", "/loads/999999", 404),
        ("steward", "/quarantine/999999", 404),
    ],
)
def test_pages_of_roles(visitor: TestClient, place: Place, role: str, path: str, status: int) -> None:
    enter(visitor, place, role)
    answer = visitor.get(path, headers=HTML)
    assert answer.status_code == status
    assert "<!doctype html>" in answer.text
    assert f"Имя {role}" in answer.text


@pytest.mark.parametrize("path", ["/", "/sources", f"/parties/{IVANOV}", "/users", "/loads/1", "/quarantine/1"])
def test_pages_lead_to_the_sign_in_first(visitor: TestClient, path: str) -> None:
    answer = visitor.get(path, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=%2F")


def test_a_deactivated_user_is_out_at_once(visitor: TestClient, place: Place) -> None:
    with place.store.transaction() as connection:
        user = users.create(connection, login="oleg", name="Олег", role="operator", password=PASSWORD)
    enter(visitor, place, "administrator")
    administrator = dict(visitor.cookies)
    enter(visitor, place, "oleg")
    session = dict(visitor.cookies)
    visitor.cookies.clear()
    visitor.cookies.update(administrator)
    send(visitor, "/users", f"/users/{user.user_id}/deactivate")
    visitor.cookies.clear()
    visitor.cookies.update(session)
    assert visitor.get("/", headers=HTML, follow_redirects=False).status_code == 303


def test_an_invitation_is_a_link_of_this_server(visitor: TestClient, place: Place) -> None:
    enter(visitor, place, "administrator")
    page = send(visitor, "/users", "/users", role="operator").text
    found = re.search(r"(http://\S+/welcome\?token=[\w-]+)", page)
    assert found
    visitor.cookies.clear()
    assert "Первый вход" in visitor.get(found[1].replace("&amp;", "&"), headers=HTML).text


# Parties -------------------------------------------------------------------------------------------------------


def test_a_reveal_is_one_line_of_the_access_log(visitor: TestClient, place: Place) -> None:
    enter(visitor, place, "operator")
    masked = visitor.get(f"/parties/{IVANOV}", headers=HTML).text
    assert "912 345-67-89" not in masked
    assert "3605123456" not in masked
    token = form_token(masked)
    with place.store.transaction() as connection:
        before = len(audit.recent(connection, audit.Filter(actor="operator")))
    form = {"csrf": token, "purpose": "identity"}
    shown = visitor.post(f"/parties/{IVANOV}/reveal", data=form, headers=HTML).text
    assert "+7 912 345-67-89" in shown
    assert "3605123456" in shown
    assert "Проверка личности" in shown
    with place.store.transaction() as connection:
        latest, *earlier = audit.recent(connection, audit.Filter(actor="operator"))
    assert len(earlier) == before
    assert (latest.action, latest.purpose, latest.party_id) == ("reveal", "identity", IVANOV)


def test_values_of_sources_are_shown_as_text(visitor: TestClient, place: Place) -> None:
    enter(visitor, place, "operator")
    page = visitor.get(f"/parties/{party_id('hostile')}", headers=HTML).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>1</b>" not in page


@pytest.mark.parametrize("key", ["petrova", "romashka", "nameless"])
def test_a_party_without_most_things_has_its_screen(visitor: TestClient, place: Place, key: str) -> None:
    enter(visitor, place, "operator")
    for path in ("", "/together"):
        assert visitor.get(f"/parties/{party_id(key)}{path}", headers=HTML).status_code == 200


def test_evidence_adds_up_to_the_weight_of_the_link(visitor: TestClient, place: Place) -> None:
    enter(visitor, place, "operator")
    page = visitor.get(f"/parties/{IVANOV}/together", headers=HTML).text
    for drawn in re.findall(r'<ol class="waterfall">(.*?)</ol>', page, re.DOTALL):
        weights = [
            float(text.replace("\u2212", "-").replace(",", "."))
            for text in re.findall(r"step__weight num[^>]*>([+\u2212\d,]+)<", drawn)
        ]
        *steps, total = weights
        assert sum(steps) == pytest.approx(total, abs=0.05 * len(weights))
    assert page.count('<ol class="waterfall">') == 2


# Sources -------------------------------------------------------------------------------------------------------


def test_a_held_load_is_rejected_once(visitor: TestClient, place: Place) -> None:
    enter(visitor, place, "steward")
    path = f"/loads/{place.town.held}"
    page = visitor.get(path, headers=HTML).text
    assert "на 50 % меньше обычного" in page
    assert send(visitor, path, f"{path}/reject").headers["location"] == path
    assert "отклонена" in visitor.get(path, headers=HTML).text
    assert send(visitor, path, f"{path}/reject").status_code == 409
    assert send(visitor, path, f"{path}/approve").status_code == 409


def test_a_row_is_fixed_and_loaded_once(visitor: TestClient, place: Place) -> None:
    enter(visitor, place, "steward")
    path = f"/quarantine/{place.town.quarantined}"
    row = {"cell:fio": "Сидоров Олег Иванович", "cell:bdate": "05.06.1970", "cell:tel": "8 927 111-22-33"}
    wrong = send(visitor, path, f"{path}/fix", **row, **{"cell:abonent_id": " "})
    assert wrong.status_code == 422
    assert "Сидоров Олег Иванович" in wrong.text
    assert 'aria-invalid="true"' in wrong.text
    assert send(visitor, path, f"{path}/fix", **row, **{"cell:abonent_id": "3001"}).status_code == 303
    assert "Исправлено и принято" in visitor.get(path, headers=HTML).text
    token = form_token(visitor.get("/", headers=HTML).text)
    found = visitor.post("/search", data={"csrf": token, "q": "сидоров олег"}, headers=HTML).text
    assert "Сидоров Олег Иванович" in found
    assert send(visitor, "/sources", f"{path}/fix", **row, **{"cell:abonent_id": "3001"}).status_code == 409


def test_a_row_is_put_aside_once(visitor: TestClient, place: Place) -> None:
    enter(visitor, place, "steward")
    path = f"/quarantine/{place.town.quarantined + 1}"
    assert "a;b;c;d" in visitor.get(path, headers=HTML).text
    assert send(visitor, path, f"{path}/dismiss").status_code == 303
    assert "не будет загружена" in visitor.get(path, headers=HTML).text
    assert send(visitor, "/sources", f"{path}/dismiss").status_code == 409


# Texts ---------------------------------------------------------------------------------------------------------


def texts_of_screens() -> set[str]:
    """Every text that a template or a table of words asks to translate."""
    found: set[str] = set()
    for path in (WEB / "templates").rglob("*.html"):
        template = path.read_text()
        found.update(re.findall(r"""_\(\s*["']([^"']*[А-яё][^"']*)["']""", template))
        for forms in re.findall(r"counted\(([^)]*)\)", template):
            found.update(re.findall(r'"([^"]+)"', forms))
    for path in WEB.glob("*.py"):
        if path.name not in (
            "english.py",
            "english_audit.py",
            "english_cases.py",
            "english_checks.py",
            "english_connections.py",
            "english_feed.py",
            "english_golden.py",
            "english_graph.py",
            "english_moves.py",
            "english_signing.py",
            "words.py",
            "finding.py",
        ):
            code = re.sub(r'""".*?"""', "", path.read_text(), flags=re.DOTALL)
            found.update(re.findall(r'"([^"\n]*[А-яё]{2}[^"\n]*)"', code))
    for table in vars(words).values():
        if isinstance(table, MappingProxyType):
            found.update(text for text in table.values() if re.search("[А-яё]", str(text)))
    return found


def test_every_text_has_its_english_and_no_other_is_kept() -> None:
    used = texts_of_screens()
    assert sorted(used - set(ENGLISH_TEXTS)) == []
    assert (
        sorted(set(ENGLISH_TEXTS) - used - {text for text, _ in HINTS} - {"До сравнения", "исходные шансы такой пары"})
        == []
    )


def test_the_screens_speak_english(visitor: TestClient, place: Place) -> None:
    enter(visitor, place, "administrator")
    send(visitor, "/", "/preferences", lang="en", next="/")
    for path in ("/", "/sources", "/sources/billing", "/users", f"/parties/{IVANOV}"):
        page = visitor.get(path, headers=HTML).text
        assert '<html lang="en"' in page
    assert "mobile · stated by 2 sources" in page
    assert i18n.translator("en")("изменён 01.02.2026") == "changed 01.02.2026"


def test_the_theme_is_remembered(visitor: TestClient) -> None:
    send(visitor, "/sign-in", "/preferences", theme="dark", next="/sign-in")
    assert 'data-theme="dark"' in visitor.get("/sign-in", headers=HTML).text


def test_nothing_comes_from_elsewhere() -> None:
    for path in (*(WEB / "templates").rglob("*.html"), *(WEB / "static").iterdir()):
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|style=|onclick|<script>", text), path
