"""Values on their way back to a source: what is to be changed in one of its rows, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

WRITTEN: Final = "written"
HANDED: Final = "handed"
"""Given to a person in a file; it is in the source when a load brings it."""
CONFLICT: Final = "conflict"
MISSING: Final = "missing"
REFUSED: Final = "refused"
OUTCOMES: Final = (WRITTEN, HANDED, CONFLICT, MISSING, REFUSED)

_ABSENT: Final = frozenset({"", "NULL", "null", "\\N"})


class Change(NamedTuple):
    """A column whose value is to become another one, as texts; None: nothing stands there."""

    attribute: str
    column: str
    before: str | None
    after: str | None


class Task(NamedTuple):
    """A row of a source, named by the columns of its key, and what is to be changed in it."""

    key: Mapping[str, str]
    changes: tuple[Change, ...]


class Outcome(NamedTuple):
    """What became of a task: written, handed, conflict, missing or refused. why: in Russian, without values."""

    what: str
    why: str = ""


class Writer(Protocol):
    """An open way back to a source.

    A row is changed as a whole or not at all, and only while every column still has the value `before`; a row that has
    every value `after` already is written. Transient and SourceUnusable say that no row can be written now.
    """

    def write(self, task: Task) -> Outcome:
        """Change one row."""
        ...

    def close(self) -> None:
        """Let go of the source."""
        ...


def is_same(one: str | None, other: str | None) -> bool:
    """Whether two texts of a column are one value, however an absent one is written."""
    return _present(one) == _present(other)


def _present(text: str | None) -> str | None:
    stripped = (text or "").strip()
    return None if stripped in _ABSENT else stripped


def is_absent(text: str | None) -> bool:
    """Whether a column is empty."""
    return _present(text) is None


def judged(changes: tuple[Change, ...], current: Mapping[str, str | None]) -> Outcome | None:
    """What a look at the row tells before anything is written: None when it may be written."""
    if all(is_same(current[one.column], one.after) for one in changes):
        return Outcome(WRITTEN, "Так уже и было.")
    moved = [one.column for one in changes if not is_same(current[one.column], one.before)]
    if moved:
        return Outcome(CONFLICT, f"В источнике уже другое значение: {', '.join(moved)}.")
    return None
