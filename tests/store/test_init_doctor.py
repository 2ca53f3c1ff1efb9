"""`litso init` and `litso doctor`, on the embedded server and on one of the user's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from litso import cli
from litso.store.database import connect


class Said(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def litso(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """The program, run inside this one: its arguments, then its settings."""

    def run(*arguments: str, **environment: str) -> Said:
        for name in [name for name in os.environ if name.startswith("LITSO_")]:
            monkeypatch.delenv(name)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["litso", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return run


def test_init_sets_up_an_embedded_store_and_doctor_finds_it_sound(tmp_path: Path, litso: Callable[..., Said]) -> None:
    home = {"LITSO_HOME": str(tmp_path)}
    first = json.loads(litso("init", "--json", **home).out)
    assert first["applied"] == [1]
    assert len(first["token"]) >= 32
    second = litso("init", **home)
    assert "The store is at version 1." in second.out
    assert first["token"] not in second.out
    checked = litso("doctor", **home)
    assert checked.status == 0
    assert checked.out.count("holds") == 7
    assert not (tmp_path / "postgres/data/postmaster.pid").exists()


def test_doctor_says_what_is_broken_on_a_server_of_the_settings(
    database_url: str, tmp_path: Path, litso: Callable[..., Said]
) -> None:
    chosen = {"LITSO_DATABASE_URL": database_url, "LITSO_HOME": str(tmp_path / "unused")}
    assert json.loads(litso("init", "--json", **chosen).out)["token"]
    with connect(database_url) as connection:
        connection.execute("insert into source (name, party, mapping) values ('crm', 'person', '')")
        connection.execute("insert into load (source, mode, status, rows_in) values ('crm', 'full', 'done', 6)")
    checked = litso("doctor", "--json", **chosen)
    assert (checked.status, checked.err) == (3, "litso: broken: I6 (1)\n")
    found = {one["invariant"]: one["violations"] for one in json.loads(checked.out)["invariants"]}
    assert found == {"I1": 0, "I2": 0, "I5": 0, "I6": 1, "I11": 0, "I12": 0, "A1": 0}
    assert not (tmp_path / "unused").exists()


def test_init_gives_no_token_when_users_exist_unless_asked(database_url: str, litso: Callable[..., Said]) -> None:
    chosen = {"LITSO_DATABASE_URL": database_url}
    with connect(database_url) as connection:
        connection.execute("insert into user_account (login, name, role) values ('a', 'A', 'operator')")
    assert json.loads(litso("init", "--json", **chosen).out)["token"] is None
    assert "--new-token" in litso("init", **chosen).out
    assert json.loads(litso("init", "--json", "--new-token", **chosen).out)["token"]


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"LITSO_DATABASE_URL": "mysql://x"}, "LITSO_DATABASE_URL must begin with postgresql://"),
        ({"LITSO_DATABASE_URL": "postgresql://nobody:secret@127.0.0.1:9/x"}, "LITSO_DATABASE_URL: cannot connect"),
        ({"LITSO_HOME": "/dev/null/x"}, "LITSO_HOME: cannot write"),
    ],
)
def test_a_wrong_setting_is_named(environment: dict[str, str], named: str, litso: Callable[..., Said]) -> None:
    failed = litso("doctor", **environment)
    assert failed.status == 2
    assert failed.err.startswith(f"litso: {named}")
    assert "secret" not in failed.err
    assert len(failed.err.splitlines()) == 1


def test_a_terminated_program_stops_its_server(tmp_path: Path) -> None:
    command = "from litso.commands import doctor; import time; doctor.check_invariants = lambda _: time.sleep(600);"
    command += "print(1, flush=True); import sys; sys.argv = ['litso', 'doctor']; from litso.cli import main; main()"
    program = subprocess.Popen(
        [sys.executable, "-c", command], env={**os.environ, "LITSO_HOME": str(tmp_path)}, stdout=subprocess.PIPE
    )
    pid_file = tmp_path / "postgres/data/postmaster.pid"
    deadline = time.monotonic() + 120
    while not (pid_file.exists() and "ready" in pid_file.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    program.terminate()
    assert program.wait(60) == 143
    assert not pid_file.exists()
