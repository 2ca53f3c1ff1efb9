"""Search tokens of a golden record: what a party can be found by.

A token is a letter that names its namespace, a colon and a normal form: `n:иванов`, `t:79123456789`. The store keeps
the tokens of a party as a text-search vector; `usecases.search_plan` writes queries in the same tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

NAME: Final = "n"
INITIAL: Final = "i"
PLACE: Final = "w"
HOUSE: Final = "h"
BLOCK: Final = "b"
FLAT: Final = "f"
PHONE: Final = "t"
PHONE_END: Final = "r"
ACCOUNT: Final = "a"
METER: Final = "m"
EMAIL: Final = "e"
BIRTH_DATE: Final = "d"
BIRTH_YEAR: Final = "y"
DOCUMENT: Final = "x"

NAMESPACES: Final = MappingProxyType(
    {
        NAME: "name",
        INITIAL: "name",
        PLACE: "address",
        HOUSE: "address",
        BLOCK: "address",
        FLAT: "address",
        PHONE: "phone",
        PHONE_END: "phone",
        ACCOUNT: "account",
        METER: "meter",
        EMAIL: "email",
        BIRTH_DATE: "birth_date",
        BIRTH_YEAR: "birth_date",
        DOCUMENT: "document",
    }
)
"""Namespace → the kind of hit that a screen names."""

_PLACE_TYPES: Final = """
    г город гор ул улица пр просп проспект пер переулок пл площадь бульвар бул ш шоссе наб набережная пос поселок п
    с село д деревня дер ст станица мкр микрорайон квартал тер территория снт рп пгт х хутор обл область район проезд
    туп тупик аллея линия тракт
"""
PLACE_TYPES: Final = frozenset(_PLACE_TYPES.split())
"""Words that name the type of a place and tell nobody from anybody."""

_WORD: Final = re.compile(r"[^\W\d_]+")
_NOT_DIGIT: Final = re.compile(r"\D+")
_NOT_ALNUM: Final = re.compile(r"[\W_]+")
_DOCUMENTS: Final = ("snils", "inn", "ogrn", "passport", "national_id")
_SHORTEST_TYPO_WORD: Final = 4


def folded(text: str) -> str:
    """Lower case, ё as е: the form in which words are compared."""
    return text.lower().replace("ё", "е")


def words(text: str) -> list[str]:
    """Words of a text in folded form; digits and punctuation separate them."""
    return _WORD.findall(folded(text))


def digits(text: str) -> str:
    """The digits of a text."""
    return _NOT_DIGIT.sub("", text)


def code(text: str) -> str:
    """Normal form of an account or serial number: letters and digits in lower case, without leading zeros."""
    return _NOT_ALNUM.sub("", text).lower().lstrip("0")


def house_number(text: str) -> str:
    """Normal form of a house, block or flat number: «5 А» → «5а»."""
    return folded(text).replace(" ", "")


def search_tokens(values: Mapping[str, Any], also: Iterable[str] = ()) -> list[str]:
    """Sorted distinct tokens of golden `values` (attribute → value or list of values, as in a golden record).

    `also` are other full names of the party (maiden, misspelt, transliterated) under which it should be found. A list
    `meters` among the values gives serial numbers of its meters. Values may be of any type that `str` shows well.
    """
    tokens = {
        *_name_tokens(values, also),
        *_address_tokens(values),
        *_contact_tokens(values),
        *_birth_tokens(values.get("birth_date")),
    }
    tokens.update(f"{ACCOUNT}:{code(account)}" for account in values.get("accounts") or ())
    tokens.update(f"{METER}:{code(serial)}" for serial in values.get("meters") or ())
    tokens.update(f"{DOCUMENT}:{digits(values[name])}" for name in _DOCUMENTS if values.get(name))
    return sorted(token for token in tokens if len(token) > 2)


def typo_words(tokens: Iterable[str]) -> list[str]:
    """Words of names and places among the tokens that are long enough to be found with a typing error."""
    chosen = (token[2:] for token in tokens if token[0] in (NAME, PLACE))
    return [word for word in chosen if len(word) >= _SHORTEST_TYPO_WORD]


def _name_tokens(values: Mapping[str, Any], also: Iterable[str]) -> Iterable[str]:
    names = (values.get("full_name"), values.get("company"), *also)
    for name in names:
        yield from (f"{NAME}:{word}" for word in words(name or ""))
    for part in (values.get("given_name"), values.get("patronymic")):
        yield from (f"{INITIAL}:{word[0]}" for word in words(part or ""))


def _address_tokens(values: Mapping[str, Any]) -> Iterable[str]:
    for attribute in ("city", "street"):
        found = words(values.get(attribute) or "")
        yield from (f"{PLACE}:{word}" for word in found if word not in PLACE_TYPES)
    for attribute, namespace in (("house", HOUSE), ("block", BLOCK), ("flat", FLAT)):
        yield f"{namespace}:{house_number(values.get(attribute) or '')}"


def _contact_tokens(values: Mapping[str, Any]) -> Iterable[str]:
    for phone in values.get("phones") or ():
        number = digits(phone)
        yield f"{PHONE}:{number}"
        yield f"{PHONE_END}:{number[::-1]}"
    yield from (f"{EMAIL}:{folded(email)}" for email in values.get("emails") or ())


def _birth_tokens(birth_date: Any) -> Iterable[str]:
    date = str(birth_date or "")
    return (f"{BIRTH_DATE}:{date}", f"{BIRTH_YEAR}:{date[:4]}")
