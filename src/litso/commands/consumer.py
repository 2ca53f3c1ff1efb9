"""`litso consumer`: services that are told of parties."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from litso.bootstrap import open_store
from litso.channels.carriers import broker_of
from litso.commands.console import print_json
from litso.domain.scope import FIELD_CLASSES, Scope
from litso.errors import BadUsage, SourceUnusable
from litso.settings import load_settings
from litso.store.consumers import Consumer
from litso.usecases import consumers
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.consumers import Wanted

app = typer.Typer(help="Consuming services: attach, try, pause and replay.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Name = Annotated[str, typer.Argument(help="Name of the consumer.")]

Territory = Annotated[
    list[str] | None, typer.Option(help="Only parties of this place, «region» or «region/city»; repeat.")
]
Brand = Annotated[list[str] | None, typer.Option(help="Only parties of sources of this legal entity; repeat.")]
FieldClass = Annotated[
    list[str] | None, typer.Option("--class", help=f"Only fields of this class ({', '.join(FIELD_CLASSES)}); repeat.")
]

_ACTOR: Final = Actor("cli", ADMINISTRATOR)


@app.command()
def add(
    name: Name,
    purpose: Annotated[str, typer.Option(help="What the service does with what it is told.")],
    webhook: Annotated[
        str, typer.Option(help="Post events to this https:// URL; else the service comes for them.")
    ] = "",
    broker: Annotated[
        str, typer.Option(help="Publish them: nats+tls://host:4222/subject or kafka+tls://host:9092/topic.")
    ] = "",
    credentials_file: Annotated[
        Path | None, typer.Option(help="With --broker: file with user:password; they are kept sealed.")
    ] = None,
    files: Annotated[bool, typer.Option("--files", help="Write them into files of LITSO_HOME/feed/NAME.")] = False,
    field: Annotated[list[str] | None, typer.Option(help="Golden attribute whose values it is told; repeat.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only person, or only organization.")] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Only parties with records of this source, and only its keys; repeat.")
    ] = None,
    attribute: Annotated[
        list[str] | None, typer.Option(help="Of changed parties only those where this changed; repeat.")
    ] = None,
    territory: Territory = None,
    brand: Brand = None,
    fields_of: FieldClass = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="Tell it all that ever happened.")] = False,
    as_json: Json = False,
) -> None:
    """Attach a consumer and print its secret: it is shown once.

    Example: litso consumer add call-centre --purpose "Обзвон должников" --field phones --webhook https://calls.example/hook
    """
    if [bool(webhook), bool(broker), files].count(True) > 1:
        raise BadUsage("choose one delivery: --webhook, --broker or --files")
    wanted = Wanted(
        name=name,
        purpose=purpose,
        delivery=_delivery(webhook, broker, files=files),
        address=webhook or broker,
        credentials=_credentials(credentials_file) if credentials_file else "",
        fields=tuple(field or ()),
        kinds=tuple(kind or ()),
        sources=tuple(source or ()),
        attributes=tuple(attribute or ()),
        from_start=from_start,
        scope=Scope(tuple(territory or ()), tuple(brand or ()), tuple(fields_of or ())),
    )
    settings = load_settings()
    with open_store(settings) as store:
        made = consumers.attach(store, settings, _ACTOR, wanted)
    if as_json:
        print_json({**shown(made.consumer), "secret": made.secret})
        return
    typer.echo(made.secret or f"{made.consumer.name}: attached; try it: litso consumer test {made.consumer.name}")


def _delivery(webhook: str, broker: str, *, files: bool) -> str:
    if files:
        return "files"
    return "webhook" if webhook else broker_of(broker).kind if broker else "pull"


def _credentials(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise BadUsage(f"{path}: the credentials cannot be read") from None


@app.command("list")
def list_consumers(as_json: Json = False) -> None:
    """List consumers with their state, lag and failures."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = consumers.list_consumers(connection, _ACTOR)
    if as_json:
        print_json([shown(one) for one in found])
        return
    for one in found:
        trouble = f"\t! {one.failures} failures in a row" if one.failures else ""
        typer.echo(f"{one.name}\t{one.delivery}\t{one.status}\tlag {one.lag}\tdelivered {one.delivered}{trouble}")


@app.command()
def show(name: Name, as_json: Json = False) -> None:
    """Show a consumer and what happened to it."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        found, log = consumers.read_consumer(connection, _ACTOR, name)
    if as_json:
        print_json({**shown(found), "log": [one._asdict() for one in log]})
        return
    for field, value in shown(found).items():
        typer.echo(f"{field}\t{', '.join(value) if isinstance(value, list) else value}")
    for one in log:
        typer.echo(f"{one.at:%Y-%m-%d %H:%M:%S}\t{one.what}\t{one.change_id or ''}\t{one.told}{one.author}")


@app.command("test")
def send_test(name: Name, as_json: Json = False) -> None:
    """Send a test event and tell what came back. Exit status 3 when it did not accept it."""
    settings = load_settings()
    with open_store(settings) as store:
        answer = consumers.send_test(store, settings, _ACTOR, name)
    print_json(answer._asdict()) if as_json else typer.echo(answer.problem or f"HTTP {answer.status}")
    if not 200 <= answer.status < 300:
        raise SourceUnusable("the consumer did not accept the test event")


@app.command("limit")
def set_limits(name: Name, territory: Territory = None, brand: Brand = None, fields_of: FieldClass = None) -> None:
    """Limit what a consumer is told from now on; without an option there is no limit of its kind.

    Example: litso consumer limit call-centre --territory "Самарская область" --class contact
    """
    scope = Scope(tuple(territory or ()), tuple(brand or ()), tuple(fields_of or ()))
    with open_store(load_settings()) as store:
        typer.echo(f"{name}: {consumers.limit(store, _ACTOR, name, scope).scope or 'no limits'}")


@app.command()
def pause(name: Name) -> None:
    """Deliver nothing until the consumer is resumed; it misses nothing by that."""
    with open_store(load_settings()) as store:
        typer.echo(f"{name}: {consumers.pause(store, _ACTOR, name).status}")


@app.command()
def resume(name: Name) -> None:
    """Deliver again from where it was, also after it was stopped."""
    with open_store(load_settings()) as store:
        typer.echo(f"{name}: {consumers.resume(store, _ACTOR, name).status}")


@app.command()
def replay(
    name: Name, after: Annotated[int, typer.Option(help="Id of an event; 0: from the beginning.", min=0)] = 0
) -> None:
    """Tell a consumer everything after an event again, under the same ids.

    Example: litso consumer replay call-centre --after 0
    """
    with open_store(load_settings()) as store:
        typer.echo(f"{name}: {consumers.replay(store, _ACTOR, name, after).lag} events to come")


@app.command()
def secret(name: Name) -> None:
    """Make a new secret and print it: it is shown once. A webhook is signed by the former one as well for a day."""
    settings = load_settings()
    with open_store(settings) as store:
        typer.echo(consumers.rotate(store, settings, _ACTOR, name).secret)


@app.command()
def remove(name: Name) -> None:
    """Detach a consumer; its secrets are void at once."""
    with open_store(load_settings()) as store:
        consumers.remove(store, _ACTOR, name)
    typer.echo(f"{name}: removed")


def shown(consumer: Consumer) -> dict[str, Any]:
    """A consumer as the program prints it."""
    hidden = ("consumer_id", "beyond", "epoch")
    return {name: value for name, value in consumer._asdict().items() if name not in hidden}
