"""Explanations and tuning over HTTP, over parties that resolution made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from resolved import IVANOV, resolved_client, settled, work_begun

from litso.usecases.online import Given

MAPPING = "source: crm\ntitle: CRM\nparty: person\nkey: id\nattributes: {full_name: fio}\n"


@pytest.fixture(scope="module")
def client(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client with the role of integrator over four records of two persons."""
    given = [
        Given("crm", "1", {**IVANOV, "phone": "+79123456789", "account": "00081234"}),
        Given("crm", "2", {**IVANOV, "phone": "+79123456789"}),
        Given("crm", "3", {**IVANOV, "account": "00081234"}),
        Given("crm", "4", {"full_name": "Петрова Анна Сергеевна", "phone": "+79123456789"}),
    ]
    home: Path = tmp_path_factory.mktemp("home")
    with resolved_client(server_url, template, home, [MAPPING], given) as made:
        yield made


def drawn(client: TestClient) -> int:
    """Number of a new sample, when it has its pairs."""
    begun = client.post("/v1/samples", json={"size": 20})
    assert begun.status_code == 202
    work_begun(client)
    return int(begun.json()["sample_id"])


def explained(client: TestClient, left: str, right: str, **options: Any) -> dict[str, Any]:
    answer = client.get("/v1/explain", params={"left": f"crm:{left}", "right": f"crm:{right}"}, **options)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_pair_is_explained_and_adds_up(client: TestClient) -> None:
    found = explained(client, "1", "2")
    assert (found["reason"], found["is_one_party"]) == ("evidence", True)
    parts = sum(round(ground["weight"] * 100) for ground in found["evidence"])
    assert round(found["base"] * 100) + parts == round(found["weight"] * 100)
    assert "phones" in {key["rule"] for key in found["keys"] if key["status"] == "meets"}
    assert found["sentence"].startswith("Вместе")
    other = explained(client, "1", "4")
    assert (other["reason"], other["is_one_party"]) == ("not_enough", False)


def test_values_are_masked_without_a_purpose(client: TestClient) -> None:
    def phone(found: dict[str, Any]) -> str:
        return next(ground["left"] for ground in found["evidence"] if ground["claim"] == "phone")

    desk = client.operator  # type: ignore[attr-defined]
    assert "•" in phone(explained(client, "1", "2", headers=desk))
    assert phone(explained(client, "1", "2")) == "+79123456789"


def test_the_formation_of_a_party_names_its_steps(client: TestClient) -> None:
    party = explained(client, "1", "2")["left_party"]
    found = client.get(f"/v1/parties/{party}/formation").json()
    assert [record["source_id"] for record in found["records"]] == ["1", "2", "3"]
    assert [step["what"] for step in found["steps"]][:2] == ["joined", "joined"]
    assert client.get("/v1/parties/nobody/formation").status_code == 404


def test_what_is_not_there_is_a_problem(client: TestClient) -> None:
    assert client.get("/v1/explain", params={"left": "crm:1", "right": "crm:77"}).status_code == 404
    assert client.get("/v1/explain", params={"left": "crm", "right": "crm:1"}).status_code == 422
    assert client.get("/v1/tuning/77").status_code == 404
    desk = client.operator  # type: ignore[attr-defined]
    assert client.get("/v1/tuning", headers=desk).status_code == 403


def test_a_threshold_is_rehearsed_applied_and_rolled_back(client: TestClient) -> None:
    begun = client.post("/v1/tuning", json={"threshold": 40})
    assert (begun.status_code, begun.json()["status"]) == (202, "rehearsing")
    path = f"/v1/tuning/{begun.json()['tuning_id']}"
    found = settled(client, path, "rehearsed")
    assert found["outlook"]["splits"] == 1
    (change,) = client.get(f"{path}/changes").json()["items"]
    assert (change["what"], change["records"]) == ("split", 3)
    assert client.post(f"{path}/rollback").status_code == 409
    assert client.post(f"{path}/apply").status_code == 202
    settled(client, path, "applied")
    assert explained(client, "1", "2")["is_one_party"] is False
    assert client.post(f"{path}/apply").status_code == 409
    assert client.post(f"{path}/rollback").status_code == 202
    after = settled(client, path, "rolled_back")
    assert after["hash_restored"] == after["hash_before"]
    assert client.post("/v1/tuning", json={}).status_code == 422


def test_a_sample_is_labelled_and_estimated(client: TestClient) -> None:
    path = f"/v1/samples/{drawn(client)}"
    while (pair := client.get(f"{path}/next").json()["pair"]) is not None:
        assert "score" not in pair
        label = "different" if "4" in (pair["left"]["source_id"], pair["right"]["source_id"]) else "same"
        assert client.post(f"{path}/pairs/{pair['place']}", json={"label": label}).status_code == 204
    found = client.get(f"{path}/estimate").json()
    assert found["labelled"] == found["pairs"] >= 3
    assert found["precision"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert client.post(f"{path}/pairs/1", json={"label": "same"}).status_code == 409
    assert client.delete(f"{path}/pairs/1").status_code == 204
    assert client.get(f"{path}/next").json()["pair"]["place"] == 1


def shown(client: TestClient, path: str) -> str:
    """A screen as the steward sees it."""
    cookies = {"Cookie": f"litso_session={client.session}", "Accept": "text/html"}  # type: ignore[attr-defined]
    answer = client.get(path, headers=cookies)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_the_screens_show_the_same(client: TestClient) -> None:
    weight = explained(client, "1", "2")["weight"]
    page = shown(client, "/explain?left=crm:1&right=crm:2")
    assert f"{weight:+.2f}".replace(".", ",").replace("-", "−") in page
    assert "сводит пару" in page
    assert "оснований не хватает" in shown(client, "/explain?left=crm:1&right=crm:4")
    assert "Как собран" in shown(client, f"/parties/{explained(client, '1', '2')['left_party']}/together")
    assert "Репетировать" in shown(client, "/tuning")
    number = client.post("/v1/tuning", json={"threshold": 41}).json()["tuning_id"]
    settled(client, f"/v1/tuning/{number}", "rehearsed")
    page = shown(client, f"/tuning/{number}")
    assert "chart__line" in page
    assert "разделение" in page
    page = shown(client, f"/samples/{drawn(client)}")
    assert 'aria-keyshortcuts="M"' in page
    assert "+7912345" in page
