"""Tools that claims are made of: pairs of nodes, typing errors between distinct unequal values, shared list values."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from litso.resolve.columns import Coded, Codes, Columns, Indices, Listed, Names
from litso.resolve.words import patronymic_stem

Flags = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int32]

FAR: Final = 99
"""Edits between values that are further apart than was asked, or were not measured."""


_FEW: Final = 50
"""Pairs of values up to which measuring each is quicker than finding the distinct ones first."""

_UNLISTED: Final = 255

RARE_FATHER: Final = 10
ANY_FATHER: Final = 6
"""Bits of a patronymic that is in no table: beside others that are, and when there is no table."""


class Frequencies(NamedTuple):
    """How common names are: folded word → 1 (known) or 2 (common); words that are not listed are `unlisted`.

    fathers: stem of a patronymic → how many times its share has to be doubled to make a whole, at most RARE_FATHER.
    Frozen with the model, so that bulk and online weigh a name alike.
    """

    surname: Mapping[str, int]
    given_name: Mapping[str, int]
    patronymic: Mapping[str, int]
    unlisted: int
    fathers: Mapping[str, int] = MappingProxyType({})

    def of(self, attribute: str, names: Names) -> Levels:
        """Frequency of each distinct name: 0 rare, 1 known, 2 common."""
        listed = self.listed(attribute, names)
        return np.where(listed == _UNLISTED, np.uint8(self.unlisted), listed)

    def listed(self, attribute: str, names: Names) -> Levels:
        """As `of`, with 255 for names that the table does not have; worked out once for all pairs."""
        key = (id(self), attribute)
        if key not in names.frequencies:
            table: Mapping[str, int] = getattr(self, attribute)
            found = [table.get(word, _UNLISTED) for word in names.values.to_pylist()]
            names.frequencies[key] = np.array(found, dtype=np.uint8)
        return names.frequencies[key]

    def knows(self, attribute: str, names: Names) -> Flags:
        """Which distinct names the table has."""
        known: Flags = self.listed(attribute, names) != _UNLISTED
        return known

    def fathers_bits(self, names: Names) -> Levels:
        """Rarity of each distinct word as a patronymic, see `fathers`; where nothing is known, as in any country."""
        key = (id(self), "fathers")
        if key not in names.frequencies:
            rare = RARE_FATHER if self.fathers else ANY_FATHER
            found = [self.fathers.get(stem, rare) for stem in patronymic_stem(names.values).to_pylist()]
            names.frequencies[key] = np.array(found, dtype=np.uint8)
        return names.frequencies[key]


class Pairs:
    """Pairs of nodes to compare: rows `left[p]` and `right[p]` of `columns`; `decided` are the levels found so far."""

    def __init__(self, columns: Columns, left: Indices, right: Indices) -> None:
        self.columns = columns
        self.left = left
        self.right = right
        self.decided: dict[str, Levels] = {}

    def __len__(self) -> int:
        return len(self.left)

    def none(self) -> Levels:
        """Levels that say nothing."""
        return np.zeros(len(self), dtype=np.uint8)

    def both(self, value: Coded) -> tuple[Codes, Codes, Flags]:
        """Codes of both sides, and whether both have a value."""
        first, second = value.codes[self.left], value.codes[self.right]
        return first, second, (first >= 0) & (second >= 0)

    def was(self, claim: str, *levels: int) -> Flags:
        """Whether an earlier claim came to one of these levels."""
        decided = self.decided.get(claim)
        if decided is None:
            return np.zeros(len(self), dtype=np.bool_)
        was: Flags = np.logical_or.reduce([decided == level for level in levels])
        return was


def edits(values: pa.Array, first: Codes, second: Codes, wanted: Flags, most: int) -> Counts:
    """Typing errors (insertion, deletion, replacement, swap of neighbours) between the texts of the wanted pairs.

    Each distinct pair of values is measured once; more than `most`, or not wanted, is FAR.
    """
    result = np.full(len(first), FAR, dtype=np.int32)
    chosen = np.flatnonzero(wanted)
    if not len(chosen):
        return result
    if len(chosen) <= _FEW:
        one, two = (values.take(pa.array(side[chosen])).to_pylist() for side in (first, second))
        found = [OSA.distance(*pair, score_cutoff=most) for pair in zip(one, two, strict=True)]
        result[chosen] = [count if count <= most else FAR for count in found]
        return result
    low = np.minimum(first[chosen], second[chosen]).astype(np.int64)
    high = np.maximum(first[chosen], second[chosen]).astype(np.int64)
    distinct = pa.array(low * len(values) + high).dictionary_encode()
    codes = distinct.dictionary.to_numpy()
    texts = (values.take(pa.array(side)).to_pylist() for side in (codes // len(values), codes % len(values)))
    measured = cpdist(*texts, scorer=OSA.distance, score_cutoff=most, dtype=np.int32)
    result[chosen] = np.where(measured > most, FAR, measured)[distinct.indices.to_numpy()]
    return result


def shared_count(value: Listed, counts: Counts, left: Indices, right: Indices) -> tuple[Counts, Flags]:
    """(nodes that carry the rarest value that both have, or 0 where they share none; whether both have any)."""
    fewest = np.zeros(len(left), dtype=np.int32)
    have = (value.lengths[left] > 0) & (value.lengths[right] > 0)
    rows = np.flatnonzero(have)
    for place, other, chosen in _places(value, left, right, rows):
        first = value.codes[value.offsets[left[chosen]] + place]
        second = value.codes[value.offsets[right[chosen]] + other]
        equal = first == second
        found, number = chosen[equal], counts[first[equal]]
        fewest[found] = np.where(fewest[found] == 0, number, np.minimum(fewest[found], number))
    return fewest, have


def fewest_edits(value: Listed, left: Indices, right: Indices, wanted: Flags, most: int) -> Counts:
    """Typing errors between the two most alike values of wanted pairs, FAR when more than `most`."""
    best = np.full(len(left), FAR, dtype=np.int32)
    for place, other, chosen in _places(value, left, right, np.flatnonzero(wanted)):
        first = value.codes[value.offsets[left[chosen]] + place]
        second = value.codes[value.offsets[right[chosen]] + other]
        found = edits(value.values, first, second, np.ones(len(chosen), dtype=np.bool_), most)
        best[chosen] = np.minimum(best[chosen], found)
    return best


def _places(value: Listed, left: Indices, right: Indices, rows: Indices) -> list[tuple[int, int, Indices]]:
    """(place in the left list, place in the right list, pairs that have both places)."""
    if not len(rows):
        return []
    first, second = value.lengths[left[rows]], value.lengths[right[rows]]
    return [
        (place, other, rows[(first > place) & (second > other)])
        for place in range(int(first.max()))
        for other in range(int(second.max()))
    ]
