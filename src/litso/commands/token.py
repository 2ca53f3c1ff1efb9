"""`litso token`: tokens of programs that call the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.domain.scope import FIELD_CLASSES, Scope
from litso.settings import load_settings
from litso.store import users
from litso.store.scope import unknown
from litso.store.users import Service
from litso.usecases import programs
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.limiting import standard_scope

app = typer.Typer(help="Tokens of programs that call the API.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Name = Annotated[str, typer.Argument(help="Name of the program.")]
Days = Annotated[int, typer.Option(help="Days until the token expires; 0: never.", min=0, max=programs.LONGEST_DAYS)]

Territory = Annotated[
    list[str] | None, typer.Option(help="Only parties of this place, «region» or «region/city»; may be repeated.")
]
Brand = Annotated[list[str] | None, typer.Option(help="Only parties of sources of this legal entity; may be repeated.")]
FieldClass = Annotated[
    list[str] | None,
    typer.Option("--class", help=f"Only fields of this class ({', '.join(FIELD_CLASSES)}); may be repeated."),
]

_ACTOR: Final = Actor("cli", ADMINISTRATOR)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Name of the program; the audit shows it.")],
    role: Annotated[str, typer.Option(help="One of: " + ", ".join(users.SERVICE_ROLES) + ".")] = "integrator",
    territory: Territory = None,
    brand: Brand = None,
    fields: FieldClass = None,
    days: Days = programs.LIFE_DAYS,
    as_json: Json = False,
) -> None:
    """Make a token for a program and print it: it is shown once. Without limits it sees all that its role sees.

    Example: litso token create desk --role operator --territory "Самарская область/Самара" --class contact
    """
    scope = standard_scope(Scope(tuple(territory or ()), tuple(brand or ()), tuple(fields or ())))
    with open_store(load_settings()) as store:
        token = programs.issue(store, _ACTOR, name, role, days=days, scope=scope)
        with store.transaction() as connection:
            strange = unknown(connection, scope)
    if strange:
        typer.echo(f"no record is of {', '.join(strange)} yet", err=True)
    print_json({"name": name, "role": role, "token": token}) if as_json else typer.echo(token)


@app.command("limit")
def set_limits(name: Name, territory: Territory = None, brand: Brand = None, fields: FieldClass = None) -> None:
    """Limit what a program sees, from its next request on; without an option there is no limit of its kind.

    Example: litso token limit desk --territory "Самарская область"
    """
    scope = Scope(tuple(territory or ()), tuple(brand or ()), tuple(fields or ()))
    with open_store(load_settings()) as store:
        programs.limit(store, _ACTOR, name, scope)
    typer.echo(f"{name}: {standard_scope(scope) or 'no limits'}")


@app.command("list")
def list_tokens(as_json: Json = False) -> None:
    """List programs that have or had a token: role, state, when it expires and when it was used last."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        services = programs.list_programs(connection, _ACTOR)
    now = datetime.now(UTC)
    if as_json:
        print_json([{**service._asdict(), "state": service.state(now)} for service in services])
        return
    for service in services:
        typer.echo("\t".join(_columns(service, now)))


def _columns(service: Service, now: datetime) -> tuple[str, ...]:
    until = f"until {service.expires_at:%Y-%m-%d}" if service.expires_at else "never expires"
    used = f"used {service.used_at:%Y-%m-%d %H:%M}" if service.used_at else "never used"
    is_changing = service.former_until is not None and service.former_until > now
    former = (f"former token until {service.former_until:%Y-%m-%d %H:%M}",) if is_changing else ()
    return (service.name, service.role, service.state(now), until, used, *former, *filter(None, [str(service.scope)]))


@app.command()
def rotate(
    name: Name,
    days: Days = programs.LIFE_DAYS,
    grace_hours: Annotated[
        int, typer.Option(help="Hours for which the former token stays valid beside the new one.", min=0, max=720)
    ] = 24,
    as_json: Json = False,
) -> None:
    """Make a new token for a program and print it; the former one stays valid for a while.

    Example: litso token rotate billing --grace-hours 48
    """
    with open_store(load_settings()) as store:
        token = programs.rotate(store, _ACTOR, name, days=days, grace=timedelta(hours=grace_hours))
    print_json({"name": name, "token": token}) if as_json else typer.echo(token)


@app.command()
def revoke(name: Name) -> None:
    """Shut a program out at once, with both its tokens."""
    with open_store(load_settings()) as store:
        programs.revoke(store, _ACTOR, name)
    typer.echo(f"{name}: revoked")
