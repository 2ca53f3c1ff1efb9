"""Cases: questions put to stewards. What speaks for asking (grounds), what hangs on the answer (stakes), how urgent.

Grounds and stakes hold codes and counts, no personal values: they are kept, listed and logged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

DOUBT, CUT, DOCUMENTS, SPLIT, BRIDGE, LARGE, MANUAL = (
    "doubt", "cut", "documents", "split", "bridge", "large", "manual"
)  # fmt: skip
KINDS: Final = (CUT, DOUBT, DOCUMENTS, SPLIT, BRIDGE, LARGE, MANUAL)
PAIR_KINDS: Final = (DOUBT, CUT)
"""Of two parties; all other derived kinds are of one party that may be several."""

OPEN, SECOND, ESCALATED, DECIDED, DISMISSED, OBSOLETE = (
    "open", "second", "escalated", "decided", "dismissed", "obsolete"
)  # fmt: skip
LIVE: Final = (OPEN, SECOND, ESCALATED)
"""States of cases that wait for somebody."""
STATES: Final = (*LIVE, DECIDED, DISMISSED, OBSOLETE)

SAME, DIFFERENT, UNSURE, DISMISS = "same", "different", "unsure", "dismiss"
VERDICTS: Final = (SAME, DIFFERENT, UNSURE, DISMISS)


class Ground(NamedTuple):
    """One reason to ask.

    what: a kind. attribute: what there is too much of, or what contradicts (`snils`, `nodes`…). number: how
    many of it, limit: how many are usual. weight: of the link asked about, bits over the threshold. is_close: the two
    contradicting values differ by what is likely a slip.
    """

    what: str
    attribute: str = ""
    number: int = 0
    limit: int = 0
    weight: float | None = None
    is_close: bool = False


class Stakes(NamedTuple):
    """What hangs on the parties of a case; debt in whole roubles."""

    accounts: int = 0
    debt: int = 0
    facts: int = 0
    messages: int = 0
    consents: int = 0


_DOCUMENT_RISK: Final = MappingProxyType({"snils": 95, "inn": 90, "ogrn": 90, "passport": 50})
_SPLIT_RISK: Final = MappingProxyType({"birth_date": 70, "gender": 60})
_CLOSE_RISK: Final = 25
_MANUAL_RISK: Final = 80
_FURTHER: Final = 5
"""Added for each ground beside the gravest."""


def chance(weight: float) -> float:
    """The chance that a pair is one person, of its weight in bits over the threshold: 0 is even odds."""
    return float(1 / (1 + 2 ** -max(min(weight, 60.0), -60.0)))


def ground_risk(ground: Ground) -> int:
    """0 to 100: how likely and how bad it is that things are left as they are."""
    if ground.what in PAIR_KINDS:
        return round(100 * chance(ground.weight or 0.0))
    if ground.what == BRIDGE:
        return min(100, round(200 * (1 - chance(ground.weight or 0.0))))
    if ground.what == DOCUMENTS:
        return _DOCUMENT_RISK[ground.attribute]
    if ground.what == SPLIT:
        return _CLOSE_RISK if ground.is_close else _SPLIT_RISK[ground.attribute]
    if ground.what == LARGE:
        return min(90, round(40 * ground.number / max(ground.limit, 1)))
    return _MANUAL_RISK


def risk(grounds: Sequence[Ground]) -> int:
    """The gravest ground, and a little for each other one."""
    risks = sorted(map(ground_risk, grounds), reverse=True)
    return max(1, min(100, risks[0] + _FURTHER * (len(risks) - 1)))


def leading(grounds: Iterable[Ground]) -> Ground:
    """The gravest ground: it names the kind of the case."""
    return max(grounds, key=lambda one: (ground_risk(one), -KINDS.index(one.what), one.attribute))


class Share(NamedTuple):
    """What one of the stakes adds to the value."""

    what: str
    amount: int
    points: int


_POINTS: Final = MappingProxyType(
    {"accounts": (10.0, 40), "debt": (0.002, 30), "facts": (0.2, 15), "messages": (0.5, 5), "consents": (5.0, 10)}
)
"""Points for one of each, and at most."""


def shares(stakes: Stakes) -> tuple[Share, ...]:
    """What each of the stakes adds, those that add nothing left out."""
    counted = ((name, getattr(stakes, name), rate, most) for name, (rate, most) in _POINTS.items())
    found = (Share(name, amount, min(most, round(amount * rate))) for name, amount, rate, most in counted)
    return tuple(one for one in found if one.points)


def value(stakes: Stakes) -> int:
    """1 to 100: the sum of the shares."""
    return max(1, sum(one.points for one in shares(stakes)))


def priority(risk_points: int, value_points: int) -> int:
    """1 to 100: risk × value in hundredths."""
    return max(1, round(risk_points * value_points / 100))
