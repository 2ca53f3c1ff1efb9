"""`litso worker`: background jobs and deliveries."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Annotated

import typer

from litso.bootstrap import open_store
from litso.commands.ending import end_within
from litso.commands.monitoring import monitored
from litso.settings import Settings, load_settings
from litso.store.database import Store
from litso.telemetry.logs import set_up_logs
from litso.telemetry.traces import end_traces, set_up_traces
from litso.usecases.jobs import kinds_of
from litso.usecases.working import work, work_off


def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then end.")] = False,
) -> None:
    """Do background work until interrupted: what is due by the clock, and what others ask for.

    Several workers share the work. SIGTERM or SIGINT: what was begun is ended first, within LITSO_STOP_SECONDS.

    Example: litso worker
    """
    settings = load_settings()
    set_up_logs(settings.log_level, settings.log)
    set_up_traces("litso-worker")
    with open_store(settings) as store:
        if once:
            typer.echo(f"jobs run: {work_off(store, kinds=kinds_of(settings))}")
            return
        stop = Event()

        def end(*_: object) -> None:
            stop.set()
            end_within(settings.stop_seconds)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        with monitored(store, settings, is_worker=True, is_ending=stop.is_set):
            work(store, settings, stop, on_ready=lambda: typer.echo("Litso: the worker is ready"))
    end_traces()


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
