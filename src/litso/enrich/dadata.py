"""Requests and answers of the shape of DaData: `findById/party`, JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from litso.enrich.company import Company, Officer

PATH: Final = "/suggestions/api/4_1/rs/findById/party"
_STATES: Final = {
    "LIQUIDATING": "Ликвидируется",
    "BANKRUPT": "Банкротство",
    "REORGANIZING": "Реорганизуется",
}
_ENDED: Final = "LIQUIDATED"


def request_of(inn: str) -> bytes:
    """The body that asks for the head organization of an ИНН."""
    return json.dumps({"query": inn, "branch_type": "MAIN", "count": 1}).encode()


def company_of(body: bytes, inn: str) -> Company | None:
    """The company of an answer; None when the service knows none. ValueError for a body of another shape."""
    answer = json.loads(body)
    listed = answer.get("suggestions") if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        raise ValueError("no «suggestions»")
    found = [one["data"] for one in listed if isinstance(one, dict) and isinstance(one.get("data"), dict)]
    if len(found) < len(listed):
        raise ValueError("a suggestion without «data»")
    data = next((one for one in found if one.get("inn") == inn), None)
    return _company(data, inn) if data else None


def _company(data: Mapping[str, Any], inn: str) -> Company:
    name, state, address = (_object(data, part) for part in ("name", "state", "address"))
    status = state.get("status")
    ceased = _day(state.get("liquidation_date")) if status == _ENDED else None
    return Company(
        inn=inn,
        ogrn=_text(data.get("ogrn")),
        kpp=_text(data.get("kpp")),
        name=_text(name.get("full_with_opf")),
        short_name=_text(name.get("short_with_opf")),
        address=_text(address.get("unrestricted_value")) or _text(address.get("value")),
        ceased=ceased,
        state=_STATES.get(str(status)) or ("Ликвидирована" if status == _ENDED and not ceased else None),
        unreliable=("адрес",) if _object(address, "data").get("invalidity") else (),
        phones=_values(data.get("phones")),
        emails=_values(data.get("emails")),
        okved=_text(data.get("okved")),
        officers=(*_director(_object(data, "management"), data), *_owners(data)),
        as_of=_day(state.get("actuality_date")),
    )


def _director(management: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[Officer, ...]:
    name = _text(management.get("name"))
    if not name:
        return ()
    managers = [one for one in data.get("managers") or () if isinstance(one, dict)]
    inn = next((_text(one.get("inn")) for one in managers if one.get("inn")), None)
    return (Officer(name, "director", _text(management.get("post")), inn, _day(management.get("start_date"))),)


def _owners(data: Mapping[str, Any]) -> tuple[Officer, ...]:
    founders = [one for one in data.get("founders") or () if isinstance(one, dict)]
    found = []
    for one in founders:
        fio = _object(one, "fio")
        parts = [_text(fio.get(part)) for part in ("surname", "name", "patronymic")]
        name = " ".join(filter(None, parts)) or _text(one.get("name"))
        if name:
            found.append(Officer(name, "owner", None, _text(one.get("inn"))))
    return tuple(found)


def _object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _values(listed: Any) -> tuple[str, ...]:
    found = (_text(one.get("value")) for one in listed or () if isinstance(one, dict))
    return tuple(one for one in found if one)


def _day(value: Any) -> date | None:
    """The day of a moment in milliseconds since 1970."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
