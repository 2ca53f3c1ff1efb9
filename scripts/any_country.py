"""People of no country in particular, seen through a careless register: data for training the generic model.

Nothing here is meant to look like one register: names are syllables and English forms, errors are frequent. The sets
differ in what they know of a person: a biographical one (place, postal code, occupation) and one of customers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

from litso.resolve.diminutives import FULL_NAMES

_VOWELS, _CONSONANTS = "aeiou", "bcdfghjklmnprstvwz"
_ENDINGS = ("", "", "n", "r", "s", "ton", "son", "ley", "man")
_RECORDS = (1, 2, 3, 4, 6, 9)
_RECORD_SHARES = (0.25, 0.25, 0.2, 0.15, 0.1, 0.05)


def people(number: int, kind: str, seed: int) -> Iterator[dict[str, Any]]:
    """Standard records of `number` persons; kind: `biographies` or `customers`."""
    chance = random.Random(seed)
    names, surnames, cities = _names(), [_surname(chance) for _ in range(4000)], [f"town{n}" for n in range(300)]
    for person in range(number):
        truth = {
            "given_name": _common(chance, list(names)),
            "surname": _common(chance, surnames),
            "birth_date": date(chance.randrange(1860, 1990), chance.randrange(1, 13), chance.randrange(1, 29)),
            "city": _common(chance, cities),
        }
        if kind == "biographies":
            truth["postal_code"] = f"{truth['city'][-2:]}{chance.randrange(40)}{chance.randrange(9)}"
        else:
            truth["email"] = f"{truth['given_name']}.{truth['surname']}{chance.randrange(99)}@example.com"
            truth["phone"] = str(chance.randrange(10**9, 10**10))
        for copy in range(chance.choices(_RECORDS, _RECORD_SHARES)[0]):
            yield {"source": kind, "source_id": f"{person}-{copy}", "kind": "person"} | _seen(chance, truth, names)


def _names() -> dict[str, list[str]]:
    """English full name → its short forms."""
    names: dict[str, list[str]] = {}
    for form, full in FULL_NAMES.items():
        for name in full:
            if name.isascii() and name != form:
                names.setdefault(name, []).append(form)
    return dict(sorted(names.items()))


def _surname(chance: random.Random) -> str:
    syllables = (chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(chance.randrange(2, 4)))
    return "".join(syllables) + chance.choice(_ENDINGS)


def _common(chance: random.Random, values: list[str]) -> str:
    """One of the values, the earlier the likelier."""
    return values[min(int(len(values) * chance.random() ** 2), len(values) - 1)]


def _seen(chance: random.Random, truth: dict[str, Any], names: dict[str, list[str]]) -> dict[str, Any]:
    """A record of a person with the errors of a careless register."""
    record = dict(truth)
    if chance.random() < 0.12:
        record["given_name"] = chance.choice(names[truth["given_name"]])
    if chance.random() < 0.2:
        record["given_name"] += " " + chance.choice(list(names))
    if chance.random() < 0.03:
        record["given_name"], record["surname"] = record["surname"], record["given_name"]
    if chance.random() < 0.12:
        record["birth_date"] = _misread(chance, truth["birth_date"])
    for name, value in record.items():
        if isinstance(value, str) and chance.random() < 0.1:
            record[name] = _mistyped(chance, value)
    record = {name: None if chance.random() < 0.1 else value for name, value in record.items()}
    contacts = {
        plural: [record.pop(name)] for name, plural in (("email", "emails"), ("phone", "phones")) if record.get(name)
    }
    return record | contacts


def _misread(chance: random.Random, born: date) -> date:
    day, year = chance.randrange(1, 29), born.year + chance.choice((-10, -1, 1, 10))
    return chance.choice((date(born.year, 1, 1), date(year, born.month, born.day), date(born.year, born.month, day)))


def _mistyped(chance: random.Random, text: str) -> str:
    """A letter replaced, lost, added or swapped with its neighbour."""
    place, letter = chance.randrange(max(len(text) - 1, 1)), chance.choice("abcdefghijklmnoprstu")
    head, tail = text[:place], text[place:]
    return chance.choice(
        (head + letter + tail[1:], head + tail[1:], head + letter + tail, head + tail[1:2] + tail[:1] + tail[2:])
    )
