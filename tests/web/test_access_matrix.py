"""Each operation of the OpenAPI document, for each role, on own and on foreign objects: nobody with limits learns
anything of what lies beyond them. An operation without a row here fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import pytest
from litestar.testing import TestClient
from two_towns import EVERY_ROLE, URAL, VOLGA, Known, Land, Town, built

from litso.api.app import openapi_schema
from litso.commands.serve import build_app
from litso.settings import load_settings

PATHS = openapi_schema(load_settings({}))["paths"]
OPERATIONS = {
    found["operationId"]: (path, method) for path, methods in PATHS.items() for method, found in methods.items()
}
ADMINS = frozenset({"administrator"})
READERS = frozenset({"assistant", "administrator", "operator", "steward", "integrator", "compliance"})
STEWARDS = frozenset({"administrator", "steward", "integrator"})
WRITERS = frozenset({"administrator", "integrator"})
CONSENTERS = STEWARDS | {"operator"}
AUDITORS = STEWARDS | {"compliance"}
SOURCES = STEWARDS | {"analyst", "assistant"}
SENDERS = WRITERS | {"collector"}
CHECKERS = frozenset({"compliance"})
EXPORTERS = READERS - {"assistant"}
ALL = frozenset(EVERY_ROLE)

OBJECT: Final = "object"
"""Own: answered. Foreign: 404, as if it were not there."""
LIST: Final = "list"
"""Own values and no foreign ones, whatever is asked for."""
WHOLE: Final = "whole"
"""Over all parties at once: 403 for whoever has limits."""
OPEN: Final = "open"
"""Tells of nobody: the same for all."""


class Ask(NamedTuple):
    """A request: values of the path, of the query, and the body."""

    path: Mapping[str, Any] = {}
    query: Mapping[str, Any] = {}
    body: Any = None


class Row(NamedTuple):
    """Who has the right, what is asked about, and the request for a town. `foreign` is the status of what is foreign.

    done: statuses of what is own. author: the only role to whose program the object is known."""

    roles: frozenset[str]
    kind: str
    ask: Callable[[Town, Known], Ask] = lambda town, known: Ask()
    foreign: int = 404
    done: tuple[int, ...] = (200, 201, 202, 204)
    author: str = ""


def _keys(town: Town, *numbers: int) -> list[dict[str, str]]:
    return [{"source": town.source, "source_id": f"{town.source}-{number}"} for number in numbers]


def _party(town: Town, known: Known) -> Ask:
    return Ask({"party_id": known.party})


def _case(town: Town, known: Known) -> Ask:
    return Ask({"case_id": known.case})


def _operation(town: Town, known: Known) -> Ask:
    return Ask({"operation_id": known.operation})


def _export(town: Town, known: Known) -> Ask:
    return Ask({"export_id": known.export})


def _tuning(town: Town, known: Known) -> Ask:
    return Ask({"tuning_id": 1, "trial_id": 1, "sample_id": 1, "place": 1}, {}, {"label": "same"})


def _consumer(town: Town, known: Known) -> Ask:
    return Ask({"name": "nobody", "run_id": 1}, {}, {"after": 0})


AGAIN = (200, 201, 409)
"""What was done by a role before is a conflict for the next one."""

ROWS: Mapping[str, Row] = {
    "health": Row(ALL, OPEN),
    "ready": Row(ALL, OPEN),
    "clean": Row(ALL, OPEN, lambda town, known: Ask({"kind": "phone"}, {}, {"values": ["89270000000"]})),
    "look_up_reference": Row(ALL, OPEN, lambda town, known: Ask({"kind": "bik", "key": "044525225"}), done=(200, 404)),
    "list_reference": Row(SOURCES, WHOLE),
    "suggest": Row(READERS, LIST, lambda town, known: Ask({"kind": "company"}, {"q": town.surname})),
    "find_parties": Row(READERS, LIST, lambda town, known: Ask({}, {"q": town.surname})),
    "match": Row(
        READERS, LIST, lambda town, known: Ask({}, {}, {"attributes": {
            "full_name": f"{town.surname} Пётр Ильич", "birth_date": f"12.04.{town.year}", "phone": town.phone}}),
    ),
    "get_party": Row(READERS, OBJECT, _party),
    "get_party_records": Row(READERS, OBJECT, _party),
    "get_party_timeline": Row(READERS, OBJECT, _party),
    "get_party_history": Row(READERS, OBJECT, _party),
    "get_party_accesses": Row(AUDITORS, OBJECT, _party),
    "get_party_roles": Row(READERS, OBJECT, _party),
    "get_party_consents": Row(READERS, OBJECT, _party),
    "get_party_formation": Row(READERS, OBJECT, _party),
    "get_party_pins": Row(READERS, OBJECT, _party),
    "get_party_checks": Row(CHECKERS, OBJECT, _party),
    "get_seen": Row(AUDITORS, OBJECT, lambda town, known: Ask({"audit_id": known.read})),
    "get_account": Row(READERS, OBJECT, lambda town, known: Ask({"account": known.account})),
    "get_place": Row(READERS, OBJECT, lambda town, known: Ask({}, {"key": known.place})),
    "get_debtors": Row(READERS, LIST),
    "explain_pair": Row(
        READERS, OBJECT, lambda town, known: Ask({}, {"left": f"{town.source}:{town.source}-1",
                                                      "right": f"{town.source}:{town.source}-3"}),
    ),
    "upsert_records": Row(
        WRITERS, OBJECT, lambda town, known: Ask({}, {}, {**_keys(town, 5)[0], "attributes": {
            "full_name": f'ООО "{town.surname} и сыновья"', "inn": town.inn}, "party": "organization"}), foreign=403,
    ),
    "judge": Row(
        STEWARDS, OBJECT, lambda town, known: Ask({}, {}, {"verdict": "unsure", "left": _keys(town, 1)[0],
                                                           "right": _keys(town, 5)[0]}),
    ),
    "undo_judgement": Row(
        STEWARDS, OBJECT, lambda town, known: Ask({"judgement_id": known.judgement}), done=AGAIN,
    ),
    "merge_parties": Row(
        STEWARDS, OBJECT, lambda town, known: Ask({}, {}, {"parties": [known.party, known.second], "reason": "одно",
                                                           "dry_run": True}),
    ),
    "split_party": Row(
        STEWARDS, OBJECT, lambda town, known: Ask({"party_id": known.party}, {}, {
            "records": _keys(town, 2), "reason": "разное", "dry_run": True}),
    ),
    "list_operations": Row(STEWARDS, LIST),
    "get_operation": Row(STEWARDS, OBJECT, _operation, author="steward"),
    "undo_operation": Row(STEWARDS, OBJECT, _operation, author="steward", done=AGAIN),
    "rehearse_judgements": Row(STEWARDS, WHOLE, lambda town, known: Ask({}, {}, {
        "reason": "пачка", "pairs": [{"left": _keys(town, 1)[0], "right": _keys(town, 3)[0], "verdict": "same"}]})),
    "apply_judgements": Row(STEWARDS, WHOLE, lambda town, known: Ask({"operation_id": known.operation})),
    "state_consent": Row(CONSENTERS, OBJECT, lambda town, known: Ask({}, {}, {
        "record": _keys(town, 1)[0], "contact": town.phone, "purpose": "marketing", "legal_entity": "АО «Сеть»",
        "channel": "sms", "state": "given", "at": "2026-01-01T00:00:00Z"})),
    "take_consent_back": Row(
        STEWARDS, OBJECT, lambda town, known: Ask({"consent_id": known.consent}), done=AGAIN,
    ),
    "pin": Row(STEWARDS, OBJECT, lambda town, known: Ask({"party_id": known.second}, {}, {
        "attribute": "emails", "value": town.email, "reason": "звонок"})),
    "undo_pin": Row(STEWARDS, OBJECT, lambda town, known: Ask({"pin_id": known.pin}), done=AGAIN),
    "list_pins": Row(READERS, LIST),
    **{
        name: Row(SOURCES if name in ("list_connections", "get_connection") else STEWARDS, WHOLE,
                  lambda town, known: Ask({"source": town.source}))
        for name in ("list_connections", "get_connection", "run_connection", "pause_connection", "resume_connection")
    },
    "connect_source": Row(WRITERS, WHOLE, lambda town, known: Ask({}, {}, {
        "content": f"source: {town.source}\nfolder: {{path: /tmp}}\n"})),
    "list_audit": Row(ADMINS | CHECKERS, WHOLE),
    "ask_export": Row(EXPORTERS, LIST, lambda town, known: Ask({}, {}, {
        "kind": "parties", "wanted": {"kind": "person"}, "purpose": "call", "reason": "обзвон"})),
    "list_exports": Row(EXPORTERS, LIST),
    "get_export": Row(EXPORTERS, OBJECT, _export, author="steward"),
    "fetch_export": Row(EXPORTERS, OBJECT, _export, author="steward", done=(409,)),
    "withdraw_export": Row(EXPORTERS, OBJECT, _export, author="steward", done=AGAIN),
    "list_cases": Row(STEWARDS, LIST),
    "get_case_statistics": Row(STEWARDS, LIST),
    "open_case": Row(STEWARDS, OBJECT, lambda town, known: Ask({}, {}, {
        "left": _keys(town, 2)[0], "right": _keys(town, 4)[0], "note": "проверить"}), done=AGAIN),
    "get_case": Row(STEWARDS, OBJECT, _case),
    "claim_case": Row(STEWARDS, OBJECT, _case, done=AGAIN),
    "release_case": Row(STEWARDS, OBJECT, _case, done=AGAIN),
    "claim_next_case": Row(STEWARDS, LIST, lambda town, known: Ask({}, {}, {})),
    "decide_case": Row(STEWARDS, OBJECT, lambda town, known: Ask({"case_id": known.case}, {}, {"verdict": "unsure"}),
                       done=AGAIN),
    "undo_case": Row(STEWARDS, OBJECT, _case, done=(*AGAIN, 404)),
    "list_hits": Row(CHECKERS, LIST, lambda town, known: Ask({}, {"decided": True})),
    "list_check_lists": Row(CHECKERS, OPEN),
    "decide_hit": Row(CHECKERS, OBJECT, lambda town, known: Ask({"match_id": known.hit}, {}, {
        "verdict": "false", "reason": "тёзка"})),
    "get_quality": Row(SOURCES, WHOLE),
    "measure_quality": Row(STEWARDS, WHOLE),
    "get_quality_series": Row(SOURCES, WHOLE, lambda town, known: Ask({}, {"source": town.source})),
    "get_quality_records": Row(STEWARDS, WHOLE, lambda town, known: Ask({}, {
        "source": town.source, "attribute": "phone", "dimension": "validity"})),
    "get_changes": Row(STEWARDS, WHOLE),
    "list_jobs": Row(WRITERS, WHOLE),
    "get_job": Row(WRITERS, WHOLE, lambda town, known: Ask({"job_id": 1})),
    "cancel_job": Row(WRITERS, WHOLE, lambda town, known: Ask({"job_id": 1})),
    "look_up_parties": Row(READERS, LIST, lambda town, known: Ask({}, {}, {
        "ids": [known.party, known.merged], "accounts": [town.account], "phones": [town.phone], "emails": [town.email],
        "records": _keys(town, 1, 2)})),
    "list_links": Row(STEWARDS, WHOLE),
    "undo_link": Row(STEWARDS, WHOLE, lambda town, known: Ask({"link_id": 1})),
    **{
        name: Row(SENDERS, WHOLE, lambda town, known: Ask({}, {}, {"userId": "1", "event": "x", "name": "x"}))
        for name in ("track", "page", "screen", "identify")
    },
    "group": Row(SENDERS, WHOLE, lambda town, known: Ask({}, {}, {"userId": "1", "groupId": "1"})),
    "alias": Row(SENDERS, WHOLE, lambda town, known: Ask({}, {}, {"userId": "1", "previousId": "2"})),
    "batch": Row(SENDERS, WHOLE, lambda town, known: Ask({}, {}, {"batch": [{"type": "track"}]})),
    "get_feed": Row(frozenset({"consumer"}), OPEN, done=(403,)),
    **{
        name: Row(STEWARDS, WHOLE, _tuning)
        for name in (
            "list_tuning", "get_tuning", "get_tuning_changes", "apply_tuning", "roll_back_tuning", "next_pair",
            "label_pair", "take_label_back", "estimate", "get_policy", "list_policies", "list_policy_rehearsals",
            "get_policy_rehearsal", "get_policy_changes", "apply_policy", "roll_back_policy",
        )
    },
    "rehearse": Row(STEWARDS, WHOLE, lambda town, known: Ask({}, {}, {"threshold": 3})),
    "draw_sample": Row(STEWARDS, WHOLE, lambda town, known: Ask({}, {}, {"size": 20})),
    "rehearse_policy": Row(STEWARDS, WHOLE, lambda town, known: Ask({}, {}, {"content": "{}"})),
    **{
        name: Row(WRITERS, WHOLE, _consumer)
        for name in (
            "list_consumers", "get_consumer", "remove_consumer", "pause_consumer", "resume_consumer", "replay_consumer",
            "rotate_consumer_secret", "test_consumer", "list_writebacks", "get_writeback", "remove_writeback",
            "pause_writeback", "resume_writeback", "plan_writeback", "run_writeback", "get_writeback_run",
            "plan_writeback_undo", "undo_writeback",
            "limit_consumer",
        )
    },
    "add_writeback": Row(
        WRITERS, WHOLE, lambda town, known: Ask({}, {}, {"name": "newcomer", "purpose": "письма", "way": "file",
                                                         "source": town.source, "fields": {"birth_date": ""}}),
    ),
    "add_consumer": Row(WRITERS, WHOLE, lambda town, known: Ask({}, {}, {"name": "newcomer", "purpose": "письма"})),
}  # fmt: skip


@pytest.fixture(scope="module")
def land(server_url: str, template: str) -> Iterator[Land]:
    with built(server_url, template) as made:
        yield made


@pytest.fixture(scope="module")
def client(land: Land, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = load_settings({"LITSO_HOME": str(tmp_path_factory.mktemp("home"))})
    with TestClient(build_app(land.store, settings), raise_server_exceptions=False) as made:
        yield made


def ask(client: TestClient, land: Land, operation: str, role: str, town: Town, **over: Any) -> Any:
    """The answer to the request of a row about a town."""
    path, method = OPERATIONS[operation]
    wanted = ROWS[operation].ask(town, land.known[town.source])
    return client.request(
        method.upper(),
        path.format(**{**wanted.path, **over}),
        params=dict(wanted.query),
        json=wanted.body,
        headers={"Authorization": f"Bearer {land.tokens[role]}", "If-Match": "*", "Litso-Purpose": "call"},
        follow_redirects=False,
    )


def leaked(answer: Any) -> set[str]:
    """Values of the foreign town in an answer, of those that the request did not hold."""
    sent = f"{answer.request.url} {answer.request.content.decode()}"
    told = answer.text + str(answer.headers)
    return {one for one in URAL.canaries if one in told and one not in sent + str(answer.request.url.params)}


def test_every_operation_has_a_row() -> None:
    assert ROWS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
@pytest.mark.parametrize("role", EVERY_ROLE)
def test_what_a_role_with_limits_gets(client: TestClient, land: Land, operation: str, role: str) -> None:
    row = ROWS[operation]
    foreign = ask(client, land, operation, role, URAL)
    own = ask(client, land, operation, role, VOLGA)
    statuses = own.status_code, foreign.status_code
    assert not leaked(foreign), foreign.text
    assert not leaked(own), own.text
    if role not in row.roles or row.kind == WHOLE:
        assert statuses == (403, 403), foreign.text
    elif row.author not in ("", role):
        assert statuses == (404, 404), own.text
    elif row.kind == OBJECT:
        assert own.status_code in row.done, own.text
        assert foreign.status_code == row.foreign, foreign.text
    else:
        assert own.status_code in row.done, own.text
        assert foreign.status_code in row.done, foreign.text


SHOWING = ("find_parties", "match", "suggest", "get_debtors", "list_pins", "list_cases", "list_hits", "look_up_parties")


@pytest.mark.parametrize("operation", SHOWING)
def test_lists_show_what_is_own(client: TestClient, land: Land, operation: str) -> None:
    role = "compliance" if operation == "list_hits" else "steward"
    answer = ask(client, land, operation, role, VOLGA)
    known = land.known["volga"]
    told = (VOLGA.surname, known.party, known.second, VOLGA.source)
    assert any(one in answer.text for one in told), answer.text
    assert not any(one in answer.text for one in (*URAL.canaries, *_ids(land.known["ural"]))), answer.text


def _ids(known: Known) -> tuple[str, ...]:
    return (known.party, known.second, known.merged, known.company)


@pytest.mark.parametrize(
    "operation", [name for name, row in ROWS.items() if row.kind == OBJECT and "party_id" in OPERATIONS[name][0]]
)
def test_a_merged_foreign_id_leads_nowhere(client: TestClient, land: Land, operation: str) -> None:
    role = "compliance" if operation == "get_party_checks" else "steward"
    answer = ask(client, land, operation, role, URAL, party_id=land.known["ural"].merged)
    assert answer.status_code == 404, answer.text
    assert not any(one in answer.text + str(answer.headers) for one in _ids(land.known["ural"])[:2])


def test_a_merged_own_id_leads_to_the_party(client: TestClient, land: Land) -> None:
    known = land.known["volga"]
    answer = ask(client, land, "get_party", "steward", VOLGA, party_id=known.merged)
    assert (answer.status_code, answer.headers["location"]) == (308, f"/v1/parties/{known.second}")


@pytest.mark.parametrize("role", ["administrator", "integrator"])
def test_nothing_is_written_beyond_the_limits(client: TestClient, land: Land, role: str) -> None:
    """Not a foreign record, and no own one that would move to a foreign place."""
    token = {"Authorization": f"Bearer {land.tokens[role]}"}
    moved = {**_keys(VOLGA, 4)[0], "attributes": {
        "full_name": "Кто-то", "address": f"{URAL.region}, г {URAL.city}, ул {URAL.street}, д 1"}}  # fmt: skip
    answer = client.post("/v1/records", json=moved, headers=token)
    assert answer.status_code == 403, answer.text
    with land.store.transaction() as connection:
        row = connection.execute("select region from source_record where source_id = 'volga-4'").fetchone()
    assert row == (VOLGA.scope.territories[0].partition("/")[0],)
    fresh = {"source": "volga", "source_id": f"new {role}", "attributes": {"full_name": "Новиков Иван Ильич"}}
    made = client.post("/v1/records", json=fresh, headers=token)
    assert (made.status_code, made.json()["items"][0]["status"]) == (200, "inserted")


@pytest.mark.parametrize("kind", ["parties", "debtors"])
def test_files_hold_what_is_own(client: TestClient, land: Land, kind: str) -> None:
    """Whatever is asked for, as large as may be: nothing foreign, and nothing of everybody."""
    token = {"Authorization": f"Bearer {land.tokens['integrator']}"}
    body = {"kind": kind, "purpose": "integration"}
    asked = client.post("/v1/exports", json=body, headers=token).json()
    assert (asked["status"], asked["rows"] > 0) == ("ready", True), asked
    file = client.get(f"/v1/exports/{asked['export_id']}/file", headers=token)
    text = file.content.decode("utf-8-sig")
    assert VOLGA.surname in text
    assert not any(one in text for one in (*URAL.canaries, *_ids(land.known["ural"]))), text
    other = client.get(
        f"/v1/exports/{asked['export_id']}/file", headers={"Authorization": f"Bearer {land.tokens['steward']}"}
    )
    assert other.status_code == 404
