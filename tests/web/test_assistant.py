"""Tools for assistants through the client of the official SDK, over stdio, against the program itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from mcp import Client as Peer
from mcp import StdioServerParameters
from small_town import Place, Served, party_id

from apart import run_apart
from litso.store import audit, users

IVANOV = party_id("ivanov")
PERSONAL = ("+79123456789", "9123456789", "11223344595", "3605123456", "ivanov.petr@mail.ru")
ABOUT_PARTIES = ("find_party", "party_profile", "party_records", "why_together", "party_changes")


@pytest.fixture
def token_file(served: Served, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A token of an assistant of its own."""
    with served.store.transaction() as connection:
        token = users.issue_service_token(connection, request.node.name, "assistant")
    path = tmp_path / "token"
    path.write_text(token + "\n")
    return path


def talk(served: Served, token_file: Path, conversation: Callable[[Peer], Awaitable[None]]) -> None:
    """What an assistant does that starts `litso mcp`."""
    arguments = ["-m", "litso", "mcp", "--url", served.url, "--token-file", str(token_file)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LITSO_")}
    server = StdioServerParameters(command=sys.executable, args=arguments, env=environment)

    async def run() -> None:
        async with Peer(server) as peer:
            await conversation(peer)

    run_apart(run())


async def called(peer: Peer, tool: str, **arguments: Any) -> dict[str, Any]:
    answer = await peer.call_tool(tool, arguments)
    assert not answer.is_error, answer.content
    found = answer.structured_content
    assert found is not None
    assert not [secret for secret in PERSONAL if secret in str(answer.content) + str(found)], tool
    return dict(found.get("result", found))


def test_an_assistant_reads_masked_data_for_a_purpose_and_is_logged(
    served: Served, token_file: Path, request: pytest.FixtureRequest
) -> None:
    async def conversation(peer: Peer) -> None:
        tools = (await peer.list_tools()).tools
        assert {tool.name for tool in tools} == {*ABOUT_PARTIES, "data_quality", "suggest", "clean"}
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
        for tool in tools:
            assert ("purpose" in tool.input_schema.get("required", [])) == (tool.name in ABOUT_PARTIES)
        found = await called(peer, "find_party", purpose="request", account="00081234")
        assert [one["party_id"] for one in found["parties"]] == [IVANOV]
        profile = await called(peer, "party_profile", purpose="call", party_id=IVANOV)
        assert profile["is_masked"] is True
        assert profile["values"]["phones"] == ["+7 912 •••-••-89", "+7 846 •••-••-14"]
        records = await called(peer, "party_records", purpose="stewardship", party_id=IVANOV)
        assert len(records["records"]) == 3
        await called(peer, "party_changes", purpose="stewardship", party_id=IVANOV)
        why = await called(peer, "why_together", purpose="stewardship", left="billing:1001", right="crm:C-17")
        assert why
        assert await called(peer, "clean", kind="phone", values=["8 (846) 231-60-14"])
        await called(peer, "suggest", kind="name", text="Ивано")
        await called(peer, "data_quality")

    talk(served, token_file, conversation)
    with served.store.transaction() as connection:
        reads = audit.recent(connection, audit.Filter(actor=request.node.name))
    assert reads[-1].action == "miss"  # before it serves, it asks for nobody: whether the token is an assistant's
    logged = [(one.action, one.purpose, one.party_id) for one in reversed(reads[:-1])]
    assert logged[:4] == [
        ("search", "assistant: request", None),
        ("profile", "assistant: call", IVANOV),
        ("records", "assistant: stewardship", IVANOV),
        ("profile", "assistant: stewardship", IVANOV),
    ]
    assert all(purpose.startswith("assistant: ") for _, purpose, _ in logged)


def test_a_revoked_token_is_refused_at_once(served: Served, token_file: Path, request: pytest.FixtureRequest) -> None:
    async def conversation(peer: Peer) -> None:
        await called(peer, "find_party", purpose="call", account="00081234")
        with served.store.transaction() as connection:
            users.revoke_service(connection, request.node.name)
        answer = await peer.call_tool("find_party", {"purpose": "call", "account": "00081234"})
        assert answer.is_error
        assert "revoked" in str(answer.content)

    talk(served, token_file, conversation)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("find_party", {"account": "00081234"}),
        ("find_party", {"purpose": "curiosity", "account": "00081234"}),
        ("find_party", {"purpose": "call"}),
        ("party_profile", {"purpose": "call", "party_id": "nobody"}),
        ("why_together", {"purpose": "call", "left": "crm:C-17", "right": "crm:nobody"}),
    ],
)
def test_what_cannot_be_done_is_told(served: Served, token_file: Path, tool: str, arguments: dict[str, Any]) -> None:
    async def conversation(peer: Peer) -> None:
        answer = await peer.call_tool(tool, arguments)
        assert answer.is_error
        assert "Иванов" not in str(answer.content)

    talk(served, token_file, conversation)


@pytest.mark.parametrize("path", ["", "/records", "/timeline", "/history", "/formation", "/consents", "/roles"])
def test_the_server_itself_demands_a_purpose_and_masks(anonymous: TestClient, place: Place, path: str) -> None:
    with place.store.transaction() as connection:
        token = users.issue_service_token(connection, f"assistant at {path or 'home'}", "assistant")
    header = {"Authorization": f"Bearer {token}"}
    address = f"/v1/parties/{IVANOV}{path}"
    assert anonymous.get(address, headers=header).status_code == 422
    assert anonymous.get(address, headers={**header, "Litso-Purpose": "curiosity"}).status_code == 422
    for query in ({}, {"purpose": "call"}):
        answer = anonymous.get(address, params=query, headers={**header, "Litso-Purpose": "call"})
        assert answer.status_code == 200
        assert not [secret for secret in PERSONAL if secret in answer.text]
    with place.store.transaction() as connection:
        reads = audit.recent(connection, audit.Filter(actor=f"assistant at {path or 'home'}"))
    assert {(one.action != "reveal", one.purpose) for one in reads} == {(True, "assistant: call")}


def test_an_assistant_writes_nothing(anonymous: TestClient, place: Place) -> None:
    with place.store.transaction() as connection:
        token = users.issue_service_token(connection, "assistant that writes", "assistant")
    header = {"Authorization": f"Bearer {token}", "Litso-Purpose": "call"}
    for path in ("records", "judgements", "parties/merge", "consents", "track", "consumers", "cases"):
        body: dict[str, Any] = {}
        answer = anonymous.post(f"/v1/{path}", json=body, headers=header)
        assert answer.status_code == 403, path


@pytest.mark.parametrize("arguments", [[], ["--token-file", "missing"], ["--token-file", "wrong"]])
def test_without_a_token_there_is_no_assistant(served: Served, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "wrong").write_text("litso_wrong")
    command = [sys.executable, "-m", "litso", "mcp", "--url", served.url, *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (2, "")
    assert "litso: " in done.stderr
