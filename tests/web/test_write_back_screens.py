"""Write-backs over HTTP, on the command line and on the screens: attached, looked at first, run by a worker, undone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from small_town import PASSWORD, Place
from typer.testing import CliRunner

from litso.cli import app
from litso.commands.serve import build_app
from litso.settings import Settings, load_settings
from litso.usecases.jobs import kinds_of, run_next
from litso.usecases.writing_back import JOB

HTML = {"accept": "text/html"}
WANTED = {"name": "dates", "source": "crm", "purpose": "Актуальные даты", "way": "file", "fields": {"phones": ""}}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def settings(home: Path) -> Settings:
    return load_settings({"LITSO_HOME": str(home), "LITSO_WEBHOOK_NETWORKS": "127.0.0.0/8"})


@pytest.fixture(scope="module")
def client(place: Place, settings: Settings) -> Iterator[TestClient]:
    with TestClient(build_app(place.store, settings), raise_server_exceptions=False) as made:
        made.headers["Authorization"] = f"Bearer {place.tokens['administrator']}"
        yield made


@pytest.fixture(scope="module")
def visitor(place: Place, settings: Settings) -> Iterator[TestClient]:
    with TestClient(build_app(place.store, settings), raise_server_exceptions=False) as made:
        page = made.get("/sign-in", headers=HTML).text
        made.post("/sign-in", data={"csrf": token_of(page), "login": "administrator", "password": PASSWORD})
        yield made


def token_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def send(visitor: TestClient, form_of: str, to: str, status: int = 200, **fields: str) -> str:
    page = visitor.get(form_of, headers=HTML).text
    answer = visitor.post(to, data={"csrf": token_of(page), **fields}, headers=HTML)
    assert answer.status_code == status, answer.text
    return str(answer.text)


def work(place: Place, settings: Settings) -> None:
    """What a worker does with runs that were asked for."""
    kinds = {JOB: kinds_of(settings)[JOB]}
    with place.store.session() as connection:
        job = run_next(connection, place.store, kinds)
    assert job is not None
    assert job.error is None


@pytest.fixture
def lacking(place: Place) -> str:
    """A record of the CRM that lacks the phone of its party; answers its key."""
    query = (
        "update source_record set phones = '{}', payload = jsonb_build_object('abonent_id', source_id)::text"
        " where record_id = ("
        "select r.record_id from source_record r join node using (node_id) join golden g using (party_id)"
        " where r.source = 'crm' and g.golden_values ? 'phones' order by r.record_id limit 1)"
        " returning source_id"
    )
    with place.store.transaction() as connection:
        connection.execute("delete from written_value")
        found = connection.execute(query).fetchone()
        assert found
    return str(found[0])


def test_a_program_attaches_looks_runs_and_undoes(
    client: TestClient, place: Place, settings: Settings, lacking: str
) -> None:
    made = client.post("/v1/writebacks", json=WANTED)
    assert made.status_code == 201, made.text
    assert client.post("/v1/writebacks", json=WANTED).status_code == 409
    assert client.post("/v1/writebacks", json={**WANTED, "name": "other", "source": "nowhere"}).status_code == 404
    assert (
        client.post("/v1/writebacks", json={**WANTED, "name": "other", "fields": {"surname": "x"}}).status_code == 422
    )
    plan = client.get("/v1/writebacks/dates/plan").json()
    assert lacking in [one["source_id"] for one in plan["items"]]
    assert client.get("/v1/writebacks/dates").json()["runs"] == [], "looking runs nothing"
    asked = client.post("/v1/writebacks/dates/runs")
    assert (asked.status_code, asked.json()) == (202, {"name": "dates", "is_worker": False})
    work(place, settings)
    page = client.get("/v1/writebacks/dates").json()
    (run,) = page["runs"]
    assert (run["handed"], run["status"], page["writeback"]["written"]) == (plan["total"], "done", plan["total"])
    one = f"/v1/writebacks/dates/runs/{run['run_id']}"
    rows = client.get(one, params={"outcome": "handed", "limit": 1})
    assert rows.json()["items"][0]["outcome"] == "handed"
    assert ("Link" in rows.headers) == (rows.json()["next_after"] is not None)
    assert client.get(one, params={"outcome": "refused"}).json()["items"] == []
    assert client.get(f"{one}/undo").json()["total"] == plan["total"]
    assert client.post(f"{one}/undo").status_code == 202
    work(place, settings)
    runs = client.get("/v1/writebacks/dates").json()["runs"]
    assert [(found["what"], found["undoes"]) for found in runs] == [("undo", run["run_id"]), ("write", None)]
    assert client.get("/v1/writebacks/dates/runs/999").status_code == 404
    assert client.post("/v1/writebacks/dates/pause").json()["status"] == "paused"
    assert client.post("/v1/writebacks/dates/runs").status_code == 409
    assert client.post("/v1/writebacks/dates/resume").json()["status"] == "active"
    assert client.delete("/v1/writebacks/dates").status_code == 204
    assert client.get("/v1/writebacks").json() == {"items": []}


def test_a_person_attaches_looks_runs_takes_the_file_and_undoes(
    visitor: TestClient, place: Place, settings: Settings, home: Path, lacking: str
) -> None:
    wanted = {"source": "crm", "purpose": "Телефоны", "rule": "empty", "field:phones": "yes"}
    refused = send(visitor, "/writebacks", "/writebacks", 422, name="back", way="sql", **wanted)
    assert "Не принято:" in refused
    assert "is not connected" in refused
    page = send(visitor, "/writebacks", "/writebacks", name="back", way="file", format="csv", **wanted)
    assert "Что изменится" in page
    assert lacking in page
    assert not re.search(r"\+79\d{9}", page), "values are masked"
    assert "Уже есть" not in page
    again = send(visitor, "/writebacks", "/writebacks", 422, name="back", way="file", format="csv", **wanted)
    assert "с таким именем уже есть" in again
    assert "back" in send(visitor, "/writebacks/back", "/writebacks/back/run")
    work(place, settings)
    (run_id,) = re.findall(r"/writebacks/back/runs/(\d+)\"", visitor.get("/writebacks/back", headers=HTML).text)
    one = f"/writebacks/back/runs/{run_id}"
    shown = visitor.get(one, headers=HTML).text
    assert "выдано в файле" in shown
    assert "на этой машине" not in shown
    taken = visitor.get(f"{one}/file")
    assert taken.status_code == 200
    assert taken.headers["content-disposition"].startswith("attachment")
    assert lacking in taken.content.decode("utf-8-sig")
    assert "Что вернёт отмена" in visitor.get(f"{one}?undo=1", headers=HTML).text
    send(visitor, f"{one}?undo=1", f"{one}/undo")
    work(place, settings)
    assert f"отмена {run_id}" in visitor.get("/writebacks/back", headers=HTML).text
    visitor.cookies.set("litso_lang", "en")
    english = visitor.get("/writebacks/back", headers=HTML).text + visitor.get("/writebacks", headers=HTML).text
    visitor.cookies.delete("litso_lang")
    assert "only where the source has nothing" in english
    send(visitor, "/writebacks/back", "/writebacks/back/remove", confirm="other")
    assert visitor.get("/writebacks/back", headers=HTML).status_code == 200
    send(visitor, "/writebacks/back", "/writebacks/back/remove", confirm="back")
    assert visitor.get("/writebacks/back", headers=HTML).status_code == 404


@pytest.mark.usefixtures("lacking")
def test_the_command_line_lists_before_it_writes(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITSO_DATABASE_URL", place.store.url)
    monkeypatch.setenv("LITSO_HOME", str(tmp_path))

    def said(*words: str, status: int = 0) -> str:
        done = CliRunner().invoke(app, ["writeback", *words])
        assert done.exit_code == status, done.output
        return str(done.stdout)

    said("add", "mails", "crm", "--purpose", "Почта", "--field", "phones", "--file", "xlsx")
    plan = json.loads(said("run", "mails", "--dry-run", "--json"))
    assert f"{plan['total']} rows would change" in said("run", "mails", "--dry-run")
    done = json.loads(said("run", "mails", "--json"))
    assert done["handed"] == plan["total"]
    said("rows", "mails", str(done["run_id"]))
    assert json.loads(said("undo", "mails", str(done["run_id"]), "--dry-run", "--json"))["total"] == plan["total"]
    assert "mails" in said("list")
    assert "undo of" in said("undo", "mails", str(done["run_id"])) + said("show", "mails")
    assert said("pause", "mails") == "mails: paused\n"
    assert said("resume", "mails") == "mails: active\n"
    said("remove", "mails")
    assert json.loads(said("list", "--json")) == []
