"""Work that goes on after its caller has got an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from litso.errors import LitsoError

_LOG: Final = logging.getLogger("litso.background")


def quietly(work: Callable[..., Any], *arguments: Any) -> None:
    """Do work whose caller has gone: what goes wrong is in the log, and in the state of what it works on."""
    try:
        work(*arguments)
    except LitsoError as error:
        _LOG.warning("%s: %s", getattr(work, "__name__", "work"), error)
