"""Pins: a value that a steward fixed for a party wins over whatever its records say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from litso.golden.policy import LIST_ATTRIBUTES, PIN, SINGLE_ATTRIBUTES

PINNABLE: Final = tuple(name for name in (*SINGLE_ATTRIBUTES, *LIST_ATTRIBUTES) if name != "accounts")
"""Attributes that can be pinned. Accounts come from billing alone."""


class Pin(NamedTuple):
    """A fixed value. `parts`: what travels with it, the parts of an address; `at` is when it was pinned (UTC)."""

    pin_id: int
    attribute: str
    value: str
    parts: Mapping[str, Any]
    at: datetime


def pinned(pins: Sequence[Pin], attribute: str) -> Pin | None:
    """The pin that holds an attribute: the latest, as two may meet when parties merge."""
    if not pins:
        return None
    held = [pin for pin in pins if pin.attribute == attribute]
    return max(held, key=lambda pin: (pin.at, pin.pin_id), default=None)


def origin(pin: Pin, said_by: int) -> dict[str, Any]:
    """The provenance entry of a pinned value; said_by: how many sources say the same."""
    return {
        "value": pin.value,
        "rule": PIN,
        "qc": None,
        "said_by": said_by,
        "source": PIN,
        "source_id": str(pin.pin_id),
        "at": pin.at.strftime("%Y-%m-%dT%H:%M:%S"),
    }
