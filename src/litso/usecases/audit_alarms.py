"""Alarms about who looks at unusually many parties, or tries numbers and ids one after another.

The audit is the evidence: what an actor did within an hour is counted and held against thresholds. That numbers are
searched one after another is seen while they are searched: the audit keeps no values, so the entry only says it.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

from litso.errors import BadUsage, Conflict, Forbidden
from litso.store import audit_alarms
from litso.store.audit_alarms import Alarm, Thresholds
from litso.store.database import Connection, Store
from litso.usecases.access import Actor, demand

SHIPPED: Final = (
    Thresholds("parties", 200, 0),
    Thresholds("reveals", 60, 0),
    Thresholds("sequence", 20, 50),
    Thresholds("nothing", 100, 2000),
    Thresholds("misses", 20, 500),
)
"""Rules, each a figure of what an actor did within an hour: `litso.store.audit_alarms.Measured`."""

SEQUENCE: Final = "sequence"
"""What the entry of a search says when its number is near the one before it."""

_WINDOW: Final = timedelta(hours=1)
_NEAR: Final = 20
_DIGITS: Final = range(5, 21)
_MOST_KEPT: Final = 10_000
_LONGEST: Final = 500


def thresholds(connection: Connection) -> list[Thresholds]:
    """The thresholds in force, of every rule."""
    changed = {one.rule: one for one in audit_alarms.list_thresholds(connection)}
    return [changed.get(one.rule, one) for one in SHIPPED]


def set_thresholds(store: Store, actor: Actor, wanted: Thresholds) -> None:
    """Set the thresholds of a rule; 0: no alarm."""
    demand(actor, "read_audit")
    if wanted.rule not in {one.rule for one in SHIPPED}:
        raise BadUsage(f"a rule is one of {', '.join(one.rule for one in SHIPPED)}")
    if not 0 <= min(wanted.people, wanted.programs) <= max(wanted.people, wanted.programs) < 2**31:
        raise BadUsage("a threshold is 0, for never, or more")
    with store.transaction() as connection:
        audit_alarms.set_thresholds(connection, wanted, actor.name)


def watch(store: Store, now: datetime | None = None) -> list[Alarm]:
    """Raise alarms about the last hour; answers those that are open."""
    with store.transaction() as connection:
        rules = thresholds(connection)
        for found in audit_alarms.measure(connection, (now or datetime.now(UTC)) - _WINDOW):
            for rule in rules:
                limit, measured = rule.programs if found.is_program else rule.people, getattr(found, rule.rule)
                if 0 < limit <= measured:
                    audit_alarms.raise_alarm(connection, rule.rule, found.actor, measured, limit)
        return audit_alarms.list_open(connection)


def list_open(connection: Connection, actor: Actor) -> list[Alarm]:
    """Open alarms, the latest first."""
    demand(actor, "read_audit")
    return audit_alarms.list_open(connection)


def close(store: Store, actor: Actor, alarm_id: int, reason: str) -> None:
    """Close an alarm with a reason. Conflict when it is closed already, Forbidden for one about oneself."""
    demand(actor, "read_audit")
    if not reason.strip() or len(reason) > _LONGEST:
        raise BadUsage(f"an alarm is closed with a reason of up to {_LONGEST} characters")
    with store.transaction() as connection:
        found = audit_alarms.find_open(connection, alarm_id)
        if found is None:
            raise Conflict(f"alarm {alarm_id} is not open")
        if found.actor == actor.name:
            raise Forbidden("an alarm is closed by somebody else than it is about")
        audit_alarms.close(connection, alarm_id, actor.name, reason.strip())


class Sequences:
    """The last number that each actor searched; of one process, never written down."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def is_next(self, actor: str, typed: str) -> bool:
        """Whether a number is near the one that the actor searched before it; what is no number never is."""
        digits = "".join(filter(str.isdecimal, typed))
        if len(digits) not in _DIGITS or any(sign.isalpha() for sign in typed):
            return False
        number = int(digits)
        with self._lock:
            before = self._last.pop(actor, None)
            self._last[actor] = number
            while len(self._last) > _MOST_KEPT:
                self._last.popitem(last=False)
        return before is not None and 0 < abs(number - before) <= _NEAR
