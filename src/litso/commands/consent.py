"""`litso consent`: what was said about the use of contacts, and what holds for a party."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.domain.record_key import parse_key
from litso.privacy.consent import CHANNELS, GIVEN, PURPOSES, REFUSED, WITHDRAWN
from litso.settings import load_settings
from litso.store.consents import Consent
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.consenting import Said, load_file, read_consents, state_consent

app = typer.Typer(help="State consents, refusals and withdrawals; see what holds for a party.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Of = Annotated[str, typer.Argument(metavar="PARTY|SOURCE:ID", help="Id of a party, or a record.")]
Contact = Annotated[str, typer.Argument(metavar="CONTACT", help="A phone or an e-mail.")]
Purpose = Annotated[str, typer.Option(help="One of " + ", ".join(PURPOSES) + ".")]
Entity = Annotated[str, typer.Option("--legal-entity", help="To whom it is said.")]
Channel = Annotated[str, typer.Option(help="One of " + ", ".join(CHANNELS) + ".")]
When = Annotated[datetime | None, typer.Option("--at", help="When it was said (UTC); now without it.")]
Form = Annotated[str, typer.Option(help="How it was said: paper, cabinet, call…")]
Evidence = Annotated[str, typer.Option(help="Where the proof is.")]

_ACTOR: Final = Actor("cli", ADMINISTRATOR)


@app.command()
def show(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="Id of the party.")], as_json: Json = False
) -> None:
    """Show what holds for the contacts of a party now; contacts are masked.

    Example: litso consent show 0b1f6a52-…
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = read_consents(connection, _ACTOR, party)
    if as_json:
        print_json([one._asdict() | {"entry": one.entry._asdict()} for one in found])
        return
    for one in found:
        by = f"{one.entry.source}:{one.entry.source_id}"
        void = f"\tmakes {one.overruled} void" if one.overruled else ""
        typer.echo(f"{one.state}\t{one.contact}\t{one.purpose}\t{one.channel}\t{one.legal_entity}\t{by}{void}")


@app.command()
def give(
    of: Of,
    contact: Contact,
    purpose: Purpose,
    legal_entity: Entity,
    channel: Channel,
    at: When = None,
    until: Annotated[datetime | None, typer.Option(help="The end of what is given (UTC).")] = None,
    form: Form = "",
    text_version: Annotated[str, typer.Option(help="Of the text that was agreed to.")] = "",
    evidence: Evidence = "",
) -> None:
    """State that the use of a contact is permitted.

    Example: litso consent give crm:17 +79271112233 --purpose marketing --legal-entity "АО Водоканал" --channel sms
    """
    said = Said(contact, purpose, legal_entity, channel, GIVEN, at, until, form, text_version, evidence)
    typer.echo(_line(_stated(of, said)))


@app.command()
def refuse(
    of: Of, contact: Contact, purpose: Purpose, legal_entity: Entity, channel: Channel, at: When = None,
    form: Form = "", evidence: Evidence = "",
) -> None:  # fmt: skip
    """State that the use of a contact is refused.

    Example: litso consent refuse crm:17 +79271112233 --purpose marketing --legal-entity "АО Водоканал" --channel sms
    """
    said = Said(contact, purpose, legal_entity, channel, REFUSED, at, None, form, "", evidence)
    typer.echo(_line(_stated(of, said)))


@app.command()
def withdraw(
    of: Of, contact: Contact, purpose: Purpose, legal_entity: Entity, channel: Channel, at: When = None,
    form: Form = "", evidence: Evidence = "",
) -> None:  # fmt: skip
    """State that what was given is withdrawn.

    Example: litso consent withdraw crm:17 +79271112233 --purpose marketing --legal-entity "АО Водоканал" --channel sms
    """
    said = Said(contact, purpose, legal_entity, channel, WITHDRAWN, at, None, form, "", evidence)
    typer.echo(_line(_stated(of, said)))


@app.command()
def load(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="source, source_id, contact, purpose, legal_entity, channel, state; at, until, form, text_version, "
            "evidence.",
        ),
    ],
    strict: Annotated[bool, typer.Option(help="Exit with 1 when rows could not be taken.")] = False,
    as_json: Json = False,
) -> None:
    """Enter the statements of a file. The same file again changes nothing.

    Example: litso consent load consents.csv
    """
    with open_store(load_settings()) as store:
        taken = load_file(store, _ACTOR, file)
    if as_json:
        print_json(taken._asdict() | {"bad": [row._asdict() for row in taken.bad]})
    else:
        typer.echo(f"entered {taken.entered}, known already {taken.known}, not taken {len(taken.bad)}")
        for row in taken.bad:
            typer.echo(f"{file}: line {row.line}, column {row.column}: {row.message}", err=True)
    if strict and taken.bad:
        raise typer.Exit(1)


def _stated(of: str, said: Said) -> Consent:
    record = parse_key(of) if ":" in of else None
    with open_store(load_settings()) as store:
        if record is None:
            return state_consent(store, _ACTOR, said, party_id=of)
        return state_consent(store, _ACTOR, said, record=record)


def _line(made: Consent) -> str:
    return f"statement {made.consent_id}: {made.state}, on {made.source}:{made.source_id}"
