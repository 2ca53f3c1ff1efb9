"""`litso check`: hold parties against lists; what lists answer is for compliance only."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json, stages
from litso.errors import Forbidden
from litso.settings import load_settings
from litso.store import users
from litso.store.database import Connection
from litso.usecases import checks
from litso.usecases.access import COMPLIANCE, Actor
from litso.usecases.checks import Hit
from litso.usecases.screening import screen

app = typer.Typer(help="Hold parties against lists; hits are for compliance only.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
By = Annotated[
    str, typer.Option("--by", help="Login of an active user with the role of compliance: the read is logged.")
]


@app.command()
def run(
    everything: Annotated[
        bool, typer.Option("--all", help="Hold everything anew, not only what changed since the last run.")
    ] = False,
    by: Annotated[str, typer.Option("--by", help="Who runs it, for the record.")] = "cli",
    as_json: Json = False,
) -> None:
    """Hold what changed, parties and entries of lists, against each other. Loads and new editions do it too.

    Example: litso check run
    """
    with open_store(load_settings()) as store, stages(quiet=as_json) as progress:
        done = screen(store, started_by=by, is_everything=everything, progress=progress)
    if as_json:
        print_json(done._asdict())
        return
    if not done.entries:
        typer.echo("no list is loaded: litso reference load extremists|bankrupts|blacklist|passports FILE")
        return
    typer.echo(f"parties held against all entries: {done.parties:,}")
    for name, held in done.entries.items():
        typer.echo(f"{name}: {'the whole list' if name in done.whole else f'{held:,} entries'} against all parties")
    typer.echo(f"matches: {done.found:,} new, {done.gone:,} no longer")


@app.command()
def status(as_json: Json = False) -> None:
    """Lists, their editions, and how far parties were held against them; no hits.

    Example: litso check status
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        states, pending = checks.list_states(connection)
    if as_json:
        shown = [{name: value for name, value in asdict(one).items() if name != "matches"} for one in states]
        print_json({"lists": shown, "pending": pending})
        return
    for one in states:
        doubts = ", ".join(one.doubts).replace("_", " ") or "fresh"
        typer.echo(
            f"{one.list}\t{one.edition or '-'}\t{one.entries:,} entries\tscreened: {one.screened or '-'}\t{doubts}"
        )
    typer.echo(f"parties changed since: {pending:,}")


@app.command()
def show(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="Identifier of the party.")],
    by: By,
    as_json: Json = False,
) -> None:
    """What each list answers about a party, hits, and risks.

    Example: litso check show 7b0c… --by anna
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = checks.read_checks(connection, _officer(connection, by), party)
    if as_json:
        print_json({**asdict(found), "risks": [_risk(one) for one in found.risks]})
        return
    typer.echo(f"{found.party_id}\t{found.name}")
    for one in found.answers:
        typer.echo(f"{one.list}\t{one.answer}\t{one.edition or '-'}\t{', '.join(one.doubts).replace('_', ' ')}")
    for hit in (*found.hits, *found.linked):
        typer.echo(_line(hit))
    for risk in found.risks:
        typer.echo(f"! {risk.reason}")


def _risk(risk: Any) -> dict[str, Any]:
    return {"code": risk.code, "tone": risk.tone, "reason": risk.reason}


@app.command("list")
def list_hits(
    by: By,
    of_list: Annotated[str | None, typer.Option("--list", help="Only hits of this list.")] = None,
    sure: Annotated[bool, typer.Option("--sure", help="Only hits by number, or by name and day of birth.")] = False,
    decided: Annotated[bool, typer.Option("--decided", help="Decided ones instead of those to decide.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    before: Annotated[int | None, typer.Option(help="Only hits older than this one.")] = None,
    as_json: Json = False,
) -> None:
    """Hits of all parties, the newest first.

    Example: litso check list --by anna --sure
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        page = checks.list_hits(
            connection, _officer(connection, by), of_list=of_list, is_sure=True if sure else None, is_open=not decided,
            before=before, limit=limit,
        )  # fmt: skip
    if as_json:
        print_json({"items": [asdict(one) for one in page.items], "before": page.before})
        return
    for hit in page.items:
        typer.echo(_line(hit))


@app.command()
def decide(
    match: Annotated[int, typer.Argument(metavar="HIT", help="Number of the hit.")],
    verdict: Annotated[str, typer.Argument(help="true, false, or open to take a decision back.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    by: By,
) -> None:
    """Decide whether a hit is true. The decision stays when the list is loaded anew and the entry is the same.

    Example: litso check decide 17 false --reason "другая дата рождения в паспорте" --by anna
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        number = checks.decide(connection, _officer(connection, by), match, verdict=verdict, reason=reason)
    typer.echo(f"decision {number}")


def _officer(connection: Connection, login: str) -> Actor:
    """The active user of the role of compliance with this login."""
    found = next((one for one in users.list_all(connection) if one.login == login.strip().lower()), None)
    if found is None or not found.is_active or found.role != COMPLIANCE:
        raise Forbidden("hits are for active users with the role of compliance: name one with --by")
    return Actor(found.login, found.role, found.name)


def _line(hit: Hit) -> str:
    who = f"{hit.role} {hit.subject}" if hit.subject else hit.name
    said = hit.entry.get("list") or hit.list
    state = hit.verdict or ("open again" if hit.is_reopened else "open")
    why = ", ".join(hit.agrees) + (f"; differs: {', '.join(hit.differs)}" if hit.differs else "")
    entry = f"{hit.list}: {hit.entry.get('name')} ({said})"
    return "\t".join((str(hit.match_id), hit.party_id, who, entry, f"{hit.grade}: {why}", state))
