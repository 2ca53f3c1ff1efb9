"""The configuration of a source that runs by itself: a YAML file beside its mapping.

    source: crm                # a registered source
    every: 10 minutes          # or cron: "*/10 6-22 * * *"; without either it runs by hand
    drift: hold                # columns change: hold the load | stop the source | tell
    at_once: 200000            # rows of a load; a run that is cut off loses no more than these
    postgresql:                # one connector with its settings
      …

It names credentials (files, environment variables) and never holds them, so that it may be kept and shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol

from litso.domain.schedule import Every, Schedule, parse_cron
from litso.errors import Misconfigured
from litso.sources.connectors import folder, http, imap, kafka, mqtt, mysql, nats, postgresql, s3, sftp
from litso.sources.connectors.drift import HOLD, REACTIONS
from litso.sources.connectors.landing import ROWS
from litso.sources.connectors.port import Connector
from litso.sources.mapping import Mapping as SourceMapping
from litso.sources.yaml_tree import Tree, parse_tree

SHORTEST: Final = timedelta(seconds=10)
_LARGEST: Final = 100_000
_MOST_AT_ONCE: Final = 10_000_000


class Settings(Protocol):
    """The settings of one kind of connector, read and checked."""

    def open(self, mapping: SourceMapping) -> Connector:
        """The connector for a source of this mapping; nothing is contacted before it is used."""
        ...


KINDS: Final[Mapping[str, Callable[[Tree], Settings]]] = {
    "folder": folder.parse,
    "sftp": sftp.parse,
    "s3": s3.parse,
    "http": http.parse,
    "imap": imap.parse,
    "nats": nats.parse,
    "kafka": kafka.parse,
    "mqtt": mqtt.parse,
    "postgresql": postgresql.parse,
    "mysql": mysql.parse,
}
"""Every kind of connector and how its settings are read."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A source as its connection file describes it."""

    source: str
    kind: str
    settings: Settings
    schedule: Schedule | None = None
    drift: str = HOLD
    at_once: int = ROWS
    text: str = field(default="", repr=False, compare=False)

    @property
    def place(self) -> str:
        """The connector's part: while it is the same, a checkpoint keeps its meaning."""
        return f"{self.kind} {self.settings!r}"


def load_connection(path: Path) -> Connection:
    """Read a connection file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Misconfigured(f"{path}: the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path}: the file must be a UTF-8 text") from None
    return parse_connection(text, str(path))


def parse_connection(text: str, origin: str) -> Connection:
    """Read a connection from its YAML; `origin` names it in errors. Misconfigured names line and key."""
    if len(text) > _LARGEST:
        raise Misconfigured(f"{origin}: a connection is at most {_LARGEST} characters long")
    root = parse_tree(text, origin)
    given = root.items(("source", "every", "cron", "drift", "at_once", *KINDS))
    if "source" not in given:
        raise root.problem("the key «source» is missing")
    kinds = [kind for kind in KINDS if kind in given]
    if len(kinds) != 1:
        raise root.problem(f"exactly one connector is expected: {', '.join(KINDS)}")
    return Connection(
        source=given["source"].text("the name of a source"),
        kind=kinds[0],
        settings=KINDS[kinds[0]](given[kinds[0]]),
        schedule=_schedule(root, given),
        drift=given["drift"].choice(REACTIONS) if "drift" in given else HOLD,
        at_once=given["at_once"].whole(1, _MOST_AT_ONCE) if "at_once" in given else ROWS,
        text=text,
    )


def _schedule(root: Tree, given: Mapping[str, Tree]) -> Schedule | None:
    if "every" in given and "cron" in given:
        raise root.problem("either «every» or «cron» is expected")
    if "every" in given:
        period = given["every"].duration()
        if period < SHORTEST:
            raise given["every"].problem(f"a source runs every {SHORTEST.seconds} seconds at most")
        return Every(period)
    if "cron" in given:
        try:
            return parse_cron(given["cron"].text("a cron line"))
        except ValueError as error:
            raise given["cron"].problem(str(error)) from None
    return None
