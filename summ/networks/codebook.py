"""Vector quantisation: a slot becomes the nearest of K learned vectors.

Axes: N texts, H slots, R rows (all slots of all texts), E width of a vector, L numbers of a slot,
K symbols, C random numbers of a text.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from summ.networks.bottlenecks import Code
from summ.networks.code_costs import commitment_loss, perplexity

_FEWEST = 2  # uses in a window, below which a code begins anew
_ROUNDS = 10  # of k-means at the start


class VqBottleneck(nn.Module):
    """One of K codes a slot: the nearest to a linear map of it, of mean 0 and variance 1.

    The gradient passes straight through to the encoder, which is also drawn to the codes chosen
    (``commitment`` weighs that).  Codes are no parameters: each is a moving mean of the rows that
    chose it.  A code chosen less than twice in ``restart_every`` updates begins anew at a row of
    the batch, or most codes would never be used (codebook collapse).  All slots share the codes.

    Source: van den Oord, Vinyals & Kavukcuoglu (2017, arXiv:1711.00937), Section 3 and Appendix
    A.1 (moving means); Dhariwal et al. (2020, arXiv:2005.00341), Section 3.1 (new beginnings).
    """

    fitted: Tensor
    codes: Tensor
    counts: Tensor
    sums: Tensor
    used: Tensor
    updates: Tensor

    def __init__(
        self,
        width: int,
        size: int,
        symbols: int,
        *,
        decay: float,
        commitment: float,
        restart_every: int,
    ) -> None:
        super().__init__()
        self.size, self.symbols = size, symbols
        self.decay, self.commitment, self.restart_every = decay, commitment, restart_every
        # Where several processes train, what returns the rows of all of them.
        self.gather: Callable[[Tensor], Tensor] = _own
        self.linear = nn.Linear(width, size)
        # Whether it has had its start; kept in checkpoints, so that a resumed run has none again.
        self.register_buffer("fitted", torch.tensor(False))
        self.register_buffer("codes", torch.randn(symbols, size))
        self.register_buffer("counts", torch.ones(symbols))
        self.register_buffer("sums", self.codes.clone())
        self.register_buffer("used", torch.zeros(symbols))  # in this window
        self.register_buffer("updates", torch.zeros((), dtype=torch.long))

    def draws(self, slots: int) -> int:
        return slots

    def forward(
        self, slots: Float[Tensor, "N H E"], uniforms: Float[Tensor, "N C"] | None = None
    ) -> Code:
        rows = self._rows(slots)
        symbols = self.nearest(rows.detach().flatten(0, 1)).view(rows.shape[:2])
        chosen = self.codes[symbols]
        if uniforms is not None:
            self._learn(rows.detach().flatten(0, 1), symbols.flatten(), uniforms.flatten())
        price = rows.new_full((len(rows),), rows.shape[1] * math.log(self.symbols))
        asked = commitment_loss(rows, chosen)
        return Code(
            rows + (chosen - rows).detach(),
            price,
            self.commitment * asked,
            symbols=symbols,
            figures={"perplexity": perplexity(self.counts), "commitment": asked.detach().mean()},
        )

    def opened(self, stored: Int[Tensor, "N H"]) -> Float[Tensor, "N H L"]:
        return self.codes[stored]

    def prior(self, texts: int, slots: int, generator: torch.Generator) -> Int[Tensor, "N H"]:
        return torch.randint(self.symbols, (texts, slots), generator=generator)

    @torch.no_grad()
    def fit(self, slots: Float[Tensor, "N H E"], seed: int) -> None:
        """Starts from k-means of some texts' slots."""
        rows = self._rows(slots).flatten(0, 1)
        generator = torch.Generator().manual_seed(seed)
        first = torch.randperm(len(rows), generator=generator)[: self.symbols]
        self.codes[: len(first)].copy_(rows[first])
        for _ in range(_ROUNDS):
            self.average(rows, self.nearest(rows), decay=0.0)
        # From here on the moving means count in rows of a batch.
        self.counts.fill_(1.0)
        self.sums.copy_(self.codes)
        self.fitted.fill_(True)

    def nearest(self, rows: Float[Tensor, "R L"]) -> Int[Tensor, " R"]:
        """The code with the smallest distance to each row."""
        # |row|² is the same for all codes.  Half precision would choose others.
        with torch.autocast(rows.device.type, enabled=False):
            return (rows @ self.codes.T - self.codes.square().sum(dim=1) / 2).argmax(dim=1)

    @torch.no_grad()
    def average(self, rows: Float[Tensor, "R L"], symbols: Int[Tensor, " R"], decay: float) -> None:
        """Moves each code to the decayed mean of the rows that chose it, now and before.

        With a ``decay`` of 0 this is one iteration of k-means; a code that no row chose stays.
        """
        counts = torch.zeros_like(self.counts).index_add_(0, symbols, rows.new_ones(len(rows)))
        sums = torch.zeros_like(self.sums).index_add_(0, symbols, rows)
        self.counts.mul_(decay).add_((1 - decay) * counts)
        self.sums.mul_(decay).add_((1 - decay) * sums)
        there = (self.counts > 1e-12)[:, None]
        self.codes.copy_(torch.where(there, self.sums / self.counts[:, None], self.codes))

    def _rows(self, slots: Float[Tensor, "N H E"]) -> Float[Tensor, "N H L"]:
        return functional.layer_norm(self.linear(slots).float(), (self.size,))

    @torch.no_grad()
    def _learn(
        self, rows: Float[Tensor, "R L"], symbols: Int[Tensor, " R"], uniforms: Float[Tensor, " R"]
    ) -> None:
        """The moving means, over the rows of all processes; dead codes begin anew."""
        rows, symbols, uniforms = self.gather(rows), self.gather(symbols), self.gather(uniforms)
        if not torch.isfinite(rows).all():
            return  # the trainer will skip this update, and a mean would never forget it
        self.average(rows, symbols, self.decay)
        self.used.index_add_(0, symbols, rows.new_ones(len(rows)))
        self.updates.add_(1)
        if int(self.updates) % self.restart_every == 0:
            self._restart(rows, uniforms)
            self.used.zero_()

    def _restart(self, rows: Float[Tensor, "R L"], uniforms: Float[Tensor, " R"]) -> None:
        """Codes that were hardly used take rows in the order of their random numbers."""
        dead = (self.used < _FEWEST).nonzero().squeeze(1)[: len(rows)]
        taken = rows[uniforms.argsort()[: len(dead)]]
        self.codes[dead] = taken
        self.sums[dead] = taken
        self.counts[dead] = 1.0


def _own(rows: Tensor) -> Tensor:
    """Those of this process."""
    return rows
