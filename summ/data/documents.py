"""Documents that are not plain text: HTML, PDF and Word, read through the extra ``files``."""

from __future__ import annotations

import io
import logging
import zipfile
from typing import IO

from summ.distribution import how_to_install
from summ.errors import DataError

_MOST_BYTES = 1 << 26  # of a file: 64 MiB
_MOST_UNPACKED = 1 << 28  # of all that a Word file, a ZIP archive, unpacks to
_MOST_RATIO = 200  # of unpacked to packed; XML reaches 30

FORMATS = frozenset({".html", ".htm", ".xhtml", ".pdf", ".docx"})


def document_text(stream: IO[bytes], kind: str, name: str) -> str:
    """The running text of an HTML page, PDF or Word file, paragraphs apart by blank lines.

    Args:
        stream: the file's bytes; read whole, since these formats cannot be streamed.
        kind: one of ``FORMATS``.
        name: of the file, for messages.

    Raises:
        DataError: the library is not installed, or the file is damaged or holds no text.
    """
    data = stream.read(_MOST_BYTES + 1)
    if not data:
        return ""
    if len(data) > _MOST_BYTES:
        raise DataError(f"{name}: more than {_MOST_BYTES >> 20} MiB. Split it.")
    try:
        if kind == ".pdf":
            text = _pdf(data, name)
        elif kind == ".docx":
            text = _docx(data, name)
        else:
            text = _html(data)
    except ImportError as error:
        raise DataError(
            f"{name}: reading {kind} needs {error.name}, which is not installed. "
            f"{how_to_install('files')}"
        ) from error
    if not text.strip():
        hint = " Is it scanned? Recognise its text first." if kind == ".pdf" else ""
        raise DataError(f"{name}: holds no text that could be found.{hint}")
    return text


def _html(data: bytes) -> str:
    """The main text of a page, without menus and advertisements where they can be told apart."""
    import trafilatura

    # It reports pages without an article at error level; the caller says so itself.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    main = trafilatura.extract(data, include_comments=False, include_tables=False)
    text = main or trafilatura.html2txt(data) or ""
    # One line is one paragraph.
    return str(text).replace("\n", "\n\n")


def _pdf(data: bytes, name: str) -> str:
    """The text of all pages."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        pages = pypdf.PdfReader(io.BytesIO(data))
        if pages.is_encrypted and not pages.decrypt(""):
            raise DataError(f"{name}: encrypted PDF. Remove its password first.")
        return "\n".join(page.extract_text() for page in pages.pages)
    except DataError:
        raise
    except MemoryError:
        raise
    except Exception as error:
        # On damaged files pypdf raises whatever its parser trips over.
        raise DataError(f"{name}: not a PDF that can be read ({_reason(error)}).") from error


def _docx(data: bytes, name: str) -> str:
    """The text of all paragraphs and tables, in order."""
    import docx
    from docx.table import Table

    texts: list[str] = []
    try:
        _check_archive(data, name)
        for block in docx.Document(io.BytesIO(data)).iter_inner_content():
            if isinstance(block, Table):
                texts.extend(cell.text for row in block.rows for cell in row.cells)
            else:
                texts.append(block.text)
    except (DataError, MemoryError):
        raise
    except Exception as error:
        # On damaged files python-docx raises whatever lxml, zipfile and zlib trip over.
        raise DataError(
            f"{name}: not a Word document that can be read ({_reason(error)})."
        ) from error
    return "\n\n".join(texts)


def _check_archive(data: bytes, name: str) -> None:
    """Passes where a ZIP archive unpacks to what an honest document does."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > min(_MOST_UNPACKED, max(1 << 20, _MOST_RATIO * len(data))):
        raise DataError(
            f"{name}: would unpack from {len(data):,} to {unpacked:,} bytes, as no Word document "
            "does. Get the file again."
        )


def _reason(error: Exception) -> str:
    """A library's message in one short line."""
    return " ".join(str(error).split())[:120] or type(error).__name__
