"""How golden records of a party differ: by attribute, with the records and rules behind the values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Entries = Sequence[Mapping[str, Any]]
"""Values of an attribute with their records and rules, best first."""

Provenance = Mapping[str, Entries]
"""Attribute → entries, as a golden record has them."""


class Difference(NamedTuple):
    """How a golden record differs from another of the same party: attributes with another value; those whose value
    only comes from another record or by another rule; and for each best value that changes its source now and then."""

    attributes: list[str]
    origins: list[str]
    moves: list[tuple[str, str, str]]


def difference(before: Provenance, after: Provenance) -> Difference:
    """Compare two golden records of a party by their provenance, which holds every value."""
    attributes, origins, moves = [], [], []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, ()), after.get(name, ())
        if [entry["value"] for entry in old] != [entry["value"] for entry in new]:
            attributes.append(name)
            if old and new and old[0]["value"] != new[0]["value"]:
                moves.append((name, old[0]["source"], new[0]["source"]))
        elif old != new:
            origins.append(name)
    return Difference(attributes, origins, moves)
