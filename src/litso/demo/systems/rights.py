"""Extracts of the register of rights: who owns a premise by the state's books, since when and until when."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from litso.demo.cells.names import true_parts
from litso.demo.chance import Ints
from litso.demo.sheet import Sheet, dates, digits, joined, where
from litso.demo.systems.rows import Rows
from litso.demo.world import World

ORDERED: Final = 0.96
"""Of premises: for these the utility has ordered an extract."""

_NO_ERRORS = pl.DataFrame(schema={"source": pl.String, "source_id": pl.String, "error": pl.String})


def right_rows(world: World) -> Rows:
    """Rights of persons to the premises of the block: of those who own now, and of those who sold and moved out."""
    sheet = Sheet("rights", world.demo.rates, world.demo.seed, world.index)
    premise, who, since, until = owners(world)
    chosen = np.flatnonzero((sheet.rng.random(len(world.block.house)) < ORDERED)[premise])
    premise, who, since, until = (values[chosen] for values in (premise, who, since, until))
    surname, given, patronymic = true_parts(world, who)
    number = world.block.first_premise + premise + 1
    flat = world.block.flat[premise]
    frame = pl.DataFrame(
        {
            "right_no": joined(
                world.demo.territory.setting.region_code,
                ":01:",
                digits(number, 7),
                "-63/",
                pl.Series(np.arange(len(who)) + world.index * 1_000_000 + 1).cast(pl.String),
            ),
            "cadastral": joined(world.demo.territory.setting.region_code, ":01:", digits(number, 7)),
            "right": ["собственность"] * len(who),
            "holder": joined(surname, " ", given, " ", patronymic),
            "address": world.demo.book.texts(world.block.house[premise], flat, np.ones(len(who), np.int64)),
            "flat": where(flat > 0, pl.Series(flat).cast(pl.String), None),
            "registered": dates(since),
            "ended": where(until > 0, dates(until), None),
        }
    )
    return Rows(frame, "right_no", None, _NO_ERRORS)


def owners(world: World) -> tuple[Ints, Ints, Ints, Ints]:
    """Premise, person, first day and day after the last (0: still) of each ownership by a person."""
    accounts, block, people = world.accounts, world.block, world.people
    first = np.flatnonzero(
        (accounts.premise >= 0) & (accounts.holder >= 0) & (np.diff(accounts.premise, prepend=-2) != 0)
    )
    holder, premise = accounts.holder[first], accounts.premise[first]
    until = np.where(accounts.is_stale[first], block.moved_on[people.household[holder]], 0)
    heirs, sold, came = successors(world, first)
    return (
        np.concatenate([premise, sold]),
        np.concatenate([holder, heirs]),
        np.concatenate([accounts.holder_since[first], came]),
        np.concatenate([until, np.zeros_like(heirs)]),
    )


def successors(world: World, account: Ints) -> tuple[Ints, Ints, Ints]:
    """Of accounts whose holder moved out: who lives there now and bought the premise, the premise, and when."""
    accounts, block = world.accounts, world.block
    stale = account[accounts.is_stale[account]]
    premise = accounts.premise[stale]
    household = block.household[premise]
    lived_in = np.flatnonzero(household >= 0)
    return (
        block.heads[household[lived_in]],
        premise[lived_in],
        block.arrived_on[household[lived_in]],
    )
