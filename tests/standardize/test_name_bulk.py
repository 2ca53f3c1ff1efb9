"""Names of a column: what is read together is what is read one by one, on every combination of words and shapes."""

from __future__ import annotations

from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.standardize.declension import Cases, decline, decline_column
from litso.standardize.lexicon import FEMALE, GIVEN, MALE, PATRONYMIC, SURNAME, UNKNOWN
from litso.standardize.name import name, name_parts
from litso.standardize.name_bulk import name_column, name_parts_column
from litso.standardize.name_facts import KnownWords, folded_words, one_word, plain_words, slips_among, table
from litso.standardize.name_words import WordBook

SURNAMES = ("Иванов", "ПЕТРОВА", "Мельник", "Кузнецов-Белов", "Шмидт", "ивановский", "Ли", "Жвачкокрут", "Герман")
GIVEN_NAMES = (
    "Иван",
    "анна",
    "Алексндр",
    "Саша",
    "Ваня",
    "Хдвфыв",
    "Роман",
    "Ал-др",
    "Ник-й",
    "И.",
    "И",
    "Анна-Мария",
    "не",
    "без",
)
PATRONYMICS = ("Иванович", "СЕРГЕЕВНА", "Владмировна", "Анвар", "И.", "", "оглы", "имени")
SHAPES = (
    "{0} {1} {2}", "{1} {2} {0}", "{0}  {1}{2}", "{0} {1} {2} (умер)", "{0} {1} {2} (Петрова)", "{0} {1} (ООО)",
    "({0} {1})", " {2} {1} {0}. ",
)  # fmt: skip
TEXTS = [
    shape.format(*words) for shape in SHAPES for words in product(SURNAMES, GIVEN_NAMES, PATRONYMICS)
]  # fmt: skip


def test_together_as_one_by_one() -> None:
    column = pl.Series(TEXTS)
    assert name_column(column).rows() == [tuple(name(text)) for text in TEXTS]


def test_parts_together_as_one_by_one() -> None:
    texts = TEXTS[::7]
    assert name_parts_column(pl.Series(texts)).rows() == [tuple(name_parts(text)) for text in texts]


def test_a_book_that_forgets_answers_the_same() -> None:
    words = sorted({word for text in TEXTS for word in text.split()})
    small, large = WordBook(limit=10), WordBook(limit=10_000)
    for start in range(0, len(words), 7):
        asked = words[start : start + 7]
        answers = [(facts.written[row].to_list(), facts.is_told[row].tolist()) for facts, (row,), _ in
                   (book.look_up([pl.Series([*asked, None])]) for book in (small, large))]  # fmt: skip
        assert answers[0] == answers[1]


COMMON_NAMES = ("александр", "екатерина", "наталья", "сергей", "владимирович", "николаевна", "геннадьевна", "артур")
LETTERS = st.text("абвеийлмнорстчья", min_size=1, max_size=2)
WORDS = st.one_of(
    st.builds(
        lambda word, place, cut, letters: word[:place] + letters + word[place + cut :],
        st.sampled_from(COMMON_NAMES), st.integers(0, 10), st.integers(0, 2), LETTERS | st.just(""),
    ).filter(lambda word: len(word) > 1),
    st.sampled_from(("Артури", "Саша", "Ли", "оглы", "фон", "иваныч", "Алиева", "мельник", "яков", "Пётр", "ийцук",
                     "абонент", "валя", "ван", "ивановой", "михална", "Анвар", "кызы")).map(str.lower),
    st.text("абвгдежзийклмнопрстуфхцчшщыьэюяё", min_size=2, max_size=14),
)  # fmt: skip


@given(st.lists(WORDS, min_size=1, max_size=12, unique=True))
def test_facts_of_words_together_are_those_of_one(words: list[str]) -> None:
    facts = [one_word(word) for word in words]
    slips = slips_among(folded_words(pl.Series(words)).to_list())
    meant = {word for one in facts for word in one.meant if word}.union(
        *(of_part.values() for of_part in slips.values())
    )
    places = {word: place for place, word in enumerate(meant)}
    together, alone = plain_words(pl.Series(words), slips, places), table(facts, places)
    for column, one, other in zip(KnownWords._fields, together, alone, strict=True):
        assert as_lists(one) == as_lists(other), column


def as_lists(column: Any) -> list[Any]:
    return [as_lists(one) for one in column] if isinstance(column, tuple) else list(column)


@pytest.mark.parametrize("gender", [MALE, FEMALE, UNKNOWN])
@pytest.mark.parametrize("part", [SURNAME, GIVEN, PATRONYMIC])
def test_words_are_declined_together_as_one_by_one(part: str, gender: str) -> None:
    words = ["Иванов", "Белая", "Павел", "Лев", "Илья", "Ли", "И.", "Кузнецова-Белова", "фон Бок", "Али оглы",
             "Тофик-оглы", "Черных", "Сергеевич", "Ким", "Smith", "О'Коннор", None, "Жанна", "Алаоглы"]  # fmt: skip
    forms = [(None,) * 3 if word is None else tuple(decline(word, part, gender)) for word in words]
    table = decline_column(pl.Series(words), part, gender)
    assert tuple(table.columns) == Cases._fields
    assert table.rows() == forms
