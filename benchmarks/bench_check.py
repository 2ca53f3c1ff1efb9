"""Screening: a base of parties against a list, all at once, by differences, and one party at a time.

    python benchmarks/bench_check.py [--parties 1000000] [--entries 500000] [--seed 1] [--out JSON]

Persons and entries are drawn from the demo's names; a hundredth of the entries are persons of the base. The store is an
embedded one in a temporary folder; golden records are written straight into it. Peers in the same run: an exact join in
PostgreSQL by number, or by name and day of birth (it grades nothing and knows no namesakes), and fuzzy comparison of
names by rapidfuzz, on a sample, for what holding every pair would take.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
import psutil
from rapidfuzz import fuzz, process

from litso.bootstrap import open_store
from litso.demo.names import load_names
from litso.demo.people import tax_checked
from litso.settings import Settings, load_settings
from litso.store import changes, golden
from litso.store.database import Connection, Store
from litso.usecases.reference import load_reference
from litso.usecases.screening import follow, screen

AT_ONCE = 100_000
SAMPLE = 50
SINGLE = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parties", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"LITSO_HOME": folder})
        with open_store(settings) as store:
            figures = measure(store, settings, given.parties, given.entries, given.seed)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    if given.out:
        given.out.write_text(json.dumps(figures, ensure_ascii=False))


def measure(store: Store, settings: Settings, parties: int, entries: int, seed: int) -> dict[str, Any]:
    """Seconds of the wall and of the processors, of this process and of PostgreSQL, and rates."""
    rng = np.random.default_rng(seed)
    people = persons(rng, parties, 0)
    listed = pl.concat([people.sample(entries // 100, seed=seed), persons(rng, entries - entries // 100, parties)])
    fill(store, people)
    first = write(settings.home / "list-1.csv", listed)
    changed = entries // 500
    second = write(settings.home / "list-2.csv", pl.concat([listed[changed:], persons(rng, changed, 10 * parties)]))
    figures: dict[str, Any] = {"parties": parties, "entries": entries}
    figures["load the list"], _ = timed(settings.home, lambda: load_reference(store, settings, "bankrupts", first))
    figures["screen everything"], done = timed(settings.home, lambda: screen(store))
    figures["parties/s"] = round(parties / figures["screen everything"]["wall"])
    figures["matches"] = done.found
    load_reference(store, settings, "bankrupts", second)
    figures["a new edition, 0.2 % changed"], done = timed(settings.home, lambda: screen(store))
    figures["entries held"] = done.entries["bankrupts"]
    with store.transaction() as connection:
        touched = people["party_id"].sample(parties // 1000, seed=seed).to_list()
        changes.append(connection, [("party.changed", party, {}) for party in touched])
    figures["a load, 0.1 % of parties"], _ = timed(settings.home, lambda: screen(store))
    figures["nothing changed"], _ = timed(settings.home, lambda: screen(store))
    figures["one party, ms"] = one_by_one(store, people["party_id"].sample(SINGLE, seed=seed).to_list())
    figures["peer: exact join in PostgreSQL"], _ = timed(settings.home, lambda: exact_join(store, listed))
    figures["peer: rapidfuzz, all pairs, estimated s"] = fuzzy(people, listed)
    figures["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return figures


def persons(rng: np.random.Generator, count: int, offset: int) -> pl.DataFrame:
    """Persons: `party_id`, `full_name`, `birth_date`, `inn`, `snils`; four in ten lack a day of birth or a number."""
    names = load_names()
    culture, gender, year = (
        (rng.random(count) < 0.1).astype(int),
        rng.integers(0, 2, count),
        rng.integers(1940, 2007, count),
    )
    family = names.draw_surnames(rng, culture)
    own = names.draw_given(rng, culture, gender, year)
    father = names.draw_given(rng, culture, np.zeros(count, int), year - 28)
    man = pl.Series(gender == 0)

    def either(men: pl.Series, women: pl.Series, at: np.ndarray[Any, Any]) -> pl.Series:
        return (
            pl.DataFrame({"man": man, "m": men.gather(at), "w": women.gather(at)})
            .select(pl.when("man").then("m").otherwise("w"))
            .to_series()
        )

    number = np.arange(count) + offset
    born = pl.Series(
        np.datetime64("1940-01-01") + ((year - 1940) * 365 + rng.integers(0, 365, count)).astype("timedelta64[D]")
    )
    frame = pl.DataFrame({
        "party_id": [str(UUID(int=int(one) + 1)) for one in number],
        "surname": either(names.surname_men, names.surname_women, family),
        "given": names.given.gather(own),
        "patronymic": either(names.patronymic_men, names.patronymic_women, father),
        "birth_date": born.cast(pl.Date),
        "inn": pl.Series(tax_checked(tax_checked(5_000_000_000 + number, 10), 11)).cast(pl.String),
        "has_birth": rng.random(count) < 0.8,
        "has_inn": rng.random(count) < 0.4,
    })  # fmt: skip
    return frame.select(
        "party_id",
        full_name=pl.concat_str("surname", "given", "patronymic", separator=" "),
        birth_date=pl.when("has_birth").then("birth_date"),
        inn=pl.when("has_inn").then("inn"),
    )


def fill(store: Store, people: pl.DataFrame) -> None:
    """Golden records of the persons, and the changes that tell of them."""

    def batches() -> Iterator[Any]:
        for part in people.iter_slices(AT_ONCE):
            values = part.select(pl.struct(pl.exclude("party_id")).struct.json_encode())
            yield part.select(
                "party_id", kind=pl.lit("person"), name="full_name", golden_values=values.to_series(),
                provenance=pl.lit("{}"), records=pl.lit(1, pl.Int32), tokens=pl.lit([], pl.List(pl.String)),
            ).to_arrow().cast(golden.GOLDEN_SCHEMA)  # fmt: skip

    with store.transaction() as connection:
        golden.publish_batches(connection, batches(), people.height)
        told = people.select("party_id", type=pl.lit("party.created"))
        changes.append_many(connection, told.to_arrow())
        connection.execute("analyze golden")


def write(path: Path, listed: pl.DataFrame) -> Path:
    """A list in the form of a plain CSV."""
    listed.select(name="full_name", kind=pl.lit("person"), birth_date="birth_date", inn="inn").write_csv(path)
    return path


def timed(home: Path, work: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    """Seconds of some work: wall, processor of this process, and of PostgreSQL."""
    began, own, served = time.perf_counter(), time.process_time(), server_seconds(home)
    done = work()
    spent = {
        "wall": time.perf_counter() - began,
        "cpu": time.process_time() - own,
        "postgres": server_seconds(home) - served,
    }
    return {name: round(value, 2) for name, value in spent.items()}, done


def server_seconds(home: Path) -> float:
    """Processor seconds of the embedded server and of all that it started."""
    (pid_file,) = home.rglob("postmaster.pid")
    server = psutil.Process(int(pid_file.read_text().split()[0]))
    total = 0.0
    for one in (server, *server.children(recursive=True)):
        try:
            spent = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += spent.user + spent.system + (spent.children_user + spent.children_system if one == server else 0)
    return total


def one_by_one(store: Store, party_ids: list[str]) -> dict[str, float]:
    """Milliseconds to screen one changed party."""
    spent, busy = [], time.process_time()
    for party in party_ids:
        with store.transaction() as connection:
            changes.append(connection, [("party.changed", party, {})])
        began = time.perf_counter()
        with store.transaction() as connection:
            follow(connection, [party])
        spent.append((time.perf_counter() - began) * 1000)
    busy = (time.process_time() - busy) * 1000 / len(party_ids)
    return {"median": round(float(np.median(spent)), 2), "p99": round(float(np.quantile(spent, 0.99)), 2), "cpu": busy}


def exact_join(store: Store, listed: pl.DataFrame) -> int:
    """Parties that share an ИНН, or a name with the day of birth, with an entry: by a join."""
    with store.transaction() as connection:
        connection.execute("create temp table entry (full_name text, birth_date text, inn text) on commit drop")
        copied = listed.select("full_name", pl.col("birth_date").cast(pl.String), "inn")
        with connection.cursor().copy("copy entry from stdin") as copy:
            for row in copied.iter_rows():
                copy.write_row(row)
        connection.execute("analyze entry")
        (found,) = count(connection)
        return found


def count(connection: Connection) -> tuple[int]:
    """How many pairs the join finds."""
    row = connection.execute("""
        select count(*) from (
            select g.party_id, e.ctid from golden g join entry e on g.golden_values->>'inn' = e.inn
            union
            select g.party_id, e.ctid from golden g join entry e
            on g.golden_values->>'full_name' = e.full_name and g.golden_values->>'birth_date' = e.birth_date
        ) found
    """).fetchone()
    assert row is not None
    return (int(row[0]),)


def fuzzy(people: pl.DataFrame, listed: pl.DataFrame) -> int:
    """Seconds that fuzzy comparison of all names would take, from a sample of parties against all entries."""
    names, sample = listed["full_name"].to_list(), people["full_name"].head(SAMPLE).to_list()
    began = time.process_time()
    process.cdist(sample, names, scorer=fuzz.ratio, score_cutoff=85, workers=1)
    return round((time.process_time() - began) / SAMPLE * people.height)


if __name__ == "__main__":
    main()
