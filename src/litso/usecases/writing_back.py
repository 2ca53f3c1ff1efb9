"""Runs of write-backs: what differs is planned, each row is changed while it is as it was read, its outcome is kept.

    plan → say which values are going to be ours → change the rows → write down what became of each

What is said first and what is known afterwards are transactions of their own, a few rows at a time. A run that is cut
off anywhere is made good by the next one: a row that was changed already is found so.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC
from itertools import islice
from typing import Final, NamedTuple

import msgspec

from litso.channels.http_writer import HttpWriter
from litso.domain.returning import HANDED, WRITTEN, Change, Outcome, Task, Writer, is_absent, is_same
from litso.errors import BadUsage, Conflict, LitsoError
from litso.golden.returning import SURE, Side, golden_side, why_kept
from litso.settings import Settings
from litso.sources.connectors.config import parse_connection
from litso.sources.writers.mysql_writer import MysqlTable
from litso.sources.writers.postgresql_writer import PostgresqlTable
from litso.sources.writers.sql_writer import Opener, SqlWriter, server_of
from litso.store import audit, connections, jobs, writebacks
from litso.store.database import Connection, Store
from litso.store.jobs import Job
from litso.store.sealing import load_box
from litso.store.writebacks import FILE, HTTP, SQL, STANDING, UNDO, WRITE, Difference, Row, Run, Writeback
from litso.usecases.access import ADMINISTRATOR, Actor, demand, sight_of
from litso.usecases.collecting import mapping_of
from litso.usecases.handing_out import FileWriter
from litso.usecases.writebacks import folder_of, log_shown, seen_task

_LOG: Final = logging.getLogger("litso.writeback")
_AT_ONCE: Final = 100
_TABLES: Final[Mapping[str, Opener]] = {"postgresql": PostgresqlTable, "mysql": MysqlTable}

JOB: Final = "write-back"

DECLINED: Final = "declined"
"""The source has got rid of this very value once: it is not written again."""
TRIED: Final = "tried"
"""It was tried with this version of the record, and failed."""


class Planned(NamedTuple):
    """A row that would be changed, and the record that it is known by."""

    found: Difference
    task: Task


class Proposal(NamedTuple):
    """A row of the source that would be changed, and whose it is."""

    source_id: str
    party_id: str
    task: Task


class Plan(NamedTuple):
    """What a run would do: its first rows, how many there are in all, and how many values would be left alone, by
    reason."""

    rows: list[Proposal]
    total: int
    kept: dict[str, int]


# Planning -------------------------------------------------------------------------------------------------------


def rehearse(store: Store, actor: Actor, name: str, *, limit: int = 100, purpose: str | None = None) -> Plan:
    """What a run would change now, as the actor may see it; nothing is written and the source is not asked.

    `tasks`: (source key, party, task) of the first rows. The read of the values is in the audit first.
    """
    demand(actor, "manage_consumers")
    sight, logged = sight_of(actor, purpose)
    kept: Counter[str] = Counter()
    with store.transaction() as connection:
        found = writebacks.get(connection, name)
        key = mapping_of(connection, found.source).key
        planned = _planned(connection, found, key, kept)
        shown = [
            Proposal(one.found.source_id, one.found.party_id, seen_task(one.task, sight))
            for one in islice(planned, limit)
        ]
        total = len(shown) + sum(1 for _ in planned)
        log_shown(connection, actor, found, len(shown), logged)
    return Plan(shown, total, dict(kept))


def _planned(
    connection: Connection, of: Writeback, key: Sequence[str], kept: Counter[str], *, again: bool = False
) -> Iterator[Planned]:
    """Rows that are to be changed; `kept` counts the values that stay, by reason.

    again: also what failed before, though the record has not changed since.
    """
    for found in writebacks.differences(connection, of.source, of.fields, of.kinds):
        payload = msgspec.json.decode(found.payload, type=dict[str, str])
        changes = [
            change
            for attribute, column in of.fields.items()
            if (change := _change(of, found, payload, attribute, column, kept)) is not None
        ]
        if not changes or any(is_absent(payload.get(column)) for column in key):
            continue
        if not again and found.tried == [one._asdict() for one in changes]:
            kept[TRIED] += len(changes)
            continue
        yield Planned(found, Task({column: payload[column] for column in key}, tuple(changes)))


def _change(
    of: Writeback, found: Difference, payload: Mapping[str, str], attribute: str, column: str, kept: Counter[str]
) -> Change | None:
    """What is to become of one column, None when it stays."""
    golden, own = found.golden[attribute], payload.get(column)
    ours = [one for one in found.ours.get(column, ()) if one[1] in (STANDING, writebacks.HANDED)]
    if golden is None:
        return None
    if not ours and found.has[attribute]:
        return None
    current = ours[-1][0] if ours else own
    if is_same(current, golden):
        return None
    if (column, golden) in found.declined:
        kept[DECLINED] += 1
        return None
    if not ours and (why := why_kept(of.rule, _own_side(found, attribute, own), golden_side(found.origins[attribute]))):
        kept[why] += 1
        return None
    is_there = not ours or ours[-1][1] == STANDING
    return Change(attribute, column, current if is_there else own, golden)


def _own_side(found: Difference, attribute: str, text: str | None) -> Side | None:
    if is_absent(text):
        return None
    at = found.updated_at.astimezone(UTC).replace(tzinfo=None) if found.updated_at else None
    return Side(found.qc[attribute] in SURE, at)


# Running --------------------------------------------------------------------------------------------------------


def run(
    store: Store, settings: Settings, actor: Actor, name: str, *, limit: int | None = None, again: bool = False
) -> Run:
    """Return what is to be returned. Conflict when it is paused or running already.

    limit: rows at most. A fault of the source as a whole ends the run as failed and is raised; what was done is kept.
    """
    demand(actor, "manage_consumers")
    with _alone(store, name) as (connection, of):
        if of.status != writebacks.ACTIVE:
            raise Conflict(f"write-back {name!r} is paused: litso writeback resume {name}")
        _make_good(connection, settings, of)
        with connection.transaction():
            run_id = writebacks.begin_run(connection, of.writeback_id, actor.name)
        kept: Counter[str] = Counter()
        with _ending(connection, run_id, kept), closing(_writer(connection, settings, of, run_id)) as writer:
            with store.transaction() as reading:
                key = mapping_of(reading, of.source).key
                planned = _planned(reading, of, key, kept, again=again)
                chosen = islice(planned, limit)
                while some := list(islice(chosen, _AT_ONCE)):
                    _write_some(connection, of, run_id, writer, some)
            _hand_out(connection, WRITE, writer, run_id)
        return writebacks.get_run(connection, of.writeback_id, run_id)


def _write_some(connection: Connection, of: Writeback, run_id: int, writer: Writer, planned: Sequence[Planned]) -> None:
    """Say what is going to be ours, change the rows, and write down what became of them."""
    rows = []
    with connection.transaction():
        for found, task in planned:
            row_id = writebacks.add_row(connection, run_id, of.source, found, task)
            payload = msgspec.json.decode(found.payload, type=dict[str, str])
            writebacks.intend(connection, row_id, of.source, found, task.changes, payload)
            rows.append((row_id, task))
        _log_sent(connection, of, [(one.found.party_id, one.task, one.found.golden_version) for one in planned])
    for row_id, task in rows:
        _carry_out(connection, WRITE, writer, row_id, task)


def _log_sent(connection: Connection, of: Writeback, sent: Sequence[tuple[str, Task, int]]) -> None:
    """Write which values of whom go to the source: (party, task, version of its golden record)."""
    read = [(party, [one.attribute for one in task.changes], version) for party, task, version in sent]
    audit.write_many(connection, actor=f"writeback {of.name}", action="return", purpose=of.purpose, read=read)


def _carry_out(connection: Connection, what: str, writer: Writer, row_id: int, task: Task) -> None:
    """Change a row. One that goes into a file has no outcome before the file is there."""
    outcome = writer.write(task)
    if outcome.what != HANDED:
        with connection.transaction():
            _settle(connection, what, row_id, outcome)


def _settle(connection: Connection, what: str, row_id: int, outcome: Outcome) -> None:
    states = {WRITTEN: STANDING, HANDED: writebacks.HANDED}
    writebacks.settle(connection, row_id, outcome, states.get(outcome.what))
    if what == UNDO and outcome.what in states:
        writebacks.take_back(connection, row_id)


def _make_good(connection: Connection, settings: Settings, of: Writeback) -> None:
    """Finish runs that were cut off: rows that were begun are done again, and found done where they are."""
    for run_id in writebacks.unfinished(connection, of.writeback_id):
        former = writebacks.get_run(connection, of.writeback_id, run_id)
        with closing(_writer(connection, settings, of, run_id)) as writer:
            for row in _rows(connection, run_id, "sending"):
                _carry_out(connection, former.what, writer, row.row_id, row.task)
            _hand_out(connection, former.what, writer, run_id)
        if former.status == "running":
            told = "Прерван; доведён до конца следующим запуском."
            with connection.transaction():
                writebacks.end_run(connection, run_id, "failed", former.kept, told)


def _hand_out(connection: Connection, what: str, writer: Writer, run_id: int) -> None:
    """Let a file appear, whole, if the way is one and it has rows."""
    if not isinstance(writer, FileWriter) or not (name := writer.publish()):
        return
    with connection.transaction():
        writebacks.set_file(connection, run_id, name)
        for row in _rows(connection, run_id, "sending"):
            _settle(connection, what, row.row_id, Outcome(HANDED))


def _rows(connection: Connection, run_id: int, outcome: str | None = None) -> Iterator[Row]:
    """All rows of a run, or those that came to one end, in order."""
    after = 0
    while rows := writebacks.rows(connection, run_id, outcome=outcome, after=after, limit=_AT_ONCE):
        after = rows[-1].row_id
        yield from rows


@contextmanager
def _alone(store: Store, name: str) -> Iterator[tuple[Connection, Writeback]]:
    """A session that alone runs the write-back."""
    with store.session() as connection:
        with connection.transaction():
            of = writebacks.get(connection, name)
        if not writebacks.try_lock(connection, of.writeback_id):
            raise Conflict(f"write-back {name!r} is running already")
        yield connection, of


@contextmanager
def _ending(connection: Connection, run_id: int, kept: Counter[str]) -> Iterator[None]:
    """Close the run, whatever becomes of it."""
    try:
        yield
    except LitsoError as error:
        _LOG.error("write-back run %d failed: %s", run_id, error)
        with connection.transaction():
            writebacks.end_run(connection, run_id, "failed", kept, str(error))
        raise
    with connection.transaction():
        writebacks.end_run(connection, run_id, "done", kept)


def _writer(connection: Connection, settings: Settings, of: Writeback, run_id: int) -> Writer:
    """The way back, open."""
    with connection.transaction():
        if of.way == FILE:
            key = mapping_of(connection, of.source).key
            return FileWriter(folder_of(settings, of.name), f"{of.source}-{run_id}", of.place, key, of.fields)
        if of.way == HTTP:
            token = writebacks.token(connection, load_box(settings), of.writeback_id) if of.has_token else ""
            return HttpWriter(of.place, of.method, token, settings.allowed_networks)
        assert of.way == SQL
        spec = connections.get(connection, of.source).spec
    described = parse_connection(spec, f"connection of {of.source}")
    return SqlWriter(_TABLES[described.kind], server_of(described)[0], of.place)


# By the worker --------------------------------------------------------------------------------------------------


def ask(store: Store, actor: Actor, name: str, *, undoes: int | None = None) -> None:
    """Let a worker run it, or take a run back, as soon as it can. Conflict when it is paused."""
    demand(actor, "manage_consumers")
    with store.transaction() as connection:
        of = writebacks.get(connection, name)
        if undoes is not None:
            _undoable(connection, of, undoes)
        elif of.status != writebacks.ACTIVE:
            raise Conflict(f"write-back {name!r} is paused: litso writeback resume {name}")
        jobs.ask(connection, JOB, {"name": name, "undoes": undoes}, key=name, asked_by=actor.name)


def work(store: Store, settings: Settings, job: Job) -> None:
    """A run that somebody asked for."""
    actor, name, undoes = Actor(job.asked_by, ADMINISTRATOR), job.arguments["name"], job.arguments["undoes"]
    if undoes is None:
        run(store, settings, actor, name)
    else:
        undo(store, settings, actor, name, undoes)


def ask_for_due(store: Store) -> None:
    """Ask for runs of those that run by themselves."""
    with store.transaction() as connection:
        for name in writebacks.due(connection):
            jobs.ask(connection, JOB, {"name": name, "undoes": None}, key=name, asked_by="schedule")


# Taking back ----------------------------------------------------------------------------------------------------


def undo(store: Store, settings: Settings, actor: Actor, name: str, run_id: int) -> Run:
    """Take back what a run wrote, where the source still has it; answers the run that does it, with its outcomes."""
    demand(actor, "manage_consumers")
    with _alone(store, name) as (connection, of):
        _make_good(connection, settings, of)
        former = _undoable(connection, of, run_id)
        with connection.transaction():
            undoing = writebacks.begin_run(connection, of.writeback_id, actor.name, what=UNDO, undoes=run_id)
        with _ending(connection, undoing, Counter()), closing(_writer(connection, settings, of, undoing)) as writer:
            for row in _written_rows(connection, former):
                if (task := _undoing(connection, row)) is None:
                    continue
                with connection.transaction():
                    row_id = writebacks.add_undoing_row(connection, undoing, row, task)
                    _log_sent(connection, of, [(row.party_id, task, 0)])
                _carry_out(connection, UNDO, writer, row_id, task)
            _hand_out(connection, UNDO, writer, undoing)
        return writebacks.get_run(connection, of.writeback_id, undoing)


def rehearse_undo(
    store: Store, actor: Actor, name: str, run_id: int, *, limit: int = 100, purpose: str | None = None
) -> Plan:
    """What undoing a run would change, as the actor may see it: every row that it wrote and that is still ours."""
    demand(actor, "manage_consumers")
    sight, logged = sight_of(actor, purpose)
    with store.transaction() as connection:
        of = writebacks.get(connection, name)
        former = _undoable(connection, of, run_id)
        found = [(row, task) for row in _written_rows(connection, former) if (task := _undoing(connection, row))]
        log_shown(connection, actor, of, min(len(found), limit), logged)
    shown = [Proposal(row.source_id, row.party_id, seen_task(task, sight)) for row, task in found[:limit]]
    return Plan(shown, len(found), {})


def _undoable(connection: Connection, of: Writeback, run_id: int) -> Run:
    former = writebacks.get_run(connection, of.writeback_id, run_id)
    if former.what == UNDO:
        raise BadUsage("a run that took something back is not undone: run the write-back again")
    return former


def _written_rows(connection: Connection, former: Run) -> Iterator[Row]:
    """Rows that a run wrote or handed out, in order."""
    return (row for row in _rows(connection, former.run_id) if row.outcome in (WRITTEN, HANDED))


def _undoing(connection: Connection, row: Row) -> Task | None:
    """What takes a row back, as far as its values are the last ones of ours; None when none is."""
    live = writebacks.live_columns(connection, row.row_id)
    changes = tuple(one._replace(before=one.after, after=one.before) for one in row.task.changes if one.column in live)
    return Task(row.key, changes) if changes else None
