r"""Replay of the change feed from zero, on a store that is loaded already.

    LITSO_HOME=… python benchmarks/bench_feed.py [--page 5000] [--fields full_name,phones]

Prints events per second as a consumer's page is made (read, filtered, encoded as JSON), with the processor time of this
process and of its PostgreSQL backend per event, and the peak of memory. The peer in the same run is a bare relay of an
outbox: the rows of the same table, read by their key with psycopg and encoded with json, without what transactions did.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from litso.bootstrap import open_store
from litso.settings import load_settings
from litso.store.database import Connection
from litso.usecases.feed import Selection, read_page

TICKS = os.sysconf("SC_CLK_TCK")

Step = Callable[[Connection, int, int], tuple[int, int, int]]
"""(connection, after, page size) → events looked at, last id, bytes."""


def backend_seconds(pid: int) -> float:
    """Processor seconds of a process of this machine; 0 where the server is elsewhere."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0.0
    return (int(words[11]) + int(words[12])) / TICKS


def replay(title: str, connection: Connection, page: int, step: Step) -> None:
    pid = connection.info.backend_pid
    count = size = after = 0
    begun, used, served = time.perf_counter(), time.process_time(), backend_seconds(pid)
    while True:
        found, after, length = step(connection, after, page)
        count, size = count + found, size + length
        if found < page:
            break
    seconds = time.perf_counter() - begun
    own, server = (time.process_time() - used) * 1e6 / count, (backend_seconds(pid) - served) * 1e6 / count
    print(
        f"{title:<26} {count:>9,} events {count / seconds:>9,.0f}/s   {own:5.1f} + {server:5.1f} µs of processor"
        f" (ours + PostgreSQL), {size / count:5.0f} bytes each"
    )


def selected(selection: Selection) -> Step:
    def step(connection: Connection, after: int, limit: int) -> tuple[int, int, int]:
        page = read_page(connection, after, selection, limit=limit)
        return limit if page.is_full else len(page.events), page.last, len(msgspec.json.encode(page.events))

    return step


def relay(connection: Connection, after: int, limit: int) -> tuple[int, int, int]:
    query = "select change_id, type, party_id, at, data from change where change_id > %s order by change_id limit %s"
    rows = connection.execute(query, [after, limit]).fetchall()
    text = json.dumps(
        [
            {"id": number, "type": kind, "subject": str(party), "time": at.isoformat(), "data": data}
            for number, kind, party, at, data in rows
        ]
    )
    return len(rows), rows[-1][0] if rows else after, len(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", type=int, default=5000)
    parser.add_argument("--fields", default="full_name,phones,address")
    given = parser.parse_args()
    fields = tuple(given.fields.split(","))
    with open_store(load_settings()) as store, store.session() as connection:
        replay("peer: bare outbox relay", connection, given.page, relay)
        replay("records that moved", connection, given.page, selected(Selection()))
        replay(f"and {len(fields)} golden values", connection, given.page, selected(Selection(fields=fields)))
    print(f"peak memory of the program {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")


if __name__ == "__main__":
    main()
