"""Learning a model from the records of the store, and from what stewards said of pairs of them.

Weights are learned without labels first; then the pairs that were judged are known to be on one side, and the rest is
learned again around them. A label of a sample stands for all pairs of its stratum: samples are drawn by chance, so what
they teach is unbiased. Any other verdict was given because somebody doubted, so it stands for a few pairs only.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final, NamedTuple

import numpy as np

from litso.resolve import training
from litso.resolve.model import Model
from litso.resolve.training import Verdicts
from litso.settings import Settings
from litso.store import tuning
from litso.store.database import Connection
from litso.store.tuning import Sample
from litso.usecases.reconciliation import live_judgements, outlook
from litso.usecases.resolution import Key, KindResolution, compared, nodes_of

WORTH: Final = 20.0
"""Pairs that a verdict stands for which was not drawn by chance."""


class Opinion(NamedTuple):
    """Whether two records are of one party, and for how many pairs of the population that stands."""

    left: Key
    right: Key
    is_same: bool
    worth: float | None = None


class Learned(NamedTuple):
    """A model, from how many candidate pairs it was learned, and from how many verdicts on either side."""

    model: Model
    pairs: int
    same: int
    different: int

    def figures(self) -> dict[str, Any]:
        """What a rehearsal keeps of it."""
        return {"pairs": self.pairs, "same": self.same, "different": self.different}


def learn(connection: Connection, settings: Settings, present: Model) -> Learned:
    """Learn a model from all records and verdicts; the transaction must see one state of the store."""
    opinions = opinions_of(connection)
    with outlook(connection, settings, present, train=True) as found:
        model, used = found.resolution.model, Counter[bool]()
        nodes = nodes_of(found.engine, {key for opinion in opinions for key in opinion[:2]})
        for kind in found.resolution.kinds:
            verdicts = _verdicts(kind, found.resolution.model, opinions, nodes)
            used.update(verdicts.is_same.tolist())
            if len(verdicts.is_same):
                counts = training.sample(kind.patterns.of_pair, kind.patterns.levels.shape[1])
                model = training.train(model, kind.kind, kind.patterns.levels, counts, verdicts)
        pairs = sum(len(kind.pairs.left) for kind in found.resolution.kinds)
    return Learned(model, pairs, used[True], used[False])


def opinions_of(connection: Connection) -> list[Opinion]:
    """What stewards said: labels of samples, and judgements, which come last and count where both are about a pair."""
    samples = [one for one in tuning.samples(connection) if one.labelled]
    of_present = sum(sample.tuning_id is None for sample in samples)
    found = {}
    for sample in samples:
        for opinion in _labels(connection, sample, of_present):
            found[frozenset(opinion[:2])] = opinion
    for judgement in live_judgements(connection):
        if judgement.verdict in ("same", "different"):
            found[frozenset(judgement[1:])] = Opinion(judgement.left, judgement.right, judgement.verdict == "same")
    return list(found.values())


def _labels(connection: Connection, sample: Sample, of_present: int) -> list[Opinion]:
    """Labels of a sample; those of the present parties share the population among their samples."""
    pairs = [pair for pair in tuning.pairs_of(connection, sample.sample_id) if pair.label in ("same", "different")]
    judged = Counter(pair.stratum for pair in pairs)

    def worth(stratum: int) -> float | None:
        return None if sample.tuning_id is not None else sample.strata[stratum]["size"] / judged[stratum] / of_present

    return [
        Opinion((pair.left_source, pair.left_id), (pair.right_source, pair.right_id), pair.label == "same",
                worth(pair.stratum))
        for pair in pairs
    ]  # fmt: skip


def _verdicts(kind: KindResolution, model: Model, opinions: list[Opinion], nodes: dict[Key, int]) -> Verdicts:
    """Opinions about pairs of nodes of a kind; of equal records there is nothing to learn."""
    size = len(kind.clusters)
    met = [(nodes.get(one.left, -1) - kind.first, nodes.get(one.right, -1) - kind.first, one) for one in opinions]
    chosen = [(min(a, b), max(a, b), one) for a, b, one in met if a != b and min(a, b) >= 0 and max(a, b) < size]
    left, right = (np.array([row[side] for row in chosen], dtype=np.int64) for side in (0, 1))
    patterns = compared(kind, model, left, right)
    step = training.step_of(len(kind.pairs.left))
    worth = [WORTH if one.worth is None else one.worth / step for _, _, one in chosen]
    return Verdicts(
        patterns.levels[:, patterns.of_pair],
        np.array([one.is_same for _, _, one in chosen], dtype=np.bool_),
        np.array(worth, dtype=np.float64),
    )
