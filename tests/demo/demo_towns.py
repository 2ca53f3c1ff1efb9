"""Small demos of a fixed day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from litso.demo import Built, build_demo, setting_of
from litso.demo.rates import USUAL

TODAY = date(2025, 11, 21)
PERSONS = 6000


def build(folder: Path, *, persons: int = 1000, seed: int = 1, setting: str = "A", **more: object) -> Built:
    """A demo of the fixed day."""
    settings = {"rates": USUAL, "today": TODAY, **more}
    return build_demo(folder, persons=persons, seed=seed, setting=setting_of(setting), **settings)  # type: ignore[arg-type]
