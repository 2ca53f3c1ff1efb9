"""Connection files: what is wrong in them is told with its line, and no credential is ever in one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from litso.domain.schedule import Every
from litso.errors import Misconfigured
from litso.sources.connectors.config import KINDS, load_connection, parse_connection
from litso.sources.connectors.secrets import Secret, secret_of
from litso.sources.yaml_tree import parse_tree

WRONG = [
    ("folder: {path: /x}", "file.yaml, line 1: the key «source» is missing"),
    ("source: crm", "exactly one connector is expected: folder"),
    ("source: crm\nfoldr: {path: /x}", "line 2: unknown key «foldr»; did you mean «folder»?"),
    ("source: crm\nevery: often\nfolder: {path: /x}", "line 2: every: a duration such as"),
    ("source: crm\nevery: 1 second\nfolder: {path: /x}", "line 2: every: a source runs every 10 seconds at most"),
    ("source: crm\ncron: 61 * * * *\nfolder: {path: /x}", "line 2: cron: «61» is no minute from 0 to 59"),
    ("source: crm\ncron: '* * * * *'\nevery: 1 day\nfolder: {path: /x}", "either «every» or «cron»"),
    ("source: crm\ndrift: ignore\nfolder: {path: /x}", "line 2: drift: «ignore» is not known"),
    ("source: crm\nat_once: 0\nfolder: {path: /x}", "line 2: at_once: a whole number from 1 to 10000000"),
    ("source: crm\nfolder: {}", "line 2: folder: the key «path» is missing"),
    ("source: crm\nfolder: {path: here}", "line 2: folder.path: an absolute path is expected here"),
    ("source: crm\nfolder: {path: /x, files: ../*.csv}", "folder.files: a pattern names files inside the place"),
    ("source: crm\nfolder: {path: /x, done: ready}", "folder.done: a marker is named after its file"),
    ("source: crm\nfolder: {path: /x, done: '{name}.ok', settle: 1 s}", "folder.settle: with markers no file"),
    ("source: crm\nfolder: {path: /x, mode: all}", "folder.mode: «all» is not known"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_what_is_wrong_is_told_exactly(text: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse_connection(text, "file.yaml")
    assert sentence in str(caught.value)
    assert "file.yaml" in str(caught.value)


def test_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "crm.yaml"
    path.write_text("source: crm\nevery: 10 minutes\ndrift: tell\nat_once: 5\nfolder:\n  path: /srv/crm\n")
    found = load_connection(path)
    assert (found.source, found.kind, found.drift, found.at_once) == ("crm", "folder", "tell", 5)
    assert found.schedule == Every(timedelta(minutes=10))
    assert set(KINDS) >= {"folder"}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"none\.yaml: the file cannot be read"):
        load_connection(tmp_path / "none.yaml")


SECRETS = [
    ("hunter2", "a credential is never written here"),
    ("[hunter2]", "a credential is never written here"),
    ("{file: /a, environment: B}", "either «file» or «environment»"),
    ("{file: relative}", "an absolute path"),
    ("{environment: 'A B'}", "no name of an environment variable"),
    ("{value: hunter2}", "unknown key «value»"),
]


@pytest.mark.parametrize(("text", "sentence"), SECRETS)
def test_a_credential_itself_is_refused_and_not_repeated(text: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        secret_of(parse_tree(f"password: {text}", "f").items()["password"])
    assert sentence in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_credentials_are_read_when_they_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "password"
    path.write_text("two words\n")
    monkeypatch.setenv("CRM_PASSWORD", "other")
    assert Secret(file=path).read() == "two words"
    assert Secret(environment="CRM_PASSWORD").read() == "other"
    for place in (Secret(file=tmp_path / "none"), Secret(environment="CRM_NONE")):
        with pytest.raises(Misconfigured):
            place.read()
