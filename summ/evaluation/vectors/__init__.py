"""Evaluation of sentence vectors, by probes."""
