"""Russian names by real frequency (tables of the package `russiannames`) and by generation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import russiannames

from litso.demo.chance import Floats, Ints, pick

SURNAME_FLOOR: Final = 8
"""Rarer surnames of the table are mostly slips of the pen."""
GIVEN_FLOOR: Final = 200
DECADES: Final = tuple(range(1920, 2030, 10))

# name: (year of its peak, spread of years, how much commoner than the table says, which leans on the old)
_FASHION_MEN: Final = {
    "Александр": (1980, 28, 1.0),
    "Николай": (1940, 18, 1.0),
    "Иван": (1930, 16, 0.8),
    "Сергей": (1970, 15, 1.3),
    "Владимир": (1952, 15, 1.0),
    "Михаил": (1948, 25, 0.7),
    "Василий": (1935, 17, 0.9),
    "Алексей": (1978, 16, 1.2),
    "Андрей": (1974, 13, 1.5),
    "Дмитрий": (1985, 14, 1.6),
    "Виктор": (1948, 14, 1.0),
    "Петр": (1932, 15, 0.9),
    "Юрий": (1956, 14, 1.1),
    "Анатолий": (1944, 13, 1.0),
    "Павел": (1984, 15, 1.0),
    "Игорь": (1967, 12, 1.2),
    "Евгений": (1978, 16, 1.2),
    "Олег": (1968, 12, 1.1),
    "Валерий": (1953, 12, 1.1),
    "Виталий": (1974, 13, 0.9),
    "Григорий": (1930, 18, 0.7),
    "Федор": (1928, 15, 0.7),
    "Геннадий": (1946, 11, 1.0),
    "Борис": (1940, 14, 1.0),
    "Константин": (1980, 17, 0.9),
    "Леонид": (1946, 14, 0.9),
    "Вячеслав": (1965, 17, 1.0),
    "Георгий": (1945, 25, 0.6),
    "Валентин": (1940, 12, 0.8),
    "Денис": (1985, 9, 2.0),
    "Максим": (1993, 13, 2.5),
    "Вадим": (1976, 14, 1.0),
    "Илья": (1996, 12, 2.2),
    "Роман": (1984, 12, 1.8),
    "Степан": (1925, 14, 0.7),
    "Антон": (1987, 10, 1.8),
    "Станислав": (1978, 14, 1.0),
    "Яков": (1925, 14, 0.5),
    "Владислав": (1994, 10, 2.6),
    "Егор": (2003, 9, 4.0),
    "Артем": (2001, 11, 9.0),
    "Кирилл": (1999, 11, 6.0),
    "Лев": (2014, 8, 3.0),
    "Тимофей": (2012, 7, 6.0),
    "Никита": (1998, 9, 14.0),
    "Тимур": (2000, 16, 2.0),
    "Ярослав": (2012, 9, 5.0),
    "Матвей": (2012, 6, 12.0),
    "Данил": (2003, 8, 10.0),
    "Даниил": (2005, 8, 14.0),
    "Глеб": (2004, 9, 8.0),
    "Марк": (2014, 7, 8.0),
    "Арсений": (2011, 7, 14.0),
    "Захар": (2009, 8, 5.0),
    "Семен": (2008, 9, 1.0),
    "Руслан": (1986, 13, 1.2),
}
_FASHION_WOMEN: Final = {
    "Елена": (1971, 14, 1.3), "Татьяна": (1964, 16, 1.2), "Наталья": (1974, 14, 1.3), "Ольга": (1972, 17, 1.2),
    "Мария": (1928, 16, 0.9), "Анна": (1935, 22, 0.8), "Ирина": (1971, 15, 1.3), "Светлана": (1969, 14, 1.2),
    "Валентина": (1942, 12, 1.1), "Людмила": (1951, 11, 1.1), "Галина": (1949, 11, 1.1), "Нина": (1940, 11, 1.0),
    "Екатерина": (1986, 14, 1.8), "Надежда": (1953, 18, 1.0), "Александра": (1935, 15, 0.7), "Вера": (1938, 16, 0.9),
    "Марина": (1969, 13, 1.3), "Тамара": (1940, 11, 1.0), "Любовь": (1951, 12, 1.0), "Юлия": (1985, 10, 1.8),
    "Лидия": (1938, 12, 1.0), "Антонина": (1934, 12, 1.0), "Анастасия": (1993, 11, 2.2), "Оксана": (1977, 9, 1.5),
    "Лариса": (1962, 11, 1.1), "Зинаида": (1932, 12, 1.0), "Клавдия": (1928, 10, 0.9), "Евгения": (1985, 14, 1.0),
    "Раиса": (1938, 11, 1.0), "Инна": (1970, 12, 1.0), "Виктория": (1996, 14, 2.2), "Жанна": (1972, 10, 1.0),
    "Елизавета": (2000, 11, 2.5), "Маргарита": (1960, 25, 0.8), "Таисия": (1935, 12, 0.6), "Олеся": (1984, 8, 1.3),
    "Вероника": (2000, 14, 2.0), "Ксения": (1993, 11, 2.5), "Варвара": (2013, 6, 4.0), "София": (2013, 6, 9.0),
    "Полина": (2003, 9, 6.0), "Алина": (1998, 11, 4.0), "Дарья": (1999, 9, 8.0), "Алена": (1991, 11, 3.0),
    "Кристина": (1993, 8, 4.0), "Диана": (1999, 10, 3.0), "Валерия": (2000, 10, 6.0), "Ульяна": (2010, 8, 5.0),
    "Ангелина": (2004, 8, 6.0), "Кира": (2011, 7, 7.0), "Милана": (2012, 6, 30.0), "Арина": (2008, 7, 30.0),
    "Ева": (2013, 6, 10.0), "Яна": (1990, 11, 3.0), "Софья": (2009, 8, 5.0),
}  # fmt: skip

_TURKIC_SURNAMES: Final = (
    r"(улл|тдин|зянов|галим|галие|гале|хамет|мухам|гарее|сафин|сафиул|шарип|закир|хасан|ахмет|ахмад|исмаг|ибраг|"
    r"юсуп|рахим|каримов|валие|валее|салахов|гильм|миннех|хабиб|хайр|фазл|файз|набие|нуриев|нурга|саттар|сабир)"
)
_TURKIC_GIVEN: Final = frozenset({
    "Руслан", "Ильдар", "Ринат", "Рустам", "Рустем", "Радик", "Рамиль", "Азат", "Айрат", "Тимур", "Дамир", "Ильшат",
    "Наиль", "Салават", "Айдар", "Шамиль", "Ильгиз", "Ришат", "Равиль", "Фарит", "Марсель", "Ирек", "Рафаэль",
    "Азамат", "Рашит", "Ильнур", "Ильдус", "Тагир", "Ренат", "Анвар", "Динар", "Камиль", "Булат", "Раиль", "Мансур",
    "Фаниль", "Фанис", "Ильяс", "Зуфар", "Рафаил", "Марат", "Альберт", "Эльвира", "Альбина", "Гульнара", "Гузель",
    "Регина", "Айгуль", "Альфия", "Зульфия", "Венера", "Гульназ", "Эльмира", "Алия", "Зиля", "Динара", "Наиля",
    "Альмира", "Гульшат", "Луиза", "Лиана", "Алина", "Розалия", "Роза", "Лилия", "Фаина", "Земфира", "Руфина",
})  # fmt: skip
_JUNK_GIVEN: Final = frozenset({"Александ", "Алексанр", "Генадий", "Алефтина", "Парасковья", "Капиталина", "Нинель"})

GENERAL: Final = 0
TURKIC: Final = 1


@dataclass(frozen=True)
class Names:
    """Dictionaries and chances of names.

    `surname_men[i]` and `surname_women[i]` are one family; `given` holds men's names first (`men` of them), and
    `patronymic_men[i]`, `patronymic_women[i]` are of the father `given[i]`. `surname_chance` and `given_chance` are
    weights by culture, the latter by gender and decade of birth too.
    """

    surname_men: pl.Series
    surname_women: pl.Series
    surname_count: Ints
    surname_chance: tuple[Floats, Floats]
    given: pl.Series
    men: int
    patronymic_men: pl.Series
    patronymic_women: pl.Series
    given_chance: dict[tuple[int, int, int], Floats]

    def draw_surnames(self, rng: np.random.Generator, culture: Ints) -> Ints:
        """A surname for each family of the given cultures."""
        common, turkic = (pick(rng, chance, len(culture)) for chance in self.surname_chance)
        return np.where(culture == TURKIC, turkic, common)

    def draw_given(self, rng: np.random.Generator, culture: Ints, gender: Ints, year: Ints) -> Ints:
        """A given name in the fashion of the year of birth; gender 0 is a man, 1 a woman."""
        drawn = np.zeros(len(gender), np.int64)
        chance = rng.random(len(gender))
        decade = np.clip((year - DECADES[0]) // 10, 0, len(DECADES) - 1)
        group = (culture * 2 + gender) * len(DECADES) + decade
        for number in np.unique(group):
            members = np.flatnonzero(group == number)
            rest, decade_of_group = divmod(int(number), len(DECADES))
            cumulated = self.given_chance[(rest // 2, rest % 2, decade_of_group)]
            drawn[members] = np.searchsorted(cumulated, chance[members], side="right")
        return drawn


@lru_cache(maxsize=1)
def load_names() -> Names:
    """The dictionaries, read once from the package `russiannames`."""
    folder = Path(russiannames.__file__).parent / "data"
    surnames = _surnames(pl.read_parquet(folder / "surnames.parquet"))
    given = _given(pl.read_parquet(folder / "names.parquet"), pl.read_parquet(folder / "midnames.parquet"))
    count = surnames["count"].to_numpy().astype(np.int64)
    is_turkic = surnames["text"].str.to_lowercase().str.contains(_TURKIC_SURNAMES).to_numpy()
    men = int((given["gender"] == "m").sum())
    return Names(
        surname_men=surnames["text"],
        surname_women=surnames["f_form"],
        surname_count=count,
        surname_chance=(np.where(is_turkic, count * 0.3, count).astype(float), np.where(is_turkic, count, 0.0)),
        given=given["text"],
        men=men,
        patronymic_men=given["m"][:men],
        patronymic_women=given["f"][:men],
        given_chance=_given_chances(given),
    )


def _surnames(table: pl.DataFrame) -> pl.DataFrame:
    """Families with both forms: those that change for a woman and those that do not."""
    changing = table.filter((pl.col("gender") == "m") & pl.col("f_form").is_not_null())
    unchanging = table.filter(pl.col("gender") == "u").with_columns(f_form=pl.col("text"))
    # The table leans to the west, where surnames on -ко and -ич are common.
    fixed = unchanging.with_columns(pl.col("count") * 35 // 100)
    both = pl.concat([changing, fixed]).filter(pl.col("count") >= SURNAME_FLOOR)
    clean = both.filter(pl.col("text").str.contains(r"^[А-Я][а-я]{2,}$") & ~pl.col("text").str.contains("ё"))
    return clean.unique("text", keep="first").select("text", "f_form", "count").sort(["count", "text"], descending=True)


def _given(names: pl.DataFrame, midnames: pl.DataFrame) -> pl.DataFrame:
    """Given names, men first; men's with both patronymics of their children."""
    frequent = names.filter((pl.col("count") >= GIVEN_FLOOR) & ~pl.col("text").str.contains("ё"))
    frequent = frequent.filter(~pl.col("text").is_in(list(_JUNK_GIVEN)))
    men = frequent.filter(pl.col("gender") == "m")
    for gender in ("m", "f"):
        men = men.join(_patronymics(midnames, gender), left_on="text", right_on="fname", how="inner")
    women = frequent.filter(pl.col("gender") == "f").with_columns(m=pl.lit(None, pl.String), f=pl.lit(None, pl.String))
    columns = ["text", "gender", "count", "m", "f"]
    return pl.concat([part.select(columns).sort(["count", "text"], descending=True) for part in (men, women)])


def _patronymics(midnames: pl.DataFrame, gender: str) -> pl.DataFrame:
    """The commonest patronymic of each father's name. One line of the table has a count ten times too large."""
    ending = "ич" if gender == "m" else "на"
    fitting = midnames.filter((pl.col("gender") == gender) & pl.col("text").str.ends_with(ending))
    clean = fitting.filter(~pl.col("text").str.contains("ё") & pl.col("fname").is_not_null())
    best = clean.sort(["count", "text"], descending=True).unique("fname", keep="first", maintain_order=True)
    return best.select("fname", pl.col("text").alias(gender))


def _given_chances(given: pl.DataFrame) -> dict[tuple[int, int, int], Floats]:
    texts, counts = given["text"].to_list(), given["count"].to_numpy().astype(float)
    is_woman = (given["gender"] == "f").to_numpy()
    is_turkic = np.array([text in _TURKIC_GIVEN for text in texts])
    chances = {}
    for gender in (0, 1):
        for number, decade in enumerate(DECADES):
            fashion = np.array([_fashion(text, gender, decade + 5) for text in texts])
            base = counts * fashion * (is_woman == bool(gender))
            chances[(GENERAL, gender, number)] = _cumulated(np.where(is_turkic, base * 0.1, base))
            chances[(TURKIC, gender, number)] = _cumulated(np.where(is_turkic, base * 3, base * 0.05))
    return chances


def _fashion(text: str, gender: int, year: int) -> float:
    """How fashionable a name was in a year; names not in the tables are timeless and rare."""
    entry = (_FASHION_WOMEN if gender else _FASHION_MEN).get(text)
    if entry is None:
        return 0.35
    peak, spread, boost = entry
    return boost * (0.01 + float(np.exp(-0.5 * ((year - peak) / spread) ** 2)))


def _cumulated(weights: Floats) -> Floats:
    cumulated: Floats = np.cumsum(weights) / weights.sum()
    cumulated[np.flatnonzero(weights)[-1] :] = 1.0
    return cumulated


DIMINUTIVES: Final = {
    "Александр": "Саша Саня Шура", "Александра": "Саша Шура", "Алексей": "Леша Алеша", "Анатолий": "Толя",
    "Андрей": "Андрюша", "Анна": "Аня Нюра Анюта", "Анастасия": "Настя", "Антон": "Антоша", "Антонина": "Тоня",
    "Артем": "Тема", "Борис": "Боря", "Вадим": "Вадик", "Валентин": "Валя", "Валентина": "Валя", "Валерий": "Валера",
    "Валерия": "Лера", "Варвара": "Варя", "Василий": "Вася", "Вера": "Верочка", "Виктор": "Витя", "Виктория": "Вика",
    "Виталий": "Виталик", "Владимир": "Вова Володя", "Владислав": "Влад Владик", "Вячеслав": "Слава",
    "Галина": "Галя", "Геннадий": "Гена", "Георгий": "Гоша Жора", "Григорий": "Гриша", "Даниил": "Даня",
    "Данил": "Даня", "Дарья": "Даша", "Денис": "Дениска", "Дмитрий": "Дима Митя", "Евгений": "Женя",
    "Евгения": "Женя", "Егор": "Егорка", "Екатерина": "Катя Катерина", "Елена": "Лена Алена", "Елизавета": "Лиза",
    "Зинаида": "Зина", "Иван": "Ваня", "Игорь": "Игорек", "Илья": "Илюша", "Ирина": "Ира Ириша", "Кирилл": "Кирюша",
    "Клавдия": "Клава", "Константин": "Костя", "Ксения": "Ксюша", "Лариса": "Лара", "Леонид": "Леня", "Лидия": "Лида",
    "Любовь": "Люба", "Людмила": "Люда Мила", "Максим": "Макс", "Маргарита": "Рита", "Марина": "Мариша",
    "Мария": "Маша Маруся", "Михаил": "Миша", "Надежда": "Надя", "Наталья": "Наташа Ната", "Никита": "Никитка",
    "Николай": "Коля", "Нина": "Нинуля", "Оксана": "Ксана", "Олег": "Олежка", "Ольга": "Оля", "Павел": "Паша",
    "Петр": "Петя", "Полина": "Поля", "Раиса": "Рая", "Роман": "Рома", "Светлана": "Света", "Семен": "Сема",
    "Сергей": "Сережа", "Софья": "Соня", "София": "Соня", "Станислав": "Стас", "Степан": "Степа", "Тамара": "Тома",
    "Татьяна": "Таня", "Тимофей": "Тима", "Ульяна": "Уля", "Федор": "Федя", "Эдуард": "Эдик", "Юлия": "Юля",
    "Юрий": "Юра", "Яков": "Яша", "Ярослав": "Ярик", "Гульнара": "Гуля", "Рустам": "Рустик",
}  # fmt: skip
"""Short forms that people use of themselves."""

WITH_YO: Final = {
    "Артем": "Артём", "Петр": "Пётр", "Федор": "Фёдор", "Семен": "Семён", "Алена": "Алёна",
    "Королев": "Королёв", "Ковалев": "Ковалёв", "Соловьев": "Соловьёв", "Воробьев": "Воробьёв", "Киселев": "Киселёв",
    "Королева": "Королёва", "Ковалева": "Ковалёва", "Соловьева": "Соловьёва", "Воробьева": "Воробьёва",
    "Киселева": "Киселёва", "Горбачев": "Горбачёв", "Горбачева": "Горбачёва", "Муравьев": "Муравьёв",
    "Муравьева": "Муравьёва", "Журавлев": "Журавлёв", "Журавлева": "Журавлёва", "Семенов": "Семёнов",
    "Семенова": "Семёнова", "Федоров": "Фёдоров", "Федорова": "Фёдорова", "Пономарев": "Пономарёв",
    "Пономарева": "Пономарёва", "Селезнев": "Селезнёв", "Селезнева": "Селезнёва",
    "Федорович": "Фёдорович", "Федоровна": "Фёдоровна", "Семенович": "Семёнович", "Семеновна": "Семёновна",
    "Артемович": "Артёмович", "Артемовна": "Артёмовна",
}  # fmt: skip
"""Names that a careful hand writes with ё."""
