"""Paths below an element of XML: `Адрес/Город`, `@Код`, `Реквизит[Имя=ИНН]/Значение`. Pure."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import msgspec

from litso.sources.xml_elements import Element

_STEP: Final = re.compile(r"\s*([^/\[\]@=\s]+)\s*(?:\[\s*(@?)([^/\[\]@=\s]+)\s*=\s*([^\]]*)\])?\s*(?:/|$)")
_ATTRIBUTE: Final = re.compile(r"\s*@([^/\[\]@=\s]+)\s*")


class Test(NamedTuple):
    """What an element must say of itself: in an attribute, or in a child of that name."""

    is_attribute: bool
    name: str
    value: str

    def holds(self, element: Element) -> bool:
        """Whether the element says so."""
        if self.is_attribute:
            return element.attributes.get(self.name, "").strip() == self.value
        return any(child.tag == self.name and child.text.strip() == self.value for child in element.children)


class Step(NamedTuple):
    """Elements of a name that pass a test."""

    name: str
    test: Test | None = None

    def takes(self, element: Element) -> bool:
        """Whether the element is one of them."""
        return element.tag == self.name and (self.test is None or self.test.holds(element))


class XmlPath(NamedTuple):
    """Steps downwards, and an attribute at their end; without one the text is meant."""

    steps: tuple[Step, ...]
    attribute: str | None = None

    def values(self, element: Element) -> list[str]:
        """What the path finds below an element: texts that are not empty."""
        found = [element]
        for step in self.steps:
            found = [child for one in found for child in one.children if step.takes(child)]
        texts = (one.text if self.attribute is None else one.attributes.get(self.attribute, "") for one in found)
        return [text for text in map(str.strip, texts) if text]


def parse_path(text: str) -> XmlPath:
    """Read a path; ValueError says what one looks like."""
    steps: list[Step] = []
    at = 0
    while at < len(text):
        if last := _ATTRIBUTE.fullmatch(text, at):
            return XmlPath(tuple(steps), last[1])
        found = _STEP.match(text, at)
        if found is None:
            break
        test = Test(bool(found[2]), found[3], found[4].strip().strip("'\"")) if found[3] else None
        steps.append(Step(found[1], test))
        at = found.end()
    if at < len(text) or not steps or text.rstrip().endswith("/"):
        raise ValueError("a path such as Адрес/Город, @Код or Реквизит[Имя=ИНН]/Значение is expected")
    return XmlPath(tuple(steps))


def flattened(element: Element) -> dict[str, str]:
    """Everything below an element as paths and texts; of several values one JSON list of texts."""
    found: dict[str, list[str]] = {}
    _gather(element, "", found)
    return {path: one_text(texts) for path, texts in found.items()}


def one_text(texts: list[str]) -> str:
    """A text, or a JSON list of several."""
    return texts[0] if len(texts) == 1 else msgspec.json.encode(texts).decode()


def _gather(element: Element, above: str, found: dict[str, list[str]]) -> None:
    for name, value in element.attributes.items():
        if text := value.strip():
            found.setdefault(f"{above}@{name}", []).append(text)
    if text := element.text.strip():
        found.setdefault(above[:-1] or ".", []).append(text)
    for child in element.children:
        _gather(child, f"{above}{child.tag}/", found)
