"""Which part of a name each of its words is: sure by itself, or by the likeliest order of parts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from litso.standardize.diminutives import diminutive_gender
from litso.standardize.letters import capital, fold
from litso.standardize.lexicon import (
    FEMALE,
    GIVEN,
    MALE,
    PATRONYMIC,
    RARE,
    SURNAME,
    TOTAL_GIVEN,
    TOTAL_PATRONYMICS,
    TOTAL_SURNAMES,
    TRUSTED,
    UNKNOWN,
    counts_of,
    given_gender,
    guessed_gender,
    looks_like_patronymic,
    looks_like_surname,
    patronymic_gender,
    slip_of,
    surname_gender,
)
from litso.standardize.name_eastern import SURNAMES as EASTERN
from litso.standardize.name_eastern import gender_by_syllables, is_syllables
from litso.standardize.wordlists import sections

PARTICLES: Final = sections("name_words.txt")["particles"]
PREFIXES: Final = sections("name_words.txt")["prefixes"]


LONGEST_WORD: Final = 50
"""Longer words are no names."""


class Word(NamedTuple):
    """A word of a name: `folded` for look-up, `shown` as it will be written, `is_initial` for a single letter."""

    folded: str
    shown: str
    is_initial: bool


def word_of(text: str) -> Word:
    """A word as it was written."""
    plain = text.replace("’", "'").replace("`", "'")
    return Word(fold(plain), title(plain), len(plain) == 1)


def title(word: str) -> str:
    """Capital at the head of each half of a double word: «иванов-петров» becomes «Иванов-Петров»."""
    if "-" not in word and "'" not in word:
        return capital(word.lower())
    halves = word.lower().split("-")
    return "-".join(half if place and half in PARTICLES else _capital(half) for place, half in enumerate(halves))


def _capital(half: str) -> str:
    head, sign, tail = half.partition("'")
    if sign and len(head) <= 2:  # О'Коннор, д'Артаньян; but Лук'янов is one word
        return capital(head) + sign + capital(tail)
    return capital(half)


@lru_cache(maxsize=32_768)
def sure_role(folded: str) -> str | None:
    """The part of a name that a folded word certainly is, whatever stands beside it; None when it may be several."""
    met = counts_of(folded)
    if looks_like_patronymic(folded):
        is_sure = met.patronymic >= 20 and met.patronymic > 20 * max(met.surname, met.given)
        return PATRONYMIC if is_sure else None
    if looks_like_surname(folded) and met.given <= 2 and met.patronymic <= 2:
        return SURNAME
    if met.given >= RARE and met.given > 50 * max(met.surname, met.patronymic):
        return GIVEN
    if met.given >= 1000 and met.given > 20 * met.surname and met.given > 50 * met.patronymic:
        return GIVEN
    if met.surname >= 20 and met.surname > 50 * max(met.given, met.patronymic):
        return SURNAME
    return None


@lru_cache(maxsize=32_768)
def word_gender(folded: str, role: str) -> str:
    """Gender that a word shows as a part of a name."""
    if role == PATRONYMIC:
        return patronymic_gender(folded)
    if role == SURNAME:
        return surname_gender(folded)
    return diminutive_gender(folded) or given_gender(folded)


def guess(folded: str) -> str:
    """Gender that a given name seems to have, to be asked for when no part of the name shows one."""
    return diminutive_gender(folded) or guessed_gender(folded)


# Weighing: every allowed order of parts gets the sum of the logarithms of its likelihoods.

_ORDERS: Final = {
    1: {"S": 0.50, "F": 0.40, "M": 0.05},
    2: {"SF": 0.62, "FS": 0.25, "FM": 0.12, "MF": 0.002, "SM": 0.005},
    3: {
        "SFM": 0.80, "FMS": 0.13, "FSM": 0.004, "MFS": 0.001, "SMF": 0.0008, "MSF": 0.001, "SSF": 0.0010, "FSS": 0.0001,
        "SFF": 0.004, "FFS": 0.0004, "FFM": 0.00001,
    },
    4: {
        "SSFM": 0.2, "SFFM": 0.25, "FMSS": 0.08, "FFMS": 0.05, "SFMM": 0.2, "SFFF": 0.04, "SSFF": 0.02, "FFSS": 0.02,
        "FMMS": 0.05,
    },
}  # fmt: skip
LOG_ORDERS: Final[Mapping[int, tuple[tuple[str, float], ...]]] = {
    size: tuple((order, math.log(share)) for order, share in orders.items()) for size, orders in _ORDERS.items()
}
ONCE: Final[Mapping[int, tuple[tuple[str, float], ...]]] = {
    size: tuple((order, share) for order, share in orders if len(set(order)) == size) or orders
    for size, orders in LOG_ORDERS.items()
}
"""Orders for names with initials: no part comes twice, as far as that is possible."""
LONGEST: Final = max(_ORDERS)

_OF_SURNAMES: Final = {"кызы": -9.0, "уулу": -5.0, "кыз": -9.0}
"""Particles that in Kyrgyz names make a surname of the father’s name, «Асан кызы Гулзат», and how likely they do."""
KNOWN_SURNAME: Final = 5
"""A surname met this often is hardly a slip of a given name."""
_INITIAL: Final = {SURNAME: -10.0, GIVEN: -2.0, PATRONYMIC: -2.0}


def weights(word: Word) -> Mapping[str, float]:
    """Logarithm of how likely a word is as each part of a name."""
    return _INITIAL if word.is_initial else _word_weights(word.folded)


@lru_cache(maxsize=32_768)
def _word_weights(folded: str) -> Mapping[str, float]:
    head, _, tail = folded.rpartition(" ")
    if head and tail in PARTICLES:  # «али оглы» is a patronymic
        return {SURNAME: _OF_SURNAMES.get(tail, -25.0), GIVEN: -25.0, PATRONYMIC: -5.0}
    if head and head.split(" ")[0] in PREFIXES:  # «фон бок» is a surname
        return {SURNAME: -8.0, GIVEN: -20.0, PATRONYMIC: -25.0}
    met = counts_of(folded)
    given, surname, patronymic = _bonuses(folded)
    return {
        SURNAME: math.log((met.surname + surname) / TOTAL_SURNAMES),
        GIVEN: math.log((met.given + given) / TOTAL_GIVEN),
        PATRONYMIC: math.log((met.patronymic + patronymic) / TOTAL_PATRONYMICS),
    }


def before_end(word: Word) -> Mapping[str, float]:
    """Weights of a word that others follow: without the ending of one it is hardly a patronymic there."""
    return _INITIAL if word.is_initial else _weights_before_end(word.folded)


@lru_cache(maxsize=32_768)
def _weights_before_end(folded: str) -> Mapping[str, float]:
    found = _word_weights(folded)
    if " " in folded or looks_like_patronymic(folded):
        return found
    return {**found, PATRONYMIC: found[PATRONYMIC] - WITHOUT_ENDING}


WITHOUT_ENDING: Final = 8.0
"""What the logarithm of the likelihood of a patronymic loses where it has no ending of one and does not stand last."""


_OF_SURNAMES_ONLY: Final = ("о'", "д'", "мак-")


PATRONYMIC_BONUSES: Final = (0.02, 4.0, 30.0)
"""What the ending of a patronymic is worth, as given name, surname and patronymic."""
SURNAME_BONUSES: Final = (0.02, 40.0, 0.002)
OTHER_BONUSES: Final = (0.15, 0.6, 0.03)
"""The same of words without an ending of either."""
SLIP_BONUSES: Final = {GIVEN: 10.0, PATRONYMIC: 20.0}
"""What a slip adds, where it is no surname."""
WOMANS_BONUS: Final = 0.0005
"""What a woman's given name is worth as a patronymic."""
FATHERS_BONUS: Final = 0.02
"""What each time that a given name was met adds to it as a patronymic."""
GENITIVE_BONUS: Final = 2.0
"""What the Armenian genitive of a man's name adds: «Ани Артури»."""


def _bonuses(folded: str) -> tuple[float, float, float]:
    """Counts that the ending of a word is worth as given name, surname and patronymic.

    A man's name without an ending may be a patronymic («Каримов Рустам Анвар»), a woman's never is.
    """
    if looks_like_patronymic(folded):
        return PATRONYMIC_BONUSES
    if looks_like_surname(folded) or folded.startswith(_OF_SURNAMES_ONLY):
        return SURNAME_BONUSES
    met = counts_of(folded)
    given, surname, patronymic = OTHER_BONUSES
    patronymic = WOMANS_BONUS if met.gender == FEMALE else patronymic + FATHERS_BONUS * met.given
    if is_genitive(folded):
        patronymic += GENITIVE_BONUS
    if met.surname < KNOWN_SURNAME:
        given += SLIP_BONUSES[GIVEN] if slip_of(folded, GIVEN) else 0.0
        patronymic += SLIP_BONUSES[PATRONYMIC] if slip_of(folded, PATRONYMIC) else 0.0
    return given, surname, patronymic


def is_genitive(folded: str) -> bool:
    """Whether a folded word is the Armenian genitive of a man's common given name."""
    if not folded.endswith("и"):
        return False
    name = counts_of(folded[:-1])
    return name.given >= RARE and name.gender == MALE


def roles(words: Sequence[Word]) -> str:
    """The likeliest part of each of one to four words, as a string of S, F and M."""
    told = _with_two_initials(words) or eastern(words)
    if told:
        return told
    of_words = [before_end(word) if must_end(len(words), at) else weights(word) for at, word in enumerate(words)]
    orders = ONCE if any(word.is_initial for word in words) else LOG_ORDERS
    best, best_total = "", -math.inf
    for order, total in orders[len(words)]:
        for weight, role in zip(of_words, order, strict=False):
            total += weight[role]
        if total > best_total:
            best, best_total = order, total
    return best if SURNAME in best or not _is_mans_patronymic(words, best) else best.replace(PATRONYMIC, SURNAME)


def must_end(size: int, at: int) -> bool:
    """Whether a patronymic must have its ending at a place of so many words: anywhere but at the end of three."""
    return size < len((SURNAME, GIVEN, PATRONYMIC)) or at < size - 1


def _is_mans_patronymic(words: Sequence[Word], order: str) -> bool:
    """Whether a woman's given name stands beside a man's patronymic: «Анна Гаврилович», which is a surname then."""
    of = dict(zip(order, words, strict=True))
    if PATRONYMIC not in of or GIVEN not in of or of[PATRONYMIC].is_initial or of[GIVEN].is_initial:
        return False
    return (word_gender(of[GIVEN].folded, GIVEN), word_gender(of[PATRONYMIC].folded, PATRONYMIC)) == (FEMALE, MALE)


def _with_two_initials(words: Sequence[Word]) -> str | None:
    """The word beside two initials is a surname, whatever else it may be: «Александр И.П.»."""
    initials = [word.is_initial for word in words]
    return "SFM" if initials == [False, True, True] else "FMS" if initials == [True, True, False] else None


_EASTERN_ORDERS: Final = {2: ("SF", "FS"), 3: ("SFM", "FMS"), 4: ("SFFF", "FFFS")}


def eastern(words: Sequence[Word]) -> str | None:
    """The parts of a Korean, Chinese or Vietnamese name, by where its surname stands; None for other names."""
    orders = _EASTERN_ORDERS.get(len(words))
    if orders is None:
        return None
    readings = ((orders[0], words[0], words[1:]), (orders[1], words[-1], words[:-1]))
    possible = [one for one in readings if _is_eastern(*one[1:])]
    told = (order for order, surname, given in possible if _is_gender_told(surname, given))
    return next(told, possible[0][0] if possible else None)


def _is_eastern(surname: Word, given: Sequence[Word]) -> bool:
    """Whether words are a surname of such a name and the syllables beside it."""
    if surname.folded not in EASTERN or any(word.is_initial for word in given):
        return False
    if len(given) == 1 and _is_rather_surname(given[0]):
        return False
    return all(is_syllables(word.folded) or _is_strange(word.folded) for word in given)


def _is_gender_told(surname: Word, given: Sequence[Word]) -> bool:
    """Whether the words beside a surname are known as a given name behind it."""
    return gender_by_syllables(surname.folded, [word.folded for word in given]) != UNKNOWN


def _is_strange(folded: str) -> bool:
    """Whether a word is of no Russian name: neither by its ending nor, of some length, by the table of given names."""
    is_given = len(folded) > LONGEST_SYLLABLE and counts_of(folded).given >= TRUSTED
    return not (sure_role(folded) or _ends_as_russian(folded) or is_given)


LONGEST_SYLLABLE: Final = 5


def _is_rather_surname(word: Word) -> bool:
    met = counts_of(word.folded)
    return word.folded not in EASTERN and met.surname > met.given


def _ends_as_russian(folded: str) -> bool:
    return " " in folded or looks_like_patronymic(folded) or looks_like_surname(folded)


def gender_of(parts: Mapping[str, Sequence[Word]]) -> tuple[str, bool]:
    """Gender by patronymic, given name, surname in this order of trust, and whether they contradict one another.

    Where none of them tells, the ending of the given name is a guess.
    """
    certain = [
        gender
        for role in (PATRONYMIC, GIVEN, SURNAME)
        for word in parts[role][:1]
        if not word.is_initial and (gender := word_gender(word.folded, role)) != UNKNOWN
    ]
    guessed = [guess(word.folded) for word in parts[GIVEN][:1] if not word.is_initial]
    return (*certain, *guessed, UNKNOWN)[0], len(set(certain)) > 1


def eastern_gender(parts: Mapping[str, Sequence[Word]]) -> str:
    """Gender of an eastern name: by the table of given names where it is one word, then by its syllables."""
    given = [word.folded for role in (GIVEN, PATRONYMIC) for word in parts[role]]
    known = counts_of(given[0]) if len(given) == 1 else None
    if known and known.given and known.gender != UNKNOWN:
        return known.gender
    return gender_by_syllables(parts[SURNAME][0].folded, given)


def gender_without(parts: Mapping[str, Sequence[Word]], role: str) -> str:
    """Gender that the other parts of a name show."""
    return gender_of({**parts, role: ()})[0]


def is_of(gender: str, other: str) -> bool:
    """Whether two genders do not contradict each other."""
    return {gender, other} != {MALE, FEMALE}
