"""Words of a name torn in two by a stray blank: «Тама ра», «Каза кова», put together where the language is sure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from litso.standardize.letters import fold
from litso.standardize.lexicon import (
    GIVEN,
    PATRONYMIC,
    RARE,
    SURNAME,
    TRUSTED,
    counts_of,
    is_met,
    looks_like_patronymic,
    looks_like_surname,
)
from litso.standardize.name_roles import KNOWN_SURNAME, PARTICLES, PREFIXES

WHOLE: Final = 3
"""A name of more words than this may hold a torn one; of fewer, both pieces may be parts."""
LEAST: Final = 4
"""Letters of the shortest word that is put together."""
LONGEST_END: Final = 2
"""Letters that a blank may cut off from what is a surname without them: «Симонов а»."""
_JOINING: Final = PARTICLES | PREFIXES
MOST: Final = 6
"""Pieces beyond which a line is no torn name."""


def untorn(pieces: Sequence[str]) -> list[str]:
    """The words of a name as they were written, the two halves of a torn one in one word.

    Only where a surname, a given name and a patronymic are there afterwards, at least one half is no word of names, and
    the whole one is. Everything else stays.
    """
    if not WHOLE < len(pieces) <= MOST:
        return list(pieces)
    folded = [fold(piece) for piece in pieces]
    possible = [
        (_gain(word, head, tail), at)
        for at, (head, tail) in enumerate(pairwise(folded))
        if _is_torn(head, tail) and _is_whole(word := head + tail, [*folded[:at], *folded[at + 2 :]])
    ]
    if not possible:
        return list(pieces)
    _, at = max(possible)
    return [*pieces[:at], _written(pieces[at], pieces[at + 1]), *pieces[at + 2 :]]


def _gain(word: str, head: str, tail: str) -> float:
    """How much oftener the whole word is met than the commoner of its halves."""
    return _met(word) / max(_met(head), _met(tail))


def _met(folded: str) -> int:
    return 1 + max(counts_of(folded)[:3])


def _written(head: str, tail: str) -> str:
    return head + (tail if head.isupper() and len(head) > 1 else tail.lower())


def _is_torn(head: str, tail: str) -> bool:
    """Whether two pieces are hardly two words of a name."""
    if len(head) + len(tail) < LEAST or not {head, tail}.isdisjoint(_JOINING):
        return False
    if looks_like_surname(head) and len(tail) > LONGEST_END and not is_met(head + tail):
        return False
    return not (_is_word(head) and _is_word(tail))


def _is_word(folded: str) -> bool:
    """Whether a piece is a word of names by itself: met in earnest, or with the ending of one."""
    met = counts_of(folded)
    if max(met.given, met.patronymic, met.surname) >= RARE:
        return True
    is_patronymic = looks_like_patronymic(folded) and met.patronymic > 0
    return len(folded) > LEAST and (is_patronymic or looks_like_surname(folded))


def _is_whole(word: str, others: Sequence[str]) -> bool:
    """Whether the word put together is the part of a full name that the two others leave open."""
    if len(others) != WHOLE - 1:
        return False
    open_parts = ((SURNAME, GIVEN, PATRONYMIC), (GIVEN, SURNAME, PATRONYMIC), (PATRONYMIC, SURNAME, GIVEN))
    return any(
        _may_be(word, role) and (_are(others, one, other) or _are(others, other, one))
        for role, one, other in open_parts
    )


def _are(words: Sequence[str], first: str, second: str) -> bool:
    return _may_be(words[0], first) and _may_be(words[1], second)


def _may_be(folded: str, role: str) -> bool:
    """Whether a whole word is met as that part of a name, or has its ending."""
    met = counts_of(folded)
    if role == PATRONYMIC:
        return met.patronymic >= RARE or (looks_like_patronymic(folded) and met.patronymic > 0)
    if role == GIVEN:
        return met.given >= TRUSTED
    return (met.surname >= KNOWN_SURNAME or looks_like_surname(folded)) and not looks_like_patronymic(folded)
