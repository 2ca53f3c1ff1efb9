"""Party ids: random, minted once, kept through merges and splits.

After a merge or a split an id stays with the cluster that holds the largest share of its earlier records (ties: the
cluster with the least of another party, then the first one); a cluster that several ids would stay with keeps the one
with the largest share (ties: the oldest), and the others redirect to it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Heir = TypeVar("Heir")


class Succession(NamedTuple):
    """Who inherits.

    kept: by cluster, the party that it continues, or -1 where an id must be minted. redirects: by party, the cluster
    into which a party that ended went, or -1 where it goes on or has no records left.
    """

    kept: Numbers
    redirects: Numbers


def succession(clusters: Numbers, parties: Numbers, number_of_clusters: int, number_of_parties: int) -> Succession:
    """Decide which cluster continues which party.

    clusters, parties: for each record that had a party before, its cluster now (0…) and that party (0…, oldest first).
    """
    kept = np.full(number_of_clusters, -1, dtype=np.int64)
    redirects = np.full(number_of_parties, -1, dtype=np.int64)
    if not len(clusters):
        return Succession(kept, redirects)
    overlaps, shares = np.unique(np.stack([parties, clusters]), axis=1, return_counts=True)
    order = np.lexsort((overlaps[1], _rivals(overlaps[1], shares, number_of_clusters), -shares, overlaps[0]))
    firsts = order[np.unique(overlaps[0][order], return_index=True)[1]]
    party, heir, share = overlaps[0][firsts], overlaps[1][firsts], shares[firsts]
    redirects[party] = heir
    order = np.lexsort((party, -share, heir))
    winners = order[np.unique(heir[order], return_index=True)[1]]
    kept[heir[winners]] = party[winners]
    redirects[party[winners]] = -1
    return Succession(kept, redirects)


def _rivals(clusters: Numbers, shares: Numbers, number_of_clusters: int) -> Numbers:
    """For each share of a party in a cluster, the largest share of another party there."""
    first, second = (np.zeros(number_of_clusters, dtype=np.int64) for _ in range(2))
    np.maximum.at(first, clusters, shares)
    is_first = shares == first[clusters]
    holders = np.bincount(clusters[is_first], minlength=number_of_clusters)
    np.maximum.at(second, clusters[~is_first], shares[~is_first])
    return np.where(is_first & (holders[clusters] == 1), second[clusters], first[clusters])


def revived(claims: Iterable[tuple[Heir, str]], used: set[str]) -> dict[Heir, str]:
    """Who takes up an earlier party again: `claims` (heir, party) come the strongest first, each side gets one at most.

    used: parties that somebody has already.
    """
    taken: dict[Heir, str] = {}
    gone = set(used)
    for heir, party in claims:
        if heir not in taken and party not in gone:
            taken[heir] = party
            gone.add(party)
    return taken


def mint(number: int) -> list[str]:
    """New random ids (UUID version 4)."""
    raw = np.frombuffer(os.urandom(16 * number), dtype=np.uint8).reshape(number, 16).copy()
    raw[:, 6] = (raw[:, 6] & 0x0F) | 0x40
    raw[:, 8] = (raw[:, 8] & 0x3F) | 0x80
    digits = raw.tobytes().hex()
    texts = (digits[place : place + 32] for place in range(0, len(digits), 32))
    return [f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}" for text in texts]
