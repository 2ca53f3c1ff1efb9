"""Phones: which number a person gives, and how it is written."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import polars as pl

from litso.demo import spoil
from litso.demo.chance import Flags, Ints
from litso.demo.sheet import Sheet, joined, put, where
from litso.demo.world import World


class PhoneForm(NamedTuple):
    """What stands before and between the digits."""

    start: str
    after_code: str
    between: str


PHONE_FORMS: Final = (
    PhoneForm("8", "", ""),
    PhoneForm("+7", "", ""),
    PhoneForm("+7 (", ") ", "-"),
    PhoneForm("8-", "-", "-"),
    PhoneForm("8 (", ") ", "-"),
    PhoneForm("7", "", ""),
    PhoneForm("", "", ""),
    PhoneForm("8 ", " ", " "),
    PhoneForm("+7 ", " ", "-"),
    PhoneForm("8(", ")", ""),
    PhoneForm("т. 8", "", ""),
)
_STARTS: Final = pl.Series([form.start for form in PHONE_FORMS])
_AFTER: Final = pl.Series([form.after_code for form in PHONE_FORMS])
_BETWEEN: Final = pl.Series([form.between for form in PHONE_FORMS])


def phone_texts(numbers: Ints, form: Ints, code_digits: Ints | None = None) -> pl.Series:
    """Ten-digit numbers written in a form; 0 is missing."""
    text = pl.Series(numbers).cast(pl.String).str.zfill(10)
    code = np.full(len(numbers), 3) if code_digits is None else code_digits
    between = _BETWEEN.gather(form)
    rest = pl.select(text.str.slice(pl.Series(code))).to_series()
    written = joined(
        _STARTS.gather(form), pl.select(text.str.slice(0, pl.Series(code))).to_series(), _AFTER.gather(form),
        rest.str.slice(0, rest.str.len_chars() - 4), between, rest.str.slice(-4, 2), between, rest.str.slice(-2, 2),
    )  # fmt: skip
    return where(numbers > 0, written, None)


def phone_numbers(sheet: Sheet, world: World, who: Ints, is_old: Flags | None = None) -> Ints:
    """The number that a person gives: own, the family's, a relative's, a former one; 0 where there is none."""
    people = world.people
    own = np.where(people.mobile[who] > 0, people.mobile[who], people.landline[who])
    number = np.where(people.family_phone[who] > 0, people.family_phone[who], own)
    by_land = (people.landline[who] > 0) & (sheet.rng.random(len(who)) < 0.25)
    number = np.where(by_land, people.landline[who], number)
    mate = world.block.mate[who]
    of_mate = np.where(mate >= 0, people.mobile[np.maximum(mate, 0)], 0)
    rows = sheet.hit("phone_of_family", of_mate > 0)
    number[rows] = of_mate[rows]
    can_be_old = (people.old_mobile[who] > 0) & (np.ones(len(who), bool) if is_old is None else is_old)
    rows = sheet.hit("phone_old", can_be_old)
    number[rows] = people.old_mobile[who][rows]
    rows = sheet.hit("phone_placeholder", number >= 0)
    number[rows] = np.array(spoil.PLACEHOLDER_PHONES)[sheet.rng.integers(0, len(spoil.PLACEHOLDER_PHONES), len(rows))]
    return number


def phones(sheet: Sheet, world: World, who: Ints, forms: tuple[float, ...], is_old: Flags | None = None) -> pl.Series:
    """Cells of phones of persons; `forms` are weights of `PHONE_FORMS`."""
    numbers = phone_numbers(sheet, world, who, is_old)
    form = sheet.draw(forms, len(who))
    text = sheet.blank("phone_missing", phone_texts(numbers, form, code_digits(world, numbers)))
    text = _without_code(sheet, world, text, numbers)
    text = sheet.spoil("phone_typo", text, numbers > 0, spoil.digit_typo)
    return _several(sheet, world, who, text, form)


def _without_code(sheet: Sheet, world: World, text: pl.Series, numbers: Ints) -> pl.Series:
    """Land lines of the main town as its people say them: «231-60-14»."""
    code = str(world.demo.territory.places["code"][0])
    rest = 10 - len(code)
    rows = sheet.hit("phone_without_code", (numbers // 10**rest == int(code)) & text.is_not_null().to_numpy())
    local = pl.Series(numbers[rows] % 10**rest).cast(pl.String)
    glue = sheet.choice(("-", "", " "), (6, 3, 1), len(rows))
    return put(
        text,
        rows,
        joined(local.str.slice(0, rest - 4), glue, local.str.slice(-4, 2), glue, local.str.slice(-2)).to_list(),
    )


def code_digits(world: World, numbers: Ints) -> Ints:
    """Digits of the area code of each number: three of mobiles, more of small towns, whose codes begin with the main
    one's: of two that fit the longer is meant."""
    lengths = np.full(len(numbers), 3)
    for code in sorted(set(world.demo.territory.places["code"].to_list()), key=lambda code: (len(code), code)):
        lengths[numbers // 10 ** (10 - len(code)) == int(code)] = len(code)
    return lengths


def phone_numbers_of(text: pl.Series) -> Ints:
    """Ten digits of texts with one phone each; -1 where there are none."""
    number = text.str.replace_all(r"\D", "").str.slice(-10).cast(pl.Int64, strict=False)
    return number.fill_null(-1).to_numpy()


def _several(sheet: Sheet, world: World, who: Ints, text: pl.Series, form: Ints) -> pl.Series:
    """Two phones in one cell, as clerks write them."""
    second = np.where(world.people.second_mobile[who] > 0, world.people.second_mobile[who], world.people.landline[who])
    first = phone_numbers_of(text)
    rows = sheet.hit("phone_several", (second > 0) & (first != second) & text.is_not_null().to_numpy())
    others = phone_texts(second[rows], form[rows], code_digits(world, second[rows]))
    glue = sheet.choice((", ", "; ", " ", "/", ", дом. "), (5, 3, 2, 2, 1), len(rows))
    return put(text, rows, joined(text.gather(rows), glue, others).to_list())
