"""The load ledger: what may follow what, what gates see, and loads whose program was killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from store_rows import register

from litso.errors import Conflict, NotFound
from litso.store import loads, locks, quarantine, sources
from litso.store.database import Connection, Store
from litso.store.loads import Counts
from litso.store.quarantine import RejectedRow

GATE = {"gate": "rows", "message": "строк втрое меньше", "measured": 10, "limit": 30}

KILLED = """
import sys
from litso.store import loads
from litso.store.database import Store
store = Store(sys.argv[1])
with store.session() as connection:
    with connection.transaction():
        load_id = loads.start(connection, source="billing", mode="full")
    with connection.transaction():
        connection.execute("insert into party (party_id, kind) values (gen_random_uuid(), 'person')")
        print(load_id, flush=True)
        sys.stdin.read()
"""


def start(connection: Connection, sha: bytes = b"1", mode: str = "full") -> int:
    register(connection)
    return loads.start(connection, source="billing", mode=mode, file_name="b.csv", file_sha256=sha, started_by="me")


def test_a_load_is_started_counted_and_finished(connection: Connection) -> None:
    load_id = start(connection)
    running = loads.get(connection, load_id)
    assert (running.status, running.mode, running.file_name, running.started_by) == ("running", "full", "b.csv", "me")
    loads.write_counts(connection, load_id, Counts(10, 5, 1, 2, 7, 2, 0))
    loads.write_quality(connection, load_id, {"phone": {"filled": 9, "qc": {"0": 9}}}, ("tel", "fio"))
    loads.finish(connection, load_id)
    done = loads.get(connection, load_id)
    assert done.status == "done"
    assert done.finished_at is not None
    assert (done.rows_in, done.rows_inserted, done.rows_changed, done.rows_unchanged) == (10, 5, 1, 2)
    assert (done.rows_deleted, done.rows_quarantined, done.rows_erased) == (7, 2, 0)
    assert done.quality == {"phone": {"filled": 9, "qc": {"0": 9}}}
    assert done.columns == ["tel", "fio"]


Move = Callable[[Connection, int], None]
MOVES: dict[str, Move] = {
    "hold": lambda connection, load_id: loads.hold(connection, load_id, [GATE]),
    "resume": loads.resume,
    "finish": loads.finish,
    "fail": lambda connection, load_id: loads.fail(connection, load_id, "disk"),
    "reject": lambda connection, load_id: loads.reject(connection, load_id, "anna"),
}
ALLOWED = {
    ("running", "hold"): "held",
    ("running", "finish"): "done",
    ("running", "fail"): "failed",
    ("held", "resume"): "running",
    ("held", "reject"): "rejected",
}
WAYS: dict[str, list[str]] = {
    "running": [],
    "held": ["hold"],
    "done": ["finish"],
    "failed": ["fail"],
    "rejected": ["hold", "reject"],
}


@pytest.mark.parametrize("status", WAYS)
@pytest.mark.parametrize("move", MOVES)
def test_only_some_moves_are_allowed(connection: Connection, status: str, move: str) -> None:
    load_id = start(connection)
    for step in WAYS[status]:
        MOVES[step](connection, load_id)
    assert loads.get(connection, load_id).status == status
    if (status, move) in ALLOWED:
        MOVES[move](connection, load_id)
    else:
        with pytest.raises(Conflict, match=f"load {load_id} is {status}"):
            MOVES[move](connection, load_id)
    assert loads.get(connection, load_id).status == ALLOWED.get((status, move), status)


def test_a_held_load_says_why(connection: Connection) -> None:
    load_id = start(connection)
    loads.hold(connection, load_id, [GATE])
    assert loads.get(connection, load_id).gates == [GATE]


def test_an_unknown_load_is_not_found(connection: Connection) -> None:
    with pytest.raises(NotFound):
        loads.get(connection, 12345)


def test_gates_see_published_loads_of_the_same_mode_only(connection: Connection) -> None:
    done = [start(connection, bytes([place])) for place in range(3)]
    for load_id in done:
        loads.finish(connection, load_id)
    failed, delta = start(connection), start(connection, mode="delta")
    loads.fail(connection, failed, "x")
    loads.finish(connection, delta)
    assert [load.load_id for load in loads.history(connection, "billing", "full")] == done[::-1]
    assert [load.load_id for load in loads.history(connection, "billing", "full", limit=1)] == done[2:]
    assert [load.load_id for load in loads.recent(connection)] == [delta, failed, *done[::-1]]
    assert [load.load_id for load in loads.recent(connection, source="billing", before=failed, limit=2)] == [
        done[2],
        done[1],
    ]
    assert loads.recent(connection, source="other") == []


def test_only_the_file_of_the_last_load_is_a_repetition(connection: Connection) -> None:
    for sha in (b"a", b"b"):
        loads.finish(connection, start(connection, sha))
    assert loads.find_repeated(connection, "billing", "full", b"a") is None
    assert loads.find_repeated(connection, "billing", "delta", b"b") is None
    repeated = loads.find_repeated(connection, "billing", "full", b"b")
    assert repeated is not None
    assert repeated.file_sha256 == b"b"
    loads.fail(connection, start(connection, b"c"), "x")
    assert loads.find_repeated(connection, "billing", "full", b"b") == repeated


def test_a_load_whose_program_was_killed_is_failed_by_the_next_one(store: Store, database_url: str) -> None:
    with store.transaction() as connection:
        register(connection)
    program = subprocess.Popen(
        [sys.executable, "-c", KILLED, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    load_id = int(program.stdout.readline())
    with store.transaction() as connection:
        assert loads.fail_interrupted(connection) == []
        assert loads.get(connection, load_id).status == "running"
    program.kill()
    program.wait()
    with store.session() as connection:
        with locks.hold(connection, locks.LOAD, load_id):  # once the server has noticed
            pass
        assert loads.fail_interrupted(connection) == [load_id]
        assert loads.fail_interrupted(connection) == []
        assert loads.get(connection, load_id).status == "failed"
        assert connection.execute("select count(*) from party").fetchone() == (0,)


# Sources ---------------------------------------------------------------------------------------------------------


def test_a_source_is_registered_once_and_changed(connection: Connection) -> None:
    same = {"name": "crm", "title": "CRM", "party": "auto", "priority": 3, "mapping": "source: crm"}
    assert sources.register(connection, **same)
    assert not sources.register(connection, **same)
    assert sources.register(connection, **{**same, "priority": 4})
    assert sources.get(connection, "crm").priority == 4
    assert [source.name for source in sources.list_all(connection)] == ["crm"]
    with pytest.raises(NotFound, match="'erp' is not registered"):
        sources.get(connection, "erp")


# Quarantine ------------------------------------------------------------------------------------------------------

BAD = RejectedRow("7", 12, "bdate", "bad_date", "Дата рождения в будущем", "12.04.1961", '{"bdate": "12.04.2061"}')


def test_rejected_rows_wait_for_a_human(connection: Connection) -> None:
    load_id = start(connection)
    rows = [
        BAD,
        BAD._replace(source_id=None, line=13, column=None, suggestion=None, code="too_long"),
        BAD._replace(line=14),
    ]
    assert quarantine.add(connection, load_id, "billing", rows) == 3
    assert quarantine.add(connection, load_id, "billing", []) == 0
    kept = quarantine.list_rows(connection, source="billing")
    assert [row.line for row in kept] == [12, 13, 14]
    assert RejectedRow(*kept[0][3:6], *kept[0][6:10]) == BAD
    assert quarantine.counts(connection) == [("billing", "bad_date", 2), ("billing", "too_long", 1)]
    after = quarantine.list_rows(connection, code="bad_date", load_id=load_id, after=kept[0].quarantine_id, limit=1)
    assert [row.line for row in after] == [14]


def test_a_row_is_fixed_and_replayed_once(connection: Connection) -> None:
    load_id = start(connection)
    quarantine.add(connection, load_id, "billing", [BAD])
    [row] = quarantine.list_rows(connection)
    quarantine.fix(connection, row.quarantine_id, '{"bdate": "12.04.1961"}', "anna")
    fixed = quarantine.get(connection, row.quarantine_id)
    assert (fixed.status, fixed.payload, fixed.fixed_payload) == ("open", BAD.payload, '{"bdate": "12.04.1961"}')
    assert quarantine.mark_replayed(connection, [row.quarantine_id], load_id) == 1
    assert quarantine.mark_replayed(connection, [row.quarantine_id], load_id) == 0
    replayed = quarantine.get(connection, row.quarantine_id)
    assert (replayed.status, replayed.replayed_load, replayed.decided_by) == ("replayed", load_id, "anna")
    with pytest.raises(Conflict):
        quarantine.fix(connection, row.quarantine_id, "{}", "anna")


def test_a_row_is_dismissed(connection: Connection) -> None:
    load_id = start(connection)
    quarantine.add(connection, load_id, "billing", [BAD])
    [row] = quarantine.list_rows(connection)
    quarantine.dismiss(connection, row.quarantine_id, "anna")
    assert quarantine.list_rows(connection) == []
    assert len(quarantine.list_rows(connection, status="dismissed")) == 1
    with pytest.raises(Conflict, match="dismissed"):
        quarantine.dismiss(connection, row.quarantine_id, "anna")
    with pytest.raises(NotFound):
        quarantine.dismiss(connection, 10**9, "anna")
