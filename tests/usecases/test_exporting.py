"""Exports: small ones at once, large and open ones by a second person; all in the audit, the file sealed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from small_sources import person, settings_in
from test_debtors import BILLING, load

from litso.domain.scope import Scope
from litso.errors import BadUsage, Conflict, Forbidden, NotFound
from litso.settings import Settings
from litso.store import audit, exports, scope, users
from litso.store.database import Store
from litso.store.exports import Export
from litso.usecases import exporting
from litso.usecases.access import Actor
from litso.usecases.exporting import Wish, ask, decide, download, list_exports, withdraw
from litso.usecases.jobs import kinds_of
from litso.usecases.working import work_off

ANNA, BORIS, OLGA = Actor("anna", "administrator"), Actor("boris", "operator"), Actor("olga", "compliance")
PASSWORD = "correct horse battery"
PHONE = person(1)["tel"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(settings_in(tmp_path), export_rows=3)


@pytest.fixture
def town(store: Store, tmp_path: Path) -> Store:
    """Five persons, two of them debtors; three users."""
    load(
        store, tmp_path, BILLING,
        person(1, saldo="5000,00", snils="112-233-445 95"), person(2, saldo="100,00"), person(3), person(4), person(5),
    )  # fmt: skip
    with store.transaction() as connection:
        for actor in (ANNA, BORIS, OLGA):
            users.create(connection, login=actor.name, name=actor.name, role=actor.role, password=None)
    return store


def wish(kind: str = "parties", wanted: Mapping[str, Any] = {}, **over: Any) -> Wish:
    return Wish(kind, wanted, (), (), "csv", "call", "обзвон")._replace(**over)


SMALL = wish(wanted={"query": person(1)["ls"]})


def fetched(store: Store, settings: Settings, actor: Actor, found: Export) -> bytes:
    return b"".join(download(store, settings, actor, found.export_id).pieces)


def rows_of(content: bytes, format: str = "csv") -> list[dict[str, Any]]:
    if format == "parquet":
        return pl.read_parquet(io.BytesIO(content)).to_dicts()
    if format == "xlsx":
        return pl.read_excel(io.BytesIO(content), engine="openpyxl", infer_schema_length=0).to_dicts()
    return pl.read_csv(io.BytesIO(content), separator=";", infer_schema_length=0).to_dicts()


def made(store: Store, settings: Settings, found: Export) -> Export:
    """An export after the worker has done what is due."""
    work_off(store, kinds=kinds_of(settings))
    with store.transaction() as connection:
        return exports.get(connection, found.export_id)


def test_a_small_masked_list_is_there_at_once(town: Store, settings: Settings) -> None:
    for format in exporting.FORMATS:
        found = ask(town, settings, BORIS, SMALL._replace(format=format))
        assert (found.status, found.rows, found.decided_by) == ("ready", 1, None)
        (row,) = rows_of(fetched(town, settings, BORIS, found), format)
        assert row["name"] == person(1)["fio"]
        assert "•" in row["phones"]
        assert "•" in row["snils"]
        assert PHONE[-6:-2] not in str(row)


def test_everybody_in_a_file_is_in_the_audit(town: Store, settings: Settings) -> None:
    found = ask(town, settings, BORIS, wish("debtors", {"least": "50"}, purpose="request"))
    people = {row["party_id"] for row in rows_of(fetched(town, settings, BORIS, found))}
    assert len(people) == 2
    with town.transaction() as connection:
        entries = audit.recent(connection, limit=200)
    named = [one for one in entries if one.action == "export" and one.party_id]
    assert {one.party_id for one in named} == people
    assert {(one.actor, one.purpose) for one in named} == {("boris", "request")}
    whole = next(one for one in entries if one.action == "export" and not one.party_id)
    assert (whole.object, whole.found) == (f"export {found.export_id}", 2)
    told = [one.action for one in entries if one.object == f"export {found.export_id}"]
    assert {"export.ask", "export.make", "export.download"} <= set(told)


LARGE = wish()
OPEN = SMALL._replace(classes=("contact",))


@pytest.mark.parametrize("wanted", [LARGE, OPEN])
def test_a_large_or_open_list_waits_for_another_person(town: Store, settings: Settings, wanted: Wish) -> None:
    found = ask(town, settings, ANNA, wanted)
    assert found.status == "waiting"
    with pytest.raises(Conflict):
        fetched(town, settings, ANNA, found)
    assert made(town, settings, found).status == "waiting"
    with pytest.raises(Forbidden, match="another person"):
        decide(town, ANNA, found.export_id, approves=True)
    with pytest.raises(Forbidden, match="another person"):
        decide(town, replace(ANNA, name="robot", is_service=True), found.export_id, approves=True)
    with pytest.raises(Forbidden):
        decide(town, BORIS, found.export_id, approves=True)
    assert decide(town, OLGA, found.export_id, approves=True, reason="да").status == "approved"
    with pytest.raises(Conflict):
        decide(town, OLGA, found.export_id, approves=True)
    ready = made(town, settings, found)
    assert (ready.status, ready.decided_by) == ("ready", "olga")
    rows = rows_of(fetched(town, settings, ANNA, ready))
    assert len(rows) == (5 if wanted is LARGE else 1)
    assert all(("•" in row["phones"]) == (wanted is LARGE) for row in rows)
    assert all("•" in (row["snils"] or "•") for row in rows)


def test_the_database_itself_refuses_an_approval_of_ones_own(town: Store, settings: Settings) -> None:
    found = ask(town, settings, ANNA, LARGE)
    with pytest.raises(Exception, match="export_check"), town.transaction() as connection:
        exports.decide(connection, found.export_id, "approved", "anna", "")


def test_a_refusal_needs_words_and_ends_it(town: Store, settings: Settings) -> None:
    found = ask(town, settings, BORIS, LARGE)
    with pytest.raises(BadUsage, match="why"):
        decide(town, OLGA, found.export_id, approves=False)
    assert decide(town, OLGA, found.export_id, approves=False, reason="незачем").status == "refused"
    assert made(town, settings, found).status == "refused"


def test_many_small_lists_are_a_large_one(town: Store, settings: Settings) -> None:
    asked = [ask(town, settings, BORIS, SMALL).status for _ in range(5)]
    assert asked == ["ready", "ready", "ready", "waiting", "waiting"]
    assert ask(town, settings, ANNA, SMALL).status == "ready"


def test_only_who_asked_fetches_the_file(town: Store, settings: Settings) -> None:
    found = ask(town, settings, BORIS, SMALL)
    for other in (ANNA, OLGA, replace(BORIS, is_service=True)):
        with pytest.raises(NotFound):
            fetched(town, settings, other, found)
    assert [one.export_id for one in list_exports(town, OLGA)] == [found.export_id]
    assert list_exports(town, Actor("пётр", "operator")) == []
    with pytest.raises(Forbidden):
        fetched(town, settings, replace(BORIS, role="analyst"), found)


def test_a_file_is_sealed_and_gone_after_its_time(town: Store, settings: Settings) -> None:
    found = ask(town, settings, BORIS, SMALL)
    with town.transaction() as connection:
        (sealed,) = connection.execute("select sealed from export_part").fetchone() or (b"",)
        assert person(1)["fio"].encode() not in sealed
        connection.execute("update export set expires_at = now() - interval '1 second'")
    with pytest.raises(Conflict, match="expired"):
        fetched(town, settings, BORIS, found)
    work_off(town, kinds=kinds_of(settings))
    with town.transaction() as connection:
        assert connection.execute("select count(*) from export_part").fetchone() == (0,)
        assert exports.get(connection, found.export_id).wanted == {}


def test_what_is_taken_back_is_gone(town: Store, settings: Settings) -> None:
    found = ask(town, settings, BORIS, SMALL)
    with pytest.raises(NotFound):
        withdraw(town, OLGA, found.export_id)
    assert withdraw(town, BORIS, found.export_id).status == "withdrawn"
    with pytest.raises(Conflict):
        withdraw(town, BORIS, found.export_id)


def test_who_lost_the_right_meanwhile_gets_nothing(town: Store, settings: Settings) -> None:
    found = ask(town, settings, BORIS, LARGE)
    decide(town, OLGA, found.export_id, approves=True)
    with town.transaction() as connection:
        users.set_role(connection, users.by_login(connection, "boris").user_id, "analyst")
    failed = made(town, settings, found)
    assert (failed.status, failed.rows) == ("failed", None)
    assert "no right" in (failed.error or "")


def test_limits_of_now_hold_for_what_was_approved(town: Store, settings: Settings) -> None:
    with town.transaction() as connection:
        scope.write(connection, [row[0] for row in connection.execute("select party_id::text from golden")])
    found = ask(town, settings, BORIS, LARGE)
    decide(town, OLGA, found.export_id, approves=True)
    with town.transaction() as connection:
        users.set_scope(connection, users.by_login(connection, "boris").user_id, Scope(("Пермский",)))
    ready = made(town, settings, found)
    assert (ready.status, ready.rows) == ("ready", 0)
    nobody = replace(BORIS, scope=Scope(("Пермский",)))
    assert ask(town, settings, nobody, LARGE).counted == 0


WRONG = (
    (wish("people"), "parties, debtors, failing"),
    (wish(wanted={"lacks": "inn"}), "not by 'lacks'"),
    (wish(wanted={"query": "иванов", "kind": "person"}), "either a search or a filter"),
    (wish(wanted={"query": "\0"}), "200 characters"),
    (wish(columns=("password",)), "not 'password'"),
    (wish(classes=("special",)), "contact, document"),
    (wish(classes=("document",)), "does not show document"),
    (wish(purpose="curiosity"), "purpose must be"),
    (wish(format="doc"), "csv, xlsx, parquet"),
    (wish(reason=""), "say what it is for"),
    (wish("debtors", {"least": "много"}), "roubles"),
    (wish("debtors", {"lacks": "money"}), "lacks must be"),
    (wish("failing", {"source": "billing", "attribute": "phone", "dimension": "beauty"}), "dimension must be"),
)


def test_what_cannot_be_asked_is_told(town: Store, settings: Settings) -> None:
    for wanted, why in WRONG:
        with pytest.raises(BadUsage, match=why):
            ask(town, settings, ANNA, wanted)
    assert list_exports(town, ANNA) == []


CHOSEN: tuple[tuple[dict[str, str], int], ...] = (
    ({"kind": "person"}, 5),
    ({"kind": "organization"}, 0),
    ({"source": "billing"}, 5),
    ({"source": "crm"}, 0),
    ({"territory": "Самарская обл."}, 5),
    ({"territory": "Самарская область/г. Самара"}, 5),
    ({"territory": "Пермский край"}, 0),
    ({"brand": "нет такого"}, 0),
)


def test_parties_are_chosen_by_what_is_known_of_them(town: Store, settings: Settings) -> None:
    for wanted, rows in CHOSEN:
        assert ask(town, settings, ANNA, wish(wanted=wanted)).counted == rows, wanted


def test_no_cell_is_a_formula(town: Store, settings: Settings, tmp_path: Path) -> None:
    load(town, tmp_path, BILLING, person(6, fio='=HYPERLINK("http://evil")', tel=""))
    found = ask(town, replace(settings, export_rows=100), ANNA, LARGE)
    assert b";=HYPERLINK" not in fetched(town, settings, ANNA, found)
