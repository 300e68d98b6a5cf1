"""Objectives: pure functions from tensors to scalar losses.

Nothing here samples, holds parameters, logs, or reads a configuration.  Every name that ends in
``_loss`` is to be minimised; coefficients are applied by the caller.  Losses sum over tokens and
average over sequences, so that micro-batches of equal size average to the whole batch.
"""
