"""The exam of connectors: each passes it against a real peer on this machine.

A test of a connector is a class made of `Exam` with a fixture `peer`. What a kind cannot have by its nature (`late`,
`credentials`, …) its peer says with False, and the exam proves the opposite or leaves the question out.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pytest

from litso.settings import Settings, load_settings
from litso.sources.connectors.config import parse_connection
from litso.sources.connectors.port import Position, Rows
from litso.sources.mapping import parse_mapping
from litso.store import connections, loads
from litso.store.database import Store
from litso.usecases import collecting, connecting
from litso.usecases.loading import approve_load, register_source

SOURCE = "crm"
SECRET = "Пароль-который-нельзя-показать-1"
COLUMNS = ("id", "fio", "tel", "changed", "gone")
MOST_IN_MEMORY = 20_000

Row = dict[str, str]


def row(number: int, **values: str) -> Row:
    """A row of the source; `changed` follows the number."""
    names = ("Иванов Пётр Сергеевич", "Кузнецова Мария Павловна", "Сидоренко Олег Юрьевич")
    found = {
        "id": str(number),
        "fio": names[number % len(names)],
        "tel": f"+7927{number:07}",
        "changed": moment(number),
        "gone": "0",
    }
    return found | values


def moment(number: int) -> str:
    """Moments a second apart."""
    return f"2026-10-01 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"


class Peer:
    """A system that a connector reads. Its rows have COLUMNS; `deletes_by`: how it tells of deleted rows."""

    late: ClassVar[bool] = True
    """Rows may appear late with a moment of earlier."""
    credentials: ClassVar[bool] = True
    """It lets in only those who have SECRET."""
    deletes: ClassVar[bool] = True
    """It tells of rows that are gone."""
    resumes: ClassVar[bool] = True
    """A run that was cut off does not begin anew."""

    def put(self, *rows: Row) -> None:
        """Insert rows, or change those of the same id."""
        raise NotImplementedError

    def delete(self, *ids: str) -> None:
        """Delete rows as the system does."""
        raise NotImplementedError

    def add_column(self) -> None:
        """Give the rows a column more, called `more`."""
        raise NotImplementedError

    def go_away(self) -> None:
        """Be unreachable."""
        raise NotImplementedError

    def come_back(self) -> None:
        """Be reachable again."""
        raise NotImplementedError

    def settings(self, secret: str) -> str:
        """The connector's part of the connection file, as YAML in one line; `secret`: a file with the credential."""
        raise NotImplementedError


MAPPING = """
source: crm
party: none
key: id
updated_at: changed
deleted: gone
facts: [{kind: request, title: fio, data: {phone: tel}}]
gates: {deleted: 1, rows: 1, nulls: 1}
"""


class Desk:
    """The store and one connected source."""

    def __init__(self, store: Store, folder: Path, peer: Peer) -> None:
        self.store, self.home, self.peer = store, folder / "home", peer
        self.home.mkdir()
        self.settings: Settings = load_settings({"LITSO_HOME": str(self.home), "LITSO_MEMORY_LIMIT": "1GiB"})
        self.secret = self.home / "secret"
        self.secret.write_text(SECRET + "\n")
        register_source(store, MAPPING, "crm.yaml")
        self.connect()

    def connect(self, extra: str = "", secret: Path | None = None) -> None:
        connecting.connect(self.store, self.text(extra, secret), "crm-connection.yaml")

    def text(self, extra: str = "", secret: Path | None = None) -> str:
        return f"source: crm\n{extra}\n{self.peer.settings(str(secret or self.secret))}\n"

    def run(self) -> collecting.Collected:
        return collecting.collect(self.store, self.settings, SOURCE, started_by="exam")

    def done(self) -> tuple[int, int, int]:
        """Run and answer what was new, changed, deleted."""
        found = self.run()
        assert found.status == "done", found.told
        return found.counts.inserted, found.counts.changed, found.counts.deleted

    def records(self) -> dict[str, Any]:
        """Live records: id → name as it came."""
        query = "select source_id, payload::json ->> 'fio' from source_record where source = %s and deleted_at is null"
        with self.store.transaction() as connection:
            return dict(connection.execute(query, [SOURCE]).fetchall())

    def connection(self) -> connections.SourceConnection:
        with self.store.transaction() as connection:
            return connections.get(connection, SOURCE)


class Exam:
    """What every connector has to pass."""

    rows: ClassVar[int] = 300

    @pytest.fixture
    def desk(self, store: Store, tmp_path: Path, peer: Peer) -> Desk:
        return Desk(store, tmp_path, peer)

    def test_first_run_loads_all_and_the_second_nothing(self, desk: Desk) -> None:
        desk.peer.put(*map(row, range(10)))
        assert desk.done() == (10, 0, 0)
        assert len(desk.records()) == 10
        before = desk.run()
        assert (before.status, before.loads) == ("done", ())
        assert before.counts.inserted == before.counts.changed == before.counts.deleted == 0

    def test_changed_and_deleted_rows_arrive(self, desk: Desk) -> None:
        desk.peer.put(*map(row, range(10)))
        desk.done()
        desk.peer.put(row(3, fio="Новая Анна Ильинична", changed=moment(20)), row(11))
        assert desk.done() == (1, 1, 0)
        assert desk.records()["3"] == "Новая Анна Ильинична"
        if desk.peer.deletes:
            desk.peer.delete("4", "5")
            assert desk.done() == (0, 0, 2)
            assert set(desk.records()) == {"0", "1", "2", "3", "6", "7", "8", "9", "11"}
            assert desk.done() == (0, 0, 0)

    def test_a_killed_run_is_resumed_without_loss(self, desk: Desk, database_url: str) -> None:
        desk.connect("at_once: 20")
        desk.peer.put(*map(row, range(self.rows)))
        environment = {**os.environ, "LITSO_DATABASE_URL": database_url, "LITSO_HOME": str(desk.home)}
        command = [sys.executable, "-m", "litso", "source", "run", SOURCE]
        with subprocess.Popen(command, env=environment, start_new_session=True, stderr=subprocess.DEVNULL) as program:
            while len(desk.records()) == 0 and program.poll() is None:
                time.sleep(0.02)
            os.killpg(program.pid, signal.SIGKILL)
        loaded = len(desk.records())
        with desk.store.transaction() as connection:
            loads.fail_interrupted(connection)
        found = desk.run()
        assert found.status == "done", found.told
        assert desk.records().keys() == {str(number) for number in range(self.rows)}
        assert found.counts.inserted == self.rows - loaded
        if desk.peer.resumes and loaded < self.rows:
            assert found.counts.rows_in < self.rows, "it began anew"

    def test_a_late_commit_arrives(self, desk: Desk) -> None:
        if not desk.peer.late:
            return
        desk.peer.put(*map(row, range(100, 110)))
        desk.done()
        desk.peer.put(row(11, changed=moment(108)), row(12, changed=moment(101)))
        assert desk.done() == (2, 0, 0)

    def test_wrong_credentials_stop_the_source_and_are_not_told(
        self, desk: Desk, caplog: pytest.LogCaptureFixture
    ) -> None:
        if not desk.peer.credentials:
            return
        desk.peer.put(row(1))
        wrong = desk.home / "wrong"
        wrong.write_text("Неверный-" + SECRET)
        desk.connect(secret=wrong)
        with caplog.at_level(logging.DEBUG):
            found = desk.run()
        assert found.status == "stopped"
        assert desk.connection().status == connections.STOPPED
        assert [alarm["code"] for alarm in desk.connection().alarms] == ["unreadable"]
        with desk.store.transaction() as connection:
            runs = connections.runs(connection, SOURCE)
        assert SECRET not in repr((found, desk.connection(), runs, caplog.text))
        desk.connect()
        assert desk.done() == (1, 0, 0)

    def test_a_server_that_is_gone_is_tried_again(self, desk: Desk) -> None:
        desk.connect("every: 1 hour")
        desk.peer.put(row(1))
        desk.peer.go_away()
        found = desk.run()
        assert found.status == "failed", found.told
        assert found.told
        state = desk.connection()
        assert (state.status, state.failures) == ("active", 1)
        assert state.next_at is not None
        desk.peer.come_back()
        assert desk.done() == (1, 0, 0)
        assert desk.connection().failures == 0

    def test_drift_holds_the_load_with_an_alarm(self, desk: Desk) -> None:
        desk.peer.put(*map(row, range(25)))
        desk.done()
        desk.peer.add_column()
        desk.peer.put(*(row(number, changed=moment(60 + number), more="да") for number in range(25)))
        held = desk.run()
        assert held.status == "held", held.told
        assert desk.connection().alarms[0]["message"] == "Новые столбцы: more."
        with pytest.raises(Exception, match="is held"):
            desk.run()
        assert approve_load(desk.store, desk.settings, held.loads[-1]).counts.changed == 25
        assert desk.connection().alarms == []
        assert desk.done() == (0, 0, 0)

    def test_a_look_loads_nothing(self, desk: Desk) -> None:
        desk.peer.put(row(1))
        found = connecting.check(desk.store, SOURCE)
        assert found.about
        assert found.shape == {} or set(COLUMNS) <= set(found.shape)
        assert desk.records() == {}

    def test_rows_come_in_bounded_pieces(self, desk: Desk) -> None:
        desk.peer.put(*map(row, range(MOST_IN_MEMORY + 1)))
        described = parse_connection(desk.text(), "crm")
        landing = desk.home / "landing"
        landing.mkdir()
        with closing(described.settings.open(parse_mapping(MAPPING, "crm"))) as connector:
            pieces = list(connector.fetch(Position({}, lambda marks: set()), landing))
        for piece in pieces:
            if isinstance(piece, Rows):
                assert len(piece.rows) <= MOST_IN_MEMORY
                assert not isinstance(piece.rows, pa.Table) or piece.rows.schema.types[0] == pa.string()
