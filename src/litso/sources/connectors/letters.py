"""Letters as they came: who sent them, what they are about, and their attachments. Pure.

Nothing in a letter is trusted. Headers of strangers may be anything: what cannot be decoded stays as it is written and
then fits no pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from typing import Final, NamedTuple

_UNSAFE: Final = re.compile(r"[\x00-\x1f/\\]+")
_LONGEST_NAME: Final = 200
_PASSED: Final = re.compile(r"\s*dmarc\s*=\s*pass(?:\s|$)", re.IGNORECASE)
_TEXTS: Final = re.compile(r'"(?:\\.|[^"\\])*"|\((?:\\.|[^()\\])*\)')
"""Texts in quotes and comments, which a stranger may have chosen."""


class Attachment(NamedTuple):
    """A file of a letter; its name without folders."""

    name: str
    data: bytes


class Letter(NamedTuple):
    """What the header of a letter says. sender: one address in lower case, "" where there are none or several.

    results: what the receiving server found out about the sender: its name and its findings, those of the last server.
    """

    sender: str
    subject: str
    results: str

    def vouched_by(self, server: str) -> bool:
        """Whether that server says that the sender's address is not forged (DMARC)."""
        name, *findings = _TEXTS.sub("", self.results).split(";")
        is_clear = '"' not in "".join(findings) and "(" not in "".join(findings)
        return is_clear and name.split()[:1] == [server] and any(map(_PASSED.match, findings))


def read_header(data: bytes) -> Letter:
    """Read the header of a letter, whatever is wrong in it."""
    message = message_from_bytes(data, policy=policy.compat32)
    senders = getaddresses([str(one) for one in message.get_all("From", [])])
    return Letter(
        sender=senders[0][1].strip().lower() if len(senders) == 1 else "",
        subject=" ".join(_decoded(str(message.get("Subject", ""))).split()),
        results=" ".join(str(message.get("Authentication-Results", "")).split()),
    )


def attachments(data: bytes) -> Iterator[Attachment]:
    """Parts of a letter that have the name of a file."""
    for part in message_from_bytes(data, policy=policy.compat32).walk():
        name = "" if part.is_multipart() else _name(part)
        content = part.get_payload(decode=True) if name else None
        if isinstance(content, bytes) and content:
            yield Attachment(name, content)


def _name(part: Message) -> str:
    try:
        given = part.get_filename() or ""
    except (LookupError, UnicodeError, ValueError):
        return ""
    return _UNSAFE.sub("_", _decoded(given)).strip(" .")[-_LONGEST_NAME:]


def _decoded(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return text
