"""A map of sentence vectors: like sentences near each other on a plane, and lists of neighbours.

The plane is t-SNE's: near points were near before, distances between groups mean little.  Beside it
stand classes that are found without labels, and what each means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from summ.evaluation.summaries.rouge_tokenizer import words_of
from summ.evaluation.vectors.logistic import Rows, unit_rows
from summ.evaluation.vectors.probe_data import ClassificationProbe, Probe
from summ.evaluation.vectors.systems import SentenceSystem
from summ.pipelines.classes import class_meanings, classes_of
from summ.pipelines.code_meanings import Meaning

# More points hide each other, and take t-SNE long.
_MOST_POINTS = 600
_FEWEST_POINTS = 40  # fewer show nothing that the lists of neighbours do not
_PERPLEXITY = 30.0
_PRINCIPAL = 50  # axes that t-SNE is given
_QUERIES, _NEIGHBOURS = 8, 3
_CLASSES = 8  # where there are no labels
# Colours in the style sheet; further groups share the last one.
_COLOURS = 8


@dataclass(frozen=True)
class Point:
    """A sentence on the map; x and y between 0 and 1.

    Attributes:
        group: the place of its label among the labels, for its colour.
    """

    x: float
    y: float
    group: int
    text: str


@dataclass(frozen=True)
class Neighbour:
    """A sentence near another one."""

    text: str
    group: str
    cosine: float


@dataclass(frozen=True)
class Neighbourhood:
    """A sentence and those nearest to it, the nearest first."""

    text: str
    group: str
    neighbours: Sequence[Neighbour]


@dataclass(frozen=True)
class SentenceMap:
    """One probe's sentences.

    Attributes:
        name: of the probe.
        groups: labels or tasks, by ``Point.group``; empty where there are none.
        total: how many different sentences the probe has.
        points: of those that are drawn.
        neighbourhoods: of some sentences among all that have a vector.
        classes: of all that have a vector, as many as there are groups; none where the vectors are
            sparse or few.
    """

    name: str
    groups: Sequence[str]
    total: int
    points: Sequence[Point]
    neighbourhoods: Sequence[Neighbourhood]
    classes: Sequence[Meaning] = ()

    @property
    def legend(self) -> list[tuple[int, str]]:
        """Colours and what they mean; labels beyond the last colour share it."""
        named = list(enumerate(self.groups[:_COLOURS]))
        if len(self.groups) > _COLOURS:
            named[-1] = (_COLOURS - 1, "others")
        return named


def sentence_map(probe: Probe, system: SentenceSystem, seed: int = 1) -> SentenceMap:
    """Draws some of a probe's sentences, and lists the neighbours of a few.

    Args:
        seed: of the choice of sentences and of t-SNE.

    Source: van der Maaten & Hinton (2008, JMLR 9), "Visualizing Data using t-SNE", who reduce to 30
    principal axes first, as here to 50.
    """
    grouped = _grouped(probe)
    texts = list(grouped)
    rows = unit_rows(system.encode(texts))
    known = np.flatnonzero(np.asarray(abs(rows).sum(axis=1)).ravel() > 0)
    groups = sorted(set(grouped.values()) - {""}, key=lambda name: (len(name), name))
    generator = np.random.default_rng(seed)
    drawn = np.sort(generator.permutation(known)[:_MOST_POINTS])
    numbers = {name: min(place, _COLOURS - 1) for place, name in enumerate(groups)}
    places = _plane(rows[drawn], seed)
    points = [
        Point(float(x), float(y), numbers.get(grouped[texts[row]], 0), texts[row])
        for (x, y), row in zip(places, drawn, strict=False)
    ]
    asked = np.sort(generator.permutation(known)[:_QUERIES])
    near = [_neighbourhood(int(row), texts, grouped, rows, known) for row in asked]
    classes = _classes(rows, [texts[row] for row in known], known, len(groups) or _CLASSES)
    return SentenceMap(probe.name, groups, len(texts), points, near, classes)


def _classes(
    rows: Rows, texts: Sequence[str], known: NDArray[np.int64], count: int
) -> Sequence[Meaning]:
    if not isinstance(rows, np.ndarray) or len(known) < _FEWEST_POINTS:
        return ()
    words = [set(words_of(text)) for text in texts]
    return class_meanings(classes_of(rows[known], count), texts, words)


def _grouped(probe: Probe) -> dict[str, str]:
    """Every different sentence with the label, or the task, that it first has."""
    if isinstance(probe, ClassificationProbe):
        pairs = zip(probe.texts, probe.labels, strict=True)
    else:
        tasks = probe.tasks or [""] * len(probe)
        pairs = zip(probe.texts, [*tasks, *tasks], strict=True)
    grouped: dict[str, str] = {}
    for text, group in pairs:
        grouped.setdefault(text, group)
    return grouped


def _plane(rows: Rows, seed: int) -> NDArray[np.float64]:
    """Places between 0 and 1, (N, 2); none where there are too few rows for a map."""
    from sklearn.decomposition import PCA, TruncatedSVD
    from sklearn.manifold import TSNE

    count = rows.shape[0]
    if count < _FEWEST_POINTS:
        return np.zeros((0, 2))
    if isinstance(rows, np.ndarray):
        rows = PCA(min(_PRINCIPAL, *rows.shape), random_state=seed).fit_transform(rows)
    else:
        columns = min(_PRINCIPAL, count - 1, rows.shape[1] - 1)
        rows = TruncatedSVD(columns, random_state=seed).fit_transform(rows)
    method = TSNE(
        init="pca",
        perplexity=min(_PERPLEXITY, (count - 1) / 3),
        random_state=seed,
    )
    places = np.asarray(method.fit_transform(rows), dtype=np.float64)
    span = places.max(axis=0) - places.min(axis=0)
    return (places - places.min(axis=0)) / np.where(span > 0, span, 1)


def _neighbourhood(
    row: int, texts: Sequence[str], grouped: dict[str, str], rows: Rows, known: NDArray[np.int64]
) -> Neighbourhood:
    products = rows @ rows[row].T
    cosines = np.asarray(products if isinstance(rows, np.ndarray) else products.todense()).ravel()
    others = known[known != row]
    nearest = others[np.argsort(-cosines[others], kind="stable")[:_NEIGHBOURS]]
    return Neighbourhood(
        texts[row],
        grouped[texts[row]],
        [Neighbour(texts[i], grouped[texts[i]], float(cosines[i])) for i in nearest],
    )
