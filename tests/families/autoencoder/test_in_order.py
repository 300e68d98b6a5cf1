"""Codes whose slots stand in the order of the words."""

from pathlib import Path

import torch
from torch.distributions import Normal

from summ.families.autoencoder.task import AutoencoderTask
from summ.networks.word_places import word_places
from tests.families.autoencoder.test_task import config

CPU = torch.device("cpu")


def test_in_order_a_slot_reads_the_words_around_its_place_and_tells_them(
    tiny_corpus: Path, tmp_path: Path
) -> None:
    task = AutoencoderTask(config(tmp_path, tiny_corpus, "vq"), CPU)
    network, batch = task.model.network.eval(), task.begin(0, 1).batches.at(0)
    places = word_places(batch, network.starts_word, 3)
    # Queries that ask for nothing read by place alone.
    attention = network.attention
    with torch.no_grad():
        network.queries.zero_()
        states = network.network.get_encoder()(
            input_ids=batch.ids, attention_mask=batch.mask.long()
        ).last_hidden_state
        bells = Normal(places[:, None], 0.35).log_prob(torch.tensor([[0.5], [1.5], [2.5]])).exp()
        bells = bells * batch.mask[:, None]
        read = bells / bells.sum(dim=2, keepdim=True) @ states
        width = states.shape[2]
        weight, bias = attention.in_proj_weight[-width:], attention.in_proj_bias[-width:]
        expected = network.slots_norm(attention.out_proj(read @ weight.T + bias))
        torch.testing.assert_close(network.slots(batch), expected, atol=1e-5, rtol=1e-4)
        # Each bag is told by its own slot.
        values = network.code(batch).values
        told = network.bag_logits(network.read(values))
        moved = network.bag_logits(network.read(values.index_fill(1, torch.tensor([1]), 7.0)))
    assert ((told != moved).any(dim=2) == torch.tensor([False, True, False])).all()
    assert torch.equal(network.bags(batch), places.floor().long())
