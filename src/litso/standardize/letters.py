"""Letters: invisible characters, look-alikes of other scripts, keyboards left in the wrong layout, romanization."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_TURKISH: Final = str.maketrans("İı", "Ii")
_SPACES: Final = re.compile(r"\s+")
_DASHES: Final = re.compile("[\u2010-\u2015\u2212\u2043\ufe58\ufe63\uff0d]")
_PLAIN: Final = re.compile(r"[\x20-\x7eа-яА-ЯёЁ№«»]*")
NUMERO: Final = "№"


def tidy(text: str) -> str:
    """One line, single spaces, composed letters, plain dashes, no invisible characters; `№` is kept."""
    if not _PLAIN.fullmatch(text):
        text = text.replace(NUMERO, "\x1a")  # NFKC would turn it into "No"
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_TURKISH)
        text = unicodedata.normalize("NFKC", text)
        text = _DASHES.sub("-", _CONTROL.sub(" ", text.replace("\x1a", NUMERO)))
    return _SPACES.sub(" ", text).strip()


_LATIN_TWINS: Final = str.maketrans("AaBCcEeHKkMOoPpTXxYyu", "АаВСсЕеНКкМОоРрТХхУуи")
_CYRILLIC_TWINS: Final = str.maketrans("АаВСсЕеНКкМОоРрТХхУу", "AaBCcEeHKkMOoPpTXxYy")
_DIGIT_LETTERS: Final = str.maketrans("034681", "озчбви")
_QWERTY: Final = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_YTSUKEN: Final = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_CYRILLIC: Final = str.maketrans(_QWERTY + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>', _YTSUKEN + _YTSUKEN.upper())
_TO_LATIN: Final = str.maketrans(
    _YTSUKEN + _YTSUKEN.upper() + '"№?', _QWERTY + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>' + "@#&"
)


def twins_to_cyrillic(text: str) -> str:
    """Latin letters that look Cyrillic as Cyrillic: «Ивaнов» with a Latin `a` becomes «Иванов»."""
    return text.translate(_LATIN_TWINS)


def twins_to_latin(text: str) -> str:
    """Cyrillic letters that look Latin as Latin."""
    return text.translate(_CYRILLIC_TWINS)


def digits_to_letters(text: str) -> str:
    """Digits typed for Cyrillic letters: «иван0в» becomes «иванов»."""
    return text.translate(_DIGIT_LETTERS)


def typed_in_russian(text: str) -> str:
    """What the same keys give in the Russian layout: «Bdfyjd» becomes «Иванов»."""
    return text.translate(_TO_CYRILLIC)


def typed_in_latin(text: str) -> str:
    """What the same keys give in the Latin layout: «ьфшд» becomes `mail`."""
    return text.translate(_TO_LATIN)


def capital(text: str) -> str:
    """A capital at the head of a text; letters without a capital of their own («ß») stay."""
    head = text[:1].upper()
    return (head if len(head) == 1 else text[:1]) + text[1:]


def fold(text: str) -> str:
    """Lower case, ё as е: the form in which names are looked up."""
    return text.lower().replace("ё", "е")


_LATIN_GROUPS: Final = (
    ("shch", "щ"), ("schm", "шм"), ("schn", "шн"), ("schw", "шв"), ("schl", "шл"), ("schr", "шр"), ("scht", "шт"),
    ("sch", "щ"), ("tch", "ч"), ("sh", "ш"), ("ch", "ч"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"),
    ("tz", "ц"), ("ck", "к"), ("ph", "ф"), ("yu", "ю"), ("iu", "ю"), ("ju", "ю"), ("ya", "я"), ("ia", "я"),
    ("ja", "я"), ("yo", "ё"), ("jo", "ё"), ("ye", "е"), ("je", "е"), ("ay", "ай"), ("ey", "ей"), ("oy", "ой"),
    ("uy", "уй"), ("x", "кс"), ("w", "в"), ("q", "к"),
)  # fmt: skip
_LATIN_LETTERS: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "абкдефгхийклмнопкрстуввкиз")
_ENDINGS: Final = (
    (re.compile("(?<=[бвгджзклмнпрстфхцчшщ])ск(?:и|ий|ы|ый)$"), "ский"),
    (re.compile("ски$|скй$|скии$|скый$|скы$"), "ский"),
    (re.compile("цки$|цкй$|цкии$|цкый$|цкы$"), "цкий"),
    (re.compile("скаиа$|скайа$|скаа$"), "ская"),
    (re.compile("(?<=[бвгджзклмнпрстфхцчшщ])ии$|иы$"), "ий"),
    (re.compile("(?<=[аеоу])и$"), "й"),
)


def latin_to_cyrillic(word: str) -> str:
    """Cyrillic of a romanized lower-case word by rules alone, without a dictionary: `ivanov` becomes «иванов»."""
    for group, letter in _LATIN_GROUPS:
        word = word.replace(group, letter)
    word = word.replace("'", "ь").translate(_LATIN_LETTERS)
    for ending, cyrillic in _ENDINGS:
        word = ending.sub(cyrillic, word)
    return word


_ALIKE: Final = str.maketrans("йыэё", "ииее", "ьъ'`’")
_SOFT: Final = (
    (re.compile("[иьй]а"), "я"),
    (re.compile("[иьй]у"), "ю"),
    (re.compile("и+"), "и"),
    (re.compile("и(?=[еюя])"), ""),
)


def skeleton(word: str) -> str:
    """Form in which romanizations of one Cyrillic word agree: «наталья», `natalia` and `natalya` give one skeleton.

    Takes a lower-case word in Cyrillic or in Latin.
    """
    if word.isascii():
        word = latin_to_cyrillic(word)
    word = word.replace("ы", "и").replace("ьа", "я").replace("ьу", "ю").translate(_ALIKE)
    for pattern, replacement in _SOFT:
        word = pattern.sub(replacement, word)
    return word
