"""The tables that lie beside the code as TSV files."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources


def table(name: str) -> list[dict[str, str]]:
    """Rows of one of the package's own tables, by column name."""
    text = (resources.files(__package__) / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[str]]:
    return {row["group"]: frozenset(row["words"].split("; ")) for row in table("words.tsv")}


def word_group(group: str) -> frozenset[str]:
    """One group of words of `words.tsv`: months, titles, abbreviations…"""
    return _groups()[group]
