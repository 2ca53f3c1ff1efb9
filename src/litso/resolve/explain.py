"""Why two nodes are one party, or are not: evidence with values and weights, keys in common, keys that would help."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from litso.resolve.claims import Claim
from litso.resolve.columns import Columns
from litso.resolve.evidence import compare
from litso.resolve.keys import Parts as KeyParts
from litso.resolve.keys import Rule, keys_of_level, rules_of
from litso.resolve.model import CLASSES, UNIT, Model, Parts, take_apart

MEETS, CROWDED, DIFFERS, MISSING = "meets", "crowded", "differs", "missing"

EVIDENCE_TYPE: Final = pa.list_(
    pa.struct([pa.field("claim", pa.string()), pa.field("level", pa.string()), pa.field("weight", pa.float64())])
)


def evidence_lists(model: Model, kind: str, levels: npt.NDArray[np.uint8], parts: Parts) -> pa.Array:
    """Evidence of each pattern as a list of {claim, level, weight in bits}; what says nothing is left out."""
    claims = model.claims(kind)
    pattern, claim = np.nonzero(levels.T)
    level = levels[claim, pattern]
    names = pa.array([one.name for one in claims], pa.string())
    starts = np.cumsum([0, *(len(one.levels) for one in claims)])
    titles = pa.array([answer.name for one in claims for answer in one.levels], pa.string())
    structs = pa.StructArray.from_arrays(
        [
            names.take(pa.array(claim)),
            titles.take(pa.array(starts[claim] + level - 1)),
            pa.array(parts.weights[claim, pattern] / UNIT),
        ],
        fields=list(EVIDENCE_TYPE.value_type),
    )
    offsets = np.concatenate([[0], np.cumsum((levels > 0).sum(axis=0))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), structs)


class Ground(NamedTuple):
    """One evidence: the claim and its answer in words, both values, its weight in bits."""

    claim: str
    title: str
    level: str
    sentence: str
    left: str
    right: str
    weight: float


class Meeting(NamedTuple):
    """How two nodes fare under a rule: `nodes` are in their block now, `cap` may be.

    status: `meets` (they are compared because of it), `crowded` (the same key, but too many nodes share it), `differs`
    (both have keys of this rule, none in common), `missing` (one of them lacks what the key is made of).
    """

    rule: str
    title: str
    status: str
    nodes: int
    cap: int


class Explanation(NamedTuple):
    """Why: `base` + the weights of `grounds` = `weight`, in bits. classes: how probable each class of pairs is."""

    weight: float
    base: float
    grounds: tuple[Ground, ...]
    classes: Mapping[str, float]
    keys: tuple[Meeting, ...]

    @property
    def is_candidate(self) -> bool:
        """Whether any rule brings the two together."""
        return any(key.status == MEETS for key in self.keys)


Crowd = Callable[[int, int], int]
"""(level of a rule, key) → how many nodes have that key; asked where `columns` are not all nodes of the kind."""


def explain(
    model: Model,
    kind: str,
    columns: Columns,
    left: int,
    right: int,
    shown: tuple[Mapping[str, Any], Mapping[str, Any]],
    crowd: Crowd | None = None,
) -> Explanation:
    """Explain the pair of rows `left` and `right` of `columns`, whose node values are `shown`."""
    claims = model.claims(kind)
    levels = compare(columns, np.array([left]), np.array([right]), claims, model.frequencies)
    parts = take_apart(model, kind, levels)
    grounds = tuple(
        _ground(claim, int(level), int(weight), shown)
        for claim, level, weight in zip(claims, levels[:, 0], parts.weights[:, 0], strict=True)
        if level
    )
    classes = dict(zip(CLASSES, (round(float(share), 4) for share in parts.classes[:, 0]), strict=True))
    rules = rules_of(kind, model.customs)
    key_parts = KeyParts(columns)
    keys = tuple(_meeting(rule, key_parts, crowd, left, right) for rule in rules)
    return Explanation(int(parts.totals[0]) / UNIT, int(parts.bases[0]) / UNIT, grounds, classes, keys)


def _ground(claim: Claim, level: int, weight: int, shown: tuple[Mapping[str, Any], Mapping[str, Any]]) -> Ground:
    answer = claim.levels[level - 1]
    left, right = (_text(values, claim.columns) for values in shown)
    return Ground(claim.name, claim.title, answer.name, answer.sentence, left, right, weight / UNIT)


def _text(values: Mapping[str, Any], names: Sequence[str]) -> str:
    """Values of some columns in one line; the key of a house is for machines."""
    found = (values.get(name) for name in names if name != "house_key")
    return " ".join(", ".join(value) if isinstance(value, list) else str(value) for value in found if value)


def _meeting(rule: Rule, parts: KeyParts, crowd: Crowd | None, left: int, right: int) -> Meeting:
    """The first level of the rule at which the nodes meet, or else what keeps them apart."""
    crowded = 0
    for level in range(len(rule.levels)):
        rows = keys_of_level(rule, level, parts)
        mine, others = (set(rows.keys[rows.nodes == node].tolist()) for node in (left, right))
        if level == 0 and not (mine and others):
            return Meeting(rule.name, rule.title, MISSING, 0, rule.cap(0))
        for key in sorted(mine & others):
            nodes = int((rows.keys == key).sum()) if crowd is None else crowd(level, key)
            if nodes <= rule.cap(level):
                return Meeting(rule.name, rule.title, MEETS, nodes, rule.cap(level))
            crowded = nodes
    return Meeting(rule.name, rule.title, CROWDED if crowded else DIFFERS, crowded, rule.cap(0))
