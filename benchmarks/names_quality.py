"""How well names that are hard are taken apart: whole rows and gender by writing, and what fails by group.

    python benchmarks/names_quality.py [--failures]

The names are those of `name_cases.txt`: of many languages, double, rare, like given names or patronymics. Every one is
written surname first and given name first, in usual letters, small ones and capitals, in three other cases where it has
a patronymic, and with what stands beside names in life. Ordinary names are drawn by frequency from `russiannames`.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench_standardize import drawn
from litso.standardize.declension import decline
from litso.standardize.lexicon import FEMALE, GIVEN, MALE, PATRONYMIC, SURNAME
from litso.standardize.name import name_parts


class Case(NamedTuple):
    """A name as it is, and the group it belongs to."""

    surname: str
    given: str
    patronymic: str
    gender: str
    group: str


Writing = Callable[[Case], str | None]


def cases() -> list[Case]:
    """The hard names."""
    found, group = [], ""
    for line in (Path(__file__).parent / "name_cases.txt").read_text(encoding="utf-8").splitlines():
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


def surname_first(case: Case) -> str:
    return f"{case.surname} {case.given} {case.patronymic}".strip()


def given_first(case: Case) -> str:
    return " ".join(filter(None, (case.given, case.patronymic, case.surname)))


def in_case(place: int) -> Writing:
    """The name in the genitive, dative or instrumental."""

    def written(case: Case) -> str | None:
        parts = ((case.surname, SURNAME), (case.given, GIVEN), (case.patronymic, PATRONYMIC))
        is_declined = case.patronymic and " " not in case.patronymic
        return " ".join(decline(word, role, case.gender)[place] for word, role in parts) if is_declined else None

    return written


WRITINGS: tuple[tuple[str, Writing], ...] = (
    ("surname first", surname_first),
    ("surname first, small letters", lambda case: surname_first(case).lower()),
    ("given name first", given_first),
    ("given name first, capitals", lambda case: given_first(case).upper()),
    ("with a remark", lambda case: f"абонент {surname_first(case)} (умер)"),
    ("with a phone", lambda case: f"{surname_first(case)}, т. 8-916-123-45-67"),
    ("sole trader", lambda case: f"ИП {surname_first(case)}"),
    ("genitive", in_case(0)),
    ("dative", in_case(1)),
    ("instrumental", in_case(2)),
)


def main() -> None:
    """Print a line for every writing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--failures", action="store_true", help="print what fails")
    show = parser.parse_args().failures
    hard = cases()
    for what, some, writings in (
        ("ordinary", ordinary(2000), WRITINGS[:4]),
        ("hard, looked at", hard[::2], WRITINGS),
        ("hard, held out", hard[1::2], WRITINGS),
    ):
        for title, write in writings:
            print(f"{what:16} {title:30} {_measured(some, write, show=show)}")


def _measured(some: list[Case], write: Writing, *, show: bool) -> str:
    rows = [(case, text) for case in some if (text := write(case))]
    right = gender = 0
    failures: list[tuple[Case, str]] = []
    for case, text in rows:
        found = name_parts(text)
        gender += found.gender == case.gender
        if [*map(_plain, found[:3])] == [*map(_plain, case[:3])]:
            right += 1
        else:
            failures.append((case, text))
    groups = Counter(case.group for case, _ in failures if case.group)
    told = "".join(_told(failures)) if show else ""
    return f"rows {right / len(rows):.3f}  gender {gender / len(rows):.3f}  fails {dict(groups)}{told}"


def _told(failures: list[tuple[Case, str]]) -> Iterator[str]:
    for _, text in failures:
        yield f"\n    {text} → {name_parts(text)[:3]}"


def _plain(word: str | None) -> str:
    return (word or "").lower().replace("ё", "е")


if __name__ == "__main__":
    main()
