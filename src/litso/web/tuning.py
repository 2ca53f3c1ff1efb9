"""«Настройка»: rehearse a threshold, see what would change, apply, roll back; label samples; see the estimate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, NamedTuple

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from litso.errors import BadUsage
from litso.store import tuning
from litso.usecases import background, tuning_sample
from litso.usecases.profiles import source_titles
from litso.usecases.reconciliation import current_model
from litso.usecases.tuning import Wanted
from litso.web.given import GivenStore
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

_RUNNING: Final = frozenset({"rehearsing", "applying", "rolling_back"})
_CHANGES: Final = 50
_WIDE, _HIGH = 640.0, 180.0


class Line(NamedTuple):
    """A curve of the chart: its points as SVG takes them."""

    name: str
    tone: str
    points: str


class Chart(NamedTuple):
    """Curves over thresholds, with the places of labels; `chosen` is where the rehearsed threshold is."""

    lines: tuple[Line, ...]
    ticks: tuple[tuple[float, float], ...]
    chosen: float
    rows: Sequence[dict[str, float]]


def chart_of(rows: Sequence[dict[str, float]], threshold: float) -> Chart | None:
    """Parties (as a share of the most), expected precision and recall by threshold; None without points."""
    if not rows:
        return None
    low, high = rows[0]["threshold"], rows[-1]["threshold"]
    most = max(row["parties"] for row in rows) or 1

    def across(value: float) -> float:
        return round((value - low) / ((high - low) or 1.0) * _WIDE, 1)

    def line(name: str, tone: str, shares: Sequence[float]) -> Line:
        places = zip((across(row["threshold"]) for row in rows), shares, strict=True)
        return Line(name, tone, " ".join(f"{x},{round(_HIGH * (1 - share), 1)}" for x, share in places))

    lines = (
        line("субъекты", "accent", [row["parties"] / most for row in rows]),
        line("точность", "good", [row["precision"] for row in rows]),
        line("полнота", "warn", [row["recall"] for row in rows]),
    )
    ticks = tuple((across(row["threshold"]), row["threshold"]) for row in rows)
    return Chart(lines, ticks, across(threshold), rows)


@get("/tuning", guards=[has_right("tune")], sync_to_thread=True)
def show_tuning(request: ScreenRequest, store: GivenStore) -> Response[str]:
    """The active model, rehearsals and samples."""
    return _tuning_page(request, store)


def _tuning_page(request: ScreenRequest, store: GivenStore, *, problem: str = "") -> Response[str]:
    with store.transaction() as connection:
        model, _ = current_model(connection)
        listed = tuning.latest(connection)
        samples = tuning.samples(connection)
    is_running = any(one.status in _RUNNING for one in listed) or any(not one.pairs for one in samples)
    status = 422 if problem else 200
    return page(
        request, "tuning.html", status=status, model=model, tunings=listed, samples=samples, running=is_running,
        problem=problem,
    )  # fmt: skip


@post("/tuning", guards=[has_right("tune")], sync_to_thread=True, status_code=200)
def rehearse(request: ScreenRequest, store: GivenStore, data: Form) -> Response[str] | Redirect:
    """Begin a rehearsal of another threshold, or of a model to be learned; the page answers at once."""
    try:
        given = data.get("threshold", "").replace(",", ".")
        wanted = Wanted(learn=True) if "learn" in data else Wanted(threshold=float(given))
        begun = background.rehearse_model(store, actor_of(request), wanted)
    except (ValueError, BadUsage):
        return _tuning_page(request, store, problem="Укажите порог числом, отличным от нынешнего.")
    return see_other(f"/tuning/{begun.tuning_id}")


@get("/tuning/{tuning_id:int}", guards=[has_right("tune")], sync_to_thread=True)
def show_rehearsal(
    request: ScreenRequest,
    store: GivenStore,
    tuning_id: FromPath[int],
    what: Annotated[str | None, QueryParameter(max_length=20)] = None,
    after: Annotated[int, QueryParameter(ge=0, le=2**31 - 1)] = 0,
) -> Response[str]:
    """What a rehearsal foresees: figures, the chart, parties that would merge and split."""
    with store.transaction() as connection:
        found = tuning.get(connection, tuning_id)
        changes = tuning.changes(connection, tuning_id, what=what, after=after, limit=_CHANGES + 1)
        progress = tuning.progress(connection, tuning_id)
    return page(
        request,
        "rehearsal.html",
        tuning=found,
        figures=found.outlook,
        chart=chart_of(found.outlook.get("chart", ()), found.outlook["threshold_then"]),
        changes=changes[:_CHANGES],
        following=changes[_CHANGES - 1].place if len(changes) > _CHANGES else None,
        what=what,
        progress=progress,
        running=found.status in _RUNNING,
    )


@post("/tuning/{tuning_id:int}/apply", guards=[has_right("tune")], sync_to_thread=True, status_code=200)
def apply(request: ScreenRequest, store: GivenStore, tuning_id: FromPath[int], data: Form) -> Redirect:
    """Begin to apply a rehearsal."""
    background.apply_model(store, actor_of(request), tuning_id)
    return see_other(f"/tuning/{tuning_id}")


@post("/tuning/{tuning_id:int}/rollback", guards=[has_right("tune")], sync_to_thread=True, status_code=200)
def roll_back(request: ScreenRequest, store: GivenStore, tuning_id: FromPath[int], data: Form) -> Redirect:
    """Begin to roll a tuning back."""
    background.roll_back_model(store, actor_of(request), tuning_id)
    return see_other(f"/tuning/{tuning_id}")


@post("/samples", guards=[has_right("tune")], sync_to_thread=True, status_code=200)
def draw(request: ScreenRequest, store: GivenStore, data: Form) -> Redirect:
    """Begin to draw a sample, of the parties or of a rehearsal."""
    size, of = (_whole(data.get(name, "")) for name in ("size", "tuning"))
    background.draw_sample(store, actor_of(request), size=size or 0, tuning_id=of)
    return see_other("/tuning")


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@get("/samples/{sample_id:int}", guards=[has_right("judge")], sync_to_thread=True)
def show_sample(
    request: ScreenRequest,
    store: GivenStore,
    sample_id: FromPath[int],
    after: Annotated[int, QueryParameter(ge=0, le=2**31 - 1)] = 0,
) -> Response[str]:
    """The next pair to label, side by side and blind; the estimate as far as labels go."""
    actor = actor_of(request)
    with store.transaction() as connection:
        question = tuning_sample.ask(connection, actor, sample_id, after)
        estimate = tuning_sample.estimate(connection, actor, sample_id)
        titles = source_titles(connection)
    return page(request, "sample.html", question=question, estimate=estimate, last=after, titles=titles)


@post("/samples/{sample_id:int}", guards=[has_right("judge")], sync_to_thread=True, status_code=200)
def label(request: ScreenRequest, store: GivenStore, sample_id: FromPath[int], data: Form) -> Redirect:
    """Label a pair, or take the last label back, and go on."""
    place = _whole(data.get("place", "")) or 0
    verdict = data.get("label", "")
    if verdict == "back":
        with store.transaction() as connection:
            tuning_sample.take_back(connection, actor_of(request), sample_id, place)
        return see_other(f"/samples/{sample_id}?after={max(place - 1, 0)}")
    decides = data.get("as_judgement") == "yes"
    tuning_sample.label(store, actor_of(request), sample_id, place, verdict, as_judgement=decides)
    return see_other(f"/samples/{sample_id}?after={place}")


HANDLERS: Final = (show_tuning, rehearse, show_rehearsal, apply, roll_back, draw, show_sample, label)
