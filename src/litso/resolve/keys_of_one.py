"""The keys of one record: the same as `keys.keys_of_level` gives for it among many, without the cost of columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

from litso.domain.record import STANDARD_LISTS
from litso.resolve import words
from litso.resolve.columns import PLAIN
from litso.resolve.diminutives import FAMILIES
from litso.resolve.hashing import block_key, hash_text
from litso.resolve.keys import Rule
from litso.resolve.words import of_one

_MASK: Final = (1 << 64) - 1

Hashes = Sequence[int]
"""Unsigned 64-bit hashes; 0 stands for what the record lacks."""


class _Word(NamedTuple):
    """Hashes of what keys take from a word of a name; the parts of a mere initial are 0."""

    stem: int
    patronymic: int
    sound: int
    initial: int


_NO_WORD: Final = _Word(0, 0, 0, 0)


@lru_cache(maxsize=200_000)
def _word(folded: str) -> _Word:
    initial = hash_text(folded[:1])
    if len(folded.rstrip(".")) == 1:
        return _NO_WORD._replace(initial=initial)
    stem = of_one(words.surname_stem, FAMILIES.get(folded, folded))
    return _Word(
        stem=hash_text(stem),
        patronymic=hash_text(of_one(words.patronymic_stem, folded)),
        sound=hash_text(of_one(words.sound, folded)),
        initial=initial,
    )


class KeysOfOne:
    """Keys of a record with the `values` of `nodes.node_values`; what they are made of is worked out once."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self._made: dict[str, Hashes] = {}
        self._known: dict[tuple[str, int], list[int]] = {}

    def of_level(self, rule: Rule, level: int) -> list[int]:
        """Keys at one level of a rule as signed numbers; none where the record lacks a part."""
        asked = (rule.name, level)
        if asked not in self._known:
            self._known[asked] = self._of_level(rule, level)
        return self._known[asked]

    def _of_level(self, rule: Rule, level: int) -> list[int]:
        first, *others = rule.levels[level]
        rest = [self.part(name)[0] for name in others]
        if not all(rest):
            return []
        keys = (block_key(rule.name, level, value, *rest) for value in self.part(first) if value)
        return [key - (1 << 64) if key >> 63 else key for key in keys]

    def part(self, name: str) -> Hashes:
        """Hashes of what keys are made of: several of a list, else one."""
        if name not in self._made:
            if name in STANDARD_LISTS:
                self._made[name] = [hash_text(value) for value in self.values.get(name) or ()]
            else:
                maker = _MAKERS.get(name)
                self._made[name] = (maker(self) if maker else hash_text(self.text(name)),)
        return self._made[name]

    def text(self, name: str) -> str:
        """A value as it is compared; empty where it is missing."""
        value = self.values.get(name) or ""
        return value if name in PLAIN else of_one(words.fold, value)

    def word(self, name: str) -> _Word:
        """What keys take from a part of the name."""
        folded = self.text(name)
        return _word(folded) if folded else _NO_WORD

    def birth_date(self) -> date | None:
        """The date of birth."""
        born: date | None = self.values.get("birth_date")
        return born


def _name(record: KeysOfOne) -> int:
    surname, given = record.word("surname").stem, record.word("given_name").stem
    return (surname + given) & _MASK if surname and given else 0


def _birth_date(record: KeysOfOne) -> int:
    born = record.birth_date()
    return (born.year * 12 + born.month) * 31 + born.day if born else 0


def _birth_year(record: KeysOfOne) -> int:
    born = record.birth_date()
    return born.year if born else 0


def _national_id_start(record: KeysOfOne) -> int:
    number = record.text("national_id")
    return hash_text(number[: (len(number) + 1) // 2])


_MAKERS: Final[Mapping[str, Callable[[KeysOfOne], int]]] = {
    "surname": lambda record: record.word("surname").stem,
    "given_name": lambda record: record.word("given_name").stem,
    "name": _name,
    "patronymic": lambda record: record.word("patronymic").patronymic,
    "initial": lambda record: record.word("given_name").initial,
    "surname_sound": lambda record: record.word("surname").sound,
    "given_sound": lambda record: record.word("given_name").sound,
    "birth_year": _birth_year,
    "birth_date": _birth_date,
    "house": lambda record: hash_text(record.text("house_key")),
    "flat": lambda record: hash_text(record.text("flat")) or 1,
    "national_id_start": _national_id_start,
    "company_sound": lambda record: hash_text(of_one(words.sound, record.text("company"))),
    "company_start": lambda record: hash_text(record.text("company")[:4]),
}
"""Part → its hash; parts that are not here are attributes."""
