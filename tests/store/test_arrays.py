"""Arrays as PostgreSQL writes them are read by it as what they were made of."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from litso.store.database import Connection, text_array

TEXTS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=5)


@pytest.mark.parametrize(
    "values",
    [[], [""], ["NULL", "null"], ["a,b", "{c}", 'd"e', "f\\g", "\\", '"'], [" spaced ", "г. Самара", "line\nbreak"]],
)
def test_texts_stay_what_they_are(connection: Connection, values: list[str]) -> None:
    assert connection.execute("select %s::text[]", [text_array(values)]).fetchone() == (values,)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=TEXTS)
def test_any_texts_stay_what_they_are(connection: Connection, values: list[str]) -> None:
    assert connection.execute("select %s::text[]", [text_array(values)]).fetchone() == (values,)
