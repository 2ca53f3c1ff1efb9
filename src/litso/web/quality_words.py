"""Words of the screens of quality. Russian; `english_quality` has them in English."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

DIMENSIONS: Final = MappingProxyType(
    {
        "completeness": "Полнота",
        "validity": "Достоверность",
        "uniqueness": "Уникальность",
        "freshness": "Свежесть",
        "consistency": "Согласованность",
    }
)
MEANINGS: Final = MappingProxyType(
    {
        "completeness": "Доля записей, в которых значение есть и это не заглушка.",
        "validity": "Доля значений, которые разобраны уверенно и не требуют проверки.",
        "uniqueness": "Доля значений, которых нет у слишком многих субъектов; для карточек — доля без повторов.",
        "freshness": "Доля записей, которые источник менял недавно.",
        "consistency": "Доля записей, значение которых согласуется с золотой записью субъекта.",
    }
)
"""What each dimension means, in a sentence."""

TONES: Final = ((0.95, "good"), (0.8, "fair"), (0.5, "warn"), (0.0, "bad"))
"""Share from which a cell has a tone."""


def tone(share: float) -> str:
    """The tone of a cell."""
    return next(name for least, name in TONES if share >= least)
