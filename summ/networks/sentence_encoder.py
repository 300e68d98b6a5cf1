"""Sentence encoders: a sentence becomes one vector, by a Transformer or a GRU.

Axes: N sentences, T positions, D width of the vector.

Source: Logeswaran & Lee (2018, arXiv:1803.02893), Section 3, and Kiros et al. (2015,
arXiv:1506.06726), Section 2.1, whose encoders are GRUs that hand over their last state; mean
pooling as in Reimers & Gurevych (2019, arXiv:1908.10084), Section 3.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from summ.config import EncoderConfig, GruConfig, NetworkConfig
from summ.errors import ConfigError
from summ.networks.transformer import load_pretrained, without_dropout
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens

Pooling = Literal["mean", "cls", "attention", "last"]


class GruNetwork(nn.Module):
    """Embeddings and a GRU over them, or embeddings alone; padding changes no state."""

    def __init__(self, config: GruConfig, pieces: int) -> None:
        super().__init__()
        self.config = config
        self.directions = 2 if config.bidirectional else 1
        self.embedding = nn.Embedding(pieces, config.embedding)
        self.width = config.hidden * self.directions if config.layers else config.embedding
        self.gru = (
            nn.GRU(
                config.embedding,
                config.hidden,
                num_layers=config.layers,
                bidirectional=config.bidirectional,
                batch_first=True,
            )
            if config.layers
            else None
        )

    def forward(self, words: Tokens) -> tuple[Float[Tensor, "N T D"], Float[Tensor, "N E"] | None]:
        """States at every position, and each direction's last one behind its last word.

        Residual states, and embeddings alone, have no last one.
        """
        embedded = self.embedding(words.ids)
        if self.gru is None:
            return embedded, None
        packed = nn.utils.rnn.pack_padded_sequence(
            embedded,
            words.mask.sum(dim=1).cpu(),
            batch_first=True,
            enforce_sorted=False,
        )
        outputs, last = self.gru(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(
            outputs, batch_first=True, total_length=words.ids.shape[1]
        )
        if self.config.residual:
            return embedded + states, None
        # The last layer's directions come last: forward, then backward.
        return states, torch.cat(list(last[-self.directions :]), dim=1)


class SentenceEncoder(nn.Module):
    """A network over the words of a sentence, and the pooling that makes one vector of them."""

    def __init__(self, network: Any, pooling: Pooling, width: int, begin: int) -> None:
        """Puts a pooling on a network.

        Args:
            network: a ``GruNetwork``, or any AutoModel of transformers that reads words alone.
            pooling: mean of the states, state at a mark before the sentence (cls), state behind
                its last word (last), or a mean weighted by a learned score (attention).
            width: of the network's states.
            begin: id of the mark that ``cls`` puts before the sentence.
        """
        super().__init__()
        self.network = network
        self.pooling = pooling
        self.width = width
        self.begin = begin
        # Without a bias: softmax would not see it, and no gradient would reach it.
        self.score = nn.Linear(width, 1, bias=False) if pooling == "attention" else None

    def forward(self, words: Tokens) -> Float[Tensor, "N D"]:
        """One vector a sentence, not normalised; every sentence has at least one real word."""
        if isinstance(self.network, GruNetwork):
            states, last = self.network(words)
            if self.pooling == "last" and last is not None:
                return last
            return self._pool(states, words.mask)
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
        """Padding has no part in it, whatever its states hold."""
        states = states.float()
        if self.pooling == "cls":
            return states[:, 0]
        if self.pooling == "last":
            # Gathered, not indexed by row numbers: a traced graph would keep how many there were.
            last = (mask.sum(dim=1) - 1)[:, None, None].expand(-1, 1, states.shape[2])
            return states.gather(1, last).squeeze(1)
        if self.score is not None:
            scores = self.score(states).squeeze(-1).float().masked_fill(~mask, -torch.inf)
            weights = scores.softmax(dim=1)  # (N, T)
        else:
            weights = mask.float() / mask.sum(dim=1, keepdim=True)
        return (weights[..., None] * states.masked_fill(~mask[..., None], 0.0)).sum(dim=1)


def _begun(words: Tokens, begin: int) -> Tokens:
    """The sentences with a mark before each."""
    first = torch.full_like(words.ids[:, :1], begin)
    real = torch.ones_like(words.mask[:, :1])
    return Tokens(torch.cat([first, words.ids], dim=1), torch.cat([real, words.mask], dim=1))


def build_sentence_encoder(config: EncoderConfig, vocabulary: Vocabulary) -> SentenceEncoder:
    """A new encoder without dropout, initialised from torch's global generator.

    Raises:
        ConfigError: transformers knows no such architecture, it is not one that reads words
            alone, or it has fewer positions than ``max_pieces``.
        CheckpointError: a checkpoint is missing or incomplete.
    """
    if config.gru is not None:
        network = GruNetwork(config.gru, vocabulary.size)
        return SentenceEncoder(network, config.pooling, network.width, vocabulary.bos)
    transformer = _transformer(config.network or NetworkConfig(), config.attention, vocabulary)
    described = transformer.config.to_dict()
    positions = described.get("max_position_embeddings")
    # One for the mark of ``cls``, two for the positions that some leave free (RoBERTa).
    if positions is not None and positions < config.max_pieces + 3:
        raise ConfigError(
            f"encoder: max_pieces is {config.max_pieces}, but the network has {positions} "
            "positions and keeps up to three for itself. Lower max_pieces or raise the network's "
            "max_position_embeddings."
        )
    width = int(transformer.config.hidden_size)
    return SentenceEncoder(transformer, config.pooling, width, vocabulary.bos)


def _transformer(config: NetworkConfig, attention: str, vocabulary: Vocabulary) -> Any:
    """A network of transformers, built from its configuration or loaded."""
    from transformers import AutoConfig, AutoModel

    if config.checkpoint is not None:
        network = load_pretrained(AutoModel, config.checkpoint, attention)
        network.resize_token_embeddings(vocabulary.size)
    else:
        values = dict(config.config or {})
        model_type = values.pop("model_type")
        try:
            settings = AutoConfig.for_model(
                model_type,
                **values,
                vocab_size=vocabulary.size,
                pad_token_id=vocabulary.pad,
                bos_token_id=vocabulary.bos,
                eos_token_id=vocabulary.eos,
            )
            network = AutoModel.from_config(settings, attn_implementation=attention)
        except (ValueError, KeyError, TypeError) as error:
            reason = " ".join(str(error).split())[:300]
            raise ConfigError(
                f"encoder: cannot build a {model_type!r} network: {reason}"
            ) from error
    if network.config.is_encoder_decoder:
        raise ConfigError(
            f"encoder: a {network.config.model_type} has a decoder, which no sentence vector "
            "needs. Choose a network such as bert, roberta or gpt2."
        )
    for name, weights in network.named_parameters():
        # What BERT puts on top is not read here; processes would wait for its gradient.
        if name.startswith("pooler."):
            weights.requires_grad_(False)
    return without_dropout(network)
