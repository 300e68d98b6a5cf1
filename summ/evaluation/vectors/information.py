r"""How good is an encoder?  What a discriminator can tell of (code, text) pairs (Deep InfoMax).

The codes are frozen.  A small discriminator :math:`D(z, x) = -|Wz + a - Ux|^2` learns which of N
texts a code is of; the figure is how many nats its loss on pairs held out is below chance, log N:

.. math:: \log N - \frac1N \sum_i -\log \frac{e^{D(z_i, x_i)}}{\sum_j e^{D(z_i, x_j)}}

It is a lower bound of the information that codes have of texts, and at most log N.  0 is what a
discriminator reaches that does not look, and all that can be had of a collapsed encoder.  With U
the identity, a true pair costs what an autoencoder with a linear decoder loses on it.

Codes and texts are turned to their principal axes and scaled to variance 1 there: columns of
vectors of length 1 are too small, and too much alike, to learn from as they are.

Source: Hjelm et al. (2019, arXiv:1808.06670), Section 3; the bound: van den Oord et al. (2018,
arXiv:1807.03748), Section 2.3.

Axes: M pairs, N pairs of a batch, D width of a code, E width of a text's features, K axes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from summ.evaluation.vectors.logistic import Rows
from summ.evaluation.vectors.systems import tfidf

FEWEST = 200  # texts; of fewer the figure is mostly chance
CANDIDATES, TEXT_AXES = 256, 64
_MOST = 5000  # texts; more cost time and change little
_CODE_AXES = 128
_WIDTH = 64  # in which code and text are compared
_UPDATES, _RATE, _DECAY = 500, 0.003, 1.0
# Updates between looks at the pairs that choose when to stop, and looks without a better one.
_LOOK, _PATIENCE = 25, 4
_SHARE = 0.2  # of the pairs, held out for the figure; as many again choose
_LEAST_VARIANCE = 1e-3  # of an axis, of that of the first


class PairDiscriminator(nn.Module):
    """The negative squared distance of a code and a text, each mapped linearly."""

    def __init__(self, code: int, text: int) -> None:
        super().__init__()
        self.code, self.text = nn.Linear(code, _WIDTH), nn.Linear(text, _WIDTH, bias=False)
        for linear in (self.code, self.text):
            nn.init.normal_(linear.weight, std=0.3 / math.sqrt(linear.in_features))

    def forward(
        self, codes: Float[Tensor, "N D"], texts: Float[Tensor, "N E"]
    ) -> Float[Tensor, "N N"]:
        """D of each code (rows) with each text (columns)."""
        mapped, others = self.code(codes), self.text(texts)
        squares = mapped.square().sum(dim=1)[:, None] + others.square().sum(dim=1)
        return 2 * mapped @ others.T - squares

    def nats(self, codes: Float[Tensor, "N D"], texts: Float[Tensor, "N E"]) -> Float[Tensor, ""]:
        """The nats below chance of one batch."""
        own = torch.arange(len(codes))
        return math.log(len(codes)) - functional.cross_entropy(self(codes, texts), own)


def information(codes: Rows, texts: Rows, seed: int = 1) -> float:
    """Nats that codes are found to have of their texts; see the head of the module.

    Args:
        codes: vectors, signs, or one-hot symbols of M texts, dense or sparse.
        texts: features of the same texts that do not come from the encoder, see ``text_features``.
        seed: of the shares, the start and the batches.

    Raises:
        ValueError: there are fewer than 200 pairs.
    """
    if codes.shape[0] < FEWEST:
        raise ValueError(f"information of {codes.shape[0]} pairs: give at least {FEWEST}.")
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(codes.shape[0], generator=generator)[:_MOST]
    z, x = (whitened(one[order.numpy()], _CODE_AXES, seed) for one in (codes, texts))
    held, chosen_by, shown = torch.arange(len(z)).split(_shares(len(z)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        discriminator = PairDiscriminator(z.shape[1], x.shape[1])
    optimizer = torch.optim.AdamW(discriminator.parameters(), lr=_RATE, weight_decay=_DECAY)
    # Who finds nothing can always do as if it did not look.
    best, found, last = 0.0, 0.0, 0
    for update in range(1, _UPDATES + 1):
        rows = shown[torch.randperm(len(shown), generator=generator)[: min(CANDIDATES, len(held))]]
        optimizer.zero_grad()
        (-discriminator.nats(z[rows], x[rows])).backward()
        optimizer.step()
        if update % _LOOK == 0:
            reached = _mean_nats(discriminator, z[chosen_by], x[chosen_by])
            if reached > best:
                best, last = reached, update
                found = _mean_nats(discriminator, z[held], x[held])
            elif update - last >= _PATIENCE * _LOOK:
                break
    return max(0.0, found)


def text_features(texts: Sequence[str], seed: int = 1) -> Float[np.ndarray, "M E"]:
    """Texts as the discriminator sees them: TF-IDF of their words, on its principal axes."""
    return whitened(tfidf(texts), TEXT_AXES, seed).numpy()


def whitened(rows: Rows, axes: int, seed: int) -> Float[Tensor, "M K"]:
    """Rows on their first principal axes, with mean 0 and variance 1 on each.

    Axes without variance are left out; of rows that are all alike one axis of zeros is left.
    """
    if not isinstance(rows, np.ndarray):
        from sklearn.decomposition import TruncatedSVD

        method = TruncatedSVD(min(axes, *(size - 1 for size in rows.shape)), random_state=seed)
        rows = method.fit_transform(rows)
    centred = torch.from_numpy(np.asarray(rows, dtype=np.float64))
    centred = centred - centred.mean(dim=0)
    variances, directions = torch.linalg.eigh(centred.T @ centred / len(centred))
    kept = torch.arange(len(variances)) >= len(variances) - axes
    kept &= variances > max(_LEAST_VARIANCE * float(variances[-1]), 1e-12)
    if not kept.any():
        return torch.zeros(len(centred), 1)
    return (centred @ directions[:, kept] / variances[kept].sqrt()).float()


def _shares(count: int) -> list[int]:
    """How many pairs are held out, choose, and are learned from."""
    size = int(_SHARE * count)
    return [size, size, count - 2 * size]


def _mean_nats(
    discriminator: PairDiscriminator, codes: Float[Tensor, "M D"], texts: Float[Tensor, "M E"]
) -> float:
    """Over whole batches of all pairs."""
    size = min(CANDIDATES, len(codes))
    batches = torch.arange(len(codes) // size * size).split(size)
    with torch.no_grad():
        return float(
            torch.stack([discriminator.nats(codes[rows], texts[rows]) for rows in batches]).mean()
        )
