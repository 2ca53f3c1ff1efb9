"""The parties that a handful of changed records leads to: the same partition as resolving everything anew.

Only what a change can reach is calculated again: nodes that came or went, nodes of blocks whose size passed a border
(there evidence or candidates change), their candidates, and the components that they belong or belonged to. Call it in
a transaction that holds the resolution lock; the records are written already, with their nodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from litso.golden.policy import LIST_ATTRIBUTES
from litso.resolve.claims import BORDERS
from litso.resolve.cluster import WHOLE, Evidenced, components, partition
from litso.resolve.columns import Columns
from litso.resolve.evidence import compare
from litso.resolve.identity import mint, succession
from litso.resolve.keys import CAP, RARE
from litso.resolve.model import UNIT, Model, score
from litso.resolve.nodes import fingerprint, node_values
from litso.store import changes, crosswalk, facts, golden, judgements, nodes, parties, records, sources
from litso.store.database import Connection
from litso.store.nodes import Link
from litso.store.records import Belonging
from litso.usecases.blocks import (
    LARGEST,
    Group,
    candidates_of,
    first_keys,
    read_groups,
    split_blocks,
    standard_of,
    values_table,
)
from litso.usecases.publication import publish_party

_BORDERS: Final = tuple(sorted({*BORDERS, RARE, CAP}))


class Cause(NamedTuple):
    """Why parties change: the reason kept in the crosswalk, and the load or judgement that the events name."""

    reason: str = "load"
    load_id: int | None = None
    judgement_id: int | None = None


class Placement(NamedTuple):
    """Nodes of records that are about to be written: `nodes` in their order, and which of them are new."""

    nodes: list[int]
    added: list[int]


class Settled(NamedTuple):
    """What happened to parties, by id. `merged`: old → new; `split`: new → old."""

    created: list[str]
    changed: list[str]
    merged: dict[str, str]
    split: dict[str, str]
    ended: list[str]


def place(connection: Connection, model: Model, rows: Sequence[Mapping[str, Any]]) -> Placement:
    """Find or add the node of each standard record; a record that a steward told apart gets one of its own."""
    keys = [(row["source"], row["source_id"]) for row in rows]
    apart = {
        key
        for entry in judgements.active_of(connection, keys)
        if entry.verdict == "different"
        for key in ((entry.left_source, entry.left_id), (entry.right_source, entry.right_id))
    }
    prints = [fingerprint(node_values(row), key, key in apart) for row, key in zip(rows, keys, strict=True)]
    known = nodes.find_by_fingerprints(connection, sorted(set(prints)))
    added = []
    for row, print_ in zip(rows, prints, strict=True):
        if print_ not in known:
            columns = Columns.of_table(values_table([row], [print_], model))
            found = [key for one in first_keys(row["kind"], columns, model.customs) for key in one.keys.tolist()]
            known[print_] = nodes.add_node(connection, print_, str(uuid4()), sorted(set(found)))
            added.append(known[print_])
    return Placement([known[print_] for print_ in prints], added)


def settle(
    connection: Connection,
    model: Model,
    *,
    added: Sequence[int],
    left: Iterable[int],
    written: Sequence[int],
    deleted: Sequence[int] = (),
    judged: Iterable[int] = (),
    cause: Cause,
) -> Settled:
    """Bring links, clusters, parties and golden records up to date.

    added: new nodes. left: nodes from which a record went away. written, deleted: records that changed. judged: nodes
    of records about which a judgement was entered or undone.
    """
    gone = _abandoned(connection, left)
    stirred = _stirred(connection, added, gone)
    lost = _present_parties(connection, deleted)
    crosswalk.end(connection, deleted)
    seeds = {*added, *stirred, *judged} | {node for node in left if node not in gone}
    seeds |= set(nodes.partners(connection, [*added, *stirred, *gone], _bits(model)))
    nodes.remove_nodes(connection, sorted(gone))
    fresh = [*added, *sorted(stirred)]
    groups = read_groups(connection, fresh, model)
    split_blocks(connection, model, _arrivals(groups, model, set(added)), _only(groups, set(added)))
    _link_anew(connection, model, fresh, groups)
    reached = reached_nodes(connection, model, seeds - gone)
    return _succeed(connection, model, reached, written, lost, cause)


def _bits(model: Model) -> float:
    """The threshold between two scores, so that rounding of a stored weight never matters."""
    return (round(model.threshold * UNIT) + 0.5) / UNIT


# What a change stirs up -----------------------------------------------------------------------------------------


def _abandoned(connection: Connection, left: Iterable[int]) -> set[int]:
    """Of nodes that records left, those that have none any more."""
    asked = sorted(set(left))
    kept = {row.node_id for row in records.belongings(connection, asked)} if asked else set()
    return set(asked) - kept


def _stirred(connection: Connection, added: Sequence[int], gone: set[int]) -> set[int]:
    """Nodes of blocks whose size passes a border by what came and went."""
    came = Counter(key for key, _ in nodes.keys_of(connection, added)) if added else Counter[int]()
    went = Counter(key for key, _ in nodes.keys_of(connection, gone)) if gone else Counter[int]()
    stirred = _passing(came, went, nodes.candidates(connection, sorted({*came, *went}), LARGEST + len(added)))
    finer = Counter(key for key, _ in nodes.hub_keys_of(connection, gone)) if gone else Counter[int]()
    if finer:
        stirred |= _passing(Counter(), finer, nodes.hub_candidates(connection, sorted(finer), LARGEST))
    return stirred - set(added) - gone


def _passing(came: Counter[int], went: Counter[int], found: Sequence[nodes.Candidate]) -> set[int]:
    """Members of blocks that pass a border; blocks are counted with what came and with what is about to go."""
    return {
        row.node_id
        for row in found
        if any((row.size - came[row.key] > border) != (row.size - went[row.key] > border) for border in _BORDERS)
    }


def _only(groups: Sequence[Group], chosen: set[int]) -> list[Group]:
    """The groups that have chosen nodes."""
    return [group for group in groups if chosen & set(group.ids.tolist())]


def _arrivals(groups: Sequence[Group], model: Model, added: set[int]) -> dict[int, int]:
    """Key → how many of the added nodes have it."""
    counts: Counter[int] = Counter()
    for group in groups:
        for rows in first_keys(group.kind, group.columns, model.customs):
            is_added = np.isin(group.ids[rows.nodes], list(added))
            counts.update(rows.keys[is_added].tolist())
    return counts


# Links ----------------------------------------------------------------------------------------------------------


def _link_anew(connection: Connection, model: Model, fresh: Sequence[int], groups: Sequence[Group]) -> None:
    """Find the candidates of the fresh nodes and weigh them; their former links go."""
    nodes.remove_links(connection, fresh)
    chosen = set(fresh)
    width = max(len(model.claims(kind)) for kind in model.kinds)
    floor = round(min(model.review, model.threshold) * UNIT)
    for group in groups:
        everyone = np.isin(group.ids, list(chosen))
        pairs = sorted(candidates_of(connection, group, model.customs, everyone))
        if not pairs:
            continue
        (whole,) = [
            one
            for one in read_groups(connection, {node for pair in pairs for node in pair}, model)
            if one.kind == group.kind
        ]
        places = whole.places()
        left = np.array([places[one] for one, _ in pairs], dtype=np.int64)
        right = np.array([places[two] for _, two in pairs], dtype=np.int64)
        levels = compare(whole.columns, left, right, model.claims(whole.kind), model.frequencies)
        scores = score(model, whole.kind, levels)
        padded = np.pad(levels, ((0, width - len(levels)), (0, 0))).T
        nodes.add_links(
            connection,
            [
                Link(one, two, value / UNIT, row.tobytes())
                for (one, two), value, row in zip(pairs, scores.tolist(), padded, strict=True)
                if value > floor
            ],
        )


def reached_nodes(connection: Connection, model: Model, seeds: set[int]) -> set[int]:
    """All nodes of the components of the seeds: through links above the threshold and through must-links."""
    reached = set(nodes.component(connection, sorted(seeds), _bits(model)))
    while True:
        keys = [(row.source, row.source_id) for row in records.belongings(connection, sorted(reached))]
        entries = [entry for entry in judgements.active_of(connection, keys) if entry.verdict == "same"]
        sides = {side for entry in entries for side in _sides(entry)}
        bound = {
            record.node_id for record in records.find_many(connection, sorted(sides)) if record.node_id is not None
        }
        if bound <= reached:
            return reached
        reached |= set(nodes.component(connection, sorted(bound - reached), _bits(model)))


def _sides(entry: judgements.Judgement) -> tuple[tuple[str, str], tuple[str, str]]:
    return (entry.left_source, entry.left_id), (entry.right_source, entry.right_id)


# Clusters and parties -------------------------------------------------------------------------------------------


def _clusters(
    connection: Connection, model: Model, reached: set[int], belongings: Sequence[Belonging]
) -> dict[int, tuple[str, str]]:
    """Node → its cluster, named by kind and the fingerprint order of its first node."""
    node_of = {(row.source, row.source_id): row.node_id for row in belongings}
    entries = judgements.active_of(connection, sorted(node_of))
    clusters: dict[int, tuple[str, str]] = {}
    for group in read_groups(connection, reached, model):
        places = group.places()
        judged: dict[str, list[tuple[int, int]]] = {"same": [], "different": [], "unsure": []}
        for entry in sorted(entries, key=lambda entry: -entry.judgement_id):
            one, two = sorted(places.get(node_of.get(side, -1), -1) for side in _sides(entry))
            if 0 <= one < two:
                judged[entry.verdict].append((one, two))

        def score_more(left: NDArray[np.int64], right: NDArray[np.int64], group: Group = group) -> NDArray[np.int32]:
            levels = compare(group.columns, left, right, model.claims(group.kind), model.frequencies)
            return score(model, group.kind, levels)

        pairs = pairs_within(connection, model, group, places, score_more)
        bar = round(model.threshold * UNIT)
        found = partition(len(group.ids), pairs, bar, score_more, judged["same"], judged["different"])
        for node, first in zip(group.ids.tolist(), found.tolist(), strict=True):
            clusters[node] = (group.kind, f"{first:09}")
    return clusters


def pairs_within(
    connection: Connection, model: Model, group: Group, places: Mapping[int, int], score_more: Any
) -> Evidenced:
    """Candidates inside the group. In components of up to WHOLE nodes stored links suffice, as all pairs are scored."""
    links = [link for link in nodes.links_within(connection, places) if link.node_a in places and link.node_b in places]
    both = [tuple(sorted((places[link.node_a], places[link.node_b]))) for link in links]
    pairs = np.array(both, dtype=np.int64).reshape(-1, 2)
    weights = np.rint(np.array([link.weight for link in links]) * UNIT).astype(np.int32)
    strong = pairs[weights > round(model.threshold * UNIT)]
    sizes = np.bincount(components(len(group.ids), strong[:, 0], strong[:, 1]))
    if sizes.max(initial=0) > WHOLE:
        everyone = np.ones(len(group.ids), dtype=bool)
        found = candidates_of(connection, group, model.customs, everyone)
        inside = sorted(tuple(sorted((places[a], places[b]))) for a, b in found if a in places and b in places)
        pairs = np.array(inside, dtype=np.int64).reshape(-1, 2)
        weights = score_more(pairs[:, 0], pairs[:, 1])
    return Evidenced(pairs[:, 0], pairs[:, 1], weights)


def _succeed(
    connection: Connection,
    model: Model,
    reached: set[int],
    written: Sequence[int],
    lost: set[str],
    cause: Cause,
) -> Settled:
    """Give clusters their party ids, write what changed, publish golden records and events."""
    belongings = records.belongings(connection, sorted(reached))
    clusters = _clusters(connection, model, reached, belongings)
    names = _in_order(connection, clusters, belongings)
    old = parties.oldest_first(connection, {row.party_id for row in belongings if row.party_id})
    had = [row for row in belongings if row.party_id]
    cluster_place = {name: number for number, name in enumerate(names)}
    party_place = {party: number for number, party in enumerate(old)}
    found = succession(
        np.array([cluster_place[clusters[row.node_id]] for row in had], dtype=np.int64),
        np.array([party_place[row.party_id or ""] for row in had], dtype=np.int64),
        len(names),
        len(old),
    )
    ids = {name: old[kept] for name, kept in zip(names, found.kept.tolist(), strict=True) if kept >= 0}
    homeless = [name for name in names if name not in ids]
    revived = _revived(connection, homeless, clusters, had)
    minted = dict(
        zip([name for name in homeless if name not in revived], mint(len(homeless) - len(revived)), strict=True)
    )
    ids |= revived | minted
    merged = {old[place]: ids[names[heir]] for place, heir in enumerate(found.redirects.tolist()) if heir >= 0}
    parties.mint(connection, {party: name[0] for name, party in minted.items()})
    parties.revive(connection, revived.values())
    parties.redirect(connection, merged)
    nodes.set_parties(connection, {node: ids[name] for node, name in clusters.items()})
    moved = {
        row.record_id: ids[clusters[row.node_id]] for row in belongings if row.party_id != ids[clusters[row.node_id]]
    }
    crosswalk.set_parties(connection, moved, cause.reason)
    fresh = {ids[name] for name in homeless}
    split = _split_from(had, clusters, ids, fresh)
    touched = set(moved.values()) | {row.party_id for row in had if row.record_id in moved} | lost
    touched |= {ids[clusters[row.node_id]] for row in belongings if row.record_id in set(written)}
    created = [party for party in minted.values() if party not in split]
    return publish_touched(
        connection, {party for party in touched if party}, Settled(created, [], merged, split, []), cause
    )


def _in_order(
    connection: Connection, clusters: Mapping[int, tuple[str, str]], belongings: Sequence[Belonging]
) -> list[tuple[str, str]]:
    """Clusters in the order that breaks ties for a party's id: first those whose records were never of another party.

    So that of two halves of a merge, taken back, each gets its own id again.
    """
    ids = np.array([row.record_id for row in belongings], dtype=np.int64)
    strangers = set(crosswalk.redirected_of(connection, ids)["record_id"].to_pylist())
    natives = Counter(clusters[row.node_id] for row in belongings if row.record_id not in strangers)
    return sorted(set(clusters.values()), key=lambda name: (-natives[name], name))


def _revived(
    connection: Connection,
    homeless: Sequence[tuple[str, str]],
    clusters: Mapping[int, tuple[str, str]],
    had: Sequence[Belonging],
) -> dict[tuple[str, str], str]:
    """Of clusters without an id: the redirected party that most of their records once were, to undo exactly."""
    if not homeless:
        return {}
    of_cluster = {row.record_id: clusters[row.node_id] for row in had if clusters[row.node_id] in set(homeless)}
    history = crosswalk.redirected_of(connection, np.array(sorted(of_cluster), dtype=np.int64)).to_pylist()
    votes = Counter((of_cluster[row["record_id"]], row["party_id"]) for row in history)
    taken: dict[tuple[str, str], str] = {}
    for (name, party), _ in sorted(votes.items(), key=lambda item: (-item[1], item[0])):
        if name not in taken and party not in taken.values():
            taken[name] = party
    return taken


def _split_from(
    had: Sequence[Belonging],
    clusters: Mapping[int, tuple[str, str]],
    ids: Mapping[tuple[str, str], str],
    fresh: set[str],
) -> dict[str, str]:
    """Parties that stand on their own now → the party that most of their records belonged to."""
    votes = Counter((ids[clusters[row.node_id]], row.party_id or "") for row in had)
    split: dict[str, str] = {}
    for (party, former), _ in sorted(votes.items(), key=lambda item: (-item[1], item[0])):
        if party in fresh:
            split.setdefault(party, former)
    return split


def _present_parties(connection: Connection, record_ids: Sequence[int]) -> set[str]:
    found = crosswalk.current_of(connection, np.array(record_ids, dtype=np.int64))
    return set(found["party_id"].to_pylist())


# Publication ----------------------------------------------------------------------------------------------------


def publish_touched(connection: Connection, touched: set[str], settled: Settled, cause: Cause) -> Settled:
    """Golden records of the touched parties, and the events."""
    priorities = {source.name: source.priority for source in sources.list_all(connection)}
    changed, ended = [], []
    for party in sorted(touched):
        members = [
            {**standard_of(member.standard), "updated_at": member.updated_at, "party_id": party,
             "priority": priorities[member.source]}
            for member in records.of_party(connection, party)
        ]  # fmt: skip
        if not members:
            ended.append(party)
            continue
        accounts = sorted({account for member in members for account in member[LIST_ATTRIBUTES[2]]})
        version = publish_party(connection, members, facts.serials(connection, accounts))
        if version is not None and party not in settled.created and party not in settled.split:
            changed.append(party)
    golden.withdraw(connection, ended)
    done = settled._replace(changed=changed, ended=[party for party in ended if party not in settled.merged])
    _tell(connection, done, cause)
    return done


def _tell(connection: Connection, settled: Settled, cause: Cause) -> None:
    events: list[tuple[str, str, dict[str, Any]]] = [("party.created", party, {}) for party in settled.created]
    events += [("party.split", party, {"from": former}) for party, former in sorted(settled.split.items())]
    events += [("party.merged", former, {"into": party}) for former, party in sorted(settled.merged.items())]
    events += [("party.changed", party, {}) for party in settled.changed]
    events += [("party.ended", party, {}) for party in settled.ended]
    for kind, party, data in events:
        changes.append(
            connection, type=kind, party_id=party, data=data, load_id=cause.load_id, judgement_id=cause.judgement_id
        )
