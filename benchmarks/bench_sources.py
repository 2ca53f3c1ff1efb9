"""Reading and mapping a million rows: rows/s and peak memory, beside DuckDB and PyArrow reading the same CSV, and
iterparse of the standard library reading the same XML.

    python benchmarks/bench_sources.py [ROWS]

Each figure is measured in a process of its own, on one thread; the peers only read, they know no line numbers, no
quarantine and no mapping.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

MAPPING = """
source: billing
party: person
key: abonent_id
updated_at: changed
attributes:
  full_name: fio
  birth_date: bdate
  phone: [tel1, tel2]
  email: mail
  address: adres
  account: ls
facts:
  - {kind: account, key: ls, account: ls, address: adres, amount: saldo, data: {tariff: tarif}}
"""
MORE = {"rows.xml": "rows: row\n", "register.txt": "register: {count: 1, sums: {saldo: 2}}\n"}
"""What the mapping says beside that of some files."""
HEADER = "abonent_id;changed;fio;bdate;tel1;tel2;mail;adres;ls;saldo;tarif;uchastok"


def row(number: int) -> str:
    """One row of a billing system, 160 letters."""
    return (
        f"{number};2024-05-{number % 28 + 1:02} 10:11:12;Иванов Иван Иванович;{number % 28 + 1:02}.02.1980;"
        f"+7 927 {number % 10**7:07};;user{number}@mail.ru;г. Самара, ул. Ленина, д. {number % 200}, кв. {number % 90};"
        f"{40_000_000 + number};{number % 9000},50;Т{number % 5};Северный"
    )


def write_files(folder: Path, rows: int) -> dict[str, Path]:
    """The same rows in every format."""
    paths = {name: folder / name for name in RUNS}
    names = HEADER.split(";")
    with (
        paths["clean.csv"].open("w", encoding="utf-8") as clean,
        paths["cp1251.csv"].open("w", encoding="cp1251") as narrow,
        paths["stray.csv"].open("w", encoding="utf-8") as stray,
        paths["rows.jsonl"].open("w", encoding="utf-8") as lines,
        paths["rows.xml"].open("w", encoding="utf-8") as elements,
        paths["register.txt"].open("w", encoding="cp1251") as register,
    ):
        elements.write("<rows>\n")
        for file in (clean, narrow, stray, register):
            file.write(HEADER + "\n")
        for number in range(rows):
            text = row(number)
            clean.write(text + "\n")
            narrow.write(text + "\n")
            register.write(text + "\n")
            values = zip(names, text.split(";"), strict=True)
            elements.write("<row>" + "".join(f"<{name}>{value}</{name}>" for name, value in values) + "</row>\n")
            # One row in ten is a company with quotes that are not doubled, one in a thousand lacks a field.
            odd = text.replace("Иванов Иван Иванович", '"ООО "Ромашка""') if number % 10 == 0 else text
            stray.write((odd if number % 1000 else odd.rpartition(";")[0]) + "\n")
            lines.write(json.dumps(dict(zip(names, text.split(";"), strict=True)), ensure_ascii=False) + "\n")
        elements.write("</rows>\n")
        register.write(f"={rows};{sum(number % 9000 for number in range(rows)) + rows / 2:.2f}\n")
    _write_parquet(paths["clean.csv"], paths["rows.parquet"])
    return paths


def _write_parquet(source: Path, target: Path) -> None:
    import pyarrow.csv
    import pyarrow.parquet

    options = pyarrow.csv.ParseOptions(delimiter=";")
    strings = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(HEADER.split(";"), "string"))
    table = pyarrow.csv.read_csv(source, parse_options=options, convert_options=strings)
    pyarrow.parquet.write_table(table, target)


def mapping_of(path: Path) -> str:
    """The mapping of a file."""
    return MAPPING + MORE.get(path.name.removeprefix("warm."), "")


def read_only(path: Path) -> int:
    """Litso: raw batches with line numbers."""
    from litso.sources.files import open_file
    from litso.sources.mapping import parse_mapping

    batches = open_file(path, parse_mapping(mapping_of(path), "bench")).batches()
    return sum(batch.rows.num_rows + len(batch.rejected) for batch in batches)


def read_and_map(path: Path) -> int:
    """Litso: mapped records, facts, payloads, quarantine."""
    from litso.sources.files import open_file
    from litso.sources.mapped import map_batch
    from litso.sources.mapping import parse_mapping

    mapping = parse_mapping(mapping_of(path), "bench")
    return sum(map_batch(batch, mapping).rows_in for batch in open_file(path, mapping).batches())


def read_once(path: Path) -> int:
    """Litso: the same, and each key once (reads the keys first)."""
    from litso.sources.mapping import parse_mapping
    from litso.sources.reading import open_files, read_files

    mapping = parse_mapping(mapping_of(path), "bench")
    return sum(batch.rows_in for batch in read_files(open_files([path], mapping), mapping))


def by_duckdb(path: Path) -> int:
    """DuckDB read_csv, all columns as text, fetched as Arrow batches."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads = 1")
    relation = connection.sql(f"select * from read_csv('{path}', all_varchar = true, delim = ';', header = true)")
    return sum(batch.num_rows for batch in relation.to_arrow_reader(65_536))


def by_pyarrow(path: Path) -> int:
    """pyarrow.csv as a stream, all columns as text."""
    import pyarrow.csv

    with pyarrow.csv.open_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(
            use_threads=False,
            block_size=8 << 20,
            encoding="cp1251" if "cp1251" in path.name else "utf8",
        ),
        parse_options=pyarrow.csv.ParseOptions(delimiter=";", newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(HEADER.split(";"), "string")),
    ) as stream:
        return sum(batch.num_rows for batch in stream)


def by_iterparse(path: Path) -> int:
    """xml.etree.ElementTree.iterparse, the texts of each row in a dict."""
    from xml.etree.ElementTree import iterparse

    count = 0
    for _, element in iterparse(path):
        if element.tag == "row":
            count += bool({child.tag: child.text for child in element})
            element.clear()
    return count


RUNS: dict[str, list[Callable[[Path], int]]] = {
    "clean.csv": [read_only, read_and_map, read_once, by_pyarrow, by_duckdb],
    "cp1251.csv": [read_only, read_and_map, by_pyarrow],
    "stray.csv": [read_only, read_and_map],
    "rows.jsonl": [read_only, read_and_map],
    "rows.parquet": [read_only, read_and_map],
    "rows.xml": [read_only, read_and_map, by_iterparse],
    "register.txt": [read_only, read_and_map],
}


def measure(name: str, path: str) -> None:
    """Run one reader in this process and print its figures as JSON."""
    run = globals()[name]
    run(Path(path).with_name("warm." + Path(path).name))
    before = time.process_time()
    rows = run(Path(path))
    seconds = time.process_time() - before
    print(json.dumps([rows, seconds, _peak()]))


def _peak() -> float:
    """Peak memory of this process in MiB (ru_maxrss would count the process that started it)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = write_files(Path(folder), rows)
        warm = Path(folder) / "warm"
        warm.mkdir()
        for name, path in write_files(warm, 1_000).items():
            path.rename(Path(folder) / f"warm.{name}")
        print(f"{rows} rows, {paths['clean.csv'].stat().st_size / rows:.0f} bytes each, one thread, CPU seconds")
        for name, runs in RUNS.items():
            for run in runs:
                figures = _in_a_process(run.__name__, paths[name])
                print(f"{name:13} {run.__name__:13} {figures[0] / figures[1]:>10,.0f} rows/s {figures[2]:>7.0f} MiB")


def _in_a_process(name: str, path: Path) -> list[float]:
    threads = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "measure", name, str(path)]
    done = subprocess.run(command, env=os.environ | threads, check=True, capture_output=True, text=True)
    found: list[float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(*sys.argv[2:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
