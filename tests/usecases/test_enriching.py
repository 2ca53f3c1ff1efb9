"""Enrichment: what is told of companies fills gaps as a source of its own, and never speaks against a source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_sources import settings_in, write_csv
from typer.testing import CliRunner

from litso.bootstrap import enricher_of
from litso.cli import app
from litso.enrich.company import Company, Officer
from litso.enrich.gaps import statement
from litso.errors import Misconfigured, Transient
from litso.settings import load_settings
from litso.store import checks, golden, graph
from litso.store.database import Store
from litso.usecases import registers
from litso.usecases.enriching import Enriched, LoadedRegister, enrich_companies
from litso.usecases.loading import Request, load_files, register_source
from litso.usecases.reference import load_reference

MAPPING = """
source: orgs
title: Юрлица
party: organization
key: id
attributes: {full_name: name, inn: inn, kpp: kpp, address: address, phone: tel}
"""
COLUMNS = ("id", "name", "inn", "kpp", "address", "tel")
HEAT = {"id": "1", "name": 'ООО "Тепло"', "inn": "7707083893"}
LIGHT = {"id": "2", "name": 'АО "Свет"', "inn": "7702070139", "kpp": "770201001", "address": "г Самара, ул Мира, д 1"}
REGISTER = (
    "inn;ogrn;kpp;short_name;address;director;post;director_inn;as_of\n"
    "7707083893;1027700132195;631101001;ООО ТЕПЛОВИК;г Самара, ул Победы, д 5, оф 3;Иванов Пётр Ильич;Директор;"
    "500100732259;2026-01-15\n"
    "7702070139;1027739609391;631601001;АО СВЕТ;443001, Самарская обл, г Самара, ул Мира, д 1, оф 7;;;;2026-01-15\n"
)


@pytest.fixture
def loaded(store: Store, tmp_path: Path) -> Iterator[Store]:
    """Two companies of a source, and a register that knows them."""
    register_source(store, MAPPING, "orgs.yaml")
    load_files(
        store, settings_in(tmp_path), [Request("orgs", (write_csv(tmp_path / "o.csv", [HEAT, LIGHT], COLUMNS),))]
    )
    (tmp_path / "egrul.csv").write_text(REGISTER, encoding="utf-8")
    load_reference(store, settings_in(tmp_path), "egrul", tmp_path / "egrul.csv")
    yield store
    registers.use(None)


def companies(store: Store) -> dict[str, golden.Golden]:
    with store.transaction() as connection:
        rows = connection.execute("select party_id::text from golden").fetchall()
        found = golden.find_many(connection, [row[0] for row in rows])
    return {str(one.golden_values.get("inn")): one for one in found.values()}


def test_gaps_are_filled_and_nothing_else(loaded: Store, tmp_path: Path) -> None:
    done = enrich_companies(loaded, settings_in(tmp_path), LoadedRegister())
    assert done == Enriched(
        "egrul", 2, 0, 2, {"ogrn": 2, "kpp": 1, "address": 1}, {"kpp": 1}, "done", None
    )  # fmt: skip
    found = companies(loaded)
    assert len(found) == 2, "what is told of a company joins its party"
    heat, light = found["7707083893"], found["7702070139"]
    assert (heat.golden_values["ogrn"], heat.golden_values["kpp"]) == ("1027700132195", "631101001")
    assert heat.provenance["address"][0]["source"] == "egrul"
    assert heat.name == 'ООО "Тепло"'
    assert (light.golden_values["kpp"], light.provenance["address"][0]["source"]) == ("770201001", "orgs")
    with loaded.transaction() as connection:
        (director,) = graph.stated_of_party(connection, heat.party_id)
        (officer,) = checks.officers(connection, [heat.party_id]).rows()
    assert (director.name, director.role, director.title, director.source) == (
        "Иванов Пётр Ильич", "director", "Директор", "egrul",
    )  # fmt: skip
    assert officer[1:] == ("Иванов Пётр Ильич", "director", "500100732259")
    again = enrich_companies(loaded, settings_in(tmp_path), LoadedRegister())
    assert (again.asked, again.status) == (0, "nothing")


def test_a_gap_that_a_source_fills_later_is_its_own(loaded: Store, tmp_path: Path) -> None:
    enrich_companies(loaded, settings_in(tmp_path), LoadedRegister())
    path = write_csv(
        tmp_path / "later.csv", [HEAT | {"kpp": "770701001", "address": "г Самара, ул Садовая, д 2"}], COLUMNS
    )
    load_files(loaded, settings_in(tmp_path), [Request("orgs", (path,))])
    enrich_companies(loaded, settings_in(tmp_path), LoadedRegister(), older_than_days=0)
    heat = companies(loaded)["7707083893"]
    assert {name: heat.provenance[name][0]["source"] for name in ("kpp", "address", "ogrn")} == {
        "kpp": "orgs", "address": "orgs", "ogrn": "egrul",
    }  # fmt: skip


class Failing:
    """An enricher that breaks down after the first company."""

    name = "dadata"
    title = "DaData"

    def __init__(self) -> None:
        self.asked = 0

    def find(self, inn: str) -> Company | None:
        """Tell of one company, then break down."""
        self.asked += 1
        if self.asked > 1:
            raise Transient("DaData does not answer: try again later")
        return Company(inn, ogrn="1027700132195")


def test_what_was_told_before_a_fault_is_kept(loaded: Store, tmp_path: Path) -> None:
    enricher = Failing()
    done = enrich_companies(loaded, settings_in(tmp_path), enricher)
    assert (done.asked, done.told, done.status, done.stopped) == (
        1, 1, "done", "DaData does not answer: try again later",
    )  # fmt: skip
    rest = enrich_companies(loaded, settings_in(tmp_path), LoadedRegister(), limit=1)
    assert rest.asked == 1


def test_a_statement_says_what_differs() -> None:
    company = Company("7707083893", ogrn="1", kpp="2", short_name="ООО", officers=(Officer("А Б", "owner"),))
    made = statement(company, {"ogrn": {"1"}, "kpp": {"3"}})
    assert (made.filled, made.differs) == (("full_name",), ("kpp",))
    assert (made.row["owner1_name"], made.row["owner2_name"], made.row["director_name"]) == ("А Б", None, None)
    assert json.loads(made.row["told"])["kpp"] == "2"


SERVICE = {
    "LITSO_ENRICHER": "dadata",
    "LITSO_ENRICHER_URL": "https://service.example",
    "LITSO_ENRICHER_KEY_FILE": "/none",
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"LITSO_ENRICHER": ""}, "LITSO_ENRICHER is not set"),
        ({"LITSO_ENRICHER": "other"}, "must be one of dadata, spark"),
        ({"LITSO_ENRICHER_URL": ""}, "needs LITSO_ENRICHER_URL"),
        ({"LITSO_ENRICHER_KEY_FILE": ""}, "LITSO_ENRICHER_KEY_FILE"),
        ({}, "the file cannot be read"),
    ],
)
def test_nothing_is_called_unless_it_is_configured(changes: dict[str, str], message: str) -> None:
    with pytest.raises(Misconfigured, match=message):
        enricher_of(load_settings(SERVICE | changes))


def test_the_command(loaded: Store, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITSO_DATABASE_URL", database_url)
    monkeypatch.setenv("LITSO_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["enrich", "companies"])
    assert "2 told of, 0 unknown" in done.stdout
    assert isinstance(CliRunner().invoke(app, ["enrich", "companies", "--service"]).exception, Misconfigured)
