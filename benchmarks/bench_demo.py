"""Speed and memory of the demo generator, beside people made one by one with the standard library's csv and random.

    python benchmarks/bench_demo.py [PERSONS ...]

Each size runs in a process of its own, so that its peak memory is its own. The peer writes a single clean CSV of the
billing's columns, without families, errors or truth: the least that a generator row by row has to do.
"""

from __future__ import annotations

import csv
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from litso.demo import build_demo, setting_of
from litso.demo.rates import USUAL

SIZES = (30_000, 300_000)
PEER_ROWS = 100_000


def measured(work: object, *arguments: object) -> tuple[int, float, float, float]:
    """Rows, seconds, CPU seconds and peak MiB of a function that returns how many rows it wrote."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_run, (work, arguments))


def _run(work: object, arguments: tuple[object, ...]) -> tuple[int, float, float, float]:
    started, cpu = time.perf_counter(), time.process_time()
    rows = work(*arguments)  # type: ignore[operator]
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    return rows, seconds, cpu_seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def demo(persons: int) -> int:
    """A whole demo."""
    with tempfile.TemporaryDirectory() as folder:
        built = build_demo(
            Path(folder), persons=persons, seed=1, setting=setting_of("A"), rates=USUAL, today=date(2025, 11, 21)
        )
    return built.records


def peer(rows: int) -> int:
    """Rows of one clean CSV, one by one."""
    rng = random.Random(1)
    surnames, given, patronymics = ["Иванов", "Петров"], ["Иван", "Пётр"], ["Иванович", "Петрович"]
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "billing.csv").open("w", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        for number in range(rows):
            name = f"{rng.choice(surnames)} {rng.choice(given)} {rng.choice(patronymics)}"
            birth = date.fromordinal(rng.randrange(710_000, 735_000)).strftime("%d.%m.%Y")
            phone = f"+7 (927) {rng.randrange(1000):03d}-{rng.randrange(100):02d}-{rng.randrange(100):02d}"
            address = f"г. Самара, ул. Ленина, д. {rng.randrange(1, 200)}, кв. {rng.randrange(1, 90)}"
            account, balance = 6_300_000_000 + number, f"{rng.randrange(500_000) / 100:.2f}"
            writer.writerow([number, account, name, birth, phone, "", "", address, "", "", "Население", 2, balance])
    return rows


def main() -> None:
    """Print a line a size."""
    sizes = [int(word) for word in sys.argv[1:]] or SIZES
    print(f"{'what':<24}{'records':>12}{'s':>9}{'CPU s':>9}{'records/s':>12}{'records/CPU s':>15}{'peak MiB':>10}")
    runs = [(f"demo, {size:,} persons", demo, size) for size in sizes] + [("csv row by row", peer, PEER_ROWS)]
    for what, work, size in runs:
        rows, seconds, cpu, peak = measured(work, size)
        speeds = f"{rows / seconds:>12,.0f}{rows / cpu:>15,.0f}"
        print(f"{what:<24}{rows:>12,}{seconds:>9.1f}{cpu:>9.1f}{speeds}{peak:>10.0f}")


if __name__ == "__main__":
    main()
