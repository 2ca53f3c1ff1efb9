"""Alarms about actors who are conspicuous in the audit, and the thresholds from which on they are."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from litso.store.database import Connection, row_of, rows_of
from litso.store.queries import statements


class Measured(NamedTuple):
    """What an actor did: parties shown and shown in full, numbers searched one after another, searches that found
    nothing, and parties asked for that do not exist."""

    actor: str
    is_program: bool
    parties: int
    reveals: int
    sequence: int
    nothing: int
    misses: int


class Alarm(NamedTuple):
    """An open alarm."""

    alarm_id: int
    rule: str
    actor: str
    measured: int
    threshold: int
    raised_at: datetime


class Thresholds(NamedTuple):
    """From how many on a rule raises an alarm about people and about programs; 0: never."""

    rule: str
    people: int
    programs: int


def measure(connection: Connection, since: datetime) -> list[Measured]:
    """What each actor did since a moment, and since their last alarm was closed."""
    return rows_of(connection, Measured, statements("audit_alarms")["measure"], {"since": since})


def raise_alarm(connection: Connection, rule: str, actor: str, measured: int, threshold: int) -> None:
    """Open an alarm, or write down that an open one grew."""
    row = {"rule": rule, "actor": actor, "measured": measured, "threshold": threshold}
    connection.execute(statements("audit_alarms")["raise"], row)


def list_open(connection: Connection) -> list[Alarm]:
    """Open alarms, the latest first."""
    return rows_of(connection, Alarm, statements("audit_alarms")["open"])


def find_open(connection: Connection, alarm_id: int) -> Alarm | None:
    """An open alarm."""
    return row_of(connection, Alarm, statements("audit_alarms")["get_open"], {"alarm_id": alarm_id})


def close(connection: Connection, alarm_id: int, closed_by: str, reason: str) -> None:
    """Close an alarm: what was done until now does not raise it again."""
    parameters = {"alarm_id": alarm_id, "closed_by": closed_by, "reason": reason}
    connection.execute(statements("audit_alarms")["close"], parameters)


def list_thresholds(connection: Connection) -> list[Thresholds]:
    """Thresholds that were set."""
    return rows_of(connection, Thresholds, statements("audit_alarms")["rules"])


def set_thresholds(connection: Connection, wanted: Thresholds, author: str) -> None:
    """Set the thresholds of a rule."""
    connection.execute(statements("audit_alarms")["set_rule"], {**wanted._asdict(), "author": author})
