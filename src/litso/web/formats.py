"""Values as people read them: money, dates, counts. Pure; one function a kind of value and language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

MINUS: Final = "\u2212"

RUSSIAN: Final = "ru"
ENGLISH: Final = "en"
LANGUAGES: Final = (RUSSIAN, ENGLISH)


def number(value: float | Decimal, lang: str) -> str:
    """1234567 → «1 234 567»; a fraction keeps up to three digits."""
    text = f"{value:,.3f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
    return _localized(text, lang)


def money(amount: Decimal | float, lang: str) -> str:
    """An amount of roubles: «1 240,50 ₽»."""
    return _localized(f"{amount:,.2f}", lang) + "\u00a0₽"


def weight(value: float, lang: str) -> str:
    """A weight in bits to the hundredth, so that shown parts add up to the shown sum: «+8,15»."""
    return _localized(f"{value:+,.2f}", lang)


def percent(value: float, lang: str) -> str:
    """A share in percent, from 0 to 100; never rounded up to a whole that it is not."""
    shown = min(value, 99.9) if value < 100 else value
    text = f"{shown:.0f}" if shown in (0, 100) or 10 <= shown < 99 else f"{shown:.1f}"
    return _localized(text, lang) + "\u00a0%"


def day(value: date | datetime | str, lang: str) -> str:
    """A date: «12.04.1961»."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo:
        value = value.astimezone(UTC)
    return value.strftime("%d.%m.%Y" if lang == RUSSIAN else "%Y-%m-%d")


def moment(value: datetime, lang: str) -> str:
    """A moment of a source, in the source's own time: «12.04.2026 14:05»."""
    shown = value.astimezone(UTC) if value.tzinfo else value
    return day(value, lang) + (f" {shown:%H:%M}" if shown.hour or shown.minute else "")


def local(value: datetime, lang: str) -> str:
    """A moment of this system, in the time zone of the server."""
    shown = value.astimezone()
    return day(shown.replace(tzinfo=None), lang) + f" {shown:%H:%M}"


def plural(count: int, lang: str) -> int:
    """Which form of a noun follows a number, of one, few and many: 1 запись, 3 записи, 11 записей."""
    if lang == ENGLISH:
        return 0 if count == 1 else 2
    tens, ones = count % 100, count % 10
    if ones == 1 and tens != 11:
        return 0
    return 1 if 2 <= ones <= 4 and not 12 <= tens <= 14 else 2


def _localized(text: str, lang: str) -> str:
    text = text.replace("-", MINUS)
    if lang == ENGLISH:
        return text
    return text.replace(",", "\u00a0").replace(".", ",")
