"""What goes in and out of the intake of messages, in the shape of the Segment specification: names are in camelCase."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct


class BatchIn(Struct, rename="camel", kw_only=True):
    """Messages of any kind, each with its `type`. Other fields of the specification are accepted and not kept."""

    batch: Annotated[
        list[dict[str, Any]],
        Meta(
            min_length=1,
            max_length=5000,
            description="identify, track, page, screen, group, alias: as the calls of these names, with `type`.",
            examples=[[{"type": "track", "userId": "42", "messageId": "m-1", "event": "Показания переданы"}]],
        ),
    ]
    sent_at: Annotated[datetime | None, Meta(description="For messages that have none of their own.")] = None


class RejectionOut(Struct):
    """A message that was not taken: it waits in quarantine."""

    place: Annotated[int, Meta(description="In the batch, from 0.")]
    code: Annotated[str, Meta(examples=["message_user"])]
    message: Annotated[str, Meta(description="Why, in Russian.")]


class TakenOut(Struct):
    """What became of messages."""

    success: Annotated[bool, Meta(description="The request was read; rejected messages do not change that.")]
    accepted: int
    repeated: Annotated[int, Meta(description="Taken before, by `messageId`.")]
    rejected: list[RejectionOut] = []


class LinkOut(Struct):
    """An id, of a device (`anonymous:…`) or a former one, that is taken for a user's."""

    link_id: int
    source: str
    alias: Annotated[str, Meta(examples=["anonymous:507f191e810c19729de860ea"])]
    user_id: str
    since: Annotated[datetime, Meta(description="When the user was first seen there.")]
    said_by: str
    said_at: datetime
    case_id: Annotated[int | None, Meta(description="The question to stewards, where both ids have a record.")]
    undone_by: str | None
    undone_at: datetime | None


class LinksPage(Struct):
    """Links, the latest first."""

    items: list[LinkOut]
    next_cursor: str | None
