"""E-books (.epub): the chapters in the order in which they are read."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import Any
from urllib.parse import unquote

from summ.data.formats.html import block_texts

# Chapters that are not the book.
_AROUND = re.compile(
    r"(?:^|[^a-z])(?:cover|title-?page|toc|nav|contents|copyright|colophon|imprint|dedication|index|"
    r"advert\w*|about-?the-?author|also-?by|endnotes|footnotes)(?:[^a-z]|$)",
    re.IGNORECASE,
)


def epub_text(data: bytes) -> str:
    """The text of all chapters, a blank line between paragraphs."""
    from lxml import etree, html

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        container = etree.fromstring(archive.read("META-INF/container.xml"), parser)
        [package, *_] = container.xpath("//*[local-name()='rootfile']/@full-path")
        book = etree.fromstring(archive.read(str(package)), parser)
        texts: list[str] = []
        for name in _chapters(book, posixpath.dirname(str(package))):
            if name in archive.namelist():
                page = html.document_fromstring(archive.read(name) or b"<p/>")
                texts.extend(block_texts(page))
    return "\n\n".join(texts)


def _chapters(book: Any, folder: str) -> list[str]:
    """The files of the spine, without cover, contents and the like."""
    items = {
        item.get("id"): item
        for item in book.xpath("//*[local-name()='manifest']/*[local-name()='item']")
    }
    names: list[str] = []
    for reference in book.xpath("//*[local-name()='spine']/*[local-name()='itemref']"):
        item = items.get(reference.get("idref"))
        if item is None or reference.get("linear") == "no":
            continue
        href = unquote(item.get("href", ""))
        around = _AROUND.search(item.get("id", "")) or _AROUND.search(posixpath.basename(href))
        if not around and "nav" not in (item.get("properties") or "").split():
            names.append(posixpath.normpath(posixpath.join(folder, href)))
    return names
