"""ONNX graphs of sentence models and compressors, for programs without torch.

Axes: N sentences or sequences, S source positions, T positions, V word types, D width.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from transformers.modeling_outputs import BaseModelOutput

from summ.distribution import how_to_install
from summ.errors import DataError
from summ.export.transformers import save_summarizer_tokenizer, save_tokenizer
from summ.families.sentence.model import SentenceModel
from summ.families.summarizer.model import SummaryModel
from summ.networks.sentence_encoder import GruNetwork
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens

# The same sums in another order: logits differ by about 1e-6 of their size.
_TOLERANCE = 1e-4


class VectorGraph(nn.Module):
    """From the pieces of sentences, end marks included, to vectors of length 1."""

    def __init__(self, model: SentenceModel) -> None:
        super().__init__()
        self.encoders = model.encoders
        self.model = model

    def forward(
        self, input_ids: Int[Tensor, "N T"], attention_mask: Int[Tensor, "N T"]
    ) -> Float[Tensor, "N D"]:
        return self.model.vectors(Tokens(input_ids, attention_mask.bool()))


class EncoderGraph(nn.Module):
    """From a source, the length prompt in front, to the encoder's states."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.encoder = network.get_encoder()

    def forward(
        self, input_ids: Int[Tensor, "N S"], attention_mask: Int[Tensor, "N S"]
    ) -> Float[Tensor, "N S D"]:
        states: Tensor = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask
        ).last_hidden_state
        return states


class DecoderGraph(nn.Module):
    """From the encoder's states and the pieces so far to the logits of the piece after each."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        decoder_input_ids: Int[Tensor, "N T"],
        encoder_hidden_states: Float[Tensor, "N S D"],
        attention_mask: Int[Tensor, "N S"],
    ) -> Float[Tensor, "N T V"]:
        logits: Tensor = self.network(
            encoder_outputs=BaseModelOutput(last_hidden_state=encoder_hidden_states),
            attention_mask=attention_mask,
            decoder_input_ids=decoder_input_ids,
            use_cache=False,
        ).logits
        return logits


@dataclass(frozen=True)
class _Graph:
    """A network to be traced: examples of its inputs, and which of their axes may vary.

    Attributes:
        inputs: makes an example of rows with the given numbers of pieces.
    """

    network: nn.Module
    inputs: Callable[[Sequence[int]], dict[str, Tensor]]
    axes: dict[str, dict[int, str]]
    output: str


def write_onnx(model: SentenceModel | SummaryModel, folder: Path) -> None:
    """Writes the graphs into an empty folder, with the tokenizer that makes their inputs.

    Of a sentence model ``model.onnx``; of a summary model ``encoder.onnx`` and ``decoder.onnx`` of
    its compressor.  Where onnxruntime is installed, each graph is run and its output compared.

    Raises:
        DataError: onnx is not installed, a graph computes something else, or torch cannot export
            the architecture.
    """
    if importlib.util.find_spec("onnx") is None:
        raise DataError(f"--to onnx: the package onnx is not installed. {how_to_install('onnx')}")
    if isinstance(model, SummaryModel):
        graphs = _compressor_graphs(model)
        save_summarizer_tokenizer(model, folder)
    else:
        graphs = {"model": _vector_graph(model)}
        # The graph itself puts the mark of the beginning before the pieces, where one is needed.
        save_tokenizer(model.vocabulary, folder, model.settings.max_pieces)
    for name, graph in graphs.items():
        _write(graph, folder / f"{name}.onnx")


def _vector_graph(model: SentenceModel) -> _Graph:
    if any(isinstance(module, GruNetwork) for module in model.encoders.modules()):
        raise DataError(
            "--to onnx: torch cannot trace a GRU over texts of different lengths. Train a static "
            "encoder or a transformer to export."
        )

    def inputs(widths: Sequence[int]) -> dict[str, Tensor]:
        words = _words(model.vocabulary, widths)
        return {"input_ids": words.ids, "attention_mask": words.mask.long()}

    axes = {name: {0: "N", 1: "T"} for name in ("input_ids", "attention_mask")}
    return _Graph(VectorGraph(model), inputs, axes, "sentence_embedding")


def _compressor_graphs(summary_model: SummaryModel) -> dict[str, _Graph]:
    """The two halves of the compressor."""
    network = summary_model.compressor.network
    encoder = EncoderGraph(network)

    def source(widths: Sequence[int]) -> dict[str, Tensor]:
        words = _words(summary_model.vocabulary, widths)
        return {"input_ids": words.ids, "attention_mask": words.mask.long()}

    def continued(widths: Sequence[int]) -> dict[str, Tensor]:
        read = source(widths)
        begun = torch.full((len(widths), 1), summary_model.compressor.start)
        return {
            "decoder_input_ids": torch.cat([begun, read["input_ids"][:, : min(widths)]], dim=1),
            "encoder_hidden_states": encoder(*read.values()),
            "attention_mask": read["attention_mask"],
        }

    axes = {0: "N", 1: "S"}
    read = {"input_ids": axes, "attention_mask": axes}
    said = {
        "decoder_input_ids": {0: "N", 1: "T"},
        "encoder_hidden_states": axes,
        "attention_mask": axes,
    }
    return {
        "encoder": _Graph(encoder, source, read, "last_hidden_state"),
        "decoder": _Graph(DecoderGraph(network), continued, said, "logits"),
    }


def _words(vocabulary: Vocabulary, widths: Sequence[int]) -> Tokens:
    """Arbitrary pieces, in rows of the given lengths and an end mark each."""
    size = vocabulary.size
    rows = [[(7 * row + 3 * place) % size for place in range(n)] for row, n in enumerate(widths)]
    return Tokens.from_lists([[*row, vocabulary.eos] for row in rows], vocabulary.pad)


def _write(graph: _Graph, place: Path) -> None:
    """Traces a network into a file, and checks it."""
    with warnings.catch_warnings(), torch.no_grad():
        # The tracer warns of every constant; ``_check`` finds those that matter.
        warnings.simplefilter("ignore")
        inputs = graph.inputs([5, 3])
        torch.onnx.export(
            graph.network.eval(),
            tuple(inputs.values()),
            str(place),
            input_names=list(inputs),
            output_names=[graph.output],
            dynamic_axes=graph.axes,
            external_data=False,
            # The newer exporter needs more packages and ten times as long for the same graph.
            dynamo=False,
        )
    _check(graph, place)


def _check(graph: _Graph, place: Path) -> None:
    """Compares with torch, on sizes other than those that were traced."""
    try:
        import onnxruntime
    except ImportError:
        return
    with torch.no_grad():
        inputs = graph.inputs([2, 9, 1, 12])
        expected = graph.network(*inputs.values()).numpy()
    session = onnxruntime.InferenceSession(str(place), providers=["CPUExecutionProvider"])
    (found,) = session.run([graph.output], {name: value.numpy() for name, value in inputs.items()})
    worst = float(np.abs(found - expected).max())
    if not worst <= _TOLERANCE * max(1.0, float(np.abs(expected).max())):
        raise DataError(
            f"{place.name}: onnxruntime computes something else, off by {worst:.2g}. This "
            "architecture cannot be traced; export it --to transformers."
        )
