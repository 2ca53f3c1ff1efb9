"""Consumers on the screens: attached in one form, the secret shown once, tried, paused, sent back and detached."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from litestar.testing import TestClient
from small_town import PASSWORD, Place

from http_peer import peer
from litso.commands.serve import build_app
from litso.settings import load_settings
from litso.store import audit, consumers, users

HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def visitor(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The administrator before the screens, with webhooks to this machine."""
    home = str(tmp_path_factory.mktemp("home"))
    settings = load_settings({"LITSO_HOME": home, "LITSO_WEBHOOK_NETWORKS": "127.0.0.0/8"})
    with TestClient(build_app(place.store, settings), raise_server_exceptions=False) as made:
        page = made.get("/sign-in", headers=HTML).text
        made.post("/sign-in", data={"csrf": token_of(page), "login": "administrator", "password": PASSWORD})
        yield made


def token_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def send(visitor: TestClient, form_of: str, to: str, **fields: str) -> str:
    page = visitor.get(form_of, headers=HTML).text
    answer = visitor.post(to, data={"csrf": token_of(page), **fields}, headers=HTML)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_a_consumer_is_attached_tried_and_looked_after(visitor: TestClient, place: Place) -> None:
    with peer() as receiver:
        page = send(
            visitor, "/consumers", "/consumers",
            name="call-centre", purpose="Обзвон", delivery="webhook", address=receiver.url,
            **{"field:phones": "yes", "source:billing": "yes", "kind:person": "yes"},
        )  # fmt: skip
        secret = re.search(r"whsec_[\w+/=]+", page)
        assert secret
        one = "/consumers/call-centre"
        assert "HTTP 204" in send(visitor, one, f"{one}/test")
    assert "нет соединения: " in send(visitor, one, f"{one}/test"), "the receiver is gone, and the page is Russian"
    visitor.cookies.set("litso_lang", "en")
    assert "no connection: " in visitor.get(one, headers=HTML).text
    visitor.cookies.delete("litso_lang")
    with place.store.transaction() as connection:
        made = consumers.get(connection, "call-centre")
    assert (made.fields, made.sources, made.kinds, made.attributes) == (["phones"], ["billing"], ["person"], [])
    assert "приостановлен" in send(visitor, one, f"{one}/pause")
    assert "Возобновить" in send(visitor, one, f"{one}/replay", after="0")
    assert "работает" in send(visitor, one, f"{one}/resume")
    later = visitor.get(one, headers=HTML).text
    assert secret[0] not in later
    assert "Телефоны" in later
    assert "litso worker" in later  # nobody delivers
    assert re.search(r"whsec_[\w+/=]+", send(visitor, one, f"{one}/secret"))
    assert "call-centre" in visitor.get("/consumers", headers=HTML).text
    assert "Отключить насовсем" in send(visitor, one, f"{one}/remove", confirm="other")
    assert "call-centre</a>" not in send(visitor, one, f"{one}/remove", confirm="call-centre")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "Bad Name"}, "Не принято"),
        ({"address": "https://10.0.0.1/"}, "Не принято"),
        ({"address": "javascript:alert(1)"}, "Не принято"),
        ({"purpose": " "}, "Не принято"),
    ],
)
def test_what_is_refused_is_said_and_kept_in_the_form(visitor: TestClient, given: dict[str, str], told: str) -> None:
    fields = {"name": "other", "purpose": "Обзвон", "delivery": "webhook", "address": "https://8.8.8.8/", **given}
    token = token_of(visitor.get("/consumers", headers=HTML).text)
    answer = visitor.post("/consumers", data={"csrf": token, **fields, "field:emails": "yes"}, headers=HTML)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'name="field:emails" value="yes" checked' in answer.text


def test_a_consumer_that_comes_is_told_how(visitor: TestClient) -> None:
    page = send(visitor, "/consumers", "/consumers", name="reports", purpose="Отчёты", delivery="pull", address="x")
    assert "/v1/feed" in page
    assert re.search(r"litso_[\w-]+", page)
    token = token_of(page)
    again = {"csrf": token, "name": "reports", "purpose": "Отчёты", "delivery": "pull"}
    assert "уже есть" in visitor.post("/consumers", data=again, headers=HTML).text


def test_a_consumer_is_limited_on_its_page(visitor: TestClient, place: Place) -> None:
    send(visitor, "/consumers", "/consumers", name="near", purpose="рядом", delivery="pull",
         territories="Самарская обл.", **{"field:phones": "yes", "class_contact": "1"})  # fmt: skip
    with place.store.transaction() as connection:
        assert str(consumers.get(connection, "near").scope) == "territory Самарская; class contact"
    assert "Самарская" in visitor.get("/consumers/near", headers=HTML).text
    send(visitor, "/consumers/near", "/consumers/near/limits", brands="АО «Сеть»; АО «Тепло»")
    with place.store.transaction() as connection:
        assert str(consumers.get(connection, "near").scope) == "brand АО «Сеть», АО «Тепло»"
    page = visitor.get("/consumers/near", headers=HTML).text
    answer = visitor.post("/consumers/near/limits", data={"csrf": token_of(page), "class_finance": "1"}, headers=HTML)
    assert (answer.status_code, "других классов" in answer.text) == (422, True)


def test_a_program_is_limited_on_the_page_of_programs(visitor: TestClient, place: Place) -> None:
    send(visitor, "/programs", "/programs", name="desk", role="operator", days="30", territories="Самарская/Самара")
    with place.store.transaction() as connection:
        made = next(one for one in users.list_services(connection) if one.name == "desk")
    assert made.territories == ["Самарская/Самара"]
    send(visitor, "/programs", "/programs/limits", name="desk", class_contact="1")
    with place.store.transaction() as connection:
        changed = next(one for one in users.list_services(connection) if one.name == "desk")
        last = audit.recent(connection, audit.Filter(what="token"))[0]
    assert str(changed.scope) == "class contact"
    assert (last.actor, last.object, last.fields) == ("administrator", "token desk", ["territories", "classes"])
    page = visitor.get("/programs", headers=HTML).text
    assert "Видит только:" in page
    answer = visitor.post("/programs/limits", data={"csrf": token_of(page), "name": "nobody"}, headers=HTML)
    assert answer.status_code == 404
