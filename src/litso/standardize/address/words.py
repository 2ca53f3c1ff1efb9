"""Words that name kinds of places and parts of houses: what the official type tables and people write.

A word means a `Role`: its kind decides how the name beside it is read, its code is what is printed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from litso.standardize.address.tables import table


class Role(NamedTuple):
    """Kind of component that a word announces, and the short type that is printed for it."""

    kind: str
    code: str


REGION: Final = "region"
AREA: Final = "area"
CITY: Final = "city"
PLACE: Final = "place"
PLAN: Final = "plan"
STREET: Final = "street"
HOUSE: Final = "house"
BLOCK: Final = "block"
ENTRANCE: Final = "entrance"
FLOOR: Final = "floor"
FLAT: Final = "flat"
ROOM: Final = "room"
STEAD: Final = "stead"
BOX: Final = "box"
COUNTRY: Final = "country"
NOISE: Final = "noise"

NAMED: Final = frozenset({AREA, CITY, PLACE, PLAN, STREET})
NUMBERED: Final = frozenset({HOUSE, BLOCK, ENTRANCE, FLOOR, FLAT, ROOM, STEAD, BOX})


def _phrases() -> dict[str, Role]:
    return {form: Role(row["kind"], row["code"]) for row in table("types.tsv") for form in row["forms"].split("; ")}


_ALL: Final = _phrases()
SINGLE: Final[dict[str, Role]] = {form: role for form, role in _ALL.items() if " " not in form and "/" not in form}
"""Words that are one token."""


def _sequences() -> dict[str, tuple[tuple[tuple[str, ...], bool, Role], ...]]:
    """By first token: the tokens that follow, whether they are joined letters (а/я, п.г.т.), and the role."""
    found: dict[str, list[tuple[tuple[str, ...], bool, Role]]] = {}
    for form, role in _ALL.items():
        joined = "/" in form
        parts = form.replace("/", " ").split()
        if len(parts) > 1:
            found.setdefault(parts[0], []).append((tuple(parts[1:]), joined, role))
    for letters, role in (
        ("р п", Role(PLACE, "рп")),
        ("а о", Role(REGION, "ао")),
        ("г о", Role(AREA, "г.о.")),
        ("м о", Role(AREA, "м.о.")),
    ):
        first, *rest = letters.split()
        found.setdefault(first, []).append((tuple(rest), True, role))
    return {first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in found.items()}


SEQUENCES: Final = _sequences()

_TYPO_TARGETS: Final = (
    "проспект",
    "переулок",
    "проезд",
    "бульвар",
    "набережная",
    "площадь",
    "область",
    "квартира",
    "корпус",
    "строение",
    "микрорайон",
    "деревня",
    "поселок",
    "станица",
    "республика",
    "подъезд",
    "общежитие",
    "домовладение",
    "владение",
    "квартал",
    "территория",
    "помещение",
    "комната",
)
_NOT_TYPOS: Final = frozenset(
    {"площадка", "поселки", "посолок", "корпусов", "республик", "проезжая", "набережные", "набережный", "набережное"}
)


@lru_cache(maxsize=65536)
def typo(word: str) -> Role | None:
    """The type word that a misspelt word of six letters or more stands for, or None.

    The first letter must agree and one edit (two in ten letters) must do: a name is never taken for a type lightly.
    """
    if len(word) < 6 or word in _NOT_TYPOS:
        return None
    for target in _TYPO_TARGETS:
        if word[0] == target[0] and OSA.distance(word, target, score_cutoff=2) <= (2 if len(target) > 9 else 1):
            return SINGLE[target]
    return None
