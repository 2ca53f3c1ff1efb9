"""Quality as it is measured after loads: figures, what hides behind them, who may look, and when it is measured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_sources import load_rows, person, register

from databases import cloned_database
from litso.domain.quality import AGES, Figure
from litso.errors import BadUsage, Forbidden, NotFound
from litso.sources.mapping import parse_mapping
from litso.store import audit, quality
from litso.store.database import Store
from litso.store.quality import Place
from litso.usecases import quality as judged
from litso.usecases.access import Actor

STEWARD = Actor("anna", "steward")
ANALYST = Actor("vera", "analyst")
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"

SHARED = {"tel": "8 927 555-44-33"}


def rows_of_crm() -> list[dict[str, str]]:
    """Twelve persons; of the first ones each has a misfortune of its own."""
    rows = [{**person(number), "changed": TODAY, "saldo": ""} for number in range(1, 13)]
    rows[0] |= {"tel": ""}
    rows[1] |= {"tel": "000000"}  # a placeholder
    rows[2] |= {"tel": "8 927 12"}  # too short
    rows[3] |= {"changed": "2001-01-01"}
    return rows


@pytest.fixture(scope="module")
def loaded(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Two sources of the same persons, which the tests only read; the cabinet says otherwise of two of them."""
    with cloned_database(server_url, template) as url:
        store = Store(url, most=2)
        store.open()
        _load(store, tmp_path_factory.mktemp("home"))
        yield store
        store.close()


def _load(store: Store, home: Path) -> None:
    register(store, "crm", 40)
    register(store, "cabinet", 50)
    load_rows(store, home, "crm", rows_of_crm())
    others = [{**person(number), "id": f"u{number}", "changed": TODAY, "saldo": ""} for number in range(5, 11)]
    others[0] |= {"adres": "г Самара, ул Гагарина, д 7, кв 1"}
    others[1] |= {"mail": "other@mail.ru"}
    load_rows(store, home, "cabinet", others)


def figures(store: Store) -> dict[tuple[str, str, str, str], tuple[int, int]]:
    with store.transaction() as connection:
        return {one[:4]: (one.good, one.total) for one in judged.read_overview(connection, ANALYST).figures}


def test_figures_of_a_load(loaded: Store) -> None:
    found = figures(loaded)
    assert found["crm", "phone", "completeness", ""] == (10, 12)
    assert found["crm", "phone", "validity", ""] == (9, 10)
    assert found["crm", "phone", "uniqueness", ""] == (10, 10)
    assert found["crm", "phone", "freshness", ""] == (9, 10)
    assert found["crm", "record", "freshness", ""] == (11, 12)
    assert {found["crm", "record", "freshness", str(days)] for days in AGES} == {(11, 12)}
    assert found["crm", "address", "consistency", "cabinet"] == (5, 6)
    assert found["cabinet", "address", "consistency", "crm"] == (5, 6)
    assert found["crm", "email", "consistency", "cabinet"] == (5, 6)
    good, total = found["crm", "name", "consistency", ""]
    assert good == total == 6
    assert ("crm", "passport", "completeness", "") not in found, "nobody asks for what a source does not give"
    assert not [key for key in found if key[:2] == ("crm", "account") and key[2] == "consistency"]


def test_every_figure_leads_to_the_records_behind_it(loaded: Store) -> None:
    with loaded.transaction() as connection:
        seen = judged.read_overview(connection, STEWARD).figures
        checked = [one for one in seen if not one.other.isdigit()]
        for one in checked:
            keys = list(judged.all_failing(connection, STEWARD, Place(*one[:4])))
            assert len(keys) == one.bad, one
            page = judged.read_failing(connection, STEWARD, Place(*one[:4]))
            assert [record.source_id for record in page.records] == [key[1] for key in keys]
    assert sum(one.bad for one in checked) > 8


def test_a_repeat_within_a_source_and_a_value_of_too_many(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    rows = [{**person(number), **SHARED, "mail": "", "saldo": "", "ls": ""} for number in range(1, 41)]
    again = {**person(100), "id": "again", "saldo": "", "ls": ""}
    load_rows(store, tmp_path, "crm", [*rows, {**person(100), "saldo": "", "ls": ""}, again])
    found = figures(store)
    parties = found["crm", "record", "uniqueness", ""]
    assert parties[1] == 42
    assert parties[0] <= 40
    good, total = found["crm", "phone", "uniqueness", ""]
    assert (good, total) == (2, 42)
    with store.transaction() as connection:
        page = judged.read_failing(connection, STEWARD, Place("crm", "phone", "uniqueness"), limit=25)
        rest = judged.read_failing(connection, STEWARD, Place("crm", "phone", "uniqueness"), after=page.after or 0)
        twins = judged.read_failing(connection, STEWARD, Place("crm", "record", "uniqueness")).records
    assert (len(page.records), len(rest.records), rest.after) == (25, 15, None)
    assert all((record.sharing or 0) > 8 for record in page.records)
    assert {record.source_id for record in twins} >= {"100", "again"}


def test_contacts_are_masked_without_a_purpose_and_the_read_is_logged(loaded: Store) -> None:
    place = Place("crm", "phone", "validity")
    with loaded.transaction() as connection:
        (masked,) = judged.read_failing(connection, STEWARD, place).records
        (shown,) = judged.read_failing(connection, STEWARD, place, purpose="stewardship").records
        log = audit.recent(connection)[:2]
    assert [one.text for one in masked.originals] == ["• ••• 12"]
    assert [one.text for one in shown.originals] == ["8 927 12"]
    assert (masked.parsed, shown.parsed) == (None, "8 927 12")
    assert shown.problems
    assert [(one.action, one.party_id, one.purpose) for one in log] == [
        ("records", shown.party_id, "stewardship"),
        ("records", shown.party_id, ""),
    ]
    assert log[0].fields == ["phones"]


def test_an_analyst_sees_figures_and_no_records(loaded: Store) -> None:
    with loaded.transaction() as connection:
        assert judged.read_overview(connection, ANALYST).figures
        assert judged.read_series(connection, ANALYST, "crm", "phone")
        with pytest.raises(Forbidden):
            judged.read_failing(connection, ANALYST, Place("crm", "phone", "validity"))
        with pytest.raises(Forbidden):
            list(judged.all_failing(connection, ANALYST, Place("crm", "phone", "validity")))
        with pytest.raises(Forbidden):
            judged.read_overview(connection, Actor("desk", "operator"))


@pytest.mark.parametrize(
    ("place", "error"),
    [
        (Place("nowhere", "phone", "validity"), NotFound),
        (Place("crm", "shoe_size", "validity"), NotFound),
        (Place("crm", "phone", "beauty"), BadUsage),
        (Place("crm", "record", "validity"), NotFound),
        (Place("crm", "phone", "validity", "cabinet"), NotFound),
        (Place("crm", "phone", "consistency", "nowhere"), NotFound),
    ],
)
def test_what_is_never_measured_is_not_found(loaded: Store, place: Place, error: type[Exception]) -> None:
    with loaded.transaction() as connection, pytest.raises(error):
        judged.read_failing(connection, STEWARD, place)


def test_a_drop_is_an_alarm_with_the_reason(store: Store) -> None:
    register(store, "crm")
    with store.transaction() as connection:
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        for day in range(4):
            quality.write(connection, [Figure("crm", "phone", "completeness", "", 990, 1000, moment)], moment)
            connection.execute(
                "update quality set measured_at = %s where measured_at = now()", [moment.replace(day=1 + day)]
            )
        quality.write(connection, [Figure("crm", "phone", "completeness", "", 500, 1000, moment)], moment)
    with store.transaction() as connection:
        (alarm,) = judged.read_overview(connection, ANALYST).alarms
        (series,) = [one for one in judged.read_series(connection, ANALYST, "crm", "phone")
                     if one[0].dimension == "completeness"]  # fmt: skip
    assert (alarm.usual, alarm.missing) == (0.99, 490)
    assert alarm.figure == series[-1]


def test_small_changes_wait_until_they_can_be_seen(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    rows = [{**person(number), "saldo": ""} for number in range(1, 301)]
    load_rows(store, tmp_path, "crm", rows)
    moments = []
    for number in range(301, 305):
        load_rows(store, tmp_path, "crm", [{**person(number), "saldo": ""}])
        with store.transaction() as connection:
            moments.append(quality.last_moment(connection))
    assert len(set(moments)) == 2, "a fourth record of three hundred could move a share by a point"
    assert moments[0] == moments[2] != moments[3]


def test_old_days_keep_their_last_measurement(store: Store) -> None:
    figure = Figure("crm", "phone", "completeness", "", 1, 2, datetime.now(UTC))
    moments = [datetime(2025, 5, day, hour, tzinfo=UTC) for day in (1, 2) for hour in (9, 15, 21)]
    with store.transaction() as connection:
        for moment in moments:
            quality.write(connection, [figure], datetime(2025, 1, 1, tzinfo=UTC))
            connection.execute("update quality set measured_at = %s where measured_at = now()", [moment])
        quality.write(connection, [], datetime(2025, 5, 2, 12, tzinfo=UTC))
        kept = [one.measured_at for one in quality.series(connection, source="crm")]
    assert kept == [moments[2], moments[4], moments[5]], "in the afternoon of the second day nothing is thinned out yet"


MAPPING = """
source: desk
party: auto
key: {key}
attributes: {{full_name: fio, phone: tel}}
facts:
  - {{kind: request, key: number, at: at}}
"""


@pytest.mark.parametrize(("key", "is_card"), [("number", False), ("card", True)])
def test_records_that_are_events_are_no_cards(key: str, is_card: bool) -> None:
    subject = judged.subject_of(parse_mapping(MAPPING.format(key=key), "desk.yaml"))
    assert (subject.attributes, subject.is_card, subject.is_dated) == (("name", "phone"), is_card, False)
