"""How good a resolution is against the truth: pairs of records, and records by their clusters (B-cubed)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.int64]


class Quality(NamedTuple):
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float
    f1: float


class Evaluation(NamedTuple):
    """How two partitions of the same records compare.

    pairwise: over all pairs of records that were or should have been joined. b_cubed: over the clusters of each record.
    records: in the truth. lost: of them, those that the resolution does not know; each counts as alone.
    """

    pairwise: Quality
    b_cubed: Quality
    records: int
    lost: int


def evaluate(found: Labels, truth: Labels) -> Evaluation:
    """Compare two partitions of the same records. found: label of each record, -1 where it is lost; truth: likewise."""
    lost = found < 0
    found = np.where(lost, np.arange(len(found)) + found.max(initial=0) + 1, found)
    together = _sizes(np.stack([found, truth]))
    in_found, in_truth = _sizes(found[None, :]), _sizes(truth[None, :])
    pairwise = _quality(_pairs(together), _pairs(in_found), _pairs(in_truth))
    b_cubed = _harmonic(_mean(together / in_found), _mean(together / in_truth))
    return Evaluation(pairwise, b_cubed, len(found), int(lost.sum()))


def _sizes(labels: npt.NDArray[np.int64]) -> Labels:
    """For each record, how many records have the same labels; labels: (kinds of label, records)."""
    _, number, counts = np.unique(labels, axis=1, return_inverse=True, return_counts=True)
    return np.asarray(counts[number.ravel()], dtype=np.int64)


def _pairs(sizes: Labels) -> int:
    """Pairs inside groups, from the size of each record's group."""
    return int((sizes - 1).sum()) // 2


def _mean(values: npt.NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 1.0


def _quality(right: int, found: int, wanted: int) -> Quality:
    """No pair found is no wrong pair; none wanted is none missed."""
    return _harmonic(right / found if found else 1.0, right / wanted if wanted else 1.0)


def _harmonic(precision: float, recall: float) -> Quality:
    total = precision + recall
    return Quality(precision, recall, 2 * precision * recall / total if total else 0.0)
