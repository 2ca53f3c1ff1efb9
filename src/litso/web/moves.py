"""Moves on the screens: part records from a party, merge parties, see what it changes before, take it back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from litso.domain.record_key import parse_key
from litso.errors import BadUsage, Conflict
from litso.golden.pins import PINNABLE
from litso.store import golden, operations
from litso.store.database import Connection, Store
from litso.store.golden import Golden
from litso.usecases import background, bulk_judging, profiles, search
from litso.usecases.access import Actor
from litso.usecases.consenting import shown_contact
from litso.usecases.masking import CONTACT_ATTRIBUTES, DOCUMENT_ATTRIBUTES, Sight
from litso.usecases.operations import Done, find_operation, latest_operations, merge, split, undo_operation
from litso.web.given import GivenStore
from litso.web.pages import page, see_other
from litso.web.parties import PartyId
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_RECORD: Final = "record:"
_VALUE: Final = "value:"
_SHOWN: Final = 50
_RUNNING: Final = frozenset({"rehearsing", "applying", "undoing"})
_CHOSEN_BY_HAND: Final = tuple(
    name for name in PINNABLE if name not in (*CONTACT_ATTRIBUTES, *DOCUMENT_ATTRIBUTES, "full_name")
)
"""Attributes whose value is chosen when parties merge; contacts stay all, documents are masked here."""

_MOVED: Final = "Карточка успела измениться. Проверьте её и повторите."
_NO_RECORDS: Final = "Выберите часть записей, не все, и напишите, почему."
_NO_PARTY: Final = "Не найдено, с кем объединить: укажите лицевой счёт или идентификатор."
_APART: Final = "Объединить нельзя: мешает запрет слияния или субъекты разного вида."


# Split ----------------------------------------------------------------------------------------------------------


@get("/parties/{party_id:str}/split", guards=[has_right("judge")], sync_to_thread=True)
def show_split(request: ScreenRequest, store: GivenStore, party_id: PartyId) -> Response[str]:
    """The records of a party, to choose those that belong to somebody else."""
    return _split_form(request, store, party_id, {})


def _split_form(
    request: ScreenRequest, store: Store, party_id: str, given: Mapping[str, str], problem: str = ""
) -> Response[str]:
    with store.transaction() as connection:
        current = profiles.current_id(connection, actor_of(request), party_id)
        found = golden.get(connection, current)
        records = profiles.read_records(connection, actor_of(request), current)
    status = 422 if problem else 200
    return page(request, "split.html", status=status, party=found, records=records, given=given, problem=problem)


@post("/parties/{party_id:str}/split", guards=[has_right("judge")], sync_to_thread=True, status_code=200)
def do_split(request: ScreenRequest, store: GivenStore, party_id: PartyId, data: Form) -> Response[str] | Redirect:
    """Show what parting the chosen records changes, or do it once that was seen."""
    keys = [parse_key(name.removeprefix(_RECORD)) for name in data if name.startswith(_RECORD)]
    is_rehearsal = data.get("step") != "do"
    try:
        done = split(
            store, actor_of(request), party_id, keys, reason=data.get("reason", ""),
            together=data.get("together") == "yes", versions=_versions(data), is_rehearsal=is_rehearsal,
        )  # fmt: skip
    except Conflict:
        return _split_form(request, store, party_id, data, _MOVED)
    except BadUsage:
        return _split_form(request, store, party_id, data, _NO_RECORDS)
    return _outcome(request, store, done, f"/parties/{party_id}/split", data)


def _versions(data: Mapping[str, str]) -> dict[str, int]:
    """Versions of the parties that the form showed: fields `version:<party>`."""
    found = {name.removeprefix("version:"): text for name, text in data.items() if name.startswith("version:")}
    return {party: int(text) for party, text in found.items() if text.isascii() and text.isdigit()}


# Merge ----------------------------------------------------------------------------------------------------------


@get("/parties/{party_id:str}/merge", guards=[has_right("judge")], sync_to_thread=True)
def show_merge(request: ScreenRequest, store: GivenStore, party_id: PartyId) -> Response[str]:
    """With whom a party is one."""
    return _merge_form(request, store, party_id, {})


def _merge_form(
    request: ScreenRequest, store: Store, party_id: str, given: Mapping[str, str], problem: str = ""
) -> Response[str]:
    with store.transaction() as connection:
        found = golden.get(connection, profiles.current_id(connection, actor_of(request), party_id))
    status = 422 if problem else 200
    return page(request, "merge.html", status=status, party=found, given=given, problem=problem)


@post("/parties/{party_id:str}/merge", guards=[has_right("judge")], sync_to_thread=True, status_code=200)
def do_merge(request: ScreenRequest, store: GivenStore, party_id: PartyId, data: Form) -> Response[str] | Redirect:
    """Show what the merge changes and which values differ, or do it once that was seen."""
    with store.transaction() as connection:
        others = _meant(connection, actor_of(request), data.get("others", ""))
        known = list(
            golden.find_many(
                connection, [profiles.current_id(connection, actor_of(request), party_id), *others]
            ).values()
        )
    if len(known) < 2:
        return _merge_form(request, store, party_id, data, _NO_PARTY)
    values = {name.removeprefix(_VALUE): value for name, value in data.items() if name.startswith(_VALUE) and value}
    is_rehearsal = data.get("step") != "do"
    try:
        done = merge(
            store, actor_of(request), [party_id, *others], reason=data.get("reason", ""), values=values,
            versions=_versions(data), is_rehearsal=is_rehearsal,
        )  # fmt: skip
    except Conflict:
        return _merge_form(request, store, party_id, data, _APART if is_rehearsal else _MOVED)
    except BadUsage:
        return _merge_form(request, store, party_id, data, "Напишите, почему.")
    return _outcome(request, store, done, f"/parties/{party_id}/merge", data, _differing(known))


def _meant(connection: Connection, actor: Actor, text: str) -> list[str]:
    """Parties that a steward names by id, by the address of their page, or by account."""
    ids = [profiles.current_id(connection, actor, one.lower()) for one in _ID.findall(text)]
    for word in _ID.sub(" ", text).replace(",", " ").split():
        hits = search.by_account(connection, actor, word).hits if any(map(str.isdigit, word)) else ()
        ids += [hit.party_id for hit in hits[:1] if len(hits) == 1]
    return list(dict.fromkeys(ids))


def _differing(known: Sequence[Golden]) -> dict[str, list[str]]:
    """Attribute → the values that the parties have of it, where they differ."""
    said = {name: dict.fromkeys(one.golden_values.get(name) for one in known) for name in _CHOSEN_BY_HAND}
    values = {name: [value for value in found if value] for name, found in said.items()}
    return {name: found for name, found in values.items() if len(found) > 1}


def _outcome(
    request: ScreenRequest,
    store: Store,
    done: Done,
    action: str,
    data: Mapping[str, str],
    differing: Mapping[str, Sequence[str]] | None = None,
) -> Response[str] | Redirect:
    """The page of what would change, with the form filled in; the operation once it is done."""
    if done.operation is not None:
        return see_other(f"/operations/{done.operation.operation_id}")
    with store.transaction() as connection:
        titles = profiles.source_titles(connection)
        shown = golden.find_many(connection, [one.party_id for one in done.effects.before if one.party_id])
    return page(
        request,
        "move.html",
        effects=done.effects,
        action=action,
        hidden={name: text for name, text in data.items() if name not in ("csrf", "step") and _VALUE not in name},
        versions={one.party_id: one.version for one in shown.values()},
        differing=differing or {},
        titles=titles,
        masked=lambda contact: shown_contact(contact, Sight.MASKED),
    )


# Operations -----------------------------------------------------------------------------------------------------


@get("/operations", guards=[has_right("judge")], sync_to_thread=True)
def show_operations(
    request: ScreenRequest,
    store: GivenStore,
    before: Annotated[int | None, QueryParameter(ge=1, le=2**62)] = None,
) -> Response[str]:
    """Merges, splits and bulk judgements, the newest first."""
    with store.transaction() as connection:
        found = latest_operations(connection, actor_of(request), before=before, limit=_SHOWN + 1)
    following = found[_SHOWN - 1].operation_id if len(found) > _SHOWN else None
    may_judge_many = actor_of(request).may("judge_many")
    return page(
        request, "operations.html", operations=found[:_SHOWN], following=following, may_judge_many=may_judge_many
    )


@get("/operations/{operation_id:int}", guards=[has_right("judge")], sync_to_thread=True)
def show_operation(request: ScreenRequest, store: GivenStore, operation_id: FromPath[int]) -> Response[str]:
    """What an operation changed, or would, and the button that takes it back."""
    return _operation_page(request, store, operation_id)


def _operation_page(request: ScreenRequest, store: Store, operation_id: int, problem: str = "") -> Response[str]:
    with store.transaction() as connection:
        found = find_operation(connection, actor_of(request), operation_id)
        titles = profiles.source_titles(connection)
        progress = operations.progress(connection, operation_id)
        running = found.status in _RUNNING
        is_told = found.kind == "bulk" and not running and actor_of(request).may("judge_many")
        samples = bulk_judging.name_samples(connection, actor_of(request), found) if is_told else []
    return page(
        request, "operation.html", status=409 if problem else 200, operation=found, told=found.outlook, titles=titles,
        running=running, progress=progress, samples=samples, problem=problem,
    )  # fmt: skip


@post("/operations/{operation_id:int}/apply", guards=[has_right("judge")], sync_to_thread=True, status_code=200)
def apply(request: ScreenRequest, store: GivenStore, operation_id: FromPath[int], data: Form) -> Redirect:
    """Begin to apply judgements in bulk."""
    background.apply_judgements(store, actor_of(request), operation_id)
    return see_other(f"/operations/{operation_id}")


@post("/operations/{operation_id:int}/undo", guards=[has_right("judge")], sync_to_thread=True, status_code=200)
def undo(
    request: ScreenRequest, store: GivenStore, operation_id: FromPath[int], data: Form
) -> Response[str] | Redirect:
    """Take an operation back; judgements in bulk go on in the background."""
    actor = actor_of(request)
    with store.transaction() as connection:
        is_bulk = find_operation(connection, actor_of(request), operation_id).kind == "bulk"
    try:
        if is_bulk:
            background.undo_judgements(store, actor, operation_id)
        else:
            undo_operation(store, actor, operation_id)
    except Conflict:
        return _operation_page(request, store, operation_id, "Отменить нельзя: поверх есть более позднее решение.")
    return see_other(f"/operations/{operation_id}")


HANDLERS: Final = (show_split, do_split, show_merge, do_merge, show_operations, show_operation, apply, undo)
