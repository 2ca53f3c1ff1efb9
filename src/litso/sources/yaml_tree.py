"""A YAML document whose every value knows its place, so that an error can name the file and the line.

Scalars stay the text that was written: a column called `no` or `0123` is not read as a boolean or a number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

import yaml
from rapidfuzz import fuzz, process

from litso.domain.schedule import parse_duration
from litso.errors import Misconfigured


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that was probably meant, or None."""
    found = process.extractOne(word.casefold(), sorted(known), scorer=fuzz.ratio, score_cutoff=60)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Tree:
    """One value of a YAML document: `path` is how a person would name it, e.g. `facts.at`."""

    origin: str
    path: str
    node: yaml.Node

    def problem(self, sentence: str) -> Misconfigured:
        """An error that names file, line and key."""
        place = f"{self.origin}, line {self.node.start_mark.line + 1}"
        return Misconfigured(f"{place}: {self.path}: {sentence}" if self.path else f"{place}: {sentence}")

    @property
    def is_text(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def text(self, expected: str = "a text") -> str:
        """The scalar as it is written, not empty."""
        value = self.node.value.strip() if isinstance(self.node, yaml.ScalarNode) else ""
        if not value:
            raise self.problem(f"{expected} is expected here")
        return str(value)

    def choice(self, allowed: Sequence[str]) -> str:
        """The scalar, which must be one of `allowed`."""
        value = self.text(f"one of {', '.join(allowed)}")
        if value not in allowed:
            raise self.problem(f"«{value}» is not known{_meant(value, allowed)}; allowed: {', '.join(allowed)}")
        return value

    def integer(self) -> int:
        try:
            return int(self.text("a whole number"))
        except ValueError:
            raise self.problem("a whole number is expected here") from None

    def share(self) -> float:
        """A number from 0 to 1."""
        try:
            value = float(self.text("a number from 0 to 1"))
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            raise self.problem("a number from 0 to 1 is expected here")
        return value

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self.integer()
        if not low <= value <= high:
            raise self.problem(f"a whole number from {low} to {high} is expected here")
        return value

    def duration(self) -> timedelta:
        """A number with a unit: `10 minutes`, `90 s`, `1 day`."""
        found = parse_duration(self.text("a duration"))
        if found is None:
            raise self.problem("a duration such as `10 minutes`, `90 seconds` or `1 day` is expected here")
        return found

    def elements(self) -> tuple[Tree, ...]:
        """The members of a list; a value that is no list is a list of itself."""
        if not isinstance(self.node, yaml.SequenceNode):
            return (self,)
        if not self.node.value:
            raise self.problem("the list is empty")
        return tuple(Tree(self.origin, self.path, member) for member in self.node.value)

    def items(self, allowed: Collection[str] | None = None) -> dict[str, Tree]:
        """The keys and values of a mapping; each key once and, if given, one of `allowed`."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.problem("keys with values are expected here")
        found: dict[str, Tree] = {}
        for key_node, value_node in self.node.value:
            key = Tree(self.origin, self.path, key_node).text("a key")
            place = Tree(self.origin, self.path, key_node)
            if key in found:
                raise place.problem(f"the key «{key}» is given twice")
            if allowed is not None and key not in allowed:
                raise place.problem(f"unknown key «{key}»{_meant(key, allowed)}; allowed: {', '.join(allowed)}")
            found[key] = Tree(self.origin, f"{self.path}.{key}" if self.path else key, value_node)
        return found


def _meant(word: str, known: Collection[str]) -> str:
    guess = nearest(word, known)
    return f"; did you mean «{guess}»?" if guess else ""


def parse_tree(text: str, origin: str) -> Tree:
    """Read one YAML document; `origin` names the file in errors."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Misconfigured(f"{origin}, line {line}: this is not YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise Misconfigured(f"{origin}: this is not YAML: {str(error).splitlines()[0]}") from None
    if node is None:
        raise Misconfigured(f"{origin}: the file is empty")
    return Tree(origin, "", node)
