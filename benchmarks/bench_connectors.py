"""Rows a second of connectors: fetched into the landing, without loading, beside a plain read of the same rows.

    python benchmarks/bench_connectors.py --rows 200000

A folder and a PostgreSQL table of the same rows; the peers are copying the file, and COPY of the table to nowhere.
Peak memory is that of the process: it must not grow with the rows.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from litso.sources.connectors.config import parse_connection
from litso.sources.connectors.landing import Landing
from litso.sources.connectors.port import Position
from litso.sources.mapping import parse_mapping
from litso.store.embedded import running_server
from litso.usecases.memory import PeakMemory

COLUMNS = ("id", "fio", "tel", "address", "changed")
MAPPING = "source: crm\nparty: person\nkey: id\nupdated_at: changed\nattributes: {full_name: fio, phone: tel}\n"


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Rows of about a hundred bytes."""
    for number in range(count):
        at = f"2026-10-{1 + number // 86_400 % 28:02} {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
        yield str(number), f"Иванов Пётр {number}", f"+7927{number:07}", f"г Самара, ул Победы, д {number % 200}", at


def fetch(text: str, folder: Path) -> int:
    """Everything into a landing; answers the rows, or the bytes of files."""
    landing = Landing(folder / "rows")
    for name in ("rows", "files"):
        (folder / name).mkdir(parents=True)
    with closing(parse_connection(text, "bench").settings.open(parse_mapping(MAPPING, "bench"))) as connector:
        for piece in connector.fetch(Position({}, lambda marks: set()), folder / "files"):
            landing.add(piece)
    landing.end()
    return landing.rows


def measure(title: str, count: int, work: Callable[[], object]) -> None:
    """Print rows a second and the peak of memory."""
    with PeakMemory() as peak:
        began, used = time.perf_counter(), time.process_time()
        work()
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
        print(f"{title:<32} {count / seconds:>10.0f} rows/s {cpu:>7.2f} CPU s {peak.so_far() >> 20:>6} MB")


@contextmanager
def table(folder: Path, count: int) -> Iterator[tuple[str, str]]:
    """A PostgreSQL with the rows; its URL and the folder of its socket."""
    with running_server(folder / "server") as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "create table client (id int primary key, fio text, tel text, address text, changed timestamp)"
        )
        with connection.cursor().copy("copy client from stdin") as copy:
            for row in rows(count):
                copy.write_row(row)
        found = connection.execute("select current_setting('unix_socket_directories'), current_user").fetchone()
        assert found is not None
        yield url, f"host: {found[0]}, user: {found[1]}, database: postgres"


def copy_out(url: str) -> None:
    """The plain read of the table."""
    with psycopg.connect(url) as connection, connection.cursor().copy("copy client to stdout") as copy:
        for _ in copy:
            pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    count = parser.parse_args().rows
    folder = Path(tempfile.mkdtemp(prefix="bench-connectors-"))
    (folder / "secret").write_text("none needed")
    try:
        exports = folder / "exports"
        exports.mkdir()
        with (exports / "crm.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(rows(count))
        os.utime(exports / "crm.csv", (0, 0))
        measure("copy of the file (peer)", count, lambda: shutil.copy(exports / "crm.csv", folder / "copy"))
        measure("folder", count, lambda: fetch(f"source: crm\nfolder: {{path: {exports}}}", folder / "one"))
        with table(folder, count) as (url, place):
            measure("COPY of the table (peer)", count, lambda: copy_out(url))
            reading = f"{place}, password: {{file: {folder}/secret}}, tls: off, table: client"
            for title, extra in (("postgresql, snapshot", ""), ("postgresql, by cursor", ", cursor: changed")):
                text = f"source: crm\npostgresql: {{{reading}{extra}}}"
                measure(title, count, lambda text=text, title=title: fetch(text, folder / title[-6:]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
