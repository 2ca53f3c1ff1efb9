"""A resolve output against a truth."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from litso.engine.duckdb import Engine
from litso.errors import SourceUnusable
from litso.resolve.evaluation import Evaluation, evaluate

TRUTH_COLUMNS: Final = ("source", "source_id", "person_id")


def evaluate_output(output: Path, truth: Path) -> Evaluation:
    """Compare `crosswalk.parquet` of an output folder with a truth file (Parquet, CSV or JSONL).

    The truth has `source`, `source_id`, `person_id`; records that it does not name are left out.
    """
    crosswalk = output / "crosswalk.parquet"
    if not crosswalk.is_file():
        raise SourceUnusable(f"{output}: there is no crosswalk.parquet, this is no output of `litso resolve`")
    if not truth.is_file():
        raise SourceUnusable(f"{truth}: there is no such file")
    with Engine() as engine:
        engine.run(f"create table truth as select distinct {', '.join(TRUTH_COLUMNS)} from {_reader(engine, truth)}")  # noqa: S608
        labels = engine.table(f"""
            with joined as (
                select t.person_id::varchar as person, c.party_id::varchar as party, t.source, t.source_id
                from truth t left join {_parquet(crosswalk)} c
                on c.source = t.source::varchar and c.source_id = t.source_id::varchar
            )
            select case when party is null then -1 else dense_rank() over (order by party) end as found,
                   dense_rank() over (order by person) as wanted
            from joined
        """)  # noqa: S608
        return evaluate(labels["found"].to_numpy(), labels["wanted"].to_numpy())


def _reader(engine: Engine, path: Path) -> str:
    """The table function that reads a truth file, once it has the columns that a truth needs."""
    readers = {".parquet": _parquet(path), ".csv": f"read_csv({_text(path)}, all_varchar = true)"}
    reader = readers.get(path.suffix.lower(), f"read_json({_text(path)}, format = 'newline_delimited')")
    missing = [name for name in TRUTH_COLUMNS if name not in engine.columns(f"(from {reader})")]
    if missing:
        raise SourceUnusable(f"{path}: a truth needs the column {missing[0]} (it has source, source_id, person_id)")
    return reader


def _parquet(path: Path) -> str:
    return f"read_parquet({_text(path)})"


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
