"""The role under which requests of actors with limits read: it owns nothing, and row security holds it.

It is made by `litso init` where the user of LITSO_DATABASE_URL may make roles; else an administrator of the server
makes it once. What it may do in tables is granted here, whenever the store is set up.
"""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg import sql

from litso.store.database import READER, Connection, scalar
from litso.store.queries import statements

SCOPED: Final = (
    "party", "golden", "golden_version", "source_record", "source_record_version", "fact", "consent", "pin", "tie",
    "role", "household_member", "change", "judgement", "steward_case", "case_verdict", "operation", "idempotency",
    "audit", "check_match", "check_decision", "check_officer", "written_value",
)  # fmt: skip
"""Tables that hold personal data or tell who did what: a policy decides row by row."""

OPEN: Final = (
    "schema_migration", "source", "load", "model", "policy", "scope", "party_scope", "party_account", "node",
    "node_key", "hub_key", "link", "crosswalk", "home", "account_alias", "search_word", "address_line",
    "contact_habits", "reference_edition", "case_rule", "case_pending", "graph_pending", "quality", "check_list",
    "check_base", "check_fresh", "check_entry", "check_run",
)  # fmt: skip
"""Tables without a person's values: ids, numbers, words, rules, figures."""

VIEWS: Final = ("check_decided",)
"""Views that ask with the rights of the reader (security_invoker), so that the policies below them hold."""

_WRITTEN: Final = {
    "audit": "insert",
    "idempotency": "insert",
    "steward_case": "update (claimed_by, claimed_until)",
}


def prepare(connection: Connection) -> str | None:
    """Make the role if need be and grant it what it reads; answers what is wrong, in words, if it cannot be done."""
    try:
        with connection.transaction():
            connection.execute(statements("reader")["make"], prepare=False)
            connection.execute(statements("reader")["join"], prepare=False)
    except psycopg.errors.InsufficientPrivilege:
        return problem(connection)
    for table in (*SCOPED, *OPEN, *VIEWS):
        _grant(connection, "select", table)
    for table, rights in _WRITTEN.items():
        _grant(connection, rights, table)
    return problem(connection)


def _grant(connection: Connection, rights: str, table: str) -> None:
    # Rights are constants of this module.
    grant = sql.SQL("grant {} on {} to {}")
    connection.execute(grant.format(sql.SQL(rights), sql.Identifier(table), sql.Identifier(READER)))


def problem(connection: Connection) -> str | None:
    """What keeps the role from being what it must be, in words with the cure; None when all is well."""
    if not scalar(connection, statements("reader")["is_ready"]):
        return (
            f"the role {READER} is missing or not ours, so nobody with limits can be let in: as an administrator of"
            f" the server run: create role {READER} nologin; grant {READER} to {connection.info.user}; then litso init"
        )
    if scalar(connection, statements("reader")["is_mighty"]):
        return f"the role {READER} is above row security: alter role {READER} nosuperuser nobypassrls"
    unguarded = [row[0] for row in connection.execute(statements("reader")["unguarded"], {"tables": list(SCOPED)})]
    if unguarded:
        return f"tables without row security: {', '.join(unguarded)}"
    return None
