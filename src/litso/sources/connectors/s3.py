"""Objects in a bucket of S3 or of what speaks its protocol."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Final, cast
from urllib.parse import urlsplit

from pyarrow import fs

from litso.errors import LitsoError, SourceUnusable, Transient
from litso.sources.connectors.file_source import KEYS, Choice, Entry, Files, choice_of
from litso.sources.connectors.secrets import Secret, secret_of
from litso.sources.mapping import Mapping
from litso.sources.yaml_tree import Tree

_CONNECT_SECONDS: Final = 10
_REQUEST_SECONDS: Final = 60
_REFUSED: Final = ("ACCESS_DENIED", "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH", "InvalidAccessKeyId",
                   "SignatureDoesNotMatch", "AccessDenied", "HTTP status 403", "HTTP response code 403")  # fmt: skip
_NO_BUCKET: Final = ("NO_SUCH_BUCKET", "NoSuchBucket", "does not exist")


@dataclass(frozen=True, slots=True)
class S3Settings:
    """s3: a bucket and the beginning of the keys of its objects. endpoint: of another service than Amazon's."""

    bucket: str
    prefix: str
    endpoint: str | None
    region: str
    access_key: Secret
    secret_key: Secret
    choice: Choice

    def open(self, mapping: Mapping) -> Files:
        """The connector of a source."""
        return Files(lambda: Bucket(self), self.choice.of(mapping))


def parse(tree: Tree) -> S3Settings:
    """The settings under «s3»."""
    items = tree.items(("bucket", "prefix", "endpoint", "region", "access_key", "secret_key", *KEYS))
    for name in ("bucket", "access_key", "secret_key"):
        if name not in items:
            raise tree.problem(f"the key «{name}» is missing")
    endpoint = items["endpoint"].text("an address") if "endpoint" in items else None
    if endpoint is not None and (urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname):
        raise items["endpoint"].problem("an address such as https://s3.example.org is expected here")
    return S3Settings(
        bucket=items["bucket"].text("a bucket"),
        prefix=items["prefix"].text("a prefix").strip("/") if "prefix" in items else "",
        endpoint=endpoint,
        region=items["region"].text("a region") if "region" in items else "us-east-1",
        access_key=secret_of(items["access_key"]),
        secret_key=secret_of(items["secret_key"]),
        choice=choice_of(items, settle=timedelta(0)),  # an object appears whole
    )


class Bucket:
    """A bucket as a place of files."""

    def __init__(self, settings: S3Settings) -> None:
        self._root = "/".join(filter(None, (settings.bucket, settings.prefix)))
        self.title = f"S3 {self._root}"
        endpoint = urlsplit(settings.endpoint) if settings.endpoint else None
        self._files = fs.S3FileSystem(
            access_key=settings.access_key.read(),
            secret_key=settings.secret_key.read(),
            region=settings.region,
            endpoint_override=endpoint.netloc if endpoint else None,
            scheme=endpoint.scheme if endpoint else "https",
            connect_timeout=_CONNECT_SECONDS,
            request_timeout=_REQUEST_SECONDS,
            retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=2),
        )

    def entries(self, depth: int | None) -> Iterator[Entry]:
        """Objects below the prefix."""
        with self._translated():
            found = self._files.get_file_info(fs.FileSelector(self._root, recursive=depth != 0, allow_not_found=False))
        for one in found:
            path = one.path.removeprefix(f"{self._root}/")
            if one.is_file and (depth is None or path.count("/") <= depth):
                yield _entry(path, one)

    def open(self, path: str) -> IO[bytes]:
        """Read an object."""
        return cast(IO[bytes], self._files.open_input_stream(f"{self._root}/{path}"))

    def look(self, path: str) -> Entry | None:
        """The object as it is now."""
        with self._translated():
            found = self._files.get_file_info(f"{self._root}/{path}")
        return _entry(path, found) if found.is_file else None

    def close(self) -> None:
        """Nothing is held."""

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except LitsoError:
            raise
        except OSError as error:
            told = str(error)
            if any(sign in told for sign in _REFUSED):
                raise SourceUnusable(f"{self.title}: ключ доступа не принят или не даёт права читать.") from None
            if isinstance(error, FileNotFoundError) or any(sign in told for sign in _NO_BUCKET):
                raise SourceUnusable(f"{self.title}: такого места в хранилище нет.") from None
            raise Transient(f"{self.title}: хранилище не отвечает.") from None


def _entry(path: str, found: fs.FileInfo) -> Entry:
    return Entry(path, found.size or 0, found.mtime_ns / 1e9 if found.mtime_ns else 0.0)
