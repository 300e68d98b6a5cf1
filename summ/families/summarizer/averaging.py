"""Means of the weights of models that were trained on from the same weights.

Such networks mostly stay in one basin, where the mean of their weights keeps what each learned: a
stage that improved one ability is averaged with the model it started from, whose other abilities
it wore down.

Source: Wortsman et al. (2022), robust fine-tuning by weight-space ensembles (arXiv:2109.01903),
Section 3; the share is chosen on development data.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace

import torch

from summ.errors import ConfigError
from summ.families.summarizer.model import SummaryModel


def average_models(first: SummaryModel, second: SummaryModel, share: float) -> SummaryModel:
    """A new model with ``(1 - share)`` of the first's weights and ``share`` of the second's.

    Language model and salience are not averaged: each is the first's, or the second's where the
    first has none.

    Args:
        share: from 0 (the first) to 1 (the second).

    Raises:
        ConfigError: the models differ in vocabulary or architecture, or the share is outside.
    """
    if not 0 <= share <= 1:
        raise ConfigError(f"share: must be between 0 and 1, but is {share}.")
    if first.vocabulary.pieces() != second.vocabulary.pieces():
        raise ConfigError(
            "average: the models have different vocabularies. Give two models of one run."
        )
    has_language_model = first if first.language_model is not None else second
    averaged = replace(
        first,
        language_model=has_language_model.language_model,
        salience=first.salience if first.salience is not None else second.salience,
        compressor=copy.deepcopy(first.compressor),
        reconstructor=copy.deepcopy(first.reconstructor),
        discriminator=copy.deepcopy(first.discriminator),
    )
    for name in ("compressor", "reconstructor", "discriminator"):
        average_network(averaged, [first, second], name, [1 - share, share])
    return averaged


@torch.no_grad()
def average_network(
    target: SummaryModel,
    models: Sequence[SummaryModel],
    name: str,
    shares: Sequence[float] | None = None,
) -> None:
    """Puts the mean of the weights that a network has in several models into ``target``, in place.

    Args:
        name: of the network, as in ``SummaryModel.networks``.
        shares: of the models, which sum to 1; None gives each the same.

    Raises:
        ConfigError: a model lacks the network, or the architectures differ.
    """
    found = [model.networks().get(name) for model in (target, *models)]
    networks = [network for network in found if network is not None]
    if len(networks) < len(found):
        raise ConfigError(f"a model has no {name}. Combine models that have one.")
    # Parameters, not a state_dict: that names tied weights twice, and they would move twice.
    weights, *others = [dict(network.named_parameters()) for network in networks]
    for other in others:
        if {key: value.shape for key, value in other.items()} != {
            key: value.shape for key, value in weights.items()
        }:
            raise ConfigError(f"average: the models' {name}s differ in architecture.")
    shares = [1 / len(models)] * len(models) if shares is None else shares
    for key, value in weights.items():
        terms = [share * other[key] for share, other in zip(shares, others, strict=True)]
        value.copy_(torch.stack(terms).sum(dim=0))
