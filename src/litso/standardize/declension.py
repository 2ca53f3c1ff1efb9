"""Cases of names: genitive, dative, instrumental."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl
from pytrovich.enums import Case, Gender, NamePart
from pytrovich.maker import PetrovichDeclinationMaker

from litso.standardize.bulk import weave
from litso.standardize.lexicon import FEMALE, GIVEN, MALE, PATRONYMIC, SURNAME


class Cases(NamedTuple):
    """A word of a name in three cases."""

    genitive: str
    dative: str
    instrumental: str


_TEXTS: Final = dict.fromkeys(Cases._fields, pl.String)
_CASES: Final = (Case.GENITIVE, Case.DATIVE, Case.INSTRUMENTAL)
_PARTS: Final = {SURNAME: NamePart.LASTNAME, GIVEN: NamePart.FIRSTNAME, PATRONYMIC: NamePart.MIDDLENAME}
_UNCHANGED: Final = ("оглы", "оглу", "кызы", "гызы", "угли", "кизи", "улы")
_ARTICLES: Final = frozenset(
    {"аль", "эль", "ас", "аш", "ат", "ад", "ан", "аз", "ар", "бен", "ибн", "тер", "сен", "сан", "мак"}
)
_GENDERS: Final = {MALE: Gender.MALE, FEMALE: Gender.FEMALE}


@lru_cache(maxsize=1)
def _maker() -> PetrovichDeclinationMaker:
    return PetrovichDeclinationMaker()


def decline(word: str, role: str, gender: str) -> Cases:
    """Decline one word of a name; initials and names of unknown gender stay as they are."""
    if len(word) < 2 or gender not in _GENDERS or not _is_cyrillic(word):
        return Cases(word, word, word)
    head, space, tail = word.rpartition(" ")
    if space and role == SURNAME:  # «фон Бок»
        return Cases(*(f"{head} {form}" for form in decline(tail, role, gender)))
    if space or (role == PATRONYMIC and word.lower().endswith(_UNCHANGED)):  # «Али оглы»
        return Cases(word, word, word)
    exceptions, longest = _rules()
    if "-" in word or len(word) <= longest or word.lower() in exceptions:
        return _made(word, role, gender)
    stem = word[:-longest]
    return Cases(*(stem + ending for ending in _endings(word[-longest:], role, gender)))


def decline_column(words: pl.Series, role: str, gender: str) -> pl.DataFrame:
    """`decline` for a column of words of one part and gender, one line a word: a column for each case.

    Words that a rule about their last letters declines are done together, by their distinct endings.
    """
    exceptions, longest = _rules()
    by_rule = words.str.contains("^[а-яА-ЯёЁ]+$") & (words.str.len_chars() > longest)
    if gender not in _GENDERS:
        return pl.DataFrame([words.alias(case) for case in Cases._fields])
    by_rule &= ~words.str.to_lowercase().is_in(list(exceptions))
    if role == PATRONYMIC:
        by_rule &= ~words.str.to_lowercase().str.contains(f"(?:{'|'.join(_UNCHANGED)})$")
    by_rule = by_rule.fill_null(True)  # a null stays a null
    tails = pl.DataFrame({"tail": words.filter(by_rule).str.tail(longest)})
    endings = {tail: _endings(tail, role, gender) for tail in tails["tail"].unique().drop_nulls().to_list()}
    table = pl.DataFrame([(tail, *forms) for tail, forms in endings.items()], schema=["tail", *_TEXTS], orient="row")
    ruled = tails.join(table.cast(pl.String), on="tail", how="left", maintain_order="left")
    stem = words.filter(by_rule).str.head(-longest)
    fast = ruled.select((pl.lit(stem) + pl.col(case)).alias(case) for case in Cases._fields)
    slow = pl.DataFrame(
        [decline(word, role, gender) for word in words.filter(~by_rule).to_list()], schema=_TEXTS, orient="row"
    )
    return weave(fast, by_rule, slow)


@lru_cache(maxsize=32_768)
def _made(word: str, role: str, gender: str) -> Cases:
    article, hyphen, rest = word.partition("-")
    if hyphen and article.lower() in _ARTICLES:  # «Аль-Халили»
        return Cases(*(f"{article}-{form}" for form in decline(rest, role, gender)))
    if role == PATRONYMIC and gender == MALE and word.lower().endswith("ыч"):  # «Силыч»
        return Cases(word + "а", word + "у", word + "ем")
    return Cases(*(_maker().make(_PARTS[role], _GENDERS[gender], case, word) for case in _CASES))


@lru_cache(maxsize=32_768)
def _endings(tail: str, role: str, gender: str) -> Cases:
    """The last letters of a word in the three cases.

    A rule looks at no more letters than the longest suffix has, so that words with the same tail change alike; the
    letter put before the tail keeps out exceptions, which are whole words.
    """
    return Cases(*(form[1:] for form in _made("ъ" + tail, role, gender)))


@lru_cache(maxsize=1)
def _rules() -> tuple[frozenset[str], int]:
    """Words with rules of their own, and the length of the longest suffix that a rule looks at."""
    text = Path(PetrovichDeclinationMaker.DEFAULT_PATH_TO_RULES_FILE).read_text(encoding="utf-8")
    parts = json.loads(text).values()
    exceptions = (test for part in parts for rule in part.get("exceptions", ()) for test in rule["test"])
    suffixes = (test for part in parts for rule in part.get("suffixes", ()) for test in rule["test"])
    return frozenset(exceptions), max(map(len, suffixes))


def _is_cyrillic(word: str) -> bool:
    return all("а" <= letter.lower() <= "я" or letter.lower() == "ё" or letter in "-' " for letter in word)
