"""The place a source speaks of when it names none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Territory:
    """Default region and city of a source: addresses and land-line phones without them belong here."""

    region: str | None = None
    city: str | None = None
