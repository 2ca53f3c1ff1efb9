"""The steward's screens: values taken apart, and the list of reference data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from litestar.testing import TestClient
from playwright.sync_api import Browser, expect
from small_town import PASSWORD, Place, Served

import small_gar
from litso.commands.serve import build_app
from litso.settings import load_settings
from litso.standardize.kinds import KINDS
from litso.store import users
from litso.usecases import registers
from litso.usecases.parsing import MOST_VALUES, parse_lines
from litso.usecases.reference import load_reference
from litso.web import parse_words

HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def desk(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The screens, with the address register loaded."""
    folder = tmp_path_factory.mktemp("home")
    settings = load_settings({"LITSO_HOME": str(folder)})
    load_reference(place.store, settings, "gar", small_gar.write(small_gar.files(), folder / "gar.zip"))
    with TestClient(build_app(place.store, settings), raise_server_exceptions=False) as client:
        yield client
    registers.use(None)


def send(desk: TestClient, form_of: str, to: str, **fields: str) -> str:
    token = re.search(r'name="csrf" value="([^"]+)"', desk.get(form_of, headers=HTML).text)
    assert token is not None
    return unescape(desk.post(to, data={**fields, "csrf": token[1]}, headers=HTML).text)


@pytest.fixture
def steward(desk: TestClient) -> TestClient:
    desk.cookies.clear()
    send(desk, "/sign-in", "/sign-in", login="steward", password=PASSWORD)
    return desk


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_an_address_is_taken_apart_with_its_reasons(steward: TestClient) -> None:
    page = send(steward, "/clean", "/clean", kind="address", values="Тула, Кирова, 7к2с3, кв. 5\n\nТула, Лесная, 99")
    text = words_of(page)
    for shown in (
        "разобран уверенно : улица переименована",
        "Улица ул Металлургов",
        "Регион Тульская обл",
        "дом есть в реестре qc_house 2",
        "Административное деление Тульская обл → г Тула → ул Металлургов",
        "дома нет в реестре qc_house 10",
        small_gar.guid(103),
    ):
        assert shown in text
    assert page.count("<article") == 2


VALUES = ["Иванов Иван 8 912 345-67-89", "<script>alert(1)</script>", "x" * 5000, "'\\\x00", "12.04.1961 770-053"]


def test_any_value_of_any_kind_is_shown(steward: TestClient) -> None:
    token = re.search(r'name="csrf" value="([^"]+)"', steward.get("/clean", headers=HTML).text)
    assert token is not None
    for kind in KINDS:
        sent = {"kind": kind, "values": "\n".join(VALUES), "csrf": token[1]}
        page = steward.post("/clean", data=sent, headers=HTML).text
        assert page.count("<article") == len(VALUES)
        assert "<script>alert" not in page


def test_the_default_place_is_used(steward: TestClient) -> None:
    text = words_of(send(steward, "/clean", "/clean", kind="address", values="ул. Лесная, 3", city="Тула"))
    assert "Город г Тула" in text
    assert "qc_house 2" in text


def test_lines_above_the_limit_are_told() -> None:
    parsed, left_out = parse_lines("inn", "\n".join(["7707083893"] * (MOST_VALUES + 3)))
    assert (len(parsed), left_out) == (MOST_VALUES, 3)


def test_every_column_of_every_kind_has_a_word() -> None:
    apart = {"qc", "qc_complete", "qc_house", "problems", "valid"}
    columns = {name for kind in KINDS.values() for name in kind.columns if not name.endswith("_type")} - apart
    assert columns <= set(parse_words.COMPONENTS)
    assert set(KINDS) <= set(parse_words.KINDS)


def test_editions_are_listed_with_age_and_file(steward: TestClient) -> None:
    text = words_of(unescape(steward.get("/reference", headers=HTML).text))
    for shown in ("Адресный реестр (ГАР) gar", "02.01.2026", "устарело", "gar.zip", "litso reference load bik"):
        assert shown in text


@pytest.mark.parametrize("path", ["/clean", "/reference"])
def test_an_operator_has_no_business_there(desk: TestClient, path: str) -> None:
    desk.cookies.clear()
    send(desk, "/sign-in", "/sign-in", login="operator", password=PASSWORD)
    assert desk.get(path, headers=HTML).status_code == 403


@pytest.mark.browser
def test_a_steward_pastes_and_sees_by_keyboard(browser: Browser, served: Served) -> None:
    with served.store.transaction() as connection:
        users.create(connection, login="vera", name="Вера", role="steward", password=PASSWORD)
    context = browser.new_context(base_url=served.url, locale="ru-RU", viewport={"width": 360, "height": 800})
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto("/sign-in?next=/clean")
    page.get_by_label("Имя для входа").fill("vera")
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_label("Значения")).to_be_focused()
    page.keyboard.insert_text("8 912 345-67-89\nнет")
    page.get_by_label("Что это").select_option("phone")
    page.get_by_label("Значения").press("Control+Enter")
    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_role("article").first).to_contain_text("+79123456789")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert troubles == []
    context.close()
