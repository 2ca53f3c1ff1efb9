"""«Выгрузки» on the screen: asked for with a purpose, decided by somebody else, fetched by the asker."""

from __future__ import annotations

import re
from typing import Any

import pytest
from litestar.testing import TestClient
from small_town import Place
from test_screens import HTML, IVANOV, enter, form_token

from litso.store import exports


@pytest.fixture
def visitor(anonymous: TestClient) -> TestClient:
    anonymous.cookies.clear()
    return anonymous


def shown(client: TestClient, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def asked(client: TestClient, path: str = "/exports", **fields: str) -> Any:
    token = form_token(shown(client, "/exports"))
    return client.post(path, data={"csrf": token, **fields}, headers=HTML, follow_redirects=False)


SMALL = {"kind": "parties", "query": "00081234", "purpose": "call", "format": "csv"}


def test_a_small_list_is_asked_for_and_fetched(visitor: TestClient, place: Place) -> None:
    enter(visitor, place, "operator")
    assert asked(visitor, **SMALL).headers["location"] == "/exports"
    page = shown(visitor, "/exports")
    number = re.findall(r'href="/exports/(\d+)/file"', page)[0]
    file = visitor.get(f"/exports/{number}/file", headers=HTML)
    assert "attachment" in file.headers["content-disposition"]
    text = file.content.decode("utf-8-sig")
    assert IVANOV in text
    assert "•" in text
    enter(visitor, place, "steward")
    assert visitor.get(f"/exports/{number}/file", headers=HTML).status_code == 404
    assert f"№ {number}" not in shown(visitor, "/exports")


def test_open_fields_are_decided_by_somebody_else(visitor: TestClient, place: Place) -> None:
    enter(visitor, place, "administrator")
    assert "сообщит" not in asked(visitor, **SMALL, class_contact="1").text
    assert "say what it is for" in asked(visitor, **SMALL, class_contact="1").text
    assert asked(visitor, **SMALL, class_contact="1", reason="обзвон").status_code == 303
    page = shown(visitor, "/exports")
    number = re.findall(r"№ (\d+)", page)[0]
    assert f"/exports/{number}/decide" not in page, "nobody decides about what they asked for"
    own = asked(visitor, f"/exports/{number}/decide", decision="approve")
    assert (own.status_code, "другой человек" in own.text) == (422, True)
    enter(visitor, place, "operator")
    assert asked(visitor, f"/exports/{number}/decide", decision="approve").status_code == 403
    enter(visitor, place, "compliance")
    assert "обзвон" in shown(visitor, "/exports")
    assert asked(visitor, f"/exports/{number}/decide", decision="refuse").status_code == 422
    assert asked(visitor, f"/exports/{number}/decide", decision="approve").status_code == 303
    with place.store.transaction() as connection:
        found = exports.get(connection, int(number))
    assert (found.status, found.decided_by) == ("approved", "compliance")
    enter(visitor, place, "administrator")
    assert asked(visitor, f"/exports/{number}/withdraw").status_code == 303
    assert "отозвана" in shown(visitor, "/exports")


def test_a_search_comes_to_the_form_in_a_body(visitor: TestClient, place: Place) -> None:
    enter(visitor, place, "operator")
    assert 'value="иванов"' in asked(visitor, "/exports/form", q="иванов").text
    assert "Выгрузить найденное" in asked(visitor, "/search/all", q="иванов").text
    assert "/exports?kind=debtors" in shown(visitor, "/debtors")
    assert 'name="lacks"' in shown(visitor, "/exports?kind=debtors&lacks=inn")
