"""Facts: accounts, meters, readings, payments, charges, requests, calls, outages, premises."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

import polars as pl
import pyarrow as pa

from litso.store.bulk import copy_frame, filling, read_table
from litso.store.database import Connection, rows_of, scalar
from litso.store.queries import statements

_COLUMNS: Final = (
    "kind", "source", "fact_key", "record_id", "load_id", "at", "until", "account", "house_key", "flat", "amount",
    "title", "status", "data",
)  # fmt: skip


class Fact(NamedTuple):
    """A fact. `amount` is in roubles; the balance of an account is positive when it is a debt."""

    fact_id: int
    kind: str
    source: str
    fact_key: str
    record_id: int | None
    load_id: int
    at: datetime | None
    until: datetime | None
    account: str | None
    house_key: str | None
    flat: str | None
    amount: Decimal | None
    title: str | None
    status: str | None
    data: dict[str, Any]


class Written(NamedTuple):
    """What a load did to facts."""

    inserted: int
    changed: int
    deleted: int


class Delivery(NamedTuple):
    """The facts of one source that come with a load.

    batches: tables of fact_schema with `record_id` (null: hangs on its account or house alone) instead of `source_id`
    and `house_key` instead of `address`; each (kind, fact_key) once in all of them. expected: about how many facts.
    A full delivery deletes facts of the source that it does not have, of the kinds that it has.
    """

    load_id: int
    source: str
    batches: Iterable[pa.Table]
    expected: int
    is_full: bool


def publish_many(connection: Connection, deliveries: Sequence[Delivery]) -> list[Written]:
    """Write facts of several sources, each once, after their records."""
    written = {one.source: _merge(connection, one) for one in deliveries if _has_any(connection, one.source)}
    fresh = [one for one in deliveries if one.source not in written]
    with filling(connection, {"fact": sum(one.expected for one in fresh)}) as emptied:
        for one in fresh:
            frames = (_row_frame(table, one.load_id) for table in one.batches)
            count = sum(copy_frame(connection, "fact", frame, freeze=bool(emptied)) for frame in frames)
            written[one.source] = Written(count, 0, 0)
    return [written[one.source] for one in deliveries]


def publish(connection: Connection, load_id: int, source: str, facts: pa.Table, *, full: bool) -> Written:
    """As `publish_many` for the facts of one source in one table, which names records by `source_id`.

    Of repeated (kind, fact_key) the last row counts.
    """
    frame = pl.DataFrame(facts).unique(["kind", "fact_key"], keep="last", maintain_order=True)
    asked = {"source": source, "ids": frame["source_id"].unique().to_list()}
    schema = pa.schema([("source_id", pa.string()), ("record_id", pa.int64())])
    owners = pl.DataFrame(read_table(connection, statements("facts")["owners"], schema, asked))
    owned = frame.join(owners, on="source_id", how="left", maintain_order="left")
    return publish_many(connection, [Delivery(load_id, source, [owned.to_arrow()], frame.height, full)])[0]


def move(connection: Connection, source: str, batches: Iterable[pa.Table], *, dry_run: bool = False) -> int:
    """Give facts of a source, named by `kind`, `fact_key` and `record_id`, another `house_key` and `flat`.

    Answers how many have others now, or would have; facts that hang on another record by now stay as they are.
    """
    connection.execute(statements("facts")["create_moved"])
    for table in batches:
        copy_frame(connection, "moved_fact", pl.DataFrame(table))
    source_is = {"source": source}
    if dry_run:
        moved = int(scalar(connection, statements("facts")["count_moved"], source_is))
    else:
        moved = connection.execute(statements("facts")["move"], source_is).rowcount
    connection.execute("truncate pg_temp.moved_fact")
    return moved


def _has_any(connection: Connection, source: str) -> bool:
    return bool(scalar(connection, statements("facts")["any_of_source"], {"source": source}))


def _merge(connection: Connection, delivery: Delivery) -> Written:
    """Facts of a source that has some already."""
    connection.execute(statements("facts")["drop_incoming"])
    connection.execute(statements("facts")["create_incoming"])
    frames = (_row_frame(table, delivery.load_id) for table in delivery.batches)
    count = sum(copy_frame(connection, "incoming_fact", frame) for frame in frames)
    connection.execute(statements("facts")["analyze_incoming"])
    before = int(scalar(connection, statements("facts")["known"]))
    source = {"source": delivery.source}
    deleted = connection.execute(statements("facts")["delete_missing"], source).rowcount if delivery.is_full else 0
    changed = connection.execute(statements("facts")["update_changed"]).rowcount
    connection.execute(statements("facts")["insert_new"])
    return Written(count - before, changed, deleted)


def _row_frame(facts: pa.Table, load_id: int) -> pl.DataFrame:
    frame = pl.DataFrame(facts)
    if "house_key" not in frame.columns:
        frame = frame.with_columns(house_key=pl.lit(None, dtype=pl.String))
    return frame.with_columns(pl.col("data").fill_null("{}"), load_id=pl.lit(load_id)).select(_COLUMNS)


def of_records(connection: Connection, record_ids: Sequence[int], *, limit: int = 500) -> list[Fact]:
    """Facts that hang on records, the latest first, at most `limit` of each kind."""
    return rows_of(connection, Fact, statements("facts")["of_records"], {"ids": list(record_ids), "limit": limit})


def of_accounts(connection: Connection, accounts: Sequence[str], *, limit: int = 500) -> list[Fact]:
    """Facts of accounts, the latest first, at most `limit` of each kind."""
    parameters = {"accounts": list(accounts), "limit": limit}
    return rows_of(connection, Fact, statements("facts")["of_accounts"], parameters)


def of_homes(connection: Connection, homes: Mapping[str, Collection[str]], *, limit: int = 500) -> list[Fact]:
    """Outages of houses, and outages and premises of their flats (house → flats), the latest first.

    At most `limit` of each kind.
    """
    pairs = [(house, flat) for house, flats in homes.items() for flat in flats]
    parameters = {
        "house_keys": list(homes),
        "flat_houses": [house for house, _ in pairs],
        "flats": [flat for _, flat in pairs],
        "limit": limit,
    }
    return rows_of(connection, Fact, statements("facts")["of_homes"], parameters)


def of_party(connection: Connection, party_id: str, accounts: Sequence[str], *, limit: int = 500) -> list[Fact]:
    """Facts that hang on the records of a party or on its accounts, the latest first, at most `limit` of each kind."""
    parameters = {"party_id": party_id, "accounts": list(accounts), "limit": limit}
    return rows_of(connection, Fact, statements("facts")["of_party"], parameters)


def count(connection: Connection) -> dict[str, int]:
    """Number of facts of each kind."""
    return dict(connection.execute(statements("facts")["count"]).fetchall())


def serials(connection: Connection, accounts: Sequence[str]) -> dict[str, list[str]]:
    """Serial numbers of the meters of accounts."""
    if not accounts:
        return {}
    return dict(connection.execute(statements("facts")["serials"], {"accounts": list(accounts)}).fetchall())


def all_serials(connection: Connection) -> pl.DataFrame:
    """Serial numbers of the meters of all accounts: `account`, `serial`, each pair once."""
    schema = pa.schema([("account", pa.string()), ("serial", pa.string())])
    return pl.DataFrame(read_table(connection, statements("facts")["all_serials"], schema))
