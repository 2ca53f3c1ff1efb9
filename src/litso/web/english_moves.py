"""English texts of the screens where parties are merged and split, and of consents."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

MOVE_TEXTS: Final = MappingProxyType(
    {
        "Выберите часть записей, не все, и напишите, почему.": "Choose some of the records, not all, and write why.",
        "Выбранное значение будет закреплено; отмена объединения снимет и его.": (
            "The chosen value will be pinned; undoing the merge releases it too."
        ),
        "Выбрать": "Choose",
        "До решения будет видно, что изменится; любое объединение можно отменить целиком.": (
            "You will see what changes before you decide; any merge can be undone as a whole."
        ),
        "Идентификатор": "The id",
        "Какое значение верно": "Which value is right",
        "Карточка успела измениться. Проверьте её и повторите.": (
            "The party has changed meanwhile. Look at it and try again."
        ),
        "Ключи систем, которые перешли:": "Keys of systems that moved:",
        "Контакты и счета": "Contacts and accounts",
        "Назад": "Back",
        "Напишите, почему.": "Write why.",
        "Не найдено, с кем объединить: укажите лицевой счёт или идентификатор.": (
            "Nobody was found to merge with: give an account or an id."
        ),
        "Ни согласий, ни отказов": "Neither consents nor refusals",
        "Ничего ещё не объединяли и не разделяли вручную": "Nothing has been merged or split by hand yet",
        "Объединения, разделения и решения пачкой. Каждую можно отменить целиком.": (
            "Merges, splits and judgements in bulk. Each can be undone as a whole."
        ),
        "Объединить": "Merge",
        "Объединить нельзя: мешает запрет слияния или субъекты разного вида.": (
            "They cannot be merged: a veto stands between them, or they are of different kinds."
        ),
        "Объединить с другим": "Merge with another",
        "Объединить с другим субъектом": "Merge with another party",
        "Операции": "Operations",
        "Операция": "Operation",
        "Останутся врозь, мешает запрет или вид субъекта: %s": "Stay apart by a veto or by their kind: %s",
        "Отказ сильнее согласий других записей: %s": "The refusal is stronger than consents of other records: %s",
        "Отменено: субъекты, значения, закрепления и согласия те же, что были.": (
            "Undone: parties, values, pins and consents are what they were."
        ),
        "Отменить нельзя: поверх есть более позднее решение.": (
            "It cannot be undone: a later judgement stands over it."
        ),
        "Отменить целиком": "Undo as a whole",
        "Отметьте записи, которые принадлежат другому. До решения будет видно, что изменится; любое разделение можно отменить.": (  # noqa: E501
            "Mark the records that belong to somebody else. You will see what changes before you decide; any split can"
            " be undone."
        ),
        "Отмеченные записи — один субъект": "The marked records are one party",
        "Подтвердить": "Confirm",
        "Пока ничего не изменилось. Ниже то, что произойдёт, если подтвердить.": (
            "Nothing has changed yet. Below is what happens if you confirm."
        ),
        "Последние": "The last ones",
        "Посмотреть, что изменится": "See what changes",
        "Прежних решений об этих парах, которые сменятся: %s": (
            "Earlier judgements of these pairs that are replaced: %s"
        ),
        "Разделить": "Split",
        "С кем: лицевые счета или идентификаторы, через пробел": "With whom: accounts or ids, separated by spaces",
        "Самостоятельных идентификаторов прибавится: %s": "Ids that come to stand on their own: %s",
        "Связать / запретить / неясно": "Same / different / unsure",
        "Сейчас": "Now",
        "Согласий": "Consents",
        "Согласий перестанет действовать / вернётся": "Consents void / back",
        "Согласия": "Consents",
        "Состав субъектов не изменится.": "The parties keep their records.",
        "Станет": "Then",
        "Строки, которые не приняты": "Rows that were not taken",
        "Узнают системы, чьи ключи перейдут:": "Systems whose keys move will learn it:",
        "Фактов": "Facts",
        "Что из этого следует": "What follows",
        "Чужие записи": "Records of somebody else",
        "автоматический звонок": "automatic call",
        "будет вести на": "will lead to",
        "истекло": "expired",
        "мессенджер": "messenger",
        "непонятное согласие": "consent not understood",
        "новый": "new",
        "обработка данных": "data processing",
        "обслуживание": "service",
        "опросы": "surveys",
        "отказ": "refusal",
        "отказ другой записи сильнее": "the refusal of another record is stronger",
        "отказов": "refusals",
        "отменена": "undone",
        "отменяется": "being undone",
        "отозвано": "withdrawn",
        "передача другим": "transfer to others",
        "по правилу выбора значений": "by the policy",
        "приложение": "app",
        "рассылки": "mailings",
        "реклама": "marketing",
        "решения пачкой": "judgements in bulk",
        "согласие": "consent",
        "согласия вернутся": "consents come back",
        "согласия перестанут действовать": "consents become void",
        "чеки": "receipts",
        "Решить пачкой": "Judge in bulk",
        "объединения, разделения и решения пачкой, каждое можно отменить целиком.": (
            "merges, splits and judgements in bulk; each can be undone as a whole."
        ),
        "Решить похожие вопросы пачкой": "Judge similar cases in bulk",
        "Фактов / из них сообщений": "Facts / messages among them",
        "Узнают получатели ленты изменений:": "Consumers of the change feed that will learn it:",
        "Кто объединится и разделится": "Who is merged and split",
        "Какие строки спорят с прежними решениями": "Rows at odds with earlier judgements",
        "прежнее решение": "earlier judgement",
        "останутся врозь": "stay apart",
        "такой записи нет": "there is no such record",
        "нужны источник и ключ": "a source and a key are expected",
        "решение — same, different или unsure": "a verdict is same, different or unsure",
        "это одна и та же запись": "this is one and the same record",
        "эта пара уже есть выше": "the pair is there already, above",
        "вопрос уже разбирают:": "somebody else is at case",
        "решают двое, вопрос": "two persons have to decide case",
        "Решения пачкой": "Judgements in bulk",
        "Пары из файла": "Pairs of a file",
        "CSV, XLSX, JSONL или Parquet": "CSV, XLSX, JSONL or Parquet",
        "Столбцы:": "Columns:",
        "при желании": "if you wish",
        "Решение:": "Verdict:",
        "или": "or",
        "Вопросы из очереди": "Cases of the queue",
        "Вопросы, для которых нужны двое или которые кто-то уже разбирает, в пачку не берутся и будут названы.": (
            "Cases that need two persons, or that somebody is at, are not taken and will be named."
        ),
        "Связи между субъектами": "Links between parties",
        "Оценка выше, бит": "Weight above, bits",
        "и до (пусто — без предела)": "and up to (empty: no limit)",
        "Говорит за": "Speaks for it",
        "любой признак": "any evidence",
        "Порог объединения сейчас": "The threshold of merging is now",
        "Под это условие ничего не подходит, или принять нельзя ни одной строки.": (
            "Nothing meets this condition, or not a single row can be taken."
        ),
        "Файл не подходит.": "The file is unsuitable.",
        "Выберите файл.": "Choose a file.",
        "Сначала репетиция: кто объединится и разделится, какие счета, согласия и системы затронуты. Применённое отменяется целиком.": (  # noqa: E501
            "A rehearsal first: who is merged and split, which accounts, consents and systems are touched. What "
            "is applied is undone as a whole."
        ),
    }
)
