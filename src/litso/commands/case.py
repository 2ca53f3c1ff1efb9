"""`litso case`: questions that stewards answer: the queue, the next one, a verdict, bringing them up to date."""

from __future__ import annotations

import getpass
from typing import Annotated, Any, Final

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.domain.case import KINDS, STATES, VERDICTS, Stakes, shares
from litso.domain.record_key import parse_key
from litso.errors import BadUsage
from litso.settings import load_settings
from litso.store import cases
from litso.store.cases import Case, Filter
from litso.usecases import case_desk, case_refresh
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.case_desk import Decided
from litso.usecases.case_refresh import Refreshed
from litso.usecases.case_words import ground_words, stakes_words

app = typer.Typer(help="Answer what only a human can: are two records of one party?", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Id = Annotated[int, typer.Argument(metavar="ID", help="Number of the case.")]
As = Annotated[str | None, typer.Option("--as", help="In whose name; the user of the system if not given.")]
Kind = Annotated[str | None, typer.Option(help=f"Only of a kind: {', '.join(KINDS)}.")]
Source = Annotated[str | None, typer.Option(help="Only about records of this source.")]
Value = Annotated[int, typer.Option(min=0, max=100, help="Only of at least this value.")]


def _actor(name: str | None) -> Actor:
    return Actor(name or getpass.getuser(), ADMINISTRATOR)


@app.command()
def refresh(
    everything: Annotated[bool, typer.Option("--all", help="Derive all cases anew, not only what changed.")] = False,
    as_json: Json = False,
) -> None:
    """Bring the cases up to date with records, model and judgements. Loads do it too.

    Example: litso case refresh
    """
    with open_store(load_settings()) as store:
        done: Refreshed = case_refresh.refresh(store, everything=everything)
        revalued = case_refresh.revalue(store)
    if as_json:
        print_json({**done._asdict(), "revalued": revalued})
        return
    typer.echo(
        f"{done.parties:,} parties looked at: {done.put:,} cases new or changed, {done.retired:,} without ground"
    )


@app.command("list")
def list_cases(
    kind: Kind = None,
    source: Source = None,
    value: Value = 0,
    state: Annotated[str | None, typer.Option(help=f"One of {', '.join(STATES)}; live ones if not given.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List cases, the most urgent first.

    Example: litso case list --kind documents
    """
    _check(kind, KINDS, "--kind")
    _check(state, STATES, "--state")
    with open_store(load_settings()) as store:
        case_desk.follow(store)
        with store.transaction() as connection:
            found = case_desk.queue(connection, _actor(None), Filter(kind, source, value, state), limit=limit)
    if as_json:
        print_json([as_document(one) for one in found])
        return
    for one in found:
        typer.echo(f"{one.case_id}\t{one.priority}\t{one.kind}\t{one.state}\t{_key(one.left)}\t{_key(one.right)}")


def _check(given: str | None, known: tuple[str, ...], option: str) -> None:
    if given is not None and given not in known:
        raise BadUsage(f"{option} is one of {', '.join(known)}, not {given!r}")


def _key(key: cases.SourceKey) -> str:
    return ":".join(key)


@app.command()
def show(case_id: Id, as_json: Json = False) -> None:
    """Show one case: why it is asked, what hangs on it. `litso explain` tells the evidence of its two records.

    Example: litso case show 1
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        _print(cases.get(connection, case_id), as_json=as_json)


@app.command("next")
def next_case(
    kind: Kind = None, source: Source = None, value: Value = 0, name: As = None, as_json: Json = False
) -> None:
    """Claim the most urgent case that is free and show it.

    Example: litso case next --kind cut
    """
    _check(kind, KINDS, "--kind")
    with open_store(load_settings()) as store:
        case_desk.follow(store)
        found = case_desk.claim_next(store, _actor(name), Filter(kind, source, value))
    if found is None:
        print_json(None) if as_json else typer.echo("there is no case that waits")
        return
    _print(found, as_json=as_json)


@app.command()
def decide(
    case_id: Id,
    verdict: Annotated[str, typer.Argument(help=f"One of {', '.join(VERDICTS)}.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the ledger.")] = "",
    name: As = None,
    as_json: Json = False,
) -> None:
    """Say that both records are of the same party, of different ones, that it is unsure, or dismiss the question.

    Example: litso case decide 1 different --reason "two passports seen"
    """
    with open_store(load_settings()) as store:
        _report(case_desk.decide(store, _actor(name), case_id, verdict, reason=reason), as_json=as_json)


@app.command()
def undo(case_id: Id, name: As = None, as_json: Json = False) -> None:
    """Take your verdict about a case back, with the judgement that it became.

    Example: litso case undo 1
    """
    with open_store(load_settings()) as store:
        _report(case_desk.undo(store, _actor(name), case_id), as_json=as_json)


@app.command("open")
def open_case(
    left: Annotated[str, typer.Argument(help="A record as source:id.")],
    right: Annotated[str, typer.Argument(help="The other record.")],
    note: Annotated[str, typer.Option(help="What is to be decided.")],
    name: As = None,
    as_json: Json = False,
) -> None:
    """Put a question about two records by hand.

    Example: litso case open crm:17 billing:1001 --note "the caller says it is her mother"
    """
    with open_store(load_settings()) as store:
        found = case_desk.open_case(store, _actor(name), parse_key(left), parse_key(right), note)
    _print(found, as_json=as_json)


@app.command("four-eyes")
def four_eyes(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(KINDS)}.")],
    value: Annotated[int | None, typer.Option("--from", min=0, max=100, help="From this value on; 0: always.")] = None,
    name: As = None,
    as_json: Json = False,
) -> None:
    """Have cases of a kind decided by two persons; without --from by one again.

    Example: litso case four-eyes documents --from 40
    """
    with open_store(load_settings()) as store:
        rules = case_desk.set_rule(store, _actor(name), kind, value)
    if as_json:
        print_json([rule._asdict() for rule in rules])
        return
    for rule in rules:
        typer.echo(f"{rule.kind}\tfrom {rule.from_value}\t{rule.author}")


def _report(done: Decided, *, as_json: bool) -> None:
    if as_json:
        print_json(as_document(done.case) | {"verdict": done.verdict})
        return
    typer.echo(f"case {done.case.case_id}: {done.verdict}; it is {done.case.state} now")


def _print(case: Case, *, as_json: bool) -> None:
    if as_json:
        print_json(as_document(case))
        return
    lines = [
        f"case {case.case_id}: {case.kind}, {case.state}",
        f"  records    {_key(case.left)}  {_key(case.right)}",
        f"  priority   {case.priority} = risk {case.risk} × value {case.value} / 100",
        *(f"  risk       {words}" for words in ground_words(case.grounds)),
        *(f"  value      {words}" for words in stakes_words(case.stakes)),
    ]
    if case.note:
        lines.append(f"  note       {case.note}")
    typer.echo("\n".join(lines))


_HIDDEN: Final = ("subject", "evidence", "is_claimed")


def as_document(case: Case) -> dict[str, Any]:
    """A case for --json."""
    known = {name: value for name, value in case._asdict().items() if name not in _HIDDEN}
    return known | {"parties": case.party_ids, "shares": [one._asdict() for one in shares(Stakes(**case.stakes))]}
