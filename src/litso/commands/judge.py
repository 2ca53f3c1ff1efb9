"""`litso judge`: judgements in bulk, from a file or from open links; rehearsed, applied, undone as one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json, stages
from litso.commands.party import line_of
from litso.errors import BadUsage
from litso.settings import load_settings
from litso.store.operations import Operation
from litso.usecases import bulk_judging
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.bulk_judging import CaseFilter, Given, LinkFilter

app = typer.Typer(help="Judge many pairs of records at once, after a rehearsal.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Id = Annotated[int, typer.Argument(metavar="ID", help="Number of the operation.")]

_ACTOR: Final = Actor("cli", ADMINISTRATOR)
_SHOWN: Final = 10


@app.command()
def rehearse(
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="left_source, left_id, right_source, right_id, verdict, reason."),
    ] = None,
    verdict: Annotated[str | None, typer.Option(help="Judge open links so: same, different or unsure.")] = None,
    above: Annotated[float | None, typer.Option(help="Links with a weight above this, in bits.")] = None,
    below: Annotated[float | None, typer.Option(help="… and up to this.")] = None,
    cases: Annotated[str | None, typer.Option("--cases", metavar="KIND", help="Judge open cases of a kind so.")] = None,
    value: Annotated[int, typer.Option(help="Cases of at least this value.")] = 0,
    source: Annotated[str | None, typer.Option(help="Links or cases with a record of this source.")] = None,
    evidence: Annotated[str | None, typer.Option(help="Links for which this claim speaks.")] = None,
    as_json: Json = False,
) -> None:
    """Foresee what judgements of a file, or of all open links or cases of a filter, change. Changes no party.

    Example: litso judge rehearse pairs.csv --reason "сверка с паспортным столом"
    """
    given: Given
    if file is not None and verdict is None:
        given = file
    elif file is None and verdict is not None and cases is not None:
        given = CaseFilter(verdict, cases, source, value)
    elif file is None and verdict is not None and above is not None:
        given = LinkFilter(verdict, above, below, source, evidence)
    else:
        raise BadUsage("give either a FILE, or --verdict and --above, or --verdict and --cases")
    with open_store(load_settings()) as store, stages(quiet=as_json) as progress:
        begun = bulk_judging.begin(store, _ACTOR, given, reason=reason)
        found = bulk_judging.rehearse(
            store, _ACTOR, begun.operation_id, on_chunk=lambda done, of: progress("rehearsing", done, of)
        )
    print_json(found._asdict()) if as_json else typer.echo(report(found))


@app.command()
def apply(operation_id: Id, as_json: Json = False) -> None:
    """Enter rehearsed judgements, chunk by chunk. One that was interrupted goes on.

    Example: litso judge apply 12
    """
    with open_store(load_settings()) as store, stages(quiet=as_json) as progress:
        done = bulk_judging.apply(store, _ACTOR, operation_id, on_chunk=lambda done, of: progress("judging", done, of))
    print_json(done._asdict()) if as_json else typer.echo(line_of(done))


@app.command()
def undo(operation_id: Id, as_json: Json = False) -> None:
    """Take all judgements of an operation back. One that was interrupted goes on.

    Example: litso judge undo 12
    """
    with open_store(load_settings()) as store, stages(quiet=as_json) as progress:
        done = bulk_judging.undo(store, _ACTOR, operation_id, on_chunk=lambda done, of: progress("undoing", done, of))
    print_json(done._asdict()) if as_json else typer.echo(line_of(done))


def report(found: Operation) -> str:
    """A rehearsal in words."""
    told = found.outlook
    systems = ", ".join(f"{source} {count}" for source, count in told["systems"].items()) or "none"
    lines = [
        f"operation {found.operation_id}: {told['same']} same, {told['different']} different, {told['unsure']} unsure",
        f"parties {told['parties_before']} → {told['parties_after']}, ids that end {told['ids_redirected']}, "
        f"new ids {told['ids_new']}, accounts {told['accounts']}",
        f"records that change their party: {systems}",
        f"facts {told['facts']}, of them messages {told['messages']}",
        f"consents void {told['narrowed']}, back {told['returned']}",
        f"consumers that will learn it: {', '.join(told['consumers']) or 'none'}",
        *_rows("judged otherwise so far", told["conflicts"], told["conflict_rows"]),
        *_rows("stay apart by a veto or their kind", told["resisting"], told["resisting_rows"]),
        *_rows("rows that cannot be taken", told["bad_rows"], told["bad"]),
        f"apply it: litso judge apply {found.operation_id}",
    ]
    return "\n".join(lines)


def _rows(what: str, count: int, shown: list[dict[str, Any]]) -> list[str]:
    named = (", ".join(f"{name} {value}" for name, value in one.items() if value is not None) for one in shown)
    return [f"{what}: {count}", *(f"  {one}" for one in list(named)[:_SHOWN])] if count else []
