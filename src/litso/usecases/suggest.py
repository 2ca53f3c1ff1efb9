"""Suggestions while somebody types, in any keyboard layout: names, addresses, companies, banks, e-mails, ОКВЭД.

Names come from the dictionary alone, addresses without flats: no suggestion tells of a person. Companies are those of
golden records, banks those of the directory of the Bank of Russia, activities those of the classifier.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from litso.errors import NotFound
from litso.golden.search import DOCUMENT, HOUSE, digits, folded, words
from litso.standardize.email_suggestions import suggest_emails
from litso.standardize.name_suggestions import suggest_names
from litso.standardize.registers import Bank
from litso.store import suggestions
from litso.store.database import Connection, beyond
from litso.store.search import Term
from litso.usecases import registers
from litso.usecases.access import Actor, demand
from litso.usecases.search_plan import Reach, Reading, plan, writings

_SHORTEST_INN: Final = 4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line to choose, and what it is made of."""

    value: str
    data: Mapping[str, Any]


Suggest = Callable[[Connection, Actor, str, int], list[Suggestion]]


def _names(connection: Connection, actor: Actor, query: str, limit: int) -> list[Suggestion]:
    return [
        Suggestion(one.value, {name: value for name, value in one._asdict().items() if name != "value"})
        for one in suggest_names(query, limit)
    ]


def _emails(connection: Connection, actor: Actor, query: str, limit: int) -> list[Suggestion]:
    found = [(one, *one.partition("@")[::2]) for one in suggest_emails(query, limit)]
    return [Suggestion(one, {"local": local, "domain": domain}) for one, local, domain in found]


def _addresses(connection: Connection, actor: Actor, query: str, limit: int) -> list[Suggestion]:
    """Lines of the store, then streets of the address register."""
    lines: dict[str, None] = {}
    for reading in plan(query, Reach.EVERY):
        if len(lines) < limit:
            found = suggestions.find_lines(connection, reading, is_house=_has_house(reading), limit=limit)
            lines.update(dict.fromkeys(found))
    gar = registers.in_use().gar
    if gar is not None and len(lines) < limit:
        for text in writings(folded(query)):
            lines.update(dict.fromkeys(gar.suggest(words(text), limit - len(lines))))
    return [Suggestion(line, {}) for line in list(lines)[:limit]]


def _has_house(reading: Reading) -> bool:
    return any(term.token.startswith(f"{HOUSE}:") for group in reading for term in group)


def _companies(connection: Connection, actor: Actor, query: str, limit: int) -> list[Suggestion]:
    """Organizations by words of their name, or by the beginning of their ИНН or ОГРН."""
    found: dict[suggestions.Company, None] = {}
    for reading in (*_number_reading(query), *plan(query, Reach.EVERY)):
        if len(found) < limit:
            with beyond(connection):  # row security could not use the index of tokens
                hits = suggestions.find_companies(connection, reading, limit=limit, scope=actor.scope)
            found.update(dict.fromkeys(hits))
    return [Suggestion(one.name, {**one._asdict()}) for one in list(found)[:limit]]


def _number_reading(query: str) -> tuple[Reading, ...]:
    number = digits(query)
    is_number = len(number) >= _SHORTEST_INN and not any(letter.isalpha() for letter in query)
    return (((Term(f"{DOCUMENT}:{number}", is_prefix=True),),),) if is_number else ()


def _banks(connection: Connection, actor: Actor, query: str, limit: int) -> list[Suggestion]:
    """Banks by the beginning of their BIK, or by words of their name and town; closed ones last."""
    banks = registers.in_use().banks or {}
    asked = [words(text) for text in writings(folded(query))]
    number = digits(query)
    found = [
        bank
        for bank in banks.values()
        if (number and bank.bik.startswith(number)) or any(_is_named(bank, wanted) for wanted in asked)
    ]
    found.sort(key=lambda bank: (not bank.is_active, bank.name, bank.bik))
    return [Suggestion(bank.name, bank._asdict()) for bank in found[:limit]]


def _is_named(bank: Bank, wanted: list[str]) -> bool:
    """Whether every word that was typed begins a word of the bank's name or town."""
    return _has_words(words(f"{bank.name} {bank.city or ''}"), wanted)


def _has_words(own: Sequence[str], wanted: list[str]) -> bool:
    return bool(wanted) and all(any(word.startswith(begun) for word in own) for begun in wanted)


_CODE: Final = re.compile(r"[0-9.]+")


def _activities(connection: Connection, actor: Actor, query: str, limit: int) -> list[Suggestion]:
    """Economic activities by the beginning of their code, or by words of their title; general codes first."""
    known = registers.in_use().activities or {}
    if _CODE.fullmatch(query.strip()):
        found = [code for code in known if code.startswith(query.strip())]
    else:
        asked = [words(text) for text in writings(folded(query))]
        own = _words_of_activities(tuple(known.items()))
        found = [code for code in known if any(_has_words(own[code], wanted) for wanted in asked)]
    found.sort(key=lambda code: (len(code), code))
    return [Suggestion(known[code], {"code": code, "title": known[code]}) for code in found[:limit]]


@lru_cache(maxsize=1)
def _words_of_activities(known: tuple[tuple[str, str], ...]) -> Mapping[str, tuple[str, ...]]:
    return {code: tuple(words(title)) for code, title in known}


@dataclass(frozen=True, slots=True)
class _Kind:
    suggest: Suggest
    right: str | None


_KINDS: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "name": _Kind(_names, None),
        "address": _Kind(_addresses, "read_parties"),
        "company": _Kind(_companies, "read_parties"),
        "bank": _Kind(_banks, None),
        "okved": _Kind(_activities, None),
        "email": _Kind(_emails, None),
    }
)
KINDS: Final = tuple(_KINDS)
MOST: Final = 20


def suggest(connection: Connection, actor: Actor, kind: str, query: str, *, limit: int = 10) -> list[Suggestion]:
    """What the typed text may become, the likeliest first, at most `limit`. NotFound for an unknown kind.

    What comes out of the store (addresses, companies) needs the right to read parties.
    """
    if kind not in _KINDS:
        raise NotFound(f"nothing is suggested for «{kind}»; there are {', '.join(_KINDS)}")
    chosen = _KINDS[kind]
    if chosen.right is not None:
        demand(actor, chosen.right)
    return chosen.suggest(connection, actor, query, limit) if query.strip() else []
