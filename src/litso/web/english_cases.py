"""English texts of the screens about cases."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

CASE_TEXTS: Final = MappingProxyType(
    {
        # the queue
        "Вид вопроса": "Kind of question",
        "Разбор": "Review",
        "Вопросы, на которые может ответить только человек. Сначала те, где ошибка вероятнее и на ней больше держится.": (  # noqa: E501
            "Questions that only a human can answer. First those where an error is likelier and more hangs on it."
        ),
        "Взять следующую": "Take the next one",
        "Больше ничего не ждёт вас: остальное разобрано или у других.": (
            "Nothing more waits for you: the rest is decided or with others."
        ),
        "Ждут разбора": "Waiting",
        "Ждут второго человека": "Waiting for a second person",
        "разногласий": "disputed",
        "Самая старая": "The oldest",
        "половина ждёт дольше": "half wait longer than",
        "Согласие стюардов за 14 дней": "Agreement of stewards, 14 days",
        "нет двойных решений": "nothing was decided by two",
        "Остановлено загрузок / строк в карантине": "Held loads / rows in quarantine",
        "любой": "any",
        "Ценность от": "Value from",
        "только мои": "only mine",
        "Очередь": "The queue",
        "Важность": "Priority",
        "Вопрос": "Question",
        "Почему спрашиваем": "Why we ask",
        "Что держится": "What hangs on it",
        "Что держится:": "What hangs on it:",
        "Здесь ничего не ждёт": "Nothing waits here",
        "риск": "risk",
        "ценность": "value",
        "разбирает": "with",
        "Решено за 14 дней": "Answered in 14 days",
        "Пока никто ничего не решил": "Nobody has answered anything yet",
        "День": "Day",
        "Ответов": "Answers",
        "Два человека на решение": "Two persons for an answer",
        "Второй не видит ответа первого, пока не дал свой. Если ответы разные, решает третий.": (
            "The second does not see the first answer before giving theirs. If they differ, a third person decides."
        ),
        "Везде достаточно одного.": "One is enough everywhere.",
        "от ценности": "from a value of",
        "С какой ценности; пусто — не нужно": "From which value; empty: never",
        "Сохранить": "Save",
        "Проверить, насколько верны нынешние субъекты, помогает разметка вслепую:": (
            "How right the present parties are, blind labelling tells:"
        ),
        "выборки в настройке": "samples in tuning",
        "дн.": "d",
        "ч": "h",
        "мин": "min",
        "ждут решения": "waiting",
        "ждёт": "waiting",
        "ждёт второго": "second person wanted",
        "разногласие": "disputed",
        "решено": "decided",
        "снято": "dismissed",
        "вопрос снят": "dismissed",
        "основание исчезло": "ground gone",
        "Похожи, но разделены": "Alike but apart",
        "Пара под вопросом": "Pair in doubt",
        "Документы противоречат": "Contradicting documents",
        "Возможное разделение": "Possible split",
        "Слабая связь": "Weak bridge",
        "Слишком крупный субъект": "Party too large",
        "Вопрос вручную": "Asked by hand",
        # one case
        "Карточка разбора": "Case",
        "Это один субъект или несколько?": "Is this one party or several?",
        "важность": "priority",
        "решают двое": "two decide",
        "Пока вы смотрели, карточку решил или взял другой. Ваш ответ не записан.": (
            "Meanwhile somebody else has decided or taken the case. Your answer was not recorded."
        ),
        "Пока вы смотрели, записи изменились. Ваш ответ не записан: посмотрите ещё раз.": (
            "Meanwhile the records have changed. Your answer was not recorded: look again."
        ),
        "Карточку разбирает %s до %s.": "The case is with %s until %s.",
        "Первый ответ уже дан. Он откроется, когда вы дадите свой.": (
            "The first answer is given. You will see it when you have given yours."
        ),
        "Записи рядом": "Records side by side",
        "Сравнение": "Comparison",
        "удалена": "deleted",
        "Ещё записей у этих субъектов: %s.": "Further records of these parties: %s.",
        "Спрашивается о первых двух; отличия от соседней выделены.": (
            "The first two are asked about; where they differ is marked."
        ),
        "Неясно, другому": "Unsure, ask another",
        "Снять вопрос": "Dismiss",
        "Почему (не обязательно)": "Why (optional)",
        "Отменить моё последнее решение": "Undo my last answer",
        "отменить моё последнее решение": "undo my last answer",
        "Записано:": "Recorded:",
        "Вернуть в очередь": "Give back",
        "Взять себе": "Claim",
        "Клавиши": "Keys",
        "один субъект: связать записи": "the same party: link the records",
        "разные: запретить слияние": "different: forbid the merge",
        "неясно: пусть решит другой": "unsure: another shall decide",
        "снять вопрос без решения": "dismiss without a judgement",
        "следующая и предыдущая в очереди": "the next and the previous one of the queue",
        "эта подсказка": "this help",
        "Сейчас:": "Now:",
        "Сейчас": "Now",
        "Станет": "Then",
        "Подробно": "Details",
        "Что изменит ответ «%s»": "What “%s” changes",
        "новый идентификатор": "a new id",
        "перенаправление": "redirect",
        "Согласий перестанет действовать: %s — отказ сильнее.": "Consents that become void: %s, as a refusal wins.",
        "Записи сменят субъекта:": "Records that change their party:",
        "Сейчас идёт загрузка: последствия посчитать нельзя, решать можно.": (
            "A load is running: what would change cannot be told now; you may answer all the same."
        ),
        "Объединить с выбором значений": "Merge with chosen values",
        "Отделить записи по выбору": "Part chosen records",
        "Вопрос закрыт.": "The question is closed.",
        "Ответ «Разные» ничего не объединит и закроет вопрос, пока основания не изменятся.": (
            "“Different” merges nothing and closes the question until the evidence changes."
        ),
        "Ответ «Один субъект» свяжет записи и закроет вопрос, пока основания не изменятся.": (
            "“The same party” links the records and closes the question until the evidence changes."
        ),
        "лицевой счёт": "account",
        "лицевых счёта": "accounts",
        "лицевых счетов": "accounts",
        "факт": "fact",
        "факта": "facts",
        "фактов": "facts",
        "закрепление": "pin",
        "закрепления": "pins",
        "закреплений": "pins",
        "согласий": "consents",
        "отказов": "refusals",
        "На разбор": "Ask a steward",
        "Передать на разбор: что нужно решить": "Ask a steward: what is to be decided",
    }
)

CASE_PATTERNS: Final = (
    (r"оснований почти хватает для объединения: (\S+) бит до порога \((\d+)\)", r"almost enough evidence for a merge: \1 bits below the threshold (\2)"),  # noqa: E501
    (r"основания пары за объединение \(\+(\S+) бит\), но другие записи против \((\d+)\)", r"the pair speaks for a merge (+\1 bits), other records against it (\2)"),  # noqa: E501
    (r"субъекта держит одна слабая связь: (\S+) бит над порогом \((\d+)\)", r"one weak link holds the party: \1 bits over the threshold (\2)"),  # noqa: E501
    (r"вопрос задан вручную \((\d+)\)", r"asked by hand (\1)"),
    (r"разных действительных (СНИЛС|ИНН|ОГРН|паспортов): (\d+) \((\d+)\)", r"different valid \1: \2 (\3)"),
    (r"уверенных дат рождения: (\d+), отличаются как описка \((\d+)\)", r"sure dates of birth: \1, they differ by what looks like a slip (\2)"),  # noqa: E501
    (r"уверенных дат рождения: (\d+) \((\d+)\)", r"sure dates of birth: \1 (\2)"),
    (r"в записях указан разный пол \((\d+)\)", r"records name different genders (\1)"),
    (r"различающихся записей (\d+), обычно до (\d+) \((\d+)\)", r"different records \1, usually up to \2 (\3)"),
    (r"телефонов (\d+), обычно до (\d+) \((\d+)\)", r"phones \1, usually up to \2 (\3)"),
    (r"фамилий (\d+), обычно до (\d+) \((\d+)\)", r"surnames \1, usually up to \2 (\3)"),
    (r"имён (\d+), обычно до (\d+) \((\d+)\)", r"given names \1, usually up to \2 (\3)"),
    (r"дат рождения (\d+), обычно до (\d+) \((\d+)\)", r"dates of birth \1, usually up to \2 (\3)"),
    (r"лицевых счетов: (\d+) \(\+(\d+)\)", r"accounts: \1 (+\2)"),
    (r"долг, ₽: (\d+) \(\+(\d+)\)", r"debt, ₽: \1 (+\2)"),
    (r"фактов \(платежи, показания, обращения\): (\d+) \(\+(\d+)\)", r"facts (payments, readings, requests): \1 (+\2)"),
    (r"отправленных сообщений: (\d+) \(\+(\d+)\)", r"messages sent: \1 (+\2)"),
    (r"согласий: (\d+) \(\+(\d+)\)", r"consents: \1 (+\2)"),
)  # fmt: skip
"""Grounds and stakes as `litso.usecases.case_words` tells them."""
