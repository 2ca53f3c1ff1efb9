"""Names of persons and companies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from litso.demo import spoil
from litso.demo.chance import Flags, Ints
from litso.demo.names import DIMINUTIVES, WITH_YO
from litso.demo.people import WOMAN
from litso.demo.sheet import Sheet, joined, put, where
from litso.demo.world import World

SURNAME_FIRST, GIVEN_FIRST, NO_SURNAME = "SGP", "GPS", "GP"
NO_NAMES: Final = ("Собственник", "не указан", "Жилец", "Абонент", "-", "нет данных")


class NameParts(NamedTuple):
    """Parts of names, one value a row; a missing patronymic is null."""

    surname: pl.Series
    given: pl.Series
    patronymic: pl.Series


def true_parts(world: World, who: Ints, maiden: Flags | None = None) -> NameParts:
    """Names of persons as they are, or as before marriage where `maiden`."""
    names, people = world.demo.names, world.people
    surname = people.surname[who] if maiden is None else np.where(maiden, people.maiden[who], people.surname[who])
    is_woman = people.gender[who] == WOMAN
    father = people.father[who]
    text = where(is_woman, names.surname_women.gather(surname), names.surname_men.gather(surname))
    rows = np.flatnonzero(people.has_both[who] if maiden is None else people.has_both[who] & ~maiden)
    before = names.surname_women.gather(people.maiden[who][rows])
    return NameParts(
        put(text, rows, joined(before, "-", text.gather(rows)).to_list()),
        names.given.gather(people.given[who]),
        where(is_woman, names.patronymic_women.gather(father), names.patronymic_men.gather(father)),
    )


def name_parts(sheet: Sheet, world: World, who: Ints) -> NameParts:
    """Names of persons with the errors that one part can have."""
    people, every = world.people, np.ones(len(who), bool)
    maiden = np.zeros(len(who), bool)
    maiden[sheet.hit("maiden_name", people.maiden[who] >= 0)] = True
    surname, given, patronymic = true_parts(world, who, maiden)
    has_short = given.is_in(list(DIMINUTIVES)).to_numpy()
    given = sheet.spoil("diminutive", given, has_short, spoil.diminutive)
    patronymic = sheet.blank("no_patronymic", patronymic)
    surname, given, patronymic = (_with_yo(sheet, part) for part in (surname, given, patronymic))
    part = sheet.draw((5, 3, 2), len(who))
    typos = sheet.rng.random(len(who)) < sheet.rate("name_typo")
    spoiled = []
    for number, values in enumerate((surname, given, patronymic)):
        rows = np.flatnonzero(typos & (part == number) & values.is_not_null().to_numpy() & every)
        chance = sheet.rng.integers(0, 2**62, len(rows)).tolist()
        texts = [spoil.typo(text, c) for text, c in zip(values.gather(rows).to_list(), chance, strict=True)]
        sheet.note("name_typo", rows)
        spoiled.append(put(values, rows, texts))
    return NameParts(*spoiled)


def _with_yo(sheet: Sheet, values: pl.Series) -> pl.Series:
    can = values.is_in(list(WITH_YO)).fill_null(False).to_numpy()
    return sheet.spoil("yo_written", values, can, lambda text, _: WITH_YO[text])


def full_names(sheet: Sheet, parts: NameParts, order: pl.Series | str = SURNAME_FIRST) -> pl.Series:
    """Names in one text, with the errors of a whole name. `order` is one of the constants, or a text a row."""
    surname, given, patronymic = parts
    size = len(surname)
    middle = where(patronymic.is_not_null().to_numpy(), joined(" ", patronymic), "")
    orders = pl.Series([order] * size) if isinstance(order, str) else order
    text = pl.select(
        pl.when(orders == GIVEN_FIRST)
        .then(pl.concat_str([given, middle, pl.lit(" "), surname]))
        .when(orders == NO_SURNAME)
        .then(pl.concat_str([given, middle]))
        .otherwise(pl.concat_str([surname, pl.lit(" "), given, middle]))
    ).to_series()
    has_surname = (orders != NO_SURNAME).to_numpy()
    text = _swapped(sheet, text, parts, middle, (orders == SURNAME_FIRST).to_numpy())
    text = _initials(sheet, text, parts, has_surname)
    return whole_name_errors(sheet, text)


def _swapped(sheet: Sheet, text: pl.Series, parts: NameParts, middle: pl.Series, among: Flags) -> pl.Series:
    rows = sheet.hit("name_swapped", among)
    other = joined(parts.given, " ", parts.surname, middle)
    return put(text, rows, other.gather(rows).to_list())


def _initials(sheet: Sheet, text: pl.Series, parts: NameParts, among: Flags) -> pl.Series:
    """«Иванов И.И.», «Иванов И. И.», «И.И. Иванов», «Иванов И И»."""
    rows = sheet.hit("initials", among)
    if not len(rows):
        return text
    surname, given, patronymic = (part.gather(rows) for part in parts)
    first = given.str.slice(0, 1)
    second = patronymic.str.slice(0, 1)
    has_second = second.is_not_null().to_numpy()
    way = sheet.draw((6, 2, 1, 1), len(rows))
    forms = (
        joined(surname, " ", first, ".", where(has_second, joined(second, "."), "")),
        joined(surname, " ", first, ".", where(has_second, joined(" ", second, "."), "")),
        joined(first, ".", where(has_second, joined(second, "."), ""), " ", surname),
        joined(surname, " ", first, where(has_second, joined(" ", second), "")),
    )
    table = pl.concat(forms)
    return put(text, rows, table.gather(way * len(rows) + np.arange(len(rows))).to_list())


def whole_name_errors(sheet: Sheet, text: pl.Series) -> pl.Series:
    """Another alphabet, another keyboard, a scanner, capitals."""
    every = np.ones(len(text), bool)
    text = sheet.spoil("transliterated", text, every, spoil.transliterated)
    is_russian = text.str.contains("[а-я]").fill_null(False).to_numpy()
    text = sheet.spoil("wrong_layout", text, is_russian, spoil.wrong_layout)
    text = sheet.spoil("ocr", text, is_russian, spoil.scanned)
    return sheet.spoil("name_in_capitals", text, every, lambda value, _: value.upper())


def fields_errors(sheet: Sheet, parts: NameParts) -> NameParts:
    """The errors of a whole name where it stands in three fields."""
    size = len(parts.surname)
    table = pl.concat(parts)
    for kind, change in FIELD_ERRORS.items():
        rows = sheet.noted(kind, sheet.chance(kind, size))
        every = np.concatenate([rows + step * size for step in range(len(parts))])
        chance = np.tile(sheet.rng.integers(0, 2**62, len(rows)), len(parts)).tolist()
        before = table.gather(every).to_list()
        after = [change(text, c) if text else text for text, c in zip(before, chance, strict=True)]
        table = put(table, every, after)
    return NameParts(*(table.slice(step * size, size) for step in range(len(parts))))


FIELD_ERRORS: Final[dict[str, Callable[[str, int], str]]] = {
    "transliterated": spoil.transliterated,
    "wrong_layout": spoil.wrong_layout,
    "ocr": spoil.scanned,
    "name_in_capitals": lambda text, _: text.upper(),
}


def company_names(sheet: Sheet, world: World, text: pl.Series) -> pl.Series:
    """Some rows of persons name the firm they called from."""
    rows = sheet.hit("company_in_name", text.is_not_null().to_numpy())
    firm = sheet.rng.integers(0, len(world.companies), len(rows))
    text = put(text, rows, world.companies.short.gather(firm).to_list())
    return sheet.spoil("name_placeholder", text, np.ones(len(text), bool), lambda _, c: NO_NAMES[c % len(NO_NAMES)])


def with_mates(sheet: Sheet, world: World, who: Ints, text: pl.Series) -> pl.Series:
    """Some rows name another adult of the household too."""
    mate = world.block.mate[who]
    rows = sheet.hit("two_names", (mate >= 0) & text.is_not_null().to_numpy())
    other = true_parts(world, mate[rows])
    short = joined(other.surname, " ", other.given.str.slice(0, 1), ".", other.patronymic.str.slice(0, 1), ".")
    return put(text, rows, joined(text.gather(rows), ", ", short).to_list())


def party_names(sheet: Sheet, world: World, who: Ints, order: pl.Series | str = SURNAME_FIRST) -> pl.Series:
    """Names in one text of persons and companies (`who` is `-2 - company` for those)."""
    is_person = who >= 0
    persons = np.flatnonzero(is_person)
    orders = order if isinstance(order, str) else order.gather(persons)
    inner = Sheet.within(sheet, persons)
    names = full_names(inner, name_parts(inner, world, who[persons]), orders)
    names = company_names(inner, world, with_mates(inner, world, who[persons], names))
    company = world.companies.short.gather(np.maximum(-2 - who, 0))
    return put(company, persons, names.to_list())
