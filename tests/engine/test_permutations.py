"""200 permutations of 10,000 records, in any batches and any mixture of planes: one partition.

`pytest -m soak tests/engine/test_permutations.py`. Each permutation takes the records of a demo town in another order,
cut into other files: 120 of them with DuckDB, 40 on Spark, 40 into a store where some arrive in bulk and some over the
online plane, by turns. PERMUTATIONS and RECORDS change the numbers.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
import yaml
from pysail.spark import SparkConnectServer

from databases import cloned_database
from litso.demo import build_demo, setting_of
from litso.demo.rates import USUAL
from litso.domain.record import LIST_ATTRIBUTES, TEXT_ATTRIBUTES
from litso.settings import load_settings
from litso.sources.reading import open_files, read_files
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.batch import BatchRequest, find_deliveries, resolve_files
from litso.usecases.batch_spark import resolve_files_on_spark
from litso.usecases.loading import DELTA, Request, approve_load, load_files, register_source
from litso.usecases.online import Given, upsert_records

pytestmark = pytest.mark.soak

PERMUTATIONS = int(os.environ.get("PERMUTATIONS", "200"))
RECORDS = int(os.environ.get("RECORDS", "10000"))
WAYS = ("duckdb", "duckdb", "spark", "duckdb", "store")
ROBOT = Actor("robot", "integrator", is_service=True)

Row = dict[str, Any]


class Town(NamedTuple):
    """Records as callers of the online plane give them (values of one attribute as a list), and mappings by source."""

    rows: Sequence[Row]
    mappings: dict[str, str]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("town")
    persons = max(1000, RECORDS * 3 // 10)
    build_demo(folder, persons=persons, seed=9, setting=setting_of("A"), rates=USUAL, today=date(2026, 11, 1))
    rows: list[Row] = []
    mappings = {}
    for mapping, paths in find_deliveries([folder / "mappings"], [folder]):
        found = [row for batch in read_files(open_files(paths, mapping), mapping) for row in batch.records.to_pylist()]
        mappings[mapping.source] = flat_mapping(yaml.safe_load(mapping.text), found)
        rows += found
    assert len(rows) >= RECORDS
    random.Random(0).shuffle(rows)
    return Town(rows[:RECORDS], mappings)


def flat_mapping(given: dict[str, Any], rows: Iterable[Row]) -> str:
    """The mapping of a source whose rows are written with a column for each attribute that occurs."""
    used = {name for row in rows for name in attributes_of(row)}
    most = {name: max(len(row[name] or ()) for row in rows) for name in LIST_ATTRIBUTES}
    columns = {name: columns_of(name, most[name]) if name in most else name for name in sorted(used)}
    kept = {name: given[name] for name in ("source", "party", "priority", "territory") if name in given}
    whole = {**kept, "files": f"{given['source']}-*.jsonl", "key": "id", "updated_at": "at", "attributes": columns}
    return str(yaml.safe_dump(whole, allow_unicode=True))


def columns_of(name: str, most: int) -> list[str]:
    return [f"{name}{number}" for number in range(most)]


def attributes_of(row: Row) -> Row:
    return {name: row[name] for name in (*TEXT_ATTRIBUTES, *LIST_ATTRIBUTES) if row[name]}


def write_rows(folder: Path, rows: Iterable[Row], draw: random.Random) -> Path:
    """The rows in one to three files a source."""
    folder.mkdir(parents=True)
    lines: dict[str, list[str]] = defaultdict(list)
    files = {}
    for row in rows:
        flat = {"id": row["source_id"], "at": row["updated_at"] and row["updated_at"].isoformat()}
        for name, value in attributes_of(row).items():
            flat |= (
                {f"{name}{place}": one for place, one in enumerate(value)} if isinstance(value, list) else {name: value}
            )
        count = files.setdefault(row["source"], draw.randint(1, 3))
        lines[f"{row['source']}-{draw.randrange(count)}.jsonl"].append(json.dumps(flat, ensure_ascii=False))
    for name, listed in lines.items():
        (folder / name).write_text("\n".join(listed) + "\n", "utf-8")
    return folder


def partition_hash(pairs: Iterable[tuple[str, str]]) -> str:
    """Hash of a partition, from (record, party)."""
    groups: dict[str, list[str]] = defaultdict(list)
    for record, party in pairs:
        groups[party].append(record)
    listed = sorted("\x1e".join(sorted(group)) for group in groups.values())
    return hashlib.sha256("\x1d".join(listed).encode()).hexdigest()


# Ways ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def remote() -> Iterator[str]:
    """The address of a Spark Connect server in this process."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RUST_LOG", "error")
        server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    yield f"sc://127.0.0.1:{server.listening_address[1]}"
    server.stop()


def in_files(town: Town, folder: Path, draw: random.Random, remote: str | None) -> str:
    """By `litso resolve`, on Spark where a server is given."""
    rows = draw.sample(town.rows, len(town.rows))
    paths = sorted(write_rows(folder / "in", rows, draw).iterdir())
    draw.shuffle(paths)
    (folder / "mappings").mkdir()
    for source, text in town.mappings.items():
        (folder / "mappings" / f"{source}.yaml").write_text(text, "utf-8")
    request = BatchRequest([folder / "mappings"], paths, folder / "out", threads=draw.randint(1, 2))
    if remote:
        resolve_files_on_spark(request, remote, bucket_rows=draw.randint(1_000, 20_000))
    else:
        resolve_files(request)
    crosswalk = pl.read_parquet(folder / "out" / "crosswalk.parquet")
    assert crosswalk.height == len(rows)
    return partition_hash((f"{source}\x1f{key}", party) for source, key, party in crosswalk.iter_rows())


def in_store(town: Town, folder: Path, draw: random.Random, url: str) -> str:
    """Into a store: some loads of many records and some calls of a few, by turns."""
    rows = draw.sample(town.rows, len(town.rows))
    single = draw.randint(50, 250)
    steps: list[tuple[str, Sequence[Row]]] = [("online", batch) for batch in portions(rows[:single], 40, draw)]
    steps += [("bulk", batch) for batch in portions(rows[single:], len(rows), draw)]
    draw.shuffle(steps)
    settings = load_settings({"LITSO_HOME": str(folder), "LITSO_MEMORY_LIMIT": "1GiB"})
    store = Store(url)
    store.open()
    for source, text in town.mappings.items():
        register_source(store, text, f"{source}.yaml")
    for number, (way, batch) in enumerate(steps):
        if way == "bulk":
            paths = sorted(write_rows(folder / str(number), batch, draw).iterdir())
            by_source = {source: tuple(path for path in paths if path.name.startswith(f"{source}-"))
                         for source in town.mappings}  # fmt: skip
            requests = [Request(source, files, DELTA) for source, files in by_source.items() if files]
            for outcome in load_files(store, settings, requests):
                if outcome.status == "held":
                    approve_load(store, settings, outcome.load_id)
        else:
            with store.transaction() as connection:
                upsert_records(connection, ROBOT, [given_of(row) for row in batch])
    query = """
        select source, source_id, party_id::text from source_record join crosswalk using (record_id)
        where until is null and deleted_at is null
    """
    with store.transaction() as connection:
        found = connection.execute(query).fetchall()
    store.close()
    assert len(found) == len(rows)
    return partition_hash((f"{source}\x1f{key}", party) for source, key, party in found)


def portions(rows: Sequence[Row], most: int, draw: random.Random) -> Iterator[Sequence[Row]]:
    """Portions of chance; large ones are few."""
    while rows:
        count = draw.randint(1, most) if len(rows) < 1000 else draw.randint(len(rows) // 3, most)
        yield rows[:count]
        rows = rows[count:]


def given_of(row: Row) -> Given:
    return Given(row["source"], row["source_id"], attributes_of(row), row["party"], row["updated_at"])


@pytest.fixture(scope="module")
def wanted(town: Town, tmp_path_factory: pytest.TempPathFactory) -> str:
    return in_files(town, tmp_path_factory.mktemp("first"), random.Random(0), None)


@pytest.mark.parametrize("number", range(1, PERMUTATIONS + 1))
def test_a_permutation_leaves_the_one_partition(
    number: int, town: Town, wanted: str, remote: str, tmp_path: Path, server_url: str, template: str
) -> None:
    way, draw = WAYS[number % len(WAYS)], random.Random(number)
    if way == "store":
        with cloned_database(server_url, template) as url:
            assert in_store(town, tmp_path, draw, url) == wanted
    else:
        assert in_files(town, tmp_path, draw, remote if way == "spark" else None) == wanted
