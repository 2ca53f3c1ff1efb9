"""PostgreSQL as a source: the exam against a real server, and what databases have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from connector_exam import MAPPING, SECRET, Desk, Exam, moment, row
from psycopg import sql
from sql_peers import USER, SqlPeer

from litso.errors import SourceUnusable
from litso.store.database import Store, with_database
from litso.usecases import connecting
from litso.usecases.loading import register_source
from tcp_door import Door, door_to

DATABASE = "crm"


class PostgresqlPeer(SqlPeer):
    kind = "postgresql"
    moment = "timestamptz"

    def __init__(self, url: str, door: Door) -> None:
        super().__init__()
        self.url, self.door, self.port = url, door, door.port
        self.make()

    def execute(self, statement: str, rows: Sequence[Sequence[Any]] = ((),)) -> None:
        with psycopg.connect(self.url, options="-c timezone=UTC") as connection, connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    def admit(self) -> None:
        self.execute(f"grant select on client, grave to {USER}")

    def go_away(self) -> None:
        self.door.close()

    def come_back(self) -> None:
        self.door.open()


@pytest.fixture(scope="session")
def crm_url(server_url: str) -> str:
    """URL of a database of its own with a user who needs a password, as the owner sees it."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        hba = Path(connection.execute("show hba_file").fetchone()[0])  # type: ignore[index]
        if USER not in hba.read_text():
            hba.write_text(f"local all {USER} scram-sha-256\n{hba.read_text()}")
            connection.execute("select pg_reload_conf()")
            connection.execute(sql.SQL("create role {} login password {}").format(sql.Identifier(USER), SECRET))
        if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            connection.execute(f"create database {DATABASE}")
    return with_database(server_url, DATABASE)


@pytest.fixture
def peer(crm_url: str) -> Iterator[PostgresqlPeer]:
    with psycopg.connect(crm_url) as connection:
        row_of = connection.execute("select current_setting('unix_socket_directories'), current_setting('port')")
        folder, port = row_of.fetchone() or ("", "")
    with door_to(f"{folder}/.s.PGSQL.{port}") as door:
        yield PostgresqlPeer(crm_url, door)


@pytest.fixture
def desk(store: Store, tmp_path: Path, peer: PostgresqlPeer) -> Desk:
    return Desk(store, tmp_path, peer)


class TestExam(Exam):
    """The exam of connectors."""


def test_a_transaction_that_commits_late_is_seen(desk: Desk, peer: PostgresqlPeer) -> None:
    """The gap of cursors: a row gets its moment, others are read, and only then it is committed."""
    with psycopg.connect(peer.url, options="-c timezone=UTC") as late:
        late.execute("insert into client values (1, 'Поздняя', '', %s, 0)", [moment(5)])
        peer.put(row(2, changed=moment(20)))
        assert desk.done() == (1, 0, 0)
        late.commit()
    assert desk.done() == (1, 0, 0)
    assert set(desk.records()) == {"1", "2"}


def test_moments_are_compared_to_the_microsecond(desk: Desk, peer: PostgresqlPeer) -> None:
    peer.reading = "table: client, cursor: changed, overlap: 0 s"
    desk.connect()
    peer.put(row(1, changed="2026-10-01 00:00:00.123456"))
    desk.done()
    assert desk.connection().checkpoint["cursor"] == "2026-10-01 00:00:00.123456+00"
    peer.put(row(2, changed="2026-10-01 00:00:00.123457"))
    assert desk.done() == (1, 0, 0)


def test_a_growing_number_is_a_cursor(desk: Desk, peer: PostgresqlPeer) -> None:
    peer.reading = "table: public.client, cursor: id, overlap: 5"
    desk.connect()
    peer.put(*map(row, range(100, 110)))
    assert desk.done() == (10, 0, 0)
    peer.put(row(105, fio="Не заметят: она не росла"), row(106, fio="Но эта в перекрытии"), row(20))
    found = desk.run()
    assert found.counts.rows_in == 6  # from 104
    assert desk.records()["106"] == "Но эта в перекрытии"
    assert "20" not in desk.records()


def test_tombstones_tell_of_deleted_rows(desk: Desk, peer: PostgresqlPeer) -> None:
    peer.reading += ", tombstones: {table: grave, cursor: buried}"
    desk.connect()
    peer.put(*map(row, range(5)))
    desk.done()
    peer.execute("delete from client where id = 2")
    peer.execute("insert into grave values (2, '2026-10-05'), (77, '2026-10-05')")
    assert desk.done() == (0, 0, 1)
    peer.put(row(2, changed=moment(100)))  # it came back: its tombstone is older
    assert desk.done() == (1, 0, 0)
    assert desk.done() == (0, 0, 0)


def test_rows_deleted_without_a_trace_are_found_by_their_keys(desk: Desk, peer: PostgresqlPeer) -> None:
    peer.reading += ", reconcile: 0 s"
    desk.connect()
    peer.put(*map(row, range(5)))
    desk.done()
    peer.execute("delete from client where id in (1, 2)")
    peer.put(row(9))
    assert desk.done() == (1, 0, 2)
    assert set(desk.records()) == {"0", "3", "4", "9"}


def test_a_mass_deletion_waits_for_a_person(desk: Desk, peer: PostgresqlPeer) -> None:
    register_source(desk.store, MAPPING.replace("deleted: 1, ", ""), "crm.yaml")
    peer.reading += ", reconcile: 0 s"
    desk.connect()
    peer.put(*map(row, range(30)))
    desk.done()
    peer.execute("delete from client where id > 5")
    found = desk.run()
    assert found.status == "held"
    assert len(desk.records()) == 30


def test_without_a_cursor_every_run_is_a_snapshot(desk: Desk, peer: PostgresqlPeer) -> None:
    peer.reading = "table: client"
    desk.connect()
    peer.put(*map(row, range(5)))
    assert desk.done() == (5, 0, 0)
    assert desk.done() == (0, 0, 0)
    peer.execute("delete from client where id < 2")
    peer.put(row(3, fio="Другая"))
    assert desk.done() == (0, 1, 2)
    peer.execute("delete from client")
    assert desk.done() == (0, 0, 3)


def test_a_query_may_have_percent_signs_and_its_own_columns(desk: Desk, peer: PostgresqlPeer) -> None:
    query = "select id, upper(fio) fio, tel, changed, gone from client where tel like '+7927%%'".replace("%%", "%")
    peer.reading = f'query: "{query}", cursor: changed'
    desk.connect()
    peer.put(row(1), row(2, tel="+7846"))
    assert desk.done() == (1, 0, 0)
    assert list(desk.records().values()) == [row(1)["fio"].upper()]
    peer.put(row(4))
    assert desk.done() == (1, 0, 0)


WRONG = [
    ("table: nothing, cursor: changed", "nothing"),
    ("table: client, cursor: chnged", "нет столбца курсора «chnged»"),
    ("table: client, cursor: changed, overlap: 5", "overlap столбца «changed» (timestamptz) — длительность"),
    ("table: client, cursor: fio, overlap: 5", "overlap столбца «fio» (varchar)"),
    ("query: select from where, cursor: changed", "syntax error"),
]


@pytest.mark.parametrize(("reading", "sentence"), WRONG)
def test_what_is_wrong_is_told_and_stops_the_source(
    desk: Desk, peer: PostgresqlPeer, reading: str, sentence: str
) -> None:
    peer.reading = reading
    desk.connect()
    with pytest.raises(SourceUnusable) as caught:
        connecting.check(desk.store, "crm")
    assert sentence in str(caught.value)
    assert desk.run().status == "stopped"


def test_a_change_of_type_is_drift(desk: Desk, peer: PostgresqlPeer) -> None:
    peer.put(row(1))
    desk.done()
    peer.execute("alter table client alter column tel type text")
    peer.put(row(2))
    assert desk.run().status == "held"
    assert desk.connection().alarms[0]["message"] == "Столбец «tel» сменил тип: был varchar, стал text."


@pytest.mark.parametrize(("drift", "status"), [("stop", "stopped"), ("tell", "done")])
def test_drift_by_setting(desk: Desk, peer: PostgresqlPeer, drift: str, status: str) -> None:
    desk.connect(f"drift: {drift}")
    peer.put(row(1))
    desk.done()
    peer.add_column()
    peer.put(row(2))
    assert desk.run().status == status
    assert [alarm["code"] for alarm in desk.connection().alarms] == ["drift"]
    connecting.resume(desk.store, "crm", "exam")
    assert desk.connection().alarms == []
    assert desk.run().status == "done"
    assert set(desk.records()) == {"1", "2"}
