"""`litso reference`: official reference data from the files of its publishers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from litso.bootstrap import open_store
from litso.commands.console import print_json, stages
from litso.settings import load_settings
from litso.usecases import registers
from litso.usecases.lists import CHECKED
from litso.usecases.reference import KINDS, Listed, Loaded, get_kind, list_reference, load_reference
from litso.usecases.reference_lookup import KINDS as LOOK_UP_KINDS
from litso.usecases.reference_lookup import look_up
from litso.usecases.renewal import Renewed, renew
from litso.usecases.screening import catch_up

app = typer.Typer(help="Official reference data: load editions, list them with version, age and provenance.")


@app.command("load")
def load(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="What the file is: " + ", ".join(KINDS) + ".")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File, archive or folder as the publisher gives it.")],
    part: Annotated[
        list[str] | None, typer.Option(help="Load only this part, such as region 71 of the register; may be repeated.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who loads it, for the ledger.")] = "cli",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Load an edition of official reference data. The same file again changes nothing; a killed load goes on.

    Example: litso reference load gar gar_xml.zip --part 71
    """
    get_kind(kind)
    settings = load_settings()
    with open_store(settings) as store, stages(quiet=as_json) as progress:
        loaded = load_reference(store, settings, kind, file, only=tuple(part or ()), loaded_by=by, progress=progress)
        if kind in CHECKED:
            catch_up(store, started_by=by)
    if as_json:
        print_json([one._asdict() for one in loaded])
        return
    for one in loaded:
        typer.echo(_in_words(one))


def _in_words(one: Loaded) -> str:
    state = f"{one.rows:,} rows" if one.is_new else "this edition was loaded before, nothing changed"
    return f"{one.kind} {one.part}: edition of {one.published}, {state}"


@app.command("apply")
def apply(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would change, write nothing.")] = False,
    by: Annotated[str, typer.Option(help="Who does it, for the ledger.")] = "cli",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Standardize the records of the store anew with the editions of today. What was stopped goes on.

    Example: litso reference apply --dry-run
    """
    settings = load_settings()
    with open_store(settings) as store, stages(quiet=as_json) as progress:
        done = renew(store, settings, dry_run=dry_run, started_by=by, progress=progress)
    if as_json:
        print_json({**done._asdict(), "touched": done.touched._asdict()})
        return
    typer.echo(_renewed_in_words(done, dry_run=dry_run))


def _renewed_in_words(done: Renewed, *, dry_run: bool) -> str:
    verb = "would get" if dry_run else "got"
    lines = [f"{done.changed:,} of {done.examined:,} records {verb} other standard values"]
    for attribute, count in done.attributes.items():
        shown = "; ".join(f"{before or '—'} → {after or '—'}" for before, after in done.examples.get(attribute, ()))
        lines.append(f"  {attribute:<14} {count:>9,}  {shown}")
    if done.houses:
        lines.append(f"{done.houses:,} facts {verb} another house")
    if done.unread:
        lines.append(f"{done.unread:,} records cannot be read by the mapping of today and stay as they are")
    touched = done.touched
    if not dry_run:
        lines.append(f"parties: {touched.created:,} created, {touched.changed:,} changed, {touched.merged:,} merged, "
                     f"{touched.split:,} split")  # fmt: skip
    return "\n".join(lines)


@app.command("find")
def find(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Where to look: " + ", ".join(LOOK_UP_KINDS) + ".")],
    key: Annotated[
        str,
        typer.Argument(metavar="KEY", help="A code, a day (2026-01-09), a BIK, an ИНН; of a list a number or a name."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Look an entry of reference data up by its key. Exit status 2 when there is none.

    Example: litso reference find calendar 2026-01-09
    """
    registers.use(load_settings().home)
    found = look_up(kind, key)
    if as_json:
        print_json(found)
        return
    for entry in found:
        typer.echo("; ".join(f"{name}: {value}" for name, value in entry.items() if value is not None))


@app.command("list")
def list_all(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """List reference data: edition, age, rows, the file it came from, who loaded it.

    Example: litso reference list
    """
    settings = load_settings()
    with open_store(settings) as store, store.transaction() as connection:
        listed = list_reference(connection, settings.home)
    if as_json:
        print_json([one._asdict() for one in listed])
        return
    table = Table(*("kind", "part", "edition", "age", "rows", "file", "loaded"), box=None)
    for one in listed:
        table.add_row(*_cells(one))
    Console().print(table)


def _cells(one: Listed) -> tuple[str, ...]:
    if one.version is None or one.loaded_at is None:
        return one.kind, one.part, "[dim]not loaded[/dim]", "", "", "", ""
    loaded = f"{one.loaded_at:%Y-%m-%d} by {one.loaded_by}"
    return one.kind, one.part, one.version, age_in_words(one), f"{one.rows:,}", one.file_name or "", loaded


def age_in_words(one: Listed) -> str:
    """Age of an edition, with what is wrong with it."""
    days = f"{one.age_days} days"
    if not one.is_here:
        return f"[red]{days}, its files are not in LITSO_HOME[/red]"
    return f"[yellow]{days}, stale[/yellow]" if one.is_stale else days


def summary(listed: list[Listed]) -> dict[str, Any]:
    """Reference data as `litso doctor` tells it: kind and part → edition and state."""
    return {
        f"{one.kind} {one.part}".strip(): None
        if one.version is None
        else {
            "version": one.version,
            "age_days": one.age_days,
            "rows": one.rows,
            "is_stale": one.is_stale,
            "is_here": one.is_here,
        }
        for one in listed
    }
