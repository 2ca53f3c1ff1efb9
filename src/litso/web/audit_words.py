"""Words of the audit for the screens."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

READS: Final = MappingProxyType(
    {
        "profile": "карточка",
        "search": "поиск",
        "match": "сверка значений",
        "records": "записи субъекта",
        "export": "выгрузка",
        "reveal": "показ скрытого",
        "check": "проверка по перечням",
        "feed": "сообщено получателю",
        "return": "передано в источник",
        "miss": "запрошено несуществующее",
    }
)
NOUNS: Final = MappingProxyType(
    {
        "judgement": "решение о паре",
        "operation": "объединение, разъединение",
        "case": "разбор",
        "pin": "закреплённое значение",
        "consent": "согласие",
        "link": "связь устройств",
        "record": "запись",
        "load": "загрузка",
        "quarantine": "карантин",
        "source": "источник",
        "policy": "выбор значений",
        "tuning": "настройка сопоставления",
        "sample": "разметка пар",
        "habits": "привычки контактов",
        "reference": "справочник",
        "check": "проверка",
        "consumer": "получатель",
        "writeback": "обратная передача",
        "export": "выгрузка",
        "token": "программа",
        "user": "пользователь",
        "session": "вход",
        "alarm": "тревога",
    }
)
"""What changes are about: the part of an action before the dot."""
RULES: Final = MappingProxyType(
    {
        "parties": "открыто разных субъектов за час",
        "reveals": "показано скрытое разных субъектов за час",
        "sequence": "поисков подряд идущих номеров за час",
        "nothing": "поисков без результата за час",
        "misses": "запросов несуществующего за час",
    }
)


def action(name: str) -> str:
    """A read by its name, a change by what it is about."""
    noun, dot, _ = name.partition(".")
    return NOUNS.get(noun, noun) if dot else READS.get(name, name)
