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
from typing import Final

from rapidfuzz.distance import OSA

_LEAST_LETTERS: Final = 5
"""Letters of a name in which one may be wrong."""
_DIGIT: Final = re.compile(r"\d")
_BLOCK: Final = re.compile(r"(?<=\d)[/к](?=\d)")


def meant_houses(asked: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """House key → the known key that it means, of keys that are not known themselves; others are left out."""
    houses = set(known)
    places = {_place(key) for key in houses}
    near = _Near(places)
    found: dict[str, str] = {}
    for key in asked:
        if key in houses:
            continue
        place, house = key.rpartition("|")[::2]
        candidates = [place] if place in places else near.one_letter_off(place)
        meant = {f"{one}|{way}" for one in candidates for way in _ways(house)} & houses
        if len(meant) == 1:
            found[key] = meant.pop()
    return found


def _place(key: str) -> str:
    return key.rpartition("|")[0]


def _ways(house: str) -> set[str]:
    """The number of a house with its block written either way."""
    return {house, *(_BLOCK.sub(sign, house) for sign in "/к")}


class _Near:
    """Places by what is left of them without one letter: two that are one letter apart have such a rest in common."""

    def __init__(self, places: Iterable[str]) -> None:
        self._by_rest: dict[str, set[str]] = defaultdict(set)
        for place in places:
            for rest in _rests(place):
                self._by_rest[rest].add(place)

    def one_letter_off(self, place: str) -> list[str]:
        """Known places that differ by one letter: another, a missing, an extra one, or two that changed places."""
        near = {one for rest in _rests(place) for one in self._by_rest.get(rest, ())}
        return [one for one in near if _is_typing_error(place, one)]


def _rests(place: str) -> set[str]:
    return {place, *(place[:at] + place[at + 1 :] for at in range(len(place)))}


def _is_typing_error(given: str, known: str) -> bool:
    """One letter, in one of their names, and in one that is long enough; the same digits."""
    ours, theirs = given.split("|"), known.split("|")
    if len(ours) != len(theirs) or _DIGIT.findall(given) != _DIGIT.findall(known):
        return False
    different = [(one, two) for one, two in zip(ours, theirs, strict=True) if one != two]
    return len(different) == 1 and min(map(len, different[0])) >= _LEAST_LETTERS and OSA.distance(*different[0]) == 1
