"""Markdown in which no text is ever markup."""

from __future__ import annotations

import re

# What begins markup somewhere: emphasis, code, a link, an image, HTML, a heading, a table, a
# formula ($), a mention (@), a list at the beginning (-, +, 1.), an address (http://, www.).
_MARKDOWN = re.compile(
    r"([\\`*_{}\[\]<>#|~!&$@]|^[-+=]|(?<=^[0-9])[.)](?= )|:(?=//)|(?<=[wW]{3})\.)"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def escape_markdown(text: str) -> str:
    """The text with every character of markup escaped, and control characters replaced."""
    return _MARKDOWN.sub(r"\\\1", _CONTROLS.sub("\ufffd", text))


def code_markdown(text: str) -> str:
    """The text as code: between more backticks than stand anywhere in it."""
    line = _CONTROLS.sub("\ufffd", " ".join(text.split()))
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}"
