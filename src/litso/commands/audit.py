"""`litso audit`: who read and changed what, and whether the chain of it holds."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.errors import BrokenInvariant
from litso.privacy.chain import count_of, head_line
from litso.settings import load_settings
from litso.store import audit_blocks
from litso.store.audit import Entry, Filter
from litso.store.audit_alarms import Thresholds
from litso.store.database import Connection
from litso.usecases import audit_alarms, auditing
from litso.usecases.access import ADMINISTRATOR, COMPLIANCE, Actor

app = typer.Typer(help="The audit: who read and changed what; seal and verify its chain.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Who = Annotated[str | None, typer.Option("--actor", help="Login or name of a program.")]
Party = Annotated[str | None, typer.Option("--party", help="Id of a party.")]
What = Annotated[
    str | None, typer.Option("--action", help="read, change, an action such as reveal or pin.add, or a noun: pin.")
]
Purpose = Annotated[str | None, typer.Option("--purpose", help="Why it was read.")]
Since = Annotated[datetime | None, typer.Option("--since", help="From this moment on, UTC.")]
Until = Annotated[datetime | None, typer.Option("--until", help="Before this moment, UTC.")]
Checks = Annotated[bool, typer.Option("--checks", help="Entries of checks too, which only compliance may see.")]

_AT_ONCE: Final = 10_000


@app.command("list")
def list_entries(
    actor: Who = None,
    party: Party = None,
    action: What = None,
    purpose: Purpose = None,
    since: Since = None,
    until: Until = None,
    checks: Checks = False,
    limit: Annotated[int, typer.Option(min=1, max=_AT_ONCE, help="How many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List entries, the latest first.

    Example: litso audit list --actor anna --action reveal
    """
    wanted = _wanted(actor, party, action, purpose, since, until)
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = auditing.read_trail(connection, _reader(checks), wanted, limit=limit).entries
    if as_json:
        print_json([_document(one) for one in found])
        return
    for one in found:
        told = " ".join(filter(None, (one.object, one.party_id or "", ",".join(one.fields), one.purpose)))
        typer.echo(f"{one.audit_id}\t{one.at:%Y-%m-%d %H:%M:%S}\t{one.actor}\t{one.action}\t{told}")


@app.command()
def export(
    out: Annotated[Path | None, typer.Option(help="A JSONL file; the terminal without it.")] = None,
    actor: Who = None,
    party: Party = None,
    action: What = None,
    purpose: Purpose = None,
    since: Since = None,
    until: Until = None,
    checks: Checks = False,
) -> None:
    """Write all entries as JSON lines, the latest first: ids and field names, never values.

    Example: litso audit export --since 2026-11-01 --out november.jsonl
    """
    wanted = _wanted(actor, party, action, purpose, since, until)
    with open_store(load_settings()) as store, store.transaction() as connection:
        lines = (json.dumps(_document(one), ensure_ascii=False) for one in _all(connection, _reader(checks), wanted))
        if out is None:
            sys.stdout.writelines(f"{line}\n" for line in lines)
            return
        with out.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    typer.echo(f"written: {out}")


@app.command()
def alarms(as_json: Json = False) -> None:
    """Look for who is conspicuous within the last hour, and list open alarms. The worker looks every five minutes.

    Example: litso audit alarms
    """
    with open_store(load_settings()) as store:
        found = audit_alarms.watch(store)
    if as_json:
        print_json([{**one._asdict(), "raised_at": one.raised_at.isoformat()} for one in found])
        return
    for one in found:
        typer.echo(
            f"{one.alarm_id}\t{one.raised_at:%Y-%m-%d %H:%M}\t{one.actor}\t{one.rule}\t{one.measured}/{one.threshold}"
        )


@app.command()
def rule(
    name: Annotated[str | None, typer.Argument(help="Rule whose thresholds are set.")] = None,
    people: Annotated[int, typer.Option(min=0, help="From how many within an hour on, of a user; 0: never.")] = 0,
    programs: Annotated[int, typer.Option(min=0, help="The same of a program.")] = 0,
) -> None:
    """Show the rules of alarms, or set the thresholds of one.

    Example: litso audit rule parties --people 300
    """
    with open_store(load_settings()) as store:
        if name is not None:
            audit_alarms.set_thresholds(store, _reader(False), Thresholds(name, people, programs))
        with store.transaction() as connection:
            found = audit_alarms.thresholds(connection)
    for one in found:
        typer.echo(f"{one.rule}\tpeople {one.people or 'never'}\tprograms {one.programs or 'never'}")


@app.command()
def seal() -> None:
    """Seal what is written so far. The worker does it every second.

    Example: litso audit seal
    """
    with open_store(load_settings()) as store:
        typer.echo(f"rows sealed: {auditing.seal_all(store)}")


@app.command()
def head(as_json: Json = False) -> None:
    """Print the head of the chain: number and hash of its last block. Keep it where nobody can change both.

    Example: litso audit head
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        found, tail = auditing.last_block(connection), audit_blocks.tail(connection)
    line = "" if found is None else head_line(found)
    if as_json:
        print_json({"head": line, "last_id": found.last_id if found else 0, "unsealed": tail.rows})
    else:
        typer.echo(line or "nothing is sealed yet")


@app.command()
def verify(
    first: Annotated[int, typer.Option("--from", min=1, help="Number of the first block.")] = 1,
    last: Annotated[int | None, typer.Option("--to", min=1, help="Number of the last block; the newest.")] = None,
    head: Annotated[str | None, typer.Option(help="A head, or its hash alone, that has to be in the chain.")] = None,
    heads: Annotated[Path | None, typer.Option(help="File with such heads, as LITSO_AUDIT_HEADS has it.")] = None,
    as_json: Json = False,
) -> None:
    """Verify the chain: that no sealed entry was changed, deleted or added. Exit status 3 when it does not hold.

    Example: litso audit verify --heads /var/log/litso/heads
    """
    known = [*(auditing.read_heads(heads) if heads else []), *([auditing.parse_head(head, "--head")] if head else [])]
    with open_store(load_settings()) as store, store.transaction() as connection:
        found, tail = auditing.verify(connection, first=first, last=last, heads=known), audit_blocks.tail(connection)
    if as_json:
        faults = [fault._asdict() for fault in found.faults]
        print_json({"blocks": found.blocks, "rows": found.rows, "unsealed": tail.rows, "faults": faults})
    else:
        oldest = f", the oldest of {tail.oldest:%Y-%m-%d %H:%M:%S}" if tail.oldest else ""
        typer.echo(f"{found.blocks:,} blocks, {found.rows:,} rows; not sealed yet: {tail.rows:,}{oldest}")
        if found.head is not None:
            typer.echo(f"last: {head_line(found.head)} ({count_of(found.head):,} rows)")
        for fault in found.faults:
            rows = f": rows {', '.join(map(str, fault.rows[:20]))}" if fault.rows else ""
            typer.echo(f"block {fault.block_id}: {fault.what}{rows}")
    if found.faults:
        raise BrokenInvariant(f"the audit chain does not hold: {len(found.faults)} faults")


def _wanted(
    actor: str | None,
    party: str | None,
    action: str | None,
    purpose: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Filter:
    return Filter(actor, party, action, purpose, _in_utc(since), _in_utc(until))


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _reader(with_checks: bool) -> Actor:
    return Actor("cli", COMPLIANCE if with_checks else ADMINISTRATOR)


def _document(entry: Entry) -> dict[str, Any]:
    return {**entry._asdict(), "at": entry.at.isoformat()}


def _all(connection: Connection, reader: Actor, wanted: Filter) -> Iterator[Entry]:
    before: int | None = None
    while True:
        trail = auditing.read_trail(connection, reader, wanted, before=before, limit=_AT_ONCE)
        yield from trail.entries
        if (before := trail.following) is None:
            return
