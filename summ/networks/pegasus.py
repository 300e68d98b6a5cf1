"""Pegasus for inference: the encoder-decoder of the models that ship, in torch alone.

Importing transformers' own takes three times as long as importing torch, which is most of what a
short text costs.  This one computes the same numbers from the same weights, under the same names;
it cannot be trained or saved.

Axes: B sequences, N sources, S source positions, T positions of the output, L those so far, V word
types, D width, H heads, E width of a head.

Source: Zhang et al. (2020, arXiv:1912.08777); layers as in transformers' ``modeling_pegasus``: a
Transformer that normalises before each part, with sinusoidal positions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional

Heads = Float[Tensor, "B H L E"]


@dataclass(frozen=True)
class PegasusSettings:
    """The sizes of a network, by the names of transformers' ``config.json``."""

    d_model: int
    vocab_size: int
    max_position_embeddings: int
    encoder_layers: int
    encoder_attention_heads: int
    encoder_ffn_dim: int
    decoder_layers: int
    decoder_attention_heads: int
    decoder_ffn_dim: int
    decoder_start_token_id: int
    scale_embedding: bool

    @property
    def hidden_size(self) -> int:
        """The width, as transformers calls it everywhere."""
        return self.d_model


@dataclass(frozen=True)
class States:
    """What an encoder or a decoder returns."""

    last_hidden_state: Float[Tensor, "B T D"]


@dataclass(frozen=True)
class _Grid:
    """Rows of several sources, and a grid with a line of them for each source.

    Sources have rows in unequal number: pieces that are read, prefixes that go on.  Attention wants
    a grid, in which short lines are filled up; all other layers are spared what fills them.

    Attributes:
        shape: sources, and the most rows of one.
        places: of each row in the flattened grid.  (R,)
        rows: that stand in the places of the flattened grid, any where there is none.  (N * most,)
    """

    shape: tuple[int, ...]
    places: Int[Tensor, " R"]
    rows: Int[Tensor, " P"]

    @staticmethod
    def of_places(places: Int[Tensor, " R"], shape: tuple[int, ...]) -> _Grid:
        rows = places.new_zeros(shape[0] * shape[1])
        rows[places] = torch.arange(len(places), device=places.device)
        return _Grid(shape, places, rows)

    @staticmethod
    def of_sources(asked: Int[Tensor, " R"], sources: int) -> _Grid:
        """The grid of rows that ask these sources, in any order."""
        asking = functional.one_hot(asked, sources)  # (R, N)
        before = (asking.cumsum(dim=0) - 1).gather(1, asked[:, None])[:, 0]
        most = int(before.max()) + 1
        return _Grid.of_places(asked * most + before, (sources, most))

    def spread(self, states: Float[Tensor, "R D"]) -> Float[Tensor, "N most D"]:
        return states.index_select(0, self.rows).view(*self.shape, -1)

    def collect(self, states: Float[Tensor, "N most D"]) -> Float[Tensor, "R D"]:
        return states.flatten(0, 1).index_select(0, self.places)


@dataclass
class PegasusCache:
    """Keys and values of the positions so far, and of the source, by layer.

    Attributes:
        asked: the source of each row, once rows have changed places; before that each source has
            as many, one source's after another's.
        grid: of these rows.
    """

    own: dict[int, tuple[Heads, Heads]] = field(default_factory=dict)
    source: dict[int, tuple[Heads, Heads]] = field(default_factory=dict)
    asked: Int[Tensor, " B"] | None = None
    grid: _Grid | None = None

    @property
    def length(self) -> int:
        """How many positions are in it."""
        return self.own[0][0].shape[2] if self.own else 0

    def extended(self, layer: int, new: tuple[Heads, Heads]) -> tuple[Tensor, Tensor]:
        """Those of a layer, with the new positions' behind them."""
        keys, values = self.own.get(layer, (new[0][:, :, :0], new[1][:, :, :0]))
        self.own[layer] = torch.cat([keys, new[0]], dim=2), torch.cat([values, new[1]], dim=2)
        return self.own[layer]

    def of_source(self, layer: int, attention: _Attention, source: Tensor) -> tuple[Heads, Heads]:
        """Those of the source, computed once."""
        if layer not in self.source:
            keys, values = attention.keys_and_values(source)
            self.source[layer] = keys.contiguous(), values.contiguous()
        return self.source[layer]

    def reorder_cache(self, rows: Int[Tensor, " B"]) -> None:
        """Each row goes on from one there is, with the same source; there may be more or fewer."""
        sources = len(self.source[0][0])
        if self.asked is None:
            each = torch.arange(sources, device=rows.device)
            self.asked = each.repeat_interleave(len(self.own[0][0]) // sources)
        self.asked = self.asked[rows]
        self.grid = _Grid.of_sources(self.asked, sources)
        self.own = {
            layer: (keys.index_select(0, rows), values.index_select(0, rows))
            for layer, (keys, values) in self.own.items()
        }


class _Linear(nn.Module):
    """A linear layer whose weights are read: initialising them would take longer than all else."""

    def __init__(self, width: int, outputs: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, width), requires_grad=False)
        empty = torch.empty(outputs) if bias else None
        self.bias = None if empty is None else nn.Parameter(empty, requires_grad=False)

    def forward(self, states: Tensor) -> Tensor:
        return functional.linear(states, self.weight, self.bias)


def _table(rows: int, width: int) -> nn.Embedding:
    return nn.Embedding(rows, width, _weight=torch.empty(rows, width))


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.k_proj = _Linear(width, width)
        self.v_proj = _Linear(width, width)
        self.q_proj = _Linear(width, width)
        self.out_proj = _Linear(width, width)

    def keys_and_values(
        self, states: Float[Tensor, "... D"], grid: _Grid | None = None
    ) -> tuple[Heads, Heads]:
        keys, values = self.k_proj(states), self.v_proj(states)
        if grid is not None:
            keys, values = grid.spread(keys), grid.spread(values)
        return self._split(keys), self._split(values)

    def forward(
        self,
        states: Float[Tensor, "... D"],
        keys_and_values: tuple[Heads, Heads],
        mask: Tensor | None,
        grid: _Grid | None = None,
    ) -> Float[Tensor, "... D"]:
        """Attention of positions, (B, T, D), or of the rows of a grid, (R, D)."""
        keys, values = keys_and_values
        queries = self.q_proj(states)
        queries = self._split(queries if grid is None else grid.spread(queries))
        mixed = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
        mixed = mixed.transpose(1, 2).flatten(2)  # (B, T, D)
        joined: Tensor = self.out_proj(mixed if grid is None else grid.collect(mixed))
        return joined

    def _split(self, states: Float[Tensor, "B L D"]) -> Heads:
        return states.view(*states.shape[:2], self.heads, -1).transpose(1, 2)


class _EncoderLayer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.self_attn = _Attention(width, heads)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = _Linear(width, inner)
        self.fc2 = _Linear(inner, width)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(
        self, states: Float[Tensor, "R D"], grid: _Grid, mask: Tensor | None
    ) -> Float[Tensor, "R D"]:
        read = self.self_attn_layer_norm(states)
        own = self.self_attn.keys_and_values(read, grid)
        states = states + self.self_attn(read, own, mask, grid)
        return states + self.fc2(functional.relu(self.fc1(self.final_layer_norm(states))))


class _DecoderLayer(_EncoderLayer):
    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__(width, heads, inner)
        self.encoder_attn = _Attention(width, heads)
        self.encoder_attn_layer_norm = nn.LayerNorm(width)

    def decode(
        self,
        states: Tensor,
        mask: Tensor | None,
        source: Tensor,
        source_mask: Tensor | None,
        cache: PegasusCache | None,
        layer: int,
    ) -> Tensor:
        read = self.self_attn_layer_norm(states)
        own = self.self_attn.keys_and_values(read)
        if cache is not None:
            own = cache.extended(layer, own)
        states = states + self.self_attn(read, own, mask)
        read = self.encoder_attn_layer_norm(states)
        if cache is None:
            theirs = self.encoder_attn.keys_and_values(source)
        else:
            theirs = cache.of_source(layer, self.encoder_attn, source)
        grid = None if cache is None else cache.grid
        # Without a grid each source has as many rows, which ask it together.
        shape = (len(source), -1) if grid is None else (-1,)
        read = read.reshape(*shape, states.shape[-1])
        states = states + self.encoder_attn(read, theirs, source_mask, grid).view(states.shape)
        return states + self.fc2(functional.relu(self.fc1(self.final_layer_norm(states))))


class _Stack(nn.Module):
    """What encoder and decoder share: embeddings, positions and the last normalisation."""

    def __init__(self, settings: PegasusSettings, shared: nn.Embedding) -> None:
        super().__init__()
        self.embed_tokens = shared
        self.embed_positions = _table(settings.max_position_embeddings, settings.d_model)
        self.layer_norm = nn.LayerNorm(settings.d_model)
        self.scale = math.sqrt(settings.d_model) if settings.scale_embedding else 1.0

    def embed(self, ids: Int[Tensor, "B T"], before: int = 0) -> Float[Tensor, "B T D"]:
        positions = self.embed_positions.weight[before : before + ids.shape[1]]
        return self.embed_tokens(ids) * self.scale + positions

    def get_input_embeddings(self) -> nn.Module:
        return self.embed_tokens


class _Encoder(_Stack):
    def __init__(self, settings: PegasusSettings, shared: nn.Embedding) -> None:
        super().__init__(settings, shared)
        sizes = settings.d_model, settings.encoder_attention_heads, settings.encoder_ffn_dim
        self.layers = nn.ModuleList(_EncoderLayer(*sizes) for _ in range(settings.encoder_layers))

    def forward(self, input_ids: Int[Tensor, "B S"], attention_mask: Int[Tensor, "B S"]) -> States:
        real = attention_mask.bool()
        grid, mask = _Grid.of_places(real.flatten().nonzero()[:, 0], real.shape), _additive(real)
        states = grid.collect(self.embed(input_ids))
        for layer in self.layers:
            states = layer(states, grid, mask)
        padded = grid.spread(self.layer_norm(states))
        return States(padded.masked_fill(~real[..., None], 0.0))


class _Decoder(_Stack):
    def __init__(self, settings: PegasusSettings, shared: nn.Embedding) -> None:
        super().__init__(settings, shared)
        sizes = settings.d_model, settings.decoder_attention_heads, settings.decoder_ffn_dim
        self.layers = nn.ModuleList(_DecoderLayer(*sizes) for _ in range(settings.decoder_layers))

    def forward(
        self,
        input_ids: Int[Tensor, "B T"],
        encoder_hidden_states: Float[Tensor, "N S D"],
        encoder_attention_mask: Int[Tensor, "N S"],
        use_cache: bool = False,
        cache: PegasusCache | None = None,
    ) -> States:
        """States of rows; each of the N sources has as many of them, one source's after another's.

        Without a cache ``input_ids`` are whole, with one they are what comes next.
        """
        before, width = 0 if cache is None else cache.length, input_ids.shape[1]
        states, mask = self.embed(input_ids, before), None
        if width > 1:
            places = torch.arange(before + width, device=input_ids.device)
            mask = _additive((places[None] <= places[before:, None])[None, None])
        source_mask = _additive(encoder_attention_mask.bool())
        layer: Any
        for number, layer in enumerate(self.layers):
            states = layer.decode(states, mask, encoder_hidden_states, source_mask, cache, number)
        return States(self.layer_norm(states))


class _Body(nn.Module):
    def __init__(self, settings: PegasusSettings) -> None:
        super().__init__()
        self.shared = _table(settings.vocab_size, settings.d_model)
        self.encoder = _Encoder(settings, self.shared)
        self.decoder = _Decoder(settings, self.shared)


class Pegasus(nn.Module):
    """The network, with as much of transformers' interface as inference needs."""

    final_logits_bias: Tensor

    def __init__(self, settings: PegasusSettings) -> None:
        super().__init__()
        self.config = settings
        self.model = _Body(settings)
        self.lm_head = _Linear(settings.d_model, settings.vocab_size, bias=False)
        self.tie()
        self.register_buffer("final_logits_bias", torch.zeros(1, settings.vocab_size))

    def tie(self) -> None:
        """Makes the table of pieces the output layer, as it is in the stored weights."""
        self.lm_head.weight = cast("nn.Parameter", self.model.shared.weight)

    def logits(
        self, states: Float[Tensor, "N S D"], mask: Bool[Tensor, "N S"], inputs: Tensor, cache: Any
    ) -> Float[Tensor, "B T V"]:
        """What may follow each of ``inputs``, given the encoder's states."""
        decoded: States = self.get_decoder()(inputs, states, mask.long(), cache=cache)
        scores: Tensor = self.lm_head(decoded.last_hidden_state) + self.final_logits_bias
        return scores

    def get_encoder(self) -> nn.Module:
        return self.model.encoder

    def get_decoder(self) -> nn.Module:
        return self.model.decoder


def pegasus_settings(described: dict[str, Any]) -> PegasusSettings | None:
    """The sizes in a ``config.json``; None if they are of a network that is not computed here."""
    known = (
        ("model_type", "pegasus"),
        ("activation_function", "relu"),
        ("tie_word_embeddings", True),
    )
    if any(described.get(key) != value for key, value in known):
        return None
    kinds = PegasusSettings.__annotations__
    values = {key: described.get(key) for key in kinds}
    if not all(isinstance(values[key], bool if kinds[key] == "bool" else int) for key in kinds):
        return None
    return PegasusSettings(**values)  # type: ignore[arg-type]


def _additive(mask: Bool[Tensor, "... S"]) -> Tensor | None:
    """0 where a position is real and minus infinity elsewhere; None if all are real."""
    if bool(mask.all()):
        return None
    spread = mask[:, None, None] if mask.ndim == 2 else mask
    return torch.zeros(spread.shape, device=mask.device).masked_fill(~spread, -torch.inf)
