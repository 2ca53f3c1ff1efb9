"""Learns the weights of `litso.golden.residence` on a demo utility and prints them.

    python benchmarks/learn_homes.py TOWN     # a folder of `litso demo build`, already loaded into the store

Each person chooses one of the premises in question, or none; the chance of each grows with the sum of its weights
(a conditional logit, fitted with a light pull to 0). What depends on who lives where is taken from the homes that the
weights of the round before give. Use one town to learn and others to measure (`bench_graph.py`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench_graph import frame, known_people
from litso.bootstrap import open_store
from litso.golden.residence import WEIGHTS, Around, claimed, company, heaviest
from litso.settings import load_settings
from litso.usecases.graph import read_around

PULL = 5.0
PULL_OF_BIAS = 0.5
ROUNDS = 3
BIT = float(np.log(2))


def main(town: Path) -> None:
    with open_store(load_settings()) as store, store.transaction() as connection:
        ties, around = read_around(connection)
        people = known_people(connection, town)
        premises = frame(connection, "select fact_key, house_key || '#' || coalesce(flat, '') from fact"
                         " where kind = 'premise'", "premise_id", "home")  # fmt: skip
        connection.rollback()
    lived = people.join(pl.read_parquet(town / "households.parquet"), on="person_id")
    truth = lived.join(premises.unique("premise_id"), on="premise_id").select("party_id", "home")
    print(learned(claimed(ties, around), around, truth))


def learned(claims: pl.DataFrame, around: Around, truth: pl.DataFrame) -> dict[str, float]:
    """Weights in bits. truth: `party_id`, `home`."""
    weights = dict(WEIGHTS)
    for _ in range(ROUNDS):
        near = company(claims, heaviest(claims, weights), around)
        weights = fitted(claims.join(near, on=["party_id", "place"], how="left").join(truth, on="party_id"))
    return weights


def fitted(claims: pl.DataFrame) -> dict[str, float]:
    """The weights under which the true homes are most likely."""
    ordered = claims.sort("party_id")
    names = [name for name in WEIGHTS if name != "bias"]
    facts = ordered.select(pl.lit(1.0), pl.col(names).fill_null(False).cast(pl.Float64)).to_numpy()
    person = ordered["party_id"].rle_id().to_numpy()
    is_home = (ordered["place"] == ordered["home"]).to_numpy()
    pull = np.r_[PULL_OF_BIAS, np.full(len(names), PULL)]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        sums = np.clip(facts @ weights, -50, 50)
        odds = np.exp(sums)
        whole = 1 + np.bincount(person, odds)
        likely = sums[is_home].sum() - np.log(whole).sum()
        slope = facts.T @ (is_home - odds / whole[person])
        return pull @ weights**2 / 2 - likely, pull * weights - slope

    found = minimize(loss, np.zeros(len(pull)), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return {name: round(float(weight) / BIT, 2) for name, weight in zip(["bias", *names], found.x, strict=True)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
