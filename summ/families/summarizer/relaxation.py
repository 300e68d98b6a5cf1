"""Gumbel-softmax: a draft drawn from the policy, and its rows with a gradient.

A draw from a softmax is the largest of logit plus Gumbel noise; with the same noise, a softmax of
the sum over a temperature is the draw made differentiable.

**How a draft is relaxed.**  The tokens are drawn first, without gradient, with cached keys and
values.  Then one teacher-forced pass over them, with gradient, gives the policy's log-probabilities
at all positions at once, and ``relax`` turns these and the noise of the draw into rows.  The next
input of the compressor's decoder is therefore the embedding of the token that was drawn, which is
also the value of the straight-through row.  It costs what drawing and scoring cost in REINFORCE,
where a chain would keep T decoder calls for the gradient, and the policy relaxed is the policy
sampled.

One path of the gradient is ignored: from a token, through the compressor's own next input, to the
distributions of later tokens.  That path multiplies by a Jacobian of order 1 / temperature at each
token, and long chains of it can explode.  The gradients of reconstructor and critic, which read
the whole draft, reach every token.

Source: Jang et al. (2017, arXiv:1611.01144), sections 2.1 and 2.2; Maddison et al. (2017,
arXiv:1611.00712).

Axes: B sequences, T positions, V pieces of the vocabulary.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from summ.networks.policy import Marks, perturbed_max
from summ.networks.transformer import AutoregressiveDecoder, Encoded
from summ.training.random_streams import RandomStreams
from summ.types import Relaxed, Tokens

# Half the spacing of torch's uniform float32 numbers: 0 would give infinite noise, and so would 1.
_SMALLEST = 2.0**-25


class GumbelNoise:
    """The Gumbel noise of the drafts of one update, one number for each row, position and piece.

    A function of ``streams`` alone.  The numbers of a position are made when it is reached: drafts
    are shorter than the room they have, and a position takes B x V numbers.
    """

    def __init__(self, streams: RandomStreams, rows: int, types: int) -> None:
        self._streams, self._rows, self._types = streams, rows, types
        self._made: list[Tensor] = []

    def at(self, position: int) -> Float[Tensor, "B V"]:
        """The noise of one position."""
        while len(self._made) <= position:
            purpose = f"draft/{len(self._made)}"
            self._made.append(gumbel(self._streams.uniform(purpose, self._rows, self._types)))
        return self._made[position]

    def table(self, width: int) -> Float[Tensor, "B T V"]:
        """The noise of the first ``width`` positions."""
        return torch.stack([self.at(position) for position in range(width)], dim=1)


def gumbel(uniforms: Float[Tensor, "B V"]) -> Float[Tensor, "B V"]:
    r"""Standard Gumbel noise of uniform numbers: :math:`-\log(-\log u)`, finite also at 0 and 1."""
    return -(-uniforms.clamp(_SMALLEST, 1 - 2 * _SMALLEST).log()).log()


def draw_tokens(
    decoder: AutoregressiveDecoder,
    encoded: Encoded,
    marks: Marks,
    noise: GumbelNoise,
    length: int,
    temperature: float = 1.0,
) -> Tokens:
    """Tokens drawn from the policy with given noise, at most ``length``; without gradient."""
    return perturbed_max(decoder, encoded, marks, noise.at, length, temperature)


def relax(
    log_probs: Float[Tensor, "B T V"],
    noise: Float[Tensor, "B T V"],
    tokens: Tokens,
    temperature: float,
    straight_through: bool,
) -> Relaxed:
    r"""The drawn tokens as rows that carry the gradient of the policy.

    .. math:: \tilde y_t = \mathrm{softmax}((\log \pi_t + g_t) / \tau)

    Straight-through, the value is the one-hot token and the gradient that of :math:`\tilde y_t`.

    Args:
        log_probs: of every piece under the policy that drew the tokens; ``-inf`` has no share.
        noise: that of the draw.
        temperature: above 0.  The lower, the nearer to one-hot and the larger the gradient of
            the few rows whose draw was a close one.
        straight_through: one-hot in value; soft where False.
    """
    soft = ((log_probs + noise) / temperature).softmax(dim=-1)
    rows = soft.masked_fill(~tokens.mask[..., None], 0.0)
    if straight_through:
        hard = one_hot(tokens, rows.shape[-1]).rows.to(rows.dtype)
        # In this order the value is one-hot to the last bit.
        rows = hard + (rows - rows.detach())
    return Relaxed(tokens, rows)


def one_hot(tokens: Tokens, types: int) -> Relaxed:
    """Given tokens as constant rows.

    Args:
        types: the size of the vocabulary.
    """
    rows = functional.one_hot(tokens.ids, types).float()
    return Relaxed(tokens, rows.masked_fill(~tokens.mask[..., None], 0.0))


def weigh_gradient(draft: Relaxed, weight: Float[Tensor, " B"]) -> Relaxed:
    """The same values with their gradient multiplied; its readers do not see the weight."""
    rows = draft.rows.detach()
    return Relaxed(draft.tokens, rows + (draft.rows - rows) * weight[:, None, None])


def annealed(temperatures: tuple[float, float], step: int, steps: int) -> float:
    """The temperature of an update: geometric from the first to the last over ``steps``."""
    first, last = temperatures
    return float(first * (last / first) ** (step % steps / max(1, steps - 1)))
