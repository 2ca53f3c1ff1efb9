"""Whether an entry of a list is a party: grades of agreement, for one pair and for a million.

By a number: sure. By full name and day of birth: strong. By a name alone: possible, which is never a hit on its own.
A number or a day of birth that both have and that differ speaks against a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

import polars as pl

from litso.check.entries import BORN_KEY, COMPANY_KEY, NUMBERS, PERSON_KEY, Entry, ListIndex, fold, full_name
from litso.check.entries import without_patronymic as without

SURE: Final = "sure"
STRONG: Final = "strong"
POSSIBLE: Final = "possible"
GRADES: Final = (SURE, STRONG, POSSIBLE)
"""The surest first."""

AGREEMENTS: Final = (*NUMBERS, "name", "name_part", "company", "birth_date", "birth_year")
"""What may agree; of these `NUMBERS`, `birth_date` and `birth_year` may differ too."""

_NUMBERS_OF_ONE: Final = ("inn", "ogrn", "snils")
"""Numbers of which a party has one all its life; a passport is replaced."""


class Subject(NamedTuple):
    """What of a party is held against entries: its golden values, names folded."""

    name: str | None = None
    company: str | None = None
    birth_date: date | None = None
    inn: str | None = None
    ogrn: str | None = None
    snils: str | None = None
    passport: str | None = None


class Match(NamedTuple):
    """How surely an entry is the subject, what agrees and what differs (of AGREEMENTS)."""

    grade: str
    agrees: tuple[str, ...]
    differs: tuple[str, ...]


def subject_of(kind: str, values: Mapping[str, Any]) -> Subject:
    """The subject of golden values as they are kept: texts, the day of birth as YYYY-MM-DD."""
    born = values.get("birth_date")
    is_person = kind == "person"
    return Subject(
        name=full_name(values.get("full_name")) if is_person else None,
        company=fold(values["company"]) if not is_person and values.get("company") else None,
        birth_date=date.fromisoformat(born) if born else None,
        **{number: values.get(number) for number in NUMBERS},
    )


def keys_of_subject(subject: Subject) -> Iterator[str]:
    """Keys under which entries that may be the subject are found."""
    yield from (f"{number}:{getattr(subject, number)}" for number in NUMBERS if getattr(subject, number))
    if subject.company:
        yield f"{COMPANY_KEY}:{subject.company}"
    if subject.name:
        yield f"{PERSON_KEY}:{subject.name}"
        if subject.birth_date:
            yield f"{BORN_KEY}:{without(subject.name)}:{subject.birth_date}"


def hold(subject: Subject, entry: Entry) -> Match | None:
    """How surely the entry is the subject; None when it is not."""
    agrees: set[str] = set()
    differs: set[str] = set()
    for number in NUMBERS:
        own = getattr(subject, number)
        listed = entry.passports if number == "passport" else [getattr(entry, number)]
        if own and own in listed:
            agrees.add(number)
        elif own and number in _NUMBERS_OF_ONE and listed[0]:
            differs.add(number)
    if subject.name and entry.names:
        if subject.name in entry.names:
            agrees.add("name")
        elif without(subject.name) in map(without, entry.names):
            agrees.add("name_part")
    if subject.company and subject.company in entry.companies:
        agrees.add("company")
    if subject.birth_date and (entry.birth_date or entry.birth_year):
        what, listed_day = ("birth_date", entry.birth_date) if entry.birth_date else ("birth_year", None)
        is_same = subject.birth_date == listed_day if listed_day else subject.birth_date.year == entry.birth_year
        (agrees if is_same else differs).add(what)
    grade = _grade(agrees, differs)
    return Match(grade, _ordered(agrees), _ordered(differs)) if grade else None


def _ordered(names: set[str]) -> tuple[str, ...]:
    return tuple(name for name in AGREEMENTS if name in names)


def _grade(agrees: set[str], differs: set[str]) -> str | None:
    if agrees & set(NUMBERS):
        return SURE
    if {"name", "birth_date"} <= agrees:
        return POSSIBLE if differs else STRONG
    is_alike = agrees & {"name", "company"} or {"name_part", "birth_date"} <= agrees
    return POSSIBLE if is_alike and not differs else None


def screen_one(subject: Subject, index: ListIndex) -> list[tuple[Entry, Match]]:
    """Entries that are or may be the subject."""
    rows = sorted({row for key in keys_of_subject(subject) for row in index.rows(key)})
    held = ((entry, hold(subject, entry)) for entry in index.take(rows))
    return [(entry, match) for entry, match in held if match]


# Many subjects: the same meaning over frames -------------------------------------------------------------------------

Schema = dict[str, pl.DataType | type[pl.DataType]]

SUBJECT_SCHEMA: Final[Schema] = {
    "subject": pl.Int64,
    "kind": pl.String,
    "full_name": pl.String,
    "company": pl.String,
    "birth_date": pl.Date,
    **dict.fromkeys(NUMBERS, pl.String),
}
"""Of golden values as they are kept."""

HELD: Final = (
    "entry_id", "names", "companies", "birth_date", "birth_year", "inn", "ogrn", "snils", "passports",
)  # fmt: skip
"""What of an entry is held against subjects."""

MATCH_SCHEMA: Final[Schema] = {
    "subject": pl.Int64,
    "entry_id": pl.Int64,
    "grade": pl.String,
    "agrees": pl.List(pl.String),
    "differs": pl.List(pl.String),
}


def subjects(golden: pl.DataFrame) -> pl.DataFrame:
    """`subject_of` of a frame of SUBJECT_SCHEMA: the columns of Subject, and `part`, the name without patronymic."""
    is_person = pl.col("kind") == "person"
    words = _folded("full_name").str.strip_chars().str.replace_all(r"\s+", " ").str.split(" ")
    first, second, third = (words.list.get(place, null_on_oob=True) for place in range(3))
    is_whole = is_person & (first.str.len_chars() > 1) & (second.str.len_chars() > 1)
    part = pl.concat_str(first, second, separator=" ")
    is_short = (third.str.len_chars() < 2).fill_null(value=True)
    name = pl.when(is_short).then(part).otherwise(words.list.join(" "))
    return golden.with_columns(
        name=pl.when(is_whole).then(name),
        part=pl.when(is_whole).then(part),
        company=pl.when(~is_person).then(_folded("company")),
    ).drop("full_name", "kind")


def _folded(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase().str.replace_all("ё", "е", literal=True)


def keys_of_subjects(found: pl.DataFrame) -> pl.DataFrame:
    """Keys of a frame that `subjects` gives: `key`, `subject`."""
    born = pl.concat_str(pl.lit(f"{BORN_KEY}:"), "part", pl.lit(":"), pl.col("birth_date").cast(pl.String))
    kinds = [pl.concat_str(pl.lit(f"{number}:"), number) for number in NUMBERS]
    kinds += [pl.lit(f"{COMPANY_KEY}:") + pl.col("company"), pl.lit(f"{PERSON_KEY}:") + pl.col("name"), born]
    return pl.concat([found.select(key=key, subject="subject").drop_nulls() for key in kinds])


def screen_many(found: pl.DataFrame, keys: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Matches (MATCH_SCHEMA) of subjects, as `subjects` gives them, with entries (`entries.ENTRIES`).

    keys: `key` and `row` of the entries that count, `row` being the place in `entries`.
    """
    pairs = keys_of_subjects(found).join(keys, on="key").select("subject", "row").unique().join(found, on="subject")
    listed = entries.select(HELD)[pairs["row"]].rename({name: f"e_{name}" for name in HELD})
    return held(pairs.hstack(listed))


def held(pairs: pl.DataFrame) -> pl.DataFrame:
    """`hold` of each pair: columns of a subject, and those of an entry with «e_» before their names."""
    agree: dict[str, pl.Expr] = {number: pl.col(number) == pl.col(f"e_{number}") for number in _NUMBERS_OF_ONE}
    differ = {number: pl.col(number) != pl.col(f"e_{number}") for number in _NUMBERS_OF_ONE}
    parts = pl.col("e_names").list.eval(_first_two(pl.element()))
    has_name = pl.col("e_names").list.contains(pl.col("name"))
    agree["passport"] = pl.col("e_passports").list.contains(pl.col("passport"))
    agree["name"] = has_name
    agree["name_part"] = parts.list.contains(pl.col("part")) & ~has_name
    agree["company"] = pl.col("e_companies").list.contains(pl.col("company"))
    agree["birth_date"] = pl.col("birth_date") == pl.col("e_birth_date")
    differ["birth_date"] = pl.col("birth_date") != pl.col("e_birth_date")
    is_year = pl.col("e_birth_date").is_null()
    year = pl.col("birth_date").dt.year().cast(pl.Int16)
    agree["birth_year"] = is_year & (year == pl.col("e_birth_year"))
    differ["birth_year"] = is_year & (year != pl.col("e_birth_year"))
    marks = [_mark(agree, name).alias(f"a_{name}") for name in AGREEMENTS]
    marks += [_mark(differ, name).alias(f"d_{name}") for name in AGREEMENTS if name in differ]
    marked = pairs.with_columns(marks)
    graded = marked.with_columns(grade=_grades(differ)).filter(pl.col("grade").is_not_null())
    return graded.select(
        pl.col("subject").cast(pl.Int64), pl.col("e_entry_id").alias("entry_id"), "grade",
        _listed("a_", AGREEMENTS).alias("agrees"), _listed("d_", [one for one in AGREEMENTS if one in differ]).alias(
            "differs"),
    )  # fmt: skip


def _first_two(name: pl.Expr) -> pl.Expr:
    return name.str.split(" ").list.head(2).list.join(" ")


def _mark(claims: Mapping[str, pl.Expr], name: str) -> pl.Expr:
    """Whether a claim holds; a value that lacks makes it false. A subject without a name agrees with none."""
    return claims[name].fill_null(value=False) & _has(name)


def _has(name: str) -> pl.Expr:
    column = {"name_part": "part", "birth_year": "birth_date"}.get(name, name)
    return pl.col(column).is_not_null()


def _grades(differ: Iterable[str]) -> pl.Expr:
    number = pl.any_horizontal(f"a_{name}" for name in NUMBERS)
    against = pl.any_horizontal(f"d_{name}" for name in differ)
    alike = pl.col("a_name") | pl.col("a_company") | (pl.col("a_name_part") & pl.col("a_birth_date"))
    strong = pl.col("a_name") & pl.col("a_birth_date")
    return (
        pl.when(number).then(pl.lit(SURE))
        .when(strong & ~against).then(pl.lit(STRONG))
        .when(strong).then(pl.lit(POSSIBLE))
        .when(alike & ~against).then(pl.lit(POSSIBLE))
    )  # fmt: skip


def _listed(prefix: str, names: Iterable[str]) -> pl.Expr:
    said = [pl.when(pl.col(prefix + name)).then(pl.lit(name)) for name in names]
    return pl.concat_list(said).list.drop_nulls()
