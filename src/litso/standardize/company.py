"""Names of organizations: legal form in any place and spelling, quotes, the core by which they are compared."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import polars as pl

from litso.standardize.bulk import by_distinct, columns
from litso.standardize.documents import is_inn, is_nothing, is_ogrn
from litso.standardize.letters import tidy, twins_to_cyrillic
from litso.standardize.wordlists import data_lines, sections


class Company(NamedTuple):
    """`result` is «ООО "Ромашка"», `name` its core without form and quotes; numbers are those found in the text."""

    result: str | None
    opf: str | None
    opf_full: str | None
    name: str | None
    inn: str | None
    kpp: str | None
    ogrn: str | None
    qc: int
    problems: str | None


class LegalForm(NamedTuple):
    """A legal form (ОПФ)."""

    short: str
    full: str


SCHEMA: Final = columns(Company)
NOTHING: Final = Company(None, None, None, None, None, None, None, 2, None)
SOLE_TRADER: Final = "ИП"
MAX_LENGTH: Final = 600
LONGEST_NAME: Final = 500
"""Shorter than a text may be, so that a standard name with its form is read whole again."""

_INSIDE: Final = frozenset({"УК", "ТД", "ЧОП", "ЧОО", "КБ", "АКБ", "АБ", "НПО", "НПП", "НИИ"})
"""Forms that are part of the name behind another form: ООО "УК Уют", АО "ТД Перекрёсток"."""

_WEAK: Final = frozenset(
    {
        "ПО",
        "РО",
        "ОО",
        "ГК",
        "ПК",
        "КП",
        "ГП",
        "МП",
        "НП",
        "ГУ",
        "МУ",
        "БУ",
        "ЖК",
        "ХП",
        "ПТ",
        "КТ",
        "ЧУ",
        "АБ",
        "КБ",
        "ТД",
        "УК",
        "ФХ",
    }
)
"""Forms of two letters that are also words: they count only in capitals, at the head or before quotes."""


@lru_cache(maxsize=1)
def legal_forms() -> dict[str, LegalForm]:
    """Legal forms by every lower-case spelling."""
    found: dict[str, LegalForm] = {}
    for line in data_lines("opf.txt"):
        short, full, others = line.split("|")
        form = LegalForm(short, full)
        for spelling in (short.lower(), full.lower(), *filter(None, others.split(";"))):
            found.setdefault(_fold(spelling), form)
    return found


def _fold(text: str) -> str:
    return " ".join(text.lower().replace("ё", "е").split())


@lru_cache(maxsize=1)
def _form_pattern() -> re.Pattern[str]:
    """Any spelling of a form as whole words, the longest first."""
    spellings = sorted(legal_forms(), key=len, reverse=True)
    words = "|".join(re.escape(one).replace(r"\ ", r"\s+").replace("е", "[её]") for one in spellings)
    return re.compile(rf"(?<![\w-])(?:{words})(?!\w|-(?![0-9]))", re.IGNORECASE)


_NUMBER: Final = re.compile(
    r"(?:[,;(]\s*)?\b(инн|кпп|огрнип|огрн)(?![а-я])\s*(?:/\s*кпп)?[\s:№#\"]*([0-9]{8,15})(?:\s*/\s*([0-9]{9}))?\)?",
    re.IGNORECASE,
)
_BARE: Final = re.compile(r"(?<![0-9])([0-9]{10}|[0-9]{12}|[0-9]{13}|[0-9]{15})(?![0-9])")
_QUOTES: Final = re.compile("[«»“”„‟″\"`]|''|<<|>>|‹|›")
_EDGES: Final = " ,;:-–—/\\'"
_EMPTY: Final = re.compile(r"\(\s*\)|\[\s*\]")
_BETWEEN: Final = _EDGES + '"'
_TELLING: Final = sections("company_words.txt")


_REMARK: Final = re.compile(
    r"\((?:бывш|ранее|прежн)[^()]*\)|[\s,(]+(?:ликвидирован[оа]?|в стадии ликвидации|реорганизован[оа]?)\)?\s*$"
    r"|(?<=\bТСН )\(ТСЖ\)|(?<=\bТСН )\(СНТ\)",
    re.IGNORECASE,
)
"""What is said of an organization beside its name: an earlier one, or that it is no more."""


def company(text: str | None) -> Company:
    """Take a name of an organization apart. `qc` 1 when no legal form was found; a branch is noted."""
    if is_nothing(text):
        return NOTHING
    whole = tidy((text or "")[:MAX_LENGTH])
    line = _REMARK.sub(" ", whole)
    line, numbers = _take_numbers(_QUOTES.sub('"', _with_cyrillic_forms(line)))
    has_remark = _REMARK.search(whole) is not None
    form, name = _take_form(_EMPTY.sub(" ", line).strip(_EDGES))
    name = _core(_core(_with_cyrillic_forms(name))[:LONGEST_NAME])
    if form:
        name = _core(_without_again(form, name))
    inn, kpp, ogrn = numbers
    if not any(sign.isalnum() for sign in name):
        return NOTHING._replace(
            result=form.short if form else None, opf=form.short if form else None, opf_full=form.full if form else None,
            inn=inn, kpp=kpp, ogrn=ogrn, qc=1, problems="no_name",
        )  # fmt: skip
    return Company(
        result=shown(form, name),
        opf=form.short if form else None,
        opf_full=form.full if form else None,
        name=name,
        inn=inn,
        kpp=kpp,
        ogrn=ogrn,
        qc=0 if form else 1,
        problems=";".join(
            problem
            for problem, is_so in (
                ("noise", has_remark),
                ("no_legal_form", not form),
                ("branch", is_branch(line)),
            )
            if is_so
        )
        or None,
    )


def _with_cyrillic_forms(line: str) -> str:
    """Legal forms typed with Latin look-alikes, as «TCЖ» or «o.o.o.», and words of both alphabets in Cyrillic."""
    if not re.search("[a-zA-Z]", line):
        return line

    def in_cyrillic(found: re.Match[str]) -> str:
        twins = twins_to_cyrillic(found[0])
        if re.search("[а-яА-ЯёЁ]", found[0]) and not re.search("[a-zA-Z]", twins):
            return twins
        form = legal_forms().get(_fold(twins)) or legal_forms().get(_fold(twins.rstrip(".")))
        return found[0] if form is None or (form.short in _WEAK and not found[0].isupper()) else twins

    return re.sub(r"[\w.]+", in_cyrillic, line)


def shown(form: LegalForm | None, name: str) -> str:
    """Short form and quoted name; a sole trader's name is a person's and has no quotes."""
    if form is None:
        return name
    if form.short == SOLE_TRADER:
        return f"{form.short} {name}"
    return f'{form.short} "{name}"'


def _take_numbers(line: str) -> tuple[str, tuple[str | None, str | None, str | None]]:
    found: dict[str, str] = {}
    while _NUMBER.search(line):  # what is left may have one more: «ОГРН 1…ОГРН 1…»
        for label, number, second in _NUMBER.findall(line):
            found[{"огрнип": "огрн"}.get(label.lower(), label.lower())] = number
            if second:
                found["кпп"] = second
        line = _NUMBER.sub(" ", line)
    for number in _BARE.findall(line):
        if is_ogrn(number):
            found.setdefault("огрн", number)
        elif is_inn(number):
            found.setdefault("инн", number)
        else:
            continue
        line = line.replace(number, " ")
    inn, ogrn, kpp = found.get("инн"), found.get("огрн"), found.get("кпп")
    return line, (
        inn if is_inn(inn or "") else None,
        kpp if len(kpp or "") == 9 else None,
        ogrn if is_ogrn(ogrn or "") else None,
    )


def _take_form(line: str) -> tuple[LegalForm | None, str]:
    """The leading form and the line without it; a form at the end counts when there is none at the head."""
    found = [one for one in _form_pattern().finditer(line) if _counts(line, one)]
    if not found:
        return None, line
    outside = [one for one in found if line[: one.start()].count('"') % 2 == 0] or found
    chosen = min(outside, key=lambda one: (_form(one).short in _INSIDE, one.start()))
    form = _form(chosen)
    return form, _without_again(form, line[: chosen.start()] + " " + _without_again(form, line[chosen.end() :]))


def _without_again(form: LegalForm, rest: str) -> str:
    """What stands behind a form without the same form once more: «ООО ООО Ромашка»."""
    while form.short not in _WEAK and (again := _form_pattern().match(rest.lstrip(_BETWEEN))) and _form(again) == form:
        rest = rest.lstrip(_BETWEEN)[again.end() :]
    return rest


def _form(found: re.Match[str]) -> LegalForm:
    return legal_forms()[_fold(found[0])]


def _counts(line: str, found: re.Match[str]) -> bool:
    """Whether a spelling is a form here: short ones only in capitals, at the head, at the end or before a quote."""
    form = _form(found)
    if form.short not in _WEAK or len(found[0]) > 4:
        return True
    at_head = not line[: found.start()].strip(' "')
    before_quote = line[found.end() :].lstrip().startswith('"')
    return found[0].isupper() and (before_quote or (at_head and form.short in _INSIDE))


def _core(line: str) -> str:
    """Name without outer quotes, brackets left empty and stray signs; one quoted part alone is the name."""
    line = _EMPTY.sub(" ", line)
    inner = re.fullmatch(r'[\s,.]*"+\s*([^"]+?)\s*"+[\s,.]*', line)
    name = inner[1] if inner else re.sub(r'\s*"\s*', " ", line)
    line = re.sub(r"(?:\s+\.+)+$", "", " ".join(name.split()).strip(_EDGES))
    return re.sub(r"(?<![\W\d_]\w)(?<!^\w)\.+$", "", line).strip(_EDGES)


@lru_cache(maxsize=1)
def telling_words() -> frozenset[str]:
    """First words of legal forms and of organizations, folded: without one of them a text names no organization."""
    firsts = (re.match(r"\w{2,}", spelling) for spelling in legal_forms())
    pairs = (pair.split("_")[0] for pair in _TELLING["pair"])
    return _TELLING["word"].union(pairs, (first[0] for first in firsts if first))


def is_company(text: str) -> bool:
    """Whether a text names an organization: a legal form other than ИП, or a word of organizations."""
    line = _with_cyrillic_forms(tidy(text[:MAX_LENGTH]))
    words = re.findall(r"\w+", _fold(line))
    if telling_words().isdisjoint(words) and not _DOTTED.search(line):
        return False
    pairs = {f"{left}_{right}" for left, right in pairwise(words)}
    if not _TELLING["word"].isdisjoint(words) or not _TELLING["pair"].isdisjoint(pairs):
        return True
    line = _QUOTES.sub('"', line)
    return any(
        _form(one).short != SOLE_TRADER and _counts(line, one) and _is_written_as_form(one)
        for one in _form_pattern().finditer(line)
    )


_DOTTED: Final = re.compile(r"(?:\b\w\.\s?){3}")
"""A legal form written with full stops; two letters so would be initials."""


def _is_written_as_form(found: re.Match[str]) -> bool:
    """Short spellings must be in capitals: «Ао» and «По» are also surnames and words."""
    return (
        len(found[0]) > 4
        or found[0].isupper()
        or "." in found[0]
        or found[0].lower() in ("ооо", "зао", "оао", "пао", "муп", "гуп", "тсж", "снт", "тсн")
    )


_BRANCH: Final = re.compile(
    r"\b(?:филиал|обособленное\s+подразделение|оп|представительство|дополнительный\s+офис|доп\.?\s*офис|ф-л)\b",
    re.IGNORECASE,
)


def is_branch(text: str) -> bool:
    """Whether a name speaks of a branch of an organization."""
    return _BRANCH.search(text) is not None


def core(name: str) -> str:
    """Form of a name by which organizations are compared: capitals, ё as е, letters and digits only, one alphabet."""
    folded = name.upper().replace("Ё", "Е")
    if re.search("[А-Я]", folded):
        folded = twins_to_cyrillic(folded)
    return " ".join(re.findall(r"\w+", folded))


def company_column(values: pl.Series) -> pl.DataFrame:
    """`company` for every text of a column."""
    return by_distinct(values, company, SCHEMA)
