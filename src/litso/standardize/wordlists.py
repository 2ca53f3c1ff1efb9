"""Lists of words that the kinds read from `data/`: sections in brackets, words divided by blanks, `#` a comment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources


def data_lines(file: str) -> Iterator[str]:
    """Lines of a file of `litso/standardize/data` without comments and empty lines."""
    text = resources.files("litso.standardize").joinpath("data", file).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def sections(file: str) -> Mapping[str, frozenset[str]]:
    """Words of each section of a file."""
    found: dict[str, set[str]] = {}
    name = ""
    for line in data_lines(file):
        if line.startswith("["):
            name = line.strip("[]")
        else:
            found.setdefault(name, set()).update(line.split())
    return {key: frozenset(words) for key, words in found.items()}
