"""The graph: how right households and roles are by the demo's truth, and how long everything takes to be worked out.

    python benchmarks/bench_graph.py TOWN     # a folder of `litso demo build`, already loaded into the store

The peer is the naive rule, by DuckDB in the same run: a person lives where its golden record says, and all at one
address are one household. Prints records a second, processor seconds of this program and of the server's process, and
the peak of memory.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from litso.bootstrap import open_store
from litso.settings import load_settings
from litso.store.database import Connection
from litso.usecases.graph import refresh

KINDS = {"owner": ["owner"], "payer": ["payer"], "lives": ["resident", "tenant"]}


def frame(connection: Connection, query: str, *columns: str) -> pl.DataFrame:
    rows = connection.execute(query.encode()).fetchall()
    return pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)


def main(town: Path) -> None:
    today = date.fromisoformat(pl.read_json(town / "demo.json")["today"].item())
    with open_store(load_settings()) as store, store.transaction() as connection:
        (records,) = connection.execute("select count(*) from source_record where node_id is not null").fetchone()  # type: ignore[misc]
        with timed("ours", connection, records):
            size = refresh(connection)
        print(f"{size.roles:,} roles, {size.households:,} households")
        with timed("naive, DuckDB", connection, records):
            naive = naive_households(connection)
        people = known_people(connection, town)
        print_households(connection, town, people, naive)
        print_moves(connection, town, people, today)
        connection.rollback()


@contextmanager
def timed(title: str, connection: Connection, records: int) -> Iterator[None]:
    wall, own, server = time.perf_counter(), time.process_time(), server_seconds(connection)
    yield
    wall, own, server = time.perf_counter() - wall, time.process_time() - own, server_seconds(connection) - server
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{title}: {wall:.1f} s, processor {own:.1f} s here and {server:.1f} s in the server, {records / wall:,.0f}"
          f" records/s ({records / (own + server):,.0f} a processor second), peak {peak:,} MB")  # fmt: skip


def server_seconds(connection: Connection) -> float:
    fields = Path(f"/proc/{connection.info.backend_pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def naive_households(connection: Connection) -> pl.DataFrame:
    """`party_id`, `found`: persons at one address as a household."""
    golden = frame(connection, "select party_id::text, kind, golden_values->>'house_key', golden_values->>'flat'"
                   " from golden", "party_id", "kind", "house", "flat")  # fmt: skip
    query = """select party_id, cast(dense_rank() over (order by house, coalesce(flat, '')) as varchar) as found
               from golden where kind = 'person' and house is not null"""
    with duckdb.connect() as peer:
        peer.register("golden", golden.to_arrow())
        return pl.DataFrame(peer.sql(query).to_arrow_table())


def known_people(connection: Connection, town: Path) -> pl.DataFrame:
    """`party_id`, `person_id`: each person by the party that has most of its records."""
    owned = frame(connection, "select source, source_id, c.party_id::text from source_record join crosswalk c"
                  " using (record_id) where until is null", "source", "source_id", "party_id")  # fmt: skip
    true = owned.join(pl.read_parquet(town / "truth.parquet"), on=["source", "source_id"])
    counted = true.group_by("party_id", "person_id").len().sort("len", "party_id", descending=True)
    best = counted.unique("person_id", keep="first", maintain_order=True)
    return best.filter(pl.col("person_id").str.starts_with("p")).select("party_id", "person_id")


def pairs(groups: pl.DataFrame, *by: str) -> int:
    known = groups.drop_nulls(list(by)).group_by(by).len()["len"].cast(pl.Int64)
    return int((known * (known - 1) // 2).sum())


def print_households(connection: Connection, town: Path, people: pl.DataFrame, naive: pl.DataFrame) -> None:
    ours = frame(connection, "select party_id::text, household_id::text from household_member", "party_id", "found")
    placed = frame(connection, "select distinct party_id::text from tie where place is not null or account is not null",
                   "party_id")  # fmt: skip
    true = people.join(pl.read_parquet(town / "households.parquet"), on="person_id")
    for name, found in (("ours", ours), ("naive", naive)):
        joined = true.join(found, on="party_id", how="left")
        some = joined.join(placed, on="party_id", how="semi")
        right = pairs(joined, "found", "household_id")
        of_placed, of_all = right / pairs(some, "household_id"), right / pairs(joined, "household_id")
        print(f"households, {name}: precision {right / pairs(joined, 'found'):.4f}, recall"
              f" {of_placed:.4f} of persons placed, {of_all:.4f} of all {joined.height:,}")  # fmt: skip


def print_moves(connection: Connection, town: Path, people: pl.DataFrame, today: date) -> None:
    """Roles of today on both premises of persons who moved, of those whom a record shows at the new one since."""
    moves = pl.read_parquet(town / "moves.parquet")
    true = pl.read_parquet(town / "roles.parquet")
    premises = frame(connection, "select fact_key, house_key || '#' || coalesce(flat, '') from fact"
                     " where kind = 'premise'", "premise_id", "place")  # fmt: skip
    ties = frame(connection, "select party_id::text, what, account, place, last_at::date from tie"
                 " where what not in ('contact', 'name')",
                 "party_id", "what", "account", "place", "last_at")  # fmt: skip
    ours = frame(connection, "select party_id::text, role, account, since, until from role",
                 "party_id", "role", "account", "since", "until").join(people, on="party_id")  # fmt: skip
    seen = ties.filter(pl.col("what") != "reader").join(people, on="party_id").join(premises, on="place")
    shown = moves.join(seen, left_on=["person_id", "to_premise"], right_on=["person_id", "premise_id"])
    shown = shown.filter(pl.col("last_at") >= pl.col("moved_on")).select("person_id").unique()
    both = pl.concat([moves.select("person_id", pl.col(side).alias("premise_id")) for side in
                      ("from_premise", "to_premise")])  # fmt: skip
    accounts = true.select("account", "premise_id").drop_nulls().unique()
    asked = both.join(people, on="person_id").join(accounts, on="premise_id").unique()
    paid = ties.filter(pl.col("what") == "payer").select("account").unique()
    for name, chosen in (("all known", asked), ("shown", asked.join(shown, on="person_id", how="semi"))):
        right = total = 0
        for kind, roles in KINDS.items():
            of_kind = chosen.join(paid, on="account", how="semi") if kind == "payer" else chosen
            answers = of_kind.join(present(true, roles, today, "true"), on=["person_id", "account"], how="left")
            answers = answers.join(present(ours, roles, today, "ours"), on=["person_id", "account"], how="left")
            agree = int((answers["true"].fill_null(False) == answers["ours"].fill_null(False)).sum())
            right, total = right + agree, total + answers.height
            print(f"moves, {name}, {kind}: {agree / answers.height:.4f} of {answers.height:,}")
        print(f"moves, {name}, together: {right / total:.4f} of {total:,}")


def present(roles: pl.DataFrame, wanted: list[str], day: date, name: str) -> pl.DataFrame:
    holds = (pl.col("since").is_null() | (pl.col("since") <= day)) & (
        pl.col("until").is_null() | (pl.col("until") > day)
    )
    chosen = roles.filter(pl.col("role").is_in(wanted) & holds).select("person_id", "account")
    return chosen.unique().with_columns(pl.lit(True).alias(name))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
