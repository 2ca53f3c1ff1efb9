"""The list of those involved in terrorism and extremism, as Rosfinmonitoring publishes it: XML or DBF.

XML: Перечень / АктуальныйПеречень / Субъект with ФЛ or ЮЛ. DBF: NUMBER, TU, NAMEU, SD, RG, GR, YR and others, other
names in brackets, one person on several rows of one NUMBER. A plain CSV of a list is read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Final

from litso.domain.record import AUTO, ORGANIZATION, PERSON
from litso.errors import SourceUnusable
from litso.sources.blacklist_file import blacklist_rows
from litso.sources.dbf_file import dbf_records
from litso.sources.listed import ListedRow
from litso.sources.reference_files import real_day
from litso.sources.xml_elements import Document, Element, documents, elements

_SUBJECT: Final = "Субъект"
_LIST: Final = "Росфинмониторинг"
_KIND_OF_CODE: Final = {"1": ORGANIZATION, "2": PERSON, "3": ORGANIZATION, "4": PERSON}
_DAY: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)|(\d\d)\.(\d\d)\.(\d{4})")
_OTHER_NAMES: Final = re.compile(r"\(([^()]*)\)")


def extremist_rows(path: Path) -> Iterator[ListedRow]:
    """Subjects of the list. Raises SourceUnusable naming file, line or record, and element or field."""
    if path.suffix.lower() == ".dbf":
        yield from _dbf_rows(path)
        return
    found = documents(path)
    if not found or path.suffix.lower() == ".csv":
        yield from blacklist_rows(path)
        return
    for document in found:
        for one in elements(document, frozenset({"АктуальныйПеречень"})):
            for subject in one.all(_SUBJECT):
                yield _subject(document, subject)


def _subject(document: Document, subject: Element) -> ListedRow:
    place = f"{document.name}, line {subject.line}"
    person, company = subject.first("ФЛ"), subject.first("ЮЛ") or subject.first("Орг")
    about = person or company
    if about is None:
        raise SourceUnusable(f"{place}: a subject has neither ФЛ nor ЮЛ")
    tag = "ФИО" if person else "Наименование"
    parts = " ".join(filter(None, (about.value(name) for name in ("Фамилия", "Имя", "Отчество"))))
    name = about.value(tag) or parts
    if not name:
        raise SourceUnusable(f"{place}, element «{tag}»: a name is expected")
    others = [one.value(tag) for one in about.all("СписокДрНаименований", "ДрНаименование")]
    named = [other for one in (name, *others) if one for other in _names(one)]
    born, year = about.value("ДатаРождения"), about.value("ГодРождения")
    included = [text for one in subject.all("История", "ДатаВключения") if (text := one.text.strip())]
    return ListedRow(
        names=tuple(dict.fromkeys(named)),
        kind=PERSON if person else ORGANIZATION,
        list=_LIST,
        ident=subject.value("УникальныйИдентификатор", "ИдСубъекта"),
        birth_date=_day(born, f"{place}, element «ДатаРождения»").isoformat() if born else None,
        birth_year=_year(year, f"{place}, element «ГодРождения»") if year else None,
        inn=about.value("ИНН"),
        ogrn=about.value("ОГРН"),
        snils=about.value("СНИЛС"),
        passports=tuple(filter(None, map(_document_number, about.all("СписокДокументов", "Документ")))),
        reason="терроризм" if subject.value("Террорист") in ("1", "true") else "экстремизм",
        since=_day(included[0], f"{place}, element «ДатаВключения»") if included else None,
    )


def _document_number(document: Element) -> str | None:
    """Series and number of a document where they are those of a passport: four and six digits."""
    digits = re.sub(r"\D", "", (document.value("Серия") or "") + (document.value("Номер") or ""))
    return digits if len(digits) == 10 else None


def _names(text: str) -> list[str]:
    """A name without its mark, and the names in brackets: «ИВАНОВ ИВАН ИВАНОВИЧ* (ПЕТРОВ ИВАН; ПЕТРОВ И)»."""
    others = [other for inside in _OTHER_NAMES.findall(text) for other in inside.split(";")]
    main = _OTHER_NAMES.sub(" ", text)
    return [name for one in (main, *others) if (name := " ".join(one.replace("*", " ").split()).strip(" ,;"))]


def _day(text: str, place: str) -> date:
    found = _DAY.match(text)
    if found is None:
        raise SourceUnusable(f"{place}: a day such as 1980-02-01 is expected")
    year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
    return real_day(int(year), int(month), int(day), place)


def _year(text: str, place: str) -> int | None:
    if not text.isdecimal() or len(text) != 4:
        raise SourceUnusable(f"{place}: a year such as 1980 is expected")
    return int(text)


def _dbf_rows(path: Path) -> Iterator[ListedRow]:
    """Subjects of a DBF: rows that follow one another with one NUMBER are one subject."""
    records = dbf_records(path)
    for _, rows in groupby(records, key=lambda one: one[1].get("NUMBER") or f"#{one[0]}"):
        yield _dbf_subject(path, list(rows))


def _dbf_subject(path: Path, rows: list[tuple[int, Mapping[str, str]]]) -> ListedRow:
    number, first = rows[0]
    place = f"{path}, record {number}"
    if "NAMEU" not in first:
        raise SourceUnusable(f"{path}: no field «NAMEU», there are {', '.join(list(first)[:12])}")
    named = [name for _, row in rows for name in _names(row["NAMEU"])]
    if not named:
        raise SourceUnusable(f"{place}, field «NAMEU»: a name is expected")
    kind = _KIND_OF_CODE.get(first.get("TU", ""), AUTO)
    numbers = [re.sub(r"\D", "", row.get(field, "")) for _, row in rows for field in ("SD", "RG")]
    born, year, since, until = (first.get(field, "") for field in ("GR", "YR", "CB_DATE", "CE_DATE"))
    is_person = kind != ORGANIZATION
    passports = [re.sub(r"\D", "", row.get("SD", "") + row.get("RG", "")) for _, row in rows]
    return ListedRow(
        names=tuple(dict.fromkeys(named)),
        kind=kind,
        list=_LIST,
        ident=first.get("NUMBER") or None,
        birth_date=_day(born, f"{place}, field «GR»").isoformat() if born else None,
        birth_year=_year(year, f"{place}, field «YR»") if year.strip("0") else None,
        inn=next((one for one in numbers if len(one) in (10, 12)), None) if not is_person else None,
        ogrn=next((one for one in numbers if len(one) == 13), None) if not is_person else None,
        passports=tuple(one for one in passports if is_person and len(one) == 10),
        reason="терроризм" if first.get("TERROR") == "1" else "экстремизм",
        since=_day(since, f"{place}, field «CB_DATE»") if since else None,
        until=_day(until, f"{place}, field «CE_DATE»") if until else None,
    )
