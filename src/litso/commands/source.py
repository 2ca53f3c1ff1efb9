"""`litso source`: register sources, rehearse their files, let them run by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from litso.bootstrap import open_store
from litso.commands.console import print_json, stages
from litso.errors import NotFound, SourceUnusable
from litso.settings import load_settings
from litso.sources.connectors.config import load_connection
from litso.sources.mapping import load_mapping
from litso.store import sources
from litso.usecases import collecting, connecting
from litso.usecases.loading import register_source
from litso.usecases.rehearsal import Rehearsal, rehearse

app = typer.Typer(help="Sources: register, rehearse, list, let them run by themselves.", no_args_is_help=True)


@app.command()
def add(
    mapping: Annotated[Path, typer.Argument(metavar="MAPPING.yaml", help="Mapping of the source.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Register a source, or change its mapping.

    Example: litso source add billing.yaml
    """
    text = load_mapping(mapping).text
    with open_store(load_settings()) as store:
        registered, is_new = register_source(store, text, str(mapping))
    document = {"source": registered.source, "registered": is_new}
    told = "is registered" if is_new else "was registered with this mapping already"
    print_json(document) if as_json else typer.echo(f"source {registered.source} {told}")


@app.command("list")
def list_sources(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """List the registered sources.

    Example: litso source list
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = sources.list_all(connection)
    if as_json:
        print_json(
            [{"source": one.name, "title": one.title, "party": one.party, "priority": one.priority} for one in found]
        )
        return
    for one in found:
        typer.echo(f"{one.name:<20} {one.party:<13} priority {one.priority:<4} {one.title}")


@app.command("rehearse")
def rehearse_files(
    mapping: Annotated[Path, typer.Argument(metavar="MAPPING.yaml", help="Mapping to try.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of the source.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say what a load of the files would bring; writes nothing.

    Example: litso source rehearse billing.yaml billing.csv
    """
    with stages(quiet=as_json) as progress:
        found = rehearse(load_mapping(mapping), files, lambda done, of: progress("reading", done, of))
    if as_json:
        rejected = [row._asdict() for row in found.first_rejected]
        print_json({**found._asdict(), "first_rejected": rejected})
        return
    _print(found)


@app.command("connect")
def connect_source(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="How the source is reached, and when.")],
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Read everything again, files that were loaded included.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Let a registered source run by itself, or change how it does.

    Example: litso source connect crm-connection.yaml
    """
    described = load_connection(file)
    with open_store(load_settings()) as store:
        made = connecting.connect(store, described.text, str(file), from_start=from_start)
    if as_json:
        print_json(made._asdict())
        return
    when = "litso worker runs it" if made.is_scheduled else f"it runs by hand: litso source run {made.source}"
    typer.echo(f"source {made.source} is connected ({made.kind}); {when}")


@app.command("disconnect")
def disconnect_source(source: Annotated[str, typer.Argument(help="Name of the source.")]) -> None:
    """Let a source run by itself no more. Its records stay.

    Example: litso source disconnect crm
    """
    with open_store(load_settings()) as store:
        connecting.disconnect(store, source, "cli")
    typer.echo(f"source {source} does not run by itself any more")


@app.command("check")
def check_source(
    source: Annotated[str, typer.Argument(help="Name of a connected source.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Look whether a connected source can be read, and what it has; loads nothing.

    Example: litso source check crm
    """
    with open_store(load_settings()) as store:
        found = connecting.check(store, source)
    if as_json:
        print_json({"source": source, "about": found.about, "columns": dict(found.shape)})
        return
    typer.echo(found.about)
    for column, kind in found.shape.items():
        typer.echo(f"  {column}  {kind}".rstrip())


@app.command("run")
def run_source(
    source: Annotated[str, typer.Argument(help="Name of a connected source.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Fetch and load what is new at a source, now and here. A source that is paused runs as well.

    Example: litso source run crm
    """
    settings = load_settings()
    with open_store(settings) as store, stages(quiet=as_json) as progress:
        done = collecting.collect(store, settings, source, started_by="cli", progress=progress)
    if as_json:
        print_json({"source": done.source, "status": done.status, **done.counts._asdict(),
                    "loads": done.loads, "told": done.told})  # fmt: skip
    elif done.status in ("done", "held"):
        counts = done.counts
        typer.echo(
            f"{source}: {done.status}, {counts.rows_in} rows: {counts.inserted} new, {counts.changed} changed, "
            f"{counts.unchanged} unchanged, {counts.deleted} deleted, {counts.quarantined} in quarantine"
        )
    if done.status == "held":
        typer.echo(done.told)
    elif done.status in ("failed", "stopped"):
        raise SourceUnusable(f"{source} {'is stopped' if done.status == 'stopped' else 'failed'}: {done.told}")


@app.command("pause")
def pause_source(source: Annotated[str, typer.Argument(help="Name of a connected source.")]) -> None:
    """Do not run a source until it is resumed.

    Example: litso source pause crm
    """
    with open_store(load_settings()) as store:
        connecting.pause(store, source, "cli")
    typer.echo(f"source {source} is paused")


@app.command("resume")
def resume_source(source: Annotated[str, typer.Argument(help="Name of a connected source.")]) -> None:
    """Run a paused or stopped source again from where it was; what changed in its columns is accepted.

    Example: litso source resume crm
    """
    with open_store(load_settings()) as store:
        connecting.resume(store, source, "cli")
    typer.echo(f"source {source} is active")


@app.command("show")
def show_source(
    source: Annotated[str, typer.Argument(help="Name of a connected source.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Tell how a connected source does: its state, alarms and last runs.

    Example: litso source show crm
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = connecting.page_of(connection, source)
    if found is None:
        raise NotFound(f"source {source!r} is not connected: litso source connect FILE.yaml")
    one = found.connection
    if as_json:
        print_json({"source": source, "kind": one.kind, "status": one.status, "told": one.told,
                    "behind_seconds": found.behind, "next_at": one.next_at, "alarms": one.alarms,
                    "runs": [run._asdict() for run in found.runs]})  # fmt: skip
        return
    behind = "never read to its end" if found.behind is None else f"read to its end {found.behind:.0f} s ago"
    typer.echo(f"{source}: {one.kind}, {one.status}, {behind}" + (f". {one.told}" if one.told else ""))
    for alarm in one.alarms:
        typer.echo(f"  alarm: {alarm['message']}")
    for run in found.runs:
        typer.echo(f"  {run.started_at:%Y-%m-%d %H:%M:%S} {run.status:<8} {run.rows_in:>9} rows  {run.told}".rstrip())


def _print(found: Rehearsal) -> None:
    console = Console()
    console.print(
        f"{found.source}: {found.rows} rows, {found.records} records, {sum(found.rejected.values())} to quarantine, "
        f"{found.repeated} repeated, {found.duplicates} duplicates foreseen"
    )
    table = Table("attribute", "filled", "", "distinct", "quality codes", box=None, pad_edge=False)
    for name, entry in found.quality.items():
        filled = entry.get("filled")
        share = f"{filled / found.records:.1%}" if filled is not None and found.records else ""
        codes = ", ".join(f"{code}: {count}" for code, count in entry.get("qc", {}).items())
        table.add_row(name, str(filled or ""), share, str(entry.get("distinct", "")), codes)
    console.print(table)
    for title, counts in (("facts", found.facts), ("quarantine", found.rejected), ("problems", found.problems)):
        if counts:
            console.print(f"{title}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    for row in found.first_rejected:
        console.print(f"  {row.message} {row.suggestion}", markup=False)
    for column, count in found.unread.items():
        console.print(f"column {column}: {count} values could not be read as a time or an amount", markup=False)
    if found.unmapped:
        console.print(f"columns not used: {', '.join(found.unmapped)}", markup=False)
    for notice in found.notices:
        console.print(notice, markup=False)
