"""Sentence encoders: a sentence becomes one vector, by a table, a GRU or a Transformer.

Axes: N sentences, T positions, D width of the vector, V pieces.

Source: Logeswaran & Lee (2018, arXiv:1803.02893), Section 3, and Kiros et al. (2015,
arXiv:1506.06726), Section 2.1, whose encoders are GRUs that output their last state; mean pooling
as in Reimers & Gurevych (2019, arXiv:1908.10084), Section 3.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from jaxtyping import Bool, Float, Int8
from torch import Tensor, nn

from summ.config import EncoderConfig, GruConfig, NetworkConfig, StaticConfig
from summ.errors import ConfigError
from summ.networks.transformer import build_network
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens

Pooling = Literal["mean", "cls", "attention", "last"]


class StaticEncoder(nn.Module):
    """A table of piece embeddings; the vector of a sentence is the mean of its rows.

    Word order has no effect.
    """

    def __init__(
        self, config: StaticConfig, pieces: int, weights: Float[Tensor, "V D"] | None = None
    ) -> None:
        """With ``weights``, or else random ones, which take longer than reading does."""
        super().__init__()
        self.config = config
        if weights is None:
            self.embedding = nn.Embedding(pieces, config.embedding)
        else:
            self.embedding = nn.Embedding.from_pretrained(weights, freeze=False)

    @property
    def width(self) -> int:
        """Columns of the table, D."""
        return self.config.embedding

    def embeddings(self) -> nn.Embedding:
        """The table of the pieces' vectors."""
        return self.embedding

    def forward(self, words: Tokens) -> Float[Tensor, "N D"]:
        """One vector a sentence, not normalised; every sentence has at least one real piece."""
        return _mean(self.embedding(words.ids).float(), words.mask)


class EightBitStaticEncoder(StaticEncoder):
    """The same, its table left in 8 bits: read in a fifth of the time, for few sentences.

    Every use turns rows into float32 anew, exactly those that the whole table would have.
    """

    numbers: Tensor
    scale: Tensor

    def __init__(
        self, config: StaticConfig, numbers: Int8[Tensor, "V D"], scale: Float[Tensor, "V 1"]
    ) -> None:
        """With what ``summ.networks.int8.quantised`` made."""
        nn.Module.__init__(self)
        self.config = config
        self.register_buffer("numbers", numbers)
        self.register_buffer("scale", scale)

    def forward(self, words: Tokens) -> Float[Tensor, "N D"]:
        rows = self.numbers[words.ids].float() * self.scale[words.ids].float()
        return _mean(rows, words.mask)


class GruNetwork(nn.Module):
    """Embeddings and a GRU over them; padding changes no state."""

    def __init__(self, config: GruConfig, pieces: int) -> None:
        super().__init__()
        self.config = config
        self.directions = 2 if config.bidirectional else 1
        self.width = config.hidden * self.directions
        self.embedding = nn.Embedding(pieces, config.embedding)
        self.gru = nn.GRU(
            config.embedding,
            config.hidden,
            num_layers=config.layers,
            bidirectional=config.bidirectional,
            batch_first=True,
        )

    def forward(self, words: Tokens) -> tuple[Float[Tensor, "N T D"], Float[Tensor, "N D"]]:
        """The states at every position, and each direction's state after its last piece."""
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(words.ids),
            words.mask.sum(dim=1).cpu(),
            batch_first=True,
            enforce_sorted=False,
        )
        outputs, last = self.gru(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(
            outputs, batch_first=True, total_length=words.ids.shape[1]
        )
        # The last layer's directions come last: forward, then backward.
        return states, torch.cat(list(last[-self.directions :]), dim=1)


class PooledEncoder(nn.Module):
    """A network over the pieces of a sentence, and the pooling of its states into one vector."""

    def __init__(self, network: Any, pooling: Pooling, width: int, begin: int) -> None:
        """Combines a network and a pooling.

        Args:
            network: a ``GruNetwork``, or any AutoModel of transformers that needs no other input.
            pooling: mean of the states, state of a mark before the sentence (cls), state after
                its last piece (last), or a mean weighted by a learned score (attention).
            width: of the network's states.
            begin: id of the mark that ``cls`` puts before the sentence.
        """
        super().__init__()
        self.network = network
        self.pooling = pooling
        self.width = width
        self.begin = begin
        # Without a bias: softmax is invariant to it, so it would never get a gradient.
        self.score = nn.Linear(width, 1, bias=False) if pooling == "attention" else None

    def forward(self, words: Tokens) -> Float[Tensor, "N D"]:
        """One vector a sentence, not normalised; every sentence has at least one real piece."""
        if isinstance(self.network, GruNetwork):
            states, last = self.network(words)
            return last if self.pooling == "last" else self._pool(states, words.mask)
        if self.pooling == "cls":
            words = _begun(words, self.begin)
        states = self.network(
            input_ids=words.ids, attention_mask=words.mask.long()
        ).last_hidden_state
        return self._pool(states, words.mask)

    def embeddings(self) -> nn.Embedding:
        """The table of the pieces' vectors."""
        if isinstance(self.network, GruNetwork):
            return self.network.embedding
        table: nn.Embedding = self.network.get_input_embeddings()
        return table

    def _pool(
        self, states: Float[Tensor, "N T D"], mask: Bool[Tensor, "N T"]
    ) -> Float[Tensor, "N D"]:
        """Padding has no effect, whatever its states are."""
        states = states.float()
        if self.pooling == "cls":
            return states[:, 0]
        if self.pooling == "last":
            # Gathered, not indexed by row numbers: tracing would make their number a constant.
            last = (mask.sum(dim=1) - 1)[:, None, None].expand(-1, 1, states.shape[2])
            return states.gather(1, last).squeeze(1)
        if self.score is None:
            return _mean(states, mask)
        scores = self.score(states).squeeze(-1).float().masked_fill(~mask, -torch.inf)
        return _weighted_sum(states, scores.softmax(dim=1), mask)


Encoder = StaticEncoder | PooledEncoder


def _mean(states: Float[Tensor, "N T D"], mask: Bool[Tensor, "N T"]) -> Float[Tensor, "N D"]:
    return _weighted_sum(states, mask.float() / mask.sum(dim=1, keepdim=True), mask)


def _weighted_sum(
    states: Float[Tensor, "N T D"], weights: Float[Tensor, "N T"], mask: Bool[Tensor, "N T"]
) -> Float[Tensor, "N D"]:
    return (weights[..., None] * states.masked_fill(~mask[..., None], 0.0)).sum(dim=1)


def _begun(words: Tokens, begin: int) -> Tokens:
    """The sentences with a mark before each."""
    first = torch.full_like(words.ids[:, :1], begin)
    real = torch.ones_like(words.mask[:, :1])
    return Tokens(torch.cat([first, words.ids], dim=1), torch.cat([real, words.mask], dim=1))


def build_sentence_encoder(config: EncoderConfig, vocabulary: Vocabulary) -> Encoder:
    """A new encoder without dropout, initialised from torch's global generator.

    Raises:
        ConfigError: transformers knows no such architecture, it is an encoder-decoder, or it has
            fewer positions than ``max_pieces``.
        CheckpointError: a checkpoint is missing or incomplete.
    """
    if config.static is not None:
        return StaticEncoder(config.static, vocabulary.size)
    if config.gru is not None:
        network = GruNetwork(config.gru, vocabulary.size)
        return PooledEncoder(network, config.pooling, network.width, vocabulary.bos)
    transformer = _transformer(config.network or NetworkConfig(), config.attention, vocabulary)
    described = transformer.config.to_dict()
    positions = described.get("max_position_embeddings")
    # One for the mark of ``cls``, two for the positions that RoBERTa and others leave unused.
    if positions is not None and positions < config.max_pieces + 3:
        raise ConfigError(
            f"encoder: max_pieces is {config.max_pieces}, but the network has {positions} "
            "positions and keeps up to three for itself. Lower max_pieces or raise the network's "
            "max_position_embeddings."
        )
    width = int(transformer.config.hidden_size)
    return PooledEncoder(transformer, config.pooling, width, vocabulary.bos)


def _transformer(config: NetworkConfig, attention: str, vocabulary: Vocabulary) -> Any:
    """A network of transformers that is no encoder-decoder."""
    from transformers import AutoModel

    network = build_network(AutoModel, config, vocabulary, attention, "encoder")
    if network.config.is_encoder_decoder:
        raise ConfigError(
            f"encoder: a {network.config.model_type} has a decoder, which no sentence vector "
            "needs. Choose a network such as bert, roberta or gpt2."
        )
    for name, weights in network.named_parameters():
        # BERT's pooler is not used; distributed training would wait for its gradient.
        if name.startswith("pooler."):
            weights.requires_grad_(False)
    return network
