"""The claims: what is compared, the levels that each comparison can answer with, and how it decides.

The docstring of a deciding function is what the steward reads about the comparison. The numbers of a level are a
first guess that training corrects: log2 of how much likelier this answer is between two records of one person, between
members of one household, between brothers and sisters, between namesakes, between two records of one person who moved,
and between father and son of one name, than between unrelated people. Level 0 always says nothing: a value is missing,
or another claim has counted it already. Missing is never a contradiction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from litso.domain.record import CUSTOM_PREFIX, ORGANIZATION, PERSON
from litso.resolve.columns import Coded, Codes, Dates, Indices, Names, spread
from litso.resolve.compare import (
    Counts,
    Flags,
    Frequencies,
    Levels,
    Pairs,
    edits,
    fewest_edits,
    shared_count,
)


class Level(NamedTuple):
    """One answer of a claim, with its sentence and the first guess of its weights.

    Which group an answer belongs to is known before the values are compared (an initial can only agree or differ with
    an initial), so answers compete only with those of their own group. `error`: the share of pairs of one person that
    may at most be believed to have this answer by mistake, whatever the data suggest, as a wrong merge is worse than a
    missed one.
    """

    name: str
    sentence: str
    same: float
    household: float
    relative: float
    namesake: float
    group: int = 0
    moved: float | None = None  # as `same` unless said
    heir: float | None = None  # as `household` unless said
    error: float | None = None


class Claim(NamedTuple):
    """One comparison: `levels[0]` is level 1. `columns` are the node columns that it reads."""

    name: str
    title: str
    columns: tuple[str, ...]
    levels: tuple[Level, ...]
    decide: Callable[[Pairs, Frequencies], Levels]


def _by_frequency(level: Levels, equal: Flags, frequency: Levels) -> None:
    """Equal values: 1 rare, 2 known, 3 common."""
    level[equal] = frequency[equal] + 1


def _is_close(distance: Counts, length: Counts) -> Flags:
    """One typing error in a word of four letters and more, two from eight on."""
    return ((distance <= 1) & (length >= 4)) | ((distance <= 2) & (length >= 8))


# Names ----------------------------------------------------------------------------------------------------------


def _commoner(frequency: Levels, first: Codes, second: Codes) -> Levels:
    """The frequency of the commoner of two forms of a name."""
    return np.maximum(spread(frequency, first), spread(frequency, second))


SURNAME_LEVELS: Final = (
    Level("same_rare", "фамилия совпадает, редкая", 7, 7, 7, 7),
    Level("same", "фамилия совпадает", 5, 5, 5, 5),
    Level("same_common", "фамилия совпадает, но распространённая", 3, 3, 3, 3),
    Level("gender_form", "мужская и женская форма одной фамилии", 1, 5, 5, 1),
    Level("swapped", "фамилия и имя переставлены", 9, 0, 0, 3),
    Level("close", "фамилии различаются опиской", 4, 2, 2, 1),
    Level("part", "общая часть двойной фамилии", 4, 3, 3, 1),
    Level("differs_woman", "фамилии разные, но женщина могла сменить фамилию", -2, -1, -3, -6),
    Level("differs", "фамилии разные", -6, -2, -6, -6),
    Level("swapped_close", "фамилия и имя переставлены, и в них описка", 7, -3, -3, -1),
)
SWAPPED: Final = 5
SWAPPED_CLOSE: Final = 10


def same_surname(pairs: Pairs, frequencies: Frequencies) -> Levels:
    """Сравнивает фамилии: мужскую и женскую формы, описки, двойные и девичьи фамилии, перестановку с именем."""
    columns, names = pairs.columns, pairs.columns.names
    first, second, have = pairs.both(columns.surname)
    given, other_given, have_given = pairs.both(columns.given_name)
    level = pairs.none()
    level[have] = np.where(_is_woman(pairs)[have], 8, 9)
    same_stem = have & (names.surname_stems[first] == names.surname_stems[second])
    unequal = have & ~same_stem
    level[unequal & _shares_word(names, first, second, unequal)] = 7
    distance = edits(names.values, first, second, unequal, 2)
    level[unequal & _is_close(distance, _shorter(names.lengths, first, second))] = 6
    level[same_stem] = 4
    equal = (have & (first == second)) | (same_stem & _are_man_and_woman(pairs))
    _by_frequency(level, equal, _commoner(frequencies.of("surname", names), first, second))
    crossed = (unequal & have_given, (first == other_given), (second == given))
    level[_is_swapped_close(names, (first, other_given), (second, given), crossed)] = SWAPPED_CLOSE
    level[np.logical_and.reduce(crossed)] = SWAPPED
    return level


def _is_swapped_close(
    names: Names, one: tuple[Codes, Codes], two: tuple[Codes, Codes], crossed: tuple[Flags, Flags, Flags]
) -> Flags:
    """Of two pairs of words, crosswise surname and given name, one is the same and the other differs by a slip.

    crossed: where to look, where the first pair is the same, where the second is.
    """
    wanted, same_one, same_two = crossed
    found = np.zeros(len(wanted), dtype=np.bool_)
    for (first, second), other_same in ((one, same_two), (two, same_one)):
        asked = wanted & other_same & (first != second)
        distance = edits(names.values, first, second, asked, 2)
        found |= asked & _is_close(distance, _shorter(names.lengths, first, second))
    return found


def _shorter(length: Counts, first: Codes, second: Codes) -> Counts:
    return np.minimum(spread(length, first), spread(length, second))


def _shares_word(texts: Coded, first: Codes, second: Codes, wanted: Flags) -> Flags:
    """Whether a word of four letters and more stands in both texts, of which at least one has several words."""
    chosen = np.flatnonzero(wanted & (spread(texts.has_space, first) | spread(texts.has_space, second)))
    shares = np.zeros(len(first), dtype=np.bool_)
    one, two = (texts.values.take(pa.array(side[chosen])).to_pylist() for side in (first, second))
    common = ({*some.split()} & {*other.split()} for some, other in zip(one, two, strict=True))
    shares[chosen] = [any(len(word) >= 4 for word in words) for words in common]
    return shares


MEN: Final = ("м", "m", "male", "муж", "мужскои")
WOMEN: Final = ("ж", "f", "female", "жен", "женскии")


def _genders(pairs: Pairs) -> tuple[Levels, Levels]:
    """1 man, 2 woman, 0 unknown, of both sides."""
    gender = pairs.columns.text("gender")
    known = np.array([(word in MEN) + 2 * (word in WOMEN) for word in gender.values.to_pylist()], dtype=np.uint8)
    return spread(known, gender.codes[pairs.left]), spread(known, gender.codes[pairs.right])


def _is_woman(pairs: Pairs) -> Flags:
    first, second = _genders(pairs)
    is_woman: Flags = (np.maximum(first, second) == 2) & (first != 1) & (second != 1)
    return is_woman


def _are_man_and_woman(pairs: Pairs) -> Flags:
    """Whether the genders are known to differ: then the two forms of one surname or patronymic are what to expect."""
    first, second = _genders(pairs)
    differ: Flags = (first != second) & (first > 0) & (second > 0)
    return differ


GIVEN_NAME_LEVELS: Final = (
    Level("same_rare", "имя совпадает, редкое", 6, -3, -6, 6, heir=6),
    Level("same", "имя совпадает", 4, -3, -6, 4, heir=4),
    Level("same_common", "имя совпадает, но распространённое", 3, -2, -5, 3, heir=3),
    Level("diminutive", "полное и уменьшительное имя", 4, -3, -5, 2, heir=4),
    Level("close", "имена различаются опиской", 3, -1, -4, 0, heir=3),
    Level("part", "одно из нескольких имён совпадает", 2, -1, -2, 1, heir=2),
    Level("differs", "имена разные", -7, 1, 1, -7, heir=-7),
    Level("differs_gender", "имена разные, мужское и женское", -9, 2, 1, -8, heir=-9),
    Level("initial", "имя начинается с указанной буквы", 2, -1, -2, 2, 1, heir=2),
    Level("initial_differs", "имя начинается с другой буквы", -8, 0.5, 0, -7, 1, heir=-8),
)


OTHER_NAME: Final = (7, 8, 10)


def same_given_name(pairs: Pairs, frequencies: Frequencies) -> Levels:
    """Сравнивает имена: полные и уменьшительные, инициалы, описки; два разных известных имени опиской не считает."""
    names = pairs.columns.names
    first, second, have = pairs.both(pairs.columns.given_name)
    initial = spread(names.is_initial, first) | spread(names.is_initial, second)
    unequal = have & (first != second) & ~initial
    level = pairs.none()
    level[have] = 7
    level[have & _are_man_and_woman(pairs)] = 8
    level[unequal & _shares_word(names, first, second, unequal)] = 6
    listed = frequencies.knows("given_name", names)
    measured = unequal & ~(spread(listed, first) & spread(listed, second))
    distance = edits(names.values, first, second, measured, 2)
    level[measured & _is_close(distance, _shorter(names.lengths, first, second))] = 5
    agrees = (spread(names.initials, first) == spread(names.initials, second)) & (level != 8)
    level[have & initial] = np.where(agrees, 9, 10)[have & initial]
    level[unequal & _may_be_one_name(names.full_names[first], names.full_names[second])] = 4
    _by_frequency(level, have & (first == second) & ~initial, spread(frequencies.of("given_name", names), first))
    level[pairs.was("surname", SWAPPED, SWAPPED_CLOSE)] = 0
    return level


def _may_be_one_name(first: Codes, second: Codes) -> Flags:
    """Whether two rows of possible full names have one in common."""
    found = np.zeros(len(first), dtype=np.bool_)
    for one in range(first.shape[1]):
        for two in range(second.shape[1]):
            found |= (first[:, one] == second[:, two]) & (first[:, one] >= 0)
    return found


PATRONYMIC_LEVELS: Final = (
    Level("same_rare", "отчество совпадает, редкое", 5, 1, 5, 3, heir=-1),
    Level("same", "отчество совпадает", 4, 1, 4, 2, heir=-1),
    Level("same_common", "отчество совпадает, но распространённое", 3, 1, 3, 2, heir=-1),
    Level("gender_form", "мужская и женская форма одного отчества", 0, 4, 5, 0, heir=-4),
    Level("close", "отчества различаются опиской", 2, -1, 1, 0, heir=-1),
    Level("differs", "отчества разные", -6, 0, -6, -3, heir=2.5),
    Level("initial", "отчество начинается с указанной буквы", 2, 0, 2, 1, 1, heir=-0.5),
    Level("initial_differs", "отчество начинается с другой буквы", -6, 0, -6, -3, 1, heir=1),
)


def same_patronymic(pairs: Pairs, frequencies: Frequencies) -> Levels:
    """Сравнивает отчества (вторые имена); не указанное отчество ничему не противоречит."""
    names = pairs.columns.names
    first, second, have = pairs.both(pairs.columns.patronymic)
    initial = spread(names.is_initial, first) | spread(names.is_initial, second)
    unequal = have & (first != second) & ~initial
    level = pairs.none()
    level[have] = 6
    distance = edits(names.values, first, second, unequal, 2)
    level[unequal & _is_close(distance, _shorter(names.lengths, first, second))] = 5
    agrees = spread(names.initials, first) == spread(names.initials, second)
    level[have & initial] = np.where(agrees, 7, 8)[have & initial]
    same_stem = unequal & (names.patronymic_stems[first] == names.patronymic_stems[second])
    level[same_stem] = 4
    equal = (have & ~initial & (first == second)) | (same_stem & _are_man_and_woman(pairs))
    _by_frequency(level, equal, _commoner(frequencies.of("patronymic", names), first, second))
    return level


NAMESAKES_LEVELS: Final = (
    Level("full_unique", "так, с отчеством, зовут не больше одного человека", 4, 0, 0, 4, heir=4),
    Level("full_few", "так, с отчеством, зовут, возможно, нескольких человек", 2, 0, 0, 3, heir=2),
    Level("full_several", "полных тёзок с отчеством много", 1, 0, 0, 3, heir=1),
    Level("full_many", "полных тёзок с отчеством очень много", 0, 0, 0, 3, heir=0),
    Level("unique", "с такими именем и фамилией не больше одного человека", 4, 0, 0, 0, 1, heir=4),
    Level("few", "с такими именем и фамилией, возможно, несколько человек", 2, 0, 0, 2, 1, heir=2),
    Level("several", "с такими именем и фамилией много людей", 1, 0, 0, 3, 1, heir=1),
    Level("many", "с такими именем и фамилией очень много людей", 0, 0, 0, 4, 1, heir=0),
    Level("crowd", "имя и фамилия из самых частых", 0, 0, 0, 4, 1, heir=0),
)
NAMESAKES: Final = (5, 12, 40, 120)
"""Nodes of one name from which there may be a few, several, many, a crowd of people of that name."""


def few_namesakes(pairs: Pairs, _: Frequencies) -> Levels:
    """Если имена совпали, смотрит, сколько всего таких записей: чем их меньше, тем больше значит совпадение."""
    columns = pairs.columns
    patronymic, other_patronymic = columns.patronymic_hashes[pairs.left], columns.patronymic_hashes[pairs.right]
    is_full = (patronymic == other_patronymic) & (patronymic != 0)
    level = np.where(
        is_full,
        1 + np.searchsorted(NAMESAKES[:3], columns.full_namesakes[pairs.left]),
        5 + np.searchsorted(NAMESAKES, columns.namesakes[pairs.left]),
    ).astype(np.uint8)
    level[(patronymic != other_patronymic) & (patronymic != 0) & (other_patronymic != 0)] = 0
    level[~_same_name(pairs)] = 0
    return level


def _same_name(pairs: Pairs) -> Flags:
    """Whether surname and given name agree, in any order and form."""
    name, other_name = pairs.columns.name_hashes[pairs.left], pairs.columns.name_hashes[pairs.right]
    same_name: Flags = (name == other_name) & (name != 0) & ~pairs.was("given_name", *OTHER_NAME)
    return same_name


def _chance(name: str, number: str, namesake: float) -> Level:
    return Level(name, f"случайных полных тёзок среди записей ожидается {number}", 0, 0, 0, namesake, heir=0)


CROWD_LEVELS: Final = (
    _chance("under_1_64", "меньше 1 на 64", -7),
    _chance("about_1_64", "около 1 на 64", -6),
    _chance("about_1_32", "около 1 на 32", -5),
    _chance("about_1_16", "около 1 на 16", -4),
    _chance("about_1_8", "около 1 на 8", -3),
    _chance("about_1_4", "около 1 на 4", -2),
    _chance("about_1_2", "около 1 на 2", -1),
    _chance("about_1", "примерно один", 0),
    _chance("about_2", "примерно два", 1),
    _chance("about_4", "примерно четыре", 2),
    _chance("over_4", "больше четырёх", 3),
)
CROWDS: Final = (5, 8, 12, 18, 27, 40, 60, 90, 135, 200, 300, 450)
"""Borders between which numbers of nodes of a name are alike, and what they are then taken for."""
MIDDLES: Final = np.array((4, 7, 10, 15, 22, 33, 50, 75, 110, 165, 250, 375, 500))
NOBODY: Final = 1 / 2
"""Others of a name that may be there unseen."""


def no_crowd(pairs: Pairs, frequencies: Frequencies) -> Levels:
    """Если совпало всё имя, оценивает, у скольких людей с этими именем и фамилией отчество совпало бы случайно."""
    columns = pairs.columns
    with_name, with_all = (
        MIDDLES[np.searchsorted(CROWDS, counts[pairs.left])] for counts in (columns.namesakes, columns.full_namesakes)
    )
    share = spread(frequencies.fathers_bits(columns.names), columns.patronymic.codes[pairs.left]).astype(np.int64)
    expected = np.rint(np.log2(np.maximum(with_name - with_all, NOBODY))) - share
    level: Levels = np.clip(expected + 8, 1, len(CROWD_LEVELS)).astype(np.uint8)
    level[~pairs.was("namesakes", 1, 2, 3, 4)] = 0
    return level


# Dates ----------------------------------------------------------------------------------------------------------

BIRTH_DATE_LEVELS: Final = (
    Level("same", "дата рождения совпадает", 9, -1, -3, -3, heir=-5),
    Level("day_month", "день и месяц рождения переставлены", 6, -2, -5, -4, heir=-4),
    Level("one_digit", "дата рождения отличается одной цифрой", 4, -2, -5, -4, heir=-3),
    Level("two_parts", "совпадают две части даты рождения из трёх", 1, -1, -2, -2, heir=-1),
    Level("year_only", "год рождения совпадает, день и месяц указаны условно", 2, -1, -2, 0, heir=-1),
    Level("same_year", "совпадает только год рождения", -3, -1, -1, -1, heir=-1),
    Level("differs", "даты рождения разные", -7, 0, 2, 0, heir=1),
    Level("differs_generation", "между датами рождения поколение", -8, 1, -1, 0, heir=3, error=1 / 2_000),
    Level("same_convention", "дата рождения совпадает, но это 1 января, часто условное", 5, 0, 0, 0, heir=0),
)
GENERATION: Final = 15


def same_birth_date(pairs: Pairs, _: Frequencies) -> Levels:
    """Сравнивает даты рождения: перестановку дня и месяца, ошибку в одной цифре, условное 1 января."""
    return _date_levels(pairs, "birth_date")


def _date_levels(pairs: Pairs, attribute: str) -> Levels:
    date = pairs.columns.date(attribute)
    year, other_year = date.years[pairs.left], date.years[pairs.right]
    month, other_month = date.months[pairs.left], date.months[pairs.right]
    day, other_day = date.days[pairs.left], date.days[pairs.right]
    have = (year > 0) & (other_year > 0)
    parts = (year == other_year).astype(np.int8) + (month == other_month) + (day == other_day)
    by_convention = ((month == 1) & (day == 1)) != ((other_month == 1) & (other_day == 1))
    level = pairs.none()
    level[have] = np.where(np.abs(year - other_year)[have] > GENERATION, 8, 7)
    level[have & (year == other_year)] = 6
    level[have & (year == other_year) & by_convention] = 5
    level[have & (parts == 2) & ~by_convention] = 4
    chosen = np.flatnonzero(have)
    level[chosen[_digits_apart(date, pairs.left[chosen], pairs.right[chosen]) == 1]] = 3
    level[have & (year == other_year) & (month == other_day) & (day == other_month)] = 2
    level[have & (parts == 3)] = np.where((month == 1) & (day == 1), 9, 1)[have & (parts == 3)]
    return level


def _digits_apart(date: Dates, left: Indices, right: Indices) -> Counts:
    """In how many digits of YYYYMMDD the dates differ."""
    number = date.years.astype(np.int32) * 10000 + date.months.astype(np.int32) * 100 + date.days
    first, second = number[left], number[right]
    apart = np.zeros(len(left), dtype=np.int32)
    for power in (10**place for place in range(8)):
        apart += (first // power) % 10 != (second // power) % 10
    return apart


# Contacts, accounts, documents ----------------------------------------------------------------------------------

FEW, SEVERAL = 4, 12
"""Nodes that share a value: one person's records, a household's records, more."""

PHONE_LEVELS: Final = (
    Level("same", "общий телефон, больше почти ни у кого", 6, 4, 4, -4),
    Level("same_few", "общий телефон, он у нескольких записей", 5, 5, 5, -4),
    Level("same_many", "общий телефон, но он у многих", 1, 1, 1, 0),
    Level("close", "телефоны различаются одной цифрой", 4, 3, 3, -2),
    Level("differs", "телефоны разные", -1, -1, -1, 0),
)


def same_phone(pairs: Pairs, _: Frequencies) -> Levels:
    """Ищет общий телефон; номер, который указан у многих, почти ничего не доказывает."""
    level = _shared_levels(pairs, "phones", 5)
    distance = fewest_edits(pairs.columns.list("phones"), pairs.left, pairs.right, level == 5, 1)
    level[distance <= 1] = 4
    return level


def _shared_levels(pairs: Pairs, attribute: str, differs: int) -> Levels:
    """Levels of a list attribute: 1 to 3 by how many nodes share the value, `differs`, or 0."""
    fewest, have = shared_count(pairs.columns.list(attribute), pairs.columns.counts(attribute), pairs.left, pairs.right)
    level = pairs.none()
    level[have] = differs
    level[fewest > 0] = _sharing(fewest[fewest > 0])
    return level


def _sharing(count: Counts) -> Levels:
    return (1 + (count > FEW) + (count > SEVERAL)).astype(np.uint8)


EMAIL_LEVELS: Final = (
    Level("same", "общий адрес почты", 8, 3, 3, -4),
    Level("same_few", "общий адрес почты, он у нескольких записей", 6, 4, 4, -4),
    Level("same_many", "общий адрес почты, но он у многих", 1, 1, 1, 0),
    Level("close", "адреса почты различаются одной буквой", 5, 1, 1, -2),
    Level("differs", "адреса почты разные", -1, -1, -1, 0),
)


def same_email(pairs: Pairs, _: Frequencies) -> Levels:
    """Ищет общий адрес электронной почты."""
    level = _shared_levels(pairs, "emails", 5)
    distance = fewest_edits(pairs.columns.list("emails"), pairs.left, pairs.right, level == 5, 1)
    level[distance <= 1] = 4
    return level


ACCOUNT_LEVELS: Final = (
    Level("same", "общий лицевой счёт", 5, 5, 5, -5, moved=-6),
    Level("same_few", "общий лицевой счёт, он у нескольких записей", 4, 5, 5, -5, moved=-6),
    Level("same_many", "общий лицевой счёт, но он у многих", 1, 1, 1, 0, moved=-6),
    Level("differs", "лицевые счета разные", -2, -3, -3, 0, moved=0),
)


OTHER_ACCOUNT: Final = 4


def same_account(pairs: Pairs, _: Frequencies) -> Levels:
    """Ищет общий лицевой счёт: он объединяет жильцов одной квартиры, в том числе прежних и нынешних."""
    return _shared_levels(pairs, "accounts", 4)


def _document_levels(title: str, same: float, differs: float) -> tuple[Level, ...]:
    return (
        Level("same", f"{title} совпадает", same, -4, -4, -6),
        Level("same_few", f"{title} совпадает, он у нескольких записей", same - 1, -4, -4, -6),
        Level("same_many", f"{title} совпадает, но он у многих", 1, 1, 1, 0),
        Level("close", f"{title} отличается одной цифрой", same - 4, -4, -4, -6),
        Level("differs", f"{title} не совпадает", differs, 1, 1, 1),
    )


def _same_document(attribute: str) -> Callable[[Pairs, Frequencies], Levels]:
    def decide(pairs: Pairs, _: Frequencies) -> Levels:
        """Сравнивает номер документа; одна неверная цифра ещё не противоречие."""
        value = pairs.columns.text(attribute)
        first, second, have = pairs.both(value)
        level = pairs.none()
        level[have] = 5
        equal = have & (first == second)
        level[edits(value.values, first, second, have & ~equal, 1) <= 1] = 4
        level[equal] = _sharing(pairs.columns.counts(attribute)[first[equal]])
        return level

    return decide


# Addresses ------------------------------------------------------------------------------------------------------

ADDRESS_LEVELS: Final = (
    Level("same_house", "тот же дом", 4, 5, 5, -4, moved=-6),
    Level("close", "адреса различаются опиской", 5, 6, 6, -5, moved=-6),
    Level("same_street", "та же улица, но другой дом", -1, -2, -2, 0, moved=0),
    Level("differs", "адреса разные", -2, -4, -4, 0, moved=0),
)
SAME_HOUSE: Final = 1
CLOSE: Final = 2
SAME_STREET: Final = 3


def same_address(pairs: Pairs, _: Frequencies) -> Levels:
    """Сравнивает адреса до дома; разные адреса мало что значат, потому что люди переезжают."""
    house, other_house, have_houses = pairs.both(pairs.columns.text("house_key"))
    street, other_street, have_streets = pairs.both(pairs.columns.text("street"))
    level = pairs.none()
    level[have_streets] = 4
    same_street = have_streets & (street == other_street)
    level[same_street] = SAME_STREET
    level[_is_close_address(pairs, have_streets, same_street)] = CLOSE
    level[have_houses & (house == other_house)] = SAME_HOUSE
    return level


FLAT_LEVELS: Final = (
    Level("same", "та же квартира", 2, 2, 2, -2),
    Level("differs", "другая квартира", -4, -5, -5, 1),
    Level("same_known", "та же квартира, и счета известны", 2, 2, 2, -2, 1),
    Level("differs_shared", "другая квартира, но лицевой счёт общий", -4, -5, -5, 0, 1),
    Level("differs_account", "другая квартира и другой лицевой счёт", -7, -7, -7, 1, 1),
)


def same_flat(pairs: Pairs, _: Frequencies) -> Levels:
    """Сравнивает квартиры, если дом один; с другой квартирой и счёт другой у соседа, а не у того же человека."""
    flat, other_flat, have_flats = pairs.both(pairs.columns.text("flat"))
    level = np.where(have_flats, np.where(flat == other_flat, 1, 2), 0).astype(np.uint8)
    level[(level > 0) & ~pairs.was("account", 0)] += 2
    level[(level == 4) & pairs.was("account", OTHER_ACCOUNT)] = 5
    level[~pairs.was("address", SAME_HOUSE, CLOSE)] = 0
    return level


def _is_close_address(pairs: Pairs, have_streets: Flags, same_street: Flags) -> Flags:
    """One of street and house is the same and the other differs by a typing error, or both lines nearly agree."""
    streets, houses = pairs.columns.text("street"), pairs.columns.text("house")
    street, other_street, _ = pairs.both(streets)
    house, other_house, have_houses = pairs.both(houses)
    same_house = have_houses & (house == other_house)
    wanted = have_streets & same_house & ~same_street
    distance = edits(streets.values, street, other_street, wanted, 3)
    close_street = wanted & (distance * 4 <= _shorter(streets.lengths, street, other_street))
    one_digit = edits(houses.values, house, other_house, same_street & have_houses & ~same_house, 1) <= 1
    long_enough = _shorter(houses.lengths, house, other_house) >= 2
    is_close: Flags = close_street | (one_digit & long_enough) | (same_street & same_house)
    return is_close | _is_close_line(streets, street, other_street, (house < 0) & (other_house < 0))


def _is_close_line(lines: Coded, first: Codes, second: Codes, without_house: Flags) -> Flags:
    """Addresses in one piece, number and all, that differ by a typing error in each six letters at most."""
    has_number = np.asarray(pc.match_substring_regex(lines.values, r"\d").to_numpy(zero_copy_only=False))
    wanted = without_house & spread(has_number, first) & spread(has_number, second)
    distance = edits(lines.values, first, second, wanted, 6)
    is_close: Flags = wanted & (distance * 6 <= _shorter(lines.lengths, first, second))
    return is_close


PLACE_LEVELS: Final = (
    Level("same", "тот же город", 1, 1, 1, 0, moved=0),
    Level("close", "названия городов различаются опиской", 3, 2, 2, 0),
    Level("same_region", "тот же регион", 0.5, 0.5, 0.5, 0),
    Level("differs", "города разные", -1, -3, -3, 0, moved=0),
    Level("differs_region", "регионы разные", -2, -4, -4, 0, moved=0),
)


def same_place(pairs: Pairs, _: Frequencies) -> Levels:
    """Сравнивает города и регионы, если не совпал уже дом или улица."""
    cities = pairs.columns.text("city")
    city, other_city, have_cities = pairs.both(cities)
    region, other_region, have_regions = pairs.both(pairs.columns.text("region"))
    level = pairs.none()
    level[have_regions] = np.where((region == other_region)[have_regions], 3, 5)
    level[have_cities] = np.where((have_regions & (region != other_region))[have_cities], 5, 4)
    distance = edits(cities.values, city, other_city, have_cities & (city != other_city), 2)
    level[have_cities & _is_close(distance, _shorter(cities.lengths, city, other_city))] = 2
    level[have_cities & (city == other_city)] = 1
    level[pairs.was("address", SAME_HOUSE, SAME_STREET)] = 0
    return level


POSTAL_CODE_LEVELS: Final = (
    Level("same", "тот же индекс", 2, 2, 2, 0, moved=0),
    Level("close", "индексы различаются одной цифрой", 1, 1, 1, 0),
    Level("differs", "индексы разные", -1, -2, -2, 0, moved=0),
)


def same_postal_code(pairs: Pairs, _: Frequencies) -> Levels:
    """Сравнивает почтовые индексы, если не совпал уже дом или улица."""
    codes = pairs.columns.text("postal_code")
    first, second, have = pairs.both(codes)
    level = pairs.none()
    level[have] = 3
    level[edits(codes.values, first, second, have & (first != second), 1) <= 1] = 2
    level[have & (first == second)] = 1
    level[pairs.was("address", SAME_HOUSE, SAME_STREET)] = 0
    return level


# Organizations --------------------------------------------------------------------------------------------------

COMPANY_LEVELS: Final = (
    Level("same", "название совпадает, в нём несколько слов", 9, -2, -2, 3),
    Level("same_short", "название из одного слова совпадает", 6, -2, -2, 4),
    Level("close", "названия различаются опиской", 5, -2, -2, 1),
    Level("part", "у названий общая часть", 2, 0, 0, 0),
    Level("differs", "названия разные", -6, 1, 1, -6),
)


def same_company(pairs: Pairs, _: Frequencies) -> Levels:
    """Сравнивает названия организаций без правовой формы и кавычек."""
    companies = pairs.columns.text("company")
    first, second, have = pairs.both(companies)
    level = pairs.none()
    level[have] = 5
    unequal = have & (first != second)
    level[unequal & _shares_word(companies, first, second, unequal)] = 4
    distance = edits(companies.values, first, second, unequal, 2)
    level[unequal & _is_close(distance, _shorter(companies.lengths, first, second))] = 3
    equal = have & (first == second)
    level[equal] = np.where(spread(companies.has_space, first)[equal], 1, 2)
    return level


LEGAL_FORM_LEVELS: Final = (
    Level("same", "правовая форма совпадает", 0.5, 0, 0, 0.5),
    Level("differs", "правовая форма разная", -2, 0, 0, -0.5),
)
BRANCH_LEVELS: Final = (
    Level("same", "КПП совпадает", 6, -3, -3, -3),
    Level("differs", "КПП разные: возможно, филиалы", -1, 1, 1, 1),
)


ALONE_LEVELS: Final = (Level("alone", "кроме названия, ничего не совпало", -7, 0, 0, 0),)
"""An only answer has no rivals to be learned beside: its weight stays what is said here."""

SUPPORT: Final[Mapping[str, tuple[int, ...]]] = {
    "inn": (1, 2, 3, 4), "ogrn": (1, 2, 3, 4), "kpp": (1,), "phone": (1, 2, 4), "email": (1, 2, 4),
    "account": (1, 2), "address": (SAME_HOUSE, CLOSE),
}  # fmt: skip
"""Answers that bear out a name."""


def name_alone(pairs: Pairs, _: Frequencies) -> Levels:
    """Одно название ещё не одна организация: оно бывает у нескольких и стоит в записях её работников."""
    is_borne_out = np.logical_or.reduce([pairs.was(claim, *levels) for claim, levels in SUPPORT.items()])
    level = pairs.none()
    level[~is_borne_out] = 1
    return level


def _equality(attribute: str) -> Callable[[Pairs, Frequencies], Levels]:
    def decide(pairs: Pairs, _: Frequencies) -> Levels:
        """Сравнивает значения на равенство."""
        first, second, have = pairs.both(pairs.columns.text(attribute))
        return np.where(have, np.where(first == second, 1, 2), 0).astype(np.uint8)

    return decide


# Custom attributes ----------------------------------------------------------------------------------------------

EXACT, FUZZY, DATE, NUMBER = "exact", "fuzzy", "date", "number"
CUSTOM_COMPARES: Final = (EXACT, FUZZY, DATE, NUMBER)

_EXACT_LEVELS: Final = (
    Level("same", "значение совпадает, больше почти ни у кого", 6, 1, 1, 0),
    Level("same_few", "значение совпадает, оно у нескольких записей", 4, 1, 1, 0),
    Level("same_many", "значение совпадает, оно у многих", 1, 0.5, 0.5, 0.5),
    Level("close", "значения различаются одним знаком", 1, 0, 0, 0),
    Level("differs", "значения разные", -2, 0, 0, 0),
)
_FUZZY_LEVELS: Final = (
    Level("same", "значение совпадает", 2.5, 0.5, 0.5, 0.5),
    Level("close", "значения различаются опиской", 2, 0, 0, 0),
    Level("part", "у значений общее слово", 1, 0, 0, 0),
    Level("differs", "значения разные", -1, 0, 0, 0),
)
_DATE_LEVELS: Final = tuple(
    Level(level.name, level.sentence.replace(" рождения", ""), max(level.same / 2, -2), 0, 0, 0)
    for level in BIRTH_DATE_LEVELS
)
_NUMBER_LEVELS: Final = (
    Level("same", "числа равны", 3, 0.5, 0.5, 0.5),
    Level("close", "числа отличаются не больше чем на двадцатую часть", 1.5, 0, 0, 0),
    Level("differs", "числа разные", -1, 0, 0, 0),
)


def _fuzzy(attribute: str) -> Callable[[Pairs, Frequencies], Levels]:
    def decide(pairs: Pairs, _: Frequencies) -> Levels:
        """Сравнивает тексты: описки и общие слова."""
        value = pairs.columns.text(attribute)
        first, second, have = pairs.both(value)
        level = pairs.none()
        level[have] = 4
        unequal = have & (first != second)
        level[unequal & _shares_word(value, first, second, unequal)] = 3
        distance = edits(value.values, first, second, unequal, 2)
        level[unequal & _is_close(distance, _shorter(value.lengths, first, second))] = 2
        level[have & (first == second)] = 1
        return level

    return decide


def _date(attribute: str) -> Callable[[Pairs, Frequencies], Levels]:
    def decide(pairs: Pairs, _: Frequencies) -> Levels:
        """Сравнивает даты: перестановку дня и месяца, ошибку в одной цифре."""
        return _date_levels(pairs, attribute)

    return decide


def _number(attribute: str) -> Callable[[Pairs, Frequencies], Levels]:
    def decide(pairs: Pairs, _: Frequencies) -> Levels:
        """Сравнивает числа с допуском в двадцатую часть."""
        numbers = pairs.columns.number(attribute)
        first, second = numbers[pairs.left], numbers[pairs.right]
        have = ~np.isnan(first) & ~np.isnan(second)
        level = pairs.none()
        level[have] = 3
        level[have & (np.abs(first - second) * 20 <= np.maximum(np.abs(first), np.abs(second)))] = 2
        level[have & (first == second)] = 1
        return level

    return decide


_CUSTOM: Final = {
    EXACT: (_EXACT_LEVELS, _same_document),
    FUZZY: (_FUZZY_LEVELS, _fuzzy),
    DATE: (_DATE_LEVELS, _date),
    NUMBER: (_NUMBER_LEVELS, _number),
}


def custom_claim(attribute: str, compare: str) -> Claim:
    """The claim about a custom attribute (`custom:occupation`) compared as `exact`, `fuzzy`, `date` or `number`."""
    levels, decide = _CUSTOM[compare]
    return Claim(attribute, attribute.removeprefix(CUSTOM_PREFIX), (attribute,), levels, decide(attribute))


# All claims -----------------------------------------------------------------------------------------------------

_EVERYWHERE: Final = (
    Claim("phone", "Телефон", ("phones",), PHONE_LEVELS, same_phone),
    Claim("email", "Почта", ("emails",), EMAIL_LEVELS, same_email),
    Claim("account", "Лицевой счёт", ("accounts",), ACCOUNT_LEVELS, same_account),
    Claim("address", "Адрес", ("street", "house", "block", "house_key"), ADDRESS_LEVELS, same_address),
    Claim("flat", "Квартира", ("flat",), FLAT_LEVELS, same_flat),
    Claim("place", "Город", ("city", "region"), PLACE_LEVELS, same_place),
    Claim("postal_code", "Индекс", ("postal_code",), POSTAL_CODE_LEVELS, same_postal_code),
    Claim("inn", "ИНН", ("inn",), _document_levels("ИНН", 12, -7), _same_document("inn")),
)
_PERSON: Final = (
    Claim("surname", "Фамилия", ("surname",), SURNAME_LEVELS, same_surname),
    Claim("given_name", "Имя", ("given_name",), GIVEN_NAME_LEVELS, same_given_name),
    Claim("patronymic", "Отчество", ("patronymic",), PATRONYMIC_LEVELS, same_patronymic),
    Claim("namesakes", "Тёзки", ("surname", "given_name", "patronymic"), NAMESAKES_LEVELS, few_namesakes),
    Claim("crowd", "Однофамильцы", ("surname", "given_name"), CROWD_LEVELS, no_crowd),
    Claim("birth_date", "Дата рождения", ("birth_date",), BIRTH_DATE_LEVELS, same_birth_date),
    *_EVERYWHERE,
    Claim("snils", "СНИЛС", ("snils",), _document_levels("СНИЛС", 12, -7), _same_document("snils")),
    Claim("passport", "Паспорт", ("passport",), _document_levels("паспорт", 12, -2), _same_document("passport")),
    Claim("national_id", "Номер документа", ("national_id",), _document_levels("номер документа", 12, -5),
          _same_document("national_id")),
)  # fmt: skip
_ORGANIZATION: Final = (
    Claim("company", "Название", ("company",), COMPANY_LEVELS, same_company),
    Claim("legal_form", "Правовая форма", ("opf",), LEGAL_FORM_LEVELS, _equality("opf")),
    *_EVERYWHERE,
    Claim("ogrn", "ОГРН", ("ogrn",), _document_levels("ОГРН", 12, -7), _same_document("ogrn")),
    Claim("kpp", "КПП", ("kpp",), BRANCH_LEVELS, _equality("kpp")),
    Claim("alone", "Одно название", ("company",), ALONE_LEVELS, name_alone),
)
_CLAIMS: Final = {PERSON: _PERSON, ORGANIZATION: _ORGANIZATION}


def claims_of(kind: str, customs: Mapping[str, str] | None = None) -> tuple[Claim, ...]:
    """Claims about parties of a kind, in their fixed order, then those about custom attributes by name.

    customs: column (`custom:occupation`) → how it is compared.
    """
    extra = sorted((customs or {}).items())
    return (*_CLAIMS[kind], *(custom_claim(attribute, compare) for attribute, compare in extra))


_NAME_BORDERS: Final = {
    "name": tuple(sorted({*NAMESAKES, *CROWDS})),
    "full_name": tuple(sorted({*NAMESAKES, *CROWDS})),
}


def borders_of(block: str) -> tuple[int, ...]:
    """Sizes above which evidence changes of the blocks of a name, a full name, or a value (of any other attribute).

    A block that grows or shrinks over one is weighed anew.
    """
    return _NAME_BORDERS.get(block, (FEW, SEVERAL))


BORDERS: Final = tuple(sorted({FEW, SEVERAL, *NAMESAKES, *CROWDS}))
"""All such sizes, of whatever blocks."""
