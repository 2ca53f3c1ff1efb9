"""Examples of calls and answers for the OpenAPI document; a test holds them against its schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

_PARTY: Final = "0b1f6a52-3f0e-4b59-9d3f-0a8a5a4f7c11"
_OTHER: Final = "7c1e2d34-8a1b-4f57-8d0e-2f3b4a5c6d7e"
_AT: Final = "2026-11-20T09:30:00Z"
_RECORD: Final = {
    "source": "crm",
    "source_id": "100500",
    "attributes": {
        "full_name": "Иванов Пётр Ильич",
        "birth_date": "12.04.1961",
        "phone": ["8 912 345-67-89"],
        "address": "Самара, ул Ленина, д 5, кв 12",
        "account": "00081234",
    },
}
_LEFT: Final = {"source": "crm", "source_id": "100500"}
_RIGHT: Final = {"source": "billing", "source_id": "1001"}
_CLAIM: Final = {
    "claim": "birth_date",
    "title": "Дата рождения",
    "sentence": "дата рождения совпадает",
    "weight": 7.4,
}
_EVIDENCE: Final = {"source": "billing", "source_id": "1001", "weight": 23.1, "claims": [_CLAIM]}
_DONE: Final = {"success": True, "accepted": 1, "repeated": 0, "rejected": []}
_JOB: Final = {
    "job_id": 17,
    "kind": "upsert-records",
    "status": "running",
    "done": 1500,
    "total": 20000,
    "result": {"inserted": 1400, "changed": 95, "unchanged": 4, "refused": 1, "rejected": []},
    "error": None,
    "asked_by": "crm",
    "asked_at": _AT,
    "started_at": _AT,
    "finished_at": None,
    "cancelled_by": None,
}
_EXPORT: Final = {
    "export_id": 14,
    "kind": "debtors",
    "wanted": {"lacks": "identifier", "least": "5000"},
    "columns": ["account", "debt", "name", "address", "lacks", "has", "party_id"],
    "classes": [],
    "format": "xlsx",
    "purpose": "request",
    "reason": "Список для юристов",
    "counted": 412,
    "status": "ready",
    "asked_by": "billing",
    "asked_at": _AT,
    "decided_by": None,
    "decided_at": None,
    "decision": "",
    "rows": 412,
    "expires_at": _AT,
    "downloads": 0,
    "error": None,
}
_BRIEF: Final = {
    "party_id": _PARTY,
    "kind": "person",
    "version": 3,
    "name": "Иванов Пётр Ильич",
    "is_masked": True,
    "values": {"full_name": "Иванов Пётр Ильич", "phones": ["+7 912 •••-••-89"], "accounts": ["00081234"]},
    "records": 2,
}
_FOUND: Final = {
    "party_id": _PARTY,
    "kind": "person",
    "name": "Иванов Пётр Ильич",
    "birth_date": "1961-04-12",
    "address": "Самара, ул Ленина, д 5, кв 12",
    "accounts": ["00081234"],
    "records": 2,
    "why": [{"kind": "account", "value": "00081234"}],
}
_CHANGE: Final = {
    "specversion": "1.0",
    "id": "4711",
    "source": "/v1/changes",
    "type": "party.merged",
    "subject": _OTHER,
    "time": _AT,
    "datacontenttype": "application/json",
    "data": {"into": _PARTY, "kind": "person", "records": {"joined": [], "left": [_LEFT]}},
}


class Example(NamedTuple):
    """Parameters by name, the body of a request and the body of its answer."""

    parameters: Mapping[str, Any] = {}
    body: Any = None
    answer: Any = None


EXAMPLES: Final[Mapping[str, Example]] = {
    "upsert_records": Example(
        body=_RECORD,
        answer={
            "items": [
                {
                    **_LEFT,
                    "party_id": _PARTY,
                    "status": "inserted",
                    "quality": {"name": 0, "birth_date": 0, "phone": 0, "address": 0, "account": 0},
                    "problems": [],
                    "evidence": [_EVIDENCE],
                }
            ]
        },
    ),
    "match": Example(
        body={"attributes": {"full_name": "Иванов П И", "phone": "8 912 345-67-89"}, "city": "Самара", "limit": 3},
        answer={
            "items": [
                {
                    "party_id": _PARTY,
                    "name": "Иванов Пётр Ильич",
                    "weight": 23.1,
                    "is_match": True,
                    "evidence": [_EVIDENCE],
                }
            ]
        },
    ),
    "find_parties": Example(
        parameters={"account": "00081234"}, answer={"items": [_FOUND], "next_cursor": None, "corrections": []}
    ),
    "get_party": Example(parameters={"party_id": _PARTY, "purpose": "call"}),
    "look_up_parties": Example(
        body={"accounts": ["00081234"], "records": [_LEFT]},
        answer={
            "matches": [
                {"by": "account", "value": "00081234", "source": None, "parties": [_PARTY]},
                {"by": "record", "value": "100500", "source": "crm", "parties": [_PARTY]},
            ],
            "parties": [_BRIEF],
        },
    ),
    "judge": Example(
        parameters={"If-Match": f'"{_PARTY}.3", "{_OTHER}.1"'},
        body={"verdict": "same", "left": _LEFT, "right": _RIGHT, "reason": "звонок абоненту"},
    ),
    "undo_judgement": Example(
        parameters={"If-Match": f'"{_PARTY}.4"'},
        answer={
            "judgement_id": 5,
            "verdict": "same",
            "left": _RIGHT,
            "right": _LEFT,
            "author": "anna",
            "reason": "звонок абоненту",
            "decided_at": _AT,
            "undone_at": _AT,
            "parties": [_PARTY, _OTHER],
        },
    ),
    "get_changes": Example(parameters={"after": 4710}, answer={"items": [_CHANGE], "next_after": 4711}),
    "suggest": Example(parameters={"kind": "address", "q": "сама лен"}),
    "clean": Example(
        parameters={"kind": "phone"},
        body={"values": ["8 (846) 231-60-14 доб. 139"]},
    ),
    "track": Example(
        body={
            "userId": "42",
            "messageId": "2f3a-1",
            "event": "Показания переданы",
            "properties": {"value": 412},
            "timestamp": _AT,
        },
        answer=_DONE,
    ),
    "page": Example(body={"anonymousId": "507f191e", "name": "Тарифы", "properties": {"path": "/t"}}, answer=_DONE),
    "screen": Example(body={"userId": "42", "name": "Счёт"}, answer=_DONE),
    "identify": Example(
        body={
            "userId": "42",
            "anonymousId": "507f191e",
            "traits": {"firstName": "Пётр", "lastName": "Иванов", "phone": "8 912 345-67-89", "birthday": "1961-04-12"},
        },
        answer=_DONE,
    ),
    "group": Example(
        body={"userId": "42", "groupId": "77", "traits": {"name": 'ООО "Ромашка"', "inn": "6311000000"}}, answer=_DONE
    ),
    "alias": Example(body={"previousId": "507f191e", "userId": "42"}, answer=_DONE),
    "batch": Example(
        body={
            "batch": [
                {"type": "identify", "userId": "42", "messageId": "b-1", "traits": {"email": "ivanov@example.org"}},
                {"type": "track", "messageId": "b-2", "event": "Вход"},
            ],
            "sentAt": _AT,
        },
        answer={
            "success": True,
            "accepted": 1,
            "repeated": 0,
            "rejected": [{"place": 1, "code": "message_user", "message": "Нужен userId или anonymousId"}],
        },
    ),
    "ask_export": Example(
        body={
            "kind": "debtors",
            "wanted": {"lacks": "identifier", "least": "5000"},
            "format": "xlsx",
            "purpose": "request",
            "reason": "Список для юристов",
        },
        answer=_EXPORT,
    ),
    "get_export": Example(parameters={"export_id": 14}, answer=_EXPORT),
    "list_exports": Example(answer={"items": [_EXPORT], "next_cursor": "MTQ"}),
    "withdraw_export": Example(
        parameters={"export_id": 14}, answer={**_EXPORT, "status": "withdrawn", "wanted": {}, "expires_at": None}
    ),
    "get_job": Example(parameters={"job_id": 17}, answer=_JOB),
    "list_jobs": Example(answer={"items": [_JOB], "next_cursor": "MTc"}),
    "cancel_job": Example(parameters={"job_id": 17}, answer={**_JOB, "cancelled_by": "crm"}),
}
"""Operation → its example."""
