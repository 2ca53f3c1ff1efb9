"""What a steward decides about pairs of records, and taking it back. The ledger keeps every entry."""

from __future__ import annotations

from typing import NamedTuple

from litso.errors import BadUsage, NotFound
from litso.settings import Settings
from litso.store import judgements, records
from litso.store.database import Store
from litso.store.judgements import Judgement, SourceKey
from litso.usecases.access import Actor, demand
from litso.usecases.reconciliation import Touched, rejudge

VERDICTS = ("same", "different", "unsure")


class Judged(NamedTuple):
    """An entry of the ledger and what followed from it."""

    judgement: Judgement
    touched: Touched


def judge(
    store: Store,
    settings: Settings,
    actor: Actor,
    *,
    verdict: str,
    left: SourceKey,
    right: SourceKey,
    reason: str = "",
) -> Judged:
    """Enter a judgement and resolve accordingly, in one transaction. NotFound when a record does not exist."""
    demand(actor, "judge")
    if verdict not in VERDICTS:
        raise BadUsage(f"a verdict is one of {', '.join(VERDICTS)}, not {verdict!r}")
    with store.transaction() as connection:
        known = {(record.source, record.source_id) for record in records.find_many(connection, [left, right])}
        for key in (left, right):
            if key not in known:
                raise NotFound(f"there is no record {key[1]!r} in the source {key[0]!r}")
        number = judgements.add(connection, verdict=verdict, left=left, right=right, author=actor.name, reason=reason)
        touched = rejudge(connection, settings, "judgement", number)
        return Judged(judgements.get(connection, number), touched)


def undo(store: Store, settings: Settings, actor: Actor, judgement_id: int) -> Judged:
    """Take a judgement back: parties are as they were without it, ids included. Conflict when it is undone already."""
    demand(actor, "judge")
    with store.transaction() as connection:
        undone = judgements.undo(connection, judgement_id, actor.name)
        touched = rejudge(connection, settings, "undo", judgement_id)
        return Judged(undone, touched)
