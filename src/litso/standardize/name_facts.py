"""What is known of single words of names, in arrays: the same facts as `name_roles` gives word by word."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from litso.standardize.diminutives import diminutive_gender, diminutives, is_diminutive
from litso.standardize.lexicon import (
    FEMALE,
    GIVEN,
    PATRONYMIC,
    RARE,
    SURNAME,
    TOTAL_GIVEN,
    TOTAL_PATRONYMICS,
    TOTAL_SURNAMES,
    TRUSTED,
    UNKNOWN,
    guessed_gender,
    slip_of,
)
from litso.standardize.lexicon_bulk import (
    CODE_OF_GENDER,
    Endings,
    Flags,
    Ints,
    ManyCounts,
    counts_of_all,
    endings,
    may_be_slips,
    surname_genders,
)
from litso.standardize.name import has_slip, is_met_as
from litso.standardize.name_cases import is_told_by_others
from litso.standardize.name_roles import (
    FATHERS_BONUS,
    GENITIVE_BONUS,
    KNOWN_SURNAME,
    OTHER_BONUSES,
    PARTICLES,
    PATRONYMIC_BONUSES,
    PREFIXES,
    SLIP_BONUSES,
    SURNAME_BONUSES,
    WITHOUT_ENDING,
    WOMANS_BONUS,
    Word,
    before_end,
    guess,
    is_genitive,
    weights,
    word_gender,
    word_of,
)
from litso.standardize.name_text import is_ordinary, is_pair

ROLES: Final = (SURNAME, GIVEN, PATRONYMIC)
Arrays: TypeAlias = tuple[NDArray[Any], ...]


class KnownWords(NamedTuple):
    """Facts by position; the first position stands for «no word», the second for what is no word of a name.

    Groups of three arrays are by part: surname, given name, patronymic.
    """

    shown: pl.Series
    written: pl.Series
    """As `shown`, initials with their full stops."""
    weight: Arrays
    weight_before_end: Arrays
    gender: Arrays
    """0 unknown, 1 male, 2 female."""
    guess: NDArray[np.int64]
    """The gender that a given name seems to have, where nothing else tells."""
    is_met: Arrays
    meant: Arrays
    """By given name and patronymic: the position of the word of which it is a slip, else -1."""
    is_initial: NDArray[np.bool_]
    is_ordinary: NDArray[np.bool_]
    """A word of names and nothing but one word."""
    is_diminutive: NDArray[np.bool_]
    is_told: NDArray[np.bool_]
    """A surname by its ending, of which nothing else is known: what it would be as another part was not looked up."""


class Facts(NamedTuple):
    """What is known of one word, in the order of the columns of `table`."""

    shown: str | None
    written: str | None
    weights: tuple[float, ...]
    weights_before_end: tuple[float, ...]
    genders: tuple[int, ...]
    guess: int
    are_met: tuple[bool, ...]
    meant: tuple[str | None, ...]
    flags: tuple[bool, bool, bool]  # initial, ordinary, diminutive


NOTHING: Final = Facts(None, None, (0.0,) * 3, (0.0,) * 3, (0,) * 3, 0, (True,) * 3, (None,) * 2, (False, True, False))
STRANGE: Final = NOTHING._replace(flags=(False, False, False))


@lru_cache(maxsize=131_072)
def one_word(text: str) -> Facts:
    """Look up one lower-case word."""
    word = word_of(text)
    found, not_last = weights(word), before_end(word)
    genders = (UNKNOWN,) * 3 if word.is_initial else tuple(word_gender(word.folded, role) for role in ROLES)
    return Facts(
        word.shown,
        word.shown + "." if word.is_initial else word.shown,
        tuple(found[role] for role in ROLES),
        tuple(not_last[role] for role in ROLES),
        tuple(map(CODE_OF_GENDER.__getitem__, genders)),
        CODE_OF_GENDER[UNKNOWN if word.is_initial else guess(word.folded)],
        tuple(is_met_as(word, role) for role in ROLES),
        tuple(slip_of(word.folded, role) if has_slip(word, role) else None for role in (GIVEN, PATRONYMIC)),
        (word.is_initial, _is_name_only(word), is_diminutive(word.folded)),
    )


def _is_name_only(word: Word) -> bool:
    """Whether a word is one of names and nothing but one word, whatever stands beside it."""
    return is_ordinary(word) and not (is_pair(word) or is_told_by_others(word.folded))


def table(facts: Sequence[Facts], places: Mapping[str, int]) -> KnownWords:
    """Facts of one word or more in arrays; `places` are those of words that are meant by slips."""
    shown, written, of_weights, before, genders, guess, are_met, meant, flags = zip(*facts, strict=True)
    of_meant = [tuple(-1 if word is None else places[word] for word in words) for words in meant]
    is_initial, is_ordinary_word, is_short = _columns(flags, np.bool_)
    return KnownWords(
        shown=pl.Series(shown, dtype=pl.String),
        written=pl.Series(written, dtype=pl.String),
        weight=_columns(of_weights, np.float64),
        weight_before_end=_columns(before, np.float64),
        gender=_columns(genders, np.int64),
        guess=np.asarray(guess, dtype=np.int64),
        is_met=_columns(are_met, np.bool_),
        meant=_columns(of_meant, np.int64),
        is_initial=is_initial,
        is_ordinary=is_ordinary_word,
        is_diminutive=is_short,
        is_told=np.zeros(len(facts), dtype=np.bool_),
    )


def _columns(rows: Any, kind: Any) -> Arrays:
    """Columns of equally long tuples."""
    return tuple(np.asarray(column, dtype=kind) for column in zip(*rows, strict=True))


_SURNAME_ALONE: Final = "ивановский"
"""Stands for all surnames that only their ending tells."""


def told_surnames(words: pl.Series) -> KnownWords:
    """Facts of lower-case surnames that only their ending tells: they differ in their letters and their gender."""

    def repeated(column: Any) -> Any:
        if isinstance(column, tuple):
            return tuple(map(repeated, column))
        return column.new_from_index(0, size) if isinstance(column, pl.Series) else np.repeat(column, size)

    size = len(words)
    facts = KnownWords(*map(repeated, table([one_word(_SURNAME_ALONE)], {})))
    shown = _titled(words)
    gender = surname_genders(folded_words(words))
    is_told = np.ones(size, dtype=np.bool_)
    return facts._replace(shown=shown, written=shown, gender=(gender, *facts.gender[1:]), is_told=is_told)


def folded_words(words: pl.Series) -> pl.Series:
    """Lower-case words as they are looked up."""
    return words.str.replace_all("ё", "е", literal=True)


def _titled(words: pl.Series) -> pl.Series:
    return words.str.head(1).str.to_uppercase() + words.str.slice(1)


Slips: TypeAlias = Mapping[str, Mapping[str, str]]
"""By part, given name or patronymic: folded words, and the common ones of which they are certainly slips."""


def slips_among(folded: Sequence[str]) -> Slips:
    """Slips among words without a hyphen."""
    likely = [word for word, may_be in zip(folded, may_be_slips(folded), strict=True) if may_be]
    return {
        role: {word: right for word in likely if (right := slip_of(word, role)) is not None}
        for role in (GIVEN, PATRONYMIC)
    }


def plain_words(words: pl.Series, slips: Slips, places: Mapping[str, int]) -> KnownWords:
    """Facts of lower-case words of at least two letters without a hyphen, as `one_word` finds them.

    `slips` are those among them, `places` the positions of what they mean.
    """
    shown, folded = _titled(words), folded_words(words).to_list()
    met, ends = counts_of_all(folded), endings(folded_words(words))
    are_slips = {role: _are_in(slips[role], folded) for role in slips}
    weight = _weights(folded, met, ends, are_slips)
    last = np.where(ends.is_patronymic, weight[2], weight[2] - WITHOUT_ENDING)
    is_short = _are_in(diminutives(), folded) & (met.given < RARE)
    genders, guesses = _given_genders(folded, met, is_short)
    is_particle = _are_in(PARTICLES, folded)
    is_rather_surname = ends.is_surname & (met.surname > 5 * met.given)
    no = np.zeros(len(folded), dtype=np.bool_)
    return KnownWords(
        shown=shown,
        written=shown,
        weight=weight,
        weight_before_end=(*weight[:2], last),
        gender=(ends.surname_gender, genders, ends.patronymic_gender),
        guess=guesses,
        is_met=(
            ~is_particle & ~_are_in(PREFIXES, folded) & ((met.surname > 0) | ends.is_surname | ends.is_patronymic),
            ~is_particle & (((met.given > 1) & ~is_rather_surname) | is_short),
            ~is_particle & ((met.patronymic > 0) | ends.is_patronymic),
        ),
        meant=(
            np.where(is_short, -1, _meant(folded, slips[GIVEN], places)),
            _meant(folded, slips[PATRONYMIC], places),
        ),
        is_initial=no,
        is_ordinary=np.asarray([_is_name_only(Word(word, word, False)) for word in folded], dtype=np.bool_),
        is_diminutive=is_short,
        is_told=no,
    )


def _are_in(known: Container[str], words: Sequence[str]) -> Flags:
    return np.fromiter(map(known.__contains__, words), dtype=np.bool_, count=len(words))


def _meant(words: Sequence[str], slips: Mapping[str, str], places: Mapping[str, int]) -> Ints:
    """The positions of what words mean, -1 where they are no slips."""
    return np.asarray([places[slips[word]] if word in slips else -1 for word in words], dtype=np.int64)


def _weights(words: Sequence[str], met: ManyCounts, ends: Endings, are_slips: Mapping[str, Flags]) -> Arrays:
    """`name_roles.weights` of words without a hyphen."""
    given, surname, father = OTHER_BONUSES
    fathers = np.where(met.gender == CODE_OF_GENDER[FEMALE], WOMANS_BONUS, father + FATHERS_BONUS * met.given)
    fathers[[at for at, word in enumerate(words) if is_genitive(word)]] += GENITIVE_BONUS
    is_free = met.surname < KNOWN_SURNAME
    slip = {role: np.where(is_free & are, SLIP_BONUSES[role], 0.0) for role, are in are_slips.items()}
    others = (given + slip[GIVEN], np.full(len(words), surname), fathers + slip[PATRONYMIC])
    counted = zip(
        (met.surname, met.given, met.patronymic),
        (TOTAL_SURNAMES, TOTAL_GIVEN, TOTAL_PATRONYMICS),
        (1, 0, 2),
        strict=True,
    )
    return tuple(_logarithms((count + _by_ending(ends, at, others[at])) / total) for count, total, at in counted)


def _by_ending(ends: Endings, at: int, others: NDArray[np.float64]) -> NDArray[np.float64]:
    """One of the bonuses of each word."""
    of_surnames = np.where(ends.is_surname, SURNAME_BONUSES[at], others)
    return np.where(ends.is_patronymic, PATRONYMIC_BONUSES[at], of_surnames)


def _logarithms(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """As Python finds them: numpy may differ in the last bit, and equal words must weigh the same."""
    return np.asarray([*map(math.log, shares.tolist())], dtype=np.float64)


def _given_genders(words: Sequence[str], met: ManyCounts, is_diminutive: Flags) -> tuple[Ints, Ints]:
    """The gender that each word shows as a given name, and the one that it seems to have."""
    shown = np.where(met.given >= TRUSTED, met.gender, CODE_OF_GENDER[UNKNOWN])
    seeming = np.where(met.given > 0, met.gender, CODE_OF_GENDER[UNKNOWN])
    for at in np.flatnonzero(~is_diminutive & (seeming == CODE_OF_GENDER[UNKNOWN])).tolist():
        seeming[at] = CODE_OF_GENDER[guessed_gender(words[at])]
    for at in np.flatnonzero(is_diminutive).tolist():
        shown[at] = seeming[at] = CODE_OF_GENDER[diminutive_gender(words[at]) or UNKNOWN]
    return shown, seeming
