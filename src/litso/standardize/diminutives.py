"""Diminutives and everyday forms of given names, linked to the full names they may stand for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from litso.standardize.letters import fold
from litso.standardize.lexicon import FEMALE, MALE, RARE, UNKNOWN, counts_of
from litso.standardize.wordlists import data_lines


@lru_cache(maxsize=1)
def diminutives() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Full names, each with its gender, by folded diminutive (`data/diminutives.txt`)."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in data_lines("diminutives.txt"):
        head, forms = line.split(":")
        full, gender = head.split()
        for form in {fold(form) for form in forms.split()}:
            found[form].append((full, gender))
    return {form: tuple(names) for form, names in found.items()}


def full_given_name(name: str, gender: str = UNKNOWN) -> str | None:
    """The full name behind a diminutive: «Ваня» is «Иван».

    None when the word is no diminutive, or when it stands for several names («Саша» without a `gender`, М or Ж).
    """
    names = [full for full, of in diminutives().get(fold(name), ()) if gender not in (MALE, FEMALE) or of == gender]
    return names[0] if len(names) == 1 else None


def diminutive_gender(folded: str) -> str | None:
    """Gender of the names that a diminutive stands for, НД when they differ; None for words that are none."""
    if not is_diminutive(folded):
        return None
    genders = {gender for _, gender in diminutives()[folded]}
    return genders.pop() if len(genders) == 1 else UNKNOWN


def is_diminutive(folded: str) -> bool:
    """Whether a folded word is an everyday form of another name and not a name in its own right."""
    return folded in diminutives() and counts_of(folded).given < RARE
