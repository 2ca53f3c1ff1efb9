"""A rehearsed model becomes the active one, chunk by chunk with a journal, and back again to the same partition.

First the model and the links change in one transaction; then each chunk of changes is settled in a transaction of its
own, so that records go on arriving between them and are resolved by the new model. The journal gives every record and
party back what it had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from litso.errors import Conflict
from litso.settings import Settings
from litso.store import cases, crosswalk, locks, models, nodes, tuning
from litso.store.database import Connection, Store
from litso.store.tuning import Move, PartyBefore, Tuning
from litso.usecases.access import Actor, demand
from litso.usecases.blocks import Hand
from litso.usecases.increment import Cause, Settled, publish_touched, settle
from litso.usecases.reconciliation import current_model, outlook, relink
from litso.usecases.tuning import forecast_of

OnChunk = Callable[[int, int], None]
"""Called with (changes done, of)."""

CHUNK: Final = 200
"""Changes that are settled in one transaction."""

_APPLY: Final = Cause("model")
_UNDO: Final = Cause("undo")


def apply(
    store: Store,
    settings: Settings,
    actor: Actor,
    tuning_id: int,
    *,
    chunk: int = CHUNK,
    most: int | None = None,
    on_chunk: OnChunk = lambda done, of: None,
) -> Tuning:
    """Make a rehearsed model the active one. One that was interrupted goes on; `most` stops after so many chunks.

    Conflict when another model became active since the rehearsal.
    """
    start_apply(store, actor, tuning_id)
    with store.session() as connection:
        with connection.transaction():
            locks.lock_resolution(connection)
            _begin(connection, settings, tuning.get(connection, tuning_id, lock=True))
        done = 0
        while most is None or done < most:
            with connection.transaction():
                locks.lock_resolution(connection)
                state = tuning.progress(connection, tuning_id)
                on_chunk(state.changes - state.waiting, state.changes)
                if not state.waiting:
                    tuning.end_apply(connection, tuning_id, partition=crosswalk.partition_hash(connection))
                    break
                _apply_chunk(connection, tuning_id, state.chunk + 1, chunk)
                done += 1
        with connection.transaction():
            return tuning.get(connection, tuning_id)


def start_apply(store: Store, actor: Actor, tuning_id: int) -> None:
    """Note that a rehearsal is being applied, so that whoever looks sees it; Conflict when it cannot be."""
    demand(actor, "tune")
    with store.transaction() as connection:
        found = tuning.get(connection, tuning_id, lock=True)
        if found.status not in ("rehearsed", "applying"):
            raise Conflict(f"tuning {tuning_id} is {found.status.replace('_', ' ')}: rehearse again")
        if found.status == "rehearsed":
            _demand_active(connection, found.former_model)
            tuning.begin_apply(connection, tuning_id, author=actor.name)


def _begin(connection: Connection, settings: Settings, found: Tuning) -> None:
    """Switch the model and the links, and look again what changes: records may have come since the rehearsal."""
    if not _is_active(connection, found.model):
        _demand_active(connection, found.former_model)
        tuning.note_before(connection, found.tuning_id, partition=crosswalk.partition_hash(connection))
        _switch(connection, settings, found.model, found.tuning_id)


def _is_active(connection: Connection, model_id: str) -> bool:
    active = models.find_active(connection)
    return active is not None and active.model_id == model_id


def _demand_active(connection: Connection, model_id: str) -> None:
    if not _is_active(connection, model_id):
        raise Conflict("another model is active now: rehearse again")


def _switch(connection: Connection, settings: Settings, model_id: str, tuning_id: int | None = None) -> None:
    """Make a model active and give the store its links; tuning_id: whose changes to write down anew."""
    models.activate(connection, models.get(connection, model_id).content)
    model, _ = current_model(connection)
    with outlook(connection, settings, model) as found:
        relink(connection, found)
        if tuning_id is not None:
            tuning.replace_changes(connection, tuning_id, forecast_of(connection, found).changes)


def _apply_chunk(connection: Connection, tuning_id: int, number: int, size: int) -> None:
    chosen = tuning.waiting(connection, tuning_id, size)
    touched = [node for change in chosen for node in change.nodes]
    redirects = tuning.former_redirects(connection, touched)
    tuning.journal_homes(connection, tuning_id, number, touched)
    _settle(connection, touched, _APPLY)
    tuning.journal(connection, tuning_id, number, [change.place for change in chosen], redirects)


def _settle(connection: Connection, touched: Sequence[int], cause: Cause) -> None:
    """Settle the neighbourhood of nodes with the active model; nodes that are gone since fall out."""
    model, _ = current_model(connection)
    living = nodes.parties_of(connection, touched)
    settle(Hand(connection, model), added={}, left=[], written={}, judged=living, cause=cause)


# Back -----------------------------------------------------------------------------------------------------------


def rollback(
    store: Store, settings: Settings, actor: Actor, tuning_id: int, *, on_chunk: OnChunk = lambda done, of: None
) -> Tuning:
    """Take an applied (or half applied) model back: every record that did not change since gets its party back.

    When nothing arrived in between, the hash of the partition is the one before. Conflict when another model became
    active since.
    """
    start_rollback(store, actor, tuning_id)
    with store.session() as connection:
        with connection.transaction():
            locks.lock_resolution(connection)
            found = tuning.get(connection, tuning_id, lock=True)
            if not _is_active(connection, found.former_model):
                _demand_active(connection, found.model)
                _switch(connection, settings, found.former_model)
            chunks = tuning.last_chunk(connection, tuning_id) or 0
        while True:
            with connection.transaction():
                locks.lock_resolution(connection)
                number = tuning.last_chunk(connection, tuning_id)
                on_chunk(chunks - (number or 0), chunks)
                if number is None:
                    tuning.end_rollback(connection, tuning_id, partition=crosswalk.partition_hash(connection))
                    break
                _undo_chunk(connection, tuning_id, number)
        with connection.transaction():
            return tuning.get(connection, tuning_id)


def start_rollback(store: Store, actor: Actor, tuning_id: int) -> None:
    """Note that a tuning is being rolled back; Conflict when it cannot be."""
    demand(actor, "tune")
    with store.transaction() as connection:
        found = tuning.get(connection, tuning_id, lock=True)
        if found.status not in ("applying", "applied", "rolling_back"):
            raise Conflict(f"tuning {tuning_id} is {found.status.replace('_', ' ')}: there is nothing to take back")
        if not _is_active(connection, found.former_model):
            _demand_active(connection, found.model)
        tuning.begin_rollback(connection, tuning_id, author=actor.name)


def _undo_chunk(connection: Connection, tuning_id: int, number: int) -> None:
    """Give the records of a chunk their parties back, then settle what changed since with the active model."""
    moves = tuning.moves(connection, tuning_id, number)
    before = tuning.parties_before(connection, tuning_id, number)
    nodes.set_parties(connection, {move.node_id: move.former for move in moves})
    crosswalk.set_parties(connection, {move.record_id: move.former for move in moves}, _UNDO.reason)
    tuning.restore_homes(connection, tuning_id, number)
    redirected, revived = _redirects_back(connection, before, moves)
    tuning.restore_redirects(connection, [*redirected, *revived])
    touched = {party for move in moves for party in (move.former, move.later)}
    merged = {one.party_id: one.redirect_to for one in redirected if one.redirect_to}
    origin = Counter((move.former, move.later) for move in moves)
    split = {
        one.party_id: max((pair for pair in origin if pair[0] == one.party_id), key=origin.__getitem__)[1]
        for one in revived
        if any(pair[0] == one.party_id for pair in origin)
    }
    _, customs = current_model(connection)
    publish_touched(connection, customs, touched, Settled([], [], merged, split, []), _UNDO, regrouped=touched)
    cases.expect(connection, touched)
    tuning.mark_undone(connection, tuning_id, number)
    _settle(connection, tuning.chunk_nodes(connection, tuning_id, number), _UNDO)


def _redirects_back(
    connection: Connection, before: Sequence[PartyBefore], moves: Sequence[Move]
) -> tuple[list[PartyBefore], list[PartyBefore]]:
    """(parties that redirect again, or for the first time, as they were minted by the chunk; parties that live again).

    A party that has got records of its own in the meantime lives on.
    """
    peopled = tuning.peopled(connection, [one.party_id for one in before])
    homes = Counter((move.later, move.former) for move in moves)
    redirected, revived = [], []
    for one in before:
        if one.was == "living":
            revived.append(one)
        elif one.party_id in peopled:
            continue
        elif one.was == "redirected":
            redirected.append(one)
        else:
            heirs = [pair for pair in homes if pair[0] == one.party_id]
            if heirs:
                heir = max(heirs, key=lambda pair: (homes[pair], pair))[1]
                redirected.append(one._replace(redirect_to=heir))
    return redirected, revived
