"""The four FEBRL sets for the benchmark of resolution, and Splink set up for them as its examples advise."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

SCRIPTS = Path(__file__).parent.parent / "scripts"
_FIELDS = ("given_name", "surname", "born", "national_id", "house", "street", "city", "postal_code")


def febrl_inputs(folder: Path) -> Iterator[tuple[str, Path]]:
    """(name, folder with standard.parquet and truth.parquet) of each set."""
    sys.path.append(str(SCRIPTS))
    from train_models import febrl_tables

    for number, table in enumerate(febrl_tables(), 1):
        home = folder / f"febrl{number}"
        home.mkdir()
        frame = pl.DataFrame(table)
        frame.write_parquet(home / "standard.parquet")
        person = pl.col("source_id").str.split("-").list.get(1).alias("person_id")
        frame.select("source", "source_id", person).write_parquet(home / "truth.parquet")
        yield f"FEBRL {number}", home


def is_febrl(folder: Path) -> bool:
    """Whether an input is one of these sets."""
    return folder.name.startswith("febrl")


def febrl_for_splink(folder: Path) -> pl.DataFrame:
    """The standard records with the birth date as text."""
    frame = pl.read_parquet(folder / "standard.parquet").with_row_index("unique_id")
    return frame.with_columns(pl.col("birth_date").dt.to_string().alias("born")).select(
        "unique_id", "source", "source_id", *_FIELDS
    )


def febrl_settings() -> Any:
    """Comparisons and blocking rules of Splink's examples for FEBRL 3 and 4."""
    import splink.comparison_library as compare
    from splink import SettingsCreator, block_on

    rules = [
        block_on("national_id"), block_on("given_name", "surname"), block_on("surname", "born"),
        block_on("given_name", "born"), block_on("postal_code", "surname"), block_on("postal_code", "given_name"),
        block_on("house", "street"), block_on("postal_code", "born"), block_on("city", "born"),
    ]  # fmt: skip
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            compare.NameComparison("given_name").configure(term_frequency_adjustments=True),
            compare.NameComparison("surname").configure(term_frequency_adjustments=True),
            compare.DateOfBirthComparison("born", input_is_string=True),
            compare.DamerauLevenshteinAtThresholds("national_id", [1, 2]),
            compare.ExactMatch("house").configure(term_frequency_adjustments=True),
            compare.DamerauLevenshteinAtThresholds("street", [2]),
            compare.DamerauLevenshteinAtThresholds("city", [2]).configure(term_frequency_adjustments=True),
            compare.DamerauLevenshteinAtThresholds("postal_code", [1]).configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
    )


def train_on_febrl(linker: Any) -> None:
    """Prior by sure rules, u by random pairs, m by two blocked sessions."""
    from splink import block_on

    sure = [block_on("national_id"), block_on("given_name", "surname", "born")]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.9)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    for rule in (block_on("born"), block_on("national_id"), block_on("postal_code")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
