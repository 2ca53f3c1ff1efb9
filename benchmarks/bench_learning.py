"""What labels of stewards teach: F1 with the shipped model, learned without labels, and learned with some.

    python benchmarks/bench_learning.py [--persons N] [--seed S]

Two towns of the demo utility: as the shipped model knows it, and one of setting B with twice the errors. Labels are
those of a sample as `litso tuning sample` draws it, answered by the truth, which is used for nothing else. The peer is
learning without labels, and the first guesses from which a model for another country would start.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from bench_resolve import town_of
from litso.domain.record import PERSON
from litso.engine.duckdb import Engine
from litso.resolve import sampling, training
from litso.resolve.model import UNIT, Model, score, shipped, untrained
from litso.resolve.training import Verdicts
from litso.usecases.resolution import KindResolution, clusters_at, resolve_standard
from resolve_quality import quality

LABELS = (0, 100, 300, 1000)
REACH = 8.0


class Town(NamedTuple):
    """Resolved records of persons with their truth: the person of each node, and the node of each record."""

    folder: Path
    found: KindResolution
    person: npt.NDArray[np.int64]
    records: pl.DataFrame


def main() -> None:
    """Print a table for each town and each model to start from."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=77)
    options = parser.parse_args()
    print(f"{'town':<12} {'start':<12} {'learned with':<14} {'cpu s':>6} {'P':>7} {'R':>7} {'F1':>7}")
    with tempfile.TemporaryDirectory() as temporary:
        for name, setting, rates in (("usual", "A", "usual"), ("B, hard", "B", "hard")):
            folder = town_of(
                Path(temporary) / setting, options.persons, seed=options.seed, setting=setting, rates=rates
            )
            for start, model in _starts():
                for label, seconds, found in _learned(folder, model):
                    p, r, f1 = found
                    print(f"{name:<12} {start:<12} {label:<14} {seconds:>6.1f} {p:7.4f} {r:7.4f} {f1:7.4f}", flush=True)


def _starts() -> Iterator[tuple[str, Model]]:
    known = shipped("ru")
    yield "shipped", known
    yield "first guess", untrained("ru", known.frequencies)


def _learned(folder: Path, model: Model) -> Iterator[tuple[str, float, tuple[float, float, float]]]:
    with Engine() as engine:
        engine.run("create table standard as from read_parquet(?)", str(folder / "standard.parquet"))
        town = _resolved(engine, folder, model)
        yield "nothing", 0.0, _quality(town, model)
        counts = training.sample(town.found.patterns.of_pair, town.found.patterns.levels.shape[1])
        plain = training.train(model, PERSON, town.found.patterns.levels, counts)
        for labels in LABELS:
            begun = time.process_time()
            verdicts = _verdicts(town, model, labels) if labels else None
            learned = training.train(plain, PERSON, town.found.patterns.levels, counts, verdicts)
            yield f"{labels} labels", time.process_time() - begun, _quality(town, learned)


def _resolved(engine: Engine, folder: Path, model: Model) -> Town:
    found = next(kind for kind in resolve_standard(engine, "standard", model).kinds if kind.kind == PERSON)
    rows = pl.DataFrame(engine.table("select source, source_id, node from record_node"))
    rows = rows.with_columns(pl.col("node").cast(pl.Int64) - found.first)
    truth = pl.read_parquet(folder / "truth.parquet").with_columns(pl.col("person_id").rank("dense").alias("person"))
    of_node = rows.join(truth, on=["source", "source_id"]).group_by("node").agg(pl.col("person").min()).sort("node")
    person = np.full(len(found.clusters), -1, dtype=np.int64)
    person[of_node["node"].to_numpy()] = of_node["person"].to_numpy()
    return Town(folder, found, person, rows)


def _quality(town: Town, model: Model) -> tuple[float, float, float]:
    scores = score(model, PERSON, town.found.patterns.levels)[town.found.patterns.of_pair]
    scored = replace(town.found, pairs=town.found.pairs._replace(scores=scores))
    clusters = clusters_at(scored, model, model.threshold)
    rows = town.records.with_columns(pl.Series("cluster", clusters[town.records["node"].to_numpy()]))
    found = quality(town.folder, rows.select("source", "source_id", "cluster")).pairwise
    return found.precision, found.recall, found.f1


def _verdicts(town: Town, model: Model, size: int) -> Verdicts:
    """Labels of a sample of the present parties, weighed by strata as `litso tuning rehearse --learn` does."""
    pairs, clusters = town.found.pairs, town.found.clusters
    scores = pairs.scores / UNIT
    is_apart = clusters[pairs.left] != clusters[pairs.right]
    near = np.flatnonzero(~is_apart | (scores > model.threshold - REACH))
    strata, place = sampling.stratify(("together", "apart"), is_apart[near].astype(int), scores[near], model.threshold)
    drawn = sampling.draw(strata, place, scores[near], size, np.random.default_rng(1))
    sizes = np.array([one.size for one in strata]) / np.maximum(np.bincount(place[drawn], minlength=len(strata)), 1)
    chosen = near[drawn]
    step = training.step_of(len(pairs.left))
    return Verdicts(
        town.found.patterns.levels[:, town.found.patterns.of_pair[chosen]],
        town.person[pairs.left[chosen]] == town.person[pairs.right[chosen]],
        sizes[place[drawn]] / step,
    )


if __name__ == "__main__":
    main()
