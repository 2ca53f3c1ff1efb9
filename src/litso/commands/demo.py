"""`litso demo`: a town to try the product on."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from litso.bootstrap import open_store
from litso.commands.console import stages
from litso.commands.serve import serve_store
from litso.commands.worker import working
from litso.demo import Built, build_demo, read_rates, setting_of
from litso.demo.rates import OTHER, USUAL
from litso.errors import BadUsage
from litso.settings import Settings, load_settings
from litso.store.database import Store
from litso.usecases.demo import build_town, is_loaded, load_folder, load_statements

PERSONS: Final = 30_000
SEED: Final = 1

app = typer.Typer(help="The demo utility: a town seen through its systems, with the truth beside them.")


@app.callback(invoke_without_command=True)
def demo(
    context: typer.Context,
    persons: Annotated[int, typer.Option(help="People who live in the town, 1,000 to 10,000,000.")] = PERSONS,
    seed: Annotated[int, typer.Option(help="Another seed is another town.")] = SEED,
    host: Annotated[str | None, typer.Option(help="Address to listen on; LITSO_HOST or 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; LITSO_PORT or 8080.", min=1, max=65535)] = None,
    should_serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Open the product when all is loaded.")
    ] = True,
) -> None:
    """Build a demo utility, load its eight systems, and serve the product.

    The second time the town is there already and is only served. Example: litso demo --persons 5000
    """
    if context.invoked_subcommand is not None:
        return
    settings = load_settings()
    chosen = replace(settings, host=host or settings.host, port=port or settings.port)
    with open_store(chosen) as store:
        if is_loaded(store):
            typer.echo(f"The store in {chosen.home} has its sources already: nothing is built anew.")
        else:
            _fill(store, chosen, persons, seed)
        if should_serve:
            with working(store, chosen):
                serve_store(store, chosen)


def _fill(store: Store, settings: Settings, persons: int, seed: int) -> None:
    """Build the town, load it and say what came out."""
    directory = settings.home / "demo"
    begun = time.monotonic()
    with stages() as progress:
        built = build_town(directory, persons=persons, seed=seed, progress=progress)
        outcomes = load_folder(store, settings, directory, progress)
        load_statements(store, settings, directory, progress)
    records = sum(outcome.counts.inserted for outcome in outcomes)
    parties = outcomes[0].touched.created
    seconds = time.monotonic() - begun
    typer.echo(f"{records:,} records of {len(outcomes)} sources became {parties:,} parties in {seconds:.0f} s")
    typer.echo(f"{directory} has the files of the town of {built.persons:,} persons, and the truth beside them")


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
