"""`litso job`: background jobs as they wait, run and end."""

from __future__ import annotations

from typing import Annotated

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.settings import load_settings
from litso.store import jobs
from litso.usecases.working import is_at_work

app = typer.Typer(help="Background jobs, which `litso worker` runs.", no_args_is_help=True)


@app.command("list")
def list_jobs(
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=1000)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List jobs, the latest first, and say whether a worker is there.

    Example: litso job list
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = jobs.recent(connection, limit=limit)
        is_there = is_at_work(connection)
    if as_json:
        print_json({"worker": is_there, "jobs": [one._asdict() for one in found]})
        return
    typer.echo("a worker is running" if is_there else "no worker is running: litso worker")
    for one in found:
        ended = one.finished_at or one.started_at or one.due_at
        typer.echo(f"{one.job_id}\t{one.kind}\t{one.status}\t{ended:%Y-%m-%d %H:%M:%S}\t{one.error or ''}".rstrip())
