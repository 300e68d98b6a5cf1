"""Objectives: pure functions from tensors to scalar losses."""
