"""What commands share: progress on a terminal, plain lines elsewhere, one JSON document with --json."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

OnProgress = Callable[[str, int, int], None]
"""Called with (stage, done, of)."""


@contextmanager
def stages(*, quiet: bool = False) -> Iterator[OnProgress]:
    """A bar for each stage on a terminal; elsewhere a line when a stage begins; nothing when `quiet`."""
    if quiet:
        yield lambda stage, done, of: None
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield _on_terminal(bars)
    else:
        yield _as_lines()


def _bars() -> Progress:
    columns = (TextColumn("{task.description:<28}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))


def _on_terminal(bars: Progress) -> OnProgress:
    tasks: dict[str, Any] = {}

    def on_progress(stage: str, done: int, of: int) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(stage, total=max(of, 1))
        bars.update(tasks[stage], completed=done if of else 1, total=max(of, 1))

    return on_progress


def _as_lines() -> OnProgress:
    seen: set[str] = set()

    def on_progress(stage: str, done: int, of: int) -> None:
        del done, of
        if stage not in seen:
            seen.add(stage)
            typer.echo(f"{stage}…", err=True)

    return on_progress


def print_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))
