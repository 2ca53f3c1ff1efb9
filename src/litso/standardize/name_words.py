"""What is known of distinct words of a column of names, in arrays: the same facts as `name_roles` gives word by word."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from litso.standardize.bulk import encode
from litso.standardize.diminutives import is_diminutive
from litso.standardize.lexicon import FEMALE, GIVEN, MALE, PATRONYMIC, SURNAME, UNKNOWN, slip_of, telling_surnames
from litso.standardize.name import has_slip, is_met_as
from litso.standardize.name_roles import before_end, weights, word_gender, word_of
from litso.standardize.name_text import CAMEL, is_ordinary, is_pair

ROLES: Final = (SURNAME, GIVEN, PATRONYMIC)
GENDERS: Final = (UNKNOWN, MALE, FEMALE)
Arrays: TypeAlias = tuple[NDArray[Any], ...]


class KnownWords(NamedTuple):
    """Facts by position; `row` gives the position of every word that was asked for and, at its end, of «no word».

    The last position stands for «no word». Groups of three arrays are by part: surname, given name, patronymic.
    """

    row: NDArray[np.int64]
    shown: pl.Series
    written: pl.Series
    """As `shown`, initials with their full stops."""
    weight: Arrays
    weight_before_end: Arrays
    gender: Arrays
    """0 unknown, 1 male, 2 female."""
    is_met: Arrays
    meant: Arrays
    """By given name and patronymic: the position of the word of which it is a slip, else -1."""
    is_initial: NDArray[np.bool_]
    is_ordinary: NDArray[np.bool_]
    """A word of names and nothing but one word."""
    is_diminutive: NDArray[np.bool_]
    is_told: NDArray[np.bool_]
    """A surname by its ending, of which nothing else is known: what it would be as another part was not looked up."""


class _Facts(NamedTuple):
    """What is known of one word, in the order of the columns of `_table`."""

    shown: str | None
    written: str | None
    weights: tuple[float, ...]
    weights_before_end: tuple[float, ...]
    genders: tuple[int, ...]
    are_met: tuple[bool, ...]
    meant: tuple[str | None, ...]
    flags: tuple[bool, bool, bool]  # initial, ordinary, diminutive


_TOLD: Final = "ивановский"
"""Stands for all surnames that only their ending tells."""
_NOTHING: Final = _Facts(
    None, None, (0.0,) * 3, (0.0,) * 3, (0,) * 3, (True,) * 3, (None,) * 2, (False, True, False)
)
_OF_NOTHING: Final = frozenset({"не", "нет", "без"})
"""First words of «не указан», «без имени» and the like, which say that there is no name."""
_STRANGE: Final = _NOTHING._replace(flags=(False, False, False))


def known_words(texts: pl.Series) -> KnownWords:
    """Look up distinct words: those that only their ending tells as surnames together, others one by one."""
    is_word = texts.str.contains("^[а-яА-ЯёЁ]+(?:-[а-яА-ЯёЁ]+)*$") & ~texts.str.contains(f"{CAMEL}|^и$")
    code, lower = encode(texts.str.to_lowercase().set(~is_word, None))
    words = pl.Series(lower, dtype=pl.String)
    told = telling_surnames(words.str.replace_all("ё", "е", literal=True))
    is_told = told["is_telling"].to_numpy() & ~words.str.contains("-", literal=True).to_numpy()
    others = [_facts(word) for word in words.filter(pl.Series(~is_told)).to_list()]
    meant = {word for facts in others for word in facts.meant if word}
    rights = {word: place for place, word in enumerate(meant)}
    told_words = words.filter(pl.Series(is_told))
    table = [_facts(_TOLD), *others, *map(_facts, rights), _STRANGE, _NOTHING]
    return _table(table, told_words, told["gender"].filter(pl.Series(is_told)), 1 + len(others), rights)._replace(
        row=_rows(code, is_told, len(table), len(texts))
    )


def _rows(code: pl.Series, is_told: NDArray[np.bool_], table: int, asked: int) -> NDArray[np.int64]:
    """Positions of the words asked for: told surnames stand before the table of the others."""
    told = int(is_told.sum())
    place = np.where(is_told, np.cumsum(is_told) - 1, told + np.cumsum(~is_told))
    strange, nothing = told + table - 2, told + table - 1
    rows = np.append(place, strange)[code.fill_null(len(place)).to_numpy()]
    return np.append(rows, nothing).astype(np.int64)


def _table(
    facts: list[_Facts], told: pl.Series, told_gender: pl.Series, first_right: int, rights: dict[str, int]
) -> KnownWords:
    """Facts in arrays, those of told surnames repeated before all others."""
    size = len(told)
    repeated = np.append(np.zeros(size, dtype=np.int64), np.arange(len(facts)))
    shown, written, of_weights, before, genders, are_met, meant, flags = zip(*facts, strict=True)
    gender = [column[repeated] for column in _columns(genders, np.int64)]
    gender[0][:size] = told_gender.replace_strict(
        dict(zip(GENDERS, range(len(GENDERS)), strict=True)), return_dtype=pl.Int64
    ).to_numpy()
    titled = told.str.head(1).str.to_uppercase() + told.str.slice(1)
    start = size + first_right
    places = [tuple(-1 if word is None else start + rights[word] for word in words) for words in meant]
    is_initial, is_ordinary_word, is_short = _columns(flags, np.bool_)
    return KnownWords(
        row=np.empty(0, dtype=np.int64),
        shown=pl.concat([titled, pl.Series(shown, dtype=pl.String)]),
        written=pl.concat([titled, pl.Series(written, dtype=pl.String)]),
        weight=tuple(column[repeated] for column in _columns(of_weights, np.float64)),
        weight_before_end=tuple(column[repeated] for column in _columns(before, np.float64)),
        gender=tuple(gender),
        is_met=tuple(column[repeated] for column in _columns(are_met, np.bool_)),
        meant=tuple(column[repeated] for column in _columns(places, np.int64)),
        is_initial=is_initial[repeated],
        is_ordinary=is_ordinary_word[repeated],
        is_diminutive=is_short[repeated],
        is_told=np.arange(size + len(facts)) < size,
    )


def _columns(rows: Any, kind: Any) -> list[NDArray[Any]]:
    """Columns of equally long tuples."""
    return [np.asarray(column, dtype=kind) for column in zip(*rows, strict=True)]


@lru_cache(maxsize=131_072)
def _facts(text: str) -> _Facts:
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
        tuple(is_met_as(word, role) for role in ROLES),
        tuple(slip_of(word.folded, role) if has_slip(word, role) else None for role in (GIVEN, PATRONYMIC)),
        (
            word.is_initial,
            is_ordinary(word) and not is_pair(word) and text not in _OF_NOTHING,
            is_diminutive(word.folded),
        ),
    )
