"""Pages of reports: templates filled with values, in which no text is ever markup."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jinja2

# What begins markup somewhere: emphasis, code, a link, an image, HTML, a heading, a table, a
# formula ($), a mention (@), a list at the beginning (-, +, 1.), an address (http://, www.).
_MARKDOWN = re.compile(
    r"([\\`*_{}\[\]<>#|~!&$@]|^[-+=]|(?<=^[0-9])[.)](?= )|:(?=//)|(?<=[wW]{3})\.)"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def render(name: str, values: Mapping[str, Any]) -> str:
    """A template of ``evaluation/templates`` with its values.

    HTML and SVG are escaped by themselves; in Markdown the filter ``markdown`` does it.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("summ.evaluation.reports", "templates"),
        autoescape=jinja2.select_autoescape(["html.j2", "svg.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["percent"] = lambda share: "–" if share is None else f"{100 * share:.1f} %"
    environment.filters["number"] = lambda value: "–" if value is None else f"{value:.2f}"
    environment.filters["markdown"] = lambda text: escape_markdown(" ".join(text.split()))
    environment.filters["code"] = code_markdown
    return environment.get_template(name).render(values)


def escape_markdown(text: str) -> str:
    """The text with every character of markup escaped, and control characters replaced."""
    return _MARKDOWN.sub(r"\\\1", _CONTROLS.sub("\ufffd", text))


def code_markdown(text: str) -> str:
    """The text as code: between more backticks than stand anywhere in it."""
    line = _CONTROLS.sub("\ufffd", " ".join(text.split()))
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}"
