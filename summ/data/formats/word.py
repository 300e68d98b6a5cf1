"""Word documents (.docx): the text as Word shows it with all changes accepted, each part once."""

from __future__ import annotations

import io
from typing import Any

from summ.data.formats.table_cells import is_short_cell

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# Deleted or moved away, not shown, or no text: field codes, notes' marks, positions.
_LEFT_OUT = frozenset(
    _WORD + name
    for name in (
        *("del", "moveFrom", "instrText", "delText", "delInstrText", "footnoteReference"),
        *(
            "endnoteReference",
            "commentReference",
            "pPr",
            "tblPr",
            "tcPr",
            "trPr",
            "sectPr",
            "sdtPr",
        ),
    )
) | {_COMPATIBILITY + "Fallback"}

# Rows and cells of tables say of themselves that they are deleted.
_DELETED = {
    _WORD + "tr": f"{_WORD}trPr/{_WORD}del",
    _WORD + "tc": f"{_WORD}tcPr/{_WORD}cellDel",
}


def word_text(data: bytes) -> str:
    """The paragraphs in order: with insertions, text boxes and content controls.

    Cells of tables are left out, but for those that hold sentences.
    """
    import docx

    paragraphs: list[str] = []
    _walk(docx.Document(io.BytesIO(data)).element.body, paragraphs, in_table=False)
    return "\n\n".join(paragraphs)


def _walk(element: Any, paragraphs: list[str], in_table: bool) -> None:
    """Appends the paragraphs below an element."""
    for child in element:
        if child.tag in _LEFT_OUT or not isinstance(child.tag, str):
            continue
        if child.tag == _WORD + "p":
            _paragraph(child, paragraphs, in_table)
        else:
            mark = _DELETED.get(child.tag)
            if mark is None or child.find(mark) is None:
                _walk(child, paragraphs, in_table or child.tag == _WORD + "tc")


def _paragraph(paragraph: Any, paragraphs: list[str], in_table: bool) -> None:
    """Appends a paragraph, and behind it those of the text boxes that hang on it."""
    words: list[str] = []
    boxes: list[Any] = []
    _inline(paragraph, words, boxes)
    text = "".join(words).strip()
    if text and not (in_table and is_short_cell(text)):
        paragraphs.append(text)
    for box in boxes:
        _walk(box, paragraphs, in_table=False)


def _inline(element: Any, words: list[str], boxes: list[Any]) -> None:
    for child in element:
        if child.tag in _LEFT_OUT or not isinstance(child.tag, str):
            continue
        name = child.tag.removeprefix(_WORD)
        if name == "t":
            words.append(child.text or "")
        elif name in {"tab", "ptab"}:
            words.append(" ")
        elif name in {"br", "cr"}:
            words.append("\n")
        elif name == "noBreakHyphen":
            words.append("-")
        elif name == "txbxContent":
            boxes.append(child)
        elif not (name == "r" and child.find(f"{_WORD}rPr/{_WORD}vanish") is not None):
            _inline(child, words, boxes)
