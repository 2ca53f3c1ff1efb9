"""Streets and houses of standard records as lines that may be suggested: what is met, without flats and persons."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from litso.golden.search import BLOCK, HOUSE, PLACE, PLACE_TYPES, house_number, words
from litso.store.suggestions import AddressLine

INSIDE: Final = "(?:, (?:под|эт|кв|офис|помещ|гараж|бокс|м/м|клад|пав|скл|цех|подв|каб|ап|ком|а/я) [^,]*)+$"
"""What is inside a house, at the end of an address; DuckDB reads this pattern as Python does."""

_LONGEST: Final = 300
"""A longer key is that of no real house."""


def address_lines(houses: Iterable[tuple[str, str, int]]) -> list[AddressLine]:
    """Lines of (house key, address, how often met): each house in its commonest spelling, each street once.

    A house may come in several spellings.
    """
    found: dict[str, AddressLine] = {}
    for key, address, met in sorted(houses, key=lambda one: (-one[2], one[0], one[1])):
        line = re.sub(INSIDE, "", address)
        place, _, number = line.rpartition(", ")
        if not place or len(key) > _LONGEST:
            continue
        tokens = _place_tokens(place)
        street = AddressLine(key.rpartition("|")[0] + "|", place, False, met, tokens)
        for one in (street, AddressLine(key, line, True, met, (*tokens, *_number_tokens(number)))):
            before = found.get(one.key, one._replace(met=0))
            found[one.key] = before._replace(met=before.met + met)
    return list(found.values())


def _place_tokens(place: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{PLACE}:{word}" for word in words(place) if word not in PLACE_TYPES))


def _number_tokens(number: str) -> Iterable[str]:
    """Tokens of «д 4 к 1»: the house, then its blocks."""
    parts = number.split()[1::2]
    for namespace, part in zip((HOUSE, *(BLOCK for _ in parts[1:])), parts, strict=False):
        yield f"{namespace}:{house_number(part)}"
