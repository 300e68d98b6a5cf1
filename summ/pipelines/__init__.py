"""Pipelines: what a user calls, from texts to results."""
