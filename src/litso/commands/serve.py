"""`litso serve`: the web interface and the API, in one process or several."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from litso.api.app import Screens, create_app
from litso.api.observing import Traffic
from litso.bootstrap import open_store
from litso.commands.ending import end_within
from litso.commands.monitoring import monitored
from litso.commands.processes import MOST, serve_by_many
from litso.errors import Misconfigured
from litso.settings import Settings, load_settings
from litso.store import users
from litso.store.database import Store
from litso.store.sealing import load_box
from litso.telemetry.logs import set_up_logs
from litso.telemetry.traces import end_traces, set_up_traces
from litso.usecases.warming import begin_warming
from litso.web.pages import show_problem
from litso.web.screens import routes

_CLOSING_SECONDS: Final = 10.0
"""How long closing may take once requests have ended, or have had their time."""

_THREADS: Final = 32
"""Requests that are worked on at the same time. Python's own number goes by the processors, as if none of them waited
for the store: on two it would be six, and upserts that could be written together would queue up before that."""


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; LITSO_HOST or 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; LITSO_PORT or 8080.", min=1, max=65535)] = None,
    processes: Annotated[
        int, typer.Option(help="How many processes serve: one a processor, if reads are many.", min=1, max=MOST)
    ] = 1,
    one_of_many: Annotated[
        bool, typer.Option(hidden=True, help="This is one of the processes that another began, and ends with it.")
    ] = False,
) -> None:
    """Serve the web interface and the API until interrupted."""
    settings = load_settings()
    chosen = replace(settings, host=host or settings.host, port=port or settings.port)
    with open_store(chosen) as store:
        if one_of_many:
            _serve_store(store, chosen, None, is_part=True)
        elif processes > 1:
            _serve_together(store, chosen, processes)
        else:
            serve_store(store, chosen)


def serve_store(store: Store, settings: Settings, *, on_ready: Callable[[], None] | None = None) -> None:
    """Serve an open store until SIGINT or SIGTERM; requests under way are finished."""
    _check_free(settings)
    _serve_store(store, settings, on_ready)


def _serve_store(
    store: Store, settings: Settings, on_ready: Callable[[], None] | None, *, is_part: bool = False
) -> None:
    """is_part: of several processes; the one that began them greets, and answers who watches."""
    _check_keys(settings)
    set_up_logs(settings.log_level, settings.log)
    set_up_traces("litso-server")
    if not is_part:
        welcome(store, settings)
    begin_warming(store)
    app = build_app(store, settings)
    traffic: Traffic = app.state.traffic
    watched = nullcontext() if is_part else monitored(store, settings, is_ending=lambda: traffic.is_ending)
    try:
        with watched, suppress(KeyboardInterrupt):
            asyncio.run(_serve(app, settings, on_ready, is_part))
    finally:
        end_traces()


def _serve_together(store: Store, settings: Settings, count: int) -> None:
    """Serve by several processes; this one keeps them alive and is watched for all."""
    _check_free(settings)
    _check_keys(settings)
    set_up_logs(settings.log_level, settings.log)
    welcome(store, settings)
    serve_by_many(settings, store.url, count, watched=lambda is_ending: monitored(store, settings, is_ending=is_ending))


def _check_keys(settings: Settings) -> None:
    if settings.second_factor or settings.openid:
        load_box(settings)  # without its key nobody would get in


def build_app(store: Store, settings: Settings) -> Litestar:
    """The API and the screens as one application."""
    return create_app(store, settings, screens=Screens(routes=routes(), show_problem=show_problem))


def welcome(store: Store, settings: Settings) -> None:
    """Say where the server is; while nobody can sign in yet, give a link by which the first administrator is made."""
    url = f"http://{settings.host}:{settings.port}"
    typer.echo(f"Litso: {url}")
    with store.transaction() as connection:
        if users.any_active(connection):
            return
        token = users.issue_token(connection)
    typer.echo(f"First sign-in (once, within a day): {url}/welcome?token={token}")
    typer.echo(f"One-time administrator token: {token}")


def _check_free(settings: Settings) -> None:
    """Misconfigured when the port is taken: the server itself would only write a log."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        raise Misconfigured(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}") from error


async def _serve(app: Litestar, settings: Settings, on_ready: Callable[[], None] | None, is_part: bool) -> None:
    server: Any = Server(
        app,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(_THREADS, "request"))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, partial(_end, loop, server, app, settings))
    if is_part:
        loop.add_reader(sys.stdin.fileno(), partial(_end_alone, loop, server, app, settings))
    if on_ready:
        loop.call_soon(on_ready)
    await server.serve()


def _end_alone(loop: asyncio.AbstractEventLoop, server: Any, app: Litestar, settings: Settings) -> None:
    """The pipe from the process that began this one is broken."""
    loop.remove_reader(sys.stdin.fileno())
    _end(loop, server, app, settings)


def _end(loop: asyncio.AbstractEventLoop, server: Any, app: Litestar, settings: Settings) -> None:
    """Take no new connection, and stop once what is under way has ended, within LITSO_STOP_SECONDS."""

    async def when_quiet() -> None:
        _stop_listening(settings.port)
        await app.state.traffic.end(settings.stop_seconds)
        end_within(_CLOSING_SECONDS)
        server.stop()

    app.state.ending = loop.create_task(when_quiet())


def _stop_listening(port: int) -> None:
    """Refuse new connections from now on.

    The server would go on to take them until it stops, and drop those whose request is still on its way. It does not
    give its socket away: that is found among the open files of the process, and a dead one is put in its place.
    """
    with socket.socket() as dead:
        for entry in Path("/proc/self/fd").iterdir():
            with suppress(OSError):
                number = int(entry.name)
                if _listens(number, port):
                    os.dup2(dead.fileno(), number, inheritable=False)


def _listens(number: int, port: int) -> bool:
    """Whether an open file is the socket that listens on a port."""
    with socket.socket(fileno=os.dup(number)) as found:
        return bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)) and found.getsockname()[1] == port
