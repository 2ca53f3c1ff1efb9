"""Party ids through merges and splits, and the measures of quality."""

from __future__ import annotations

import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.resolve.evaluation import evaluate
from litso.resolve.identity import mint, succession


@pytest.mark.parametrize(
    ("now", "before", "kept", "redirects"),
    [
        ([0, 0, 1], [0, 0, 1], [0, 1], [-1, -1]),  # nothing changed
        ([0, 0, 0], [0, 0, 1], [0], [-1, 0]),  # merged: the larger share keeps its id
        ([0, 0], [0, 1], [0], [-1, 0]),  # a tie: the oldest
        ([0, 1, 1], [0, 0, 0], [-1, 0], [-1]),  # split: the larger part keeps the id
        ([0, 1], [0, 0], [0, -1], [-1]),  # a tie: the first cluster
        ([0, 0, 0, 1], [0, 1, 1, 1], [1, -1], [0, -1]),  # a part moved to another party
        ([0, 0, 1], [0, 1, 1], [0, 1], [-1, -1]),  # a tie: the cluster with less of another party
        ([], [], [], []),
    ],
)
def test_who_inherits(now: list[int], before: list[int], kept: list[int], redirects: list[int]) -> None:
    clusters, parties = np.array(now, dtype=np.int64), np.array(before, dtype=np.int64)
    found = succession(clusters, parties, len(kept), len(redirects))
    assert (found.kept.tolist(), found.redirects.tolist()) == (kept, redirects)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=20))
def test_an_id_lives_in_one_cluster_or_redirects_to_one(records: list[tuple[int, int]]) -> None:
    now, before = (np.array([row[side] for row in records], dtype=np.int64) for side in (0, 1))
    found = succession(now, before, 5, 5)
    living = [party for party in found.kept.tolist() if party >= 0]
    assert len(living) == len(set(living))
    for party in set(before.tolist()):
        assert (party in living) != (found.redirects[party] >= 0)


def test_minted_ids_are_random_uuids() -> None:
    ids = mint(1000)
    assert len(set(ids)) == 1000
    assert all(str(uuid.UUID(text)) == text and uuid.UUID(text).version == 4 for text in ids)


@pytest.mark.parametrize(
    ("found", "truth", "pairwise", "b_cubed"),
    [
        ([0, 0, 1], [0, 0, 1], (1, 1), (1, 1)),
        ([0, 0, 0], [0, 0, 1], (1 / 3, 1), (5 / 9, 1)),
        ([0, 1, 2], [0, 0, 1], (1, 0), (1, 2 / 3)),
        ([-1, -1, 0], [0, 0, 1], (1, 0), (1, 2 / 3)),
    ],
)
def test_quality(
    found: list[int], truth: list[int], pairwise: tuple[float, float], b_cubed: tuple[float, float]
) -> None:
    result = evaluate(np.array(found, dtype=np.int64), np.array(truth, dtype=np.int64))
    assert result.pairwise[:2] == pytest.approx(pairwise)
    assert result.b_cubed[:2] == pytest.approx(b_cubed)
    assert result.lost == found.count(-1)
    assert result.records == 3
