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
| LITSO_SECRET_KEY_FILE | file with the key that seals secrets of the store | the embedded store makes its own |
| LITSO_SECOND_FACTOR | roles that have to sign in with a second factor, or all | none: whoever wants to |
| LITSO_PUBLIC_URL | address by which browsers reach the server, e.g. https://litso.example.org | that of the request |
| LITSO_TRUSTED_PROXIES | networks of proxies whose X-Forwarded-For tells who asks | none |
| LITSO_OIDC_ISSUER | issuer of the OpenID provider that staff sign in with | none |
| LITSO_OIDC_CLIENT_ID, LITSO_OIDC_CLIENT_SECRET_FILE | who Litso is there, and the file with its secret | none |
| LITSO_OIDC_SCOPES | what is asked for | openid profile email |
| LITSO_OIDC_ROLE_CLAIM | claim that tells the roles, with dots into objects: realm_access.roles | roles |
| LITSO_OIDC_ROLES | which of them means which role: crm-admin=administrator,crm=operator | none: nobody gets in |
| LITSO_TOKEN_RATE | requests a second of a program; ten times as many at once | 2000 |
| LITSO_USER_RATE | requests a second of a user; ten times as many at once | 50 |
| LITSO_EXPORT_ROWS | rows within a day above which a second person has to approve an export; 0: always | 1000 |
| LITSO_EXPORT_HOURS | how long the file of an export can be fetched | 24 |
| LITSO_CONNECT_BY_API | yes: programs may connect sources, which names files and hosts of this machine | no |
| LITSO_AUDIT_HEADS | file to which the worker adds the head of the audit chain, out of reach of the database | none |
| LITSO_LOG_LEVEL | debug, info, warning, error | info |
| LITSO_LOG | how the log is written: text for people, json for programs, a line each | text |
| LITSO_METRICS_LISTEN | host:port of its own for /metrics, /health and /ready, of the server and of the worker | none |
| LITSO_METRICS_TOKEN_FILE | file with the token with which the server tells /metrics at its own address too | none |
| LITSO_LEAST_DISK | free space in LITSO_HOME below which a program is not ready | 1GiB |
| LITSO_STOP_SECONDS | how long requests and jobs under way may take after SIGTERM | 30 |
| OTEL_EXPORTER_OTLP_ENDPOINT | where traces go (OTLP over HTTP); the other OTEL_ variables hold as well | none |
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from litso.errors import Misconfigured

_UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_LOG_LEVELS: Final = ("debug", "info", "warning", "error")
_LOGS: Final = ("text", "json")
_SMALLEST_MEMORY: Final = 256 << 20
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

ROLES: Final = ("administrator", "operator", "steward", "analyst", "integrator", "compliance")
"""Roles of users; programs have one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenId:
    """The OpenID provider that staff sign in with. roles: (value of the claim, role) in order of preference."""

    issuer: str
    client_id: str
    client_secret_file: Path | None
    scopes: str
    role_claim: str
    roles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a program needs to know before it starts. `memory_limit` and `least_disk` are in bytes.

    `database_url` None means the embedded server.
    """

    database_url: str | None
    home: Path
    postgres_bin: Path | None
    host: str
    port: int
    memory_limit: int
    threads: int
    log_level: str
    log: str
    metrics_listen: tuple[str, int] | None
    metrics_token_file: Path | None
    least_disk: int
    stop_seconds: int
    spark_remote: str | None
    enricher: str | None
    enricher_url: str | None
    enricher_key_file: Path | None
    webhook_networks: tuple[str, ...]
    secret_key_file: Path | None
    second_factor: frozenset[str]
    public_url: str | None
    trusted_proxies: tuple[str, ...]
    openid: OpenId | None
    audit_heads: Path | None
    token_rate: int
    user_rate: int
    connect_by_api: bool
    export_rows: int
    export_hours: int

    @property
    def allowed_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Private networks that webhooks may lead to."""
        return tuple(map(ip_network, self.webhook_networks))

    @property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Networks of proxies that are believed."""
        return tuple(map(ip_network, self.trusted_proxies))


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
        log_level=_one_of(given, "LITSO_LOG_LEVEL", _LOG_LEVELS, "info"),
        log=_one_of(given, "LITSO_LOG", _LOGS, "text"),
        metrics_listen=_listen(given.get("LITSO_METRICS_LISTEN")),
        metrics_token_file=_path(given.get("LITSO_METRICS_TOKEN_FILE")),
        least_disk=_size(given, "LITSO_LEAST_DISK", "1GiB"),
        stop_seconds=_integer(given, "LITSO_STOP_SECONDS", 30, 1, 3600),
        spark_remote=given.get("LITSO_SPARK_REMOTE"),
        enricher=given.get("LITSO_ENRICHER"),
        enricher_url=given.get("LITSO_ENRICHER_URL"),
        enricher_key_file=_path(given.get("LITSO_ENRICHER_KEY_FILE")),
        webhook_networks=_networks(given, "LITSO_WEBHOOK_NETWORKS"),
        secret_key_file=_path(given.get("LITSO_SECRET_KEY_FILE")),
        second_factor=_roles(given.get("LITSO_SECOND_FACTOR", "")),
        public_url=_public_url(given.get("LITSO_PUBLIC_URL")),
        trusted_proxies=_networks(given, "LITSO_TRUSTED_PROXIES"),
        openid=_openid(given),
        audit_heads=_path(given.get("LITSO_AUDIT_HEADS")),
        token_rate=_integer(given, "LITSO_TOKEN_RATE", 2000, 1, 1_000_000),
        user_rate=_integer(given, "LITSO_USER_RATE", 50, 1, 1_000_000),
        connect_by_api=_one_of(given, "LITSO_CONNECT_BY_API", ("yes", "no"), "no") == "yes",
        export_rows=_integer(given, "LITSO_EXPORT_ROWS", 1000, 0, 1_000_000),
        export_hours=_integer(given, "LITSO_EXPORT_HOURS", 24, 1, 720),
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
    size = _size(given, "LITSO_MEMORY_LIMIT", "4GiB")
    if size < _SMALLEST_MEMORY:
        raise Misconfigured("LITSO_MEMORY_LIMIT must be at least 256MiB")
    return size


def _networks(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    text = given.get(name, "")
    try:
        return tuple(str(ip_network(part.strip())) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise Misconfigured(f"{name} must be networks such as 10.1.0.0/16,127.0.0.1/32, not {text!r}") from error


def _roles(text: str) -> frozenset[str]:
    named = {part.strip() for part in text.lower().split(",") if part.strip()}
    if "all" in named:
        return frozenset(ROLES)
    if not named <= set(ROLES):
        raise Misconfigured(f"LITSO_SECOND_FACTOR must be all, or some of {', '.join(ROLES)}, not {text!r}")
    return frozenset(named)


def _public_url(text: str | None) -> str | None:
    if text is None:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise Misconfigured(f"LITSO_PUBLIC_URL must be an address such as https://litso.example.org, not {text!r}")
    return text.rstrip("/")


def _openid(given: Mapping[str, str]) -> OpenId | None:
    issuer = given.get("LITSO_OIDC_ISSUER")
    if issuer is None:
        return None
    if "LITSO_OIDC_CLIENT_ID" not in given:
        raise Misconfigured("LITSO_OIDC_ISSUER needs LITSO_OIDC_CLIENT_ID")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise Misconfigured("LITSO_OIDC_ISSUER must begin with https://: what it says lets people in")
    scopes = given.get("LITSO_OIDC_SCOPES", "openid profile email")
    if "openid" not in scopes.split():
        raise Misconfigured("LITSO_OIDC_SCOPES must contain openid")
    return OpenId(
        issuer=issuer,
        client_id=given["LITSO_OIDC_CLIENT_ID"],
        client_secret_file=_path(given.get("LITSO_OIDC_CLIENT_SECRET_FILE")),
        scopes=scopes,
        role_claim=given.get("LITSO_OIDC_ROLE_CLAIM", "roles"),
        roles=_role_map(given.get("LITSO_OIDC_ROLES", "")),
    )


def _role_map(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [part.strip().rpartition("=") for part in text.split(",") if part.strip()]
    if not all(value.strip() and role.strip() in ROLES for value, _, role in pairs):
        raise Misconfigured(f"LITSO_OIDC_ROLES must be pairs such as crm-admin=administrator, not {text!r}")
    return tuple((value.strip(), role.strip()) for value, _, role in pairs)


def _one_of(given: Mapping[str, str], name: str, known: Sequence[str], default: str) -> str:
    text = given.get(name, default)
    if text.lower() not in known:
        raise Misconfigured(f"{name} must be one of {', '.join(known)}, not {text!r}")
    return text.lower()


def _size(given: Mapping[str, str], name: str, default: str) -> int:
    text = given.get(name, default)
    size = parse_size(text)
    if size is None:
        raise Misconfigured(f"{name} must be a size such as {default}, not {text!r}")
    return size


def _listen(text: str | None) -> tuple[str, int] | None:
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise Misconfigured(f"LITSO_METRICS_LISTEN must be host:port, such as 127.0.0.1:9464, not {text!r}")
    return host.strip("[]"), int(port)
