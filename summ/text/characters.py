"""Characters as people mean them: entities, simple tags, ligatures and full-width letters undone.

Plain text passes unchanged.
"""

from __future__ import annotations

import html
import re

from summ.text.enclosed import without_enclosed

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# Tags that only say how text looks or where a paragraph ends.
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|hr|h[1-6]|ul|ol|li|blockquote|tr|table|section|article|header|footer)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_INLINE_TAG = re.compile(
    r"</?(?:b|i|u|s|em|strong|a|span|font|small|big|sub|sup|mark|code|tt|td|th|center|del|ins|img"
    r"|abbr|cite|q|c(?:\.[\w.]+)?|v|ruby|rt|lang)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_COMMENT = re.compile("<!--"), re.compile("-->")
_STRUCK_OUT = tuple(
    (
        re.compile(rf"<{tag}(?:\s[^<>]*)?>", re.IGNORECASE),
        re.compile(rf"</{tag}\s*>", re.IGNORECASE),
    )
    for tag in ("del", "s", "strike")
)
# What NFKC would do, for those characters only that are mere shapes of letters.
_SHAPES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
    0x00A0: " ",  # spaces of special widths
    0x202F: " ",
    0x3000: " ",
    **dict.fromkeys(range(0x2000, 0x200B), " "),
    **dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF), None),  # break here or not; byte order mark
    **{code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)},  # full-width digits and letters
    **{code: code - 0xFEE0 for code in range(0xFF21, 0xFF3B)},
    **{code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)},
}
_DIVISION = re.compile("\u00ad[ \\t]*\\r?\\n[ \\t]*")  # of a word at a line end
_SHAPED = re.compile("[" + "".join(map(chr, _SHAPES)) + "]")


def mend_characters(text: str) -> str:
    """The text without entities (also doubly escaped ones), simple tags and mere letter shapes.

    What tags strike out goes.  A tag that ends a paragraph becomes a blank line, ``<br>`` a line
    end.
    """
    if "&" in text:
        for _ in range(2):
            text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    if "<" in text and ">" in text:
        text = without_enclosed(text, *_COMMENT, " ")
        for tags in _STRUCK_OUT:
            text = without_enclosed(text, *tags)
        text = _BLOCK_TAG.sub(_line_end, text)
        text = _INLINE_TAG.sub("", text)
    if not text.isascii() and _SHAPED.search(text):
        text = _DIVISION.sub("", text)
        text = text.translate(_SHAPES)
    return text


def _line_end(tag: re.Match[str]) -> str:
    return "\n" if tag[0].lower().startswith("<br") else "\n\n"
