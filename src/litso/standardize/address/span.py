"""Which words beside a type word are its name, after it or before it."""

from __future__ import annotations

from typing import Final

from litso.standardize.address.look import (
    MONTHS,
    NUMBERED_PLACES,
    among_initials,
    closing_street,
    name_number,
    numbered_street,
    only_town,
    ordinal_size,
    plan_letter,
    town_at,
)
from litso.standardize.address.names import ORDINAL_ENDINGS, ORDINAL_WORDS, SIZE_WORDS, adjective, fold, gender
from litso.standardize.address.places import town_by_name
from litso.standardize.address.roles import role_at
from litso.standardize.address.state import Walk, joined_words
from litso.standardize.address.tokens import COMMA, HYPHEN, SLASH, Token
from litso.standardize.address.words import AREA, CITY, NAMED, NUMBERED, PLACE, PLAN, REGION, STREET, Role

_NATIONAL: Final = frozenset({"немецкий", "национальный", "эвенкийский", "эвено-бытантайский", "долгано-ненецкий"})
_GENDER: Final = {
    "ул": 1, "наб": 1, "пл": 1, "аллея": 1, "линия": 1, "просека": 1, "дор": 1,
    "пр-кт": 0, "пер": 0, "проезд": 0, "б-р": 0, "туп": 0, "тракт": 0, "спуск": 0, "въезд": 0, "проулок": 0,
    "ш": 2, "кольцо": 2,
    "р-н": 0, "у": 0, "мкр": 0, "кв-л": 0,
}  # fmt: skip


def read_after(state: Walk, at: int, role: Role) -> tuple[list[Token], int]:
    """The name that begins after a type word, and where it ends."""
    tokens = state.tokens
    start = at + 1
    if start < len(tokens) and tokens[start].gap >= COMMA and not _tolerated(state, at, role):
        return [], start
    if role.kind in (CITY, PLACE) and start < len(tokens):
        known = town_at(tokens, start)
        if known is not None and (role.kind == CITY or known[1] > 1):
            return tokens[start : start + known[1]], start + known[1]
    end = start
    name: list[Token] = []
    while end < len(tokens):
        size = _name_token(state, role, name, end)
        if not size:
            break
        name += tokens[end : end + size]
        end += size
        if role.kind == AREA and len(name) == 1 and name[0].low.endswith(("ский", "цкий", "ского", "ый", "ой")):
            while end < len(tokens) and tokens[end].low in _NATIONAL and tokens[end].gap < COMMA:
                name.append(tokens[end])
                end += 1
            break
    return _trim(state, role, name, end)


def _tolerated(state: Walk, at: int, role: Role) -> bool:
    """«мкр, Центральный», «ул., Ленина»: a stray comma after a type word that has nothing before it."""
    token, following = state.tokens[at], state.tokens[at + 1]
    if state.pending or following.number or following.done or following.role is not None or len(following.low) < 3:
        return False
    return role.kind in (PLAN, STREET, CITY, PLACE) and token.gap >= COMMA


def _trim(state: Walk, role: Role, name: list[Token], end: int) -> tuple[list[Token], int]:
    """A place and an untyped street with its house («с Рождествено Ленина 5»): the first words are the place."""
    tokens = state.tokens
    if end < len(tokens) and role.kind in (CITY, PLACE, PLAN) and name and closing_street(tokens, end):
        return _before_street(state, role, name, end)
    if role.kind in (CITY, PLACE) and len(name) > 1 and not state.streets and _house_next(state, end):
        if name[1].number or (name[0].low.endswith(("ые", "ие")) and len(name) == 2):
            return name, end
        two = adjective(name[0].text) or name[0].low.endswith(("ые", "ие"))
        keep = 2 if len(name) > 2 and two and len(name[1].low) > 1 else 1
        if not (
            len(name) == 2 and adjective(name[0].text) and not adjective(name[1].text) and name[1].low[-1] in "оае"
        ):
            return name[:keep], end - len(name) + keep
    return name, end


def _house_next(state: Walk, at: int) -> bool:
    """Whether a house comes at `at` with no comma before it."""
    if at >= len(state.tokens):
        return state.follows and not state.comma
    token = state.tokens[at]
    return token.gap < COMMA and (token.number or (token.role is not None and token.role.kind in NUMBERED))


def _before_street(state: Walk, role: Role, name: list[Token], end: int) -> tuple[list[Token], int]:
    """«рп Павлоградка Рабочая ул»: the last words before a street's type word are the street's."""
    if state.pending and not only_town(state.pending) and role.kind in (PLACE, PLAN):
        return [], end - len(name)
    street = state.tokens[end].role
    start = _name_start(name, street) if street is not None else 0
    if start == 0 and len(name) > 1:
        start = 2 if len(name) > 2 and adjective(name[0].text) and len(name[1].low) > 1 else 1
    if start == 0 and not state.pending:
        return name, end
    return name[:start], end - len(name) + start


def _name_token(state: Walk, role: Role, name: list[Token], at: int) -> int:
    """How many tokens at `at` go on with the name; 0 where it is over."""
    tokens = state.tokens
    token = tokens[at]
    if token.done or (name and token.gap >= COMMA):
        return 0
    if name and token.gap == SLASH and not token.number:
        return 0  # a house on a corner is known by its first street
    if token.number:
        return _name_digits(state, role, name, at)
    if len(token.low) == 1:
        return _name_letter(state, role, name, at)
    found = role_at(state, at)
    if found is None:
        return 1
    if not name and role.kind == STREET and (found.kind == REGION or found.kind in NUMBERED) and len(token.low) > 4:
        return 1
    if not name and found.kind in NAMED and _first_type_word(state, role, found, at):
        return 1
    if name and _last_type_word(state, role, found, at):
        return 1
    return 0


def _first_type_word(state: Walk, role: Role, found: Role, at: int) -> bool:
    """A full type word that begins the name: «ул. Набережная реки…», «ул. Площадь Мира», «п. Станция Луговая»."""
    tokens = state.tokens
    low = tokens[at].low
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if low in ("им", "имени"):
        return True
    if role.kind == STREET and found.kind in (STREET, PLAN, PLACE) and len(low) > 3:
        return (
            low.startswith("набережн")
            or (found.kind == PLACE and len(low) > 4)
            or following is None
            or following.gap >= COMMA
            or following.number
            or (found.code in ("аллея", "линия", "кольцо", "г-к", "сл", "ст", "дор", "рзд", "починок"))
        )
    return role.kind == PLACE and found.kind in (PLACE, PLAN) and len(low) > 4 and " " not in low


def _last_type_word(state: Walk, role: Role, found: Role, at: int) -> bool:
    """A full type word inside the name: «ул. Красная Площадь», «ул. Новый Городок», «ул. Рогожский посёлок»."""
    tokens = state.tokens
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    closing = (
        following is None
        or following.gap >= COMMA
        or following.number
        or following.done
        or (following.role is not None and following.role.kind in NUMBERED)
    )
    if role.kind == PLACE:
        return len(tokens[at].low) > 4 and found.kind == PLACE and closing
    return role.kind == STREET and len(tokens[at].low) > 3 and found.kind in (STREET, PLAN, PLACE, CITY) and closing


def _name_digits(state: Walk, role: Role, name: list[Token], at: int) -> int:
    tokens = state.tokens
    token = tokens[at]
    ordinal = ordinal_size(tokens, at)
    if not name:
        if ordinal:
            return ordinal
        if role.kind == PLACE and at + 1 < len(tokens) and tokens[at + 1].low == "км":
            return 2
        if name_number(tokens, at) or (role.kind == STREET and numbered_street(tokens, at)):
            return 1
        if role.kind == PLAN or (role.kind == STREET and _number_alone(state, role, at)):
            return 1 + plan_letter(tokens, at + 1) if role.kind == PLAN else 1
        return 0
    if ordinal and token.gap < COMMA and (tokens[at + 1].low not in ("е",) or gender(joined_words(name)) == 2):
        return ordinal
    if token.gap == HYPHEN and role.kind in (PLACE, PLAN, CITY):
        return 1
    if role.kind in (PLACE, PLAN) and name[-1].low in NUMBERED_PLACES and token.gap < COMMA:
        return 1
    if role.kind == STREET and name_number(tokens, at) and tokens[at + 1].low in MONTHS:
        return 1
    return 0


def _number_alone(state: Walk, role: Role, at: int) -> bool:
    """«ул. 5, д. 3», «линия 7»: a number that is the whole name of a street."""
    tokens = state.tokens
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if role.code == "кольцевая":
        return following is None or following.low not in ("км", "километр")
    if role.code in ("линия", "км", "проезд", "аллея", "просека"):
        return True
    if following is None:
        return True
    return following.number or (following.role is not None and following.role.kind in NUMBERED) or following.low == "д"


def _name_letter(state: Walk, role: Role, name: list[Token], at: int) -> int:
    """An initial of a name, or the end of the name where the letter is a type word."""
    tokens = state.tokens
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is not None and (following.gap >= COMMA or following.done):
        following = None
    if name and following is None and among_initials(tokens, at):
        return 1
    if not name and role.kind == PLAN and following is not None and following.number and following.gap == HYPHEN:
        return 2  # «мкр П-3»
    if not name or all(len(word.low) == 1 and not word.number for word in name[:1]):
        return 1 if following is not None and not following.number else int(role.kind == PLAN and following is None)
    if role_at(state, at) is not None:
        return 0
    if token.low == "и" and following is not None:
        return 1
    if following is None:
        return int(token.dot and not state.tail.house and role.kind == STREET)
    if len(name[-1].low) == 1 and not name[-1].number and among_initials(tokens, at):
        return int(token.dot)
    if following.number and token.low in "бм" and gender(joined_words(name)) >= 0:
        return int(token.dot)
    return int(token.dot and not following.number)


def split_before(before: list[Token], role: Role) -> tuple[list[Token], list[Token]]:
    """The words before a suffix type word: those of its name, and those of whatever stood before it."""
    if not before:
        return [], []
    start = _name_start(before, role)
    return before[start:], before[:start]


def _name_start(before: list[Token], role: Role) -> int:
    if role.code == "км":
        return max((at for at, token in enumerate(before) if token.number), default=0)
    if role.kind in (CITY, PLACE):
        for at in range(max(0, len(before) - 3), len(before)):
            known = town_at(before, at)
            if known and at + known[1] == len(before):
                return at
        first = town_at(before, 0)
        return first[1] if first is not None else 0
    kind = gender(joined_words(before[-1:]))
    if kind >= 0 and (role.kind == AREA or _GENDER.get(role.code, kind) == kind):
        start = len(before) - 1
        while start and role.kind == AREA and before[start].low in _NATIONAL:
            start -= 1
        while start and role.kind != AREA and (before[start - 1].number or _modifies(before[start - 1], kind)):
            start -= 1
        while start and before[start - 1].low in ORDINAL_ENDINGS and start > 1 and before[start - 2].number:
            start -= 2
        return start
    town = town_at(before, 0)
    if town is not None and town[1] < len(before) and not _is_numbered(before, town[1], role):
        return town[1]
    return 0


def _is_numbered(before: list[Token], size: int, role: Role) -> bool:
    """«Донской 5-й проезд»: an adjective that is a town's name too, of the gender of the type word, and its number."""
    ordinal = ordinal_size(before, size)
    return size + ordinal == len(before) and ordinal > 0 and _GENDER.get(role.code) == gender((before[size - 1].text,))


def _modifies(token: Token, kind: int) -> bool:
    if gender((token.text,)) == kind and town_by_name(token.low) is None and len(token.low) > 4:
        return True
    return token.low in ORDINAL_WORDS or token.low in ("б", "м", "н", "в", "ср")


def suffix(state: Walk, at: int, role: Role, before: list[Token], after: list[Token]) -> bool:
    """With words on both sides of a type word: whether its name is the one before it."""
    if role.kind == PLACE and only_town(before):
        return False
    if role.kind == CITY:
        known_before = town_at(before, 0)
        known_after = town_at(after, 0)
        return known_before is not None and known_after is None and known_before[1] == len(before)
    agrees = role.kind != PLACE and _GENDER.get(role.code) == gender(joined_words(before))
    if not agrees:
        following = state.tokens[at + 1 + len(after)] if at + 1 + len(after) < len(state.tokens) else None
        chain = following is not None and following.role is not None and following.role.kind == role.kind
        return chain and following is not None and following.gap < COMMA and len(after) < 3
    if role.kind == AREA:
        return True
    return not any(only_town(before[start:]) for start in range(len(before)))


def merges(before: list[Token]) -> bool:
    """Whether the words before a type word are only an ordinal or a size, so that the name goes on after it."""
    words = joined_words(before)
    return all(word[0].isdigit() or fold(word) in SIZE_WORDS for word in words)
