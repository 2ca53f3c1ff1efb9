"""`litso worker`: background jobs and deliveries."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Annotated

import typer

from litso.bootstrap import open_store
from litso.settings import Settings, load_settings
from litso.store.database import Store
from litso.usecases.working import work, work_off


def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then end.")] = False,
) -> None:
    """Do background work until interrupted: what is due by the clock, and what others ask for.

    Several workers share the work. SIGTERM or SIGINT: what was begun is ended first.

    Example: litso worker
    """
    settings = load_settings()
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with open_store(settings) as store:
        if once:
            typer.echo(f"jobs run: {work_off(store)}")
            return
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        work(store, settings, stop, on_ready=lambda: typer.echo("Litso: the worker is ready"))


@contextmanager
def working(store: Store, settings: Settings) -> Iterator[None]:
    """A worker in a thread of this program, as long as the context."""
    stop = Event()
    thread = Thread(target=work, args=(store, settings, stop), name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
