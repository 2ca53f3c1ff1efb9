"""The embedded server starts with the first program, stops with the last, and survives kills of both."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from databases import QUICK
from litso.errors import Misconfigured
from litso.store.binaries import Runner, find_binaries
from litso.store.embedded import running_server

USER_PROGRAM = """
import sys
from pathlib import Path
from litso.store.embedded import running_server
with running_server(Path(sys.argv[1]), overrides={"fsync": "off", "shared_buffers": "16MB"}) as url:
    print(url, flush=True)
    sys.stdin.read()
"""
SMALL = {**QUICK, "shared_buffers": "16MB"}


def start_program(home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", USER_PROGRAM, str(home)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def url_of(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def finish(program: subprocess.Popen[str]) -> int:
    assert program.stdin is not None
    program.stdin.close()
    return program.wait(60)


def postmaster(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().split()[0])


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_last_user_stops_the_server(tmp_path: Path) -> None:
    with running_server(tmp_path, overrides=SMALL) as first:
        with running_server(tmp_path, overrides=SMALL) as second:
            assert second == first
        assert answers(first)
    assert not answers(first)
    assert not (tmp_path / "postgres/data/postmaster.pid").exists()


def test_the_server_outlives_the_program_that_started_it(tmp_path: Path) -> None:
    program = start_program(tmp_path)
    url = url_of(program)
    with running_server(tmp_path, overrides=SMALL) as adopted:
        assert adopted == url
        assert finish(program) == 0
        assert answers(adopted)
    assert not answers(url)


def test_programs_that_start_at_once_share_one_server(tmp_path: Path) -> None:
    programs = [start_program(tmp_path) for _ in range(3)]
    urls = {url_of(program) for program in programs}
    assert len(urls) == 1
    assert answers(urls.pop())
    assert [finish(program) for program in programs] == [0, 0, 0]
    assert not (tmp_path / "postgres/data/postmaster.pid").exists()


def test_a_server_left_by_a_killed_program_is_adopted_and_stopped(tmp_path: Path) -> None:
    program = start_program(tmp_path)
    url = url_of(program)
    program.kill()
    program.wait()
    left = postmaster(tmp_path)
    with running_server(tmp_path, overrides=SMALL) as adopted:
        assert adopted == url
        assert postmaster(tmp_path) == left
    assert not answers(url)


def test_a_killed_server_recovers_what_was_committed(tmp_path: Path) -> None:
    with running_server(tmp_path, overrides={"shared_buffers": "16MB"}) as url:
        with psycopg.connect(url) as connection:
            connection.execute("create table kept (id integer)")
            connection.execute("insert into kept values (7)")
        os.kill(postmaster(tmp_path), signal.SIGKILL)
        wait_until(lambda: not answers(url))
        with running_server(tmp_path) as recovered, psycopg.connect(recovered) as connection:
            assert connection.execute("select id from kept").fetchall() == [(7,)]


def test_a_pid_file_that_names_another_program_is_stale(tmp_path: Path) -> None:
    with running_server(tmp_path, overrides=SMALL) as url:
        assert answers(url)
    data = tmp_path / "postgres/data"
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1\n5432\n{tmp_path}\n\n\n")
    with running_server(tmp_path, overrides=SMALL) as url:
        assert answers(url)


def test_half_a_data_folder_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "postgres/data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("99")
    with running_server(tmp_path, overrides=SMALL) as url:
        assert answers(url)


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    home = tmp_path / ("лицо-" * 20)
    with running_server(home, overrides=SMALL) as url:
        assert answers(url)
        assert str(home) not in url


def test_nobody_listens_on_tcp_and_the_folders_are_closed(tmp_path: Path) -> None:
    with running_server(tmp_path, overrides=SMALL) as url:
        with psycopg.connect(url) as connection:
            assert connection.execute("show listen_addresses").fetchone() == ("",)
            sockets = connection.execute("show unix_socket_directories").fetchone()
        assert sockets is not None
        for folder in (tmp_path / "postgres", tmp_path / "postgres/data", Path(sockets[0])):
            assert folder.stat().st_mode & 0o077 == 0


def test_the_log_has_no_values(tmp_path: Path) -> None:
    with running_server(tmp_path, overrides=SMALL) as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table person (name text primary key, age integer)")
        connection.execute("insert into person values ('Секретов', 1)")
        for query in ("insert into person values (%s, 1)", "insert into person values ('x', %s::text::integer)"):
            with pytest.raises(psycopg.Error):
                connection.execute(query, ["Секретов"])
        with pytest.raises(psycopg.Error), connection.cursor().copy("copy person from stdin") as copy:
            copy.write("Секретов\tСекретов\n")
    assert "Секретов\n" not in (tmp_path / "postgres/server.log").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
def test_root_runs_a_server_as_the_owner_of_its_folder() -> None:
    with TemporaryDirectory(dir="/tmp") as name:
        home = Path(name)
        home.chmod(0o755)
        root = home / "postgres"
        root.mkdir(mode=0o700)
        os.chown(root, 65534, 65534)
        try:
            find_binaries(Runner(uid=65534, gid=65534))
        except Misconfigured:
            pytest.skip("this checkout and its PostgreSQL lie where only root may go")
        with running_server(home, overrides=SMALL) as url:
            assert answers(url)
            assert Path(f"/proc/{postmaster(home)}").stat().st_uid == 65534
        assert (root / "data").stat().st_uid == 65534


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_another_user_is_refused() -> None:
    with pytest.raises(Misconfigured, match="LITSO_HOME"), running_server(Path("/usr/litso")):
        pass


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("")
    with pytest.raises(Misconfigured, match="LITSO_HOME"), running_server(home):
        pass


def test_a_folder_without_postgresql_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="LITSO_POSTGRES_BIN"), running_server(tmp_path, binaries=tmp_path):
        pass


def test_data_of_a_version_that_is_not_here_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "postgres/data"
    data.mkdir(parents=True, mode=0o700)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(Misconfigured, match="PostgreSQL 9"), running_server(tmp_path):
        pass
