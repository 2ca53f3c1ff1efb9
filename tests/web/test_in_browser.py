"""The screens as an operator meets them, in Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from small_town import PASSWORD, Served, party_id

from litso.store import audit, users

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

IVANOV = "Иванов Пётр Ильич"
PARTY = f"/parties/{party_id('ivanov')}"
PATHS = ("/", PARTY, f"{PARTY}/together", "/sources", "/sources/billing", "/loads/5", "/quarantine/1", "/users", "/me",
         "/quality", "/quality/crm", "/quality/crm/phone", "/quality/crm/phone/completeness", f"{PARTY}/split",
         f"{PARTY}/merge", "/operations", "/operations/new", "/programs", "/exports", "/audit",
         "/consumers", "/writebacks", "/cases")  # fmt: skip


class Watched:
    """A page with everything that went wrong in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("requestfailed", lambda request: self._note_failed(request.url, request.failure or ""))
        page.on("dialog", lambda dialog: self.troubles.append(dialog.message))

    def _note_failed(self, url: str, failure: str) -> None:
        """What the page itself gives up is no trouble: a search overtaken by the next letter."""
        if not failure.endswith("ERR_ABORTED"):
            self.troubles.append(f"{url}: {failure}")

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.troubles.append(text)


@pytest.fixture(scope="module")
def signed_in(browser: Browser, served: Served) -> Iterator[str]:
    """The first user, made by the link that the program printed; answers the session cookie."""
    context = browser.new_context(base_url=served.url)
    page = context.new_page()
    page.goto(served.link)
    page.get_by_label("Как вас зовут").fill("Анна Оператор")
    page.get_by_label("Имя для входа").fill("anna")
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Создать и войти").click()
    expect(page.get_by_role("heading", name="Кого ищем?")).to_be_visible()
    yield next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "litso_session")
    context.close()


def opened(browser: Browser, served: Served, session: str, **options: object) -> BrowserContext:
    context = browser.new_context(base_url=served.url, locale="ru-RU", **options)
    context.add_cookies([{"name": "litso_session", "value": session, "url": served.url}])
    context.set_default_timeout(15_000)
    return context


@pytest.fixture
def watched(browser: Browser, served: Served, signed_in: str) -> Iterator[Watched]:
    """A page of the first user, in which nothing may go wrong."""
    context = opened(browser, served, signed_in, viewport={"width": 1440, "height": 900})
    page = Watched(context.new_page())
    yield page
    context.close()
    assert page.troubles == []


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


# Sign-in -------------------------------------------------------------------------------------------------------


def test_a_user_signs_out_and_in_again(browser: Browser, served: Served, signed_in: str) -> None:
    with served.store.transaction() as connection:
        users.create(connection, login="boris", name="Борис", role="operator", password=PASSWORD)
    context = browser.new_context(base_url=served.url)
    page = context.new_page()
    page.goto(PARTY)
    page.get_by_label("Имя для входа").fill("boris")
    page.get_by_label("Пароль").fill("wrong password")
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_role("alert")).to_contain_text("не подходят")
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_role("heading", name=IVANOV)).to_be_visible()
    page.get_by_text("Меню пользователя").locator("..").click()
    page.get_by_role("button", name="Выйти").click()
    expect(page.get_by_role("heading", name="Вход")).to_be_visible()
    context.close()


# Search --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fragment", "why"),
    [
        ("bdfyjd", "имя"),
        ("ильич пётр", "имя"),
        ("Ивонов", "имя"),
        ("912 345 67 89", "телефон"),
        ("67-89", "телефон"),
        ("81234", "ЛС 00081234"),
        ("св-0017", "прибор"),
        ("ленина 5 12", "адрес"),
        ("ivanov.petr@", "почта"),
        ("12.04.1961", "дата рождения"),
    ],
)
def test_search_while_typing_says_why(page: Page, fragment: str, why: str) -> None:
    page.goto("/")
    page.get_by_role("combobox").press_sequentially(fragment)
    hit = page.locator(".hit", has_text=IVANOV)
    expect(hit).to_be_visible()
    expect(hit.locator(".hit__why")).to_contain_text(why)
    assert page.url.endswith("/"), "a fragment is personal data and stays out of addresses"


def test_the_keyboard_alone_leads_to_the_profile(page: Page) -> None:
    page.goto("/sources")
    page.keyboard.press("Slash")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("ленина")
    expect(page.locator(".hit")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".hit a[aria-selected=true]")).to_contain_text(IVANOV)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=IVANOV)).to_be_focused()


def test_the_search_is_there_again_after_going_back(page: Page) -> None:
    page.goto("/")
    page.get_by_role("combobox").press_sequentially("иванов")
    page.locator(".hit a").click()
    expect(page.get_by_role("heading", level=1, name=IVANOV)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("combobox")).to_have_value("иванов")
    expect(page.locator(".hit")).to_have_count(1)


def test_nobody_found_teaches_what_to_type(page: Page) -> None:
    page.goto("/")
    page.get_by_role("combobox").fill("никого такого")
    expect(page.get_by_text("Никого не найдено").first).to_be_visible()


# The profile ---------------------------------------------------------------------------------------------------


def test_the_facts_that_matter_are_on_one_screen(page: Page) -> None:
    page.goto(PARTY)
    head = page.locator(".party__head")
    for text in ("12.04.1961", "+7 912 •••-••-89", "Самара, ул Ленина, д 5, кв 12", "долг 1 150,50 ₽", "3 записи"):
        expect(head).to_contain_text(text)
    expect(page.locator(".party__banners")).to_contain_text("Отключение сейчас: Авария на сети ХВС")
    expect(page.get_by_role("region", name="Контакты")).to_contain_text("лучший")
    expect(page.get_by_role("region", name="Лицевые счета")).to_contain_text("долг 1 240,50 ₽")
    expect(page.get_by_role("region", name="Помещения и приборы")).to_contain_text("поверка просрочена")
    expect(page.get_by_role("region", name="Помещения и приборы")).to_contain_text("412")
    expect(page.get_by_role("region", name="Обращения")).to_contain_text("Нет воды")
    expect(page.get_by_role("region", name="Платежи")).to_contain_text("1 200,00 ₽")
    expect(page.get_by_role("region", name="Исходные записи")).to_contain_text("Учёт приборов")


def test_provenance_opens_by_click_and_key_and_closes_by_escape(page: Page) -> None:
    page.goto(PARTY)
    golden = page.get_by_role("region", name="Золотая запись")
    panel = golden.locator("dd", has_text="Иванов").locator(".origin__panel")
    golden.locator("dd", has_text="Иванов").locator("summary").click()
    expect(panel).to_contain_text("Источник")
    expect(panel).to_contain_text("надёжно")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    golden.get_by_text("Пётр", exact=True).focus()
    page.keyboard.press("F2")
    expect(golden.locator("dd", has_text="Пётр").locator(".origin__panel")).to_be_visible()


def test_contacts_are_shown_in_full_for_a_purpose_that_is_logged(page: Page, served: Served) -> None:
    page.goto(PARTY)
    page.get_by_label("Цель просмотра").select_option("identity")
    page.get_by_role("button", name="Показать полностью").click()
    expect(page.get_by_role("region", name="Контакты")).to_contain_text("+7 912 345-67-89")
    expect(page.get_by_role("region", name="Золотая запись")).to_contain_text("3605123456")
    assert page.url.endswith(PARTY)
    with served.store.transaction() as connection:
        latest = audit.recent(connection, audit.Filter(actor="anna"))[0]
    assert (latest.action, latest.purpose) == ("reveal", "identity")


def test_the_timeline_is_filtered_and_continued_in_place(page: Page) -> None:
    page.goto(PARTY)
    timeline = page.get_by_role("region", name="Лента событий")
    timeline.get_by_role("link", name="Платежи").click()
    expect(timeline.locator(".event")).to_have_count(20)
    expect(timeline.locator(".event", has_text="Обращение")).to_have_count(0)
    first = timeline.locator(".event__when").first.inner_text()
    timeline.get_by_role("link", name="Раньше").click()
    expect(timeline.locator(".event__when").first).not_to_have_text(first)
    expect(timeline.locator(".event")).to_have_count(20)


def test_why_records_are_together_is_drawn(page: Page) -> None:
    page.goto(PARTY)
    page.get_by_role("link", name="Почему вместе").click()
    expect(page.get_by_role("heading", name="Почему эти записи — один субъект")).to_be_visible()
    expect(page.locator(".waterfall").first.locator(".step")).not_to_have_count(0)
    expect(page.locator(".waterfall").first).to_contain_text("Итого")


def test_hostile_values_do_nothing(page: Page) -> None:
    page.goto(f"/parties/{party_id('hostile')}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Злобин")
    page.goto("/")
    page.get_by_role("combobox").fill("злобин")
    expect(page.locator(".hit")).to_have_count(1)


# Sources -------------------------------------------------------------------------------------------------------


def test_sources_show_loads_quality_and_quarantine(page: Page) -> None:
    page.goto("/sources")
    expect(page.get_by_text("остановлена: нужно решение")).to_be_visible()
    page.get_by_role("link", name="Биллинг").first.click()
    expect(page.get_by_role("heading", level=1, name="Биллинг")).to_be_visible()
    expect(page.get_by_role("row", name="Телефон")).to_contain_text("75 %")
    quarantine = page.locator("#quarantine")
    quarantine.get_by_role("link", name="нет ключа").click()
    expect(quarantine.get_by_role("row")).to_have_count(2)
    quarantine.get_by_role("link", name="Исправить").click()
    expect(page.get_by_label("abonent_id")).to_be_focused()
    expect(page.get_by_label("fio")).to_have_value("Сидоров Олег")
    page.get_by_label("abonent_id").fill("3001")
    page.get_by_role("button", name="Исправить и загрузить").click()
    expect(page.get_by_text("Исправлено и принято.")).to_be_visible()
    page.keyboard.press("Slash")
    page.keyboard.type("сидоров")
    expect(page.locator(".hit")).to_contain_text("Сидоров Олег")


# Every screen --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_no_screen_scrolls_sideways(browser: Browser, served: Served, signed_in: str, width: int, scheme: str) -> None:
    context = opened(browser, served, signed_in, viewport={"width": width, "height": 740}, color_scheme=scheme)
    page = Watched(context.new_page())
    for path in PATHS:
        page.page.goto(path)
        assert page.page.evaluate("document.documentElement.scrollWidth") <= width, path
        background = page.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == {"light": "rgb(244, 246, 247)", "dark": "rgb(15, 21, 25)"}[scheme]
    context.close()
    assert page.troubles == []


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
def test_checks_fit_the_screen_of_compliance(browser: Browser, served: Served, width: int, scheme: str) -> None:
    login = f"olga{width}"
    with served.store.transaction() as connection:
        users.create(connection, login=login, name="Ольга", role="compliance", password=PASSWORD)
    context = browser.new_context(base_url=served.url, viewport={"width": width, "height": 740}, color_scheme=scheme)
    page = Watched(context.new_page())
    page.page.goto("/checks")
    page.page.get_by_label("Имя для входа").fill(login)
    page.page.get_by_label("Пароль").fill(PASSWORD)
    page.page.get_by_role("button", name="Войти").click()
    expect(page.page.get_by_role("heading", level=1)).to_be_visible()
    for path in ("/checks", PARTY):
        page.page.goto(path)
        assert page.page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
    assert page.troubles == []


def test_the_theme_is_chosen_against_the_system(page: Page) -> None:
    page.goto("/")
    page.get_by_text("Меню пользователя").locator("..").click()
    page.get_by_role("button", name="Тёмная").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 21, 25)"


def test_the_interface_speaks_english(page: Page) -> None:
    page.goto(PARTY)
    page.get_by_text("Меню пользователя").locator("..").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("region", name="Contacts")).to_contain_text("best")


def test_everything_works_without_scripts(browser: Browser, served: Served, signed_in: str) -> None:
    context = opened(browser, served, signed_in, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Поиск субъекта").fill("gtnh bdfyjd")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile(IVANOV)).click()
    expect(page.get_by_role("heading", level=1, name=IVANOV)).to_be_visible()
    page.get_by_role("region", name="Контакты").locator("summary").first.click()
    expect(page.locator(".origin__panel").first).to_be_visible()
    page.get_by_role("region", name="Лента событий").get_by_role("link", name="Платежи").click()
    expect(page.locator(".event", has_text="Платёж")).to_have_count(20)
    page.get_by_role("button", name="Показать полностью").click()
    expect(page.get_by_role("region", name="Контакты")).to_contain_text("+7 912 345-67-89")
    context.close()


def test_the_policy_of_content_forbids_foreign_and_inline_code(page: Page, watched: Watched) -> None:
    answer = page.goto(PARTY)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    refused = page.evaluate(
        """() => new Promise((resolve) => {
            document.addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective));
            const script = document.createElement("script");
            script.textContent = "document.title = 'broken in'";
            document.body.append(script);
        })"""
    )
    assert refused.startswith("script-src")
    assert "broken in" not in page.title()
    watched.troubles.clear()  # the violation that the test itself made
