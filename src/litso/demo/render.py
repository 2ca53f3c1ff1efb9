"""Names, phones, e-mails, dates, documents and addresses of people as a source has them: written its way, and spoiled."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import polars as pl

from litso.demo import spoil
from litso.demo.addresses import SPELLINGS
from litso.demo.chance import Flags, Ints
from litso.demo.names import DIMINUTIVES, WITH_YO
from litso.demo.people import WOMAN
from litso.demo.sheet import Sheet, dates, digits, joined, put, where
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


# Phones --------------------------------------------------------------------------------------------------------


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
    text = phone_texts(numbers, form, code_digits(world, numbers))
    text = _without_code(sheet, world, text, numbers)
    text = sheet.spoil("phone_typo", text, numbers > 0, spoil.digit_typo)
    text = _several(sheet, world, who, text, form)
    return sheet.blank("phone_missing", text)


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
    """Digits of the area code of each number: three of mobiles, more of small towns."""
    lengths = np.full(len(numbers), 3)
    for code in set(world.demo.territory.places["code"].to_list()):
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


# E-mails, dates, documents -------------------------------------------------------------------------------------


def emails(sheet: Sheet, world: World, who: Ints) -> pl.Series:
    """E-mails of persons."""
    own = world.email.gather(who)
    mate = world.block.mate[who]
    of_mate = where(mate >= 0, world.email.gather(np.maximum(mate, 0)), None)
    rows = sheet.hit("email_of_family", of_mate.is_not_null().to_numpy())
    text = put(own, rows, of_mate.gather(rows).to_list())
    text = sheet.spoil("email_typo", text, np.ones(len(who), bool), spoil.email_typo)
    text = sheet.blank("email_missing", text)
    rows = sheet.hit("email_placeholder", np.ones(len(who), bool))
    fakes = pl.Series(spoil.PLACEHOLDER_EMAILS).gather(sheet.rng.integers(0, len(spoil.PLACEHOLDER_EMAILS), len(rows)))
    return put(text, rows, fakes.to_list())


def birth_dates(sheet: Sheet, world: World, who: Ints) -> pl.Series:
    """Birth dates of persons as YYYY-MM-DD; some are no dates (a month of 17) since day and month were exchanged."""
    text = dates(world.people.born[who])
    every = np.ones(len(who), bool)
    text = sheet.spoil("birth_date_typo", text, every, spoil.birth_typo)
    day = text.str.slice(8, 2).cast(pl.Int64)
    text = sheet.spoil("birth_date_swapped", text, ((day <= 12) & (text.str.slice(5, 2) != text.str.slice(8, 2))).to_numpy(),
                       spoil.birth_swapped)  # fmt: skip
    text = sheet.blank("birth_date_missing", text)
    rows = sheet.hit("birth_date_placeholder", every)
    fakes = pl.Series(spoil.PLACEHOLDER_BIRTHS).gather(sheet.rng.integers(0, len(spoil.PLACEHOLDER_BIRTHS), len(rows)))
    return put(text, rows, fakes.to_list())


def dotted(iso: pl.Series) -> pl.Series:
    """YYYY-MM-DD as DD.MM.YYYY."""
    return joined(iso.str.slice(8, 2), ".", iso.str.slice(5, 2), ".", iso.str.slice(0, 4))


def documents(sheet: Sheet, numbers: Ints, width: int, filled: float, placeholder: str) -> pl.Series:
    """Documents of persons as digits; `filled` is the share of rows that have one."""
    text = where(sheet.rng.random(len(numbers)) < filled, digits(numbers, width), None)
    text = sheet.spoil("document_typo", text, np.ones(len(numbers), bool), spoil.digit_typo)
    rows = sheet.hit("document_placeholder", text.is_not_null().to_numpy())
    return put(text, rows, [placeholder] * len(rows))


def account_texts(sheet: Sheet, numbers: Ints) -> pl.Series:
    """Account numbers, some with words around them; -1 is missing."""
    text = digits(numbers)
    text = sheet.spoil("account_typo", text, np.ones(len(numbers), bool), spoil.digit_typo)
    ways = ("л/с {}", "№ {}", "ЛС{}", "{} ")
    text = sheet.spoil("account_decorated", text, np.ones(len(numbers), bool), lambda v, c: ways[c % 4].format(v))
    return sheet.blank("account_missing", text)


# Addresses -----------------------------------------------------------------------------------------------------


def addresses(
    sheet: Sheet, world: World, house: Ints, flat: Ints, spellings: tuple[float, ...], seats: Flags | None = None
) -> pl.Series:
    """Addresses of premises in spellings drawn by weight; `seats` marks rows of companies, whose flat is an office."""
    size = len(house)
    shift = world.demo.territory.setting.spelling_shift
    spelling = (sheet.draw(spellings, size) + shift) % len(SPELLINGS)
    flat = _spoiled_flats(sheet, flat)
    street = world.demo.book.street_texts(house, spelling)
    street = sheet.spoil("address_typo", street, np.ones(size, bool), spoil.typo)
    text = world.demo.book.texts(house, np.where(seats, 0, flat) if seats is not None else flat, spelling, street)
    if seats is not None:
        offices = np.flatnonzero(seats & (flat > 0))
        text = put(
            text, offices, joined(text.gather(offices), ", оф. ", pl.Series(flat[offices]).cast(pl.String)).to_list()
        )
    text = sheet.spoil("address_ocr", text, np.ones(size, bool), spoil.scanned)
    return sheet.blank("address_missing", text)


def _spoiled_flats(sheet: Sheet, flat: Ints) -> Ints:
    flat = flat.copy()
    flat[sheet.hit("address_without_flat", flat > 0)] = 0
    rows = sheet.hit("address_wrong_flat", flat > 0)
    flat[rows] = np.maximum(1, flat[rows] + sheet.rng.choice(np.array([-10, -1, 1, 10]), len(rows)))
    return flat


EVERY_SPELLING: Final = tuple(1.0 for _ in SPELLINGS)


def one_spelling(*numbers: int) -> tuple[float, ...]:
    """Weights of the spellings of one system."""
    return tuple(float(number in numbers) for number in range(len(SPELLINGS)))


def premise_of(world: World, who: Ints, is_old: Flags) -> Ints:
    """Premise where a person lives, or lived before moving where `is_old`."""
    household = world.people.household[who]
    former = world.block.former[household]
    return np.where(is_old & (former >= 0), former, world.block.home[household])
