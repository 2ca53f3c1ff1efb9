"""Personal accounts of subscribers: ЕЛС, ИЖКУ and the free-form numbers of billing systems."""

from __future__ import annotations

import re
from typing import Final

from litso.standardize.documents import EMPTY, Number, is_nothing
from litso.standardize.letters import tidy, twins_to_cyrillic

_LABEL: Final = re.compile(
    r"(?:единый\s+)?(?:лицев\w*\s*сч[её]т\w*|лиц\.?\s*сч[её]?т?\.?|л[./\\]?\s?с(?:ч[её]?т?)?\.?|[её]лс|ижку|"
    r"сч[её]т|абонент\w*|договор\w*|дог\.?|account|acc|ls|l/s|№|n[o°]?\b\.?|#|номер|:|\s|\.)+\s*",
    re.IGNORECASE,
)
_DATED: Final = re.compile(r"\s+от\s+[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}.*$", re.IGNORECASE)
_INSIDE: Final = re.compile(
    r"^[^(]*\(\s*(?:л[./]?\s?с|лиц\w*\.?\s*сч\w*\.?)[\s.:№#]*([0-9][0-9/-]*)\s*\)$", re.IGNORECASE
)
"""An account in brackets behind a flat: «37(ЛС 0007000037)»."""
_STATE: Final = re.compile(r"([0-9][0-9])([АВЕКМНОРСТУХA-ZА-Я]{2})([0-9]{6})(?:-?([0-9][0-9]))?", re.IGNORECASE)
_FREE: Final = re.compile(r"[0-9A-ZА-ЯЁ]+(?:[/_][0-9A-ZА-ЯЁ]+)*")
_EXPONENT: Final = re.compile(r"[0-9][.,][0-9]+e\+?[0-9]+", re.IGNORECASE)
_SPREADSHEET_TAIL: Final = re.compile(r"(?<=[0-9])[.,]0+$")


def account(text: str | None) -> Number:
    """Account number without «ЛС», «л/с», «№», spaces and dashes; leading zeros are kept.

    ЕЛС is «50АА123456», ИЖКУ «50АА123456-01» with Cyrillic letters. Nothing is checked but the shape: `qc` 1 for
    numbers spoilt by a spreadsheet and for texts without digits.
    """
    if is_nothing(text):
        return EMPTY
    value = tidy(text or "").strip("'\"`;,. ")
    if _EXPONENT.fullmatch(value):
        return Number(None, False, 1, "spreadsheet_number")
    value = _DATED.sub("", _SPREADSHEET_TAIL.sub("", value))
    inside = _INSIDE.search(value)
    value = inside[1] if inside else value
    value = _without_label(re.sub(r"[\s\-.]+", "", _without_label(value))).upper()
    state = _STATE.fullmatch(value)
    if state:
        region, letters, digits, service = state.groups()
        return Number(region + twins_to_cyrillic(letters) + digits + (f"-{service}" if service else ""), True, 0, None)
    return _free(value)


def _without_label(value: str) -> str:
    label = _LABEL.match(value)
    return value[label.end() :] if label else value


def _free(value: str) -> Number:
    if not re.search("[0-9]", value):
        return Number(None, False, 1, "no_digits")
    if len(value) > 40 or _FREE.fullmatch(value) is None:
        return Number(None, False, 1, "wrong_format")
    if not value.strip("0/_"):
        return Number(None, False, 1, "placeholder")
    return Number(value, True, 0, None)
