"""Merges, splits, bulk judgements and consents over HTTP: foreseen, done once, taken back whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from litestar.testing import TestClient
from resolved import IVANOV, resolved_client, settled

from litso.api import steward_schemas
from litso.privacy.consent import CHANNELS, PURPOSES
from litso.usecases.online import Given

MAPPING = "source: {0}\ntitle: {0}\npriority: {1}\nparty: person\nkey: id\nattributes: {{full_name: fio}}\n"
BOTH = [{"source": "billing", "source_id": "1"}, {"source": "cabinet", "source_id": "1"}]
ANY = {"If-Match": "*"}
CONSENT = {
    "contact": "8 912 345-67-89", "purpose": "marketing", "legal_entity": "АО «Водоканал»", "channel": "sms",
    "state": "given",
}  # fmt: skip


@pytest.fixture(scope="module")
def client(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A program with the role of integrator over a party of two records and one of another person."""
    payer = {**IVANOV, "account": "00081234", "phone": "+79123456789"}
    given = [
        Given("billing", "1", payer),
        Given("cabinet", "1", {**payer, "email": "p@mail.ru"}),
        Given("billing", "2", {"full_name": "Петрова Анна Сергеевна", "phone": "+79170001133"}),
        Given("billing", "3", {"full_name": "Сидорова Ольга Олеговна", "phone": "+79170001144"}),
    ]
    home: Path = tmp_path_factory.mktemp("home")
    mappings = [MAPPING.format("billing", 30), MAPPING.format("cabinet", 10)]
    with resolved_client(server_url, template, home, mappings, given) as made:
        yield made


def party(client: TestClient, phone: str) -> dict[str, Any]:
    (found,) = client.get("/v1/parties", params={"phone": phone}).json()["items"]
    answer = client.get(f"/v1/parties/{found['party_id']}")
    return {**answer.json(), "etag": answer.headers["etag"]}


def shape(client: TestClient) -> list[Any]:
    found = [party(client, phone) for phone in ("+79123456789", "+79170001133", "+79170001144")]
    return [(one["party_id"], one["values"], one["provenance"], one["records"]) for one in found]


def test_a_split_is_foreseen_done_once_and_undone(client: TestClient) -> None:
    before, one = shape(client), party(client, "+79123456789")
    path = f"/v1/parties/{one['party_id']}/split"
    body = {"records": BOTH[1:], "reason": "другой человек"}
    dry = client.post(path, json={**body, "dry_run": True})
    assert (dry.status_code, dry.json()["operation"]) == (200, None)
    assert [share["party_id"] is None for share in dry.json()["effects"]["after"]].count(True) == 1
    assert dry.json()["effects"]["systems"] == {"cabinet": 1}
    assert shape(client) == before
    assert client.post(path, json=body).status_code == 428
    assert client.post(path, json=body, headers={"If-Match": '"stale.1"'}).status_code == 412
    headers = {"If-Match": one["etag"], "Idempotency-Key": "split-1"}
    done = client.post(path, json=body, headers=headers)
    assert done.status_code == 201, done.text
    again = client.post(path, json=body, headers=headers)
    assert (again.json(), again.headers["idempotent-replayed"]) == (done.json(), "true")
    number = done.json()["operation"]["operation_id"]
    assert party(client, "+79123456789")["records"] == 1 if party_is_one(client) else True
    assert client.get(f"/v1/operations/{number}").json()["outlook"]["created"] == 1
    assert client.get("/v1/operations", params={"limit": 1}).json()["items"][0]["operation_id"] == number
    assert client.delete(f"/v1/operations/{number}").status_code == 428
    undone = client.delete(f"/v1/operations/{number}", headers=ANY)
    assert (undone.status_code, undone.json()["status"]) == (200, "undone")
    assert shape(client) == before
    assert client.delete(f"/v1/operations/{number}", headers=ANY).status_code == 409
    assert client.delete("/v1/operations/4711", headers=ANY).status_code == 404


def party_is_one(client: TestClient) -> bool:
    return len(client.get("/v1/parties", params={"phone": "+79123456789"}).json()["items"]) == 1


def test_parties_are_merged_with_a_chosen_value(client: TestClient) -> None:
    before = shape(client)
    parties = [party(client, phone) for phone in ("+79170001133", "+79170001144")]
    tags = ", ".join(one["etag"] for one in parties)
    body = {
        "parties": [one["party_id"] for one in parties], "reason": "вышла замуж", "values": {"surname": "Сидорова"},
    }  # fmt: skip
    done = client.post("/v1/parties/merge", json=body, headers={"If-Match": tags})
    assert done.status_code == 201, done.text
    kept = party(client, "+79170001133")
    assert (kept["values"]["surname"], kept["records"]) == ("Сидорова", 2)
    (ended,) = done.json()["effects"]["redirected"]
    assert client.get(f"/v1/parties/{ended}", follow_redirects=False).status_code == 308
    assert client.delete(f"/v1/operations/{done.json()['operation']['operation_id']}", headers=ANY).status_code == 200
    assert shape(client) == before


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"parties": ["one"]}, 400),
        ({"parties": ["nobody", "no one"]}, 404),
        ({"reason": ""}, 400),
        ({"values": {"surname": "  "}}, 422),
        ({"values": {"shoe_size": "43"}}, 422),
    ],
)
def test_what_is_no_merge(client: TestClient, change: dict[str, Any], status: int) -> None:
    parties = [party(client, phone)["party_id"] for phone in ("+79170001133", "+79170001144")]
    body = {"parties": parties, "reason": "проверка", **change}
    assert client.post("/v1/parties/merge", json=body, headers=ANY).status_code == status


def test_operators_neither_merge_nor_split(client: TestClient) -> None:
    body = {"parties": ["a", "b"], "reason": "проверка"}
    assert client.post("/v1/parties/merge", json=body, headers=client.operator).status_code == 403
    assert client.get("/v1/operations", headers=client.operator).status_code == 403


def test_judgements_in_bulk_are_rehearsed_applied_and_undone(client: TestClient) -> None:
    before = shape(client)
    pair = {"left": BOTH[0], "right": BOTH[1], "verdict": "different"}
    begun = client.post("/v1/judgements/bulk", json={"reason": "сверка", "pairs": [pair]})
    assert begun.status_code == 202, begun.text
    path = f"/v1/operations/{begun.json()['operation_id']}"
    found = settled(client, path, "rehearsed")
    assert (found["outlook"]["different"], found["outlook"]["ids_new"]) == (1, 1)
    assert client.post(f"{path}/apply").status_code == 202
    settled(client, path, "applied")
    assert client.post(f"{path}/apply").status_code == 409
    assert client.delete(path).status_code == 202
    settled(client, path, "undone")
    assert shape(client) == before
    assert client.post("/v1/judgements/bulk", json={"reason": "сверка"}).status_code == 422
    cases = {"verdict": "same", "kind": "doubt"}
    assert (
        client.post("/v1/judgements/bulk", json={"reason": "сверка", "cases": cases, "pairs": [pair]}).status_code
        == 422
    )
    assert client.post("/v1/judgements/bulk", json={"reason": "сверка", "cases": cases}).status_code == 422
    links = {"verdict": "same", "above": 999}
    assert client.post("/v1/judgements/bulk", json={"reason": "сверка", "links": links}).status_code == 422


def test_a_consent_is_stated_shown_and_withdrawn(client: TestClient) -> None:
    one = party(client, "+79123456789")["party_id"]
    path = f"/v1/parties/{one}/consents"
    made = client.post("/v1/consents", json={**CONSENT, "party_id": one}, headers=client.operator)
    assert made.status_code == 201, made.text
    assert (made.json()["contact"], made.json()["author"]) == ("+79123456789", "desk")
    (held,) = client.get(path).json()["items"]
    assert (held["state"], held["contact"], held["decided_by"]["consent_id"]) == (
        "given", "+79123456789", made.json()["consent_id"],
    )  # fmt: skip
    masked = client.get(path, headers=client.operator).json()["items"][0]
    assert masked["contact"] == masked["decided_by"]["contact"] == "+7 912 •••-••-89"
    withdrawn = client.post("/v1/consents", json={**CONSENT, "state": "withdrawn", "record": BOTH[1]})
    assert client.get(path).json()["items"][0]["state"] == "withdrawn"
    assert client.delete(f"/v1/consents/{withdrawn.json()['consent_id']}", headers=client.operator).status_code == 403
    assert client.delete(f"/v1/consents/{withdrawn.json()['consent_id']}").status_code == 200
    assert client.delete(f"/v1/consents/{withdrawn.json()['consent_id']}").status_code == 409
    assert client.get(path).json()["items"][0]["state"] == "given"
    client.delete(f"/v1/consents/{made.json()['consent_id']}")
    assert client.get(path).json()["items"] == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"purpose": ["marketing", "debt"]}, 400),
        ({"channel": "pigeon"}, 400),
        ({"channel": "email"}, 422),
        ({"contact": "позвонить завтра"}, 422),
        ({"record": BOTH[0]}, 422),
        ({"party_id": None}, 422),
        ({"party_id": "nobody"}, 404),
        ({"state": "refused", "until": "2030-01-01T00:00:00Z"}, 422),
    ],
)
def test_what_is_no_consent(client: TestClient, change: dict[str, Any], status: int) -> None:
    body = {**CONSENT, "party_id": party(client, "+79123456789")["party_id"], **change}
    assert client.post("/v1/consents", json=body).status_code == status


def test_the_document_knows_every_purpose_and_channel() -> None:
    assert get_args(steward_schemas.Purpose) == PURPOSES
    assert get_args(steward_schemas.Channel) == CHANNELS


# Screens --------------------------------------------------------------------------------------------------------


def shown(client: TestClient, path: str) -> str:
    """A screen as the steward sees it."""
    answer = client.get(path, headers={"Cookie": f"litso_session={client.session}", "Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def sent(client: TestClient, form_of: str, to: str, **fields: str) -> Any:
    token = re.search(r'name="csrf" value="(\w+)"', shown(client, form_of))
    assert token
    headers = {"Cookie": f"litso_session={client.session}", "Accept": "text/html"}
    return client.post(to, data={"csrf": token[1], **fields}, headers=headers, follow_redirects=False)


def hidden(page: str) -> dict[str, str]:
    """What the form of the preview sends on."""
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    del found["csrf"]
    return found


def test_records_are_parted_from_the_page_of_their_party(client: TestClient) -> None:
    before, one = shape(client), party(client, "+79123456789")
    page, path = f"/parties/{one['party_id']}", f"/parties/{one['party_id']}/split"
    assert path in shown(client, page)
    assert 'name="record:cabinet:1"' in shown(client, path)
    asked = {f"version:{one['party_id']}": str(one["version"]), "reason": "тёзка", "together": "yes"}
    assert sent(client, path, path, **asked).status_code == 422
    seen = sent(client, path, path, **asked, **{"record:cabinet:1": "yes"})
    assert seen.status_code == 200
    assert "Самостоятельных идентификаторов прибавится: 1" in seen.text
    assert shape(client) == before
    stale = {**hidden(seen.text), f"version:{one['party_id']}": "99"}
    assert "успела измениться" in sent(client, path, path, **stale).text
    done = sent(client, path, path, **hidden(seen.text))
    assert done.status_code == 303
    operation = done.headers["location"]
    assert "тёзка" in shown(client, operation)
    assert operation in shown(client, "/operations")
    assert sent(client, operation, f"{operation}/undo").status_code == 303
    assert "те же, что были" in shown(client, operation)
    assert shape(client) == before


def test_parties_are_merged_on_a_screen_with_the_value_that_is_right(client: TestClient) -> None:
    before = shape(client)
    one, two = (party(client, phone) for phone in ("+79170001133", "+79170001144"))
    path = f"/parties/{one['party_id']}/merge"
    assert sent(client, path, path, others="00000001", reason="проверка").status_code == 422
    seen = sent(client, path, path, others=f"http://host/parties/{two['party_id']}", reason="вышла замуж")
    assert seen.status_code == 200, seen.text
    assert 'name="value:surname"' in seen.text
    done = sent(client, path, path, **hidden(seen.text), **{"value:surname": "Сидорова"})
    assert done.status_code == 303
    assert party(client, "+79170001133")["values"]["surname"] == "Сидорова"
    operation = done.headers["location"]
    judged = {"left": {"source": "billing", "source_id": "2"}, "right": {"source": "billing", "source_id": "3"}}
    over = client.post("/v1/judgements", json={**judged, "verdict": "different"}, headers=ANY).json()
    assert "Отменить нельзя" in sent(client, operation, f"{operation}/undo").text
    client.delete(f"/v1/judgements/{over['judgement_id']}", headers=ANY)
    assert sent(client, operation, f"{operation}/undo").status_code == 303
    assert shape(client) == before


def test_judgements_in_bulk_have_a_screen(client: TestClient) -> None:
    pair = {"left": BOTH[0], "right": BOTH[1], "verdict": "different"}
    begun = client.post("/v1/judgements/bulk", json={"reason": "сверка", "pairs": [pair, pair]}).json()
    number = begun["operation_id"]
    settled(client, f"/v1/operations/{number}", "rehearsed")
    assert "Строки, которые не приняты" in shown(client, f"/operations/{number}")
    assert sent(client, "/operations", f"/operations/{number}/apply").status_code == 303
    settled(client, f"/v1/operations/{number}", "applied")
    assert sent(client, f"/operations/{number}", f"/operations/{number}/undo").status_code == 303
    settled(client, f"/v1/operations/{number}", "undone")


def test_the_page_of_a_party_shows_its_consents_masked(client: TestClient) -> None:
    one = party(client, "+79123456789")["party_id"]
    made = client.post("/v1/consents", json={**CONSENT, "party_id": one, "state": "refused"}).json()
    page = shown(client, f"/parties/{one}")
    card = page[page.index('id="consents"') :].split("</section>")[0]
    assert "реклама" in card
    assert "+7 912 •••-••-89" in card
    client.delete(f"/v1/consents/{made['consent_id']}")


def begun(client: TestClient, *, file: str | None = None, **fields: str) -> Any:
    """What the screen of judgements in bulk answers to one of its forms."""
    token = re.search(r'name="csrf" value="(\w+)"', shown(client, "/operations/new"))
    assert token
    headers = {"Cookie": f"litso_session={client.session}", "Accept": "text/html"}
    files = {"file": ("решения.csv", file.encode())} if file is not None else {"none": ("", b"")}
    return client.post(
        "/operations/new", data={"csrf": token[1], **fields}, files=files, headers=headers, follow_redirects=False
    )


HEADER = "left_source;left_id;right_source;right_id;verdict;reason\n"


def test_a_file_of_judgements_is_sent_foreseen_applied_and_undone_on_screens(client: TestClient) -> None:
    before = shape(client)
    file = f"{HEADER}billing;1;cabinet;1;different;тёзки\nbilling;1;billing;nobody;same;\nbilling;2;billing;3;maybe;\n"
    answer = begun(client, file=file, what="file", reason="сверка паспортов")
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"]
    settled(client, f"/v1{path}", "rehearsed")
    assert shape(client) == before
    page = shown(client, path)
    name = party(client, "+79123456789")["name"]
    for words in ("Кто объединится и разделится", name, "разделение", "такой записи нет", "Применить",
                  "Фактов / из них сообщений"):  # fmt: skip
        assert words in page, words
    number = path.rpartition("/")[2]
    (entry,) = [one for one in accesses(client) if one["fields"] == ["operation", "full_name"]][:1]
    assert entry["action"] == "records"
    assert sent(client, path, f"{path}/apply").status_code == 303
    settled(client, f"/v1/operations/{number}", "applied")
    assert len(client.get("/v1/parties", params={"phone": "+79123456789"}).json()["items"]) == 2
    assert sent(client, path, f"{path}/undo").status_code == 303
    settled(client, f"/v1/operations/{number}", "undone")
    assert shape(client) == before


def accesses(client: TestClient) -> list[dict[str, Any]]:
    """Who looked at the party of two records, the latest first."""
    one = party(client, "+79123456789")["party_id"]
    found: list[dict[str, Any]] = client.get(f"/v1/parties/{one}/accesses").json()["items"]
    return found


@pytest.mark.parametrize(
    ("file", "fields", "why"),
    [
        ("left;right\n1;2\n", {"what": "file", "reason": "р"}, "Файл не подходит."),
        ("", {"what": "file", "reason": "р"}, "Файл не подходит."),
        (f"{HEADER}billing;1;billing;1;same;\n", {"what": "file", "reason": "р"}, "это одна и та же запись"),
        (f"{HEADER}billing;1;cabinet;1;same;\n", {"what": "file", "reason": " "}, "Напишите, почему."),
        (None, {"what": "file", "reason": "р"}, "Файл не подходит."),
        (None, {"what": "links", "reason": "р", "above": "сто", "verdict": "same"}, "ничего не подходит"),
        (None, {"what": "links", "reason": "р", "above": "900", "verdict": "same"}, "ничего не подходит"),
        (None, {"what": "cases", "reason": "р", "kind": "doubt", "verdict": "same"}, "ничего не подходит"),
        (None, {"what": "cases", "reason": "р", "kind": "nonsense", "verdict": "same"}, "ничего не подходит"),
        (None, {"what": "cases", "reason": "р", "kind": "doubt", "verdict": "dismiss"}, "ничего не подходит"),
        (None, {"reason": "р"}, "ничего не подходит"),
    ],
)
def test_what_cannot_be_judged_in_bulk_is_told(
    client: TestClient, file: str | None, fields: dict[str, str], why: str
) -> None:
    answer = begun(client, file=file, **fields)
    assert answer.status_code == 422, answer.text
    assert why in answer.text
    assert "/tmp" not in answer.text
