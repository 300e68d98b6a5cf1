"""Pegasus in torch alone, against transformers' own."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from summ.errors import CheckpointError
from summ.networks.int8 import load_eight_bits, load_for_inference, save_eight_bits
from summ.networks.pegasus import Pegasus
from summ.networks.transformer import new_cache

SIZES: dict[str, Any] = {
    "vocab_size": 50,
    "d_model": 16,
    "encoder_layers": 2,
    "encoder_attention_heads": 4,
    "encoder_ffn_dim": 24,
    "decoder_layers": 2,
    "decoder_attention_heads": 2,
    "decoder_ffn_dim": 20,
    "max_position_embeddings": 12,
    "activation_function": "relu",
    "decoder_start_token_id": 2,
}


def stored(folder: Path, **changes: Any) -> Path:
    """A network with random weights, written in 8 bits."""
    from transformers import PegasusConfig, PegasusForConditionalGeneration

    with torch.random.fork_rng():
        torch.manual_seed(3)
        network = PegasusForConditionalGeneration(PegasusConfig(**{**SIZES, **changes}))
        for weights in network.parameters():  # normalisation and biases, too
            torch.nn.init.normal_(weights.data, std=0.4)
        network.final_logits_bias.normal_()
        save_eight_bits(network, folder)
    return folder


@pytest.mark.parametrize("scaled", [True, False])
def test_it_computes_what_transformers_computes(tmp_path, scaled):
    folder = stored(tmp_path / "network", scale_embedding=scaled)
    theirs, ours = load_eight_bits(folder, "eager").eval(), load_for_inference(folder, "eager")
    assert isinstance(ours, Pegasus)
    ids, mask = torch.randint(4, 50, (3, 9)), torch.ones(3, 9, dtype=torch.long)
    mask[1, 4:] = 0
    outputs = torch.randint(4, 50, (3, 5))
    with torch.no_grad():
        read = theirs.get_encoder()(input_ids=ids, attention_mask=mask).last_hidden_state
        states = ours.get_encoder()(input_ids=ids, attention_mask=mask).last_hidden_state
        torch.testing.assert_close(states[mask.bool()], read[mask.bool()])
        assert not states[~mask.bool()].any()  # nothing is computed there
        expected = theirs(
            input_ids=ids, attention_mask=mask, decoder_input_ids=outputs, use_cache=False
        ).logits
        torch.testing.assert_close(ours.logits(states, mask.bool(), outputs, None), expected)
        cache = new_cache(ours)
        steps = [ours.logits(states, mask.bool(), one[:, None], cache) for one in outputs.T]
        torch.testing.assert_close(torch.cat(steps, dim=1), expected)


def test_rows_of_the_cache_change_places_within_a_source(tmp_path):
    ours = load_for_inference(stored(tmp_path / "network"), "eager")
    states, mask = torch.randn(1, 4, 16).repeat(2, 1, 1), torch.ones(2, 4, dtype=torch.bool)
    first, swapped, last = torch.tensor([[5], [6]]), torch.tensor([1, 0]), torch.tensor([[7], [8]])
    cache = new_cache(ours)
    ours.logits(states, mask, first, cache)
    cache.reorder_cache(swapped)
    found = ours.logits(states, mask, last, cache)[:, 0]
    whole = ours.logits(states, mask, torch.cat([first[swapped], last], dim=1), None)[:, -1]
    torch.testing.assert_close(found, whole)


def test_rows_become_more_and_fewer_and_keep_their_sources(tmp_path):
    ours = load_for_inference(stored(tmp_path / "network"), "eager")
    states, mask = torch.randn(2, 4, 16), torch.tensor([[True] * 4, [True, True, False, False]])
    cache = new_cache(ours)
    prefixes, sources = torch.tensor([[5], [6]]), torch.tensor([0, 1])
    ours.logits(states, mask, prefixes, cache)
    for rows, pieces in (([0, 1, 1], [7, 8, 9]), ([2, 0], [10, 11]), ([0], [12])):
        cache.reorder_cache(torch.tensor(rows))
        last = torch.tensor(pieces)[:, None]
        prefixes, sources = torch.cat([prefixes[rows], last], dim=1), sources[rows]
        found = ours.logits(states, mask, last, cache)[:, 0]
        whole = ours.logits(states[sources], mask[sources], prefixes, None)[:, -1]
        torch.testing.assert_close(found, whole)


def test_another_architecture_is_transformers_own(tmp_path):
    other = stored(tmp_path / "gelu", activation_function="gelu")
    assert not isinstance(load_for_inference(other, "eager"), Pegasus)
    assert not isinstance(load_for_inference(stored(tmp_path / "same"), "sdpa"), Pegasus)


@pytest.mark.parametrize("changed", [{"decoder_layers": 3}, {"d_model": 32}])
def test_other_weights_than_described_are_an_error(tmp_path, changed):
    path = stored(tmp_path / "network") / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))
    with pytest.raises(CheckpointError, match="other weights than"):
        load_for_inference(tmp_path / "network", "eager")


def test_a_line_of_english_is_summarized_without_transformers(monkeypatch):
    """Its import takes twice as long as everything else together."""
    from summ import Summarizer

    for name in ("transformers", "scipy.sparse", "datasets", "sentencepiece", "accelerate"):
        monkeypatch.setitem(sys.modules, name, None)  # importing it is an error
    [summary] = Summarizer(device="cpu").summarize(
        ["The town council voted on Monday to close the old bridge over the river, police said."],
        words=8,
    )
    assert 0 < summary.words <= 8 and summary.method == "compressed"
