"""Texts of lists, checks and enrichment in English."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

CHECK_TEXTS: Final = MappingProxyType(
    {
        "комплаенс": "compliance",
        "Видит карточку, совпадения с перечнями и риски, решает по ним; больше их не видит никто.": (
            "Sees the profile, hits of lists and risks, and decides on them; nobody else sees them."
        ),
        "Проверка по перечням": "Screening against lists",
        "Банкроты": "Bankrupts",
        "ЕФРСБ, XML: DebtorPerson, DebtorCompany": "ЕФРСБ, XML: DebtorPerson, DebtorCompany",
        "Террористы и экстремисты": "Terrorists and extremists",
        "Росфинмониторинг, перечень в XML или DBF": "Rosfinmonitoring, the list in XML or DBF",
        "Реестр юрлиц (ЕГРЮЛ)": "Register of companies (ЕГРЮЛ)",
        "ФНС, XML или CSV: inn, ogrn, kpp…": "Federal Tax Service, XML or CSV: inn, ogrn, kpp…",
    }
)
