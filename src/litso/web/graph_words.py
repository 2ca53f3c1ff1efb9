"""Words of the screens of the graph, with their English: roles, their reasons, households, court orders."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

PARTY_ROLES: Final = MappingProxyType(
    {
        "owner": "владелец",
        "payer": "плательщик",
        "tenant": "наниматель",
        "resident": "жилец",
        "contact": "контактное лицо",
        "director": "руководитель",
    }
)
ROLE_TONES: Final = MappingProxyType({"owner": "accent", "payer": "good", "tenant": "info"})
ROLE_REASONS: Final = MappingProxyType(
    {
        "books": "по учёту",
        "books_ended": "учёт говорит, что закончилось",
        "moved_out": "съехал, там живут другие; учёт ещё не знает",
        "pays": "платит чаще других",
        "paid_before": "платил раньше",
        "lives": "по обращениям, звонкам и платежам",
        "moved_in": "переехал сюда",
        "lived_before": "жил раньше",
        "asked": "обращается по этому счёту",
        "register": "по реестру прав",
        "register_ended": "реестр прав говорит, что закончилось",
    }
)
BONDS: Final = MappingProxyType(
    {
        "surname": "общая фамилия",
        "contact": "общий контакт",
        "account": "общий счёт",
        "address": "один адрес",
        "alone": "живёт один",
    }
)
NEEDS: Final = MappingProxyType(
    {
        "debtor": "кто должен",
        "identifier": "идентификатор",
        "birth_date": "дата рождения",
        "birth_place": "место рождения",
        "inn": "ИНН",
        "ogrn": "ОГРН",
    }
)
PROOFS: Final = MappingProxyType(
    {
        "snils": "СНИЛС",
        "inn": "ИНН",
        "ogrn": "ОГРН",
        "passport": "паспорт",
        "birth_date": "дата рождения",
        "custom:driver_licence": "водительское удостоверение",
        "custom:vehicle_registration": "свидетельство о регистрации ТС",
        "custom:birth_place": "место рождения",
    }
)
