r"""Latency of the service over HTTP: a record written, a profile read, a search, on a store that is loaded already.

    litso token create bench --role integrator
    litso serve &
    python benchmarks/bench_online.py --token TOKEN [--url http://127.0.0.1:8080] [--requests 500] \
        [--source crm] [--clients 8]

Half of the records are of people the store knows (taken from its own golden records), half of nobody. The peer is
`GET /health` in the same run: what a request costs that does nothing. At last several clients write at the same time.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

WORDS = ("иванов", "кузнецова", "смирнов ал", "попова мария", "васильев", "петрова ан", "соколов", "михайлова")


def measured(title: str, requests: int, ask: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    """Ask one after the other; print p50, p95, p99 in milliseconds and requests per second."""
    times, answers = [], []
    for number in range(requests):
        begun = time.perf_counter()
        answer = ask(number)
        times.append((time.perf_counter() - begun) * 1000)
        answer.raise_for_status()
        answers.append(answer)
    cuts = statistics.quantiles(times, n=100)
    rate = 1000 * len(times) / sum(times)
    print(f"{title:<28} p50 {cuts[49]:7.1f} ms   p95 {cuts[94]:7.1f} ms   p99 {cuts[98]:7.1f} ms   {rate:7.0f}/s")
    return answers


def known_people(client: httpx.Client, wanted: int) -> list[dict[str, Any]]:
    """Profiles of people the store knows."""
    found: list[str] = []
    for word in WORDS:
        answer = client.get("/v1/parties", params={"q": word, "limit": 50}).raise_for_status().json()
        found += [item["party_id"] for item in answer["items"]]
    return [client.get(f"/v1/parties/{party}").raise_for_status().json() for party in found[:wanted]]


def record(number: int, people: list[dict[str, Any]], source: str) -> dict[str, Any]:
    chance = random.Random(number)
    phone = f"+7927{chance.randrange(10**7):07}"
    attributes: dict[str, Any] = {"full_name": f"Проверкин Пров {number}", "phone": phone}
    if number % 2:
        person = chance.choice(people)
        phones = [contact["value"] for contact in person["contacts"] if contact["kind"] == "phone"]
        attributes = {"full_name": person["name"], "phone": phones[:1] or [phone]}
    return {"source": source, "source_id": f"bench-{number}-{time.time_ns()}", "attributes": attributes}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--url", default="http://127.0.0.1:8080")
    arguments.add_argument("--token", required=True)
    arguments.add_argument("--requests", type=int, default=500)
    arguments.add_argument("--source", default="crm")
    arguments.add_argument("--clients", type=int, default=8)
    given = arguments.parse_args()
    headers = {"Authorization": f"Bearer {given.token}"}
    with httpx.Client(base_url=given.url, headers=headers, timeout=60) as client:
        people = known_people(client, 100)
        measured("GET /health (peer)", given.requests, lambda _: client.get("/health"))
        measured("GET /v1/parties?q=", given.requests,
                 lambda n: client.get("/v1/parties", params={"q": WORDS[n % len(WORDS)]}))  # fmt: skip
        measured("GET /v1/parties/{id}", given.requests,
                 lambda n: client.get(f"/v1/parties/{people[n % len(people)]['party_id']}"))  # fmt: skip
        measured("POST /v1/records", given.requests,
                 lambda n: client.post("/v1/records", json=record(n, people, given.source)))  # fmt: skip
    together(given.url, headers, people, given)


def together(url: str, headers: dict[str, str], people: list[dict[str, Any]], given: argparse.Namespace) -> None:
    """Records of several clients at the same time; the clients' own work is done by the same processors."""

    def write(client_number: int) -> list[float]:
        first = given.requests * (client_number + 1)
        times = []
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            for number in range(first, first + given.requests // 4):
                begun = time.perf_counter()
                client.post("/v1/records", json=record(number, people, given.source)).raise_for_status()
                times.append((time.perf_counter() - begun) * 1000)
        return times

    begun = time.perf_counter()
    with ThreadPoolExecutor(given.clients) as pool:
        times = [one for found in pool.map(write, range(given.clients)) for one in found]
    seconds = time.perf_counter() - begun
    cuts = statistics.quantiles(times, n=100)
    title = f"POST of {given.clients} clients"
    print(f"{title:<28} p50 {cuts[49]:7.1f} ms   p95 {cuts[94]:7.1f} ms   p99 {cuts[98]:7.1f} ms   "
          f"{len(times) / seconds:7.0f}/s")  # fmt: skip


if __name__ == "__main__":
    main()
