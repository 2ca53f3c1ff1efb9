"""Settings come from the environment; a wrong one is refused by its name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from litso.errors import Misconfigured
from litso.settings import load_settings, parse_size


def test_defaults() -> None:
    settings = load_settings({})
    assert (settings.database_url, settings.host, settings.port) == (None, "127.0.0.1", 8080)
    assert settings.home == Path.cwd() / ".litso"
    assert (settings.memory_limit, settings.log_level, settings.postgres_bin) == (4 << 30, "info", None)
    assert settings.threads == os.cpu_count()


def test_settings_come_from_the_environment_given() -> None:
    given = {"LITSO_HOME": "~/x", "LITSO_PORT": " 9000 ", "LITSO_MEMORY_LIMIT": "1.5g", "LITSO_THREADS": "3",
             "LITSO_LOG_LEVEL": "DEBUG", "LITSO_POSTGRES_BIN": "bin", "LITSO_HOST": "", "OTHER": "x"}  # fmt: skip
    settings = load_settings(given)
    assert (settings.port, settings.memory_limit, settings.threads, settings.log_level) == (9000, 3 << 29, 3, "debug")
    assert (settings.home, settings.postgres_bin) == (Path.home() / "x", Path.cwd() / "bin")
    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LITSO_PORT", "x"),
        ("LITSO_PORT", "0"),
        ("LITSO_PORT", "65536"),
        ("LITSO_PORT", "-1"),
        ("LITSO_THREADS", "0"),
        ("LITSO_MEMORY_LIMIT", "much"),
        ("LITSO_MEMORY_LIMIT", "1MB"),
        ("LITSO_LOG_LEVEL", "loud"),
        ("LITSO_LOG", "xml"),
        ("LITSO_LEAST_DISK", "some"),
        ("LITSO_STOP_SECONDS", "0"),
        ("LITSO_METRICS_LISTEN", "9464"),
        ("LITSO_METRICS_LISTEN", "localhost:"),
        ("LITSO_METRICS_LISTEN", "::1:99999"),
        ("LITSO_DATABASE_URL", "localhost"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        load_settings({name: value})


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512", 512),
        ("1k", 1024),
        ("2 MB", 2 << 20),
        ("4GiB", 4 << 30),
        ("1.5G", 3 << 29),
        ("1T", 1 << 40),
        ("x", None),
        ("", None),
        ("-1g", None),
        ("1 gg", None),
    ],
)
def test_sizes(text: str, size: int | None) -> None:
    assert parse_size(text) == size
