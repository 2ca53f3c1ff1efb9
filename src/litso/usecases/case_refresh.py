"""Deriving cases from the present records, links and judgements: anew for all parties, or only for those touched.

Both give the same cases: a party is looked at alone, a pair of parties from either side. What loads, upserts and
judgements touch is remembered in their own transaction and derived by the next refresh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from litso.domain.case import CUT, DOUBT, Ground, Stakes, leading, priority, risk, value
from litso.resolve.alarms import LIMITS, MARGIN, Edge, Member, alarm, evidence_hash, levels_basis
from litso.resolve.cluster import components
from litso.resolve.model import Model
from litso.store import cases
from litso.store.bulk import take_memory
from litso.store.cases import Apart, Found, PartyPair, Valued
from litso.store.database import Connection, Store
from litso.telemetry.traces import traced
from litso.usecases.reconciliation import current_model

_AT_ONCE: Final = 5_000
"""Parties of one step: what bounds the memory."""

_MOST_FOLLOWED: Final = 50_000
"""Changed parties above which deriving everything anew is quicker."""

FOLLOWED_AT_ONCE: Final = 1_000
"""Changed parties up to which whoever asks for the queue waits for their cases."""

Progress = Callable[[int], None]


class Refreshed(NamedTuple):
    """What a refresh did: parties looked at, cases added or changed, and those whose ground was gone."""

    parties: int
    put: int
    retired: int

    def plus(self, other: Refreshed) -> Refreshed:
        """Both together."""
        return Refreshed(*(mine + its for mine, its in zip(self, other, strict=True)))


_NOTHING: Final = Refreshed(0, 0, 0)


@traced
def refresh(store: Store, *, everything: bool = False, on_step: Progress = lambda done: None) -> Refreshed:
    """Bring the cases up to date, in transactions of some thousand parties. everything: whatever was touched."""
    with store.transaction() as connection:
        pending, is_everything = cases.count_pending(connection)
    if everything or is_everything or pending > _MOST_FOLLOWED:
        return _refresh_all(store, on_step)
    done = _NOTHING
    while True:
        with store.transaction() as connection:
            cases.lock_refresh(connection)
            touched = cases.take_pending(connection, _AT_ONCE)
            if not touched:
                return done
            done = done.plus(refresh_parties(connection, touched))
        on_step(done.parties)


def _refresh_all(store: Store, on_step: Progress) -> Refreshed:
    """Look closely at the parties that may have a case, which reading tables whole tells, and at those that older cases
    name. What changes meanwhile is noted as touched."""
    with store.transaction() as connection:
        cases.take_everything(connection)
        parties = cases.count_parties(connection)
        chosen = sorted(_doubtful(connection) | cases.live_parties(connection))
    done = Refreshed(parties, 0, 0)
    for first in range(0, len(chosen), _AT_ONCE):
        with store.transaction() as connection:
            cases.lock_refresh(connection)
            did = refresh_parties(connection, chosen[first : first + _AT_ONCE])
        done = done.plus(did._replace(parties=0))
        on_step(first + did.parties)
    return done


def _doubtful(connection: Connection) -> set[str]:
    """All parties that may have a case: a wider net than the cases themselves."""
    model, _ = current_model(connection)
    take_memory(connection)
    return {
        *cases.parted(connection, model.review),
        *cases.suspicious(connection, None, LIMITS),
        *_loose(connection, model, None),
    }


def refresh_parties(connection: Connection, party_ids: Sequence[str]) -> Refreshed:
    """Derive the cases of parties and bring the kept ones up to date. Call it with the lock of refreshing."""
    model, _ = current_model(connection)
    found = derive(connection, model, party_ids)
    put = cases.put(connection, _valued(connection, found))
    return Refreshed(len(party_ids), put, cases.retire(connection, party_ids, [one.subject for one in found]))


def derive(connection: Connection, model: Model, party_ids: Sequence[str]) -> list[Found]:
    """The questions that there is ground for about parties; nothing is written."""
    return [*_pairs(connection, model, party_ids), *_alarms(connection, model, party_ids)]


def _valued(connection: Connection, found: Sequence[Found]) -> list[Valued]:
    known = cases.stakes(connection, sorted({party for one in found for party in one.parties})) if found else {}
    return [_with_value(one, [known[party] for party in one.parties if party in known]) for one in found]


def _with_value(found: Found, stakes: Sequence[Stakes]) -> Valued:
    hanging = total(stakes)
    points = value(hanging)
    return Valued(found, hanging, points, priority(found.risk, points))


def total(stakes: Sequence[Stakes]) -> Stakes:
    """What hangs on several parties together."""
    return Stakes(*(sum(column) for column in zip(*stakes, strict=True))) if stakes else Stakes()


# Pairs of parties -------------------------------------------------------------------------------------------------


def _pairs(connection: Connection, model: Model, party_ids: Sequence[str]) -> Iterator[Found]:
    """Parties that may be one: linked above the review weight, and nobody has judged upon the same evidence."""
    linked = [one for one in cases.pairs(connection, party_ids) if one.weight > model.review]
    if not linked:
        return
    near = sorted({party for one in linked for party in (one.one, one.two)})
    judged = cases.judged_between(connection, near)
    decided = cases.decided_between(connection, near)
    for one in linked:
        pair: PartyPair = (one.one, one.two)
        case = _pair(one, model.threshold)
        if pair in decided:
            subject, evidence = decided[pair]
            if evidence != case.evidence:
                yield case._replace(subject=subject)
        elif pair not in judged:
            yield case


def _pair(link: Apart, threshold: float) -> Found:
    over = round(link.weight - threshold, 2)
    ground = Ground(CUT if over > 0 else DOUBT, weight=over)
    left, right = sorted(((link.left_source, link.left_id), (link.right_source, link.right_id)))
    subject = "pair:" + "\x1f".join((*left, *right))
    evidence = evidence_hash(levels_basis(bytes.fromhex(link.levels)))
    return Found(subject, ground.what, (link.one, link.two), left, right, (ground,), evidence, risk([ground]))


# Parties that may be several --------------------------------------------------------------------------------------


def _alarms(connection: Connection, model: Model, party_ids: Sequence[str]) -> Iterator[Found]:
    """Alarms of parties. Most parties raise none: they are passed over by counts and by the links that hold them."""
    chosen = sorted({*cases.suspicious(connection, party_ids, LIMITS), *_loose(connection, model, party_ids)})
    if not chosen:
        return
    members, links = cases.members(connection, chosen), cases.links_inside(connection, chosen)
    for party in chosen:
        listed = [Member(row["node_id"], (row["source"], row["source_id"]), row) for row in members.get(party, ())]
        edges = [
            Edge(link.node_a, link.node_b, None if link.weight is None else link.weight - model.threshold, link.levels)
            for link in links.get(party, ())
        ]
        raised = alarm(listed[0].values["kind"], listed, edges) if listed else None
        if raised:
            kind = leading(raised.grounds).what
            left, right = sorted((raised.left, raised.right))
            yield Found(
                f"party:{party}", kind, (party,), left, right, raised.grounds, raised.evidence, risk(raised.grounds)
            )


def _loose(connection: Connection, model: Model, party_ids: Sequence[str] | None) -> list[str]:
    """Of parties (or of all), those in which a single link above the threshold, a weak one, leads to some part."""
    links = pl.DataFrame(cases.inner_links(connection, party_ids, model.threshold))
    if links.is_empty():
        return []
    ends, number = np.unique(links.select("node_a", "node_b").to_numpy(), return_inverse=True)
    left, right = number.reshape(-1, 2).T
    weak = links["weight"].to_numpy() - model.threshold <= MARGIN
    part = components(len(ends), left[~weak], right[~weak])
    between = part[left] != part[right]
    lines = np.bincount(np.concatenate([part[left[between]], part[right[between]]]), minlength=len(ends))
    alone = between & ((lines[part[left]] == 1) | (lines[part[right]] == 1))
    found: list[str] = links["party_id"].filter(pl.Series(alone)).unique().to_list()
    return found


# What hangs on cases ------------------------------------------------------------------------------------------------


def revalue(store: Store) -> int:
    """Value the live cases anew, as facts (balances, messages) change without the parties; answers how many changed."""
    changed, after = 0, 0
    while True:
        with store.transaction() as connection:
            waiting = cases.live_after(connection, after, _AT_ONCE)
            if not waiting:
                return changed
            known = cases.stakes(connection, sorted({party for one in waiting for party in one.parties.split()}))
            rows = []
            for one in waiting:
                hanging = total([known[party] for party in one.parties.split() if party in known])
                if hanging._asdict() != one.stakes:
                    points = value(hanging)
                    rows.append((one.case_id, hanging, points, priority(one.risk, points)))
            cases.revalue(connection, rows)
        changed += len(rows)
        after = waiting[-1].case_id
