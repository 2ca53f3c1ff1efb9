"""Quality on the screens and over HTTP: figures for those who see no persons, records for those who may, charts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient
from small_town import Place, party_id
from test_screens import HTML, enter, form_token, send

from litso.store import audit
from litso.usecases import quality
from litso.web.charts import HEIGHT, WIDTH, trend
from litso.web.quality_words import tone


@pytest.fixture(scope="module", autouse=True)
def measured(place: Place) -> None:
    with place.store.transaction() as connection:
        quality.measure(connection)


@pytest.fixture
def steward(anonymous: TestClient, place: Place) -> Iterator[TestClient]:
    enter(anonymous, place, "steward")
    yield anonymous
    anonymous.cookies.clear()


@pytest.fixture
def analyst(anonymous: TestClient, place: Place) -> Iterator[TestClient]:
    enter(anonymous, place, "analyst")
    yield anonymous
    anonymous.cookies.clear()


def text_of(client: TestClient, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, path
    return str(answer.text)


def test_the_table_leads_to_the_chart_and_to_the_records(steward: TestClient) -> None:
    table = text_of(steward, "/quality")
    assert re.search(r'href="/quality/crm/phone">67\s%', table)
    chart = text_of(steward, "/quality/crm/phone")
    assert '<svg class="chart"' in chart
    assert "<title" in chart
    assert "<desc" in chart
    path = re.search(r'href="(/quality/crm/phone/completeness)"', chart)
    assert path
    records = text_of(steward, path[1])
    assert "&lt;b&gt;1&lt;/b&gt;" in records, "keys of sources are text"
    assert "значение не указано" in records
    assert f"/parties/{party_id('hostile')}" in records


def test_an_analyst_sees_figures_and_is_offered_no_records(analyst: TestClient) -> None:
    assert "Измерить сейчас" not in text_of(analyst, "/quality")
    page = text_of(analyst, "/quality/crm/phone")
    assert "/quality/crm/phone/completeness" not in page
    assert analyst.get("/quality/crm/phone/completeness", headers=HTML).status_code == 403
    assert analyst.get("/exports", headers=HTML).status_code == 403
    assert analyst.post("/quality", headers=HTML).status_code == 403


def test_values_are_masked_until_a_purpose_is_given(steward: TestClient, place: Place) -> None:
    path = "/quality/meters/name/validity"
    page = text_of(steward, path)
    assert "СВ-0017" in page
    token = form_token(page)
    shown = steward.post(path, data={"csrf": token, "purpose": "stewardship", "other": "", "after": ""}, headers=HTML)
    assert shown.status_code == 200
    with place.store.transaction() as connection:
        last = audit.recent(connection)[0]
    assert (last.action, last.purpose, last.party_id) == ("records", "stewardship", party_id("ivanov"))


def test_keys_are_exported_for_a_spreadsheet(steward: TestClient) -> None:
    form = {"kind": "failing", "source": "crm", "attribute": "phone", "dimension": "completeness"}
    path = re.findall(r'href="(/exports\?[^"]+)"', text_of(steward, "/quality/crm/phone/completeness"))[0]
    assert dict(parse_qsl(unescape(path).partition("?")[2])) == form
    send(steward, "/exports", "/exports", **form, purpose="stewardship", format="csv")
    number = re.findall(r'href="/exports/(\d+)/file"', text_of(steward, "/exports"))[0]
    answer = steward.get(f"/exports/{number}/file", headers=HTML)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows == [["source", "source_id", "party_id"], ["crm", "<b>1</b>", party_id("hostile")]]


def test_whoever_decides_on_loads_measures_by_the_button(steward: TestClient, place: Place) -> None:
    with place.store.transaction() as connection:
        before = quality.quality.last_moment(connection)
    answer: Any = send(steward, "/quality", "/quality")
    assert (answer.status_code, answer.headers["location"]) == (303, "/quality")
    with place.store.transaction() as connection:
        assert quality.quality.last_moment(connection) != before


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/quality?dimension=consistency", 200),
        ("/quality?dimension=beauty", 404),
        ("/quality/outages", 200),
        ("/quality/outages/phone", 200),
        ("/quality/nowhere", 404),
        ("/quality/crm/shoe_size", 404),
        ("/quality/crm/phone/consistency?other=billing", 200),
        ("/quality/crm/phone/consistency?other=nowhere", 404),
        ("/quality/crm/phone/beauty", 422),
        ("/quality/crm/record/validity", 404),
    ],
)
def test_every_address_answers(steward: TestClient, path: str, status: int) -> None:
    assert steward.get(path, headers=HTML).status_code == status


# The interface of programs ---------------------------------------------------------------------------------------


def test_programs_read_figures_series_and_records(api: TestClient) -> None:
    found = api.get("/v1/quality?source=crm").json()
    by_place = {(one["attribute"], one["dimension"], one["other"]): one for one in found["figures"]}
    phone = by_place["phone", "completeness", ""]
    assert (phone["good"], phone["total"]) == (2, 3)
    assert phone["share"] == pytest.approx(2 / 3)
    series = api.get("/v1/quality/series?source=crm&attribute=phone").json()["items"]
    assert {one["dimension"] for one in series} >= {"completeness", "validity", "uniqueness"}
    records = api.get("/v1/quality/records?source=crm&attribute=phone&dimension=completeness").json()
    assert [one["source_id"] for one in records["items"]] == ["<b>1</b>"]
    first = api.get("/v1/quality/records?source=crm&attribute=name&dimension=freshness&limit=1")
    assert first.status_code == 404, "names do not age"
    assert api.post("/v1/quality/measurements").json()["measured_at"] > found["measured_at"]


def test_pages_of_records_follow_each_other(api: TestClient) -> None:
    path = "/v1/quality/records?source=crm&attribute=account&dimension=completeness&limit=2"
    first = api.get(path)
    second = api.get(re.search(r"<(.*)>", first.headers["link"])[1])  # type: ignore[index]
    keys = [[one["source_id"] for one in page.json()["items"]] for page in (first, second)]
    assert keys == [["C-17", "C-18"], ["<b>1</b>"]]
    assert "link" not in second.headers


def test_an_operator_has_no_right_to_quality(operator_api: TestClient) -> None:
    assert operator_api.get("/v1/quality").status_code == 403


# Charts --------------------------------------------------------------------------------------------------------

START = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=100))
def test_a_chart_stays_in_its_frame_and_ticks_match_points(shares: list[float]) -> None:
    found = trend([(START + timedelta(hours=place), share) for place, share in enumerate(shares)])
    assert found is not None
    assert all(0 <= point.x <= WIDTH and 0 <= point.y <= HEIGHT for point in found.points)
    assert (found.first.share, found.last.share, found.least.share) == (shares[0], shares[-1], min(shares))
    assert [tick.y for tick in (found.ticks[0], found.ticks[-1])] == [HEIGHT, 0]
    assert found.ticks[-1].percent == 100
    low = found.ticks[0].percent / 100
    for point in found.points:
        assert point.y == pytest.approx(HEIGHT * (1 - (point.share - low) / (1 - low)), abs=0.1)


def test_no_figures_no_chart() -> None:
    assert trend([]) is None


@pytest.mark.parametrize(("share", "name"), [(1, "good"), (0.95, "good"), (0.9499, "fair"), (0.5, "warn"), (0, "bad")])
def test_tones(share: float, name: str) -> None:
    assert tone(share) == name
