"""Tuning: rehearsals of models, the journal of their application, samples and labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl
from psycopg.types.json import Jsonb

from litso.errors import NotFound
from litso.store.bulk import copy_frame
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.queries import statements


class Tuning(NamedTuple):
    """A rehearsal and what became of it; hashes are those of the partition before, after, and when rolled back."""

    tuning_id: int
    status: str
    former_model: str
    model: str
    outlook: dict[str, Any]
    error: str | None
    hash_before: str | None
    hash_after: str | None
    hash_restored: str | None
    rehearsed_by: str
    rehearsed_at: datetime
    applied_by: str | None
    applied_at: datetime | None
    rolled_back_by: str | None
    rolled_back_at: datetime | None


class Change(NamedTuple):
    """Parties that change together: `groups[n]` is the group of `nodes[n]` then."""

    place: int
    what: str
    parties: list[str]
    nodes: list[int]
    groups: list[int]
    records: int
    accounts: int
    chunk: int | None = None


class Move(NamedTuple):
    """A record that a chunk moved, and that is still where it was moved to."""

    record_id: int
    node_id: int
    former: str
    later: str


class PartyBefore(NamedTuple):
    """What a party was before a chunk: absent, living or redirected."""

    party_id: str
    was: str
    redirect_to: str | None
    redirected_at: datetime | None


class Progress(NamedTuple):
    """How many changes wait, of how many, and the last chunk."""

    waiting: int
    changes: int
    chunk: int


class Redirect(NamedTuple):
    """Where a party redirects to."""

    party_id: str
    redirect_to: str
    redirected_at: datetime


class Sample(NamedTuple):
    """A sample of pairs for a steward; tuning_id is None for one of the present parties."""

    sample_id: int
    tuning_id: int | None
    model: str
    strata: list[dict[str, Any]]
    drawn_by: str
    drawn_at: datetime
    pairs: int = 0
    labelled: int = 0


class Pair(NamedTuple):
    """A pair of a sample; `score` in bits is not to be shown before it is labelled."""

    sample_id: int
    place: int
    stratum: int
    left_source: str
    left_id: str
    right_source: str
    right_id: str
    score: float
    label: str | None = None
    labelled_by: str | None = None
    labelled_at: datetime | None = None


# Rehearsals -----------------------------------------------------------------------------------------------------


def add(connection: Connection, *, former_model: str, model: str, outlook: Mapping[str, Any], author: str) -> int:
    """Add a rehearsal that begins; answers its id."""
    row = {"former_model": former_model, "model": model, "outlook": Jsonb(dict(outlook)), "author": author}
    return int(scalar(connection, statements("tuning")["add"], row))


def end_rehearsal(connection: Connection, tuning_id: int, outlook: Mapping[str, Any]) -> None:
    """Note what a rehearsal found, beside what was known of it."""
    row = {"tuning_id": tuning_id, "outlook": Jsonb(dict(outlook))}
    connection.execute(statements("tuning")["end_rehearsal"], row)


def set_model(connection: Connection, tuning_id: int, model: str) -> None:
    """Note which model a rehearsal is about, once it is learned."""
    connection.execute(statements("tuning")["set_model"], {"tuning_id": tuning_id, "model": model})


def fail(connection: Connection, tuning_id: int, error: str) -> None:
    """Note why a rehearsal came to nothing."""
    connection.execute(statements("tuning")["fail"], {"tuning_id": tuning_id, "error": error})


def get(connection: Connection, tuning_id: int, *, lock: bool = False) -> Tuning:
    """A rehearsal; NotFound when there is none. lock: nobody else changes it until the transaction ends."""
    statement = statements("tuning")["lock" if lock else "get"]
    found = row_of(connection, Tuning, statement, {"tuning_id": tuning_id})
    if found is None:
        raise NotFound(f"there is no tuning {tuning_id}")
    return found


def latest(connection: Connection, limit: int = 20) -> list[Tuning]:
    """Rehearsals, the newest first."""
    return rows_of(connection, Tuning, statements("tuning")["latest"], {"limit": limit})


def begin_apply(connection: Connection, tuning_id: int, *, author: str) -> None:
    """Note that a rehearsal is being applied."""
    connection.execute(statements("tuning")["begin_apply"], {"tuning_id": tuning_id, "author": author})


def note_before(connection: Connection, tuning_id: int, *, partition: str) -> None:
    """Note the hash of the partition before anything changes."""
    connection.execute(statements("tuning")["note_before"], {"tuning_id": tuning_id, "hash": partition})


def end_apply(connection: Connection, tuning_id: int, *, partition: str) -> None:
    """Note that it is applied, and the hash of the partition now."""
    connection.execute(statements("tuning")["end_apply"], {"tuning_id": tuning_id, "hash": partition})


def begin_rollback(connection: Connection, tuning_id: int, *, author: str) -> None:
    """Note that it is being rolled back."""
    connection.execute(statements("tuning")["begin_rollback"], {"tuning_id": tuning_id, "author": author})


def end_rollback(connection: Connection, tuning_id: int, *, partition: str) -> None:
    """Note that it is rolled back, and the hash of the partition now."""
    connection.execute(statements("tuning")["end_rollback"], {"tuning_id": tuning_id, "hash": partition})


# Changes and the journal ----------------------------------------------------------------------------------------


def replace_changes(connection: Connection, tuning_id: int, changes: Sequence[Change]) -> None:
    """Write what a rehearsal would change, in place of what it found before."""
    connection.execute(statements("tuning")["clear_changes"], {"tuning_id": tuning_id})
    if not changes:
        return
    frame = pl.DataFrame(
        {
            "tuning_id": [tuning_id] * len(changes),
            "place": [change.place for change in changes],
            "what": [change.what for change in changes],
            "parties": [change.parties for change in changes],
            "nodes": [list(map(str, change.nodes)) for change in changes],
            "groups": [list(map(str, change.groups)) for change in changes],
            "records": [change.records for change in changes],
            "accounts": [change.accounts for change in changes],
        }
    )
    copy_frame(connection, "tuning_change", frame)


def changes(
    connection: Connection, tuning_id: int, *, what: str | None = None, after: int = 0, limit: int = 50
) -> list[Change]:
    """Changes of a rehearsal in their order, the largest first."""
    parameters = {"tuning_id": tuning_id, "what": what, "after": after, "limit": limit}
    return rows_of(connection, Change, statements("tuning")["changes"], parameters)


def waiting(connection: Connection, tuning_id: int, limit: int) -> list[Change]:
    """Changes that are not applied yet."""
    return rows_of(connection, Change, statements("tuning")["waiting"], {"tuning_id": tuning_id, "limit": limit})


def progress(connection: Connection, tuning_id: int) -> Progress:
    """How far the application of a rehearsal is."""
    row = connection.execute(statements("tuning")["count_waiting"], {"tuning_id": tuning_id}).fetchone()
    return Progress(*(row or (0, 0, 0)))


def former_redirects(connection: Connection, node_ids: Sequence[int]) -> list[Redirect]:
    """Redirected parties that records of these nodes once belonged to."""
    return rows_of(connection, Redirect, statements("tuning")["former_redirects"], {"nodes": list(node_ids)})


def journal(
    connection: Connection, tuning_id: int, chunk: int, places: Sequence[int], redirects: Iterable[Redirect]
) -> None:
    """Write down what this transaction did to records and parties; redirects: what they were before."""
    known = list(redirects)
    row = {"tuning_id": tuning_id, "chunk": chunk}
    connection.execute(statements("tuning")["journal_moves"], row)
    connection.execute(statements("tuning")["journal_new_parties"], row)
    connection.execute(statements("tuning")["journal_revived"], {**row, **_redirect_columns(known)})
    connection.execute(statements("tuning")["mark_chunk"], {**row, "places": list(places)})


def _redirect_columns(redirects: Sequence[Redirect | PartyBefore]) -> dict[str, list[Any]]:
    return {
        "parties": [one.party_id for one in redirects],
        "redirects": [one.redirect_to for one in redirects],
        "moments": [one.redirected_at for one in redirects],
    }


def last_chunk(connection: Connection, tuning_id: int) -> int | None:
    """The last chunk of the journal that is not undone."""
    found = scalar(connection, statements("tuning")["last_chunk"], {"tuning_id": tuning_id})
    return None if found is None else int(found)


def moves(connection: Connection, tuning_id: int, chunk: int) -> list[Move]:
    """Moves of a chunk whose records are still where it put them."""
    return rows_of(connection, Move, statements("tuning")["moves"], {"tuning_id": tuning_id, "chunk": chunk})


def chunk_nodes(connection: Connection, tuning_id: int, chunk: int) -> list[int]:
    """Nodes of a chunk, and those of the records that it moved, wherever they are now."""
    found = connection.execute(statements("tuning")["chunk_nodes"], {"tuning_id": tuning_id, "chunk": chunk})
    return [row[0] for row in found]


def journal_homes(connection: Connection, tuning_id: int, chunk: int, node_ids: Sequence[int]) -> None:
    """Write down the homes of the records of nodes before a chunk changes them."""
    parameters = {"tuning_id": tuning_id, "chunk": chunk, "nodes": list(node_ids)}
    connection.execute(statements("tuning")["journal_homes"], parameters)


def restore_homes(connection: Connection, tuning_id: int, chunk: int) -> None:
    """Give the records of a chunk the homes that they had."""
    parameters = {"tuning_id": tuning_id, "chunk": chunk}
    connection.execute(statements("tuning")["forget_homes"], parameters)
    connection.execute(statements("tuning")["restore_homes"], parameters)


def parties_before(connection: Connection, tuning_id: int, chunk: int) -> list[PartyBefore]:
    """What the parties of a chunk were before it."""
    parameters = {"tuning_id": tuning_id, "chunk": chunk}
    return rows_of(connection, PartyBefore, statements("tuning")["parties_of_chunk"], parameters)


def restore_redirects(connection: Connection, parties: Sequence[PartyBefore]) -> None:
    """Give parties the redirects that they had."""
    connection.execute(statements("tuning")["restore_redirects"], _redirect_columns(parties))


def peopled(connection: Connection, party_ids: Iterable[str]) -> set[str]:
    """Of these parties, those that have nodes."""
    found = connection.execute(statements("tuning")["peopled"], {"parties": list(party_ids)})
    return {row[0] for row in found}


def mark_undone(connection: Connection, tuning_id: int, chunk: int) -> None:
    """Note that a chunk is rolled back."""
    connection.execute(statements("tuning")["mark_undone"], {"tuning_id": tuning_id, "chunk": chunk})


def count_moves(connection: Connection, tuning_id: int) -> int:
    """Records that the journal of a tuning moved."""
    return int(scalar(connection, statements("tuning")["count_moves"], {"tuning_id": tuning_id}))


# Samples --------------------------------------------------------------------------------------------------------


def add_sample(connection: Connection, *, tuning_id: int | None, model: str, author: str) -> int:
    """Add a sample that is yet to be drawn; answers its id."""
    row = {"tuning_id": tuning_id, "model": model, "strata": Jsonb([]), "author": author}
    return int(scalar(connection, statements("tuning")["add_sample"], row))


def fill_sample(
    connection: Connection, sample_id: int, strata: Sequence[Mapping[str, Any]], pairs: Sequence[Pair]
) -> None:
    """Give a sample its strata and pairs."""
    row = {"sample_id": sample_id, "strata": Jsonb([dict(one) for one in strata])}
    connection.execute(statements("tuning")["fill_sample"], row)
    fields = ("place", "stratum", "left_source", "left_id", "right_source", "right_id", "score")
    columns = {name: [getattr(pair, name) for pair in pairs] for name in fields}
    copy_frame(connection, "tuning_pair", pl.DataFrame({"sample_id": [sample_id] * len(pairs), **columns}))


def drop_sample(connection: Connection, sample_id: int) -> None:
    """Give up a sample that could not be drawn."""
    connection.execute(statements("tuning")["drop_sample"], {"sample_id": sample_id})


def get_sample(connection: Connection, sample_id: int) -> Sample:
    """A sample; NotFound when there is none."""
    found = row_of(connection, Sample, statements("tuning")["get_sample"], {"sample_id": sample_id})
    if found is None:
        raise NotFound(f"there is no sample {sample_id}")
    pairs = pairs_of(connection, sample_id)
    return found._replace(pairs=len(pairs), labelled=sum(pair.label is not None for pair in pairs))


def samples(connection: Connection, limit: int = 20) -> list[Sample]:
    """Samples, the newest first."""
    return rows_of(connection, Sample, statements("tuning")["samples"], {"limit": limit})


def pairs_of(connection: Connection, sample_id: int) -> list[Pair]:
    """All pairs of a sample, in the order in which they are asked."""
    return rows_of(connection, Pair, statements("tuning")["pairs"], {"sample_id": sample_id})


def next_pair(connection: Connection, sample_id: int, after: int = 0) -> Pair | None:
    """The first pair after a place that has no label."""
    return row_of(connection, Pair, statements("tuning")["next_pair"], {"sample_id": sample_id, "after": after})


def get_pair(connection: Connection, sample_id: int, place: int) -> Pair:
    """A pair of a sample; NotFound when there is none."""
    found = row_of(connection, Pair, statements("tuning")["get_pair"], {"sample_id": sample_id, "place": place})
    if found is None:
        raise NotFound(f"there is no pair {place} in the sample {sample_id}")
    return found


def label(connection: Connection, sample_id: int, place: int, label: str | None, author: str) -> None:
    """Give a pair its label, or take it back."""
    row = {"sample_id": sample_id, "place": place, "label": label, "author": author if label else None}
    connection.execute(statements("tuning")["label"], row)
