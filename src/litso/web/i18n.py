"""Languages of the screens. Templates are written in Russian; English comes from the catalog `english`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from litso.resolve.english import find_english
from litso.web.english import ENGLISH_TEXTS, PATTERNS
from litso.web.formats import ENGLISH, RUSSIAN

Translate = Callable[[str], str]

_PATTERNS: Final = tuple((re.compile(pattern), text) for pattern, text in PATTERNS)


def translator(lang: str) -> Translate:
    """A function from a Russian text to the text in `lang`; what the catalog lacks stays Russian."""
    return _to_english if lang == ENGLISH else str


def _to_english(text: str) -> str:
    if text in ENGLISH_TEXTS:
        return ENGLISH_TEXTS[text]
    if english := find_english(text):
        return english
    found = ((pattern.fullmatch(text), english) for pattern, english in _PATTERNS)
    return next((match.expand(english) for match, english in found if match), text)


def chosen_language(cookie: str | None) -> str:
    """The language of the cookie, else Russian."""
    return ENGLISH if cookie == ENGLISH else RUSSIAN
