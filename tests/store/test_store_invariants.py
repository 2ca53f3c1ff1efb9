"""`litso doctor` counts what breaks an invariant: nothing in a sound store, each planted fault in a spoilt one."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from store_rows import record, started, table

from litso.store import crosswalk, golden, judgements, loads, nodes, parties, pins, records
from litso.store.database import Connection
from litso.store.invariants import check_invariants

ONE, TWO = (f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}" for digit in "12")


def sound_store(connection: Connection) -> None:
    """Two parties: the first of records a and b, the second of c; and d, which is of facts alone."""
    load_id = started(connection)
    parties.mint(connection, {ONE: "person", TWO: "person"})
    prints = [f"{place:032x}" for place in range(3)]
    added = nodes.add_handful(connection, dict(zip(prints, [(ONE, []), (ONE, []), (TWO, [])], strict=True)))
    node_ids = [added[print_] for print_ in prints]
    rows = [record(name, record_id=place + 1, node_id=node_ids[place]) for place, name in enumerate("abc")]
    records.write_new(connection, load_id, table([*rows, record("d", record_id=4, kind="none")]))
    crosswalk.publish(connection, pa.table({"record_id": [1, 2, 3], "party_id": [ONE, ONE, TWO]}))
    for party_id, source_id in ((ONE, "b"), (TWO, "c")):
        origin = [{"value": "x", "source": "billing", "source_id": source_id, "rule": "newest"}]
        pin_id = pins.add(connection, key=("billing", source_id), attribute="inn", value="1", parts={}, author="anna",
                          reason="document")  # fmt: skip
        pinned = [{"value": "1", "source": "pin", "source_id": str(pin_id), "rule": "pin"}]
        provenance = json.dumps({"full_name": origin, "inn": pinned})
        golden.publish_few(
            connection, [golden.Document(party_id, "person", "x", {"full_name": "x"}, provenance, 1, [])]
        )
    judgements.add(connection, verdict="different", left=("billing", "a"), right=("billing", "c"), author="anna")
    loads.write_counts(connection, load_id, loads.Counts(rows_in=5, inserted=4, deleted=9, quarantined=1))
    loads.finish(connection, load_id)


def violations(connection: Connection) -> dict[str, int]:
    return {finding.invariant: finding.violations for finding in check_invariants(connection) if finding.violations}


def test_a_sound_store_breaks_nothing(connection: Connection) -> None:
    assert violations(connection) == {}
    sound_store(connection)
    assert violations(connection) == {}
    assert len(check_invariants(connection)) == 7


FAULTS = {
    "update source_record set node_id = null where source_id = 'a'": {"I1": 2, "I2": 1},
    "update source_record set node_id = 10000000 where source_id = 'a'": {"I1": 1, "I2": 1},
    "delete from crosswalk where record_id = 1": {"I1": 1},
    f"update crosswalk set party_id = '{TWO}' where record_id = 1": {"I1": 1},
    f"update party set redirect_to = '{TWO}' where party_id = '{ONE}'": {"I1": 2, "I12": 1},
    f"delete from party where party_id = '{TWO}'": {"I1": 1, "I12": 1},
    "update pin set undone_at = now() where source_id = 'b'": {"I12": 1},
    "update pin set source_id = 'c' where source_id = 'b'": {"I12": 1},
    f"update golden set provenance = (provenance::jsonb - 'inn')::json where party_id = '{TWO}'": {"I12": 1},
    "update source_record set deleted_at = now() where source_id = 'd'": {},
    "update source_record set deleted_at = now() where source_id = 'a'": {"I1": 1},
    "insert into crosswalk (record_id, party_id) select 99, party_id from party limit 1": {"I1": 1},
    f"delete from golden where party_id = '{TWO}'": {"I2": 1},
    "insert into node (fingerprint, party_id) select gen_random_uuid(), party_id from party limit 1": {"I2": 1},
    f"""update node set party_id = '{ONE}';
        update crosswalk set party_id = '{ONE}'; delete from golden where party_id = '{TWO}'""": {"I5": 1, "I12": 2},
    f"""update node set party_id = '{ONE}'; update crosswalk set party_id = '{ONE}';
        delete from golden where party_id = '{TWO}'; update judgement set undone_at = now()""": {
        "I12": 2
    },  # the pins met
    "update load set rows_in = 6": {"I6": 1},
    "update load set rows_in = 6, status = 'failed'": {},
    "update golden set provenance = jsonb_set(provenance::jsonb, '{full_name,0,source_id}', '\"a\"')": {"I12": 1},
    "update golden set provenance = jsonb_set(provenance::jsonb, '{full_name,0,source}', '\"crm\"')": {"I12": 2},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_counted(connection: Connection, fault: str) -> None:
    sound_store(connection)
    connection.execute(fault.encode())
    assert violations(connection) == FAULTS[fault]
