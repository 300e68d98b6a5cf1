"""A page and a JSON API over the pipelines, on one's own machine."""
