"""`litso demo build` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from litso.cli import main


def run(words: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """Exit status of the program."""
    monkeypatch.setattr("sys.argv", ["litso", *words])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_build_prints_one_json_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--persons", "1000", "--seed", "7", "--today", "2025-11-21", "--json"]
    assert run(["demo", "build", str(tmp_path / "town"), *options], monkeypatch) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["persons"], report["seed"], report["today"]) == (1000, 7, "2025-11-21")
    assert report["records"] == sum(report["rows"].values())
    names = {path.name for path in (tmp_path / "town").iterdir()}
    assert names == {
        *("billing.csv", "crm.jsonl", "cabinet.parquet", "meters.csv", "dispatch.xlsx", "payments", "calls.jsonl"),
        *("companies.csv", "premises.csv", "mappings", "truth.parquet", "households.parquet", "roles.parquet"),
        *("moves.parquet", "errors.parquet", "demo.json", "deliveries.csv", "rights.csv", "reachability.parquet"),
        *("consents.csv", "lists", "listed.parquet"),
    }


def test_build_tells_what_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["demo", "build", str(tmp_path), "--persons", "1000"], monkeypatch) == 0
    shown = capsys.readouterr()
    assert "1,000 persons" in shown.out
    assert "companies" in shown.out
    assert shown.err == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--persons", "10"], "--persons must be between"),
        (["--today", "yesterday"], "--today must be a day"),
        (["--setting", "C"], "--setting must be one of A, B"),
        (["--rates", "none.yaml"], "none.yaml: rates cannot be read"),
        (["--seed", "-1"], "--seed must not be negative"),
    ],
)
def test_wrong_options_end_with_one_sentence_and_status_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    assert run(["demo", "build", str(tmp_path / "town"), *words], monkeypatch) == 2
    shown = capsys.readouterr().err
    assert message in shown
    assert len(shown.strip().splitlines()) == 1
    assert not (tmp_path / "town").exists()
