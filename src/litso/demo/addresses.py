"""Spellings of addresses: one premise, many ways to write it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from litso.demo.chance import Ints
from litso.demo.town import Territory


class Spelling(NamedTuple):
    """A way to write an address, as one clerk or one system does. `{}` stands for the name.

    `region` and `place` come before the street; an empty `place` leaves out the main town alone. `street` is the form
    of the street (`_STREET_FORMS`), `between` stands before the house, `letter` after its number.
    """

    region: str
    place: str
    street: str
    between: str
    house: str
    letter: str
    korpus: str
    flat: str
    has_post: bool = False
    has_district: bool = False


SPELLINGS: Final = (
    Spelling("", "dot", "dot", ", ", "д. ", "{}", ", корп. ", ", кв. "),
    Spelling("{} обл, ", "plain", "plain", ", ", "д ", "{}", ", к ", ", кв ", has_post=True),
    Spelling("{} область, ", "full", "full", ", ", "дом ", "{}", ", корпус ", ", квартира "),
    Spelling("", "bare", "dot", ", ", "", " {}", " корп.", "-"),
    Spelling("", "", "name", " ", "", "{}", "к", "-"),
    Spelling("", "dot", "tight", ", ", "д.", "{}", " к.", " кв."),
    Spelling("", "", "dot", " ", "", "{}", "/", "-"),
    Spelling("", "bare", "after", ", ", "", "{}", "к", ", "),
    Spelling("{} обл., ", "dot", "dot", ", ", "д.", "{}", ", корп.", ", кв.", has_post=True),
    Spelling("", "plain", "plain", " ", "д ", "-{}", " к ", " кв "),
    Spelling("", "", "name", ", ", "", "{}", " к", ", кв "),
    Spelling("", "dot", "dot", ", ", "д. ", "{}", ", к. ", ", кв. ", has_district=True),
    Spelling("", "bare", "full", " ", "дом ", "{}", " корпус ", " кв "),
    Spelling("обл. {}, ", "tight", "tight", ",", "д.", "{}", ",к.", ",кв.", has_post=True),
    Spelling("{} обл, ", "after", "after1c", ", ", "дом № ", "{}", ", корпус № ", ", квартира № ", has_post=True),
    Spelling("", "", "name", " ", "", "{}", "-", " "),
)
LOWER_LETTER: Final = frozenset({4, 9, 10, 12})
"""Spellings with «5а» rather than «5А»."""

_PLACE_FORMS: Final = {
    "dot": {"г": "г. {}", "пгт": "пгт. {}", "с": "с. {}", "п": "пос. {}", "д": "дер. {}"},
    "plain": {"г": "г {}", "пгт": "пгт {}", "с": "с {}", "п": "п {}", "д": "д {}"},
    "full": {"г": "город {}", "пгт": "поселок {}", "с": "село {}", "п": "поселок {}", "д": "деревня {}"},
    "tight": {"г": "г.{}", "пгт": "пгт.{}", "с": "с.{}", "п": "п.{}", "д": "д.{}"},
    "after": {"г": "{} г", "пгт": "{} пгт", "с": "{} с", "п": "{} п", "д": "{} д"},
    "bare": {"г": "{}", "пгт": "{}", "с": "{}", "п": "п. {}", "д": "д. {}"},
    "": {"г": "{}", "пгт": "{}", "с": "с. {}", "п": "п. {}", "д": "д. {}"},
}
_AREA_FORMS: Final = {
    "dot": "{} р-н, ",
    "plain": "{} р-н, ",
    "full": "{} район, ",
    "tight": "{} р-н,",
    "after": "{} р-н, ",
    "bare": "{} р-н, ",
    "": "{} р-н, ",
}
_STREET_FORMS: Final = {
    "dot": {"ул": "ул. {}", "пер": "пер. {}", "проезд": "пр-д {}", "пр-кт": "пр. {}", "б-р": "б-р {}", "ш": "ш. {}",
            "мкр": "мкр. {}", "тракт": "тракт {}"},
    "plain": {"ул": "ул {}", "пер": "пер {}", "проезд": "проезд {}", "пр-кт": "пр-кт {}", "б-р": "б-р {}", "ш": "ш {}",
              "мкр": "мкр {}", "тракт": "тракт {}"},
    "full": {"ул": "улица {}", "пер": "переулок {}", "проезд": "проезд {}", "пр-кт": "проспект {}", "б-р": "бульвар {}",
             "ш": "{} шоссе", "мкр": "микрорайон {}", "тракт": "{} тракт"},
    "name": {"ул": "{}", "пер": "пер {}", "проезд": "пр-д {}", "пр-кт": "пр. {}", "б-р": "бул. {}", "ш": "{} ш.",
             "мкр": "мкр {}", "тракт": "{} тракт"},
    "tight": {"ул": "ул.{}", "пер": "пер.{}", "проезд": "пр-д.{}", "пр-кт": "пр-т.{}", "б-р": "б-р.{}", "ш": "ш.{}",
              "мкр": "мкр.{}", "тракт": "тракт {}"},
    "after": {"ул": "{} ул.", "пер": "{} пер.", "проезд": "{} пр-д", "пр-кт": "{} пр-т", "б-р": "{} б-р", "ш": "{} ш.",
              "мкр": "{} мкр.", "тракт": "{} тр-т"},
    "after1c": {"ул": "{} ул", "пер": "{} пер", "проезд": "{} проезд", "пр-кт": "{} пр-кт", "б-р": "{} б-р",
    "ш": "{} ш",
                "мкр": "{} мкр", "тракт": "{} тракт"},
}  # fmt: skip
_LETTERS: Final = ("", "А", "Б", "В", "Г", "Д", "Е", "Ж", "З", "И", "К", "Л", "М", "Н")


@dataclass(frozen=True)
class AddressBook:
    """Texts of places and streets in every spelling, and the houses of the territory."""

    prefix: pl.Series  # place × spelling: region, district, place
    street: pl.Series  # street × spelling, the last street is no street
    post: pl.Series  # of a house
    columns: dict[str, Ints]  # of houses: place, street, number, slash, letter, korpus

    def street_texts(self, house: Ints, spelling: Ints) -> pl.Series:
        """«ул. Ленина», empty in villages without streets."""
        return self.street.gather(self.columns["street"][house] * len(SPELLINGS) + spelling)

    def texts(self, house: Ints, flat: Ints, spelling: Ints, street: pl.Series | None = None) -> pl.Series:
        """Addresses of premises; `street` replaces the texts of streets (with errors), flat 0 is none."""
        streets = self.street_texts(house, spelling) if street is None else street
        has_street = self.columns["street"][house] < len(self.street) // len(SPELLINGS) - 1
        parts = [
            pl.when(pl.Series(_HAS_POST[spelling])).then(self.post.gather(house)).otherwise(pl.lit("")),
            self.prefix.gather(self.columns["place"][house] * len(SPELLINGS) + spelling),
            streets,
            _BETWEEN.gather(np.where(has_street, spelling, len(SPELLINGS))),
            _HOUSE.gather(spelling),
            _number_texts(self.columns, house, spelling),
            _text_of(self.columns["korpus"][house], _KORPUS, spelling),
            _text_of(flat, _FLAT, spelling),
        ]
        return pl.select(pl.concat_str(parts)).to_series()


_BETWEEN: Final = pl.Series([s.between for s in SPELLINGS] + [""])
_HOUSE: Final = pl.Series([s.house for s in SPELLINGS])
_KORPUS: Final = pl.Series([s.korpus for s in SPELLINGS])
_FLAT: Final = pl.Series([s.flat for s in SPELLINGS])
_HAS_POST: Final = np.array([s.has_post for s in SPELLINGS])
_LETTER_TEXTS: Final = pl.Series(
    [
        s.letter.format(letter.lower() if number in LOWER_LETTER else letter) if letter else ""
        for number, s in enumerate(SPELLINGS)
        for letter in _LETTERS
    ]
)


def _text_of(number: Ints, before: pl.Series, spelling: Ints) -> pl.Expr:
    """«, кв. 12»; empty for 0."""
    text = pl.concat_str([before.gather(spelling), pl.Series(number).cast(pl.String)])
    return pl.when(pl.Series(number > 0)).then(text).otherwise(pl.lit(""))


def _number_texts(columns: dict[str, Ints], house: Ints, spelling: Ints) -> pl.Expr:
    """«12», «12/7», «12А»."""
    slash = columns["slash"][house]
    slashed = pl.when(pl.Series(slash > 0)).then(pl.concat_str([pl.lit("/"), pl.Series(slash).cast(pl.String)]))
    letter = np.minimum(columns["letter"][house], len(_LETTERS) - 1)
    return pl.concat_str(
        [
            pl.Series(columns["number"][house]).cast(pl.String),
            slashed.otherwise(pl.lit("")),
            _LETTER_TEXTS.gather(spelling * len(_LETTERS) + letter),
        ]
    )


def address_book(territory: Territory) -> AddressBook:
    """Texts of a territory in every spelling."""
    region = territory.setting.region
    places = list(territory.places.iter_rows(named=True))
    streets = list(territory.streets.iter_rows(named=True))
    columns = {
        name: territory.houses[name].to_numpy() for name in ("place", "street", "number", "slash", "letter", "korpus")
    }
    columns["street"] = np.where(columns["street"] < 0, len(streets), columns["street"])
    posts = [f"{row['post']}" for row in places]
    code = (territory.houses["section"].to_numpy() * 3 + columns["place"]) % 130
    post = pl.select(
        pl.concat_str(
            [pl.Series(posts).gather(columns["place"]), pl.Series(code).cast(pl.String).str.zfill(3), pl.lit(", ")]
        )
    ).to_series()
    return AddressBook(
        prefix=pl.Series([_place_text(s, region, row, n == 0) for n, row in enumerate(places) for s in SPELLINGS]),
        street=pl.Series([_street_text(s, row) for row in streets for s in SPELLINGS] + [""] * len(SPELLINGS)),
        post=post,
        columns=columns,
    )


def _place_text(spelling: Spelling, region: str, row: dict[str, str], is_main: bool) -> str:
    if is_main and not spelling.place:
        return ""
    area = _AREA_FORMS[spelling.place].format(row["area"]) if row["area"] else ""
    end = "," if spelling.place == "tight" else ", "
    return spelling.region.format(region) + area + _PLACE_FORMS[spelling.place][row["kind"]].format(row["name"]) + end


def _street_text(spelling: Spelling, row: dict[str, str]) -> str:
    district = f"{row['district']} р-н, " if spelling.has_district and row["district"] else ""
    return district + _STREET_FORMS[spelling.street][row["kind"]].format(row["name"])


def letter_text(letter: int) -> str:
    """Letter of a house number: 1 is «А»."""
    return _LETTERS[min(letter, len(_LETTERS) - 1)]
