"""Outages of the whole territory: which sections of the network are off, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from litso.demo.chance import Flags, Ints, stream
from litso.demo.town import Territory

SHARE: Final = 0.12
"""Of the sections: off in the last four months, now, or in the next two weeks."""
FEWEST: Final = 5


@dataclass(frozen=True)
class OutagePlan:
    """`of_house` is the outage of each house (-1 none); the rest is one value an outage. Hours are since 1970."""

    of_house: Ints
    is_planned: Flags
    begin: Ints
    end: Ints
    resource: Ints
    reason: Ints

    def __len__(self) -> int:
        return len(self.begin)


def plan_outages(territory: Territory, seed: int, today: int) -> OutagePlan:
    """Outages by section of the network. The first is an emergency going on, the next planned: going on, then ahead."""
    rng = stream(seed, "outages")
    section = territory.houses["place"].to_numpy() * 10_000 + territory.houses["section"].to_numpy()
    sections, of_house, sizes = np.unique(section, return_inverse=True, return_counts=True)
    count = min(len(sections), max(FEWEST, int(SHARE * len(sections))))
    # The largest sections of the main town come first, so that what goes on now concerns many.
    order = np.concatenate(
        [np.argsort(-np.where(sections < 10_000, sizes, 0), kind="stable")[:3], rng.permutation(len(sections))]
    )
    chosen = order[np.sort(np.unique(order, return_index=True)[1])][:count]
    outage = np.full(len(sections), -1)
    outage[chosen] = np.arange(count)
    day = rng.integers(-120, 15, count)
    day[:3] = (-1, -1, 6)[:count]
    is_planned = rng.random(count) < 0.6
    is_planned[:3] = (False, True, True)[:count]
    begin = (today + day) * 24 + rng.integers(7, 17, count)
    hours = np.where(is_planned, rng.integers(6, 60, count), rng.integers(2, 30, count))
    hours[:2] = 60
    return OutagePlan(
        of_house=outage[of_house],
        is_planned=is_planned,
        begin=begin,
        end=begin + hours,
        resource=rng.integers(0, 1000, count),
        reason=rng.integers(0, 1000, count),
    )
