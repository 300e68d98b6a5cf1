"""ONNX graphs of recurrent sentence encoders, written operator by operator.

torch cannot trace a GRU over sequences of different lengths; ONNX has an operator for it.

Axes: N sentences, T positions, E width of an embedding, H of one direction's state, D of a state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from summ.families.sentence.model import SentenceModel
from summ.networks.sentence_encoder import SentenceEncoder

_OPSET = 17
# Of the ONNX format; older programs refuse later ones.
_FORMAT = 8


@dataclass
class _Writing:
    """A graph that grows: its operators and their constants.  Values go by name."""

    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def number(self, value: Any, dtype: type[np.generic]) -> str:
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def weight(self, value: Tensor) -> str:
        return self.number(value.detach().float().cpu().numpy(), np.float32)

    def ints(self, *values: int) -> str:
        return self.number(values, np.int64)

    def add(self, operator: str, inputs: Sequence[str], attributes: dict[str, Any]) -> str:
        """Appends an operator with one output, and returns its name."""
        return self.several(operator, inputs, attributes, 1)[0]

    def several(
        self, operator: str, inputs: Sequence[str], attributes: dict[str, Any], outputs: int
    ) -> list[str]:
        from onnx import helper

        names = [f"{operator}_{len(self.nodes)}_{output}" for output in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names


def gru_model(model: SentenceModel) -> Any:
    """The ``onnx.ModelProto`` of a sentence model of GRUs, or of embeddings alone.

    Inputs ``input_ids`` and ``attention_mask`` (N, T), output ``sentence_embedding`` (N, D).
    """
    from onnx import TensorProto, helper

    writing = _Writing()
    lengths = writing.add("ReduceSum", ["attention_mask", writing.ints(1)], {"keepdims": 0})
    halves = []
    for encoder in model.encoders:
        vectors = _encoder(writing, encoder, lengths)
        halves.append(writing.add("LpNormalization", [vectors], {"axis": 1, "p": 2}))
    whole = writing.add("Concat", halves, {"axis": 1})
    share = writing.number(len(halves) ** 0.5, np.float32)
    writing.nodes.append(helper.make_node("Div", [whole, share], ["sentence_embedding"]))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["N", "T"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info(
        "sentence_embedding", TensorProto.FLOAT, ["N", model.settings.dimension]
    )
    graph = helper.make_graph(writing.nodes, "summ", inputs, [output], writing.constants)
    opset = [helper.make_opsetid("", _OPSET)]
    return helper.make_model(graph, opset_imports=opset, ir_version=_FORMAT)


def _encoder(writing: _Writing, encoder: Any, lengths: str) -> str:
    """One encoder's vectors (N, D), as ``SentenceEncoder.forward`` computes them."""
    network = encoder.network
    table = writing.weight(network.embedding.weight)
    embedded = writing.add("Gather", [table, "input_ids"], {"axis": 0})  # (N, T, E)
    if network.gru is None:
        return _pool(writing, encoder, embedded, lengths)
    steps = writing.add("Transpose", [embedded], {"perm": [1, 0, 2]})  # (T, N, E)
    counts = writing.add("Cast", [lengths], {"to": 6})  # int32
    last = ""
    for layer in range(network.gru.num_layers):
        steps, last = _layer(writing, network.gru, layer, steps, counts)
    states = writing.add("Transpose", [steps], {"perm": [1, 0, 2]})  # (N, T, D)
    if network.config.residual:
        states = writing.add("Add", [embedded, states], {})
    elif encoder.pooling == "last":
        rows = writing.add("Transpose", [last], {"perm": [1, 0, 2]})  # (N, directions, H)
        return writing.add("Reshape", [rows, writing.ints(0, -1)], {})
    return _pool(writing, encoder, states, lengths)


def _layer(writing: _Writing, gru: nn.GRU, layer: int, steps: str, counts: str) -> tuple[str, str]:
    """States (T, N, D) and the last ones (directions, N, H) of one layer."""
    directions = ["", "_reverse"] if gru.bidirectional else [""]
    weights = [
        torch.stack([_gates(gru.get_parameter(f"{kind}_l{layer}{way}")) for way in directions])
        for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ]
    biases = torch.cat(weights[2:], dim=1)
    names = [writing.weight(value) for value in (weights[0], weights[1], biases)]
    # torch multiplies the reset gate with the product, the paper with the state before it.
    attributes = {
        "hidden_size": gru.hidden_size,
        "direction": "bidirectional" if gru.bidirectional else "forward",
        "linear_before_reset": 1,
    }
    states, last = writing.several("GRU", [steps, *names, counts], attributes, 2)
    beside = writing.add("Transpose", [states], {"perm": [0, 2, 1, 3]})  # (T, N, directions, H)
    return writing.add("Reshape", [beside, writing.ints(0, 0, -1)], {}), last


def _gates(value: Tensor) -> Tensor:
    """torch keeps reset, update, new; ONNX update, reset, new."""
    reset, update, new = value.chunk(3)
    return torch.cat([update, reset, new])


def _pool(writing: _Writing, encoder: SentenceEncoder, states: str, lengths: str) -> str:
    """Vectors (N, D) of states (N, T, D), as ``SentenceEncoder`` pools them."""
    last_axis = writing.ints(-1)
    if encoder.pooling == "last":
        place = writing.add("Sub", [lengths, writing.number(1, np.int64)], {})
        place = writing.add("Unsqueeze", [place, last_axis], {})  # (N, 1)
        return writing.add("GatherND", [states, place], {"batch_dims": 1})
    if encoder.score is not None:
        score = writing.weight(encoder.score.weight.T)  # (D, 1)
        scores = writing.add("MatMul", [states, score], {})
        scores = writing.add("Squeeze", [scores, last_axis], {})
        real = writing.add("Cast", ["attention_mask"], {"to": 9})  # bool
        never = writing.number(-np.inf, np.float32)
        scores = writing.add("Where", [real, scores, never], {})
        weights = writing.add("Softmax", [scores], {"axis": 1})
    else:
        mask = writing.add("Cast", ["attention_mask"], {"to": 1})  # float
        total = writing.add("ReduceSum", [mask, writing.ints(1)], {"keepdims": 1})
        weights = writing.add("Div", [mask, total], {})
    weights = writing.add("Unsqueeze", [weights, last_axis], {})  # (N, T, 1)
    weighted = writing.add("Mul", [states, weights], {})
    return writing.add("ReduceSum", [weighted, writing.ints(1)], {"keepdims": 0})
