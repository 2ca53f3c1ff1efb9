"""A town from raw files to published golden records, by `litso load` and `litso resolve`, beside a plain COPY.

    python benchmarks/bench_load.py [--persons N | --town DIR] [--only copy load resolve]

`load` takes all systems of a demo town into an empty embedded store, as `litso demo` does; `resolve` reads the same
files and writes files. The peer is COPY of the lines of the text files, as they are, into one table without an index of
the same kind of server: what PostgreSQL needs to take the bytes alone. Each runs in a process of its own. Processor
seconds are those of the program, its workers and the server apart; memory is the sum over all of them of what each has
alone and its share of what they have in common (PSS), sampled five times a second.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from litso.bootstrap import open_store
from litso.demo import build_demo, setting_of
from litso.demo.rates import USUAL
from litso.settings import load_settings
from litso.sources.encoding import UTF8, detect_encoding
from litso.store.embedded import running_server
from litso.usecases.batch import BatchRequest, resolve_files
from litso.usecases.demo import load_folder

TICKS = os.sysconf("SC_CLK_TCK")
SINGLE_COLUMN = "with (format csv, delimiter E'\\x01', quote E'\\x02', encoding '{}')"
TEXTS = (".csv", ".txt", ".jsonl")


def main() -> None:
    """Build the town where none is given, run the roles one after another, print what they took."""
    options = _options()
    if options.role:
        print(json.dumps(ROLES[options.role](options.town, options.home)))
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        town = options.town or _town(Path(folder) / "town", options.persons)
        for role in options.only or ROLES:
            _report(role, *_measured(role, town, Path(folder) / role))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=30_000)
    parser.add_argument("--town", type=Path, help="Folder of a town built before by `litso demo build`.")
    parser.add_argument("--only", nargs="*", choices=list(ROLES))
    parser.add_argument("--role", help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _town(folder: Path, persons: int) -> Path:
    build_demo(
        folder, persons=persons, seed=1, setting=setting_of("A"), rates=USUAL, today=date(2025, 11, 21),
        on_progress=lambda done, of: None,
    )  # fmt: skip
    return folder


# Roles ----------------------------------------------------------------------------------------------------------


def load(town: Path, home: Path) -> dict[str, Any]:
    """All sources of the town into an empty store."""
    settings = load_settings({"LITSO_HOME": str(home)})
    with _counted(home) as found, open_store(settings) as store:
        outcomes = load_folder(store, settings, town, lambda stage, done, of: None)
        found |= {"records": sum(one.counts.rows_in for one in outcomes), "parties": outcomes[0].touched.created}
        found["seconds"] = dict(outcomes[0].seconds)
        found["server"] = _processor_seconds(_server(home))
    return found


def resolve(town: Path, home: Path) -> dict[str, Any]:
    """The same files to files."""
    with _counted(home) as found:
        report = resolve_files(BatchRequest([town / "mappings"], [town], home))
        found |= {name: report[name] for name in ("records", "parties", "seconds")}
    return found


def copy(town: Path, home: Path) -> dict[str, Any]:
    """The lines of the text files into one table, as they are."""
    files = [path for path in sorted(town.rglob("*")) if path.suffix in TEXTS]
    with _counted(home) as found, running_server(home) as url, psycopg.connect(url) as connection:
        connection.execute("create table raw (line text)")
        begun = time.perf_counter()
        for path in files:
            _copy_file(connection, path)
        connection.commit()
        found["seconds"] = {"copy": time.perf_counter() - begun}
        (found["records"],) = connection.execute("select count(*) from raw").fetchone() or (0,)
        found["server"] = _processor_seconds(_server(home))
    return found


def _copy_file(connection: psycopg.Connection, path: Path) -> None:
    encoding = "UTF8" if detect_encoding(path.read_bytes()) == UTF8 else "WIN1251"
    command = "copy raw from stdin " + SINGLE_COLUMN.format(encoding)
    with path.open("rb") as file, connection.cursor() as cursor, cursor.copy(command) as target:
        while block := file.read(1 << 20):
            target.write(block)


ROLES = {"copy": copy, "load": load, "resolve": resolve}


@contextmanager
def _counted(home: Path) -> Iterator[dict[str, Any]]:
    """Wall and processor seconds of what happens inside."""
    home.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {"server": 0.0}
    wall = time.perf_counter()
    yield found
    times = os.times()
    found |= {"wall": time.perf_counter() - wall, "own": times.user + times.system}
    found["workers"] = times.children_user + times.children_system


# Measuring ------------------------------------------------------------------------------------------------------


def _measured(role: str, town: Path, home: Path) -> tuple[dict[str, Any], int]:
    """(what the role said, peak of memory in bytes of all its processes)."""
    words = [sys.executable, __file__, "--role", role, "--town", str(town), "--home", str(home)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as program:
        peak = [0]
        watcher = threading.Thread(target=_watch, args=(program, home, peak))
        watcher.start()
        said, _ = program.communicate()
        watcher.join()
    if program.returncode:
        sys.exit(f"{role} ended with status {program.returncode}")
    return json.loads(said.splitlines()[-1]), peak[0]


def _watch(program: subprocess.Popen[str], home: Path, peak: list[int]) -> None:
    while program.poll() is None:
        together = sum(map(_memory, {*_tree(program.pid), *_server(home)}))
        peak[0] = max(peak[0], together)
        time.sleep(0.2)


def _tree(process: int) -> list[int]:
    """A process and all below it."""
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []
    return [process, *(one for child in children for one in _tree(child))]


def _server(home: Path) -> list[int]:
    """Processes of the embedded server of a folder."""
    try:
        return _tree(int((home / "postgres" / "data" / "postmaster.pid").read_text().split("\n", 1)[0]))
    except (OSError, ValueError):
        return []


def _memory(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:")), 0)


def _processor_seconds(processes: list[int]) -> float:
    """Of processes that live, and of those children of theirs that ended."""
    fields = [Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split() for process in processes]
    return sum(sum(map(int, one[11:15])) for one in fields) / TICKS


def _report(role: str, found: dict[str, Any], peak: int) -> None:
    records = found["records"]
    parties = f" → {found['parties']:,} parties" if "parties" in found else ""
    processor = ", ".join(f"{name} {found[name]:.1f} s" for name in ("own", "workers", "server"))
    print(f"{role}: {records:,} records{parties} in {found['wall']:.1f} s, {records / found['wall']:,.0f} records/s")
    print(f"  {peak >> 20:,} MB at most; processor: {processor}; load average {os.getloadavg()[0]:.1f}")
    for stage, wall in found["seconds"].items():
        print(f"  {stage:<22} {wall:>8.1f} s {records / max(wall, 1e-9):>12,.0f} records/s", flush=True)


if __name__ == "__main__":
    main()
