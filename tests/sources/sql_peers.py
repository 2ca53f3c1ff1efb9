"""What the exam needs of a SQL database, whichever it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from connector_exam import COLUMNS, SECRET, Peer, Row

USER = "crm_reader"


class SqlPeer(Peer):
    """A table `client` with the cursor `changed`, its rows flagged when they are gone."""

    kind: ClassVar[str]
    host = "127.0.0.1"
    port = 0
    database = "crm"
    reading = "table: client, cursor: changed, overlap: 10 minutes"

    def __init__(self) -> None:
        self.columns = list(COLUMNS)

    def execute(self, statement: str, rows: Sequence[Sequence[Any]] = ((),)) -> None:
        """Run a statement for each row of parameters (`%s`), as the owner, in one transaction."""
        raise NotImplementedError

    def make(self) -> None:
        """Make the table anew, and the user who may read it with SECRET."""
        for table in ("client", "grave"):
            self.execute(f"drop table if exists {table}")
        self.execute(
            "create table client (id integer primary key, fio varchar(200), tel varchar(40),"
            f" changed {self.moment} not null, gone smallint)"
        )
        self.execute(f"create table grave (id integer primary key, buried {self.moment} not null)")
        self.admit()

    moment: ClassVar[str]

    def admit(self) -> None:
        """Let the reader in."""
        raise NotImplementedError

    def put(self, *rows: Row) -> None:
        names, marks = ", ".join(self.columns), ", ".join(["%s"] * len(self.columns))
        for start in range(0, len(rows), 5_000):
            listed = ", ".join(str(int(one["id"])) for one in rows[start : start + 5_000])
            self.execute(f"delete from client where id in ({listed})")
        values = [[one.get(name) for name in self.columns] for one in rows]
        self.execute(f"insert into client ({names}) values ({marks})", values)

    def delete(self, *ids: str) -> None:
        statement = "update client set gone = 1, changed = '2026-10-02 10:00:00' where id = %s"
        self.execute(statement, [(one,) for one in ids])

    def add_column(self) -> None:
        self.execute("alter table client add column more varchar(10)")
        self.columns.append("more")

    def settings(self, secret: str, user: str = USER) -> str:
        return (
            f"{self.kind}: {{host: {self.host}, port: {self.port}, database: {self.database}, user: {user},"
            f" password: {{file: {secret}}}, tls: off, {self.reading}}}"
        )


__all__ = ["SECRET", "USER", "SqlPeer"]
