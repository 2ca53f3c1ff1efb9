"""What a steward decides about pairs of records, and taking it back. The ledger keeps every entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from litso.errors import BadUsage
from litso.store import judgements, locks, records
from litso.store.database import Connection, Store, beyond
from litso.store.judgements import Judgement, SourceKey
from litso.telemetry import metrics
from litso.telemetry.traces import traced
from litso.usecases.access import Actor, demand, demand_records
from litso.usecases.blocks import Hand, standard_of
from litso.usecases.increment import Cause, Settled, place, settle
from litso.usecases.reconciliation import current_model

VERDICTS = ("same", "different", "unsure")


class Judged(NamedTuple):
    """An entry of the ledger and what followed from it."""

    judgement: Judgement
    settled: Settled


def judge(store: Store, actor: Actor, *, verdict: str, left: SourceKey, right: SourceKey, reason: str = "") -> Judged:
    """Enter a judgement and resolve accordingly, in one transaction. NotFound when a record does not exist."""
    with store.transaction() as connection:
        return judge_within(connection, actor, verdict=verdict, left=left, right=right, reason=reason)


@traced
def judge_within(
    connection: Connection, actor: Actor, *, verdict: str, left: SourceKey, right: SourceKey, reason: str = ""
) -> Judged:
    """As `judge`, in the transaction of the caller."""
    demand(actor, "judge")
    if verdict not in VERDICTS:
        raise BadUsage(f"a verdict is one of {', '.join(VERDICTS)}, not {verdict!r}")
    locks.lock_resolution(connection)
    demand_records(connection, actor, [left, right])
    with beyond(connection):
        number = judgements.add(connection, verdict=verdict, left=left, right=right, author=actor.name, reason=reason)
        settled = reconsider(connection, [left, right], Cause("judgement", None, number))
        return Judged(judgements.get(connection, number), settled)


def undo(store: Store, actor: Actor, judgement_id: int) -> Judged:
    """Take a judgement back: parties are as they were before it, ids included. Conflict when it is undone already.

    An earlier judgement of the pair, whose place it had taken, counts again.
    """
    with store.transaction() as connection:
        return undo_within(connection, actor, judgement_id)


@traced
def undo_within(connection: Connection, actor: Actor, judgement_id: int) -> Judged:
    """As `undo`, in the transaction of the caller."""
    demand(actor, "judge")
    locks.lock_resolution(connection)
    if actor.scope.is_limited:
        demand_records(connection, actor, judgements.get(connection, judgement_id).sides)
    with beyond(connection):
        undone = judgements.undo(connection, judgement_id, actor.name)[0]
        return Judged(undone, reconsider(connection, undone.sides, Cause("undo", None, judgement_id)))


@traced
@metrics.RESOLUTION_SECONDS.labels("judgement").time()
def reconsider(connection: Connection, keys: Sequence[SourceKey], cause: Cause) -> Settled:
    """Resolve the neighbourhood of judged records anew; a veto keeps even equal records in nodes of their own."""
    model, _ = current_model(connection)
    live = [record for record in records.find_many(connection, keys) if record.node_id is not None]
    hand = Hand(connection, model)
    placement = place(hand, [standard_of(record.standard) for record in live])
    moved = {
        record.record_id: node for record, node in zip(live, placement.nodes, strict=True) if record.node_id != node
    }
    records.move_to_nodes(connection, moved)
    left = [record.node_id for record in live if record.record_id in moved and record.node_id is not None]
    judged = placement.nodes
    return settle(hand, added=placement.added, left=left, written={}, judged=judged, cause=cause)
