"""Names of streets and places: order of words, initials, capitals, and the form in which two spellings are equal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from litso.standardize.address.tables import word_group

ORDINAL_ENDINGS: Final = word_group("ordinal_ending")
ORDINAL_WORDS: Final = {
    root + ending: f"{number}-{short}"
    for number, root in enumerate(("перв", "втор", "", "четверт", "пят", "шест", "седьм", "восьм", "девят", "десят"), 1)
    for ending, short in (("ая", "я"), ("ый", "й"), ("ой", "й"), ("ое", "е"))
    if root
} | {"третья": "3-я", "третий": "3-й", "третье": "3-е"}

_SIZES: Final = {
    "б": ("Большой", "Большая", "Большое"),
    "бол": ("Большой", "Большая", "Большое"),
    "м": ("Малый", "Малая", "Малое"),
    "мал": ("Малый", "Малая", "Малое"),
    "ср": ("Средний", "Средняя", "Среднее"),
    "сред": ("Средний", "Средняя", "Среднее"),
    "верх": ("Верхний", "Верхняя", "Верхнее"),
    "ниж": ("Нижний", "Нижняя", "Нижнее"),
    "нижн": ("Нижний", "Нижняя", "Нижнее"),
    "нов": ("Новый", "Новая", "Новое"),
    "стар": ("Старый", "Старая", "Старое"),
    "сев": ("Северный", "Северная", "Северное"),
    "вост": ("Восточный", "Восточная", "Восточное"),
    "зап": ("Западный", "Западная", "Западное"),
    "юж": ("Южный", "Южная", "Южное"),
}
SIZE_WORDS: Final = frozenset(word.casefold() for forms in _SIZES.values() for word in forms)

# The person behind a usual abbreviation: «К. Маркса» is one street all over the country.
_PERSONS: Final = {name.split()[-1].casefold().replace("ё", "е"): name for name in sorted(word_group("person"))}
_GIVEN: Final = word_group("given")
_TITLES: Final = word_group("title")
_LONG_TITLES: Final = {
    "ген": "Генерала",
    "акад": "Академика",
    "ак": "Академика",
    "марш": "Маршала",
    "адм": "Адмирала",
    "проф": "Профессора",
    "бр": "Братьев",
    "косм": "Космонавта",
    "кап": "Капитана",
    "лейт": "Лейтенанта",
}

_SMALL: Final = word_group("small")
_ABBREVIATIONS: Final = word_group("abbreviation")
_ORDINAL_END: Final = re.compile(r"(\d+)\s*-?\s*(?:ая|ый|ой|ий|ое|ого|го|ья|ье|й|я|е|летия|лет)\b")
_ASIDE: Final = re.compile(r"\([^)]*\)|\b[^\W\d_]\.\s*")
_ROMAN: Final = re.compile("[IVXivx]+")
_HYPHENED: Final = re.compile(r"([^\W\d_])-([^\W\d_]{4,})")
_ROMAN_NUMBERS: Final = {
    tens + units: str(10 * ten + unit)
    for ten, tens in enumerate(("", "x", "xx"))
    for unit, units in enumerate(("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"))
    if ten or unit
}
_LETTERED: Final = re.compile(r"(?<![^\W_])([^\W\d_])-(\d)")
"""The letter of a lettered quarter, «В-8», which is no initial."""
_PLAIN_WORD: Final = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Text in the form in which two spellings are compared: small letters, ё as е."""
    return text.casefold().replace("ё", "е")


@lru_cache(maxsize=65536)
def capital(word: str, *, first: bool = False) -> str:
    """A word of a name with the capitals it should have: «ЛЕНИНА» → «Ленина», «влксм» → «ВЛКСМ», «на» → «на»."""
    if word[:1].isdigit():
        return word if word[-1:].isupper() and "-" not in word else word.lower()
    if _ROMAN.fullmatch(word):
        return word.upper()
    low = fold(word)
    if low in _ABBREVIATIONS:
        return word.upper() if low != "мопра" else "МОПРа"
    if low in _SMALL and not first:
        return word.lower()
    if word.islower() or word[1:].isupper() or word.isupper():
        return "-".join(
            part.lower() if i and fold(part) in _SMALL else part.capitalize() for i, part in enumerate(word.split("-"))
        )
    return word[:1].upper() + word[1:]


def gender(words: Sequence[str]) -> int:
    """Gender of an adjectival name by its last word: 0 masculine, 1 feminine, 2 neuter; -1 not an adjective."""
    for word in reversed(words):
        low = fold(word)
        if len(low) < 4:
            continue
        if low.endswith(("ая", "яя")):
            return 1
        if low.endswith(("ое", "ее")):
            return 2
        if low.endswith(("ый", "ий", "ой")):
            return 0
        return -1
    return -1


def adjective(word: str) -> bool:
    """Whether a word looks like an adjective in the nominative."""
    return gender((word,)) >= 0


def _sized(words: list[str], dotted: Sequence[bool]) -> list[str]:
    """«Б. Бронная», «Бронная М.» → «Большая Бронная», «Малая Бронная»."""
    if len(words) < 2:
        return words
    for at in (0, len(words) - 1):
        low = fold(words[at])
        rest = [word for i, word in enumerate(words) if i != at]
        kind = 1 if gender(rest) < 0 and fold(rest[-1]).endswith("ка") else gender(rest)
        if low in _SIZES and kind >= 0 and (len(low) > 1 or dotted[at]):
            return [_SIZES[low][kind], *rest]
        if low in SIZE_WORDS and at and kind >= 0:
            return [words[at], *rest]
    return words


def _ordered(words: list[str]) -> list[str]:
    """An ordinal stands first: «Советская 1-я» → «1-я Советская», «Первая Советская» → «1-я Советская»."""
    if len(words) > 1 and fold(words[0]) in ORDINAL_WORDS:
        words = [ORDINAL_WORDS[fold(words[0])], *words[1:]]
    if len(words) > 1 and re.fullmatch(r"\d+-[а-я]{1,3}", words[-1]):
        words = [words[-1], *words[:-1]]
    return words


def _initial(word: str, *, first: bool, dot: bool) -> bool:
    """Whether a word is an initial: a letter, but not a preposition or conjunction inside the name."""
    if len(word) != 1 or not word.isalpha():
        return False
    return dot or (word not in "иИ" and (first or not (word.islower() and word in "вксоу")))


def _initials(words: list[str], dotted: set[str]) -> list[str]:
    """«К. Маркса» → «Карла Маркса», «Айгунова Н» → «Н.Айгунова», «А С Пушкина» → «А.С.Пушкина»."""
    letters = [_initial(word, first=not at, dot=word in dotted) for at, word in enumerate(words)]
    initials = [word for word, letter in zip(words, letters, strict=True) if letter]
    if not initials or len(initials) == len(words):
        return words
    rest = [word for word, letter in zip(words, letters, strict=True) if not letter]
    if fold("".join(initials)) in ("во", "пс"):  # «Малый В.О.»: an island of St. Petersburg, not a person
        return [*rest, "".join(letter.upper() + "." for letter in initials)]
    person = _PERSONS.get(fold(rest[-1]))
    if len(rest) == 1 and person and fold(person[0]) == fold(initials[0]):
        return person.split()
    if fold(rest[0]) == "жукова" and fold(initials[0]) == "м":
        return ["Маршала", "Жукова"]
    return ["".join(letter.upper() + "." for letter in initials) + capital(rest[0], first=True), *rest[1:]]


@lru_cache(maxsize=1 << 15)
def street_name(words: tuple[str, ...], dotted: tuple[bool, ...]) -> str:
    """Standard name of a street from its words: order, sizes, initials, capitals. `dotted`: a dot followed the word."""
    kept: list[tuple[str, bool]] = []
    for word, dot in zip(words, dotted, strict=True):
        hyphened = _HYPHENED.fullmatch(word)  # «К-Маркса»
        kept += [(hyphened.group(1), True), (hyphened.group(2), dot)] if hyphened else [(word, dot)]
    kept = [(word, dot) for word, dot in kept if fold(word) not in ("им", "имени")]
    if not kept:
        kept = list(zip(words, dotted, strict=True))
    plain = [
        _LONG_TITLES.get(fold(word), word) if i == 0 and len(kept) > 1 else word for i, (word, _) in enumerate(kept)
    ]
    plain = _ordered(_sized(plain, [dot for _, dot in kept]))
    ordinal = int(len(plain) > 1 and plain[0][0].isdigit())
    if ordinal and all(len(word) == 1 for word in plain[1:]):
        return f"{plain[0]} {''.join(letter.upper() + '.' for letter in plain[1:])}"
    return join(plain[:ordinal] + _initials(plain[ordinal:], {word for word, dot in kept if dot}))


def join(words: Sequence[str]) -> str:
    """Words of a name in one line, with capitals."""
    return " ".join(word if "." in word else capital(word, first=not i) for i, word in enumerate(words))


@lru_cache(maxsize=1 << 15)
def spoken(name: str | None) -> str:
    """What people agree upon in a street's name: no initials, given names, titles, endings of ordinals, nor order."""
    if not name:
        return ""
    low = _ORDINAL_END.sub(r"\1", _LETTERED.sub(r"\1\2", fold(name)))
    words = _PLAIN_WORD.findall(_ASIDE.sub("", low))
    words = [_ROMAN_NUMBERS.get(word, word) for word in words]
    kept = [word for word in words if (word not in _TITLES and word not in _GIVEN and len(word) > 1) or word.isdigit()]
    return " ".join(sorted(kept or words))
