"""Blocks tell what was done to their rows."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.privacy.chain import BEGINNING, Block, Row, head_line, ids_of, line_of, link_fault, rows_fault, seal


def row(audit_id: int, **given: object) -> Row:
    plain = Row(
        audit_id, 1_700_000_000_000_000 + audit_id, "анна", "profile", None, "", ["phones"], "call", "", None, 3
    )
    return plain._replace(**given)


def chain() -> tuple[list[Row], list[Block]]:
    """Three blocks; row 4 was committed late and is in the third."""
    rows = [row(number) for number in (1, 2, 3, 5, 6, 4, 7)]
    first = seal(None, rows[:3], sealed_at=10)
    second = seal(first, rows[3:5], sealed_at=20)
    return rows, [first, second, seal(second, rows[5:], sealed_at=30)]


def test_a_row_has_one_form_that_does_not_depend_on_anything() -> None:
    told = line_of(row(7, actor='о"\n', party_id="019", fields=["a", "b"], found=2))
    assert told.decode() == '[7,1700000000000007,"о\\"\\n","profile","019","",["a","b"],"call","",2,3]'


def test_blocks_follow_each_other() -> None:
    rows, blocks = chain()
    assert [ids_of(block) for block in blocks] == [[1, 2, 3], [5, 6], [4, 7]]
    assert [block.last_id for block in blocks] == [3, 6, 7]
    assert blocks[0].previous == BEGINNING
    assert [link_fault(block, before) for block, before in zip(blocks, [None, *blocks], strict=False)] == [None] * 3
    assert [rows_fault(block, {one.audit_id: one for one in rows}) for block in blocks] == [None] * 3
    assert head_line(blocks[2]) == f"3 {blocks[2].hash.hex()}"


@pytest.mark.parametrize("name", [name for name in Row._fields if name != "audit_id"])
def test_a_change_of_any_column_is_found_with_its_row(name: str) -> None:
    rows, (first, *_) = chain()
    other = {"at": 1, "fields": ["emails"], "party_id": "p", "found": 1, "version": None}.get(name, "другое")
    found = {one.audit_id: one for one in rows} | {2: rows[1]._replace(**{name: other})}
    fault = rows_fault(first, found)
    assert fault is not None
    assert fault[1:] == ("rows were changed", (2,))


@dataclass(frozen=True)
class Tampering:
    block: Block
    said: str


def tampered() -> list[Tampering]:
    _, (first, second, third) = chain()
    return [
        Tampering(second._replace(sealed_at=21), "the block itself was changed"),
        Tampering(second._replace(last_id=7), "the block itself was changed"),
        Tampering(second._replace(hash=first.hash), "the block itself was changed"),
        Tampering(second._replace(members=second.members[16:]), "the block itself was changed"),
        Tampering(second._replace(members=third.members[:16] + second.members[16:]), "the block itself was changed"),
    ]


@pytest.mark.parametrize("case", tampered(), ids=str)
def test_a_change_of_a_block_is_found(case: Tampering) -> None:
    rows, _ = chain()
    fault = rows_fault(case.block, {one.audit_id: one for one in rows})
    assert fault is not None
    assert fault.what == case.said


def test_a_chain_with_a_gap_or_another_beginning_is_found() -> None:
    _, (first, second, third) = chain()
    said = [link_fault(third, first), link_fault(second, None), link_fault(second, first._replace(hash=third.hash))]
    assert [fault and fault.what for fault in said] == [
        "blocks before it are gone", "blocks before it are gone", "it does not follow the block before it"
    ]  # fmt: skip


texts = st.text(max_size=20).map(lambda text: text.encode("utf-8", "ignore").decode())


@given(st.lists(st.tuples(texts, texts, st.lists(texts, max_size=3)), min_size=1, max_size=8), st.data())
def test_whatever_is_changed_is_found(said: list[tuple[str, str, list[str]]], data: st.DataObject) -> None:
    rows = {place: row(place, actor=who, object=what, fields=fields) for place, (who, what, fields) in enumerate(said)}
    block = seal(None, list(rows.values()), sealed_at=1)
    assert rows_fault(block, rows) is None
    chosen = data.draw(st.sampled_from(sorted(rows)))
    name = data.draw(st.sampled_from(["actor", "object", "purpose"]))
    other = data.draw(texts.filter(lambda text: text != getattr(rows[chosen], name)))
    fault = rows_fault(block, rows | {chosen: rows[chosen]._replace(**{name: other})})
    assert fault is not None
    assert fault.rows == (chosen,)
