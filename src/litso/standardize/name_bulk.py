"""Names of a whole column: most by sure words alone, the rest by the function that reads one name."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from litso.standardize.bulk import Schema, by_distinct, columns, encode, weave
from litso.standardize.declension import decline
from litso.standardize.letters import fold
from litso.standardize.lexicon import FEMALE, GIVEN, MALE, PATRONYMIC, SURNAME, UNKNOWN
from litso.standardize.name import PLAIN, PLAIN_ORDERS, SCHEMA, Name, name, name_parts, sure_role, title, word_gender

_ROLES: Final = (SURNAME, GIVEN, PATRONYMIC)
_GENDERS: Final = (UNKNOWN, MALE, FEMALE)
_CASES: Final = ("genitive", "dative", "instrumental")


class _PartsRow(NamedTuple):
    surname: str | None
    given_name: str | None
    patronymic: str | None
    gender: str | None
    result: str | None
    qc: int
    problems: str | None


PARTS_SCHEMA: Final[Schema] = columns(_PartsRow)


class _Words(NamedTuple):
    """Distinct words of a column: what each is, by position; `role` -1 where it is not sure."""

    shown: pl.Series
    role: NDArray[np.int8]
    gender: NDArray[np.int8]


def name_column(values: pl.Series) -> pl.DataFrame:
    """`name` for every text of a column."""
    return _column(values, cases=True)


def name_parts_column(values: pl.Series) -> pl.DataFrame:
    """`name` without the three cases: `surname given_name patronymic gender result qc problems`."""
    return _column(values, cases=False)


def _column(values: pl.Series, *, cases: bool) -> pl.DataFrame:
    texts = values.cast(pl.String)
    lines = texts.str.strip_chars(" ")
    plain = lines.str.contains(rf"^(?:{PLAIN.pattern})$").fill_null(False)
    pieces = (
        pl.DataFrame({"line": lines.filter(plain)})
        .select(pl.col("line").str.split_exact(" ", 2).struct.rename_fields(["w0", "w1", "w2"]))["line"]
        .struct.unnest()
    )
    fast, is_sure = _fast(pieces, cases)
    is_fast = plain.to_numpy().copy()
    is_fast[is_fast] = is_sure
    slow = name if cases else _parts_row
    rest = texts.filter(pl.Series(~is_fast))
    return weave(fast, pl.Series(is_fast), by_distinct(rest, slow, SCHEMA if cases else PARTS_SCHEMA))


def _parts_row(text: str | None) -> _PartsRow:
    surname, given, patronymic, gender, qc, problems = name_parts(text)
    words = [word + "." if len(word) == 1 else word for word in (surname, given, patronymic) if word]
    shown_gender = None if not words and qc == 2 else gender
    return _PartsRow(
        surname, given, patronymic, shown_gender, " ".join(words) or None, qc, ";".join(dict.fromkeys(problems)) or None
    )


def _fast(pieces: pl.DataFrame, cases: bool) -> tuple[pl.DataFrame, NDArray[np.bool_]]:
    """Sure names among lines of two or three words, and which lines they are."""
    total = len(pieces)
    codes, texts = encode(pl.concat([pieces["w0"], pieces["w1"], pieces["w2"]]))
    words = _known(texts)
    place = codes.fill_null(len(texts)).to_numpy().reshape(3, total)
    roles = words.role[place]
    chosen = np.full((3, total), len(texts), dtype=place.dtype)  # surname, given name, patronymic of each line
    is_sure = np.zeros(total, dtype=bool)
    for order, places in PLAIN_ORDERS.items():
        wanted = [_ROLES.index(role) for role in order] + [-2] * (3 - len(order))
        fits = (roles[0] == wanted[0]) & (roles[1] == wanted[1]) & (roles[2] == wanted[2])
        for part, at in enumerate(places):
            if at is not None:
                chosen[part, fits] = place[at, fits]
        is_sure |= fits
    genders = words.gender[place]
    is_male, is_female = (genders == 1).any(axis=0), (genders == 2).any(axis=0)
    is_sure &= ~(is_male & is_female)
    chosen = chosen[:, is_sure]
    gender = np.where(is_male, 1, np.where(is_female, 2, 0))[is_sure]
    return _table(words.shown, chosen, gender, cases), is_sure


def _known(texts: list[str]) -> _Words:
    """Look every distinct word up; the position after the last stands for «no word» (role -2)."""
    folded = [fold(text) for text in texts]
    roles = [sure_role(word) for word in folded]
    numbers = [-1 if role is None else _ROLES.index(role) for role in roles]
    genders = [
        0 if role is None else _GENDERS.index(word_gender(word, role)) for word, role in zip(folded, roles, strict=True)
    ]
    return _Words(
        pl.Series([*(title(text) for text in texts), None], dtype=pl.String),
        np.asarray([*numbers, -2], dtype=np.int8),
        np.asarray([*genders, 0], dtype=np.int8),
    )


def _table(shown: pl.Series, chosen: NDArray[np.uint32], gender: NDArray[np.int64], cases: bool) -> pl.DataFrame:
    surname, given, patronymic = (shown[pl.Series(part, dtype=pl.UInt32)] for part in chosen)
    parts = pl.DataFrame({"surname": surname, "given_name": given, "patronymic": patronymic})
    gender_text = pl.Series(_GENDERS, dtype=pl.String)[pl.Series(gender, dtype=pl.UInt32)]
    table = parts.with_columns(
        gender=gender_text,
        result=pl.concat_str("surname", "given_name", "patronymic", separator=" ", ignore_nulls=True),
    )
    if cases:
        forms = [_declined(shown, part, role, gender) for part, role in zip(chosen, _ROLES, strict=True)]
        lines = [
            pl.DataFrame({role: form[case] for role, form in zip(_ROLES, forms, strict=True)}).select(
                pl.concat_str(*_ROLES, separator=" ", ignore_nulls=True).alias(case)
            )[case]
            for case in _CASES
        ]
        table = table.with_columns(lines)
    table = table.with_columns(qc=pl.lit(0, dtype=pl.Int8), problems=pl.lit(None, dtype=pl.String))
    return table.select(Name._fields if cases else _PartsRow._fields)


def _declined(shown: pl.Series, part: NDArray[np.uint32], role: str, gender: NDArray[np.int64]) -> pl.DataFrame:
    """Cases of one part in every line; each word is declined once for each gender it is met with."""
    keys = part.astype(np.int64) * 3 + gender
    distinct, inverse = np.unique(keys, return_inverse=True)
    words = shown[pl.Series(distinct // 3, dtype=pl.UInt32)].to_list()
    forms = [
        decline(word, role, _GENDERS[at]) if word else (None, None, None)
        for word, at in zip(words, distinct % 3, strict=True)
    ]
    table = pl.DataFrame(forms, schema=dict.fromkeys(_CASES, pl.String), orient="row")
    return table[pl.Series(inverse, dtype=pl.UInt32)]
