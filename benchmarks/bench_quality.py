"""How quickly the quality of records is measured, and how quickly the records behind a figure are found.

    LITSO_HOME=… python benchmarks/bench_quality.py     # a store with a load in it, such as `litso demo` leaves

The peer is SUMMARIZE of DuckDB in the same run, over the same records as a Parquet file, one thread as the server's
process has: it tells what is empty and how many values differ, and neither codes, parties nor sources compared. Prints
records a second, processor seconds of the server, and the peak of memory of each.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from litso.bootstrap import open_store
from litso.settings import load_settings
from litso.store import quality, records
from litso.store.database import Connection
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.quality import measure, read_failing, read_overview

ACTOR = Actor("benchmark", ADMINISTRATOR)
PLACES = (
    quality.Place("crm", "phone", "completeness"),
    quality.Place("crm", "phone", "uniqueness"),
    quality.Place("crm", "phone", "consistency"),
    quality.Place("crm", "phone", "consistency", "billing"),
    quality.Place("crm", "record", "uniqueness"),
)


def main() -> None:
    with open_store(load_settings()) as store, store.transaction() as connection:
        connection.execute("set local max_parallel_workers_per_gather = 0")  # one process whose seconds are counted
        count = int(connection.execute("select count(*) from source_record").fetchone()[0])  # type: ignore[index]
        for stage in (quality.count_records, quality.compare_sources, quality.count_crowded, measure):
            timed(connection, stage.__name__, count, partial(stage, connection))
        timed(connection, "overview with alarms", count, lambda: read_overview(connection, ACTOR))
        for place in PLACES:
            title = " ".join(filter(None, place))
            timed(connection, f"first page: {title}", count, partial(read_failing, connection, ACTOR, place))
        summarize(connection)
        connection.rollback()


def timed(connection: Connection, title: str, count: int, work: Callable[[], Any]) -> None:
    server = connection.info.backend_pid
    wall, busy = time.perf_counter(), processor_seconds(server)
    work()
    wall, busy = time.perf_counter() - wall, processor_seconds(server) - busy
    print(f"{title:<52} {count:,} records: {wall:6.2f} s, {busy:6.2f} s of the server, {count / wall:,.0f} records/s,"
          f" peak of its process {peak_of(server):,} MB", flush=True)  # fmt: skip


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_of(process: int) -> int:
    """Megabytes of a process's own memory at its peak, with the shared buffers that it touched."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def summarize(connection: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "records.parquet")
        table = records.read_standard(connection)
        pl.DataFrame(table).write_parquet(path)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        wall, busy = time.perf_counter(), time.process_time()
        with duckdb.connect(config={"threads": 1}) as peer:
            columns = len(peer.execute(f"summarize select * from '{path}'").fetchall())
        wall, busy = time.perf_counter() - wall, time.process_time() - busy
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
        title, count = f"DuckDB summarize, {columns} columns", table.num_rows
        print(f"{title:<52} {count:,} records: {wall:6.2f} s, {busy:6.2f} s of the processor, {count / wall:,.0f}"
              f" records/s, {more:,} MB more at its peak")  # fmt: skip


if __name__ == "__main__":
    main()
