"""Keys: how records that are worth comparing find one another.

A rule names what two nodes must have in common, in levels: a block that too many nodes share is split by the next level
(the next field), and at the last level it stops linking and is reported. Keys are 64-bit hashes of node columns, a pure
function; a pair is a candidate when it shares a key that at most `CAP` nodes have now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from litso.domain.record import CUSTOM_PREFIX, ORGANIZATION, PERSON, STANDARD_LISTS
from litso.resolve.columns import Columns, Indices, letters, spread
from litso.resolve.hashing import Hashes, block_keys, hash_texts
from litso.resolve.words import sound

CAP: Final = 50
"""Nodes that a block may have before it is split."""

RARE: Final = 8
"""Nodes that a block of one name alone may have: a name is worth comparing by itself only while it is rare."""


class Rule(NamedTuple):
    """One way to find candidates. Each level adds parts to the one before; `title` is for the steward."""

    name: str
    title: str
    levels: tuple[tuple[str, ...], ...]
    first_cap: int = CAP

    def cap(self, level: int) -> int:
        """Nodes that a block of this level may have before it is split."""
        return self.first_cap if level == 0 else CAP

    def added(self, level: int) -> str:
        """The fields by which a level (from 1 on) splits what is too large one level before."""
        return ", ".join(self.levels[level][len(self.levels[level - 1]) :])


def _splitting(*parts: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Levels from the parts that each of them adds."""
    levels: list[tuple[str, ...]] = []
    for added in parts:
        levels.append((*levels[-1], *added) if levels else added)
    return tuple(levels)


_VALUE_SPLITS: Final = (("name",), ("birth_date",))

_VALUE_RULES: Final = tuple(
    Rule(attribute, title, _splitting((attribute,), *_VALUE_SPLITS))
    for attribute, title in (
        ("phones", "общий телефон"),
        ("emails", "общий адрес почты"),
        ("accounts", "общий лицевой счёт"),
        ("snils", "тот же СНИЛС"),
        ("inn", "тот же ИНН"),
        ("passport", "тот же паспорт"),
        ("national_id", "тот же номер документа"),
    )
)

PERSON_RULES: Final = (
    *_VALUE_RULES,
    Rule("name_year", "имя с фамилией в любом порядке и год рождения",
         _splitting(("name", "birth_year"), ("birth_date",), ("patronymic",))),
    Rule("given_patronymic_date", "имя, отчество и дата рождения (фамилия могла смениться)",
         _splitting(("given_name", "patronymic", "birth_date"), ("city",))),
    Rule("surname_sound_date", "созвучная фамилия и дата рождения",
         _splitting(("surname_sound", "birth_date"), ("initial",), ("patronymic",))),
    Rule("given_date", "имя и дата рождения", _splitting(("given_name", "birth_date"), ("city",), ("street",))),
    Rule("name", "редкие фамилия и имя", _splitting(("name",)), RARE),
    Rule("full_name", "фамилия, имя и отчество", _splitting(("name", "patronymic"), ("city",), ("street",))),
    Rule("flat_surname", "тот же адрес и фамилия", _splitting(("house", "flat", "surname"), ("given_name",))),
    Rule("flat_given", "тот же адрес и имя", _splitting(("house", "flat", "given_name"), ("patronymic",))),
    Rule("house_name", "тот же дом, фамилия и первая буква имени",
         _splitting(("house", "surname", "initial"), ("given_name",), ("patronymic",))),
    Rule("house_date", "тот же дом и дата рождения", _splitting(("house", "birth_date"), ("given_name",))),
    Rule("date_postal", "тот же индекс и дата рождения",
         _splitting(("postal_code", "birth_date"), ("initial",), ("surname",))),
    Rule("sound_postal", "тот же индекс и редкие созвучные имя с фамилией",
         _splitting(("postal_code", "surname_sound", "initial"), ("given_name",), ("birth_year",)), RARE),
    Rule("street_sound", "та же улица и созвучная фамилия",
         _splitting(("street", "surname_sound"), ("given_sound",), ("city",), ("birth_year",)), RARE),
    Rule("national_id_start", "начало номера документа",
         _splitting(("national_id_start",), ("surname_sound",), ("birth_year",)), RARE),
)  # fmt: skip

ORGANIZATION_RULES: Final = (
    *(Rule(name, title, _splitting((name,), ("company",), ("kpp",))) for name, title in (
        ("inn", "тот же ИНН"),
        ("ogrn", "тот же ОГРН"),
    )),
    *(Rule(name, title, _splitting((name,), ("company",), ("house",))) for name, title in (
        ("phones", "общий телефон"),
        ("emails", "общий адрес почты"),
        ("accounts", "общий лицевой счёт"),
    )),
    Rule("company", "то же название", _splitting(("company",), ("city",), ("house",))),
    Rule("company_sound_city", "созвучное название в том же городе",
         _splitting(("company_sound", "city"), ("street",))),
    Rule("company_house", "тот же дом и начало названия", _splitting(("house", "company_start"), ("company",))),
)  # fmt: skip

_RULES: Final = {PERSON: PERSON_RULES, ORGANIZATION: ORGANIZATION_RULES}


def rules_of(kind: str, customs: Mapping[str, str] | None = None) -> tuple[Rule, ...]:
    """Rules for parties of a kind. customs: column (`custom:badge`) → how it is compared; exact ones are keys too."""
    extra = (
        Rule(name, f"общее значение {name.removeprefix(CUSTOM_PREFIX)}", _splitting((name,), *_VALUE_SPLITS))
        for name, compare in sorted((customs or {}).items())
        if compare == "exact"
    )
    return (*_RULES[kind], *extra)


def counted_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Rules whose blocks evidence counts: how many nodes share a value, a name, a full name."""
    return [rule for rule in rules if len(rule.levels[0]) == 1 or rule.name == "full_name"]


def parts_of(rules: Iterable[Rule]) -> list[str]:
    """What the keys of rules are made of, each part once."""
    return list(dict.fromkeys(name for rule in rules for level in rule.levels for name in level))


class Keys(NamedTuple):
    """Key rows of one level of one rule: node `nodes[r]` has the key `keys[r]`."""

    nodes: Indices
    keys: npt.NDArray[np.int64]


def keys_of_level(rule: Rule, level: int, parts: Parts) -> Keys:
    """Keys of all nodes at one level of a rule; a node that lacks a part has none."""
    names = rule.levels[level]
    nodes, first = parts.rows(names[0])
    if not first.any():
        return Keys(nodes[:0], first[:0].view(np.int64))
    hashes = [first, *(parts[name][nodes] for name in names[1:])]
    is_whole = np.logical_and.reduce([part != 0 for part in hashes])
    kept = [part[is_whole] for part in hashes]
    return Keys(nodes[is_whole], block_keys(rule.name, level, *kept).view(np.int64))


class Parts:
    """Hashes per node of what keys are made of; 0 where a node lacks it."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._made: dict[str, Hashes] = {}

    def __getitem__(self, part: str) -> Hashes:
        if part not in self._made:
            maker = _MAKERS.get(part)
            self._made[part] = maker(self._columns) if maker else self._columns.text(part).hash_of_nodes()
        return self._made[part]

    def rows(self, part: str) -> tuple[Indices, Hashes]:
        """(node, hash) rows of a part: several a node for a list attribute."""
        if part in STANDARD_LISTS:
            values = self._columns.list(part)
            return values.owners, spread(values.hashes, values.codes)
        return np.arange(len(self._columns)), self[part]


def _surname(columns: Columns) -> Hashes:
    return columns.name_facts(columns.surname, columns.names.stem_hashes)


def _given_name(columns: Columns) -> Hashes:
    return columns.name_facts(columns.given_name, columns.names.stem_hashes)


def _name(columns: Columns) -> Hashes:
    return columns.name_hashes


def _patronymic(columns: Columns) -> Hashes:
    return columns.patronymic_hashes


def _initial(columns: Columns) -> Hashes:
    return spread(columns.names.initial_hashes, columns.given_name.codes)


def _surname_sound(columns: Columns) -> Hashes:
    return columns.name_facts(columns.surname, columns.names.sound_hashes)


def _given_sound(columns: Columns) -> Hashes:
    return columns.name_facts(columns.given_name, columns.names.sound_hashes)


def _birth_year(columns: Columns) -> Hashes:
    return columns.date().years.astype(np.uint64)


def _birth_date(columns: Columns) -> Hashes:
    date = columns.date()
    day = (date.years.astype(np.uint64) * np.uint64(12) + date.months.astype(np.uint64)) * np.uint64(31)
    return np.where(date.years > 0, day + date.days.astype(np.uint64), np.uint64(0))


def _house(columns: Columns) -> Hashes:
    return columns.text("house_key").hash_of_nodes()


def _flat(columns: Columns) -> Hashes:
    """The flat; a house without a flat counts as one, as people who live in a house of their own have none."""
    flat = columns.text("flat").hash_of_nodes()
    return np.where(flat == 0, np.uint64(1), flat)


def _company_sound(columns: Columns) -> Hashes:
    company = columns.text("company")
    return spread(hash_texts(sound(company.values)), company.codes)


def _company_start(columns: Columns) -> Hashes:
    company = columns.text("company")
    return spread(hash_texts(pc.utf8_slice_codeunits(company.values, 0, 4)), company.codes)


def _national_id_start(columns: Columns) -> Hashes:
    """The first half of the number: digits are mistaken or swapped in one place."""
    number = columns.text("national_id")
    half = (letters(number.values) + 1) // 2
    starts = [value[:many] for value, many in zip(number.values.to_pylist(), half.tolist(), strict=True)]
    return spread(hash_texts(pa.array(starts, pa.string())), number.codes)


_MAKERS: Final[dict[str, Callable[[Columns], Hashes]]] = {
    "surname": _surname,
    "given_name": _given_name,
    "name": _name,
    "patronymic": _patronymic,
    "initial": _initial,
    "surname_sound": _surname_sound,
    "given_sound": _given_sound,
    "birth_year": _birth_year,
    "birth_date": _birth_date,
    "house": _house,
    "flat": _flat,
    "national_id_start": _national_id_start,
    "company_sound": _company_sound,
    "company_start": _company_start,
}
