"""Logs: lines for people, or JSON for programs (LITSO_LOG=json), each with what it belongs to.

`telling` says what a request or job is known by; every line written meanwhile, in threads that work for it too, has it.
Of an error that nobody foresaw only the kind and the place are written: its words may hold values of rows.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from litso.errors import LitsoError

_PLACES: Final = 12
"""How many frames of a traceback are told, the innermost."""

_belonging: ContextVar[Mapping[str, Any]] = ContextVar("belonging", default=MappingProxyType({}))


def set_up_logs(level: str, form: str) -> None:
    """Write logs of a `level` and above to stderr. form: text or json."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else Lines())
    logging.basicConfig(level=level.upper(), handlers=[handler])
    logging.getLogger("_granian").setLevel(logging.WARNING)


@contextmanager
def telling(**facts: Any) -> Iterator[None]:
    """Every line of the context tells these facts: ids and names of ours, never values of data."""
    token = _belonging.set({**_belonging.get(), **facts})
    try:
        yield
    finally:
        _belonging.reset(token)


def tell(log: logging.Logger, level: int, message: str, **facts: Any) -> None:
    """Write a line with facts of its own."""
    log.log(level, message, extra={"facts": facts})


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a line tells besides its message."""
    return {**_belonging.get(), **getattr(record, "facts", {})}


class Lines(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).isoformat(" ", "milliseconds")
        told = " ".join(f"{name}={value}" for name, value in facts_of(record).items())
        line = f"{at} {record.levelname} {record.name}: {_one_line(record.getMessage())}"
        return " ".join(part for part in (line, told, _trouble(record)) if part)


class JsonLines(logging.Formatter):
    """Lines for programs."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **facts_of(record),
        }
        if trouble := _trouble(record):
            line["error"] = trouble
        return json.dumps(line, ensure_ascii=False, default=str)


def _one_line(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")


def _trouble(record: logging.LogRecord) -> str:
    """The error of a line and those that caused it, the first cause last."""
    error = record.exc_info[1] if record.exc_info else None
    told: list[str] = []
    while error is not None and len(told) < 4:
        told.append(place_of(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return " <- ".join(told)


def place_of(error: BaseException) -> str:
    """Kind and place of an error, without its words unless they are ours."""
    frames = traceback.extract_tb(error.__traceback__)[-_PLACES:]
    kind = f"{type(error).__name__}: {_one_line(str(error))}" if isinstance(error, LitsoError) else type(error).__name__
    path = " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{kind} at {path}" if path else kind
