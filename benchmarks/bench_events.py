"""Intake of messages of a website, on a store of its own.

    python benchmarks/bench_events.py [--events 20000] [--users 2000] [--batch 1000]

Prints messages per second of wall and of processor time (this process and its PostgreSQL server together), and the
peak of memory: `identify` (a record resolved each), `track` of known users, the same `track` sent again. The peer in
the same run is a bare log: the same messages inserted as JSON with psycopg, without reading them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil

from litso.store.database import Store, ensure_database
from litso.store.embedded import running_server
from litso.store.migrate import migrate
from litso.usecases.access import Actor
from litso.usecases.intake import take

SITE = Actor("site", "collector", is_service=True)
Messages = Sequence[dict[str, Any]]


def identify(number: int) -> dict[str, Any]:
    traits = {"firstName": "Пётр", "lastName": f"Фамилин{number % 700}", "email": f"u{number}@mail.ru"}
    return {"type": "identify", "userId": str(number), "messageId": f"i{number}", "traits": traits}


def track(number: int, users: int) -> dict[str, Any]:
    told = {"value": number, "meter": "СВ-0017"}
    return {"type": "track", "userId": str(number % users), "messageId": f"t{number}", "event": "Показания",
            "properties": told}  # fmt: skip


def backends(folder: str) -> float:
    """Processor seconds of the PostgreSQL server in a folder."""
    found = [one for one in psutil.process_iter(["cmdline"]) if folder in " ".join(one.info["cmdline"] or ())]
    every = {child.pid: child for one in found for child in (one, *one.children(recursive=True))}
    return sum(sum(one.cpu_times()[:2]) for one in every.values() if "postgres" in one.name())


def timed(title: str, messages: Messages, size: int, step: Callable[[Messages], None], folder: str) -> None:
    begun, used = time.perf_counter(), time.process_time() + backends(folder)
    for start in range(0, len(messages), size):
        step(messages[start : start + size])
    seconds, spent = time.perf_counter() - begun, time.process_time() + backends(folder) - used
    print(
        f"{title:<28} {len(messages):>8,} messages {len(messages) / seconds:>9,.0f}/s of wall"
        f" {len(messages) / spent:>9,.0f}/s of processor time"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--users", type=int, default=2_000)
    parser.add_argument("--batch", type=int, default=1_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        url = ensure_database(server, "bench")
        migrate(url)
        store = Store(url, most=4)
        store.open()

        def taken(messages: Messages) -> None:
            take(store, SITE, messages)

        def logged(messages: Messages) -> None:
            with store.transaction() as connection, connection.cursor() as cursor:
                cursor.executemany("insert into bare (message) values (%s)", [(json.dumps(one),) for one in messages])

        events = [track(number, given.users) for number in range(given.events)]
        timed("identify", [identify(number) for number in range(given.users)], given.batch, taken, folder)
        timed("track of known users", events, given.batch, taken, folder)
        timed("track sent again", events, given.batch, taken, folder)
        with store.transaction() as connection:
            connection.execute("create table bare (message jsonb)")
        timed("peer: a bare log", events, given.batch, logged, folder)
        store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"peak of memory {peak} MiB, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
