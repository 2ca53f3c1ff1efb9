"""What a fragment typed by an operator may mean, as a query over search tokens (`golden.search`).

A plan is a disjunction of readings, a reading a conjunction of groups, a group a disjunction of terms. Both the
question to the store and the words «почему найдено» come from one plan: the screen cannot say otherwise than was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple

from litso.golden import search as tokens
from litso.golden.search import NAMESPACES, code, digits, folded, house_number
from litso.standardize import letters
from litso.store.search import Term

Group = tuple[Term, ...]
Reading = tuple[Group, ...]
Plan = tuple[Reading, ...]

LONGEST_QUERY: Final = 200
_MOST_WORDS: Final = 8
_SHORTEST_PREFIX: Final = 2
_SHORTEST_NUMBER: Final = 3
_SHORTEST_PHONE_PREFIX: Final = 4
_SHORTEST_DOCUMENT: Final = 9

_OPENABLE: Final = frozenset(
    {
        tokens.NAME,
        tokens.PLACE,
        tokens.HOUSE,
        tokens.BLOCK,
        tokens.FLAT,
        tokens.ACCOUNT,
        tokens.METER,
        tokens.EMAIL,
    }
)
"""Namespaces in which a term may be a beginning; a phone has terms of its own for its first and last digits."""

_PIECE: Final = re.compile(r"\d+(?:/\d+)?[^\W\d_]?(?![^\W_])|[^\W\d_]+|\d+")
_DATE: Final = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b")
_LATIN: Final = re.compile(r"[a-z]")
_LATIN_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC_LETTERS: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_NUMBER_MARKS: Final = MappingProxyType(
    {
        "д": tokens.HOUSE,
        "дом": tokens.HOUSE,
        "к": tokens.BLOCK,
        "корп": tokens.BLOCK,
        "корпус": tokens.BLOCK,
        "стр": tokens.BLOCK,
        "строение": tokens.BLOCK,
        "кв": tokens.FLAT,
        "квартира": tokens.FLAT,
        "оф": tokens.FLAT,
    }
)


class Reach(Enum):
    """Which words and numbers of a query are taken as beginnings: an operator is still typing the last one."""

    WHOLE = "whole"
    LAST = "last"
    EVERY = "every"


def plan(query: str, reach: Reach) -> Plan:
    """All readings of a query, each once."""
    text = folded(query[:LONGEST_QUERY]).strip()
    found = (reading for written in writings(text) for reading in _readings(written))
    return tuple(dict.fromkeys(_opened(reading, reach) for reading in found))


def _opened(reading: Reading, reach: Reach) -> Reading:
    if reach is Reach.WHOLE:
        return reading
    start = 0 if reach is Reach.EVERY else len(reading) - 1
    return (*reading[:start], *(tuple(_beginning(term) for term in group) for group in reading[start:]))


def _beginning(term: Term) -> Term:
    return term._replace(is_prefix=True) if term.token[0] in _OPENABLE else term


def writings(text: str) -> tuple[str, ...]:
    """The text as typed, then as it would be in the other keyboard layout, with look-alikes, in transliteration."""
    if not _LATIN.search(text):
        return (text, letters.typed_in_latin(text)) if text.isalpha() else (text,)
    sounded = " ".join(letters.latin_to_cyrillic(word) for word in text.split())
    others = (letters.typed_in_russian(text), letters.twins_to_cyrillic(text), sounded)
    return tuple(dict.fromkeys((text, *(folded(other) for other in others))))


def _readings(text: str) -> list[Reading]:
    """Readings of a text in one writing."""
    if "@" in text:
        return [((Term(f"{tokens.EMAIL}:{text.replace(' ', '')}"),),)]
    if not any(character.isalpha() for character in text):
        return [(group,)] if (group := _number_group(text)) else []
    pieces = _PIECE.findall(text)[:_MOST_WORDS]
    chosen = (_address(pieces), _name_and_number(pieces), _code(text), _mail(text))
    return [reading for reading in chosen if reading]


def _number_group(text: str) -> Group:
    """A text without letters: a date, or digits of a phone, account, meter or document however grouped."""
    if date_group := _date_group(text):
        return date_group
    number = digits(text)
    if len(number) < _SHORTEST_NUMBER:
        return ()
    terms = [*_phone_terms(number), *_code_terms(number)]
    if len(number) >= _SHORTEST_DOCUMENT:
        terms.append(Term(f"{tokens.DOCUMENT}:{number}"))
    return tuple(terms)


def _date_group(text: str) -> Group:
    if not (found := _DATE.search(text)):
        return ()
    day, month, year = (int(part) for part in found.groups())
    try:
        return (Term(f"{tokens.BIRTH_DATE}:{date(year, month, day).isoformat()}"),)
    except ValueError:
        return ()


def _phone_terms(number: str) -> Iterable[Term]:
    """A number with 8, with +7 or with neither; or its first or last digits."""
    national = number[1:] if number[0] in "78" and len(number) != 10 else number
    if len(national) >= 10:
        yield Term(f"{tokens.PHONE}:7{national}")
        yield Term(f"{tokens.PHONE}:{number}")
    elif len(national) >= _SHORTEST_PHONE_PREFIX:
        yield Term(f"{tokens.PHONE}:7{national}", is_prefix=True)
    if len(number) < 10:
        yield Term(f"{tokens.PHONE_END}:{number[::-1]}", is_prefix=True)


def _code_terms(text: str) -> Iterable[Term]:
    if normal := code(text):
        yield Term(f"{tokens.ACCOUNT}:{normal}")
        yield Term(f"{tokens.METER}:{normal}")


def _code(text: str) -> Reading:
    """Letters and digits together may be an account or a serial number."""
    if not any(character.isdigit() for character in text):
        return ()
    return (tuple(_code_terms(text)),)


def _mail(text: str) -> Reading:
    """Latin letters may begin an e-mail."""
    is_local_part = len(text) > _SHORTEST_PREFIX and text.isascii() and " " not in text
    return ((Term(f"{tokens.EMAIL}:{text}"),),) if is_local_part else ()


def _name_and_number(pieces: Sequence[str]) -> Reading:
    """«Иванов 6789», «Иванов 1961»: a name, then digits of a phone, an account or a year of birth."""
    numbers = [piece for piece in pieces if piece.isdigit()]
    number = "".join(numbers)
    year = (Term(f"{tokens.BIRTH_YEAR}:{number}"),) if len(number) == 4 else ()
    identity = (*_date_group(".".join(numbers)), *year, *_number_group(number))
    names = [_name_group(piece) for piece in pieces if piece.isalpha()]
    return (*names, identity) if identity else ()


def _address(pieces: Sequence[str]) -> Reading:
    """«Ленина 5 12», «ул. Ленина д 5 кв 12», «Иванов Ленина 5»: words of names and places, then house and flat."""
    groups: list[Group] = []
    mark = None
    for number, piece in enumerate(pieces):
        follows = pieces[number + 1] if number + 1 < len(pieces) else ""
        if piece in _NUMBER_MARKS and follows[:1].isdigit():
            mark = _NUMBER_MARKS[piece]
        elif piece.isalpha():
            groups += [] if _is_place_type(piece, number, pieces) else [_word_group(piece)]
        else:
            groups.append(_house_group(piece, mark, groups))
            mark = None
    return tuple(groups)


def _is_place_type(piece: str, position: int, pieces: Sequence[str]) -> bool:
    """«ул», «г» of an address; but «п» and «с» of «Иванов П С» are initials."""
    if piece not in tokens.PLACE_TYPES or len(pieces) == 1:
        return False
    return len(piece) > 1 or position == 0 or any(other[0].isdigit() for other in pieces)


def _house_group(piece: str, mark: str | None, before: Sequence[Group]) -> Group:
    """The first number is the house, the next ones block or flat, unless a mark says so."""
    has_house = any(term.token.startswith(f"{tokens.HOUSE}:") for group in before for term in group)
    free = (tokens.BLOCK, tokens.FLAT) if has_house else (tokens.HOUSE,)
    return tuple(Term(f"{namespace}:{house_number(piece)}") for namespace in ((mark,) if mark else free))


def _name_group(word: str) -> Group:
    if len(word) < _SHORTEST_PREFIX:
        return (Term(f"{tokens.INITIAL}:{word}"),)
    return (Term(f"{tokens.NAME}:{word}"),)


def _word_group(word: str) -> Group:
    if len(word) < _SHORTEST_PREFIX:
        return (Term(f"{tokens.INITIAL}:{word}"),)
    return (Term(f"{tokens.NAME}:{word}"), Term(f"{tokens.PLACE}:{word}"))


def one_error_away(word: str) -> set[str]:
    """Every text that one typing error turns into `word`: a letter too many, missing, wrong, or two swapped."""
    alphabet = _LATIN_LETTERS if _LATIN.search(word) else _CYRILLIC_LETTERS
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    shorter = {head + tail[1:] for head, tail in cuts if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    changed = {head + letter + tail[1:] for head, tail in cuts if tail for letter in alphabet}
    longer = {head + letter + tail for head, tail in cuts for letter in alphabet}
    return (shorter | swapped | changed | longer) - {word}


def with_corrections(chosen: Plan, corrections: Mapping[str, Sequence[str]]) -> Plan:
    """The plan with each misspelt word also read as the words it may have been."""
    return tuple(tuple(_corrected(group, corrections) for group in reading) for reading in chosen)


def _corrected(group: Group, corrections: Mapping[str, Sequence[str]]) -> Group:
    more = (
        Term(term.token[:2] + word)
        for term in group
        if term.token[0] in (tokens.NAME, tokens.PLACE)
        for word in corrections.get(term.token[2:], ())
    )
    return tuple(dict.fromkeys((*group, *more)))


def plan_words(chosen: Plan) -> list[str]:
    """Distinct words of names and places in a plan, in order."""
    terms = (term for reading in chosen for group in reading for term in group)
    return list(dict.fromkeys(term.token[2:] for term in terms if term.token[0] in (tokens.NAME, tokens.PLACE)))


def matches(term: Term, token: str) -> bool:
    """Whether a token of a party is meant by a term."""
    return token.startswith(term.token) if term.is_prefix else token == term.token


class Reason(NamedTuple):
    """Why a party was found: the kind of attribute (`name`, `phone`…) and its token that matched."""

    kind: str
    token: str


def reasons(chosen: Plan, found: Sequence[str]) -> list[Reason]:
    """By what the tokens `found` of a party fit the plan: of the first reading that they fit, one reason a kind."""
    for reading in chosen:
        groups = [_reason(group, found) for group in reading]
        if all(groups):
            return list({reason.kind: reason for reason in groups if reason}.values())
    return []


def _reason(group: Group, found: Sequence[str]) -> Reason | None:
    matched = ((term, token) for term in group for token in found if matches(term, token))
    return next((Reason(NAMESPACES[term.token[0]], token) for term, token in matched), None)
