"""Models so small that everything about them can be enumerated or overfitted in seconds."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch

from summ.config import NetworkConfig
from summ.networks.compressor import Compressor
from summ.networks.discriminator import Discriminator, build_discriminator
from summ.networks.language_model import LanguageModel, build_language_model
from summ.networks.policy import Marks
from summ.networks.reconstructor import Reconstructor
from summ.networks.transformer import VocabularyFacts, build_encoder_decoder
from summ.training.random_streams import RandomStreams
from summ.types import Batch, StepOutput, Tokens

PAD, UNK, BOS, EOS = 0, 1, 2, 3
PROMPTS = [4, 5, 6, 7]
# What makes runs of configs/tiny.yaml five times as fast: untrained networks write to the limit.
SMALL_RUN = [
    "data.max_document=12",
    "data.max_sentence=8",
    *(
        f"networks.{network}.config.{side}_layers=1"
        for network in ("compressor", "reconstructor")
        for side in ("encoder", "decoder")
    ),
]


def facts(words: int, continuations: int = 0) -> VocabularyFacts:
    """A vocabulary of four marks, four length prompts, ``words`` words and some word ends."""
    size = 8 + words + continuations
    starts = torch.zeros(size, dtype=torch.bool)
    starts[8 : 8 + words] = True
    special = torch.zeros(size, dtype=torch.bool)
    special[:8] = True
    special[EOS] = False
    return VocabularyFacts(size, PAD, BOS, EOS, starts, special, torch.tensor(PROMPTS))


def marks(vocabulary: VocabularyFacts) -> Marks:
    return Marks(PAD, EOS, vocabulary.starts_word)


def seq2seq(width: int = 16, layers: int = 1) -> NetworkConfig:
    return NetworkConfig(
        config={
            "model_type": "pegasus",
            "d_model": width,
            "encoder_layers": layers,
            "decoder_layers": layers,
            "encoder_attention_heads": 2,
            "decoder_attention_heads": 2,
            "encoder_ffn_dim": 2 * width,
            "decoder_ffn_dim": 2 * width,
            "max_position_embeddings": 64,
            "scale_embedding": True,
            "init_std": 0.3,
        }
    )


def causal(width: int = 16) -> NetworkConfig:
    return NetworkConfig(
        config={"model_type": "gpt2", "n_embd": width, "n_layer": 1, "n_head": 2, "n_positions": 64}
    )


def compressor(vocabulary: VocabularyFacts, shortlist: list[int] | None = None) -> Compressor:
    return Compressor(build_encoder_decoder(seq2seq(), vocabulary, "eager"), vocabulary, shortlist)


def reconstructor(vocabulary: VocabularyFacts) -> Reconstructor:
    return Reconstructor(build_encoder_decoder(seq2seq(), vocabulary, "eager"), vocabulary)


def discriminator(vocabulary: VocabularyFacts) -> Discriminator:
    return build_discriminator(causal(), vocabulary, "eager")


def language_model(vocabulary: VocabularyFacts) -> LanguageModel:
    return build_language_model(causal(), vocabulary, "eager")


def words(*rows: list[int]) -> Tokens:
    """Sequences of ids, the end mark added to each."""
    return Tokens.from_lists([[*row, EOS] for row in rows], PAD)


def batch(vocabulary: VocabularyFacts, rows: int = 8, seed: int = 0) -> Batch:
    """Random documents of 5-7 words and sentences of 2-3, unpaired."""
    generator = torch.Generator().manual_seed(seed)
    begins = vocabulary.starts_word.nonzero().squeeze(1)

    def draw(low: int, high: int) -> list[int]:
        length = int(torch.randint(low, high + 1, (1,), generator=generator))
        return begins[torch.randint(len(begins), (length,), generator=generator)].tolist()

    documents = [draw(5, 7) for _ in range(rows)]
    sentences = [draw(2, 3) for _ in range(rows)]
    noised = [draw(2, 2) + sentence + draw(2, 2) for sentence in sentences]
    return Batch(
        documents=words(*documents),
        keywords=words(*[row[::2] for row in documents]),
        sentences=words(*sentences),
        noised=words(*noised),
        budget=torch.tensor([len(row) for row in sentences]),
    )


def share(whole: Batch, shard: int, shards: int) -> Batch:
    """The rows of a batch that one of several processes or micro-batches gets."""
    own = slice(shard, None, shards)
    return Batch(
        whole.documents.rows(own),
        whole.keywords.rows(own),
        whole.sentences.rows(own),
        whole.noised.rows(own),
        whole.budget[own],
    )


def guessed_nll(documents: Tokens) -> float:
    """Nats a piece of a reconstructor that knows N documents by heart, but not which is meant.

    Whatever it writes first must tell them apart: log N nats a document.  Less needs information
    from the drafts.
    """
    return len(documents) * math.log(len(documents)) / int(documents.mask.sum())


def gradients(step: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.grad.clone() for name, p in step.named_parameters() if p.grad is not None}


def not_finite(output: StepOutput, what: str) -> StepOutput:
    """The same with an infinite ``loss`` of finite gradient, or with a ``gradient`` of NaN."""
    if what == "loss":
        return replace(output, loss=output.loss + math.inf)
    output.loss.register_hook(lambda slope: slope * math.nan)
    return output


def spoil(
    patch: pytest.MonkeyPatch, step: type[torch.nn.Module], what: str, *at: int
) -> list[dict[str, torch.Tensor]]:
    """Makes updates of a kind of step not finite; returns a list for the weights before each."""
    weights: list[dict[str, torch.Tensor]] = []
    forward = step.forward

    def spoiled(self: torch.nn.Module, *arguments: Any) -> StepOutput:
        weights.append({name: value.detach().clone() for name, value in self.named_parameters()})
        output = forward(self, *arguments)
        return not_finite(output, what) if len(weights) - 1 in at else output

    patch.setattr(step, "forward", spoiled)
    return weights


def last_mean(figures: Sequence[float], count: int = 5) -> float:
    """The mean of the last so many figures; NaN, which is less than nothing, before that."""
    return sum(figures[-count:]) / count if len(figures) >= count else math.nan


def equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def taught(
    step: torch.nn.Module,
    batch: Any,
    updates: int,
    rate: float,
    learned: Callable[[list[StepOutput]], bool] = lambda outputs: False,
) -> list[StepOutput]:
    """What a step returns for the same batch at each of so many updates by Adam.

    They end early when ``learned`` says that the outputs show it.
    """
    optimizer = torch.optim.Adam(step.parameters(), lr=rate, fused=True)
    outputs = []
    for number in range(updates):
        output = step(batch, RandomStreams(1, number, 0, 1, torch.device("cpu")))
        optimizer.zero_grad()
        output.loss.backward()
        optimizer.step()
        outputs.append(StepOutput(output.loss.detach(), output.draft, output.stats))
        if learned(outputs):
            break
    return outputs
