"""Files to parties on a real Spark 4 cluster, beside DuckDB on the same files in the same run: the same parties.

    make bench-spark                                             (installs Spark into .venv/spark, wants a JVM)
    SPARK_HOME=… python benchmarks/bench_spark.py [--persons N] [--seed S] [--workers W] [--memory 2g] [--town DIR]

A standalone master, workers of one core each and a Connect server run on this machine as long as the benchmark. CPU
is that of all their processes, JVM and Python; shuffle and written bytes are Spark's own count. A small town goes
first, so that the JVM is warm, and again to tell what jobs cost by themselves. On one machine DuckDB must win by far:
what counts here is that the parties are the same, and the cost of a record, from which docs/how-to/cluster.md sizes a
cluster.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import psutil

import litso
from litso.demo import build_demo, setting_of
from litso.demo.rates import USUAL
from litso.usecases.batch import BatchRequest
from litso.usecases.batch_spark import resolve_files_on_spark

CONNECT = "org.apache.spark.sql.connect.service.SparkConnectServer"
PATIENCE = 180
"""Seconds in which the cluster must be up."""


class Usage(NamedTuple):
    """CPU seconds and bytes so far."""

    cpu: float
    shuffled: int
    written: int


def main() -> None:
    """Start a cluster, run both engines, print a table and the hashes of their partitions."""
    options = _options()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = _town(folder / "small", 1_000, options.seed)
        town = options.town or _town(folder / "town", options.persons, options.seed)
        duckdb = _by_duckdb(town, folder / "duckdb")
        with _cluster(folder, options) as cluster:
            _by_spark(cluster, small, folder / "warm")
            start, _ = _by_spark(cluster, small, folder / "small-out")
            spark = _by_spark(cluster, town, folder / "spark")
        records = pl.read_parquet(folder / "duckdb" / "crosswalk.parquet").height
        print(f"{records:,} records\n{'':<8} {'wall s':>8} {'cpu s':>8} {'peak MB':>8} {'µs/record':>10}  partition")
        hashes = []
        for engine, (wall, cpu, peak) in (("duckdb", duckdb), ("spark", spark[0])):
            hashes.append(_partition_hash(folder / engine))
            print(f"{engine:<8} {wall:8.1f} {cpu:8.1f} {peak:8.0f} {cpu / records * 1e6:10.0f}  {hashes[-1]}")
        few = pl.read_parquet(folder / "small-out" / "crosswalk.parquet").height
        more = (spark[0][1] - start[1]) / (records - few) * 1e6
        print(f"{few:,} records cost Spark {start[1]:.1f} cpu s; each further one {more:.0f} µs")
        print(f"\n{'stage':<16} {'wall s':>8} {'cpu s':>8} {'µs/record':>10} {'shuffled B':>11} {'kept B/record':>14}")
        for stage, (wall, usage) in spark[1].items():
            bytes_ = (size / records for size in (usage.shuffled, usage.written))
            print(f"{stage:<16} {wall:8.1f} {usage.cpu:8.1f} {usage.cpu / records * 1e6:10.0f}"
                  f" {next(bytes_):11.0f} {next(bytes_):14.0f}")  # fmt: skip
    if hashes[0] != hashes[1]:
        sys.exit("the partitions differ")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--memory", default="2g", help="Memory of an executor's JVM.")
    parser.add_argument("--town", type=Path, help="A demo utility built before.")
    return parser.parse_args()


def _town(folder: Path, persons: int, seed: int) -> Path:
    build_demo(folder, persons=persons, seed=seed, setting=setting_of("A"), rates=USUAL, today=date(2025, 11, 21))
    return folder


def _partition_hash(out: Path) -> str:
    """Hash of the partition of records into parties, whatever the names of the parties."""
    crosswalk = pl.read_parquet(out / "crosswalk.parquet")
    keys = pl.concat_str("source", pl.lit("\x1f"), "source_id").sort().str.join("\x1e")
    parties = crosswalk.group_by("party_id").agg(keys.alias("keys"))["keys"].sort()
    return hashlib.sha256("\x1d".join(parties.to_list()).encode()).hexdigest()[:16]


def _by_duckdb(town: Path, out: Path) -> tuple[float, float, float]:
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    words = ["resolve", "--mapping", str(town / "mappings"), "--out", str(out), "--json", str(town)]
    done = subprocess.run([sys.executable, "-m", "litso", *words], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begun, cpu, json.loads(done.stdout)["peak_memory_mb"]


class Cluster(NamedTuple):
    """A running cluster: its Connect server, its web interface, and its processes."""

    remote: str
    interface: str
    processes: list[subprocess.Popen[bytes]]

    def usage(self) -> Usage:
        """What its processes, and this one, used so far."""
        cpu = sum(sum(process.cpu_times()[:4]) for process in self._all()) + time.process_time()
        (application,) = self._ask("applications")
        stages = self._ask(f"applications/{application['id']}/stages")
        return Usage(cpu, *(sum(stage[name] for stage in stages) for name in ("shuffleWriteBytes", "outputBytes")))

    def memory(self) -> int:
        """Bytes in memory of all its processes."""
        return sum(process.memory_info().rss for process in self._all())

    def _all(self) -> list[psutil.Process]:
        roots = [psutil.Process(process.pid) for process in self.processes]
        found = [root for root in roots if root.is_running()]
        return [*found, *(child for root in found for child in root.children(recursive=True))]

    def _ask(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.interface}/api/v1/{path}", timeout=30) as answer:
            return json.load(answer)


def _by_spark(
    cluster: Cluster, town: Path, out: Path
) -> tuple[tuple[float, float, float], dict[str, tuple[float, Usage]]]:
    """(wall, cpu, peak MB) of the whole, and (wall, usage) by stage."""
    marks: list[tuple[str, float, Usage]] = []

    def mark(stage: str, done: int, of: int) -> None:
        marks.append((stage, time.perf_counter(), cluster.usage()))

    with _peak(cluster) as peak:
        mark("", 0, 0)
        resolve_files_on_spark(BatchRequest([town / "mappings"], [town], out), cluster.remote, mark)
        mark("", 0, 0)
    stages: dict[str, tuple[float, Usage]] = {}
    for (stage, begun, before), (_, ended, after) in pairwise(marks):
        used = Usage(*(new - old for old, new in zip(before, after, strict=True)))
        stages[stage or "session"] = (ended - begun, used)
    whole = marks[-1][1] - marks[0][1], marks[-1][2].cpu - marks[0][2].cpu, max(peak) / (1 << 20)
    return whole, stages


@contextmanager
def _peak(cluster: Cluster) -> Iterator[list[int]]:
    """Memory of the cluster's processes, looked at once a second."""
    seen, is_done = [0], threading.Event()

    def look() -> None:
        while not is_done.wait(1):
            try:
                seen.append(cluster.memory())
            except psutil.NoSuchProcess:
                continue

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        is_done.set()
        thread.join()


@contextmanager
def _cluster(folder: Path, options: argparse.Namespace) -> Iterator[Cluster]:
    """A standalone cluster on this machine; its processes end with the block."""
    home = Path(os.environ.get("SPARK_HOME", ""))
    if not (home / "bin" / "spark-class").exists() or not shutil.which("java"):
        sys.exit("SPARK_HOME must be the folder of Spark 4, and java in PATH: try `make bench-spark`")
    master, port, interface = (_free_port() for _ in range(3))
    settings = {
        "spark.connect.grpc.binding.port": port, "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.driver.host": "127.0.0.1", "spark.driver.memory": "1g", "spark.executor.memory": options.memory,
        "spark.executor.cores": 1, "spark.ui.port": interface, "spark.local.dir": folder / "local",
    }  # fmt: skip
    conf = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    main = "org.apache.spark.deploy.{}"
    url = f"spark://127.0.0.1:{master}"
    commands = [["spark-class", main.format("master.Master"), "--host", "127.0.0.1", "--port", str(master)]]
    commands += [["spark-class", main.format("worker.Worker"), "--cores", "1", "--host", "127.0.0.1",
                  "--work-dir", str(folder / "work"), "--memory", "16g", url]] * options.workers  # fmt: skip
    commands += [["spark-submit", "--class", CONNECT, "--master", url, *conf, "spark-internal"]]
    environment = os.environ | {
        "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(Path(litso.__file__).parents[1]),
        "SPARK_LOCAL_IP": "127.0.0.1", "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    processes = []
    with (folder / "spark.log").open("wb") as log:
        try:
            for name, *words in commands:
                ports = [] if name == "spark-submit" else ["--webui-port", str(_free_port())]
                command = [str(home / "bin" / name), *words[:1], *ports, *words[1:]]
                processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
                if name == "spark-class":
                    _wait_for(master, folder / "spark.log")
            _wait_for(port, folder / "spark.log")
            yield Cluster(f"sc://127.0.0.1:{port}", f"http://127.0.0.1:{interface}", processes)
        finally:
            for process in reversed(processes):
                process.terminate()
            for process in processes:
                process.wait(60)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int, log: Path) -> None:
    for _ in range(PATIENCE * 5):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    sys.exit(f"Spark did not start in {PATIENCE} s:\n{log.read_text()[-2000:]}")


if __name__ == "__main__":
    main()
