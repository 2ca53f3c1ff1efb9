"""Which party each group of records is: ids that outlive merges and splits, and come back exactly when one is undone.

    records → evident groups → homes (by the largest share of earlier homes) → judged groups → parties

A record's home is the party that evidence alone gives it. Party ids under judgements depend on nothing but the homes
and the groups that the judgements leave, never on the way there: so judgements undone in any order lead back to the
same ids. Without judgements the party of a record is its home.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from litso.resolve.identity import mint, revived, succession
from litso.store import crosswalk, homes, parties
from litso.store.database import Connection
from litso.store.parties import Founded
from litso.store.records import Belonging

Cluster = tuple[str, str]
"""Kind, and the place of its first node in the order that breaks ties."""

Clusters = Mapping[int, Cluster]
"""Node → its cluster."""


class Named(NamedTuple):
    """Record → its party now; ids minted just now; old id → id it redirects to; id that stands on its own → former; id
    that was gone already → id it redirects to now."""

    now: dict[int, str]
    minted: set[str]
    merged: dict[str, str]
    split: dict[str, str]
    turned: dict[str, str]


class _Homes(NamedTuple):
    """Record → home; ids minted for homes, with their kinds; ids that were redirected and are used again."""

    of: dict[int, str]
    minted: dict[str, str]
    revived: set[str]


def name_parties(connection: Connection, belongings: Sequence[Belonging], evident: Clusters, judged: Clusters) -> Named:
    """Give every group its party and write ids, redirects and homes; the crosswalk is the caller's.

    belongings: all records of the nodes. evident: their clusters by evidence alone; judged: with judgements, the same
    object where there are none.
    """
    found = _homes(connection, belongings, evident)
    away = any(row.home_id != row.party_id for row in belongings)
    now, founded = found.of, list[Founded]()
    back = found.revived
    if judged is not evident:
        rows = [Homed(row.record_id, judged[row.node_id], found.of[row.record_id]) for row in belongings]
        now, founded = under_judgements(connection, rows, found.minted)
    if judged is not evident or away:
        back = set(now.values()) - found.minted.keys() - {one.party_id for one in founded}
        others = {record: home for record, home in found.of.items() if now[record] != home}
        homes.replace(connection, [row.record_id for row in belongings], others)
    parties.mint(connection, found.minted)
    parties.found(connection, founded)
    parties.revive(connection, back)
    redirects = _redirects(belongings, found.of, now)
    turned = parties.redirect(connection, redirects)
    former = {row.party_id for row in belongings}
    return Named(
        now=now,
        minted={*found.minted, *(one.party_id for one in founded)} - redirects.keys(),
        merged={old: new for old, new in redirects.items() if old in former},
        split=_split_from(belongings, now),
        turned={old: new for old, new in turned.items() if old not in former},
    )


# By evidence alone ----------------------------------------------------------------------------------------------


def _homes(connection: Connection, belongings: Sequence[Belonging], clusters: Clusters) -> _Homes:
    had = [row for row in belongings if row.home_id]
    known = {row.home_id or "" for row in had}
    names = sorted(set(clusters.values()))
    shares = [(clusters[row.node_id], row.home_id or "") for row in had]
    ids = dict(shares)
    if not len(set(shares)) == len(known) == len(ids):  # some have to compete
        if len(names) > 1:
            names = _natives_first(connection, names, had, clusters)
        old = parties.oldest_first(connection, known) if len(known) > 1 else list(known)
        ids = _inherited(names, old, shares)
    homeless = [name for name in names if name not in ids]
    again = _revived(connection, homeless, clusters, had, set(ids.values()))
    without = [name for name in homeless if name not in again]
    minted = dict(zip(without, mint(len(without)), strict=True))
    ids |= again | minted
    of = {row.record_id: ids[clusters[row.node_id]] for row in belongings}
    return _Homes(of, {party: name[0] for name, party in minted.items()}, set(again.values()))


def _inherited(names: Sequence[Cluster], old: Sequence[str], had: Iterable[tuple[Cluster, str]]) -> dict[Cluster, str]:
    """Cluster → the earlier party that it continues; ties go by the order of `names` and of `old`."""
    place = {name: number for number, name in enumerate(names)}
    age = {party: number for number, party in enumerate(old)}
    rows = np.array([(place[name], age[party]) for name, party in had], dtype=np.int64).reshape(-1, 2)
    kept = succession(rows[:, 0], rows[:, 1], len(names), len(old)).kept
    return {name: old[number] for name, number in zip(names, kept.tolist(), strict=True) if number >= 0}


def _natives_first(
    connection: Connection, names: Sequence[Cluster], had: Sequence[Belonging], clusters: Clusters
) -> list[Cluster]:
    """First the clusters with the most records that were never of another party.

    So that of two halves of a merge that a changed record ends, each gets its own id again.
    """
    history = crosswalk.redirected_of(connection, np.array([row.record_id for row in had], dtype=np.int64))
    strangers = set(history["record_id"].to_pylist())
    natives = Counter(clusters[row.node_id] for row in had if row.record_id not in strangers)
    return sorted(names, key=lambda name: (-natives[name], name))


def _revived(
    connection: Connection, homeless: Sequence[Cluster], clusters: Clusters, had: Sequence[Belonging], used: set[str]
) -> dict[Cluster, str]:
    """Of clusters without an id: the redirected party, not `used` again, that most of their records once were."""
    chosen = set(homeless)
    of_cluster = {row.record_id: clusters[row.node_id] for row in had if clusters[row.node_id] in chosen}
    if not of_cluster:
        return {}
    history = crosswalk.redirected_of(connection, np.array(sorted(of_cluster), dtype=np.int64)).to_pylist()
    votes = Counter((of_cluster[row["record_id"]], row["party_id"]) for row in history)
    return revived((claim for claim, _ in sorted(votes.items(), key=lambda item: (-item[1], item[0]))), used)


# With judgements ------------------------------------------------------------------------------------------------


class Homed(NamedTuple):
    """A record, its group with judgements, and its home."""

    record_id: int
    cluster: Cluster
    home: str


def under_judgements(
    connection: Connection, rows: Sequence[Homed], minted: Collection[str]
) -> tuple[dict[int, str], list[Founded]]:
    """Record → party: that of the largest share of homes; a group left without one becomes its first record's own.

    rows: whole groups and whole homes. minted: homes that the store does not know yet. Founded parties are not written.
    """
    first: dict[Cluster, int] = {}
    for row in sorted(rows):
        first.setdefault(row.cluster, row.record_id)
    names = sorted(first, key=first.__getitem__)
    homes_now = {row.home for row in rows}
    old = [*parties.oldest_first(connection, homes_now - set(minted)), *sorted(homes_now & set(minted))]
    ids = _inherited(names, old, [(row.cluster, row.home) for row in rows])
    without = [name for name in names if name not in ids]
    known = parties.founded_by(connection, [first[name] for name in without])
    new = [name for name in without if first[name] not in known]
    founded = [Founded(party, name[0], first[name]) for name, party in zip(new, mint(len(new)), strict=True)]
    by_founder = known | {one.founder: one.party_id for one in founded}
    ids |= {name: by_founder[first[name]] for name in without}
    return {row.record_id: ids[row.cluster] for row in rows}, founded


# What follows ---------------------------------------------------------------------------------------------------


def _redirects(belongings: Sequence[Belonging], home: Mapping[int, str], now: Mapping[int, str]) -> dict[str, str]:
    """Party that no record has any more → the party where most of its records are; homes count like parties."""
    kept = set(now.values())
    votes: Counter[tuple[str, str]] = Counter()
    for row in belongings:
        for party in {row.party_id, row.home_id, home[row.record_id]} - kept - {None}:
            votes[party or "", now[row.record_id]] += 1
    redirects: dict[str, str] = {}
    for (party, heir), _ in sorted(votes.items(), key=lambda item: (-item[1], item[0])):
        redirects.setdefault(party, heir)
    return redirects


def _split_from(belongings: Sequence[Belonging], now: Mapping[int, str]) -> dict[str, str]:
    """Parties that stand on their own now → the party that most of their records belonged to."""
    former = {row.party_id for row in belongings}
    fresh = set(now.values()) - former
    votes = Counter((now[row.record_id], row.party_id) for row in belongings if row.party_id)
    split: dict[str, str] = {}
    for (party, old), _ in sorted(votes.items(), key=lambda item: (-item[1], item[0])):
        if party in fresh:
            split.setdefault(party, old)
    return split
