"""`litso source`: register sources, rehearse their files, put rejected rows right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from litso.bootstrap import open_store
from litso.commands.console import print_json, stages
from litso.settings import load_settings
from litso.sources.mapping import load_mapping
from litso.store import sources
from litso.usecases.loading import register_source
from litso.usecases.rehearsal import Rehearsal, rehearse

app = typer.Typer(help="Sources: register, rehearse, list.", no_args_is_help=True)


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
