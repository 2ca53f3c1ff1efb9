"""Vehicles: state number plates and VIN."""

from __future__ import annotations

import re
from typing import Final

from litso.standardize.documents import EMPTY, Number, is_nothing
from litso.standardize.letters import tidy, twins_to_cyrillic, twins_to_latin

_LETTER: Final = "[АВЕКМНОРСТУХ]"
_REGION: Final = r"(?!00)([0-9][0-9]|[1279][0-9][0-9])"
_PLATES: Final = tuple(
    re.compile(pattern + _REGION)
    for pattern in (
        rf"({_LETTER}(?!000)[0-9]{{3}}{_LETTER}{{2}})",  # car
        rf"({_LETTER}{{2}}(?!000)[0-9]{{3}})",  # taxi, bus
        rf"({_LETTER}{{2}}(?!0000)[0-9]{{4}})",  # trailer
        rf"((?!0000)[0-9]{{4}}{_LETTER}{{2}})",  # motorcycle, tractor, army
        rf"({_LETTER}(?!0000)[0-9]{{4}})",  # police
        rf"({_LETTER}{{2}}(?!000)[0-9]{{3}}{_LETTER})",  # transit
    )
)
_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{13}[0-9]{4}")
_NOISE: Final = re.compile(r"[\s\-./|_]+|RUS|РУС|VIN[:№]*|Г[/.]?Н[.]?|ГОС\w*|НОМЕР|№", re.IGNORECASE)


def vehicle(text: str | None) -> Number:
    """State number («А123ВС77», Cyrillic) or VIN (17 Latin signs)."""
    if is_nothing(text):
        return EMPTY
    line = _NOISE.sub("", tidy(text or "").upper())
    latin = twins_to_latin(line)
    if _VIN.fullmatch(latin):
        return Number(latin, True, 0, None)
    plate = twins_to_cyrillic(line)
    if any(pattern.fullmatch(plate) for pattern in _PLATES):
        return Number(plate, True, 0, None)
    return Number(None, False, 1, "wrong_format")
