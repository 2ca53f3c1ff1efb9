"""English texts of the screens of quality."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

QUALITY_TEXTS: Final = MappingProxyType(
    {
        "Полнота": "Completeness",
        "Достоверность": "Validity",
        "Уникальность": "Uniqueness",
        "Свежесть": "Freshness",
        "Согласованность": "Consistency",
        "Доля записей, в которых значение есть и это не заглушка.": (
            "Share of records that have a value, and no placeholder."
        ),
        "Доля значений, которые разобраны уверенно и не требуют проверки.": (
            "Share of values that were understood for sure and need no check."
        ),
        "Доля значений, которых нет у слишком многих субъектов; для карточек — доля без повторов.": (
            "Share of values that not too many parties have; of cards, the share without repeats."
        ),
        "Доля записей, которые источник менял недавно.": "Share of records that the source changed recently.",
        "Доля записей, значение которых согласуется с золотой записью субъекта.": (
            "Share of records whose value agrees with the golden record of the party."
        ),
        "Что заполнено, верно, не повторяется, свежо и согласуется: по источникам и атрибутам, со временем.": (
            "What is filled, right, not repeated, fresh and agrees: by source and attribute, over time."
        ),
        "Запись целиком": "The whole record",
        "Измерить сейчас": "Measure now",
        "Стало хуже": "Became worse",
        "стало хуже": "became worse",
        "и ещё %s": "and %s more",
        "было обычно %s (по %s прежним измерениям, не ниже %s), стало %s.": (
            "was %s as a rule (of %s earlier measurements, never below %s), is %s now."
        ),
        "Не хватает до обычного: %s из %s.": "Missing to the usual: %s of %s.",
        "Источники опаздывают": "Sources are late",
        "последняя загрузка %s, обычно раз в %s дн.": "loaded last %s, usually every %s days",
        "Что измеряется": "What is measured",
        "Измерено %s.": "Measured %s.",
        "Измерено": "Measured",
        "Качество ещё не измерено": "Quality has not been measured yet",
        "Оно измеряется после каждой загрузки, и по кнопке.": "It is measured after each load, and by the button.",
        "Загрузки и карантин": "Loads and quarantine",
        "По атрибутам": "By attribute",
        "Рядом с долей — сколько записей не годится.": "Beside the share: how many records are not good.",
        "Когда источник менял записи": "When the source changed its records",
        "за %s дн.": "within %s days",
        "Согласие с другими источниками": "Agreement with other sources",
        "Доля субъектов, о которых оба источника говорят одно и то же.": (
            "Share of parties of which both sources say the same."
        ),
        "Измерять нечего": "Nothing to measure",
        "В источнике только факты, или загрузки ещё не было.": "The source has facts alone, or was never loaded.",
        "Источник не даёт этого атрибута, или загрузки ещё не было.": (
            "The source does not give this attribute, or was never loaded."
        ),
        "годится %s из %s": "%s of %s are good",
        "Негодные записи: %s": "Records that are not good: %s",
        "Таких значений ещё не было.": "There were no such values yet.",
        "С %s по %s: было %s, стало %s, ниже всего %s. Числа в таблице ниже.": (
            "From %s to %s: was %s, is %s, lowest %s. The figures are in the table below."
        ),
        "Записи": "Records",
        "Числа": "Figures",
        "Доля": "Share",
        "Записи, которые не годятся, и почему.": "Records that are not good, and why.",
        "Контакты и документы скрыты.": "Contacts and documents are masked.",
        "Цель": "Purpose",
        "Ключи всех записей, CSV": "Keys of all records, CSV",
        "Как пришло": "As received",
        "Как понято": "As understood",
        "Почему не годится": "Why it is not good",
        "Куда пойти": "Where to go",
        "заведомая заглушка": "evidently a placeholder",
        "значение не указано": "no value is given",
        "записей этого субъекта в источнике: %s": "records of this party in the source: %s",
        "такое же значение у субъектов: %s": "parties with the same value: %s",
        "источник менял её %s": "the source changed it on %s",
        "неизвестно, когда её меняли": "nobody knows when it was changed",
        "в источнике «%s»: %s": "in the source “%s”: %s",
        "в золотой записи: %s": "in the golden record: %s",
        "Таких записей нет": "There are no such records",
        "Все годятся.": "All are good.",
    }
)
