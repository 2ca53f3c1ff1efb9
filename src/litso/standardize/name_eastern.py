"""Korean, Chinese and Vietnamese names: which of their words is the surname, and whose name the syllables are.

Such a name has no ending that tells its parts or its gender, and only its last word is declined: «Ким Чен Ыну».
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from litso.standardize.lexicon import FEMALE, MALE, UNKNOWN
from litso.standardize.wordlists import sections


class Syllables(NamedTuple):
    """Surnames of one language, and the syllables of its given names by what they tell."""

    surnames: frozenset[str]
    last: Mapping[str, str]
    first: Mapping[str, str]
    both: frozenset[str]


def _syllables(language: str) -> Syllables:
    lists = sections("eastern_names.txt")
    last, first = (
        {
            syllable: gender
            for gender, word in ((MALE, "male"), (FEMALE, "female"))
            for syllable in lists[f"{language}_{word}_{place}"]
        }
        if f"{language}_male_{place}" in lists
        else {}
        for place in ("last", "first")
    )
    return Syllables(lists[f"{language}_surnames"], last, first, lists[f"{language}_both"])


VIETNAMESE: Final = _syllables("vietnamese")
CHINESE: Final = _syllables("chinese")
LANGUAGES: Final = (VIETNAMESE, _syllables("korean"), CHINESE)
"""In the order in which a surname that several of them have («Ли», «Хан») is asked about."""
SURNAMES: Final = frozenset().union(*(language.surnames for language in LANGUAGES))
"""Such a name has no other word that tells which of them it is."""
_SYLLABLES: Final = frozenset().union(*(one.both | one.last.keys() | one.first.keys() for one in LANGUAGES))
_CHINESE: Final = re.compile("(?:цз|чж|сяо|сюэ|сюй|хуэй|цюань|вэнь|минь).+")


def is_syllables(folded: str) -> bool:
    """Whether a folded word is made of syllables of such names: «чен-ын», «цзиньпин»."""
    return _SYLLABLES.issuperset(folded.split("-")) or _CHINESE.fullmatch(folded) is not None


def gender_by_syllables(surname: str, given: Sequence[str]) -> str:
    """Gender that the folded words of a given name show; НД where both men and women are called so."""
    syllables = [syllable for word in given for syllable in word.split("-")]
    for language in LANGUAGES:
        if surname in language.surnames and (told := _told(language, syllables)):
            return told
    return UNKNOWN


_ALWAYS: Final = {"тхи": FEMALE, "ван": MALE}
"""Words before a Vietnamese given name that tell, whatever follows."""


def _told(language: Syllables, given: Sequence[str]) -> str | None:
    if len(given) > 1:
        always = _ALWAYS.get(given[0]) if language is VIETNAMESE else None
        return always or language.last.get(given[-1]) or language.first.get(given[0])
    return CHINESE.last.get(given[0]) or _by_ending(given[0]) if language is CHINESE else None


def _by_ending(word: str) -> str | None:
    """Gender of a Chinese given name of two syllables written as one word: «Сюэлянь»."""
    known = CHINESE.last.keys() | CHINESE.both
    endings = (word[at:] for at in range(2, len(word) - 1))
    ending = next((one for one in endings if one in known and one[0] not in _VOWELS), "")
    return CHINESE.last.get(ending)


_VOWELS: Final = "аеиоуыэюя"


def nominative_of_last(surname: str, last: str) -> str | None:
    """The syllable of which the last word of a man's name is another case: «ына» is «ын»; None where it is none."""
    if last in _SYLLABLES:
        return None
    ends = {"ем": ("ь", "й"), "я": ("ь", "й"), "ю": ("ь", "й"), "ом": ("",), "а": ("",), "у": ("",)}
    forms = (last.removesuffix(end) + own for end, owns in ends.items() if last.endswith(end) for own in owns)
    return next((form for form in forms if _may_be_his(surname, form)), None)


def _may_be_his(surname: str, last: str) -> bool:
    """Whether a syllable may end a man's name in a language of the surname."""
    of = (language for language in LANGUAGES if surname in language.surnames)
    return any(last in language.both or language.last.get(last) == MALE for language in of)
