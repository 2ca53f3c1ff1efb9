"""How well names that are hard are taken apart: whole rows and gender by writing, and what fails by group.

    python benchmarks/names_quality.py [--failures]

The names are those of `name_cases.txt`, `name_cases_more.txt` and `name_cases_new.txt`: of many languages, double,
rare, like given names or patronymics. Every one is written surname first and given name first, in usual letters, small
ones and capitals, in three other cases where it has a patronymic, with initials, and with what stands beside names in
life. Ordinary names are drawn by frequency from `russiannames`; seldom ones of it have a surname met two to twenty
times.

What may be looked at while rules are written: every second name of the first file, and of the second file and of seldom
names those whose surname has an even hash. `--failures` prints only these. The held-out ones of both files were looked
at too when rules for eastern names were written; those of `name_cases_new.txt` never were. The gender of a name with
initials is what its surname shows, which for most hard ones is nothing: it is not measured.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import polars as pl

from bench_standardize import drawn
from litso.standardize.lexicon import FEMALE, GIVEN, MALE, PATRONYMIC, SURNAME, read_words
from litso.standardize.name import cases_of, name_parts


class Case(NamedTuple):
    """A name as it is, and the group it belongs to."""

    surname: str
    given: str
    patronymic: str
    gender: str
    group: str


Writing = Callable[[Case], str | None]


def cases() -> tuple[list[Case], list[Case]]:
    """The hard names: those that may be looked at, and those held out."""
    first, more = read("name_cases.txt"), read("name_cases_more.txt")
    return first[::2] + [one for one in more if not is_held_out(one)], first[1::2] + list(filter(is_held_out, more))


def is_held_out(case: Case) -> bool:
    """Whether the hash of the surname is odd."""
    return blake2b(case.surname.lower().encode(), digest_size=1).digest()[0] % 2 == 1


def read(name: str) -> list[Case]:
    """Names of a file beside this one."""
    found, group = [], ""
    for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            group = line.strip("[]")
        elif line and not line.startswith("#"):
            surname, given, patronymic, gender = line.split("|")
            found.append(Case(surname, given, patronymic, gender, group))
    return found


def ordinary(count: int) -> list[Case]:
    """Names by frequency, half of them of women."""
    chance = random.Random(5)
    found = []
    for letter, gender in (("m", MALE), ("f", FEMALE)):
        parts = (drawn(chance, role, letter, count // 2) for role in (SURNAME, GIVEN, PATRONYMIC))
        found += [Case(*(word.capitalize() for word in words), gender, "") for words in zip(*parts, strict=True)]
    return found


def seldom(count: int) -> list[Case]:
    """Names with a surname that Russian data have two to twenty times."""
    chance = random.Random(7)
    table = read_words(SURNAME).filter(pl.col("count").is_between(2, 20))
    found = []
    for letter, gender in (("m", MALE), ("f", FEMALE)):
        surnames = table.filter(pl.col("gender") == letter)["word"].sort().sample(count // 2, seed=7)
        given, patronymic = (drawn(chance, role, letter, count // 2) for role in (GIVEN, PATRONYMIC))
        parts = zip(surnames.to_list(), given, patronymic, strict=True)
        found += [Case(*(word.capitalize() for word in words), gender, "seldom") for words in parts]
    return found


def surname_first(case: Case) -> str:
    return f"{case.surname} {case.given} {case.patronymic}".strip()


def given_first(case: Case) -> str:
    return " ".join(filter(None, (case.given, case.patronymic, case.surname)))


def initials_last(case: Case) -> str | None:
    return f"{case.surname} {case.given[0]}.{case.patronymic[0]}." if case.patronymic else None


def initials_first(case: Case) -> str | None:
    return f"{case.given[0]}.{case.patronymic[0]}. {case.surname}" if case.patronymic else None


def in_case(place: int) -> Writing:
    """The name in the genitive, dative or instrumental."""

    def written(case: Case) -> str | None:
        is_declined = case.patronymic and " " not in case.patronymic
        return cases_of(*case[:3], case.gender)[place] if is_declined else None

    return written


WRITINGS: tuple[tuple[str, Writing], ...] = (
    ("surname first", surname_first),
    ("surname first, small letters", lambda case: surname_first(case).lower()),
    ("given name first", given_first),
    ("given name first, capitals", lambda case: given_first(case).upper()),
    ("with a remark", lambda case: f"абонент {surname_first(case)} (умер)"),
    ("with a phone", lambda case: f"{surname_first(case)}, т. 8-916-123-45-67"),
    ("sole trader", lambda case: f"ИП {surname_first(case)}"),
    ("two persons", lambda case: f"{surname_first(case)}, Петрова Анна Ильинична"),
    ("initials last", initials_last),
    ("initials first", initials_first),
    ("genitive", in_case(0)),
    ("dative", in_case(1)),
    ("instrumental", in_case(2)),
)


def main() -> None:
    """Print a line for every writing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--failures", action="store_true", help="print what fails")
    show = parser.parse_args().failures
    looked_at, held_out = cases()
    rare = seldom(2000)
    for what, some, writings in (
        ("ordinary", ordinary(2000), WRITINGS[:4]),
        ("seldom, looked at", [one for one in rare if not is_held_out(one)], WRITINGS[:4]),
        ("seldom, held out", list(filter(is_held_out, rare)), WRITINGS[:4]),
        ("hard, looked at", looked_at, WRITINGS),
        ("hard, held out", held_out, WRITINGS),
        ("hard, new, held out", read("name_cases_new.txt"), WRITINGS),
    ):
        for title, write in writings:
            print(f"{what:19} {title:30} {_measured(some, write, show=show and 'held' not in what)}")


def _measured(some: list[Case], write: Writing, *, show: bool) -> str:
    rows = [(case, text) for case in some if (text := write(case))]
    right = gender = 0
    failures: list[tuple[Case, str]] = []
    for case, text in rows:
        found = name_parts(text)
        gender += found.gender == case.gender
        wanted = case[:3] if len(found.given_name or "  ") > 1 else (case.surname, case.given[0], case.patronymic[0])
        if [*map(_plain, found[:3])] == [*map(_plain, wanted)]:
            right += 1
        else:
            failures.append((case, text))
    groups = Counter(case.group for case, _ in failures if case.group)
    told = "".join(_told(failures)) if show else ""
    shown = "  —  " if write in (initials_last, initials_first) else f"{gender / len(rows):.3f}"
    return f"rows {right / len(rows):.3f}  gender {shown}  fails {dict(groups)}{told}"


def _told(failures: list[tuple[Case, str]]) -> Iterator[str]:
    for _, text in failures:
        yield f"\n    {text} → {name_parts(text)[:3]}"


def _plain(word: str | None) -> str:
    return (word or "").lower().replace("ё", "е")


if __name__ == "__main__":
    main()
