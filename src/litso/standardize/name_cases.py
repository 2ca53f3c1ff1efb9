"""Names written in another case («Ивановой Анне Сергеевне») back in the nominative.

A patronymic, or a common given name, tells the case and the gender for certain; every other word is then the one whose
form in that case it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import polars as pl

from litso.standardize.declension import Cases, decline
from litso.standardize.letters import fold
from litso.standardize.lexicon import (
    COMMON,
    FEMALE,
    GIVEN,
    MALE,
    PATRONYMIC,
    SURNAME,
    TRUSTED,
    counts_of,
    looks_like_patronymic,
    looks_like_surname,
    patronymic_gender,
    read_words,
    surname_gender,
)
from litso.standardize.name_eastern import SURNAMES as EASTERN
from litso.standardize.name_eastern import nominative_of_last
from litso.standardize.name_roles import LONGEST_WORD, Word, eastern, title

OBLIQUE: Final = "oblique_case"
"""Problem of a name that was given in another case."""

_ACCUSATIVE: Final = "accusative"
_MALE_ENDS: Final = {"а": "genitive", "у": "dative", "ем": "instrumental", "ом": "instrumental"}
_FEMALE_ENDS: Final = {"ы": "genitive", "е": "dative", "ой": "instrumental", "ою": "instrumental", "у": _ACCUSATIVE}
_MALE_PATRONYMIC: Final = re.compile(r"(.{2,}(?:(?:ов|ев|ь|ин|[вклмнт])ич|лыч))(а|у|ем|ом)")
_FEMALE_PATRONYMIC: Final = re.compile(r"(.{2,}(?:ов|ев|ич)н)(ы|е|ой|ою|у)")
_ENDS: Final = ("", "й", "ь", "а", "я", "ия", "ий", "ый", "ой", "ая", "яя", "о", "е", "ец", "ел", "ок", "ей")
"""What a word in the nominative may end in where another case has one to three letters."""
_LEAST_SURNAME: Final = 20
_LEAST_PATRONYMIC: Final = 20


class Form(NamedTuple):
    """A word in a case: its nominative, the case and the gender."""

    nominative: str
    case: str
    gender: str


@lru_cache(maxsize=32_768)
def oblique_patronymic(folded: str) -> Form | None:
    """The patronymic of which a folded word is another case."""
    if "ич" not in folded and "ыч" not in folded and "вн" not in folded:  # nearly every word of a column
        return None
    for pattern, ends, last, gender in (
        (_MALE_PATRONYMIC, _MALE_ENDS, "", MALE),
        (_FEMALE_PATRONYMIC, _FEMALE_ENDS, "а", FEMALE),
    ):
        found = pattern.fullmatch(folded)
        nominative = found[1] + last if found else ""
        if found and (looks_like_patronymic(nominative) or counts_of(nominative).patronymic >= _LEAST_PATRONYMIC):
            return Form(nominative, ends[found[2]], gender)
    return None


@lru_cache(maxsize=1)
def _oblique_given() -> Mapping[str, Form]:
    """Other cases of common given names that are no names themselves and could be no other case of another name."""
    table = read_words(GIVEN).filter(pl.col("count") >= COMMON)
    found: dict[str, Form | None] = {}
    for word, gender in zip(table["word"].to_list(), table["gender"].to_list(), strict=True):
        own = MALE if gender == "m" else FEMALE
        for case, form in zip(Cases._fields, decline(word, GIVEN, own), strict=True):
            met = counts_of(form)
            if form != word and met.given < TRUSTED and met.surname < _LEAST_SURNAME and not met.patronymic:
                known = found.setdefault(form, Form(word, case, own))
                found[form] = known if known == Form(word, case, own) else None
    return {form: name for form, name in found.items() if name}


def is_oblique(folded: str) -> bool:
    """Whether a folded word is certainly a patronymic or a common given name in another case."""
    return oblique_patronymic(folded) is not None or folded in _oblique_given()


def in_nominative(words: Sequence[Word]) -> list[Word] | None:
    """Words of a name in the nominative; None where no word tells that they are in another case."""
    told = _telling(words)
    if told is None:
        return None
    place, form = told
    found = [
        word
        if word.is_initial or len(word.folded) > LONGEST_WORD
        else _word(_as_written(word, form.nominative))
        if at == place
        else _nominative(word, form.case, form.gender)
        for at, word in enumerate(words)
    ]
    is_sure = oblique_patronymic(words[place].folded) is not None or _is_surname_changed(words, found, place)
    return found if is_sure else None


_WITH_FATHER: Final = re.compile(r".*(?:улы|уулу|оглы|оглу|угли|кызы|гызы|кизи)")
_HIS_SURNAME_ENDS: Final = {"а": "genitive", "у": "dative", "ым": "instrumental"}
_HER_GIVEN_ENDS: Final = {"ы": "genitive", "и": "genitive", "е": "dative", "ой": "instrumental", "ей": "instrumental"}
_OF_HIS: Final = re.compile(r".{2,}(?:[оеё]в|[иы]н)(а|у|ым)")
_OF_HERS: Final = re.compile(r".{2,}(?:[оеё]в|[иы]н)ой")


def with_father_in_nominative(words: Sequence[Word]) -> list[Word] | None:
    """«Мамедова Эльчина Вагиф оглы» as «Мамедов Эльчин Вагиф оглы»: that patronymic is never declined.

    It tells the gender, and the ending of the surname the case. None for other names.
    """
    if len(words) != len((SURNAME, GIVEN, PATRONYMIC)) or not _WITH_FATHER.fullmatch(words[2].folded):
        return None
    surname, given = words[0].folded, words[1].folded
    gender = patronymic_gender(words[2].folded)
    his, is_hers = _OF_HIS.fullmatch(surname), _OF_HERS.fullmatch(surname) is not None
    if gender == MALE and his:
        case = _HIS_SURNAME_ENDS[his[1]]
    elif gender == FEMALE and is_hers:
        ends = (case for end, case in _HER_GIVEN_ENDS.items() if given.endswith(end))
        case = next(ends, "genitive")
    else:
        return None
    return [_nominative(words[0], case, gender), _nominative(words[1], case, gender), words[2]]


def eastern_in_nominative(words: Sequence[Word]) -> list[Word] | None:
    """«Чан Ван Туана» as «Чан Ван Туан»: only the last word of such a name is declined. None for other names."""
    if len(words) != len((SURNAME, GIVEN, PATRONYMIC)) or words[0].folded not in EASTERN or eastern(words) is None:
        return None
    last = nominative_of_last(words[0].folded, words[-1].folded)
    return [*words[:-1], _word(_as_written(words[-1], last))] if last else None


_SURNAME_OF_HERS: Final = re.compile(r"(.{2,}(?:[оеё]в|[иы]н))ой")
_SURNAME_OF_HIS: Final = re.compile(r"(.{2,}(?:[оеё]в|[иы]н))(?:ым|у)")


def surname_in_nominative(words: Sequence[Word]) -> list[Word] | None:
    """«Ивановой И. И.» as «Иванова И. И.»: a surname beside initials that can be nothing but another case.

    «Иванову» is taken for a man's dative; «Яровой», a surname itself, stays.
    """
    if sum(not word.is_initial for word in words) != 1 or len(words) == 1:
        return None
    place, word = next((at, one) for at, one in enumerate(words) if not one.is_initial)
    nominative = oblique_surname(word.folded)
    return [*words[:place], _word(_as_written(word, nominative)), *words[place + 1 :]] if nominative else None


def oblique_surname(folded: str) -> str | None:
    """The surname of which a folded word can only be another case."""
    hers, his = _SURNAME_OF_HERS.fullmatch(folded), _SURNAME_OF_HIS.fullmatch(folded)
    stem = hers or his
    if stem is None or counts_of(folded).surname >= TRUSTED or not is_common_surname(stem[1]):
        return None
    return stem[1] + ("а" if hers else "")


def is_told_by_others(folded: str) -> bool:
    """Whether what a folded word is, or the case in which it stands, depends on the words beside it."""
    if not folded.endswith(_TOLD_ENDS):  # nearly every word of a column
        return folded in EASTERN
    return folded in EASTERN or _WITH_FATHER.fullmatch(folded) is not None or oblique_surname(folded) is not None


_TOLD_ENDS: Final = ("ой", "ым", "у", "лы", "гли", "зы", "зи")


@lru_cache(maxsize=1)
def _common_surnames() -> frozenset[str]:
    """Surnames with a telling ending that are met often: the tables of counts leave them out."""
    table = read_words(SURNAME, least=_LEAST_SURNAME).filter(pl.col("word").str.contains("[вн]$"))
    return frozenset(table["word"].to_list())


def is_common_surname(folded: str) -> bool:
    """Whether a folded surname in «-ов», «-ев», «-ин» is met often enough to be what another form stands for."""
    return folded in _common_surnames()


def _telling(words: Sequence[Word]) -> tuple[int, Form] | None:
    """The word that tells the case: the commonest patronymic, else a given name."""
    patronymics = [(at, form) for at, word in enumerate(words) if (form := oblique_patronymic(word.folded))]
    if patronymics:
        return max(patronymics, key=lambda one: counts_of(one[1].nominative).patronymic)
    if len(words) != len((SURNAME, GIVEN)):
        return None
    given = [(at, form) for at, word in enumerate(words) if (form := _oblique_given().get(word.folded))]
    return given[0] if len(given) == 1 else None


def _is_surname_changed(before: Sequence[Word], after: Sequence[Word], place: int) -> bool:
    """Whether another word agrees with a given name that stands in another case."""
    pairs = zip(before, after, strict=True)
    changed = [other for at, (one, other) in enumerate(pairs) if at != place and one != other]
    return any(looks_like_surname(word.folded) for word in changed)


def _word(text: str) -> Word:
    return Word(fold(text), title(text), False)


def _as_written(word: Word, nominative: str) -> str:
    """A folded nominative with the «ё» of the word that it stands for."""
    pairs = enumerate(zip(word.folded, nominative, strict=False))
    same = next((at for at, (one, other) in pairs if one != other), min(len(word.folded), len(nominative)))
    return word.shown.lower()[:same] + nominative[same:] if len(word.shown) == len(word.folded) else nominative


def _nominative(word: Word, case: str, gender: str) -> Word:
    halves = [_half(half, case, gender) for half in word.shown.lower().split("-")]
    return _word("-".join(halves))


def _half(text: str, case: str, gender: str) -> str:
    """The given name, else the surname of which a word is that case; the word itself where there is none."""
    told = _oblique_given().get(fold(text))
    if told and (told.case, told.gender) == (case, gender):
        return told.nominative
    for role, is_known in ((GIVEN, _is_given), (SURNAME, _is_surname), (GIVEN, _is_rare_given)):
        known = [one for one in _candidates(text, role, case, gender) if is_known(one)]
        if known:
            return max(known, key=lambda one: _rank(fold(one), role, gender))
    return _by_ending(text, case, gender)


_LIKELY_ENDS: Final = {
    MALE: (re.compile(r".*[бвгджзйклмнпрстфхцчшщ]"), re.compile(r".*[ьая]")),
    FEMALE: (re.compile(r".*[ая]"),),
}


def _by_ending(text: str, case: str, gender: str) -> str:
    """The nominative of a word that is in no table: a man's ends in a consonant, a woman's in «а» or «я»."""
    others = [one for one in _candidates(text, SURNAME, case, gender) if one != text]
    for ends in _LIKELY_ENDS[gender]:
        fitting = [one for one in others if ends.fullmatch(one)]
        if fitting:
            return min(fitting, key=len)
    return text


def _is_given(text: str) -> bool:
    return counts_of(fold(text)).given >= TRUSTED * 10


def _is_surname(text: str) -> bool:
    folded = fold(text)
    return looks_like_surname(folded) or counts_of(folded).surname > 0


def _is_rare_given(text: str) -> bool:
    return counts_of(fold(text)).given > 0


def _rank(folded: str, role: str, gender: str) -> tuple[bool, bool, bool, int]:
    """How good a nominative is; surnames with a telling ending are in no table."""
    met = counts_of(folded)
    if role == GIVEN:
        return False, False, False, met.given
    return surname_gender(folded) == gender, looks_like_surname(folded), not folded.endswith("кой"), met.surname


def _candidates(text: str, role: str, case: str, gender: str) -> Iterator[str]:
    """Words of a part of which a text is that case."""
    if case == _ACCUSATIVE:
        ends = (("ую", "ая"), ("юю", "яя"), ("у", "а"), ("ю", "я"))
        yield from (text.removesuffix(end) + own for end, own in ends if text.endswith(end))
        return
    seen = dict.fromkeys(text[: len(text) - cut] + end for cut in range(4) for end in _ENDS if len(text) - cut >= 2)
    place = Cases._fields.index(case)
    for one in seen:
        if decline(one, role, gender)[place] == text:
            yield one


IN_NOMINATIVE: Final = (in_nominative, with_father_in_nominative, eastern_in_nominative, surname_in_nominative)
"""Ways in which words may tell that they stand in another case, the surest first."""
