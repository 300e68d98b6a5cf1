"""Averages of models against the mean of their numbers."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from summ.errors import ConfigError
from summ.families.summarizer.averaging import average_models
from summ.families.summarizer.model import SummaryModel, load_summary_model
from tests import tiny


@pytest.fixture
def pair(summary_model_folder: Path) -> tuple[SummaryModel, SummaryModel]:
    first, second = (
        load_summary_model(summary_model_folder),
        load_summary_model(summary_model_folder),
    )
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for network in second.networks().values():
            for value in network.parameters():
                value.add_(torch.randn(value.shape, generator=generator))
    return first, second


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_every_number_is_the_weighted_mean(
    pair: tuple[SummaryModel, SummaryModel], share: float
) -> None:
    before = {k: v.clone() for k, v in pair[0].compressor.state_dict().items()}
    averaged = average_models(*pair, share)
    for name, network in averaged.networks().items():
        ours, theirs = (model.networks()[name].state_dict() for model in pair)
        for key, value in network.state_dict().items():
            if value.is_floating_point():
                wanted = (1 - share) * ours[key] + share * theirs[key]
                torch.testing.assert_close(value, wanted)
    for key, value in pair[0].compressor.state_dict().items():
        assert torch.equal(value, before[key]), "the first model must stay as it was"


def test_what_cannot_be_averaged_is_refused(pair: tuple[SummaryModel, SummaryModel]) -> None:
    first, second = pair
    with pytest.raises(ConfigError, match=r"between 0 and 1, but is 1\.5"):
        average_models(first, second, 1.5)
    with torch.no_grad():
        second.discriminator.score = torch.nn.Linear(3, 1)
    with pytest.raises(ConfigError, match="discriminators differ in architecture"):
        average_models(first, replace(second), 0.5)


def test_a_language_model_comes_from_the_model_that_has_one(
    pair: tuple[SummaryModel, SummaryModel],
) -> None:
    first, second = pair
    spoken = [tiny.language_model(tiny.facts(words=3)) for _ in pair]
    speaking = replace(first, language_model=spoken[0]), replace(second, language_model=spoken[1])
    assert average_models(first, second, 0.5).language_model is None
    assert average_models(first, speaking[1], 0.5).language_model is spoken[1]
    assert average_models(*speaking, 0.5).language_model is spoken[0]
