"""The end of an address: house, blocks, entrance, floor, flat, room, in words or in bare numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from litso.standardize.address.tokens import BRACKET, COMMA, GLUED, HYPHEN, SLASH, SPACE, Token
from litso.standardize.address.words import (
    BLOCK,
    BOX,
    ENTRANCE,
    FLAT,
    FLOOR,
    HOUSE,
    NUMBERED,
    ROOM,
    STEAD,
    Role,
)

_LETTERS_AFTER: Final = {
    "к": Role(BLOCK, "к"),
    "с": Role(BLOCK, "стр"),
    "ст": Role(BLOCK, "стр"),
    "п": Role(ENTRANCE, "п"),
    "э": Role(FLOOR, "эт"),
    "д": Role(HOUSE, "д"),
    "л": Role(BLOCK, "литера"),
    "о": Role(FLAT, "офис"),
}
"""Single letters that are markers when a number follows."""

_LETTERED: Final = frozenset(
    {"литера", "к", "стр", "помещ", "офис", "секция", "блок", "п", "кв", "клад", "м/м", "скл", "ком"}
)
_LATIN_NUMBER: Final = re.compile("[IVX]+")
_HOSTEL: Final = "общ"
"""A hostel is a house; the word tells how its rooms are counted, no more."""

_LONGEST: Final = 24
"""Characters after which a number is none: garbage is not read on."""

_SUFFIXED: Final = frozenset({ENTRANCE, FLOOR})


@dataclass(slots=True)
class Tail:
    """What was read of a house so far. `bare` are numbers without a word, in their order."""

    house: str | None = None
    house_type: str | None = None
    stead: str | None = None
    blocks: list[tuple[str, str]] = field(default_factory=list)
    entrance: str | None = None
    floor: str | None = None
    flat: str | None = None
    flat_type: str | None = None
    room: str | None = None
    box: str | None = None
    bare: list[str] = field(default_factory=list)
    marked: bool = False
    unparsed: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing was read."""
        return not (
            self.house or self.stead or self.blocks or self.flat or self.room or self.entrance or self.floor or self.box
        )


def marker(tokens: list[Token], at: int, tail: Tail) -> Role | None:
    """The role of a word that announces a number of a house or in it, in the light of what was read before."""
    token = tokens[at]
    if token.number or token.done:
        return None
    if len(token.low) <= 2 and token.low in _LETTERS_AFTER and _value_follows(tokens, at, token.low):
        if token.low == "к" and tail.flat:
            return Role(ROOM, "ком")
        if token.low == "л" and tail.house is None:
            return None
        return _LETTERS_AFTER[token.low]
    role = token.role
    if role is None or role.kind not in NUMBERED:
        return None
    if role.code == "кв-л":
        return None
    return role


def _value_follows(tokens: list[Token], at: int, letter: str) -> bool:
    if at + 1 >= len(tokens):
        return False
    following = tokens[at + 1]
    if following.number:
        return following.gap < COMMA or tokens[at].dot
    return letter == "л" and tokens[at].dot and len(following.low) == 1


def read_tail(tokens: list[Token], at: int, tail: Tail) -> int:
    """Read from `at` as far as the tokens belong to a house; answers where it stopped (`at` itself: nothing read)."""
    while at < len(tokens) and not tokens[at].done:
        step = _number(tokens, at, tail) if tokens[at].number else _marked(tokens, at, tail)
        if step == at:
            break
        at = step
    return at


def _number(tokens: list[Token], at: int, tail: Tail) -> int:
    """A number without a word before it: the word may follow («2 подъезд», «257-е строение»)."""
    value, end = read_value(tokens, at, letters=tail.house is None or bool(tail.bare), house=tail.house is None)
    role = _suffix(tokens, at, end)
    if role is not None:
        _put(tail, role, value)
        return _past_suffix(tokens, end)
    if len(value) > 12 or (tail.house is not None and (len(tail.bare) > 2 or len(tail.blocks) > 4)):
        return at
    if tail.flat is not None and tail.house is not None and not tail.bare:
        tail.unparsed.append(value)
    elif tail.house is None and tail.stead is None:
        _bare_house(tail, tokens, at, value)
    else:
        tail.bare.append(value)
    return end


def _suffix(tokens: list[Token], at: int, end: int) -> Role | None:
    """The role of a word that stands after its number; where a number follows the word too, it is a prefix."""
    here = end
    if here < len(tokens) and not tokens[here].number and tokens[here].low in ("й", "е", "я", "ый", "ой", "ий", "ое"):
        here += 1
    if here >= len(tokens) or tokens[here].number or tokens[here].gap >= COMMA:
        return None
    role = tokens[here].role
    if role is None or role.kind not in NUMBERED or len(tokens[here].low) == 1:
        return None
    if here + 1 < len(tokens) and tokens[here + 1].gap < COMMA:
        following = tokens[here + 1]
        if following.number and not (role.kind in _SUFFIXED and _again(tokens, here + 1)):
            return None
        if role.code in _LETTERED and len(following.low) == 1 and not following.number:
            return None
    return role


def _again(tokens: list[Token], at: int) -> bool:
    """Whether the number at `at` has its word after it too: «2 подъезд 5 этаж»."""
    if at + 1 >= len(tokens):
        return False
    role = tokens[at + 1].role
    return role is not None and role.kind in NUMBERED and len(tokens[at + 1].low) > 1


def _past_suffix(tokens: list[Token], end: int) -> int:
    return end + (2 if tokens[end].low in ("й", "е", "я", "ый", "ой", "ий", "ое") else 1)


def _marked(tokens: list[Token], at: int, tail: Tail) -> int:
    """A word with its number: «д. 5», «корп. А», «кв12»; or a letter that belongs to the house before it."""
    token = tokens[at]
    role = marker(tokens, at, tail)
    if role is None:
        return _loose_letter(tokens, at, tail)
    if role.code == _HOSTEL and tail.house is not None:
        return at + 1
    if at + 1 >= len(tokens) or tokens[at + 1].done:
        return _loose_letter(tokens, at, tail)
    following = tokens[at + 1]
    if following.number:
        ranges = role.kind not in (BLOCK, ENTRANCE, FLOOR)  # «к 2-7» is a block and a flat
        value, end = read_value(tokens, at + 1, letters=True, house=role.kind == HOUSE, ranges=ranges)
        if role.kind == HOUSE and tail.house is None:
            tail.marked = True
        _put(tail, role, value)
        return end
    lettered = _letter_value(tokens, at + 1) if role.code in _LETTERED and following.gap < COMMA else None
    if lettered and (len(token.low) > 1 or following.gap <= SPACE):
        value, end = lettered
        _put(tail, role, value)
        return end
    second = marker(tokens, at + 1, tail)
    if second is not None and following.gap < COMMA and at + 2 < len(tokens) and tokens[at + 2].number:
        return at + 1  # «дом владение 5», «неж. помещение 3»: the word beside the number tells
    return at


def _letter_value(tokens: list[Token], at: int) -> tuple[str, int] | None:
    """«А», «П1», «1Н», «III», «Н,Н1»: a value that begins with a letter."""
    text = tokens[at].text
    if _LATIN_NUMBER.fullmatch(text):
        return text, at + 1
    if len(text) > 2 or tokens[at].done:
        return None
    end = at + 1
    value = text.upper()
    if end < len(tokens) and tokens[end].number and tokens[end].gap in (GLUED, HYPHEN):
        value += ("-" if tokens[end].gap == HYPHEN else "") + tokens[end].text
        end += 1
    elif len(text) == 2 and tokens[at].role is not None:
        return None
    return value, end


def _loose_letter(tokens: list[Token], at: int, tail: Tail) -> int:
    """«д. 12, а» is not a letter of the house, but «д. 12 "а"» is, even after a dot."""
    token = tokens[at]
    if tail.house and len(token.low) == 1 and token.gap < COMMA and tail.house.isdigit() and not tail.bare:
        if at + 1 < len(tokens) and not tokens[at + 1].number and tokens[at + 1].gap <= SPACE and token.dot:
            return at
        if not (tail.blocks or tail.flat or tail.entrance or tail.floor):
            tail.house += token.text.upper()
            return at + 1
    return at


def _letter(tokens: list[Token], at: int) -> bool:
    """Whether the token is a letter of the number before it, not a marker or the start of a word group."""
    token = tokens[at]
    if token.number or token.done or len(token.low) > 2 or token.gap in (COMMA, BRACKET):
        return False
    if len(token.low) == 2:
        return token.gap == GLUED and token.role is None and token.low not in ("ст", "ая", "ой", "ый", "ий", "ое")
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or following.gap >= COMMA:
        return True
    if token.low == "к" and len(following.low) == 1 and not following.number and token.gap != GLUED:
        return False  # «18 к Д»
    if following.number:
        if following.gap == SLASH:
            return True
        return token.low not in _LETTERS_AFTER or (token.low == "д" and token.gap == GLUED)
    if token.gap == GLUED:
        return True
    if token.low in ("г", "с", "п", "х", "д", "к"):  # «5 г Самара», «5 с Рождествено»: a place, unless a marker follows
        return following.role is not None and following.role.kind in NUMBERED
    return not (token.dot and following.role is None)


def read_value(tokens: list[Token], at: int, *, letters: bool, house: bool, ranges: bool = True) -> tuple[str, int]:
    """A number with what belongs to it: «12а», «12 а», «5/7», «105/ 3», «50-52», «12-А», «9/1А»; and where it ends."""
    value = tokens[at].text
    end = at + 1
    while end < len(tokens) and len(value) <= _LONGEST:
        token = tokens[end]
        if token.done:
            break
        if token.number:
            if token.gap == SLASH:
                value += "/" + token.text
            elif token.gap == HYPHEN and ranges and len(token.text) < 6:
                value += "-" + token.text
            else:
                break
            end += 1
            continue
        if letters and value[-1].isdigit() and _letter(tokens, end):
            if token.gap == SLASH and not house:
                break
            value += ("/" if token.gap == SLASH else "") + token.text.upper()
            end += 1
            continue
        break
    return value, end


def _bare_house(tail: Tail, tokens: list[Token], at: int, value: str) -> None:
    tail.house = value
    tail.house_type = "д"


def _put(tail: Tail, role: Role, value: str) -> None:
    """Keep a value under its role; a second value of a kind stays unparsed."""
    kind = role.kind
    if kind == HOUSE:
        if tail.house is None:
            tail.house, tail.house_type = value, "д" if role.code == _HOSTEL else role.code
        elif role.code != "д" and not tail.blocks:
            tail.blocks.append((role.code, value))
        else:
            tail.unparsed += [role.code.upper(), value]
    elif kind == BLOCK:
        tail.blocks.append((role.code, value))
    elif kind == STEAD and tail.stead is None:
        tail.stead = value
    elif kind == ENTRANCE and tail.entrance is None:
        tail.entrance = value
    elif kind == FLOOR and tail.floor is None:
        tail.floor = value
    elif kind == BOX and tail.box is None:
        tail.box = value
    elif kind == FLAT and tail.flat is None:
        tail.flat, tail.flat_type = value, role.code
    elif (kind == ROOM and tail.room is None) or (kind in (FLAT, ROOM) and tail.room is None):
        tail.room = value
    else:
        tail.unparsed += [role.code.upper(), value]


_HOUSE_AND_FLAT: Final = re.compile(r"(\d+[А-ЯЁ]?(?:/\d+[А-ЯЁ]?)*)/?-(\d+[А-ЯЁ]?)(?:-(\d+[А-ЯЁ]?))?")


def settle(tail: Tail) -> None:
    """Give the bare numbers their meaning: house, block and flat in this order; tell «50-52» from «5-12»."""
    if tail.house is None and tail.blocks:
        tail.house_type, tail.house = tail.blocks.pop(0)
    if tail.house is None and tail.stead is None and tail.bare:
        tail.house, tail.house_type = tail.bare.pop(0), "д"
    _part_house(tail)
    if tail.flat is None and tail.room is not None:
        tail.flat, tail.flat_type, tail.room = tail.room, "ком", None
    if tail.bare:
        _slots(tail)
    tail.flat = _plain(tail.flat)
    tail.room = _plain(tail.room)


def _plain(value: str | None) -> str | None:
    """A number without leading zeros; a zero alone tells nothing."""
    if value is None:
        return None
    return value.lstrip("0") or None


def _part_house(tail: Tail) -> None:
    found = _HOUSE_AND_FLAT.fullmatch(tail.house or "")
    if not found or tail.flat is not None or len(tail.bare) > 1:
        return
    first, second, third = found.groups()
    if tail.bare and not third and not _range(first, second, marked=True):
        third = tail.bare.pop()  # «3-1 37»: house, block, flat
    if third:
        tail.house, tail.flat, tail.flat_type = first, third, "кв"
        tail.blocks.insert(0, ("к", second))
    elif not _range(first, second, marked=tail.marked):
        tail.house, tail.flat, tail.flat_type = first, second, "кв"


def _range(first: str, second: str, *, marked: bool) -> bool:
    """Whether «N-M» numbers one long house: the same side of the street, close together."""
    if not (first.isdigit() and second.isdigit()):
        return False
    apart = int(second) - int(first)
    if apart == 2:
        return marked or int(first) > 9
    return marked and 2 < apart <= 8 and apart % 2 == 0 and int(first) > 9


def _slots(tail: Tail) -> None:
    rest = tail.bare
    if tail.flat is None:
        if len(rest) > 1 and not tail.blocks:
            tail.blocks.append(("к", rest.pop(0)))
        tail.flat, tail.flat_type = rest.pop(0), "кв"
    elif not tail.blocks:
        tail.blocks.append(("к", rest.pop(0)))
    tail.unparsed += rest
    tail.bare = []
