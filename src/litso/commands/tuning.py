"""`litso tuning`: another model or threshold is rehearsed, applied, rolled back; samples are drawn and judged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json, stages
from litso.errors import BadUsage
from litso.settings import load_settings
from litso.store import models, tuning
from litso.store.tuning import Tuning
from litso.usecases import tuning_apply, tuning_sample
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.tuning import Wanted, rehearse
from litso.usecases.tuning_sample import Estimate

app = typer.Typer(help="Try another model or threshold before it decides, and take it back.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Id = Annotated[int, typer.Argument(metavar="ID", help="Number of the rehearsal.")]

_ACTOR: Final = Actor("cli", ADMINISTRATOR)


@app.command("rehearse")
def rehearse_command(
    model: Annotated[Path | None, typer.Option(help="A model file, as `litso resolve` writes it.")] = None,
    threshold: Annotated[float | None, typer.Option(help="Bits above which evidence speaks for one party.")] = None,
    learn: Annotated[
        bool, typer.Option("--learn", help="Learn a model from the records, and from what stewards judged.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Foresee what another model or threshold would change. Writes nothing but the rehearsal.

    Example: litso tuning rehearse --threshold 2
    """
    text = _text_of(model) if model else None
    wanted = Wanted(text, str(model), threshold, learn)
    settings = load_settings()
    with open_store(settings) as store:
        found = rehearse(store, settings, _ACTOR, wanted)
    print_json(as_document(found)) if as_json else typer.echo(report(found))


def _text_of(model: Path) -> str:
    try:
        return model.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadUsage(f"{model}: cannot be read: {error}") from error


@app.command("model")
def show_model(tuning_id: Id) -> None:
    """Print the model file of a rehearsal: to keep it, or to give it to another installation or `litso resolve`.

    Example: litso tuning model 1 > learned.json
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        typer.echo(models.get(connection, tuning.get(connection, tuning_id).model).content)


@app.command("list")
def list_rehearsals(as_json: Json = False) -> None:
    """List rehearsals and what became of them."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = tuning.latest(connection)
    if as_json:
        print_json([as_document(one) for one in found])
        return
    for one in found:
        moved = one.outlook.get("records_moved", "?")
        typer.echo(
            f"{one.tuning_id}\t{one.status}\t{_what(one)}\t{moved} records move\t{one.rehearsed_at:%Y-%m-%d %H:%M}"
        )


@app.command()
def changes(
    tuning_id: Id,
    what: Annotated[str | None, typer.Option(help="Only `merge`, `split` or `regroup`.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List the parties that a rehearsal would change, the largest first.

    Example: litso tuning changes 1 --what split
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        tuning.get(connection, tuning_id)
        found = tuning.changes(connection, tuning_id, what=what, limit=limit)
    if as_json:
        print_json([change._asdict() for change in found])
        return
    for change in found:
        typer.echo(
            f"{change.place}\t{change.what}\t{change.records} records\t{change.accounts} accounts\t"
            f"{', '.join(change.parties[:4])}{' …' if len(change.parties) > 4 else ''}"
        )


@app.command()
def apply(tuning_id: Id, as_json: Json = False) -> None:
    """Make a rehearsed model the active one, in journaled chunks. One that was interrupted goes on.

    Example: litso tuning apply 1
    """
    settings = load_settings()
    with open_store(settings) as store, stages(quiet=as_json) as progress:
        found = tuning_apply.apply(
            store, settings, _ACTOR, tuning_id, on_chunk=lambda done, of: progress("applying", done, of)
        )
    print_json(as_document(found)) if as_json else typer.echo(_outcome(found))


@app.command()
def rollback(tuning_id: Id, as_json: Json = False) -> None:
    """Take an applied model back: every record gets its party back.

    Example: litso tuning rollback 1
    """
    settings = load_settings()
    with open_store(settings) as store, stages(quiet=as_json) as progress:
        found = tuning_apply.rollback(
            store, settings, _ACTOR, tuning_id, on_chunk=lambda done, of: progress("rolling back", done, of)
        )
    print_json(as_document(found)) if as_json else typer.echo(_outcome(found))


@app.command("sample")
def draw(
    size: Annotated[int, typer.Option(help="How many pairs to draw.")] = 200,
    rehearsal: Annotated[int | None, typer.Option(help="Draw from what this rehearsal would change.")] = None,
    seed: Annotated[int | None, typer.Option(help="Repeats a draw.")] = None,
    as_json: Json = False,
) -> None:
    """Draw a small sample of pairs for a steward, by strata of their scores.

    It is judged on the screen «Настройка», blind: scores are shown afterwards.

    Example: litso tuning sample --size 200
    """
    settings = load_settings()
    with open_store(settings) as store:
        found = tuning_sample.draw_sample(store, settings, _ACTOR, size=size, tuning_id=rehearsal, seed=seed)
    if as_json:
        print_json(found._asdict())
        return
    typer.echo(f"sample {found.sample_id}: {found.pairs} pairs")
    for stratum in found.strata:
        typer.echo(f"  {_stratum(stratum)}: {stratum['chosen']} of {stratum['size']}")


@app.command()
def label(
    sample_id: Annotated[int, typer.Argument(metavar="SAMPLE", help="Number of the sample.")],
    pair: Annotated[int, typer.Argument(help="Number of the pair in the sample.")],
    verdict: Annotated[str, typer.Argument(help="same, different or unsure.")],
    judgement: Annotated[bool, typer.Option(help="Let it also decide about the two records.")] = False,
) -> None:
    """Label a pair of a sample. The label changes no party unless --judgement says so.

    Example: litso tuning label 1 17 same
    """
    with open_store(load_settings()) as store:
        tuning_sample.label(store, _ACTOR, sample_id, pair, verdict, as_judgement=judgement)
    typer.echo(f"sample {sample_id}, pair {pair}: {verdict}")


@app.command()
def estimate(
    sample_id: Annotated[int, typer.Argument(metavar="SAMPLE", help="Number of the sample.")], as_json: Json = False
) -> None:
    """Estimate precision and recall from the labels of a sample, with an interval of 95 %.

    Example: litso tuning estimate 1
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = tuning_sample.estimate(connection, _ACTOR, sample_id)
    print_json(estimate_document(found)) if as_json else typer.echo(_estimate_in_words(found))


def estimate_document(found: Estimate) -> dict[str, Any]:
    """An estimate as --json prints it."""
    shares = ("precision", "recall", "merges_right", "splits_right")
    return {
        "sample": found.sample.sample_id,
        "pairs": found.sample.pairs,
        "labelled": found.sample.labelled,
        "unsure": found.unsure,
        **{name: None if getattr(found, name) is None else getattr(found, name)._asdict() for name in shares},
        "strata": [
            {**stratum, "judged": labels.judged, "same": labels.same}
            for stratum, labels in zip(found.sample.strata, found.labels, strict=True)
        ],
        "curve": found.curve,
    }


def _estimate_in_words(found: Estimate) -> str:
    lines = [f"sample {found.sample.sample_id}: {found.sample.labelled} of {found.sample.pairs} pairs labelled,"
             f" {found.unsure} unsure"]  # fmt: skip
    shares = {"precision": found.precision, "recall": found.recall,
              "merges that are right": found.merges_right, "splits that are right": found.splits_right}  # fmt: skip
    for name, share in shares.items():
        if share is not None:
            lines.append(f"{name}: {share.value:.4f}  ({share.low:.4f} … {share.high:.4f})")
    for stratum, labels in zip(found.sample.strata, found.labels, strict=True):
        lines.append(f"  {_stratum(stratum)}: {labels.same} same of {labels.judged} judged, {labels.size} pairs")
    if len(lines) == 1 + len(found.labels):
        lines.insert(1, "no estimate yet: every stratum needs a label")
    return "\n".join(lines)


def _stratum(stratum: Mapping[str, Any]) -> str:
    low, high = (("" if stratum[side] is None else f"{stratum[side]:+g}") for side in ("low", "high"))
    return f"{stratum['what']} {low} … {high}"


def _what(found: Tuning) -> str:
    figures = found.outlook
    model = "another model, " if figures["is_other_model"] else ""
    return f"{model}threshold {figures['threshold_now']:+g} → {figures['threshold_then']:+g}"


def as_document(found: Tuning) -> dict[str, Any]:
    """A rehearsal as --json prints it."""
    return found._asdict()


def report(found: Tuning) -> str:
    """A rehearsal in words."""
    figures = found.outlook
    learned = figures.get("learned")
    lines = [
        f"rehearsal {found.tuning_id}: {_what(found)}",
        *(
            [
                f"learned from {learned['pairs']} pairs, of which stewards called {learned['same']} the same and "
                f"{learned['different']} different"
            ]
            if learned
            else []
        ),
        f"parties: {figures['parties_now']} → {figures['parties_then']}: {figures['merges']} merge groups, "
        f"{figures['splits']} splits, {figures['regroups']} regroupings",
        f"touched: {figures['parties_touched']} parties, {figures['records_touched']} records, "
        f"{figures['accounts_touched']} accounts",
        f"ids: {figures['ids_ended']} end, {figures['ids_new']} are new, {figures['records_moved']} records move",
        "",
        "as the model expects of its links:",
        f"{'threshold':>10} {'parties':>9} {'pairs together':>15} {'precision':>10} {'recall':>8}",
    ]
    for point in figures["chart"]:
        mark = "*" if point["threshold"] == figures["threshold_then"] else " "
        lines.append(
            f"{mark}{point['threshold']:>+9g} {point['parties']:>9.0f} {point['together']:>15.0f} "
            f"{point['precision']:>10.4f} {point['recall']:>8.4f}"
        )
    return "\n".join([*lines, "", f"apply it: litso tuning apply {found.tuning_id}"])


def _outcome(found: Tuning) -> str:
    if found.status == "applied":
        return (
            f"tuning {found.tuning_id} is applied: {_what(found)}\npartition {found.hash_before} → {found.hash_after}"
        )
    same = "the same as before" if found.hash_restored == found.hash_before else "other records arrived in between"
    return f"tuning {found.tuning_id} is {found.status.replace('_', ' ')}: partition {found.hash_restored}, {same}"
