"""Shapes of records between the rooms.

A row of a source becomes a *mapped record* (attributes as text, `sources`), then a *standard record* (standard values,
quality codes, `standardize`), then a member of a party (`resolve`). Both shapes are Arrow schemas, so that the same
function serves one record and a million.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

TEXT_ATTRIBUTES: Final = (
    "full_name",
    "surname",
    "given_name",
    "patronymic",
    "gender",
    "birth_date",
    "address",
    "postal_code",
    "region",
    "city",
    "street",
    "house",
    "block",
    "flat",
    "snils",
    "inn",
    "ogrn",
    "kpp",
    "passport",
    "national_id",
)
"""Attributes of which a mapping gives one text."""

LIST_ATTRIBUTES: Final = ("phone", "email", "account")
"""Attributes that may have several values in one record."""

ATTRIBUTES: Final = TEXT_ATTRIBUTES + LIST_ATTRIBUTES
ATTRIBUTE_ALIASES: Final = {"middle_name": "patronymic", "name": "full_name", "company": "full_name"}

CUSTOM_PREFIX: Final = "custom:"
"""A custom attribute `occupation` travels as the column `custom:occupation`, in both shapes, as text."""

PERSON: Final = "person"
ORGANIZATION: Final = "organization"
AUTO: Final = "auto"
NO_PARTY: Final = "none"
"""A source of facts alone (premises, outages): its rows are kept and versioned, but never resolved into parties."""
PARTY_KINDS: Final = (PERSON, ORGANIZATION, AUTO, NO_PARTY)


def mapped_schema(customs: tuple[str, ...] = ()) -> pa.Schema:
    """Schema of mapped records: identity, then attributes as text as the source gave them.

    `line` is the 1-based line (or row) of the file; `payload` the whole row as received, as a JSON object of texts.
    """
    text = pa.string()
    fields = [
        pa.field("source", text, nullable=False),
        pa.field("source_id", text, nullable=False),
        pa.field("line", pa.int64()),
        pa.field("party", text, nullable=False),  # person | organization | auto | none
        pa.field("updated_at", pa.timestamp("us")),
        *(pa.field(name, text) for name in TEXT_ATTRIBUTES),
        *(pa.field(name, pa.list_(text)) for name in LIST_ATTRIBUTES),
        *(pa.field(CUSTOM_PREFIX + name, text) for name in customs),
        pa.field("payload", text),
    ]
    return pa.schema(fields)


QC_KINDS: Final = (
    "name",
    "birth_date",
    "phone",
    "email",
    "address",
    "snils",
    "inn",
    "ogrn",
    "kpp",
    "passport",
    "account",
)
"""Kinds that carry a quality code in a standard record, as columns `qc_<kind>` (int8, null where nothing was given)."""

STANDARD_TEXT: Final = (
    "full_name",  # as it is written: «Иванов Иван Иванович», «ООО "Ромашка"»
    "surname",
    "given_name",  # a single letter where only the initial is known
    "patronymic",  # a single letter where only the initial is known
    "gender",  # М | Ж | null
    "address",  # one line, standard
    "postal_code",
    "region",
    "city",  # city or, in the country, the settlement
    "street",
    "house",
    "block",
    "flat",
    "house_key",  # equal for two addresses of one house; null without street and house
    "snils",
    "inn",
    "ogrn",
    "kpp",
    "passport",  # 10 digits
    "national_id",
    "opf",  # short legal form of an organization
    "company",  # core of the organization's name, without legal form and quotes
)
STANDARD_LISTS: Final = ("phones", "emails", "accounts")
"""Sorted, without repeats: E.164 phones, lower-case e-mails, account numbers."""


def standard_schema(customs: tuple[str, ...] = ()) -> pa.Schema:
    """Schema of standard records. A value that could not be trusted is null here, its reason is in `problems`."""
    text = pa.string()
    fields = [
        pa.field("source", text, nullable=False),
        pa.field("source_id", text, nullable=False),
        pa.field("updated_at", pa.timestamp("us")),
        pa.field("kind", text, nullable=False),  # person | organization | none
        *(pa.field(name, text) for name in STANDARD_TEXT),
        pa.field("birth_date", pa.date32()),
        *(pa.field(name, pa.list_(text)) for name in STANDARD_LISTS),
        *(pa.field(CUSTOM_PREFIX + name, text) for name in customs),
        *(pa.field("qc_" + kind, pa.int8()) for kind in QC_KINDS),
        pa.field("problems", pa.list_(text)),  # "<kind>:<reason>", e.g. "phone:too_short"
    ]
    return pa.schema(fields)


FACT_KINDS: Final = (
    "account",
    "agreement",
    "meter",
    "reading",
    "payment",
    "charge",
    "request",
    "call",
    "delivery",
    "outage",
    "event",  # what somebody did on a website or in an app: see litso.sources.messages
    "premise",
    "consent",  # what was said about the use of a contact: see litso.privacy.consent
    "role",  # what a register says a person is to a premise, an account or an organization
)


def fact_schema() -> pa.Schema:
    """Schema of facts: what else a row says, hanging on its record, an account or a house.

    `fact_key` is unique among the facts of one kind in one source; `amount` is in roubles (for an account: its balance,
    positive is debt); `address` is text as given, `data` a JSON object of texts.
    """
    text = pa.string()
    return pa.schema(
        [
            pa.field("source", text, nullable=False),
            pa.field("kind", text, nullable=False),
            pa.field("fact_key", text, nullable=False),
            pa.field("source_id", text, nullable=False),
            pa.field("at", pa.timestamp("us")),
            pa.field("until", pa.timestamp("us")),
            pa.field("account", text),
            pa.field("address", text),
            pa.field("flat", text),
            pa.field("amount", pa.decimal128(14, 2)),
            pa.field("title", text),
            pa.field("status", text),
            pa.field("data", text),
        ]
    )
