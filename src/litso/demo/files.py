"""Writers of the demo's files: each appends a frame a block, in the form and encoding that the system has in life."""

from __future__ import annotations

import zipfile
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Protocol, Self

import polars as pl
import pyarrow.parquet as pq

_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""Fixed, so that the same demo has the same bytes."""
SHEET_ROWS: Final = 1_048_576


class Writer(Protocol):
    """Appends frames to a file."""

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows."""

    def close(self) -> None:
        """Finish the file."""


class Closing:
    """A writer is a context: the file is finished at its end."""

    def close(self) -> None:
        """Finish the file."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class TextFile(Closing):
    """Delimited text: a header, then the rows."""

    def __init__(self, path: Path, delimiter: str, encoding: str) -> None:
        self._file: IO[bytes] = path.open("wb")
        self._delimiter = delimiter
        self._encoding = encoding
        self._is_new = True

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows; what the encoding does not know becomes «?», as in life."""
        text = frame.write_csv(separator=self._delimiter, include_header=self._is_new, line_terminator="\r\n")
        self._file.write(
            text.encode(self._encoding if self._is_new or self._encoding != "utf-8-sig" else "utf-8", "replace")
        )
        self._is_new = False

    def close(self) -> None:
        self._file.close()


class JsonLines(Closing):
    """One JSON object a line; empty fields are left out."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("wb")

    def write(self, frame: pl.DataFrame) -> None:
        self._file.write(frame.write_ndjson().encode())

    def close(self) -> None:
        self._file.close()


class Parquet(Closing):
    """A row group a block."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def write(self, frame: pl.DataFrame) -> None:
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


class Workbook(Closing):
    """An XLSX file of some sheets, written row by row: strings stay in the rows, dates are Excel's.

    The rows of a sheet wait in a file of their own until the end, since a ZIP holds one part after another.
    """

    def __init__(self, path: Path, sheets: tuple[str, ...]) -> None:
        self._path = path
        self._sheets = {
            name: _Sheet(path.with_name(f"{path.stem}.{number}.part")) for number, name in enumerate(sheets)
        }

    def write(self, sheet: str, frame: pl.DataFrame) -> None:
        """Append rows to a sheet; past the last row that a sheet can hold they are left out."""
        self._sheets[sheet].write(frame)

    def close(self) -> None:
        with zipfile.ZipFile(self._path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            for name, text in _package_parts(tuple(self._sheets)).items():
                archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), text, zipfile.ZIP_DEFLATED)
            for number, part in enumerate(self._sheets.values(), 1):
                info = zipfile.ZipInfo(f"xl/worksheets/sheet{number}.xml", _ZIP_DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(info, "w", force_zip64=True) as target:
                    part.copy_to(target)


class _Sheet:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] = path.open("w+b")
        self._rows = 0

    def write(self, frame: pl.DataFrame) -> None:
        if not self._rows:
            header = pl.DataFrame({name: [name] for name in frame.columns})
            self._append(header)
        self._append(frame.head(SHEET_ROWS - self._rows))

    def _append(self, frame: pl.DataFrame) -> None:
        if len(frame):
            cells = [_cells(frame[name]) for name in frame.columns]
            rows = frame.select(pl.concat_str([pl.lit("<row>"), *cells, pl.lit("</row>")])).to_series()
            self._file.write("\n".join(rows.to_list()).encode() + b"\n")
            self._rows += len(frame)

    def copy_to(self, target: IO[bytes]) -> None:
        self._file.seek(0)
        target.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>\n'.encode())
        while chunk := self._file.read(1 << 20):
            target.write(chunk)
        target.write(b"</sheetData></worksheet>")
        self._file.close()
        self._path.unlink()


_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _cells(values: pl.Series) -> pl.Expr:
    """One cell a row; a missing value is an empty cell, so that the columns stay in their places."""
    if values.dtype == pl.String:
        clean = values.str.replace_all("&", "&amp;", literal=True).str.replace_all("<", "&lt;", literal=True)
        cell = pl.concat_str([pl.lit('<c t="inlineStr"><is><t xml:space="preserve">'), clean, pl.lit("</t></is></c>")])
    elif values.dtype == pl.Datetime("us"):
        # Excel counts days from the end of 1899.
        days = values.dt.epoch("s").cast(pl.Float64) / 86_400 + 25_569
        cell = pl.concat_str([pl.lit('<c s="1"><v>'), days.round(8).cast(pl.String), pl.lit("</v></c>")])
    else:
        cell = pl.concat_str([pl.lit("<c><v>"), values.cast(pl.String), pl.lit("</v></c>")])
    return cell.fill_null("<c/>")


def _package_parts(sheets: tuple[str, ...]) -> dict[str, str]:
    """The small files around the sheets."""
    numbers = range(1, len(sheets) + 1)
    return {
        "[Content_Types].xml": _types(numbers),
        "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
            + [("rId99", "styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
    }


def _types(numbers: range) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>' for n in numbers
    )
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{sheets}</Types>'
    )


def _relations(targets: list[tuple[str, str, str]]) -> str:
    items = "".join(
        f'<Relationship Id="{i}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in targets
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{items}</Relationships>'


def _workbook(sheets: tuple[str, ...]) -> str:
    items = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1))
    return f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{items}</sheets></workbook>'


_STYLES: Final = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy\\ hh:mm"/></numFmts>'
    '<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
