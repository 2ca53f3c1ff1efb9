"""Text of an address → tokens: cleaned, with the alphabet repaired, type words recognized, separators remembered."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final
from unicodedata import decimal

from litso.standardize.address.names import fold
from litso.standardize.address.places import region_phrases, town_by_name
from litso.standardize.address.rewrites import rewritten
from litso.standardize.address.words import AREA, REGION, SEQUENCES, SINGLE, STREET, Role, typo

LIMIT: Final = 600
"""Characters of one address that are read; an address is never longer."""

GLUED, SPACE, HYPHEN, SLASH, COMMA, BRACKET = range(6)


class Token:
    """A word or a number, what stood before it (`gap`), whether a dot follows, and the role of a type word."""

    __slots__ = ("done", "dot", "gap", "low", "number", "role", "text")

    def __init__(self, text: str, low: str, gap: int, number: bool) -> None:
        self.text = text
        self.low = low
        self.gap = gap
        self.number = number
        self.dot = False
        self.done = False
        self.role: Role | None = None

    def __repr__(self) -> str:
        return f"{self.text}/{self.role.code if self.role else ''}"


_TRANSLATION: Final = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        **dict.fromkeys("«»„“”\"'`’‘‹›*^~_=<>|{}\u00a0\t\u200b\ufeff\u2009\u202f", " "),
        **dict.fromkeys("\r\n;", ","),
        "\\": "/",
        "№": " ",
        "#": " ",
        "\x00": " ",
        "\u0301": "",
        "\u00ad": "",
    }
)
_TWINS: Final = str.maketrans("AaBCcEeHKkMOoPpTXxYyuriIn", "АаВСсЕеНКкМОоРрТХхУуигиИп")
_LOOKS: Final = frozenset("AaBCcEeHKkMOoPpTXxYy")
_PIECES: Final = re.compile(r"(\d+|[^\W\d_]+(?:-[^\W\d_]+)*)")
_MIXED: Final = re.compile(r"(?=\w*[a-zA-Z])(?=\w*[а-яёА-ЯЁ])\w+")
_ZERO: Final = re.compile(r"(?<=[а-яёА-ЯЁ])0(?=[а-яёА-ЯЁ])")
_NO_NUMBER: Final = re.compile(
    r"(?:\b(?:[дД](?:ом)?|[уУ]ч(?:асток)?|[зЗ]/у|[кК]в|[сС]тр)\.?\s*)?\b[бБ]\.?/[нН]\b\.?|\bбез номера\b"
)
_LETTER_BLOCK: Final = re.compile(r"(?<![а-яёА-ЯЁ])([а-кА-К]|[м-яМ-Я])([кКсС])(?=\d)")
_OTHER_DIGIT: Final = re.compile(r"(?![0-9])\d")
_LATIN: Final = re.compile(r"[a-zA-Z]+(?:-[a-zA-Z]+)*")
_CYRILLIC: Final = re.compile(r"[а-яёА-ЯЁ]")
_NUMERO: Final = re.compile(r"\bN[o°º]?(?=\s*\.?\s*\d)")

_LAYOUT: Final = str.maketrans(
    "qwertyuiop[]asdfghjkl;'zxcvbnm,./QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?`~",
    "йцукенгшщзхъфывапролджэячсмитьбю.ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,ёЁ",
)
_ROMANIZED: Final = (
    ("shch", "щ"),
    ("sch", "щ"),
    ("zh", "ж"),
    ("kh", "х"),
    ("ts", "ц"),
    ("ch", "ч"),
    ("sh", "ш"),
    ("yu", "ю"),
    ("iu", "ю"),
    ("ju", "ю"),
    ("ya", "я"),
    ("ia", "я"),
    ("ja", "я"),
    ("yo", "ё"),
    ("ye", "е"),
    ("iy", "ий"),
    ("yy", "ый"),
    ("ij", "ий"),
    ("ey", "ей"),
    ("oy", "ой"),
    ("ay", "ай"),
    ("'", "ь"),
    *zip("abvgdezijklmnoprstufhcyxwq", "абвгдезийклмнопрстуфхцыхвк", strict=True),
)
_ENGLISH: Final = {
    "moscow": "москва",
    "petersburg": "петербург",
    "st": "с",
    "saint": "санкт",
    "russia": "россия",
    "russian": "",
    "federation": "",
    "street": "ул",
    "str": "ул",
    "avenue": "пр-кт",
    "prospect": "пр-кт",
    "prospekt": "пр-кт",
    "lane": "пер",
    "apt": "кв",
    "suite": "офис",
    "office": "офис",
    "room": "ком",
    "floor": "эт",
    "flat": "кв",
    "apartment": "кв",
    "building": "стр",
    "bldg": "стр",
    "region": "обл",
    "oblast": "обл",
    "district": "р-н",
    "house": "д",
    "r-n": "р-н",
    "korp": "корп",
    "d": "д",
    "kv": "кв",
    "k": "к",
    "ul": "ул",
}


@lru_cache(maxsize=16384)
def romanized(word: str) -> str:
    """A word in Latin letters read back into Russian ones: «Lenina» → «ленина», «Tverskaya» → «тверская»."""
    low = word.lower()
    if low in _ENGLISH:
        return _ENGLISH[low]
    for latin, russian in _ROMANIZED:
        low = low.replace(latin, russian)
    if low.endswith("ы") and len(low) > 4 and low[-2] in "кгхн":
        low = low[:-1] + ("ий" if low[-2] in "кгх" else "ый")
    return low


def _known(text: str) -> int:
    words = [fold(word) for word in re.findall(r"[^\W\d_]+", text)]
    return sum(len(word) > 1 and (word in SINGLE or town_by_name(word) is not None) for word in words) + (
        sum(word in ("г", "д", "к", "с") for word in words) > 1
    )


_COMMA: Final = re.compile(r",\s")
"""A comma that divides: without a blank behind it the key is «б»."""


def _cyrillic(text: str) -> str:
    """A text in another alphabet: typed in the wrong layout, or romanized, whichever gives words that we know."""
    layout = _COMMA.sub("\0", text).translate(_LAYOUT).replace("\0", ", ")
    spelled = _LATIN.sub(lambda found: romanized(found.group()), text)
    wrong, roman = _known(layout), _known(spelled)
    if not (wrong or roman):
        return text
    return layout if wrong > roman else spelled


def _repair(found: re.Match[str]) -> str:
    return found.group().translate(_TWINS)


def _latin_word(found: re.Match[str]) -> str:
    word = found.group()
    if set(word) <= _LOOKS:
        return word.translate(_TWINS)
    if re.fullmatch("[IVX]+", word):
        return word
    return romanized(word) or " "


def clean(text: str) -> str:
    """The text in Russian letters, with one kind of each separator. Digits and order stay as they are."""
    text = rewritten(text[:LIMIT])
    is_plain = _PLAIN.fullmatch(text) is not None and not text.isascii()
    if not is_plain:
        text = text.translate(_TRANSLATION)
    if "/" in text or "без номера" in text:
        text = _NO_NUMBER.sub(",", text)
    if not is_plain or text.isascii():
        text = _with_russian_signs(text)
    if _LETTER_BLOCK.search(text):
        text = _LETTER_BLOCK.sub(r"\1 \2", text)
    if "0" in text:
        text = _ZERO.sub("о", text)
    return text


_PLAIN: Final = re.compile("[а-яА-ЯёЁ0-9 .,()/-]*")


def _with_russian_signs(text: str) -> str:
    """The text with its letters and digits of other alphabets repaired."""
    text = _OTHER_DIGIT.sub(lambda found: str(decimal(found[0])), text)
    if text.isascii() or _LATIN.search(text):
        text = _NUMERO.sub(" ", text)
        if not _CYRILLIC.search(text):
            text = _cyrillic(text)
        text = _MIXED.sub(_repair, text)
        if _CYRILLIC.search(text):
            text = _LATIN.sub(_latin_word, text)
    return text


_GAPS: Final = {
    "": GLUED,
    " ": SPACE,
    ".": SPACE,
    ". ": SPACE,
    ", ": COMMA,
    ",": COMMA,
    "., ": COMMA,
    "-": HYPHEN,
    "/": SLASH,
}


def _gap(between: str) -> int:
    if not between:
        return GLUED
    if "," in between:
        return COMMA
    if "(" in between or ")" in between or "[" in between or "]" in between:
        return BRACKET
    if "-" in between:
        return HYPHEN
    if "/" in between:
        return SLASH
    return SPACE


def split(text: str) -> list[Token]:
    """Tokens of a cleaned text; digits and letters are parted even where they are glued."""
    folded = text.lower().replace("ё", "е")
    if len(folded) != len(text):  # a letter of another alphabet whose small form is longer
        folded = text
    tokens: list[Token] = []
    head, *rest = _PIECES.split(text)
    start, gap = len(head), COMMA
    for piece, after in zip(rest[::2], rest[1::2], strict=True):
        stop = start + len(piece)
        token = Token(piece, folded[start:stop], gap, piece[0].isdigit())
        token.dot = "." in after
        tokens.append(token)
        start = stop + len(after)
        gap = _GAPS.get(after, -1)
        if gap < 0:
            gap = _gap(after)
    return tokens


def _sequence(tokens: list[Token], at: int) -> tuple[int, Role] | None:
    if at + 1 >= len(tokens):
        return None
    second = tokens[at + 1].low
    for rest, joined, role in SEQUENCES.get(tokens[at].low, ()):
        size = len(rest)
        if rest[0] != second or at + size >= len(tokens):
            continue
        following = tokens[at + 1 : at + 1 + size]
        if any(token.low != word for token, word in zip(following, rest, strict=True)):
            continue
        if joined and not _letters_joined(tokens[at : at + 1 + size]):
            continue
        if any(token.gap >= COMMA for token in following):
            continue
        return size, role
    return None


_DOTTED: Final = frozenset({"п г т", "р п", "г о", "м о", "а я", "с н т", "д н т", "г с к"})
"""Letters that are a type word with dots too; others («А.М.», «С.Т.») are rather somebody's initials."""


def _are_initials(before: list[Token], token: Token, role: Role) -> bool:
    """Whether «М.О.» are initials of a street's name: «ул. М.О. Ауэзова»."""
    if role.kind != AREA or not before or token.gap >= COMMA or len(token.low) > 1:
        return False
    return before[-1].role is not None and before[-1].role.kind == STREET


def _letters_joined(tokens: list[Token]) -> bool:
    """Whether letters belong together: а/я, п.г.т., р. п. — joined by a slash, or each but the last dotted."""
    letters = " ".join(token.low for token in tokens) in _DOTTED
    return all(
        token.gap == SLASH or (letters and before.dot) or (not letters and len(token.low) > 1)
        for before, token in pairwise(tokens)
    )


def read(text: str) -> list[Token]:
    """Tokens of an address with their roles; a type word of several words becomes one token."""
    tokens = split(clean(text))
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if not token.number:
            several = _sequence(tokens, at) if token.low in SEQUENCES else None
            if several and not _are_initials(out, token, several[1]):
                size, token.role = several
                token.dot = tokens[at + size].dot
                token.text = " ".join(word.text for word in tokens[at : at + size + 1])
                token.low = fold(token.text)
                at += size
            else:
                token.role = SINGLE.get(token.low) or typo(token.low)
        if not (out and token.role is not None and token.low == out[-1].low and token.gap == SPACE):
            out.append(token)  # a type word said twice («г. г. Самара») counts once
        at += 1
    _mark_regions(out)
    return out


def _mark_regions(tokens: list[Token]) -> None:
    """Find regions named with their type («Самарская обл», «Респ. Коми»); their tokens are done, their role is it."""
    if not any(token.role and token.role.kind == REGION for token in tokens):
        return
    typed, _ = region_phrases()
    for at in range(len(tokens)):
        if tokens[at].done or tokens[at].number:
            continue
        found = _longest(tokens, at, typed)
        if found:
            size, name = found
            for token in tokens[at : at + size]:
                token.done, token.role = True, Role(REGION, name)


def _longest(tokens: list[Token], at: int, phrases: dict[str, str]) -> tuple[int, str] | None:
    words: list[str] = []
    best = None
    for size in range(1, 8):
        index = at + size - 1
        if index >= len(tokens):
            break
        token = tokens[index]
        if token.number or (size > 1 and token.gap == COMMA):
            break
        role = token.role
        words.append(role.code if role and role.kind == REGION else token.low.replace("-", " "))
        name = phrases.get(" ".join(words))
        if name:
            best = size, name
    return best
