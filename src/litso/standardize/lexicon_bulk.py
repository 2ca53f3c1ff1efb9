"""What `lexicon` knows of a word, for many folded words at once: counts, endings, and which of them may be slips."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import repeat
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from litso.standardize.lexicon import (
    FEMALE,
    FEMALE_PATRONYMIC,
    FEMALE_SURNAME,
    GENDERS,
    LIKE_SURNAME,
    MALE,
    MALE_PATRONYMIC,
    MALE_SURNAME,
    PATRONYMIC_LIKE,
    SPOKEN,
    SPOKEN_SHORTER,
    SURE_SURNAME,
    UNKNOWN,
    by_form,
    tables,
    unpacked,
)

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
CODE_OF_GENDER: Final = {gender: code for code, gender in enumerate(GENDERS)}


class ManyCounts(NamedTuple):
    """`Counts` of words without a hyphen; `gender` is a place in `GENDERS`."""

    surname: Ints
    given: Ints
    patronymic: Ints
    gender: Ints


def counts_of_all(words: Sequence[str]) -> ManyCounts:
    """Counts of each word."""
    packed = np.fromiter(map(tables().get, words, repeat(0)), dtype=np.int64, count=len(words))
    return ManyCounts(*unpacked(packed))


def telling_surnames(words: pl.Series) -> pl.Series:
    """Which words are surnames by their ending and nothing else in the tables."""
    word = pl.col("word")
    is_telling = pl.DataFrame({"word": words}).select(
        _whole(word, SURE_SURNAME) & ~_whole(word, PATRONYMIC_LIKE)
    ).to_series()  # fmt: skip
    is_met = np.fromiter(map(tables().__contains__, words.to_list()), dtype=np.bool_, count=len(words))
    return is_telling & ~pl.Series(is_met)


class Endings(NamedTuple):
    """What the endings of words say, as `looks_like_surname` and its neighbours do; genders are places in `GENDERS`."""

    is_surname: Flags
    is_patronymic: Flags
    surname_gender: Ints
    patronymic_gender: Ints


def endings(words: pl.Series) -> Endings:
    """Endings of words without a hyphen."""
    word = pl.col("word")
    found = pl.DataFrame({"word": words}).select(
        is_surname=_whole(word, LIKE_SURNAME),
        is_patronymic=_whole(word, PATRONYMIC_LIKE),
        surname_gender=_gender(word, FEMALE_SURNAME, MALE_SURNAME),
        patronymic_gender=_gender(word, FEMALE_PATRONYMIC, MALE_PATRONYMIC),
    )
    return Endings(*(column.to_numpy() for column in found))


def surname_genders(words: pl.Series) -> Ints:
    """`surname_gender` of words without a hyphen, as places in `GENDERS`."""
    table = pl.DataFrame({"word": words})
    return table.select(_gender(pl.col("word"), FEMALE_SURNAME, MALE_SURNAME)).to_series().to_numpy()


def _gender(word: pl.Expr, female: re.Pattern[str], male: re.Pattern[str]) -> pl.Expr:
    codes = {gender: pl.lit(code, dtype=pl.Int64) for gender, code in CODE_OF_GENDER.items()}
    return (
        pl.when(_whole(word, female)).then(codes[FEMALE])
        .when(_whole(word, male)).then(codes[MALE])
        .otherwise(codes[UNKNOWN])
    )  # fmt: skip


def _whole(word: pl.Expr, pattern: re.Pattern[str]) -> pl.Expr:
    return word.str.contains(f"^(?:{pattern.pattern})$")


# Words that may be slips: a word, or the word without one of its letters, is a common name without one of its own.
# Each is told by a sum of its letters over the powers of an odd number, from which any letter is easily taken out.

_STEP: Final = 0x9E37_79B9_7F4A_7C15
_BACK: Final = np.uint64(pow(_STEP, -1, 1 << 64))
_BITS: Final = 20


def may_be_slips(words: Sequence[str]) -> Flags:
    """Which words without a hyphen `slip_of` may know; of all others it knows none for certain."""
    if not words:
        return np.zeros(0, dtype=np.bool_)
    before = _sums(words)
    whole = before[:, -1:]
    without = before[:, :-1] + (whole - before[:, 1:]) * _BACK
    forms = _forms_known()
    are_near: Flags = forms[_short(whole[:, 0])] | forms[_short(without)].any(axis=1)
    ends = tuple(spoken for spoken, _ in SPOKEN)
    are_spoken = [word.endswith(ends) or word in SPOKEN_SHORTER for word in words]
    return are_near | np.asarray(are_spoken, dtype=np.bool_)


@lru_cache(maxsize=1)
def _forms_known() -> Flags:
    """By the short sum: whether a common name, or one without a letter, has it."""
    known = np.zeros(1 << _BITS, dtype=np.bool_)
    known[_short(_sums(list(by_form()))[:, -1])] = True
    return known


def _sums(words: Sequence[str]) -> NDArray[np.uint64]:
    """The sum of the letters before each place of each word; a place behind its end has the sum of the whole word."""
    letters = np.asarray(words, dtype=np.str_)
    signs = letters.view(np.uint32).reshape(len(words), -1).astype(np.uint64)
    powers = np.cumprod(np.full(signs.shape[1], _STEP, dtype=np.uint64))
    return np.concatenate([np.zeros((len(words), 1), dtype=np.uint64), np.cumsum(signs * powers, axis=1)], axis=1)


def _short(sums: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The first bits of sums."""
    return sums >> np.uint64(64 - _BITS)
