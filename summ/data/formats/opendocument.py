"""OpenDocument texts (.odt): paragraphs, headings and items, with all changes accepted."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from summ.data.formats.table_cells import is_short_cell

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_LEFT_OUT = frozenset(
    {
        *(
            _TEXT + name
            for name in ("tracked-changes", "note", "table-of-content", "sequence-decls")
        ),
        *(_OFFICE + name for name in ("annotation", "annotation-end", "forms")),
        _TABLE + "covered-table-cell",
    }
)


def opendocument_text(data: bytes) -> str:
    """The paragraphs in order; cells of tables only where they hold sentences."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    if data.lstrip().startswith(b"<"):
        tree = etree.fromstring(data, parser)
    else:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            tree = etree.fromstring(archive.read("content.xml"), parser)
    paragraphs: list[str] = []
    for body in tree.iter(_OFFICE + "text"):
        _walk(body, paragraphs, in_table=False)
    return "\n\n".join(paragraphs)


def _walk(element: Any, paragraphs: list[str], in_table: bool) -> None:
    for child in element:
        if child.tag in _LEFT_OUT or not isinstance(child.tag, str):
            continue
        if child.tag in {_TEXT + "p", _TEXT + "h"}:
            words: list[str] = []
            boxes: list[Any] = []
            _inline(child, words, boxes)
            text = "".join(words).strip()
            if text and not (in_table and is_short_cell(text)):
                paragraphs.append(text)
            for box in boxes:
                _walk(box, paragraphs, in_table=False)
        else:
            _walk(child, paragraphs, in_table or child.tag == _TABLE + "table-cell")


def _inline(element: Any, words: list[str], boxes: list[Any]) -> None:
    words.append(element.text or "")
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _LEFT_OUT:
            if child.tag == _TEXT + "s":
                words.append(" ")
            elif child.tag in {_TEXT + "tab", _TEXT + "line-break"}:
                words.append(" " if child.tag == _TEXT + "tab" else "\n")
            elif child.tag == _DRAW + "text-box":
                boxes.append(child)
            else:
                _inline(child, words, boxes)
        words.append(child.tail or "")
