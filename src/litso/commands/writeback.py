"""`litso writeback`: golden values that go back to a source."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.domain.returning import OUTCOMES
from litso.errors import BadUsage
from litso.settings import load_settings
from litso.store.writebacks import Run, Writeback
from litso.usecases import writebacks, writing_back
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.writebacks import Wanted
from litso.usecases.writing_back import Plan

app = typer.Typer(
    help="Write-back: return chosen golden values to a source, look what became of each row, undo.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Name = Annotated[str, typer.Argument(help="Name of the write-back.")]
Purpose = Annotated[str | None, typer.Option(help="Why values are shown as they are; else they are masked.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list what would change.")]

_ACTOR: Final = Actor("cli", ADMINISTRATOR)


@app.command()
def add(
    name: Name,
    source: Annotated[str, typer.Argument(help="The source that gets the values.")],
    purpose: Annotated[str, typer.Option(help="Why the values go there.")],
    field: Annotated[list[str], typer.Option(help="Golden attribute, or attribute=column of the source; repeat.")],
    rule: Annotated[
        str, typer.Option(help="When a value of the source may be replaced: empty, better or older.")
    ] = "empty",
    sql: Annotated[bool, typer.Option("--sql", help="By SQL, through the connection of the source.")] = False,
    table: Annotated[str, typer.Option(help="With --sql: another table than the one that is read.")] = "",
    http: Annotated[str, typer.Option(help="By HTTP: address of a row, with {columns of the key}.")] = "",
    method: Annotated[str, typer.Option(help="With --http: PATCH or PUT.")] = "PATCH",
    token_file: Annotated[
        Path | None, typer.Option(help="With --http: file with the token that lets us in; it is kept sealed.")
    ] = None,
    file: Annotated[str, typer.Option(help="By a file for an operator to load: xlsx or csv.")] = "",
    kind: Annotated[list[str] | None, typer.Option(help="Only person, or only organization.")] = None,
    every: Annotated[int | None, typer.Option(help="Let the worker run it every so many minutes.", min=1)] = None,
    as_json: Json = False,
) -> None:
    """Attach a write-back. Nothing is written before it is run.

    Example: litso writeback add phones-to-billing billing --purpose "Актуальные телефоны" --field phones --sql
    """
    if [sql, bool(http), bool(file)].count(True) != 1:
        raise BadUsage("choose one way back: --sql, --http ADDRESS or --file xlsx")
    pairs = [one.partition("=") for one in field]
    wanted = Wanted(
        name=name,
        source=source,
        purpose=purpose,
        way="sql" if sql else "http" if http else "file",
        fields={attribute: column for attribute, _, column in pairs},
        rule=rule,
        place=table or http or file,
        method=method if http else "",
        token=_token(token_file) if token_file else "",
        kinds=tuple(kind or ()),
        every=every,
    )
    settings = load_settings()
    with open_store(settings) as store:
        made = writebacks.attach(store, settings, _ACTOR, wanted)
    if as_json:
        print_json(shown(made))
        return
    columns = ", ".join(f"{attribute} → {column}" for attribute, column in made.fields.items())
    typer.echo(f"{made.name}: {columns}; look first: litso writeback run {made.name} --dry-run")


def _token(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise BadUsage(f"{path}: the token cannot be read") from None


@app.command("list")
def list_writebacks(as_json: Json = False) -> None:
    """List write-backs with what their last run did."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = writebacks.list_writebacks(connection, _ACTOR)
    if as_json:
        print_json([shown(one) for one in found])
        return
    for one in found:
        last = f"{one.last_at:%Y-%m-%d %H:%M}\twritten {one.written}\ttroubles {one.troubles}" if one.last_at else "-"
        typer.echo(f"{one.name}\t{one.source}\t{one.way}\t{one.rule}\t{one.status}\t{last}")


@app.command()
def show(name: Name, as_json: Json = False) -> None:
    """Show a write-back and its runs."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        found, runs = writebacks.read_writeback(connection, _ACTOR, name)
    if as_json:
        print_json({**shown(found), "runs": [one._asdict() for one in runs]})
        return
    for field, value in shown(found).items():
        typer.echo(f"{field}\t{', '.join(value) if isinstance(value, list) else value}")
    for one in runs:
        typer.echo(told(one))


@app.command()
def run(
    name: Name,
    dry_run: DryRun = False,
    limit: Annotated[int | None, typer.Option(help="Rows at most.", min=1)] = None,
    again: Annotated[bool, typer.Option("--again", help="Also rows that failed before and have not changed.")] = False,
    purpose: Purpose = None,
    as_json: Json = False,
) -> None:
    """Return what is to be returned now. Exit status 1 when some row could not be written.

    Example: litso writeback run phones-to-billing --dry-run
    """
    settings = load_settings()
    with open_store(settings) as store:
        if dry_run:
            _show_plan(writing_back.rehearse(store, _ACTOR, name, limit=limit or 100, purpose=purpose), as_json)
            return
        done = writing_back.run(store, settings, _ACTOR, name, limit=limit, again=again)
    _finish(done, as_json)


@app.command()
def undo(
    name: Name,
    run_id: Annotated[int, typer.Argument(metavar="RUN", help="Number of the run.")],
    dry_run: DryRun = False,
    purpose: Purpose = None,
    as_json: Json = False,
) -> None:
    """Take back what a run wrote, where the source still has it. Exit status 1 when it has not everywhere.

    Example: litso writeback undo phones-to-billing 3 --dry-run
    """
    settings = load_settings()
    with open_store(settings) as store:
        if dry_run:
            _show_plan(writing_back.rehearse_undo(store, _ACTOR, name, run_id, purpose=purpose), as_json)
            return
        done = writing_back.undo(store, settings, _ACTOR, name, run_id)
    _finish(done, as_json)


@app.command()
def rows(
    name: Name,
    run_id: Annotated[int, typer.Argument(metavar="RUN", help="Number of the run.")],
    outcome: Annotated[str | None, typer.Option(help="Only written, handed, conflict, missing or refused.")] = None,
    after: Annotated[int, typer.Option(help="Rows after this one.", min=0)] = 0,
    limit: Annotated[int, typer.Option(help="Rows at most.", min=1)] = 100,
    purpose: Purpose = None,
    as_json: Json = False,
) -> None:
    """List what became of the rows of a run."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        page = writebacks.read_run(
            connection, _ACTOR, name, run_id, outcome=outcome, after=after, limit=limit, purpose=purpose
        )
    if as_json:
        print_json([one._asdict() for one in page.rows])
        return
    for one in page.rows:
        typer.echo(f"{one.row_id}\t{one.source_id}\t{one.outcome}\t{_changes(one.task.changes)}\t{one.why}".rstrip())


@app.command()
def pause(name: Name) -> None:
    """Run it no more until it is resumed."""
    with open_store(load_settings()) as store:
        typer.echo(f"{name}: {writebacks.pause(store, _ACTOR, name).status}")


@app.command()
def resume(name: Name) -> None:
    """Let it run again."""
    with open_store(load_settings()) as store:
        typer.echo(f"{name}: {writebacks.resume(store, _ACTOR, name).status}")


@app.command()
def remove(name: Name) -> None:
    """Detach a write-back. What it wrote stays in the source; undo first what is to go."""
    with open_store(load_settings()) as store:
        writebacks.remove(store, _ACTOR, name)
    typer.echo(f"{name}: removed")


def _show_plan(plan: Plan, as_json: bool) -> None:
    if as_json:
        rows = [
            {"source_id": one.source_id, "party_id": one.party_id, "changes": [c._asdict() for c in one.task.changes]}
            for one in plan.rows
        ]
        print_json({"rows": rows, "total": plan.total, "kept": plan.kept})
        return
    for one in plan.rows:
        typer.echo(f"{one.source_id}\t{_changes(one.task.changes)}")
    kept = "".join(f", {why}: {count} left alone" for why, count in sorted(plan.kept.items()))
    typer.echo(f"{plan.total} rows would change{kept}")


def _changes(changes: Any) -> str:
    return "; ".join(f"{one.column}: {one.before or '-'} → {one.after or '-'}" for one in changes)


def _finish(done: Run, as_json: bool) -> None:
    print_json(done._asdict()) if as_json else typer.echo(told(done))
    if done.conflict or done.missing or done.refused:
        raise typer.Exit(1)


def told(one: Run) -> str:
    """A run in a line."""
    counts = ((name, getattr(one, name)) for name in (*OUTCOMES, "returned"))
    figures = ", ".join(f"{name} {count}" for name, count in counts if count) or "nothing to do"
    kept = "".join(f", {why}: {count} left alone" for why, count in sorted(one.kept.items()))
    file = f"\t{one.file_name}" if one.file_name else ""
    what = f"undo of {one.undoes}" if one.undoes else one.what
    return f"run {one.run_id}\t{what}\t{one.status}\t{figures}{kept}{file}\t{one.told}".rstrip()


def shown(one: Writeback) -> dict[str, Any]:
    """A write-back as the program prints it."""
    return {name: value for name, value in one._asdict().items() if name != "writeback_id"}
