"""A text file as blocks of whole lines in UTF-8, whatever its encoding, in bounded memory.

Bytes that cannot be decoded stay as they are: the line that holds them is not valid UTF-8 and is found by the readers.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final, NamedTuple

from litso.errors import SourceUnusable
from litso.sources.encoding import UTF8, detect_encoding, utf8_lines
from litso.sources.raw import BATCH_BYTES

MAX_LINE: Final = 4 << 20
"""A row of more bytes than this is quarantined."""
HEAD: Final = 10_000
"""So many bytes of a row too long are shown in the quarantine."""
SAMPLE: Final = 1 << 20


class Block(NamedTuple):
    """`data` ends with a newline and begins at the 1-based line `line`.

    Where `overlong` is set, `data` is the beginning of one line of so many bytes. `is_cut` marks the last block of a
    file whose last line had no newline (one is added). `mixed` are lines (from 0) that are UTF-8 in a one-byte file.
    """

    data: bytes
    line: int
    position: int
    overlong: int = 0
    is_cut: bool = False
    mixed: tuple[int, ...] = ()


class TextFile(NamedTuple):
    """A text file and how it is written. `newline` is a lone carriage return in files of old Macintoshes."""

    path: Path
    encoding: str
    newline: bytes
    is_gzip: bool


def open_text(path: Path, is_gzip: bool, encoding: str | None = None) -> tuple[TextFile, str]:
    """Find out how the file is written; also returns its beginning (SAMPLE bytes) as text."""
    raw = b"".join(_telling_bytes(path, is_gzip))
    found = encoding if encoding not in (None, "utf-16") else detect_encoding(raw)
    sample = raw[:SAMPLE].decode(found or UTF8, "replace").removeprefix("\ufeff")
    is_macintosh = "\r" in sample and "\n" not in sample
    file = TextFile(path, found or UTF8, b"\r" if is_macintosh else b"\n", is_gzip)
    return file, sample.replace("\r", "\n") if is_macintosh else sample


def _telling_bytes(path: Path, is_gzip: bool) -> Iterator[bytes]:
    """The beginning of the file and, while that is plain ASCII, the place where letters first appear."""
    with _open(path, is_gzip) as stream:
        first = _read(stream, SAMPLE, path)
        yield first
        chunk = first
        while chunk and chunk.isascii():
            chunk = _read(stream, SAMPLE, path)
            if not chunk.isascii():
                yield b"\n" + chunk.partition(b"\n")[2]


def _open(path: Path, is_gzip: bool) -> IO[bytes]:
    try:
        return gzip.open(path) if is_gzip else path.open("rb")  # type: ignore[return-value]
    except OSError as error:
        raise SourceUnusable(f"{path}: файл не открывается: {error.strerror}.") from None


def _read(stream: IO[bytes], size: int, path: Path) -> bytes:
    try:
        return stream.read(size)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise SourceUnusable(f"{path}: архив gzip повреждён или передан не полностью.") from None
    except OSError as error:
        raise SourceUnusable(f"{path}: файл не читается: {error.strerror}.") from None


def read_blocks(file: TextFile) -> Iterator[Block]:
    """The file as blocks of whole lines; lines longer than MAX_LINE come alone, cut to their beginning."""
    with _open(file.path, file.is_gzip) as stream:
        chunks = _plain_newlines(_wide_to_utf8(_chunks(stream, file), file), file.newline)
        for block in _whole_lines(chunks, lambda: _position(stream)):
            yield _narrow_to_utf8(block, file.encoding)


def _position(stream: IO[bytes]) -> int:
    raw = stream.fileobj if isinstance(stream, gzip.GzipFile) else stream
    return raw.tell() if raw is not None else 0


def _chunks(stream: IO[bytes], file: TextFile) -> Iterator[bytes]:
    while chunk := _read(stream, BATCH_BYTES, file.path):
        yield chunk


def _wide_to_utf8(chunks: Iterator[bytes], file: TextFile) -> Iterator[bytes]:
    """UTF-16 becomes UTF-8, other encodings stay as they are; a mark at the beginning is dropped."""
    texts = _from_utf16(chunks, file.encoding) if is_wide(file.encoding) else chunks
    for number, text in enumerate(texts):
        yield text.removeprefix(codecs.BOM_UTF8) if number == 0 else text


def is_wide(encoding: str) -> bool:
    """Whether a newline takes more than one byte in the file."""
    return encoding.startswith("utf-16")


def _from_utf16(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    for chunk in chunks:
        yield decoder.decode(chunk).encode(UTF8, "surrogatepass")
    if decoder.getstate()[0]:
        yield b"\xff"  # half a character at the end: the last line shall not pass for a whole one


def _plain_newlines(chunks: Iterator[bytes], newline: bytes) -> Iterator[bytes]:
    return (chunk.replace(newline, b"\n") for chunk in chunks) if newline != b"\n" else chunks


def _whole_lines(chunks: Iterator[bytes], position: Callable[[], int]) -> Iterator[Block]:
    carry, line, lost = b"", 1, 0
    for chunk in chunks:
        if lost:
            rest, newline, chunk = chunk.partition(b"\n")
            lost += len(rest)
            if not newline:
                continue
            yield Block(carry + b"\n", line, position(), overlong=lost)
            carry, line, lost = b"", line + 1, 0
        cut = chunk.rfind(b"\n") + 1
        if cut:
            data = carry + chunk[:cut]
            yield Block(data, line, position())
            line += data.count(b"\n")
            carry = chunk[cut:]
        else:
            carry += chunk
        if len(carry) > MAX_LINE:
            carry, lost = carry[:HEAD], len(carry)
    if carry:
        yield Block(carry + b"\n", line, position(), overlong=lost, is_cut=True)


def _narrow_to_utf8(block: Block, encoding: str) -> Block:
    """One-byte encodings become UTF-8; undefined bytes stay, lines that are UTF-8 already are kept and noted."""
    if encoding == UTF8 or is_wide(encoding):
        return block
    mixed = utf8_lines(block.data)
    if not mixed:
        return block._replace(data=transcode(block.data, encoding))
    lines = block.data.split(b"\n")
    kept = set(mixed)
    texts = (line if number in kept else transcode(line, encoding) for number, line in enumerate(lines))
    return block._replace(data=b"\n".join(texts), mixed=tuple(mixed))


def transcode(data: bytes, encoding: str) -> bytes:
    """One-byte text in UTF-8; bytes that the encoding does not define stay as they are."""
    return data.decode(encoding, "surrogateescape").encode(UTF8, "surrogateescape")
