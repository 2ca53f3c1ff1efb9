"""Work in other processes: the same results in the same order, with a bound on what is on its way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from litso.usecases.workers import WORTH_A_PROCESS, Workers


def items(taken: list[int], count: int) -> Iterator[tuple[str, tuple[int, int]]]:
    for number in range(count):
        taken.append(number)
        yield f"item {number}", (number + 1, 3)


@pytest.mark.parametrize("expected", [1, WORTH_A_PROCESS])
def test_results_come_in_order_and_few_items_are_taken_ahead(expected: int) -> None:
    taken: list[int] = []
    with Workers(expected) as workers:
        found = []
        for item, result in workers.each(divmod, items(taken, 12)):
            found.append((item, result))
            assert len(taken) - len(found) <= workers.count + 2
        assert found == [(f"item {number}", divmod(number + 1, 3)) for number in range(12)]


@pytest.mark.parametrize("expected", [1, WORTH_A_PROCESS])
def test_an_error_of_the_work_reaches_the_caller(expected: int) -> None:
    with Workers(expected) as workers, pytest.raises(ZeroDivisionError):
        list(workers.each(divmod, [("zero", (1, 0)), ("one", (1, 1))]))
