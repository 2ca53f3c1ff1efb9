"""Facts: accounts, meters, readings, payments, charges, requests, calls, outages, premises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

import polars as pl
import pyarrow as pa

from litso.store.bulk import copy_frame, filling, read_table
from litso.store.database import Connection, rows_of, scalar
from litso.store.queries import statements

_COLUMNS: Final = (
    "kind", "source", "fact_key", "source_id", "load_id", "at", "until", "account", "house_key", "flat", "amount",
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


def publish(connection: Connection, load_id: int, source: str, facts: pa.Table, *, full: bool) -> Written:
    """Write facts of one source: fact_schema with `house_key` beside (or instead of) `address`, after its records.

    Of repeated (kind, fact_key) the last row counts. A `full` load deletes facts of the source that it does not have,
    of the kinds that it has. A fact whose `source_id` is no record of the source hangs on its account or house alone.
    """
    frame = _row_frame(facts, load_id)
    if not scalar(connection, statements("facts")["any"]) and frame.height:
        return _fill(connection, source, frame)
    connection.execute(statements("facts")["drop_incoming"])
    connection.execute(statements("facts")["create_incoming"])
    copy_frame(connection, "incoming_fact", frame)
    connection.execute(statements("facts")["analyze_incoming"])
    before = int(scalar(connection, statements("facts")["known"]))
    deleted = connection.execute(statements("facts")["delete_missing"], {"source": source}).rowcount if full else 0
    changed = connection.execute(statements("facts")["update_changed"]).rowcount
    connection.execute(statements("facts")["insert_new"])
    return Written(frame.height - before, changed, deleted)


def _row_frame(facts: pa.Table, load_id: int) -> pl.DataFrame:
    frame = pl.DataFrame(facts)
    if "house_key" not in frame.columns:
        frame = frame.with_columns(house_key=pl.lit(None, dtype=pl.String))
    filled = frame.with_columns(pl.col("data").fill_null("{}"), load_id=pl.lit(load_id))
    return filled.select(_COLUMNS).unique(["source", "kind", "fact_key"], keep="last", maintain_order=True)


def _fill(connection: Connection, source: str, frame: pl.DataFrame) -> Written:
    """The first facts of all: straight into the table."""
    connection.execute(statements("facts")["drop_incoming"])
    connection.execute(statements("facts")["create_incoming"])
    copy_frame(connection, "incoming_fact", frame)
    with filling(connection, {"fact": frame.height}):
        connection.execute(statements("facts")["insert_all"])
    return Written(frame.height, 0, 0)


def of_records(connection: Connection, record_ids: Sequence[int], *, limit: int = 500) -> list[Fact]:
    """Facts that hang on records, the latest first, at most `limit` of each kind."""
    return rows_of(connection, Fact, statements("facts")["of_records"], {"ids": list(record_ids), "limit": limit})


def of_accounts(connection: Connection, accounts: Sequence[str], *, limit: int = 500) -> list[Fact]:
    """Facts of accounts, the latest first, at most `limit` of each kind."""
    parameters = {"accounts": list(accounts), "limit": limit}
    return rows_of(connection, Fact, statements("facts")["of_accounts"], parameters)


def of_houses(
    connection: Connection, house_keys: Sequence[str], kinds: Sequence[str], *, limit: int = 500
) -> list[Fact]:
    """Facts of some kinds (outage, premise) that hang on houses, the latest first, at most `limit` of each kind."""
    parameters = {"house_keys": list(house_keys), "kinds": list(kinds), "limit": limit}
    return rows_of(connection, Fact, statements("facts")["of_houses"], parameters)


def of_party(connection: Connection, party_id: str, accounts: Sequence[str], *, limit: int = 500) -> list[Fact]:
    """Facts that hang on the records of a party or on its accounts, the latest first, at most `limit` of each kind."""
    parameters = {"party_id": party_id, "accounts": list(accounts), "limit": limit}
    return rows_of(connection, Fact, statements("facts")["of_party"], parameters)


def count(connection: Connection) -> dict[str, int]:
    """Number of facts of each kind."""
    return dict(connection.execute(statements("facts")["count"]).fetchall())


def serials(connection: Connection, accounts: Sequence[str]) -> dict[str, list[str]]:
    """Serial numbers of the meters of accounts."""
    return dict(connection.execute(statements("facts")["serials"], {"accounts": list(accounts)}).fetchall())


def all_serials(connection: Connection) -> pl.DataFrame:
    """Serial numbers of the meters of all accounts: `account`, `serial`, each pair once."""
    schema = pa.schema([("account", pa.string()), ("serial", pa.string())])
    return pl.DataFrame(read_table(connection, statements("facts")["all_serials"], schema))
