"""Reports: HTML pages, Markdown and JSON."""
