"""Everything that the sources of one block speak of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from litso.demo.addresses import AddressBook
from litso.demo.chance import Ints, stream
from litso.demo.companies import Companies, make_companies
from litso.demo.emails import emails_of
from litso.demo.life import Accounts, Block, make_accounts, make_block
from litso.demo.names import Names
from litso.demo.outages import OutagePlan
from litso.demo.people import People, make_people
from litso.demo.rates import Rates
from litso.demo.town import Territory


@dataclass(frozen=True)
class Demo:
    """What all blocks share. `today` are days since 1970."""

    territory: Territory
    names: Names
    book: AddressBook
    outages: OutagePlan
    rates: Rates
    seed: int
    today: int


@dataclass(frozen=True)
class World:
    """One block of the demo."""

    demo: Demo
    index: int
    block: Block
    people: People
    companies: Companies
    accounts: Accounts
    email: pl.Series  # of a person

    def person_ids(self, who: Ints) -> pl.Series:
        """Ids of the truth: a person, or a company where `who` is `-2 - company`."""
        person = self.people.number[np.maximum(who, 0)] + 1
        company = self.companies.number[np.maximum(-2 - who, 0)] + 1
        number = pl.Series(np.where(who >= 0, person, company)).cast(pl.String).str.zfill(8)
        prefix = pl.Series(["p", "o"]).gather((who < 0).astype(np.int64))
        return pl.select(pl.concat_str([prefix, number])).to_series()

    def first_account(self, premise: Ints) -> Ints:
        """The first account of each premise (companies' own come after all premises)."""
        of_premises = self.accounts.premise[: -len(self.companies)]
        return self.accounts.number[np.searchsorted(of_premises, premise)]


def make_world(demo: Demo, index: int) -> World:
    """The block of a number."""
    t = demo.territory
    first_house, end_house = t.block_house[index], t.block_house[index + 1]
    sizes = np.diff(t.first_premise[first_house : end_house + 1])
    house = np.repeat(np.arange(first_house, end_house), sizes)
    first, end = int(t.first_premise[first_house]), int(t.first_premise[end_house])
    kind = t.houses["kind"].to_numpy()[house]
    flat = np.where(kind == 0, 0, np.arange(first, end) - t.first_premise[house] + 1)
    of_premise = t.household[first:end]
    lived_in = of_premise[of_premise >= 0]
    households = t.household_kind[lived_in]
    first_household = int(lived_in[0]) if len(lived_in) else 0
    household = np.where(of_premise >= 0, of_premise - first_household, -1)
    code = t.places["code"].cast(pl.Int64).to_numpy()[t.houses["place"].to_numpy()[house]]
    people = make_people(
        demo.seed, index, demo.names, t.setting, demo.rates, households,
        int(t.first_person[first_household]), house[household >= 0], code[household >= 0], demo.today,
    )  # fmt: skip
    block = make_block(
        stream(demo.seed, "life", index), index, first, house, flat, household, people, demo.rates, demo.today
    )
    companies = make_companies(demo.seed, t.setting, index, len(house), house, code)
    accounts = make_accounts(demo.seed, block, people, companies, demo.rates, demo.today)
    email = emails_of(demo.seed, index, people, t.persons, demo.today)
    return World(demo, index, block, people, companies, accounts, email)
