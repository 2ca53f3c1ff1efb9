"""`litso tuning`: another model or threshold is rehearsed, applied, rolled back; samples are drawn and judged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json, stages
from litso.errors import BadUsage
from litso.settings import load_settings
from litso.store import tuning
from litso.store.tuning import Tuning
from litso.usecases import tuning_apply
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.tuning import Wanted, rehearse

app = typer.Typer(help="Try another model or threshold before it decides, and take it back.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Id = Annotated[int, typer.Argument(metavar="ID", help="Number of the rehearsal.")]

_ACTOR: Final = Actor("cli", ADMINISTRATOR)


@app.command("rehearse")
def rehearse_command(
    model: Annotated[Path | None, typer.Option(help="A model file, as `litso resolve` writes it.")] = None,
    threshold: Annotated[float | None, typer.Option(help="Bits above which evidence speaks for one party.")] = None,
    as_json: Json = False,
) -> None:
    """Foresee what another model or threshold would change. Writes nothing but the rehearsal.

    Example: litso tuning rehearse --threshold 2
    """
    text = _text_of(model) if model else None
    wanted = Wanted(text, str(model), threshold)
    settings = load_settings()
    with open_store(settings) as store:
        found = rehearse(store, settings, _ACTOR, wanted)
    print_json(as_document(found)) if as_json else typer.echo(report(found))


def _text_of(model: Path) -> str:
    try:
        return model.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadUsage(f"{model}: cannot be read: {error}") from error


@app.command("list")
def list_rehearsals(as_json: Json = False) -> None:
    """List rehearsals and what became of them."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = tuning.latest(connection)
    if as_json:
        print_json([as_document(one) for one in found])
        return
    for one in found:
        moved = one.outlook["records_moved"]
        typer.echo(
            f"{one.tuning_id}\t{one.status}\t{_what(one)}\t{moved} records move\t{one.rehearsed_at:%Y-%m-%d %H:%M}"
        )


@app.command()
def changes(
    tuning_id: Id,
    what: Annotated[str | None, typer.Option(help="Only `merge`, `split` or `regroup`.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List the parties that a rehearsal would change, the largest first.

    Example: litso tuning changes 1 --what split
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        tuning.get(connection, tuning_id)
        found = tuning.changes(connection, tuning_id, what=what, limit=limit)
    if as_json:
        print_json([change._asdict() for change in found])
        return
    for change in found:
        typer.echo(
            f"{change.place}\t{change.what}\t{change.records} records\t{change.accounts} accounts\t"
            f"{', '.join(change.parties[:4])}{' …' if len(change.parties) > 4 else ''}"
        )


@app.command()
def apply(tuning_id: Id, as_json: Json = False) -> None:
    """Make a rehearsed model the active one, in journaled chunks. One that was interrupted goes on.

    Example: litso tuning apply 1
    """
    settings = load_settings()
    with open_store(settings) as store, stages(quiet=as_json) as progress:
        found = tuning_apply.apply(
            store, settings, _ACTOR, tuning_id, on_chunk=lambda done, of: progress("applying", done, of)
        )
    print_json(as_document(found)) if as_json else typer.echo(_outcome(found))


@app.command()
def rollback(tuning_id: Id, as_json: Json = False) -> None:
    """Take an applied model back: every record gets its party back.

    Example: litso tuning rollback 1
    """
    settings = load_settings()
    with open_store(settings) as store, stages(quiet=as_json) as progress:
        found = tuning_apply.rollback(
            store, settings, _ACTOR, tuning_id, on_chunk=lambda done, of: progress("rolling back", done, of)
        )
    print_json(as_document(found)) if as_json else typer.echo(_outcome(found))


def _what(found: Tuning) -> str:
    figures = found.outlook
    model = "another model, " if figures["is_other_model"] else ""
    return f"{model}threshold {figures['threshold_now']:+g} → {figures['threshold_then']:+g}"


def as_document(found: Tuning) -> dict[str, Any]:
    """A rehearsal as --json prints it."""
    return found._asdict()


def report(found: Tuning) -> str:
    """A rehearsal in words."""
    figures = found.outlook
    lines = [
        f"rehearsal {found.tuning_id}: {_what(found)}",
        f"parties: {figures['parties_now']} → {figures['parties_then']}: {figures['merges']} merge groups, "
        f"{figures['splits']} splits, {figures['regroups']} regroupings",
        f"touched: {figures['parties_touched']} parties, {figures['records_touched']} records, "
        f"{figures['accounts_touched']} accounts",
        f"ids: {figures['ids_ended']} end, {figures['ids_new']} are new, {figures['records_moved']} records move",
        "",
        "as the model expects of its links:",
        f"{'threshold':>10} {'parties':>9} {'pairs together':>15} {'precision':>10} {'recall':>8}",
    ]
    for point in figures["chart"]:
        mark = "*" if point["threshold"] == figures["threshold_then"] else " "
        lines.append(
            f"{mark}{point['threshold']:>+9g} {point['parties']:>9.0f} {point['together']:>15.0f} "
            f"{point['precision']:>10.4f} {point['recall']:>8.4f}"
        )
    return "\n".join([*lines, "", f"apply it: litso tuning apply {found.tuning_id}"])


def _outcome(found: Tuning) -> str:
    if found.status == "applied":
        return (
            f"tuning {found.tuning_id} is applied: {_what(found)}\npartition {found.hash_before} → {found.hash_after}"
        )
    same = "the same as before" if found.hash_restored == found.hash_before else "other records arrived in between"
    return f"tuning {found.tuning_id} is {found.status.replace('_', ' ')}: partition {found.hash_restored}, {same}"
