"""`litso demo`: a town to try the product on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from litso.demo import Built, build_demo, read_rates, setting_of
from litso.demo.rates import OTHER, USUAL
from litso.errors import BadUsage

PERSONS: Final = 30_000
SEED: Final = 1

app = typer.Typer(help="The demo utility: a town seen through its systems, with the truth beside them.")


@app.callback(invoke_without_command=True)
def demo(context: typer.Context) -> None:
    """The demo utility."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def build(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the files; made where it is missing.")],
    persons: Annotated[int, typer.Option(help="People who live in the town, 1,000 to 10,000,000.")] = PERSONS,
    seed: Annotated[int, typer.Option(help="Another seed is another town; the same one gives the same bytes.")] = SEED,
    setting: Annotated[str, typer.Option(help="Territory and mix of errors: A, or B for honest checks.")] = "A",
    rates: Annotated[
        str | None, typer.Option(help="Rates of errors: usual, hard (twice as many), or a YAML file `name: share`.")
    ] = None,
    today: Annotated[str | None, typer.Option(help="The day the files are of, YYYY-MM-DD; today if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Write the source files of a demo utility, their mappings, and the truth beside them.

    Example: litso demo build town --persons 30000 --seed 1
    """
    base = OTHER if setting == "B" else USUAL
    with _progress(persons, quiet=as_json) as on_progress:
        built = build_demo(
            directory, persons=persons, seed=seed, setting=setting_of(setting), rates=read_rates(rates, base),
            today=_day(today), on_progress=on_progress,
        )  # fmt: skip
    typer.echo(json.dumps(built.as_json(), ensure_ascii=False) if as_json else _report(directory, built))


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError:
        raise BadUsage("--today must be a day like 2025-11-21") from None


def _report(directory: Path, built: Built) -> str:
    lines = [f"{directory}: {built.persons:,} persons, {built.records:,} source records (seed {built.seed})"]
    return "\n".join([*lines, *(f"  {source:<10} {rows:>12,}" for source, rows in built.rows.items())])


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; nothing elsewhere, where the report is all."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("Building the demo", total=total)
        yield lambda done, total: bar.update(task, completed=done)
