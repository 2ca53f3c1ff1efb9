"""Judgements in bulk on a screen: a file or a filter begins a rehearsal, whose page goes on from there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, QueryParameter
from litestar.response import Redirect

from litso.domain.case import KINDS
from litso.errors import BadUsage, SourceUnusable
from litso.store.database import Store
from litso.store.operations import Operation
from litso.usecases import background, case_desk
from litso.usecases.bulk_judging import CaseFilter, LinkFilter
from litso.usecases.profiles import source_titles
from litso.usecases.reconciliation import current_model
from litso.usecases.stewardship import VERDICTS
from litso.web.given import GivenStore
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right

_MANY: Final = [has_right("judge_many")]
_FILE, _LINKS, _CASES = "file", "links", "cases"
_LARGEST: Final = 64 << 20

_NOTHING: Final = "Под это условие ничего не подходит, или принять нельзя ни одной строки."

Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
Word = Annotated[str, QueryParameter(max_length=64)]


@get("/operations/new", guards=_MANY, sync_to_thread=True)
def show_form(request: ScreenRequest, store: GivenStore, kind: Word = "", source: Word = "") -> Response[str]:
    """What may be judged at once: pairs of a file, cases of a kind, open links by weight."""
    return _form(request, store, {"kind": kind, "source": source})


def _form(
    request: ScreenRequest, store: Store, given: Mapping[str, str], problem: str = "", detail: str = ""
) -> Response[str]:
    case_desk.follow(store)
    with store.transaction() as connection:
        titles = source_titles(connection)
        model, _ = current_model(connection)
        counts = case_desk.statistics(connection, actor_of(request)).counts
    claims = {claim.name: claim.title for kind in model.kinds for claim in model.claims(kind)}
    return page(
        request,
        "bulk.html",
        status=422 if problem else 200,
        given=given,
        titles=titles,
        kinds={one: sum(count for (kind, _), count in counts.items() if kind == one) for one in KINDS},
        claims=claims,
        threshold=model.threshold,
        verdicts=VERDICTS,
        problem=problem,
        detail=detail,
    )


@post("/operations/new", guards=_MANY, sync_to_thread=True, status_code=200, request_max_body_size=_LARGEST)
def begin(request: ScreenRequest, store: GivenStore, data: Upload) -> Response[str] | Redirect:
    """Begin to rehearse what a form asks for; the page of the operation shows what comes of it."""
    given = {name: text for name, text in data.items() if isinstance(text, str)}
    if not given.get("reason", "").strip():
        return _form(request, store, given, "Напишите, почему.")
    try:
        begun = _begun(request, store, given, data.get("file"))
    except SourceUnusable as error:
        return _form(request, store, given, "Файл не подходит.", str(error))
    except (BadUsage, ValueError) as error:
        told = str(error) if isinstance(error, BadUsage) else ""
        return _form(request, store, given, _NOTHING, told.partition("; ")[2])
    return see_other(f"/operations/{begun.operation_id}")


def _begun(request: ScreenRequest, store: Store, given: Mapping[str, str], file: object) -> Operation:
    """BadUsage, ValueError or SourceUnusable for what cannot be judged."""
    actor, reason = actor_of(request), given["reason"].strip()
    if given.get("what") == _FILE:
        if not isinstance(file, UploadFile):
            raise SourceUnusable("Выберите файл.")
        return _of_file(store, request, file, reason)
    verdict, source = given.get("verdict", ""), given.get("source") or None
    if given.get("what") == _CASES:
        value = int(given.get("value") or 0)
        return background.rehearse_judgements(
            store, actor, CaseFilter(verdict, given.get("kind", ""), source, value), reason=reason
        )
    below = given.get("below", "")
    wanted = LinkFilter(
        verdict, _bits(given.get("above", "")), _bits(below) if below else None, source, given.get("evidence") or None
    )
    return background.rehearse_judgements(store, actor, wanted, reason=reason)


def _bits(text: str) -> float:
    """A weight as people write it; ValueError for what is none."""
    bits = float(text.replace(",", ".").replace("−", "-"))
    if not -1000 <= bits <= 1000:
        raise ValueError(text)
    return bits


def _of_file(store: Store, request: ScreenRequest, file: UploadFile, reason: str) -> Operation:
    """The file is gone once its rows are kept."""
    with TemporaryDirectory(prefix="litso-") as folder:
        path = Path(folder) / (Path(file.filename).name or "file")
        path.write_bytes(file.file.read())
        try:
            return background.rehearse_judgements(store, actor_of(request), path, reason=reason)
        except SourceUnusable as error:
            raise SourceUnusable(str(error).replace(f"{path.parent}/", "")) from None


HANDLERS: Final = (show_form, begin)
