"""Names that are hard: eastern ones, other cases beside initials, what stands in the field besides the name."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.standardize.name import Name, name, name_parts
from litso.standardize.name_bulk import name_column

EASTERN = [
    ("Нгуен Тхи Лан", "Нгуен", "Тхи", "Лан", "Ж", "Нгуен Тхи Лан"),
    ("Нгуен Ван Бинь", "Нгуен", "Ван", "Бинь", "М", "Нгуен Ван Биня"),
    ("Ван Туан Чан", "Чан", "Ван", "Туан", "М", "Чан Ван Туана"),
    ("ким чен ын", "Ким", "Чен", "Ын", "М", "Ким Чен Ына"),
    ("Ким Чен-Ын", "Ким", "Чен-Ын", None, "М", "Ким Чен-Ына"),
    ("Ким Чен Ыну", "Ким", "Чен", "Ын", "М", "Ким Чен Ына"),
    ("Цой Ен Сук", "Цой", "Ен", "Сук", "Ж", "Цой Ен Сук"),
    ("Юн Со Ён", "Юн", "Со", "Ён", "Ж", "Юн Со Ён"),
    ("Пак Кын Хе", "Пак", "Кын", "Хе", "Ж", "Пак Кын Хе"),
    ("Ли Мин Хо", "Ли", "Мин", "Хо", "М", "Ли Мин Хо"),
    ("Чжоу Сюэлянь", "Чжоу", "Сюэлянь", None, "Ж", "Чжоу Сюэлянь"),
    ("Ван Цзиньпин", "Ван", "Цзиньпин", None, "НД", "Ван Цзиньпин"),
    ("Ким Роман Петрович", "Ким", "Роман", "Петрович", "М", "Кима Романа Петровича"),
    ("Ли Мария", "Ли", "Мария", None, "Ж", "Ли Марии"),
    ("Джон Ли", "Ли", "Джон", None, "М", "Ли Джона"),
    ("Ма Пётр Ильич", "Ма", "Пётр", "Ильич", "М", "Ма Петра Ильича"),
    ("Ю Наталья Борисовна", "Ю", "Наталья", "Борисовна", "Ж", "Ю Натальи Борисовны"),
    ("Дё Лариса Енгировна", "Дё", "Лариса", "Енгировна", "Ж", "Дё Ларисы Енгировны"),
]

OTHER_CASES = [
    ("Ивановой И.И.", "Иванова И. И.", "Ж"),
    ("И. И. Ивановым", "Иванов И. И.", "М"),
    ("ИВАНОВУ И И", "Иванов И. И.", "М"),
    ("Яровой А.А.", "Яровой А. А.", "М"),
    ("Мамедова Эльчина Вагиф оглы", "Мамедов Эльчин Вагиф оглы", "М"),
    ("Мамедовой Лейле Вагиф кызы", "Мамедова Лейла Вагиф кызы", "Ж"),
    ("Сагынбаевым Даулетом Ерланулы", "Сагынбаев Даулет Ерланулы", "М"),
    ("Алиева Лейла Ильхам кызы", "Алиева Лейла Ильхам кызы", "Ж"),
]

BESIDE = [
    ("ИвановаИ.И.", "Иванова И. И."),
    ("ИвановИИ", "Иванов И. И."),
    ("Иванов-И.И.", "Иванов И. И."),
    ("Иванов Иван Иванович - собственник", "Иванов Иван Иванович"),
    ("Иванов Иван Иванович - сын", "Иванов Иван Иванович"),
    ("Иванова - Петрова Мария Ивановна", "Иванова-Петрова Мария Ивановна"),
    ("Иванов Иван Иванович ivanov@mail.ru", "Иванов Иван Иванович"),
    ("Иванов Иван Иванович паспорт 3604 123456", "Иванов Иван Иванович"),
    ("ИП Иванов Иван Иванович ИНН 631234567890", "Иванов Иван Иванович"),
    ("Фамилия: Иванов Имя: Иван Отчество: Иванович", "Иванов Иван Иванович"),
    ("Иванов Иван Иванович II", "Иванов Иван Иванович"),
    ("Иванов Иван Б.О.", "Иванов Иван"),
    ("Иванов с семьёй", "Иванов"),
    ("Иванова Мария Ивановна урожд. Петрова", "Иванова Мария Ивановна"),
    ("Ван дер Берг Йоханнес", "ван дер Берг Йоханнес"),
    ("Йоханнес Ван дер Берг", "ван дер Берг Йоханнес"),
    ("Шакил О'Нил", "О'Нил Шакил"),
    ("Alexander Petrov", "Петров Александр"),
    ("IOULIA SMIRNOVA", "Смирнова Юлия"),
]

FILLERS = ["хххх хххх", "аааа", "фывапр", "Тест Тестович Тестов", "Пустая квартира", "муниципальная", "Подвал"]


TORN = [
    ("Сухина Тама ра Ивановна", "Сухина Тамара Ивановна"),
    ("Тама ра Ивановна Сухина", "Сухина Тамара Ивановна"),
    ("Каза кова Светлана Яковлевна", "Казакова Светлана Яковлевна"),
    ("КА ЛИКОВА СВЕТЛАНА ЯКОВЛЕВНА", "Каликова Светлана Яковлевна"),
    ("Александр Михайлович Симон ов", "Симонов Александр Михайлович"),
    ("Семенов Ев гений Иванович", "Семенов Евгений Иванович"),
    ("ПЕТРОВ ПЕТР МИХАЙЛО ВИЧ", "Петров Петр Михайлович"),
    ("Петр Кузьм ич Демидов", "Демидов Петр Кузьмич"),
    ("абонент Каза кова Светлана Яковлевна т. 231-60-14", "Казакова Светлана Яковлевна"),
]

NOT_TORN = [
    "Ван дер Берг Йоханнес", "Мамедов Али Гасан оглы", "Нгуен Тхи Лан Ань", "Петрова Анна Мария Ивановна",
    "Гарсиа Лопес Мария Луиза", "Каза Кова Светлана", "Абвгд Жзикл Мнопр Стуфх",
]  # fmt: skip


@given(
    st.lists(
        st.sampled_from(("ван", "Ван", "И", "фон", "де", "да", "ден", "оглы", "Бен", "мак", "Иван", "Петров")),
        min_size=2,
        max_size=6,
    )
)
def test_names_of_particles_are_their_own_standard(words: list[str]) -> None:
    found = name_parts(" ".join(words))
    if {"ван", "фон", "де", "да", "ден", "оглы", "бен", "мак"}.intersection(map(str.lower, words)):
        assert name_parts(found.result).result == found.result


@pytest.mark.parametrize(("text", "result"), TORN)
def test_halves_of_a_torn_word_come_together(text: str, result: str) -> None:
    found = name_parts(text)
    assert found.result == result
    assert "typo_fixed" in (found.problems or "").split(";")
    assert name_parts(found.result).result == found.result


@pytest.mark.parametrize("text", NOT_TORN)
def test_words_of_their_own_stay_apart(text: str) -> None:
    found = name_parts(text)
    assert found.result is not None
    assert sorted(found.result.lower().split()) == sorted(text.lower().split())


def test_torn_names_and_eastern_initials_of_a_column_are_read_as_one_by_one() -> None:
    texts = [
        *(text for text, _ in TORN),
        *NOT_TORN,
        "Зуев Ю.В.",
        "Е.Ю. Зуева",
        "Ю Ю.В.",
        "Зуев Ю",
        "Ким Е.",
        "Ли Е.А. (умер)",
    ]
    assert name_column(pl.Series(texts)).rows() == [tuple(name(text)) for text in texts]


@pytest.mark.parametrize(("text", "surname", "given", "patronymic", "gender", "genitive"), EASTERN)
def test_eastern_names(text: str, surname: str, given: str, patronymic: str, gender: str, genitive: str) -> None:
    found = name(text)
    assert (found.surname, found.given_name, found.patronymic) == (surname, given, patronymic)
    assert (found.gender, found.genitive) == (gender, genitive)


@pytest.mark.parametrize(("text", "result", "gender"), OTHER_CASES)
def test_the_nominative_is_found_beside_what_is_not_declined(text: str, result: str, gender: str) -> None:
    found = name_parts(text)
    assert (found.result, found.gender) == (result, gender)


@pytest.mark.parametrize(("text", "result"), BESIDE)
def test_what_stands_beside_a_name(text: str, result: str) -> None:
    assert name_parts(text).result == result


@pytest.mark.parametrize("text", FILLERS)
def test_fillers_are_no_names(text: str) -> None:
    found = name_parts(text)
    assert (found.result, found.qc) == (None, 2)


def test_a_column_of_them_is_each_by_itself() -> None:
    texts = [case[0] for table in (EASTERN, OTHER_CASES, BESIDE) for case in table] + FILLERS
    assert name_column(pl.Series(texts)).rows() == [tuple(name(text)) for text in texts]


@pytest.mark.parametrize("text", [case[0] for case in (*EASTERN, *OTHER_CASES, *BESIDE)])
def test_a_standard_name_is_its_own_standard(text: str) -> None:
    once: Name = name(text)
    again = name(once.result)
    assert again[:5] == once[:5]
