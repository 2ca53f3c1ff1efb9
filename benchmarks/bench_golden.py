"""Publication of golden records: all at once into an empty store, all again, and one party after a change.

    python benchmarks/bench_golden.py [--parties 1000000] [--singles 300]

Parties have one to three records each, of billing and a CRM, that differ in spelling, phones and age; they are
written to files first, which is not counted. Measured are the golden record itself (survivorship, provenance, search
tokens) and its way into PostgreSQL with the commit. One party is published as after a pin: its records are read, its
golden record is worked out, written and told of, on connections of the pool, as a server does. The peer of the first is
COPY of the same finished rows into a table without indexes, that of the second an UPDATE of one row by its key.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import numpy as np
import polars as pl

from litso.bootstrap import open_store
from litso.domain.record import standard_schema
from litso.settings import load_settings
from litso.store.bulk import copy_frame
from litso.store.database import Connection, Store
from litso.usecases.demo import build_town, load_folder
from litso.usecases.pinning import republish
from litso.usecases.publication import publish_many

AT_ONCE = 50_000
RECORDS = 3
NAMES = ("Александр", "Мария", "Сергей", "Елена", "Дмитрий", "Ольга", "Айрат", "Наталья")
NO_SERIALS = pl.DataFrame(schema={"account": pl.String, "serial": pl.String})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parties", type=int, default=1_000_000)
    parser.add_argument("--singles", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with open_store(load_settings({"LITSO_HOME": f"{folder}/bulk"})) as store:
            in_bulk(store, written(Path(folder), given.parties), given.parties)
        settings = load_settings({"LITSO_HOME": f"{folder}/town"})
        with open_store(settings) as store:
            build_town(Path(folder) / "files", persons=2_000, seed=1, progress=silent)
            load_folder(store, settings, Path(folder) / "files", silent)
            one_by_one(store, given.singles)
    print(f"peak memory of the program {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


def silent(stage: str, done: int, of: int) -> None:
    del stage, done, of


# All at once ----------------------------------------------------------------------------------------------------


def in_bulk(store: Store, files: list[Path], parties: int) -> None:
    """Print parties a second of publishing all, of publishing all again, and of the peer."""
    for title in ("publish into an empty store", "publish all again, nothing new"):
        with timed(title, parties), store.transaction() as connection:
            changed = publish_many(connection, map(pl.read_parquet, files), NO_SERIALS, parties)
        print(f"  {len(changed):,} new or changed")
    columns = "party_id::text, kind, name, golden_values::text, provenance::text, records, search::text"
    with store.transaction() as connection:
        rows = connection.execute(f"select {columns} from golden limit {AT_ONCE}".encode()).fetchall()
        names = ["party_id", "kind", "name", "golden_values", "provenance", "records", "search"]
        finished = pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
        connection.execute("create table peer (party_id text, kind text, name text, golden_values text,"
                           " provenance text, records integer, search text)")  # fmt: skip
    with timed("peer: COPY of finished rows", parties), store.transaction() as connection:
        for _ in range(0, parties, AT_ONCE):
            copy_frame(connection, "peer", finished)


@contextmanager
def timed(title: str, rows: int) -> Iterator[None]:
    wall, own = time.perf_counter(), time.process_time()
    yield
    wall, own = time.perf_counter() - wall, time.process_time() - own
    print(f"{title:<32} {wall:7.1f} s {own:7.1f} cpu s here {rows / wall:10,.0f} parties/s", flush=True)


def written(folder: Path, parties: int) -> list[Path]:
    """Files with the records of the parties, some tens of thousands of parties each; the same for the same number."""
    files = []
    for first in range(0, parties, AT_ONCE):
        files.append(folder / f"{first}.parquet")
        members(first, min(AT_ONCE, parties - first)).write_parquet(files[-1])
    return files


def members(first: int, count: int) -> pl.DataFrame:
    """One to three records of each of `count` parties."""
    rng = np.random.default_rng(first)
    sizes = rng.integers(1, RECORDS + 1, count)
    party = np.repeat(np.arange(first, first + count), sizes)
    place = np.arange(len(party)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    ids = [str(UUID(int=0x4B1D << 112 | number << 40 | number)) for number in range(first, first + count)]
    number, at = pl.Series(party), pl.Series(place)
    text = number.cast(pl.String)
    given = pl.Series(NAMES).gather(party % len(NAMES))
    surname = "Константинопольский" + (number % 9_973).cast(pl.String)
    filled = {
        "source": pl.Series(["billing", "crm", "crm"]).gather(place),
        "source_id": text + "-" + at.cast(pl.String),
        "kind": pl.lit("person"),
        "surname": surname,
        "given_name": given,
        "patronymic": pl.lit("Сергеевич"),
        "full_name": surname + " " + given + pl.Series([" Сергеевич", " С.", " сергеевич"]).gather(place),
        "gender": pl.lit("М"),
        "address": "443001, Самарская обл, г Самара, ул Ленинградская, д. "
        + (number % 300).cast(pl.String)
        + ", кв. 12",
        "city": pl.lit("г Самара"),
        "street": pl.lit("ул Ленинградская"),
        "house": (number % 300).cast(pl.String),
        "flat": (number % 90).cast(pl.String),
        "house_key": "самара|ленинградская|" + (number % 300).cast(pl.String),
        "snils": 10_000_000_000 + number.cast(pl.Int64),
        "phones": pl.concat_list("+7927" + (1_000_000 + (number + at * 37) % 9_000_000).cast(pl.String)),
        "accounts": pl.concat_list("4400" + text),
    }
    schema = pl.DataFrame(standard_schema().empty_table()).schema
    columns = [filled.get(name, pl.lit(None)).cast(kind).alias(name) for name, kind in schema.items()]
    codes = [pl.lit(0, pl.Int8).alias(f"qc_{kind}") for kind in ("name", "phone", "address", "snils", "account")]
    frame = pl.select(number.alias("n")).select(columns).with_columns(codes)
    return frame.with_columns(
        pl.Series("party_id", ids).gather(party - first), priority=pl.lit(10, pl.Int64) - at.cast(pl.Int64) * 5
    )


# One party ------------------------------------------------------------------------------------------------------


def one_by_one(store: Store, singles: int) -> None:
    """Print milliseconds of one party's publication after one of its records changed, and of the peer."""
    with store.transaction() as connection:
        query = "select party_id::text from golden where kind = 'person' order by md5(party_id::text) limit %s"
        chosen = [row[0] for row in connection.execute(query, [singles]).fetchall()]
    ours, peer, own = [], [], 0.0
    for party in chosen:
        with store.transaction() as connection:
            change(connection, party)
        begun, processor = time.perf_counter(), time.process_time()
        with store.transaction() as connection:
            republish(connection, [party])
        ours.append((time.perf_counter() - begun) * 1000)
        own += (time.process_time() - processor) * 1000
        begun = time.perf_counter()
        with store.transaction() as connection:
            connection.execute("update golden set name = name || ' ' where party_id = %s", [party])
        peer.append((time.perf_counter() - begun) * 1000)
    print(f"of the processor here {own / len(ours):.2f} ms a party")
    for title, spent in (("republish one party", ours), ("peer: UPDATE of one row", peer)):
        low = statistics.quantiles(spent, n=20)
        print(f"{title:<32} median {statistics.median(spent):6.2f} ms, 95 % {low[-1]:6.2f} ms of {len(spent)}")


def change(connection: Connection, party: str) -> None:
    """One record of the party says another given name from now on."""
    connection.execute(
        "update source_record set given_name = coalesce(given_name, '') || 'а', updated_at = now()"
        " where record_id = (select min(record_id) from crosswalk where party_id = %s and until is null)",
        [party],
    )


if __name__ == "__main__":
    main()
