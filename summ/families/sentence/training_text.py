r"""What a model has read, in a megabyte: is another text like it?

Two questions are asked of a text:

- Is its vector near to what all training text has in common?  The cosine with the mean vector says
  so; words of another field, and another person speaking, turn it away.
- Are its words in an order that training text has?  Pieces are put into classes of like use, and a
  trigram model of the classes is compared with one that knows no order:
  the mean of :math:`\log p(c_t) - \log p(c_t \mid c_{t-2}, c_{t-1})`, in nats a piece.

Each answer becomes a percentile among training text that was held out, of like length; the larger
one, again as a percentile, is ``unlike_training``.  Of such text one in a hundred is above 99, and
a text alone has a meaning.

Axes: N texts, V pieces, D width of a vector, K classes, Q quantiles, L bands of length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

# Of several texts, without end marks.
Pieces = Sequence[NDArray[np.int64]]

_CLASSES = 96
_AXES = 48  # of the embeddings that classes are found in
_ROUNDS = 30  # of k-means
_BANDS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192)  # pieces from which a text counts as longer
_FEWEST = 200  # held-out texts that a quantile is taken of; the nearest in length fill up
_STEPS = 1000
_TRUST = 5.0  # occurrences that a context must have to outweigh what is known without it
_FINENESS = 16.0  # logarithms are stored as round(16 x)


@dataclass(frozen=True)
class TrainingText:
    """What is stored of training text; see the head of the module.

    Attributes:
        classes: of the pieces.  (V,)
        disorder: 16 times the nats by which a class is less likely behind two others than alone;
            the first two axes are the classes before, of which K is none.  (K + 1, K + 1, K)
        centre: the mean vector.  (D,)
        quantiles: of the held-out text by length: of how far it is, how disordered, and of the
            larger of both percentiles.  (3, L, Q)
    """

    classes: NDArray[np.uint8]
    disorder: NDArray[np.int8]
    centre: NDArray[np.float32]
    quantiles: NDArray[np.float32]

    def unlike(self, pieces: Pieces, vectors: Float[np.ndarray, "N D"]) -> Float[np.ndarray, " N"]:
        """How unlike the training text each text is, in percent; nan where there are no pieces.

        The share of held-out training text of like length that is less unlike, equals counting
        half.

        Args:
            vectors: of the texts, of length 1.
        """
        lengths = np.array([len(one) for one in pieces], dtype=np.int64)
        far, disordered = self.measures(pieces, vectors)
        found = self._percentiles(2, self._larger(far, disordered, lengths), lengths)
        found[lengths == 0] = np.nan
        return found

    def measures(
        self, pieces: Pieces, vectors: Float[np.ndarray, "N D"]
    ) -> tuple[Float[np.ndarray, " N"], Float[np.ndarray, " N"]]:
        """How far from the mean vector (1 - cosine), and how disordered (nats a piece)."""
        length = max(float(np.linalg.norm(self.centre)), 1e-12)
        far = 1.0 - (vectors @ self.centre) / length
        before, last, own, owner = _contexts(pieces, self.classes, self.disorder.shape[-1])
        nats = self.disorder[before, last, own] / _FINENESS
        sums = np.bincount(owner, weights=nats, minlength=len(pieces))
        counts = np.bincount(owner, minlength=len(pieces))
        return far.astype(np.float64), sums / np.maximum(1, counts)

    def _larger(
        self, far: NDArray[np.float64], disordered: NDArray[np.float64], lengths: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        return np.maximum(
            self._percentiles(0, far, lengths), self._percentiles(1, disordered, lengths)
        )

    def _percentiles(
        self, measure: int, values: NDArray[np.float64], lengths: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        bands = np.searchsorted(_BANDS, lengths, side="right")
        found = np.zeros(len(values))
        for band in np.unique(bands):
            rows, steps = bands == band, self.quantiles[measure, band]
            stored = values[rows].astype(np.float32)
            below = np.searchsorted(steps, stored, side="left")
            upto = np.searchsorted(steps, stored, side="right")
            found[rows] = 100 * (below + upto) / 2 / len(steps)
        return found


def describe_training_text(
    pieces: Pieces,
    centre: Float[np.ndarray, " D"],
    held_out: Pieces,
    held_out_vectors: Float[np.ndarray, "M D"],
    embeddings: Float[np.ndarray, "V E"],
) -> TrainingText:
    """Counts training text, and measures text that was held out of it.

    Args:
        pieces: of the training text.
        centre: the mean of its vectors.
        held_out: of text that is like it, but not part of it, of many lengths.
        held_out_vectors: of length 1.
        embeddings: of the pieces, by which they are put into classes.
    """
    counts = np.bincount(
        np.concatenate([np.zeros(0, np.int64), *pieces]), minlength=len(embeddings)
    )
    classes = _classes(embeddings, counts).astype(np.uint8)
    shape = (3, len(_BANDS) + 1, _STEPS + 1)
    quantiles = np.zeros(shape, dtype=np.float32)
    begun = TrainingText(classes, _disorder(pieces, classes), centre.astype(np.float32), quantiles)
    lengths = np.array([len(one) for one in held_out], dtype=np.int64)
    far, disordered = begun.measures(held_out, held_out_vectors)
    for measure, values in ((0, far), (1, disordered)):
        quantiles[measure] = _quantiles(values, lengths)
    quantiles[2] = _quantiles(begun._larger(far, disordered, lengths), lengths)
    return begun


def save_training_text(text: TrainingText, path: Path) -> None:
    """Writes the file of a model folder."""
    from safetensors.numpy import save_file

    path.parent.mkdir(exist_ok=True)
    stored = {one.name: np.ascontiguousarray(getattr(text, one.name)) for one in fields(text)}
    save_file(stored, path)


def load_training_text(path: Path, pieces: int, width: int) -> TrainingText:
    """Reads it.

    Args:
        pieces: of the vocabulary.
        width: of the model's vectors.

    Raises:
        ValueError: it is not what ``save_training_text`` wrote, or of another model.
    """
    from safetensors.numpy import load_file

    stored = load_file(path)
    if stored.keys() != {one.name for one in fields(TrainingText)}:
        raise ValueError(f"{path.name} holds {', '.join(sorted(stored))}"[:200])
    text = TrainingText(**stored)
    number = text.disorder.shape[-1]
    expected = {
        "classes": ((pieces,), np.uint8),
        "disorder": ((number + 1, number + 1, number), np.int8),
        "centre": ((width,), np.float32),
        "quantiles": ((3, len(_BANDS) + 1, _STEPS + 1), np.float32),
    }
    for name, (shape, kind) in expected.items():
        found = stored[name]
        if found.shape != shape or found.dtype != kind:
            raise ValueError(f"{path.name}: {name} has the shape {found.shape}, not {shape}")
    if not number or text.classes.max(initial=0) >= number:
        raise ValueError(f"{path.name}: a piece is of a class that is not there")
    if not (np.isfinite(text.centre).all() and np.isfinite(text.quantiles).all()):
        raise ValueError(f"{path.name}: holds what is no number")
    return text


def _contexts(
    pieces: Pieces, classes: NDArray[np.uint8], none: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Of each piece: the class two before, the one before (or none), its own, and its text."""
    lengths = np.array([len(one) for one in pieces], dtype=np.int64)
    ids = np.concatenate([np.zeros(0, np.int64), *pieces])
    own = classes[ids].astype(np.int64)
    owner = np.repeat(np.arange(len(pieces)), lengths)
    place = np.arange(len(ids)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    last = np.where(place >= 1, np.roll(own, 1), none)
    before = np.where(place >= 2, np.roll(own, 2), none)
    return before, last, own, owner


def _disorder(pieces: Pieces, classes: NDArray[np.uint8]) -> Int[np.ndarray, "C C K"]:
    """Trigrams of classes, smoothed by bigrams, against single classes; see ``TrainingText``."""
    size = _CLASSES
    before, last, own, _ = _contexts(pieces, classes, size)
    places = (before * (size + 1) + last) * size + own
    triples = np.bincount(places, minlength=(size + 1) ** 2 * size).astype(np.float64)
    triples = triples.reshape(size + 1, size + 1, size)
    pairs = triples.sum(axis=0)
    single = (pairs.sum(axis=0) + 0.5) / (pairs.sum() + 0.5 * size)
    behind_one = (pairs + _TRUST * single) / (pairs.sum(axis=1, keepdims=True) + _TRUST)
    totals = triples.sum(axis=2, keepdims=True)
    behind_two = (triples + _TRUST * behind_one) / (totals + _TRUST)
    nats = np.log(single) - np.log(behind_two)
    return np.rint(_FINENESS * nats).clip(-127, 127).astype(np.int8)


def _classes(
    embeddings: Float[np.ndarray, "V E"], counts: Int[np.ndarray, " V"]
) -> Int[np.ndarray, " V"]:
    """Pieces of like use: k-means of the directions of their embeddings, begun at the commonest.

    A piece weighs the square root of how often it occurs.
    """
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    rows = embeddings.astype(np.float64) / np.maximum(lengths, 1e-12)
    weights = np.sqrt(counts + 1.0)
    weighted = rows * weights[:, None]
    _, axes = np.linalg.eigh(weighted.T @ weighted)
    rows = rows @ axes[:, ::-1][:, :_AXES]
    centres = rows[np.argsort(-counts, kind="stable")[:_CLASSES]]
    for _ in range(_ROUNDS):
        nearest = (rows @ centres.T - (centres**2).sum(axis=1) / 2).argmax(axis=1)
        totals = np.bincount(nearest, weights=weights, minlength=len(centres))
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, rows * weights[:, None])
        there = totals > 0
        centres[there] = sums[there] / totals[there, None]
    found: NDArray[np.int64] = nearest
    return found


def _quantiles(
    values: Float[np.ndarray, " M"], lengths: Int[np.ndarray, " M"]
) -> Float[np.ndarray, "L Q"]:
    """By band of length; a band of too few texts takes those nearest to it in length."""
    bands = np.searchsorted(_BANDS, lengths, side="right")
    edges = np.array([*_BANDS, 2 * _BANDS[-1]])
    middles = np.sqrt(np.array([1, *_BANDS]) * edges)
    distance = np.abs(np.log(np.maximum(lengths, 1))[:, None] - np.log(middles))
    steps = np.linspace(0, 1, _STEPS + 1)
    found = np.zeros((len(edges), len(steps)))
    for band in range(len(edges)):
        rows = np.flatnonzero(bands == band)
        if len(rows) < _FEWEST:
            rows = np.argsort(distance[:, band], kind="stable")[:_FEWEST]
        found[band] = np.quantile(values[rows], steps)
    return found
