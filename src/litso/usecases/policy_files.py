"""The survivorship policy as a file that people write and read: YAML in, YAML out, one text for one policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from litso.domain.record import CUSTOM_PREFIX
from litso.golden.policy import (
    CRITERIA,
    DEFAULT_POLICY,
    LEAST_TRUST,
    LIST_ATTRIBUTES,
    MOST_TRUST,
    SINGLE_ATTRIBUTES,
    Policy,
)
from litso.sources.yaml_tree import Tree, parse_tree

_ATTRIBUTES: Final = (*SINGLE_ATTRIBUTES, *LIST_ATTRIBUTES)
_MOST_DAYS: Final = 36_500


def parse_policy(text: str, name: str, sources: Collection[str] | None) -> Policy:
    """A policy from its YAML or JSON text; `name` is called in errors, `sources` are those that may be trusted (None:
    whatever they are called).

    Raises Misconfigured with file, line and key.
    """
    tree = parse_tree(text, name)
    parts = tree.items(("default", "attributes"))
    default = _order(parts["default"]) if "default" in parts else DEFAULT_POLICY.default
    by_attribute: dict[str, tuple[str, ...]] = {}
    trust: dict[str, Mapping[str, int]] = {}
    fresh_days: dict[str, int] = {}
    listed = parts["attributes"].items() if "attributes" in parts else {}
    for attribute, rules in listed.items():
        if attribute not in _ATTRIBUTES and not attribute.startswith(CUSTOM_PREFIX):
            raise rules.problem(f"there is no attribute «{attribute}»; known: {', '.join(_ATTRIBUTES)}")
        given = rules.items(("order", "trust", "fresh_days"))
        order = _order(given["order"]) if "order" in given else default
        if "order" in given:
            by_attribute[attribute] = order
        if "trust" in given:
            _demand(rules, "trusted", order, "trust")
            trust[attribute] = {source: _trust(tree) for source, tree in given["trust"].items(sources).items()}
        if "fresh_days" in given:
            _demand(rules, "fresh", order, "fresh_days")
            fresh_days[attribute] = _days(given["fresh_days"])
        elif "fresh" in order:
            raise rules.problem("the order has «fresh»: say how long in fresh_days")
    if "fresh" in default:
        raise parts["default"].problem("«fresh» needs fresh_days, so it belongs to an attribute")
    return Policy(default, by_attribute, trust, fresh_days)


def _order(tree: Tree) -> tuple[str, ...]:
    order = tuple(one.choice(tuple(CRITERIA)) for one in tree.elements())
    if len(set(order)) < len(order):
        raise tree.problem("a criterion is named twice")
    return order


def _demand(rules: Tree, criterion: str, order: tuple[str, ...], key: str) -> None:
    if criterion not in order:
        raise rules.problem(f"{key} is given, but «{criterion}» is not in the order")


def _trust(tree: Tree) -> int:
    value = tree.integer()
    if not LEAST_TRUST <= value <= MOST_TRUST:
        raise tree.problem(f"trust is a whole number from {LEAST_TRUST} to {MOST_TRUST}")
    return value


def _days(tree: Tree) -> int:
    value = tree.integer()
    if not 0 < value <= _MOST_DAYS:
        raise tree.problem(f"fresh_days is a whole number from 1 to {_MOST_DAYS}")
    return value


def policy_text(policy: Policy) -> str:
    """A policy as YAML: equal policies give equal texts."""
    lines = [f"default: {_listed(policy.default)}", "attributes:"]
    named = {*policy.by_attribute, *policy.trust, *policy.fresh_days}
    for attribute in (*(name for name in _ATTRIBUTES if name in named), *sorted(named - set(_ATTRIBUTES))):
        lines.append(f'  "{attribute}":' if ":" in attribute else f"  {attribute}:")
        if attribute in policy.by_attribute:
            lines.append(f"    order: {_listed(policy.by_attribute[attribute])}")
        if trusted := policy.trust.get(attribute):
            pairs = (f"{source}: {trust}" for source, trust in sorted(trusted.items()))
            lines.append(f"    trust: {{{', '.join(pairs)}}}")
        if attribute in policy.fresh_days:
            lines.append(f"    fresh_days: {policy.fresh_days[attribute]}")
    return "\n".join(lines if named else [lines[0]]) + "\n"


def _listed(order: tuple[str, ...]) -> str:
    return f"[{', '.join(order)}]"
