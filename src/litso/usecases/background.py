"""Work that goes on after its caller has got an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Thread
from typing import Any, Final

from litso.errors import LitsoError

_LOG: Final = logging.getLogger("litso.background")


def in_background(work: Callable[..., Any], *arguments: Any) -> None:
    """Begin work in a thread of its own; the program does not end before it."""
    Thread(target=quietly, args=(work, *arguments), name=getattr(work, "__name__", "work")).start()


def quietly(work: Callable[..., Any], *arguments: Any) -> None:
    """Do work whose caller has gone: what goes wrong is in the log, and in the state of what it works on."""
    try:
        work(*arguments)
    except LitsoError as error:
        _LOG.warning("%s: %s", getattr(work, "__name__", "work"), error)
