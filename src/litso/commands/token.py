"""`litso token`: tokens of programs that call the API."""

from __future__ import annotations

from typing import Annotated

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.settings import load_settings
from litso.store import audit, users

app = typer.Typer(help="Tokens of programs that call the API.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Name of the program; the audit shows it.")],
    role: Annotated[str, typer.Option(help="One of: " + ", ".join(users.SERVICE_ROLES) + ".")] = "integrator",
    as_json: Json = False,
) -> None:
    """Make a token for a program and print it: it is shown once."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        audit.acting(connection, "cli")
        token = users.issue_service_token(connection, name, role)
    print_json({"name": name, "role": role, "token": token}) if as_json else typer.echo(token)


@app.command("list")
def list_tokens(as_json: Json = False) -> None:
    """List programs that have or had a token."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        services = users.list_services(connection)
    if as_json:
        print_json([service._asdict() for service in services])
        return
    for service in services:
        state = f"revoked {service.revoked_at:%Y-%m-%d}" if service.revoked_at else "in force"
        typer.echo(f"{service.name}\t{service.role}\t{service.created_at:%Y-%m-%d}\t{state}")


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="Name of the program.")]) -> None:
    """Shut a program out at once."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        audit.acting(connection, "cli")
        users.revoke_service(connection, name)
    typer.echo(f"{name}: revoked")
