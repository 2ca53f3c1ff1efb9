"""The people of one block: families, names, contacts, documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from litso.demo.chance import Flags, Ints, pick, scramble, stream
from litso.demo.families import CHILD, GRAND, HEAD, HOUSEHOLD_KINDS, SPOUSE
from litso.demo.names import GENERAL, TURKIC, Names
from litso.demo.places import Setting
from litso.demo.rates import Rates

MAN, WOMAN = 0, 1
ADULT: Final = 18
DAY0: Final = date(1970, 1, 1).toordinal()
_YEAR: Final = 365.2425
_SLOTS: Final = 6
_REDRAWS: Final = 3
_MEMBERS: Final = np.array(
    [[*kind.members, *([-1] * (_SLOTS - len(kind.members)))] for kind in HOUSEHOLD_KINDS], dtype=np.int64
)
_AGES: Final = np.array([[*kind.head_age, *kind.child_age] for kind in HOUSEHOLD_KINDS], dtype=np.int64)
_WOMAN_HEAD: Final = np.array([kind.woman_head for kind in HOUSEHOLD_KINDS])


@dataclass(frozen=True)
class People:
    """Arrays of one value a person; people of a household stand together, its head first.

    `household` counts inside the block; `number` is the person's number in the whole demo. `born` are days since 1970.
    Names are indexes into `Names`; `maiden` is -1 where the surname never
    changed; `has_both` joins the two by a hyphen. Phones are ten-digit numbers, 0 none.
    """

    number: Ints
    household: Ints
    member: Ints
    head: Ints
    gender: Ints
    born: Ints
    culture: Ints
    surname: Ints
    maiden: Ints
    has_both: Flags
    given: Ints
    father: Ints
    mobile: Ints
    second_mobile: Ints
    old_mobile: Ints
    landline: Ints
    family_phone: Ints
    snils: Ints
    inn: Ints
    passport: Ints

    def __len__(self) -> int:
        return len(self.number)

    def age(self, today: int) -> Ints:
        """Full years on a day."""
        return ((today - self.born) / _YEAR).astype(np.int64)


def make_people(
    seed: int,
    block: int,
    names: Names,
    setting: Setting,
    rates: Rates,
    kinds: Ints,
    first_number: int,
    house: Ints,
    code: Ints,
    today: int,
) -> People:
    """The people of the households `kinds`, which live in `house` (any number of it) under land-line codes `code`."""
    rng = stream(seed, "people", block)
    sizes = (_MEMBERS[kinds] >= 0).sum(axis=1)
    household = np.repeat(np.arange(len(kinds)), sizes)
    head = np.repeat(np.cumsum(sizes) - sizes, sizes)
    member = _MEMBERS[kinds][_MEMBERS[kinds] >= 0]
    number = first_number + np.arange(len(household))
    kind = kinds[household]
    has_spouse = (_MEMBERS[kinds] == SPOUSE).any(axis=1)[household]
    gender = _genders(rng, member, kind, has_spouse)
    born = _births(rng, member, kind, head, today)
    born = _twins(rng, born, member, head, rates.twins)
    culture = np.where(rng.random(len(kinds)) < setting.turkic_share, TURKIC, GENERAL)[household]
    surname, maiden = _surnames(rng, names, culture, member, gender, head, rates)
    given, father = _given_names(rng, names, culture, member, gender, born, head)
    given, father = _alike(rng, names, given, father, member, gender, head, rates)
    surname, maiden, given, father = _namesakes(
        rng, (surname, maiden, given, father), member, gender, born, house[household], rates.namesakes
    )
    has_both = (maiden >= 0) & (maiden != surname) & (rng.random(len(member)) < rates.double_surname)
    phones = _phones(rng, seed, setting, number, household, head, born, member, code, rates, today)
    return People(
        number, household, member, head, gender, born, culture, surname, maiden, has_both, given, father, *phones,
        snils=_snils(number, seed), inn=_inn(number, setting, seed),
        passport=_passports(rng, seed, number, born, setting, today),
    )  # fmt: skip


# Families ------------------------------------------------------------------------------------------------------


def _genders(rng: np.random.Generator, member: Ints, kind: Ints, has_spouse: Flags) -> Ints:
    chance = rng.random(len(member))
    of_head = np.where(has_spouse, MAN, chance < _WOMAN_HEAD[kind])
    of_others = np.select([member == SPOUSE, member == GRAND], [np.ones_like(member), chance < 0.75], chance < 0.49)
    return np.where(member == HEAD, of_head, of_others).astype(np.int64)


def _births(rng: np.random.Generator, member: Ints, kind: Ints, head: Ints, today: int) -> Ints:
    """Days of birth: heads by the kind of household, wives near them, parents and children a generation away."""
    low, high, child_low, child_high = _AGES[kind].T
    age_of_head = (low + (high - low) * rng.beta(1.1, 1.2, len(member)))[head]
    age_of_child = child_low + (child_high + 0.99 - child_low) * rng.random(len(member))
    age_of_child = np.minimum(age_of_child, age_of_head - 18 - 3 * rng.random(len(member)))
    age_of_spouse = np.maximum(18.5, age_of_head - rng.normal(2.2, 3.5, len(member)))
    age_of_grand = np.minimum(96, age_of_head + 19 + rng.gamma(3, 2.2, len(member)))
    age = np.choose(member, [age_of_head, age_of_spouse, np.maximum(0, age_of_child), age_of_grand])
    return (today - 1 - (age * _YEAR).astype(np.int64)).astype(np.int64)


def _second_children(member: Ints) -> Ints:
    """Positions of children that stand right after a child of the same household."""
    return np.flatnonzero((member[1:] == CHILD) & (member[:-1] == CHILD)) + 1


def _twins(rng: np.random.Generator, born: Ints, member: Ints, head: Ints, rate: float) -> Ints:
    second = _second_children(member)
    twins = second[rng.random(len(second)) < rate]
    born = born.copy()
    born[twins] = born[twins - 1]
    return born


def _surnames(
    rng: np.random.Generator, names: Names, culture: Ints, member: Ints, gender: Ints, head: Ints, rates: Rates
) -> tuple[Ints, Ints]:
    """Surnames now and before marriage (-1: never another): wives and most mothers changed theirs."""
    own = names.draw_surnames(rng, culture)
    chance = rng.random(len(member))
    keeps = (member == SPOUSE) & (chance < rates.kept_surname)
    of_her_mother = (member == GRAND) & (chance < 0.5)
    surname = np.where(keeps | of_her_mother, own, own[head])
    took = ((member == SPOUSE) & ~keeps) | ((member == GRAND) & (gender == WOMAN))
    lone_mother = (member == HEAD) & (gender == WOMAN) & (rng.random(len(member)) < 0.6)
    born_as = np.where(member == SPOUSE, own, names.draw_surnames(rng, culture))
    return surname, np.where(took | lone_mother, born_as, -1)


def _given_names(
    rng: np.random.Generator, names: Names, culture: Ints, member: Ints, gender: Ints, born: Ints, head: Ints
) -> tuple[Ints, Ints]:
    """Given names, and names of fathers: the head's where he is the father, else of a man 28 years older."""
    year = (born / _YEAR + 1970).astype(np.int64)
    given = names.draw_given(rng, culture, gender, year)
    of_stranger = names.draw_given(rng, culture, np.zeros_like(gender), year - 28)
    has_father = (member == CHILD) & (gender[head] == MAN)
    second = _second_children(member)
    for _ in range(_REDRAWS):
        same = second[given[second] == given[second - 1]]
        given[same] = names.draw_given(rng, culture[same], gender[same], year[same])
    father = np.where(has_father, given[head], of_stranger)
    father[second] = np.where(has_father[second], father[second], father[second - 1])
    return given, father


def _alike(
    rng: np.random.Generator,
    names: Names,
    given: Ints,
    father: Ints,
    member: Ints,
    gender: Ints,
    head: Ints,
    rates: Rates,
) -> tuple[Ints, Ints]:
    """Fathers and sons with the same initials; some with the same full name."""
    sons = np.flatnonzero((member == CHILD) & (gender == MAN) & (gender[head] == MAN))
    sons = sons[rng.random(len(sons)) < rates.same_initials]
    sons = sons[np.unique(head[sons], return_index=True)[1]]  # one son a family
    fathers = head[sons]
    given, father = given.copy(), father.copy()
    given[sons] = np.where(
        rng.random(len(sons)) < rates.same_full_name, given[fathers], _same_letter(names, given[fathers])
    )
    father[fathers] = np.where(given[sons] == given[fathers], given[fathers], _same_letter(names, given[fathers]))
    father[sons] = given[fathers]
    return given, father


def _same_letter(names: Names, given: Ints) -> Ints:
    """The commonest other men's name of the same first letter (the same where there is none)."""
    letters = names.given.str.slice(0, 1).to_list()[: names.men]
    other = np.arange(names.men)
    for number, letter in enumerate(letters):
        other[number] = next((i for i, x in enumerate(letters) if x == letter and i != number), number)
    return other[np.minimum(given, names.men - 1)]


def _namesakes(
    rng: np.random.Generator,
    parts: tuple[Ints, Ints, Ints, Ints],
    member: Ints,
    gender: Ints,
    born: Ints,
    house: Ints,
    rate: float,
) -> tuple[Ints, Ints, Ints, Ints]:
    """Some lone heads get the whole name of another head of the same house and gender."""
    alone = np.flatnonzero((member == HEAD) & ~np.isin(np.arange(len(member)) + 1, np.flatnonzero(member != HEAD)))
    order = alone[np.lexsort((rng.random(len(alone)), gender[alone], house[alone]))]
    first, second = order[:-1], order[1:]
    alike = (house[first] == house[second]) & (gender[first] == gender[second])
    share = rate * max(1, len(np.flatnonzero(member == HEAD))) / max(1, int(alike.sum()))
    chosen = alike & (rng.random(len(first)) < share)
    copies = tuple(part.copy() for part in parts)
    for copy, part in zip(copies, parts, strict=True):
        copy[second[chosen]] = part[first[chosen]]
    return copies[0], copies[1], copies[2], copies[3]


# Contacts ------------------------------------------------------------------------------------------------------


_LOCAL: Final = 9_999_991
"""Mobile numbers under one code: the largest prime of seven digits."""


def mobile_numbers(setting: Setting, seed: int, index: Ints) -> Ints:
    """A mobile number for each index; numbers of different indexes differ."""
    shares = np.array([operator.share for operator in setting.operators])
    codes = np.array([int(operator.code) for operator in setting.operators])
    local = scramble(index, _LOCAL, seed, 17)
    chance = scramble(index, _LOCAL, seed, 5) / _LOCAL
    operator = np.searchsorted(np.cumsum(shares) / shares.sum(), chance, side="right")
    code: Ints = codes[(operator + index // _LOCAL) % len(codes)]
    return code * 10_000_000 + local


def land_numbers(code: Ints, seed: int, index: Ints) -> Ints:
    """Ten-digit land-line numbers under area codes of three to five digits."""
    digits = 10 - (np.floor(np.log10(code)).astype(np.int64) + 1)
    room = 10**digits
    first = 2 * 10 ** (digits - 1)
    return code * room + first + scramble(index, _LOCAL, seed, 3) % (7 * 10 ** (digits - 1))


def _phones(
    rng: np.random.Generator,
    seed: int,
    setting: Setting,
    number: Ints,
    household: Ints,
    head: Ints,
    born: Ints,
    member: Ints,
    code: Ints,
    rates: Rates,
    today: int,
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Mobile, second and former mobile, land line of the household, the number the family gives."""
    size = len(number)
    age = (today - born) / _YEAR
    has_mobile = (age >= 12) & (rng.random(size) < np.where(age < 70, 0.98, 0.85))
    mobile = np.where(has_mobile, mobile_numbers(setting, seed, number * 3), 0)
    second = np.where(has_mobile & (rng.random(size) < 0.12), mobile_numbers(setting, seed, number * 3 + 1), 0)
    changed = has_mobile & (rng.random(size) < rates.changed_phone)
    old = np.where(changed, mobile_numbers(setting, seed, number * 3 + 2), 0)
    old, mobile = _reissue(rng, old, mobile, household, rates.reissued_phone)
    households = int(household[-1]) + 1 if size else 0
    has_land = rng.random(households) < np.where(age[_firsts(household)] > 58, 0.45, 0.12)
    landline = np.where(has_land, land_numbers(code, seed, number[_firsts(household)]), 0)[household]
    shares = (rng.random(households) < rates.family_phone)[household]
    return mobile, second, old, landline, np.where(shares, mobile[head], 0)


def _firsts(household: Ints) -> Ints:
    return np.flatnonzero(np.diff(household, prepend=-1))


def _reissue(rng: np.random.Generator, old: Ints, mobile: Ints, household: Ints, rate: float) -> tuple[Ints, Ints]:
    """Some former numbers belong to a stranger of another household now."""
    givers = np.flatnonzero((old > 0) & (rng.random(len(old)) < rate))
    takers = rng.permutation(np.flatnonzero((mobile > 0) & (old == 0)))[: len(givers)]
    givers = givers[: len(takers)]
    strangers = household[givers] != household[takers]
    mobile = mobile.copy()
    mobile[takers[strangers]] = old[givers[strangers]]
    return old, mobile


# Documents -----------------------------------------------------------------------------------------------------


def _digits(numbers: Ints, width: int) -> Ints:
    """Decimal digits, one column each, the highest first."""
    return numbers[:, None] // 10 ** np.arange(width - 1, -1, -1) % 10


def _snils(number: Ints, seed: int) -> Ints:
    """Insurance numbers with the right check digits, as integers of eleven digits."""
    body = 10_000_000 + scramble(number, 170_000_099, seed, 11)
    check = (_digits(body, 9) * np.arange(9, 0, -1)).sum(axis=1) % 101
    return body * 100 + np.where(check == 100, 0, check)


def _inn(number: Ints, setting: Setting, seed: int) -> Ints:
    """Tax numbers of persons: twelve digits, two of them check digits."""
    body = int(setting.region_code) * 10**8 + scramble(number, 99_999_989, seed, 23)
    return tax_checked(tax_checked(body, 10), 11)


_TAX_WEIGHTS: Final = np.array([3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])


def tax_checked(body: Ints, width: int) -> Ints:
    """A tax number of `width` digits with its check digit appended."""
    check: Ints = (_digits(body, width) * _TAX_WEIGHTS[-width:]).sum(axis=1) % 11 % 10
    return body * 10 + check


def _passports(rng: np.random.Generator, seed: int, number: Ints, born: Ints, setting: Setting, today: int) -> Ints:
    """Ten digits: region, year of printing (at 14, 20 or 45), number; 0 under the age of 14."""
    age = (today - born) / _YEAR
    issued_at = np.select([age < 20, age < 45], [14, 20], 45)
    year = np.clip(
        (born / _YEAR + 1970 + issued_at).astype(np.int64) + pick(rng, np.array([6, 1.0]), len(born)), 1998, None
    )
    # A region prints fewer than a million of one series: more people take the series of the next one.
    series = (int(setting.passport_region) + number // 899_981) * 100 + year % 100
    return np.where(age < 14, 0, series * 1_000_000 + 100_000 + scramble(number, 899_981, seed, 29))
