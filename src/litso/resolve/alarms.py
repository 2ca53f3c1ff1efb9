"""Alarms: signs that the records of one party are of several. Pure; a party comes as its members and their links.

Each alarm proposes a question about two of the records, so that the answer is a judgement like any other: the ends of
the weakest link, or records that contradict each other.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from litso.domain.case import BRIDGE, DOCUMENTS, LARGE, SPLIT, Ground, leading

Key = tuple[str, str]

LIMITS: Final = MappingProxyType({"nodes": 40, "phones": 6, "surnames": 4, "given_names": 5, "birth_dates": 3})
"""How many different ones a party may have. Nodes are records that differ from each other in some value."""

MARGIN: Final = 4.0
"""Bits over the threshold up to which a link is weak."""

_NUMBERS: Final = MappingProxyType({"person": ("snils", "inn", "passport"), "organization": ("inn", "ogrn")})
_FACTS: Final = ("birth_date", "gender")
_SURE: Final = (0, None)
_UNKNOWN_GENDER: Final = "НД"


class Member(NamedTuple):
    """A record of a party with its node and standard values (quality codes too)."""

    node: int
    key: Key
    values: Mapping[str, Any]


class Edge(NamedTuple):
    """A link between two nodes of the party: weight in bits over the threshold, and its evidence. None: a must-link."""

    left: int
    right: int
    weight: float | None
    levels: bytes = b""


class Alarm(NamedTuple):
    """Why to ask, the gravest ground first, and the two records to ask about. evidence: a hash of what is asked."""

    grounds: tuple[Ground, ...]
    left: Key
    right: Key
    evidence: str


class _Sign(NamedTuple):
    """A ground with its pair of records and what it rests on."""

    ground: Ground
    left: Key
    right: Key
    basis: Any


def alarm(kind: str, members: Sequence[Member], edges: Sequence[Edge]) -> Alarm | None:
    """What is alarming about a party of `kind`, if anything is. Does not depend on the order of members and edges.

    Nothing is about a party whose records are all equal: there are no two to ask about.
    """
    if len({member.node for member in members}) < 2:
        return None
    ordered = sorted(members, key=lambda one: one.key)
    signs = [*_contradictions(kind, ordered), *_weak_bridge(ordered, edges)]
    signs += _crowds(kind, ordered, edges)
    if not signs:
        return None
    first = leading([sign.ground for sign in signs])
    asked = next(sign for sign in signs if sign.ground == first)
    others = sorted((sign.ground for sign in signs if sign is not asked), key=lambda one: (one.what, one.attribute))
    bases = sorted((sign.ground.what, sign.ground.attribute, json.dumps(sign.basis, default=str)) for sign in signs)
    return Alarm((first, *others), asked.left, asked.right, evidence_hash(bases))


def evidence_hash(basis: Any) -> str:
    """A short hash by which a question is known again; nothing can be read from it."""
    return hashlib.sha256(json.dumps(basis, ensure_ascii=False).encode()).hexdigest()[:16]


def levels_basis(levels: bytes) -> str:
    """What a link rests on, without its weight: another model of the same claims asks nothing anew."""
    return levels.rstrip(b"\0").hex()


# Contradictions -------------------------------------------------------------------------------------------------


def _contradictions(kind: str, members: Sequence[Member]) -> list[_Sign]:
    """Valid documents of two, and sure facts of two."""
    signs = [_contradiction(DOCUMENTS, name, members) for name in _NUMBERS[kind]]
    if kind == "person":
        signs += [_contradiction(SPLIT, name, members) for name in _FACTS]
    return [sign for sign in signs if sign]


def _contradiction(what: str, name: str, members: Sequence[Member]) -> _Sign | None:
    """The two values that most records have, with a record of each."""
    said = [(str(member.values[name]), member) for member in members if _is_sure(member, name)]
    counts = Counter(text for text, _ in said)
    if len(counts) < 2 or (name == "birth_date" and len(counts) >= LIMITS["birth_dates"]):
        return None
    texts = sorted(counts, key=lambda text: (-counts[text], text))[:2]
    left, right = (next(member for said_text, member in said if said_text == text) for text in texts)
    is_close = name == "birth_date" and close_dates(*map(date.fromisoformat, texts))
    ground = Ground(what, name, len(counts), 1, is_close=is_close)
    return _Sign(ground, left.key, right.key, sorted(counts))


def _is_sure(member: Member, name: str) -> bool:
    value = member.values.get(name)
    return value is not None and value != _UNKNOWN_GENDER and member.values.get(f"qc_{name}") in _SURE


def close_dates(one: date, two: date) -> bool:
    """Whether two dates differ by what looks like a slip: one part of three, or day and month swapped."""
    if one.year == two.year and (one.day, one.month) == (two.month, two.day):
        return True
    return sum((one.day != two.day, one.month != two.month, one.year != two.year)) == 1


# Weak bridges ---------------------------------------------------------------------------------------------------


def _weak_bridge(members: Sequence[Member], edges: Sequence[Edge]) -> list[_Sign]:
    """The weakest link that alone holds two parts together, if it is weak."""
    positive = [edge for edge in edges if edge.weight is None or edge.weight > 0]
    part = _parts({member.node for member in members}, [edge for edge in positive if not _is_weak(edge)])
    out: Counter[int] = Counter()
    between = [edge for edge in positive if part[edge.left] != part[edge.right]]
    for edge in between:
        out.update((part[edge.left], part[edge.right]))
    keys = _first_keys(members)
    bridges = [edge for edge in between if 1 in (out[part[edge.left]], out[part[edge.right]])]
    if not bridges:
        return []
    weakest = min(bridges, key=lambda edge: (edge.weight or 0.0, sorted((keys[edge.left], keys[edge.right]))))
    left, right = sorted((keys[weakest.left], keys[weakest.right]))
    ground = Ground(BRIDGE, number=len(set(part.values())), weight=round(weakest.weight or 0.0, 2))
    return [_Sign(ground, left, right, levels_basis(weakest.levels))]


def _is_weak(edge: Edge) -> bool:
    return edge.weight is not None and edge.weight <= MARGIN


def _first_keys(members: Sequence[Member]) -> dict[int, Key]:
    """The first record of each node; `members` are in the order of their keys."""
    return {member.node: member.key for member in reversed(members)}


def _parts(nodes: set[int], edges: Sequence[Edge]) -> dict[int, int]:
    """The part of each node: the smallest node that edges connect it with."""
    leader = {node: node for node in nodes}

    def top(node: int) -> int:
        while leader[node] != node:
            leader[node] = node = leader[leader[node]]
        return node

    for edge in edges:
        low, high = sorted((top(edge.left), top(edge.right)))
        leader[high] = low
    return {node: top(node) for node in nodes}


# Too many -------------------------------------------------------------------------------------------------------


def _crowds(kind: str, members: Sequence[Member], edges: Sequence[Edge]) -> list[_Sign]:
    """Too many different records, numbers, names or dates of birth: asked about is the weakest link that holds them."""
    counts = {"nodes": len({member.node for member in members}), "phones": len(_listed(members, "phones"))}
    if kind == "person":
        counts["surnames"] = len(_words(members, "surname"))
        counts["given_names"] = len(_words(members, "given_name"))
        counts["birth_dates"] = len(
            {member.values["birth_date"] for member in members if _is_sure(member, "birth_date")}
        )
    over = {name: count for name, count in counts.items() if count >= LIMITS[name]}
    if not over:
        return []
    left, right = _loosest(members, edges)
    return [
        _Sign(Ground(LARGE, name, count, LIMITS[name]), left, right, math.floor(math.log2(count / LIMITS[name])))
        for name, count in sorted(over.items())
    ]


def _listed(members: Sequence[Member], name: str) -> set[str]:
    return {one for member in members for one in member.values.get(name) or ()}


def _words(members: Sequence[Member], name: str) -> set[str]:
    """Different words, initials left out."""
    found = (str(member.values.get(name) or "").casefold().replace("ё", "е") for member in members)
    return {word for word in found if len(word) > 1}


def _loosest(members: Sequence[Member], edges: Sequence[Edge]) -> tuple[Key, Key]:
    """The ends of the weakest link of those that suffice to hold the party together; else the first two nodes."""
    keys = _first_keys(members)
    weighed = [edge for edge in edges if edge.weight is not None]
    order = sorted(weighed, key=lambda edge: (-(edge.weight or 0.0), sorted((keys[edge.left], keys[edge.right]))))
    leader = {node: node for node in keys}

    def top(node: int) -> int:
        while leader[node] != node:
            node = leader[node]
        return node

    last: tuple[Key, Key] | None = None
    for edge in order:
        one, two = top(edge.left), top(edge.right)
        if one != two:
            leader[two] = one
            left, right = sorted((keys[edge.left], keys[edge.right]))
            last = left, right
    first, second, *_ = sorted(keys.values())
    return last or (first, second)
