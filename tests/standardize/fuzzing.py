"""Inputs that grow out of real-like values by mutation, guided by the lines that they reach, and what must always hold.

    python tests/standardize/fuzzing.py [--inputs N] [--seed S] [--processes P] [--kinds KIND ...]

A mutant is kept as a seed when it makes the kind run a pair of lines, one after the other, that no input reached
before. Only a share of the inputs is traced: tracing is five times slower than running. The share becomes smaller while
nothing new is reached, and is whole again once something is. Every input is checked, traced or not. Each process has a
part of the inputs of every kind, and mutants of its own.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context
from types import FrameType
from typing import Any, Final, NamedTuple

from litso.standardize.kinds import KINDS, clean
from litso.standardize.letters import fold
from litso.standardize.lexicon import counts_of

SLOWEST: Final = 0.050
"""CPU seconds that no value may take."""
TRACED: Final = 32
"""Every so many inputs one is traced."""
PATIENCE: Final = 128
"""After so many traced inputs that reached nothing new, half as many are traced, down to one in `SELDOM`."""
SELDOM: Final = 512
LONGEST: Final = 3000

SEEDS: Final = {
    "name": (
        "Иванов Иван Иванович", "ПЕТРОВА АННА СЕРГЕЕВНА", "Мамедов Гасан Али оглы", "иван0в и ван иван0ви4",
        "Bdfyjd Bdfy",
        "Ivanova Natalya Petrovna", "абонент Петрова А.С. (умерла) т. 8-916-123-45-67", "Иван и Мария Ивановы",
        "ИвановИванИванович", "О'Коннор Джон", "фон Бок Карл", "ООО Ромашка", "Нгуен Ван Хай", "Срегей владимерович",
        "Петрова (Сидорова) Анна; Петров П.П.", "Кара-оол Шолбан", "Нгуен Тхи Лан", "Ким Чен-Ын", "Чан Ван Туана",
        "Ивановой И.И.", "Мамедова Эльчина Вагиф оглы", "Иванов Иван - сын, паспорт 3604 123456",
        "ИП Кузнецов-Белов И. И.", "Тер-Петросян Л",
    ),
    "phone": (
        "8 (846) 231-60-14 доб. 139", "+7 916 123-45-67, 231-60-15", "тел.89161234567 дом 2316014 (Мария)",
        "8(495)123-45-67/68",
        "+375 29 123-45-67", "810 49 30 123456", "8-095-765-43-21", "89l6123О567", "0000000", "996551606799",
        "8916123456789161234568", "12.03.1985 8_927_123_45_67", "+7[495]1234567,,123", "8(0112)46-12-34",
    ),
    "email": (
        "Ivanov@Mail.RU", 'шмфтщм"ьфшдюкг', "serega@yandex/ru", "ivan@почта.рф", "foo..@bar...com",
        "Иван <ivan@mail.ru>",
        "a@b.ru; c@d.ru", "ivan@мейл.ру", "i v a n @ m a i l . r u", "ivan@mail.ruivan@mail.ru",
        "www.ivan@yandex_ru", "ivan собака mail точка ru", "x@xn--80a1acny.xn--p1ai", '"a b"@c.ru', "no@mail.ru",
    ),
    "birth_date": (
        "24.03.1980", "1980-03-24", "24 марта 1980 г.р.", "19800324", "24031980", "29304", "1/6/16", "May 12, 1975",
        "1980-03-24T00:00:00+03:00", "01.01.1900",
    ),
    "passport": ("45 09 № 123456 выдан 01.02.2010 код 770-053", "4509123456", "серия 4509 номер 123456", "69 3244112"),
    "company": (
        'ООО "УК "Уютный дом"', "общество с ограниченной ответственностью «Ромашка» ИНН/КПП 7707083893/770701001",
        "ИП Иванов Иван Иванович ОГРНИП 304500116000157", "МБОУ СОШ №5 г. Самары", "o.o.o. Рога и копыта",
        'Филиал ПАО "МРСК Волги" - "Самарские РС"', "к(ф)х Заря",
    ),
    "vehicle": ("а123вс77", "A 123 BC 777 RUS", "XTA21099043576182", "АА1234 77"),
    "address": (
        "443001, Самарская обл., г. Самара, ул. Ленинградская, д. 5к1с2, кв. 12", "спб лиговский 50/13 лит А пом 7-Н",
        "Тула, Металлургов пр-т, д. 5/7 корп. 2, под. 3, эт. 4", "д. Малые Вязёмы, Одинцовский р-н, д 12 а",
        "снт Ромашка, уч. 15, Чеховский р-н, Московская область", "мкр 10, д 5, кв 3, г. Братск",
        "а/я 1234 Омск 644001", "М-5 Урал, 1045 км, стр. 3", "1-я Тверская-Ямская ул., вл.8, офис 305",
        "Казань, Ленина 12-45 (вход со двора)", "г. Знаменск, в/ч 12345", "ж/д ст. Лесная, 3 км, д. 1",
        "Березники г., 50 лет Октября, 8", "UL LENINA 5, SAMARA", "с. Ивановка Петровского района, Садовая 5",
        "СПб, 7 линия В.О., 34-3", "мкр В-8, 10 кв., д. 5", "Проектируемый проезд № 4062, д. 6", "Арзамас-16, Мира 5",
        "Республика Беларусь, Минск, угол Ленина 5", "вн.р-н Ленинский, наб. р. Мойки, ч/д 5",
    ),
    "account": ("л/с № 0012 3456", "ЕЛС 50AA123456", "ИЖКУ 50АА123456-01", "1.23457E+11", "37(ЛС 0007000037)"),
}  # fmt: skip
NUMBERS: Final = (
    "7707083893", "ИНН: 7707083893.0", "123456789047", "112-233-445 95", "СНИЛС 11223344595", "1022200525819",
    "304500116000157", "770701001", "7707АВ001", "044525225", "40702810038000017240", "77АА123456", "9915 № 123456",
)  # fmt: skip
ALPHABETS: Final = (
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖИОУЯ", "abcdefghijklmnopqrstuvwxyzABCEHKMOPTX", "0123456789",
    " .,;:-–—/\\()[]{}<>\"'«»№#@*+_=|&%!?`~\t\n\r", "іїєґҐәғқңөұүһІ", "٠١٢٣４５６７８９Ⅷ½²㎏ﬁ",
    "\u0301\u0308\u200b\u200d\ufeff\u00ad\u202e\x00\x1b",
    "\ud800\udfff\U0001f600\U000e0041中葉אבλßİıſ", "оOo0ОзЗЗ34",
)  # fmt: skip


class Failure(NamedTuple):
    """What does not hold of an input."""

    kind: str
    text: str
    why: str


class Report(NamedTuple):
    """What a run over a kind told: `pairs` of lines reached, inputs `kept` for them, seconds of the longest call."""

    kind: str
    inputs: int
    pairs: int
    kept: int
    failures: list[Failure]
    longest: float


def fuzz(kind: str, inputs: int, seed: int, tell: Callable[[Report], None] = lambda _: None) -> Report:
    """Feed so many inputs to a kind; `tell` gets the report so far at every tenth of them and at every failure."""
    chance = random.Random(f"{kind} {seed}")
    corpus = list(SEEDS.get(kind, NUMBERS))
    for text in corpus:
        clean(kind, [text])  # dictionaries are loaded before the clock runs
    trace, failures, longest = Trace(), list[Failure](), 0.0
    report = Report(kind, 0, 0, 0, failures, longest)
    every, in_vain = TRACED, 0
    for number in range(inputs):
        text = mutant(chance, corpus)
        if number % every == 0:
            in_vain += 1
            if trace.reaches_new(lambda value=text: clean(kind, [value])):
                corpus.append(text)
                every, in_vain = TRACED, 0
            elif in_vain % PATIENCE == 0:
                every = min(every * 2, SELDOM)
        row, seconds = _timed(kind, text)
        longest = max(longest, seconds)
        wrong = list(_checked(kind, text, row, seconds, look_again=number % 4 == 1))
        failures += wrong
        report = Report(kind, number + 1, len(trace), len(corpus), failures, longest)
        if wrong or not report.inputs % max(1, inputs // 10):
            tell(report)
        if len(failures) >= 20:
            break
    return report


def _checked(kind: str, text: str, row: dict[str, Any], seconds: float, *, look_again: bool) -> Iterator[Failure]:
    if seconds > SLOWEST:
        yield Failure(kind, text, f"{seconds:.3f} s")
    invented = INVENTS.get(kind, _number_invents)(text, row)
    if invented:
        yield Failure(kind, text, f"invents {invented!r}: {row}")
    if look_again and (kind == "address" or row["qc"] in (0, 3, 4, 7)):
        (again,) = clean(kind, [standard(row)])
        if standard(again) != standard(row):
            yield Failure(kind, text, f"{standard(row)!r} becomes {standard(again)!r}")


def _timed(kind: str, text: str) -> tuple[dict[str, Any], float]:
    """The answer and its CPU seconds; a slow one is asked again, for collections of garbage are not its fault."""
    best = 1.0
    for _ in range(3):
        start = time.thread_time()
        (row,) = clean(kind, [text])
        best = min(best, time.thread_time() - start)
        if best < SLOWEST / 5:
            break
    return row, best


def standard(row: dict[str, Any]) -> str:
    """The one text of a standard value."""
    if "series" in row:
        return f"{row['series']} {row['number']}"
    return next(row[name] for name in ("result", "phone", "email", "birth_date", "value") if name in row)


class Trace:
    """Pairs of lines of the room that have been run one after the other."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, int, int]] = set()
        self._last = 0
        self._is_new = False

    def __len__(self) -> int:
        return len(self._seen)

    def reaches_new(self, run: Callable[[], object]) -> bool:
        """Whether a run reaches a pair that none reached before."""
        self._is_new, self._last = False, 0
        sys.settrace(self._call)
        try:
            run()
        finally:
            sys.settrace(None)
        return self._is_new

    def _call(self, frame: FrameType, event: str, _: object) -> Any:
        return self._line if "standardize" in frame.f_code.co_filename else None

    def _line(self, frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            pair = (frame.f_code.co_filename, self._last, frame.f_lineno)
            self._last = frame.f_lineno
            if pair not in self._seen:
                self._seen.add(pair)
                self._is_new = True
        return self._line


def mutant(chance: random.Random, corpus: list[str]) -> str:
    """A text of the corpus, changed in a few places."""
    text = chance.choice(corpus)
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        text = chance.choice(_CHANGES)(chance, text, corpus)
    return text[:LONGEST]


def _place(chance: random.Random, text: str) -> int:
    return chance.randint(0, len(text))


def _insert(chance: random.Random, text: str, _: list[str]) -> str:
    at = _place(chance, text)
    return text[:at] + chance.choice(chance.choice(ALPHABETS)) + text[at:]


def _lose(chance: random.Random, text: str, _: list[str]) -> str:
    at = _place(chance, text)
    return text[:at] + text[at + chance.choice((1, 1, 1, 2, 5)) :]


def _change(chance: random.Random, text: str, _: list[str]) -> str:
    at = _place(chance, text)
    return text[:at] + chance.choice(chance.choice(ALPHABETS)) + text[at + 1 :]


def _exchange(chance: random.Random, text: str, _: list[str]) -> str:
    at = _place(chance, text)
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def _splice(chance: random.Random, text: str, corpus: list[str]) -> str:
    other = chance.choice(corpus)
    return text[: _place(chance, text)] + chance.choice(("", " ", ", ", ";")) + other[_place(chance, other) :]


def _repeat(chance: random.Random, text: str, _: list[str]) -> str:
    start = _place(chance, text)
    piece = text[start : start + chance.choice((1, 2, 5, 20))]
    return text[:start] + piece * chance.choice((2, 3, 3, 10, 300)) + text[start:]


def _recase(chance: random.Random, text: str, _: list[str]) -> str:
    return chance.choice((str.upper, str.lower, str.title, str.swapcase))(text)


def _noise(chance: random.Random, text: str, _: list[str]) -> str:
    return "".join(chance.choice(chance.choice(ALPHABETS)) for _ in range(chance.choice((1, 3, 10, 40))))


_CHANGES: Final = (_insert, _insert, _lose, _lose, _change, _change, _exchange, _splice, _repeat, _recase, _noise)


# What is never invented: letters and digits of the answer come from the text, or from tables, or a problem says why.

_REPAIRED: Final = re.compile("typo_fixed|transliterated|wrong_layout|look_alikes|digits_in_letters|latin|oblique_case")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text.replace("№", " ")).translate(str.maketrans("İı", "Ii"))


def _letters(text: str) -> str:
    lowered = unicodedata.normalize("NFKD", fold(_plain(text)).translate(str.maketrans("іїєґ", "ииег")))
    return "".join(sign for sign in lowered if sign.isalpha())  # without accents


def _digits(text: str) -> str:
    return "".join(sign for sign in _plain(text) if sign in "0123456789")


def _name_invents(text: str, row: dict[str, Any]) -> str | None:
    given = _letters(text)
    for part in filter(None, (row["surname"], row["given_name"], row["patronymic"])):
        for word in re.split("[^а-яёa-z]+", part.lower()):
            folded = _letters(word)
            if folded in given or (len(folded) > 3 and folded[:-2] in given):  # «Ивановы» are Иванов and Иванова
                continue
            if not _REPAIRED.search(row["problems"] or "") or (
                "typo_fixed" in row["problems"] and not any(counts_of(folded)[:3]) and not given
            ):
                return word
    return None


def _phone_invents(text: str, row: dict[str, Any]) -> str | None:
    signs = _plain(text).lower().translate(str.maketrans("oоlзi|", "001311"))
    given = "".join(sign for sign in signs if sign in "0123456789")
    for number in filter(None, (row["e164"], *(row["others"] or "").split(";"))):
        national = number.removeprefix("+7") if len(number) == 12 else number.removeprefix("+")
        national = re.sub("^3780549", "378", national)  # numbers of San Marino are dialled with and without its code
        tail = national[-2:] if "/" in text or "," in text else national[1:]  # «…67/68» is two numbers
        if tail not in given and not _is_spread(national[1:], given):
            return number
    return None


def _is_spread(digits: str, given: str) -> bool:
    """Whether digits stand in that order, perhaps with others between them: a trunk prefix in brackets."""
    rest = iter(given)
    return all(digit in rest for digit in digits)


def _email_invents(text: str, row: dict[str, Any]) -> str | None:
    if row["qc"] != 0 or "xn--" in text.lower():
        return None
    spread = (unicodedata.normalize("NFKD", _plain(one).lower()) for one in (text, row["email"]))
    given, found = ("".join(filter(str.isalnum, one)) for one in spread)
    return None if found in given else str(row["email"])


def _date_invents(text: str, row: dict[str, Any]) -> str | None:
    if row["birth_date"] is None or "spreadsheet" in (row["problems"] or ""):
        return None
    year, _, day = row["birth_date"].split("-")
    given = _digits(_plain(text).lower().translate(str.maketrans("oоiliзб", "0011136")))
    return None if year[2:] in given and day.lstrip("0") in given else str(row["birth_date"])


def _passport_invents(text: str, row: dict[str, Any]) -> str | None:
    given = _digits(_plain(text).lower().replace("o", "0").replace("о", "0"))
    series, number = (_digits(row[name] or "") for name in ("series", "number"))
    return None if any(_is_spread(found, given) for found in (series + number, number + series)) else series + number


def _twins(text: str) -> str:
    """Letters of a text in one alphabet, where they look alike."""
    return _letters(text).translate(str.maketrans("aceopxykmthbu", "асеорхукмтнви"))


def _company_invents(text: str, row: dict[str, Any]) -> str | None:
    given = _twins(text)
    for word in re.findall(r"[^\W\d_]+", _plain(row["name"] or "")):
        if _twins(word) not in given:
            return word
    digits = _digits(text)
    return next((number for name in ("inn", "kpp", "ogrn") if (number := row[name]) and number not in digits), None)


def _number_invents(text: str, row: dict[str, Any]) -> str | None:
    found = _digits(row["value"] or "")
    return None if _is_spread(found, _digits(text)) else str(row["value"])


_HOUSE_PARTS: Final = ("house", "stead", "block", "entrance", "floor", "flat", "room", "postal_code")
_ROMAN: Final = re.compile("[ivxхiі]", re.IGNORECASE)


def _address_invents(text: str, row: dict[str, Any]) -> str | None:
    """Numbers come from the text; names of streets do but for what alias tables and endings change."""
    given = "".join(str(unicodedata.decimal(sign)) for sign in _plain(text) if sign.isdecimal())
    for part in _HOUSE_PARTS:
        for found in re.findall("[0-9]+", row[part] or ""):
            if not _is_spread(found, given) and not _ROMAN.search(_plain(text)):
                return f"{part} {found}"
    return None


INVENTS: Final[dict[str, Callable[[str, dict[str, Any]], str | None]]] = {
    "name": _name_invents,
    "address": _address_invents,
    "phone": _phone_invents,
    "email": _email_invents,
    "birth_date": _date_invents,
    "passport": _passport_invents,
    "company": _company_invents,
}


SHARES: Final = {"name": 8, "address": 8, "phone": 6, "email": 5, "company": 4, "passport": 3, "birth_date": 3}
"""How many inputs a kind gets beside the others."""


def share(kind: str, total: int) -> int:
    """How many of so many inputs are of a kind."""
    return round(total * SHARES.get(kind, 1) / sum(SHARES.get(one, 1) for one in KINDS))


def line(report: Report) -> str:
    """A report in a line."""
    return (
        f"{report.kind:14} {report.inputs:>9,} inputs, {report.pairs:>6,} pairs of lines, {report.kept:>5,} kept, "
        f"{len(report.failures)} failures, longest call {report.longest * 1000:.1f} ms"
    )


def fuzz_some(kinds: Sequence[str], inputs: int, seed: int) -> list[Report]:
    """Feed each of some kinds its share of so many inputs, and print how it went."""
    return [fuzz(kind, share(kind, inputs), seed, _tell) for kind in kinds]


def together(reports: Iterable[Report]) -> Report:
    """Reports of several processes over one kind; `pairs` are those of the process that reached most."""
    kinds, inputs, pairs, kept, failures, longest = zip(*reports, strict=True)
    return Report(kinds[0], sum(inputs), max(pairs), sum(kept), list(chain(*failures)), max(longest))


def main() -> None:
    """Feed every kind its share and print how coverage grew, what failed and the longest call."""
    parser = argparse.ArgumentParser(description="Feed garbage to every kind.")
    parser.add_argument("--inputs", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS))
    chosen = parser.parse_args()
    count = chosen.processes
    parts = [chosen.inputs // count + (part < chosen.inputs % count) for part in range(count)]
    seeds = [chosen.seed * count + part for part in range(count)]
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        of_parts = list(pool.map(fuzz_some, [chosen.kinds] * count, parts, seeds))
    reports = [together(of_kind) for of_kind in zip(*of_parts, strict=True)]
    failures = [failure for report in reports for failure in report.failures]
    inputs, pairs, kept = (sum(column) for column in zip(*(report[1:4] for report in reports), strict=True))
    print(line(Report("all", inputs, pairs, kept, failures, max(report.longest for report in reports))))


def _tell(so_far: Report) -> None:
    print(line(so_far), *(repr(failure) for failure in so_far.failures[-1:]), sep="\n  ", flush=True)


if __name__ == "__main__":
    main()
