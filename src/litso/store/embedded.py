"""The embedded server: PostgreSQL in `$LITSO_HOME/postgres`, started with the first program and stopped with the last.

Every program that uses the server holds a shared lock on `users.lock`; it starts and stops under `start.lock`. The
kernel drops the locks of a killed program, so the count is never wrong: a server left behind by a kill is adopted and
stopped by the next program. Nobody can reach the server but through a socket in a folder closed to other users.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg

from litso.errors import Misconfigured, Transient
from litso.store.binaries import Binaries, Runner, find_binaries, unprivileged

USER: Final = "litso"
_SOCKET: Final = "/.s.PGSQL.5432"
_LONGEST_SOCKET: Final = 107  # bytes of a path in sockaddr_un
_PATIENCE: Final = 300.0  # seconds: recovery after a crash replays at most max_wal_size
_SMALL_SHARED_MEMORY: Final = 256 << 20
_LONGEST_LOG: Final = 16 << 20


@contextmanager
def running_server(
    home: Path, *, binaries: Path | None = None, overrides: Mapping[str, str] | None = None
) -> Iterator[str]:
    """URL of the embedded server of `home`, which runs at least as long as the context.

    `binaries` is a folder with PostgreSQL's programs (found by itself when None); `overrides` are settings of
    postgresql.conf, used when this program is the one that starts the server.
    """
    root = _prepared(home / "postgres")
    with _opened(root / "users.lock") as users:
        try:
            with _start_lock(root):
                url = _ensure_running(root, binaries, overrides or {}, users)
                fcntl.flock(users, fcntl.LOCK_SH)
            yield url
        finally:
            with _start_lock(root):
                if _locked_alone(users):
                    _stop(root / "data")


def _prepared(root: Path) -> Path:
    """The server's folder, closed to other users; data must not slip into anyone's repository."""
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        (root / ".gitignore").write_text("*\n")
    except OSError as error:
        raise Misconfigured(f"LITSO_HOME: cannot write to {root}: {error.strerror}") from error
    return root.resolve()


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Misconfigured(f"LITSO_HOME: cannot write to {path}: {error.strerror}") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _start_lock(root: Path) -> Iterator[None]:
    with _opened(root / "start.lock") as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _locked_alone(users: int) -> bool:
    """Whether no other program uses the server; then the lock is exclusive."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


# Starting ------------------------------------------------------------------------------------------------------


def _ensure_running(root: Path, chosen: Path | None, overrides: Mapping[str, str], users: int) -> str:
    """URL of the server, adopted when it runs already. The caller holds the start lock."""
    data = root / "data"
    if _postmaster(data) is not None:
        url = _url_of_running(data)
        if _answers(url):
            return url
        if not _locked_alone(users):
            raise Transient(f"the embedded server of {root} does not answer, though other programs use it")
        _stop(data)
    runner = unprivileged(data if data.exists() else root)
    found = find_binaries(runner, chosen=chosen, version=_data_version(data))
    sockets = _socket_folder(root, runner)
    _give(root, runner)
    if not data.exists():
        _initialize(data, found, runner)
    _configure(data, sockets, overrides)
    _await_end(data)
    _forget_dead(data, sockets)
    _start(root, found, runner)
    return _url(sockets)


def _data_version(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def _give(path: Path, runner: Runner) -> None:
    if path.stat().st_uid != runner.owner:
        os.chown(path, runner.owner, runner.gid or runner.owner)


def _initialize(data: Path, found: Binaries, runner: Runner) -> None:
    """Create the data folder beside its place and move it there whole: a kill leaves no half."""
    fresh = data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    done = runner.run(
        found / "initdb", "-D", fresh, "-U", USER, "-E", "UTF8", *_locale(found.version),
        "--auth-local=trust", "--auth-host=reject", "--data-checksums", "--no-instructions",
    )  # fmt: skip
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        hint = "" if runner.uid is None else f"; LITSO_HOME must be a folder that user {runner.uid} can reach"
        raise Misconfigured(f"cannot create the embedded server in {data.parent}: {_reason(done.stderr)}{hint}")
    fresh.rename(data)


def _locale(version: int) -> tuple[str, ...]:
    """Letters of every language, compared by code point: the same order on every machine, and the quickest."""
    if version >= 17:
        return ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
    return ("--locale=C.UTF-8",)


def _start(root: Path, found: Binaries, runner: Runner) -> None:
    data, log = root / "data", root / "server.log"
    if log.exists() and log.stat().st_size > _LONGEST_LOG:
        log.unlink()
    done = runner.run(found / "pg_ctl", "start", "-D", data, "-l", log, "-w", "-t", str(int(_PATIENCE)), "-s")
    if done.returncode != 0:
        raise Misconfigured(f"the embedded server in {root} does not start: {_reason(_tail(log) or done.stderr)}")


def _forget_dead(data: Path, sockets: Path) -> None:
    """Remove the lock files of a dead server whose process number lives on: as a zombie, or as another program after a
    reboot or in a container. PostgreSQL looks at the number alone and would not start."""
    pid = _pid_on_file(data)
    if pid is not None and Path(f"/proc/{pid}").exists():
        (data / "postmaster.pid").unlink()
    (sockets / (_SOCKET[1:] + ".lock")).unlink(missing_ok=True)


def _await_end(data: Path) -> None:
    """Wait for the children of a server that was killed: they need a moment to notice it, and may still write."""
    deadline = time.monotonic() + _PATIENCE
    while any(_works_in(process, data) for process in Path("/proc").glob("[0-9]*")):
        if time.monotonic() > deadline:
            raise Transient(f"processes of a dead server still work in {data}")
        time.sleep(0.02)


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder
    except OSError:
        return False


def _tail(log: Path) -> str:
    try:
        return log.read_text(errors="replace")[-4000:]
    except OSError:
        return ""


def _reason(text: str) -> str:
    """The line of a server's complaint that says most."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error", "denied"))]
    return (telling or lines or ["no reason given"])[-1]


# A running server ----------------------------------------------------------------------------------------------


def _pid_on_file(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _postmaster(data: Path) -> int | None:
    """Process number of the server of this data folder, if it lives."""
    pid = _pid_on_file(data)
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return None
    return pid if os.fsencode(data) in command.split(b"\0") else None


def _url_of_running(data: Path) -> str:
    """The URL by the server's own word: its socket may lie where another program's TMPDIR points."""
    lines = (data / "postmaster.pid").read_text().splitlines()
    return _url(Path(lines[4]) if len(lines) > 4 else data.parent / "run")


def _url(sockets: Path) -> str:
    return f"postgresql://{USER}@/postgres?host={quote(str(sockets), safe='')}"


def _answers(url: str) -> bool:
    """Whether the server accepts connections, after the recovery it may be in."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            psycopg.connect(url, connect_timeout=10).close()
        except psycopg.OperationalError as error:
            busy = "starting up" in str(error) or "shutting down" in str(error) or "recovery" in str(error)
            if not busy or time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        else:
            return True


def _stop(data: Path) -> None:
    """Stop the server and wait for its end; connected sessions are rolled back."""
    pid = _postmaster(data)
    if pid is None:
        return
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + _PATIENCE
    while _postmaster(data) is not None:
        if time.monotonic() > deadline:
            raise Transient(f"the embedded server in {data.parent} does not stop")
        time.sleep(0.02)


# Sockets and settings ------------------------------------------------------------------------------------------


def _socket_folder(root: Path, runner: Runner) -> Path:
    """A folder for the socket, short enough, that belongs to the server's user and is closed to others."""
    name = f"litso-{runner.owner}-{hashlib.sha256(os.fsencode(root)).hexdigest()[:16]}"
    places = (root / "run", Path(os.environ.get("TMPDIR", "/tmp")) / name, Path("/tmp") / name)
    folder = next(place for place in places if _fits(place))
    folder.mkdir(mode=0o700, exist_ok=True)
    _give(folder, runner)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != runner.owner or seen.st_mode & 0o077:
        raise Misconfigured(f"{folder} must be a folder of user {runner.owner}, closed to others")
    return folder


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder)) + len(_SOCKET) <= _LONGEST_SOCKET and not set(",\"'\\") & set(str(folder))


def _configure(data: Path, sockets: Path, overrides: Mapping[str, str]) -> None:
    """Write postgresql.conf whole, so that each start has the settings of this program and machine."""
    settings = {**_settings(sockets), **overrides}
    text = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    path = data / "postgresql.conf"
    path.write_text("# Written by Litso at each start of the embedded server.\n" + text)
    path.chmod(0o644)  # the server may run as another user; the folder is closed anyway


def _settings(sockets: Path) -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "64",
        "shared_buffers": f"{min(max(memory // 16, 64), 512)}MB",
        "effective_cache_size": f"{max(memory // 3, 128)}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64), 512)}MB",
        "max_parallel_maintenance_workers": "2",
        "max_parallel_workers_per_gather": "1",
        "dynamic_shared_memory_type": _dynamic_memory(),
        "random_page_cost": "1.1",
        # No replica reads this log: a table filled in the transaction that emptied it is not written twice.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "synchronous_commit": "on",
        # Values of rows are personal data and have no place in a log.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_min_messages": "warning",
        "log_parameter_max_length": "0",
        "log_checkpoints": "off",
        "lc_messages": "C",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }


def _dynamic_memory() -> str:
    """Containers give /dev/shm 64 MB, too little for a parallel index build."""
    try:
        space = os.statvfs("/dev/shm")
    except OSError:
        return "mmap"
    return "posix" if space.f_bsize * space.f_bavail >= _SMALL_SHARED_MEMORY else "mmap"
