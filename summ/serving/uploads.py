"""Uploads: files that the page hands over, read as the commands read them, and never written.

A process of its own reads each file, with limits of time and memory that the system keeps: a file
that is made to take long holds nobody up, and the process cannot write any file.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from summ.data.readers import read_records
from summ.errors import DataError
from summ.serving.limits import Limits

_MEMORY = 2 << 30
_ANSWER_BYTES = 64 << 20


async def read_upload(
    name: str, data: bytes, lines: bool, field: str, limits: Limits
) -> dict[str, Any]:
    """The records of a file: ``{"records": [{"id", "text"}], "warnings": [...]}``.

    Args:
        name: of the file; its ending says what kind it is.
        lines: whether each line of a plain text is a record.
        field: that holds the text of a record.

    Raises:
        DataError: the file cannot be read, is too large or takes too long.
    """
    options = {"name": name, "lines": lines, "field": field, "most": limits.lines}
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "summ.serving.uploads", json.dumps(options),
        str(limits.read_seconds),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    try:
        # More than the processor time, for a machine that does other things, too.
        async with asyncio.timeout(3 * limits.read_seconds):
            answer, _ = await process.communicate(data)
    except TimeoutError:
        answer = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not answer:
        raise DataError(
            f"{name}: takes too long or too much memory to read. Convert it to plain text."
        )
    found: dict[str, Any] = json.loads(answer)
    if "error" in found:
        raise DataError(found["error"])
    return found


def _records(data: bytes, name: str, lines: bool, field: str, most: int) -> dict[str, Any]:
    """What is sent back."""
    records: list[dict[str, str]] = []
    warnings: list[str] = []
    try:
        for record in read_records(
            Path(name),
            field=field,
            lines=lines,
            errors="replace",
            on_error="skip" if lines or name.endswith((".jsonl", ".ndjson", ".csv")) else "fail",
            on_skip=warnings.append,
            stream=io.BytesIO(data),
        ):
            records.append({"id": record.id, "text": record.text})
            if len(records) > most:
                raise DataError(f"{name}: more than {most} texts. Split it, or use the command.")
    except DataError as error:
        return {"error": str(error)}
    return {"records": records, "warnings": warnings[:20]}


def _main() -> None:
    """The process that reads one file from standard input."""
    options, seconds = json.loads(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    answer = json.dumps(_records(sys.stdin.buffer.read(), **options)).encode()
    if len(answer) > _ANSWER_BYTES:
        answer = json.dumps({"error": f"{options['name']}: too much text. Split it."}).encode()
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    _main()
