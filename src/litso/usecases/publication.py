"""Golden records into the store: in bulk by chunks of parties, or one party after a change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
import pyarrow as pa

from litso.golden.documents import golden_values, golden_values_column
from litso.golden.records import golden_record, golden_records
from litso.golden.search import search_tokens, token_lists, token_rows, typo_words, typo_words_of
from litso.store import golden as golden_store
from litso.store import search as search_store
from litso.store.database import Connection


def publish_many(
    connection: Connection, members: Iterable[pl.DataFrame], serials: pl.DataFrame, expected: int
) -> list[str]:
    """Publish golden records of many parties; answers the ids of those that are new or changed.

    members: frames as `golden.records.golden_records` takes them, all records of a party in one frame.
    serials: `account` and `serial` of meters, so that a party is found by them. expected: about how many parties.
    """
    words: set[str] = set()
    documents = (_documents(golden_records(frame), _other_names(frame), serials, words) for frame in members)
    published = golden_store.publish_batches(connection, documents, expected)
    search_store.add_words(connection, words)
    return published


def publish_party(
    connection: Connection, members: Sequence[Mapping[str, Any]], serials: Mapping[str, Sequence[str]]
) -> int | None:
    """Publish the golden record of one party from all its records; answers its version, None when nothing changed."""
    golden = golden_record(members)
    values = golden_values(golden)
    others = {row["full_name"] for row in members if row["full_name"]} - {golden["full_name"]}
    tokens = _tokens(values, sorted(others), serials)
    version = golden_store.publish_one(
        connection,
        party_id=golden["party_id"],
        kind=golden["kind"],
        name=golden["name"],
        golden_values=values,
        provenance=json.loads(golden["provenance"]),
        records=golden["records"],
        tokens=tokens,
    )
    search_store.add_words(connection, typo_words(tokens))
    return version


def _other_names(members: pl.DataFrame) -> pl.DataFrame:
    """The full names that the records of each party have: `party_id`, `full_name`."""
    return members.select("party_id", "full_name").drop_nulls().unique()


def _documents(golden: pl.DataFrame, names: pl.DataFrame, serials: pl.DataFrame, words: set[str]) -> pa.Table:
    """Golden records as the store takes them; typing-error words of their tokens are added to `words`."""
    tokens = token_rows(golden, names, serials)
    words.update(typo_words_of(tokens))
    frame = golden.with_columns(golden_values_column(golden), token_lists(tokens, golden.height))
    return frame.select(golden_store.GOLDEN_SCHEMA.names).to_arrow().cast(golden_store.GOLDEN_SCHEMA)


def _tokens(values: Mapping[str, Any], names: Sequence[str], serials: Mapping[str, Sequence[str]]) -> list[str]:
    meters = [serial for account in values.get("accounts", ()) for serial in serials.get(account, ())]
    return search_tokens({**values, "meters": meters}, also=names)
