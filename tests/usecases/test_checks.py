"""Checks as compliance reads and decides them, and as nobody else does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from small_sources import load_rows, person, register, settings_in
from test_screening import NAMES, Lists, name_officer, party_id, publish
from typer.testing import CliRunner

from litso.cli import app
from litso.errors import BadUsage, Conflict, Forbidden, NotFound
from litso.store import audit, checks, parties, users
from litso.store.database import Connection, Store
from litso.usecases import registers
from litso.usecases.access import ROLES, Actor
from litso.usecases.checks import decide, list_hits, list_states, read_checks
from litso.usecases.history import read_accesses
from litso.usecases.screening import screen

ANNA = Actor("анна", "compliance")
IVANOV = {"name": NAMES[0], "kind": "person", "birth_date": "1980-02-01", "list": "свой"}


@pytest.fixture
def lists(store: Store, tmp_path: Path) -> Iterator[Lists]:
    yield Lists(store, settings_in(tmp_path), tmp_path)
    registers.use(None)


def publish_person(connection: Connection, number: int, **values: str) -> None:
    publish(connection, number, "person", values)
    connection.execute(
        "insert into party (party_id, kind) values (%s, 'person') on conflict do nothing", [party_id(number)]
    )


def answers(store: Store, number: int, today: date | None = None) -> dict[str, str]:
    with store.transaction() as connection:
        found = read_checks(connection, ANNA, party_id(number), today=today)
    return {one.list: one.answer for one in found.answers}


def test_nothing_unchecked_reads_as_clear(store: Store, lists: Lists) -> None:
    with store.transaction() as connection:
        publish_person(connection, 0, full_name=NAMES[0], birth_date="1980-02-01")
        publish_person(connection, 1, full_name=NAMES[4])
    unchecked = dict.fromkeys(("extremists", "blacklist", "bankrupts", "passports"), "not_checked")
    assert answers(store, 0) == unchecked
    lists.load("blacklist", [IVANOV])
    assert answers(store, 0) == unchecked
    screen(store)
    assert answers(store, 0) == unchecked | {"blacklist": "hit"}
    assert answers(store, 1) == unchecked | {"blacklist": "clear"}
    later = datetime.now(UTC).date() + timedelta(days=32)
    assert answers(store, 1, later)["blacklist"] == "stale"
    assert answers(store, 0, later)["blacklist"] == "hit"
    lists.load("blacklist", [IVANOV | {"reason": "суд"}])
    assert answers(store, 1)["blacklist"] == "stale"
    screen(store)
    with store.transaction() as connection:
        (hit,) = read_checks(connection, ANNA, party_id(0)).hits
    assert (hit.entry["reason"], hit.grade, hit.agrees) == ("суд", "strong", ("name", "birth_date"))
    lists.load("blacklist", [IVANOV | {"until": "2020-01-01"}])
    screen(store)
    assert answers(store, 0)["blacklist"] == "clear", "an entry that ended"


def test_a_decision_stays_with_its_entry(store: Store, lists: Lists) -> None:
    lists.load("blacklist", [IVANOV | {"birth_date": ""}])
    with store.transaction() as connection:
        publish_person(connection, 0, full_name=NAMES[0])
        publish_person(connection, 1, full_name=NAMES[0])
    screen(store)
    with store.transaction() as connection:
        page = list_hits(connection, ANNA)
        first = next(one for one in page.items if one.party_id == party_id(0))
        assert [one.grade for one in page.items] == ["possible", "possible"]
        with pytest.raises(Conflict):
            decide(connection, ANNA, first.match_id, verdict="false", reason="другой", seen="sure")
        decide(connection, ANNA, first.match_id, verdict="false", reason="другой человек", seen="possible")
        assert [one.party_id for one in list_hits(connection, ANNA).items] == [party_id(1)]
        assert [one.party_id for one in list_hits(connection, ANNA, is_open=False).items] == [party_id(0)]
    assert (answers(store, 0)["blacklist"], answers(store, 1)["blacklist"]) == ("clear", "possible")
    lists.load("blacklist", [IVANOV | {"birth_date": "", "reason": "иное"}, {"name": NAMES[2], "list": "свой"}])
    screen(store)
    assert answers(store, 0)["blacklist"] == "clear"
    with store.transaction() as connection:
        parties.redirect(connection, {party_id(0): party_id(1)})
    assert answers(store, 1)["blacklist"] == "clear", "what was decided of a party goes with it"
    with store.transaction() as connection:
        parties.revive(connection, {party_id(0)})
    assert answers(store, 1)["blacklist"] == "possible"
    lists.load("blacklist", [IVANOV | {"birth_date": "", "inn": "500100732259"}])
    with store.transaction() as connection:
        publish_person(connection, 0, full_name=NAMES[0], inn="500100732259")
    screen(store)
    assert answers(store, 0)["blacklist"] == "hit", "another entry, and a surer match"


def test_a_surer_match_opens_again_what_was_decided(store: Store, lists: Lists) -> None:
    lists.load("blacklist", [IVANOV])
    with store.transaction() as connection:
        publish_person(connection, 0, full_name=NAMES[0])
    screen(store)
    with store.transaction() as connection:
        (hit,) = list_hits(connection, ANNA).items
        decide(connection, ANNA, hit.match_id, verdict="false", reason="нет даты рождения")
        publish_person(connection, 0, full_name=NAMES[0], birth_date="1980-02-01")
    with store.transaction() as connection:
        (again,) = list_hits(connection, ANNA).items
        assert (again.grade, again.verdict, again.is_reopened, again.reason) == (
            "strong", None, True, "нет даты рождения",
        )  # fmt: skip
        decide(connection, ANNA, again.match_id, verdict="true", reason="паспорт сверен")
        decide(connection, ANNA, again.match_id, verdict="open", reason="ошибка")
        assert [one.verdict for one in list_hits(connection, ANNA).items] == [None]


def test_bad_decisions_are_refused(store: Store, lists: Lists) -> None:
    with store.transaction() as connection:
        for match, verdict, reason, error in (
            (1, "maybe", "x", BadUsage), (1, "true", " ", BadUsage), (1, "true", "x" * 501, BadUsage),
            (1, "true", "x", NotFound),
        ):  # fmt: skip
            with pytest.raises(error):
                decide(connection, ANNA, match, verdict=verdict, reason=reason)
        with pytest.raises(BadUsage):
            list_hits(connection, ANNA, of_list="other")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "compliance"])
def test_no_other_role_reads_checks_or_who_read_them(store: Store, lists: Lists, role: str) -> None:
    other = Actor("пётр", role)
    with store.transaction() as connection:
        publish_person(connection, 0, full_name=NAMES[0])
        read_checks(connection, ANNA, party_id(0))
        for forbidden in (
            lambda: read_checks(connection, other, party_id(0)),
            lambda: list_hits(connection, other),
            lambda: decide(connection, other, 1, verdict="true", reason="x"),
        ):
            with pytest.raises(Forbidden):
                forbidden()
        assert all(not one.matches for one in list_states(connection, other)[0])
        assert "check" not in {one.action for one in audit.of_party(connection, party_id(0))}
        assert {one.actor for one in read_accesses(connection, ANNA, party_id(0))} == {"анна"}
        assert connection.execute("select count(*) from change where type not like 'party.%'").fetchone() == (0,)


def test_persons_whom_a_company_names_are_shown_with_it(store: Store, lists: Lists) -> None:
    lists.load("extremists", [IVANOV])
    with store.transaction() as connection:
        publish(connection, 0, "organization", {"company": "Ромашка"})
        connection.execute("insert into party (party_id, kind) values (%s, 'organization')", [party_id(0)])
        name_officer(connection, 0, NAMES[0])
    screen(store)
    with store.transaction() as connection:
        (hit,) = read_checks(connection, ANNA, party_id(0)).hits
    assert (hit.role, hit.subject, hit.grade) == ("director", NAMES[0], "possible")


def test_a_load_screens_what_it_changed(store: Store, lists: Lists, tmp_path: Path) -> None:
    register(store, "crm")
    row = person(1)
    load_rows(store, tmp_path, "crm", [row])
    lists.load("blacklist", [{"name": row["fio"], "birth_date": row["bdate"], "list": "свой"}])
    screen(store)
    load_rows(store, tmp_path, "crm", [person(5), row | {"id": "77", "tel": "+79270000077"}])
    with store.transaction() as connection:
        assert checks.count_pending(connection, checks.find_base(connection) or 0) == 0
        assert {one.grade for one in checks.standing(connection, is_all=True)} == {"strong"}


def test_the_commands(store: Store, lists: Lists, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITSO_DATABASE_URL", database_url)
    monkeypatch.setenv("LITSO_HOME", str(lists.settings.home))
    with store.transaction() as connection:
        publish_person(connection, 0, full_name=NAMES[0], birth_date="1915-02-01")
        for login, role in (("anna", "compliance"), ("petr", "steward")):
            users.create(connection, login=login, name=login, role=role, password="long enough")
    lists.load("blacklist", [IVANOV | {"birth_date": "1915-02-01"}])
    run = CliRunner()
    ran = json.loads(run.invoke(app, ["check", "run", "--json"]).stdout)
    assert (ran["parties"], ran["found"], ran["whole"]) == (1, 1, ["blacklist"])
    assert "matches: 0 new" in run.invoke(app, ["check", "run", "--all"]).stdout
    status = run.invoke(app, ["check", "status"]).stdout
    assert "blacklist" in status
    assert "never loaded" in status
    shown = json.loads(run.invoke(app, ["check", "show", party_id(0), "--by", "anna", "--json"]).stdout)
    assert shown["hits"][0]["grade"] == "strong"
    assert shown["risks"][0]["code"] == "age_impossible"
    assert "Возраст" in run.invoke(app, ["check", "show", party_id(0), "--by", "anna"]).stdout
    listed = json.loads(run.invoke(app, ["check", "list", "--by", "anna", "--sure", "--json"]).stdout)
    number = str(listed["items"][0]["match_id"])
    assert number in run.invoke(app, ["check", "list", "--by", "anna"]).stdout
    assert "decision" in run.invoke(app, ["check", "decide", number, "true", "--reason", "x", "--by", "anna"]).stdout
    assert isinstance(run.invoke(app, ["check", "list", "--by", "petr"]).exception, Forbidden)
