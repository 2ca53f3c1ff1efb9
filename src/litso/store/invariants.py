"""Invariants of ARCHITECTURE section 3 as questions to the store: how many entries break each of them."""

from __future__ import annotations

from typing import Final, NamedTuple

from litso.store import pins
from litso.store.audit_blocks import verify
from litso.store.database import Connection, scalar
from litso.store.queries import statements

INVARIANTS: Final = {
    "I1": "every live source record belongs to exactly one party",
    "I2": "no party without records, except those made by hand",
    "I5": "a veto is never violated",
    "I6": "rows in = stored + unchanged + quarantined + erased",
    "I11": "the audit chain verifies",
    "I12": "a golden value comes from a source record of its party or from a pin",
    "A1": "brands and places by which limits are told are those of the records",
}


class Finding(NamedTuple):
    """An invariant, what it says, and how many entries break it."""

    invariant: str
    meaning: str
    violations: int


def check_invariants(connection: Connection) -> list[Finding]:
    """Count the violations of each invariant that the store alone can tell. Reads every table once."""
    counted = [name for name in INVARIANTS if name != "I11"]
    found = {name: int(scalar(connection, statements("invariants")[name.lower()])) for name in counted}
    found["I11"] = len(verify(connection).faults)
    found["I12"] += _stray_pins(connection)
    return [Finding(name, meaning, found[name]) for name, meaning in INVARIANTS.items()]


def _stray_pins(connection: Connection) -> int:
    """Pins in golden records of parties that do not hold them, and pins that their party does not show."""
    shown = set(connection.execute(statements("invariants")["i12_pins"]).fetchall())
    holders: dict[tuple[str | None, str], int] = {}
    for pin in sorted(pins.held(connection), key=lambda pin: (pin.pinned_at, pin.pin_id)):
        holders[pin.party_id, pin.attribute] = pin.pin_id
    living = {row[0] for row in connection.execute(statements("invariants")["i12_living"], {
        "ids": [party for party, _ in holders if party]}).fetchall()}  # fmt: skip
    return len(shown ^ {(party, pin_id) for (party, _), pin_id in holders.items() if party in living})
