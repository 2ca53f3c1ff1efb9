"""Judgements in bulk: foreseen as they happen, applied in chunks that survive a kill, undone as one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from small_sources import person
from test_online import assert_as_in_bulk
from test_operations import STEWARD, WHY, parted, people, whole

from litso.errors import BadUsage, Conflict, Forbidden, SourceUnusable
from litso.store import operations
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.bulk_judging import CaseFilter, LinkFilter, Pair, apply, begin, name_samples, rehearse, undo
from litso.usecases.case_desk import claim_next, open_case, set_rule
from litso.usecases.consenting import Said, state_consent
from litso.usecases.stewardship import judge

HEADER = "left_source;left_id;right_source;right_id;verdict;reason\n"


def written(folder: Path, *rows: tuple[str, str, str]) -> Path:
    """A file of judgements about pairs of records of one source."""
    path = folder / "judgements.csv"
    lines = "".join(f"crm;{left};crm;{right};{verdict};сверка\n" for left, right, verdict in rows)
    path.write_text(HEADER + lines, encoding="utf-8")
    return path


def rehearsed(store: Store, given: Path | LinkFilter) -> operations.Operation:
    return rehearse(store, STEWARD, begin(store, STEWARD, given, reason=WHY).operation_id)


def town(store: Store) -> None:
    people(store, *(person(number) for number in range(8)), person(1, id="1b", mail=""), person(2, id="2b", tel=""))


ROWS = (
    ("0", "4", "same"),
    ("1", "5", "same"),
    ("1", "1b", "different"),
    ("6", "7", "unsure"),
    ("2", "2b", "different"),
)


@pytest.mark.parametrize("chunk", [1, 2, 500])
def test_what_is_foreseen_is_what_happens_and_one_undo_takes_all_back(store: Store, tmp_path: Path, chunk: int) -> None:
    town(store)
    before = whole(store)
    found = rehearsed(store, written(tmp_path, *ROWS))
    assert whole(store) == before
    assert (found.status, found.kind) == ("rehearsed", "bulk")
    told = found.outlook
    assert {name: told[name] for name in ("rows", "same", "different", "unsure", "bad_rows", "conflicts")} == {
        "rows": 5, "same": 2, "different": 2, "unsure": 1, "bad_rows": 0, "conflicts": 0,
    }  # fmt: skip
    assert (told["parties_before"], told["parties_after"]) == (7, 7)
    done = apply(store, STEWARD, found.operation_id, chunk=chunk)
    assert done.status == "applied"
    moved = {key for key, party in whole(store)[0].items() if before[0][key] != party}
    assert len(moved) == told["records_moved"] == sum(told["systems"].values())
    now = set(whole(store)[0].values())
    assert (len(set(before[0].values()) - now), len(now - set(before[0].values()))) == (
        told["ids_redirected"],
        told["ids_new"],
    )
    assert_as_in_bulk(store, tmp_path)
    assert undo(store, STEWARD, found.operation_id, chunk=chunk).status == "undone"
    assert whole(store) == before
    assert_as_in_bulk(store, tmp_path)
    with pytest.raises(Conflict):
        apply(store, STEWARD, found.operation_id)


def test_conflicts_and_vetoes_are_told_before_anything_is_judged(store: Store, tmp_path: Path) -> None:
    town(store)
    earlier = judge(store, STEWARD, verdict="different", left=("crm", "3"), right=("crm", "4")).judgement
    parted(store, "1", "1b")
    said = Said("+79271112233", "marketing", "АО «Водоканал»", "sms", "given")
    state_consent(store, STEWARD, said, record=("crm", "5"))
    state_consent(store, STEWARD, said._replace(state="refused"), record=("crm", "6"))
    told = rehearsed(
        store, written(tmp_path, ("3", "4", "same"), ("0", "1", "same"), ("0", "1b", "same"), ("5", "6", "same"))
    ).outlook
    assert [(one["line"], one["judgement_id"], one["former"]) for one in told["conflict_rows"]] == [
        (2, earlier.judgement_id, "different")
    ]
    assert told["resisting"] == 1
    assert told["resisting_rows"][0]["line"] in (3, 4)
    assert (told["narrowed"], told["returned"]) == (1, 0)
    assert {one["what"] for one in told["samples"]} == {"merge"}


def test_bad_rows_are_named_and_the_rest_is_taken(store: Store, tmp_path: Path) -> None:
    town(store)
    path = written(
        tmp_path, ("0", "4", "same"), ("0", "0", "same"), ("0", "nobody", "same"), ("0", "5", "maybe"),
        ("4", "0", "same"), ("", "5", "same"),
    )  # fmt: skip
    told = begin(store, STEWARD, path, reason=WHY).outlook
    assert [(one["line"], one["column"]) for one in told["bad"]] == [
        (3, "right_id"), (4, "right_id"), (5, "verdict"), (6, "right_id"), (7, "left_id"),
    ]  # fmt: skip
    assert (told["rows"], told["bad_rows"]) == (1, 5)
    with pytest.raises(BadUsage, match="line 2, column verdict"):
        begin(store, STEWARD, written(tmp_path, ("0", "4", "maybe")), reason=WHY)
    with pytest.raises(BadUsage, match="reason"):
        begin(store, STEWARD, written(tmp_path, ("0", "4", "same")), reason="")
    with pytest.raises(Forbidden):
        begin(store, Actor("пётр", "operator"), written(tmp_path, ("0", "4", "same")), reason=WHY)
    path.write_text("left;right\n1;2\n", encoding="utf-8")
    with pytest.raises(SourceUnusable, match="left_source"):
        begin(store, STEWARD, path, reason=WHY)


def test_an_interrupted_one_goes_on_and_an_interrupted_undo_too(store: Store, tmp_path: Path) -> None:
    town(store)
    before = whole(store)
    number = rehearsed(store, written(tmp_path, *ROWS)).operation_id
    assert apply(store, STEWARD, number, chunk=2, most=1).status == "applying"
    assert apply(store, STEWARD, number, chunk=2).status == "applied"
    applied = whole(store)
    assert undo(store, STEWARD, number, chunk=2, most=1).status == "undoing"
    with pytest.raises(Conflict):
        apply(store, STEWARD, number)
    assert undo(store, STEWARD, number, chunk=2).status == "undone"
    assert whole(store) == before
    again = rehearsed(store, written(tmp_path, *ROWS)).operation_id
    apply(store, STEWARD, again)
    assert whole(store) == applied


KILLED = """
import sys, time
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.bulk_judging import apply

def told(done, of):
    print(done, flush=True)
    time.sleep(0.2)

store = Store(sys.argv[1])
store.open()
apply(store, Actor("анна", "steward"), int(sys.argv[2]), chunk=1, on_chunk=told)
"""


def test_one_that_was_killed_goes_on(store: Store, tmp_path: Path) -> None:
    town(store)
    before = whole(store)
    number = rehearsed(store, written(tmp_path, *ROWS)).operation_id
    with subprocess.Popen([sys.executable, "-c", KILLED, store.url, str(number)], stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert [int(program.stdout.readline()) for _ in range(2)] == [1, 2]
        program.kill()
    with store.transaction() as connection:
        assert operations.get(connection, number).status == "applying"
        assert 1 <= operations.progress(connection, number).waiting <= 4
    assert apply(store, STEWARD, number).status == "applied"
    with store.transaction() as connection:
        assert len(operations.standing(connection, number, 99)) == len(ROWS)
    undo(store, STEWARD, number)
    assert whole(store) == before


def test_what_is_judged_over_goes_first(store: Store, tmp_path: Path) -> None:
    town(store)
    number = rehearsed(store, written(tmp_path, *ROWS)).operation_id
    apply(store, STEWARD, number)
    judge(store, STEWARD, verdict="different", left=("crm", "0"), right=("crm", "4"))
    with pytest.raises(Conflict, match="judged over"):
        undo(store, STEWARD, number)


def open_pairs(store: Store) -> list[Any]:
    with store.transaction() as connection:
        return list(operations.open_links(connection, above=-99))


def test_open_links_are_judged_by_a_filter(store: Store) -> None:
    people(store, person(1), person(1, id="b", mail=""), person(1, id="c", tel=""))
    judge(store, STEWARD, verdict="different", left=("crm", "1"), right=("crm", "c"))
    pairs = open_pairs(store)
    assert len(pairs) == 1, "the third record is linked with both, and in one party with one of them"
    before = whole(store)
    done = rehearsed(store, LinkFilter("different", above=-99))
    assert done.outlook["different"] == len(pairs)
    apply(store, STEWARD, done.operation_id)
    assert open_pairs(store) == []
    undo(store, STEWARD, done.operation_id)
    assert whole(store) == before
    spoken = LinkFilter("unsure", above=-99, evidence="birth_date")
    assert rehearsed(store, spoken).outlook["rows"] == 1
    with pytest.raises(BadUsage, match="nothing"):
        begin(store, STEWARD, LinkFilter("same", above=9_999), reason=WHY)
    with pytest.raises(BadUsage, match="nothing"):
        begin(store, STEWARD, LinkFilter("same", above=-99, source="billing"), reason=WHY)
    with pytest.raises(BadUsage, match="evidence is one of"):
        begin(store, STEWARD, LinkFilter("same", above=-99, evidence="shoe_size"), reason=WHY)
    with pytest.raises(BadUsage, match="verdict"):
        begin(store, STEWARD, LinkFilter("perhaps", above=-99), reason=WHY)


def test_many_bound_by_judgements_are_clustered_as_in_bulk(store: Store, tmp_path: Path) -> None:
    """A component that must-links make large is one of candidates alone: those that speak against count too."""
    spouse = {"fio": "Кузнецов Олег Ильич", "bdate": "05.06.1931", "mail": "", "ls": ""}
    people(
        store, person(1, mail=""), person(1, id="b", tel=""), person(1, id="spouse", **spouse),
        *(person(number) for number in range(10, 80)),
    )  # fmt: skip
    before = whole(store)
    others = ["spouse", *map(str, range(10, 80))]
    pairs = [Pair(("crm", "b"), ("crm", one), "same") for one in others]
    number = rehearse(store, STEWARD, begin(store, STEWARD, pairs, reason=WHY).operation_id).operation_id
    apply(store, STEWARD, number)
    assert_as_in_bulk(store, tmp_path)
    undo(store, STEWARD, number)
    assert whole(store) == before


def test_cases_of_a_kind_are_judged_alike_but_those_of_two_persons_are_not(store: Store) -> None:
    town(store)
    for left, right in (("0", "4"), ("1", "5"), ("6", "7")):
        open_case(store, STEWARD, ("crm", left), ("crm", right), "одно лицо?")
    other = claim_next(store, Actor("пётр", "steward"))
    assert other is not None
    told = begin(store, STEWARD, CaseFilter("same", "manual"), reason=WHY).outlook
    assert (told["rows"], told["bad_rows"]) == (2, 1)
    assert told["bad"][0]["message"] == f"somebody else is at case {other.case_id}"
    set_rule(store, Actor("анна", "administrator"), "manual", 0)
    with pytest.raises(BadUsage, match="for two persons"):
        begin(store, STEWARD, CaseFilter("same", "manual"), reason=WHY)
    with pytest.raises(BadUsage, match="nothing to judge"):
        begin(store, STEWARD, CaseFilter("same", "doubt"), reason=WHY)


def test_what_hangs_on_the_parties_that_change_is_foreseen(store: Store, tmp_path: Path) -> None:
    town(store)
    found = rehearsed(store, written(tmp_path, ("0", "4", "same")))
    assert {name: found.outlook[name] for name in ("facts", "messages", "consumers")} == {
        "facts": 0, "messages": 0, "consumers": [],
    }  # fmt: skip
    (sample,) = found.outlook["samples"]
    assert (sample["what"], sample["records"]) == ("merge", 2)
    with store.transaction() as connection:
        (named,) = name_samples(connection, STEWARD, found)
    assert {name for _, name in named.parties} == {person(0)["fio"], person(4)["fio"]}
