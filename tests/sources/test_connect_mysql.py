"""MySQL as a source: the exam against a real MariaDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from connector_exam import SECRET, Desk, Exam, moment, row
from mariadb import connect, find_mariadb, running_mariadb
from sql_peers import USER, SqlPeer

from litso.errors import SourceUnusable
from litso.store.database import Store
from litso.usecases import connecting
from tcp_door import Door, door_to

pytestmark = pytest.mark.skipif(find_mariadb() is None, reason="no MariaDB server; see scripts/peers.sh")


class MysqlPeer(SqlPeer):
    kind = "mysql"
    moment = "datetime(6)"

    def __init__(self, owner_port: int, door: Door) -> None:
        super().__init__()
        self.owner_port, self.door, self.port = owner_port, door, door.port
        self.make()

    def execute(self, statement: str, rows: Sequence[Sequence[Any]] = ((),)) -> None:
        with connect(self.owner_port, "crm") as connection, connection.cursor() as cursor:
            cursor.executemany(statement, rows) if rows[0] else cursor.execute(statement)
            connection.commit()

    def admit(self) -> None:
        self.execute(f"create or replace user {USER}@'127.0.0.1' identified by %s", [(SECRET,)])
        self.execute(f"grant select on crm.* to {USER}@'127.0.0.1'")

    def go_away(self) -> None:
        self.door.close()

    def come_back(self) -> None:
        self.door.open()


@pytest.fixture(scope="session")
def owner_port() -> Iterator[int]:
    with running_mariadb() as port:
        yield port


@pytest.fixture
def peer(owner_port: int) -> Iterator[MysqlPeer]:
    with door_to(("127.0.0.1", owner_port)) as door:
        yield MysqlPeer(owner_port, door)


@pytest.fixture
def desk(store: Store, tmp_path: Path, peer: MysqlPeer) -> Desk:
    return Desk(store, tmp_path, peer)


class TestExam(Exam):
    """The exam of connectors."""


def test_a_transaction_that_commits_late_is_seen(desk: Desk, peer: MysqlPeer) -> None:
    with connect(peer.owner_port, "crm") as late, late.cursor() as cursor:
        cursor.execute("insert into client values (1, 'Поздняя', '', %s, 0)", [moment(5)])
        peer.put(row(2, changed=moment(20)))
        assert desk.done() == (1, 0, 0)
        late.commit()
    assert desk.done() == (1, 0, 0)


def test_a_growing_number_is_a_cursor(desk: Desk, peer: MysqlPeer) -> None:
    peer.reading = "table: crm.client, cursor: id, overlap: 5"
    desk.connect()
    peer.put(*map(row, range(100, 110)))
    assert desk.done() == (10, 0, 0)
    peer.put(row(106, fio="Эта в перекрытии"), row(20))
    assert desk.run().counts.rows_in == 6  # from 104
    assert "20" not in desk.records()


def test_tombstones_and_keys_tell_of_deleted_rows(desk: Desk, peer: MysqlPeer) -> None:
    peer.reading += ", tombstones: {table: grave, cursor: buried}, reconcile: 0 s"
    desk.connect()
    peer.put(*map(row, range(5)))
    desk.done()
    peer.execute("delete from client where id in (2, 3)")
    peer.execute("insert into grave values (2, '2026-10-05')")
    assert desk.done() == (0, 0, 2)
    assert set(desk.records()) == {"0", "1", "4"}


def test_values_of_every_type_arrive_as_texts(desk: Desk, peer: MysqlPeer) -> None:
    peer.execute("drop table if exists kinds")
    peer.execute(
        "create table kinds (id bigint unsigned primary key, n decimal(20, 4), t timestamp(3), b varbinary(8),"
        " j json, d date, f double, e enum('да', 'нет'), changed date, gone bit(1))"
    )
    peer.execute(
        "insert into kinds values (18446744073709551615, 1.10, '2026-01-02 03:04:05.678', x'd0af', '{\"a\": 1}',"
        " '2026-02-03', 0.1, 'да', '2026-01-01', 0)"
    )
    peer.reading = 'query: "select kinds.*, e fio, j tel from kinds", cursor: changed, overlap: 1 day'
    desk.connect()
    assert desk.done() == (1, 0, 0)
    assert desk.done() == (0, 0, 0)
    with desk.store.transaction() as connection:
        (payload,) = connection.execute("select payload::json from source_record").fetchone()  # type: ignore[misc]
    assert payload["id"] == "18446744073709551615"
    assert (payload["n"], payload["b"], payload["e"], payload["d"]) == ("1.1000", "d0af", "да", "2026-02-03")
    assert (payload["t"], payload["gone"]) == ("2026-01-02 03:04:05.678", "0")


WRONG = [
    ("table: nothing, cursor: changed", "такой таблицы нет"),
    ("table: client, cursor: chnged", "нет столбца курсора «chnged»"),
    ("query: select from where, cursor: changed", "запрос написан с ошибкой"),
]


@pytest.mark.parametrize(("reading", "sentence"), WRONG)
def test_what_is_wrong_is_told(desk: Desk, peer: MysqlPeer, reading: str, sentence: str) -> None:
    peer.reading = reading
    desk.connect()
    with pytest.raises(SourceUnusable) as caught:
        connecting.check(desk.store, "crm")
    assert sentence in str(caught.value)
