"""What words of names mean."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.resolve.columns import encode
from litso.resolve.diminutives import FAMILIES, FULL_NAMES
from litso.resolve.words import FEW, fold, of_one, patronymic_stem, sound, surname_stem

words_of_all_kinds = st.lists(
    st.none() | st.text(max_size=12) | st.sampled_from(["Иванова", "Ёлкин", "", " ", "O'Neil"]), max_size=20
)


@given(words_of_all_kinds)
def test_a_few_words_are_read_as_in_a_long_column(texts: list[str | None]) -> None:
    few, many = (pa.array(texts + [None] * more, pa.string()) for more in (0, FEW))
    for rule in (fold, surname_stem, patronymic_stem, sound):
        assert rule(few).to_pylist() == rule(many).to_pylist()[: len(texts)]
    for is_plain in (False, True):
        told = []
        for column in (few, many):
            codes, values = encode(column, is_plain=is_plain)
            told.append([values[code].as_py() if code >= 0 else None for code in codes.tolist()][: len(texts)])
        assert told[0] == told[1]


NAME_LETTERS = st.text("АБВЁЙабвгдёжзийклмнопрстуфхцчшщъыьэюяABCHKXaceghiotuyz'.- ", max_size=12)
NAME_ENDS = st.sampled_from(["", "ская", "ова", "ый", "ович", "инична", " оглы", "цкий", "sch", "ph"])


@given(st.builds(str.__add__, NAME_LETTERS, NAME_ENDS) | st.text(max_size=8))
def test_one_word_is_read_as_among_many(text: str) -> None:
    folded = fold(pa.array([text]))[0].as_py() or ""
    assert of_one(fold, text) == folded
    for rule in (surname_stem, patronymic_stem, sound):
        assert of_one(rule, folded) == rule(pa.array([folded], pa.string()))[0].as_py()


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Алёна", "алена"), ("  ДЕ-Ла   Крус ", "де ла крус"), ("José", "jose"), ("Андрей", "андреи"), (" ", None)],
)
def test_folding(text: str, folded: str | None) -> None:
    assert fold(pa.array([text])).to_pylist() == [folded]


@pytest.mark.parametrize(
    ("his", "hers"),
    [("Иванов", "Иванова"), ("Достоевский", "Достоевская"), ("Толстой", "Толстая"), ("Птицын", "Птицына"),
     ("Белый", "Белая"), ("Шевченко", "Шевченко"), ("Бородин", "Бородина")],
)  # fmt: skip
def test_husband_and_wife_share_the_stem(his: str, hers: str) -> None:
    stems = surname_stem(fold(pa.array([his, hers]))).to_pylist()
    assert stems[0] == stems[1]


@pytest.mark.parametrize(("one", "two"), [("Иванов", "Петров"), ("Жук", "Жуков"), ("Марина", "Мария")])
def test_other_surnames_have_other_stems(one: str, two: str) -> None:
    stems = surname_stem(fold(pa.array([one, two]))).to_pylist()
    assert stems[0] != stems[1]


@pytest.mark.parametrize(("his", "hers"), [("Иванович", "Ивановна"), ("Ильич", "Ильинична"), ("Алиевич", "Алиевна")])
def test_brother_and_sister_share_the_father(his: str, hers: str) -> None:
    stems = patronymic_stem(fold(pa.array([his, hers]))).to_pylist()
    assert stems[0] == stems[1]


@pytest.mark.parametrize(
    ("written", "heard"),
    [("Соловьёва", "Салавьева"), ("Филиппов", "Филипов"), ("Шмидт", "Шмит"), ("Phillips", "Filips"), ("Coen", "Kohen")],
)
def test_what_sounds_alike_is_alike(written: str, heard: str) -> None:
    sounds = sound(fold(pa.array([written, heard]))).to_pylist()
    assert sounds[0] == sounds[1]


def test_short_names_stand_for_full_ones() -> None:
    assert FULL_NAMES["саша"] == ("александр", "александра")
    assert FAMILIES["саша"] == FAMILIES["александр"] == FAMILIES["александра"]
    assert FAMILIES["наталья"] == FAMILIES["наталия"]
    assert FAMILIES["мария"] != FAMILIES["марина"]
    assert FAMILIES["bill"] == FAMILIES["william"]


def test_every_name_is_folded_and_of_one_alphabet() -> None:
    for name in FULL_NAMES:
        assert fold(pa.array([name])).to_pylist() == [name]
        assert name.isascii() or not any(letter.isascii() for letter in name), name
