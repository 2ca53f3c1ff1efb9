"""Legal entities of a block: names, tax numbers, where they sit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from litso.demo.chance import Ints, pick, scramble, stream
from litso.demo.people import tax_checked
from litso.demo.places import Setting

PREMISES_A_COMPANY: Final = 45

_FORMS: Final = (
    ('ООО "{}"', 'Общество с ограниченной ответственностью "{}"', 60),
    ('АО "{}"', 'Акционерное общество "{}"', 6),
    ('ТСЖ "{}"', 'Товарищество собственников жилья "{}"', 9),
    ('ТСН "{}"', 'Товарищество собственников недвижимости "{}"', 4),
    ('ЖСК "{}"', 'Жилищно-строительный кооператив "{}"', 4),
    ('ПАО "{}"', 'Публичное акционерное общество "{}"', 1),
    ('ГСК "{}"', 'Гаражно-строительный кооператив "{}"', 4),
    ('СНТ "{}"', 'Садоводческое некоммерческое товарищество "{}"', 5),
)
_SCHOOLS: Final = (
    ("МБОУ «Школа № {}»", "Муниципальное бюджетное общеобразовательное учреждение «Школа № {}»"),
    ("МБДОУ «Детский сад № {}»", "Муниципальное бюджетное дошкольное образовательное учреждение «Детский сад № {}»"),
    ("ГБУЗ «Поликлиника № {}»", "Государственное бюджетное учреждение здравоохранения «Поликлиника № {}»"),
)
_FIRST: Final = (
    "Строй", "Тепло", "Волга", "Эко", "Агро", "Мед", "Авто", "Гранд", "Рем", "Пром", "Техно", "Энерго", "Евро", "Мега",
    "Сервис", "Град", "Дом", "Инвест", "Спец", "Юг", "Регион", "Профи", "Альфа", "Вектор", "Гарант", "Лидер", "Мастер",
    "Комфорт", "Уют", "Стандарт", "Ритм", "Ника", "Орион", "Сокол", "Сатурн", "Прогресс", "Олимп", "Фаворит", "Каскад",
)  # fmt: skip
_SECOND: Final = (
    "монтаж", "сервис", "торг", "строй", "проект", "снаб", "комплект", "ресурс", "трейд", "плюс", "групп",
    "центр", "дом",
    "маркет", "фарм", "транс", "ком", "инвест", "пласт", "кров", "мебель", "свет", "аква", "газ", "лес", "хлеб", "",
)  # fmt: skip
_COMMON: Final = (
    "Ромашка", "Надежда", "Весна", "Уют", "Мечта", "Родник", "Дружба", "Заря", "Рассвет", "Берёзка",
    "Волжанка", "Каравай",
    "Теремок", "Светлана", "Магнолия", "Юбилейный", "Восход", "Победа", "Маяк", "Союз", "Здоровье", "Вита", "Престиж",
)  # fmt: skip
_DIRECTOR: Final = ("директор", "генеральный директор", "председатель правления", "управляющий")


@dataclass(frozen=True)
class Companies:
    """One value a company. `house` is a house of the territory, `office` its number there (0 none)."""

    number: Ints
    short: pl.Series
    full: pl.Series
    inn: Ints
    kpp: Ints
    ogrn: Ints
    house: Ints
    office: Ints
    phone: Ints
    email: pl.Series
    post: pl.Series

    def __len__(self) -> int:
        return len(self.number)


def make_companies(seed: int, setting: Setting, block: int, premises: int, house: Ints, code: Ints) -> Companies:
    """Companies of a block; `house` and `code` (of land lines) are of its premises."""
    rng = stream(seed, "firms", block)
    size = max(1, premises // PREMISES_A_COMPANY)
    number = block * 1000 + np.arange(size)
    at = rng.integers(0, premises, size)
    short, full = zip(*(_name(int(chance)) for chance in rng.integers(0, 2**62, size)), strict=True)
    inn = tax_checked(int(setting.region_code) * 10**7 + 1_000_000 + scramble(number, 8_999_993, seed, 7), 9)
    return Companies(
        number=number,
        short=pl.Series(short),
        full=pl.Series(full),
        inn=inn,
        kpp=inn // 10**6 * 100_000 + 1001,
        ogrn=_ogrn(number, setting, seed, rng),
        house=house[at],
        office=np.where(rng.random(size) < 0.6, rng.integers(1, 25, size), 0),
        phone=code[at] * 10 ** _rest(code[at])
        + (3 * 10 ** (_rest(code[at]) - 1) + number % 10 ** (_rest(code[at]) - 1)),
        email=pl.Series([f"{box}@{i % 1000:03d}-firma.ru" for box, i in zip(_boxes(rng, size), inn, strict=True)]),
        post=pl.Series(_DIRECTOR).gather(pick(rng, np.array([6, 3, 1, 1.0]), size)),
    )


def _rest(code: Ints) -> Ints:
    """Digits of a land-line number after the area code."""
    return 10 - (np.floor(np.log10(code)).astype(np.int64) + 1)


def _boxes(rng: np.random.Generator, size: int) -> list[str]:
    return [("info", "office", "mail", "buh")[i] for i in rng.integers(0, 4, size)]


def _ogrn(number: Ints, setting: Setting, seed: int, rng: np.random.Generator) -> Ints:
    """Registration numbers of thirteen digits: the last is the rest modulo 11 of the others."""
    year = rng.integers(2, 25, len(number))
    body = (100 + year) * 10**9 + int(setting.region_code) * 10**7 + scramble(number, 9_999_991, seed, 13)
    return body * 10 + body % 11 % 10


def _name(chance: int) -> tuple[str, str]:
    """Short and full name of a company."""
    if chance % 12 == 0:
        short, full = _SCHOOLS[chance // 12 % len(_SCHOOLS)]
        return short.format(chance // 36 % 180 + 1), full.format(chance // 36 % 180 + 1)
    weights = [weight for _, _, weight in _FORMS]
    form = int(np.searchsorted(np.cumsum(weights), chance // 12 % sum(weights), side="right"))
    core = _core(chance // 1200)
    return _FORMS[form][0].format(core), _FORMS[form][1].format(core)


def _core(chance: int) -> str:
    if chance % 5 == 0:
        return _COMMON[chance // 5 % len(_COMMON)]
    first, second = _FIRST[chance // 5 % len(_FIRST)], _SECOND[chance // 300 % len(_SECOND)]
    joined = first + second if first.lower() != second else first
    return f"{joined}-{chance // 9000 % 90 + 10}" if chance % 7 == 0 else joined
