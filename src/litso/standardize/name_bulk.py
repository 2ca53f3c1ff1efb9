"""Names of a whole column: the simple ones by arithmetic over their distinct words, the rest by `name`.

Simple are lines of two or three Cyrillic words and initials in which nothing has to be repaired or set aside. What is
known of a word (`name_roles`) is looked up once for each distinct word; the order of parts is then found for all lines
at once, by the same weights and sums as for one line.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from litso.standardize.bulk import by_distinct, encode, weave
from litso.standardize.declension import Cases, decline
from litso.standardize.lexicon import FEMALE, GIVEN, MALE, PATRONYMIC, SURNAME, UNKNOWN, telling_surnames
from litso.standardize.name import MAX_LENGTH, PARTS_SCHEMA, SCHEMA, Name, Parts, has_slip, is_fit, name, name_parts
from litso.standardize.name_roles import LOG_ORDERS, ONCE, before_end, weights, word_gender, word_of
from litso.standardize.name_text import CAMEL, SIMPLE, is_ordinary, is_pair

_ROLES: Final = (SURNAME, GIVEN, PATRONYMIC)
_GENDERS: Final = (UNKNOWN, MALE, FEMALE)
_GENDER_CODES: Final = {gender: code for code, gender in enumerate(_GENDERS)}
Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


def name_column(values: pl.Series) -> pl.DataFrame:
    """`name` for every text of a column."""
    fast, is_fast = _simple(values.cast(pl.String))
    table = _with_cases(fast).select(Name._fields)
    return weave(table, is_fast, by_distinct(values.filter(~is_fast), name, SCHEMA))


def name_parts_column(values: pl.Series) -> pl.DataFrame:
    """`name_parts` for every text of a column."""
    fast, is_fast = _simple(values.cast(pl.String))
    return weave(fast.select(Parts._fields), is_fast, by_distinct(values.filter(~is_fast), name_parts, PARTS_SCHEMA))


class _Words(NamedTuple):
    """Distinct words of a column by position; the last row stands for «no word»."""

    shown: pl.Series
    weight: Floats  # word, part
    weight_before_end: Floats
    gender: Ints  # word, part
    is_fit: Flags  # word, part
    is_initial: Flags
    is_pair: Flags
    is_ordinary: Flags


def _simple(texts: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    """The parts of simple names, and which rows those are."""
    lines = texts.str.strip_chars(" ")
    is_simple = (
        lines.str.contains(f"^(?:{SIMPLE})$")
        & ~lines.str.contains(f"{CAMEL}|(?:^|[ .])и(?:[ .]|$)")
        & (lines.str.len_chars() <= MAX_LENGTH)
    ).fill_null(False)
    pieces = _pieces(lines.filter(is_simple))
    codes, words = _lower_words(pl.concat([pieces["w0"], pieces["w1"], pieces["w2"]]))
    known = _known(words)
    place = codes.fill_null(len(words)).cast(pl.Int64).to_numpy().reshape(3, len(pieces))
    parts, is_sure = _parts_of(place, known)
    is_sure &= pieces["w3"].is_null().to_numpy()
    is_fast = is_simple.to_numpy().copy()
    is_fast[is_fast] = is_sure
    return _table(parts[:, is_sure], known), pl.Series(is_fast)


def _lower_words(words: pl.Series) -> tuple[pl.Series, list[str]]:
    """`encode` of the words in lower case, into which only distinct ones have to be put."""
    codes, written = encode(words)
    lower_codes, lower = encode(pl.Series(written, dtype=pl.String).str.to_lowercase())
    return lower_codes[codes], lower


def _pieces(lines: pl.Series) -> pl.DataFrame:
    """The first four words of each line in columns of their own."""
    spaced = lines.str.replace_all(".", " ", literal=True).str.replace_all("  +", " ").str.strip_chars(" ")
    split = pl.DataFrame({"line": spaced}).select(pl.col("line").str.splitn(" ", 4))
    return split["line"].struct.rename_fields(["w0", "w1", "w2", "w3"]).struct.unnest()


def _known(texts: list[str]) -> _Words:
    """Look up distinct lower-case words: those that only their ending tells as surnames together, others one by one."""
    words = pl.Series(texts, dtype=pl.String)
    told = telling_surnames(words.str.replace_all("ё", "е", literal=True))
    is_other = (~told["is_telling"] | words.str.contains("[-']")).to_numpy()
    others = [_word_row(text) for text in words.filter(pl.Series(is_other)).to_list()]
    shown, *facts = zip(*others, _word_row("ивановский"), _NOTHING, strict=True)
    row = np.append(np.where(is_other, np.cumsum(is_other) - 1, len(others)), len(others) + 1)
    arrays: list[Any] = [np.asarray(fact, dtype=kind)[row] for fact, kind in zip(facts, _KINDS, strict=True)]
    weight, before, gender, *flags = arrays
    codes = told["gender"].replace_strict(_GENDER_CODES, return_dtype=pl.Int64).to_numpy()
    gender[:-1, 0] = np.where(is_other, gender[:-1, 0], codes)
    titled = words.str.head(1).str.to_uppercase() + words.str.slice(1)
    place = np.append(np.where(is_other, row[:-1] + len(texts), np.arange(len(texts))), len(texts) + len(others) + 1)
    all_shown = pl.concat([titled, pl.Series(shown, dtype=pl.String)])
    return _Words(all_shown[pl.Series(place, dtype=pl.UInt32)], weight, before, gender, *flags)


_NOTHING: Final = (None, (0.0,) * 3, (0.0,) * 3, (0,) * 3, (True,) * 3, False, False, True)
_KINDS: Final = (np.float64, np.float64, np.int64, np.bool_, np.bool_, np.bool_, np.bool_)


@lru_cache(maxsize=65_536)
def _word_row(text: str) -> tuple[Any, ...]:
    """What is known of one word, in the order of `_Words`."""
    word = word_of(text)
    found, not_last = weights(word), before_end(word)
    genders = (UNKNOWN,) * 3 if word.is_initial else tuple(word_gender(word.folded, role) for role in _ROLES)
    return (
        word.shown + "." if word.is_initial else word.shown,
        tuple(found[role] for role in _ROLES),
        tuple(not_last[role] for role in _ROLES),
        tuple(map(_GENDERS.index, genders)),
        tuple(is_fit(word, role) and not has_slip(word, role) for role in _ROLES),
        word.is_initial,
        is_pair(word),
        is_ordinary(word),
    )


def _parts_of(place: Ints, words: _Words) -> tuple[Ints, Flags]:
    """Positions of surname, given name and patronymic of every line, and which lines are sure."""
    missing = len(words.shown) - 1
    size = (place != missing).sum(axis=0)
    parts = np.full(place.shape, missing, dtype=np.int64)
    is_sure = words.is_ordinary[place].all(axis=0) & (words.is_initial[place].sum(axis=0) < size)
    is_sure &= ~words.is_pair[place].any(axis=0) & (size >= 2)
    with_initials = words.is_initial[place].any(axis=0)
    for count in (2, 3):
        for orders, mask in ((LOG_ORDERS, ~with_initials), (ONCE, with_initials)):
            rows = np.flatnonzero((size == count) & mask)
            chosen = _likeliest(place[:count, rows], words, orders[count])
            for number, (order, _) in enumerate(orders[count]):
                _place(parts, place, rows[chosen == number], order)
    fits = [words.is_fit[parts[part], part] for part in range(3)]
    is_sure &= np.logical_and.reduce(fits) & (parts[:2] != missing).all(axis=0)
    genders = _part_genders(parts, words)
    is_sure &= ~((genders == 1).any(axis=0) & (genders == 2).any(axis=0))
    return parts, is_sure


def _likeliest(place: Ints, words: _Words, orders: tuple[tuple[str, float], ...]) -> Ints:
    """Number of the likeliest order of every line: the sums of `name_roles.roles`, added up in the same sequence."""
    last = len(place) - 1
    of_words = [(words.weight if at == last else words.weight_before_end)[row] for at, row in enumerate(place)]
    best_total = np.full(place.shape[1], -math.inf)
    best = np.zeros(place.shape[1], dtype=np.int64)
    for number, (order, share) in enumerate(orders):
        total = np.full(place.shape[1], share)
        for weight, role in zip(of_words, order, strict=True):
            total += weight[:, _ROLES.index(role)]
        is_better = total > best_total
        best[is_better], best_total[is_better] = number, total[is_better]
    return best


def _place(parts: Ints, place: Ints, rows: Ints, order: str) -> None:
    """Put the words of lines of one order where they belong; an order with a part twice leaves the lines unsure."""
    if len(set(order)) == len(order):
        for at, role in enumerate(order):
            parts[_ROLES.index(role), rows] = place[at, rows]


def _part_genders(parts: Ints, words: _Words) -> Ints:
    return np.stack([words.gender[parts[part], part] for part in range(3)])


def _table(parts: Ints, words: _Words) -> pl.DataFrame:
    """Columns of sure names, with the positions of their words beside them."""
    shown = [words.shown[pl.Series(row, dtype=pl.UInt32)] for row in parts]
    genders = _part_genders(parts, words)
    gender = np.where(genders[2] > 0, genders[2], np.where(genders[1] > 0, genders[1], genders[0]))
    columns = dict(zip(("surname", "given_name", "patronymic"), shown, strict=True))
    result = pl.concat_str(*columns, separator=" ", ignore_nulls=True)
    table = pl.DataFrame(columns).with_columns(
        result=result, gender=pl.Series(_GENDERS)[pl.Series(gender, dtype=pl.UInt32)]
    )
    bare = [pl.col(column).str.strip_chars_end(".") for column in columns]
    return table.with_columns(*bare, qc=pl.lit(0, dtype=pl.Int8), problems=pl.lit(None, dtype=pl.String))


def _with_cases(table: pl.DataFrame) -> pl.DataFrame:
    """The three cases of every name; each word is declined once for each gender it is met with."""
    forms = [
        _declined(table[column], table["gender"], role) for column, role in zip(Parts._fields, _ROLES, strict=False)
    ]
    lines = [
        pl.DataFrame([form[case].alias(role) for form, role in zip(forms, _ROLES, strict=True)])
        .select(pl.concat_str(*_ROLES, separator=" ", ignore_nulls=True))
        .to_series()
        .alias(case)
        for case in Cases._fields
    ]
    return table.with_columns(lines)


def _declined(words: pl.Series, genders: pl.Series, role: str) -> pl.DataFrame:
    pairs = pl.DataFrame({"word": words, "gender": genders})
    distinct = pairs.unique().drop_nulls()
    forms = [decline(word, role, gender) for word, gender in distinct.iter_rows()]
    shown = [tuple(form + "." if len(form) == 1 else form for form in cases) for cases in forms]
    table = pl.DataFrame(shown, schema=dict.fromkeys(Cases._fields, pl.String), orient="row")
    return pairs.join(distinct.hstack(table), on=["word", "gender"], how="left", maintain_order="left")
