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
    }
)
