"""What a word of a name means for comparison: folding, stems, sound, full forms. Vectorised over distinct words.

Everything here works on any alphabet; the rules for endings and sounds touch only the letters that they are about.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from inspect import unwrap
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

_SURNAME_ENDINGS: Final = (
    (r"(ск|цк)(ая|ии|ои|ая)$", r"\1"),
    (r"([бвгджзклмнпрстфхчшщ])(ая|яя|ыи|ии|ои)$", r"\1"),
    (r"(ов|ев|ин|ын)а$", r"\1"),
)
"""Feminine and masculine endings fall away: Иванова, Иванов; Толстая, Толстой. (Folding has made й into и.)"""

_PATRONYMIC_ENDINGS: Final = ((r" (оглы|оглу|кызы|гызы|улы)$", ""), (r"(ович|евич|овна|евна|инична|ична|ич)$", ""))

_DOUBLES: Final = "bcdfgklmnprstzбвгджзклмнпрстфхцчш"

_SOUNDS: Final = (
    (r"ph", "f"), (r"ck", "k"), (r"sch|sh", "s"), (r"tch|ch", "c"), (r"gh|h|['`’ʼьъ -]", ""), (r"x", "ks"),
    (r"[cqg]", "k"), (r"z", "s"), (r"d", "t"), (r"b", "p"), (r"[vw]", "f"), (r"y", "i"), (r"j", "i"),
    (r"тс|дс|тц", "ц"), (r"стн", "сн"), (r"здн", "сн"), (r"щ|сч|зч|жч", "ш"),
    (r"б", "п"), (r"в", "ф"), (r"г", "к"), (r"д", "т"), (r"ж", "ш"), (r"з", "с"),
    (r"[оя]", "а"), (r"[еэыj]", "и"), (r"ю", "у"),
)  # fmt: skip
"""Letters that are heard or mistyped alike become one. Latin first, then Cyrillic."""


FEW: Final = 200
"""Texts up to which looking them up one by one is quicker than working on the column."""

_MOST_REMEMBERED: Final = 200_000

Rule = Callable[[pa.Array], pa.Array]


def _remembered(rule: Rule) -> Rule:
    """The same rule, quick for a few texts of which most were seen before: online there is a handful at a time."""

    @wraps(rule)
    def with_memory(words: pa.Array) -> pa.Array:
        if len(words) > FEW:
            return rule(words)
        found = [None if text is None else of_one(with_memory, text) for text in words.to_pylist()]
        return pa.array([text or None for text in found] if with_memory is fold else found, pa.string())

    return with_memory


@_remembered
def fold(words: pa.Array) -> pa.Array:
    """Lower case, without accents (ё is е, й is и), spaces made single; the empty text becomes null."""
    words = pc.utf8_lower(pc.utf8_normalize(words.cast(pa.string()), form="NFKD"))
    words = pc.replace_substring_regex(words, r"\pM+", "")
    words = pc.utf8_trim_whitespace(pc.replace_substring_regex(words, r"[\s\-–—]+", " "))
    return pc.if_else(pc.equal(words, ""), pa.scalar(None, pa.string()), words)


def _replaced(words: pa.Array, rules: tuple[tuple[str, str], ...]) -> pa.Array:
    for pattern, replacement in rules:
        words = pc.replace_substring_regex(words, pattern, replacement)
    return words


@_remembered
def surname_stem(folded: pa.Array) -> pa.Array:
    """The part of a folded surname that husband and wife share: «иванова» and «иванов» give «иванов»."""
    return _replaced(folded, _SURNAME_ENDINGS)


@_remembered
def patronymic_stem(folded: pa.Array) -> pa.Array:
    """The father's name in a folded patronymic: «иванович» and «ивановна» give «иван»."""
    return _replaced(folded, _PATRONYMIC_ENDINGS)


@_remembered
def sound(folded: pa.Array) -> pa.Array:
    """What is left of a folded word for the ear: its first letter and its consonants, likened to one another."""
    heard = _replaced(surname_stem(folded), _SOUNDS)
    for letter in _DOUBLES:
        heard = pc.replace_substring(heard, letter + letter, letter)
    first = pc.utf8_slice_codeunits(heard, 0, 1)
    rest = pc.replace_substring_regex(pc.utf8_slice_codeunits(heard, 1), r"[aeiouауи]", "")
    return pc.binary_join_element_wise(first, rest, "")


# One word, the same meaning without the cost of a column --------------------------------------------------------------

_SIMPLE: Final = re.compile(r"[A-Za-zА-Яа-яЁё0-9 .'-]*")
"""Texts without anything that Python and Arrow might take differently; nearly all of them."""

_FOLDED: Final = str.maketrans("ёй-", "еи ")


def _compiled(rules: tuple[tuple[str, str], ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), replacement) for pattern, replacement in rules)


_SURNAME_PATTERNS: Final = _compiled(_SURNAME_ENDINGS)
_PATRONYMIC_PATTERNS: Final = _compiled(_PATRONYMIC_ENDINGS)
_SOUND_PATTERNS: Final = _compiled(_SOUNDS)
_VOWELS: Final = str.maketrans("", "", "aeiouауи")


def _replaced_one(word: str, patterns: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, replacement in patterns:
        word = pattern.sub(replacement, word)
    return word


def _sound_of_one(folded: str) -> str:
    heard = _replaced_one(_replaced_one(folded, _SURNAME_PATTERNS), _SOUND_PATTERNS)
    for letter in _DOUBLES:
        heard = heard.replace(letter + letter, letter)
    return heard[:1] + heard[1:].translate(_VOWELS)


_OF_ONE: Final[dict[Rule, Callable[[str], str]]] = {
    fold: lambda word: " ".join(word.lower().translate(_FOLDED).split()),
    surname_stem: lambda folded: _replaced_one(folded, _SURNAME_PATTERNS),
    patronymic_stem: lambda folded: _replaced_one(folded, _PATRONYMIC_PATTERNS),
    sound: _sound_of_one,
}


@lru_cache(maxsize=_MOST_REMEMBERED)
def of_one(rule: Rule, word: str) -> str:
    """What a rule of this module gives for one word; nothing is the empty text."""
    if _SIMPLE.fullmatch(word):
        return _OF_ONE[rule](word)
    return unwrap(rule)(pa.array([word], pa.string()))[0].as_py() or ""
