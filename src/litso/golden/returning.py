"""Which golden values may take the place of what a source has: the conflict rule of a write-back."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from litso.golden.policy import ADDRESS_PARTS, LIST_ATTRIBUTES, PIN, SINGLE_ATTRIBUTES

EMPTY: Final = "empty"
BETTER: Final = "better"
OLDER: Final = "older"
RULES: Final = (EMPTY, BETTER, OLDER)
"""empty: only where the source has nothing. better: also where the source's value is in doubt and the golden one is
sure. older: also where the source's value is older than the golden one."""

RETURNABLE: Final = tuple(
    name for name in (*SINGLE_ATTRIBUTES, *ADDRESS_PARTS, *LIST_ATTRIBUTES) if name not in ("accounts", "house_key")
)
"""Golden attributes that can be returned: of lists the best value. Accounts are the business of billing alone."""

SURE: Final = (0, 7)
"""Quality codes of a value that needs no check."""

FILLED: Final = "filled"
QUALITY: Final = "quality"
AGE: Final = "age"
"""Why a value of the source stays."""

_NAME: Final = ("full_name", "surname", "given_name", "patronymic", "gender")


class Side(NamedTuple):
    """A value on one side: whether it is sure, and when its record last changed (UTC)."""

    is_sure: bool
    at: datetime | None


def why_kept(rule: str, own: Side | None, golden: Side) -> str:
    """Why the source's own value stays, "" when the golden one may take its place. own: None where there is nothing."""
    if own is None:
        return ""
    if rule == BETTER:
        return "" if golden.is_sure and not own.is_sure else QUALITY
    if rule == OLDER:
        return "" if golden.at and own.at and own.at < golden.at else AGE
    return FILLED


def golden_side(origin: dict[str, object]) -> Side:
    """The golden side, of the first entry of its provenance."""
    at = origin.get("at")
    return Side(origin.get("rule") == PIN or origin.get("qc") in SURE, datetime.fromisoformat(str(at)) if at else None)


def provenance_of(attribute: str) -> str:
    """The attribute whose provenance tells of this one: parts of an address travel with it."""
    return "address" if attribute in ADDRESS_PARTS else attribute


def told_by(attribute: str) -> tuple[str, ...]:
    """Attributes of a record that a column for this attribute tells."""
    if attribute == "full_name":
        return _NAME
    return (provenance_of(attribute),)
