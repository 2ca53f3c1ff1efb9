"""Cases by the tails of words are those of the rules for whole words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytrovich.enums import Case, Gender, NamePart
from pytrovich.maker import PetrovichDeclinationMaker

from litso.standardize.declension import decline

MAKER = PetrovichDeclinationMaker()
PARTS = {"S": NamePart.LASTNAME, "F": NamePart.FIRSTNAME, "M": NamePart.MIDDLENAME}
ENDINGS = ["ов", "ова", "ин", "ина", "ский", "ская", "ой", "ая", "ович", "овна",
           "ия", "ья", "ь", "я", "а", "ец", "ок", "их", "ко"]  # fmt: skip
stems = st.text("абвгдежзиклмнопрстуфхцчшщ", min_size=1, max_size=8)


@given(stems, st.sampled_from(ENDINGS), st.sampled_from("SFM"), st.sampled_from("МЖ"))
def test_decline_as_the_rules_do(stem: str, ending: str, role: str, gender: str) -> None:
    word = (stem + ending).capitalize()
    of_gender = {"М": Gender.MALE, "Ж": Gender.FEMALE}[gender]
    cases = (Case.GENITIVE, Case.DATIVE, Case.INSTRUMENTAL)
    assert decline(word, role, gender) == tuple(MAKER.make(PARTS[role], of_gender, case, word) for case in cases)


@pytest.mark.parametrize("word", ["Пётр", "Лев", "Павел", "Любовь", "Яков", "Бонч-Бруевич", "Салтыков-Щедрин"])
def test_exceptions_and_double_words(word: str) -> None:
    expected = MAKER.make(NamePart.FIRSTNAME, Gender.MALE, Case.GENITIVE, word)
    assert decline(word, "F", "М").genitive == expected


@pytest.mark.parametrize(("word", "gender"), [("И", "М"), ("Smith", "М"), ("Ли", "НД")])
def test_what_cannot_be_declined_stays(word: str, gender: str) -> None:
    assert set(decline(word, "S", gender)) == {word}
