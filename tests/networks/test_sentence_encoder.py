from pathlib import Path

import pytest
import torch
from torch.nn import functional

from summ.config import EncoderConfig, GruConfig, NetworkConfig, StaticConfig
from summ.errors import ConfigError
from summ.networks.sentence_encoder import (
    Encoder,
    GruNetwork,
    PooledEncoder,
    build_sentence_encoder,
)
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens

BERT = {
    "model_type": "bert",
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 32,
    "initializer_range": 0.3,
}
GPT = {"model_type": "gpt2", "n_embd": 16, "n_layer": 1, "n_head": 2, "n_positions": 32}
ROWS = [[9, 4, 7, 3], [5, 3], [8, 6, 3]]


@pytest.fixture(scope="module")
def vocabulary(tiny_corpus: Path) -> Vocabulary:
    return Vocabulary.load(tiny_corpus / "vocabulary")


def build(vocabulary: Vocabulary, pooling: str, **kind: object) -> Encoder:
    torch.manual_seed(0)
    values = {"pooling": pooling, "max_pieces": 16, **kind}
    return build_sentence_encoder(EncoderConfig.model_validate(values), vocabulary)


def bert(vocabulary: Vocabulary, pooling: str) -> Encoder:
    return build(vocabulary, pooling, network={"config": BERT})


def gru(vocabulary: Vocabulary, pooling: str, layers: int, bidirectional: bool) -> Encoder:
    sizes = {"embedding": 6, "hidden": 5, "layers": layers, "bidirectional": bidirectional}
    return build(vocabulary, pooling, gru=sizes)


@pytest.mark.parametrize("pooling", ["mean", "cls", "attention", "last"])
@torch.no_grad()
def test_padding_changes_no_vector(vocabulary: Vocabulary, pooling: str) -> None:
    encoder = bert(vocabulary, pooling)
    together = encoder(Tokens.from_lists(ROWS, vocabulary.pad))
    assert together.shape == (3, encoder.width)
    for row, vector in zip(ROWS, together, strict=True):
        torch.testing.assert_close(encoder(Tokens.from_lists([row], 0))[0], vector)


@torch.no_grad()
def test_poolings_are_what_they_say(vocabulary: Vocabulary) -> None:
    words = Tokens.from_lists(ROWS, vocabulary.pad)
    for number, length in enumerate((4, 2, 3)):
        encoder = bert(vocabulary, "mean")
        row = torch.tensor([ROWS[number]])
        states = encoder.network(input_ids=row).last_hidden_state[0]
        assert len(states) == length
        torch.testing.assert_close(encoder(words)[number], states.mean(dim=0))
        last = PooledEncoder(encoder.network, "last", 16, vocabulary.bos)
        torch.testing.assert_close(last(words)[number], states[-1])
        weighted = PooledEncoder(encoder.network, "attention", 16, vocabulary.bos)
        assert weighted.score is not None
        weights = (states @ weighted.score.weight[0]).softmax(dim=0)
        torch.testing.assert_close(weighted(words)[number], weights @ states)
        begun = torch.cat([torch.tensor([[vocabulary.bos]]), row], dim=1)
        first = encoder.network(input_ids=begun).last_hidden_state[0, 0]
        cls = PooledEncoder(encoder.network, "cls", 16, vocabulary.bos)
        torch.testing.assert_close(cls(words)[number], first)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
@torch.no_grad()
def test_the_gru_is_torchs_on_unpadded_rows(
    vocabulary: Vocabulary, layers: int, bidirectional: bool
) -> None:
    last = gru(vocabulary, "last", layers, bidirectional)
    mean = PooledEncoder(last.network, "mean", last.width, vocabulary.bos)
    assert isinstance(last.network, GruNetwork)
    words = Tokens.from_lists(ROWS, vocabulary.pad)
    for number, row in enumerate(ROWS):
        embedded = functional.embedding(torch.tensor([row]), last.network.embedding.weight)
        states, _ = last.network.gru(embedded)
        # Forwards, the last position has read all; backwards, the first has.
        final = torch.cat([states[0, -1, :5], states[0, 0, 5:]])
        torch.testing.assert_close(last(words)[number], final)
        torch.testing.assert_close(mean(words)[number], states[0].mean(dim=0))


@torch.no_grad()
def test_a_static_vector_is_the_mean_of_its_rows(vocabulary: Vocabulary) -> None:
    static = build(vocabulary, "mean", static={"embedding": 10})
    together = static(Tokens.from_lists(ROWS, vocabulary.pad))
    for row, vector in zip(ROWS, together, strict=True):
        torch.testing.assert_close(vector, static.embeddings().weight[row].mean(dim=0))


def test_every_weight_learns(vocabulary: Vocabulary) -> None:
    for encoder in (
        bert(vocabulary, "attention"),
        gru(vocabulary, "attention", 1, True),
        build(vocabulary, "last", network={"config": GPT}),
        build(vocabulary, "mean", static={"embedding": 4}),
    ):
        words = Tokens.from_lists(ROWS, vocabulary.pad)
        encoder(words)[:, 0].square().sum().backward()
        still = [
            name
            for name, value in encoder.named_parameters()
            if value.grad is None and value.requires_grad
        ]
        assert not still


def test_there_is_no_dropout(vocabulary: Vocabulary) -> None:
    encoder = bert(vocabulary, "mean").train()
    words = Tokens.from_lists(ROWS, vocabulary.pad)
    assert torch.equal(encoder(words), encoder(words))


def test_a_checkpoint_is_started_from(vocabulary: Vocabulary, tmp_path: Path) -> None:
    first = bert(vocabulary, "mean")
    first.network.save_pretrained(tmp_path)
    second = build(vocabulary, "last", network={"checkpoint": str(tmp_path)})
    for name, value in first.network.state_dict().items():
        assert torch.equal(second.network.state_dict()[name], value)


@pytest.mark.parametrize(
    ("network", "message"),
    [
        ({"model_type": "bort"}, "cannot build a 'bort'"),
        ({**BERT, "max_position_embeddings": 18}, "max_pieces is 16"),
        ({"model_type": "t5", "d_model": 8, "num_layers": 1, "d_ff": 8}, "has a decoder"),
    ],
)
def test_networks_that_do_not_fit_are_refused(
    vocabulary: Vocabulary, network: dict[str, object], message: str
) -> None:
    config = EncoderConfig(network=NetworkConfig(config=network), max_pieces=16)
    with pytest.raises(ConfigError, match=message):
        build_sentence_encoder(config, vocabulary)


def test_one_kind_of_network_is_given() -> None:
    sizes = GruConfig(embedding=4, hidden=4)
    with pytest.raises(ValueError, match="exactly one of 'network', 'gru' and 'static'"):
        EncoderConfig()
    with pytest.raises(ValueError, match="pool by cls"):
        EncoderConfig(gru=sizes, pooling="cls")
    with pytest.raises(ValueError, match="a static encoder has no last"):
        EncoderConfig(static=StaticConfig(embedding=4), pooling="last")
    with pytest.raises(ValueError, match=r"at least one layer\. Write 'static'"):
        GruConfig(embedding=4, hidden=4, layers=0)
