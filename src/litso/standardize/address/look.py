"""What can be seen in tokens side by side: ordinals, numbers that begin names, ends of stretches, towns, regions."""

from __future__ import annotations

from typing import Final

from litso.standardize.address.names import ORDINAL_ENDINGS
from litso.standardize.address.places import LONGEST, Town, first_words_of_towns, region_phrases, town_by_name
from litso.standardize.address.tables import word_group
from litso.standardize.address.tokens import COMMA, GLUED, HYPHEN, SPACE, Token
from litso.standardize.address.words import CITY, NUMBERED, PLACE, REGION, STREET

MONTHS: Final = word_group("month")
NUMBERED_PLACES: Final = word_group("numbered_place")


def ordinal_size(tokens: list[Token], at: int) -> int:
    """Tokens of an ordinal at `at` («1» «я»): 2, or 0 where it is none."""
    if at + 1 >= len(tokens) or not tokens[at].number:
        return 0
    ending = tokens[at + 1]
    return 2 if not ending.number and ending.low in ORDINAL_ENDINGS and ending.gap in (GLUED, HYPHEN) else 0


def name_number(tokens: list[Token], at: int) -> bool:
    """Whether the number at `at` begins a name: «8 Марта», «50 лет Октября», «1-я Советская», «26 Бакинских…»."""
    size = ordinal_size(tokens, at) or 1
    if at + size >= len(tokens):
        return False
    following = tokens[at + size]
    if following.number or following.done or following.gap in (COMMA, COMMA + 1):
        return False
    if size == 1 and following.gap == HYPHEN and following.low in MONTHS:
        return True
    if following.gap > SPACE or following.low in ("к", "с", "д", "п", "и"):
        return False
    if following.role is not None:
        if following.role.kind == STREET and len(following.low) > 3 and inside_street(tokens, at + size):
            return True
        return False if following.role.kind in NUMBERED else size == 2 and following.role.kind not in (CITY, PLACE)
    return len(following.low) > 2 or (size == 2 and following.dot)


def inside_street(tokens: list[Token], at: int) -> bool:
    """Whether a full type word is part of a name that «улица» closes: «Новая Набережная улица»."""
    word = tokens[at]
    if word.role is None or word.role.code == "ул":
        return False
    for token in tokens[at + 1 : at + (4 if word.low.startswith("набережн") else 2)]:
        if token.gap >= COMMA or token.number or token.done:
            return False
        if token.role is not None:
            return token.role.code == "ул" and closing_street(tokens, tokens.index(token, at))
    return False


def _closing(tokens: list[Token], at: int) -> bool:
    """Whether nothing of a name follows in this stretch between commas."""
    if at + 1 >= len(tokens):
        return True
    following = tokens[at + 1]
    return (
        following.gap >= COMMA
        or following.number
        or following.done
        or (following.role is not None and following.role.kind in NUMBERED)
    )


def closing_street(tokens: list[Token], at: int) -> bool:
    """Whether a street's type word at `at` takes its name from before it."""
    token = tokens[at]
    if token.gap >= COMMA or token.role is None or token.role.kind != STREET or not _closing(tokens, at):
        return False
    return not (at + 1 < len(tokens) and tokens[at + 1].number and name_number(tokens, at + 1))


def town_at(tokens: list[Token], at: int) -> tuple[Town, int] | None:
    """The town whose name begins at `at`, and how many tokens it takes."""
    if at >= len(tokens) or tokens[at].low.partition("-")[0] not in first_words_of_towns():  # nearly every word
        return None
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


def only_town(tokens: list[Token]) -> bool:
    town = town_at(tokens, 0)
    return town is not None and town[1] == len(tokens)


def numbered_street(tokens: list[Token], at: int) -> bool:
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


def _before_number(tokens: list[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].number


def _spaced(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].gap == SPACE


def among_initials(tokens: list[Token], at: int) -> bool:
    """«П.Г.Косенкова», «Малый П.С.»: dotted letters side by side."""
    token = tokens[at]
    if not token.dot or (token.low == "д" and _before_number(tokens, at)):
        return False
    near = [tokens[at + 1]] if _spaced(tokens, at + 1) and not _before_number(tokens, at + 1) else []
    if at and token.gap == SPACE and token.low != "г":
        near.append(tokens[at - 1])
    return any(len(other.low) == 1 and other.dot and not other.number for other in near)


def plan_letter(tokens: list[Token], at: int) -> int:
    """«мкр 5А»: the letter of a numbered quarter."""
    if at < len(tokens) and not tokens[at].number and len(tokens[at].low) == 1 and tokens[at].gap in (GLUED, HYPHEN):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        return 0 if after is not None and after.number and after.gap < COMMA and tokens[at].low in "дкс" else 1
    return 0
