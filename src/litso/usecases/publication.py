"""Golden records into the store: in bulk by chunks of parties, or one party after a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import polars as pl
import pyarrow as pa

from litso.golden.documents import golden_values, golden_values_column
from litso.golden.records import golden_record, golden_records
from litso.golden.search import search_tokens, token_lists, typo_words, typo_words_of
from litso.store import golden as golden_store
from litso.store import search as search_store
from litso.store.database import Connection
from litso.usecases.survivorship import SHIPPED, Survivorship


def publish_many(
    connection: Connection,
    members: Iterable[pl.DataFrame],
    serials: pl.DataFrame,
    expected: int,
    survivorship: Survivorship = SHIPPED,
) -> list[str]:
    """Publish golden records of many parties; answers the ids of those that are new or changed.

    members: frames as `golden.records.golden_records` takes them, all records of a party in one frame.
    serials: `account` and `serial` of meters, so that a party is found by them. expected: about how many parties.
    survivorship: the policy and the pins.
    """
    words: set[str] = set()
    documents = (
        _documents(golden_records(frame, *survivorship), _other_names(frame), serials, words) for frame in members
    )
    published = golden_store.publish_batches(connection, _ahead(documents), expected)
    search_store.add_words(connection, words)
    return published


_END: Final = object()


def _ahead(batches: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The batches, each worked out by a thread while the server takes in the one before."""
    with ThreadPoolExecutor(1, thread_name_prefix="golden records") as worker:
        coming = worker.submit(next, batches, _END)
        while isinstance(batch := coming.result(), pa.Table):
            coming = worker.submit(next, batches, _END)
            yield batch


def publish_few(
    connection: Connection,
    parties: Iterable[Sequence[Mapping[str, Any]]],
    serials: Mapping[str, Sequence[str]],
    survivorship: Survivorship = SHIPPED,
) -> dict[str, int]:
    """As `publish_many`, for a handful of parties, each with all its records; answers versions of the new or changed.

    serials: account → serial numbers of its meters.
    """
    documents = [_document(members, serials, survivorship) for members in parties]
    published = golden_store.publish_few(connection, documents)
    search_store.add_words(connection, typo_words(token for one in documents for token in one.tokens))
    return published


def _other_names(members: pl.DataFrame) -> pl.DataFrame:
    """The full names that the records of each party have: `party_id`, `full_name`."""
    return members.select("party_id", "full_name").drop_nulls().unique()


def _documents(golden: pl.DataFrame, names: pl.DataFrame, serials: pl.DataFrame, words: set[str]) -> pa.Table:
    """Golden records as the store takes them; typing-error words of their tokens are added to `words`."""
    tokens = token_lists(golden, names, serials)
    words.update(typo_words_of(tokens))
    frame = golden.with_columns(golden_values_column(golden), tokens)
    return frame.select(golden_store.GOLDEN_SCHEMA.names).to_arrow().cast(golden_store.GOLDEN_SCHEMA)


def _document(
    members: Sequence[Mapping[str, Any]], serials: Mapping[str, Sequence[str]], survivorship: Survivorship
) -> golden_store.Document:
    pins = survivorship.pins.get(members[0]["party_id"], ())
    golden = golden_record(members, survivorship.policy, pins, survivorship.dates)
    values = golden_values(golden)
    others = {row["full_name"] for row in members if row["full_name"]} - {golden["full_name"]}
    meters = [serial for account in values.get("accounts", ()) for serial in serials.get(account, ())]
    tokens = search_tokens({**values, "meters": meters}, also=sorted(others))
    return golden_store.Document(
        golden["party_id"], golden["kind"], golden["name"], values, golden["provenance"], golden["records"], tokens
    )
