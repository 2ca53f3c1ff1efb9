"""The screen of the audit: filters, alarms, who may see it; numbers and ids that are tried leave their marks."""

from __future__ import annotations

import pytest
from litestar.testing import TestClient
from small_town import Place, party_id
from test_screens import HTML, enter, send, visitor  # noqa: F401  a fixture

from litso.store import audit, audit_alarms
from litso.store.audit import Filter


def told(place: Place, **wanted: str) -> list[tuple[str, str]]:
    with place.store.transaction() as connection:
        return [(one.actor, one.action) for one in audit.recent(connection, Filter(**wanted))]


def test_the_administrator_finds_who_looked_at_whom(visitor: TestClient, place: Place) -> None:  # noqa: F811
    party = party_id("ivanov")
    enter(visitor, place, "operator")
    assert visitor.get(f"/parties/{party}", headers=HTML).status_code == 200
    assert visitor.get("/audit", headers=HTML).status_code == 403
    enter(visitor, place, "administrator")
    page = visitor.get(f"/audit?actor=operator&party={party}&action=profile", headers=HTML)
    assert page.status_code == 200
    assert f"/audit?party={party}" in page.text
    assert "карточка" in page.text
    assert "Таких записей нет" in visitor.get("/audit?actor=nobody", headers=HTML).text
    assert "Иванов" not in page.text


@pytest.mark.parametrize("query", ["party=x", "since=вчера", "until=2026-13-01"])
def test_conditions_that_are_none_are_refused(visitor: TestClient, place: Place, query: str) -> None:  # noqa: F811
    enter(visitor, place, "administrator")
    page = visitor.get(f"/audit?{query}", headers=HTML)
    assert page.status_code == 422
    assert "Условия не распознаны" in page.text


def test_an_alarm_is_closed_on_the_screen(visitor: TestClient, place: Place) -> None:  # noqa: F811
    with place.store.transaction() as connection:
        audit_alarms.raise_alarm(connection, "parties", "operator", 300, 200)
        [alarm] = audit_alarms.list_open(connection)
    enter(visitor, place, "administrator")
    assert "открыто разных субъектов за час" in visitor.get("/audit", headers=HTML).text
    path = f"/audit/alarms/{alarm.alarm_id}/close"
    assert send(visitor, "/audit", path, reason="обход дома по аварии").status_code == 303
    assert ("administrator", "alarm.close") in told(place, what="alarm")
    assert "Тревоги" not in visitor.get("/audit", headers=HTML).text


def test_ids_that_do_not_exist_and_numbers_in_a_row_leave_marks(api: TestClient, place: Place) -> None:
    assert api.get("/v1/parties/0199aaaa-0000-7000-8000-00000000dead").status_code == 404
    assert ("a integrator", "miss") in told(place, what="miss")
    for number in ("7700000001", "7700000002", "7700000003"):
        assert api.get("/v1/parties", params={"account": number}).status_code == 200
    with place.store.transaction() as connection:
        latest = audit.recent(connection, Filter(what="search", actor="a integrator"))[:3]
    assert [one.object for one in latest] == ["sequence", "sequence", ""]
    assert not any("77000" in str(one) for one in latest)
