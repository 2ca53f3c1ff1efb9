"""Golden records into the store: in bulk by chunks of parties, or one party after a change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import polars as pl
import pyarrow as pa

from litso.domain.record import CUSTOM_PREFIX
from litso.golden.policy import ADDRESS_PARTS, LIST_ATTRIBUTES, SINGLE_ATTRIBUTES
from litso.golden.records import golden_record, golden_records
from litso.golden.search import search_tokens, typo_words
from litso.store import golden as golden_store
from litso.store import search as search_store
from litso.store.database import Connection

_VALUES: Final = (*SINGLE_ATTRIBUTES, *ADDRESS_PARTS, *LIST_ATTRIBUTES)


def publish_many(
    connection: Connection, members: Iterable[pl.DataFrame], serials: Mapping[str, Sequence[str]], expected: int
) -> list[str]:
    """Publish golden records of many parties; answers the ids of those that are new or changed.

    members: frames as `golden.records.golden_records` takes them, all records of a party in one frame.
    serials: account → serial numbers of its meters, so that a party is found by them. expected: about how many parties.
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
    values = _golden_values(golden)
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


def _other_names(members: pl.DataFrame) -> dict[str, list[str]]:
    """Party id → the full names that its records have."""
    names = members.filter(pl.col("full_name").is_not_null()).group_by("party_id").agg(pl.col("full_name").unique())
    return dict(names.iter_rows())


def _documents(
    golden: pl.DataFrame, names: Mapping[str, list[str]], serials: Mapping[str, Sequence[str]], words: set[str]
) -> pa.Table:
    """Golden records as the store takes them; typing-error words of their tokens are added to `words`."""
    values_of, tokens_of = [], []
    for row in golden.iter_rows(named=True):
        values = _golden_values(row)
        tokens = _tokens(values, sorted(names.get(row["party_id"], ())), serials)
        words.update(typo_words(tokens))
        values_of.append(json.dumps(values, ensure_ascii=False))
        tokens_of.append(tokens)
    frame = golden.select("party_id", "kind", "name", "provenance", "records").with_columns(
        pl.Series("golden_values", values_of, dtype=pl.String),
        pl.Series("tokens", tokens_of, dtype=pl.List(pl.String)),
    )
    return frame.select(golden_store.GOLDEN_SCHEMA.names).to_arrow().cast(golden_store.GOLDEN_SCHEMA)


def _golden_values(golden: Mapping[str, Any]) -> dict[str, Any]:
    """The filled attributes of a golden record, dates as ISO texts."""
    customs = [
        name for name in golden if name.startswith(CUSTOM_PREFIX) and not name.endswith(("_source", "_source_id"))
    ]
    given = ((name, golden[name]) for name in (*_VALUES, *customs))
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in given if value}


def _tokens(values: Mapping[str, Any], names: Sequence[str], serials: Mapping[str, Sequence[str]]) -> list[str]:
    meters = [serial for account in values.get("accounts", ()) for serial in serials.get(account, ())]
    return search_tokens({**values, "meters": meters}, also=names)
