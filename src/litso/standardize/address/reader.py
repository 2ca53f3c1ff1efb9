"""One address of free text, of parts, or of nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from litso.domain.territory import Territory
from litso.standardize.address.compose import House, Place, compose, house, place, printed_unparsed, with_flat
from litso.standardize.address.head import head
from litso.standardize.address.look import NUMBERED_PLACES
from litso.standardize.address.model import Address
from litso.standardize.address.tail import Tail, read_tail, settle
from litso.standardize.address.tokens import LIMIT, Token, read
from litso.standardize.address.walk import walk
from litso.standardize.address.words import NUMBERED, PLACE, PLAN
from litso.standardize.documents import is_nothing

_GAP: Final = "(?:[ ]*,[ ]*|[ ]+)"
_LETTER: Final = "(?:[ ]?-?[а-джзик-пА-ДЖЗИК-П])?"
_HOUSE: Final = f"[0-9]{{1,4}}(?:/[0-9]{{1,3}})?{_LETTER}"
_BEFORE: Final = f"[А-Яа-яЁё0-9][.)]?{_GAP}"
_START: Final = f"(?:(?:[Дд]|[Дд]ом|ДОМ)[. ]*(?:№[ ]*)?)?{_HOUSE}"  # «д. 5», «дом № 5а», «5»
_BLOCK: Final = "(?:[ ,]*(?:[Кк]|[Кк]орп|[Кк]орпус|КОРП|КОРПУС)[. ]*[0-9]{1,3}[а-вА-В]?)?"
_BUILDING: Final = "(?:[ ,]*(?:[Сс]|[Сс]тр|[Сс]троение|СТР)[. ]*[0-9]{1,3}[а-вА-В]?)?"
_LITERA: Final = f"(?:{_GAP}(?:[Лл]ит|[Лл]итера?|ЛИТ|ЛИТЕРА?)[. ]*[А-ЖИКа-жик])?"
_FLAT: Final = (
    "(?:[ ,]*(?:[Кк]в|[Кк]вартира|КВ|КВАРТИРА)[. ]*(?:№[ ]*)?[0-9]{1,4}[а-вА-В]?"
    "|[ ]?-[ ]?[0-9]{1,4}|[ ]*,[ ]*[0-9]{1,4})?"
)
END: Final = f"({_BEFORE})({_START}{_BLOCK}{_BUILDING}{_LITERA})({_FLAT})[ .]*$"
"""Where a plain house begins, and what is right before it; the first such place is meant. What is before the house is
read once for all houses of a street. Both engines of regular expressions read this pattern alike (no classes that
differ, no looking around)."""

PLAIN: Final = 250
"""Characters that a plain address has at most."""

WIDE: Final = "   "
"""A gap that no plain address has: what keeps the search for its end quick in any text."""

_SPLIT: Final = re.compile(f"(.*?){END}")
_UNFINISHED: Final = NUMBERED | {PLACE, PLAN}


def cut(text: str) -> tuple[str, str, str] | None:
    """The place, the house and the flat of a plain address, or None where the text must be read as a whole."""
    found = _SPLIT.fullmatch(text) if len(text) <= PLAIN and WIDE not in text else None
    if found is None:
        return None
    head, before, building, inside = found.groups()
    return None if may_be_range(building, inside) else (head + before, building, inside)


def may_be_range(building: str, inside: str) -> bool:
    """Whether «50-52» may number one long house: such a text is not plain."""
    if "-" not in inside:
        return False
    first, second = _NUMBER.search(building), _NUMBER.search(inside)
    return first is not None and second is not None and int(second.group()) - int(first.group()) in RANGES


RANGES: Final = (2, 4, 6, 8)
"""How far apart the two numbers of one long house may be."""

_NUMBER: Final = re.compile("[0-9]+")
_INSIDE: Final = re.compile("([0-9]+)([а-вА-В]?)")


def read_place(text: str, territory: Territory | None) -> Place | None:
    """The place of a text whose house was cut off; None where it must be read as a whole.

    So it is where there is a house in it still, and where its line would be read otherwise than it says.
    """
    found = _read_place(text, territory)
    return found if found is not None and _is_settled(found.line, territory) else None


@lru_cache(maxsize=1 << 16)
def _is_settled(line: str, territory: Territory | None) -> bool:
    """Whether the line of a place is read as itself."""
    if not line:
        return True
    again = _read_place(f"{line}, ", territory)
    return again is not None and again.line == line


@lru_cache(maxsize=1 << 17)
def _read_place(text: str, territory: Territory | None) -> Place | None:
    tokens = read(text)
    state = walk(tokens, follows=True, comma=text.rstrip().endswith(","))
    if not state.tail.empty or state.tail.bare or not tokens or _unfinished(tokens[-1]):
        return None
    found = head(state, territory)
    return None if found.street is None and tokens[-1].role is not None else place(found)


def _unfinished(token: Token) -> bool:
    """Whether a number after this word would be its name, not a house: «квартал 5», «п. Разъезд 5», «кв. 5»."""
    if token.low in NUMBERED_PLACES:
        return True
    return token.role is not None and token.role.kind in _UNFINISHED


@lru_cache(maxsize=1 << 15)
def read_house(text: str) -> House | None:
    """The house of a text that tells nothing else; None where something else is in it."""
    tokens, tail = read(text), Tail()
    if read_tail(tokens, 0, tail) < len(tokens):
        return None
    settle(tail)
    return None if tail.unparsed else house(tail)


@lru_cache(maxsize=1 << 14)
def read_flat(text: str) -> str | None:
    """The number of a flat: «, кв. 012а» → «12А»."""
    found = _INSIDE.search(text)
    if found is None:
        return None
    number = found.group(1).lstrip("0")
    return number + found.group(2).upper() if number else None


def _read_whole(text: str, territory: Territory | None) -> Address:
    """Read a text that is not plain."""
    state = walk(read(text))
    settle(state.tail)
    return compose(place(head(state, territory)), house(state.tail))


_NOTHING: Final = Address(qc=2, qc_complete=6)
_READINGS: Final = 3
"""How often a line is read again before it is given up; two are enough for nearly all garbage."""

_SEVERAL: Final = 3
"""`qc` of a town of which there are several."""

REREAD: Final = "read_again"
"""Problem of an address whose first reading did not hold."""


def parse(text: str | None, territory: Territory | None = None) -> Address:
    """Standardize one address of free text.

    Never raises and never invents: what is not understood is in `unparsed`. `territory` is the place of an address that
    names none. Empty text gives `qc` 2. A standard address is its own standard: what its `result` says is read again
    until it says the same.
    """
    if text is None:
        return _NOTHING
    found = _plain(text, territory)
    return found if found is not None else _settled(text, territory)


def _plain(text: str, territory: Territory | None) -> Address | None:
    """A plain address: its place, its house and its flat read apart."""
    parts = cut(text)
    if parts is None:
        return None
    where, what = read_place(parts[0], territory), read_house(parts[1])
    if where is None or what is None:
        return None
    flat = read_flat(parts[2])
    return compose(where, with_flat(what, flat) if flat else what)


def _settled(text: str, territory: Territory | None) -> Address:
    """The address that its own line is read as; a text of which no reading holds is left to a human as a whole.

    Words mean what the words beside them let them mean, and in garbage these have changed once it is printed.
    """
    found = _NOTHING if is_nothing(text) else _read_whole(text, territory)
    for _ in range(_READINGS):
        if found.result is None:
            return found
        again = _plain(found.result, territory) or _read_whole(found.result, territory)
        if again.result == found.result:
            return found
        found = _later(found, again)
    return replace(_NOTHING, qc=1, unparsed=printed_unparsed((text[:LIMIT],)), problems=found.problems)


def _later(earlier: Address, later: Address) -> Address:
    """A later reading with all that an earlier one knew and did not print."""
    left = tuple(filter(None, (earlier.unparsed, later.unparsed)))
    return replace(
        later,
        postal_code=earlier.postal_code or later.postal_code,
        unparsed=", ".join(left) or None,
        qc=later.qc if later.qc == _SEVERAL else 1,
        problems=tuple(dict.fromkeys((*earlier.problems, *later.problems, REREAD))),
    )
