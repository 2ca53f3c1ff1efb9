"""Settings: read once from the environment, frozen, no default secrets.

| variable | meaning | default |
|---|---|---|
| LITSO_DATABASE_URL | a PostgreSQL server of your own | the embedded server in LITSO_HOME |
| LITSO_HOME | folder of the embedded server and of spooled loads | ./.litso |
| LITSO_POSTGRES_BIN | folder with initdb and postgres for the embedded server | found by itself |
| LITSO_HOST, LITSO_PORT | where the web server listens | 127.0.0.1, 8080 |
| LITSO_MEMORY_LIMIT | memory of a bulk calculation, e.g. 4GiB | 4GiB |
| LITSO_THREADS | threads of a bulk calculation | all processors |
| LITSO_SPARK_REMOTE | a Spark Connect server for `litso resolve --engine spark`, e.g. sc://host:15002 | none |
| LITSO_ENRICHER | which service tells of companies: dadata or spark; nothing is called without it | none |
| LITSO_ENRICHER_URL | its address, e.g. https://suggestions.dadata.ru | none |
| LITSO_ENRICHER_KEY_FILE | file with its token, or its login and password, a line each | none |
| LITSO_WEBHOOK_NETWORKS | private networks that webhooks may lead to, e.g. 10.1.0.0/16,127.0.0.1/32 | none |
| LITSO_LOG_LEVEL | debug, info, warning, error | info |
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final

from litso.errors import Misconfigured

_UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_LOG_LEVELS: Final = ("debug", "info", "warning", "error")
_SMALLEST_MEMORY: Final = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a program needs to know before it starts. `memory_limit` is in bytes; `database_url` None means embedded."""

    database_url: str | None
    home: Path
    postgres_bin: Path | None
    host: str
    port: int
    memory_limit: int
    threads: int
    log_level: str
    spark_remote: str | None
    enricher: str | None
    enricher_url: str | None
    enricher_key_file: Path | None
    webhook_networks: tuple[str, ...]

    @property
    def allowed_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Private networks that webhooks may lead to."""
        return tuple(map(ip_network, self.webhook_networks))


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings of the `environment`; Misconfigured names the variable that is wrong."""
    given = {name: value.strip() for name, value in environment.items() if name.startswith("LITSO_") and value.strip()}
    return Settings(
        database_url=_database_url(given.get("LITSO_DATABASE_URL")),
        home=Path(given.get("LITSO_HOME", ".litso")).expanduser().absolute(),
        postgres_bin=_path(given.get("LITSO_POSTGRES_BIN")),
        host=given.get("LITSO_HOST", "127.0.0.1"),
        port=_integer(given, "LITSO_PORT", 8080, 1, 65535),
        memory_limit=_memory(given),
        threads=_integer(given, "LITSO_THREADS", os.cpu_count() or 1, 1, 1024),
        log_level=_log_level(given.get("LITSO_LOG_LEVEL", "info")),
        spark_remote=given.get("LITSO_SPARK_REMOTE"),
        enricher=given.get("LITSO_ENRICHER"),
        enricher_url=given.get("LITSO_ENRICHER_URL"),
        enricher_key_file=_path(given.get("LITSO_ENRICHER_KEY_FILE")),
        webhook_networks=_networks(given.get("LITSO_WEBHOOK_NETWORKS", "")),
    )


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def parse_size(text: str) -> int | None:
    """Bytes of a size such as `512MB`, `4GiB` or `1.5g` (powers of 1024); None when it is not a size."""
    found = _SIZE.fullmatch(text.strip())
    return int(float(found[1]) * _UNITS[found[2].lower()]) if found else None


def _database_url(url: str | None) -> str | None:
    if url is not None and not url.startswith(("postgresql://", "postgres://")):
        raise Misconfigured("LITSO_DATABASE_URL must begin with postgresql://")
    return url


def _integer(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = given.get(name, str(default))
    if not text.isdecimal() or not low <= int(text) <= high:
        raise Misconfigured(f"{name} must be a whole number from {low} to {high}, not {text!r}")
    return int(text)


def _memory(given: Mapping[str, str]) -> int:
    text = given.get("LITSO_MEMORY_LIMIT", "4GiB")
    size = parse_size(text)
    if size is None or size < _SMALLEST_MEMORY:
        raise Misconfigured(f"LITSO_MEMORY_LIMIT must be a size of at least 256MiB, such as 4GiB, not {text!r}")
    return size


def _networks(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(part.strip())) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise Misconfigured(
            f"LITSO_WEBHOOK_NETWORKS must be networks such as 10.1.0.0/16,127.0.0.1/32, not {text!r}"
        ) from error


def _log_level(text: str) -> str:
    if text.lower() not in _LOG_LEVELS:
        raise Misconfigured(f"LITSO_LOG_LEVEL must be one of {', '.join(_LOG_LEVELS)}, not {text!r}")
    return text.lower()
