"""Tokens → parts: which words are a name, of what kind, and where the house begins.

One walk from left to right. A type word takes its name from after it or from before it, whichever the commas, the
grammar and the dictionaries make likely; words that no type word takes are *runs*, judged later as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from litso.standardize.address.names import ORDINAL_ENDINGS, ORDINAL_WORDS, SIZE_WORDS, adjective, fold, gender
from litso.standardize.address.places import LONGEST, Town, flat, region_phrases, town_by_name
from litso.standardize.address.tail import Tail, marker, read_tail
from litso.standardize.address.tokens import BRACKET, COMMA, GLUED, HYPHEN, SLASH, SPACE, Token
from litso.standardize.address.words import (
    AREA,
    BOX,
    CITY,
    COUNTRY,
    NAMED,
    NOISE,
    NUMBERED,
    PLACE,
    PLAN,
    REGION,
    STREET,
    Role,
)

RUN: Final = "run"
_MONTHS: Final = frozenset(
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря лет летия летие года год годовщины".split()
)
_LONG_STREETS: Final = {"ш", "пр-кт", "б-р", "пер", "проезд", "пл", "туп", "тракт"}
"""Kinds whose full word, standing last after «ул», is the true kind: «ул. Московское шоссе»."""
NUMBERED_PLACES: Final = frozenset("разъезд разъезда км казарма пост блокпост отделение участок бригада ферма городок станция".split())
_LETTER_PLACES: Final = {
    "с": Role(PLACE, "с"),
    "п": Role(PLACE, "п"),
    "д": Role(PLACE, "д"),
    "х": Role(PLACE, "х"),
    "г": Role(CITY, "г"),
    "а": Role(PLACE, "аул"),
    "у": Role(AREA, "у"),
}
_NATIONAL: Final = frozenset({"немецкий", "национальный", "эвенкийский", "эвено-бытантайский", "долгано-ненецкий"})
_GENITIVE: Final = ("ова", "ева", "ина", "ына", "ого", "его", "ской", "цкой", "ко", "ых", "их", "ов", "ев", "ей", "ы", "и")


@dataclass(slots=True)
class Part:
    """A name and the kind of place that it is; a run has no kind yet. `number` tells that a house followed it."""

    kind: str
    code: str
    tokens: list[Token]
    number: bool = False
    first: bool = False
    after_house: bool = False
    extra: str = ""

    @property
    def words(self) -> list[str]:
        """Words of the name; an ordinal with its ending («1» «я») is one word."""
        return _words(self.tokens)

    @property
    def dotted(self) -> list[bool]:
        """Whether a dot followed each of the words."""
        return [dot for _, dot in _joined(self.tokens)]


def _joined(tokens: list[Token]) -> list[tuple[str, bool]]:
    out: list[tuple[str, bool]] = []
    number = False
    for token in tokens:
        if out and number and not token.number and token.low in ORDINAL_ENDINGS and token.gap in (GLUED, HYPHEN, SPACE):
            out[-1] = f"{out[-1][0]}-{_ending(token.low)}", token.dot
        elif out and number and not token.number and token.gap in (GLUED, HYPHEN) and len(token.low) < 3:
            out[-1] = out[-1][0] + token.text.upper(), token.dot
        elif out and number and not token.number and token.gap == HYPHEN:
            out[-1] = f"{out[-1][0]}-{token.text.lower()}", token.dot
        elif out and token.number and token.gap == HYPHEN:
            out[-1] = f"{out[-1][0]}-{token.text}", token.dot
        else:
            out.append((token.text, token.dot))
        number = token.number
    return out


def _words(tokens: list[Token]) -> list[str]:
    return [word for word, _ in _joined(tokens)]


def _ending(low: str) -> str:
    """Short ending of an ordinal: «ая» → «я»."""
    return {"ая": "я", "ья": "я", "ый": "й", "ой": "й", "ий": "й", "ое": "е", "ье": "е", "ей": "й"}.get(low, low)


@dataclass(slots=True)
class Walk:
    """State of one walk. `follows` tells that a house was already cut from the end of the text."""

    tokens: list[Token]
    follows: bool = False
    parts: list[Part] = field(default_factory=list)
    tail: Tail = field(default_factory=Tail)
    pending: list[Token] = field(default_factory=list)
    unparsed: list[str] = field(default_factory=list)
    region: str | None = None
    country: str | None = None
    postal_code: str | None = None
    streets: int = 0


def walk(tokens: list[Token], *, follows: bool = False) -> Walk:
    """Read the tokens of an address (see `tokens.read`) into parts."""
    state = Walk(tokens, follows)
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
    return state


def _postal(state: Walk) -> None:
    """The first free number of six digits is the postal code."""
    for token in state.tokens:
        if token.number and len(token.text) == 6 and token.text[0] in "12346" and token.gap != HYPHEN and not token.done:
            state.postal_code = token.text
            token.done = True
            return


def _keep_region(state: Walk, name: str, token: Token) -> None:
    if state.region in (None, name):
        state.region = name
    else:
        state.unparsed.append(token.text)


def _flush(state: Walk, *, number: bool = False) -> None:
    """What is pending and taken by no type word becomes a run; in brackets after a street it belongs to its name."""
    if state.pending and _bracketed(state):
        state.parts[-1].extra = " ".join(_words(state.pending))
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


def role_at(state: Walk, at: int) -> Role | None:
    """The role of the word at `at` where it stands: many short words mean one thing before a name, another elsewhere."""
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
    if role.kind in (STREET, PLACE, PLAN) and len(low) > 3 and _inside_street(tokens, at):
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


def _inside_street(tokens: list[Token], at: int) -> bool:
    """Whether a full type word is part of a name that «улица» closes: «Новая Набережная улица», «набережная реки Пензы улица»."""
    word = tokens[at]
    if word.role is None or word.role.code == "ул":
        return False
    for token in tokens[at + 1 : at + (4 if word.low.startswith("набережн") else 2)]:
        if token.gap >= COMMA or token.number or token.done:
            return False
        if token.role is not None:
            return token.role.code == "ул" and _closing_street(tokens, tokens.index(token, at))
    return False


def _closing(tokens: list[Token], at: int) -> bool:
    """Whether nothing of a name follows in this stretch between commas."""
    if at + 1 >= len(tokens):
        return True
    following = tokens[at + 1]
    return following.gap >= COMMA or following.number or following.done or (
        following.role is not None and following.role.kind in NUMBERED
    )


def _letter_role(state: Walk, at: int, following: Token | None) -> Role | None:
    tokens, low = state.tokens, state.tokens[at].low
    if (low not in _LETTER_PLACES and low != "ш" and low != "к") or _among_initials(tokens, at):
        return None
    if low == "ш":
        return Role(STREET, "ш") if following is not None or state.pending else None
    if following is not None and _town_letter(tokens, at):
        return None
    if following is not None and following.number:
        if low == "п" and state.tail.empty and at + 2 < len(tokens) and tokens[at + 2].low == "км":
            return _LETTER_PLACES[low]
        if low in _LETTER_PLACES and _name_number(tokens, at + 1) and _named_by_number(tokens, at + 1):
            return _LETTER_PLACES[low]
        if low == "г" and state.pending and state.tail.empty:
            return _LETTER_PLACES[low]
        return marker(tokens, at, state.tail)
    if low == "к":
        return None
    if following is not None:
        if low == "с" and not tokens[at].dot and following.text.islower() and not state.tail.empty:
            return None  # «вход с торца»
        if low in ("а", "у") and (low == "у" or not _aul(state, at, following)):
            return None
        if following.role is not None and following.role.kind in NAMED and len(following.low) > 1 and state.pending:
            return _LETTER_PLACES[low]  # «Самара г Ленина ул» is told by the pending name
        if low != "г" and state.tokens[at].dot and _initial(following) and not state.pending and state.streets == 0:
            return None
        return _LETTER_PLACES[low]
    if low in ("а", "у", "х") or not state.pending:
        return None
    return _LETTER_PLACES[low]


def _among_initials(tokens: list[Token], at: int) -> bool:
    """«П.Г.Косенкова», «Малый П.С.»: dotted letters side by side."""
    token = tokens[at]
    if not token.dot or token.low == "г" or (token.low == "д" and _before_number(tokens, at)):
        return False
    near = [tokens[at + 1]] if _spaced(tokens, at + 1) and not _before_number(tokens, at + 1) else []
    if at and token.gap == SPACE:
        near.append(tokens[at - 1])
    return any(len(other.low) == 1 and other.dot and not other.number and other.low != "г" for other in near)


def _spaced(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].gap == SPACE


def _before_number(tokens: list[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].number


def _town_letter(tokens: list[Token], at: int) -> bool:
    """Whether the letter begins a town's abbreviated name: «Н. Новгород», «С.-Петербург»."""
    town = town_at(tokens, at)
    return town is not None and town[1] > 1


def _named_by_number(tokens: list[Token], at: int) -> bool:
    """«д. 1-е Иткулово», «п. 8 Марта»: not «д. 5 вход»."""
    return _ordinal(tokens, at) > 0 or (at + 1 < len(tokens) and tokens[at + 1].low in _MONTHS)


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
    role = marker(state.tokens, at, state.tail)
    if role is not None and role.kind == BOX:
        _flush(state)
    mark = not state.tokens[at].number
    before = state.pending
    _flush(state, number=True)
    end = read_tail(state.tokens, at, state.tail)
    if end > at:
        return end
    if before:
        state.pending = before
        state.parts.pop()
    if mark or state.tail.house is None:
        state.pending.append(state.tokens[at])
    else:
        state.unparsed.append(state.tokens[at].text)
    return at + 1


def _ordinal(tokens: list[Token], at: int) -> int:
    """Tokens of an ordinal at `at` («1» «я»): 2, or 0 where it is none."""
    if at + 1 >= len(tokens) or not tokens[at].number:
        return 0
    ending = tokens[at + 1]
    return 2 if not ending.number and ending.low in ORDINAL_ENDINGS and ending.gap in (GLUED, HYPHEN) else 0


def _name_number(tokens: list[Token], at: int) -> bool:
    """Whether the number at `at` begins a name: «8 Марта», «50 лет Октября», «1-я Советская», «26 Бакинских…»."""
    size = _ordinal(tokens, at) or 1
    if at + size >= len(tokens):
        return False
    following = tokens[at + size]
    if following.number or following.done or following.gap in (COMMA, COMMA + 1):
        return False
    if size == 1 and following.gap == HYPHEN and following.low in _MONTHS:
        return True
    if following.gap > SPACE or following.low in ("к", "с", "д", "п", "и"):
        return False
    if following.role is not None:
        if following.role.kind == STREET and len(following.low) > 3 and _inside_street(tokens, at + size):
            return True
        return False if following.role.kind in NUMBERED else size == 2 and following.role.kind not in (CITY, PLACE)
    return len(following.low) > 2 or (size == 2 and following.dot)


def _number(state: Walk, at: int) -> int:
    tokens = state.tokens
    if state.tail.house and state.pending and tokens[at].gap < COMMA:
        state.pending.append(tokens[at])  # «код 12», «тел. 8917…»: not of the house
        return at + 1
    ordinal = _ordinal(tokens, at)
    size = ordinal or 1 + _lettered_plan(tokens, at)
    after = tokens[at + size] if at + size < len(tokens) else None
    if after is not None and after.gap < COMMA and not after.done and not after.number:
        role = role_at(_with_pending(state, tokens[at]), at + size)
        if role is not None and role.kind in (STREET, PLAN) and _suffix_number(state, at, size, role):
            state.pending += tokens[at : at + size]
            return at + size
    if ordinal or not any(part.kind == STREET for part in state.parts):
        if _name_number(tokens, at) and not (state.pending and not ordinal and not _starts_anew(state, at)):
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


def _country_code(state: Walk, at: int) -> bool:
    """643 and a region's number at the head of a machine-made address say nothing new."""
    token = state.tokens[at]
    following = state.tokens[at + 1] if at + 1 < len(state.tokens) else None
    return (
        not state.parts
        and not state.pending
        and (token.text == "643" or (state.postal_code is not None and len(token.text) == 2))
        and token.gap == COMMA
        and following is not None
        and following.gap == COMMA
    )


def _with_pending(state: Walk, token: Token) -> Walk:
    """The state as a suffix type word sees it: there is something before it."""
    return state if state.pending else Walk(state.tokens, state.follows, state.parts, state.tail, [token])


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
        return not (after is not None and after.gap < COMMA and after.number and state.tail.house is None and state.parts
                    and state.parts[-1].kind == STREET)
    return role.code in ("линия", "проезд", "пер", "аллея", "просека", "ул", "кольцо") and (
        after is None or after.gap >= COMMA or after.number or after.role is not None
    )


def _starts_anew(state: Walk, at: int) -> bool:
    """Whether pending words are a town, so that a number after them begins the street: «Самара 8 Марта»."""
    if state.tokens[at + 1].low in _MONTHS or (at + 2 < len(state.tokens) and state.tokens[at + 1].gap == HYPHEN):
        return True
    return town_at(state.pending, 0) is not None and town_at(state.pending, 0)[1] == len(state.pending)  # type: ignore[index]


def town_at(tokens: list[Token], at: int) -> tuple[Town, int] | None:
    """The town whose name begins at `at`, and how many tokens it takes."""
    words: list[str] = []
    best = None
    for size in range(1, 4):
        if at + size > len(tokens):
            break
        token = tokens[at + size - 1]
        if token.done or (size > 1 and token.gap >= COMMA):
            break
        if token.number:
            if size == 1 or token.gap != HYPHEN:
                break
            words.append(token.text)
        else:
            words.append(token.low.replace("-", " "))
        town = town_by_name(" ".join(words))
        if town is not None:
            best = town, size
    return best


def region_at(tokens: list[Token], at: int) -> tuple[str, int] | None:
    """The region whose bare name begins at `at`, and how many tokens it takes."""
    _, bare = region_phrases()
    words: list[str] = []
    best = None
    for size in range(1, LONGEST):
        if at + size > len(tokens) or tokens[at + size - 1].number:
            break
        token = tokens[at + size - 1]
        words.append(token.role.code if token.role and token.role.kind == REGION else token.low.replace("-", " "))
        name = bare.get(" ".join(words))
        if name is not None:
            best = name, size
    return best


def _named(state: Walk, at: int, role: Role) -> int:
    """A type word: find its name after it or before it, keep the part, answer where to go on."""
    before = state.pending
    after, end = _read_after(state, at, role)
    if before and role.kind == STREET and (role.code == "км" or (len(after) == 1 and after[0].number)):
        after = []
    if before and after and not _merges(before):
        if _suffix(state, at, role, before, after):
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
        tokens, rest = _split_before(before, role)
        end = at + 1
    state.pending = rest
    _flush(state)
    if not tokens and role.code != "кольцевая":
        return _nameless(state, at, role)
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
        elif _short_pr(state, role) and any(_ordinal(tokens, at) for at in range(len(tokens))):
            code = "проезд"
    state.parts.append(Part(role.kind, code, tokens, after_house=not state.tail.empty))


def _short_pr(state: Walk, role: Role) -> bool:
    """Whether the avenue was written «пр.», which passages, numbered as they are, are called too."""
    return any(token.low == "пр" for token in state.tokens)


def _second_type(code: str, tokens: list[Token]) -> tuple[str, list[Token]]:
    """«ул. Московское шоссе» is «ш Московское»; «ул. Красная Площадь» stays."""
    last = tokens[-1] if tokens else None
    if last is not None and len(tokens) > 1 and last.role is not None and last.role.kind == STREET and last.role.code in _LONG_STREETS:
        if code == "ул" and tokens[0].low != "красная" and len(last.low) > 3:
            return last.role.code, tokens[:-1]
    return code, tokens


def _merges(before: list[Token]) -> bool:
    """Whether the words before a type word are only an ordinal or a size, so that the name goes on after it."""
    words = _words(before)
    return all(word[0].isdigit() or fold(word) in SIZE_WORDS for word in words)


_GENDER: Final = {
    "ул": 1, "наб": 1, "пл": 1, "аллея": 1, "линия": 1, "просека": 1, "дор": 1,
    "пр-кт": 0, "пер": 0, "проезд": 0, "б-р": 0, "туп": 0, "тракт": 0, "спуск": 0, "въезд": 0, "проулок": 0,
    "ш": 2, "кольцо": 2,
    "р-н": 0, "у": 0, "мкр": 0, "кв-л": 0,
}  # fmt: skip


def _only_town(tokens: list[Token]) -> bool:
    town = town_at(tokens, 0)
    return town is not None and town[1] == len(tokens)


def _suffix(state: Walk, at: int, role: Role, before: list[Token], after: list[Token]) -> bool:
    """With words on both sides of a type word: whether its name is the one before it."""
    if role.kind == PLACE and _only_town(before):
        return False
    if role.kind == CITY:
        known_before = town_at(before, 0)
        known_after = town_at(after, 0)
        if known_before and not known_after and known_before[1] == len(before):
            return True
        return False
    agrees = role.kind != PLACE and _GENDER.get(role.code) == gender(_words(before))
    if not agrees:
        following = state.tokens[at + 1 + len(after)] if at + 1 + len(after) < len(state.tokens) else None
        chain = following is not None and following.role is not None and following.role.kind == role.kind
        return chain and following is not None and following.gap < COMMA and len(after) < 3
    if role.kind == AREA:
        return True
    return not any(_only_town(before[start:]) for start in range(len(before)))


def _read_after(state: Walk, at: int, role: Role) -> tuple[list[Token], int]:
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
    if end < len(tokens) and role.kind in (CITY, PLACE) and name and _closing_street(tokens, end):
        return _before_street(state, role, name, end)
    number = tokens[end].number and tokens[end].gap < COMMA if end < len(tokens) else state.follows
    marked = end < len(tokens) and tokens[end].role is not None and tokens[end].role.kind in NUMBERED  # type: ignore[union-attr]
    if role.kind in (CITY, PLACE) and len(name) > 1 and (number or marked) and not state.streets:
        if name[1].number or (name[0].low.endswith(("ые", "ие")) and len(name) == 2):
            return name, end
        keep = 2 if len(name) > 2 and (adjective(name[0].text) or name[0].low.endswith(("ые", "ие"))) else 1
        if not (len(name) == 2 and adjective(name[0].text) and not adjective(name[1].text) and name[1].low[-1] in "оае"):
            return name[:keep], end - len(name) + keep
    return name, end


def _closing_street(tokens: list[Token], at: int) -> bool:
    """Whether a street's type word at `at` takes its name from before it."""
    token = tokens[at]
    if token.gap >= COMMA or token.role is None or token.role.kind != STREET or not _closing(tokens, at):
        return False
    return not (at + 1 < len(tokens) and tokens[at + 1].number and _name_number(tokens, at + 1))


def _before_street(state: Walk, role: Role, name: list[Token], end: int) -> tuple[list[Token], int]:
    """«рп Павлоградка Рабочая ул»: the last words before a street's type word are the street's."""
    if state.pending and not _only_town(state.pending) and role.kind == PLACE:
        return [], end - len(name)
    street = state.tokens[end].role
    start = _name_start(name, street) if street is not None else 0
    if start == 0 and len(name) > 1:
        start = 2 if len(name) > 2 and adjective(name[0].text) else 1
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
        return low.startswith("набережн") or (found.kind == PLACE and len(low) > 4) or following is None or following.gap >= COMMA or following.number or (
            found.code in ("аллея", "линия", "кольцо", "г-к", "сл", "ст", "дор", "рзд", "починок")
        )
    if role.kind == PLACE and found.kind in (PLACE, PLAN) and len(low) > 4 and " " not in low:
        return True
    return False


def _last_type_word(state: Walk, role: Role, found: Role, at: int) -> bool:
    """A full type word inside the name: «ул. Красная Площадь», «ул. Новый Городок», «ул. Рогожский посёлок»."""
    tokens = state.tokens
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    closing = following is None or following.gap >= COMMA or following.number or following.done or (
        following.role is not None and following.role.kind in NUMBERED
    )
    if role.kind == PLACE:
        return len(tokens[at].low) > 4 and found.kind == PLACE and closing
    return role.kind == STREET and len(tokens[at].low) > 3 and found.kind in (STREET, PLAN, PLACE, CITY) and closing


def _name_digits(state: Walk, role: Role, name: list[Token], at: int) -> int:
    tokens = state.tokens
    token = tokens[at]
    ordinal = _ordinal(tokens, at)
    if not name:
        if ordinal:
            return ordinal
        if role.kind == PLACE and at + 1 < len(tokens) and tokens[at + 1].low == "км":
            return 2
        if _name_number(tokens, at) or (role.kind == STREET and _numbered_street(tokens, at)):
            return 1
        if role.kind == PLAN or (role.kind == STREET and _number_alone(state, role, at)):
            return 1 + _plan_letter(tokens, at + 1) if role.kind == PLAN else 1
        return 0
    if ordinal and token.gap < COMMA and (tokens[at + 1].low not in ("е",) or gender(_words(name)) == 2):
        return ordinal
    if token.gap == HYPHEN and role.kind in (PLACE, PLAN, CITY):
        return 1
    if role.kind in (PLACE, PLAN) and name[-1].low in NUMBERED_PLACES and token.gap < COMMA:
        return 1
    if role.kind == STREET and _name_number(tokens, at) and tokens[at + 1].low in _MONTHS:
        return 1
    return 0


def _numbered_street(tokens: list[Token], at: int) -> bool:
    """«ул. 4 Линия», «ул. 3 Разъезд»."""
    if at + 1 >= len(tokens):
        return False
    following = tokens[at + 1]
    return (
        following.gap < COMMA
        and len(following.low) > 3
        and following.role is not None
        and following.role.kind in (STREET, PLACE)
        and _closing(tokens, at + 1)
    )


def _plan_letter(tokens: list[Token], at: int) -> int:
    """«мкр 5А»: the letter of a numbered quarter."""
    if at < len(tokens) and not tokens[at].number and len(tokens[at].low) == 1 and tokens[at].gap in (GLUED, HYPHEN):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        return 0 if after is not None and after.number and after.gap < COMMA and tokens[at].low in "дкс" else 1
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
    if not name or all(len(word.low) == 1 and not word.number for word in name[:1]):
        return 1 if following is not None and not following.number else int(role.kind == PLAN and following is None)
    if role_at(state, at) is not None:
        return 0
    if token.low == "и" and following is not None:
        return 1
    if following is None:
        return int(token.dot and not state.tail.house and role.kind == STREET)
    if len(name[-1].low) == 1 and not name[-1].number and _among_initials(tokens, at):
        return int(token.dot)
    if following.number and token.low in "бм" and gender(_words(name)) >= 0:
        return int(token.dot)
    return int(token.dot and not following.number)


def _split_before(before: list[Token], role: Role) -> tuple[list[Token], list[Token]]:
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
    kind = gender(_words(before[-1:]))
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
    if town is not None and town[1] < len(before):
        return town[1]
    return 0


def _modifies(token: Token, kind: int) -> bool:
    if gender((token.text,)) == kind and town_by_name(token.low) is None and len(token.low) > 4:
        return True
    return token.low in ORDINAL_WORDS or token.low in ("б", "м", "н", "в", "ср")


__all__ = ["RUN", "Part", "Walk", "flat", "region_at", "role_at", "town_at", "walk"]
