"""A load that is killed leaves no half state: nothing of it is seen, and the same file loads the next time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_sources import load_rows, person, register, write_csv

from litso.store import loads, records
from litso.store.database import Store

ROWS = 1500


def is_past(store: Store, stage: str) -> bool:
    """Whether the running load has come as far as a stage."""
    with store.transaction() as connection:
        if stage == "started":
            return any(load.status == "running" for load in loads.recent(connection))
        query = "select 1 from pg_locks where relation = 'litso.source_record'::regclass"
        query += " and database = (select oid from pg_database where datname = current_database())"
        return connection.execute(f"{query} and mode = 'RowExclusiveLock'").fetchone() is not None


def latest(store: Store) -> str:
    with store.transaction() as connection:
        return loads.recent(connection)[0].status


@pytest.mark.parametrize("stage", ["started", "writing"])
def test_a_killed_load_leaves_no_half_state(store: Store, database_url: str, tmp_path: Path, stage: str) -> None:
    register(store, "billing")
    load_rows(store, tmp_path, "billing", [person(number) for number in range(5)])
    rows = [person(number) for number in range(ROWS)]
    path = write_csv(tmp_path / "many.csv", rows)
    environment = {**os.environ, "LITSO_DATABASE_URL": database_url, "LITSO_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "litso", "load", "billing", str(path)]
    with subprocess.Popen(command, env=environment, start_new_session=True) as program:
        while not is_past(store, stage) and program.poll() is None:
            continue
        assert program.poll() is None, "the load ended before it could be killed"
        os.killpg(program.pid, signal.SIGKILL)
    while latest(store) == "running":  # until the server has noticed
        with store.transaction() as connection:
            loads.fail_interrupted(connection)
    # It may have got through in the very moment of the kill: then it is there whole.
    found = {"failed": 5, "done": ROWS}[latest(store)]
    with store.transaction() as connection:
        assert records.count_live(connection, "billing") == found
    outcome = load_rows(store, tmp_path, "billing", rows[::-1])
    assert (outcome.status, outcome.counts.inserted, outcome.counts.unchanged) == ("done", ROWS - found, found)
