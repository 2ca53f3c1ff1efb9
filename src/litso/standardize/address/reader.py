"""One address of free text, of parts, or of nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from litso.domain.territory import Territory
from litso.standardize.address.compose import House, Place, compose, house, place
from litso.standardize.address.head import head
from litso.standardize.address.model import Address
from litso.standardize.address.tail import Tail, read_tail, settle
from litso.standardize.address.tokens import LIMIT, read
from litso.standardize.address.walk import walk

SPLIT: Final = (
    r"^(.*[А-Яа-яЁё0-9][.)]?)"
    r"((?:[ ]*,[ ]*|[ ]+)(?:[Дд]|[Дд]ом)[. ]*[0-9]{1,4}(?:[ ]?[-/]?[А-Яа-я]?|/[0-9]{1,3}[А-Яа-я]?)"
    r"(?:[ ,]+(?:[Кк]|[Кк]орп|[Кк]орпус)[. ]*[0-9]{1,3}[А-Яа-я]?)?"
    r"(?:[ ,]+(?:[Сс]тр|[Сс]троение)[. ]*[0-9]{1,3}[А-Яа-я]?)?"
    r"(?:[ ,]+(?:[Кк]в|[Кк]вартира)[. ]*[0-9]{1,4}[А-Яа-я]?)?)[ .]*$"
)
"""Where a plain house begins: what is before it is read once for all houses of a street. Both engines of regular
expressions read this pattern alike (no classes that differ, no looking around)."""

_SPLIT: Final = re.compile(SPLIT)


def cut(text: str) -> tuple[str, str] | None:
    """The place and the house of a plain address, or None where the text must be read as a whole."""
    found = _SPLIT.fullmatch(text) if len(text) <= LIMIT and "\n" not in text else None
    return (found.group(1), found.group(2)) if found else None


@lru_cache(maxsize=1 << 16)
def read_place(text: str, territory: Territory | None) -> Place | None:
    """The place of a text whose house was cut off; None where there is a house in it still."""
    state = walk(read(text), follows=True)
    return place(head(state, territory)) if state.tail.empty and not state.tail.bare else None


@lru_cache(maxsize=1 << 16)
def read_house(text: str) -> House | None:
    """The house of a text that tells nothing else; None where something else is in it."""
    tokens, tail = read(text), Tail()
    if read_tail(tokens, 0, tail) < len(tokens):
        return None
    settle(tail)
    return house(tail)


def read_whole(text: str, territory: Territory | None = None) -> Address:
    """Read a text that is not plain."""
    state = walk(read(text))
    settle(state.tail)
    address = compose(place(head(state, territory)), house(state.tail))
    return address


def parse(text: str | None, territory: Territory | None = None) -> Address:
    """Standardize one address of free text.

    Never raises and never invents: what is not understood is in `unparsed`. `territory` is the place of an address that
    names none. Empty text gives `qc` 2.
    """
    if text is None:
        return Address()
    parts = cut(text)
    if parts is not None:
        where, what = read_place(parts[0], territory), read_house(parts[1])
        if where is not None and what is not None:
            return compose(where, what)
    return read_whole(text, territory)
