"""Deliveries to webhooks, brokers and files: each consumer in a thread of its own, so that a slow or dead one delays
nobody else.

    read what is next → write the audit → post, party by party in order → move the cursor

Posts go along several lanes; events of a party are always in the same one, so they arrive in order. An event is posted
again until the consumer has said that it has it, and keeps its `webhook-id`: told at least once, and once in effect.
A failure holds the cursor at the event; what later events of other parties did arrive is remembered with it.
Brokers and files are handed events in order, without lanes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event
from typing import Any, Final, NamedTuple
from zlib import crc32

from litso.channels.outward import Answer, Outward
from litso.errors import Transient
from litso.settings import Settings
from litso.store import consumers, locks
from litso.store.consumers import Consumer
from litso.store.database import Connection, Store
from litso.telemetry import metrics, traces
from litso.usecases.backoff import backoff
from litso.usecases.consumers import (
    SECONDS,
    answer_of,
    carrier_of,
    log_told,
    post,
    secrets_of,
    selection_of,
)
from litso.usecases.feed import Page, read_page

_LOG: Final = logging.getLogger("litso.delivery")
_LANES: Final = 4
_AT_ONCE: Final = 64
_IN_FILE: Final = 10_000
_BETWEEN_FILES: Final = 2.0
"""Seconds for which changes are gathered before the next file."""
_IDLE_SECONDS: Final = 10.0
_FIRST_DELAY: Final = timedelta(seconds=5)
_LONGEST_DELAY: Final = timedelta(hours=1)
_PATIENCE: Final = timedelta(days=3)
"""How long a consumer may fail without an end before it is stopped."""
_GONE: Final = 410


class Failure(NamedTuple):
    """An event that could not be delivered, and what the consumer answered."""

    change_id: int
    answer: Answer


class Round(NamedTuple):
    """What became of a page: ids of the events delivered, and the failure of each lane that met one."""

    delivered: set[int]
    failures: list[Failure]


Way = Callable[[Sequence[dict[str, Any]], Sequence[bytes]], Round]
"""Hands events over; the second argument signs for a webhook, or lets us into a broker."""


def deliver(
    store: Store,
    settings: Settings,
    consumer_id: int,
    stop: Event,
    bell: Event,
    *,
    first_delay: timedelta = _FIRST_DELAY,
    seconds: float = SECONDS,
) -> None:
    """Deliver to one consumer until `stop` is set or the consumer is no longer to be delivered to by this thread.

    bell: rings when there may be something new. Call it holding the consumer's lock.
    """
    with store.transaction() as connection:
        epoch = consumers.take(connection, consumer_id)
        found = consumers.state(connection, consumer_id, epoch)
    if found is None:
        return
    with _way_to(settings, found, stop, seconds) as way:
        while not stop.is_set() and _deliver_next(store, settings, found.consumer_id, epoch, way, bell, first_delay):
            if found.delivery == consumers.FILES:
                stop.wait(_BETWEEN_FILES)


@contextmanager
def _way_to(settings: Settings, found: Consumer, stop: Event, seconds: float) -> Iterator[Way]:
    """How events get to a consumer."""
    if found.delivery != consumers.WEBHOOK:
        yield partial(_carry, settings, found, seconds)
        return
    lanes = [Outward(found.address, allowed=settings.allowed_networks, seconds=seconds) for _ in range(_LANES)]
    try:
        with ThreadPoolExecutor(_LANES, thread_name_prefix=f"lane-{found.name}") as pool:
            yield partial(_post_all, pool, lanes, found.name, stop)
    finally:
        for lane in lanes:
            lane.close()


def _carry(
    settings: Settings, consumer: Consumer, seconds: float, events: Sequence[dict[str, Any]], keys: Sequence[bytes]
) -> Round:
    """Hand events over to a broker or a file, in order."""
    with traces.span("deliver", "producer"), closing(carrier_of(settings, consumer, keys, seconds)) as carrier:
        carried = carrier.carry(events)
    arrived, rest = events[: carried.arrived], events[carried.arrived :]
    metrics.DELIVERIES.labels(consumer.name, "delivered").inc(len(arrived))
    for event in arrived:
        metrics.DELIVERY_SECONDS.labels(consumer.name).observe(_lag(event))
    if rest:
        metrics.DELIVERIES.labels(consumer.name, "failed").inc()
    failures = [Failure(int(rest[0]["id"]), answer_of(carried))] if rest else []
    return Round({int(event["id"]) for event in arrived}, failures)


def _lag(event: dict[str, Any]) -> float:
    return max(float((datetime.now(UTC) - event["time"]).total_seconds()), 0.0)


def _deliver_next(
    store: Store,
    settings: Settings,
    consumer_id: int,
    epoch: int,
    way: Way,
    bell: Event,
    first_delay: timedelta,
) -> bool:
    """One round: deliver what is next, or wait; False when this thread is to deliver no more."""
    bell.clear()
    with store.transaction() as connection:
        consumer = consumers.state(connection, consumer_id, epoch)
        if consumer is None:
            return False
        wait = _seconds_until(consumer.retry_at)
        page = None if wait else _next_page(connection, consumer)
        keys = secrets_of(connection, settings, consumer)
    if page is None:
        bell.wait(min(wait, _IDLE_SECONDS))
        return True
    if page.events:
        done = way(page.events, keys)
        return _keep(store, consumer, page, done, first_delay)
    if page.last > consumer.after:
        with store.transaction() as connection:
            return consumers.advance(connection, consumer_id, epoch, page.last)
    bell.wait(_IDLE_SECONDS)
    return True


def _seconds_until(moment: datetime | None) -> float:
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0) if moment else 0.0


def _next_page(connection: Connection, consumer: Consumer) -> Page:
    """The next events that the consumer does not have yet; they are in the audit."""
    limit = _IN_FILE if consumer.delivery == consumers.FILES else _AT_ONCE
    page = read_page(connection, consumer.after, selection_of(consumer), limit=limit)
    events = [event for event in page.events if int(event["id"]) not in set(consumer.beyond)]
    log_told(connection, consumer, events)
    return page._replace(events=events)


def _post_all(
    pool: ThreadPoolExecutor,
    lanes: Sequence[Outward],
    consumer: str,
    stop: Event,
    events: Sequence[dict[str, Any]],
    keys: Sequence[bytes],
) -> Round:
    """Post events along the lanes; a lane ends at its first failure, or when it is told to stop."""
    shared: list[list[dict[str, Any]]] = [[] for _ in lanes]
    for event in events:
        shared[crc32(event["subject"].encode()) % len(lanes)].append(event)
    running: list[Future[Round]] = [
        pool.submit(_post_lane, lane, consumer, share, keys, stop)
        for lane, share in zip(lanes, shared, strict=True)
        if share
    ]
    done = [one.result() for one in running]
    return Round(set().union(*(one.delivered for one in done)), [one for lane in done for one in lane.failures])


def _post_lane(
    lane: Outward, consumer: str, events: Sequence[dict[str, Any]], keys: Sequence[bytes], stop: Event
) -> Round:
    delivered: set[int] = set()
    for event in events:
        if stop.is_set():
            break
        with traces.span("deliver", "producer", event__id=event["id"], event__type=event["type"]):
            answer = post(lane, event, keys)
        is_told = 200 <= answer.status < 300
        metrics.DELIVERIES.labels(consumer, "delivered" if is_told else "failed").inc()
        if not is_told:
            return Round(delivered, [Failure(int(event["id"]), answer)])
        metrics.DELIVERY_SECONDS.labels(consumer).observe(_lag(event))
        delivered.add(int(event["id"]))
    return Round(delivered, [])


def _keep(store: Store, consumer: Consumer, page: Page, done: Round, first_delay: timedelta) -> bool:
    """Move the cursor over all that arrived; False when the consumer is to be delivered to no more."""
    after, beyond = _place(consumer, page, done.delivered)
    count = len(done.delivered)
    with store.transaction() as connection:
        if not done.failures:
            return consumers.advance(connection, consumer.consumer_id, consumer.epoch, after, beyond, count)
        worst = min(done.failures)
        delay = _delay(consumer, worst.answer, first_delay)
        if not consumers.falter(connection, consumer.consumer_id, consumer.epoch, after, beyond, count, delay):
            return False
        return _tell(connection, consumer, done.failures, delay)


def _place(consumer: Consumer, page: Page, delivered: set[int]) -> tuple[int, list[int]]:
    """The cursor and what is done beyond it."""
    done = delivered | set(consumer.beyond)
    open_ones = [number for event in page.events if (number := int(event["id"])) not in done]
    if not open_ones:
        return page.last, []
    return min(open_ones) - 1, sorted(number for number in done if number > min(open_ones))


def _delay(consumer: Consumer, answer: Answer, first_delay: timedelta) -> timedelta:
    """As long as the consumer asked for, else longer after each failure."""
    if answer.retry_after is not None:
        return min(timedelta(seconds=answer.retry_after), _LONGEST_DELAY)
    return backoff(consumer.failures + 1, first_delay, longest=_LONGEST_DELAY)


def _tell(connection: Connection, consumer: Consumer, failures: Sequence[Failure], delay: timedelta) -> bool:
    """Write the failure down; stop a consumer that wants no more or has failed too long."""
    worst = min(failures)
    told = worst.answer.problem or f"HTTP {worst.answer.status}"
    consumers.log(connection, consumer.consumer_id, "failed", change_id=worst.change_id, told=told)
    is_gone = any(one.answer.status == _GONE for one in failures)
    is_too_long = consumer.failing_since is not None and datetime.now(UTC) - consumer.failing_since > _PATIENCE
    if is_gone or is_too_long:
        why = "it answered 410" if is_gone else f"it has failed for {_PATIENCE.days} days"
        consumers.stop(connection, consumer.consumer_id, consumer.epoch)
        consumers.log(connection, consumer.consumer_id, "stopped", told=why)
        _LOG.error("consumer %s is stopped: %s", consumer.name, why)
        return False
    _LOG.warning("consumer %s: %s, again in %d s", consumer.name, told, delay.total_seconds())
    return True


# All consumers together -----------------------------------------------------------------------------------------


class Couriers:
    """The deliveries of one worker: a thread for each consumer whose lock the worker's connection could get."""

    def __init__(self, store: Store, settings: Settings, **options: Any) -> None:
        self._store, self._settings, self._options = store, settings, options
        self._stop = Event()
        self._running: dict[int, tuple[Future[None], Event]] = {}
        self._pool: dict[int, ThreadPoolExecutor] = {}

    def look(self, connection: Connection) -> None:
        """Begin with consumers that nobody delivers to, forget those that ended. connection: of the worker's locks."""
        for consumer_id in [one for one, (future, _) in self._running.items() if future.done()]:
            self._end(connection, consumer_id)
        for consumer_id, _ in consumers.pushed(connection):
            if consumer_id not in self._running and locks.try_acquire(connection, locks.CONSUMER, consumer_id):
                self._begin(consumer_id)

    def has_ended(self) -> bool:
        """Whether a delivery ended that may have to be begun anew."""
        return any(future.done() for future, _ in self._running.values())

    def ring(self) -> None:
        """There may be something new."""
        for _, bell in self._running.values():
            bell.set()

    def end(self) -> None:
        """Take nothing new, and wait until what was begun has ended."""
        self._stop.set()
        self.ring()
        for pool in self._pool.values():
            pool.shutdown()

    def _begin(self, consumer_id: int) -> None:
        bell, pool = Event(), ThreadPoolExecutor(1, thread_name_prefix=f"consumer-{consumer_id}")
        work = partial(deliver, self._store, self._settings, consumer_id, self._stop, bell, **self._options)
        self._running[consumer_id] = pool.submit(work), bell
        self._pool[consumer_id] = pool

    def _end(self, connection: Connection, consumer_id: int) -> None:
        future, _ = self._running.pop(consumer_id)
        self._pool.pop(consumer_id).shutdown()
        locks.release(connection, locks.CONSUMER, consumer_id)
        error = future.exception()
        if isinstance(error, Transient):
            _LOG.warning("delivery to consumer %d: %s", consumer_id, error)
        elif error is not None:
            _LOG.error("delivery to consumer %d ended", consumer_id, exc_info=error)
