"""Words of checks for the screens."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

ANSWERS: Final = MappingProxyType(
    {
        "hit": "есть совпадение",
        "possible": "возможное совпадение",
        "clear": "чисто",
        "stale": "проверка устарела",
        "not_checked": "не проверялось",
    }
)
ANSWER_TONES: Final = MappingProxyType(
    {"hit": "bad", "possible": "warn", "clear": "good", "stale": "warn", "not_checked": ""}
)
DOUBTS: Final = MappingProxyType(
    {
        "never_loaded": "перечень не загружен",
        "never_screened": "субъектов с ним ещё не сверяли",
        "new_edition": "новая редакция ещё не сверена",
        "old_edition": "редакция устарела",
        "party_changed": "данные субъекта с тех пор изменились",
    }
)
GRADES: Final = MappingProxyType(
    {"sure": "точное: по номеру", "strong": "сильное: ФИО и дата рождения", "possible": "возможное: только по имени"}
)
GRADE_TONES: Final = MappingProxyType({"sure": "bad", "strong": "bad", "possible": "warn"})
AGREEMENTS: Final = MappingProxyType(
    {
        "inn": "ИНН",
        "ogrn": "ОГРН",
        "snils": "СНИЛС",
        "passport": "паспорт",
        "name": "полное имя",
        "name_part": "фамилия и имя",
        "company": "название",
        "birth_date": "день рождения",
        "birth_year": "год рождения",
    }
)
VERDICTS: Final = MappingProxyType({"true": "совпадение подтверждено", "false": "это не он", "open": "снова не решено"})
GONE: Final = MappingProxyType({"entry": "запись исключена из перечня", "party": "данные субъекта изменились"})
