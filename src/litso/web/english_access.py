"""English texts of limits, by their Russian ones."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

ACCESS_TEXTS: Final = MappingProxyType(
    {
        "Пределы: что видно. Пусто — видно всё": "Limits: what is seen. Empty: everything",
        "Территории: «регион» или «регион/город», через точку с запятой": (
            "Territories: “region” or “region/city”, set apart by semicolons"
        ),
        "Бренды (юрлица), через точку с запятой": "Brands (legal entities), set apart by semicolons",
        "Классы полей:": "Classes of fields:",
        "Сменить пределы": "Change limits",
        "Видит только:": "Sees only:",
        "контакты": "contacts",
        "документы": "documents",
        "деньги": "money",
        "особые": "special",
        "Выгрузки": "Exports",
        "Выгрузить": "Export",
        "Выгрузить найденное": "Export what was found",
        "Выгрузить ключи всех записей": "Export the keys of all records",
        "Списки, которые уходят файлом. Каждый субъект в файле записан в журнал; файл скачивает только тот, кто просил.": (  # noqa: E501
            "Lists that leave as a file. Every party in a file is in the audit; only whoever asked can fetch it."
        ),
        "Запрошенные": "Asked for",
        "цель:": "purpose:",
        "без маски:": "not masked:",
        "отказано:": "refused:",
        "разрешено:": "approved:",
        "файл до": "the file is there until",
        "скачан раз:": "times fetched:",
        "Скачать": "Download",
        "Пояснение к решению": "Why it is decided so",
        "пояснение": "why",
        "Разрешить": "Approve",
        "Отказать": "Refuse",
        "Ничего ещё не выгружали": "Nothing has been exported yet",
        "Новая выгрузка": "New export",
        "Найденные поиском (ФИО, адрес, счёт…)": "Found by a search (name, address, account…)",
        "или по признакам; без них — все субъекты:": "or by what is known of them; all parties without it:",
        "Территория: «регион» или «регион/город»": "Territory: “region” or “region/city”",
        "Бренд (юрлицо)": "Brand (legal entity)",
        "Есть запись в источнике": "Has a record in the source",
        "выберите": "choose",
        "Показатель": "Dimension",
        "С каким источником": "With which source",
        "Столбцы; если не отмечать — все": "Columns; all if none is marked",
        "Показать без маски (решает второй человек)": "Show without a mask (a second person decides)",
        "Зачем": "What for",
        "выберите цель": "choose a purpose",
        "Для чего именно: прочтёт тот, кто решает": "What exactly for: read by whoever decides",
        "До %s за сутки без раскрытия — сразу; больше или без маски — после разрешения другого человека. Файл хранится зашифрованным, часов: %s.": (  # noqa: E501
            "Up to %s within a day and masked: at once; more, or without a mask: once another person has "
            "approved. The file is kept sealed, hours: %s."
        ),
        "Так выгрузить нельзя.": "This cannot be exported.",
        "Напишите, почему отказано.": "Say why it is refused.",
        "О выгрузке решает другой человек, не тот, кто просил.": (
            "Another person decides about an export, not the one who asked."
        ),
        "должники": "debtors",
        "ключи плохих записей": "keys of poor records",
        "ждёт разрешения": "waits for approval",
        "готовится": "being made",
        "отказано": "refused",
        "отозвана": "withdrawn",
        "файла больше нет": "the file is gone",
        "кто": "who",
        "территория": "territory",
        "бренд": "brand",
        "не хватает": "lacks",
        "долг от": "debt from",
        "поле": "field",
        "показатель": "dimension",
        "второй источник": "other source",
        "пол": "sex",
        "лицевые счета": "accounts",
        "телефоны": "phones",
        "чего не хватает": "what is missing",
        "что есть": "what there is",
        "ключ источника": "source key",
        "строки": "rows",
        "строк": "rows",
        "Получателю сообщаются значения других классов: отключите его и подключите с меньшим набором.": (
            "The consumer is told values of other classes: detach it and attach it with fewer of them."
        ),
        "новые пределы": "new limits",
    }
)
