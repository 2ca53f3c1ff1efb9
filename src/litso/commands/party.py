"""`litso party`: merge parties, part records from one, take either back."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.domain.record_key import parse_key
from litso.errors import BadUsage
from litso.settings import load_settings
from litso.store import operations as operation_store
from litso.store.operations import Operation
from litso.usecases import bulk_judging, operations
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.operations import Done, Effects, Share

app = typer.Typer(help="Merge parties, part records from one, undo either as a whole.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what it would change.")]

_ACTOR: Final = Actor("cli", ADMINISTRATOR)


@app.command()
def merge(
    parties: Annotated[list[str], typer.Argument(metavar="ID ID...", help="Ids of the parties.")],
    reason: Reason,
    value: Annotated[
        list[str] | None, typer.Option("--value", help="A value to pin, as surname=Юрьева; may be repeated.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Make one party of several.

    Example: litso party merge 0b1f6a52-… 5c2e… --reason "паспорт показан" --value surname=Юрьева
    """
    values = dict(_named(one) for one in value or ())
    with open_store(load_settings()) as store:
        done = operations.merge(store, _ACTOR, parties, reason=reason, values=values, is_rehearsal=dry_run)
    _show(done, as_json)


@app.command()
def split(
    party: Annotated[str, typer.Argument(metavar="ID", help="Id of the party.")],
    records: Annotated[list[str], typer.Argument(metavar="SOURCE:ID...", help="Records to part from the rest.")],
    reason: Reason,
    loosely: Annotated[bool, typer.Option(help="Leave it to evidence whether they are one party.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Part records of a party from the rest.

    Example: litso party split 0b1f6a52-… crm:17 cabinet:4 --reason "тёзка" --dry-run
    """
    keys = [parse_key(one) for one in records]
    with open_store(load_settings()) as store:
        done = operations.split(store, _ACTOR, party, keys, reason=reason, together=not loosely, is_rehearsal=dry_run)
    _show(done, as_json)


@app.command()
def undo(
    operation_id: Annotated[int, typer.Argument(metavar="ID", help="Number of the operation.")], as_json: Json = False
) -> None:
    """Take an operation back as a whole: ids, values, pins and consents are what they were.

    Example: litso party undo 12
    """
    with open_store(load_settings()) as store:
        with store.transaction() as connection:
            found = operation_store.get(connection, operation_id)
        take_back = bulk_judging.undo if found.kind == "bulk" else operations.undo_operation
        done = take_back(store, _ACTOR, operation_id)
    print_json(done._asdict()) if as_json else typer.echo(line_of(done))


def _named(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise BadUsage(f"--value: {name!r} is not of the form attribute=value")
    return name, value


def _show(done: Done, as_json: bool) -> None:
    if as_json:
        effects = done.effects._asdict()
        effects |= {side: [one._asdict() for one in effects[side]] for side in ("before", "after")}
        effects |= {side: [one._asdict() for one in effects[side]] for side in ("narrowed", "returned")}
        print_json({"operation": done.operation and done.operation._asdict(), "effects": effects})
        return
    for line in in_words(done.effects):
        typer.echo(line)
    if done.operation:
        typer.echo(f"{line_of(done.operation)}; undo it: litso party undo {done.operation.operation_id}")


def in_words(effects: Effects) -> list[str]:
    """Effects of an operation, line by line; contacts are not shown."""
    lines = [f"now:  {_share(one)}" for one in effects.before]
    lines += [f"then: {_share(one)}" for one in effects.after]
    lines += [f"id {old} leads to {heir or 'the new party'}" for old, heir in effects.redirected.items()]
    lines += [f"{source}: {count} records change their party" for source, count in effects.systems.items()]
    for word, subjects in (("void", effects.narrowed), ("back", effects.returned)):
        lines += [f"consent {word}: {one.purpose}, {one.channel}, {one.legal_entity}" for one in subjects]
    return lines


def _share(one: Share) -> str:
    counted = f"{one.records} records, {len(one.accounts)} accounts, {one.facts} facts, {one.pins} pins"
    debt = "" if one.debt is None else f", balance {one.debt}"
    return f"{one.party_id or 'a new party'}\t{counted}, {one.allowed} consents{debt}"


def line_of(done: Operation) -> str:
    """An operation in a line."""
    return f"operation {done.operation_id}: {done.kind}, {done.status}"
