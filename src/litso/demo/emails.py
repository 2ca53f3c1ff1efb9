"""E-mail addresses that people make of their names."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from litso.demo.chance import Ints, pick, scramble, stream
from litso.demo.names import load_names
from litso.demo.people import WOMAN, People
from litso.demo.sheet import joined, where
from litso.demo.spoil import latin

DOMAINS: Final = (
    "mail.ru",
    "yandex.ru",
    "gmail.com",
    "bk.ru",
    "list.ru",
    "inbox.ru",
    "rambler.ru",
    "ya.ru",
    "icloud.com",
)
_PRIMES: Final = (9973, 99_991, 999_983, 10_000_019)
_SHARES: Final = np.array([36, 24, 18, 6, 5, 5, 3, 2, 1.0])


@lru_cache(maxsize=1)
def _latin_names() -> tuple[pl.Series, pl.Series, pl.Series]:
    names = load_names()
    return tuple(pl.Series([latin(text) for text in s]) for s in (names.surname_men, names.surname_women, names.given))  # type: ignore[return-value]


def _suffixes(number: Ints, persons: int, seed: int) -> pl.Series:
    """Digits of a person's own: no two people have the same."""
    prime = next(prime for prime in _PRIMES if prime >= persons)
    return pl.Series(scramble(number, prime, seed, 41)).cast(pl.String)


def emails_of(seed: int, block: int, people: People, persons: int, today: int) -> pl.Series:
    """An e-mail for each person old enough and so inclined, else missing. Two people never have the same."""
    rng = stream(seed, "email", block)
    men, women, given_texts = _latin_names()
    size = len(people)
    surname = where(people.gender == WOMAN, women.gather(people.surname), men.gather(people.surname))
    given = given_texts.gather(people.given)
    year = pl.Series((people.born / 365.2425 + 1970).astype(np.int64)).cast(pl.String)
    initial = given.str.slice(0, 1)
    unique = _suffixes(people.number, persons, seed)
    form = rng.integers(0, 5, size)
    local = pl.select(
        pl.when(pl.Series(form == 0)).then(pl.concat_str([surname, pl.lit("."), given]))
        .when(pl.Series(form == 1)).then(pl.concat_str([initial, surname]))
        .when(pl.Series(form == 2)).then(pl.concat_str([given, pl.lit("_"), surname]))
        .when(pl.Series(form == 3)).then(pl.concat_str([surname, year, initial]))
        .otherwise(pl.concat_str([surname, pl.lit("-"), given.str.slice(0, 2)]))
    ).to_series()  # fmt: skip
    address = joined(local, unique, "@", pl.Series(DOMAINS).gather(pick(rng, _SHARES, size)))
    age = people.age(today)
    has = rng.random(size) < np.select([age < 14, age < 45, age < 65], [0.0, 0.85, 0.6], 0.2)
    return where(has, address, None)
