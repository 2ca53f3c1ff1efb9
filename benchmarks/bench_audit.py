"""What the audit costs: entries a second, and sealing and verifying them.

Peer: the same entries chained as they are written, each with the hash of the one before under a lock of the head.

    python benchmarks/bench_audit.py [--rows 20000] [--threads 4]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from litso.store import audit
from litso.store.audit_blocks import verify
from litso.store.database import Connection, Store, connect, ensure_database
from litso.store.embedded import running_server
from litso.store.migrate import migrate
from litso.usecases.auditing import seal_all

PARTY = "0199aaaa-0000-7000-8000-000000000001"
FIELDS = ("accounts", "address", "birth_date", "emails", "full_name", "phones")

PEER = """
    create table peer_head (hash bytea not null);
    insert into peer_head values (sha256(''));
    create table peer (like audit including defaults, hash bytea not null);
"""
CHAINED = """
    with head as (select hash from peer_head for update), now as (
        insert into peer (actor, action, party_id, fields, purpose, hash)
        select 'bench', 'profile', %(party)s, %(fields)s, 'call', sha256(hash || convert_to(%(line)s, 'utf8')) from head
        returning hash
    )
    update peer_head set hash = now.hash from now
"""


def plain(connection: Connection) -> None:
    audit.write(connection, actor="bench", action="profile", party_id=PARTY, fields=FIELDS, purpose="call", version=1)


def chained(connection: Connection) -> None:
    parameters = {"party": PARTY, "fields": list(FIELDS), "line": f"bench profile {PARTY} {FIELDS}"}
    connection.execute(CHAINED.encode(), parameters)


def written(url: str, write: Callable[[Connection], None], rows: int, threads: int) -> float:
    """Seconds that it takes, a transaction an entry."""

    def work(count: int) -> None:
        with connect(url) as connection:
            for _ in range(count):
                write(connection)
                connection.commit()

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, [rows // threads] * threads))
    return time.perf_counter() - began


def told(what: str, rows: int, wall: float, processor: float | None = None) -> None:
    used = "" if processor is None else f", {rows / processor:>9,.0f} a processor second of Litso"
    print(f"{what:<28} {rows:>8,} rows {wall:8.2f} s {rows / wall:>10,.0f} a second{used}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--threads", type=int, default=4)
    given = parser.parse_args()
    rows = given.rows // given.threads * given.threads
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        url = ensure_database(server, "bench")
        migrate(url)
        with connect(url) as connection:
            connection.execute(PEER.encode())
        told("written, sealed later", rows, written(url, plain, rows, given.threads))
        told("peer: chained at once", rows, written(url, chained, rows, given.threads))
        with connect(url) as connection:
            many = (
                "insert into audit (actor, action, party_id, fields, purpose, version) select actor, action, party_id,"
                " fields, purpose, version from audit, generate_series(1, 9)"
            )
            connection.execute(many.encode())
        store = Store(url)
        store.open()
        began, before = time.perf_counter(), time.process_time()
        sealed = seal_all(store)
        told("sealed", sealed, time.perf_counter() - began, time.process_time() - before)
        began, before = time.perf_counter(), time.process_time()
        with store.transaction() as connection:
            found = verify(connection)
        told("verified", found.rows, time.perf_counter() - began, time.process_time() - before)
        if found.faults or found.rows != sealed:
            raise SystemExit(f"the chain does not hold: {found.faults[:3]}")
        store.close()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")


if __name__ == "__main__":
    main()
