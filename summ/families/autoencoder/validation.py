"""What a code keeps of texts that it has not seen, and how much of it is used.

Axes: N texts, H slots, D all numbers of a code.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import islice

import torch
from torch import Tensor

from summ.families.autoencoder.model import AutoencoderModel
from summ.families.autoencoder.rebuild import RebuildStep
from summ.networks.bottlenecks import GaussianBottleneck
from summ.networks.code_costs import active_units, perplexity, symbol_counts
from summ.networks.policy import Marks, greedy
from summ.training.objectives.variational import gaussian_log_density, importance_weighted_nll
from summ.training.random_streams import RandomStreams
from summ.training.task import Validation
from summ.types import Tokens

_REBUILT = 128  # texts that are also decoded
_SAMPLES = 4
_DRAWS = 8  # codes for the bound of a Gaussian


def words_recovered(original: str, rebuilt: str) -> float:
    """The share of a text's words that are in the rebuilt one, each as often as it occurs."""
    words = Counter(original.split())
    return (words & Counter(rebuilt.split())).total() / max(1, words.total())


@torch.no_grad()
def validate(
    model: AutoencoderModel, step: RebuildStep, batches: Iterable[Tokens], seed: int
) -> Validation:
    """Figures of held-out texts: nats given the likeliest code, what the code costs, and its use.

    ``bound`` is an upper bound of a text's nats under the model as a whole, where there is a prior
    distribution: comparable with a language model's.
    """
    totals: dict[str, float] = defaultdict(float)
    codes: list[Tensor] = []
    recovered: list[float] = []
    samples: list[tuple[str, str]] = []
    for number, batch in enumerate(batches):
        code, originals = model.network.code(batch), _texts(model, batch)
        codes.append(code.stored)
        totals["texts"] += len(batch)
        totals["words"] += sum(len(text.split()) for text in originals)
        totals["nll"] += float(step.nll(model.network.read(code.values), batch).sum())
        totals["nats"] += float(code.nats.sum())
        if isinstance(model.network.bottleneck, GaussianBottleneck):
            streams = RandomStreams(seed, number, 0, 1, batch.ids.device)
            bound = _bound(model.network.bottleneck, step, batch, streams)
            totals["bound"] += float(bound.sum())
        if len(recovered) < _REBUILT:
            pairs = list(zip(originals, decoded(model, code.values), strict=True))
            recovered += [words_recovered(*pair) for pair in pairs]
            samples += list(islice(pairs, _SAMPLES - len(samples)))
    if not codes:
        return Validation({}, [])
    texts = totals.pop("texts")
    figures = {f"held_out/{name}": total / texts for name, total in totals.items()}
    figures["held_out/nll_per_word"] = totals["nll"] / max(1.0, totals["words"])
    del figures["held_out/words"]
    figures["held_out/words_recovered"] = sum(recovered) / len(recovered)
    return Validation(figures | _use(torch.cat(codes), model), samples)


def decoded(model: AutoencoderModel, values: Tensor, kept: Tensor | None = None) -> list[str]:
    """The likeliest text of each code, given its values, piece by piece; see ``read``."""
    marks = Marks.of(model.vocabulary, values.device)
    encoded = model.network.read(values, kept)
    tokens = greedy(model.network, encoded, marks, model.settings.max_sentence)
    return _texts(model, tokens)


def _texts(model: AutoencoderModel, tokens: Tokens) -> list[str]:
    return [model.vocabulary.decode(row) for row in tokens.ids.tolist()]


def _bound(
    bottleneck: GaussianBottleneck,
    step: RebuildStep,
    batch: Tokens,
    streams: RandomStreams,
) -> Tensor:
    """Of each text, by importance weights of several codes."""
    slots = step.network.slots(batch)
    mean, logvar = bottleneck.distribution(slots)
    nll, prior, posterior = [], [], []
    for draw in range(_DRAWS):
        uniforms = streams.uniform(f"bound-{draw}", len(batch), bottleneck.draws(slots.shape[1]))
        values = bottleneck(slots, uniforms).values
        nothing = torch.zeros_like(values)
        nll.append(step.nll(step.network.read(values), batch))
        prior.append(gaussian_log_density(values, nothing, nothing).flatten(1).sum(dim=1))
        posterior.append(gaussian_log_density(values, mean, logvar).flatten(1).sum(dim=1))
    return importance_weighted_nll(torch.stack(nll), torch.stack(prior), torch.stack(posterior))


def _use(stored: Tensor, model: AutoencoderModel) -> dict[str, float]:
    """How much of a code is used over all texts: a dead symbol or number says nothing."""
    match model.settings.bottleneck.kind:
        case "one-hot" | "vq":
            counts = symbol_counts(stored, model.settings.bottleneck.symbols)
            if model.settings.bottleneck.kind == "vq":  # all slots share the codes
                counts = counts.sum(dim=0, keepdim=True)
            return {
                "held_out/perplexity": float(perplexity(counts).mean()),
                "held_out/symbols_used": float((counts > 0).float().mean()),
            }
        case "binary":
            share = stored.float().mean(dim=0).flatten()
            entropy = torch.special.entr(share) + torch.special.entr(1 - share)
            return {"held_out/bits_used": float(entropy.sum() / torch.tensor(2.0).log())}
        case _:
            return {"held_out/active_units": float(active_units(stored.flatten(1)))}
