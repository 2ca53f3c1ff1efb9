"""What each part of resolution is worth: keys, classes, clustering. Printed by `bench_resolve.py --ablations`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from litso.domain.record import PERSON
from litso.engine.duckdb import Engine
from litso.resolve import training
from litso.resolve.cluster import Evidenced, components, partition
from litso.resolve.columns import Columns
from litso.resolve.evidence import compare
from litso.resolve.keys import Parts, rules_of
from litso.resolve.model import CLASSES, UNIT, Model, score, shipped, untrained
from litso.usecases.resolution import KindResolution, candidates_of_rule, resolve_standard
from resolve_quality import quality

Codes = npt.NDArray[np.int64]

SETS = (
    ("same", "unrelated"),
    ("same", "household", "unrelated"),
    ("same", "household", "namesake", "unrelated"),
    ("same", "moved", "household", "namesake", "unrelated"),
    CLASSES,
)
_NEVER = -60.0
_ROUNDS = 40


def print_ablations(folder: Path) -> None:
    """Tables of keys, classes and clusterings for the persons of one input."""
    with Engine() as engine:
        engine.run("create table standard as from read_parquet(?)", str(folder / "standard.parquet"))
        resolution = resolve_standard(engine, "standard", shipped("ru"))
        (found,) = [kind for kind in resolution.kinds if kind.kind == PERSON]
        records = pl.DataFrame(engine.table("select source, source_id, node from record_node")).with_columns(
            pl.col("node") - found.first
        )
    _print_keys(folder, records, found)
    _print_classes(folder, records, found, resolution.model)
    _print_clusterings(folder, records, found, resolution.model)


# Keys -----------------------------------------------------------------------------------------------------------------


def _print_keys(folder: Path, records: pl.DataFrame, found: KindResolution) -> None:
    size = len(found.columns)
    true = _true_pairs(folder, records, size)
    parts = Parts(found.columns)
    by_rule = {rule.name: np.unique(candidates_of_rule(rule, parts, size)[0]) for rule in rules_of(PERSON)}
    met = {name: np.isin(true, codes) for name, codes in by_rule.items()}
    times = np.sum(list(met.values()), axis=0)
    print(f"\n{len(true):,} true pairs of nodes; share that meets by a key: {np.mean(times > 0):.4f}")
    print(f"{'key':<24} {'pairs':>10} {'true':>7} {'of true':>8} {'alone':>8}")
    for name, codes in by_rule.items():
        precision = met[name].sum() / max(len(codes), 1)
        alone = np.mean(met[name] & (times == 1))
        print(f"{name:<24} {len(codes):>10,} {precision:7.3f} {np.mean(met[name]):8.4f} {alone:8.4f}")


def _true_pairs(folder: Path, records: pl.DataFrame, size: int) -> Codes:
    """Pairs of nodes with a person in common, as left * size + right."""
    truth = pl.read_parquet(folder / "truth.parquet").join(records, on=["source", "source_id"])
    nodes = truth.select("person_id", "node").unique().sort("person_id", "node")
    pairs = nodes.join(nodes, on="person_id", suffix="_b").filter(pl.col("node") < pl.col("node_b"))
    codes = pairs.select(pl.col("node").cast(pl.Int64) * size + pl.col("node_b"))
    return np.unique(codes.to_series().to_numpy())


# Classes --------------------------------------------------------------------------------------------------------------


def _print_classes(folder: Path, records: pl.DataFrame, found: KindResolution, model: Model) -> None:
    levels = found.patterns.levels
    counts = np.bincount(found.patterns.of_pair, minlength=levels.shape[1])
    print(f"\n{'classes, trained on this input':<60} {'P':>7} {'R':>7} {'F1':>7}")
    for kept in SETS:
        fitted = untrained("ru", model.frequencies)
        for _ in range(_ROUNDS):
            fitted = training.train(_only(fitted, kept), PERSON, levels, counts, rounds=1)
        fitted = _only(fitted, kept)
        scores = score(fitted, PERSON, levels)[found.patterns.of_pair]
        pairs = Evidenced(found.pairs.left, found.pairs.right, scores)
        _print_quality(f"{len(kept)}: {', '.join(kept)}", folder, records, _clusters(found.columns, pairs, fitted))


def _only(model: Model, kept: Sequence[str]) -> Model:
    """The model with the other classes as good as impossible."""
    mine = model.kinds[PERSON]
    prior = np.where([name in kept for name in CLASSES], mine.prior, _NEVER)
    return replace(model, kinds={**model.kinds, PERSON: replace(mine, prior=prior)})


# Clusterings ----------------------------------------------------------------------------------------------------------


def _print_clusterings(folder: Path, records: pl.DataFrame, found: KindResolution, model: Model) -> None:
    print(f"\n{'clustering, shipped model':<60} {'P':>7} {'R':>7} {'F1':>7}")
    for threshold in (0, 3, 6, 9, 12):
        chosen = found.pairs.scores > threshold * UNIT
        home = components(len(found.columns), found.pairs.left[chosen], found.pairs.right[chosen])
        _print_quality(f"components, threshold {threshold}", folder, records, home)
    _print_quality("correlation clustering, threshold 0", folder, records, found.clusters)


def _clusters(columns: Columns, pairs: Evidenced, model: Model) -> Codes:
    def score_more(left: Codes, right: Codes) -> npt.NDArray[np.int32]:
        more = compare(columns, left, right, model.claims(PERSON), model.frequencies)
        return score(model, PERSON, more)

    return partition(len(columns), pairs, 0, score_more)


def _print_quality(name: str, folder: Path, records: pl.DataFrame, clusters: Codes) -> None:
    found = quality(folder, records.with_columns(pl.Series("cluster", clusters[records["node"].to_numpy()])))
    print(
        f"{name:<60} {found.pairwise.precision:7.4f} {found.pairwise.recall:7.4f} {found.pairwise.f1:7.4f}", flush=True
    )
