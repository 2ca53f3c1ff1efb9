"""The people, houses and lives that the files speak of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from demo_towns import TODAY
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.ru import inn, ogrn

from litso.demo.addresses import address_book
from litso.demo.build import SYSTEMS
from litso.demo.cells.names import true_parts
from litso.demo.chance import scramble
from litso.demo.families import CHILD, HEAD, SPOUSE, household_kinds, household_sizes
from litso.demo.names import load_names
from litso.demo.outages import plan_outages
from litso.demo.people import DAY0, MAN, WOMAN
from litso.demo.places import SETTINGS
from litso.demo.rates import USUAL, Rates
from litso.demo.town import build_territory
from litso.demo.world import Demo, World, make_world

DAY = TODAY.toordinal() - DAY0


def demo_of(persons: int, rates: Rates = USUAL, seed: int = 1, setting: str = "A") -> Demo:
    territory = build_territory(SETTINGS[setting], persons, seed)
    outages = plan_outages(territory, seed, DAY)
    return Demo(territory, load_names(), address_book(territory), outages, rates, seed, DAY)


@pytest.fixture(scope="module")
def world() -> World:
    """All people of a town of one block, with families that are alike more often than in life."""
    rates = replace(USUAL, same_initials=0.5, twins=0.3, namesakes=0.03, rented=0.2)
    return make_world(demo_of(30_000, rates), 0)


@given(st.integers(1, 20_000))
@settings(max_examples=30, deadline=None)
def test_households_hold_exactly_the_people_asked_for(persons: int) -> None:
    kinds = household_kinds(np.random.default_rng(persons), persons)
    assert household_sizes(kinds).sum() == persons


@pytest.mark.parametrize("prime", [9973, 99_991, 999_983, 9_999_991, 10_000_019, 899_981, 8_999_993])
def test_scrambled_numbers_never_meet(prime: int) -> None:
    numbers = np.arange(min(prime, 1_000_000), dtype=np.int64)
    assert len(np.unique(scramble(numbers, prime, 7, 3))) == len(numbers)


@pytest.mark.parametrize(("persons", "setting"), [(1000, "A"), (30_000, "A"), (200_000, "B")])
def test_houses_differ_and_everybody_lives_somewhere(persons: int, setting: str) -> None:
    territory = build_territory(SETTINGS[setting], persons, 5)
    keys = territory.houses.select("place", "street", "number", "slash", "letter", "korpus")
    assert keys.is_unique().all()
    lived_in = territory.household[territory.household >= 0]
    assert (lived_in == np.arange(len(territory.household_kind))).all()
    assert territory.first_person[-1] == persons
    assert territory.block_house[-1] == len(territory.houses)


def test_a_block_does_not_depend_on_the_blocks_before_it() -> None:
    demo = demo_of(50_000)
    assert demo.territory.blocks > 1
    alone = make_world(demo, 1)
    after = [make_world(demo, index) for index in (0, 1)][1]
    for name, system in SYSTEMS.items():
        assert system(alone).frame.equals(system(after).frame), name
    first = make_world(demo, 0).people.number
    assert first[-1] + 1 == alone.people.number[0]


def test_ids_of_blocks_do_not_meet() -> None:
    demo = demo_of(50_000)
    worlds = [make_world(demo, index) for index in range(demo.territory.blocks)]
    for name, system in SYSTEMS.items():
        rows = [system(world) for world in worlds]
        keys = pl.concat([part.frame[part.key] for part in rows])
        assert keys.is_unique().all(), name
    for values in ("number",):
        assert len(np.unique(np.concatenate([getattr(w.accounts, values) for w in worlds]))) == sum(
            len(w.accounts) for w in worlds
        )


def test_families_are_possible(world: World) -> None:
    people, head = world.people, world.people.head
    age = people.age(DAY)
    children = people.member == CHILD
    assert (people.age(DAY)[head[children]] - age[children] >= 17).all()
    assert ((people.gender == MAN) | (people.gender == WOMAN)).all()
    spouses = people.member == SPOUSE
    assert (people.gender[spouses] == WOMAN).all()
    assert (people.gender[head[spouses]] == MAN).all()
    of_fathers = children & (people.gender[head] == MAN)
    assert (people.father[of_fathers] == people.given[head[of_fathers]]).all()
    assert (people.surname[children] == people.surname[head[children]]).all()
    took = spouses & (people.maiden >= 0)
    assert (people.surname[took] == people.surname[head[took]]).all()
    assert abs(took.sum() / spouses.sum() - (1 - USUAL.kept_surname)) < 0.02


def test_the_pyramid_of_ages_is_that_of_a_town(world: World) -> None:
    age = world.people.age(DAY)
    assert age.min() >= 0
    assert age.max() <= 97
    shares = np.histogram(age, [0, 18, 40, 65, 100])[0] / len(age)
    assert (np.abs(shares - [0.2, 0.27, 0.33, 0.2]) < 0.06).all()


def test_names_agree_with_gender_and_generation(world: World) -> None:
    people = world.people
    parts = true_parts(world, np.arange(len(people)))
    is_woman = people.gender == WOMAN
    table = pl.DataFrame({"s": parts.surname, "g": parts.given, "p": parts.patronymic, "w": is_woman, "b": people.born})
    women, men = table.filter(pl.col("w")), table.filter(~pl.col("w"))
    assert women["p"].str.ends_with("на").all()
    assert men["p"].str.ends_with("ич").all()
    assert women["s"].str.contains("(ов|ев|ин)$").mean() < 0.02
    assert men["s"].str.contains("(ова|ева|ина|ская)$").mean() < 0.02
    young = table.filter(pl.col("b") > (2005 - 1970) * 365)["g"]
    old = table.filter(pl.col("b") < (1955 - 1970) * 365)["g"]
    assert (young == "Артем").mean() > 10 * (old == "Артем").mean()
    assert (old == "Валентина").mean() > 10 * (young == "Валентина").mean()
    common = table["s"].value_counts(sort=True)["s"].head(40).to_list()
    assert {"Иванов", "Иванова", "Кузнецов", "Кузнецова"} <= set(common)


def test_fathers_and_sons_share_initials_and_some_the_whole_name(world: World) -> None:
    people, names = world.people, world.demo.names
    sons = np.flatnonzero((people.member == CHILD) & (people.gender == MAN) & (people.gender[people.head] == MAN))
    fathers = people.head[sons]
    letter = names.given.str.slice(0, 1)
    initials = [
        (letter.gather(people.given[who]) + letter.gather(people.father[who])).to_numpy() for who in (sons, fathers)
    ]
    alike = initials[0] == initials[1]
    same = (people.given[sons] == people.given[fathers]) & (people.father[sons] == people.father[fathers])
    assert abs(alike.mean() - 0.5) < 0.1
    assert abs(same.sum() / alike.sum() - USUAL.same_full_name) < 0.1


def test_twins_and_namesakes(world: World) -> None:
    people = world.people
    second = np.flatnonzero((people.member[1:] == CHILD) & (people.member[:-1] == CHILD)) + 1
    assert abs((people.born[second] == people.born[second - 1]).mean() - 0.3) < 0.05
    twins = second[people.born[second] == people.born[second - 1]]
    assert (people.given[twins] != people.given[twins - 1]).mean() > 0.97
    home = world.block.home[people.household]
    heads = np.flatnonzero(people.member == HEAD)
    table = pl.DataFrame(
        {
            "house": world.block.house[home[heads]],
            "s": people.surname[heads],
            "g": people.given[heads],
            "f": people.father[heads],
        }
    )
    assert abs(table.is_duplicated().sum() / 2 / len(table) - 0.03) < 0.01


def test_phones_are_had_changed_and_reissued_as_in_life(world: World) -> None:
    people = world.people
    has = people.mobile > 0
    old = people.old_mobile[has & (people.old_mobile > 0)]
    assert abs(len(old) / has.sum() - USUAL.changed_phone) < 0.01
    assert abs(np.isin(old, people.mobile).mean() - USUAL.reissued_phone) < 0.03
    mobiles = people.mobile[has]
    assert len(np.unique(mobiles)) == len(mobiles)
    codes = set((mobiles // 10_000_000).tolist())
    assert codes <= {int(operator.code) for operator in world.demo.territory.setting.operators}
    family = world.block.heads[(people.family_phone > 0)[world.block.heads]]
    assert abs(len(family) / len(world.block.heads) - USUAL.family_phone) < 0.02


def test_documents_have_right_check_digits_and_emails_one_owner(world: World) -> None:
    people, firms = world.people, world.companies
    assert all(inn.is_valid(f"{number:012d}") for number in people.inn[:500])
    assert all(inn.is_valid(str(number)) for number in firms.inn)
    assert all(ogrn.is_valid(str(number)) for number in firms.ogrn)
    for documents in (people.snils, people.inn, people.passport[people.passport > 0], firms.inn, firms.ogrn):
        assert len(np.unique(documents)) == len(documents)
    for number in people.snils[:500]:
        text = f"{number:011d}"
        total = sum(int(digit) * weight for digit, weight in zip(text[:9], range(9, 0, -1), strict=True))
        assert total % 101 % 100 == int(text[9:])
    assert world.email.drop_nulls().is_unique().all()


def test_lets_moves_and_payers_come_near_their_rates(world: World) -> None:
    block, accounts, people = world.block, world.accounts, world.people
    assert abs((block.former >= 0).mean() - USUAL.moved) < 0.01
    assert abs(block.is_let[block.home].mean() - 0.2) < 0.01
    moved = (block.former >= 0).sum()
    stale = len(np.unique(accounts.premise[accounts.is_stale]))
    assert abs(stale / moved - USUAL.stale_account) < 0.06
    of_homes = accounts.premise >= 0
    assert abs((accounts.service[of_homes] == 1).sum() / len(block.house) - USUAL.second_account) < 0.01
    strangers = (accounts.holder >= 0) & (accounts.payer != accounts.holder)
    assert 0.1 < strangers.mean() < 0.35
    landlords = np.flatnonzero(block.is_let)
    assert (people.household[block.landlord[landlords]] != block.household[landlords]).all()


def test_an_outage_takes_whole_sections_of_the_network() -> None:
    demo = demo_of(30_000)
    section = demo.territory.houses["place"].to_numpy() * 10_000 + demo.territory.houses["section"].to_numpy()
    plan = demo.outages
    for outage in range(len(plan)):
        off = np.unique(section[plan.of_house == outage])
        assert len(off) == 1
        assert (plan.of_house[section == off[0]] == outage).all()
    assert (plan.begin < plan.end).all()
