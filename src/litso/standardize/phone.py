"""Telephone numbers: several in a cell, extensions, lost codes, old codes, foreign numbers, garbage."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from litso.domain.territory import Territory
from litso.standardize.bulk import by_distinct, columns, frame
from litso.standardize.countries import Country, countries
from litso.standardize.documents import is_nothing
from litso.standardize.letters import tidy
from litso.standardize.numbering import (
    CALL_CENTRE,
    LAND_LINE,
    MOBILE,
    UNKNOWN,
    NumberingPlan,
    Place,
    city_codes,
    default_plan,
    fold_place,
)

try:
    import rphonenumbers as phonenumbers
except ImportError:  # no wheel for this platform: the same interface, slower
    import phonenumbers


class Phone(NamedTuple):
    """A number as «+7 846 231-60-14 доб. 139»; `others` are the E.164 numbers of the cell after the first.

    `qc` 0 sure, 7 foreign and sure, 1 assumed or not understood, 3 several, the first taken, 2 empty or garbage.
    """

    phone: str | None
    e164: str | None
    extension: str | None
    type: str | None
    provider: str | None
    region: str | None
    city: str | None
    timezone: str | None
    country: str | None
    others: str | None
    qc: int
    problems: str | None


SCHEMA: Final = columns(Phone)
NOTHING: Final = Phone(None, None, None, None, None, None, None, None, None, None, 2, None)
RUSSIA: Final = "Россия"
MAX_LENGTH: Final = 400
"""Longer cells are texts; what follows is not read."""


class Digits(NamedTuple):
    """Digits of one number as found: `plus` before them, the `extension` after them."""

    digits: str
    plus: bool
    extension: str | None


class Meaning(NamedTuple):
    """What digits mean: ten national digits of Russia, or E.164 digits of another country, or a problem."""

    national: str | None
    foreign: str | None
    problem: str | None


_NO_DIGITS: Final = Meaning(None, None, "no_digits")


def phone(text: str | None, *, territory: Territory | None = None, plan: NumberingPlan | None = None) -> Phone:
    """The first number of a cell, with the others beside it."""
    found = phones(text, territory=territory, plan=plan)
    if not found:
        return NOTHING
    good = [one for one in found if one.e164]
    if len(good) < 2:
        return good[0] if good else found[0]
    others = ";".join(dict.fromkeys(one.e164 for one in good[1:] if one.e164 and one.e164 != good[0].e164))
    if not others:
        return good[0]
    return good[0]._replace(others=others, qc=3, problems=";".join(filter(None, ("several", good[0].problems))))


def phones(text: str | None, *, territory: Territory | None = None, plan: NumberingPlan | None = None) -> list[Phone]:
    """All numbers of a cell in their order, those that are not understood too."""
    if is_nothing(text):
        return []
    line = "\n".join(tidy(part) for part in (text or "")[:MAX_LENGTH].splitlines()).lower()
    found: list[Phone] = []
    code = _default_code(territory)
    for digits in _numbers(line, code):
        meaning = interpret(digits, code)
        if meaning.national and meaning.national[:3] < "900" and meaning.problem != "code_from_address":
            code = _code_of(meaning.national, plan or default_plan())
        found.append(_phone(meaning, digits.extension, plan or default_plan()))
    return found or [NOTHING._replace(problems="no_digits")]


def _default_code(territory: Territory | None) -> str | None:
    if territory is None:
        return None
    for name in (territory.city, territory.region):
        if name and (code := city_codes().get(fold_place(name))):
            return code
    return None


def _code_of(national: str, plan: NumberingPlan) -> str | None:
    place = plan.find(national)
    return national[: place.code_length] if place else None


_LETTER_BY_DIGIT: Final = re.compile(r"[oо][0-9\-) ]|[0-9][зli|][0-9]")
_LETTER_DIGITS: Final = (
    (re.compile(r"(?<=[0-9\-(). ])[oо](?=[0-9\-) ])"), "0"),
    (re.compile(r"(?<=[0-9])з(?=[0-9])"), "3"),
    (re.compile(r"(?<=[0-9])[li|](?=[0-9])"), "1"),
)
_EXTENSION: Final = re.compile(
    r"(?<![\s,.;(])[\s,.;(]*+"
    r"(?:доб(?:ав)?(?:очн\w*)?|вн(?:утр)?(?:енн\w*)?|ext(?:ension)?|тон(?:альн\w*)?|x|х|(?<![#*])[#*]++)[\s.:№#]*+"
    r"([0-9]{1,7})\b\)?"
)
_STRONG: Final = re.compile(r"[^0-9\s+().\-/,]+|(?<=[0-9])\s*(?=\+)|\n")
_GROUP: Final = re.compile(r"[0-9]+")
_TAIL: Final = re.compile(r"\s*[/,]\s*([0-9][0-9])\s*$")


def _numbers(line: str, code: str | None) -> Iterator[Digits]:
    """Cut a cell into numbers: at words and signs, then at commas and slashes, then where the digits fit."""
    if _LETTER_BY_DIGIT.search(line):
        for pattern, digit in _LETTER_DIGITS:
            line = pattern.sub(digit, line)
    start = 0
    for mark in _EXTENSION.finditer(line):
        before = list(_without_extension(line[start : mark.start()], code))
        if before:
            yield from before[:-1]
            yield before[-1]._replace(extension=mark[1])
        elif not start:
            yield from _without_extension(mark[1], code)
        start = mark.end()
    yield from _without_extension(line[start:], code)


def _without_extension(line: str, code: str | None) -> Iterator[Digits]:
    for chunk in _STRONG.split(line):
        if _GROUP.search(chunk):
            yield from _chunk(chunk, code)


def _chunk(chunk: str, code: str | None) -> Iterator[Digits]:
    """One number, or several between commas and slashes, or groups of digits that make several."""
    whole = _digits(chunk)
    if _is_number(whole, code):
        yield whole
        return
    tail = _TAIL.search(chunk)
    if tail and _is_number(first := _digits(chunk[: tail.start()]), code):
        yield first
        yield first._replace(digits=first.digits[:-2] + tail[1])
        return
    parts = [part for part in re.split(r"[,/]|\s-\s", chunk) if _GROUP.search(part)]
    if len(parts) > 1:
        for part in parts:
            one = _digits(part)
            yield from (one,) if _is_number(one, code) else _by_groups(part, code)
        return
    yield from _by_groups(chunk, code)


def _digits(chunk: str) -> Digits:
    return Digits("".join(_GROUP.findall(chunk)), chunk.lstrip(" (").startswith("+"), None)


def _is_number(one: Digits, code: str | None) -> bool:
    meaning = interpret(one, code) if one.digits else _NO_DIGITS
    return meaning.national is not None or meaning.foreign is not None


def _by_groups(chunk: str, code: str | None) -> Iterator[Digits]:
    """Join groups of digits from the left while they make a number; what makes none is one unknown number."""
    groups = _GROUP.findall(chunk)
    plus = chunk.lstrip(" (").startswith("+")
    found: list[Digits] = []
    start = 0
    while start < len(groups):
        end = _fitting(groups, start, plus and not start, code)
        if end is None:
            break
        found.append(Digits("".join(groups[start:end]), plus and not start, None))
        start = end
    rest = "".join(groups[start:])
    if len(rest) in (20, 21, 22) and not found:
        found, rest = _halves(rest, code), "" if _halves(rest, code) else rest
    yield from found
    if rest and (not found or len(rest) > 4):
        yield Digits(rest, plus and not found, None)


def _fitting(groups: list[str], start: int, plus: bool, code: str | None) -> int | None:
    """Where the number that begins with group `start` ends; longer numbers are tried first."""
    for end in range(min(len(groups), start + 8), start, -1):
        one = Digits("".join(groups[start:end]), plus, None)
        if 7 <= len(one.digits) <= 12 and _is_number(one, code):
            return end
    return None


def _halves(digits: str, code: str | None) -> list[Digits]:
    """Two numbers typed without anything between them."""
    for size in (11, 10):
        pair = [Digits(digits[:size], False, None), Digits(digits[size:], False, None)]
        if len(digits) - size in (10, 11) and all(_is_number(one, code) for one in pair):
            return pair
    return []


_NEIGHBOURS: Final = ("375", "380", "373", "374", "992", "993", "994", "995", "996", "998", "972")
"""Country codes of neighbours, which people write without a plus."""


@lru_cache(maxsize=8192)
def interpret(one: Digits, code: str | None = None) -> Meaning:
    """What a string of digits means. `code` is the area code to put before a short number."""
    digits = one.digits
    if one.plus and not digits.startswith(("7", "8", "0")):
        return _foreign(digits, lenient=True)
    if digits.startswith("810") and len(digits) > 11:
        return interpret(Digits(digits[3:], True, None))
    if digits.startswith("00") and len(digits) > 10:
        return interpret(Digits(digits[2:], True, None))
    if len(digits) == 11 and digits[0] in "78":
        return _eleven(digits, one.plus)
    if len(digits) == 10:
        return _ten(digits, None)
    if len(digits) == 12 and digits[:2] in ("78", "77", "88", "87") and _is_russian(digits[2:]):
        return Meaning(digits[2:], None, "doubled_prefix")
    if one.plus and len(digits) > 11:
        return _foreign(digits, lenient=False)
    if len(digits) > 11 and digits.startswith(_NEIGHBOURS):
        return _foreign(digits, lenient=False)
    return _short(digits, code) if len(digits) < 8 else Meaning(None, None, _wrong_length(digits))


def _wrong_length(digits: str) -> str:
    if not digits.strip(digits[0]):
        return "placeholder"
    return "too_short" if len(digits) < 10 else "too_long"


def _eleven(digits: str, plus: bool) -> Meaning:
    if digits[1] in "67":
        return _foreign("7" + digits[1:], lenient=False)
    return _ten(digits[1:], "plus_before_8" if plus and digits[0] == "8" else None)


def _ten(national: str, problem: str | None) -> Meaning:
    if not national.strip(national[0]) or not national[3:].strip("0") or national in ("1234567890", "0123456789"):
        return Meaning(None, None, "placeholder")
    if national[0] == "0" and _is_russian("4" + national[1:]):
        return Meaning("4" + national[1:], None, "old_code")
    if not _is_russian(national):
        return Meaning(None, None, "unknown_code")
    return Meaning(national, None, problem)


def _is_russian(national: str) -> bool:
    return national[0] in "3489" and default_plan().find(national) is not None


_SHORT_GARBAGE: Final = frozenset({"1234567", "7654321", "123456", "654321", "12345", "54321"})


def _short(digits: str, code: str | None) -> Meaning:
    """A number without its area code."""
    if not digits.strip(digits[0]) or digits in _SHORT_GARBAGE:
        return Meaning(None, None, "placeholder")
    if len(digits) < 5:
        return Meaning(None, None, "too_short")
    if code and len(code) + len(digits) == 10 and digits[0] not in "08":
        return Meaning(code + digits, None, "code_from_address")
    return Meaning(None, None, "no_area_code")


def _foreign(digits: str, *, lenient: bool) -> Meaning:
    """A number of another country; a lenient look takes what is possible, a strict one what is valid."""
    number = _parse(digits)
    if number is None:
        return Meaning(None, None, "wrong_foreign_number")
    if phonenumbers.is_valid_number(number):
        return Meaning(None, _e164(number), None)
    if lenient and phonenumbers.is_possible_number(number) and _e164(number) == digits:
        return Meaning(None, digits, "unassigned_range")
    return Meaning(None, None, "wrong_foreign_number")


def _e164(number: phonenumbers.PhoneNumber) -> str:
    """Digits of a number with its country code; a trunk prefix («+44 (0) 20…») is not among them."""
    formatted: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return formatted.removeprefix("+")


def _parse(digits: str) -> phonenumbers.PhoneNumber | None:
    if not 7 <= len(digits) <= 15:
        return None
    try:
        return phonenumbers.parse("+" + digits, None)
    except phonenumbers.NumberParseException:
        return None


def _phone(meaning: Meaning, extension: str | None, plan: NumberingPlan) -> Phone:
    if meaning.foreign:
        return _foreign_phone(meaning, extension)
    if meaning.national is None:
        qc = 2 if meaning.problem == "placeholder" else 1
        return NOTHING._replace(type=UNKNOWN if qc == 1 else None, qc=qc, problems=meaning.problem)
    return _russian_phone(meaning.national, extension, meaning.problem, plan)


def _russian_phone(national: str, extension: str | None, problem: str | None, plan: NumberingPlan) -> Phone:
    place = plan.find(national)
    problems = ";".join(filter(None, (problem, None if place else "not_in_plan"))) or None
    place = place or default_plan().find(national)
    length = place.code_length if place else 3
    return Phone(
        phone=written(national, length) + (f" доб. {extension}" if extension else ""),
        e164="+7" + national,
        extension=extension,
        type=place.type if place else UNKNOWN,
        provider=place.provider if place else None,
        region=place.region if place else None,
        city=place.city if place else None,
        timezone=place.timezone if place else None,
        country=RUSSIA,
        others=None,
        qc=1 if problems else 0,
        problems=problems,
    )


def written(national: str, code_length: int) -> str:
    """«+7 846 231-60-14»: the code, then the subscriber's number in pairs from the right."""
    local = national[code_length:]
    return f"+7 {national[:code_length]} {local[:-4]}-{local[-4:-2]}-{local[-2:]}"


def _foreign_phone(meaning: Meaning, extension: str | None) -> Phone:
    digits = meaning.foreign or ""
    number = phonenumbers.parse("+" + digits, None)
    region = phonenumbers.region_code_for_number(number)
    code = region or phonenumbers.region_code_for_country_code(number.country_code)
    country = countries().get(code, Country(code, None))
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return NOTHING._replace(
        phone=shown + (f" доб. {extension}" if extension else ""),
        e164="+" + digits,
        extension=extension,
        type=_foreign_type(number),
        timezone=country.timezone,
        country=country.name,
        qc=7,
        problems=meaning.problem,
    )


def _foreign_type(number: phonenumbers.PhoneNumber) -> str:
    kind = phonenumbers.number_type(number)
    types = phonenumbers.PhoneNumberType
    known = {types.MOBILE: MOBILE, types.FIXED_LINE: LAND_LINE, types.TOLL_FREE: CALL_CENTRE}
    return known.get(kind, UNKNOWN)


_CORE: Final = r"(?:\+?7|8)?[ \-]?\(?[3489][0-9]{2}\)?[ \-]?[0-9]{3}[ \-]?[0-9]{2}[ \-]?[0-9]{2}"
_PLAIN: Final = (
    rf"^ *(?:(?i:тел|телефон|моб|мобильный|дом|домашний|раб|рабочий|сот|сотовый)[.:]? *)?{_CORE}"
    r"(?: \(?[а-яёА-ЯЁ]{2,15}\)?)? *$"
)
"""One number, perhaps with a word of its kind before or a word of its owner behind it."""
_EXTENDED: Final = rf"^ *{_CORE},? *\(?(?:доб|вн)\.? *[0-9]{{1,7}}\)? *$"
_TWO: Final = rf"^ *{_CORE} *[,;] *{_CORE} *$"


def plain_nationals(texts: pl.Series, plan: NumberingPlan) -> tuple[pl.Series, pl.Series]:
    """National numbers of the cells that hold one plain Russian number of the plan, and which cells those are."""
    plain = pl.DataFrame({"text": texts}).select(pl.when(pl.col("text").str.contains(_PLAIN)).then("text"))
    return _nationals(plain.to_series(), plan)


def _nationals(texts: pl.Series, plan: NumberingPlan) -> tuple[pl.Series, pl.Series]:
    """The last ten digits of each text, and whether they are a number of the plan."""
    numbers = last_ten_digits(texts)
    national = pl.Series(numbers).cast(pl.String)
    return national, pl.Series(_is_in(plan, numbers) & _is_in(default_plan(), numbers) & ~_are_placeholders(numbers))


def last_ten_digits(texts: pl.Series) -> NDArray[np.int64]:
    """The number that the last ten ASCII digits of each text make; 0 where there are fewer."""
    column = pc.cast(texts.to_arrow(), pa.large_string()).fill_null("")
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[column.offset : column.offset + len(column) + 1]
    signs = np.frombuffer(data or b"", dtype=np.uint8)[: ends[-1]]
    is_digit = (signs >= ord("0")) & (signs <= ord("9"))
    before = np.concatenate([[0], np.cumsum(is_digit)])[ends]
    digits = np.concatenate([np.zeros(10, dtype=np.int64), signs[is_digit].astype(np.int64) - ord("0")])
    number = np.zeros(len(column), dtype=np.int64)
    for place in range(10):
        number = number * 10 + digits[before[1:] + place]
    return np.where(np.diff(before) >= 10, number, 0)


def phone_column(
    values: pl.Series, *, territory: Territory | None = None, plan: NumberingPlan | None = None
) -> pl.DataFrame:
    """`phone` for every text of a column: plain numbers, also with an extension or two in a cell, by expressions."""
    book = plan or default_plan()
    texts = values.cast(pl.String)
    kinds = pl.DataFrame({"text": texts}).select(
        pl.when(pl.col("text").str.contains(_PLAIN)).then(pl.lit(1, dtype=pl.Int8))
        .when(pl.col("text").str.contains(_EXTENDED)).then(pl.lit(2, dtype=pl.Int8))
        .when(pl.col("text").str.contains(_TWO)).then(pl.lit(3, dtype=pl.Int8))
        .otherwise(pl.lit(0, dtype=pl.Int8))
    ).to_series().to_numpy()  # fmt: skip
    tables: list[pl.DataFrame] = []
    rows: list[NDArray[np.int64]] = []
    for kind, read in ((1, _plain_phones), (2, _extended_phones), (3, _two_phones)):
        places = np.flatnonzero(kinds == kind)
        if not len(places):
            continue
        table, is_read = read(texts if len(places) == len(texts) else texts[_index(places)], book)
        tables.append(table)
        rows.append(places[is_read.to_numpy()])
    return _gathered(texts, tables, rows, lambda text: phone(text, territory=territory, plan=plan))


def _gathered(
    texts: pl.Series, tables: list[pl.DataFrame], rows: list[NDArray[np.int64]], parse: Callable[[str | None], Phone]
) -> pl.DataFrame:
    """Tables of some rows each, and the rest by `parse`, in the order of the texts."""
    known = np.concatenate([np.empty(0, dtype=np.int64), *rows])
    is_known = np.zeros(len(texts), dtype=np.bool_)
    is_known[known] = True
    rest = by_distinct(texts.filter(pl.Series(~is_known)), parse, SCHEMA)
    place = np.empty(len(texts), dtype=np.int64)
    place[np.concatenate([known, np.flatnonzero(~is_known)])] = np.arange(len(texts))
    return pl.concat([*tables, rest])[_index(place)]


def _index(places: NDArray[np.signedinteger[Any]]) -> pl.Series:
    return pl.Series(places, dtype=pl.UInt32)


def _plain_phones(texts: pl.Series, plan: NumberingPlan) -> tuple[pl.DataFrame, pl.Series]:
    """Numbers of cells with one, those that are of the plan, and which cells those are."""
    national, is_planned = _nationals(texts, plan)
    return _russian_phones(national.filter(is_planned), plan), is_planned


def _extended_phones(texts: pl.Series, plan: NumberingPlan) -> tuple[pl.DataFrame, pl.Series]:
    """The same of cells with a number and its extension."""
    parts = pl.DataFrame({"text": texts}).select(
        number=pl.col("text").str.extract(r"^([^а-я]*)", 1), extension=pl.col("text").str.extract(r"([0-9]+)\)? *$", 1)
    )
    national, is_planned = _nationals(parts["number"], plan)
    extension = parts["extension"].filter(is_planned)
    table = _russian_phones(national.filter(is_planned), plan)
    return table.with_columns(extension=extension, phone=pl.col("phone") + " доб. " + pl.lit(extension)), is_planned


def _two_phones(texts: pl.Series, plan: NumberingPlan) -> tuple[pl.DataFrame, pl.Series]:
    """The same of cells with two numbers divided by a sign: the first, the second among its others."""
    parts = texts.str.replace(";", ",", literal=True).str.split_exact(",", 1).struct.unnest()
    first, is_first = _nationals(parts["field_0"], plan)
    second, is_second = _nationals(parts["field_1"], plan)
    both = is_first & is_second
    table = _russian_phones(first.filter(both), plan)
    is_other = pl.col("e164") != "+7" + pl.lit(second.filter(both))
    table = table.with_columns(
        others=pl.when(is_other).then("+7" + pl.lit(second.filter(both))),
        qc=pl.when(is_other).then(pl.lit(3, dtype=pl.Int8)).otherwise("qc"),
        problems=pl.when(is_other).then(pl.lit("several")),
    )
    return table, both


def _russian_phones(national: pl.Series, plan: NumberingPlan) -> pl.DataFrame:
    """Phones of national numbers of the plan."""
    position = plan.find_all(_as_numbers(national))
    local = pl.col("national").str.slice(pl.col("code_length"))
    return (
        _places(plan)[_index(position)]
        .with_columns(national=national)
        .select(
            phone=pl.concat_str(
                pl.lit("+7 "),
                pl.col("national").str.slice(0, pl.col("code_length")),
                pl.lit(" "),
                local.str.head(-4),
                pl.lit("-"),
                pl.col("national").str.slice(6, 2),
                pl.lit("-"),
                pl.col("national").str.slice(8, 2),
            ),
            e164=pl.lit("+7") + pl.col("national"),
            extension=pl.lit(None, dtype=pl.String),
            type="type",
            provider="provider",
            region="region",
            city="city",
            timezone="timezone",
            country=pl.lit(RUSSIA),
            others=pl.lit(None, dtype=pl.String),
            qc=pl.lit(0, dtype=pl.Int8),
            problems=pl.lit(None, dtype=pl.String),
        )
    )


def _places(plan: NumberingPlan) -> pl.DataFrame:
    unknown = Place(3, UNKNOWN, None, None, None, None)
    return frame([place or unknown for place in plan.places], columns(Place, code_length=pl.UInt32))


def _as_numbers(national: pl.Series) -> NDArray[np.int64]:
    return national.cast(pl.Int64).fill_null(0).to_numpy()


def _is_in(plan: NumberingPlan, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    known = np.asarray([place is not None for place in plan.places], dtype=np.bool_)
    found: NDArray[np.bool_] = known[plan.find_all(numbers)]
    return found


_ALL_ALIKE: Final = np.asarray([int(digit * 10) for digit in "0123456789"])


def _are_placeholders(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Ten equal digits, or seven zeros behind the code."""
    found: NDArray[np.bool_] = np.isin(numbers, _ALL_ALIKE) | (numbers % 10_000_000 == 0)
    return found
