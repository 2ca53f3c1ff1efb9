"""How quickly the store takes a load: diff, records, nodes with keys and links, crosswalk, golden records, look-ups.

    python benchmarks/bench_store.py [--records 1000000]

The peer is plain COPY of the same records as CSV into a table without indexes, in the same run.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from litso.domain.record import standard_schema
from litso.store import crosswalk, golden, loads, nodes, parties, records, sources
from litso.store.bulk import copy_frame
from litso.store.database import Connection, Store, ensure_database
from litso.store.embedded import running_server
from litso.store.migrate import migrate

KEYS_A_NODE = 8
RECORDS_A_PARTY = 1.7


SERVER: list[int] = []


def processor_seconds() -> tuple[float, float]:
    """Seconds of processor time of this program and of the server's process that works for it."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in SERVER]
    return time.process_time(), sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


@contextmanager
def stage(name: str, rows: int) -> Iterator[None]:
    """Print rows a second of what happens inside, and the processor time it took."""
    wall, before = time.perf_counter(), processor_seconds()
    yield
    seconds, after = time.perf_counter() - wall, processor_seconds()
    own, server = after[0] - before[0], after[1] - before[1]
    print(f"{name:<40}{rows:>11,} rows {seconds:>7.2f} s {rows / seconds:>10,.0f} rows/s"
          f"   cpu: python {own:.2f} s, server {server:.2f} s", flush=True)  # fmt: skip


def standard_records(count: int) -> pa.Table:
    """Records of the size and filling of a billing system's."""
    number = pl.int_range(count)
    text = number.cast(pl.String)
    filled = {
        "source": pl.lit("billing"),
        "source_id": "A" + text,
        "kind": pl.lit("person"),
        "full_name": "Константинопольский Александр Сергеевич " + (number % 1000).cast(pl.String),
        "surname": "Константинопольский" + (number % 977).cast(pl.String),
        "given_name": pl.lit("Александр"),
        "patronymic": pl.lit("Сергеевич"),
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
        "phones": pl.concat_list("+7927" + (1_000_000 + number).cast(pl.String)),
        "accounts": pl.concat_list("4400" + text),
    }
    schema = standard_schema()
    columns = [
        filled.get(field.name, pl.lit(None))
        .cast(pl.DataFrame(schema.empty_table()).schema[field.name])
        .alias(field.name)
        for field in schema
    ]
    codes = [pl.lit(0, pl.Int8).alias(f"qc_{kind}") for kind in ("name", "phone", "address", "snils", "account")]
    return pl.select(number.alias("n")).lazy().select(columns).with_columns(codes).collect().to_arrow().cast(schema)


def payloads(count: int) -> list[str]:
    """Rows as received."""
    row = (
        '{{"abonent_id": "A{0}", "fio": "КОНСТАНТИНОПОЛЬСКИЙ АЛЕКСАНДР СЕРГЕЕВИЧ",'
        ' "adres": "Самара, Ленинградская {0}-12", "tel": "8 (927) {0}", "ls": "4400{0}", "saldo": "1234,56",'
        ' "bdate": "12.04.1961", "changed": "2026-01-01"}}'
    )
    return [row.format(number) for number in range(count)]


def golden_table(ids: list[str]) -> pa.Table:
    values = '{"full_name": "Константинопольский Александр Сергеевич", "phones": ["+79271000000"], "city": "г Самара"}'
    origin = '{"full_name": [{"value": "…", "source": "billing", "source_id": "A%d", "rule": "trusted", "qc": 0}]}'
    tokens = [
        "n:константинопольский",
        "n:александр",
        "n:сергеевич",
        "i:а",
        "i:с",
        "w:самара",
        "w:ленинградская",
        "f:12",
    ]
    rows = [
        {
            "party_id": party_id,
            "kind": "person",
            "name": "Константинопольский Александр Сергеевич",
            "golden_values": values,
            "provenance": origin % place,
            "records": 2,
            "tokens": [*tokens, f"h:{place % 300}", f"t:7927{1000000 + place}", f"r:{place}7297", f"a:4400{place}"],
        }
        for place, party_id in enumerate(ids)
    ]
    return pa.Table.from_pylist(rows, schema=golden.GOLDEN_SCHEMA)


def node_tables(connection: Connection, party_of: list[str]) -> tuple[pa.Table, pa.Table, pa.Table]:
    count = len(party_of)
    ids = nodes.new_ids(connection, count)
    random_bits = np.random.default_rng(7)
    found = pa.table(
        {"node_id": ids, "fingerprint": [random_bits.bytes(16).hex() for _ in range(count)], "party_id": party_of}
    )
    keys = random_bits.integers(0, count * 5, count * KEYS_A_NODE) * 0x9E3779B97F4A7C1
    ends = np.sort(random_bits.choice(ids, (count, 2)), axis=1)
    ends = np.unique(ends[ends[:, 0] < ends[:, 1]], axis=0)
    links = {"node_a": ends[:, 0], "node_b": ends[:, 1], "weight": np.ones(len(ends), np.float32)}
    return (
        found,
        pa.table({"key": keys, "node_id": np.repeat(ids, KEYS_A_NODE)}),
        pa.table({**links, "levels": [b"\1" * 14] * len(ends)}),
    )


def publish(store: Store, count: int) -> np.ndarray:
    standard, raw = standard_records(count), payloads(count)
    with store.session() as connection:
        SERVER[:] = [connection.info.backend_pid]
        with stage("peer: COPY as CSV, no index", count), connection.transaction():
            connection.execute("create table peer (like source_record including defaults)")
            row = records._row_frame(with_ids(standard, np.arange(count), None, np.arange(count), raw), 0)
            copy_frame(connection, "peer", row, freeze=True)
        connection.execute("drop table peer")
        with connection.transaction():
            sources.register(connection, name="billing", title="", party="person", priority=1, mapping="")
            load_id = loads.start(connection, source="billing", mode="full")
        whole = time.perf_counter()
        with connection.transaction():
            with stage("hash of rows as received", count):
                hashes = records.content_hashes(raw)
            with stage("diff", count):
                keys = pa.table({"source_id": standard["source_id"], "content_hash": hashes})
                found = records.diff(connection, "billing", keys, full=True)
            record_ids = found.rows["record_id"].to_numpy()
            ids = parties.new_ids(int(count / RECORDS_A_PARTY))
            party_of = [ids[place % len(ids)] for place in range(count)]
            node, key, link = node_tables(connection, party_of)
            with stage(f"nodes, {key.num_rows:,} keys, {link.num_rows:,} links", count):
                nodes.add_nodes(connection, node, key, link)
            with stage("records", count):
                new = with_ids(standard, record_ids, node["node_id"].to_numpy(), hashes, raw)
                records.write_new(connection, load_id, new)
            with stage("parties", len(ids)):
                parties.mint_many(connection, pa.table({"party_id": ids, "kind": ["person"] * len(ids)}))
            with stage("crosswalk", count):
                crosswalk.publish(connection, pa.table({"record_id": record_ids, "party_id": party_of}))
            table = golden_table(ids)
            with stage("golden", len(ids)):
                golden.publish(connection, table)
            loads.finish(connection, load_id)
        print(f"{'published, generation of the data included':<40}{time.perf_counter() - whole:>30.2f} s")
        with stage("diff of the same file", count), connection.transaction():
            again = records.diff(connection, "billing", keys, full=True)
            assert again.count(records.UNCHANGED) == count
        with stage("golden again, unchanged", len(ids)), connection.transaction():
            assert golden.publish(connection, table) == []
        with stage("read back as Arrow", count), connection.transaction():
            assert sum(batch.num_rows for batch in records.read_standard_batches(connection)) == count
    return key["key"].to_numpy()


def with_ids(
    standard: pa.Table, record_ids: np.ndarray, node_ids: np.ndarray | None, hashes: np.ndarray, raw: list[str]
) -> pa.Table:
    nothing = pa.nulls(standard.num_rows, pa.int64())
    added = {
        "record_id": pa.array(record_ids),
        "node_id": nothing if node_ids is None else pa.array(node_ids),
        "content_hash": pa.array(hashes),
        "payload": pa.array(raw),
    }
    for name, column in added.items():
        standard = standard.append_column(name, column)
    return standard


def look_up(store: Store, keys: np.ndarray, times: int = 3000) -> None:
    chance = random.Random(7)
    taken = []
    with store.transaction() as connection:
        for _ in range(times):
            chosen = [int(chance.choice(keys)) for _ in range(KEYS_A_NODE)]
            start = time.perf_counter()
            nodes.candidates(connection, chosen, most=50)
            taken.append(time.perf_counter() - start)
    centiles = statistics.quantiles(taken, n=100)
    print(f"candidates of {KEYS_A_NODE} keys: {times / sum(taken):,.0f}/s, "
          f"p50 {centiles[49] * 1e3:.2f} ms, p99 {centiles[98] * 1e3:.2f} ms")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--binaries", type=Path)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as home,
        running_server(Path(home), binaries=given.binaries) as server,
    ):
        url = ensure_database(server, "bench")
        migrate(url)
        store = Store(url)
        store.open()
        look_up(store, publish(store, given.records))
        with store.transaction() as connection:
            size = connection.execute("select pg_size_pretty(pg_database_size(current_database()))").fetchone()
        store.close()
    print(f"database {size[0]}, peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MiB")


if __name__ == "__main__":
    main()
