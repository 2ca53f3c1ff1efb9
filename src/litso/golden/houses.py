"""Houses that the books do not know: which of the known ones a mistyped address means.

A house that the register of premises does not have (where there is no register: no account) is a typing error more
often than a house. Where exactly one known house differs by one letter in the name of its place («садоавя» for
«садовая»), or by the way its block is written («7/2» for «7к2»), that one is meant. Digits are never mended: «2-я»
beside «3-я» is another street.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

_LEAST_LETTERS: Final = 5
"""Letters of a name in which one may be wrong."""
_DIGIT: Final = re.compile(r"\d")
_BLOCK: Final = re.compile(r"(?<=\d)[/к](?=\d)")
_HOUSE_AND_FLAT: Final = re.compile(r"(?P<house>\d.*)-(?P<flat>\d+)")
_STREET: Final = ("улица", "ул")
"""Words for a street, which a key leaves out; mistyped they stay in the name."""


class Meant(NamedTuple):
    """A known house that is meant; `flat` where the number of the house told it too."""

    house: str
    flat: str | None = None


def meant_houses(asked: Iterable[str], known: Collection[str]) -> dict[str, Meant]:
    """House key → what it means of the known keys, of keys that are not known themselves; others are left out."""
    houses = set(known)
    near = _Near({_place(key) for key in houses})
    found: dict[str, Meant] = {}
    for key in asked:
        place, number = key.rpartition("|")[::2]
        if key in houses or not place:
            continue
        meant = _known_house(place, number, near, houses) or _known_flat(place, number, near, houses)
        if meant:
            found[key] = meant
    return found


def _known_house(place: str, number: str, near: _Near, houses: set[str]) -> Meant | None:
    meant = {f"{one}|{way}" for one in near.candidates(place) for way in _ways(number)} & houses
    return Meant(meant.pop()) if len(meant) == 1 else None


def _known_flat(place: str, number: str, near: _Near, houses: set[str]) -> Meant | None:
    """«11-13»: flat 13 of house 11."""
    both = _HOUSE_AND_FLAT.fullmatch(number)
    whole = both and _known_house(place, both["house"], near, houses)
    return Meant(whole.house, both["flat"]) if both and whole else None


def _place(key: str) -> str:
    return key.rpartition("|")[0]


def _ways(house: str) -> set[str]:
    """The number of a house with its block written either way."""
    return {house, *(_BLOCK.sub(sign, house) for sign in "/к")}


class _Near:
    """Known places: by what is left of them without one letter, which two that are one letter apart have in common; and
    by their names alone, whatever these are names of."""

    def __init__(self, places: Collection[str]) -> None:
        self._places = set(places)
        self._by_rest: dict[str, set[str]] = defaultdict(set)
        self._by_names: dict[str, set[str]] = defaultdict(set)
        for place in places:
            self._by_names[_names(place)].add(place)
            for rest in _rests(place):
                self._by_rest[rest].add(place)

    def candidates(self, place: str) -> Collection[str]:
        """The place itself where it is known; else those of the same names, else those that a slip made it of."""
        if place in self._places:
            return [place]
        return self._by_names.get(_names(place)) or {
            *self.one_letter_off(place),
            *(one for one in _without_street(place) if one in self._places),
        }

    def one_letter_off(self, place: str) -> list[str]:
        """Known places that differ by one letter: another, a missing, an extra one, or two that changed places."""
        near = {one for rest in _rests(place) for one in self._by_rest.get(rest, ())}
        return [one for one in near if _is_typing_error(place, one)]


def _names(place: str) -> str:
    return "|".join(filter(None, place.split("|")))


def _without_street(place: str) -> list[str]:
    """The place without a word that is one slip away from a word for a street."""
    before, _, street = place.rpartition("|")
    words = street.split()
    return [
        f"{before}|{' '.join(words[:at] + words[at + 1 :])}"
        for at, word in enumerate(words)
        if len(words) > 1 and any(OSA.distance(word, one) <= 1 for one in _STREET)
    ]


def _rests(place: str) -> set[str]:
    return {place, *(place[:at] + place[at + 1 :] for at in range(len(place)))}


def _is_typing_error(given: str, known: str) -> bool:
    """One letter, in one of their names, and in one that is long enough; the same digits."""
    ours, theirs = given.split("|"), known.split("|")
    if len(ours) != len(theirs) or _DIGIT.findall(given) != _DIGIT.findall(known):
        return False
    different = [(one, two) for one, two in zip(ours, theirs, strict=True) if one != two]
    return len(different) == 1 and min(map(len, different[0])) >= _LEAST_LETTERS and OSA.distance(*different[0]) == 1
