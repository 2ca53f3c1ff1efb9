"""`litso enrich`: values of companies from a loaded register, or from a service that is configured."""

from __future__ import annotations

from typing import Annotated

import typer

from litso.bootstrap import enricher_of, open_store
from litso.commands.console import print_json, stages
from litso.settings import load_settings
from litso.usecases.enriching import LoadedRegister, enrich_companies

app = typer.Typer(help="Fill what sources lack of companies, from a register or a service.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Fill what sources lack of companies, from a register or a service."""


@app.command()
def companies(
    service: Annotated[
        bool, typer.Option("--service", help="Ask the service of LITSO_ENRICHER instead of the loaded register.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask about so many companies at most.")] = None,
    older_than: Annotated[
        int, typer.Option("--older-than", min=0, help="Ask again about what was told so many days ago.")
    ] = 30,
    by: Annotated[str, typer.Option(help="Who does it, for the ledger of loads.")] = "cli",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Ask about organizations by ИНН; what their sources lack comes in as a source of its own.

    Example: litso enrich companies --limit 1000
    """
    settings = load_settings()
    with open_store(settings) as store, stages(quiet=as_json) as progress:
        enricher = enricher_of(settings) if service else LoadedRegister()
        done = enrich_companies(
            store, settings, enricher, limit=limit, older_than_days=older_than, started_by=by, progress=progress
        )
    if as_json:
        print_json(done._asdict())
    else:
        typer.echo(f"{done.source}: {done.asked:,} asked, {done.told:,} told of, {done.unknown:,} unknown")
        for title, counted in (("filled", done.filled), ("differ from their sources", done.differs)):
            if counted:
                typer.echo(f"{title}: " + ", ".join(f"{name} {number:,}" for name, number in sorted(counted.items())))
        if done.status == "held":
            typer.echo("the load is held by a gate: see `litso load-approve`")
    if done.stopped:
        typer.echo(f"litso: stopped early: {done.stopped}", err=True)
        raise typer.Exit(3)
