"""Spellings that mean one thing wherever they stand in an address, written as the reader of addresses understands them.

They are rewritten in the text before it is parted into words; each rewritten form is read as itself again.
"""

from __future__ import annotations

import re
from typing import Final

from litso.standardize.address.places import flat, town_by_name
from litso.standardize.address.tables import table, word_group

_Rule = tuple[re.Pattern[str], str]


def _rule(pattern: str, written: str) -> _Rule:
    return re.compile(pattern, re.IGNORECASE), written


_CLOSED: Final = {
    row["alias"]: row["city"] for row in table("aliases.tsv") if re.fullmatch(r"[а-яё]+-\d+", row["alias"])
}
"""Towns that were known by another town's name and a number: «Арзамас-16»."""
_REPUBLICS: Final = "|".join(sorted({pair.split("=")[0] for pair in word_group("foreign")}))

_RULES: Final = (
    _rule(r"\bнаб\.?\s*челны\b", "Набережные Челны"),
    _rule(r"\b(наб(?:ережная)?\.?)\s*р\.\s*", r"\1 реки "),
    _rule(r"\b(наб(?:ережная)?\.?)\s*кан\.\s*", r"\1 канала "),
    _rule(r"\b(\d{1,2})(?:-?[йя])?\s+линия\s+(?:в\.?\s?о\b\.?|васильевского острова)", r"\1-я линия В.О."),
    _rule(r"((?:^|,)\s*)п\.\s?с\.(?=\s*,)", r"\1Петроградская сторона"),
    _rule(r"\bпроектируемый\s+(?:проезд|пр-?д\b\.?|пр\.)\s*[№N]?\s*(\d{2,4})(?:-й)?\b", r"\1-й Проектируемый проезд"),
    _rule(r"\b(?:проезд|пр-?д\b\.?|пр\.)\s*проектируемый\s*[№N]?\s*(\d{2,4})(?:-й)?\b", r"\1-й Проектируемый проезд"),
    _rule(r"\bпр\.?\s?пр\.?\s*[№N]?\s*(\d{3,4})\b", r"\1-й Проектируемый проезд"),
    _rule(r"(?<=[а-яё])\s+([а-яё-]+[сц]кого)\s+(?:р-на|района)\b", r", \1 района"),
    _rule(r"\b(\d{1,3})\s*кв\b\.?(?=\s*,\s*д(?:ом)?\b\.?\s*\d)", r"кв-л \1"),
    _rule(r"\bн\.\s?п\.\s*(?=№?\s*[нН]?\d)", "помещ. "),
    _rule(r"\bч/д\b\.?", "д."),
    _rule(r"\(?\bчастный\s+дом\b\)?", " "),
    _rule(r"(?<=[а-яё])\s+(?:угол|уг\.)\s+(?=[а-яё])", "/"),
    _rule(r"\b(?:глав)?почтамт\b[\s,]*(?=до востр)", ""),
    _rule(rf"\bреспублика\s+(?={_REPUBLICS}\b)", ""),
)
_SMALL_LETTERS: Final = (
    (re.compile(r"((?:^|,)\s*)с\.\s?п\.\s*(?=[А-ЯЁ])"), r"\1с/п "),
    (re.compile(r"((?:^|,)\s*)г\.\s?п\.\s*(?=[А-ЯЁ])"), r"\1г/п "),
    (re.compile(r"((?:^|,)\s*)б\.\s*(?=[А-ЯЁ][а-яё]+(?:[аыи]|ов|ого)\b)"), r"\1б-р "),
)
"""What capitals would make somebody's initials."""
_SIGNS: Final = re.compile(
    r"челны|наб\S*\s*(?:р|кан)\.|линия|п\.\s?с\.|проектир|пр\.?\s?пр|кого\s+р|\d\s*кв\b|н\.\s?п\.|ч/д|частный|угол|уг\."
    r"|почтамт|республика|-\d|[сг]\.\s?п\.|б\."
)
"""What at least one of the rules needs: nearly no address has it."""
_NUMBERED: Final = re.compile(r"\b([а-яё]{4,})-\d{1,3}\b(?=(\s*,\s*(?:ул|пр|пер|б-р|бул|ш|пл|наб)\b)?)", re.IGNORECASE)


def rewritten(text: str) -> str:
    """The text with every such spelling as it is usually written."""
    if _SIGNS.search(text.lower()) is None:
        return text
    for pattern, written in (*_RULES, *_SMALL_LETTERS):
        text = pattern.sub(written, text)
    return _NUMBERED.sub(_by_own_name, text)


def _by_own_name(found: re.Match[str]) -> str:
    """A closed town by its own name; another without the number of its post office: «Новосибирск-60, ул. …»."""
    own = _CLOSED.get(found[0].lower())
    has_office = found[2] is not None and town_by_name(flat(found[1])) is not None
    return own or (found[1] if has_office else found[0])
