"""Clusters beside the truth, for the benchmarks of resolution."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from litso.resolve.evaluation import Evaluation, evaluate


def quality(folder: Path, clusters: pl.DataFrame) -> Evaluation:
    """folder: has truth.parquet; clusters: source, source_id, cluster."""
    truth = pl.read_parquet(folder / "truth.parquet")
    joined = truth.join(clusters, on=["source", "source_id"], how="inner")
    labels = joined.select(pl.col("cluster").rank("dense"), pl.col("person_id").rank("dense")).cast(pl.Int64)
    return evaluate(labels["cluster"].to_numpy(), labels["person_id"].to_numpy())
