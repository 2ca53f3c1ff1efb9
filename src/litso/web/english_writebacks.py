"""English texts of the screens about write-backs."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

WRITEBACK_TEXTS: Final = MappingProxyType(
    {
        "Обратная передача": "Write-back",
        "Выбранные золотые значения возвращаются в источник — только туда, где там всё ещё стоит то, что Litso прочитал.": (  # noqa: E501
            "Chosen golden values go back to a source, and only where it still has what Litso has read."
        ),
        "Обратная передача с таким именем уже есть.": "There is a write-back of this name already.",
        "Не принято:": "Refused:",
        "Передано": "Sent",
        "Не вышло": "Failed",
        "прервана": "cut off",
        "Пока ничего не возвращается": "Nothing goes back yet",
        "Подключить обратную передачу": "Attach a write-back",
        "Источник, в который передаём": "The source that gets the values",
        "Цель: зачем значения нужны источнику": "Purpose: why the source needs the values",
        "Какие значения": "Which values",
        "Когда можно заменить значение источника": "When a value of the source may be replaced",
        "Как передавать": "How they go",
        "Подробнее о пути": "More about the way",
        "База: таблица, если не та, что читается": "Database: table, if not the one that is read",
        "Служба: адрес строки со столбцами ключа в скобках": "Service: address of a row, columns of the key in braces",
        "Служба: метод": "Service: method",
        "Служба: токен; хранится запечатанным": "Service: token; it is kept sealed",
        "Файл: вид": "File: kind",
        "Запускать каждые столько минут; пусто — вручную": "Run every so many minutes; empty: by hand",
        "только": "only",
        "Подключить и посмотреть, что изменится": "Attach and look what would change",
        "карточка": "profile",
        "Запуски стоят: не запущен": "Nothing is run: not running is",
        "Передача": "Write-back of values",
        "Правило": "Rule",
        "с токеном": "with a token",
        "Запуски": "Runs",
        "каждые %s мин": "every %s min",
        "вручную": "by hand",
        "Посмотреть, что изменится": "Look what would change",
        "Передать": "Send",
        "Что изменится": "What would change",
        "Передавать нечего": "There is nothing to send",
        "Показаны первые:": "The first ones are shown:",
        "Ничего не записано; источник ещё не спрашивали.": "Nothing is written; the source was not asked yet.",
        "Вернулось": "Came back",
        "отмена %s": "undo of %s",
        "передача": "sending",
        "Ещё не запускали": "It was not run yet",
        "Записанное в источник там и останется: что не нужно, сначала отмените.": (
            "What was written stays in the source: undo first what is to go."
        ),
        "Имя, чтобы подтвердить": "Name, to confirm",
        "Отмена запуска %s": "Undo of run %s",
        "Запуск %s": "Run %s",
        "Чем кончилось": "How it ended",
        "Уже вернулось с загрузкой:": "Came back with a load:",
        "Скачать": "Download",
        "Посмотреть отмену": "Look what undoing would do",
        "Что вернёт отмена": "What undoing gives back",
        "Отменить запуск": "Undo the run",
        "Отменять нечего: в источнике уже другое": "There is nothing to undo: the source has something else",
        "Строки источника": "Rows of the source",
        "Исход": "Outcome",
        "Ключ источника": "Source key",
        "Почему": "Why",
        "Таких строк нет": "There are no such rows",
        # words
        "только если в источнике пусто": "only where the source has nothing",
        "ещё если значение источника сомнительное, а золотое надёжное": (
            "also where the source's value is in doubt and the golden one is sure"
        ),
        "ещё если запись источника старше золотого значения": (
            "also where the source's record is older than the golden value"
        ),
        "запросом в базу источника": "by SQL",
        "вызовом службы": "by HTTP",
        "файлом для оператора": "by a file for an operator",
        "записано": "written",
        "выдано в файле": "handed out",
        "разошлось": "conflict",
        "нет строки": "missing",
        "отказано": "refused",
        "отправляется": "on its way",
        "идёт": "running",
        "закончен": "done",
        "прерван": "cut off",
        "В источнике своё значение": "The source has a value of its own",
        "Значение источника не хуже золотого": "The source's value is no worse than the golden one",
        "Значение источника не старше золотого": "The source's value is no older than the golden one",
        "Источник уже отказался от этого значения": "The source has got rid of this value once",
        "Уже не вышло, и запись с тех пор не изменилась": "It failed before, and the record has not changed since",
        "передано в источник": "sent to a source",
        "обратная передача": "write-back",
    }
)
