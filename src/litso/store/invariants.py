"""Invariants of ARCHITECTURE section 3 as questions to the store: how many entries break each of them."""

from __future__ import annotations

from typing import Final, NamedTuple

from litso.store.database import Connection, scalar
from litso.store.queries import statements

INVARIANTS: Final = {
    "I1": "every live source record belongs to exactly one party",
    "I2": "no party without records, except those made by hand",
    "I5": "a veto is never violated",
    "I6": "rows in = stored + unchanged + quarantined + erased",
    "I12": "a golden value comes from a source record of its party or from a pin",
}


class Finding(NamedTuple):
    """An invariant, what it says, and how many entries break it."""

    invariant: str
    meaning: str
    violations: int


def check_invariants(connection: Connection) -> list[Finding]:
    """Count the violations of each invariant that the store alone can tell. Reads every table once."""
    return [
        Finding(name, meaning, int(scalar(connection, statements("invariants")[name.lower()])))
        for name, meaning in INVARIANTS.items()
    ]
