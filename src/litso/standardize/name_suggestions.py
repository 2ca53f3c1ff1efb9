"""Names while they are typed: from the dictionary and its frequencies, never from people's records."""

from __future__ import annotations

from bisect import bisect_left
from functools import cache, lru_cache
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from litso.standardize.letters import typed_in_russian
from litso.standardize.lexicon import (
    FEMALE,
    GIVEN,
    MALE,
    PATRONYMIC,
    SURNAME,
    TOTAL_GIVEN,
    TOTAL_PATRONYMICS,
    TOTAL_SURNAMES,
    UNKNOWN,
    given_gender,
    patronymic_gender,
    read_words,
    surname_gender,
)

_TOTALS: Final = {SURNAME: TOTAL_SURNAMES, GIVEN: TOTAL_GIVEN, PATRONYMIC: TOTAL_PATRONYMICS}
_GENDERS: Final = {SURNAME: surname_gender, GIVEN: given_gender, PATRONYMIC: patronymic_gender}
_LEAST: Final = 5
"""Words met less often are mostly slips."""
_MOST_WORDS: Final = 3
_CONSIDERED: Final = 200
_END: Final = "\uffff"


class SuggestedName(NamedTuple):
    """A name as far as it is typed, with the part that was completed; `gender` М, Ж or НД."""

    value: str
    surname: str | None
    given_name: str | None
    patronymic: str | None
    gender: str


class _Dictionary(NamedTuple):
    """Words of one part of a name in alphabetical order, with their counts."""

    words: pa.Array
    counts: NDArray[np.int64]

    def word(self, place: int) -> str:
        """The word at a place."""
        found: str = self.words[place].as_py()
        return found


@cache
def _dictionary(role: str) -> _Dictionary:
    table = read_words(role)
    table = table.filter(table["count"] >= _LEAST).sort("word")
    return _Dictionary(table["word"].to_arrow(), table["count"].to_numpy())


def suggest_names(query: str, limit: int) -> list[SuggestedName]:
    """Names that begin as typed, the commonest first; in the wrong keyboard layout too («bdfyjd» → «Иванов»).

    The last word is completed as a part that the earlier words are not, of their gender: «иванова ма» → «Мария»; as a
    patronymic only behind a given name.
    """
    words = typed_in_russian(query).lower().replace("ё", "е").split()[:_MOST_WORDS]
    if not words:
        return []
    *earlier, last = words
    roles = _roles(tuple(earlier))
    told = [_GENDERS[role](word) for word, role in zip(earlier, roles, strict=True)]
    gender = next((one for one in told if one != UNKNOWN), UNKNOWN)
    left = [
        role for role in (SURNAME, GIVEN, PATRONYMIC) if role not in roles and (role != PATRONYMIC or GIVEN in roles)
    ]
    ranked = sorted(
        ((share, role, word) for role in left for share, word in _beginning(role, last)),
        key=lambda one: (one[2] != last, -one[0], one[2], one[1]),
    )
    found: dict[str, SuggestedName] = {}
    for _, role, word in ranked:
        own = _GENDERS[role](word)
        if UNKNOWN not in (own, gender) and own != gender:
            continue
        parts = dict(zip((*roles, role), (*earlier, word), strict=True))
        value = " ".join(_capital(part) for part in parts.values())
        found.setdefault(value, _named(value, parts, own if gender == UNKNOWN else gender))
        if len(found) >= limit:
            break
    return list(found.values())


def _named(value: str, parts: dict[str, str], gender: str) -> SuggestedName:
    surname, given, patronymic = (
        _capital(parts[role]) if role in parts else None for role in (SURNAME, GIVEN, PATRONYMIC)
    )
    return SuggestedName(value, surname, given, patronymic, gender if gender in (MALE, FEMALE) else UNKNOWN)


def _capital(word: str) -> str:
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))


@lru_cache(maxsize=4096)
def _roles(words: tuple[str, ...]) -> tuple[str, ...]:
    """The likeliest part of a name that each whole word is, each part once."""
    roles: list[str] = []
    for word in words:
        free = [role for role in (SURNAME, GIVEN, PATRONYMIC) if role not in roles]
        roles.append(max(free, key=lambda role: _share(role, word)))
    return tuple(roles)


def _share(role: str, word: str) -> float:
    """How much of all words of a part a word is; a word that is not known is likeliest a surname."""
    dictionary = _dictionary(role)
    place = bisect_left(range(len(dictionary.words)), word, key=dictionary.word)
    is_known = place < len(dictionary.words) and dictionary.word(place) == word
    return float(dictionary.counts[place]) / _TOTALS[role] if is_known else 1e-12 if role == SURNAME else 0.0


@lru_cache(maxsize=4096)
def _beginning(role: str, prefix: str) -> tuple[tuple[float, str], ...]:
    """(share, word) of the commonest words that begin so."""
    dictionary = _dictionary(role)
    places = range(len(dictionary.words))
    first, last = (bisect_left(places, text, key=dictionary.word) for text in (prefix, prefix + _END))
    counts = dictionary.counts[first:last]
    if len(counts) > _CONSIDERED:
        best = np.argpartition(-counts, _CONSIDERED)[:_CONSIDERED]
    else:
        best = np.arange(len(counts))
    return tuple((float(counts[place]) / _TOTALS[role], dictionary.word(first + int(place))) for place in best)
