"""Drawing and scoring words: one logits function behind greedy, sample, search and score.

What may be said next is decided in one place, ``policy_logits``: the pieces the network
allows, no new word once the budget is spent, and a summary that begins with a word.  The
policy that is sampled is therefore the policy that is scored.

Axes: B sequences, S source positions, T output positions, V word types.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from summ.networks.cuda_graphs import continuation
from summ.networks.transformer import AutoregressiveDecoder, Encoded
from summ.text.vocabulary import Vocabulary
from summ.types import PolicyScores, Tokens


@dataclass(frozen=True)
class Marks:
    """What decoding must know of the vocabulary."""

    pad: int
    eos: int
    starts_word: Bool[Tensor, " V"]

    @staticmethod
    def of(vocabulary: Vocabulary, device: torch.device) -> Marks:
        """The marks of a vocabulary, where the networks compute."""
        starts_word = torch.as_tensor(vocabulary.starts_word, device=device)
        return Marks(vocabulary.pad, vocabulary.eos, starts_word)


def policy_logits(
    logits: Float[Tensor, "B T V"],
    encoded: Encoded,
    marks: Marks,
    words_before: Int[Tensor, "B T"],
) -> Float[Tensor, "B T V"]:
    """The logits of the policy, in float32, ``-inf`` where a piece must not follow.

    Args:
        logits: the network's own.
        words_before: how many words have begun before each position.
    """
    forbidden = ~encoded.allowed[:, None, :]
    if encoded.budget is not None:
        spent = (words_before >= encoded.budget[:, None])[..., None] & marks.starts_word
        # A continuation piece at the beginning would be a word that the budget does not count,
        # and an end mark there an empty summary.
        headless = (words_before == 0)[..., None] & ~marks.starts_word
        forbidden = forbidden | spent | headless
    return logits.float().masked_fill(forbidden, -torch.inf)


def policy_log_probs(
    decoder: AutoregressiveDecoder,
    encoded: Encoded,
    words: Tokens,
    marks: Marks,
    temperature: float = 1.0,
) -> Float[Tensor, "B T V"]:
    """Log-probabilities of every piece at every position of given words, with gradient.

    Args:
        temperature: that of the draws; it divides the logits.
    """
    start = words.ids.new_full((len(words), 1), decoder.start)
    inputs = torch.cat([start, words.ids[:, :-1]], dim=1)
    begins = marks.starts_word[words.ids] & words.mask
    words_before = begins.cumsum(dim=1) - begins.long()  # (B, T), before this position
    logits = policy_logits(decoder.logits(encoded, inputs), encoded, marks, words_before)
    return (logits / temperature if temperature != 1 else logits).log_softmax(dim=-1)


def score(
    decoder: AutoregressiveDecoder,
    encoded: Encoded,
    words: Tokens,
    marks: Marks,
    temperature: float = 1.0,
) -> PolicyScores:
    """Log-probabilities of given words, with gradient; and the policy's entropies, without.

    Args:
        temperature: that of the draws; it divides the logits.
    """
    log_probs = policy_log_probs(decoder, encoded, words, marks, temperature)
    return PolicyScores(chosen(log_probs, words), entropy(log_probs.detach()))


def chosen(log_probs: Float[Tensor, "B T V"], words: Tokens) -> Float[Tensor, "B T"]:
    """The log-probability of the word that stands at each position."""
    return log_probs.gather(-1, words.ids[..., None]).squeeze(-1)


def entropy(log_probs: Float[Tensor, "B T V"]) -> Float[Tensor, "B T"]:
    """Entropy in nats of each position's distribution."""
    # exp(-inf) * -inf is nan: forbidden words add nothing to the entropy.
    finite = log_probs.masked_fill(log_probs == -torch.inf, 0.0)
    return -(log_probs.exp() * finite).sum(dim=-1)


def sample(
    decoder: AutoregressiveDecoder,
    encoded: Encoded,
    marks: Marks,
    uniforms: Float[Tensor, "B T"],
    temperature: float | Float[Tensor, " B"] = 1.0,
) -> Tokens:
    """Draws words from the policy, one uniform number for each position.

    Args:
        uniforms: in [0, 1); row and column decide the draw, so that a row is drawn the same
            in whichever process it happens to be.  Their width is the most pieces drawn.
        temperature: divides the logits; 1 is the policy itself.
    """
    if isinstance(temperature, Tensor):
        temperature = temperature[:, None]

    def draw(logits: Tensor, position: int) -> Tensor:
        return inverse_cdf((logits / temperature).softmax(dim=-1), uniforms[:, position])

    return _decode(decoder, encoded, marks, uniforms.shape[1], draw)


def greedy(decoder: AutoregressiveDecoder, encoded: Encoded, marks: Marks, length: int) -> Tokens:
    """The likeliest piece at each position, ``length`` pieces at the most."""
    return _decode(decoder, encoded, marks, length, lambda logits, _: logits.argmax(dim=-1))


def perturbed_max(
    decoder: AutoregressiveDecoder,
    encoded: Encoded,
    marks: Marks,
    noise: Callable[[int], Tensor],
    length: int,
    temperature: float = 1.0,
) -> Tokens:
    """The largest of logit plus noise at each position; Gumbel noise makes it a draw.

    Args:
        noise: of a position, one number for each row and type.  (B, V)
        length: the most pieces drawn.
        temperature: divides the logits; 1 is the policy itself.

    Source: Maddison, Tarlow & Minka (2014, arXiv:1411.0030), the Gumbel-max trick.
    """
    return _decode(
        decoder,
        encoded,
        marks,
        length,
        lambda logits, position: (logits / temperature + noise(position)).argmax(dim=-1),
    )


def inverse_cdf(
    probabilities: Float[Tensor, "B V"], uniforms: Float[Tensor, " B"]
) -> Int[Tensor, " B"]:
    """One draw a row: the first type whose cumulative probability exceeds the uniform number.

    Far cheaper than ``torch.multinomial``, which needs a random number for every type.  A type
    of probability 0 is never returned.
    """
    cumulative = probabilities.cumsum(dim=-1)
    total = cumulative[:, -1]
    # Rounding may bring uniform * total up to total, beyond every type.
    target = torch.minimum(uniforms * total, torch.nextafter(total, torch.zeros_like(total)))
    return torch.searchsorted(cumulative, target[:, None], right=True).squeeze(-1)


Draw = Callable[[Tensor, int], Tensor]


@torch.no_grad()
def _decode(
    decoder: AutoregressiveDecoder, encoded: Encoded, marks: Marks, length: int, draw: Draw
) -> Tokens:
    """Piece by piece with cached keys and values, until every row has ended.

    The end mark is a row's last real piece, unless ``length`` pieces came first.
    """
    device, rows = encoded.states.device, len(encoded.states)
    step = continuation(decoder, encoded.detach(), length)
    last = torch.full((rows, 1), decoder.start, dtype=torch.long, device=device)
    words_before = torch.zeros((rows, 1), dtype=torch.long, device=device)
    alive = torch.ones(rows, dtype=torch.bool, device=device)
    ids, masks = [], []
    for position in range(length):
        logits = policy_logits(step(last), encoded, marks, words_before)[:, 0]
        drawn = draw(logits, position)  # (B,)
        ids.append(drawn.masked_fill(~alive, marks.pad))
        masks.append(alive)
        words_before = words_before + marks.starts_word[drawn][:, None].long()
        alive = alive & (drawn != marks.eos)
        last = drawn[:, None]
        if not alive.any():
            break
    return Tokens(torch.stack(ids, dim=1), torch.stack(masks, dim=1))
