"""English texts of the screen of the audit."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

AUDIT_TEXTS: Final = MappingProxyType(
    {
        "Журнал": "Audit",
        "Кто что смотрел и менял. Записи не меняются и не удаляются; значений в них нет.": (
            "Who read and changed what. Entries are never changed or deleted; they hold no values."
        ),
        "Условия не распознаны: проверьте идентификатор субъекта и даты.": (
            "The conditions are not understood: check the id of the party and the dates."
        ),
        "Тревоги": "Alarms",
        "%s при пороге %s": "%s, threshold %s",
        "Почему закрыта": "Why it is closed",
        "Закрыть": "Close",
        "Цепочка": "Chain",
        "Последний блок": "Last block",
        "Ещё ничего не опечатано": "Nothing is sealed yet",
        "Ждут опечатывания: %s": "Not sealed yet: %s",
        "Проверить:": "To verify:",
        "Исполнитель": "Actor",
        "Идентификатор субъекта": "Id of the party",
        "Что": "What",
        "всё": "everything",
        "только просмотры": "reads only",
        "только изменения": "changes only",
        "С момента": "From",
        "До момента": "Until",
        "любая": "any",
        "Записи журнала": "Entries",
        "Что сделано": "What was done",
        "Над чем": "To what",
        "Таких записей нет": "There are no such entries",
        "карточка": "profile",
        "поиск": "search",
        "сверка значений": "match of values",
        "записи субъекта": "records of a party",
        "выгрузка": "export",
        "показ скрытого": "reveal",
        "проверка по перечням": "check against lists",
        "сообщено получателю": "told to a consumer",
        "запрошено несуществующее": "asked for what does not exist",
        "решение о паре": "judgement",
        "объединение, разъединение": "merge, split",
        "разбор": "case",
        "закреплённое значение": "pin",
        "согласие": "consent",
        "связь устройств": "link of devices",
        "запись": "record",
        "загрузка": "load",
        "карантин": "quarantine",
        "источник": "source",
        "выбор значений": "policy",
        "настройка сопоставления": "tuning",
        "разметка пар": "sample of pairs",
        "привычки контактов": "habits of contacts",
        "справочник": "reference data",
        "проверка": "check",
        "получатель": "consumer",
        "программа": "program",
        "пользователь": "user",
        "вход": "sign-in",
        "тревога": "alarm",
        "открыто разных субъектов за час": "different parties opened within an hour",
        "показано скрытое разных субъектов за час": "different parties revealed within an hour",
        "поисков подряд идущих номеров за час": "searches of numbers one after another within an hour",
        "поисков без результата за час": "searches that found nothing within an hour",
        "запросов несуществующего за час": "requests for what does not exist within an hour",
    }
)
