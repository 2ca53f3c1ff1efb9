"""Kills at random moments: invariants hold, what was answered is there, and nothing is told twice in effect."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest
from kills import CALLER, Promises, broken, kill_about, running
from test_feed import assert_rebuilt, events, replayed
from test_online import assert_as_in_bulk

from http_peer import Peer, peer
from litso.store import crosswalk, loads
from litso.store.database import Connection, Store


@pytest.mark.parametrize(("rounds", "kills", "pause"), [(1, 4, 0.3), pytest.param(20, 10, 1.0, marks=pytest.mark.soak)])
def test_killed_programs_lose_nothing_and_tell_nothing_twice(
    tmp_path: Path, rounds: int, kills: int, pause: float
) -> None:
    promises, begun = Promises(), time.monotonic()
    with peer() as hook, running(tmp_path, hook) as town:
        for number in range(rounds):
            kill_about(town, promises, kills=kills, seed=str(number), pause=pause)
            assert_kept(town.store, promises)
            assert_whole(town.store, tmp_path)
            assert_told_once(town.store, hook)
            print(
                f"{time.monotonic() - begun:.0f} s, kills {kills * (number + 1)}: {dict(promises.counts)}", flush=True
            )


def assert_kept(store: Store, promises: Promises) -> None:
    """Every write that was answered is there, and there once."""
    with store.transaction() as connection:
        rows = connection.execute("select source, source_id, payload from source_record where deleted_at is null")
        mails = {(source, key): mail_of(source, json.loads(payload)) for source, key, payload in rows.fetchall()}
        assert {key: mails.get(key) for key in promises.records} == promises.records
        assert judged(connection) == promises.judgements
        assert judged_in_bulk(connection) == promises.operations
        titles = connection.execute("select title from fact where kind = 'event'").fetchall()
    assert sorted(title for (title,) in titles) == sorted(promises.events)


def mail_of(source: str, values: Mapping[str, str]) -> str:
    return values["email"] if source == CALLER else values["mail"]


def judged(connection: Connection) -> dict[int, bool]:
    """Judgements that were made one by one, and whether they count."""
    query = "select judgement_id, undone_at is null from judgement where operation_id is null"
    return dict(connection.execute(query).fetchall())


def judged_in_bulk(connection: Connection) -> dict[int, int]:
    """How many judgements operations have that came to their end."""
    query = """
        select operation_id, count(*) from operation join judgement j using (operation_id)
        where status = 'undone' and j.undone_at is not null group by 1
    """
    return dict(connection.execute(query).fetchall())


def assert_whole(store: Store, home: Path) -> None:
    """The invariants hold, resolving all anew changes nothing, and no load is left half."""
    with store.transaction() as connection:
        loads.fail_interrupted(connection)
        assert {one.status for one in loads.recent(connection, limit=1000)} <= {"done", "failed"}
    assert broken(store) == set()
    assert_as_in_bulk(store, home)
    assert_rebuilt(store)


def assert_told_once(store: Store, hook: Peer) -> None:
    """The webhook has every event; what came again came under its id; replayed it gives the crosswalk."""
    bodies = defaultdict(set)
    for one in hook.received:
        bodies[one.headers["webhook-id"]].add(one.body)
    assert all(len(same) == 1 for same in bodies.values())
    told = hook.accepted()
    assert sorted(int(event["id"]) for event in told) == [int(event["id"]) for event in events(store)]
    by_party = defaultdict(list)
    for event in told:
        by_party[event["subject"]].append(int(event["id"]))
    assert all(ids == sorted(ids) for ids in by_party.values())
    with store.transaction() as connection:
        present = {
            (row["source"], row["source_id"]): row["party_id"]
            for table in crosswalk.read_current(connection)
            for row in table.to_pylist()
        }
    assert replayed(sorted(told, key=lambda event: int(event["id"]))).crosswalk == present
