"""Averages of the weights of machines that began as one.

Networks that were trained on from the same weights mostly stay in one basin, where the mean of
their weights keeps what each learned: a stage that sharpened one ability is blended with the
machine it started from, whose other abilities it wore down.

Source: Wortsman et al. (2022), robust fine-tuning by weight-space ensembles (arXiv:2109.01903),
Section 3; the share is chosen on development data.
"""

from __future__ import annotations

import copy
from dataclasses import replace

import torch

from summ.errors import ConfigError
from summ.families.summarizer.model import SummaryModel


def average_models(first: SummaryModel, second: SummaryModel, share: float) -> SummaryModel:
    """A new machine with ``(1 - share)`` of the first's weights and ``share`` of the second's.

    Language model and salience are not blended: each is the first's, or the second's where the
    first has none.

    Args:
        share: from 0 (the first) to 1 (the second).

    Raises:
        ConfigError: the machines differ in vocabulary or architecture, or the share is outside.
    """
    if not 0 <= share <= 1:
        raise ConfigError(f"share: must be between 0 and 1, but is {share}.")
    if first.vocabulary.pieces() != second.vocabulary.pieces():
        raise ConfigError(
            "average: the machines speak different vocabularies. Take two of one run."
        )
    spoken = first.language_model if first.language_model is not None else second.language_model
    averaged = replace(
        first,
        language_model=spoken,
        salience=first.salience if first.salience is not None else second.salience,
        compressor=copy.deepcopy(first.compressor),
        reconstructor=copy.deepcopy(first.reconstructor),
        discriminator=copy.deepcopy(first.discriminator),
    )
    for name in ("compressor", "reconstructor", "discriminator"):
        # Parameters, not a state_dict: that names tied weights twice, and they would move twice.
        ours = dict(averaged.networks()[name].named_parameters())
        theirs = dict(second.networks()[name].named_parameters())
        shapes = [{key: value.shape for key, value in part.items()} for part in (ours, theirs)]
        if shapes[0] != shapes[1]:
            raise ConfigError(f"average: the machines' {name}s differ in architecture.")
        with torch.no_grad():
            for key, value in ours.items():
                value.mul_(1 - share).add_(theirs[key], alpha=share)
    return averaged
