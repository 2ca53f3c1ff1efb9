"""Cases of names: genitive, dative, instrumental."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from pytrovich.enums import Case, Gender, NamePart
from pytrovich.maker import PetrovichDeclinationMaker

from litso.standardize.lexicon import FEMALE, GIVEN, MALE, PATRONYMIC, SURNAME


class Cases(NamedTuple):
    """A word of a name in three cases."""

    genitive: str
    dative: str
    instrumental: str


_CASES: Final = (Case.GENITIVE, Case.DATIVE, Case.INSTRUMENTAL)
_PARTS: Final = {SURNAME: NamePart.LASTNAME, GIVEN: NamePart.FIRSTNAME, PATRONYMIC: NamePart.MIDDLENAME}
_UNCHANGED: Final = ("оглы", "оглу", "кызы", "гызы", "угли", "кизи", "улы")
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


def _made(word: str, role: str, gender: str) -> Cases:
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
