"""Which encoding a file is in: marks and the shape of UTF first, then the statistics of Cyrillic letters."""

from __future__ import annotations

import codecs
import re
from math import log
from typing import Final

import numpy as np

UTF8: Final = "utf-8"
CYRILLIC: Final = {"cp1251": 0.0, "cp866": 3.0, "koi8-r": 6.0}
"""One-byte encodings, and how much less one expects them: a handful of letters may fit several."""

_MARKS: Final = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Percent of each letter in Russian texts.
_LETTERS: Final = {
    "о": 10.97, "е": 8.45, "а": 8.01, "и": 7.35, "н": 6.70, "т": 6.26, "с": 5.47, "р": 4.73, "в": 4.54, "л": 4.40,
    "к": 3.49, "м": 3.21, "д": 2.98, "п": 2.81, "у": 2.62, "я": 2.01, "ы": 1.90, "ь": 1.74, "г": 1.70, "з": 1.65,
    "б": 1.59, "ч": 1.44, "й": 1.21, "х": 0.97, "ж": 0.94, "ш": 0.73, "ю": 0.64, "ц": 0.48, "щ": 0.36, "э": 0.32,
    "ф": 0.26, "ъ": 0.04, "ё": 0.04,
}  # fmt: skip
_LETTER_COST: Final = {letter: -log(percent / 100) for letter, percent in _LETTERS.items()}
_SIGN_COST: Final = dict.fromkeys("№«»—–\u00a0“”„…°§", 5.0)
_STRANGE_COST: Final = 12.0
_CASE_COST: Final = 4.0
_CASE_SLIP: Final = re.compile("[а-яё][А-ЯЁ]")
_SAMPLE: Final = 65_536

_UTF8_PAIRS: Final = re.compile(rb"(?:[\xd0\xd1][\x80-\xbf]){2,}")


def detect_encoding(sample: bytes) -> str:
    """The encoding of the file that `sample` is taken from. Plain ASCII counts as UTF-8."""
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    if wide := _utf16_without_mark(sample):
        return wide
    if sample.isascii() or _mostly_utf8(sample):
        return UTF8
    return nearest_cyrillic(sample)


def _utf16_without_mark(sample: bytes) -> str | None:
    """UTF-16 of Latin and Cyrillic has 0x00 or 0x04 as every second byte."""
    pairs = len(sample) // 2
    if pairs < 4:
        return None
    for encoding, high, low in (("utf-16-le", sample[1::2], sample[0::2]), ("utf-16-be", sample[0::2], sample[1::2])):
        if _high_bytes(high) > 0.8 * pairs and _high_bytes(low) < 0.3 * pairs:
            return encoding
    return None


def _high_bytes(half: bytes) -> int:
    return half.count(0) + half.count(4)


def _mostly_utf8(sample: bytes) -> bool:
    """At least half of the lines with letters beyond ASCII are valid UTF-8; the rest is a matter of those lines."""
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    valid = sum(map(_is_utf8_beginning, lines))
    return valid * 2 >= len(lines)


def _is_utf8_beginning(data: bytes) -> bool:
    """Valid UTF-8, but for a character cut off at the end of the sample."""
    try:
        codecs.getincrementaldecoder(UTF8)().decode(data)
    except UnicodeDecodeError:
        return False
    return True


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are valid UTF-8."""
    try:
        data.decode(UTF8)
    except UnicodeDecodeError:
        return False
    return True


def utf8_lines(data: bytes) -> list[int]:
    """Which lines (from 0) of a one-byte Cyrillic text are written in UTF-8.

    Such a line is valid UTF-8 as a whole, which no line of Russian words in a one-byte encoding is.
    """
    signs = np.frombuffer(data, np.uint8)
    leads = np.flatnonzero((signs[:-1] & 0xFE) == 0xD0)
    pairs = leads[(signs[leads + 1] & 0xC0) == 0x80]
    if pairs.size == 0:
        return []
    lines = data.split(b"\n")
    suspects = np.unique(np.searchsorted(np.flatnonzero(signs == 10), pairs))
    return [line for line in suspects.tolist() if _UTF8_PAIRS.search(lines[line]) and is_utf8(lines[line])]


def best_reading(data: bytes) -> tuple[str, str]:
    """Bytes that are not valid UTF-8 as the most likely text, and its encoding."""
    text = data.decode(UTF8, "replace")
    letters = sum(sign > "\x7f" for sign in text)
    if text.count("\ufffd") * 2 < letters:
        return text, UTF8
    encoding = nearest_cyrillic(data)
    return data.decode(encoding, "replace"), encoding


def nearest_cyrillic(data: bytes) -> str:
    """The one-byte Cyrillic encoding in which the bytes read most like Russian."""
    high = re.sub(rb"[\x00-\x7f]+", b" ", data)[:_SAMPLE]
    return min(CYRILLIC, key=lambda name: CYRILLIC[name] + _strangeness(high.decode(name, "replace")))


def _strangeness(text: str) -> float:
    letters = (_LETTER_COST.get(sign.lower()) or _SIGN_COST.get(sign, _STRANGE_COST) for sign in text if sign != " ")
    return sum(letters) + _CASE_COST * len(_CASE_SLIP.findall(text))
