"""Languages of the screens. Templates are written in Russian; English comes from the catalog `english`."""

from __future__ import annotations

from collections.abc import Callable

from litso.web.english import ENGLISH_TEXTS
from litso.web.formats import ENGLISH, LANGUAGES, RUSSIAN

__all__ = ("LANGUAGES", "Translate", "chosen_language", "translator")

Translate = Callable[[str], str]


def translator(lang: str) -> Translate:
    """A function from a Russian text to the text in `lang`; what the catalog lacks stays Russian."""
    if lang == ENGLISH:
        return lambda text: ENGLISH_TEXTS.get(text, text)
    return str


def chosen_language(cookie: str | None) -> str:
    """The language of the cookie, else Russian."""
    return ENGLISH if cookie == ENGLISH else RUSSIAN
