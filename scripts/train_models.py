"""Train the shipped models anew, without labels: `python scripts/train_models.py ru`.

The Russian model learns from demo towns of several sizes and rates of errors, all standardized as a user's files would
be. Their truth is not read. Frequencies of names are those of the dictionaries of `russiannames`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from litso.demo import build_demo, read_rates, setting_of
from litso.demo.rates import USUAL
from litso.domain.record import standard_schema
from litso.engine.duckdb import Engine
from litso.resolve import evidence, training, words
from litso.resolve.compare import Frequencies
from litso.resolve.model import Model, to_json, untrained
from litso.sources.reading import open_files, read_files
from litso.usecases.batch import find_deliveries
from litso.usecases.resolution import KINDS, KindResolution, resolve_standard
from litso.usecases.standardizing import standardized

MODELS = Path(__file__).parent.parent / "src" / "litso" / "resolve" / "models"

TOWNS = ((2_000, "usual"), (10_000, "usual"), (10_000, "hard"), (40_000, "usual"), (40_000, "hard"))
"""(persons, rates of errors) of the towns to learn from."""

TODAY = date(2025, 11, 1)

KNOWN = {"surname": 1 / 20_000, "given_name": 1 / 5_000, "patronymic": 1 / 5_000}
COMMON = {"surname": 1 / 1_000, "given_name": 1 / 100, "patronymic": 1 / 100}


def main() -> None:
    """Train the model of a locale and write its file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("locale", choices=("ru",))
    locale = parser.parse_args().locale
    model = untrained(locale, russian_frequencies())
    found = [resolved for number, town in enumerate(TOWNS) for resolved in _resolve_town(model, number, *town)]
    for kind in KINDS:
        model = _fitted(model, kind, [resolved for resolved in found if resolved.kind == kind])
    (MODELS / f"{locale}.json").write_text(to_json(model) + "\n", encoding="utf-8")


def _resolve_town(model: Model, seed: int, persons: int, rates: str) -> tuple[KindResolution, ...]:
    """Candidate pairs of a town with their evidence."""
    with tempfile.TemporaryDirectory() as folder, Engine() as engine:
        town = Path(folder)
        build_demo(town, persons=persons, seed=100 + seed, setting=setting_of("A"), rates=read_rates(rates, USUAL),
                   today=TODAY)  # fmt: skip
        engine.append("standard", [standard_schema().empty_table()])
        for mapping, paths in find_deliveries([town / "mappings"], [town]):
            batches = (batch.records for batch in read_files(open_files(paths, mapping), mapping))
            for _, table in standardized(batches, mapping):
                engine.append("standard", [table])
        found = resolve_standard(engine, "standard", model)
    sys.stdout.write(f"town of {persons} persons, {rates} rates: {found.count()}\n")
    return found.kinds


def _fitted(model: Model, kind: str, found: list[KindResolution]) -> Model:
    """The model fitted to the pairs of all towns."""
    whole = evidence.merged([resolved.patterns for resolved in found])
    counts = np.bincount(whole.of_pair, minlength=whole.levels.shape[1])
    return training.train(model, kind, whole.levels, counts)


def russian_frequencies() -> Frequencies:
    """How common Russian names are, from counted dictionaries."""
    import russiannames

    folder = Path(russiannames.__file__).parent / "data"
    files = {"surname": "surnames", "given_name": "names", "patronymic": "midnames"}
    tables = {part: _frequency_table(folder / f"{file}.parquet", part) for part, file in files.items()}
    return Frequencies(**tables, unlisted=0)


def _frequency_table(path: Path, part: str) -> dict[str, int]:
    names = pl.read_parquet(path, columns=["text", "count"]).drop_nulls()
    folded = words.fold(names["text"].to_arrow().cast(pa.string()))
    counted = pl.DataFrame({"word": folded, "count": names["count"]}).drop_nulls().group_by("word").sum()
    total = counted["count"].sum()
    known = counted.filter(pl.col("count") >= total * KNOWN[part]).sort("word")
    return {word: 1 + (count >= total * COMMON[part]) for word, count in known.iter_rows()}


if __name__ == "__main__":
    main()
