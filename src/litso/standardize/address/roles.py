"""What a type word means where it stands: «д» is a village before a name and a house before a number."""

from __future__ import annotations

from typing import Final

from litso.standardize.address.look import MONTHS, among_initials, inside_street, name_number, ordinal_size, town_at
from litso.standardize.address.state import Walk
from litso.standardize.address.tail import marker
from litso.standardize.address.tokens import COMMA, SPACE, Token
from litso.standardize.address.words import AREA, CITY, NAMED, NUMBERED, PLACE, PLAN, STREET, Role

_LETTER_PLACES: Final = {
    "с": Role(PLACE, "с"),
    "п": Role(PLACE, "п"),
    "д": Role(PLACE, "д"),
    "х": Role(PLACE, "х"),
    "г": Role(CITY, "г"),
    "а": Role(PLACE, "аул"),
    "у": Role(AREA, "у"),
}
_GENITIVE: Final = (
    "ова",
    "ева",
    "ина",
    "ына",
    "ого",
    "его",
    "ской",
    "цкой",
    "ко",
    "ых",
    "их",
    "ов",
    "ев",
    "ей",
    "ы",
    "и",
)


def role_at(state: Walk, at: int) -> Role | None:
    """The role of the word at `at` where it stands: a short word means one thing before a name, another elsewhere."""
    tokens = state.tokens
    token = tokens[at]
    if token.number or token.done:
        return None
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is not None and (following.gap >= COMMA or following.done):
        following = None
    low = token.low
    if len(low) == 1:
        return _letter_role(state, at, following)
    role = token.role
    if role is None:
        return None
    if role.kind in NUMBERED:
        return _numbered_role(state, at, role, following)
    if role.kind in (STREET, PLACE, PLAN) and len(low) > 3 and inside_street(tokens, at):
        return None
    if low == "город" and _ends_name(tokens, at):
        return None
    if low == "ст" and following is not None:
        if following.number:
            return marker(tokens, at, state.tail) if not state.tail.empty else role
        return Role(PLACE, "ст-ца") if following.low.endswith("ая") else role
    if low == "км" and following is None and not state.pending:
        return None
    if role.kind == STREET and role.code == "линия" and following is None and not state.pending:
        return None
    return role


def _ends_name(tokens: list[Token], at: int) -> bool:
    """Whether the full word belongs to a name before it that is no town's: «мкр Южный город», but «Мирный город»."""
    before = tokens[at - 1] if at and tokens[at].gap == SPACE else None
    if before is None or before.number or before.done or before.role is not None:
        return False
    return before.low.endswith(("ый", "ий", "ой")) and town_at(tokens, at - 1) is None


def _letter_role(state: Walk, at: int, following: Token | None) -> Role | None:
    tokens, low = state.tokens, state.tokens[at].low
    if (low not in _LETTER_PLACES and low != "ш" and low != "к") or among_initials(tokens, at):
        return None
    if low == "ш":
        return Role(STREET, "ш") if following is not None or state.pending else None
    if following is not None and _town_letter(tokens, at):
        return None
    if following is not None and following.number:
        if low == "п" and state.tail.empty and at + 2 < len(tokens) and tokens[at + 2].low == "км":
            return _LETTER_PLACES[low]
        if low in _LETTER_PLACES and name_number(tokens, at + 1) and _named_by_number(tokens, at + 1):
            return _LETTER_PLACES[low]
        if low == "г" and state.pending and state.tail.empty:
            return _LETTER_PLACES[low]
        return marker(tokens, at, state.tail)
    if low == "к":
        return None
    if following is not None:
        if low == "с" and not tokens[at].dot and following.text.islower() and not state.tail.empty:
            return None  # «вход с торца»
        if low == "у":  # «у. Мегино-Кангаласский» of Yakutia
            return _LETTER_PLACES[low] if tokens[at].dot and following.low.endswith("ский") else None
        if low == "а" and not _aul(state, at, following):
            return None
        if following.role is not None and following.role.kind in NAMED and len(following.low) > 1 and state.pending:
            return _LETTER_PLACES[low]  # «Самара г Ленина ул» is told by the pending name
        if low != "г" and state.tokens[at].dot and _initial(following) and not state.pending and state.streets == 0:
            return None
        return _LETTER_PLACES[low]
    if low == "у":
        return _LETTER_PLACES[low] if state.pending and state.pending[-1].low.endswith("ский") else None
    if low in ("а", "х") or not state.pending:
        return None
    return _LETTER_PLACES[low]


def _town_letter(tokens: list[Token], at: int) -> bool:
    """Whether the letter begins a town's abbreviated name: «Н. Новгород», «С.-Петербург»."""
    town = town_at(tokens, at)
    return town is not None and town[1] > 1


def _named_by_number(tokens: list[Token], at: int) -> bool:
    """«д. 1-е Иткулово», «п. 8 Марта»: not «д. 5 вход»."""
    return ordinal_size(tokens, at) > 0 or (at + 1 < len(tokens) and tokens[at + 1].low in MONTHS)


def _aul(state: Walk, at: int, following: Token) -> bool:
    token = state.tokens[at]
    return token.gap >= COMMA and not following.low.endswith(_GENITIVE[:6])


def _initial(following: Token) -> bool:
    """Whether a dotted letter before this word is rather a person's initial: «С. Лазо», «П. Морозова»."""
    return following.low in ("лазо", "разина", "морозова", "перовской", "донского", "осипенко", "невского", "димитрова")


def _numbered_role(state: Walk, at: int, role: Role, following: Token | None) -> Role | None:
    tokens = state.tokens
    if tokens[at].low in ("кв",) and state.tail.empty and not state.follows:
        if following is not None and not following.number:
            return Role(PLAN, "кв-л") if len(following.low) > 2 else None
        if following is not None and _house_later(state, at + 2):
            return Role(PLAN, "кв-л")
    if tokens[at].low == "кв" and state.follows and not state.streets:
        return Role(PLAN, "кв-л")
    if following is None and not (state.tail.empty and state.pending):
        nxt = tokens[at + 1] if at + 1 < len(tokens) else None
        return role if nxt is not None and nxt.number and not nxt.done else None
    return role


def _house_later(state: Walk, at: int) -> bool:
    """Whether a house is told after `at`: then «кв 5» before it is a quarter, not a flat."""
    tokens = state.tokens
    if state.streets:
        return False
    return any(
        token.low in ("д", "дом", "зд", "уч", "влд") and i + 1 < len(tokens) and tokens[i + 1].number
        for i, token in enumerate(tokens[at : at + 12], at)
    )
