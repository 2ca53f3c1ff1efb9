"""The claims about one pair: the same levels as `evidence.compare` gives among many, without the cost of columns.

Each function is its namesake in `claims`, where the meaning is told; here the levels are asked for from the strongest
down, where those of columns are written over one another.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from math import isnan, log2
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz.distance import OSA

from litso.domain.record import STANDARD_LISTS
from litso.resolve import claims, words
from litso.resolve.claims import Claim
from litso.resolve.columns import parsed_dates, parsed_numbers
from litso.resolve.compare import ANY_FATHER, RARE_FATHER, Frequencies
from litso.resolve.diminutives import FULL_NAMES
from litso.resolve.hashing import block_key, hash_text
from litso.resolve.keys_of_one import KeysOfOne
from litso.resolve.words import of_one

Levels = npt.NDArray[np.uint8]

FEW: Final = 200
"""Pairs up to which one by one is quicker than by columns."""


class Sizes(dict[int, int]):
    """Nodes of each block by its key. A key that is not known counts as nobody's, and is noted in `missing`."""

    def __init__(self, known: Mapping[int, int] | None = None) -> None:
        super().__init__(known or {})
        self.missing: set[int] = set()
        self.misses = 0

    def __missing__(self, key: int) -> int:
        self.missing.add(key)
        self.misses += 1
        return 0


# What is compared -------------------------------------------------------------------------------------------------


class _Word(NamedTuple):
    """Facts of a folded word of a name; empty where it is missing."""

    text: str
    stem: str
    patronymic_stem: str
    initial: str
    is_initial: bool
    full_names: frozenset[str]


@lru_cache(maxsize=200_000)
def _word(text: str) -> _Word:
    stem, patronymic_stem = (of_one(rule, text) for rule in (words.surname_stem, words.patronymic_stem))
    full_names = frozenset(FULL_NAMES.get(text, ()))
    return _Word(text, stem, patronymic_stem, text[:1], len(text.rstrip(".")) == 1, full_names)


class One(KeysOfOne):
    """A record with the `values` of `nodes.node_values`, for its keys and for the claims about it and another one."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._facts: _Facts | None = None

    @property
    def facts(self) -> _Facts:
        """What the claims compare."""
        if self._facts is None:
            self._facts = _Facts(self)
        return self._facts


class _Facts:
    """Values of a record as claims compare them, made once; `texts` are folded, lists are as they stand."""

    __slots__ = ("born", "gender", "given_name", "lists", "name", "patronymic", "patronymic_hash", "record", "surname",
                 "texts")  # fmt: skip

    def __init__(self, record: One) -> None:
        self.record = record
        self.texts: dict[str, str] = {}
        self.lists: Mapping[str, Sequence[str]] = {name: record.values.get(name) or () for name in STANDARD_LISTS}
        self.surname, self.given_name, self.patronymic = (
            _word(record.text(name)) for name in ("surname", "given_name", "patronymic")
        )
        gender = self.text("gender")
        self.gender = 1 if gender in claims.MEN else 2 if gender in claims.WOMEN else 0
        self.born: date | None = record.birth_date()
        self.name = record.part("name")[0]
        self.patronymic_hash = record.word("patronymic").patronymic

    def text(self, name: str) -> str:
        """A text attribute as it is compared; empty where it is missing."""
        found = self.texts.get(name)
        if found is None:
            found = self.texts[name] = self.record.text(name)
        return found


class _Pair(NamedTuple):
    """Two records, what they are compared by, and the levels found so far."""

    one: _Facts
    two: _Facts
    frequencies: Frequencies
    sizes: Sizes
    decided: dict[str, int]

    def texts(self, name: str) -> tuple[str, str]:
        """A text attribute of both."""
        return self.one.text(name), self.two.text(name)

    def size(self, rule: str, *parts: int) -> int:
        """Nodes of the block that both are in."""
        key = block_key(rule, 0, *parts)
        return self.sizes[key - (1 << 64) if key >> 63 else key]


def compare_few(
    pairs: Iterable[tuple[One, One]],
    wanted: Sequence[Claim],
    customs: Mapping[str, str],
    frequencies: Frequencies,
    sizes: Sizes,
    read: Callable[[], None],
) -> Levels:
    """Levels of pairs of records, shape (claims, pairs): as `evidence.compare`.

    customs: column (`custom:occupation`) → how it is compared. read: puts the missing sizes among the known ones; it is
    asked once for all pairs, if any are missing.
    """
    decide = [(claim.name, _CLAIMS.get(claim.name) or _CUSTOM[customs[claim.name]](claim.name)) for claim in wanted]
    found, unsure = [], []
    for place, (one, two) in enumerate(pairs):
        misses = sizes.misses
        pair = _Pair(one.facts, two.facts, frequencies, sizes, {})
        found.append(_levels(pair, decide))
        if sizes.misses > misses:
            unsure.append((place, pair))
    if unsure:
        read()
        for place, pair in unsure:
            pair.decided.clear()
            found[place] = _levels(pair, decide)
    return np.frombuffer(b"".join(found), dtype=np.uint8).reshape(len(found), len(wanted)).T


Decide = Callable[[_Pair], int]


def _levels(pair: _Pair, decide: Iterable[tuple[str, Decide]]) -> bytes:
    decided = pair.decided
    for name, of_pair in decide:
        decided[name] = of_pair(pair)
    return bytes(decided.values())


# Names ----------------------------------------------------------------------------------------------------------


def _is_close(first: str, second: str) -> bool:
    """One typing error in a word of four letters and more, two from eight on."""
    length = min(len(first), len(second))
    return length >= 4 and OSA.distance(first, second, score_cutoff=2) <= (2 if length >= 8 else 1)


def _shares_word(first: str, second: str) -> bool:
    if " " not in first and " " not in second:
        return False
    return any(len(word) >= 4 for word in {*first.split()} & {*second.split()})


def _are_man_and_woman(pair: _Pair) -> bool:
    return {pair.one.gender, pair.two.gender} == {1, 2}


def _frequency(pair: _Pair, table: Mapping[str, int], *names: str) -> int:
    return max(table.get(name, pair.frequencies.unlisted) for name in names)


def _surname(pair: _Pair) -> int:
    (first, given), (second, other_given) = ((side.surname, side.given_name) for side in (pair.one, pair.two))
    if not first.text or not second.text:
        return 0
    if first.stem == second.stem:
        if first.text == second.text or _are_man_and_woman(pair):
            return 1 + _frequency(pair, pair.frequencies.surname, first.text, second.text)
        return 4
    if given.text and other_given.text:
        same_one, same_two = first.text == other_given.text, second.text == given.text
        if same_one and same_two:
            return claims.SWAPPED
        if (same_two and _is_close(first.text, other_given.text)) or (same_one and _is_close(second.text, given.text)):
            return claims.SWAPPED_CLOSE
    if _is_close(first.text, second.text):
        return 6
    if _shares_word(first.text, second.text):
        return 7
    genders = (pair.one.gender, pair.two.gender)
    return 8 if 2 in genders and 1 not in genders else 9


def _given_name(pair: _Pair) -> int:
    first, second = pair.one.given_name, pair.two.given_name
    if not first.text or not second.text or pair.decided["surname"] in (claims.SWAPPED, claims.SWAPPED_CLOSE):
        return 0
    differ = 8 if _are_man_and_woman(pair) else 7
    if first.is_initial or second.is_initial:
        return 9 if first.initial == second.initial and differ != 8 else 10
    table = pair.frequencies.given_name
    if first.text == second.text:
        return 1 + _frequency(pair, table, first.text)
    if not first.full_names.isdisjoint(second.full_names):
        return 4
    if (first.text not in table or second.text not in table) and _is_close(first.text, second.text):
        return 5
    return 6 if _shares_word(first.text, second.text) else differ


def _patronymic(pair: _Pair) -> int:
    first, second = pair.one.patronymic, pair.two.patronymic
    if not first.text or not second.text:
        return 0
    if first.is_initial or second.is_initial:
        return 7 if first.initial == second.initial else 8
    same_stem = first.patronymic_stem == second.patronymic_stem
    if first.text == second.text or (same_stem and _are_man_and_woman(pair)):
        return 1 + _frequency(pair, pair.frequencies.patronymic, first.text, second.text)
    if same_stem:
        return 4
    return 5 if _is_close(first.text, second.text) else 6


def _namesakes(pair: _Pair) -> int:
    name, father, other_father = pair.one.name, pair.one.patronymic_hash, pair.two.patronymic_hash
    if not name or name != pair.two.name or pair.decided["given_name"] in claims.OTHER_NAME:
        return 0
    if father and father == other_father:
        return 1 + bisect_left(claims.NAMESAKES[:3], pair.size("full_name", name, father))
    if father and other_father:
        return 0
    return 5 + bisect_left(claims.NAMESAKES, pair.size("name", name))


def _crowd(pair: _Pair) -> int:
    if pair.decided["namesakes"] not in (1, 2, 3, 4):
        return 0
    name, father = pair.one.name, pair.one.patronymic_hash
    with_name, with_all = (
        int(claims.MIDDLES[bisect_left(claims.CROWDS, count)])
        for count in (pair.size("name", name), pair.size("full_name", name, father))
    )
    fathers = pair.frequencies.fathers
    share = fathers.get(pair.one.patronymic.patronymic_stem, RARE_FATHER if fathers else ANY_FATHER)
    expected = round(log2(max(with_name - with_all, claims.NOBODY))) - share
    return min(max(expected + 8, 1), len(claims.CROWD_LEVELS))


# Dates ----------------------------------------------------------------------------------------------------------


def _birth_date(pair: _Pair) -> int:
    return _date_level(pair.one.born, pair.two.born)


def _date_level(first: date | None, second: date | None) -> int:
    if first is None or second is None:
        return 0
    if first == second:
        return 9 if (first.month, first.day) == (1, 1) else 1
    same_year = first.year == second.year
    if same_year and first.month == second.day and first.day == second.month:
        return 2
    if sum(map(str.__ne__, first.isoformat(), second.isoformat())) == 1:
        return 3
    by_convention = ((first.month, first.day) == (1, 1)) != ((second.month, second.day) == (1, 1))
    if same_year + (first.month == second.month) + (first.day == second.day) == 2 and not by_convention:
        return 4
    if same_year:
        return 5 if by_convention else 6
    return 8 if abs(first.year - second.year) > claims.GENERATION else 7


# Contacts, accounts, documents ----------------------------------------------------------------------------------


def _sharing(count: int) -> int:
    return 1 + (count > claims.FEW) + (count > claims.SEVERAL)


def _shared(pair: _Pair, attribute: str, differs: int) -> int:
    first, second = pair.one.lists[attribute], pair.two.lists[attribute]
    if not first or not second:
        return 0
    counts = [pair.size(attribute, hash_text(value)) for value in first if value in second]
    return _sharing(min(filter(None, counts))) if any(counts) else differs


def _contact(attribute: str) -> Decide:
    def decide(pair: _Pair) -> int:
        level = _shared(pair, attribute, 5)
        if level < 5:
            return level
        both = ((one, two) for one in pair.one.lists[attribute] for two in pair.two.lists[attribute])
        return 4 if any(OSA.distance(one, two, score_cutoff=1) <= 1 for one, two in both) else 5

    return decide


def _account(pair: _Pair) -> int:
    return _shared(pair, "accounts", 4)


def _document(attribute: str) -> Decide:
    def decide(pair: _Pair) -> int:
        first, second = pair.texts(attribute)
        if not first or not second:
            return 0
        if first == second:
            return _sharing(pair.size(attribute, hash_text(first)))
        return 4 if OSA.distance(first, second, score_cutoff=1) <= 1 else 5

    return decide


# Addresses ------------------------------------------------------------------------------------------------------


def _address(pair: _Pair) -> int:
    key, other_key = pair.texts("house_key")
    if key and key == other_key:
        return claims.SAME_HOUSE
    street, other_street = pair.texts("street")
    if not street or not other_street:
        return 0
    if _is_close_address(pair, street, other_street):
        return claims.CLOSE
    return claims.SAME_STREET if street == other_street else 4


_DIGIT: Final = re.compile("[0-9]")


def _is_close_address(pair: _Pair, street: str, other_street: str) -> bool:
    house, other_house = pair.texts("house")
    length = min(len(street), len(other_street))
    if not house and not other_house:
        if not _DIGIT.search(street) or not _DIGIT.search(other_street):
            return False
        distance = OSA.distance(street, other_street, score_cutoff=6)
        return distance <= 6 and distance * 6 <= length
    if not house or not other_house:
        return False
    if street == other_street:
        one_digit = OSA.distance(house, other_house, score_cutoff=1) <= 1
        return house == other_house or (one_digit and min(len(house), len(other_house)) >= 2)
    if house != other_house:
        return False
    distance = OSA.distance(street, other_street, score_cutoff=3)
    return distance <= 3 and distance * 4 <= length


def _flat(pair: _Pair) -> int:
    flat, other_flat = pair.texts("flat")
    if not flat or not other_flat or pair.decided["address"] not in (claims.SAME_HOUSE, claims.CLOSE):
        return 0
    account = pair.decided["account"]
    if flat == other_flat:
        return 3 if account else 1
    return 5 if account == claims.OTHER_ACCOUNT else 4 if account else 2


def _place(pair: _Pair) -> int:
    if pair.decided["address"] in (claims.SAME_HOUSE, claims.SAME_STREET):
        return 0
    (city, other_city), (region, other_region) = pair.texts("city"), pair.texts("region")
    have_regions = bool(region and other_region)
    if city and other_city:
        if city == other_city:
            return 1
        if _is_close(city, other_city):
            return 2
        return 5 if have_regions and region != other_region else 4
    return (3 if region == other_region else 5) if have_regions else 0


def _postal_code(pair: _Pair) -> int:
    first, second = pair.texts("postal_code")
    if not first or not second or pair.decided["address"] in (claims.SAME_HOUSE, claims.SAME_STREET):
        return 0
    return 1 if first == second else 2 if OSA.distance(first, second, score_cutoff=1) <= 1 else 3


# Organizations --------------------------------------------------------------------------------------------------


def _company(pair: _Pair) -> int:
    first, second = pair.texts("company")
    if not first or not second:
        return 0
    if first == second:
        return 1 if " " in first else 2
    if _is_close(first, second):
        return 3
    return 4 if _shares_word(first, second) else 5


def _equality(attribute: str) -> Decide:
    def decide(pair: _Pair) -> int:
        first, second = pair.texts(attribute)
        return (1 if first == second else 2) if first and second else 0

    return decide


def _alone(pair: _Pair) -> int:
    return 0 if any(pair.decided.get(name) in levels for name, levels in claims.SUPPORT.items()) else 1


# Custom attributes ----------------------------------------------------------------------------------------------


def _fuzzy(attribute: str) -> Decide:
    def decide(pair: _Pair) -> int:
        first, second = pair.texts(attribute)
        if not first or not second:
            return 0
        if first == second:
            return 1
        if _is_close(first, second):
            return 2
        return 3 if _shares_word(first, second) else 4

    return decide


def _date(attribute: str) -> Decide:
    return lambda pair: _date_level(*(_parsed_date(side.record.values.get(attribute)) for side in (pair.one, pair.two)))


def _number(attribute: str) -> Decide:
    def decide(pair: _Pair) -> int:
        first, second = (_parsed_number(side.record.values.get(attribute)) for side in (pair.one, pair.two))
        if isnan(first) or isnan(second):
            return 0
        if first == second:
            return 1
        return 2 if abs(first - second) * 20 <= max(abs(first), abs(second)) else 3

    return decide


@lru_cache(maxsize=10_000)
def _parsed_date(text: str | None) -> date | None:
    found: date | None = parsed_dates(pa.array([text], pa.string()))[0].as_py()
    return found


@lru_cache(maxsize=10_000)
def _parsed_number(text: str | None) -> float:
    return float(parsed_numbers(pa.array([text], pa.string()))[0])


_CUSTOM: Final[Mapping[str, Callable[[str], Decide]]] = {
    claims.EXACT: _document,
    claims.FUZZY: _fuzzy,
    claims.DATE: _date,
    claims.NUMBER: _number,
}


_CLAIMS: Final[Mapping[str, Decide]] = {
    "surname": _surname,
    "given_name": _given_name,
    "patronymic": _patronymic,
    "namesakes": _namesakes,
    "crowd": _crowd,
    "birth_date": _birth_date,
    "phone": _contact("phones"),
    "email": _contact("emails"),
    "account": _account,
    "address": _address,
    "flat": _flat,
    "place": _place,
    "postal_code": _postal_code,
    "company": _company,
    "legal_form": _equality("opf"),
    "kpp": _equality("kpp"),
    "alone": _alone,
    **{name: _document(name) for name in ("inn", "snils", "passport", "national_id", "ogrn")},
}
"""By the names of the claims; those about custom attributes have the names of these."""
