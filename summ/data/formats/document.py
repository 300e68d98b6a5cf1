"""Documents that are not plain text, read whole: the text of each kind, or why there is none."""

from __future__ import annotations

import io
import zipfile
from typing import IO

from summ.data.decoded_lines import decoded_text
from summ.data.formats.kinds import Kind
from summ.data.record import Place
from summ.distribution import how_to_install
from summ.errors import DataError

_MOST_BYTES = 1 << 26  # of a file: 64 MiB
_MOST_UNPACKED = 1 << 28  # of all that an archive unpacks to
_MOST_RATIO = 200  # of unpacked to packed; XML reaches 30
_NAMES = {
    "pdf": "a PDF",
    "docx": "a Word document",
    "odt": "an OpenDocument text",
    "rtf": "a rich text",
    "epub": "an e-book",
    "html": "a page",
    "eml": "a message",
}


def document_text(stream: IO[bytes], kind: Kind, place: Place) -> str:
    """The running text of a document, paragraphs apart by blank lines.

    Args:
        stream: the file's bytes; read whole, since these kinds cannot be streamed.

    Raises:
        DataError: the library is not installed, or the file is damaged or holds no text.
    """
    if kind in {"md", "srt", "vtt"}:
        source = decoded_text(stream, place)
        text = _plain_text(source, kind)
        return text if text.strip() or not source.strip() else _no_text(place, kind)
    data = stream.read(_MOST_BYTES + 1)
    if not data:
        return ""
    if len(data) > _MOST_BYTES:
        raise DataError(f"{place.name}: more than {_MOST_BYTES >> 20} MiB. Split it.")
    try:
        text = _extracted(data, kind, place.name)
    except ImportError as error:
        raise DataError(
            f"{place.name}: reading .{kind} needs {missing_library(error)}, which is not "
            f"installed. {how_to_install('files')}"
        ) from error
    except (DataError, MemoryError):
        raise
    except Exception as error:
        # On damaged files the libraries raise whatever their parsers trip over.
        raise DataError(
            f"{place.name}: not {_NAMES[kind]} that can be read ({_reason(error)})."
        ) from error
    return text if text.strip() else _no_text(place, kind)


# Each kind's reader is imported with the first document of the kind: their expressions and
# libraries take longer to load than most texts take to read.
def _plain_text(source: str, kind: Kind) -> str:
    if kind == "md":
        from summ.data.formats.markdown import markdown_text

        return markdown_text(source)
    from summ.data.formats.subtitles import subtitle_text

    return subtitle_text(source)


def _extracted(data: bytes, kind: Kind, name: str) -> str:
    match kind:
        case "pdf":
            from summ.data.formats.pdf import pdf_text

            return pdf_text(data, name)
        case "docx":
            from summ.data.formats.word import word_text

            _check_archive(data, name)
            return word_text(data)
        case "odt":
            from summ.data.formats.opendocument import opendocument_text

            if not data.lstrip().startswith(b"<"):
                _check_archive(data, name)
            return opendocument_text(data)
        case "epub":
            from summ.data.formats.epub import epub_text

            _check_archive(data, name)
            return epub_text(data)
        case "rtf":
            from summ.data.formats.rtf import rtf_text

            if not data.lstrip().startswith(b"{\\rtf"):
                raise ValueError("no {\\rtf at its beginning")
            return rtf_text(data)
        case "eml":
            from summ.data.formats.mail import mail_text

            return mail_text(data, name)
        case _:
            from summ.data.formats.html import html_text

            return html_text(data)


def missing_library(error: ImportError) -> str:
    """The name of what is not installed."""
    # Raised by hand, as lxml does for lxml_html_clean, it has no name but says it.
    if error.name:
        return error.name
    return "lxml_html_clean" if "html" in str(error) else _reason(error)


def _no_text(place: Place, kind: Kind) -> str:
    hint = " Is it scanned? Recognise its text first." if kind == "pdf" else ""
    raise DataError(f"{place.name}: holds no text that could be found.{hint}")


def _check_archive(data: bytes, name: str) -> None:
    """Passes where a ZIP archive unpacks to what an honest document does."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > min(_MOST_UNPACKED, max(1 << 20, _MOST_RATIO * len(data))):
        raise DataError(
            f"{name}: would unpack from {len(data):,} to {unpacked:,} bytes, as no document does. "
            "Get the file again."
        )


def _reason(error: Exception) -> str:
    """A library's message in one short line."""
    return " ".join(str(error).split())[:120] or type(error).__name__
