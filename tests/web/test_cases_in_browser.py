"""A steward at the queue, in Chromium: one key an answer, undo, help, no scripts, cases that others decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from served_program import serving

from databases import cloned_database
from doubtful import add_doubts
from litso.store import audit, cases, users
from litso.store.database import Store
from litso.usecases import case_desk
from litso.usecases.access import Actor
from litso.usecases.case_desk import decide, set_rule

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)

HEAD = Actor("глава", "administrator")
BORIS = Actor("boris", "steward")


class Desk(NamedTuple):
    """A served store with four pairs in doubt, and the session of a steward."""

    url: str
    store: Store
    session: str

    def opened(self, browser: Browser, **options: object) -> BrowserContext:
        context = browser.new_context(base_url=self.url, locale="ru-RU", **options)
        context.add_cookies([{"name": "litso_session", "value": self.session, "url": self.url}])
        context.set_default_timeout(15_000)
        return context

    def waiting(self) -> list[int]:
        with self.store.transaction() as connection:
            return [one.case_id for one in case_desk.queue(connection, HEAD, cases.Filter())]

    def states(self) -> list[str]:
        with self.store.transaction() as connection:
            return [row[0] for row in connection.execute("select state from steward_case order by case_id")]


@pytest.fixture(scope="module")
def program(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Store, str]]:
    with cloned_database(server_url, template) as url:
        store = Store(url, most=4)
        store.open()
        with serving(url, tmp_path_factory.mktemp("home")) as (address, _):
            with store.transaction() as connection:
                user = users.create(connection, login="anna", name="Анна", role="steward", password="long enough one")
                session = users.open_session(connection, user.user_id)
            yield address, store, session
        store.close()


@pytest.fixture
def desk(program: tuple[str, Store, str]) -> Iterator[Desk]:
    """Four pairs in doubt that nobody has looked at."""
    url, store, session = program
    add_doubts(store, 4)
    yield Desk(url, store, session)
    with store.transaction() as connection:
        tables = "steward_case, case_verdict, case_rule, case_pending, judgement, node, node_key, link, party, home"
        connection.execute(f"truncate {tables}, crosswalk, golden, source_record, change restart identity cascade")


@pytest.fixture
def page(browser: Browser, desk: Desk) -> Iterator[Page]:
    """A page in which nothing may go wrong."""
    context = desk.opened(browser, viewport={"width": 1440, "height": 900})
    page, troubles = context.new_page(), []
    page.on("console", lambda one: troubles.append(one.text) if one.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    context.close()
    assert [one for one in troubles if "409" not in one] == []


class Hands:
    """Counts what a steward does."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.actions = 0

    def press(self, key: str) -> None:
        self.actions += 1
        with self._page.expect_navigation():
            self._page.keyboard.press(key)


def test_each_pair_is_decided_by_one_key_and_the_next_opens_at_once(page: Page, desk: Desk) -> None:
    first, second, third, fourth = desk.waiting()
    page.goto("/cases")
    expect(page.get_by_role("row")).to_have_count(5)
    hands = Hands(page)
    hands.press("KeyG")
    expect(page).to_have_url(f"{desk.url}/cases/{first}")
    for key, answered, following in (("KeyM", first, second), ("KeyN", second, third), ("KeyS", third, fourth)):
        hands.press(key)
        expect(page).to_have_url(f"{desk.url}/cases/{following}?last={answered}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Один это субъект?")
    hands.press("KeyM")
    expect(page.get_by_text("Больше ничего не ждёт вас")).to_be_visible()
    assert hands.actions == 1 + 4, "a key to begin, then one a pair"
    assert sorted(desk.states()) == ["decided", "decided", "decided", "open"]


def test_z_takes_the_last_answer_back_and_opens_its_case(page: Page, desk: Desk) -> None:
    first, second, *_ = desk.waiting()
    page.goto(f"/cases/{first}")
    hands = Hands(page)
    hands.press("KeyM")
    expect(page.get_by_text(f"Записано: № {first}, один субъект")).to_be_visible()
    hands.press("KeyZ")
    expect(page).to_have_url(f"{desk.url}/cases/{first}")
    assert (hands.actions, desk.states()) == (2, ["open"] * 4)
    hands.press("KeyJ")
    expect(page).to_have_url(f"{desk.url}/cases/{second}")
    hands.press("KeyK")
    expect(page).to_have_url(f"{desk.url}/cases/{first}")


def test_the_screen_says_why_it_asks_and_what_an_answer_changes(page: Page, desk: Desk) -> None:
    (first, *_) = desk.waiting()
    page.goto(f"/cases/{first}")
    beside = page.get_by_role("region", name="Записи рядом").first
    expect(beside.locator("mark").first).to_be_visible()
    expect(beside).to_contain_text("•••")
    expect(page.get_by_role("region", name="Почему спрашиваем")).to_contain_text("оснований почти хватает")
    expect(page.locator(".waterfall .step")).not_to_have_count(0)
    effects = page.get_by_role("region", name="Что изменит ответ «Один субъект»")
    expect(effects).to_contain_text("2 записи")
    expect(effects).to_contain_text("перенаправление")
    page.get_by_role("button", name="Показать полностью").click()
    expect(beside).to_contain_text("+792700001")
    expect(beside).not_to_contain_text("•••")
    with desk.store.transaction() as connection:
        latest = next(one for one in audit.recent(connection, audit.Filter(actor="anna")) if one.action == "reveal")
    assert latest.purpose == "stewardship"
    page.keyboard.press("Shift+Slash")
    expect(page.get_by_text("разные: запретить слияние")).to_be_visible()
    page.keyboard.press("Shift+Slash")
    expect(page.get_by_text("разные: запретить слияние")).to_be_hidden()


def test_keys_typed_into_the_reason_decide_nothing(page: Page, desk: Desk) -> None:
    (first, *_) = desk.waiting()
    page.goto(f"/cases/{first}")
    page.get_by_label("Почему (не обязательно)").press_sequentially("mnsz")
    expect(page).to_have_url(f"{desk.url}/cases/{first}")
    assert desk.states() == ["open"] * 4
    page.get_by_role("button", name="Разные").click()
    expect(page.get_by_text(f"Записано: № {first}, разные субъекты")).to_be_visible()
    with desk.store.transaction() as connection:
        assert connection.execute("select reason from judgement").fetchone() == ("mnsz",)


def test_an_answer_to_what_another_has_decided_is_told_so(page: Page, desk: Desk) -> None:
    (first, *_) = desk.waiting()
    page.goto(f"/cases/{first}")
    decide(desk.store, BORIS, first, "different")
    page.keyboard.press("KeyM")
    expect(page.get_by_role("alert")).to_contain_text("Ваш ответ не записан")
    with desk.store.transaction() as connection:
        assert connection.execute("select verdict from judgement").fetchall() == [("different",)]


def test_the_second_person_does_not_see_the_first_answer(page: Page, desk: Desk) -> None:
    (first, *_) = desk.waiting()
    set_rule(desk.store, HEAD, "doubt", 0)
    decide(desk.store, BORIS, first, "different")
    page.goto(f"/cases/{first}")
    expect(page.get_by_text("Первый ответ уже дан")).to_be_visible()
    expect(page.get_by_text("разные субъекты")).to_have_count(0)
    Hands(page).press("KeyM")
    page.goto(f"/cases/{first}")
    expect(page.get_by_text("разногласие")).to_be_visible()
    expect(page.get_by_text("разные субъекты")).to_be_visible()


def test_rows_of_the_queue_are_walked_by_keys(page: Page, desk: Desk) -> None:
    first, second, *_ = desk.waiting()
    page.goto("/cases")
    for key in ("KeyJ", "KeyJ", "KeyJ", "KeyK"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{desk.url}/cases/{second}")
    assert first != second


def test_everything_works_without_scripts(browser: Browser, desk: Desk) -> None:
    first, second, *_ = desk.waiting()
    context = desk.opened(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto("/cases")
    page.get_by_role("button", name="Взять следующую").click()
    expect(page).to_have_url(f"{desk.url}/cases/{first}")
    page.get_by_role("button", name="Один субъект").click()
    expect(page).to_have_url(f"{desk.url}/cases/{second}?last={first}")
    page.get_by_role("button", name="Отменить моё последнее решение").click()
    expect(page).to_have_url(f"{desk.url}/cases/{first}")
    assert desk.states() == ["open"] * 4
    context.close()


@pytest.mark.parametrize("width", [320, 360, 1440])
def test_no_screen_of_cases_scrolls_sideways(browser: Browser, desk: Desk, width: int) -> None:
    (first, *_) = desk.waiting()
    for scheme in ("light", "dark"):
        context = desk.opened(browser, viewport={"width": width, "height": 740}, color_scheme=scheme)
        page = context.new_page()
        for path in ("/cases", f"/cases/{first}"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        context.close()
