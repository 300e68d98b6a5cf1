"""Records of JSON: one object a line (.jsonl, .ndjson), or an array of objects or texts (.json)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from summ.data.decoded_lines import decoded_lines, decoded_text
from summ.data.record import Place, Record, encodable, kind_of, no_field, no_text
from summ.errors import DataError


def json_lines(stream: IO[bytes], place: Place, field: str) -> Iterator[Record]:
    """One object a line; a blank line is a record with no text."""
    for number, line in decoded_lines(stream, place):
        if not line.strip():
            yield Record("", "")
            continue
        try:
            yield _record(_parsed(line, place.line(number)), place.line(number), place, field)
        except DataError as error:
            place.refuse(error)


def json_document(stream: IO[bytes], place: Place, field: str) -> Iterator[Record]:
    """The objects or texts of an array, or one object; one object a line is read as such, too.

    Raises:
        DataError: it is none of these.
    """
    text = decoded_text(stream, place)
    if not text.strip():
        return
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if error.msg == "Extra data" and lines[0].strip().endswith("}"):
            value = [_parsed(line, f"{place.name} line {n}") for n, line in enumerate(lines, 1)]
        else:
            raise DataError(
                f"{place.name}: not JSON ({error.msg} at line {error.lineno}). A .json file holds "
                "an array of objects or of texts."
            ) from error
    except (RecursionError, ValueError) as error:
        raise DataError(f"{place.name}: not JSON that can be read ({error}). Mend it.") from error
    records = value if isinstance(value, list) else [value]
    for number, record in enumerate(records, start=1):
        try:
            where = place.name if value is record else f"{place.name} record {number}"
            if isinstance(record, str) and value is not record:
                yield Record("", encodable(record, place, where))
            else:
                yield _record(record, where, place, field)
        except DataError as error:
            place.refuse(error)


def _parsed(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{where}: not JSON ({error.msg} at character {error.pos + 1}). "
            "A .jsonl file holds one object a line."
        ) from error
    except (RecursionError, ValueError) as error:  # nested too deep; a number of 5,000 digits
        raise DataError(f"{where}: not JSON that can be read ({error}). Mend the line.") from error


def _record(record: Any, where: str, place: Place, field: str) -> Record:
    if not isinstance(record, dict):
        kind = kind_of(record)
        raise DataError(f'{where}: must be an object like {{"{field}": "..."}}, found a {kind}.')
    if field not in record:
        raise no_field(where, field, list(record))
    text = record[field]
    if not isinstance(text, str):
        raise no_text(where, field, text)
    own = record.get("id")
    id_ = own if isinstance(own, str) else "" if own is None else json.dumps(own)
    return Record(encodable(id_, place, where), encodable(text, place, where), record)
