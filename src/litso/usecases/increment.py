"""The parties that a handful of changed records leads to: the same partition as resolving everything anew.

Only what a change can reach is calculated again: nodes that came or went, nodes of blocks whose size passed a border
(there evidence or candidates change), their candidates, and the components that they belong or belonged to. Call it in
a transaction that holds the resolution lock; the records are written already, with their nodes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import uuid4

import numpy as np
import polars as pl
from numpy.typing import NDArray

from litso.golden.policy import LIST_ATTRIBUTES
from litso.resolve.claims import BORDERS
from litso.resolve.claims_of_one import One
from litso.resolve.cluster import WHOLE, Evidenced, components, partition
from litso.resolve.keys import CAP, RARE
from litso.resolve.model import UNIT, Model, score
from litso.resolve.nodes import fingerprint, node_values
from litso.store import cases, changes, crosswalk, facts, golden, graph, judgements, nodes, records, sources
from litso.store.database import Connection
from litso.store.nodes import Block, Link
from litso.store.records import Belonging
from litso.store.sources import Source
from litso.usecases.blocks import (
    LARGEST,
    Blocks,
    Group,
    Hand,
    candidates_of,
    split_blocks,
    standard_of,
)
from litso.usecases.naming import Cluster, Clusters, name_parties
from litso.usecases.publication import publish_few, publish_many
from litso.usecases.survivorship import Survivorship, in_force

_FEW_PARTIES: Final = 40
"""Parties up to which publishing one by one is quicker than in bulk."""

Borders = tuple[int, ...]
"""Sizes of a block above which evidence or candidates change."""

_ANY: Final[Borders] = tuple(sorted({*BORDERS, RARE, CAP}))


class Cause(NamedTuple):
    """Why parties change: the reason kept in the crosswalk, and the load or judgement that the events name."""

    reason: str = "load"
    load_id: int | None = None
    judgement_id: int | None = None


KeyPair = tuple[tuple[str, str], tuple[str, str]]
"""Two records by (source, source_id)."""


class Judged(NamedTuple):
    """What stewards say: pairs of records of one party, the most binding first, and of two."""

    same: Sequence[KeyPair] = ()
    different: Sequence[KeyPair] = ()


class Placement(NamedTuple):
    """Nodes of records that are about to be written, in their order, and the first keys of those that are new."""

    nodes: list[int]
    added: dict[int, list[int]]


class Settled(NamedTuple):
    """What happened to parties, by id. `merged`: old → new; `split`: new → old; `turned`: of those that were merged
    before, old → new."""

    created: list[str]
    changed: list[str]
    merged: dict[str, str]
    split: dict[str, str]
    ended: list[str]
    turned: Mapping[str, str] = MappingProxyType({})


def place(hand: Hand, rows: Sequence[Mapping[str, Any]]) -> Placement:
    """Find or add the node of each standard record; a record that a steward told apart gets one of its own."""
    keys = [(row["source"], row["source_id"]) for row in rows]
    judged = _judged(judgements.active_of(hand.connection, keys)) if rows else Judged()
    apart = {key for pair in judged.different for key in pair}
    values = [node_values(row) for row in rows]
    prints = [fingerprint(one, key, key in apart) for one, key in zip(values, keys, strict=True)]
    known = nodes.find_by_fingerprints(hand.connection, sorted(set(prints))) if rows else {}
    new = {print_: One(one) for print_, one in zip(prints, values, strict=True) if print_ not in known}
    groups = hand.grouped((print_, 0, one) for print_, one in new.items())
    customs = hand.model.customs
    first = {print_: keys for one in groups for print_, keys in zip(one.prints, one.first_keys(customs), strict=True)}
    fresh = nodes.add_handful(hand.connection, {print_: (str(uuid4()), first[print_]) for print_ in new})
    named = [group._replace(ids=np.array([fresh[one] for one in group.prints], dtype=np.int64)) for group in groups]
    hand.put({node: (print_, new[print_]) for print_, node in fresh.items()})
    hand.keep(named)
    found = known | fresh
    return Placement([found[print_] for print_ in prints], {fresh[print_]: first[print_] for print_ in new})


def settle(
    hand: Hand,
    *,
    added: Mapping[int, Sequence[int]],
    left: Iterable[int],
    written: Mapping[int, int],
    deleted: Sequence[int] = (),
    judged: Iterable[int] = (),
    cause: Cause,
) -> Settled:
    """Bring links, clusters, parties and golden records up to date.

    added: new nodes with their first keys. left: nodes from which a record went away. written: records that changed,
    with their nodes now. deleted: records that are gone. judged: nodes of records about which a judgement was entered
    or undone.
    """
    with hand.connection.pipeline():
        assigned = _assign(hand, added, left, written, deleted, judged, cause)
    return _publish(hand, assigned, cause)


def _assign(
    hand: Hand,
    added: Mapping[int, Sequence[int]],
    left: Iterable[int],
    written: Mapping[int, int],
    deleted: Sequence[int],
    judged: Iterable[int],
    cause: Cause,
) -> _Assigned:
    """Links, clusters, parties and the crosswalk; arguments as for `settle`."""
    connection = hand.connection
    gone = _abandoned(connection, left)
    blocks = Blocks(connection, LARGEST + len(added))
    borders = {key: of for group in hand.groups(added) for key, of in group.borders(hand.model.customs).items()}
    crowds = _stirred(connection, blocks, added, gone, borders)
    stirred = set[int]().union(*crowds) - added.keys()
    lost = _present_parties(connection, deleted)
    crosswalk.end(connection, deleted)
    seeds = {*added, *stirred, *judged, *written.values()} | {node for node in left if node not in gone}
    if stirred or gone:
        seeds |= set(nodes.partners(connection, [*stirred, *gone], _bits(hand.model)))
    if gone:
        nodes.remove_nodes(connection, sorted(gone))
        blocks = Blocks(connection, LARGEST + len(added))
    arrived = Counter(key for keys in added.values() for key in keys)
    split_blocks(hand, blocks, arrived, hand.groups(added))
    groups = _link_anew(hand, blocks, set(added), crowds)
    reach = reached_nodes(connection, hand.model, seeds - gone)
    return _succeed(hand, reach, groups, written, lost, cause)


def _bits(model: Model) -> float:
    """The threshold between two scores, so that rounding of a stored weight never matters."""
    return (round(model.threshold * UNIT) + 0.5) / UNIT


# What a change stirs up -----------------------------------------------------------------------------------------


def _abandoned(connection: Connection, left: Iterable[int]) -> set[int]:
    """Of nodes that records left, those that have none any more."""
    asked = sorted(set(left))
    kept = {row.node_id for row in records.belongings(connection, asked)} if asked else set()
    return set(asked) - kept


def _stirred(
    connection: Connection,
    blocks: Blocks,
    added: Mapping[int, Sequence[int]],
    gone: set[int],
    borders: Mapping[int, Borders],
) -> list[set[int]]:
    """Nodes of each block whose size passes a border by what came and went: their evidence for each other changes.

    borders: those of the keys that came; of keys that only went it is not known what they are, so any may be theirs.
    """
    came = Counter(key for keys in added.values() for key in keys)
    went = Counter(key for key, _ in nodes.keys_of(connection, gone)) if gone else Counter[int]()
    found = blocks.of({*came, *went}, 0)
    passing = {key for key, block in found.items() if _passes(block, came[key], went[key], borders.get(key, _ANY))}
    crowds = blocks.members(passing, 0) if passing else []
    finer = Counter(key for key, _ in nodes.hub_keys_of(connection, gone)) if gone else Counter[int]()
    if finer:
        passing = {key for key, block in blocks.of(finer, 1).items() if _passes(block, 0, finer[key], (CAP,))}
        crowds += blocks.members(passing, 1) if passing else []
    return [crowd - gone for crowd in crowds]


def _passes(block: Block, came: int, went: int, borders: Borders) -> bool:
    """Whether a block passes a border; it is counted with what came and with what is about to go."""
    return any((block.size - came > border) != (block.size - went > border) for border in borders)


# Links ----------------------------------------------------------------------------------------------------------


def _link_anew(hand: Hand, blocks: Blocks, added: set[int], crowds: Sequence[set[int]]) -> list[Group]:
    """Weigh the added nodes with all their candidates, and the nodes of crowds among themselves; former links go.

    Answers the groups that were compared.
    """
    for crowd in crowds:
        nodes.remove_links_within(hand.connection, crowd)
    crowd_of: dict[int, set[int]] = defaultdict(set)
    for number, crowd in enumerate(crowds):
        for node in crowd:
            crowd_of[node].add(number)
    compared = []
    fresh = added | crowd_of.keys()
    for group in hand.groups(fresh):
        found = candidates_of(blocks, group, hand.model.customs)
        pairs = sorted(
            (one, two)
            for one, two in found
            if one in added or two in added or not crowd_of.get(one, _NONE).isdisjoint(crowd_of.get(two, _NONE))
        )
        whole = group
        if pairs:
            together = hand.groups({*fresh, *(node for pair in pairs for node in pair)})
            (whole,) = [one for one in together if one.kind == group.kind]
            hand.count(group.kind, blocks.first)
            nodes.add_links(hand.connection, _weighed(hand, whole, pairs))
        compared.append(whole)
    return compared


_NONE: Final = frozenset[int]()


def _weighed(hand: Hand, group: Group, pairs: Sequence[tuple[int, int]]) -> list[Link]:
    """The links among pairs of nodes of a group: those above the review weight. All scores are kept at hand."""
    model = hand.model
    width = max(len(model.claims(kind)) for kind in model.kinds)
    floor = round(min(model.review, model.threshold) * UNIT)
    places = group.places()
    left, right = (np.array([places[pair[side]] for pair in pairs], dtype=np.int64) for side in (0, 1))
    levels = hand.levels(group, left, right)
    padded = np.pad(levels, ((0, width - len(levels)), (0, 0))).T
    scores = score(model, group.kind, levels).tolist()
    hand.scores |= zip(pairs, scores, strict=True)
    return [
        Link(one, two, value / UNIT, row.tobytes())
        for (one, two), value, row in zip(pairs, scores, padded, strict=True)
        if value > floor
    ]


class _Assigned(NamedTuple):
    """What happened to parties; those to publish, and those that got or lost records."""

    settled: Settled
    touched: set[str]
    regrouped: set[str]


class Reach(NamedTuple):
    """Nodes that judgements and links bring together, their records, and what stewards say of these."""

    nodes: set[int]
    belongings: list[Belonging]
    judgements: list[judgements.Judgement]


def reached_nodes(connection: Connection, model: Model, seeds: set[int]) -> Reach:
    """The components of the seeds: through links above the threshold and through must-links."""
    reached = set(nodes.component(connection, sorted(seeds), _bits(model)))
    while True:
        belongings = records.belongings(connection, sorted(reached))
        entries = judgements.active_of(connection, [(row.source, row.source_id) for row in belongings])
        sides = {side for entry in entries if entry.verdict == "same" for side in entry.sides}
        sides -= {(row.source, row.source_id) for row in belongings}
        found = records.find_many(connection, sorted(sides)) if sides else []
        bound = {record.node_id for record in found if record.node_id is not None}
        if bound <= reached:
            return Reach(reached, belongings, entries)
        reached |= set(nodes.component(connection, sorted(bound - reached), _bits(model)))


# Clusters and parties -------------------------------------------------------------------------------------------


def _clusters(hand: Hand, groups: Sequence[Group], judged: Judged, belongings: Sequence[Belonging]) -> Clusters:
    """Node → its cluster, named by kind and the fingerprint order of its first node."""
    node_of = {(row.source, row.source_id): row.node_id for row in belongings}
    model = hand.model
    clusters: dict[int, Cluster] = {}
    for group in groups:
        places = group.places()

        def local(pairs: Sequence[KeyPair], places: Mapping[int, int] = places) -> list[tuple[int, int]]:
            sides = (sorted(places.get(node_of.get(side, -1), -1) for side in pair) for pair in pairs)
            return [(one, two) for one, two in sides if 0 <= one < two]

        def score_more(left: NDArray[np.int64], right: NDArray[np.int64], group: Group = group) -> NDArray[np.int32]:
            return score(model, group.kind, hand.levels(group, left, right))

        must = local(judged.same)
        pairs = pairs_within(hand, group, places, score_more, must)
        bar = round(model.threshold * UNIT)
        found = partition(len(group.ids), pairs, bar, score_more, must, local(judged.different))
        for node, first in zip(group.ids.tolist(), found.tolist(), strict=True):
            clusters[node] = (group.kind, f"{first:09}")
    return clusters


def pairs_within(
    hand: Hand, group: Group, places: Mapping[int, int], score_more: Any, must: Sequence[tuple[int, int]]
) -> Evidenced:
    """Candidates inside the group. In components of up to WHOLE nodes stored links suffice, as all pairs are scored.

    must: pairs of places that stewards bind together; they make components larger as links do.
    """
    links = nodes.links_within(hand.connection, places) if len(places) > 1 else []
    scores = {pair: value for pair, value in hand.scores.items() if pair[0] in places and pair[1] in places}
    scores |= {(link.node_a, link.node_b): round(link.weight * UNIT) for link in links}
    both = [tuple(sorted((places[one], places[two]))) for one, two in scores]
    pairs = np.array(both, dtype=np.int64).reshape(-1, 2)
    weights = np.array(list(scores.values()), dtype=np.int32)
    strong = pairs[weights > round(hand.model.threshold * UNIT)]
    bound = np.concatenate([strong, np.array(must, dtype=np.int64).reshape(-1, 2)])
    sizes = np.bincount(components(len(group.ids), bound[:, 0], bound[:, 1]))
    if sizes.max(initial=0) > WHOLE:
        (alone,) = hand.groups(places)
        found = candidates_of(Blocks(hand.connection), alone, hand.model.customs)
        inside = sorted(tuple(sorted((places[a], places[b]))) for a, b in found if a in places and b in places)
        pairs = np.array(inside, dtype=np.int64).reshape(-1, 2)
        weights = score_more(pairs[:, 0], pairs[:, 1])
    return Evidenced(pairs[:, 0], pairs[:, 1], weights)


def _succeed(
    hand: Hand, reach: Reach, compared: Sequence[Group], written: Iterable[int], lost: set[str], cause: Cause
) -> _Assigned:
    """Give clusters their party ids, write what changed.

    compared: groups at hand, which may hold the reached nodes already.
    """
    connection, belongings = hand.connection, reach.belongings
    judged = _judged(reach.judgements)
    groups = _at_hand(hand, reach.nodes, compared)
    clusters = evident = _clusters(hand, groups, judged, belongings)
    if judged.same or judged.different:
        equal = Judged(_of_equal_values(connection, groups, judged, belongings))
        evident = _clusters(hand, groups, equal, belongings)
    named = name_parties(connection, belongings, evident, clusters)
    nodes.set_parties(connection, {row.node_id: named.now[row.record_id] for row in belongings})
    moved = {row.record_id: named.now[row.record_id] for row in belongings if row.party_id != named.now[row.record_id]}
    former = {row.party_id for row in belongings if row.record_id in moved}
    crosswalk.set_parties(connection, moved, cause.reason, are_new=former == {None})
    touched = set(moved.values()) | former | lost
    touched |= {named.now[record] for record in written if record in named.now}
    created = sorted(set(moved.values()) & named.minted - named.split.keys())
    settled = Settled(created, [], named.merged, named.split, [], named.turned)
    found = {party for party in touched if party}
    cases.expect(connection, found | set(named.now.values()))
    return _Assigned(settled, found, {party for party in {*moved.values(), *former} if party})


def _at_hand(hand: Hand, reached: set[int], compared: Sequence[Group]) -> list[Group]:
    """The reached nodes by kind, from the groups at hand where these hold them all."""
    narrowed = [group.narrowed(reached) for group in compared]
    if sum(len(group.ids) for group in narrowed) == len(reached):
        return [group for group in narrowed if len(group.ids)]
    return hand.groups(reached)


def _judged(entries: Sequence[judgements.Judgement]) -> Judged:
    """Pairs of records to join, the latest first, and pairs to keep apart."""
    latest = sorted(entries, key=lambda entry: -entry.judgement_id)
    same, different = ([one.sides for one in latest if one.verdict == wanted] for wanted in ("same", "different"))
    return Judged(same, different)


def _of_equal_values(
    connection: Connection, groups: Sequence[Group], judged: Judged, belongings: Sequence[Belonging]
) -> list[KeyPair]:
    """Pairs of records in nodes that differ only because a steward told the records apart."""
    told_apart = {side for pair in judged.different for side in pair}
    keys = {row.node_id: (row.source, row.source_id) for row in belongings}
    node_of = {print_: node for group in groups for print_, node in zip(group.prints, group.ids.tolist(), strict=True)}
    same = []
    for record in records.find_many(connection, sorted(told_apart & set(keys.values()))):
        key = (record.source, record.source_id)
        plain = fingerprint(node_values(standard_of(record.standard)), key)
        twin = node_of.setdefault(plain, record.node_id or 0)
        if twin != record.node_id and twin in keys:
            same.append((keys[twin], key))
    return same


def _present_parties(connection: Connection, record_ids: Sequence[int]) -> set[str]:
    if not record_ids:
        return set()
    found = crosswalk.current_of(connection, np.array(record_ids, dtype=np.int64))
    return set(found["party_id"].to_pylist())


# Publication ----------------------------------------------------------------------------------------------------


def _publish(hand: Hand, assigned: _Assigned, cause: Cause) -> Settled:
    """Publish golden records and events."""
    connection, customs = hand.connection, hand.model.custom_names
    settled, touched, regrouped = assigned
    is_few = len(touched) <= _FEW_PARTIES
    with connection.pipeline() if is_few else nullcontext():
        return publish_touched(
            connection, customs, touched, settled, cause, registered=hand.registered, regrouped=regrouped
        )


def publish_touched(
    connection: Connection,
    customs: Sequence[str],
    touched: set[str],
    settled: Settled,
    cause: Cause,
    *,
    registered: Sequence[Source] | None = None,
    regrouped: Collection[str] = (),
) -> Settled:
    """Golden records of the touched parties, and the events.

    customs: names of the custom attributes. registered: all sources, if they are at hand. regrouped: parties that got
    or lost records: they are told of even when the golden record stays the same.
    """
    registered = sources.list_all(connection) if registered is None else registered
    priorities = {source.name: source.priority for source in registered}
    publish = _publish_many if len(touched) > _FEW_PARTIES else _publish_few
    published, ended = publish(connection, customs, touched, priorities, in_force(connection, touched))
    golden.withdraw(connection, ended)
    graph.expect(connection, touched)
    others = sorted({*regrouped} - {*published, *ended})
    told = {*settled.created, *settled.split, *settled.merged}
    changed = [party for party in [*published, *others] if party not in told]
    done = settled._replace(changed=changed, ended=[party for party in ended if party not in settled.merged])
    _tell(connection, done, cause)
    return done


def _publish_few(
    connection: Connection,
    customs: Sequence[str],
    touched: set[str],
    priorities: Mapping[str, int],
    survivorship: Survivorship,
) -> tuple[list[str], list[str]]:
    """Publish parties; answers those whose golden record is new or changed, and those without records."""
    members = members_of(connection, touched, customs, priorities)
    accounts = {account for rows in members.values() for row in rows for account in row[LIST_ATTRIBUTES[2]]}
    serials = facts.serials(connection, sorted(accounts))
    published = publish_few(connection, list(members.values()), serials, survivorship)
    return sorted(published), sorted(touched - members.keys())


def members_of(
    connection: Connection, parties: Collection[str], customs: Sequence[str], priorities: Mapping[str, int]
) -> dict[str, list[dict[str, Any]]]:
    """Party → its records as `golden.records.golden_record` takes them. priorities: of the sources."""
    found = records.members(connection, sorted(parties), customs) if parties else {}
    return {
        party: [row | {"party_id": party, "priority": priorities[row["source"]]} for row in rows]
        for party, rows in sorted(found.items())
    }


def _publish_many(
    connection: Connection,
    customs: Sequence[str],
    touched: set[str],
    priorities: Mapping[str, int],
    survivorship: Survivorship,
) -> tuple[list[str], list[str]]:
    """As `_publish_few`, by queries over all of them."""
    party_of = nodes.nodes_of_parties(connection, touched)
    standard = records.read_standard(connection, customs=tuple(customs), node_ids=list(party_of))
    members = pl.DataFrame(standard).with_columns(
        pl.col("node_id").replace_strict(party_of, return_dtype=pl.String).alias("party_id"),
        pl.col("source").replace_strict(priorities, return_dtype=pl.Int64).alias("priority"),
    )
    accounts = members[LIST_ATTRIBUTES[2]].explode().drop_nulls().unique().to_list()
    of_accounts = facts.serials(connection, accounts)
    pairs = [(account, serial) for account, found in of_accounts.items() for serial in found]
    serials = pl.DataFrame(pairs, schema={"account": pl.String, "serial": pl.String}, orient="row")
    present = set(members["party_id"])
    frame = members.drop("record_id", "node_id")
    published = publish_many(connection, [frame], serials, len(present), survivorship) if present else []
    return published, sorted(touched - present)


def _tell(connection: Connection, settled: Settled, cause: Cause) -> None:
    events: list[tuple[str, str, dict[str, Any]]] = [("party.created", party, {}) for party in settled.created]
    events += [("party.split", party, {"from": former}) for party, former in sorted(settled.split.items())]
    merged = {**settled.merged, **settled.turned}
    events += [("party.merged", former, {"into": party}) for former, party in sorted(merged.items())]
    events += [("party.changed", party, {}) for party in settled.changed]
    events += [("party.ended", party, {}) for party in settled.ended]
    changes.append(connection, events, load_id=cause.load_id, judgement_id=cause.judgement_id)
