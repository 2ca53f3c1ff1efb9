"""Sources that run by themselves on the screens: state, alarms, runs; paused, resumed and run by those who may."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from small_town import PASSWORD, Place

from litso.commands.serve import build_app
from litso.settings import Settings, load_settings
from litso.store import connections, sources
from litso.usecases import collecting, connecting
from litso.usecases.jobs import kinds_of
from litso.usecases.working import work_off

HTML = {"accept": "text/html"}
NAME = "folder-crm"
MAPPING = "source: folder-crm\ntitle: Выгрузка CRM\nparty: none\nkey: id\nfacts: [{kind: request, title: what}]\n"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings({"LITSO_HOME": str(tmp_path_factory.mktemp("home"))})


@pytest.fixture(scope="module")
def exports(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a connected source."""
    folder = tmp_path_factory.mktemp("exports")
    with place.store.transaction() as connection:
        sources.register(connection, name=NAME, title="Выгрузка CRM", party="none", priority=0, mapping=MAPPING)
    connecting.connect(
        place.store, f"source: {NAME}\nevery: 1 hour\nfolder: {{path: {folder}, settle: 0 s}}\n", "crm.yaml"
    )
    yield folder
    with place.store.transaction() as connection:
        connections.remove(connection, NAME)


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


def press(visitor: TestClient, button: str) -> str:
    page = visitor.get(f"/sources/{NAME}", headers=HTML).text
    answer = visitor.post(f"/sources/{NAME}/{button}", data={"csrf": token_of(page)}, headers=HTML)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    os.utime(folder / name, (1_000_000, 1_000_000 + len(text)))


def test_a_source_is_looked_after_on_its_page(
    visitor: TestClient, place: Place, exports: Path, settings: Settings
) -> None:
    write(exports, "a.csv", "id;what\n1;Нет воды\n")
    assert "litso worker" in visitor.get(f"/sources/{NAME}", headers=HTML).text  # nobody runs it
    assert "Приостановил: administrator." in press(visitor, "pause")
    assert work_off(place.store, kinds={connections.JOB: kinds_of(settings)[connections.JOB]}) <= 1
    with place.store.transaction() as connection:
        assert connections.runs(connection, NAME) == []  # paused: it did not run
    assert "работает" in press(visitor, "resume")
    press(visitor, "run")
    assert work_off(place.store, kinds={connections.JOB: kinds_of(settings)[connections.JOB]}) >= 1
    page = visitor.get(f"/sources/{NAME}", headers=HTML).text
    assert "выполнен" in page
    write(exports, "b.csv", "id;what;more\n2;Нет света;да\n")
    held = collecting.collect(place.store, settings, NAME, started_by="test")
    assert held.status == "held"
    page = visitor.get(f"/sources/{NAME}", headers=HTML).text
    assert "Новые столбцы: more." in page
    assert f"Загрузка {held.loads[0]} ждёт решения." in page
    visitor.cookies.set("litso_lang", "en")
    english = visitor.get(f"/sources/{NAME}", headers=HTML).text
    visitor.cookies.delete("litso_lang")
    assert "New columns: more." in english
    assert not re.search("[а-яё]", english.split('aria-labelledby="connection"')[1].split("</section>")[0].lower())
    with place.store.transaction() as connection:
        written = connection.execute(
            "select action from audit where object = %s order by 1", [f"source {NAME}"]
        ).fetchall()
    assert [row[0] for row in written] == [
        "source.add", "source.connect", "source.pause", "source.resume", "source.run",
    ]  # fmt: skip


def test_the_worker_waits_while_a_load_is_held(place: Place, exports: Path, settings: Settings) -> None:
    with place.store.transaction() as connection:
        assert connections.held_load(connection, NAME) is not None
        connections.hasten(connection, NAME)
    assert collecting.collect_if_due(place.store, settings, NAME) is None
    with place.store.transaction() as connection:
        assert "ждёт решения" in connections.get(connection, NAME).told


def test_an_operator_may_not_touch_it(place: Place, exports: Path, settings: Settings) -> None:
    with TestClient(build_app(place.store, settings), raise_server_exceptions=False) as made:
        page = made.get("/sign-in", headers=HTML).text
        made.post("/sign-in", data={"csrf": token_of(page), "login": "operator", "password": PASSWORD})
        token = token_of(made.get("/", headers=HTML).text)
        for button in ("pause", "resume", "run"):
            assert made.post(f"/sources/{NAME}/{button}", data={"csrf": token}, headers=HTML).status_code == 403
