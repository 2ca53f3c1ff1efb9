"""`litso policy`: which value of a party wins; another policy is rehearsed, applied, rolled back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json, stages
from litso.errors import BadUsage
from litso.settings import load_settings
from litso.store import policies
from litso.store.policies import Trial
from litso.usecases import policy as policy_usecase
from litso.usecases import policy_apply
from litso.usecases.access import ADMINISTRATOR, Actor

app = typer.Typer(help="Decide which value of a party wins, after a rehearsal.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Id = Annotated[int, typer.Argument(metavar="ID", help="Number of the rehearsal.")]

_ACTOR: Final = Actor("cli", ADMINISTRATOR)
_SHOWN_SOURCES: Final = 3


@app.command()
def show(
    version: Annotated[int | None, typer.Option(help="A version; the one in force without it.")] = None,
    as_json: Json = False,
) -> None:
    """Print a survivorship policy as a file that can be changed and rehearsed.

    Example: litso policy show > policy.yaml
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = policy_usecase.shown(connection)
        if version is not None and version != found.version:
            found = policies.get_version(connection, version)
    if as_json:
        print_json(found._asdict())
        return
    in_force = " (in force)" if found.is_active else ""
    typer.echo(f"# version {found.version}{in_force}, {found.author}, {found.created_at:%Y-%m-%d %H:%M}")
    typer.echo(f"# sha256 {found.policy_id}")
    typer.echo(found.content, nl=False)


@app.command()
def versions(as_json: Json = False) -> None:
    """List all policies, the newest first."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        policy_usecase.shown(connection)
        found = policies.list_all(connection)
    if as_json:
        print_json([one._asdict() for one in found])
        return
    for one in found:
        in_force = "in force" if one.is_active else ""
        typer.echo(f"{one.version}\t{one.policy_id[:12]}\t{one.author}\t{one.created_at:%Y-%m-%d %H:%M}\t{in_force}")


@app.command()
def rehearse(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy, YAML or JSON.")], as_json: Json = False
) -> None:
    """Foresee which golden values another policy would change. Writes nothing but the rehearsal.

    Example: litso policy rehearse policy.yaml
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadUsage(f"{file}: cannot be read: {error}") from error
    settings = load_settings()
    with open_store(settings) as store:
        found = policy_usecase.rehearse(store, settings, _ACTOR, text, str(file))
    print_json(found._asdict()) if as_json else typer.echo(report(found))


@app.command("list")
def list_rehearsals(as_json: Json = False) -> None:
    """List rehearsals and what became of them."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = policies.trials(connection)
    if as_json:
        print_json([one._asdict() for one in found])
        return
    for one in found:
        changed = one.outlook.get("parties_changed", "?")
        typer.echo(f"{one.trial_id}\t{one.status}\t{changed} parties change\t{one.rehearsed_at:%Y-%m-%d %H:%M}")


@app.command()
def changes(
    trial_id: Id,
    attribute: Annotated[str | None, typer.Option(help="Only parties where this attribute changes.")] = None,
    after: Annotated[str | None, typer.Option(help="Continue after this party.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    as_json: Json = False,
) -> None:
    """List parties that a rehearsal would change, values before and after.

    Example: litso policy changes 1 --attribute phones
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        trial = policies.get_trial(connection, trial_id)
        listed = policies.changes(
            connection, trial_id, attribute=attribute, after=after, limit=limit, values_only=attribute is None
        )
        found = policy_usecase.samples(connection, _ACTOR, trial, listed)
    if as_json:
        print_json([one._asdict() for one in found])
        return
    for sample in found:
        for name in sample.attributes:
            old, new = ("; ".join(_entry(entry) for entry in side.get(name, ())) for side in sample[2:])
            typer.echo(f"{sample.party_id}\t{name}\t{old or '—'}\t→\t{new or '—'}")


def _entry(entry: dict[str, Any]) -> str:
    return f"{entry['value']} ({entry['source']}, {entry['rule']})"


@app.command()
def apply(trial_id: Id, as_json: Json = False) -> None:
    """Bring a rehearsed policy into force, in journaled chunks. One that was interrupted goes on.

    Example: litso policy apply 1
    """
    with open_store(load_settings()) as store, stages(quiet=as_json) as progress:
        found = policy_apply.apply(store, _ACTOR, trial_id, on_chunk=lambda done, of: progress("publishing", done, of))
    print_json(found._asdict()) if as_json else typer.echo(_outcome(found))


@app.command()
def rollback(trial_id: Id, as_json: Json = False) -> None:
    """Take an applied policy back: the golden records are what they were.

    Example: litso policy rollback 1
    """
    with open_store(load_settings()) as store, stages(quiet=as_json) as progress:
        found = policy_apply.rollback(
            store, _ACTOR, trial_id, on_chunk=lambda done, of: progress("publishing", done, of)
        )
    print_json(found._asdict()) if as_json else typer.echo(_outcome(found))


def report(found: Trial) -> str:
    """A rehearsal in words."""
    figures = found.outlook
    lines = [
        f"rehearsal {found.trial_id}: policy {found.former_policy[:12]} → {found.policy[:12]}",
        f"parties: {figures['parties']}, with other values: {figures['parties_changed']}, "
        f"with other reasons alone: {figures['parties_of_other_origin']}",
        f"{'attribute':<14} {'values':>8} {'reasons':>8}  best value moves",
    ]
    for one in figures["attributes"]:
        moves = (f"{move['now']} → {move['then']} {move['parties']}" for move in one["sources"][:_SHOWN_SOURCES])
        lines.append(f"{one['name']:<14} {one['values']:>8} {one['origins']:>8}  {', '.join(moves)}")
    return "\n".join(
        [
            *lines,
            "",
            f"look at parties: litso policy changes {found.trial_id}",
            f"apply it: litso policy apply {found.trial_id}",
        ]
    )


def _outcome(found: Trial) -> str:
    if found.status == "applied":
        return f"policy {found.policy[:12]} is in force: golden records {found.hash_before} → {found.hash_after}"
    same = "the same as before" if found.hash_restored == found.hash_before else "records arrived in between"
    return (
        f"rehearsal {found.trial_id} is {found.status.replace('_', ' ')}: golden records {found.hash_restored}, {same}"
    )
