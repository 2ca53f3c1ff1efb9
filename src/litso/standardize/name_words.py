"""What is known of the words of a column of names, in arrays: the same facts as `name_roles` gives word by word."""

from __future__ import annotations

from functools import lru_cache
from itertools import repeat
from threading import Lock
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from litso.standardize.bulk import encode
from litso.standardize.declension import Cases, decline_column
from litso.standardize.diminutives import is_diminutive
from litso.standardize.lexicon import (
    FEMALE,
    GIVEN,
    MALE,
    PATRONYMIC,
    SURNAME,
    UNKNOWN,
    slip_of,
    telling_surnames,
)
from litso.standardize.name import has_slip, is_met_as
from litso.standardize.name_cases import is_told_by_others
from litso.standardize.name_roles import LONGEST_WORD, before_end, guess, weights, word_gender, word_of
from litso.standardize.name_text import CAMEL, is_ordinary, is_pair

ROLES: Final = (SURNAME, GIVEN, PATRONYMIC)
GENDERS: Final = (UNKNOWN, MALE, FEMALE)
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


NO_WORD: Final = 0
_NO_NAME: Final = 1
_NEW: Final = -1


class _Facts(NamedTuple):
    """What is known of one word, in the order of the columns of `_table`."""

    shown: str | None
    written: str | None
    weights: tuple[float, ...]
    weights_before_end: tuple[float, ...]
    genders: tuple[int, ...]
    guess: int
    are_met: tuple[bool, ...]
    meant: tuple[str | None, ...]
    flags: tuple[bool, bool, bool]  # initial, ordinary, diminutive


_TOLD: Final = "ивановский"
"""Stands for all surnames that only their ending tells."""
_NOTHING: Final = _Facts(
    None, None, (0.0,) * 3, (0.0,) * 3, (0,) * 3, 0, (True,) * 3, (None,) * 2, (False, True, False)
)
_STRANGE: Final = _NOTHING._replace(flags=(False, False, False))


class WordBook:
    """Words that were looked up before, and their cases: a column comes in batches that share most of their words.

    Forgets everything when it has more than `limit` words. May be asked from several threads.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._places: dict[str, int] = {}
        self._known = _table([_NOTHING, _STRANGE], _NO_TEXTS, _NO_TEXTS, {})
        self._forms = tuple(Forms(role) for role in ROLES)

    def look_up(self, texts: list[str]) -> tuple[KnownWords, NDArray[np.int64], tuple[Forms, ...]]:
        """Facts, the position of every word that was asked for, and the cases by part."""
        with self._lock:
            if len(self._places) > self._limit:
                self._forget()
            rows = np.asarray([*map(self._places.get, texts, repeat(_NEW))], dtype=np.int64)
            at = np.flatnonzero(rows == _NEW)
            if len(at):
                new = [texts[place] for place in at.tolist()]
                rows[at], facts = _looked_up(pl.Series(new, dtype=pl.String), len(self._known.shown))
                self._places.update(zip(new, rows[at].tolist(), strict=True))
                self._known = _joined(self._known, facts)
            return self._known, rows, self._forms


class Forms:
    """Cases of the words of one part, each declined once for each gender that it is met with."""

    def __init__(self, role: str) -> None:
        self._role = role
        self._lock = Lock()
        self._row = np.empty(0, dtype=np.int64)
        self._table = pl.DataFrame(schema=dict.fromkeys(Cases._fields, pl.String))

    def of(self, written: pl.Series, places: NDArray[np.int64], genders: NDArray[np.int64]) -> pl.DataFrame:
        """The cases of the words at some places of `written`."""
        keys = places * len(GENDERS) + genders
        with self._lock:
            room = len(written) * len(GENDERS) - len(self._row)
            self._row = np.append(self._row, np.full(max(room, 0), -1, dtype=np.int64))
            new = np.unique(keys[self._row[keys] < 0])
            for code, gender in enumerate(GENDERS):
                some = new[new % len(GENDERS) == code]
                if len(some):
                    self._row[some] = np.arange(len(some)) + len(self._table)
                    words = written[pl.Series(some // len(GENDERS), dtype=pl.UInt32)]
                    self._table = pl.concat([self._table, decline_column(words, self._role, gender)], rechunk=True)
            return self._table[pl.Series(self._row[keys], dtype=pl.UInt32)]


@lru_cache(maxsize=1)
def word_book() -> WordBook:
    """The book that all columns share."""
    return WordBook(limit=300_000)


_NO_TEXTS: Final = pl.Series([], dtype=pl.String)


def _looked_up(texts: pl.Series, start: int) -> tuple[NDArray[np.int64], KnownWords]:
    """Facts of new words, which will begin at position `start`, and the position of each.

    Those that only their ending tells as surnames are looked up together, others one by one.
    """
    is_word = texts.str.contains("^[а-яА-ЯёЁ]+(?:-[а-яА-ЯёЁ]+)*$") & ~texts.str.contains(f"{CAMEL}|^и$")
    code, lower = encode(texts.str.to_lowercase().set(~is_word, None))
    words = pl.Series(lower, dtype=pl.String)
    told = telling_surnames(words.str.replace_all("ё", "е", literal=True))
    is_plain = ~words.str.contains("-", literal=True) & (words.str.len_chars() <= LONGEST_WORD)
    is_told = (told["is_telling"] & is_plain).to_numpy()
    others = [one_word(word) for word in words.filter(pl.Series(~is_told)).to_list()]
    number = int(is_told.sum())
    place = start + np.where(is_told, np.cumsum(is_told) - 1, number + np.cumsum(~is_told) - 1)
    meant = dict.fromkeys(word for facts in others for word in facts.meant if word)
    rights = {word: start + number + len(others) + at for at, word in enumerate(meant)}
    of_told = pl.Series(is_told)
    facts = _table([*others, *map(one_word, rights)], words.filter(of_told), told["gender"].filter(of_told), rights)
    return np.append(place, _NO_NAME)[code.fill_null(len(place)).to_numpy()].astype(np.int64), facts


def _table(facts: list[_Facts], told: pl.Series, told_gender: pl.Series, rights: dict[str, int]) -> KnownWords:
    """Facts in arrays: those of told surnames, then the others."""
    size = len(told)
    facts = [one_word(_TOLD), *facts]
    repeated = np.append(np.zeros(size, dtype=np.int64), np.arange(1, len(facts)))
    shown, written, of_weights, before, genders, guess, are_met, meant, flags = zip(*facts, strict=True)
    gender = [column[repeated] for column in _columns(genders, np.int64)]
    gender[0][:size] = told_gender.replace_strict(
        dict(zip(GENDERS, range(len(GENDERS)), strict=True)), return_dtype=pl.Int64
    ).to_numpy()
    titled = told.str.head(1).str.to_uppercase() + told.str.slice(1)
    places = [tuple(-1 if word is None else rights[word] for word in words) for words in meant]
    is_initial, is_ordinary_word, is_short = _columns(flags, np.bool_)
    return KnownWords(
        shown=pl.concat([titled, pl.Series(shown[1:], dtype=pl.String)]),
        written=pl.concat([titled, pl.Series(written[1:], dtype=pl.String)]),
        weight=tuple(column[repeated] for column in _columns(of_weights, np.float64)),
        weight_before_end=tuple(column[repeated] for column in _columns(before, np.float64)),
        gender=tuple(gender),
        guess=np.asarray(guess, dtype=np.int64)[repeated],
        is_met=tuple(column[repeated] for column in _columns(are_met, np.bool_)),
        meant=tuple(column[repeated] for column in _columns(places, np.int64)),
        is_initial=is_initial[repeated],
        is_ordinary=is_ordinary_word[repeated],
        is_diminutive=is_short[repeated],
        is_told=np.arange(len(repeated)) < size,
    )


def _joined(known: KnownWords, new: KnownWords) -> KnownWords:
    """Facts of new words behind those of known ones."""
    both = ([*pair] for pair in zip(known, new, strict=True))
    return KnownWords(*(_together(*pair) for pair in both))


def _together(known: Any, new: Any) -> Any:
    if isinstance(known, pl.Series):
        return pl.concat([known, new], rechunk=True)
    if isinstance(known, tuple):
        return tuple(np.concatenate(pair) for pair in zip(known, new, strict=True))
    return np.concatenate([known, new])


def _columns(rows: Any, kind: Any) -> list[NDArray[Any]]:
    """Columns of equally long tuples."""
    return [np.asarray(column, dtype=kind) for column in zip(*rows, strict=True)]


@lru_cache(maxsize=131_072)
def one_word(text: str) -> _Facts:
    """Look up one lower-case word."""
    word = word_of(text)
    found, not_last = weights(word), before_end(word)
    genders = (UNKNOWN,) * 3 if word.is_initial else tuple(word_gender(word.folded, role) for role in ROLES)
    return _Facts(
        word.shown,
        word.shown + "." if word.is_initial else word.shown,
        tuple(found[role] for role in ROLES),
        tuple(not_last[role] for role in ROLES),
        tuple(map(GENDERS.index, genders)),
        GENDERS.index(UNKNOWN if word.is_initial else guess(word.folded)),
        tuple(is_met_as(word, role) for role in ROLES),
        tuple(slip_of(word.folded, role) if has_slip(word, role) else None for role in (GIVEN, PATRONYMIC)),
        (
            word.is_initial,
            is_ordinary(word) and not (is_pair(word) or is_told_by_others(word.folded)),
            is_diminutive(word.folded),
        ),
    )
