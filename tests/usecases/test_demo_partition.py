"""The whole demo, every way in: one partition, whatever the order of rows and files, of loads, planes and threads.

`pytest -m soak tests/usecases/test_demo_partition.py` takes the town of 30,000 persons; TOWN_PERSONS changes it.
"""

from __future__ import annotations

import os
import random
import shutil
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from small_sources import settings_in

from databases import cloned_database
from litso.demo import build_demo, setting_of
from litso.demo.rates import USUAL
from litso.settings import Settings
from litso.sources.mapping import load_mapping
from litso.sources.reading import open_files, read_files
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.batch import BatchRequest, resolve_files
from litso.usecases.demo import files_of, load_folder
from litso.usecases.loading import FULL, Request, load_files, register_source
from litso.usecases.online import Given, upsert_records

PERSONS = int(os.environ.get("TOWN_PERSONS", "30000"))
ROBOT = Actor("robot", "integrator", is_service=True)

Partition = frozenset[frozenset[tuple[str, str]]]


def partition(rows: Iterable[tuple[str, str, str]]) -> Partition:
    """Groups of (source, source id), whatever their ids."""
    groups: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for source, source_id, party in rows:
        groups[party].add((source, source_id))
    return frozenset(map(frozenset, groups.values()))


def resolved(town: Path, out: Path, paths: list[Path] | None = None, threads: int = 2) -> Partition:
    mappings = [town / "mappings"]
    resolve_files(BatchRequest(mappings=mappings, paths=paths or [town], out=out, threads=threads))
    return partition(pl.read_parquet(out / "crosswalk.parquet").select("source", "source_id", "party_id").iter_rows())


def stored(store: Store) -> Partition:
    query = """
        select source, source_id, party_id::text from source_record join crosswalk using (record_id)
        where until is null and deleted_at is null
    """
    with store.transaction() as connection:
        return partition(connection.execute(query).fetchall())


def shuffled(town: Path, into: Path) -> Path:
    """The town with the lines of its texts and the rows of its tables in another order."""
    shutil.copytree(town, into)
    chance = random.Random(7)
    for path in sorted(into.rglob("*")):
        if path.suffix in (".csv", ".txt", ".jsonl") and path.is_file():
            head, lines = [], path.read_bytes().splitlines(keepends=True)
            if path.suffix != ".jsonl":
                head, lines = lines[:1], lines[1:]
            chance.shuffle(lines)
            path.write_bytes(b"".join([*head, *lines]))
        elif path.name == "cabinet.parquet":
            pl.read_parquet(path).sample(fraction=1, shuffle=True, seed=7).write_parquet(path)
    return into


def load_one_by_one(store: Store, settings: Settings, town: Path, order: list[Path]) -> None:
    for path in order:
        mapping = load_mapping(path)
        register_source(store, mapping.text, str(path))
        load_files(store, settings, [Request(mapping.source, files_of(mapping, town), FULL)])


@pytest.mark.soak
def test_one_partition_whatever_the_way(tmp_path: Path, server_url: str, template: str) -> None:
    town = tmp_path / "town"
    build_demo(town, persons=PERSONS, seed=5, setting=setting_of("A"), rates=USUAL, today=date(2026, 11, 1))
    wanted = resolved(town, tmp_path / "one")
    assert resolved(shuffled(town, tmp_path / "mixed"), tmp_path / "two", threads=1) == wanted
    files = sorted(
        (path for path in town.rglob("*") if path.is_file() and path.parent.name != "mappings"), reverse=True
    )
    sources = [path for path in files if path.name not in NOT_SOURCES and path.suffix != ".parquet"]
    assert resolved(town, tmp_path / "three", [*sources, town / "cabinet.parquet"]) == wanted

    mappings = sorted((town / "mappings").glob("*.yaml"))
    for number, order in enumerate((mappings, mappings[::-1])):
        with cloned_database(server_url, template) as url:
            store = Store(url)
            store.open()
            settings = replace(settings_in(tmp_path / f"home{number}"), threads=1 + number)
            if number:
                load_one_by_one(store, settings, town, order)
            else:
                load_folder(store, settings, town, lambda stage, done, of: None)
            assert stored(store) == wanted
            store.close()


NOT_SOURCES = {"premises.csv", "demo.json", "consents.csv", "blacklist.csv", "bankrupts.csv"}


@pytest.mark.soak
def test_bulk_and_online_mixed(tmp_path: Path, server_url: str, template: str) -> None:
    """Half of the calls arrive one by one, some at a time; the same records in bulk give the same groups."""
    town = tmp_path / "town"
    build_demo(
        town, persons=max(1000, PERSONS // 10), seed=6, setting=setting_of("A"), rates=USUAL, today=date(2026, 11, 1)
    )
    late = load_mapping(town / "mappings" / "crm.yaml")
    outcomes = []
    for is_online in (False, True):
        with cloned_database(server_url, template) as url:
            store = Store(url)
            store.open()
            settings = settings_in(tmp_path / f"home{is_online}")
            mappings = [path for path in sorted((town / "mappings").glob("*.yaml")) if path.stem != "crm"]
            load_one_by_one(store, settings, town, mappings)
            register_source(store, late.text, "crm.yaml")
            if is_online:
                arrive(store, town)
            else:
                load_files(store, settings, [Request("crm", files_of(late, town), FULL)])
            outcomes.append(stored(store))
            store.close()
    assert outcomes[0] == outcomes[1]


def arrive(store: Store, town: Path) -> None:
    """The records of the CRM over the online plane, in an order and in portions of chance."""
    mapping = load_mapping(town / "mappings" / "crm.yaml")
    given = []
    for batch in read_files(open_files(files_of(mapping, town), mapping), mapping):
        for row in batch.records.to_pylist():
            names = [name for name in row if name in ONLINE and row[name]]
            given.append(Given("crm", row["source_id"], {name: row[name] for name in names}, row["party"]))
    chance = random.Random(8)
    chance.shuffle(given)
    while given:
        some = given[: chance.randint(1, 40)]
        given = given[len(some) :]
        with store.transaction() as connection:
            upsert_records(connection, ROBOT, some)


ONLINE = ("full_name", "surname", "given_name", "patronymic", "gender", "birth_date", "address", "snils", "inn",
          "passport", "phone", "email", "account")  # fmt: skip
