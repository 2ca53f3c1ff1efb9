"""Survivorship policies by the hash of their content, their rehearsals, and the journal of their application."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl
from psycopg.types.json import Jsonb

from litso.errors import NotFound
from litso.store.bulk import copy_frame
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.parties import is_party_id
from litso.store.queries import statements


class Policy(NamedTuple):
    """A policy file, its hash and its number; version 0 is the shipped one."""

    policy_id: str
    version: int
    content: str
    author: str
    is_active: bool
    created_at: datetime


class Trial(NamedTuple):
    """A rehearsal and what became of it; hashes are those of the golden records before, after, and when rolled back."""

    trial_id: int
    status: str
    former_policy: str
    policy: str
    outlook: dict[str, Any]
    error: str | None
    seen_change: int | None
    applied_change: int | None
    hash_before: str | None
    hash_after: str | None
    hash_restored: str | None
    rehearsed_by: str
    rehearsed_at: datetime
    applied_by: str | None
    applied_at: datetime | None
    rolled_back_by: str | None
    rolled_back_at: datetime | None


class PartyChange(NamedTuple):
    """A party whose golden record changes: values of `attributes`, and only where they come from of `origins`."""

    party_id: str
    attributes: list[str]
    origins: list[str]
    chunk: int | None = None
    is_changed: bool = False


class Progress(NamedTuple):
    """How many parties wait, of how many, the last chunk, and how many golden records changed so far."""

    waiting: int
    parties: int
    chunk: int
    changed: int


# Policies -------------------------------------------------------------------------------------------------------


def keep(connection: Connection, content: str, author: str, *, version: int | None = None) -> str:
    """Keep a policy without making it the active one; answers its id. A new one gets the next version."""
    policy_id = hashlib.sha256(content.encode()).hexdigest()
    row = {"policy_id": policy_id, "version": version, "content": content, "author": author}
    connection.execute(statements("policies")["keep"], row)
    return policy_id


def activate(connection: Connection, policy_id: str) -> None:
    """Make a kept policy the active one."""
    connection.execute(statements("policies")["deactivate"], {"policy_id": policy_id})
    connection.execute(statements("policies")["activate"], {"policy_id": policy_id})


def get(connection: Connection, policy_id: str) -> Policy:
    """A policy by its id; NotFound when there is none."""
    found = row_of(connection, Policy, statements("policies")["get"], {"policy_id": policy_id})
    if found is None:
        raise NotFound("there is no such policy")
    return found


def get_version(connection: Connection, version: int) -> Policy:
    """A policy by its number; NotFound when there is none."""
    found = row_of(connection, Policy, statements("policies")["get_version"], {"version": version})
    if found is None:
        raise NotFound(f"there is no version {version} of the policy")
    return found


def find_active(connection: Connection) -> Policy | None:
    """The active policy, if one was ever rehearsed; else the shipped one is in force."""
    return row_of(connection, Policy, statements("policies")["find_active"])


class Standing(NamedTuple):
    """The active policy, and whether anything is pinned or written back to a source: mostly nothing is."""

    policy_id: str | None
    has_pins: bool
    has_written: bool


def standing(connection: Connection) -> Standing:
    """What decides between values now."""
    found = row_of(connection, Standing, statements("policies")["standing"])
    assert found is not None
    return found


def find_active_id(connection: Connection) -> str | None:
    """The id of the active policy."""
    found = connection.execute(statements("policies")["find_active_id"]).fetchone()
    return found[0] if found else None


def list_all(connection: Connection) -> list[Policy]:
    """Every policy, the newest first."""
    return rows_of(connection, Policy, statements("policies")["all"])


# Rehearsals -----------------------------------------------------------------------------------------------------


def add_trial(connection: Connection, *, former_policy: str, policy: str, author: str) -> int:
    """Add a rehearsal that begins; answers its id."""
    row = {"former_policy": former_policy, "policy": policy, "author": author}
    return int(scalar(connection, statements("policies")["add_trial"], row))


def end_rehearsal(connection: Connection, trial_id: int, outlook: Mapping[str, Any], seen_change: int) -> None:
    """Note what a rehearsal found; seen_change: the last change of the feed that it saw."""
    row = {"trial_id": trial_id, "outlook": Jsonb(dict(outlook)), "seen": seen_change}
    connection.execute(statements("policies")["end_rehearsal"], row)


def fail(connection: Connection, trial_id: int, error: str) -> None:
    """Note why a rehearsal came to nothing."""
    connection.execute(statements("policies")["fail"], {"trial_id": trial_id, "error": error})


def get_trial(connection: Connection, trial_id: int, *, lock: bool = False) -> Trial:
    """A rehearsal; NotFound when there is none. lock: nobody else changes it until the transaction ends."""
    statement = statements("policies")["lock_trial" if lock else "trial"]
    found = row_of(connection, Trial, statement, {"trial_id": trial_id})
    if found is None:
        raise NotFound(f"there is no rehearsal {trial_id}")
    return found


def trials(connection: Connection, limit: int = 20) -> list[Trial]:
    """Rehearsals, the newest first."""
    return rows_of(connection, Trial, statements("policies")["trials"], {"limit": limit})


def begin_apply(connection: Connection, trial_id: int, *, author: str) -> None:
    """Note that a rehearsal is being applied."""
    connection.execute(statements("policies")["begin_apply"], {"trial_id": trial_id, "author": author})


def note_before(connection: Connection, trial_id: int, *, content: str) -> None:
    """Note the hash of the golden records before anything changes."""
    connection.execute(statements("policies")["note_before"], {"trial_id": trial_id, "hash": content})


def end_apply(connection: Connection, trial_id: int, *, content: str) -> None:
    """Note that it is applied, and the hash of the golden records now."""
    connection.execute(statements("policies")["end_apply"], {"trial_id": trial_id, "hash": content})


def begin_rollback(connection: Connection, trial_id: int, *, author: str) -> None:
    """Note that it is being rolled back."""
    connection.execute(statements("policies")["begin_rollback"], {"trial_id": trial_id, "author": author})


def end_rollback(connection: Connection, trial_id: int, *, content: str) -> None:
    """Note that it is rolled back, and the hash of the golden records now."""
    connection.execute(statements("policies")["end_rollback"], {"trial_id": trial_id, "hash": content})


# The journal ----------------------------------------------------------------------------------------------------


def clear_changes(connection: Connection, trial_id: int) -> None:
    """Forget what a rehearsal found before."""
    connection.execute(statements("policies")["clear_changes"], {"trial_id": trial_id})


def add_changes(connection: Connection, trial_id: int, changes: pl.DataFrame) -> None:
    """Write parties that a rehearsal would change: `party_id`, `attributes`, `origins` (lists of texts)."""
    copy_frame(connection, "policy_change", changes.with_columns(trial_id=pl.lit(trial_id)))


def changes(
    connection: Connection,
    trial_id: int,
    *,
    attribute: str | None = None,
    after: str | None = None,
    limit: int = 50,
    values_only: bool = False,
) -> list[PartyChange]:
    """Parties that a rehearsal would change, by id; values_only leaves out those that only change origins."""
    parameters = {
        "trial_id": trial_id,
        "attribute": attribute,
        "after": after if after and is_party_id(after) else None,
        "limit": limit,
        "values_only": values_only,
    }
    return rows_of(connection, PartyChange, statements("policies")["changes"], parameters)


def add_published_since(connection: Connection, trial_id: int) -> None:
    """Add parties that were published since the rehearsal, which may differ as well."""
    connection.execute(statements("policies")["add_since"], {"trial_id": trial_id})


def waiting(connection: Connection, trial_id: int, limit: int) -> dict[str, bool]:
    """Parties of the journal that wait → whether they still have a golden record."""
    parameters = {"trial_id": trial_id, "limit": limit}
    return dict(connection.execute(statements("policies")["waiting"], parameters).fetchall())


def mark_chunk(
    connection: Connection, trial_id: int, chunk: int, party_ids: Sequence[str], changed: Sequence[str]
) -> None:
    """Note that parties are done, and which of them have got another golden record."""
    row = {"trial_id": trial_id, "chunk": chunk, "ids": list(party_ids), "changed": list(changed)}
    connection.execute(statements("policies")["mark_chunk"], row)


def progress(connection: Connection, trial_id: int) -> Progress:
    """How far the application of a rehearsal, or its way back, is."""
    row = connection.execute(statements("policies")["progress"], {"trial_id": trial_id}).fetchone()
    return Progress(*(row or (0, 0, 0, 0)))


def turn_back(connection: Connection, trial_id: int) -> None:
    """Let all that was applied, and what was published since, wait to be taken back."""
    for name in ("drop_waiting", "wait_again", "add_since_applied"):
        connection.execute(statements("policies")[name], {"trial_id": trial_id})
