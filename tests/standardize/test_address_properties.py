"""Addresses of any kind: nothing raises, a standard address is its own standard, a column equals its values."""

from __future__ import annotations

from dataclasses import asdict

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from litso.domain.territory import Territory
from litso.standardize.address import COLUMNS, SCHEMA, Address, parse, parse_column

TOWNS = ["г. Тула", "Тула", "Тула г", "г.Казань", "Москва", "СПб", "Тульская обл., г. Узловая", "с. Покров", "",
         "Самарская обл, Волжский р-н, пгт Рощинский", "Братск, 5 мкр", "Калининский р-н, д. Палкино"]  # fmt: skip
NAMES = ["Ленина", "Мира", "Лесная", "Новая Заря", "8 Марта", "50 лет Октября", "К. Маркса", "1-я Полевая", "Шевченко",
         "Кузнецкий Мост", "Красная Площадь", "Малая Садовая", "Героев Труда"]  # fmt: skip
KINDS = ["ул. {}", "ул {}", "улица {}", "{} ул", "{} ул.", "пр-т {}", "пер. {}", "{} переулок", "{}"]
NUMBERS = ["5", "12а", "12 А", "5/7", "103-б"]
INSIDE = ["", ", кв. 5", " кв 5", ",кв.12", "-7", ", 7", ", 2 подъезд, 3 этаж, кв. 5", " офис 3", ", кв 5, код 12"]
BLOCKS = ["", " к 2", ", корп. 2", "к2", ", стр. 1", " лит. А", "к1с2", ", корп 1, стр. 3"]


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """Address of the kinds that life has, in any case, with or without commas."""
    street = draw(st.sampled_from(KINDS)).format(draw(st.sampled_from(NAMES)))
    house = draw(st.sampled_from(["д. {}", "д.{}", "дом {}", "дом № {}", "{}", "вл. {}"])).format(
        draw(st.sampled_from(NUMBERS))
    )
    house += draw(st.sampled_from(BLOCKS)) + draw(st.sampled_from(INSIDE))
    place = draw(st.sampled_from(TOWNS))
    parts = [draw(st.sampled_from(["", "", "300041"])), place, street, house]
    text = draw(st.sampled_from([", ", ",", " ", " , "])).join(part for part in parts if part)
    return draw(st.sampled_from([text, text, text.upper(), text.lower(), text + " ", text + "."]))


WORDS = (
    "ул г д кв 5 12 Ленина Самара п с р-н мкр к стр , . - / а б Советская 1-я обл Самарская км ст пр лит ш в/г им № ( )"
)
SOUP = st.lists(st.sampled_from(WORDS.split()), max_size=14).map(" ".join)
ANYTHING = st.one_of(st.text(max_size=80), st.text("абвгдАБв. ,-/0159ул", max_size=60), SOUP, addresses())
HOME = st.sampled_from([None, Territory("Тульская область", "Тула"), Territory("Самарская область", None)])


def row(address: Address) -> dict[str, object]:
    return {name: list(value) if name == "problems" else value for name, value in asdict(address).items()}


@settings(max_examples=400, deadline=None)
@given(ANYTHING, HOME)
@example("\x00", None)
@example("д" * 5000, None)
@example("5/" * 4000, None)
@example("İ ul. ß 5", None)
def test_any_text_gives_an_address(text: str, home: Territory | None) -> None:
    address = parse(text, home)
    assert address.qc in (0, 1, 2, 3)
    assert address.result is None or address.result.strip() == address.result


@settings(max_examples=300, deadline=None)
@given(addresses(), HOME)
def test_standard_of_a_standard_is_itself(text: str, home: Territory | None) -> None:
    address = parse(text, home)
    again = parse(address.result, home)
    lost = {"postal_code", "unparsed", "qc", "qc_complete", "problems"}
    assert {k: v for k, v in row(again).items() if k not in lost} == {
        k: v for k, v in row(address).items() if k not in lost
    }


@settings(max_examples=80, deadline=None)
@given(st.lists(st.one_of(st.none(), ANYTHING), max_size=40), HOME)
def test_column_equals_its_values(texts: list[str | None], home: Territory | None) -> None:
    frame = parse_column(pl.Series(texts, dtype=pl.String), home)
    assert frame.schema == pl.Schema(SCHEMA)
    assert frame.to_dicts() == [row(parse(text, home)) for text in texts]


@settings(max_examples=60, deadline=None)
@given(addresses())
def test_every_word_is_read_or_kept(text: str) -> None:
    """No number of the text is lost: it is in a column or in what was not understood."""
    address = parse(text)
    kept = " ".join(str(value) for value in asdict(address).values() if value is not None)
    for number in ("103", "50 лет", "300041"):
        if number in text.lower():
            assert number.split()[0] in kept


def test_arrow_columns_are_taken() -> None:
    texts = ["Тула, ул. Мира, 5", None]
    expected = parse_column(pl.Series(texts))
    assert parse_column(pa.array(texts)).equals(expected)
    assert parse_column(pa.chunked_array([texts[:1], texts[1:]], type=pa.string())).equals(expected)
    assert parse_column(pa.array([], type=pa.string())).columns == list(COLUMNS)


@pytest.mark.parametrize(
    "text",
    ["а " * 300, "5 " * 300, " " * 600 + "5", ", " * 300, "ул. " * 150, "1-я " * 150, "(" * 600, "г. Самара " * 60],
)
def test_long_repeats_are_read_piece_by_piece(text: str) -> None:
    """What is beyond the length of any address is not read at all, so that no text can cost more than another."""
    assert parse(text * 50).result == parse((text * 50)[:600]).result
