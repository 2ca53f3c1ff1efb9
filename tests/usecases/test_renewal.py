"""A new edition of reference data, applied to records that are there: what differs is written, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_sources import MAPPING, load_rows, person, register
from test_online import assert_as_in_bulk, wipe

import small_gar
from litso.settings import Settings, load_settings
from litso.store.database import Store
from litso.usecases import loading, registers
from litso.usecases.access import Actor
from litso.usecases.online import Given, upsert_records
from litso.usecases.reference import load_reference
from litso.usecases.renewal import Renewed, behind, renew

TULA = "Тула, Кирова, 7 к 2 стр 3, кв 5"
HOUSES = "source: houses\nparty: none\nkey: id\nattributes: {}\nfacts:\n  - {kind: premise, key: id, address: adres}\n"
CALLER = Actor("crm", "integrator")


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    yield load_settings({"LITSO_HOME": str(tmp_path / "home"), "LITSO_MEMORY_LIMIT": "1GiB", "LITSO_THREADS": "1"})
    registers.use(None)


def filled(store: Store, home: Path, others: int = 3) -> None:
    """Rows of a file and one of a caller, two of them in a street of Tula that the register calls otherwise."""
    wipe(store)
    register(store, "crm")
    rows = [person(number) for number in range(others)]
    load_rows(store, home, "crm", [{**person(90), "adres": TULA}, *rows], "full")
    with store.transaction() as connection:
        attributes = {"full_name": "Петрова Анна Ильинична", "address": TULA, "phone": ["+79101234567"]}
        upsert_records(connection, CALLER, [Given("crm", "api", attributes)])


def new_register(store: Store, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "gar.zip"
    small_gar.write(small_gar.files(), path)
    load_reference(store, settings, "gar", path)


def rows_of(store: Store) -> dict[str, tuple[Any, ...]]:
    with store.transaction() as connection:
        found = connection.execute(
            "select source_id, street, problems, load_id, version, content_hash from source_record"
        ).fetchall()
    return {row[0]: row[1:] for row in found}


def test_what_differs_is_written_and_nothing_else(store: Store, settings: Settings, tmp_path: Path) -> None:
    filled(store, tmp_path)
    new_register(store, settings, tmp_path)
    with store.transaction() as connection:
        assert behind(connection) == {"crm": 5}
    before = rows_of(store)
    told = renew(store, settings, dry_run=True)
    assert rows_of(store) == before
    done = renew(store, settings)
    assert (done.examined, done.changed, done.attributes["street"]) == (5, 2, 2)
    assert told == done._replace(touched=told.touched)
    assert done.touched.changed == 2
    after = rows_of(store)
    for key in ("90", "api"):
        assert after[key][:2] == ("Металлургов", ["address:street_renamed"])
        assert after[key][3] == before[key][3]  # no new version: the row is as it was received
    same = before.keys() - {"90", "api"}
    assert {key: after[key][:4] for key in same} == {key: before[key][:4] for key in same}
    with store.transaction() as connection:
        assert behind(connection) == {}
        golden = connection.execute("select count(*) from golden where golden_values::text like '%Металлургов%'")
        assert golden.fetchone() == (2,)
    assert_as_in_bulk(store, tmp_path)


def test_afterwards_nothing_is_left_to_do(store: Store, settings: Settings, tmp_path: Path) -> None:
    filled(store, tmp_path)
    new_register(store, settings, tmp_path)
    renew(store, settings)
    after = rows_of(store)
    again = renew(store, settings)
    assert (again.changed, again.attributes) == (0, {})
    assert rows_of(store) == after
    rows = [{**person(90), "adres": TULA}, *(person(number) for number in range(3))]
    counts = load_rows(store, tmp_path, "crm", rows).counts
    assert (counts.changed, counts.unchanged) == (0, 4)


def test_examples_are_masked(store: Store, settings: Settings, tmp_path: Path) -> None:
    filled(store, tmp_path)
    new_register(store, settings, tmp_path)
    told = renew(store, settings, dry_run=True)
    assert told.examples["address"][0] == (
        "г Тула, ул Кирова, д • к • стр •, кв •", "г Тула, ул Металлургов, д • к • стр •, кв •",
    )  # fmt: skip


def test_a_run_that_was_stopped_goes_on(store: Store, settings: Settings, tmp_path: Path) -> None:
    filled(store, tmp_path)
    register(store, "app")
    load_rows(store, tmp_path, "app", [{**person(91), "adres": TULA}])
    new_register(store, settings, tmp_path)
    before, stages = rows_of(store), list[str]()

    def stop(stage: str, done: int, of: int) -> None:
        if stage == "standardizing crm":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        renew(store, settings, progress=stop)
    assert rows_of(store) == before
    done = renew(store, settings, progress=lambda stage, done, of: stages.append(stage))
    assert done.sources == {"app": 1, "crm": 2}
    assert "standardizing crm" in stages
    assert "standardizing app" not in stages


def test_what_changed_meanwhile_is_left_alone(store: Store, settings: Settings, tmp_path: Path) -> None:
    filled(store, tmp_path)
    new_register(store, settings, tmp_path)
    assert renew(store, settings, dry_run=True).changed == 2
    load_rows(store, tmp_path, "crm", [{**person(90), "adres": "Тула, Лесная, 3"}])
    done = renew(store, settings)
    assert done.touched.changed == 1
    after = rows_of(store)
    assert (after["90"][0], after["api"][0]) == ("Лесная", "Металлургов")


def test_houses_of_facts_follow(store: Store, settings: Settings, tmp_path: Path) -> None:
    wipe(store)
    loading.register_source(store, HOUSES, "houses.yaml")
    (tmp_path / "houses.csv").write_text(f'id;adres\n1;"{TULA}"\n2;"Самара, Новая, 3"\n', encoding="utf-8")
    loading.load_files(store, settings, [loading.Request("houses", (tmp_path / "houses.csv",), "full")])
    new_register(store, settings, tmp_path)
    assert (renew(store, settings, dry_run=True).houses, renew(store, settings).houses) == (1, 1)
    with store.transaction() as connection:
        keys = connection.execute("select house_key from fact order by fact_key").fetchall()
    assert [("металлургов" in key, "новая" in key) for (key,) in keys] == [(True, False), (False, True)]


def test_rows_that_the_mapping_no_longer_reads_are_told(store: Store, settings: Settings, tmp_path: Path) -> None:
    filled(store, tmp_path)
    loading.register_source(store, MAPPING.format(name="crm", priority=0).replace("key: id", "key: ls"), "crm.yaml")
    before = rows_of(store)
    found: Renewed = renew(store, settings)
    assert (found.unread, found.changed) == (4, 0)
    assert rows_of(store) == before
