"""Which known house a mistyped one means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.golden.houses import Meant, meant_houses

KNOWN = [
    "самарская|самара||садовая|3к2",
    "самарская|самара||садовая|7",
    "самарская|самара||лесная|7",
    "самарская|самара||летняя|7",
    "самарская|кинель||садовая|7",
    "самарская|самара||2-я радиальная|7",
    "самарская|самара||мира|7",
    "самарская|октябрьский||мира|4",
    "самарская|покровка|||21",
]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("самарская|самара||садоавя|7", "самарская|самара||садовая|7"),
        ("самарская|самара||саовая|7", "самарская|самара||садовая|7"),
        ("самарская|самара||садовавя|7", "самарская|самара||садовая|7"),
        ("самарская|самара||садовай|3к2", "самарская|самара||садовая|3к2"),
        ("самарская|самара||садовая|3/2", "самарская|самара||садовая|3к2"),
        ("самарская|октябрский||мира|4", "самарская|октябрьский||мира|4"),
        ("самарская|самара||лесная уица|7", "самарская|самара||лесная|7"),
        ("самарская|самара||уд мира|7", "самарская|самара||мира|7"),
        ("самарская|||покровка|21", "самарская|покровка|||21"),
        ("самарская|покровка|||22", None),
        ("самарская|||октябрьский|4", None),  # a street is missing there
        ("самарская|самара||садовая|9", None),  # the street is known, the house is not
        ("самарская|самара||садоваа|9", None),
        ("самарская|самара||лесняя|7", None),  # «лесная» and «летняя» are as near
        ("самарская|самара||3-я радиальная|7", None),  # another street
        ("самарская|самара||мера|7", None),  # too short a name
        ("самарская|кинел||садоваа|7", None),  # two letters
        ("самарская|самара||садовая", None),
    ],
)
def test_a_house_that_the_books_do_not_know(asked: str, meant: str | None) -> None:
    assert meant_houses([asked], KNOWN).get(asked) == (meant and Meant(meant))


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("самарская|самара||лесная|7-13", Meant("самарская|самара||лесная|7", "13")),
        ("самарская|самара||лесняя|7-13", None),  # «лесная» and «летняя» are as near
        ("самарская|самара||садоавя|3к2-5", Meant("самарская|самара||садовая|3к2", "5")),
        ("самарская|самара||лесная|9-13", None),
        ("самарская|самара||садовая|7-я", None),
    ],
)
def test_a_number_that_tells_the_flat_too(asked: str, meant: Meant | None) -> None:
    assert meant_houses([asked], KNOWN).get(asked) == meant


def test_a_house_of_two_numbers_that_is_known_is_no_flat() -> None:
    assert meant_houses(["самарская|самара||лесная|7-13"], [*KNOWN, "самарская|самара||лесная|7-13"]) == {}


@given(st.lists(st.sampled_from(KNOWN)), st.lists(st.text("самр|7к/", max_size=12)))
def test_known_houses_mean_themselves_and_others_known_ones(known: list[str], others: list[str]) -> None:
    found = meant_houses([*known, *others], known)
    assert not found.keys() & set(known)
    assert {one.house for one in found.values()} <= set(known)
    assert meant_houses(others, []) == {}
