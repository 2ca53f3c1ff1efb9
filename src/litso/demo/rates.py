"""How often each error of life happens: the one place where the demo utility is made dirty.

A rate is the share of the rows *that can have the error* in a source of usual habits; `HABITS` says how much more or
less a source errs, because a form typed by the subscriber, a bank register and a scanned card do not err alike.
`errors.parquet` beside the demo names every error made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import yaml

from litso.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares from 0 to 1. The first groups spoil rows, the last two shape people and lives."""

    # Names in a row
    name_typo: float = 0.020  # a letter lost, doubled, swapped or mistaken in one part of the name
    name_swapped: float = 0.010  # the given name where the surname should be
    name_merged: float = 0.008  # the whole name in the field of the surname
    initials: float = 0.050  # «Иванов И.И.»
    maiden_name: float = 0.060  # of married women: the source still knows the surname before marriage
    diminutive: float = 0.020  # «Маша» for Мария
    transliterated: float = 0.008  # «Ivanov Ivan»
    wrong_layout: float = 0.005  # «Bdfyjd Bdfy»
    ocr: float = 0.005  # letters as a scanner mistakes them, Latin look-alikes, digits for letters
    no_patronymic: float = 0.040  # the patronymic left out
    yo_written: float = 0.150  # of names that have it: «ё» where others write «е»
    name_in_capitals: float = 0.030  # of sources that do not write capitals anyway
    company_in_name: float = 0.004  # rows of the person's firm in a field meant for people
    name_placeholder: float = 0.002  # «Собственник», «не указан»
    two_names: float = 0.003  # «Иванов И.И., Иванова М.П.», where there is another adult
    # Contacts in a row
    phone_missing: float = 0.080
    phone_of_family: float = 0.080  # the number of another adult of the household
    phone_old: float = 0.300  # of people who changed the number, in rows older than the change
    phone_placeholder: float = 0.012  # 9999999999, 0000000000
    phone_typo: float = 0.010  # one digit wrong or lost
    phone_without_code: float = 0.300  # of land lines of the main town: 231-60-14
    phone_several: float = 0.060  # of people with two numbers: both in one cell
    email_missing: float = 0.100
    email_placeholder: float = 0.015  # no@mail.ru
    email_typo: float = 0.012  # gmial.com, comma for a dot
    email_of_family: float = 0.030
    # Other values in a row
    birth_date_missing: float = 0.060
    birth_date_placeholder: float = 0.012  # 01.01.1900, 01.01.1970
    birth_date_swapped: float = 0.005  # day and month, where both can be
    birth_date_typo: float = 0.006  # another day, month or year by one digit
    document_typo: float = 0.010  # a digit of SNILS, INN or passport
    document_placeholder: float = 0.006
    account_missing: float = 0.050
    account_typo: float = 0.003  # a digit wrong: perhaps another's account
    account_decorated: float = 0.030  # «л/с 6300…», «№ 6300…»
    address_missing: float = 0.015
    address_typo: float = 0.015  # a letter of the street
    address_without_flat: float = 0.020
    address_wrong_flat: float = 0.006
    address_ocr: float = 0.004
    duplicate_row: float = 0.006  # the same content under another key of the same source
    # Lives
    changed_phone: float = 0.150  # people who had another number before
    reissued_phone: float = 0.250  # of those numbers: now with a stranger
    family_phone: float = 0.120  # households where all give one number
    moved: float = 0.080  # households that came from another premise of the territory
    stale_account: float = 0.350  # of the premises they left: the account is still theirs
    rented: float = 0.050  # premises let to the household by an owner who lives elsewhere
    second_account: float = 0.130  # premises with an account for heat of its own
    payer_from_family: float = 0.250  # payments made by another adult than the holder of the account
    # Families
    same_initials: float = 0.060  # fathers and sons: one initial letter each
    same_full_name: float = 0.350  # of those: the whole name is the same
    twins: float = 0.025  # of families with two children
    namesakes: float = 0.004  # households whose head has a namesake in the same house
    kept_surname: float = 0.120  # wives who kept their own surname
    double_surname: float = 0.012  # of those who took the husband's: «Иванова-Петрова»

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value <= 1:
                raise Misconfigured(f"rate {field.name} must be between 0 and 1, is {value}")


USUAL: Final = Rates()
"""Rates of setting A."""

OTHER: Final = replace(
    USUAL,
    name_typo=0.030,
    initials=0.090,
    maiden_name=0.040,
    diminutive=0.012,
    transliterated=0.004,
    wrong_layout=0.008,
    ocr=0.012,
    no_patronymic=0.080,
    phone_missing=0.150,
    phone_of_family=0.120,
    phone_typo=0.020,
    email_missing=0.250,
    birth_date_missing=0.180,
    birth_date_typo=0.010,
    address_typo=0.025,
    account_missing=0.120,
    moved=0.120,
    reissued_phone=0.150,
    rented=0.080,
    same_initials=0.040,
    twins=0.015,
)
"""Rates of setting B: another mix, never looked at while resolution is tuned."""

_FAMILIES: Final = (
    "same_full_name",
    "kept_surname",
    "double_surname",
    "phone_without_code",
    "stale_account",
    "yo_written",
    "phone_old",
)


def doubled(rates: Rates) -> Rates:
    """All errors twice as often (at most always); what is no error but a habit of people stays."""
    return replace(
        rates, **{f.name: min(1.0, 2 * getattr(rates, f.name)) for f in fields(rates) if f.name not in _FAMILIES}
    )


PRESETS: Final = ("usual", "hard")


def read_rates(given: str | None, base: Rates) -> Rates:
    """Rates by a preset's name or from a YAML file `name: share`; what the file leaves out is as in `base`."""
    if given in (None, "usual"):
        return base
    if given == "hard":
        return doubled(base)
    return _from_file(Path(str(given)), base)


def _from_file(path: Path, base: Rates) -> Rates:
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Misconfigured(f"{path}: rates cannot be read: {type(error).__name__}") from error
    if not isinstance(loaded, dict):
        raise Misconfigured(f"{path}: rates must be lines `name: share`")
    return replace(base, **{_name(path, key): _share(path, key, value) for key, value in loaded.items()})


def _name(path: Path, key: object) -> str:
    if key not in {field.name for field in fields(Rates)}:
        raise Misconfigured(f"{path}: there is no rate {key}")
    return str(key)


def _share(path: Path, key: object, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Misconfigured(f"{path}: rate {key} must be a number")
    return float(value)


HABITS: Final[Mapping[str, Mapping[str, float]]] = {
    "billing": {
        "name_swapped": 0.2,
        "name_merged": 0,
        "diminutive": 0,
        "transliterated": 0,
        "wrong_layout": 0,
        "ocr": 2,
        "name_in_capitals": 5,
        "initials": 1.2,
        "phone_missing": 4,
        "email_missing": 7,
        "birth_date_missing": 6,
        "account_missing": 0,
        "account_decorated": 0,
        "address_missing": 0,
    },
    "crm": {
        "two_names": 0,
        "maiden_name": 0.7,
        "account_missing": 8,
        "birth_date_missing": 4,
        "email_missing": 5,
        "duplicate_row": 2,
    },
    "cabinet": {
        "initials": 0.2,
        "name_merged": 0,
        "two_names": 0,
        "maiden_name": 0.1,
        "diminutive": 2,
        "transliterated": 3,
        "wrong_layout": 2,
        "ocr": 0,
        "phone_missing": 1,
        "email_missing": 0.5,
        "no_patronymic": 2,
        "birth_date_missing": 3,
        "phone_old": 0.6,
        "account_missing": 4,
        "address_missing": 10,
    },
    "meters": {
        "initials": 12,
        "name_merged": 0,
        "two_names": 0,
        "name_swapped": 0,
        "diminutive": 0,
        "transliterated": 0,
        "wrong_layout": 0,
        "company_in_name": 0,
        "account_missing": 0.4,
        "duplicate_row": 0,
    },
    "dispatch": {
        "initials": 2,
        "name_merged": 0,
        "two_names": 0,
        "maiden_name": 0,
        "diminutive": 2,
        "no_patronymic": 4,
        "transliterated": 0,
        "address_missing": 0,
    },
    "payments": {
        "initials": 1.5,
        "name_merged": 0,
        "two_names": 0,
        "maiden_name": 0.3,
        "name_swapped": 0.5,
        "diminutive": 0,
        "wrong_layout": 0,
        "name_in_capitals": 0,
        "ocr": 1.5,
        "account_missing": 0.6,
        "address_missing": 3,
        "yo_written": 0,
        "duplicate_row": 0,
    },
    "calls": {
        "initials": 0.3,
        "name_merged": 0,
        "two_names": 0,
        "maiden_name": 0,
        "diminutive": 3,
        "no_patronymic": 4,
        "transliterated": 0,
        "ocr": 0,
        "phone_missing": 0.3,
        "phone_of_family": 2,
        "account_missing": 12,
        "address_missing": 20,
        "duplicate_row": 0,
    },
    "companies": {"phone_missing": 2, "email_missing": 3, "account_missing": 4, "address_missing": 1},
}
"""How much more (or less) than usual a source errs; 1 where nothing is said, 0 is never."""


def rate_in(rates: Rates, source: str, kind: str) -> float:
    """Rate of one kind of error in one source."""
    return min(1.0, float(getattr(rates, kind)) * HABITS.get(source, {}).get(kind, 1.0))
