"""Litso at work while its programs are killed: a server, a worker, loads, and PostgreSQL itself.

Callers do what honest callers do: a request is sent again with its Idempotency-Key until it is answered, a load is run
again until it says that it is done, a webhook remembers ids. What was answered is written down here, and must be there
when the dust has settled.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for_all
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any
from uuid import uuid4

import httpx
from small_sources import person, register, write_csv

from http_peer import Peer, Reply
from litso.errors import LitsoError
from litso.settings import load_settings
from litso.store import consumers as kept
from litso.store import users
from litso.store.database import Store, ensure_database
from litso.store.embedded import running_server
from litso.store.invariants import check_invariants
from litso.store.migrate import migrate
from litso.store.sealing import new_key
from litso.usecases import connecting, consumers
from litso.usecases.access import Actor
from litso.usecases.consumers import Wanted
from litso.usecases.working import is_at_work
from loopback import free_port

CALLER, LOADED, FETCHED = "crm", "billing", "desk"
"""Sources: of callers of the API, of files that are loaded, of a folder that the worker looks into."""
VICTIMS = ("server", "worker", "database", "load")

ADMINISTRATOR = Actor("админ", "administrator")
PEOPLE = 200
"""Few enough that records meet: parties merge, split and are judged."""
PATIENCE_SECONDS = 300

Key = tuple[str, str]


@dataclass
class Promises:
    """What callers were answered: records with their e-mail, judgements with whether they count, the pairs that they
    are about, events; operations with their number of judgements."""

    lock: Lock = field(default_factory=Lock)
    records: dict[Key, str] = field(default_factory=dict)
    judgements: dict[int, bool] = field(default_factory=dict)
    pairs: set[tuple[Key, ...]] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    operations: dict[int, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1

    def keep(self, source: str, mails: Mapping[str, str], what: str) -> None:
        """Records were written."""
        with self.lock:
            self.records |= {(source, key): mail for key, mail in mails.items()}
            self.counts[what] += 1


# Programs ---------------------------------------------------------------------------------------------------------


class Database:
    """An embedded server of this test's own, begun anew whenever it was killed.

    Its commits are as in production; a kill leaves what the operating system has been given, so nothing need be synced.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._held = ExitStack()
        self.url = ""
        self.start()

    def start(self) -> None:
        """Begin, after a crash too; the socket stays where it was."""
        server = self._held.enter_context(running_server(self._home, overrides={"fsync": "off"}))
        self.url = ensure_database(server, "litso")

    def kill(self, chance: random.Random) -> str:
        """Kill the postmaster, or one of its sessions: then PostgreSQL itself ends them all and recovers."""
        first = int((self._home / "postgres/data/postmaster.pid").read_text().split("\n", 1)[0])
        sessions = sessions_of(first)
        if sessions and chance.random() < 0.5:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(sessions), signal.SIGKILL)
            return "session"
        os.kill(first, signal.SIGKILL)
        while command_of(first):  # until it is dead: what still dies would be taken for one that does not answer
            time.sleep(0.01)
        self.start()
        return "postmaster"

    def close(self) -> None:
        self._held.close()


def command_of(number: int) -> bytes:
    """The command line of a process; empty when it is dead."""
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return b""


def sessions_of(parent: int) -> list[int]:
    """Processes of the server that work for a client."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(one) for one in children if b"litso litso" in command_of(int(one))]


class Program:
    """A program of ours that is begun anew whenever it has ended."""

    def __init__(self, log: Path, environment: Mapping[str, str], *words: str) -> None:
        self._log, self._environment = log, {**os.environ, **environment}
        self._words = [sys.executable, "-m", "litso", *words]
        self._running = self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(self._words, env=self._environment, stdout=log, stderr=log)

    def kill(self) -> None:
        """Kill it; see `look`."""
        self._running.kill()
        self._running.wait()

    def look(self) -> None:
        """Begin it again if it has ended, as a service manager does."""
        if self._running.poll() is not None:
            self._running = self._begin()

    def run(self) -> int:
        """Wait until it ends by itself, or is killed; answers its status."""
        return self._running.wait()

    def end(self) -> int:
        """Tell it to end, and wait for it."""
        self._running.send_signal(signal.SIGTERM)
        try:
            return self._running.wait(60)
        except subprocess.TimeoutExpired:
            self._running.kill()
            return self._running.wait()


@dataclass
class Town:
    """Everything that runs."""

    home: Path
    database: Database
    store: Store
    environment: dict[str, str]
    tokens: dict[str, str]
    port: int
    hook: Peer
    server: Program
    worker: Program
    load: Program | None = None
    """The program that loads at this moment."""

    def look(self) -> None:
        """Begin again what has ended."""
        self.server.look()
        self.worker.look()

    def is_ready(self) -> bool:
        """Whether the server says that it can work, and a worker is there."""
        with suppress(httpx.TransportError, LitsoError):
            answer = httpx.get(f"http://127.0.0.1:{self.port}/ready", timeout=5)
            with self.store.transaction(patience=2) as connection:
                return answer.status_code == 200 and is_at_work(connection)
        return False

    def await_ready(self) -> None:
        self._await(self.is_ready, "it does not get ready")

    def await_told(self) -> None:
        """Wait until the webhook has everything."""
        self._await(self._is_told, "the webhook never got everything")

    def _is_told(self) -> bool:
        with suppress(LitsoError), self.store.transaction() as connection:  # the pool may hold dead connections
            connection.execute("update consumer set retry_at = null")
            return kept.get(connection, "hook").lag == 0
        return False

    def _await(self, question: Callable[[], bool], fault: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not question():
            assert time.monotonic() < deadline, fault
            self.look()
            time.sleep(0.25)


@contextmanager
def running(home: Path, hook: Peer) -> Iterator[Town]:
    """A store with three sources, a webhook and tokens; a server and a worker on it."""
    database = Database(home)
    try:
        migrate(database.url)
        store = Store(database.url, most=4)
        store.open()
        for name in (CALLER, LOADED, FETCHED):
            register(store, name)
        (home / "folder").mkdir()
        folder = f"source: {FETCHED}\nevery: 10 seconds\nfolder: {{path: {home / 'folder'}, files: '*.csv'}}\n"
        connecting.connect(store, folder, "folder.yaml")
        with store.transaction() as connection:
            tokens = {role: users.issue_service_token(connection, role, role) for role in ("integrator", "steward")}
        (home / "key").write_text(new_key())
        own = {"LITSO_WEBHOOK_NETWORKS": "127.0.0.0/8", "LITSO_SECRET_KEY_FILE": str(home / "key")}
        wanted = Wanted("hook", purpose="проверка", delivery="webhook", address=hook.url, from_start=True)
        consumers.attach(store, load_settings(own), ADMINISTRATOR, wanted)
        own |= {"LITSO_DATABASE_URL": database.url, "LITSO_HOME": str(home / "programs"), "LITSO_THREADS": "1",
                "LITSO_MEMORY_LIMIT": "512MiB", "LITSO_TOKEN_RATE": "100000"}  # fmt: skip
        (home / "programs").mkdir()
        port = free_port()
        server = Program(home / "server.log", own, "serve", "--port", str(port))
        worker = Program(home / "worker.log", own, "worker")
        try:
            yield Town(home, database, store, own, tokens, port, hook, server, worker)
        finally:
            statuses = (server.end(), worker.end())
            store.close()
        assert statuses == (0, 0), "a program did not end as it was told"
    finally:
        database.close()


# Callers ----------------------------------------------------------------------------------------------------------


@dataclass
class Caller:
    """Somebody who works until told to stop; whatever was begun is brought to its end. name: no other has it."""

    name: str
    town: Town
    promises: Promises
    stop: Event
    chance: random.Random
    role: str = "integrator"

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.town.tokens[self.role]}"}
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{self.town.port}/v1", headers=headers, timeout=60)

    def ask(self, method: str, path: str, body: Any = None, *, with_key: bool = True, **headers: str) -> Any:
        """What is answered: a request whose answer is lost, or 503, is sent again with the same key."""
        sent = {"If-Match": "*"} | headers | ({"Idempotency-Key": str(uuid4())} if with_key else {})
        while True:
            try:
                answer = self._client.request(method, path, json=body, headers=sent)
            except httpx.TransportError as error:
                self.promises.count(type(error).__name__)
            else:
                if answer.status_code < 300:
                    return answer.json()
                assert answer.status_code == 503, f"{method} {path}: {answer.status_code} {answer.text}"
                self.promises.count("503")
            time.sleep(0.5)

    def until(self, path: str, *statuses: str) -> Any:
        """What is at a path when its work has come to one of these."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := self.ask("GET", path))["status"] not in statuses:
            assert found["status"] != "failed", f"{path}: {found}"
            assert time.monotonic() < deadline, f"{path} is still {found['status']}"
            time.sleep(0.5)
        return found


def attributes(number: int, mail: str) -> dict[str, Any]:
    row = person(number)
    return {"full_name": row["fio"], "phone": row["tel"], "address": row["adres"], "birth_date": row["bdate"],
            "email": mail}  # fmt: skip


def upsert(caller: Caller) -> None:
    """Records one by one, new ones and changed ones; every other one without a key: the same twice is the same."""
    turn = 0
    while not caller.stop.is_set():
        turn += 1
        key, mail = f"R{caller.chance.randrange(150)}", f"post{caller.name}x{turn}@yandex.ru"
        record = {"source": CALLER, "source_id": key, "attributes": attributes(caller.chance.randrange(PEOPLE), mail)}
        caller.ask("POST", "/records", record, with_key=turn % 2 == 0)
        caller.promises.keep(CALLER, {key: mail}, "upserts")


def upsert_many(caller: Caller) -> None:
    """Many records at once, by jobs of the worker."""
    turn = 0
    while not caller.stop.is_set():
        turn += 1
        mails = {f"J{number}": f"job{caller.name}x{turn}x{number}@yandex.ru" for number in range(40)}
        given = [{"source": CALLER, "source_id": key, "attributes": attributes(caller.chance.randrange(PEOPLE), mail)}
                 for key, mail in mails.items()]  # fmt: skip
        job = caller.ask("POST", "/records", given, Prefer="respond-async")
        done = caller.until(f"/jobs/{job['job_id']}", "done")["result"]
        assert sum(done.get(what, 0) for what in ("inserted", "changed", "unchanged")) == len(given), done
        caller.promises.keep(CALLER, mails, "jobs")


def send_events(caller: Caller) -> None:
    """Events without ids of their own: only their keys tell that one came before."""
    turn = 0
    while not caller.stop.is_set():
        turn += 1
        title = f"Событие {caller.name} {turn}"
        caller.ask("POST", "/track", {"userId": f"u{turn % 20}", "event": title})
        with caller.promises.lock:
            caller.promises.events.add(title)
        time.sleep(0.1)


def judge(caller: Caller) -> None:
    """Judge pairs of records, and take judgements back."""
    while not caller.stop.is_set():
        with caller.promises.lock:
            known = sorted(key for key in caller.promises.records if key[0] == CALLER)
            counting = [number for number, counts in caller.promises.judgements.items() if counts]
        if len(known) < 10:
            time.sleep(0.1)
        elif len(counting) > 10:
            number = caller.chance.choice(counting)
            caller.ask("DELETE", f"/judgements/{number}")
            caller.promises.judgements[number] = False
            caller.promises.count("undone")
        else:
            pair = tuple(sorted(caller.chance.sample(known, 2)))
            if pair in caller.promises.pairs:
                continue
            left, right = ({"source": key[0], "source_id": key[1]} for key in pair)
            verdict = caller.chance.choice(("same", "different"))
            body = {"verdict": verdict, "left": left, "right": right, "reason": "проверка"}
            number = caller.ask("POST", "/judgements", body)["judgement_id"]
            with caller.promises.lock:
                caller.promises.pairs.add(pair)
                caller.promises.judgements[number] = True
                caller.promises.counts["judgements"] += 1


def judge_many(caller: Caller) -> None:
    """Judgements in bulk about loaded records: rehearsed, applied, taken back."""
    while not caller.stop.is_set():
        with caller.promises.lock:
            known = sorted(key for key in caller.promises.records if key[0] == LOADED)
        if len(known) < 40:
            time.sleep(0.1)
            continue
        sides = [{"source": key[0], "source_id": key[1]} for key in caller.chance.sample(known, 40)]
        pairs = [{"verdict": "different", "left": left, "right": right}
                 for left, right in zip(sides[::2], sides[1::2], strict=True)]  # fmt: skip
        begun = caller.ask("POST", "/judgements/bulk", {"pairs": pairs, "reason": "проверка"})
        path = f"/operations/{begun['operation_id']}"
        caller.until(path, "rehearsed")
        caller.ask("POST", f"{path}/apply")
        caller.until(path, "applied")
        caller.ask("DELETE", path)
        caller.until(path, "undone")
        with caller.promises.lock:
            caller.promises.operations[begun["operation_id"]] = len(pairs)
            caller.promises.counts["operations"] += 1


def load(caller: Caller) -> None:
    """Load files, each until its load is done."""
    home, turn = caller.town.home, 0
    while not caller.stop.is_set():
        turn += 1
        numbers = sorted(caller.chance.sample(range(2 * PEOPLE), 100))
        mails = {f"L{number}": f"load{caller.name}x{number}x{turn}@yandex.ru" for number in numbers}
        rows = [person(number, id=f"L{number}", mail=mails[f"L{number}"]) for number in numbers]
        path = write_csv(home / f"{LOADED}.csv", rows)
        while True:
            words = ("load", LOADED, str(path), "--delta")
            caller.town.load = Program(home / "load.log", caller.town.environment, *words)
            if caller.town.load.run() == 0:
                break
            caller.promises.count("loads again")
        caller.town.load = None
        time.sleep(5)
        caller.promises.keep(LOADED, mails, "loads")


def leave_files(caller: Caller) -> None:
    """Leave files in a folder; the worker comes for them."""
    turn = 0
    while not caller.stop.is_set():
        turn += 1
        mails = {f"F{number}": f"file{caller.name}x{number}x{turn}@yandex.ru" for number in range(20)}
        rows = [person(caller.chance.randrange(PEOPLE), id=key, mail=mail) for key, mail in mails.items()]
        path = write_csv(caller.town.home / f"{FETCHED}.new", rows)
        long_ago = time.time() - 60 + turn % 60 / 100  # in the order of their names
        os.utime(path, (long_ago, long_ago))
        path.rename(caller.town.home / "folder" / f"{caller.name}-{turn:05}.csv")
        with suppress(LitsoError):  # else it comes by its schedule
            connecting.ask(caller.town.store, FETCHED, "проверка")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not mails.items() <= fetched(caller.town.store).items():
            assert time.monotonic() < deadline, "the worker does not come for a file"
            time.sleep(0.3)
        caller.promises.keep(FETCHED, mails, "files")


def fetched(store: Store) -> dict[str, str]:
    """Records of the folder: id → e-mail."""
    query = "select source_id, payload::json ->> 'mail' from source_record where source = %s and deleted_at is null"
    with suppress(LitsoError), store.transaction() as connection:
        return dict(connection.execute(query, [FETCHED]).fetchall())
    return {}


# The killer -------------------------------------------------------------------------------------------------------


@contextmanager
def at_work(town: Town, promises: Promises, seed: str) -> Iterator[list[Future[None]]]:
    """Callers at work as long as the context, and until they have come to an end with what they began."""
    stop = Event()

    def caller(name: str, role: str = "integrator") -> Caller:
        return Caller(f"{name}{seed}", town, promises, stop, random.Random(f"{seed} {name}"), role)

    with ThreadPoolExecutor(7) as pool:
        futures = [
            pool.submit(upsert, caller("upsert")),
            pool.submit(upsert_many, caller("many")),
            pool.submit(send_events, caller("events")),
            pool.submit(judge, caller("judge", "steward")),
            pool.submit(judge_many, caller("bulk")),
            pool.submit(load, caller("load")),
            pool.submit(leave_files, caller("files")),
        ]
        try:
            yield futures
        finally:
            stop.set()
            while wait_for_all(futures, timeout=0.2).not_done:
                town.look()
    for one in futures:
        one.result()


def unsteady(chance: random.Random) -> Callable[[Any], Reply]:
    """A webhook that sometimes fails, or drops the connection after it has got the event."""

    def answer(_: Any) -> Reply:
        lot = chance.random()
        return Reply(cut=True) if lot < 0.02 else Reply(status=500) if lot < 0.04 else Reply()

    return answer


def kill_about(town: Town, promises: Promises, *, kills: int, seed: str, pause: float) -> None:
    """Kill so many times while everybody works, then let the work come to its end.

    pause: seconds between readiness and the next kill at most. The invariants are looked at after each kill.
    """
    chance = random.Random(seed)
    town.hook.answer = unsteady(random.Random(seed))
    victims = [VICTIMS[number % len(VICTIMS)] for number in range(kills)]
    chance.shuffle(victims)
    town.await_ready()
    with at_work(town, promises, seed) as futures:
        for victim in victims:
            await_progress(town, promises, futures)
            time.sleep(chance.random() * pause)
            kill(town, promises, victim, chance)
            town.await_ready()
            assert broken(town.store) == set()
    town.hook.answer = lambda _: Reply()
    town.await_told()


def kill(town: Town, promises: Promises, victim: str, chance: random.Random) -> None:
    """Kill a program; the next one is begun by `look`."""
    if victim == "database":
        victim = town.database.kill(chance)
    elif victim == "load":
        while (program := town.load) is None:
            time.sleep(0.01)
        time.sleep(chance.random() * 6)
        program.kill()
    else:
        (town.server if victim == "server" else town.worker).kill()
    promises.count(f"killed {victim}")


def await_progress(town: Town, promises: Promises, futures: list[Future[None]]) -> None:
    """Wait until callers have been answered since the last kill."""
    before = promises.counts["upserts"]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while promises.counts["upserts"] < before + 3:
        for one in futures:
            assert not one.done(), one.exception()
        assert time.monotonic() < deadline, "nobody is answered"
        town.look()
        time.sleep(0.02)


def broken(store: Store) -> set[str]:
    """Invariants that do not hold, as soon as the store answers."""
    while True:
        with suppress(LitsoError), store.transaction() as connection:
            return {one.invariant for one in check_invariants(connection) if one.violations}
