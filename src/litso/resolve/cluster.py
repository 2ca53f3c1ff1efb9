"""Clusters: components above the threshold, and inside each the partition that its evidence as a whole speaks for.

Inside a component all pairs count, also those against. Greedy contraction joins the two groups whose evidence for each
other is the strongest until no two groups speak for each other. That evidence is the best pair between them and the
worst one, not the sum of all: ten records that share nothing but a name say no more than two of them, and do not
outweigh two birth dates. Must-links are joined first, and a veto keeps groups apart for good. Scores are whole numbers
and ties are broken by fingerprints (the ranks of nodes), so the result does not depend on the order of rows.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Pair = tuple[int, int]
Nodes = npt.NDArray[np.int64]

WHOLE: Final = 64
"""Nodes up to which every pair of a component is scored; in a larger one pairs without a common key count as 0."""


LOCKSTEP: Final = 16
"""Nodes up to which components of one size are contracted together, as dense tables."""

_ALIKE: Final = 8
"""Components of one size from which that is quicker than one by one."""


class Link(NamedTuple):
    """The strongest evidence for and against the union of two groups, among the pairs between them."""

    best: int
    worst: int

    def together(self, other: Link) -> Link:
        """The evidence of both taken together."""
        return Link(max(self.best, other.best), min(self.worst, other.worst))


NOTHING: Final = Link(0, 0)


def link_of(score: int) -> Link:
    """The link of two groups with one pair between them."""
    return Link(max(score, 0), min(score, 0))


def contract(
    nodes: Sequence[int],
    scores: Mapping[Pair, int],
    must: Sequence[Pair] = (),
    vetoes: Iterable[Pair] = (),
    on_join: Callable[[list[int], list[int], int | None], None] | None = None,
) -> list[list[int]]:
    """Partition the nodes of one component.

    nodes: in the order that breaks ties. scores: pair (a < b) → hundredths of a bit over the threshold. must: pairs
    that belong together, the most binding first (one that a veto or an earlier one forbids is passed over). vetoes:
    pairs that never belong together. on_join: told of two groups before they are joined, and by what link (None: by a
    must-link). Returns groups, each in the order of `nodes`, ordered by their first nodes.
    """
    rank = {node: place for place, node in enumerate(nodes)}
    groups = {place: [place] for place in range(len(nodes))}
    links: dict[int, dict[int, Link]] = {place: {} for place in groups}
    for (one, two), value in scores.items():
        links[rank[one]][rank[two]] = links[rank[two]][rank[one]] = link_of(value)
    apart: dict[int, set[int]] = {place: set() for place in groups}
    for one, two in vetoes:
        if rank[one] != rank[two]:
            apart[rank[one]].add(rank[two])
            apart[rank[two]].add(rank[one])
    home = list(groups)

    def join(one: int, two: int, total: int | None) -> int:
        """Join two groups under the smaller first node."""
        one, two = min(one, two), max(one, two)
        if on_join is not None:
            left, right = ([nodes[place] for place in groups[side]] for side in (one, two))
            on_join(left, right, total)
        groups[one] += groups.pop(two)
        for node in groups[one]:
            home[node] = one
        for other in apart.pop(two):
            apart[other].discard(two)
            apart[other].add(one)
            apart[one].add(other)
        for other, link in links.pop(two).items():
            del links[other][two]
            if other != one:
                links[one][other] = links[other][one] = link.together(links[one].get(other, NOTHING))
        return one

    for one, two in must:
        first, second = home[rank[one]], home[rank[two]]
        if first != second and second not in apart[first]:
            join(first, second, None)
    heap = [(-sum(link), one, two) for one in links for two, link in links[one].items() if one < two and sum(link) > 0]
    heapq.heapify(heap)
    while heap:
        value, one, two = heapq.heappop(heap)
        if one not in groups or sum(links[one].get(two, NOTHING)) != -value or two in apart[one]:
            continue
        kept = join(one, two, -value)
        for other, link in links[kept].items():
            if sum(link) > 0:
                heapq.heappush(heap, (-sum(link), min(kept, other), max(kept, other)))
    return [[nodes[place] for place in sorted(groups[one])] for one in sorted(groups)]


_FEW: Final = 200
"""Pairs up to which one by one is quicker than building a matrix."""


def components(size: int, left: Nodes, right: Nodes) -> Nodes:
    """Number of the connected component of each of `size` nodes; components are numbered by their first nodes."""
    if size + len(left) <= _FEW:
        return _components_of_few(size, left.tolist(), right.tolist())
    ones = np.ones(len(left), dtype=np.int8)
    graph = coo_array((ones, (left, right)), shape=(size, size)).tocsr()
    return np.asarray(connected_components(graph, directed=False)[1]).astype(np.int64)


def _components_of_few(size: int, left: Sequence[int], right: Sequence[int]) -> Nodes:
    first = list(range(size))

    def root(node: int) -> int:
        while first[node] != node:
            first[node] = node = first[first[node]]
        return node

    for one, two in zip(left, right, strict=True):
        low, high = sorted((root(one), root(two)))
        first[high] = low
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(root(node), len(numbers)) for node in range(size)], dtype=np.int64)


class Evidenced(NamedTuple):
    """Pairs of nodes with their scores: `left < right`, each pair once."""

    left: Nodes
    right: Nodes
    scores: npt.NDArray[np.int32]


def partition(
    size: int,
    pairs: Evidenced,
    threshold: int,
    score_more: Callable[[Nodes, Nodes], npt.NDArray[np.int32]],
    must: Sequence[Pair] = (),
    vetoes: Sequence[Pair] = (),
) -> Nodes:
    """Cluster of each of `size` nodes, as the number of its first node.

    Nodes are numbered in the order that breaks ties. pairs: all candidates with their scores. threshold: in hundredths
    of a bit; a score above it speaks for one party. score_more: scores of pairs that were no candidates but came to lie
    inside one component. must, vetoes: see `contract`.
    """
    is_for = pairs.scores > threshold
    must_left, must_right = _sides(must)
    home = components(
        size,
        np.concatenate([pairs.left[is_for], must_left]),
        np.concatenate([pairs.right[is_for], must_right]),
    )
    inner = completed(home, inside_components(pairs, home), score_more)
    vetoed = _sides(vetoes)[0]
    disputed = np.unique(np.concatenate([home[inner.left[inner.scores <= threshold]], home[vetoed]]))
    clusters = _first_nodes(home)
    judged = home[np.concatenate([*_sides(must), *_sides(vetoes)])]
    disputed = _settle_alike(clusters, home, inner, disputed, judged, threshold)
    for nodes, scores in _disputes(home, inner, disputed, threshold):
        local = set(nodes)
        local_must, local_vetoes = ([pair for pair in judged if pair[0] in local and pair[1] in local]
                                    for judged in (must, vetoes))  # fmt: skip
        for group in contract(nodes, scores, local_must, local_vetoes):
            clusters[group] = group[0]
    return clusters


def _sides(pairs: Sequence[Pair]) -> tuple[Nodes, Nodes]:
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _first_nodes(home: Nodes) -> Nodes:
    """The first node of the component of each node."""
    _, first, number = np.unique(home, return_index=True, return_inverse=True)
    return first.astype(np.int64)[number]


def inside_components(pairs: Evidenced, home: Nodes) -> Evidenced:
    inside = home[pairs.left] == home[pairs.right]
    return Evidenced(pairs.left[inside], pairs.right[inside], pairs.scores[inside])


def completed(home: Nodes, inner: Evidenced, score_more: Callable[[Nodes, Nodes], npt.NDArray[np.int32]]) -> Evidenced:
    """The pairs inside components together with those that were no candidates, in components of up to WHOLE nodes."""
    left, right = _all_pairs(home)
    known = np.append(np.sort(inner.left * len(home) + inner.right), np.iinfo(np.int64).max)
    codes = left * len(home) + right
    is_new = known[np.searchsorted(known, codes)] != codes
    left, right = left[is_new], right[is_new]
    if not len(left):
        return inner
    return Evidenced(
        np.concatenate([inner.left, left]),
        np.concatenate([inner.right, right]),
        np.concatenate([inner.scores, score_more(left, right)]),
    )


def _all_pairs(home: Nodes) -> tuple[Nodes, Nodes]:
    """All pairs inside components of three to WHOLE nodes (a pair in a component of two is a candidate anyway)."""
    order = np.argsort(home, kind="stable")
    sizes = np.bincount(home)
    starts = np.cumsum(sizes) - sizes
    lefts, rights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for size in np.unique(sizes[(sizes > 2) & (sizes <= WHOLE)]).tolist():
        members = order[starts[sizes == size][:, None] + np.arange(size)]
        one, two = np.triu_indices(size, 1)
        lefts.append(members[:, one].ravel())
        rights.append(members[:, two].ravel())
    return np.concatenate(lefts), np.concatenate(rights)


def _settle_alike(
    clusters: Nodes, home: Nodes, inner: Evidenced, disputed: Nodes, judged: Nodes, threshold: int
) -> Nodes:
    """Contract disputed components of one size together, in place, where there are many; gives those that are left.

    Components of more than LOCKSTEP nodes, and those about which somebody has judged, are left too.
    """
    sizes = np.bincount(home)
    free = np.setdiff1d(disputed, judged)
    free = free[(sizes[free] > 2) & (sizes[free] <= LOCKSTEP)]
    many = np.flatnonzero(np.bincount(sizes[free]) >= _ALIKE)
    settled = free[np.isin(sizes[free], many)]
    pairs = np.flatnonzero(_marked(home, settled)[home[inner.left]])
    pairs = pairs[np.lexsort((inner.right[pairs], inner.left[pairs], home[inner.left[pairs]]))]
    nodes = np.flatnonzero(_marked(home, settled)[home])
    nodes = nodes[np.argsort(home[nodes], kind="stable")]
    for size in many.tolist():
        members = nodes[sizes[home[nodes]] == size].reshape(-1, size)
        scores = inner.scores[pairs[sizes[home[inner.left[pairs]]] == size]]
        groups = contract_alike(scores.reshape(len(members), -1).astype(np.int64) - threshold, size)
        clusters[members] = np.take_along_axis(members, groups, axis=1)
    return np.setdiff1d(disputed, settled, assume_unique=True)


def contract_alike(scores: Nodes, size: int) -> Nodes:
    """`contract` of many components of `size` nodes in step, without judgements.

    scores: (components, pairs) over the threshold, the pairs in the order of `np.triu_indices(size, 1)`. Returns the
    place of the first node of each node's group, shape (components, size).
    """
    one, two = np.triu_indices(size, 1)
    best, worst = (np.zeros((len(scores), size, size), dtype=np.int64) for _ in range(2))
    best[:, one, two] = best[:, two, one] = np.maximum(scores, 0)
    worst[:, one, two] = worst[:, two, one] = np.minimum(scores, 0)
    groups = np.tile(np.arange(size), (len(scores), 1))
    going = np.arange(len(scores))
    while len(going):
        totals = np.triu(best + worst, 1).reshape(len(going), -1)
        chosen = totals.argmax(axis=1)
        is_for = np.take_along_axis(totals, chosen[:, None], axis=1)[:, 0] > 0
        going, best, worst = going[is_for], best[is_for], worst[is_for]
        low, high = np.divmod(chosen[is_for], size)
        for links, stronger in ((best, np.maximum), (worst, np.minimum)):
            _join_rows(links, low, high, stronger)
        groups[going] = np.where(groups[going] == high[:, None], low[:, None], groups[going])
    return groups


def _join_rows(links: Nodes, low: Nodes, high: Nodes, stronger: np.ufunc) -> None:
    """Give the links of one group of each component to another, in place; links: (components, nodes, nodes)."""
    each = np.arange(len(links))
    joined = stronger(links[each, low], links[each, high])
    links[each, low] = links[each, :, low] = joined
    links[each, high] = links[each, :, high] = 0


def _marked(home: Nodes, chosen: Nodes) -> npt.NDArray[np.bool_]:
    """Which components are among the chosen, by their numbers."""
    marked = np.zeros(int(home.max(initial=-1)) + 1, dtype=np.bool_)
    marked[chosen] = True
    return marked


def _disputes(
    home: Nodes, inner: Evidenced, disputed: Nodes, threshold: int
) -> Iterator[tuple[list[int], dict[Pair, int]]]:
    """(nodes, scores over the threshold) of each component in which some pair speaks against, or is vetoed."""
    is_disputed = _marked(home, disputed)
    chosen = np.flatnonzero(is_disputed[home[inner.left]])
    chosen = chosen[np.argsort(home[inner.left[chosen]], kind="stable")]
    nodes = np.flatnonzero(is_disputed[home])
    nodes = nodes[np.argsort(home[nodes], kind="stable")]
    by_pair = np.searchsorted(home[inner.left[chosen]], np.append(disputed, len(is_disputed)))
    by_node = np.searchsorted(home[nodes], np.append(disputed, len(is_disputed)))
    lefts, rights = inner.left[chosen].tolist(), inner.right[chosen].tolist()
    scores, members = (inner.scores[chosen] - threshold).tolist(), nodes.tolist()
    for place in range(len(disputed)):
        span = slice(by_pair[place], by_pair[place + 1])
        links = dict(zip(zip(lefts[span], rights[span], strict=True), scores[span], strict=True))
        yield members[by_node[place] : by_node[place + 1]], links
