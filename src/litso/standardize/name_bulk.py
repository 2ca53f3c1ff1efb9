"""Names of a whole column: the simple ones by arithmetic over their distinct words, the rest by `name`.

Simple are lines of two or three Cyrillic words and initials, perhaps with a remark in brackets behind them. What is
known of a word (`name_words`) is looked up once for each distinct word; the order of parts, slips, gender and doubts
are then found for all lines at once, by the same weights and sums as for one line.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from litso.standardize.bulk import by_distinct, encode, weave
from litso.standardize.company import telling_words
from litso.standardize.declension import Cases
from litso.standardize.letters import fold
from litso.standardize.lexicon import FEMALE, MALE
from litso.standardize.name import (
    DOUBTS,
    HARMLESS,
    MAX_LENGTH,
    PARTS_SCHEMA,
    SCHEMA,
    Name,
    Parts,
    name,
    name_parts,
)
from litso.standardize.name_roles import LOG_ORDERS, ONCE, must_end
from litso.standardize.name_text import SIMPLE, TYPO_FIXED, bracketed
from litso.standardize.name_words import GENDERS, NO_WORD, ROLES, Forms, KnownWords, word_book

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


def name_column(values: pl.Series) -> pl.DataFrame:
    """`name` for every text of a column."""
    texts = values.cast(pl.String)
    found = _simple(texts)
    table = found.table().hstack(found.cases()).select(Name._fields)
    return weave(table, found.is_fast, by_distinct(texts.filter(~found.is_fast), name, SCHEMA))


def name_parts_column(values: pl.Series) -> pl.DataFrame:
    """`name_parts` for every text of a column."""
    texts = values.cast(pl.String)
    found = _simple(texts)
    table = found.table().select(Parts._fields)
    return weave(table, found.is_fast, by_distinct(texts.filter(~found.is_fast), name_parts, PARTS_SCHEMA))


class _Simple(NamedTuple):
    """Names that are read here: `parts` are positions in `words`, `problems` a bit for each of `_PROBLEMS`."""

    is_fast: pl.Series
    words: KnownWords
    forms: tuple[Forms, ...]
    parts: Ints  # part, line
    gender: Ints
    problems: Ints

    def table(self) -> pl.DataFrame:
        """The columns of `Parts`."""
        shown = [self.words.shown[_index(row)] for row in self.parts]
        lines = [self.words.written[_index(row)] for row in self.parts]
        parts = pl.DataFrame(dict(zip(Parts._fields, shown, strict=False)))
        line = pl.DataFrame(dict(zip(Parts._fields, lines, strict=False)))
        return parts.with_columns(
            _GENDER_NAMES[_index(self.gender)].alias("gender"),
            line.select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)).to_series().alias("result"),
            _CODES[_index(self.problems)].alias("qc"),
            _NOTES[_index(self.problems)].alias("problems"),
        )

    def cases(self) -> pl.DataFrame:
        """The three cases of every name."""
        forms = [
            of_part.of(self.words.written, row, self.gender)
            for of_part, row in zip(self.forms, self.parts, strict=True)
        ]
        return pl.DataFrame(
            [
                pl.DataFrame([form[case].alias(role) for form, role in zip(forms, ROLES, strict=True)])
                .select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True))
                .to_series()
                .alias(case)
                for case in Cases._fields
            ]
        )


def _index(places: Ints) -> pl.Series:
    return pl.Series(places, dtype=pl.UInt32)


_PROBLEMS: Final = ("noise", "former_surname", TYPO_FIXED, *DOUBTS)
"""Problems of simple names, in the order in which they are named."""


def _notes() -> list[tuple[int, str | None]]:
    """Quality code and text of every combination of problems."""
    found: list[tuple[int, str | None]] = []
    for bits in range(1 << len(_PROBLEMS)):
        named = [problem for place, problem in enumerate(_PROBLEMS) if bits >> place & 1]
        found.append((0 if HARMLESS.issuperset(named) else 1, ";".join(named) or None))
    return found


_CODES: Final = pl.Series([code for code, _ in _notes()], dtype=pl.Int8)
_NOTES: Final = pl.Series([note for _, note in _notes()], dtype=pl.String)
_GENDER_NAMES: Final = pl.Series(GENDERS, dtype=pl.String)


def _bit(problem: str) -> int:
    return 1 << _PROBLEMS.index(problem)


def _simple(texts: pl.Series) -> _Simple:
    """The names that are simple, and which rows those are."""
    lines, remarks = _without_remarks(texts)
    rows = _candidates(lines, remarks)
    pieces = rows.select(pl.col("line").str.splitn(" ", 4)).to_series().struct.unnest()
    codes, written = encode(pl.concat([pieces["field_0"], pieces["field_1"], pieces["field_2"]]))
    words, rows_of, forms = word_book().look_up(written)
    place = np.append(rows_of, NO_WORD)[codes.fill_null(len(written)).to_numpy()].reshape(3, len(pieces))
    remark = rows["remark"].to_numpy().astype(np.int64)
    parts, is_read = _ordered(place, words)
    is_read &= pieces["field_3"].is_null().to_numpy()
    is_read &= (remark == 0) | ~words.is_initial[place].any(axis=0)
    parts, gender, problems = _judged(parts[:, is_read], words)
    is_fast = np.zeros(len(texts), dtype=np.bool_)
    at = rows["row"].to_numpy()[is_read]
    is_fast[at] = True
    order = np.argsort(at, kind="stable") if len(at) and (np.diff(at.astype(np.int64)) < 0).any() else slice(None)
    found = parts[:, order], gender[order], (problems | remark[is_read])[order]
    return _Simple(pl.Series(is_fast), words, forms, *found)


def _without_remarks(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Lines without a remark in brackets at their end, and the bit of the problem that the remark is, else 0."""
    lines = texts.str.strip_chars(" ")
    has = lines.str.ends_with(")").fill_null(False)
    if not has.any():
        return lines, pl.Series([0], dtype=pl.Int64).new_from_index(0, len(lines))
    some = pl.DataFrame({"line": lines.filter(has)}).select(
        head=pl.col("line").str.extract(r"^([а-яА-ЯёЁ -]+[а-яА-ЯёЁ]) *\(([а-яА-ЯёЁ \-]+)\)$", 1),
        inside=pl.col("line").str.extract(r"^([а-яА-ЯёЁ -]+[а-яА-ЯёЁ]) *\(([а-яА-ЯёЁ \-]+)\)$", 2),
    )
    bits = {inside: _remark(inside) for inside in some["inside"].unique().to_list()}
    bit = some["inside"].replace_strict(bits, return_dtype=pl.Int64, default=-1)
    place = np.flatnonzero(has.to_numpy())
    remarks = np.zeros(len(lines), dtype=np.int64)
    remarks[place] = bit.to_numpy()
    heads = pl.DataFrame({"row": place, "head": some["head"]}).filter(pl.lit(bit) > 0)
    joined = pl.DataFrame({"row": np.arange(len(lines)), "line": lines}).join(
        heads, on="row", how="left", maintain_order="left"
    )
    return joined.select(pl.coalesce("head", "line").str.strip_chars(" ")).to_series(), pl.Series(remarks)


def _remark(inside: str | None) -> int:
    """The bit of the problem that a remark is; -1 when it needs a closer look."""
    if inside is None or not telling_words().isdisjoint(fold(inside).split()):
        return -1
    problem = bracketed(inside)
    return _bit(problem) if problem else -1


def _candidates(lines: pl.Series, remarks: pl.Series) -> pl.DataFrame:
    """`line`, `row` and `remark` of lines that may be simple; those with full stops or double spaces are made plain."""
    rows = pl.DataFrame({"line": lines, "row": np.arange(len(lines)), "remark": remarks}).filter(
        (pl.col("remark") >= 0) & (pl.col("line").str.len_bytes() <= MAX_LENGTH)
    )
    odd = pl.col("line").str.contains(".", literal=True) | pl.col("line").str.contains("  ", literal=True)
    is_odd = rows.select(odd).to_series()
    if not is_odd.any():
        return rows
    spaced = pl.col("line").str.replace_all(".", " ", literal=True).str.replace_all("  +", " ").str.strip_chars(" ")
    plain = rows.filter(is_odd & rows["line"].str.contains(f"^(?:{SIMPLE})$")).with_columns(line=spaced)
    return pl.concat([rows.filter(~is_odd), plain])


def _ordered(place: Ints, words: KnownWords) -> tuple[Ints, Flags]:
    """Positions of surname, given name and patronymic of every line, and which lines can be read here."""
    size = (place != NO_WORD).sum(axis=0)
    initials = words.is_initial[place]
    parts = np.full(place.shape, NO_WORD, dtype=np.int64)
    with_initials, number = initials.any(axis=0), initials.sum(axis=0)
    with_two = (size == len(ROLES)) & initials[1] & (number == 2)  # «Ю» beside another initial is no surname
    can_be = (words.is_ordinary[place] | (initials & with_two)).all(axis=0) & (number < size) & (size >= 2)
    with_two &= can_be
    for order, at in (("SFM", 0), ("FMS", 2)):  # the word beside two initials is a surname
        _put(parts, place, np.flatnonzero(with_two & ~initials[at]), order)
    for count in (2, 3):
        for orders, mask in ((LOG_ORDERS, ~with_initials), (ONCE, with_initials)):
            rows = np.flatnonzero((size == count) & mask & can_be & ~with_two)
            chosen = _likeliest(place[:count, rows], words, orders[count])
            for number, (order, _) in enumerate(orders[count]):
                _put(parts, place, rows[chosen == number], order)
    _without_mans_patronymic(parts, words)
    can_be &= (parts != NO_WORD).sum(axis=0) == size
    can_be &= ~words.is_initial[parts[0]] & ~words.is_told[parts[1]] & ~words.is_told[parts[2]]
    return parts, can_be


def _likeliest(place: Ints, words: KnownWords, orders: tuple[tuple[str, float], ...]) -> Ints:
    """Number of the likeliest order of every line: the sums of `name_roles.roles`, added up in the same sequence."""
    size = len(place)
    tables = [words.weight_before_end if must_end(size, at) else words.weight for at in range(size)]
    of_words = [[column[row] for column in table] for table, row in zip(tables, place, strict=True)]
    best_total = np.full(place.shape[1], -math.inf)
    best = np.zeros(place.shape[1], dtype=np.int64)
    for number, (order, share) in enumerate(orders):
        total = share + of_words[0][ROLES.index(order[0])]
        for weight, role in zip(of_words[1:], order[1:], strict=True):
            total += weight[ROLES.index(role)]
        is_better = total > best_total
        best[is_better] = number
        np.maximum(best_total, total, out=best_total)
    return best


def _without_mans_patronymic(parts: Ints, words: KnownWords) -> None:
    """A man's patronymic beside a woman's given name is her surname, where there is no other."""
    genders = [column[row] for column, row in zip(words.gender, parts, strict=True)]
    is_hers = (genders[1] == GENDERS.index(FEMALE)) & (genders[2] == GENDERS.index(MALE))
    rows = np.flatnonzero((parts[0] == NO_WORD) & is_hers)
    parts[0, rows], parts[2, rows] = parts[2, rows], NO_WORD


def _put(parts: Ints, place: Ints, rows: Ints, order: str) -> None:
    """Put the words of lines of one order where they belong; an order with a part twice leaves words out."""
    for at, role in enumerate(order):
        parts[ROLES.index(role), rows] = place[at, rows]


def _judged(parts: Ints, words: KnownWords) -> tuple[Ints, Ints, Ints]:
    """Parts without certain slips, their gender, and the bits of what is doubtful."""
    has_typo = np.zeros(parts.shape[1], dtype=np.bool_)
    for part in (1, 2):
        meant = words.meant[part - 1][parts[part]]
        rows = np.flatnonzero(meant >= 0)
        others = [words.gender[of][parts[of][rows]] for of in (2, 1, 0) if of != part]
        gender = np.where(others[0] > 0, others[0], others[1])
        if part == 2:
            gender = np.where(gender > 0, gender, words.guess[parts[1][rows]])
        fits = _is_of(words.gender[part][meant[rows]], gender)
        parts[part][rows[fits]] = meant[rows[fits]]
        has_typo[rows[fits]] = True
    genders = [column[row] for column, row in zip(words.gender, parts, strict=True)]
    gender = words.guess[parts[1]]
    for column in genders:  # the surname is trusted least
        gender = np.where(column > 0, column, gender)
    is_met = [column[row] for column, row in zip(words.is_met, parts, strict=True)]
    doubts = {
        TYPO_FIXED: has_typo,
        "no_surname": parts[0] == NO_WORD,
        "no_given_name": parts[1] == NO_WORD,
        "gender_conflict": ~(_is_of(gender, genders[0]) & _is_of(gender, genders[1])),
        "unknown_word": ~(is_met[0] & is_met[1] & is_met[2]),
        "diminutive": words.is_diminutive[parts[1]],
    }
    problems = np.zeros(parts.shape[1], dtype=np.int64)
    for doubt, rows_with in doubts.items():
        problems[rows_with] |= _bit(doubt)
    return parts, gender, problems


def _is_of(gender: Ints, other: Ints) -> Flags:
    """Whether two genders do not contradict each other."""
    fits: Flags = (gender == 0) | (other == 0) | (gender == other)
    return fits
