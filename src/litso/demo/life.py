"""What happened to the people of a block: moves, lets, accounts and who is what to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from litso.demo.chance import Flags, Ints, scramble, stream
from litso.demo.companies import Companies
from litso.demo.families import HEAD, SPOUSE
from litso.demo.people import ADULT, People
from litso.demo.rates import Rates

NOBODY: Final = -1
NUMBERS: Final = 6_300_000_000
"""Accounts have ten digits."""
COMPANY_NUMBERS: Final = 6_410_000_000
ROLES: Final = ("owner", "payer", "tenant", "resident")


@dataclass(frozen=True)
class Block:
    """Premises of a block (one value a premise) and what binds people to them.

    `house` is a house of the territory, `flat` 0 in a private house, `household` -1 where nobody lives. `home` is the
    premise of each household; movers came from `former` (-1: did not move) on the day `moved_on`; `arrived_on` knows
    more: also those who came from outside after others had left.
    """

    index: int
    first_premise: int
    house: Ints
    flat: Ints
    household: Ints
    home: Ints
    former: Ints
    moved_on: Ints
    arrived_on: Ints
    is_let: Flags
    landlord: Ints
    mate: Ints
    is_adult: Flags
    heads: Ints
    household_of_person: Ints


@dataclass(frozen=True)
class Accounts:
    """Accounts of a block. `holder` is a person, or `-2 - company`. Days are since 1970."""

    number: Ints
    premise: Ints
    service: Ints  # 0 water, 1 heat
    holder: Ints
    payer: Ints
    since: Ints
    holder_since: Ints
    is_stale: Flags

    def __len__(self) -> int:
        return len(self.number)


def make_block(
    rng: np.random.Generator,
    index: int,
    first_premise: int,
    house: Ints,
    flat: Ints,
    household: Ints,
    people: People,
    rates: Rates,
    today: int,
) -> Block:
    """Moves and lets of the households of a block."""
    home = np.flatnonzero(household >= 0)
    former, moved_on = _moves(rng, home, household, rates.moved, today)
    arrived_on = _arrivals(rng, former, moved_on, household)
    is_let = np.zeros(len(household), bool)
    is_let[home] = rng.random(len(home)) < rates.rented
    heads = np.flatnonzero(people.member == HEAD)
    landlord = np.full(len(household), NOBODY)
    if len(heads) > 1:
        other = (people.household[heads[rng.integers(0, len(heads), len(household))]] + 1) % len(heads)
        stranger = np.where(other == household, (other + 1) % len(heads), other)
        landlord = heads[stranger]
    is_adult = people.age(today) >= ADULT
    return Block(
        index, first_premise, house, flat, household, home, former, moved_on, arrived_on,
        is_let & (landlord >= 0), landlord, _mates(people, is_adult), is_adult, heads, people.household,
    )  # fmt: skip


def _moves(rng: np.random.Generator, home: Ints, household: Ints, rate: float, today: int) -> tuple[Ints, Ints]:
    """Where households came from within five years, and when.

    Each former premise was left by one household, and whoever lives there now never moved inside the territory.
    """
    movers = np.flatnonzero(rng.random(len(home)) < rate)
    is_settled = np.ones(len(household), bool)
    is_settled[home[movers]] = False
    left = rng.permutation(np.flatnonzero(is_settled))[: len(movers)]
    movers = movers[: len(left)]
    former, day = np.full(len(home), -1), np.zeros(len(home), np.int64)
    former[movers] = left
    day[movers] = today - rng.integers(100, 1800, len(movers))
    return former, day


def _arrivals(rng: np.random.Generator, former: Ints, moved_on: Ints, household: Ints) -> Ints:
    """Day since when each household lives where it lives, 0 where nobody remembers.

    Those who live where others moved out came within three months after.
    """
    arrived = moved_on.copy()
    movers = np.flatnonzero(former >= 0)
    heirs = household[former[movers]]
    day = moved_on[movers] + rng.integers(3, 90, len(movers))
    arrived[heirs[heirs >= 0]] = day[heirs >= 0]
    return arrived


def _mates(people: People, is_adult: Flags) -> Ints:
    """For each person another adult of the household, the next in turn; -1 where there is none."""
    adults = np.flatnonzero(is_adult)
    mate = np.full(len(people), NOBODY)
    if not len(adults):
        return mate
    household = people.household[adults]
    following = np.roll(adults, -1)
    is_last = household != people.household[following]
    first_of = np.searchsorted(household, household, side="left")
    following = np.where(is_last, adults[first_of], following)
    mate[adults] = np.where(following == adults, NOBODY, following)
    children = np.flatnonzero(~is_adult)
    mate[children] = people.head[children]
    return mate


def make_accounts(seed: int, block: Block, people: People, companies: Companies, rates: Rates, today: int) -> Accounts:
    """An account a premise, some with a second for heat; then the companies' own."""
    rng = stream(seed, "accounts", block.index)
    premises = len(block.house)
    second = np.flatnonzero(rng.random(premises) < rates.second_account)
    premise = np.concatenate([np.arange(premises), second])
    service = np.concatenate([np.zeros(premises, np.int64), np.ones(len(second), np.int64)])
    order = np.lexsort((service, premise))
    premise, service = premise[order], service[order]
    holder_of, since_of, stale_of = _holders(rng, block, people, len(companies), rates, today)
    number = NUMBERS + scramble((block.first_premise + premise) * 2 + service, 99_999_989, seed, 31)
    own = np.arange(len(companies))
    of_companies = COMPANY_NUMBERS + scramble(companies.number, 999_983, seed, 37)
    opened = today - rng.integers(700, 8000, len(premise) + len(own))
    holder = np.concatenate([holder_of[premise], -2 - own])
    return Accounts(
        number=np.concatenate([number, of_companies]),
        premise=np.concatenate([premise, np.full(len(own), NOBODY)]),
        service=np.concatenate([service, np.zeros(len(own), np.int64)]),
        holder=holder,
        payer=_payers(rng, block, holder, np.concatenate([premise, np.full(len(own), NOBODY)]), rates),
        since=opened,
        holder_since=np.maximum(opened, np.concatenate([since_of[premise], np.zeros(len(own), np.int64)])),
        is_stale=np.concatenate([stale_of[premise], np.zeros(len(own), bool)]),
    )


def _holders(
    rng: np.random.Generator, block: Block, people: People, companies: int, rates: Rates, today: int
) -> tuple[Ints, Ints, Flags]:
    """Holder of the account of each premise, since which day, and whether it is one who moved out."""
    premises = len(block.house)
    chance = rng.random(premises)
    heads = np.flatnonzero(people.member == HEAD)
    own = np.where(block.household >= 0, heads[block.household], block.landlord)
    spouse = np.minimum(own + 1, len(people) - 1)
    has_spouse = (block.household >= 0) & (people.member[spouse] == SPOUSE) & (spouse == own + 1)
    holder = np.where(has_spouse & (chance < 0.4), spouse, own)
    holder = np.where(block.is_let, block.landlord, holder)
    since = np.where(block.household >= 0, block.arrived_on[block.household], 0)
    is_stale = np.zeros(premises, bool)
    movers = np.flatnonzero(block.former >= 0)
    stale = movers[rng.random(len(movers)) < rates.stale_account]
    holder[block.former[stale]] = heads[stale]
    is_stale[block.former[stale]] = True
    since[block.former[stale]] = 0
    # Half of the empty premises belong to companies: not sold yet, or municipal.
    of_company = (rng.random(premises) < np.where(block.household >= 0, 0.012, 0.5)) & ~is_stale
    of_company |= holder < 0
    holder = np.where(of_company, -2 - rng.integers(0, companies, premises), holder)
    return holder, since, is_stale


def _payers(rng: np.random.Generator, block: Block, holder: Ints, premise: Ints, rates: Rates) -> Ints:
    """Who pays: the holder, another adult of the family, or those who live there where the holder does not."""
    household = np.where(premise >= 0, block.household[premise], NOBODY)
    resident = np.where(household >= 0, block.heads[household], NOBODY)
    is_person = holder >= 0
    mate = np.where(is_person, block.mate[np.maximum(holder, 0)], NOBODY)
    from_family = (mate >= 0) & (rng.random(len(holder)) < rates.payer_from_family)
    payer = np.where(from_family, mate, holder)
    lives_elsewhere = is_person & (resident >= 0) & (block.household_of_person[np.maximum(holder, 0)] != household)
    return np.where(lives_elsewhere & (rng.random(len(holder)) < 0.75), resident, payer)
