"""Golden values go back to a source: compare-and-set, outcomes, no loops, undo; against real databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from mariadb import find_mariadb, running_mariadb
from written_back import ACTOR, Billing, House, MariadbBilling, PostgresqlBilling, row

from litso.errors import BadUsage, Conflict, SourceUnusable
from litso.sources.files import open_file
from litso.sources.mapping import parse_mapping
from litso.store import writebacks
from litso.store.database import Store, with_database
from litso.usecases import writing_back
from litso.usecases.writebacks import read_run


@pytest.fixture(scope="session")
def billing_url(server_url: str) -> str:
    with psycopg.connect(server_url, autocommit=True) as connection:
        if not connection.execute("select 1 from pg_database where datname = 'billing'").fetchone():
            connection.execute("create database billing")
    return with_database(server_url, "billing")


@pytest.fixture(scope="session")
def owner_port() -> Iterator[int]:
    if find_mariadb() is None:
        pytest.skip("no MariaDB server; see scripts/peers.sh")
    with running_mariadb() as port:
        yield port


@pytest.fixture(params=["postgresql", "mysql"])
def billing(request: pytest.FixtureRequest) -> Billing:
    if request.param == "postgresql":
        return PostgresqlBilling(request.getfixturevalue("billing_url"))
    return MariadbBilling(request.getfixturevalue("owner_port"))


@pytest.fixture
def house(store: Store, tmp_path: Path, billing: Billing) -> House:
    return House(store, tmp_path, billing)


@pytest.fixture
def plain(store: Store, tmp_path: Path, billing_url: str) -> House:
    """A house whose billing is in PostgreSQL."""
    return House(store, tmp_path, PostgresqlBilling(billing_url))


def filled(house: House, people: int = 3, **in_crm: str) -> None:
    """The same people in both sources; the CRM knows their e-mails."""
    assert house.billing
    house.billing.put(*(row(number) for number in range(people)))
    house.collect()
    house.load("crm", *(row(number, mail=f"post{number}@mail.ru", **in_crm) for number in range(people)))


def ends(done: Any) -> dict[str, int]:
    names = ("written", "handed", "conflict", "missing", "refused")
    return {name: getattr(done, name) for name in names if getattr(done, name)}


def test_values_go_where_nothing_is_and_come_back_without_a_trace(house: House) -> None:
    assert house.billing
    filled(house)
    house.attach(rule="empty")
    plan = house.plan()
    assert (plan.total, len(plan.rows), house.billing.cell(1, "mail")) == (3, 3, "")
    assert [(one.column, one.before or None, one.after) for one in plan.rows[1].task.changes] == [
        ("mail", None, "post1@mail.ru")
    ]
    golden, told = [house.golden(n) for n in range(3)], house.last_change()
    assert ends(house.run()) == {"written": 3}
    assert house.billing.cell(1, "mail") == "post1@mail.ru"
    # It comes back with a later moment of change: nothing is new, and nothing is to be written again.
    outcome = house.collect()
    assert (outcome.counts.rows_in, outcome.counts.changed, outcome.counts.unchanged) == (3, 0, 3)
    assert [house.golden(n) for n in range(3)] == golden
    assert house.last_change() == told
    assert house.plan().total == 0
    assert ends(house.run()) == {}
    with house.store.transaction() as connection:
        last, first = writebacks.runs(connection, writebacks.get(connection, "back").writeback_id)
    assert (first.returned, last.written) == (3, 0)


def test_a_row_that_somebody_changed_meanwhile_is_a_conflict_and_stays(house: House) -> None:
    assert house.billing
    filled(house, 4)
    house.attach()
    house.billing.execute("update client set mail = 'own@mail.ru' where id = 1")
    house.billing.execute("delete from client where id = 2")
    house.billing.execute("update client set mail = 'post3@mail.ru' where id = 3")
    done = house.run()
    assert ends(done) == {"written": 2, "conflict": 1, "missing": 1}
    assert house.billing.cell(1, "mail") == "own@mail.ru"
    with house.store.transaction() as connection:
        rows = read_run(connection, ACTOR, "back", done.run_id).rows
    assert [(one.source_id, one.outcome) for one in rows] == [
        ("0", "written"), ("1", "conflict"), ("2", "missing"), ("3", "written"),
    ]  # fmt: skip
    assert rows[1].why == "В источнике уже другое значение: mail."
    assert "mail.ru" not in rows[1].why
    assert all("•" in str(one.changes[0]["after"]) for one in rows), "nobody said why the values are to be seen"
    assert ends(house.run()) == {}, "it is not tried again before the source was read again"
    house.collect()
    assert house.golden(1)["emails"][0] in ("own@mail.ru", "post1@mail.ru")


def test_what_a_column_does_not_hold_as_it_is_is_refused_and_rolled_back(house: House) -> None:
    assert house.billing
    house.billing.put(row(1))
    house.collect()
    house.load("crm", row(1, mail=f"{'x' * 58}@mail.ru"))
    house.attach()
    done = house.run()
    assert ends(done) == {"refused": 1}
    assert house.billing.cell(1, "mail") == ""
    with house.store.transaction() as connection:
        assert connection.execute("select count(*) from written_value").fetchone() == (0,)


@pytest.mark.parametrize(
    ("rule", "own", "changed", "written"),
    [
        ("empty", "old@mail.ru", "2020-01-01 00:00:00", 0),
        ("empty", None, "2026-10-02 00:00:00", 1),
        ("older", "old@mail.ru", "2020-01-01 00:00:00", 1),
        ("older", "new@mail.ru", "2026-10-02 00:00:00", 0),
        ("better", "вместо почты", "2026-10-02 00:00:00", 1),
        ("better", "good@mail.ru", "2020-01-01 00:00:00", 0),
    ],
)
def test_the_rule_decides_what_may_be_replaced(
    plain: House, rule: str, own: str | None, changed: str, written: int
) -> None:
    assert plain.billing
    plain.billing.put(row(1, mail=own, changed=changed))
    plain.collect()
    plain.load("crm", row(1, mail="post1@mail.ru"))
    plain.attach(rule=rule)
    assert ends(plain.run()) == ({"written": 1} if written else {})
    assert (plain.billing.cell(1, "mail") == "post1@mail.ru") == bool(written)


def test_a_later_golden_value_takes_the_place_of_ours_and_an_own_one_of_the_source_does_not_lose(plain: House) -> None:
    assert plain.billing
    filled(plain, 2)
    plain.attach(rule="empty")
    plain.run()
    plain.collect()
    plain.load("crm", row(0, mail="later@mail.ru", changed="2026-10-05 00:00:00"))
    assert plain.golden(0)["emails"] == ["later@mail.ru"], "what we wrote is no voice for the former value"
    assert ends(plain.run()) == {"written": 1}
    assert plain.billing.cell(0, "mail") == "later@mail.ru"
    plain.collect()
    assert plain.plan().total == 0
    plain.billing.execute("update client set mail = 'own@mail.ru' where id = 1")
    assert plain.collect().counts.changed == 1
    assert "own@mail.ru" in plain.golden(1)["emails"]
    assert plain.plan().total == 0, "a value of its own is no empty one"


def test_a_former_value_gets_no_newer_by_another_change_of_its_row(plain: House) -> None:
    """The row comes with our value and something new: the former value must not win by the new moment."""
    assert plain.billing
    plain.billing.put(row(1, tel="+79270000001", changed="2020-01-01 00:00:00"))
    plain.collect()
    plain.load("crm", row(1, tel="+79270000002", mail="post1@mail.ru", changed="2024-01-01 00:00:00"))
    assert plain.golden(1)["phones"] == ["+79270000002", "+79270000001"]
    plain.attach(rule="older", fields={"phones": "tel"})
    assert ends(plain.run()) == {"written": 1}
    plain.billing.execute("update client set mail = 'own@mail.ru' where id = 1")
    assert plain.collect().counts.changed == 1
    assert plain.golden(1)["phones"] == ["+79270000002", "+79270000001"]
    assert plain.golden(1)["emails"][0] == "own@mail.ru"
    assert plain.plan().total == 0


def test_a_source_that_restores_its_value_is_not_written_again(plain: House) -> None:
    assert plain.billing
    filled(plain, 1)
    plain.attach()
    plain.run()
    plain.collect()
    plain.billing.execute("update client set mail = '' where id = 0")
    plain.collect()
    plan = plain.plan()
    assert (plan.total, plan.kept) == (0, {"declined": 1})


def test_undo_gives_back_what_was_there_and_lists_it_first(house: House) -> None:
    assert house.billing
    filled(house)
    house.attach()
    done = house.run()
    house.billing.execute("update client set mail = 'own@mail.ru' where id = 2")
    listed = writing_back.rehearse_undo(house.store, ACTOR, "back", done.run_id, purpose="integration")
    assert (listed.total, listed.rows[0].task.changes[0].before) == (3, "post0@mail.ru")
    undone = house.undo(done.run_id)
    assert ends(undone) == {"written": 2, "conflict": 1}
    assert [house.billing.cell(n, "mail") or "" for n in range(3)] == ["", "", "own@mail.ru"]
    told = house.last_change()
    house.collect()
    plan = house.plan()
    assert (plan.total, plan.kept.get("declined")) == (0, 2)
    with house.store.transaction() as connection:
        late = connection.execute("select count(*) from change where change_id > %s", [told]).fetchone()
    assert late == (1,), "only the row that the billing changed itself is news"
    with pytest.raises(BadUsage):
        house.undo(undone.run_id)


def test_a_run_that_is_cut_off_is_made_good_by_the_next(plain: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the change of a row and the note of it: the value is known as ours all the same."""
    assert plain.billing
    filled(plain)
    plain.attach()
    settle = writebacks.settle
    left = iter([True])

    def dies(*arguments: Any) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        settle(*arguments)

    monkeypatch.setattr(writebacks, "settle", dies)
    with pytest.raises(KeyboardInterrupt):
        plain.run()
    monkeypatch.undo()
    assert [plain.billing.cell(n, "mail") or "" for n in range(3)] == ["post0@mail.ru", "post1@mail.ru", ""]
    told = plain.last_change()
    plain.collect()
    assert plain.last_change() == told
    assert ends(plain.run()) == {}, "the former run did the rest"
    assert plain.billing.cell(2, "mail") == "post2@mail.ru"
    with plain.store.transaction() as connection:
        runs = writebacks.runs(connection, writebacks.get(connection, "back").writeback_id)
    assert [(one.status, one.written) for one in runs] == [("done", 0), ("failed", 3)]


def test_a_table_that_may_not_be_written_ends_the_run_and_says_so(plain: House) -> None:
    assert plain.billing
    filled(plain, 1)
    plain.attach()
    plain.billing.execute("alter table client rename column mail to post")
    with pytest.raises(SourceUnusable, match="mail"):
        plain.run()
    plain.billing.execute("alter table client rename column post to mail")
    assert plain.billing.cell(0, "mail") == ""
    plain.run()
    assert plain.billing.cell(0, "mail") == "post0@mail.ru"


# Files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_is_handed_out_whole_and_known_when_it_was_loaded(store: Store, tmp_path: Path, kind: str) -> None:
    house = House(store, tmp_path)
    people = [row(number, tel="" if number else "+79270000000") for number in range(3)]
    house.load("billing", *people)
    house.load("crm", *(row(number, mail=f"post{number}@mail.ru") for number in range(3)))
    house.attach(way="file", place=kind, fields={"phones": "", "emails": ""})
    done = house.run()
    assert ends(done) == {"handed": 3}
    folder = tmp_path / "writeback" / "back"
    assert [path.name for path in folder.iterdir()] == [done.file_name]
    mapping = parse_mapping("source: x\nparty: none\nkey: id\n", "x")
    rows = [one for batch in open_file(folder / done.file_name, mapping).batches() for one in batch.rows.to_pylist()]
    assert [one["id"] for one in rows] == ["0", "1", "2"]
    assert rows[1]["tel"] == row(1)["tel"]
    assert (rows[1]["tel (было)"] or "", rows[0]["tel"] or "") == ("", ""), "the first has a phone of its own"
    assert (house.plan().total, ends(house.run())) == (0, {})
    told = house.last_change()
    loaded = [{**one, **{name: found[name] or one[name] for name in ("tel", "mail")}, "changed": "2026-11-01 00:00:00"}
              for one, found in zip(people, rows, strict=True)]  # fmt: skip
    assert house.load("billing", *loaded).counts.unchanged == 3
    assert house.last_change() == told
    with store.transaction() as connection:
        runs = writebacks.runs(connection, writebacks.get(connection, "back").writeback_id)
    assert [(one.handed, one.returned) for one in runs] == [(0, 0), (3, 3)]
    undone = house.undo(done.run_id)
    assert (undone.handed, len(list(folder.iterdir()))) == (3, 2)


# What is attached -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"fields": {}}, "at least one"),
        ({"fields": {"accounts": ""}}, "cannot be returned"),
        ({"fields": {"surname": ""}}, "no column of its own"),
        ({"fields": {"phones": "fio"}}, "reads it from tel"),
        ({"way": "sql"}, "is not connected"),
        ({"way": "http", "place": "https://127.0.0.1/clients/1"}, "by {id}"),
        ({"way": "http", "place": "https://{id}.example/1"}, "host of the address"),
        ({"way": "http", "place": "https://10.1.2.3/{id}"}, "private network"),
        ({"way": "http", "place": "http://127.0.0.1/{id}", "method": "POST"}, "PATCH, PUT"),
        ({"place": "pdf"}, "xlsx, csv"),
        ({"rule": "always"}, "empty, better, older"),
        ({"token": "x"}, "for a service"),
        ({"name": "Б"}, "Latin"),
        ({"every": 0}, "minutes"),
    ],
)
def test_what_cannot_be_attached_is_refused_in_words(
    store: Store, tmp_path: Path, wanted: dict[str, Any], told: str
) -> None:
    house = House(store, tmp_path)
    with pytest.raises(BadUsage, match=told):
        house.attach(**{"way": "file", **wanted})


def test_one_run_at_a_time_and_none_while_it_is_paused(plain: House) -> None:
    plain.attach()
    with plain.store.session() as connection, connection.transaction():
        assert writebacks.try_lock(connection, writebacks.get(connection, "back").writeback_id)
        with pytest.raises(Conflict, match="running"):
            plain.run()
    with plain.store.transaction() as connection:
        writebacks.set_status(connection, writebacks.get(connection, "back").writeback_id, writebacks.PAUSED)
    with pytest.raises(Conflict, match="paused"):
        plain.run()


def test_values_that_go_out_are_in_the_audit_with_the_purpose(plain: House) -> None:
    filled(plain, 1)
    plain.attach()
    plain.run()
    with plain.store.transaction() as connection:
        query = "select actor, fields, purpose, party_id is not null from audit where action = 'return'"
        assert connection.execute(query).fetchall() == [("writeback back", ["emails"], "проверка", True)]
