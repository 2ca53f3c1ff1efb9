"""Relations of resolution, as SQL that DuckDB runs in bulk: nodes of records, candidates of keys."""

from __future__ import annotations

from collections.abc import Iterable

from litso.resolve.nodes import fingerprint_sql, values_sql


def staged_sql(standard: str, columns: Iterable[str]) -> str:
    """Records with their nodes: source, source_id, fingerprint, node columns. Records of facts alone fall out.

    standard: a table of standard records; `told_apart(source, source_id)`: records with a veto.
    """
    names = list(columns)
    return f"""
        with valued as (
            select source, source_id, {values_sql(names)} from {standard} where kind in ('person', 'organization')
        )
        select source, source_id, {fingerprint_sql(names)} as fingerprint, * exclude (source, source_id, told_apart)
        from (
            select valued.*, t.source is not null as told_apart
            from valued left join told_apart t using (source, source_id)
        ) valued
    """  # noqa: S608


NODES_SQL = """
    select * exclude (source, source_id) from staged
    where rowid in (select min(rowid) from staged group by fingerprint)
    order by kind, fingerprint
"""
"""Nodes in the order that breaks ties: a node's number is its place here, whatever the order of the records."""

RECORDS_SQL = "select s.source, s.source_id, n.rowid::integer as node from staged s join node n using (fingerprint)"
"""Which node each record collapsed into."""


def blocks_sql(cap: int) -> str:
    """Keys of `key_row(node, key)` that link: shared by two to `cap` nodes."""
    return f"select key from key_row group by key having count(*) between 2 and {cap:d}"  # noqa: S608


def hubs_sql(cap: int) -> str:
    """Nodes of keys that more than `cap` nodes share, with the key."""
    return f"""
        select node, key, size from key_row join
            (select key, count(*) as size from key_row group by key having count(*) > {cap:d}) using (key)
    """  # noqa: S608


def candidates_sql(cap: int) -> str:
    """Pairs of nodes (a < b) that share a linking key of `key_row`."""
    return f"""
        with linking as materialized (select node, key from key_row where key in ({blocks_sql(cap)}))
        select x.node as a, y.node as b from linking x join linking y on x.key = y.key and x.node < y.node
    """  # noqa: S608
