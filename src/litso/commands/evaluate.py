"""`litso evaluate`: a resolve output against a truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from litso.commands.console import print_json
from litso.resolve.evaluation import Evaluation, Quality
from litso.usecases.evaluation import evaluate_output


def evaluate(
    output: Annotated[Path, typer.Argument(metavar="DIR", help="Output folder of `litso resolve`.")],
    truth: Annotated[Path, typer.Option(help="Parquet, CSV or JSONL with source, source_id, person_id.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say how good a resolve output is: pairs of records, and B-cubed; records that were lost count as alone.

    Example: litso evaluate --truth town/truth.parquet resolved
    """
    found = evaluate_output(output, truth)
    print_json(as_document(found)) if as_json else typer.echo(_in_words(found))


def as_document(found: Evaluation) -> dict[str, Any]:
    """An evaluation as --json prints it."""
    return {
        "pairwise": found.pairwise._asdict(),
        "b_cubed": found.b_cubed._asdict(),
        "records": found.records,
        "lost": found.lost,
    }


def _in_words(found: Evaluation) -> str:
    def line(name: str, quality: Quality) -> str:
        return f"{name:<10} {quality.precision:>10.4f} {quality.recall:>10.4f} {quality.f1:>10.4f}"

    head = f"{'':<10} {'precision':>10} {'recall':>10} {'F1':>10}"
    counts = f"records {found.records:,}, lost {found.lost:,}"
    return "\n".join([head, line("pairwise", found.pairwise), line("B-cubed", found.b_cubed), counts])
