"""How groups came about: the joins of a component in their order, and what was not joined and why.

The same contraction that decides (`cluster.contract`), told aloud. Pure: nodes are numbers, scores whole hundredths of
a bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from litso.resolve.cluster import NOTHING, Pair, contract, link_of

EVIDENCE, JUDGEMENT, VETO = "evidence", "judgement", "veto"
"""By what groups were joined or kept apart."""


class Join(NamedTuple):
    """Two groups became one: by a must-link, or as the best and the worst pair between them spoke for it by `total`.

    best: the strongest pair between them with its score; None where no pair between them was scored.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    by: str
    total: int
    best: tuple[Pair, int] | None


class Refusal(NamedTuple):
    """Two final groups with a pair that speaks for one party, that are apart all the same.

    by: `veto`, a judgement keeps them apart; `evidence`, the best and the worst pair together speak against by `total`.
    best, worst: the pairs that speak for and against the most, with their scores.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    by: str
    total: int
    best: tuple[Pair, int]
    worst: tuple[Pair, int]


class Formation(NamedTuple):
    """Final groups, the joins that made them in their order, and refusals, the strongest pair first."""

    groups: tuple[tuple[int, ...], ...]
    joins: tuple[Join, ...]
    refusals: tuple[Refusal, ...]

    def group_of(self, node: int) -> tuple[int, ...]:
        """The final group of a node."""
        return next(group for group in self.groups if node in group)


def formation(
    nodes: Sequence[int],
    scores: Mapping[Pair, int],
    threshold: int,
    must: Sequence[Pair] = (),
    vetoes: Sequence[Pair] = (),
) -> Formation:
    """Contract `nodes` (in the order that breaks ties) step by step.

    scores: pair (a < b) → score; `must`, `vetoes`: as `cluster.contract` takes them.
    """
    joins: list[Join] = []

    def note(left: list[int], right: list[int], total: int | None) -> None:
        best = max(_between(left, right, scores), key=_strength, default=None)
        joins.append(Join(tuple(left), tuple(right), EVIDENCE if total is not None else JUDGEMENT, total or 0, best))

    over = {pair: score - threshold for pair, score in scores.items()}
    groups = [tuple(group) for group in contract(nodes, over, must, vetoes, note)]
    apart = _grouped(groups, vetoes)
    wanted = _grouped(groups, [pair for pair, score in over.items() if score > 0])
    found = [
        _refusal(groups[one], groups[two], scores, threshold, VETO if (one, two) in apart else EVIDENCE)
        for one, two in sorted(wanted)
    ]
    return Formation(tuple(groups), tuple(joins), tuple(sorted(found, key=lambda one: (-one.best[1], one.best[0]))))


def _strength(scored: tuple[Pair, int]) -> tuple[int, int, int]:
    """Orders pairs by score, of equal ones the first is the strongest."""
    (one, two), score = scored
    return score, -one, -two


def _between(left: Sequence[int], right: Sequence[int], scores: Mapping[Pair, int]) -> list[tuple[Pair, int]]:
    pairs = ((min(pair), max(pair)) for pair in product(left, right))
    return [(pair, scores[pair]) for pair in pairs if pair in scores]


def _grouped(groups: Sequence[Sequence[int]], pairs: Sequence[Pair]) -> set[Pair]:
    """Pairs of groups that pairs of nodes lie between."""
    home = {node: place for place, group in enumerate(groups) for node in group}
    both = {(min(home[one], home[two]), max(home[one], home[two])) for one, two in pairs}
    return {(one, two) for one, two in both if one != two}


def _refusal(
    left: tuple[int, ...], right: tuple[int, ...], scores: Mapping[Pair, int], threshold: int, by: str
) -> Refusal:
    pairs = _between(left, right, scores)
    link = NOTHING
    for _, score in pairs:
        link = link.together(link_of(score - threshold))
    return Refusal(left, right, by, sum(link), max(pairs, key=_strength), min(pairs, key=_strength))


def strongest_path(nodes: Sequence[int], scores: Mapping[Pair, int], left: int, right: int) -> list[tuple[Pair, int]]:
    """The way from one node to another whose weakest pair is the strongest possible; empty where there is none."""
    inside = set(nodes)
    leader = {node: node for node in nodes}
    tree: dict[int, list[tuple[int, int]]] = {node: [] for node in nodes}

    def top(node: int) -> int:
        while leader[node] != node:
            node = leader[node]
        return node

    for (one, two), score in sorted(scores.items(), key=_strength, reverse=True):
        if one in inside and two in inside and top(one) != top(two):
            leader[top(two)] = top(one)
            tree[one].append((two, score))
            tree[two].append((one, score))
        if top(left) == top(right):
            break
    return _walk(tree, left, right)


def _walk(tree: Mapping[int, Sequence[tuple[int, int]]], left: int, right: int) -> list[tuple[Pair, int]]:
    """The steps of the only way through a tree."""
    came: dict[int, tuple[int, int]] = {left: (left, 0)}
    waiting = [left]
    while waiting and right not in came:
        node = waiting.pop()
        for other, score in tree[node]:
            if other not in came:
                came[other] = (node, score)
                waiting.append(other)
    steps: list[tuple[Pair, int]] = []
    node = right if right in came else left
    while node != left:
        before, score = came[node]
        steps.append(((before, node), score))
        node = before
    return steps[::-1]
