"""The register of debtors in bankruptcy (ЕФРСБ), as its service gives it: XML with DebtorPerson and DebtorCompany.

Values are attributes of these elements, or elements inside them. A plain CSV of a list is read too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from litso.domain.record import ORGANIZATION, PERSON
from litso.errors import SourceUnusable
from litso.sources.blacklist_file import blacklist_rows
from litso.sources.listed import ListedRow
from litso.sources.xml_elements import Document, Element, documents, elements

PERSON_TAG: Final = "DebtorPerson"
COMPANY_TAG: Final = "DebtorCompany"
_LIST: Final = "ЕФРСБ"


def bankrupt_rows(path: Path) -> Iterator[ListedRow]:
    """Debtors. Raises SourceUnusable naming file, line and attribute."""
    found = documents(path)
    if not found or path.suffix.lower() == ".csv":
        yield from blacklist_rows(path)
        return
    for document in found:
        for debtor in elements(document, frozenset({PERSON_TAG, COMPANY_TAG})):
            yield _row(document, debtor)


def _row(document: Document, debtor: Element) -> ListedRow:
    place = f"{document.name}, line {debtor.line}"
    is_person = debtor.tag == PERSON_TAG
    parts = [debtor.value(name) for name in ("LastName", "FirstName", "MiddleName")]
    name = " ".join(filter(None, parts)) if is_person else debtor.value("FullName", "ShortName")
    if not name or (is_person and not parts[0]):
        raise SourceUnusable(f"{place}, attribute «{'LastName' if is_person else 'FullName'}»: a name is expected")
    others = [debtor.value("ShortName")] if not is_person else []
    born = debtor.value("Birthdate", "BirthDate")
    case = next((one.value("Number") for one in debtor.all("LegalCaseList", "LegalCaseInfo")), None)
    return ListedRow(
        names=tuple(dict.fromkeys(filter(None, (name, *others)))),
        kind=PERSON if is_person else ORGANIZATION,
        list=_LIST,
        ident=debtor.value("BankruptId"),
        birth_date=_day(born, f"{place}, attribute «Birthdate»") if born else None,
        inn=debtor.value("INN", "Inn"),
        ogrn=debtor.value("OGRN", "OGRNIP"),
        snils=debtor.value("SNILS"),
        reason="; ".join(filter(None, (debtor.value("Category"), f"дело {case}" if case else None))) or None,
    )


def _day(text: str, place: str) -> str:
    """The day of a moment as XML writes it. Raises SourceUnusable naming the place."""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise SourceUnusable(f"{place}: a day such as 1980-02-01 is expected") from None
