"""Survivorship policy: which value of a party wins, attribute by attribute.

A policy gives each attribute an order of criteria. Values are compared by the first criterion, ties by the second and
so on; the last tie is broken by the source key, so that the order of records never matters. An attribute may trust
sources otherwise than their mappings say, and may prefer values that do not lag behind the party's latest change.
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
        "fresh": "значение не отстаёт от последних изменений",
        "trusted": "источник с большим доверием",
        "newest": "самое свежее изменение",
        "frequent": "больше источников говорят то же",
        "longest": "самая подробная запись",
    }
)
"""Criterion → the words a screen shows for it. `only` and `tie` are shown when no criterion had to decide."""

BITS: Final = MappingProxyType(
    {"complete": 2, "quality": 1, "fresh": 1, "trusted": 12, "newest": 32, "frequent": 8, "longest": 7}
)
"""Width of each criterion in a score, 63 bits together: seconds since 1970, sources up to 255, length up to 127."""

LEAST_TRUST: Final = -2048
MOST_TRUST: Final = 2047
"""Bounds of the trust in a source, and of the priority in its mapping."""

ONLY: Final = "only"
TIE: Final = "tie"
PIN: Final = "pin"
"""The rule of a value that a steward fixed."""

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
    """Order of criteria for each attribute; `default` serves the attributes not named.

    trust: attribute → source → how much it is trusted for this attribute, in place of the priority of its mapping.
    fresh_days: attribute → days by which a value may lag behind the latest change of the party and still be `fresh`.
    """

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
    trust: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    fresh_days: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def criteria(self, attribute: str) -> tuple[str, ...]:
        """The criteria of an attribute, most important first."""
        return self.by_attribute.get(attribute, self.default)


DEFAULT_POLICY: Final = Policy()
