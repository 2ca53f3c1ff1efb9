"""Colours of the style sheet are told apart by everybody: WCAG 2 AA in both themes."""

from __future__ import annotations

import re

import pytest

from litso.web.assets import FOLDER

PAIRS = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", (FOLDER / "tokens.css").read_text())
COLOURS = {name: (light, dark) for name, light, dark in PAIRS}

ON_GROUND = ("ink", "ink-soft", "ink-faint", "accent", "accent-strong", "good", "warn", "bad", "info")
GROUNDS = ("page", "surface", "raised")
BADGES = (
    ("good", "good-soft"),
    ("warn", "warn-soft"),
    ("bad", "bad-soft"),
    ("info", "info-soft"),
    ("accent-strong", "accent-soft"),
    ("ink-soft", "sunken"),
    ("ink", "mark"),
    ("ink", "bad-soft"),
    ("ink", "warn-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
)
TEXTS = [*((text, ground) for text in ON_GROUND for ground in GROUNDS), *BADGES]


def luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_a_text_is_readable_on_its_ground(text: str, ground: str, theme: int) -> None:
    assert contrast(COLOURS[text][theme], COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_borders_of_fields_are_seen(ground: str, theme: int) -> None:
    assert contrast(COLOURS["line-strong"][theme], COLOURS[ground][theme]) >= 3


def test_every_colour_that_is_used_is_defined() -> None:
    sheet = (FOLDER / "app.css").read_text()
    defined = set(re.findall(r"--([\w-]+):", (FOLDER / "tokens.css").read_text()))
    assert set(re.findall(r"var\(--([\w-]+)\)", sheet)) <= defined
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", sheet), "colours are named in tokens.css"


def test_every_class_of_the_templates_is_styled() -> None:
    sheet = (FOLDER / "app.css").read_text()
    known = set(re.findall(r"\.([a-z][\w-]*)", sheet))
    used: set[str] = set()
    for path in (FOLDER.parent / "templates").rglob("*.html"):
        for listed in re.findall(r'class="([^"{]*)"', path.read_text()):
            used.update(listed.split())
    assert sorted(used - known) == []
