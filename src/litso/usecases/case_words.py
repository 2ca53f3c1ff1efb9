"""Why a case is asked and how much hangs on it, in Russian words with the points that they add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from litso.domain.case import (
    BRIDGE,
    CUT,
    DOCUMENTS,
    DOUBT,
    LARGE,
    MANUAL,
    SPLIT,
    Ground,
    Stakes,
    ground_risk,
    shares,
)

_SENTENCES: Final = MappingProxyType(
    {
        DOUBT: "оснований почти хватает для объединения: {weight} бит до порога",
        CUT: "основания пары за объединение (+{weight} бит), но другие записи против",
        BRIDGE: "субъекта держит одна слабая связь: {weight} бит над порогом",
        MANUAL: "вопрос задан вручную",
    }
)
_DOCUMENTS: Final = MappingProxyType(
    {
        "snils": "разных действительных СНИЛС: {number}",
        "inn": "разных действительных ИНН: {number}",
        "ogrn": "разных действительных ОГРН: {number}",
        "passport": "разных действительных паспортов: {number}",
    }
)
_SPLIT: Final = MappingProxyType(
    {"birth_date": "уверенных дат рождения: {number}", "gender": "в записях указан разный пол"}
)
_LARGE: Final = MappingProxyType(
    {
        "nodes": "различающихся записей {number}, обычно до {limit}",
        "phones": "телефонов {number}, обычно до {limit}",
        "surnames": "фамилий {number}, обычно до {limit}",
        "given_names": "имён {number}, обычно до {limit}",
        "birth_dates": "дат рождения {number}, обычно до {limit}",
    }
)
_STAKES: Final = MappingProxyType(
    {
        "accounts": "лицевых счетов: {amount}",
        "debt": "долг, ₽: {amount}",
        "facts": "фактов (платежи, показания, обращения): {amount}",
        "messages": "отправленных сообщений: {amount}",
        "consents": "согласий: {amount}",
    }
)


def ground_words(grounds: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each ground in words, the gravest first, with its risk."""
    listed = sorted((Ground(**one) for one in grounds), key=lambda one: -ground_risk(one))
    return [f"{_sentence(one)} ({ground_risk(one)})" for one in listed]


def _sentence(ground: Ground) -> str:
    texts = {DOCUMENTS: _DOCUMENTS, SPLIT: _SPLIT, LARGE: _LARGE}.get(ground.what)
    text = _SENTENCES[ground.what] if texts is None else texts[ground.attribute]
    if ground.is_close:
        text += ", отличаются как описка"
    weight = f"{abs(ground.weight or 0.0):.1f}".replace(".", ",")
    return text.format(weight=weight, number=ground.number, limit=ground.limit)


def stakes_words(stakes: Mapping[str, int]) -> list[str]:
    """What hangs on a case in words, with the points that each adds to the value."""
    return [f"{_STAKES[one.what].format(amount=one.amount)} (+{one.points})" for one in shares(Stakes(**stakes))]
