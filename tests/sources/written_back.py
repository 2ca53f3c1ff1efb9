"""A utility with two sources for tests of write-back: files of a CRM, and a billing that is a table of a database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import psycopg
from psycopg.conninfo import conninfo_to_dict

from litso.settings import Settings, load_settings
from litso.sources.connectors.config import parse_connection
from litso.store import changes
from litso.store.database import Store
from litso.usecases import collecting, connecting, writing_back
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.loading import Request, load_files, register_source
from litso.usecases.writebacks import Wanted, attach

ACTOR = Actor("anna", ADMINISTRATOR)
COLUMNS = ("id", "fio", "bdate", "tel", "mail", "changed")
MAPPING = """
source: {name}
party: person
key: id
updated_at: changed
attributes: {{full_name: fio, birth_date: bdate, phone: tel, email: mail}}
"""


def row(number: int, **values: str | None) -> dict[str, str | None]:
    """A person of its own."""
    names = ("Иванов Пётр Сергеевич", "Кузнецова Мария Павловна", "Сидоренко Олег Юрьевич", "Фёдорова Анна Ильинична")
    found: dict[str, str | None] = {
        "id": str(number),
        "fio": names[number % 4],
        "bdate": f"19{50 + number % 40}-0{1 + number % 9}-1{number % 10}",
        "tel": f"+7927{1111111 + 1717 * number}",
        "mail": "",
        "changed": "2026-10-01 10:00:00",
    }
    return found | values


class Billing:
    """A table `client` of a database; a row that is changed by anybody gets another moment."""

    kind: ClassVar[str]

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Ask as the owner."""
        raise NotImplementedError

    def put(self, *rows: dict[str, str | None]) -> None:
        for one in rows:
            self.execute("delete from client where id = %s", [one["id"]])
            marks = ", ".join(["%s"] * len(COLUMNS))
            self.execute(f"insert into client ({', '.join(COLUMNS)}) values ({marks})", [one[name] for name in COLUMNS])

    def cell(self, number: int, column: str) -> Any:
        return self.execute(f"select {column} from client where id = %s", [number])[0][0]

    def spec(self, secret: Path) -> str:
        raise NotImplementedError


class PostgresqlBilling(Billing):
    kind = "postgresql"

    def __init__(self, url: str) -> None:
        self.url = url
        self.execute("drop table if exists client")
        self.execute(
            "create table client (id integer primary key, fio varchar(200), bdate date, tel varchar(16),"
            " mail varchar(60), changed timestamptz)"
        )
        self.execute(
            "create or replace function moved() returns trigger language plpgsql as"
            " $$ begin new.changed := '2026-11-01'; return new; end $$"
        )
        self.execute(
            "create trigger moved before update on client for each row when (old.* is distinct from new.*)"
            " execute function moved()"
        )

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    def spec(self, secret: Path) -> str:
        known = conninfo_to_dict(self.url)
        return (
            f"postgresql: {{host: {known['host']}, port: {known.get('port', 5432)}, database: {known['dbname']},"
            f" user: {known.get('user')}, password: {{file: {secret}}}, tls: off, table: client}}"
        )


class MariadbBilling(Billing):
    kind = "mysql"

    def __init__(self, port: int) -> None:
        self.port = port
        self.execute("drop table if exists client")
        self.execute(
            "create table client (id integer primary key, fio varchar(200), bdate date, tel varchar(16),"
            " mail varchar(60), changed datetime(6) on update current_timestamp(6)) engine = InnoDB"
        )

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        from mariadb import connect

        with connect(self.port, "crm") as connection, connection.cursor() as cursor:
            cursor.execute(statement, list(parameters))
            connection.commit()
            return list(cursor.fetchall()) if cursor.description else []

    def spec(self, secret: Path) -> str:
        return (
            f"mysql: {{host: 127.0.0.1, port: {self.port}, database: crm, user: owner, password: {{file: {secret}}},"
            " tls: off, table: client}"
        )


class House:
    """A store with both sources; the CRM is loaded from files, the billing runs by itself where it is connected."""

    def __init__(self, store: Store, home: Path, billing: Billing | None = None) -> None:
        self.store, self.home, self.billing = store, home, billing
        self.settings: Settings = load_settings({
            "LITSO_HOME": str(home), "LITSO_MEMORY_LIMIT": "1GiB", "LITSO_WEBHOOK_NETWORKS": "127.0.0.0/8",
        })  # fmt: skip
        for name in ("crm", "billing"):
            register_source(store, MAPPING.format(name=name), f"{name}.yaml")
        if billing is not None:
            secret = home / "secret"
            secret.write_text("owner")
            text = f"source: billing\n{billing.spec(secret)}\n"
            connecting.connect(store, parse_connection(text, "billing.yaml").text, "billing.yaml")

    def load(self, source: str, *rows: dict[str, str | None], mode: str = "delta") -> Any:
        """Load rows from a file."""
        path = self.home / f"{source}.csv"
        lines = [";".join(COLUMNS), *(";".join(str(one[name] or "") for name in COLUMNS) for one in rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        (outcome,) = load_files(self.store, self.settings, [Request(source, (path,), mode)])
        return outcome

    def collect(self) -> Any:
        """Run the billing."""
        return collecting.collect(self.store, self.settings, "billing", started_by="test")

    def attach(self, name: str = "back", way: str = "sql", **wanted: Any) -> None:
        fields = wanted.pop("fields", {"emails": ""})
        attach(self.store, self.settings, ACTOR, Wanted(name, "billing", "проверка", way, fields, **wanted))

    def run(self, name: str = "back", **options: Any) -> Any:
        return writing_back.run(self.store, self.settings, ACTOR, name, **options)

    def undo(self, run_id: int, name: str = "back") -> Any:
        return writing_back.undo(self.store, self.settings, ACTOR, name, run_id)

    def plan(self, name: str = "back") -> Any:
        return writing_back.rehearse(self.store, ACTOR, name, purpose="integration")

    def last_change(self) -> int:
        with self.store.transaction() as connection:
            events = changes.read_feed(connection, 0, fields=[], sources=[], limit=10_000)
            return events[-1].change_id if events else 0

    def golden(self, number: int, source: str = "crm") -> dict[str, Any]:
        query = (
            "select golden_values from golden join node using (party_id) join source_record using (node_id)"
            " where source = %s and source_id = %s"
        )
        with self.store.transaction() as connection:
            found = connection.execute(query, [source, str(number)]).fetchone()
        assert found
        return dict(found[0])
