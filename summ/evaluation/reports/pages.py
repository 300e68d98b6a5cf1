"""Pages of reports: templates filled with values, in which no text is ever markup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jinja2

from summ.evaluation.markdown import code_markdown, escape_markdown


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
