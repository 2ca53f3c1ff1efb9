"""Cases: deriving all of a store anew beside following what changed, and how long the next case takes.

    python benchmarks/bench_cases.py [--persons N] [--touched N]

Builds a demo town in a store of its own in a temporary folder. Prints parties and cases per second of processor time
(Python) and of the clock, the peak of memory, the cost of following some touched parties as a share of deriving
everything anew (the peer), and the milliseconds of «next case» in SQL.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from litso.bootstrap import open_store
from litso.settings import Settings, load_settings
from litso.store import cases
from litso.store.cases import Filter
from litso.store.database import Store
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.case_desk import claim_next, release
from litso.usecases.case_refresh import refresh, revalue
from litso.usecases.demo import build_town, load_folder

_LOOKS = 50


class Timed(NamedTuple):
    """Seconds of the processor (of this program) and of the clock."""

    processor: float
    clock: float
    answer: Any


def timed(work: Callable[[], Any]) -> Timed:
    """What some work takes."""
    processor, clock = time.process_time(), time.monotonic()
    answer = work()
    return Timed(time.process_time() - processor, time.monotonic() - clock, answer)


def fill(store: Store, settings: Settings, folder: Path, persons: int) -> None:
    """A demo town in the store."""
    build_town(folder, persons=persons, seed=1, progress=_silent)
    load_folder(store, settings, folder, _silent)


def _silent(stage: str, done: int, of: int) -> None:
    del stage, done, of


def counts(store: Store) -> tuple[int, int, int]:
    """(records, parties, live cases)."""
    query = """
        select (select count(*) from source_record), (select count(*) from golden),
               (select count(*) from steward_case where state in ('open', 'second', 'escalated'))
    """
    with store.transaction() as connection:
        row = connection.execute(query).fetchone()
    assert row
    return row


def touch(store: Store, number: int) -> int:
    """Note some parties, spread over all, as changed."""
    with store.transaction() as connection:
        rows = connection.execute("select party_id::text from golden order by md5(party_id::text) limit %s", [number])
        chosen = [row[0] for row in rows]
        cases.expect(connection, chosen)
    return len(chosen)


def look(store: Store) -> float:
    """Milliseconds of one «next case», which is given back."""
    actor = Actor("bench", ADMINISTRATOR)
    begun = time.perf_counter()
    found = claim_next(store, actor, Filter())
    spent = (time.perf_counter() - begun) * 1000
    assert found is not None
    release(store, actor, found.case_id)
    return spent


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=5_000)
    parser.add_argument("--touched", type=int, default=100)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        settings = load_settings({"LITSO_HOME": f"{folder}/home"})
        with open_store(settings) as store:
            fill(store, settings, Path(folder) / "town", given.persons)
            with store.transaction() as connection:
                connection.execute("truncate steward_case cascade")
            first = timed(lambda: refresh(store, everything=True))
            again = timed(lambda: refresh(store, everything=True))
            assert (again.answer.put, again.answer.retired) == (0, 0), "deriving twice changes nothing"
            records, parties, live = counts(store)
            touched = touch(store, given.touched)
            followed = timed(lambda: refresh(store))
            assert followed.answer.parties == touched
            valued = timed(lambda: revalue(store))
            looks = sorted(look(store) for _ in range(_LOOKS))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{records:,} records, {parties:,} parties, {live:,} cases; peak memory {peak:,.0f} MiB")
    for name, one in (("derive all, first time", first), ("derive all anew (the peer)", again)):
        print(
            f"{name:<28} {one.processor:7.2f} s processor {one.clock:7.2f} s clock"
            f" {parties / one.clock:10,.0f} parties/s {live / one.clock:8,.0f} cases/s"
        )
    share = followed.clock / again.clock
    print(
        f"{f'follow {touched} parties':<28} {followed.processor:7.3f} s processor {followed.clock:7.3f} s clock"
        f" = {share:.1%} of deriving anew"
    )
    print(f"{'value the live cases anew':<28} {valued.processor:7.3f} s processor {valued.clock:7.3f} s clock")
    print(f"next case: median {statistics.median(looks):.2f} ms, 95 % {looks[int(len(looks) * 0.95)]:.2f} ms")


if __name__ == "__main__":
    main()
