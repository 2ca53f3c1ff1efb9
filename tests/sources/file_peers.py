"""What the exam needs of a place of files, wherever it is."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from connector_exam import COLUMNS, SECRET, Peer, Row, row


class FilesPeer(Peer):
    """Another system writes a file whenever something changed."""

    late = False

    def __init__(self) -> None:
        self.columns = list(COLUMNS)
        self.written = 0

    def write(self, name: str, data: bytes) -> None:
        """Write a file into the place."""
        raise NotImplementedError

    def put(self, *rows: Row) -> None:
        for start in range(0, len(rows), 100):
            self.written += 1
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, self.columns, restval="")
            writer.writeheader()
            writer.writerows(rows[start : start + 100])
            self.write(f"crm-{self.written:05}.csv", text.getvalue().encode())

    def delete(self, *ids: str) -> None:
        self.put(*(row(int(one), gone="1") for one in ids))

    def add_column(self) -> None:
        self.columns.append("more")


def is_right(secret: str) -> bool:
    """Whether a file holds the credential that the peer takes."""
    return Path(secret).read_text().strip() == SECRET
