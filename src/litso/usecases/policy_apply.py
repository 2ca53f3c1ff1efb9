"""A rehearsed survivorship policy comes into force, chunk by chunk with a journal, and is taken back as exactly.

First the policy changes in one transaction; then each chunk of parties is published in a transaction of its own, so
that records go on arriving between them and are judged by the new policy. Golden records follow from records, pins and
policy alone: publishing the parties of the journal once more by the former policy gives them back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from litso.errors import Conflict
from litso.store import golden, locks, policies
from litso.store.database import Connection, Store
from litso.store.policies import Trial
from litso.usecases.access import Actor, demand
from litso.usecases.increment import Cause, Settled, publish_touched
from litso.usecases.reconciliation import current_model

OnChunk = Callable[[int, int], None]
"""Called with (parties done, of)."""

CHUNK: Final = 5_000
"""Parties that are published in one transaction."""

_CAUSE: Final = Cause("policy")


def apply(
    store: Store,
    actor: Actor,
    trial_id: int,
    *,
    chunk: int = CHUNK,
    most: int | None = None,
    on_chunk: OnChunk = lambda done, of: None,
) -> Trial:
    """Bring a rehearsed policy into force. One that was interrupted goes on; `most` stops after so many chunks.

    Conflict when another policy came into force since the rehearsal.
    """
    start_apply(store, actor, trial_id)
    with store.session() as connection:
        with connection.transaction():
            locks.lock_resolution(connection)
            _begin(connection, policies.get_trial(connection, trial_id, lock=True))
        if _publish_all(connection, trial_id, chunk, most, on_chunk):
            with connection.transaction():
                policies.end_apply(connection, trial_id, content=golden.content_hash(connection))
        with connection.transaction():
            return policies.get_trial(connection, trial_id)


def start_apply(store: Store, actor: Actor, trial_id: int) -> None:
    """Note that a rehearsal is being applied, so that whoever looks sees it; Conflict when it cannot be."""
    demand(actor, "tune")
    with store.transaction() as connection:
        found = policies.get_trial(connection, trial_id, lock=True)
        if found.status not in ("rehearsed", "applying"):
            raise Conflict(f"rehearsal {trial_id} is {found.status.replace('_', ' ')}: rehearse again")
        if found.status == "rehearsed":
            _demand_active(connection, found.former_policy)
            policies.begin_apply(connection, trial_id, author=actor.name)


def _begin(connection: Connection, found: Trial) -> None:
    if policies.find_active_id(connection) != found.policy:
        _demand_active(connection, found.former_policy)
        policies.note_before(connection, found.trial_id, content=golden.content_hash(connection))
        policies.add_published_since(connection, found.trial_id)
        policies.activate(connection, found.policy)


def _demand_active(connection: Connection, policy_id: str) -> None:
    if policies.find_active_id(connection) != policy_id:
        raise Conflict("another policy is in force now: rehearse again")


def _publish_all(connection: Connection, trial_id: int, size: int, most: int | None, on_chunk: OnChunk) -> bool:
    """Publish the waiting parties of the journal chunk by chunk; answers whether none waits any more."""
    done = 0
    while most is None or done < most:
        with connection.transaction():
            locks.lock_resolution(connection)
            state = policies.progress(connection, trial_id)
            on_chunk(state.parties - state.waiting, state.parties)
            if not state.waiting:
                return True
            waiting = policies.waiting(connection, trial_id, size)
            living = {party for party, is_living in waiting.items() if is_living}
            _, customs = current_model(connection)
            settled = publish_touched(connection, customs, living, Settled([], [], {}, {}, []), _CAUSE)
            policies.mark_chunk(connection, trial_id, state.chunk + 1, list(waiting), settled.changed)
        done += 1
    return False


# Back -----------------------------------------------------------------------------------------------------------


def rollback(
    store: Store, actor: Actor, trial_id: int, *, chunk: int = CHUNK, on_chunk: OnChunk = lambda done, of: None
) -> Trial:
    """Take an applied (or half applied) policy back.

    When nothing arrived in between, the hash of the golden records is the one before. Conflict when another policy came
    into force since.
    """
    start_rollback(store, actor, trial_id)
    with store.session() as connection:
        with connection.transaction():
            locks.lock_resolution(connection)
            found = policies.get_trial(connection, trial_id, lock=True)
            if policies.find_active_id(connection) != found.former_policy:
                _demand_active(connection, found.policy)
                policies.turn_back(connection, trial_id)
                policies.activate(connection, found.former_policy)
        _publish_all(connection, trial_id, chunk, None, on_chunk)
        with connection.transaction():
            policies.end_rollback(connection, trial_id, content=golden.content_hash(connection))
            return policies.get_trial(connection, trial_id)


def start_rollback(store: Store, actor: Actor, trial_id: int) -> None:
    """Note that a policy is being taken back; Conflict when it cannot be."""
    demand(actor, "tune")
    with store.transaction() as connection:
        found = policies.get_trial(connection, trial_id, lock=True)
        if found.status not in ("applying", "applied", "rolling_back"):
            raise Conflict(f"rehearsal {trial_id} is {found.status.replace('_', ' ')}: there is nothing to take back")
        if policies.find_active_id(connection) != found.former_policy:
            _demand_active(connection, found.policy)
        policies.begin_rollback(connection, trial_id, author=actor.name)
