"""What the exam needs of a broker of messages, whichever it is."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from connector_exam import Peer, Row, row

from tcp_door import Door


class MessagesPeer(Peer):
    """Another system publishes a message whenever something changed."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def publish(self, values: Sequence[tuple[str, bytes]]) -> None:
        """Publish values, each with the key of its record, and see them safe at the broker."""
        raise NotImplementedError

    def put(self, *rows: Row) -> None:
        self.publish([(one["id"], msgspec.json.encode(one)) for one in rows])

    def delete(self, *ids: str) -> None:
        self.put(*(row(int(one), gone="1") for one in ids))

    def add_column(self) -> None:
        """The next rows have it."""

    def go_away(self) -> None:
        self.door.close()

    def come_back(self) -> None:
        self.door.open()
