"""The register of legal entities (ЕГРЮЛ): XML files of the Federal Tax Service, or a plain CSV.

XML: СвЮЛ with names, address, director and founders. CSV: `inn` and, where known, `ogrn`, `kpp`, `name`, `short_name`,
`address`, `state`, `ceased`, `director`, `post`, `director_inn`, `okved`, `as_of`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from litso.enrich.company import Company, Officer
from litso.errors import SourceUnusable
from litso.sources.reference_files import table_rows, texts_of, written_day
from litso.sources.xml_elements import Document, Element, documents, elements

DIRECTOR: Final = "director"
OWNER: Final = "owner"

_COLUMNS: Final = (
    "inn", "ogrn", "kpp", "name", "short_name", "address", "state", "ceased", "director", "post", "director_inn",
    "okved", "as_of",
)  # fmt: skip
_ACTING: Final = frozenset({"", "действующая", "действует", "действующее", "active", "acting"})
_DOUBTS: Final = {
    ("СвАдресЮЛ", "СвНедАдресЮЛ"): "адрес",
    ("СведДолжнФЛ", "СвНедДанДолжнФЛ"): "руководитель",
    ("СвУчредит", "УчрФЛ", "СвНедДанУчр"): "учредитель",
}
_ADDRESS_PARTS: Final = (
    ("Регион", "ТипРегион", "НаимРегион"),
    ("Район", "ТипРайон", "НаимРайон"),
    ("Город", "ТипГород", "НаимГород"),
    ("НаселПункт", "ТипНаселПункт", "НаимНаселПункт"),
    ("Улица", "ТипУлица", "НаимУлица"),
)
_FIAS_PARTS: Final = (
    ("МуниципРайон", "", "Наим"),
    ("НаселенПункт", "Вид", "Наим"),
    ("ЭлПланСтруктур", "Тип", "Наим"),
    ("ЭлУлДорСети", "Тип", "Наим"),
)
_HOUSES: Final = (("Здание", "Тип", "Номер"), ("ПомещЗдания", "Тип", "Номер"))


def companies(path: Path) -> Iterator[Company]:
    """Companies of an extract. Raises SourceUnusable naming file, line and attribute or column."""
    found = documents(path)
    if not found or path.suffix.lower() == ".csv":
        yield from _table(path)
        return
    for document in found:
        for one in elements(document, frozenset({"СвЮЛ"})):
            yield _company(document, one)


def _table(path: Path) -> Iterator[Company]:
    for text in texts_of(path, ".csv"):
        for line, values in table_rows(text, ("inn",), _COLUMNS[1:]):
            place = f"{text.name}, line {line}"
            given = {name: value or None for name, value in zip(_COLUMNS, values, strict=True)}
            days = {
                name: written_day(said, f"{place}, column «{name}»") if (said := given[name]) else None
                for name in ("ceased", "as_of")
            }
            state = given["state"] or ""
            director = given["director"]
            yield Company(
                inn=_inn(given["inn"], f"{place}, column «inn»"),
                ogrn=given["ogrn"],
                kpp=given["kpp"],
                name=given["name"],
                short_name=given["short_name"],
                address=given["address"],
                okved=given["okved"],
                ceased=days["ceased"],
                as_of=days["as_of"],
                state=None if state.lower() in _ACTING else state,
                officers=(Officer(director, DIRECTOR, given["post"], given["director_inn"]),) if director else (),
            )


def _inn(text: str | None, place: str) -> str:
    if not text or not text.isdecimal() or len(text) not in (10, 12):
        raise SourceUnusable(f"{place}: an ИНН of ten or twelve digits is expected")
    return text


def _company(document: Document, one: Element) -> Company:
    place = f"{document.name}, line {one.line}"
    names, end = one.first("СвНаимЮЛ"), one.first("СвПрекрЮЛ")
    short = one.first("СвНаимЮЛ", "СвНаимЮЛСокр")
    status = one.first("СвСтатус", "СвСтатус") or one.first("СвСтатус")
    mail = one.first("СвАдрЭлПочты")
    activity = one.first("СвОКВЭД", "СвОКВЭДОсн")
    return Company(
        inn=_inn(one.value("ИНН"), f"{place}, attribute «ИНН»"),
        ogrn=one.value("ОГРН"),
        kpp=one.value("КПП"),
        name=names.value("НаимЮЛПолн") if names else None,
        short_name=(short.value("НаимСокр") if short else None) or (names.value("НаимЮЛСокр") if names else None),
        address=_address(one),
        ceased=_day(end.value("ДатаПрекрЮЛ"), f"{place}, attribute «ДатаПрекрЮЛ»") if end else None,
        state=status.value("НаимСтатусЮЛ") if status else None,
        unreliable=tuple(said for way, said in _DOUBTS.items() if one.first(*way)),
        emails=tuple(filter(None, [mail.value("E-mail")])) if mail else (),
        okved=activity.value("КодОКВЭД") if activity else None,
        officers=(*_people(one.all("СведДолжнФЛ"), DIRECTOR), *_people(one.all("СвУчредит", "УчрФЛ"), OWNER)),
        as_of=_day(one.value("ДатаВып"), f"{place}, attribute «ДатаВып»"),
    )


def _people(found: list[Element], role: str) -> Iterator[Officer]:
    for one in found:
        person, office = one.first("СвФЛ"), one.first("СвДолжн")
        if person is None:
            continue
        name = " ".join(filter(None, (person.value(part) for part in ("Фамилия", "Имя", "Отчество"))))
        if name:
            yield Officer(name, role, office.value("НаимДолжн") if office else None, person.value("ИННФЛ"))


def _day(text: str | None, place: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SourceUnusable(f"{place}: a day such as 2026-01-09 is expected") from None


def _address(one: Element) -> str | None:
    """The address in one line, of either classifier."""
    old, new = one.first("СвАдресЮЛ", "АдресРФ"), one.first("СвАдресЮЛ", "СвАдрЮЛФИАС")
    if new is not None:
        parts = [new.value("Индекс"), new.value("НаимРегион"), *_named(new, _FIAS_PARTS), *_named(new, _HOUSES)]
        return ", ".join(filter(None, parts)) or None
    if old is not None:
        parts = [old.value("Индекс"), *_named(old, _ADDRESS_PARTS), *map(old.value, ("Дом", "Корпус", "Кварт"))]
        return ", ".join(filter(None, parts)) or None
    return None


def _named(address: Element, parts: tuple[tuple[str, str, str], ...]) -> Iterator[str]:
    for tag, kind, name in parts:
        for part in address.all(tag):
            said = " ".join(filter(None, (part.value(kind) if kind else None, part.value(name))))
            if said:
                yield said
