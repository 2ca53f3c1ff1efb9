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

from litso.standardize.bulk import by_distinct, weave
from litso.standardize.company import telling_words
from litso.standardize.declension import Cases
from litso.standardize.letters import fold
from litso.standardize.lexicon import FEMALE, GENDERS, MALE
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
from litso.standardize.name_facts import ROLES, KnownWords
from litso.standardize.name_roles import LOG_ORDERS, ONCE, must_end
from litso.standardize.name_text import SIMPLE, TYPO_FIXED, bracketed
from litso.standardize.name_words import NO_WORD, Forms, word_book

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


def name_column(values: pl.Series) -> pl.DataFrame:
    """`name` for every text of a column."""
    texts = values.cast(pl.String)
    found = _simple(texts)
    rest = by_distinct(texts.filter(~found.is_fast), name, SCHEMA)
    cases = weave(found.cases(), found.is_fast, rest.select(Cases._fields))
    return found.table(rest.select(Parts._fields)).hstack(cases).select(Name._fields)


def name_parts_column(values: pl.Series) -> pl.DataFrame:
    """`name_parts` for every text of a column."""
    texts = values.cast(pl.String)
    found = _simple(texts)
    return found.table(by_distinct(texts.filter(~found.is_fast), name_parts, PARTS_SCHEMA))


class _Simple(NamedTuple):
    """Names that are read here: `parts` are positions in `words`, `problems` a bit for each of `_PROBLEMS`."""

    is_fast: pl.Series
    words: KnownWords
    forms: tuple[Forms, ...]
    parts: Ints  # part, line
    gender: Ints
    problems: Ints

    def table(self, rest: pl.DataFrame) -> pl.DataFrame:
        """The columns of `Parts` for all lines; `rest` are those of the lines that are not read here."""
        is_fast = self.is_fast.to_numpy()

        def all_lines(known: pl.Series, places: Ints, others: pl.Series) -> pl.Series:
            index = np.empty(len(is_fast), dtype=np.int64)
            index[is_fast] = places
            index[~is_fast] = np.arange(len(others)) + len(known)
            return pl.concat([known, others], rechunk=True)[_index(index)]

        shown, written = self.words.shown, self.words.written
        nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(rest))
        lines = [
            all_lines(written, places, others)
            for places, others in zip(self.parts, (rest["result"], nothing, nothing), strict=True)
        ]
        line = pl.DataFrame(dict(zip(ROLES, lines, strict=True))).select(
            pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
        )
        return pl.DataFrame(
            [
                *(all_lines(shown, places, rest[part]).alias(part)
                  for places, part in zip(self.parts, Parts._fields, strict=False)),
                all_lines(_GENDER_NAMES, self.gender, rest["gender"]).alias("gender"),
                line.select(pl.when(pl.first() != "").then(pl.first())).to_series().alias("result"),
                all_lines(_CODES, self.problems, rest["qc"]).alias("qc"),
                all_lines(_NOTES, self.problems, rest["problems"]).alias("problems"),
            ]
        )  # fmt: skip

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
    rows = _candidates(texts)
    pieces = rows["line"].str.splitn(" ", len(ROLES) + 1).struct.unnest()
    words, place, forms = word_book().look_up(pieces.get_columns()[: len(ROLES)])
    remark = rows["remark"].to_numpy()
    parts, is_read = _ordered(place, words)
    is_read &= pieces.to_series(len(ROLES)).is_null().to_numpy()
    is_read &= (remark == 0) | ~words.is_initial[place].any(axis=0)
    parts, gender, problems = _judged(parts[:, is_read], words)
    at = rows["row"].to_numpy()[is_read]
    order = np.argsort(at, kind="stable")
    is_fast = np.zeros(len(texts), dtype=np.bool_)
    is_fast[at] = True
    found = parts[:, order], gender[order], (problems | remark[is_read])[order]
    return _Simple(pl.Series(is_fast), words, forms, *found)


def _candidates(texts: pl.Series) -> pl.DataFrame:
    """`line`, `row` and `remark` of lines that may be simple; `remark` is the bit of the problem it is, else 0."""
    rows = pl.DataFrame({"line": texts.str.strip_chars(" "), "row": np.arange(len(texts))}).filter(
        pl.col("line").str.len_bytes() <= MAX_LENGTH
    )
    is_odd = rows["line"].str.contains("[.)]|  ")
    return pl.concat([
        rows.filter(~is_odd).with_columns(remark=pl.lit(0, dtype=pl.Int64)), _made_plain(rows.filter(is_odd))
    ])  # fmt: skip


def _made_plain(odd: pl.DataFrame) -> pl.DataFrame:
    """Lines without their full stops, double spaces and a remark in brackets at the end, if they may be simple."""
    line = pl.col("line")
    rows = odd.with_columns(
        head=line.str.extract(_REMARKED, 1).str.strip_chars(" "), inside=line.str.extract(_REMARKED, 2)
    )
    bits = {inside: _remark(inside) for inside in rows["inside"].unique().drop_nulls().to_list()}
    spaced = pl.col("line").str.replace_all(".", " ", literal=True).str.replace_all("  +", " ").str.strip_chars(" ")
    return (
        rows.select(
            line=pl.coalesce("head", "line"),
            row="row",
            remark=pl.col("inside").replace_strict(bits, return_dtype=pl.Int64, default=0),
        )
        .filter((pl.col("remark") >= 0) & line.str.contains(f"^(?:{SIMPLE})$"))
        .with_columns(line=spaced)
    )


_REMARKED: Final = r"^([а-яА-ЯёЁ -]+[а-яА-ЯёЁ]) *\(([а-яА-ЯёЁ \-]+)\)$"


def _remark(inside: str) -> int:
    """The bit of the problem that a remark is; -1 when it needs a closer look."""
    problem = bracketed(inside) if telling_words().isdisjoint(fold(inside).split()) else None
    return _bit(problem) if problem else -1


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
