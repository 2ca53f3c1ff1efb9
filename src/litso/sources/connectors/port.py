"""The port of connectors: what each of them does, and what it hands over.

A connector knows one system and nothing of the store. It is told where it was left and yields pieces, each with the
checkpoint from which everything after it will come. A piece may come again: rows are loaded by key and content, so
that the same row twice changes nothing. So a connector that is cut off anywhere loses nothing. A source that forgets
what it handed over (a queue) is told by `settle`, which comes after the transaction that keeps the pieces.

What a connector raises says what the runner does: Transient is tried again with backoff, SourceUnusable and
Misconfigured stop the source. No message holds a credential or a value of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import pyarrow as pa

FULL: Final = "full"
DELTA: Final = "delta"

UPSERT: Final = "upsert"
"""Rows that are new or changed."""
GONE: Final = "gone"
"""Keys of records that were deleted."""
PRESENT: Final = "present"
"""Keys of records that are there; all pieces of this kind of one run together hold every one."""

Checkpoint = Mapping[str, Any]
"""Where a source was left: JSON values, meaningful to its connector alone. Empty at the beginning."""

Shape = Mapping[str, str]
"""Columns and their types as the source calls them; "" where it does not say."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows in memory: a table of text columns, or objects as JSON has them (numbers as they were written).

    A text among objects is what could not be read as one: it goes to quarantine.

    `origin` is what the ledger calls it, without personal data.
    """

    rows: pa.Table | Sequence[Mapping[str, Any] | str]
    origin: str
    checkpoint: Checkpoint
    shape: Shape = field(default_factory=dict)
    what: str = UPSERT


@dataclass(frozen=True, slots=True)
class File:
    """A file of rows in any format that files have, copied into the landing folder, which is this connector's to fill.

    `marks` say that it was dealt with: the runner remembers them, `Position.known` tells them again. Without a path
    there is nothing to load, only something to remember.
    """

    path: Path | None
    origin: str
    checkpoint: Checkpoint
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something for a person, who gets it as an alarm. told: a Russian sentence without personal data."""

    told: str
    checkpoint: Checkpoint


Piece = Rows | File | Notice


class Position(NamedTuple):
    """Where a source was left. known: which of some marks were dealt with."""

    checkpoint: Checkpoint
    known: Callable[[Collection[str]], Collection[str]]


class Found(NamedTuple):
    """What a look at a source found. about: one Russian sentence for the person who connects it."""

    about: str
    shape: Shape


class Connector(Protocol):
    """An open source. `mode`: full when the pieces of a run are together all that there is, else delta."""

    mode: str

    def check(self) -> Found:
        """Look whether the source can be read, and what it has. Fetches no more than a few rows."""
        ...

    def fetch(self, position: Position, landing: Path) -> Iterator[Piece]:
        """What is new since the position, in bounded memory."""
        ...

    def settle(self) -> None:
        """All pieces that were handed over so far are kept here: the source need not hold them any more."""
        ...

    def close(self) -> None:
        """Let go of the source."""
        ...
