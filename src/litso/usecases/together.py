"""Why the records of a party are together: the strongest links that hold them, each taken apart into its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np

from litso.resolve.model import UNIT, Model, take_apart
from litso.store import audit, golden, judgements, nodes, records
from litso.store.database import Connection
from litso.store.judgements import Judgement
from litso.store.nodes import Link
from litso.store.records import Record
from litso.telemetry.traces import traced
from litso.usecases.access import Actor, demand, demand_seen, sight_of
from litso.usecases.profiles import SourceRecord, source_record, source_titles
from litso.usecases.reconciliation import current_model


@dataclass(frozen=True, slots=True)
class Step:
    """One evidence of a link: what was compared, how it came out, its weight, the sum before and after it (bits)."""

    claim: str
    title: str
    sentence: str
    weight: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Bond:
    """A link between two groups of equal records; `weight` is the sum of the steps in bits (log2 odds)."""

    left: tuple[SourceRecord, ...]
    right: tuple[SourceRecord, ...]
    weight: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """The records of a party, the fewest and strongest bonds that hold them together, and stewards' judgements.

    `others` counts further links between the same records.
    """

    party_id: str
    name: str
    records: tuple[SourceRecord, ...]
    bonds: tuple[Bond, ...]
    others: int
    judgements: tuple[Judgement, ...]


@traced
def read_together(connection: Connection, actor: Actor, party_id: str) -> Together:
    """What holds a party together; the read is logged first."""
    demand(actor, "read_parties")
    demand_seen(connection, actor, party_id)
    sight, purpose = sight_of(actor, None)
    record = golden.get(connection, party_id)
    audit.write(connection, actor=actor.name, action="records", party_id=party_id, fields=("links",), purpose=purpose)
    titles = source_titles(connection)
    members = records.of_party(connection, party_id)
    shown = {member.record_id: source_record(member, titles, sight) for member in members}
    groups = _groups(members)
    links = nodes.links_within(connection, groups)
    holding = strongest_tree(links)
    model, _ = current_model(connection)
    bonds = tuple(_bond(link, groups, shown, model) for link in holding)
    decided = judgements.of_records(connection, [(member.source, member.source_id) for member in members])
    return Together(party_id, record.name, tuple(shown.values()), bonds, len(links) - len(holding), tuple(decided))


def _groups(members: Sequence[Record]) -> dict[int, list[Record]]:
    """Records by node: those of one node are equal in every standard value."""
    groups: dict[int, list[Record]] = {}
    for member in members:
        if member.node_id is not None:
            groups.setdefault(member.node_id, []).append(member)
    return groups


def strongest_tree(links: Sequence[Link]) -> list[Link]:
    """The links, strongest first, that suffice to hold everything together that they connect."""
    leader: dict[int, int] = {}

    def top(node: int) -> int:
        while (above := leader.setdefault(node, node)) != node:
            node = above
        return node

    chosen = []
    for link in sorted(links, key=lambda one: (-one.weight, one.node_a, one.node_b)):
        first, second = top(link.node_a), top(link.node_b)
        if first != second:
            leader[second] = first
            chosen.append(link)
    return chosen


def _bond(link: Link, groups: Mapping[int, Sequence[Record]], shown: Mapping[int, SourceRecord], model: Model) -> Bond:
    left, right = groups[link.node_a], groups[link.node_b]
    steps = evidence_steps(model, left[0].kind, link.levels)
    return Bond(
        left=tuple(shown[member.record_id] for member in left),
        right=tuple(shown[member.record_id] for member in right),
        weight=steps[-1].after,
        steps=steps,
    )


@lru_cache(maxsize=50_000)
def evidence_steps(model: Model, kind: str, levels: bytes) -> tuple[Step, ...]:
    """The evidence of a pair as steps from the odds before any comparison to its score; silent claims are left out."""
    claims = model.claims(kind)
    given = np.frombuffer(levels, np.uint8)[: len(claims)]
    row = np.pad(given, (0, len(claims) - len(given)))
    parts = take_apart(model, kind, row[:, None])
    spoken = [
        (claim, claim.levels[level - 1], weight)
        for claim, level, weight in zip(claims, row.tolist(), parts.weights[:, 0].tolist(), strict=True)
        if level
    ]
    silent = int(parts.totals[0]) - sum(weight for _, _, weight in spoken)
    names = [("prior", "До сравнения", "исходные шансы такой пары")]
    names += [(claim.name, claim.title, level.sentence) for claim, level, _ in spoken]
    weights = [silent, *(weight for _, _, weight in spoken)]
    sums = list(accumulate(weights, initial=0))
    return tuple(
        Step(*name, weight / UNIT, before / UNIT, after / UNIT)
        for name, weight, before, after in zip(names, weights, sums, sums[1:], strict=False)
    )
