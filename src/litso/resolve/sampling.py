"""Small samples that tell about many pairs: strata by score, how many to draw from each, and what labels estimate.

Each pair of a stratum has the same chance to be drawn, so weighing every label by the pairs that it stands for gives
unbiased totals. Pure: no I/O, chance comes as a generator.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Reals = NDArray[np.float64]

TOGETHER, APART = "together", "apart"
"""Of the present parties: pairs of one party, and pairs of two."""
MERGES, SPLITS = "merge", "split"
"""Of a rehearsal: pairs that come together, and pairs that come apart."""

BORDERS: Final = (-6.0, -3.0, 0.0, 3.0, 6.0, 12.0)
"""Between strata, in bits from the threshold."""

LEAST: Final = 8
"""Pairs to draw from each stratum at least, as far as it has them."""

_DRAWS: Final = 4000
_OUTER: Final = (2.5, 97.5)
_DOUBT: Final = 0.08
"""Spread that every stratum is believed to have at least: the model may be surer than it should."""


class Stratum(NamedTuple):
    """Pairs of one kind with scores in (low, high], in bits; `size` of them there are, `chosen` are drawn."""

    what: str
    low: float
    high: float
    size: int
    chosen: int = 0


class Labels(NamedTuple):
    """Labels of a stratum: how many pairs were judged `same` or `different`, and how many of them `same`."""

    what: str
    size: int
    judged: int
    same: int


class Share(NamedTuple):
    """An estimated share with the interval that holds the true one in 95 of 100 samples."""

    value: float
    low: float
    high: float


def stratify(what: Sequence[str], kinds: Numbers, scores: Reals, threshold: float) -> tuple[list[Stratum], Numbers]:
    """(strata that have pairs, stratum of each pair). kinds: place in `what` of each pair; scores in bits."""
    edges = np.array([-np.inf, *(threshold + border for border in BORDERS), np.inf])
    bins = np.searchsorted(edges[1:-1], scores, side="left")
    codes = kinds * (len(edges) - 1) + bins
    present, place, sizes = np.unique(codes, return_inverse=True, return_counts=True)
    strata = [
        Stratum(
            what[code // (len(edges) - 1)],
            float(edges[code % (len(edges) - 1)]),
            float(edges[code % (len(edges) - 1) + 1]),
            int(size),
        )
        for code, size in zip(present.tolist(), sizes.tolist(), strict=True)
    ]
    return strata, place.astype(np.int64)


def allocate(sizes: Sequence[int], spreads: Sequence[float], total: int) -> list[int]:
    """How many pairs to draw from each stratum: the more, the larger and the less certain it is; LEAST from each.

    spreads: standard deviation expected of a label in each stratum.
    """
    counts = [min(LEAST, size) for size in sizes]
    needs = np.array(sizes) * np.maximum(np.array(spreads), _DOUBT)
    while (rest := total - sum(counts)) > 0:
        room = np.array([size - count for size, count in zip(sizes, counts, strict=True)])
        wanted = np.where(room > 0, needs, 0)
        if not wanted.any():
            break
        shares = np.minimum(np.floor(rest * wanted / wanted.sum()).astype(int), room)
        if not shares.any():
            shares[int(np.argmax(wanted))] = 1
        counts = [count + int(share) for count, share in zip(counts, shares.tolist(), strict=True)]
    return counts


def expected_spread(scores: Reals) -> float:
    """Standard deviation that the model expects of the labels of pairs with these scores."""
    chances = 1 / (1 + np.exp2(-np.clip(scores, -60, 60)))
    return float(np.sqrt((chances * (1 - chances)).mean())) if len(scores) else 0.0


def draw(strata: Sequence[Stratum], place: Numbers, scores: Reals, total: int, chance: np.random.Generator) -> Numbers:
    """The drawn pairs, in an order by chance; see `chosen_strata` for how many of each stratum."""
    members = [np.flatnonzero(place == number) for number in range(len(strata))]
    counts = allocate([one.size for one in strata], [expected_spread(scores[pairs]) for pairs in members], total)
    drawn = [chance.choice(pairs, count, replace=False) for pairs, count in zip(members, counts, strict=True) if count]
    return chance.permutation(np.concatenate([np.zeros(0, np.int64), *drawn]))


# Estimates ------------------------------------------------------------------------------------------------------


def precision(labels: Sequence[Labels], what: str = TOGETHER) -> Share | None:
    """Share of `same` among the pairs of a kind; None while a stratum of it has no label."""
    chosen = [one for one in labels if one.what == what and one.size]
    if not chosen or any(one.judged == 0 for one in chosen):
        return None
    size = sum(one.size for one in chosen)
    draws = np.sum(_totals(chosen), axis=0) / size
    return _share(sum(_total(one) for one in chosen) / size, draws)


def recall(labels: Sequence[Labels]) -> Share | None:
    """Share of the pairs of one party that are together, among all `same` ones; None while a stratum has no label."""
    chosen = [one for one in labels if one.size]
    found = [one for one in chosen if one.what == TOGETHER]
    if not found or any(one.judged == 0 for one in chosen):
        return None
    true = sum(_total(one) for one in chosen)
    if not true:
        return None
    draws = np.stack(_totals(chosen))
    hits = draws[[one.what == TOGETHER for one in chosen]].sum(axis=0)
    return _share(sum(_total(one) for one in found) / true, hits / draws.sum(axis=0))


def _total(labels: Labels) -> float:
    """Unbiased estimate of the `same` pairs of a stratum."""
    return labels.size * labels.same / labels.judged


def _totals(labels: Sequence[Labels]) -> list[Reals]:
    """What the number of `same` pairs may be in each stratum, many times: those judged are known, the rest is drawn.

    From a posterior without opinion (Jeffreys), so that a stratum where all labels agree is not taken for certain.
    """
    chance = np.random.default_rng(0)
    return [
        one.same + (one.size - one.judged) * chance.beta(one.same + 0.5, one.judged - one.same + 0.5, _DRAWS)
        for one in labels
    ]


def _share(value: float, draws: Reals) -> Share:
    low, high = np.percentile(draws, _OUTER)
    return Share(round(value, 4), round(min(float(low), value), 4), round(max(float(high), value), 4))


class Weighed(NamedTuple):
    """A labelled pair: its score in bits, whether it is `same`, and how many pairs it stands for."""

    score: float
    is_same: bool
    weight: float


def curve(pairs: Sequence[Weighed], thresholds: Sequence[float]) -> list[dict[str, float]]:
    """Precision and recall of links by threshold, as the labels say; nothing above the highest labelled score."""
    scores = np.array([one.score for one in pairs])
    weights = np.array([one.weight for one in pairs])
    same = weights * np.array([one.is_same for one in pairs])
    points = []
    for threshold in thresholds:
        linked = scores > threshold
        if linked.any() and same.sum():
            hits = float(same[linked].sum())
            points.append({
                "threshold": threshold,
                "precision": round(hits / float(weights[linked].sum()), 4),
                "recall": round(hits / float(same.sum()), 4),
            })  # fmt: skip
    return points
