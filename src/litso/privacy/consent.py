"""Consents: what holds for a party, given the statements that hang on its records.

A statement speaks of a *contact* for one purpose, one legal entity and one channel, not of a person. Each record has
its newest statement on a subject; between records that are merged a refusal wins. So a merge never permits what a
record of the party forbids, and never more than one of its records permits (I7); a split gives each record its own
statements back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

GIVEN: Final = "given"
REFUSED: Final = "refused"
WITHDRAWN: Final = "withdrawn"
STATES: Final = (GIVEN, REFUSED, WITHDRAWN)
"""What a statement says."""
EXPIRED: Final = "expired"
"""What was given until a day that is over."""

PURPOSES: Final = ("processing", "service", "mailing", "marketing", "debt", "survey", "receipt", "transfer")
"""Why a contact is used: one purpose a statement, as the law forbids to ask for several at once."""

PHONE_CHANNELS: Final = ("call", "autocall", "sms", "messenger")
EMAIL_CHANNELS: Final = ("email",)
ANY_CHANNELS: Final = ("push", "post")
CHANNELS: Final = (*PHONE_CHANNELS, *EMAIL_CHANNELS, *ANY_CHANNELS)
"""How a contact is used; a call by a person and one by a machine are two."""

_EVER: Final = datetime.max.replace(tzinfo=UTC)
_ONCE: Final = datetime.min.replace(tzinfo=UTC)


class Subject(NamedTuple):
    """What a statement speaks of: a contact, a purpose, a legal entity and a channel."""

    contact: str
    purpose: str
    legal_entity: str
    channel: str


class Statement(NamedTuple):
    """What somebody said about a subject. record: (source, key) on which it hangs; number: the order of entry.

    said_at: None when it is not known; until: the end of what was given, None without one. All times in UTC.
    """

    number: int
    record: tuple[str, str]
    subject: Subject
    state: str
    said_at: datetime | None
    until: datetime | None
    recorded_at: datetime


class Effective(NamedTuple):
    """What holds for a subject: given, refused, withdrawn or expired, by the statement that decides it.

    overruled: permissions of other records that a refusal makes void.
    """

    state: str
    decided_by: Statement
    overruled: tuple[Statement, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Whether the contact may be used so."""
        return self.state == GIVEN


def effective(statements: Iterable[Statement], at: datetime) -> dict[Subject, Effective]:
    """Subject → what holds at a moment. statements: of all records of a party, in any order."""
    newest: dict[Subject, dict[tuple[str, str], Statement]] = {}
    for statement in sorted(statements, key=_place):
        if statement.state != GIVEN or _said(statement) <= at:
            newest.setdefault(statement.subject, {})[statement.record] = statement
    return {subject: _together(list(by_record.values()), at) for subject, by_record in sorted(newest.items())}


def _said(statement: Statement) -> datetime:
    """When a statement counts from: a permission of an unknown day is the oldest of all, such a refusal is as new as
    its entry."""
    return statement.said_at or (_ONCE if statement.state == GIVEN else statement.recorded_at)


def _place(statement: Statement) -> tuple[datetime, bool, timedelta, int]:
    """The order of the statements of a record; of one moment the one that permits least comes last."""
    until = statement.until or _EVER
    return _said(statement), statement.state != GIVEN, _EVER - until, statement.number


def _together(newest: list[Statement], at: datetime) -> Effective:
    """What the newest statements of several records make together."""
    refusals = [one for one in newest if one.state != GIVEN]
    valid = [one for one in newest if one.state == GIVEN and (one.until is None or one.until > at)]
    if refusals:
        decided = max(refusals, key=_place)
        return Effective(decided.state, decided, tuple(sorted(valid, key=_place)))
    if valid:
        return Effective(GIVEN, max(valid, key=lambda one: (one.until or _EVER, _place(one))))
    return Effective(EXPIRED, max(newest, key=lambda one: (one.until or _EVER, _place(one))))


def allowed(found: Mapping[Subject, Effective]) -> set[Subject]:
    """The subjects that are permitted."""
    return {subject for subject, one in found.items() if one.is_allowed}
