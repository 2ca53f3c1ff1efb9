"""Requests and answers of the shape of СПАРК: SOAP with a session, `GetCompanyExtendedReport`, a report in XML text."""

from __future__ import annotations

from datetime import date
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from litso.enrich.company import Company, Officer

NAMESPACE: Final = "http://interfax.ru/ifax"
SIGN_IN: Final = "Authmethod"
REPORT: Final = "GetCompanyExtendedReport"
_TRUE: Final = "true"


def sign_in(login: str, password: str) -> bytes:
    """The envelope that begins a session."""
    return _envelope(SIGN_IN, {"Login": login, "Password": password})


def request_of(inn: str) -> bytes:
    """The envelope that asks for the report of an ИНН."""
    return _envelope(REPORT, {"sparkId": "", "inn": inn, "ogrn": ""})


def _envelope(method: str, arguments: dict[str, str]) -> bytes:
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in arguments.items())
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f'<{method} xmlns="{NAMESPACE}">{inside}</{method}></soap:Body></soap:Envelope>'
    ).encode()


def is_signed_in(body: bytes) -> bool:
    """Whether a session has begun. ValueError for a body of another shape."""
    return _result(_parsed(body), SIGN_IN).strip().lower() == _TRUE


def company_of(body: bytes, inn: str) -> Company | None:
    """The company of an answer; None when the service knows none. ValueError for a body of another shape."""
    answer = _parsed(body)
    if _result(answer, REPORT).strip().lower() != _TRUE:
        return None
    text = _first(answer, "xmlData")
    if text is None or not text.text:
        raise ValueError("no «xmlData»")
    response = _parsed(text.text.encode())
    reports = [one for one in response.iter() if _name(one) == "Report"]
    report = next((one for one in reports if _said(one, "INN") == inn), None)
    if report is None and _name(response) != "Response":
        raise ValueError("no «Response»")
    return _company(report, inn) if report is not None else None


def _company(report: ElementTree.Element, inn: str) -> Company:
    status = _first(report, "Status")
    is_acting = _said(report, "IsActing") in ("1", "true") or (status is not None and status.get("IsActing") == "1")
    ceased = _day(status.get("Date")) if status is not None and not is_acting else None
    trouble = (status.get("GroupName") or status.get("Type")) if status is not None and not is_acting else None
    addresses = [one for one in report.iter() if _name(one) == "Address" and one.get("Address")]
    okveds = [one for one in report.iter() if _name(one) == "OKVED"]
    main = next((one for one in okveds if one.get("IsMain") in ("true", "1")), None)
    phones = [one for one in report.iter() if _name(one) == "Phone"]
    mail = _said(report, "Email")
    return Company(
        inn=inn,
        ogrn=_said(report, "OGRN"),
        kpp=_said(report, "KPP"),
        name=_said(report, "FullNameRus"),
        short_name=_said(report, "ShortNameRus") or _said(report, "ShortName"),
        address=addresses[0].get("Address") if addresses else None,
        ceased=ceased,
        state=trouble,
        phones=tuple(f"+7 {one.get('Code')} {one.get('Number')}" for one in phones if one.get("Number")),
        emails=(mail,) if mail else (),
        okved=main.get("Code") if main is not None else None,
        officers=(*_directors(report), *_owners(report)),
        as_of=_day(addresses[0].get("ActualDate")) if addresses else None,
    )


def _directors(report: ElementTree.Element) -> list[Officer]:
    leaders = [one for one in report.iter() if _name(one) == "Leader" and one.get("FIO")]
    return [
        Officer(one.get("FIO", ""), "director", one.get("Position"), one.get("INN"), _day(one.get("ActualDate")))
        for one in leaders
    ]


def _owners(report: ElementTree.Element) -> list[Officer]:
    owners = [one for one in report.iter() if _name(one) == "CoownerEGRUL"]
    named = ((_said(one, "Name") or _said(one, "Fullname"), _said(one, "INN")) for one in owners)
    return [Officer(name, "owner", None, inn) for name, inn in named if name]


def _parsed(body: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ValueError("a document type is declared")
    try:
        return ElementTree.fromstring(body)
    except (ElementTree.ParseError, LookupError) as error:
        raise ValueError("not a well-formed XML document") from error


def _result(answer: ElementTree.Element, method: str) -> str:
    found = _first(answer, f"{method}Result")
    if found is None:
        raise ValueError(f"no «{method}Result»")
    return found.text or ""


def _first(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next((one for one in element.iter() if _name(one) == name), None)


def _said(element: ElementTree.Element, name: str) -> str | None:
    """The text of a child element."""
    found = next((one for one in element if _name(one) == name), None)
    return (found.text or "").strip() or None if found is not None else None


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
