"""`litso graph`: who is what to accounts and premises, and since when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Annotated

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.errors import BadUsage
from litso.golden.writ import IDENTIFIER
from litso.settings import load_settings
from litso.usecases import debtors, graph, profiles, relations
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.debtors import Debtor
from litso.usecases.relations import Related

app = typer.Typer(help="Who is what to accounts and premises, and since when.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
On = Annotated[str | None, typer.Option(help="The day asked for, YYYY-MM-DD; today if not given.")]

OWN: Actor = Actor("cli", ADMINISTRATOR)


@app.command()
def refresh(as_json: Json = False) -> None:
    """Work out roles and households anew from all records; loads do it by themselves.

    Example: litso graph refresh
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        size = graph.refresh(connection)
    if as_json:
        print_json(size._asdict())
        return
    typer.echo(
        f"{size.roles:,} roles and {size.households:,} households of {size.members:,} persons, from {size.ties:,} ties"
    )


@app.command()
def account(
    number: Annotated[str, typer.Argument(help="Number of the account, however written.")],
    on: On = None,
    as_json: Json = False,
) -> None:
    """Say who was what to an account on a day, and who owed. The read is logged.

    Example: litso graph account 6314575824 --on 2024-06-01
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = relations.read_account(connection, OWN, number, day_of(on))
    if as_json:
        print_json(asdict(found))
        return
    typer.echo(f"{found.account}, {found.address or 'address unknown'}: balance {found.balance}")
    typer.echo("\n".join(_lines(found.roles)))


@app.command()
def party(
    party_id: Annotated[str, typer.Argument(help="Identifier of the party.")], on: On = None, as_json: Json = False
) -> None:
    """List the roles of a party. The read is logged."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = relations.read_relations(connection, OWN, profiles.current_id(connection, OWN, party_id), day_of(on))
    print_json(asdict(found)) if as_json else typer.echo("\n".join(_lines(found.roles)))


@app.command("debtors")
def list_debtors(
    lacks: Annotated[
        str | None, typer.Option(help="Only who lacks this: " + ", ".join(debtors.needs()) + ".")
    ] = IDENTIFIER,
    everything: Annotated[bool, typer.Option("--all", help="All debtors, whatever is known of them.")] = False,
    min_debt: Annotated[float, typer.Option(help="Smallest debt in roubles.", min=0)] = 0,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=200)] = debtors.PAGE,
    as_json: Json = False,
) -> None:
    """List accounts in debt whose debtor lacks what a court order must say (229-ФЗ), the largest debt first.

    The whole list is an export: litso export ask debtors.

    Example: litso graph debtors --min-debt 5000
    """
    least = Decimal(str(min_debt))
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = debtors.list_debtors(
            connection, OWN, lacks=None if everything else lacks, least=least, limit=limit
        ).items
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        typer.echo("\t".join(_cells(one)))


def _cells(one: Debtor) -> tuple[str, ...]:
    lists = (" ".join(one.lacks), " ".join(one.has))
    return (one.account, str(one.debt), one.name, one.address or "", *lists, one.party_id or "")


def day_of(text: str | None) -> date | None:
    """A day given on the command line."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadUsage("--on must be a day like 2025-11-21") from None


def _lines(found: Iterable[Related]) -> Iterable[str]:
    for one in found:
        span = f"{one.since or '…'} — {one.until or '…'}"
        mark = " " if one.is_present else "×"
        yield f"{mark} {one.role:<9} {span:<25} {one.name}  {one.account or ''}  {one.address or ''} ({one.reason})"
