"""English texts of the screens about golden records: policies, pins, history, contacts."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

GOLDEN_TEXTS: Final = MappingProxyType(
    {
        # policy
        "Выбор значений": "Choice of values",
        "Какое значение субъекта побеждает, по атрибутам и источникам. Новое правило сначала репетируется, применённое откатывается точно.": (  # noqa: E501
            "Which value of a party wins, by attribute and source. A new policy is rehearsed first; an applied one is"
            " rolled back exactly."
        ),
        "Правило не принято:": "The policy is not accepted:",
        "Правило, версия %s": "The policy, version %s",
        "действует": "in force",
        "не действует": "not in force",
        "Что решает, по порядку": "What decides, in order",
        "Доверие источникам": "Trust in sources",
        "все остальные": "all others",
        "приоритет источника": "priority of the source",
        "срок свежести": "fresh within",
        "Другое правило": "Another policy",
        "Файл правила, YAML": "Policy file, YAML",
        "Версии": "Versions",
        "Версия": "Version",
        "Автор": "Author",
        "Субъектов изменится": "Parties that change",
        "посмотреть правило": "look at the policy",
        "Откачено точно: золотые записи те же, что до применения.": (
            "Rolled back exactly: the golden records are those of before."
        ),
        "Изменятся значения": "With other values",
        "Изменятся только доводы": "With other reasons alone",
        "Изменилось на деле": "Changed in fact",
        "По атрибутам и источникам": "By attribute and source",
        "Другие значения": "Other values",
        "Другие доводы": "Other reasons",
        "Лучшее значение переходит": "The best value moves",
        "До и после": "Before and after",
        "До": "Before",
        "После": "After",
        "Субъект": "Party",
        "значение не отстаёт от последних изменений": "the value does not lag behind the latest changes",
        # pins
        "решение дата-стюарда": "a steward's decision",
        "Закрепление": "Pin",
        "Закреплено": "Pinned",
        "Открепить": "Unpin",
        "до": "until",
        "После закрепления источник сообщил другое:": "A source has said something else since:",
        "Закрепить значение": "Pin a value",
        "Закреплённое значение не перезапишут следующие загрузки. Его видно в карточке, и его можно открепить.": (
            "Later loads do not overwrite a pinned value. It is shown on the party's page and can be unpinned."
        ),
        "Почему": "Why",
        "До какого дня (не обязательно)": "Until which day (optional)",
        "Закрепить": "Pin",
        "Закреплённые значения": "Pinned values",
        "Сначала те, которым с тех пор противоречит источник.": "Those that a source contradicts since come first.",
        "Кто и когда": "By whom and when",
        "источник сообщил другое": "a source says otherwise",
        "Ничего не закреплено": "Nothing is pinned",
        "Значение не распознано или срок уже прошёл. Проверьте и попробуйте ещё раз.": (
            "The value is not understood, or the day has passed. Check it and try again."
        ),
        "Карточка успела измениться. Проверьте её и закрепите ещё раз.": (
            "The party has changed meanwhile. Look at it and pin again."
        ),
        # history
        "История": "History",
        "История золотой записи": "History of the golden record",
        "Какой карточка была в любой момент, что и почему менялось, кто и что видел.": (
            "What the party's page was at any moment, what changed and why, who saw what."
        ),
        "Этот субъект объединён с другим или закончился; здесь его прежние версии.": (
            "This party was merged into another one or has ended; here are its former versions."
        ),
        "Кто он теперь": "Who it is now",
        "контакты и документы были скрыты.": "contacts and documents were masked.",
        "контакты и документы были показаны полностью.": "contacts and documents were shown in full.",
        "Ниже то, что было на экране из золотой записи.": "Below is what the screen showed of the golden record.",
        "Момент": "Moment",
        "Момент не распознан.": "The moment is not understood.",
        "В этот момент такого субъекта ещё не было.": "There was no such party at that moment.",
        "Показать": "Show",
        "Какой была карточка на момент": "The page as of",
        "Что изменила версия %s": "What version %s changed",
        "Было": "Before",
        "Стало": "After",
        "только довод": "reason alone",
        "только доводы": "reasons alone",
        "Золотая запись, версия %s": "Golden record, version %s",
        "сейчас": "now",
        "Значение, источник, правило": "Value, source, rule",
        "Что изменилось": "What changed",
        "Объединён с:": "Merged with:",
        "Кто и что видел": "Who saw what",
        "Кто": "Who",
        "скрыто": "masked",
        "что было видно": "what was seen",
        # contacts
        "не для долга и личного": "no debt, nothing private",
        "Вероятность, что дойдёт до субъекта": "How likely it reaches the party",
        "Лучше всего доходит:": "Reaches best:",
        "Доставка": "Delivery",
        "Доставки": "Deliveries",
        "СМС": "SMS",
        "звонок": "call",
        "письмо": "e-mail",
    }
)

GOLDEN_PATTERNS: Final = (
    (r"ответил не тот человек (\S+)", r"somebody else answered on \1"),
    (r"(\S+) этот контакт указал другой субъект", r"another party gave this contact on \1"),
    (r"общий с живущими по этому адресу", "shared with those who live there"),
    (r"не дошло ни разу из (\d+)", r"never reached in \1 tries"),
    (r"дошло (\d+) из (\d+), последний раз (\S+)", r"reached \1 of \2 times, last on \3"),
)
"""Reasons that a program composes: what matches the whole of a text is replaced."""
