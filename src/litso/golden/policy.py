"""Survivorship policy: which value of a party wins, attribute by attribute.

A policy gives each attribute an order of criteria. Values are compared by the first criterion, ties by the second and
so on; the last tie is broken by the source key, so that the order of records never matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

CRITERIA: Final = MappingProxyType(
    {
        "complete": "полное значение, а не инициал или часть адреса",
        "quality": "лучший код качества",
        "trusted": "источник с большим доверием",
        "newest": "самое свежее изменение",
        "frequent": "больше источников говорят то же",
        "longest": "самая подробная запись",
    }
)
"""Criterion → the words a screen shows for it. `only` and `tie` are shown when no criterion had to decide."""

ONLY: Final = "only"
TIE: Final = "tie"

_AGREED: Final = ("complete", "quality", "frequent", "trusted", "newest", "longest")
_TRUSTED: Final = ("quality", "trusted", "newest", "frequent", "longest")

SINGLE_ATTRIBUTES: Final = (
    "surname",
    "given_name",
    "patronymic",
    "gender",
    "birth_date",
    "address",
    "snils",
    "inn",
    "ogrn",
    "kpp",
    "passport",
    "national_id",
    "opf",
    "company",
    "full_name",
)
"""Attributes of which a golden record keeps one value."""

LIST_ATTRIBUTES: Final = ("phones", "emails", "accounts")
"""Attributes of which a golden record keeps all values, best first."""

ADDRESS_PARTS: Final = ("postal_code", "region", "city", "street", "house", "block", "flat", "house_key")
"""Parts that travel with the winning address: an address is never put together from two records."""

QUALITY_OF: Final = MappingProxyType(
    {
        "surname": "qc_name",
        "given_name": "qc_name",
        "patronymic": "qc_name",
        "gender": "qc_name",
        "full_name": "qc_name",
        "company": "qc_name",
        "birth_date": "qc_birth_date",
        "address": "qc_address",
        "snils": "qc_snils",
        "inn": "qc_inn",
        "ogrn": "qc_ogrn",
        "kpp": "qc_kpp",
        "passport": "qc_passport",
        "phones": "qc_phone",
        "emails": "qc_email",
        "accounts": "qc_account",
    }
)
"""Attribute → the column with its quality code."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Order of criteria for each attribute; `default` serves the attributes not named."""

    default: tuple[str, ...] = _AGREED
    by_attribute: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType(
            {
                "address": ("complete", "quality", "trusted", "newest", "frequent", "longest"),
                "passport": ("quality", "newest", "trusted", "frequent"),
                "phones": ("quality", "frequent", "newest", "trusted"),
                "emails": ("quality", "frequent", "newest", "trusted"),
                "accounts": _TRUSTED,
            }
        )
    )

    def criteria(self, attribute: str) -> tuple[str, ...]:
        """The criteria of an attribute, most important first."""
        return self.by_attribute.get(attribute, self.default)


DEFAULT_POLICY: Final = Policy()
