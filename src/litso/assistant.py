"""Tools for language models, by the Model Context Protocol: they read, and what they read is masked.

Every call goes to the HTTP API with the token of an assistant: the server masks, demands a purpose for whatever is
about a person, logs the read under the token's name, and refuses as soon as the token is revoked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from litso import __version__
from litso.client import Client, LitsoProblem, NotThere, models
from litso.client.tables import opened
from litso.errors import Misconfigured

if TYPE_CHECKING:
    from mcp.server import MCPServer

Purpose = Literal["call", "identity", "request", "stewardship", "subject", "integration", "screening"]
Connect = Callable[[str | None], Client]
"""A client of the server for a purpose; none where nothing is about a person."""

_SHOWN: Final = 20
_INSTRUCTIONS: Final = (
    "Parties of a utility: persons and companies, each put together from records of many systems. Everything is read "
    "only; phones, e-mails and documents are masked and cannot be revealed here. Say truthfully for which purpose you "
    "ask: it is written into the access log with the id of the party."
)
_PARTY: Final = ("party_id", "kind", "name", "address", "accounts", "records", "why")
_PROFILE: Final = (
    "party_id", "kind", "name", "is_masked", "values", "contacts", "channels", "accounts", "balance", "meters",
    "outages", "open_requests", "records",
)  # fmt: skip


def server_of(connect: Connect) -> MCPServer:
    """The server of the protocol, its tools over clients of a Litso server. Misconfigured without the package."""
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp_types import ToolAnnotations
    except ModuleNotFoundError as error:
        raise Misconfigured(f"`litso mcp` needs the package {error.name}: pip install 'litso[mcp]'") from None

    @contextmanager
    def asking(purpose: str | None = None) -> Iterator[Client]:
        """A client for one call; problems become what the model is told."""
        try:
            with connect(purpose) as client:
                yield client
        except LitsoProblem as problem:
            raise ToolError(str(problem)) from None

    server = MCPServer("litso", title="Litso", instructions=_INSTRUCTIONS, version=__version__, log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

    @server.tool(annotations=reads)
    def find_party(
        purpose: Annotated[Purpose, "Why the person or company is looked for."],
        query: Annotated[str, "A name, an address, last digits of a phone…"] = "",
        account: Annotated[str, "An account number."] = "",
        phone: Annotated[str, "A phone, however written."] = "",
    ) -> dict[str, Any]:
        """Find persons and companies by exactly one of query, account, phone; up to 20."""
        with asking(purpose) as client:
            found = client.find_parties(q=query or None, account=account or None, phone=phone or None, limit=_SHOWN)
        parties = [_part(opened(one, True), _PARTY) for one in found.items]
        return {"parties": parties, "has_more": found.next_cursor is not None}

    @server.tool(annotations=reads)
    def party_profile(
        purpose: Annotated[Purpose, "Why the profile is read."], party_id: Annotated[str, "Of find_party."]
    ) -> dict[str, Any]:
        """What is known of a party: values, accounts, balance, meters, outages; contacts, documents masked."""
        with asking(purpose) as client:
            return _part(opened(client.get_party(party_id), True), _PROFILE)

    @server.tool(annotations=reads)
    def party_records(
        purpose: Annotated[Purpose, "Why the records are read."], party_id: Annotated[str, "Of find_party."]
    ) -> dict[str, Any]:
        """Source records of a party, masked: their keys are what `why_together` takes."""
        with asking(purpose) as client:
            found = client.get_party_records(party_id, limit=_SHOWN)
        return {"records": opened(found.items, True), "has_more": found.next_cursor is not None}

    @server.tool(annotations=reads)
    def why_together(
        purpose: Annotated[Purpose, "Why the records are compared."],
        left: Annotated[str, "A record as source:key, such as crm:100500."],
        right: Annotated[str, "Another record as source:key."],
    ) -> dict[str, Any]:
        """Why two source records are, or are not, one party: evidence with weights in bits, and what else decided."""
        with asking(purpose) as client:
            answer: dict[str, Any] = opened(client.explain_pair(left=left, right=right), True)
        return answer

    @server.tool(annotations=reads)
    def party_changes(
        purpose: Annotated[Purpose, "Why the history is read."], party_id: Annotated[str, "Of find_party."]
    ) -> dict[str, Any]:
        """What changed of a party: merges, splits and versions of its golden record, the newest first, masked."""
        with asking(purpose) as client:
            found = client.get_party_history(party_id)
        steps = [
            {"version": one.version, "valid_from": one.valid_from.isoformat(), "steps": opened(one.steps, True)}
            for one in found.versions[:_SHOWN]
        ]
        events = [
            {"type": one.type, "at": one.time.isoformat(), "data": opened(one.data, True)} for one in found.changes
        ]
        return {"versions": steps, "events": events[:_SHOWN], "former_ids": found.former_ids}

    @server.tool(annotations=reads)
    def data_quality(source: Annotated[str, "Name of a source; all when empty."] = "") -> dict[str, Any]:
        """How complete, valid, unique, fresh and consistent the records of the sources are, with counts. No persons."""
        with asking() as client:
            answer: dict[str, Any] = opened(client.get_quality(source=source or None), True)
        return answer

    @server.tool(annotations=reads)
    def suggest(
        kind: Annotated[Literal["name", "address", "company", "bank", "email"], "What is being written."],
        text: Annotated[str, "What is written already."],
    ) -> dict[str, Any]:
        """Completions from dictionaries and official registers: names, addresses, companies, banks. No parties."""
        with asking() as client:
            answer: dict[str, Any] = opened(client.suggest(kind, q=text), True)
        return answer

    @server.tool(annotations=reads)
    def clean(
        kind: Annotated[str, "name, phone, email, address, birth_date, passport, snils, inn, company…"],
        values: Annotated[list[str], "Values as they are written, up to 100."],
    ) -> dict[str, Any]:
        """Standard values of what you give, with quality codes and problems. Nothing is kept."""
        with asking() as client:
            answer: dict[str, Any] = opened(client.clean(kind, models.CleanIn(values=list(values[:100]))), True)
        return answer

    return server


def check(connect: Connect) -> None:
    """Misconfigured unless the server answers and the token is that of an assistant."""
    try:
        with connect("stewardship") as client:
            client.get_party("00000000-0000-0000-0000-000000000000")
    except NotThere:
        return
    except LitsoProblem as problem:
        raise Misconfigured(f"the server refuses: {problem}") from None


def _part(whole: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: whole[name] for name in names}
