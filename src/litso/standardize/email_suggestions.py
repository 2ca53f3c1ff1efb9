"""E-mail addresses while they are typed: domains by how usual they are."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from litso.standardize.email import lists
from litso.standardize.letters import typed_in_latin

_USUAL: Final = (
    "mail.ru", "yandex.ru", "gmail.com", "bk.ru", "inbox.ru", "list.ru", "rambler.ru", "ya.ru", "icloud.com",
    "outlook.com", "hotmail.com", "yahoo.com", "internet.ru", "vk.com",
)  # fmt: skip
"""The mail services of most people, the commonest first."""

_LOCAL: Final = re.compile(r"[\w.+-]{1,64}", re.ASCII)


@cache
def _domains() -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_USUAL, *sorted(lists()["free"]))))


def suggest_emails(query: str, limit: int) -> list[str]:
    """Addresses with the mailbox as typed and a domain that begins as typed; in the wrong layout too («шмфт» → `ivan`).

    Nothing where the mailbox cannot be one.
    """
    text = typed_in_latin(query.strip()).lower() if re.search("[а-яё]", query.lower()) else query.strip().lower()
    local, _, begun = text.partition("@")
    if not _LOCAL.fullmatch(local):
        return []
    found = [f"{local}@{domain}" for domain in _domains() if domain.startswith(begun)]
    return [one for one in found if one != text][:limit]
