"""Numbers of persons and organizations: СНИЛС, ИНН, ОГРН, КПП, БИК, bank accounts, driver licences.

All have one shape: `value` in its normal form when it is right, `valid`, `qc` (0 right, 1 wrong, 2 empty), `problems`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

import polars as pl

from litso.standardize.bulk import columns
from litso.standardize.letters import tidy, twins_to_cyrillic, twins_to_latin


class Number(NamedTuple):
    """A checked number. `value` is null when nothing of the right shape was found; `problems` say why."""

    value: str | None
    valid: bool | None
    qc: int
    problems: str | None


EMPTY: Final = Number(None, None, 2, None)
_LABEL: Final = re.compile(
    r"^(?:инн|снилс|огрнип|огрн|кпп|бик|страховой номер|inn|snils|ogrnip|ogrn|kpp|bik|bic|[рк]\s?[/.]\s?с|"
    r"(?:расч[её]тный|корр?\w*\.?)\s+сч[её]т|сч[её]т|водительское удостоверение|в\s?[/.]?\s?у)\b[\s:=№#.]*",
    re.IGNORECASE,
)
_SEPARATORS: Final = re.compile(r"[\s\-./_']+")
_NOTHING: Final = re.compile(
    r"[\W_]*|нет(?: данных)?|не (?:указан|задан|известн|заполнен|определ[её]н)[аоы]?|неизвестн[аоы]?|отсутствует|"
    r"без (?:имени|данных|телефона|адреса|отчества|почты)|null|none|n/?a|nan|not set|unknown|undefined|#н/д|#n/a",
    re.IGNORECASE,
)
_SPREADSHEET_TAIL: Final = re.compile(r"(?<=[0-9])[.,]0+$")


def compact(text: str) -> str:
    """The number without its label («ИНН»), spaces, dashes and the «.0» that spreadsheets add."""
    text = _LABEL.sub("", _SPREADSHEET_TAIL.sub("", tidy(text)).strip("'\" ;,"))
    return _SEPARATORS.sub("", text)


def is_nothing(text: str | None) -> bool:
    """Whether a cell says that there is no value: empty, dashes, «нет», «не указан»."""
    return text is None or _NOTHING.fullmatch(text.strip()) is not None


def weighted(digits: str, weights: tuple[int, ...]) -> int:
    """Sum of digits times weights."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _is_digits(text: str, *lengths: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) in lengths


def _checked(text: str | None, lengths: tuple[int, ...], is_right: bool, value: str) -> Number:
    if is_nothing(text):
        return EMPTY
    if not value.isascii() or not value.isdigit():
        return Number(None, False, 1, "not_digits")
    if len(value) not in lengths:
        return Number(None, False, 1, "wrong_length")
    if not value.strip(value[0]):
        return Number(None, False, 1, "placeholder")
    return Number(value, is_right, 0, None) if is_right else Number(value, False, 1, "wrong_checksum")


def _among(text: str | None, digits: str, numbers: re.Pattern[str], is_right: Callable[[str], bool]) -> str:
    """The one number among other words and numbers whose check digits are right, else `digits` as they are."""
    if not text or is_right(digits) or len(text) > LONGEST_TEXT:
        return digits
    found = {re.sub("[ -]", "", one) for one in numbers.findall(tidy(text))}
    right = [one for one in found if is_right(one)]
    return right[0] if len(right) == 1 else digits


LONGEST_TEXT: Final = 200
_INNS: Final = re.compile(r"(?<![\w.,-])(?:[0-9]{10}|[0-9]{12})(?![\w-])")
_SNILSES: Final = re.compile(r"(?<![\w.,-])[0-9]{3}-?[0-9]{3}-?[0-9]{3}[ -]?[0-9]{2}(?![\w-])")
_OGRNS: Final = re.compile(r"(?<![\w.,-])(?:[0-9]{13}|[0-9]{15})(?![\w-])")

INN_10: Final = (2, 4, 10, 3, 5, 9, 4, 6, 8)
INN_11: Final = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
INN_12: Final = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def is_inn(digits: str) -> bool:
    """Whether ten or twelve digits are an ИНН by their check digits."""
    if not _is_digits(digits, 10, 12) or not digits.strip("0"):
        return False
    if len(digits) == 10:
        return weighted(digits, INN_10) % 11 % 10 == int(digits[9])
    first, second = weighted(digits, INN_11) % 11 % 10, weighted(digits, INN_12) % 11 % 10
    return (first, second) == (int(digits[10]), int(digits[11]))


def inn(text: str | None) -> Number:
    """ИНН of an organization (10 digits) or a person (12 digits)."""
    digits = _among(text, compact(text or ""), _INNS, is_inn)
    return _checked(text, (10, 12), is_inn(digits), digits)


UNCHECKED_SNILS: Final = 1001998
SNILS_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, 1)


def is_snils(digits: str) -> bool:
    """Whether eleven digits are a СНИЛС; numbers up to 001-001-998 were given out before control digits."""
    if not _is_digits(digits, 11) or not digits[:9].strip("0"):
        return False
    if int(digits[:9]) <= UNCHECKED_SNILS:
        return True
    return weighted(digits, SNILS_WEIGHTS) % 101 % 100 == int(digits[9:])


def snils(text: str | None) -> Number:
    """СНИЛС as eleven digits."""
    digits = _among(text, compact(text or ""), _SNILSES, is_snils)
    return _checked(text, (11,), is_snils(digits), digits)


def is_ogrn(digits: str) -> bool:
    """Whether thirteen digits are an ОГРН, or fifteen an ОГРНИП."""
    if not _is_digits(digits, 13, 15) or digits[0] == "0" or (len(digits) == 15) != (digits[0] in "34"):
        return False
    return int(digits[:-1]) % (len(digits) - 2) % 10 == int(digits[-1])


def ogrn(text: str | None) -> Number:
    """ОГРН (13 digits) or ОГРНИП (15 digits)."""
    digits = _among(text, compact(text or ""), _OGRNS, is_ogrn)
    return _checked(text, (13, 15), is_ogrn(digits), digits)


_KPP: Final = re.compile(r"(?!0000)[0-9]{4}[0-9A-Z]{2}[0-9]{3}")


def kpp(text: str | None) -> Number:
    """КПП: four digits of the tax office, two signs of the reason, three digits."""
    if is_nothing(text):
        return EMPTY
    value = twins_to_latin(compact(text or "").upper())
    if len(value) != 9:
        return Number(None, False, 1, "wrong_length")
    right = _KPP.fullmatch(value) is not None and bool(value.strip(value[0]))
    return Number(value, True, 0, None) if right else Number(None, False, 1, "wrong_format")


_BIK: Final = re.compile(r"0[0124][0-9]{7}")


def bik(text: str | None) -> Number:
    """БИК: nine digits of a bank (04), a client of the Bank of Russia (00) or the treasury (01, 02)."""
    if is_nothing(text):
        return EMPTY
    value = compact(text or "")
    if not _is_digits(value, 9):
        return Number(None, False, 1, "wrong_length" if value.isascii() and value.isdigit() else "not_digits")
    if _BIK.fullmatch(value) is None or not value[2:].strip("0"):
        return Number(None, False, 1, "wrong_format")
    return Number(value, True, 0, None)


_KEY_WEIGHTS: Final = (7, 1, 3) * 8
_CLEARING_LETTERS: Final = "ABCEHKMPTX"
_BANK_ACCOUNT: Final = re.compile(rf"[0-9]{{5}}[0-9{_CLEARING_LETTERS}][0-9]{{14}}")


def is_bank_account(account: str, bank: str) -> bool:
    """Whether the key digit of a twenty-sign account agrees with the БИК of its bank.

    A settlement centre (БИК ending in 000…002) and a correspondent account (301…) take «0» and the fifth and sixth
    digits of the БИК, all others its last three digits; a letter in the sixth place stands for its number.
    """
    if _BANK_ACCOUNT.fullmatch(account) is None or not _is_digits(bank, 9):
        return False
    letter = _CLEARING_LETTERS.find(account[5])
    digits = account if letter < 0 else account[:5] + str(letter) + account[6:]
    is_centre = bank[6:] in ("000", "001", "002") or digits.startswith("301")
    prefix = "0" + bank[4:6] if is_centre else bank[6:]
    return weighted(prefix + digits, _KEY_WEIGHTS) % 10 == 0


def bank_account(text: str | None, bank: str | None = None) -> Number:
    """Twenty-sign bank account; its key is checked when the БИК is given."""
    if is_nothing(text):
        return EMPTY
    value = twins_to_latin(compact(text or "").upper())
    if _BANK_ACCOUNT.fullmatch(value) is None:
        return Number(None, False, 1, "wrong_length" if len(value) != 20 else "wrong_format")
    if not value.strip("0"):
        return Number(None, False, 1, "placeholder")
    if bank is not None and not is_bank_account(value, bank):
        return Number(value, False, 1, "wrong_checksum")
    return Number(value, True, 0, None)


_LICENCE_LETTERS: Final = "АВЕКМНОРСТУХ"
_LICENCE: Final = re.compile(rf"([0-9][0-9])([0-9][0-9]|[{_LICENCE_LETTERS}]{{2}})([0-9]{{6}})")


def driver_licence(text: str | None) -> Number:
    """Driver licence: region, two digits or letters, six digits, as «77 АА 123456»."""
    if is_nothing(text):
        return EMPTY
    value = twins_to_cyrillic(re.sub(r"[№#]", "", compact(text or "")).upper())
    found = _LICENCE.fullmatch(value)
    if found is None or not found[3].strip("0"):
        return Number(None, False, 1, "wrong_format")
    return Number(" ".join(found.groups()), True, 0, None)


SCHEMA: Final = columns(Number, valid=pl.Boolean)
