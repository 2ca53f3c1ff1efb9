"""Samples: whatever the population, the estimates are right on average and the intervals hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.resolve.sampling import (
    APART,
    LEAST,
    TOGETHER,
    Labels,
    Weighed,
    allocate,
    curve,
    draw,
    precision,
    recall,
    stratify,
)


def population(seed: int, size: int = 20_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, truth and decisions of pairs; the model that gave the scores is too sure of itself."""
    chance = np.random.default_rng(seed)
    is_same = chance.random(size) < 0.4
    scores = np.where(is_same, chance.normal(7, 6, size), chance.normal(-5, 4, size))
    return scores, is_same, scores > 0


def sampled(seed: int, scores: np.ndarray, is_same: np.ndarray, together: np.ndarray) -> list[Labels]:
    kinds = np.where(together, 0, 1)
    strata, place = stratify((TOGETHER, APART), kinds, scores, 0.0)
    chosen = draw(strata, place, scores, 200, np.random.default_rng(seed))
    drawn = [chosen[place[chosen] == number] for number in range(len(strata))]
    return [
        Labels(one.what, one.size, len(pairs), int(is_same[pairs].sum()))
        for one, pairs in zip(strata, drawn, strict=True)
    ]


def test_estimates_are_unbiased_and_intervals_hold_the_truth() -> None:
    scores, is_same, together = population(1)
    true_precision = is_same[together].mean()
    true_recall = (is_same & together).sum() / is_same.sum()
    found = [sampled(seed, scores, is_same, together) for seed in range(300)]
    precisions = [precision(labels) for labels in found]
    recalls = [recall(labels) for labels in found]
    for shares, true in ((precisions, true_precision), (recalls, true_recall)):
        values = np.array([share.value for share in shares if share])
        assert len(values) == 300
        assert abs(values.mean() - true) < 3 * values.std() / np.sqrt(300)
        held = np.mean([share.low <= true <= share.high for share in shares if share])
        assert held >= 0.92


def test_labels_that_all_agree_are_not_taken_for_certain() -> None:
    sure = [Labels(TOGETHER, 10_000, 50, 50), Labels(APART, 10_000, 50, 0)]
    found = precision(sure)
    assert found is not None
    assert found.value == 1.0
    assert 0.9 < found.low < 0.99
    everything = [Labels(TOGETHER, 30, 30, 30)]
    assert precision(everything) == (1.0, 1.0, 1.0)


def test_nothing_is_said_before_every_stratum_has_a_label() -> None:
    assert precision([Labels(TOGETHER, 10, 0, 0), Labels(TOGETHER, 10, 5, 5)]) is None
    assert recall([Labels(TOGETHER, 10, 5, 5), Labels(APART, 10, 0, 0)]) is None
    assert recall([Labels(TOGETHER, 10, 5, 0), Labels(APART, 10, 5, 0)]) is None
    assert precision([]) is None


@given(st.lists(st.tuples(st.integers(1, 5000), st.floats(0, 0.5)), min_size=1, max_size=12), st.integers(20, 400))
def test_the_allocation_is_whole(strata: list[tuple[int, float]], total: int) -> None:
    sizes = [size for size, _ in strata]
    counts = allocate(sizes, [spread for _, spread in strata], total)
    assert all(min(LEAST, size) <= count <= size for size, count in zip(sizes, counts, strict=True))
    least = sum(min(LEAST, size) for size in sizes)
    assert sum(counts) == max(least, min(total, sum(sizes)))


def test_strata_hold_each_pair_once() -> None:
    scores, _, together = population(2, 500)
    strata, place = stratify((TOGETHER, APART), np.where(together, 0, 1), scores, 0.0)
    assert sum(one.size for one in strata) == 500
    for number, one in enumerate(strata):
        inside = scores[place == number]
        assert ((inside > one.low) & (inside <= one.high)).all()
        assert (together[place == number] == (one.what == TOGETHER)).all()


def test_the_curve_weighs_each_label_by_the_pairs_it_stands_for() -> None:
    labelled = [Weighed(5.0, True, 90.0), Weighed(4.0, False, 10.0), Weighed(-1.0, True, 30.0)]
    points = curve(labelled, [-2.0, 0.0, 9.0])
    assert points == [
        {"threshold": -2.0, "precision": pytest.approx(0.9231), "recall": 1.0},
        {"threshold": 0.0, "precision": 0.9, "recall": 0.75},
    ]
