"""Markdown: paragraphs, headings, items and quotations; no front matter, code, tables or marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from summ.text.characters import mend_characters
from summ.text.enclosed import without_enclosed

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(
    r"\s*(?:---[ \t]*\n.*?\n(?:---|\.\.\.)|\+\+\+[ \t]*\n.*?\n\+\+\+)[ \t]*(?:\n|$)", re.DOTALL
)
# A definition with its indented lines, and the mark that points to it.
_FOOTNOTE = re.compile(
    r"^ {0,3}\[\^[^\]\n]+\]:.*(?:\n(?:[ \t]+\S.*|[ \t]*(?=\n[ \t]+\S)))*", re.MULTILINE
)
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\n]+\]")
# Of site generators: {% include x %}, {{ value }}, {{< shortcode >}}, {#id .class}, ::: note,
# import x
_TEMPLATE = re.compile(
    r"\{[#.:][^{}\n]*\}|^:::.*$|^!!! .*$|^import .* from .*$",
    re.MULTILINE,
)
_ENCLOSED = tuple(
    (re.compile(opening), re.compile(closing))
    for opening, closing in ((r"\{%", r"%\}"), (r"\{\{", r"\}\}"), ("<!--", "-->"))
)
_MATHS = re.compile(r"\$\$"), re.compile(r"\$\$")
_WITHOUT_TEXT = tuple(
    (
        re.compile(rf"<{name}\b", re.IGNORECASE),
        re.compile(rf"</{name}\s*>", re.IGNORECASE),
    )
    for name in ("script", "style", "svg", "pre", "table")
)
_TASK = re.compile(r"\[[ xX]\]\s+")
_CALLOUT = re.compile(r"\[![A-Z]+\][+-]?\s*")


def markdown_text(text: str) -> str:
    """The running text of a Markdown document, a blank line between its blocks."""
    from markdown_it import MarkdownIt

    text = _FRONT_MATTER.sub("", text, count=1) if _FRONT_MATTER.match(text) else text
    text = without_enclosed(_FOOTNOTE_MARK.sub("", _FOOTNOTE.sub("", text)), *_MATHS)
    for marks in _ENCLOSED:
        text = without_enclosed(text, *marks)
    text = _TEMPLATE.sub("", text)
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return "\n\n".join(block for block in _blocks(reader.parse(text)) if block.strip())


def _blocks(tokens: Sequence[Token]) -> list[str]:
    """The text of each block that has running text."""
    blocks: list[str] = []
    tables = 0
    for token in tokens:
        tables += (token.type == "table_open") - (token.type == "table_close")
        if token.type == "inline" and not tables:
            words = _TASK.sub("", _inline(token.children or []).strip())
            blocks.append(_CALLOUT.sub("", words))
        elif token.type == "html_block":
            bare = re.sub(
                r"</(?:summary|p|div|li|h\d|dt|dd)\s*>", "\n\n", token.content, flags=re.IGNORECASE
            )
            for tags in _WITHOUT_TEXT:
                bare = without_enclosed(bare, *tags)
            bare = re.sub(r"<[^<>]+>", "", mend_characters(bare))
            blocks.append(re.sub(r"[ \t]*\n[ \t]*", "\n", bare).strip())
    return blocks


def _inline(tokens: Sequence[Token]) -> str:
    """The words of a block; line ends of the source become spaces, those that were asked for
    stay."""
    words: list[str] = []
    struck_out = 0
    for token in tokens:
        struck_out += (token.type == "s_open") - (token.type == "s_close")
        if struck_out:
            continue
        if token.type in {"text", "code_inline", "text_special"}:
            words.append(token.content)
        elif token.type == "softbreak":
            words.append(" ")
        elif token.type == "hardbreak" or (
            token.type == "html_inline" and token.content.lower().startswith("<br")
        ):
            words.append("\n")
    return "".join(words)
