"""Write-backs: programmes that return chosen golden values to a source. Attach one, look at it, pause it, detach it.

Like a consumer, a programme has a purpose and is limited to the attributes that were chosen for it; every value that
goes out is in the audit first, with that purpose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from litso.channels.http_writer import METHODS, demand_template
from litso.domain.returning import Change, Task
from litso.errors import BadUsage, Misconfigured, NotFound
from litso.golden.returning import RETURNABLE, RULES
from litso.settings import Settings
from litso.sources.connectors.config import Connection as Described
from litso.sources.connectors.config import parse_connection
from litso.sources.mapping import Column
from litso.sources.mapping import Mapping as SourceMapping
from litso.sources.writers.sql_writer import server_of
from litso.store import audit, connections, writebacks
from litso.store.database import Connection, Store
from litso.store.sealing import is_available, load_box
from litso.store.writebacks import FILE, HTTP, WAYS, Row, Run, Writeback
from litso.usecases.access import Actor, demand, demand_class, sight_of
from litso.usecases.collecting import mapping_of
from litso.usecases.masking import DOT, Sight, class_of, is_left_out, masked_original

CSV: Final = "csv"
XLSX: Final = "xlsx"
FORMATS: Final = (XLSX, CSV)
KINDS: Final = ("person", "organization")
ROWS_SHOWN: Final = 100

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
_TABLE: Final = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_LONGEST_PURPOSE: Final = 500
_LONGEST_TOKEN: Final = 4000
_LONGEST_PERIOD: Final = 100_000
_GIVEN: Final = {"phones": "phone", "emails": "email"}
"""Golden attributes that mappings call by another name."""


class Wanted(NamedTuple):
    """A write-back as somebody attaches it.

    fields: golden attribute → column of the source, "" for the one that the mapping reads it from. place: the table of
    a database ("": the one that is read), the address with {columns of the key} of a service, xlsx or csv. method: of a
    service, PATCH or PUT. token: how it lets us in; it is sealed and never shown. every: minutes between runs by the
    worker; None: it runs when somebody asks.
    """

    name: str
    source: str
    purpose: str
    way: str
    fields: Mapping[str, str]
    rule: str = "empty"
    place: str = ""
    method: str = ""
    token: str = ""
    kinds: tuple[str, ...] = ()
    every: int | None = None


def attach(store: Store, settings: Settings, actor: Actor, wanted: Wanted) -> Writeback:
    """Add a write-back; BadUsage says what is wrong with it, Conflict that the name is taken."""
    demand(actor, "manage_consumers")
    for attribute in wanted.fields:
        if (kind := class_of(attribute)) is not None:
            demand_class(actor, kind)
    with store.transaction() as connection:
        mapping = mapping_of(connection, wanted.source)
        described = _described(connection, wanted.source)
        _check(settings, wanted)
        place = _place(settings, wanted, mapping, described)
        audit.acting(connection, actor.name)
        number = writebacks.add(
            connection,
            name=wanted.name,
            source=wanted.source,
            purpose=wanted.purpose.strip(),
            way=wanted.way,
            place=place,
            method=(wanted.method or METHODS[0]) if wanted.way == HTTP else "",
            fields={name: _column(mapping, name, column) for name, column in wanted.fields.items()},
            rule=wanted.rule,
            kinds=wanted.kinds,
            every=wanted.every,
            created_by=actor.name,
        )
        if wanted.token:
            writebacks.set_token(connection, load_box(settings), number, wanted.token)
        return writebacks.get(connection, wanted.name)


def _check(settings: Settings, wanted: Wanted) -> None:
    if not _NAME.fullmatch(wanted.name):
        raise BadUsage("the name of a write-back has 2 to 63 small Latin letters, digits and hyphens")
    if not 0 < len(wanted.purpose.strip()) <= _LONGEST_PURPOSE:
        raise BadUsage(f"say why the values go there: 1 to {_LONGEST_PURPOSE} characters")
    if wanted.way not in WAYS:
        raise BadUsage(f"a way back is one of {', '.join(WAYS)}")
    if wanted.every is not None and not 0 < wanted.every <= _LONGEST_PERIOD:
        raise BadUsage(f"a write-back runs every 1 to {_LONGEST_PERIOD} minutes")
    if wanted.rule not in RULES:
        raise BadUsage(f"a conflict rule is one of {', '.join(RULES)}")
    if not set(wanted.kinds) <= set(KINDS):
        raise BadUsage(f"a kind of party is one of {', '.join(KINDS)}")
    if not wanted.fields:
        raise BadUsage("choose at least one attribute to return")
    for name in wanted.fields:
        if name not in RETURNABLE:
            raise BadUsage(f"{name} cannot be returned; these can: {', '.join(RETURNABLE)}")
    if wanted.token and (wanted.way != HTTP or not wanted.token.isascii() or not wanted.token.isprintable()):
        raise BadUsage("a token is for a service: printable ASCII characters")
    if len(wanted.token) > _LONGEST_TOKEN:
        raise BadUsage(f"a token has at most {_LONGEST_TOKEN} characters")
    if wanted.token and not is_available(settings):
        raise BadUsage("a token needs LITSO_SECRET_KEY_FILE: its key seals it")


def _described(connection: Connection, source: str) -> Described | None:
    found = connections.find(connection, source)
    return parse_connection(found.spec, f"connection of {source}") if found else None


def _place(settings: Settings, wanted: Wanted, mapping: SourceMapping, described: Described | None) -> str:
    """Where the values go, checked."""
    if wanted.method and (wanted.way != HTTP or wanted.method not in METHODS):
        raise BadUsage(f"the method of a service is one of {', '.join(METHODS)}")
    if wanted.way == FILE:
        if (wanted.place or XLSX) not in FORMATS:
            raise BadUsage(f"a file is one of {', '.join(FORMATS)}")
        return wanted.place or XLSX
    if wanted.way == HTTP:
        demand_template(wanted.place, mapping.key, settings.allowed_networks)
        return wanted.place
    if described is None:
        raise BadUsage(f"the source {wanted.source!r} is not connected: litso source connect FILE.yaml")
    try:
        table = wanted.place or server_of(described)[1].table
    except Misconfigured as error:
        raise BadUsage(str(error)) from None
    if not table:
        raise BadUsage("the source is read by a query: name the table that is to be written")
    if not _TABLE.fullmatch(table):
        raise BadUsage("this is no name of a table")
    return table


def _column(mapping: SourceMapping, attribute: str, column: str) -> str:
    """The column that holds the attribute alone; BadUsage when the mapping reads it from no such one."""
    operands = mapping.attributes.get(_GIVEN.get(attribute, attribute), ())
    read = [one.name for one in operands if isinstance(one, Column)]
    is_alone = attribute in _GIVEN or len(operands) == 1
    if not read or not is_alone:
        raise BadUsage(f"{attribute}: the mapping of {mapping.source} reads it from no column of its own")
    chosen = column or read[0]
    if chosen not in read:
        raise BadUsage(f"{attribute}: the mapping reads it from {', '.join(read)}")
    told = {mapping.updated_at, mapping.deleted.column if mapping.deleted else None, *mapping.key}
    others = [name for name, given in mapping.attributes.items() if Column(chosen) in given]
    if chosen in told or len(others) > 1:
        raise BadUsage(f"{attribute}: the column {chosen} tells something else as well")
    return chosen


def fields_of(mapping: SourceMapping) -> dict[str, list[str]]:
    """Golden attributes that can be returned to a source, and the columns that could take each."""
    found: dict[str, list[str]] = {}
    for attribute in RETURNABLE:
        columns = [one.name for one in mapping.attributes.get(_GIVEN.get(attribute, attribute), ())
                   if isinstance(one, Column)]  # fmt: skip
        for column in columns:
            try:
                found.setdefault(attribute, []).append(_column(mapping, attribute, column))
            except BadUsage:
                continue
    return {name: columns for name, columns in found.items() if columns}


# Looking after them ---------------------------------------------------------------------------------------------


def list_writebacks(connection: Connection, actor: Actor) -> list[Writeback]:
    """Every write-back, by name."""
    demand(actor, "manage_consumers")
    return writebacks.list_all(connection)


def read_writeback(connection: Connection, actor: Actor, name: str) -> tuple[Writeback, list[Run]]:
    """A write-back and its last runs, the latest first."""
    demand(actor, "manage_consumers")
    found = writebacks.get(connection, name)
    return found, writebacks.runs(connection, found.writeback_id)


class RunPage(NamedTuple):
    """A run and rows of it, in order, as the actor may see their values."""

    run: Run
    rows: list[Row]


def read_run(
    connection: Connection, actor: Actor, name: str, run_id: int, *, outcome: str | None = None, after: int = 0,
    limit: int = ROWS_SHOWN, purpose: str | None = None,
) -> RunPage:  # fmt: skip
    """What became of the rows of a run; the read of their values is in the audit first."""
    demand(actor, "manage_consumers")
    sight, logged = sight_of(actor, purpose)
    found = writebacks.get(connection, name)
    run = writebacks.get_run(connection, found.writeback_id, run_id)
    rows = writebacks.rows(connection, run_id, outcome=outcome, after=after, limit=limit)
    log_shown(connection, actor, found, len(rows), logged)
    return RunPage(run, [row._replace(changes=[_seen(one, sight) for one in row.changes]) for row in rows])


def _seen(change: dict[str, Any], sight: Sight) -> dict[str, Any]:
    """A change as a sight shows it."""
    name = change["attribute"]
    texts = (change["before"], change["after"])
    if is_left_out(name, sight):
        return {**change, "before": texts[0] and DOT, "after": texts[1] and DOT}
    before, after = (text and masked_original(name, text, sight, "person") for text in texts)
    return {**change, "before": before, "after": after}


def seen_task(task: Task, sight: Sight) -> Task:
    """A task as a sight shows it."""
    return task._replace(changes=tuple(Change(**_seen(one._asdict(), sight)) for one in task.changes))


def log_shown(connection: Connection, actor: Actor, found: Writeback, count: int, purpose: str) -> None:
    """Write that somebody sees values that went back, or would."""
    audit.write(
        connection, actor=actor.name, action="records", object=f"writeback {found.name}", fields=sorted(found.fields),
        purpose=purpose, found=count,
    )  # fmt: skip


def pause(store: Store, actor: Actor, name: str) -> Writeback:
    """Run it no more until it is resumed."""
    return _set_status(store, actor, name, writebacks.PAUSED)


def resume(store: Store, actor: Actor, name: str) -> Writeback:
    """Let it run again."""
    return _set_status(store, actor, name, writebacks.ACTIVE)


def _set_status(store: Store, actor: Actor, name: str, status: str) -> Writeback:
    demand(actor, "manage_consumers")
    with store.transaction() as connection:
        found = writebacks.get(connection, name)
        audit.acting(connection, actor.name)
        writebacks.set_status(connection, found.writeback_id, status)
        return writebacks.get(connection, name)


def remove(store: Store, actor: Actor, name: str) -> None:
    """Detach a write-back. What it wrote stays in the source, and is known as ours for as long as it stands there."""
    demand(actor, "manage_consumers")
    with store.transaction() as connection:
        found = writebacks.get(connection, name)
        audit.acting(connection, actor.name)
        writebacks.remove(connection, found.writeback_id)


def folder_of(settings: Settings, name: str) -> Path:
    """Where the files of a write-back are handed out."""
    return settings.home / "writeback" / name


def file_of(store: Store, settings: Settings, actor: Actor, name: str, run_id: int) -> Path:
    """The file that a run handed out; NotFound when it is not on this machine. Taking it is in the audit first."""
    demand(actor, "manage_consumers")
    with store.transaction() as connection:
        found = writebacks.get(connection, name)
        run = writebacks.get_run(connection, found.writeback_id, run_id)
        path = folder_of(settings, name) / run.file_name
        if not run.file_name or not path.is_file():
            raise NotFound(f"the file of run {run_id} is not on this machine")
        audit.write(
            connection, actor=actor.name, action="export", object=f"writeback {name}", fields=sorted(found.fields),
            purpose=found.purpose, found=run.handed,
        )  # fmt: skip
    return path
