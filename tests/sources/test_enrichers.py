"""The exam of enrichers: every shape behind the port answers alike, whatever the service does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from enricher_peers import (
    ACTING,
    BUSY,
    EMPTY,
    ENDED,
    FAULTY,
    LATER,
    LIMITED,
    LOGIN,
    MOVED,
    REFUSED,
    SLOW,
    TOKEN,
    UNKNOWN,
    WRONG,
    DadataPeer,
    SparkPeer,
    serving,
)

from litso.enrich.company import Officer
from litso.errors import LitsoError, Misconfigured, SourceUnusable, Transient
from litso.sources.enrichers import DadataEnricher, SparkEnricher

Made = DadataEnricher | SparkEnricher
SHAPES = {"dadata": (DadataPeer, DadataEnricher, TOKEN), "spark": (SparkPeer, SparkEnricher, LOGIN)}


class Exam:
    """An enricher against its running peer; `pauses` are the seconds that it waited."""

    def __init__(self, make: Callable[..., Made], url: str, key: str, calls: list[str]) -> None:
        self.make, self.url, self.key, self.calls = make, url, key, calls
        self.pauses: list[float] = []
        self.enricher = self.made(key)

    def made(self, key: str, url: str | None = None) -> Made:
        """An enricher with other credentials or another address."""
        return self.make(url or self.url, key, timeout=0.3, pause=self.pauses.append)


@pytest.fixture(params=sorted(SHAPES))
def exam(request: pytest.FixtureRequest) -> Iterator[Exam]:
    peer, make, key = SHAPES[request.param]
    with serving(peer) as (url, calls):
        yield Exam(make, url, key, calls)


def test_a_known_company(exam: Exam) -> None:
    found = exam.enricher.find(ACTING)
    assert found is not None
    assert (found.inn, found.ogrn, found.kpp, found.short_name) == (ACTING, "1026300000011", "631101001", "ООО «ТЕПЛО»")
    assert (found.address, found.ceased, found.state) == ("443001, г Самара, ул Победы, д 5", None, None)
    assert found.officers == (
        Officer("Иванов Пётр Ильич", "director", "Директор", "500100732259"),
        Officer("Серова Анна Юрьевна", "owner"),
    )
    assert ("".join(filter(str.isdigit, found.phones[0])), found.emails) == ("78462310000", ("info@teplo.ru",))
    assert found.as_of == date(2025, 1, 1)


def test_a_company_that_ended(exam: Exam) -> None:
    found = exam.enricher.find(ENDED)
    assert found is not None
    assert (found.ceased, found.address, found.officers) == (date(2024, 5, 6), None, ())


def test_an_unknown_company(exam: Exam) -> None:
    assert exam.enricher.find(UNKNOWN) is None


@pytest.mark.parametrize("inn", [BUSY, LIMITED])
def test_a_fault_that_passes_is_waited_for(exam: Exam, inn: str) -> None:
    found = exam.enricher.find(inn)
    assert found is not None
    assert found.ogrn == "1026300000011"
    assert exam.pauses == ([0.5, 1.0] if inn == BUSY else [7.0])
    assert exam.calls.count(inn) == (3 if inn == BUSY else 2)


@pytest.mark.parametrize(
    ("inn", "error", "calls"),
    [
        (FAULTY, Transient, 3),
        (SLOW, Transient, 3),
        (LATER, Transient, 1),
        (REFUSED, Misconfigured, 1),
        (MOVED, SourceUnusable, 1),
        (WRONG, SourceUnusable, 1),
        (EMPTY, SourceUnusable, 1),
    ],
)
def test_faults_are_named_by_what_to_do_and_tell_nothing(
    exam: Exam, inn: str, error: type[LitsoError], calls: int
) -> None:
    with pytest.raises(error) as raised:
        exam.enricher.find(inn)
    said = str(raised.value)
    assert not [secret for secret in (inn, TOKEN, "secret", exam.url, "service") if secret in said]
    assert exam.calls.count(inn) == calls


def test_wrong_credentials_are_refused(exam: Exam) -> None:
    with pytest.raises(Misconfigured, match="LITSO_ENRICHER_KEY_FILE"):
        exam.made("other\nwrong" if "\n" in exam.key else "other").find(ACTING)
    with pytest.raises(Misconfigured, match="LITSO_ENRICHER_KEY_FILE"):
        exam.made("  \n")
    with pytest.raises(Misconfigured, match="LITSO_ENRICHER_URL"):
        exam.made(exam.key, "ftp://service")


def test_a_service_that_is_not_there(exam: Exam) -> None:
    with pytest.raises(Transient):
        exam.made(exam.key, "http://127.0.0.1:9").find(ACTING)
