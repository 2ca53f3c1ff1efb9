"""Words of names met before: what is known of them (`name_facts`) and their cases, kept from batch to batch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from threading import Lock
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from litso.standardize.bulk import Numbers, encode
from litso.standardize.declension import Cases, decline_column
from litso.standardize.lexicon import GENDERS
from litso.standardize.lexicon_bulk import telling_surnames
from litso.standardize.name_facts import (
    NOTHING,
    ROLES,
    STRANGE,
    KnownWords,
    folded_words,
    one_word,
    plain_words,
    slips_among,
    table,
    told_surnames,
)
from litso.standardize.name_roles import LONGEST_WORD
from litso.standardize.name_text import CAMEL

NO_WORD: Final = 0
_NO_NAME: Final = 1


class WordBook:
    """Words that were looked up before, and their cases: a column comes in batches that share most of their words.

    Forgets everything when it has more than `limit` words. May be asked from several threads.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._numbers = Numbers()
        self._rows = np.asarray([NO_WORD], dtype=np.int64)  # by the number of a text; the last one is of null
        self._known = table([NOTHING, STRANGE], {})
        self._forms = tuple(Forms(role) for role in ROLES)

    def look_up(self, columns: Sequence[pl.Series]) -> tuple[KnownWords, NDArray[np.int64], tuple[Forms, ...]]:
        """Facts, the position of every word of some equally long columns (column, line), and the cases by part."""
        with self._lock:
            if self._numbers.size > self._limit:
                self._forget()
            numbers, new = self._numbers.of(*columns)
            if len(new):
                rows, facts = _looked_up(new, len(self._known.shown))
                self._rows = np.concatenate([self._rows[:-1], rows, [NO_WORD]])
                self._known = _joined([self._known, *facts])
            return self._known, self._rows[numbers], self._forms


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


def _looked_up(texts: pl.Series, start: int) -> tuple[NDArray[np.int64], list[KnownWords]]:
    """The position of each of some new words, and their facts, which will begin at position `start`.

    Surnames that only their ending tells are looked up together, so are other words without a hyphen; the rest, and
    words that are meant by slips, one by one.
    """
    is_word = texts.str.contains("^[а-яА-ЯёЁ]+(?:-[а-яА-ЯёЁ]+)*$") & ~texts.str.contains(f"{CAMEL}|^и$")
    code, lower = encode(texts.str.to_lowercase().set(~is_word, None))
    words = pl.Series(lower, dtype=pl.String)
    is_plain = ~words.str.contains("-", literal=True) & words.str.len_chars().is_between(2, LONGEST_WORD)
    is_told = telling_surnames(folded_words(words)) & is_plain
    kinds = (is_told, is_plain & ~is_told, ~is_plain)
    told, plain, odd = (words.filter(kind) for kind in kinds)
    slips = slips_among(folded_words(plain).to_list())
    facts = [one_word(word) for word in odd.to_list()]
    meant = dict.fromkeys(chain(*(of_part.values() for of_part in slips.values()), *(one.meant for one in facts)))
    places = {word: start + len(words) + at for at, word in enumerate(filter(None, meant))}
    facts += map(one_word, filter(None, meant))
    known = [told_surnames(told), plain_words(plain, slips, places), *([table(facts, places)] if facts else [])]
    order = np.concatenate([np.flatnonzero(kind.to_numpy()) for kind in kinds])
    place = np.empty(len(words) + 1, dtype=np.int64)
    place[order] = np.arange(len(words)) + start
    place[-1] = _NO_NAME
    return place[code.fill_null(len(words)).to_numpy()], known


def _joined(known: Sequence[KnownWords]) -> KnownWords:
    """Facts of words one behind the other."""
    return KnownWords(*map(_together, zip(*known, strict=True)))


def _together(columns: Sequence[Any]) -> Any:
    if isinstance(columns[0], pl.Series):
        return pl.concat(columns, rechunk=True)
    if isinstance(columns[0], tuple):
        return tuple(map(_together, zip(*columns, strict=True)))
    return np.concatenate(columns)
