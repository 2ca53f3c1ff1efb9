"""Kinds of households: who lives together, and how old they are."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from litso.demo.chance import Ints, pick

HEAD, SPOUSE, CHILD, GRAND = range(4)
"""Places in a household. A head without a spouse may be a man or a woman, a head with a spouse is a man."""


class HouseholdKind(NamedTuple):
    """Its share of all, members in order, ages of the head and of children, women among heads without a spouse."""

    share: float
    members: tuple[int, ...]
    head_age: tuple[int, int]
    child_age: tuple[int, int] = (0, 0)
    woman_head: float = 0.0


_COUPLE = (HEAD, SPOUSE)

HOUSEHOLD_KINDS: Final = (
    HouseholdKind(0.05, (HEAD,), (21, 38), woman_head=0.45),
    HouseholdKind(0.08, (HEAD,), (38, 62), woman_head=0.45),
    HouseholdKind(0.14, (HEAD,), (60, 93), woman_head=0.78),
    HouseholdKind(0.05, _COUPLE, (22, 38)),
    HouseholdKind(0.09, _COUPLE, (40, 64)),
    HouseholdKind(0.13, _COUPLE, (60, 90)),
    HouseholdKind(0.11, (*_COUPLE, CHILD), (24, 54), (0, 17)),
    HouseholdKind(0.10, (*_COUPLE, CHILD, CHILD), (28, 54), (0, 17)),
    HouseholdKind(0.02, (*_COUPLE, CHILD, CHILD, CHILD), (29, 48), (0, 17)),
    HouseholdKind(0.05, (HEAD, CHILD), (23, 46), (0, 17), woman_head=0.9),
    HouseholdKind(0.02, (HEAD, CHILD, CHILD), (27, 46), (0, 17), woman_head=0.9),
    HouseholdKind(0.05, (*_COUPLE, CHILD), (43, 66), (18, 36)),
    HouseholdKind(0.02, (*_COUPLE, CHILD, CHILD), (46, 64), (18, 32)),
    HouseholdKind(0.03, (HEAD, CHILD), (44, 78), (20, 50), woman_head=0.85),
    HouseholdKind(0.03, (*_COUPLE, CHILD, GRAND), (32, 52), (3, 20)),
    HouseholdKind(0.02, (*_COUPLE, CHILD, CHILD, GRAND, GRAND), (32, 50), (3, 18)),
)
_SIZES: Final = np.array([len(kind.members) for kind in HOUSEHOLD_KINDS])
_FILLER: Final = {size: int(np.flatnonzero(size == _SIZES)[0]) for size in sorted(set(_SIZES.tolist()))}


def household_sizes(kinds: Ints) -> Ints:
    """Members of households of the given kinds."""
    return _SIZES[kinds].astype(np.int64)


def household_kinds(rng: np.random.Generator, persons: int) -> Ints:
    """Kinds of households that hold exactly `persons` people."""
    shares = np.array([kind.share for kind in HOUSEHOLD_KINDS])
    kinds = pick(rng, shares, persons)
    total = np.cumsum(_SIZES[kinds])
    kept = int(np.searchsorted(total, persons, side="right"))
    missing = persons - (int(total[kept - 1]) if kept else 0)
    return np.concatenate([kinds[:kept], np.array(_fill(missing), np.int64)])


def _fill(missing: int) -> list[int]:
    """Kinds of as few households as needed for the last people."""
    largest = max(size for size in _FILLER if size <= missing) if missing else 0
    return [_FILLER[largest], *_fill(missing - largest)] if missing else []
