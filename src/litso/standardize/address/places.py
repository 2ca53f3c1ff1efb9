"""Regions of Russia and their towns, and the names people call them by.

The tables lie beside this module as TSV files; they are read once, at first use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from litso.standardize.address.names import fold
from litso.standardize.address.tables import table

FEDERAL: Final = frozenset({"Москва", "Санкт-Петербург", "Севастополь"})
"""Cities that are regions of their own."""

LONGEST: Final = 8
"""Most words in a name of a region or town."""

_WORDS: Final = re.compile(r"[^\W_]+")
_TYPE_WORDS: Final = {"обл": "обл", "край": "край", "Респ": "респ", "АО": "ао", "Аобл": "аобл", "Чувашия": "респ"}


@dataclass(frozen=True, slots=True)
class Region:
    """A subject of the federation. `printed` is the name with its type; `timezone` is that of its capital."""

    name: str
    type: str
    printed: str
    official: str
    capital: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Town:
    """A town by its usual name and the regions that have one of that name."""

    name: str
    regions: tuple[str, ...]


@lru_cache(maxsize=1 << 15)
def flat(text: str) -> str:
    """A name as words of small letters with single spaces: «Ростов-на-Дону» → «ростов на дону»."""
    return " ".join(_WORDS.findall(fold(text)))


@lru_cache(maxsize=1)
def regions() -> dict[str, Region]:
    """All regions by name."""
    return {
        row["name"]: Region(row["name"], row["type"], row["printed"], row["official"], row["capital"], row["timezone"])
        for row in table("regions.tsv")
    }


def _declined(name: str) -> list[str]:
    """A region's name in the cases that occur in addresses."""
    for ending, others in (
        ("ая", ("ой", "ую")),
        ("ий", ("ого", "ом", "ому")),
        ("ия", ("ии", "ию")),
        ("ея", ("еи", "ею")),
        ("ан", ("ана", "ане")),
        ("ым", ("ыма", "ыму")),
        ("ва", ("вы", "ве")),
    ):
        if name.endswith(ending):
            return [name, *(name[: -len(ending)] + other for other in others)]
    return [name]


def _typed(name: str, kind: str) -> list[str]:
    forms = _declined(name)
    return [f"{form} {kind}" for form in forms] + [f"{kind} {form}" for form in forms]


@lru_cache(maxsize=1)
def region_phrases() -> tuple[dict[str, str], dict[str, str]]:
    """Words → region's name: with a type word, good anywhere; and bare, good only where nothing else is said."""
    typed: dict[str, str] = {}
    bare: dict[str, str] = {}
    for row in table("regions.tsv"):
        name, kind = row["name"], _TYPE_WORDS.get(row["type"])
        if kind is None:
            continue
        own = [flat(row["printed"]), flat(row["official"]), flat(name)]
        aliases = [alias.strip() for alias in row["aliases"].split(";") if alias.strip()]
        for alias in aliases:
            (typed if alias.endswith(("обл", "окр", "ао", "губ")) and " " in alias else bare).setdefault(
                flat(alias), name
            )
        for form in [flat(name), *(flat(alias) for alias in aliases if not alias.startswith("="))]:
            for phrase in _typed(form, kind):
                typed.setdefault(phrase, name)
        for phrase in own:
            if " " in phrase or not phrase.endswith(("ая", "ий")):
                bare.setdefault(phrase, name)
            else:
                bare.setdefault(phrase, name)
    for phrase in (
        "кемеровская обл кузбасс",
        "кемеровской обл кузбасса",
        "обл кемеровская кузбасс",
        "обл кемеровская обл кузбасс",
    ):
        typed[phrase] = "Кемеровская область - Кузбасс"
    ugra = "Ханты-Мансийский Автономный округ - Югра"
    for phrase in (
        "ханты мансийский ао югра",
        "ханты мансийский ао югра ао",
        "ао ханты мансийский ао югра",
        "хмао югра ао",
    ):
        typed[phrase] = ugra
    for phrase in ("респ саха якутия", "респ якутия саха", "саха якутия респ", "саха респ якутия"):
        typed[phrase] = "Саха (Якутия)"
    for phrase in ("чувашская респ чувашия", "респ чувашская чувашия", "чувашия чувашская респ"):
        typed[phrase] = "Чувашская Республика"
    return typed, bare


def region_by_name(text: str | None) -> Region | None:
    """The region that a text of its own names, in any usual form, or None."""
    if not text:
        return None
    typed, bare = region_phrases()
    words = [_KINDS.get(word, word) for word in flat(text).split()]
    phrase = " ".join(words).replace("автономный округ", "ао").replace("автономная обл", "аобл")
    found = typed.get(phrase) or bare.get(phrase) or bare.get(flat(text))
    if found is None and words and words[0] in ("г", "город"):
        phrase = " ".join(words[1:])
    town = town_by_name(phrase) if found is None else None
    if town and town.name in FEDERAL:
        found = town.name
    return regions().get(found) if found else None


_KINDS: Final = {
    "область": "обл",
    "области": "обл",
    "край": "край",
    "края": "край",
    "республика": "респ",
    "республики": "респ",
}


@lru_cache(maxsize=1)
def _towns() -> dict[str, Town]:
    found: dict[str, Town] = {}
    for row in table("cities.tsv"):
        for name in row["cities"].split(", "):
            known = found.get(flat(name))
            found[flat(name)] = Town(known.name if known else name, (*(known.regions if known else ()), row["region"]))
    return found


@lru_cache(maxsize=1)
def _aliases() -> dict[str, tuple[Town, bool]]:
    towns = _towns()
    return {flat(row["alias"]): (towns[flat(row["city"])], row["wins"] == "yes") for row in table("aliases.tsv")}


@lru_cache(maxsize=1)
def _named_so() -> dict[str, tuple[Town | None, Town | None, bool]]:
    """By flat name: the town whose own name it is, the one whose other name it is, and whether that one wins."""
    aliases = _aliases()
    return {phrase: (_towns().get(phrase), *aliases.get(phrase, (None, False))) for phrase in {**_towns(), **aliases}}


@lru_cache(maxsize=1)
def first_words_of_towns() -> frozenset[str]:
    """The first words of flat names of towns."""
    return frozenset(phrase.split(" ")[0] for phrase in _named_so())


def town_by_name(phrase: str, region: str | None = None) -> Town | None:
    """The town of a flat name (see `flat`), historic and colloquial names included, or None.

    Where a name is both a town's own and another's old one, the region decides; without it the own name wins.
    """
    found = _named_so().get(phrase)
    if found is None:
        return None
    own, other, wins = found
    if own is None or other is None:
        return own or other
    if region in own.regions:
        return own
    return other if wins or region in other.regions else own


def has_rival(phrase: str) -> bool:
    """Whether a town's own name is another town's old name too: «Куйбышев»."""
    own, (other, _) = _towns().get(phrase), _aliases().get(phrase, (None, False))
    return own is not None and other is not None and own != other


@lru_cache(maxsize=16384)
def near_town(phrase: str, region: str) -> Town | None:
    """The only town of the region whose name is one edit away from a long misspelt one, or None."""
    if len(phrase) < 6:
        return None
    limit = 2 if len(phrase) > 10 else 1
    near = [
        town
        for name, town in _towns().items()
        if region in town.regions and phrase[0] == name[0] and OSA.distance(phrase, name, score_cutoff=limit) <= limit
    ]
    return near[0] if len(near) == 1 else None


@lru_cache(maxsize=16384)
def near_region(word: str, kind: str) -> str | None:
    """The only region of this kind of name (обл, край…) whose name is one or two edits away, or None."""
    if len(word) < 6:
        return None
    limit = 2 if len(word) > 9 else 1
    near = [
        region.name
        for region in regions().values()
        if _TYPE_WORDS.get(region.type) == kind and OSA.distance(word, flat(region.name), score_cutoff=limit) <= limit
    ]
    return near[0] if len(near) == 1 else None
