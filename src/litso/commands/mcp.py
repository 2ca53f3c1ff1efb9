"""`litso mcp`: tools for language models over standard input and output."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from litso.errors import Misconfigured


def mcp(
    url: Annotated[str | None, typer.Option(help="Address of the Litso server; LITSO_URL or port 8080 here.")] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="File with a token of the role assistant; LITSO_TOKEN_FILE.")
    ] = None,
) -> None:
    """Serve read-only, masked tools to an assistant by the Model Context Protocol, over stdio.

    Example: litso mcp --url http://127.0.0.1:8080 --token-file assistant.token
    """
    try:
        from litso.assistant import check, server_of
        from litso.client import Client
    except ModuleNotFoundError as error:
        raise Misconfigured(f"`litso mcp` needs the package {error.name}: pip install 'litso[mcp]'") from None
    address = url or os.environ.get("LITSO_URL") or "http://127.0.0.1:8080"
    token = _read(token_file or (Path(found) if (found := os.environ.get("LITSO_TOKEN_FILE")) else None))

    def connect(purpose: str | None) -> Client:
        return Client(address, token, purpose=purpose, attempts=3)

    server = server_of(connect)
    check(connect)
    server.run("stdio")


def _read(path: Path | None) -> str:
    if path is None:
        raise Misconfigured("a token is needed: --token-file, or LITSO_TOKEN_FILE")
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(f"{path}: the token cannot be read") from None
