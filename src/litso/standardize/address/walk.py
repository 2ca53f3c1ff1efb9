"""Tokens → parts: which words are a name, of what kind, and where the house begins.

One walk from left to right. A type word takes its name from after it or from before it, whichever the commas, the
grammar and the dictionaries make likely; words that no type word takes are *runs*, judged later as a whole.
"""

from __future__ import annotations

from typing import Final

from litso.standardize.address.look import MONTHS, name_number, ordinal_size, town_at
from litso.standardize.address.names import ORDINAL_ENDINGS, gender
from litso.standardize.address.roles import role_at
from litso.standardize.address.span import merges, read_after, split_before, suffix
from litso.standardize.address.state import RUN, Part, Walk, joined_words
from litso.standardize.address.tail import read_tail
from litso.standardize.address.tokens import BRACKET, COMMA, HYPHEN, Token
from litso.standardize.address.words import COUNTRY, NAMED, NOISE, NUMBERED, PLAN, REGION, STREET, Role

_LONG_STREETS: Final = {"ш", "пр-кт", "б-р", "пер", "проезд", "пл", "туп", "тракт"}
"""Kinds whose full word, standing last after «ул», is the true kind: «ул. Московское шоссе»."""


def walk(tokens: list[Token], *, follows: bool = False, comma: bool = False) -> Walk:
    """Read the tokens of an address (see `tokens.read`) into parts."""
    state = Walk(tokens, follows, comma)
    state.streets = sum(token.role is not None and token.role.kind == STREET and len(token.low) > 1 for token in tokens)
    _postal(state)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.gap >= COMMA:
            _flush(state)
        if token.done:
            _flush(state)
            if token.role and token.role.kind == REGION:
                _keep_region(state, token.role.code, token)
            at += 1
        elif token.number:
            at = _number(state, at)
        else:
            at = _word(state, at)
    _flush(state, number=follows)
    if follows and state.parts and state.tail.empty:
        state.parts[-1].number = True
    return state


def _postal(state: Walk) -> None:
    """The first free number of six digits is the postal code; at the head of a text it is no house in any case."""
    for at, token in enumerate(state.tokens):
        if (
            token.number
            and len(token.text) == 6
            and token.text[0] in "12346"
            and token.gap != HYPHEN
            and not token.done
        ):
            state.postal_code = token.text
            token.done = True
            return
        if at == 0 and token.number and len(token.text) == 6 and len(state.tokens) > 1:
            state.unparsed.append(token.text)
            token.done = True


def _keep_region(state: Walk, name: str, token: Token) -> None:
    if state.region in (None, name):
        state.region = name
    else:
        state.unparsed.append(token.text)


def _flush(state: Walk, *, number: bool = False) -> None:
    """What is pending and taken by no type word becomes a run; in brackets after a street it belongs to its name."""
    if state.pending and _bracketed(state):
        state.parts[-1].extra = " ".join(joined_words(state.pending))
        state.pending = []
    if state.pending:
        part = Part(RUN, "", state.pending, number, not state.parts, after_house=not state.tail.empty)
        state.parts.append(part)
        state.pending = []


def _bracketed(state: Walk) -> bool:
    """«ш. Юкковское (Осиновая Роща)»: two streets of one name are told apart by what is in brackets."""
    if not state.parts or state.parts[-1].kind != STREET or state.pending[0].gap != BRACKET or not state.tail.empty:
        return False
    return all(not token.number and token.role is None and token.text[0].isupper() for token in state.pending)


def _word(state: Walk, at: int) -> int:
    token = state.tokens[at]
    role = role_at(state, at)
    if role is None:
        if token.role and token.role.kind in (NOISE,) and not state.pending:
            return at + 1
        if state.pending or not _leftover(state, at):
            state.pending.append(token)
        return at + 1
    if role.kind in NUMBERED:
        return _house(state, at)
    if role.kind == COUNTRY:
        _flush(state)
        state.country = role.code
        return at + 1
    if role.kind in NAMED:
        return _named(state, at, role)
    if role.kind == REGION:
        return _region_word(state, at, role)
    return at + 1


def _leftover(state: Walk, at: int) -> bool:
    """A lone type word with nothing to announce says nothing."""
    token = state.tokens[at]
    return token.role is not None and token.role.kind in NAMED and len(token.low) < 4 and token.gap >= COMMA


def _region_word(state: Walk, at: int, role: Role) -> int:
    """A region's type word whose name we do not know: it stays with its words, to be judged as a run."""
    state.pending.append(state.tokens[at])
    return at + 1


def _house(state: Walk, at: int) -> int:
    """Markers and numbers from here on belong to a house, as far as they go."""
    mark = not state.tokens[at].number
    before = state.pending
    _flush(state, number=True)
    first = state.tail.empty
    end = read_tail(state.tokens, at, state.tail)
    if end > at:
        if first and state.tail.house and state.parts and not state.parts[-1].after_house:
            state.parts[-1].number = True
        return end
    if before:
        state.pending = before
        state.parts.pop()
    if mark or state.tail.house is None:
        state.pending.append(state.tokens[at])
    else:
        state.unparsed.append(state.tokens[at].text)
    return at + 1


def _number(state: Walk, at: int) -> int:
    tokens = state.tokens
    if state.tail.house and state.pending and tokens[at].gap < COMMA:
        state.pending.append(tokens[at])  # «код 12», «тел. 8917…»: not of the house
        return at + 1
    ordinal = ordinal_size(tokens, at)
    size = ordinal or 1 + _lettered_plan(tokens, at)
    after = tokens[at + size] if at + size < len(tokens) else None
    if after is not None and after.gap < COMMA and not after.done and not after.number:
        role = role_at(_with_pending(state, tokens[at]), at + size)
        if role is not None and role.kind in (STREET, PLAN) and _suffix_number(state, at, size, role):
            state.pending += tokens[at : at + size]
            return at + size
    if _begins_name(state, at, ordinal):
        state.pending += tokens[at : at + (ordinal or 1)]
        return at + (ordinal or 1)
    if ordinal and state.pending and tokens[at].gap < COMMA and tokens[at + 1].low not in ("е",):
        state.pending += tokens[at : at + ordinal]
        return at + ordinal
    if _country_code(state, at):
        return at + 1
    return _house(state, at)


def _lettered_plan(tokens: list[Token], at: int) -> int:
    """1 where the number has a letter and names a quarter: «12а мкр»."""
    if at + 2 >= len(tokens) or tokens[at + 1].number or len(tokens[at + 1].low) > 1 or tokens[at + 1].gap == COMMA:
        return 0
    role = tokens[at + 2].role
    return int(role is not None and role.kind == PLAN and tokens[at + 2].gap < COMMA)


def _begins_name(state: Walk, at: int, ordinal: int) -> bool:
    """Whether a number begins an untyped name: «8 Марта 5», «1-я Советская»."""
    if not name_number(state.tokens, at):
        return False
    return bool(ordinal) or (
        not any(part.kind == STREET for part in state.parts) and (not state.pending or _starts_anew(state, at))
    )


def _country_code(state: Walk, at: int) -> bool:
    """643 and a region's number at the head of a machine-made address say nothing new."""
    token = state.tokens[at]
    following = state.tokens[at + 1] if at + 1 < len(state.tokens) else None
    return (
        not state.parts
        and not state.pending
        and (token.text == "643" or (len(token.text) == 2 and _is_region_code(state, at)))
        and token.gap == COMMA
        and following is not None
        and following.gap == COMMA
    )


def _is_region_code(state: Walk, at: int) -> bool:
    """Whether two digits at the head are a region's: behind a postal code, or before a town."""
    return state.postal_code is not None or town_at(state.tokens, at + 1) is not None


def _with_pending(state: Walk, token: Token) -> Walk:
    """The state as a suffix type word sees it: there is something before it."""
    return state if state.pending else Walk(state.tokens, state.follows, state.comma, state.parts, state.tail, [token])


def _suffix_number(state: Walk, at: int, size: int, role: Role) -> bool:
    """Whether a number with a type word after it is that word's name: «6 мкр», «10-й проезд», «9-я линия», «25 км»."""
    tokens = state.tokens
    word = at + size
    if role.kind == STREET and any(part.kind == STREET for part in state.parts) and role.code not in ("км",):
        return False
    if size == 2 or role.code == "км":
        return True
    after = tokens[word + 1] if word + 1 < len(tokens) else None
    if role.kind == PLAN:
        return not (
            after is not None
            and after.gap < COMMA
            and after.number
            and state.tail.house is None
            and state.parts
            and state.parts[-1].kind == STREET
        )
    return role.code in ("линия", "проезд", "пер", "аллея", "просека", "ул", "кольцо") and (
        after is None or after.gap >= COMMA or after.number or after.role is not None
    )


def _starts_anew(state: Walk, at: int) -> bool:
    """Whether pending words are a town, so that a number after them begins the street: «Самара 8 Марта»."""
    if state.tokens[at + 1].low in MONTHS or (at + 2 < len(state.tokens) and state.tokens[at + 1].gap == HYPHEN):
        return True
    return town_at(state.pending, 0) is not None and town_at(state.pending, 0)[1] == len(state.pending)  # type: ignore[index]


def _named(state: Walk, at: int, role: Role) -> int:
    """A type word: find its name after it or before it, keep the part, answer where to go on."""
    before = state.pending
    after, end = read_after(state, at, role)
    if before and role.kind == STREET and (role.code == "км" or (len(after) == 1 and after[0].number)):
        after = []
    if role.kind == PLAN and before and before[0].number:
        after = []  # «5 мкр Ленина 7»: what follows is the street
    if before and after and not merges(before):
        if suffix(state, at, role, before, after):
            after, end = [], at + 1
        else:
            _flush(state)
            before = []
    rest: list[Token] = []
    if before and after:  # «7-я ул. Текстильщиков», «2-ая Большая улица Тестовая»
        tokens = before + after
    elif after:
        tokens = after
    else:
        tokens, rest = split_before(before, role)
        end = at + 1
    state.pending = rest
    _flush(state)
    if not tokens and role.code != "кольцевая":
        return _nameless(state, at, role)
    if role.kind != PLAN and tokens and all(len(token.low) == 1 and not token.number for token in tokens):
        state.unparsed += [state.tokens[at].text, *(token.text for token in tokens)]
        return end
    _keep(state, role, tokens)
    return end


def _nameless(state: Walk, at: int, role: Role) -> int:
    """A type word without a name: in «мкр, Центральный» the name is behind the comma."""
    if role.kind == STREET and len(state.tokens[at].low) > 4:
        state.pending.append(state.tokens[at])
    return at + 1


def _keep(state: Walk, role: Role, tokens: list[Token]) -> None:
    code = role.code
    if role.kind == STREET:
        code, tokens = _second_type(code, tokens)
        if code == "проезд" or code != "пр-кт":
            pass
        elif _short_pr(state, role) and _is_numbered_passage(tokens):
            code = "проезд"
    state.parts.append(Part(role.kind, code, tokens, after_house=not state.tail.empty))


def _is_numbered_passage(tokens: list[Token]) -> bool:
    """Whether a name with an ordinal is a passage's: «6-й Брусничный»; «9-й Пятилетки» is an avenue's."""
    if not any(ordinal_size(tokens, at) for at in range(len(tokens))):
        return False
    words = [token.text for token in tokens if not token.number and token.low not in ORDINAL_ENDINGS]
    return not words or gender(words) >= 0


def _short_pr(state: Walk, role: Role) -> bool:
    """Whether the avenue was written «пр.», which passages, numbered as they are, are called too."""
    return any(token.low == "пр" for token in state.tokens)


def _second_type(code: str, tokens: list[Token]) -> tuple[str, list[Token]]:
    """«ул. Московское шоссе» is «ш Московское»; «ул. Красная Площадь» stays."""
    last = tokens[-1].role if len(tokens) > 1 else None
    second = last is not None and last.kind == STREET and last.code in _LONG_STREETS and len(tokens[-1].low) > 3
    if last is not None and second and code == "ул" and tokens[0].low != "красная":
        return last.code, tokens[:-1]
    return code, tokens
