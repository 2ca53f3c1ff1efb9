"""Checks over HTTP and on the screens: compliance sees and decides them, nobody else does anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from small_town import Place, party_id
from test_screens import HTML, enter, send, visitor

from litso.check.risks import RISKS
from litso.settings import load_settings
from litso.store import users
from litso.usecases import registers
from litso.usecases.reference import load_reference
from litso.usecases.screening import screen
from litso.web.i18n import translator

__all__ = ["visitor"]
IVANOV, PETROVA = party_id("ivanov"), party_id("petrova")
LISTED = "Иванов Пётр Ильич, террорист"


@pytest.fixture(scope="module")
def screened(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The small town, held against a list of two."""
    home: Path = tmp_path_factory.mktemp("lists")
    path = home / "extremists.csv"
    path.write_text(
        "name,birth_date,reason\nИванов Пётр Ильич,1961-04-12,особая причина\nПетрова Анна Сергеевна,,другая причина\n",
        encoding="utf-8",
    )
    load_reference(place.store, load_settings({"LITSO_HOME": str(home)}), "extremists", path)
    screen(place.store)
    yield place
    registers.use(None)


def answer(client: TestClient, place: Place, role: str, path: str) -> tuple[int, str]:
    found = client.get(path, headers={"Authorization": f"Bearer {place.tokens[role]}"})
    return found.status_code, found.text


def test_compliance_reads_and_decides_over_http(anonymous: TestClient, screened: Place) -> None:
    headers = {"Authorization": f"Bearer {screened.tokens['compliance']}"}
    found = anonymous.get(f"/v1/parties/{IVANOV}/checks", headers=headers).json()
    assert found["answer"] == "hit"
    assert {one["list"]: one["answer"] for one in found["lists"]} == {
        "extremists": "hit", "blacklist": "not_checked", "bankrupts": "not_checked", "passports": "not_checked",
    }  # fmt: skip
    (hit,) = found["hits"]
    assert (hit["grade"], hit["agrees"], hit["entry"]["reason"]) == ("strong", ["name", "birth_date"], "особая причина")
    page = anonymous.get("/v1/checks", params={"limit": 1}, headers=headers)
    assert len(page.json()["items"]) == 1
    following = anonymous.get(page.headers["link"].split(">")[0][1:], headers=headers).json()
    assert following["next_cursor"] is None
    assert {page.json()["items"][0]["party_id"], following["items"][0]["party_id"]} == {IVANOV, PETROVA}
    states = anonymous.get("/v1/checks/lists", headers=headers).json()
    assert states["items"][0]["matches"] == {"strong": 1, "possible": 1}
    path = f"/v1/checks/{hit['match_id']}/decisions"
    given = {"verdict": "false", "reason": "паспорт сверен", "grade": "sure"}
    assert anonymous.post(path, json=given, headers=headers).status_code == 409
    again = headers | {"Idempotency-Key": "one"}
    made = [anonymous.post(path, json=given | {"grade": "strong"}, headers=again) for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert anonymous.get(f"/v1/parties/{IVANOV}/checks", headers=headers).json()["lists"][0]["answer"] == "clear"
    assert anonymous.post(path, json={"verdict": "open", "reason": "x"}, headers=headers).status_code == 201
    assert anonymous.post("/v1/checks/9999/decisions", json=given, headers=headers).status_code == 404


@pytest.mark.parametrize("role", [role for role in users.ROLES if role != "compliance"])
def test_hits_are_nowhere_for_other_roles(anonymous: TestClient, screened: Place, role: str) -> None:
    for path in (f"/v1/parties/{IVANOV}/checks", "/v1/checks", "/v1/checks/lists"):
        assert answer(anonymous, screened, role, path)[0] == 403
    answer(anonymous, screened, "compliance", f"/v1/parties/{IVANOV}/checks")
    shown = "".join(
        answer(anonymous, screened, role, path)[1]
        for path in (
            f"/v1/parties/{IVANOV}", f"/v1/parties/{IVANOV}/history", f"/v1/parties/{IVANOV}/records",
            f"/v1/parties/{IVANOV}/timeline", f"/v1/parties/{IVANOV}/accesses", "/v1/parties?q=Иванов",
            "/v1/changes?after=0", "/v1/reference",
        )
    )  # fmt: skip
    assert "особая причина" not in shown
    assert '"check"' not in shown


def test_only_compliance_has_the_screen_and_the_card(visitor: TestClient, screened: Place) -> None:
    enter(visitor, screened, "steward")
    assert visitor.get("/checks", headers=HTML).status_code == 403
    profile = visitor.get(f"/parties/{IVANOV}", headers=HTML).text
    assert "Проверки" not in profile
    assert "особая причина" not in profile


def test_the_officer_decides_on_the_screen(visitor: TestClient, screened: Place) -> None:
    enter(visitor, screened, "compliance")
    page = visitor.get("/checks", headers=HTML).text
    assert "особая причина" in page
    assert "сильное: ФИО и дата рождения" in page
    profile = visitor.get(f"/parties/{PETROVA}", headers=HTML).text
    assert "возможное совпадение" in profile
    assert "не проверялось" in profile
    number = page.split('id="hit-')[1].split('"')[0]
    grade = "possible" if "другая причина" in page.split('id="hit-')[1] else "strong"
    done = send(visitor, "/checks", f"/checks/{number}/decide", verdict="false", reason="другой", grade=grade)
    assert done.status_code == 303
    assert f'id="hit-{number}"' not in visitor.get("/checks", headers=HTML).text
    decided = visitor.get("/checks?state=decided&list=extremists&surety=", headers=HTML).text
    assert f'id="hit-{number}"' in decided
    assert "не он" in decided
    path = f"/checks/{number}/decide"
    assert (
        send(visitor, "/checks", path, verdict="open", reason="x", grade=grade, next="//evil").headers["location"]
        == "/"
    )
    assert send(visitor, "/checks", path, verdict="maybe", reason="x").status_code == 422
    enter(visitor, screened, "steward")
    assert send(visitor, "/", path, verdict="true", reason="x").status_code == 403


def test_every_risk_has_its_english() -> None:
    english = translator("en")
    for code, (_, text) in RISKS.items():
        reason = text.format("18" if "{0} лет" in text or "Долги" in text or "числится" in text else "адрес", "18")
        assert english(reason) != reason, code
