"""Records in columns: .csv with any usual delimiter, and .tsv."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import IO

from summ.data.decoded_lines import decoded_lines
from summ.data.formats.kinds import delimiter_of
from summ.data.lines import MOST_BYTES
from summ.data.record import Place, Record, no_field
from summ.errors import DataError

_CELL = r'(?:"(?:[^"]|"")*"|[^"\t][^\t]*|)'
_QUOTED_ROW = re.compile(rf"{_CELL}(?:\t{_CELL})*")
_SEPARATOR_LINE = "sep="  # the first line that a spreadsheet may write


def table_records(stream: IO[bytes], place: Place, field: str, tabs: bool) -> Iterator[Record]:
    """One row each, after a header line that names the columns.

    Args:
        tabs: whether the kind says that tabs separate; else comma, semicolon, bar or tab, whichever
            the header has.
    """
    # Process-wide, but the only way to read a long text; the default is 131,072 characters.
    csv.field_size_limit(MOST_BYTES)
    # Rows may run over lines, so a bad line cannot be skipped alone.
    lines = (text + "\n" for _, text in decoded_lines(stream, place.strict()))
    first = next(lines, None)
    skipped = 0
    if first is not None and first.lower().startswith(_SEPARATOR_LINE):
        first, skipped = next(lines, None), 1
    if first is None:
        return
    delimiter = delimiter_of(first.rstrip("\n"), field) or ("\t" if tabs else ",")
    # Padding behind a delimiter stands before the quotes of a text, too.
    padded = f"{delimiter} " in first
    every = itertools.chain([first], lines)
    rows = csv.reader(
        _requoted(every) if delimiter == "\t" else every,
        delimiter=delimiter,
        strict=True,
        skipinitialspace=padded,
    )
    header: list[str] | None = None
    while True:
        number = rows.line_num + 1 + skipped
        try:
            row = next(rows, None)
        except csv.Error as error:
            raise DataError(f"{place.line(number)}: not CSV ({error}). Mend the row.") from error
        if row is None:
            return
        if header is None:
            header = _header(row, place.line(number), field)
        elif row and len(row) != len(header):
            place.refuse(
                DataError(
                    f"{place.line(number)}: must have {len(header)} columns like the header, "
                    f"found {len(row)}. Quote commas inside a text."
                )
            )
        else:
            values = dict(zip(header, row, strict=False))
            yield Record(values.get("id", ""), values.get(field, ""), values)


def _requoted(lines: Iterable[str]) -> Iterator[str]:
    """Lines in which tabs separate; cells that only begin with a quotation are quoted.

    Databases write such columns without any quoting, spreadsheets with it.
    """
    inside = False  # a quoted cell of several lines
    for line in lines:
        open_ends = line.count('"') % 2 == 1
        if inside or open_ends or '"' not in line or _QUOTED_ROW.fullmatch(line.rstrip("\n")):
            yield line
        else:
            cells = (cell.replace('"', '""') for cell in line.rstrip("\n").split("\t"))
            yield "\t".join(f'"{cell}"' for cell in cells) + "\n"
        inside = inside != open_ends


def _header(row: list[str], where: str, field: str) -> list[str]:
    """The names of the columns.

    Raises:
        DataError: the field of the text is not among them, or a name stands twice.
    """
    names = [name.strip() for name in row]
    if field not in names:
        raise no_field(f"{where} (the header)", field, names)
    twice = next((name for place, name in enumerate(names) if name and name in names[:place]), None)
    if twice is not None:
        raise DataError(f'{where} (the header): two columns are called "{twice}". Rename one.')
    return names
