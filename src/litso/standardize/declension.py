"""Cases of names: genitive, dative, instrumental."""

from __future__ import annotations

from functools import lru_cache
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
_GENDERS: Final = {MALE: Gender.MALE, FEMALE: Gender.FEMALE}


@lru_cache(maxsize=1)
def _maker() -> PetrovichDeclinationMaker:
    return PetrovichDeclinationMaker()


@lru_cache(maxsize=200_000)
def decline(word: str, role: str, gender: str) -> Cases:
    """Decline one word of a name; initials and names of unknown gender stay as they are."""
    if len(word) < 2 or gender not in _GENDERS or not _is_cyrillic(word):
        return Cases(word, word, word)
    head, space, tail = word.partition(" ")
    if space:  # «Али оглы», «фон Бок»: only the last word of a surname changes, a patronymic with a particle does not
        return (
            Cases(*(f"{head} {form}" for form in decline(tail, role, gender)))
            if role == SURNAME
            else Cases(*[word] * 3)
        )
    if role == PATRONYMIC and word.lower().endswith(("оглы", "кызы", "угли", "кизи", "гызы", "улы", "оглу")):
        return Cases(word, word, word)
    return Cases(*(_maker().make(_PARTS[role], _GENDERS[gender], case, word) for case in _CASES))


def _is_cyrillic(word: str) -> bool:
    return all("а" <= letter.lower() <= "я" or letter.lower() == "ё" or letter in "-' " for letter in word)
