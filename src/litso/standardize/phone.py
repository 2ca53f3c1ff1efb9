"""Telephone numbers: several in a cell, extensions, lost codes, old codes, foreign numbers, garbage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from litso.domain.territory import Territory
from litso.standardize.bulk import columns
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


class Around(NamedTuple):
    """What is known where a number stands: the area code to put before a short one, the official plan where loaded."""

    code: str | None
    plan: NumberingPlan | None


NOWHERE: Final = Around(None, None)
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
    line = _without_dates(line.translate(_BRACKETS))
    found: list[Phone] = []
    code = _default_code(territory)
    for digits in _numbers(line, Around(code, plan)):
        meaning = interpret(digits, Around(code, plan))
        if meaning.national and meaning.national[0] in "348" and meaning.problem != "code_from_address":
            code = _code_of(meaning.national, plan or default_plan())
        found.append(_phone(meaning, digits.extension, plan or default_plan(), territory))
    return found or [NOTHING._replace(problems="no_digits")]


_BRACKETS: Final = str.maketrans("[]{}_", "()()-")
_DATE: Final = re.compile(r"(?<![0-9.])(?:[0-2]?[0-9]|3[01])\.(?:0?[1-9]|1[0-2])\.(?:19|20)[0-9]{2}(?![0-9.])")


def _without_dates(line: str) -> str:
    """The line without a date beside a number: «12.03.1985 89271234567»."""
    if line.count(".") < 2:
        return line
    cleaned = _DATE.sub(";", line)
    return cleaned if cleaned != line and sum(map(str.isdigit, cleaned)) > 6 else line


def _default_code(territory: Territory | None) -> str | None:
    if territory is None:
        return None
    for name in (territory.city, territory.region):
        if name and (code := city_codes().get(fold_place(name))):
            return code
    return None


def _code_of(national: str, plan: NumberingPlan) -> str | None:
    """The area code of a land line."""
    place = plan.find(national)
    return national[: place.code_length] if place and place.type == LAND_LINE else None


_LETTER_BY_DIGIT: Final = re.compile(r"[oо][0-9\-) ]|[0-9]з|[li|][0-9]")
_LETTER_DIGITS: Final = (
    (re.compile(r"(?<=[0-9\-(). ])[oо](?=[0-9\-) ])"), "0"),
    (re.compile(r"(?<=[0-9])з(?![а-яё])"), "3"),
    (re.compile(r"(?<=[0-9\-(). ])[li|](?=[0-9]{2})|(?<=[0-9])[li|](?=[0-9])"), "1"),
)
_EXTENSION: Final = re.compile(
    r"(?:(?<=[0-9])(?:,,++\s?|[pw])|(?<![\s,.;(])[\s,.;(]*+"
    r"(?:доб(?:ав)?(?:очн\w*)?|доп(?:олнит\w*)?|вн(?:утр)?(?:енн\w*)?|ext(?:ension)?|тон(?:альн\w*)?|x|х|"
    r"(?<![#*])[#*]++)[\s.:=№#]*+)"
    r"([0-9]{1,7})\b\)?"
)
_STRONG: Final = re.compile(r"[^0-9\s+().\-/,]+|(?<=[0-9])\s*(?=\+)|\n")
_GROUP: Final = re.compile(r"[0-9]+")
_TAIL: Final = re.compile(r"(?:\s*[/,]\s*[0-9]{2}(?![0-9]))+\s*$")


def _numbers(line: str, around: Around) -> Iterator[Digits]:
    """Cut a cell into numbers: at words and signs, then at commas and slashes, then where the digits fit."""
    if _LETTER_BY_DIGIT.search(line):
        for pattern, digit in _LETTER_DIGITS:
            line = pattern.sub(digit, line)
    start = 0
    for mark in _EXTENSION.finditer(line):
        before = list(_without_extension(line[start : mark.start()], around))
        if before:
            yield from before[:-1]
            yield before[-1]._replace(extension=mark[1])
        elif not start:
            yield from _without_extension(mark[1], around)
        start = mark.end()
    yield from _without_extension(line[start:], around)


def _without_extension(line: str, around: Around) -> Iterator[Digits]:
    for chunk in _STRONG.split(line):
        if _GROUP.search(chunk):
            yield from _chunk(chunk, around)


def _chunk(chunk: str, around: Around) -> Iterator[Digits]:
    """One number, or several between commas and slashes, or groups of digits that make several."""
    whole = _digits(chunk)
    if _is_number(whole, around) or _is_placeholder(whole):
        yield whole
        return
    tail = _TAIL.search(chunk)
    if tail and _is_number(first := _digits(chunk[: tail.start()]), around):
        yield first
        yield from (first._replace(digits=first.digits[:-2] + last) for last in re.findall("[0-9]{2}", tail[0]))
        return
    parts = [part for part in re.split(r"[,/]|\s-\s", chunk) if _GROUP.search(part)]
    if len(parts) > 1:
        for part in parts:
            one = _digits(part)
            yield from (one,) if _is_number(one, around) else _by_groups(part, around)
        return
    yield from _by_groups(chunk, around)


def _digits(chunk: str) -> Digits:
    return Digits("".join(_GROUP.findall(chunk)), chunk.lstrip(" (").startswith("+"), None)


def _is_number(one: Digits, around: Around) -> bool:
    meaning = interpret(one, around) if one.digits else _NO_DIGITS
    return meaning.national is not None or meaning.foreign is not None


def _is_placeholder(one: Digits) -> bool:
    """Whether a whole number only fills the field: nothing is to be made of its pieces."""
    return len(one.digits) in (10, 11) and interpret(one).problem == "placeholder"


def _by_groups(chunk: str, around: Around) -> Iterator[Digits]:
    """Join groups of digits from the left while they make a number; what makes none is one unknown number."""
    groups = _GROUP.findall(chunk)
    plus = chunk.lstrip(" (").startswith("+")
    found: list[Digits] = []
    start = 0
    while start < len(groups):
        end = _fitting(groups, start, plus and not start, around)
        if end is None:
            break
        found.append(Digits("".join(groups[start:end]), plus and not start, None))
        start = end
    rest = "".join(groups[start:])
    if len(rest) in (20, 21, 22) and not found:
        found, rest = _halves(rest, around), "" if _halves(rest, around) else rest
    yield from found
    if rest and (not found or len(rest) > 4):
        yield Digits(rest, plus and not found, None)


def _fitting(groups: list[str], start: int, plus: bool, around: Around) -> int | None:
    """Where the number that begins with group `start` ends; longer numbers are tried first."""
    for end in range(min(len(groups), start + 8), start, -1):
        one = Digits("".join(groups[start:end]), plus, None)
        if 7 <= len(one.digits) <= 12 and _is_number(one, around):
            return end
    return None


def _halves(digits: str, around: Around) -> list[Digits]:
    """Two numbers typed without anything between them."""
    for size in (11, 10):
        pair = [Digits(digits[:size], False, None), Digits(digits[size:], False, None)]
        if len(digits) - size in (10, 11) and all(_is_number(one, around) for one in pair):
            return pair
    return []


_NEIGHBOURS: Final = ("375", "380", "373", "374", "992", "993", "994", "995", "996", "998", "972")
"""Country codes of neighbours, which people write without a plus."""


@lru_cache(maxsize=8192)
def interpret(one: Digits, around: Around = NOWHERE) -> Meaning:
    """What a string of digits means."""
    digits = one.digits
    if one.plus and not digits.startswith(("7", "8", "0")):
        return _foreign(digits, lenient=True)
    if digits.startswith("810") and len(digits) > 11:
        return interpret(Digits(digits[3:], True, None))
    if digits.startswith("00") and len(digits) > 10:
        return interpret(Digits(digits[2:], True, None))
    if len(digits) == 11 and digits[0] in "78":
        return _eleven(digits, one.plus, around.plan)
    if len(digits) == 10:
        return _ten(digits, None, around.plan)
    if len(digits) == 12 and digits[:2] in ("78", "77", "88", "87") and _is_russian(digits[2:], around.plan):
        return _ten(digits[2:], "doubled_prefix", around.plan)
    if one.plus and len(digits) > 11 and digits[0] == "7":
        return Meaning(None, None, "too_long")
    if one.plus and len(digits) > 11:
        return _foreign(digits, lenient=False)
    if len(digits) > 11 and digits.startswith(_NEIGHBOURS):
        return _foreign(digits, lenient=False)
    return _short(digits, around.code) if len(digits) < 8 else Meaning(None, None, _wrong_length(digits))


def _wrong_length(digits: str) -> str:
    if not digits.strip(digits[0]):
        return "placeholder"
    return "too_short" if len(digits) < 10 else "too_long"


def _eleven(digits: str, plus: bool, plan: NumberingPlan | None) -> Meaning:
    if digits[1] in "67":
        return _foreign("7" + digits[1:], lenient=False)
    return _ten(digits[1:], "plus_before_8" if plus and digits[0] == "8" else None, plan)


def _ten(national: str, problem: str | None, plan: NumberingPlan | None) -> Meaning:
    if not national.strip(national[0]) or not national[3:].strip("0") or national in ("1234567890", "0123456789"):
        return Meaning(None, None, "placeholder")
    newer = ("40" if national.startswith("011") else "4") + national[2 if national.startswith("011") else 1 :]
    if national[0] == "0" and _is_russian(newer, plan):
        return Meaning(newer, None, "old_code")
    if not _is_russian(national, plan):
        return Meaning(None, None, "unknown_code")
    return Meaning(national, None, problem)


def _is_russian(national: str, plan: NumberingPlan | None) -> bool:
    """Whether a number is of a code that either plan has: the official one may be newer, or lack a part."""
    if national[0] not in "3489":
        return False
    return default_plan().find(national) is not None or (plan is not None and plan.find(national) is not None)


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


def _phone(meaning: Meaning, extension: str | None, plan: NumberingPlan, territory: Territory | None) -> Phone:
    if meaning.foreign:
        return _foreign_phone(meaning, extension)
    if meaning.national is None:
        qc = 2 if meaning.problem == "placeholder" else 1
        return NOTHING._replace(type=UNKNOWN if qc == 1 else None, qc=qc, problems=meaning.problem)
    found = _russian_phone(meaning.national, extension, meaning.problem, plan)
    disagrees = conflict(found, territory)
    return found._replace(problems=";".join(filter(None, (found.problems, disagrees)))) if disagrees else found


OTHER_REGION: Final = "other_region"
OTHER_CITY: Final = "other_city"
CONFLICTS: Final = frozenset({OTHER_REGION, OTHER_CITY})
"""Problems that say nothing against a number itself."""


def conflict(place: Phone | Place, territory: Territory | None) -> str | None:
    """Whether a land line is of another region or town than its address; mobile phones travel."""
    if territory is None or place.type != LAND_LINE:
        return None
    region, own = region_words(place.region), region_words(territory.region)
    if not region or not own or own & _SHARING.get(" ".join(region), frozenset()):
        return None
    if region.isdisjoint(own):
        return OTHER_REGION
    town = fold_place(territory.city or "")
    return OTHER_CITY if place.city and town in city_codes() and fold_place(place.city) != town else None


_SHARING: Final = {"москва": frozenset({"московская"}), "санкт-петербург": frozenset({"ленинградская"})}
"""Numbers of these cities are given out in the regions around them too."""


_REGION_TYPES: Final = re.compile(r"^(?:обл|край|респ|авт|окр|город|г$|ао$|и$)")


@lru_cache(maxsize=1024)
def region_words(region: str | None) -> frozenset[str]:
    """Words that tell a region from others, folded: «Самарская обл.» has «самарская»."""
    words = re.findall(r"[а-яa-z-]{1,}", (region or "").lower().replace("ё", "е"))
    return frozenset(word for word in words if len(word) > 1 and not _REGION_TYPES.match(word))


def _russian_phone(national: str, extension: str | None, problem: str | None, plan: NumberingPlan) -> Phone:
    place = plan.find(national)
    is_absent = place is None and plan.covers(national)
    problems = ";".join(filter(None, (problem, "not_in_plan" if is_absent else None))) or None
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
