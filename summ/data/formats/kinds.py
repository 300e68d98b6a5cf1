"""Kinds of input: which there are, what names and first bytes say, and what is refused.

A name decides, unless the content is plainly something else.  Standard input and names that say
nothing are recognised by their first bytes; what shows no kind is plain text.
"""

from __future__ import annotations

import json
import re
from typing import Literal

from summ.errors import DataError

Kind = Literal[
    "text", "md", "html", "pdf", "docx", "odt", "rtf", "epub", "srt", "vtt", "eml",
    "jsonl", "json", "csv", "tsv", "parquet",
]  # fmt: skip
InputFormat = Literal["auto"] | Kind

# What the first bytes are looked at for.
HEAD_BYTES = 1 << 16

_BY_SUFFIX: dict[str, Kind] = {
    ".md": "md", ".markdown": "md", ".mdown": "md", ".mkd": "md", ".mdx": "md", ".rmd": "md",
    ".qmd": "md",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".shtml": "html",
    ".pdf": "pdf", ".docx": "docx", ".docm": "docx", ".odt": "odt", ".fodt": "odt", ".rtf": "rtf",
    ".epub": "epub", ".srt": "srt", ".vtt": "vtt", ".eml": "eml",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
}  # fmt: skip
_PLAIN = frozenset({"", ".txt", ".text", ".asc", ".log", ".lines"})
# Known, and not read: what to do instead, by suffix.
_REFUSED = {
    (".doc", ".dot"): "an old Word file. Save it as .docx",
    (".pages", ".wpd", ".wps", ".hwp"): "a word processor's file. Save it as .docx or .pdf",
    (".ppt", ".pptx", ".odp", ".key"): "slides. Save them as .pdf",
    (".xls", ".xlsx", ".xlsm", ".ods", ".numbers"): "a spreadsheet. Save it as .csv",
    (".msg", ".mbox", ".pst", ".mht", ".mhtml"): "stored mail. Save each message as .eml",
    (".mobi", ".azw", ".azw3", ".fb2", ".djvu"): "an e-book. Convert it to .epub",
    (".ass", ".ssa", ".sub", ".ttml", ".sbv"): "subtitles of another kind. Convert them to .srt",
    (".tex", ".rst", ".adoc", ".asciidoc", ".org", ".textile", ".wiki", ".ipynb", ".bib"):
        "marked-up text. Convert it to .md or .html",
    (".xml", ".yaml", ".yml", ".toml", ".ini", ".sql", ".feather", ".arrow", ".avro", ".pkl",
    ".npy"):
        "data of another kind. Convert it to .jsonl or .csv",
    (".py", ".js", ".ts", ".c", ".h", ".cpp", ".java", ".rs", ".go", ".rb", ".php", ".sh", ".css",
     ".r", ".jl"): "source code. Give its documentation",
    (".zip", ".tar", ".tgz", ".7z", ".rar"): "an archive. Unpack it",
    (".lz4", ".lzma", ".br", ".z"): "packed in a way that is not read. Unpack it",
    (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".webp", ".heic", ".svg"):
        "a picture. Recognise its text first",
    (".mp3", ".mp4", ".wav", ".m4a", ".ogg", ".flac", ".avi", ".mov", ".mkv", ".webm"):
        "sound or film. Give its transcript or subtitles",
}  # fmt: skip
# The first bytes of what is never text.
_MAGIC: tuple[tuple[bytes, Kind | str], ...] = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file. Save it as .docx, .csv or .pdf"),
    (b"\x89PNG\r\n", "a picture. Recognise its text first"),
    (b"\xff\xd8\xff", "a picture. Recognise its text first"),
    (b"GIF8", "a picture. Recognise its text first"),
    (b"ID3", "sound or film. Give its transcript or subtitles"),
    (b"7z\xbc\xaf", "an archive. Unpack it"),
    (b"Rar!\x1a", "an archive. Unpack it"),
)
_BINARY = frozenset({"pdf", "docx", "odt", "epub", "rtf", "parquet"})
_TIMES = r"(?:\d{1,3}:)?\d{2}:\d{2}[,.]\d{1,3}\s*-->\s*(?:\d{1,3}:)?\d{2}:\d{2}[,.]\d{1,3}"
_SUBTITLE = re.compile(rf"\s*(?:\d+[ \t]*\r?\n)?{_TIMES}")
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEADER = re.compile(
    r"(?:From|To|Cc|Date|Sent|Subject|Message-ID|MIME-Version|Received|Return-Path|Delivered-To|Reply-To"
    r"|Content-Type|X-[\w-]+|DKIM-Signature|Envelope-To|List-[\w-]+):\s",
    re.IGNORECASE,
)
_FRONT_MATTER = re.compile(
    r"(?:---[ \t]*\r?\n(?:[\w-]+\s*:.*\r?\n|[ \t#-].*\r?\n|\r?\n)+(?:---|\.\.\.)"
    r"|\+\+\+[ \t]*\r?\n(?:.*\r?\n)*?\+\+\+)[ \t]*\r?\n"
)
_MARKDOWN = (
    re.compile(r"^#{1,6} \S", re.MULTILINE),
    re.compile(r"^(?:```|~~~)", re.MULTILINE),
    re.compile(r"\[[^\[\]\n]+\]\((?:https?:|\.{0,2}/|#|mailto:)[^()\s]*\)|!\[[^\[\]\n]*\]\("),
    re.compile(r"^\|?[ \t]*:?-{3,}:?[ \t]*\|", re.MULTILINE),
    re.compile(r"\*\*[^*\s][^*\n]*\*\*"),
)


def kind_of(name: str | None, head: bytes, field: str, lines: bool, given: InputFormat) -> Kind:
    """The kind of an input.

    Args:
        name: of the file without the suffix of its packing; None for standard input.
        head: its first bytes, unpacked.
        field: of records, that holds the text.
        lines: whether each line of a text shall be a document.
        given: by the user; ``auto`` where the kind is to be recognised.

    Raises:
        DataError: it is known and cannot be read; says what it is and what to do.
    """
    if given != "auto":
        return given
    suffix = "" if name is None or "." not in name else "." + name.lower().rsplit(".", 1)[1]
    named = _BY_SUFFIX.get(suffix)
    found = _by_magic(head, name or "stdin")
    if found is not None and (named is None or named not in _BINARY or named == found):
        return found
    if found is not None and named is not None:
        return found  # a wrong name
    if named is not None:
        return named
    if suffix not in _PLAIN:
        for suffixes, message in _REFUSED.items():
            if suffix in suffixes:
                raise DataError(
                    f"{name}: {message}; or use --input-format text to read it as it is."
                )
    if head.startswith(b"PK\x03\x04"):
        raise DataError(f"{name}: a zip archive. Unpack it, or say its --input-format.")
    return _recognised(head, field, lines)


def _by_magic(head: bytes, name: str) -> Kind | None:
    """What first bytes say of themselves."""
    if head.startswith(b"PK\x03\x04"):
        if b"application/epub+zip" in head[:200]:
            return "epub"
        if b"application/vnd.oasis.opendocument.text" in head[:200]:
            return "odt"
        if b"word/" in head:
            return "docx"
        return None
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            if kind in _BINARY:
                return kind  # type: ignore[return-value]  # of the literals above
            raise DataError(f"{name}: {kind}.")
    return None


def _recognised(head: bytes, field: str, lines: bool) -> Kind:
    """What a text looks like."""
    text = head.decode("utf-8", "replace").removeprefix("\ufeff")
    start = text.lstrip()
    if start.startswith(("{", "[")) and (kind := _json_kind(start, field)):
        return kind
    first = next((line for line in text.split("\n") if line.strip()), "").rstrip("\r")
    if (delimiter := delimiter_of(first, field)) is not None:
        return "tsv" if delimiter == "\t" else "csv"
    if lines:
        return "text"
    if start.startswith("WEBVTT"):
        return "vtt"
    if _SUBTITLE.match(text):
        return "srt"
    if _HTML.match(text):
        return "html"
    if _is_mail(start):
        return "eml"
    if _FRONT_MATTER.match(start) or sum(bool(mark.search(text)) for mark in _MARKDOWN) > 1:
        return "md"
    return "text"


def _json_kind(start: str, field: str) -> Kind | None:
    """Records of JSON; None where a text only begins with a bracket."""
    line = start.split("\n", 1)[0]
    if start.startswith("["):
        return "json" if re.match(r'\[\s*(?:\{\s*"|"(?:[^"\\]|\\.)*"\s*[,\]])', start) else None
    try:
        return "jsonl" if isinstance(json.loads(line), dict) else None
    except (ValueError, RecursionError):
        pass
    if "\n" not in start and re.match(r'\{\s*"', start) and f'"{field}"' in start:
        return "jsonl"  # a line longer than what was looked at
    return "json" if re.match(r'\{\s*\n\s*"', start) else None


def delimiter_of(header: str, field: str) -> str | None:
    """The character that separates the columns of a header with this field; None if none does."""
    for delimiter in ("\t", ",", ";", "|"):
        names = [cell.strip().strip('"').strip() for cell in header.split(delimiter)]
        if len(names) > 1 and field in names:
            return delimiter
    return None


def _is_mail(start: str) -> bool:
    """Whether a text begins with a block of mail headers."""
    block = re.split(r"\r?\n\r?\n", start, maxsplit=1)[0].splitlines()
    if block and block[0].startswith("From ") and len(block) > 1:
        block = block[1:]
    if not block or not _HEADER.match(block[0]):
        return False
    names = [line for line in block if not line[:1].isspace()]
    known = sum(_HEADER.match(line) is not None for line in names)
    return known >= 2 and 2 * known >= len(names)
