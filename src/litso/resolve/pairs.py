"""Relations of resolution: records and their nodes in SQL, and candidate pairs of blocks.

Blocks are joined in memory, rule by rule, by one sort of their keys: measured at half the time of a join in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from litso.resolve.columns import Indices
from litso.resolve.keys import Keys
from litso.resolve.nodes import fingerprint_sql, values_sql


def keyed_sql(standard: str, columns: Iterable[str], *, with_judgements: bool) -> str:
    """Records with their fingerprints: source, source_id, kind, place (rowid), fingerprint. Records of facts fall out.

    standard: a table of standard records. with_judgements: whether `told_apart(source, source_id)` names records with a
    veto.
    """
    names = list(columns)
    told_apart = "t.source is not null" if with_judgements else "false"
    join = "left join told_apart t using (source, source_id)" if with_judgements else ""
    return f"""
        with valued as (
            select rowid as place, source, source_id, {values_sql(names)}
            from {standard} where kind in ('person', 'organization')
        )
        select source, source_id, kind, place, {fingerprint_sql(names)} as fingerprint
        from (select valued.*, {told_apart} as told_apart from valued {join})
    """  # noqa: S608


NODES_SQL = """
    select any_value(kind) as kind, fingerprint, min(place) as place
    from keyed group by fingerprint order by kind, fingerprint
"""
"""Nodes in the order that breaks ties: a node's number is its place here, whatever the order of the records."""

RECORDS_SQL = "select k.source, k.source_id, n.rowid::integer as node from keyed k join node n using (fingerprint)"
"""Which node each record collapsed into."""


class Blocks(NamedTuple):
    """What the keys of one level of a rule bring together.

    pairs: candidates as `left * size + right` with left < right, repeats possible. crowded: rows of `Keys` in blocks of
    more than `cap` nodes; sizes: nodes of the block of each of those rows.
    """

    pairs: npt.NDArray[np.int64]
    crowded: Indices
    sizes: Indices


def blocks(keys: Keys, size: int, cap: int) -> Blocks:
    """Candidate pairs among `size` nodes of the blocks of two to `cap` nodes, and what is crowded."""
    order = np.argsort(keys.keys)
    ordered = keys.keys[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(order) else order
    sizes = np.diff(np.append(starts, len(order)))
    found = [np.zeros(0, dtype=np.int64)]
    for many in np.unique(sizes[(sizes > 1) & (sizes <= cap)]).tolist():
        members = keys.nodes[order[starts[sizes == many][:, None] + np.arange(many)]]
        one, two = (members[:, side] for side in np.triu_indices(many, 1))
        found.append((np.minimum(one, two) * size + np.maximum(one, two)).ravel())
    of_row = np.repeat(sizes, sizes)
    is_crowded = of_row > cap
    return Blocks(np.concatenate(found), order[is_crowded], of_row[is_crowded])


def distinct_pairs(parts: Iterable[npt.NDArray[np.int64]], size: int) -> tuple[Indices, Indices]:
    """(left, right) of all pairs, each once, in the order of their nodes."""
    codes = np.concatenate([np.zeros(0, dtype=np.int64), *parts])
    codes.sort()
    codes = codes[np.append(True, codes[1:] != codes[:-1])] if len(codes) else codes
    left = codes // max(size, 1)
    return left, codes - left * size
