"""Web pages: the text of the article, without what stands around it on the page."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from summ.data.formats.table_cells import is_short_cell

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Elements that never hold text of the article.
_AROUND = frozenset(
    """script style noscript template svg nav aside form button select input textarea iframe object
    figure figcaption picture video audio canvas dialog menu footer pre code head
    del s strike""".split()  # noqa: SIM905
)
_CONTAINERS = frozenset(
    """p h1 h2 h3 h4 h5 h6 li blockquote dd dt summary div section article main body td th tr table
    ul ol dl header center details html address""".split()  # noqa: SIM905
)
# What classes and ids call such things.
_NAMED = re.compile(
    r"(?:^|[-_\s])(?:cookies?|consent|gdpr|banner|share|sharing|social|newsletter|subscribe|subscription"
    r"|signup|byline|dateline|author|caption|credit|related|recommend(?:ed|ations?)?|promo|advert(?:isement)?s?"
    r"|ads?|sponsor(?:ed)?|breadcrumbs?|menu|nav(?:bar|igation)?|sidebar|footer|comments?|tags?|paywall|popup"
    r"|modal|toolbar|skip(?:-link)?|pagination|metadata|timestamp|visually-hidden|sr-only|read-?more|most-read"
    r"|trending|copyright|login)(?:[-_\s]|$)",
    re.IGNORECASE,
)
_NOTE_MARK = re.compile(r"\[?(?:\d{1,3}|[*†‡]{1,3}|[a-z])\]?")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LONGEST_UNIT = 3  # letters
_LEAST_SHARE = 0.6  # of the words of all paragraphs that the extractor must have found
_MOST_NAMED_SHARE = 0.5  # of a page's words; what holds more is not furniture whatever its name


def html_text(data: bytes | str) -> str:
    """The main text of a page, a blank line between its paragraphs."""
    import trafilatura

    # It reports pages without an article at error level; the caller says so itself.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    tree = trafilatura.load_html(data)
    if tree is None:
        return ""
    _prune(tree)
    paragraphs = _main_paragraphs(tree)
    own = "\n\n".join(paragraphs)
    found = trafilatura.extract(
        tree, include_comments=False, include_tables=False, favor_recall=True
    )
    if (
        found
        and _words(found) >= _LEAST_SHARE * _words(own)
        and len(tree.xpath("//article|//main")) != 1
    ):
        # One line is one paragraph.
        return str(found).replace("\n", "\n\n")
    return own or str(found or "").replace("\n", "\n\n") or str(trafilatura.html2txt(data) or "")


def block_texts(tree: HtmlElement) -> list[str]:
    """The text of each block of a page or chapter, in order."""
    texts: list[str] = []
    open_text: list[str] = []

    def close() -> None:
        words = " ".join("".join(open_text).split())
        open_text.clear()
        if words:
            texts.append(words)

    def visit(element: Any) -> None:
        if not isinstance(element.tag, str) or element.tag in _AROUND:
            return
        block = element.tag in _CONTAINERS
        if block:
            close()
        if element.tag == "br":
            open_text.append(" ")
        if element.tag in {"td", "th"} and is_short_cell(element.text_content()):
            return
        if is_note_mark(element, "".join(open_text[-2:])):
            return
        open_text.append(element.text or "")
        for child in element:
            visit(child)
            open_text.append(child.tail or "")
        if block:
            close()

    visit(tree)
    close()
    return texts


def is_note_mark(element: Any, before: str) -> bool:
    """Whether an element points to a note, as a raised number or by name; not that of m² or 10⁶.

    Args:
        before: what stands before it.
    """
    kind = f"{element.get('epub:type', '')} {element.get('role', '')}"
    if element.tag == "a" and "noteref" in kind:
        return True
    if element.tag != "sup" or not _NOTE_MARK.fullmatch(element.text_content().strip()):
        return False
    linked = element.find(".//a") is not None
    word = re.search(r"[^\W\d_]*[.,;:!?)\"”’]*$", before)
    return linked or (word is not None and len(word[0]) > _LONGEST_UNIT)


def _prune(tree: HtmlElement) -> None:
    """Takes out what is not the article."""
    everything = max(1, _words(tree.text_content()))
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        names = f"{element.get('class', '')} {element.get('id', '')} {element.get('role', '')}"
        around = (
            element.tag in _AROUND
            or is_note_mark(element, _text_before(element))
            or element.get("hidden") is not None
            or element.get("aria-hidden") == "true"
            or _HIDDEN.search(element.get("style", ""))
            or (
                element.tag == "header"
                and not element.xpath("ancestor::article|ancestor::main|.//h1")
            )
        )
        if element.tag in {"body", "html", "article", "main", "h1"} and not element.get("hidden"):
            continue
        named = _NAMED.search(names) is not None
        if named and _words(element.text_content()) > _MOST_NAMED_SHARE * everything:
            continue
        if around or named:
            element.drop_tree()


def _text_before(element: HtmlElement) -> str:
    """What stands directly before an element, within its parent."""
    sibling, parent = element.getprevious(), element.getparent()
    if sibling is not None:
        return sibling.tail or ""
    return "" if parent is None else parent.text or ""


def _main_paragraphs(tree: HtmlElement) -> list[str]:
    """The blocks of the page's article, or of the whole page if it marks none."""
    for path in ("//article", "//main", "//*[@role='main']"):
        places = tree.xpath(path)
        if len(places) == 1:
            return block_texts(places[0])
    return block_texts(tree)


def _words(text: str) -> int:
    return len(text.split())
