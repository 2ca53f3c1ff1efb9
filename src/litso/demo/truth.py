"""What is true: who each row is, households, roles and moves."""

from __future__ import annotations

import numpy as np
import polars as pl

from litso.demo.chance import Ints
from litso.demo.life import NOBODY
from litso.demo.sheet import joined
from litso.demo.systems.premises import premise_ids
from litso.demo.systems.rights import successors
from litso.demo.systems.rows import Rows
from litso.demo.world import World


def truth_rows(world: World, source: str, rows: Rows, who: Ints) -> pl.DataFrame:
    """source, source_id, person_id of the rows of one source."""
    return pl.DataFrame({"source_id": rows.frame[rows.key], "person_id": world.person_ids(who)}).select(
        pl.lit(source).alias("source"), "source_id", "person_id"
    )


def household_ids(household: Ints, world: World) -> pl.Series:
    """Ids of households of the block, by the premise where they live now."""
    home = world.block.first_premise + world.block.home[household] + 1
    return joined("h", pl.Series(home).cast(pl.String).str.zfill(8))


def household_rows(world: World) -> pl.DataFrame:
    """Each person's household, where it lives and since when (null: as long as anybody remembers)."""
    people = world.people
    return pl.DataFrame(
        {
            "person_id": world.person_ids(np.arange(len(people))),
            "household_id": household_ids(people.household, world),
            "premise_id": premise_ids(world, world.block.home[people.household]),
            "since": _days(world.block.arrived_on[people.household]),
        }
    )


def move_rows(world: World) -> pl.DataFrame:
    """Persons who moved inside the territory: from where, to where, when."""
    people, block = world.people, world.block
    who = np.flatnonzero(block.former[people.household] >= 0)
    household = people.household[who]
    return pl.DataFrame(
        {
            "person_id": world.person_ids(who),
            "household_id": household_ids(household, world),
            "from_premise": premise_ids(world, block.former[household]),
            "to_premise": premise_ids(world, block.home[household]),
            "moved_on": _days(block.moved_on[household]),
        }
    )


def role_rows(world: World) -> pl.DataFrame:
    """Who is what to each account: owner, payer, tenant, resident, with dates (a null `until` is now)."""
    parts = [_owners(world), _payers(world), *_residents(world)]
    return pl.concat([part for part in parts if len(part)])


def _roles(world: World, who: Ints, account: Ints, role: str, since: Ints, until: Ints) -> pl.DataFrame:
    premise = world.accounts.premise[account]
    return pl.DataFrame(
        {
            "person_id": world.person_ids(who),
            "account": pl.Series(world.accounts.number[account]).cast(pl.String),
            "premise_id": pl.select(
                pl.when(pl.Series(premise >= 0)).then(premise_ids(world, np.maximum(premise, 0)))
            ).to_series(),
            "role": [role] * len(who),
            "since": _days(since),
            "until": _days(until),
        },
        schema_overrides={"role": pl.String},
    )


def _owners(world: World) -> pl.DataFrame:
    """Holders of accounts; one who moved out ceased to own on that day, whatever billing says, and another bought."""
    accounts, block = world.accounts, world.block
    who = accounts.holder
    left = block.moved_on[world.people.household[np.maximum(who, 0)]]
    account = np.arange(len(accounts))
    ended = np.where(accounts.is_stale, left, 0)
    sold = account[accounts.is_stale & (block.household[np.maximum(accounts.premise, 0)] >= 0)]
    heirs, _, came = successors(world, sold)
    return pl.concat(
        [
            _roles(world, who, account, "owner", accounts.holder_since, ended),
            _roles(world, heirs, sold, "owner", came, np.zeros_like(sold)),
        ]
    )


def _payers(world: World) -> pl.DataFrame:
    account = np.arange(len(world.accounts))
    return _roles(world, world.accounts.payer, account, "payer", world.accounts.holder_since, np.zeros_like(account))


def _residents(world: World) -> list[pl.DataFrame]:
    """All who live in the premise of an account: tenants where it is let."""
    people, accounts, block = world.people, world.accounts, world.block
    premise = block.home[people.household]
    own = accounts.premise[accounts.premise != NOBODY]
    first, last = np.searchsorted(own, premise, side="left"), np.searchsorted(own, premise, side="right")
    parts = []
    for step in (0, 1):
        who = np.flatnonzero(first + step < last)
        is_let = block.is_let[premise[who]]
        for role, chosen in (("tenant", who[is_let]), ("resident", who[~is_let])):
            since = block.arrived_on[people.household[chosen]]
            parts.append(_roles(world, chosen, first[chosen] + step, role, since, np.zeros_like(chosen)))
    return parts


def _days(days: Ints) -> pl.Series:
    """Days since 1970 as dates; 0 is unknown."""
    date = pl.Series(days).cast(pl.Int32).cast(pl.Date)
    return pl.select(pl.when(pl.Series(days > 0)).then(date)).to_series()
