"""The discriminator: scores every prefix of a summary as written by a human or drawn.

The same network serves as Wasserstein critic: the mean of its scores is then a critic score,
larger for human sentences, and not a logit.

Axes: B sequences, T positions.
"""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from summ.config import NetworkConfig
from summ.networks.relaxed_input import relaxed_input
from summ.networks.transformer import VocabularyFacts, build_network
from summ.types import Relaxed, Tokens


class Discriminator(nn.Module):
    """A causal Transformer with one score at each position.

    The score at position t depends on the pieces up to t alone, so that it shows at which word a
    draft ceases to read as human (Wang & Lee 2018, arXiv:1810.02851, Section 4.2).
    """

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network
        self.score = nn.Linear(network.config.hidden_size, 1)

    def forward(self, source: Tokens | Relaxed) -> Float[Tensor, "B T"]:
        """Logits that each prefix was written by a human; positions of padding mean nothing."""
        words = source.tokens if isinstance(source, Relaxed) else source
        with relaxed_input(self.network.get_input_embeddings(), source):
            hidden = self.network(
                input_ids=words.ids, attention_mask=words.mask.long(), use_cache=False
            ).last_hidden_state
        return self.score(hidden).squeeze(-1)


def frozen_scores(discriminator: Discriminator, source: Relaxed) -> Float[Tensor, "B T"]:
    """Scores whose gradient reaches the relaxed words and never the discriminator's parameters.

    The network is called with detached stand-ins for its parameters.  ``requires_grad`` is left
    alone: a step that switched it would switch it for the discriminator's own step, too, and
    DistributedDataParallel, which hooks every parameter when it wraps a module, would wait for
    gradients that never come.
    """
    constants = {name: value.detach() for name, value in discriminator.named_parameters()}
    return torch.func.functional_call(discriminator, constants, (source,))


@torch.no_grad()
def limit_spectra(discriminator: Discriminator) -> None:
    """Divides every weight matrix whose largest singular value exceeds 1 by that value, in place.

    Miyato et al. (2018, arXiv:1802.05957) divide while they compute and keep the raw weights.
    Dividing the weights themselves leaves, in the model folder, the very network that was
    trained; and the exact value (of the smaller Gram matrix) needs no vector carried from one
    update to the next, so that a resumed run is the same run.

    It bounds each linear map, embeddings included, and not the whole network: layer
    normalisation and attention have no such bound.
    """
    for value in discriminator.parameters():
        if value.dim() == 2:
            wide = value.float() if value.shape[0] < value.shape[1] else value.float().T
            largest = torch.linalg.eigvalsh(wide @ wide.T)[-1].clamp(min=0.0).sqrt()
            value.div_(largest.clamp(min=1.0).to(value.dtype))


def build_discriminator(
    config: NetworkConfig, vocabulary: VocabularyFacts, attention: str
) -> Discriminator:
    """A causal transformers network, from a configuration or checkpoint, with a scoring head.

    Raises:
        ConfigError: transformers knows no such architecture, or refuses the sizes.
        CheckpointError: the checkpoint lacks tensors.
    """
    from transformers import AutoModel

    name, tied = "networks.discriminator", {"tie_word_embeddings": True}
    return Discriminator(build_network(AutoModel, config, vocabulary, attention, name, tied))
