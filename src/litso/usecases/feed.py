"""The change feed as others read it: CloudEvents 1.0, each with what a consumer needs to repair its own ids.

    party.created   a party with its first records
    party.changed   other golden values, or records that it got or lost
    party.merged    the party is gone: `into` is the survivor; its records are told of there. It comes again when an id
                    that is gone leads to another survivor, as after a merge that is taken back in part
    party.split     a party of its own: `from` is the one that most of its records belonged to
    party.ended     no record is left, and no other party has them
    party.erased    the person was erased: forget everything

Whoever applies `records` of every event in order (what joined is of this party now, what left is not) has the
crosswalk. An event may come twice, never out of order for a party; its id tells it.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from litso.domain.scope import EVERYTHING as NO_LIMITS
from litso.domain.scope import Scope
from litso.store import changes
from litso.store.changes import Event
from litso.store.database import Connection
from litso.telemetry.traces import traced

SOURCE: Final = "/v1/changes"
"""The `source` of every event: its `id` is unique there."""

CREATED: Final = "party.created"
CHANGED: Final = "party.changed"
ERASED: Final = "party.erased"

_LIVING: Final = (CREATED, CHANGED, "party.split")
_REFERENCES: Final = ("into", "from")


class Selection(NamedTuple):
    """What a consumer may see and what it wants to hear of; an empty filter lets everything pass.

    fields: golden attributes whose values are told. kinds: person, organization. sources: whose records make a party of
    interest; only their keys are told. attributes: a changed party is told of when one of these values changed. scope:
    limits; a party that is beyond them, now, is not told of, but for its erasure.
    """

    fields: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    scope: Scope = NO_LIMITS


EVERYTHING: Final = Selection()


class Page(NamedTuple):
    """Events as CloudEvents, the id of the last event looked at, and whether there may be more."""

    events: list[dict[str, Any]]
    last: int
    is_full: bool


@traced
def read_page(connection: Connection, after: int, selection: Selection = EVERYTHING, *, limit: int = 1000) -> Page:
    """The next events after an event that pass the selection, among `limit` events of the feed."""
    compared = sorted({*selection.fields, *selection.attributes})
    found = changes.read_feed(
        connection, after, fields=compared, sources=selection.sources, scope=selection.scope, limit=limit
    )
    events = [cloud_event(event, selection.fields) for event in found if is_wanted(event, selection)]
    return Page(events, found[-1].change_id if found else after, len(found) == limit)


def is_wanted(event: Event, selection: Selection) -> bool:
    """Whether an event passes the filters of a selection. Filters of attributes are for changed parties alone."""
    if event.type == ERASED:
        return True
    if not event.is_concerned or (selection.kinds and event.kind not in selection.kinds):
        return False
    if event.type != CHANGED:
        return True
    if selection.attributes:
        return bool(_changed(event, selection.attributes))
    if selection.fields:
        return any(event.moves or ()) or bool(_changed(event, selection.fields))
    return True


def cloud_event(event: Event, fields: tuple[str, ...] = ()) -> dict[str, Any]:
    """An event as CloudEvents 1.0 has it, with golden values before and after of these fields alone."""
    data: dict[str, Any] = {name: event.data[name] for name in _REFERENCES if name in event.data}
    if event.kind is not None:
        data["kind"] = event.kind
    joined, left = event.moved()
    data["records"] = {"joined": _keys(joined), "left": _keys(left)}
    if event.type in _LIVING and fields:
        data["values"] = _changed(event, fields)
    return {
        "specversion": "1.0",
        "id": str(event.change_id),
        "source": SOURCE,
        "type": event.type,
        "subject": event.party_id,
        "time": event.at,
        "datacontenttype": "application/json",
        "data": data,
    }


def _keys(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"source": source, "source_id": source_id} for source, source_id in pairs]


def _changed(event: Event, fields: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Field → value before and after, of the fields that changed."""
    before, after = event.before or {}, event.after or {}
    pairs = ((name, before.get(name), after.get(name)) for name in fields)
    return {name: {"before": old, "after": new} for name, old, new in pairs if old != new}
