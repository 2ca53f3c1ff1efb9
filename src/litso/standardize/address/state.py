"""State of one reading of an address: the parts found, the words pending, the house so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from litso.standardize.address.names import ORDINAL_ENDINGS
from litso.standardize.address.tail import Tail
from litso.standardize.address.tokens import GLUED, HYPHEN, SPACE, Token

RUN: Final = "run"


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
        return joined_words(self.tokens)

    @property
    def dotted(self) -> list[bool]:
        """Whether a dot followed each of the words."""
        return [dot for _, dot in _joined(self.tokens)]


def _joined(tokens: list[Token]) -> list[tuple[str, bool]]:
    if not any(token.number for token in tokens):  # nearly every name
        return [(token.text, token.dot) for token in tokens]
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


def joined_words(tokens: list[Token]) -> list[str]:
    return [word for word, _ in _joined(tokens)]


def _ending(low: str) -> str:
    """Short ending of an ordinal: «ая» → «я»."""
    return {"ая": "я", "ья": "я", "ый": "й", "ой": "й", "ий": "й", "ое": "е", "ье": "е", "ей": "й"}.get(low, low)


@dataclass(slots=True)
class Walk:
    """State of one walk.

    `follows` tells that a house was already cut from the end of the text, `comma` that a comma stood before it.
    """

    tokens: list[Token]
    follows: bool = False
    comma: bool = False
    parts: list[Part] = field(default_factory=list)
    tail: Tail = field(default_factory=Tail)
    pending: list[Token] = field(default_factory=list)
    unparsed: list[str] = field(default_factory=list)
    region: str | None = None
    country: str | None = None
    postal_code: str | None = None
    streets: int = 0
