"""Background jobs: each once at a time, again when a worker dies, later when the store is busy."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest

from litso.errors import BrokenInvariant, Transient
from litso.settings import load_settings
from litso.store import jobs
from litso.store.database import Store
from litso.store.jobs import Job
from litso.usecases.backoff import backoff
from litso.usecases.jobs import KINDS, PERIODIC, Work, run_next
from litso.usecases.working import is_at_work, work, work_off

PATIENCE_SECONDS = 240
WORKERS = 4

WORKER = """
import sys, time
from threading import Event
from litso.settings import load_settings
from litso.store.database import Store
from litso.usecases.working import work

def write(store, job):
    time.sleep(0.02)
    with store.transaction() as connection:
        connection.execute("insert into search_word values (%s) on conflict do nothing", [f"job{job.job_key}"])
    time.sleep(0.02)

store = Store(sys.argv[1], most=4)
store.open()
work(store, load_settings(), Event(), kinds={"write": write})
"""


def ask(store: Store, kind: str, keys: int) -> None:
    with store.transaction() as connection:
        for number in range(keys):
            jobs.ask(connection, kind, {"number": number}, key=str(number), asked_by="test")


def statuses(store: Store, kind: str) -> Counter[str]:
    with store.transaction() as connection:
        return Counter(job.status for job in jobs.recent(connection, limit=2000) if job.kind == kind)


def wait_for(store: Store, kind: str, done: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while statuses(store, kind)["done"] < done:
        assert time.monotonic() < deadline, "the workers do not get on"
        time.sleep(0.01)


def only(store: Store, kind: str) -> Job:
    with store.transaction() as connection:
        (found,) = [job for job in jobs.recent(connection, limit=1000) if job.kind == kind]
    return found


def test_workers_share_jobs_and_run_each_once(store: Store) -> None:
    done: list[int] = []
    kinds: dict[str, Work] = {"count": lambda _, job: done.append(job.arguments["number"])}
    ask(store, "count", 60)

    def run() -> None:
        with store.session() as connection:
            while run_next(connection, store, kinds):
                continue

    with ThreadPoolExecutor(WORKERS) as pool:
        for future in [pool.submit(run) for _ in range(WORKERS)]:
            future.result()
    assert sorted(done) == list(range(60))
    assert statuses(store, "count") == {"done": 60}


def test_the_same_work_is_not_asked_twice_until_it_is_done(store: Store) -> None:
    with store.transaction() as connection:
        first = jobs.ask(connection, "count", key="a", asked_by="test")
        assert jobs.ask(connection, "count", key="a", asked_by="test") == first
        assert jobs.ask(connection, "count", key="b", asked_by="test") != first
    assert work_off(store, kinds={"count": lambda *_: None}) == 2
    with store.transaction() as connection:
        assert jobs.ask(connection, "count", key="a", asked_by="test") not in (first, None)


def test_a_job_that_is_not_committed_is_not_run(store: Store) -> None:
    with store.transaction() as connection:
        jobs.ask(connection, "count", asked_by="test")
        assert work_off(store, kinds={"count": lambda *_: None}) == 0


def test_what_goes_wrong_is_told_and_what_may_pass_is_tried_again(store: Store) -> None:
    def refuse(*_: object) -> None:
        raise BrokenInvariant("it cannot be")

    def falter(*_: object) -> None:
        raise Transient("busy")

    ask(store, "refuse", 1)
    ask(store, "falter", 1)
    assert work_off(store, kinds={"refuse": refuse, "falter": falter}) == 2
    assert only(store, "refuse")[4:8:3] == ("failed", "it cannot be")
    later = only(store, "falter")
    assert (later.status, later.attempts, later.error) == ("waiting", 1, "busy")
    assert later.due_at > later.asked_at
    for attempt in range(2, jobs.MOST_ATTEMPTS + 1):
        with store.transaction() as connection:
            connection.execute("update job set due_at = now() where kind = 'falter'")
        assert work_off(store, kinds={"falter": falter}) == 1
        assert only(store, "falter").attempts == attempt
    assert only(store, "falter").status == "failed"


def test_a_job_whose_worker_died_is_run_by_another_and_not_for_ever(store: Store) -> None:
    ask(store, "heavy", 1)
    for attempt in range(1, jobs.MOST_ATTEMPTS + 1):
        with store.session() as connection:
            taken = jobs.claim(connection, ["heavy"])
            assert taken is not None
            assert taken.attempts == attempt
            with store.session() as other:
                assert jobs.recover(other) == []  # as long as its connection lives, it is not taken away
        with store.session() as connection:
            while not jobs.recover(connection):  # until the server has noticed
                continue
    assert only(store, "heavy")[4:8:3] == ("failed", f"the worker was stopped {jobs.MOST_ATTEMPTS} times")


def test_periodic_work_is_due_at_once_and_then_after_its_time(store: Store) -> None:
    assert work_off(store) == len(PERIODIC)
    assert {kind: only(store, kind).status for kind in PERIODIC} == dict.fromkeys(PERIODIC, "done")
    assert work_off(store) == 0
    with store.transaction() as connection:
        due = {job.kind: job.due_at for job in jobs.recent(connection) if job.status == "waiting"}
        ended = {job.kind: job.finished_at for job in jobs.recent(connection) if job.status == "done"}
    assert {kind: due[kind] - ended[kind] for kind in due} == dict(PERIODIC)  # type: ignore[operator]
    assert set(PERIODIC) <= set(KINDS)


def test_jobs_that_ended_long_ago_are_forgotten(store: Store) -> None:
    ask(store, "count", 2)
    work_off(store, kinds={"count": lambda *_: None})
    with store.transaction() as connection:
        assert jobs.sweep(connection) == 0
        connection.execute("update job set finished_at = finished_at - %s where job_key = '1'", [jobs.KEPT])
        assert jobs.sweep(connection) == 1


@pytest.mark.parametrize(
    ("attempts", "chance", "seconds"),
    [(1, 0.0, 5), (1, 1.0, 2.5), (2, 0.0, 10), (4, 0.0, 40), (30, 0.0, 600), (1000, 1.0, 300)],
)
def test_backoff_doubles_up_to_a_limit(attempts: int, chance: float, seconds: float) -> None:
    waited = backoff(attempts, timedelta(seconds=5), longest=timedelta(minutes=10), chance=lambda: chance)
    assert waited == timedelta(seconds=seconds)


def test_a_worker_is_woken_by_a_commit_and_stops_when_told(store: Store) -> None:
    done, ready, stop = Event(), Event(), Event()
    kinds: dict[str, Work] = {"wake": lambda *_: done.set()}
    thread = Thread(target=work, args=(store, load_settings({}), stop), kwargs={"kinds": kinds, "on_ready": ready.set})
    thread.start()
    try:
        assert ready.wait(PATIENCE_SECONDS)
        with store.transaction() as connection:
            assert is_at_work(connection)
        ask(store, "wake", 1)
        assert done.wait(PATIENCE_SECONDS)
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    with store.transaction() as connection:
        while is_at_work(connection):  # until the server has noticed
            continue


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.soak)])
def test_killed_workers_lose_no_job(store: Store, database_url: str, kills: int) -> None:
    ask(store, "write", 24 * kills)
    command = [sys.executable, "-c", WORKER, database_url]
    chance = random.Random(5)
    working = [subprocess.Popen(command) for _ in range(3)]
    for _ in range(kills):
        wait_for(store, "write", min(statuses(store, "write")["done"] + 3, 24 * kills))
        time.sleep(chance.random() / 8)
        if kills > 2:
            working.append(subprocess.Popen(command))
        killed = working.pop(0)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    wait_for(store, "write", 24 * kills)
    for program in working:
        program.kill()
        program.wait()
    assert statuses(store, "write") == {"done": 24 * kills}
    with store.transaction() as connection:
        assert connection.execute("select count(*) from search_word").fetchone() == (24 * kills,)


def test_litso_worker_begins_and_ends_by_itself(store: Store, database_url: str, tmp_path: object) -> None:
    environment = {**os.environ, "LITSO_DATABASE_URL": database_url, "LITSO_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "litso", "worker"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "Litso: the worker is ready\n"
        program.terminate()
        assert program.wait(PATIENCE_SECONDS) == 0
    done = subprocess.run([*command, "--once"], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("jobs run: ")


def test_a_job_that_does_not_end_in_time_is_given_back(store: Store, database_url: str, tmp_path: object) -> None:
    given = {"LITSO_DATABASE_URL": database_url, "LITSO_HOME": str(tmp_path), "LITSO_STOP_SECONDS": "1"}
    command = [sys.executable, "-m", "litso", "worker"]

    def running() -> int:
        with store.transaction() as connection:
            return len(connection.execute("select from job where status = 'running'").fetchall())

    with store.transaction() as connection:
        jobs.ask(connection, "check-invariants", due_at=datetime(2020, 1, 1, tzinfo=UTC), asked_by="test")
    with store.session() as other, other.transaction():
        other.execute("lock table judgement, party, source_record, node in access exclusive mode")
        with subprocess.Popen(command, env={**os.environ, **given}, stdout=subprocess.DEVNULL) as program:
            while not running():
                assert program.poll() is None
            time.sleep(0.1)
            program.terminate()
            assert program.wait(PATIENCE_SECONDS) == 75
    while running():  # until the server has noticed
        with store.session() as connection:
            jobs.recover(connection)
    work_off(store)
    with store.transaction() as connection:
        assert {one.status for one in jobs.recent(connection) if one.error is None} == {"done"}
        assert {one.status for one in jobs.recent(connection)} <= {"done", "waiting"}
