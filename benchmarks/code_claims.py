"""The lectures' claims about codes, on topics of news: ``code_claims.py TEXTS.jsonl``.

TEXTS.jsonl has records {"text", "label"}.  Labels are read for the figures alone, except where a
row says how many.

- one class against the rest: is a text of a topic that only one was known of?  Mean AUROC.  White
  vectors are scaled on 64 principal axes of all texts, whose labels are not known, as TF-IDF has
  its document frequencies from all;
- classes without labels: accuracy of the one-hot code (``summ codes``) as its best naming, and of
  its ten starts, the one with the least error of its own;
- unseen class: a binary code and a one-hot code are learned without the texts of a topic; of the
  100 nearest to each of its texts, how many are of it (precision at 100)?
- labels saved: five labels a class, logistic regression on the vectors, or on TF-IDF;
- InfoMax: nats that a small discriminator of (code, text) pairs finds below chance, 5.55 at most;
- with --lines, a sentence a line: VQ, 256 codes of the vectors; how many are used, and perplexity.

No outside data, no network; scikit-learn is needed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.svm import OneClassSVM

from summ.evaluation.vectors.information import information, text_features
from summ.networks.bottlenecks import BinaryBottleneck
from summ.networks.code_costs import perplexity
from summ.networks.codebook import VqBottleneck
from summ.pipelines.classes import classes_of
from summ.pipelines.embed import SentenceEncoder
from summ.pipelines.neighbours import bits_of

Matrix = NDArray[np.float32]


def one_class(vectors: Matrix, terms: Matrix, labels: NDArray[np.int64]) -> Iterator[str]:
    """Half of a topic is known; the other half against all other topics."""
    rng = np.random.default_rng(1)
    found: dict[str, list[float]] = {}
    white = PCA(64, whiten=True, random_state=1).fit_transform(vectors)
    white /= np.linalg.norm(white, axis=1, keepdims=True)
    for label in np.unique(labels):
        own = rng.permutation(np.flatnonzero(labels == label))
        known, asked = own[: len(own) // 2], own[len(own) // 2 :]
        rows = np.concatenate([asked, np.flatnonzero(labels != label)])
        truth = np.arange(len(rows)) < len(asked)
        for name, matrix in (("vectors", vectors), ("white vectors", white), ("TF-IDF", terms)):
            near = np.sort(matrix[rows] @ matrix[known].T, axis=1)[:, -10:].mean(axis=1)
            centre = matrix[rows] @ matrix[known].mean(axis=0)
            machine = OneClassSVM(nu=0.1, gamma="scale").fit(matrix[known])
            for system, scores in (
                ("10 nearest", near),
                ("mean", centre),
                ("one-class SVM", machine.decision_function(matrix[rows])),
            ):
                found.setdefault(f"{system}, {name}", []).append(roc_auc_score(truth, scores))
    for name, values in found.items():
        yield f"one class, {name}: {100 * np.mean(values):.1f}"


def unseen(vectors: Matrix, labels: NDArray[np.int64], bits: int) -> Iterator[str]:
    """Codes that have not met a topic; symbols are compared at random among equals."""
    rng = np.random.default_rng(1)
    found: dict[str, list[float]] = {"bits": [], "one-hot": [], "chance": []}
    for label in np.unique(labels):
        others = labels != label
        code = BinaryBottleneck(vectors.shape[1], bits)
        code.fit(torch.from_numpy(vectors[others]), seed=1)
        with torch.no_grad():
            signs = np.where(code.linear(torch.from_numpy(vectors)).numpy() > 0, 1.0, -1.0)
        axes = PCA(16, random_state=1).fit(vectors[others])
        topics = len(np.unique(labels)) - 1
        groups = KMeans(topics, n_init=10, random_state=1).fit(axes.transform(vectors[others]))
        symbols = groups.predict(axes.transform(vectors))
        rows = np.flatnonzero(~others)
        ties = rng.random((len(rows), len(vectors)))
        for name, likeness in (
            ("bits", signs[rows] @ signs.T + ties),
            ("one-hot", (symbols[rows, None] == symbols) + ties / 2),
            ("chance", ties),
        ):
            likeness[np.arange(len(rows)), rows] = -np.inf
            best = np.argpartition(-likeness, 100, axis=1)[:, :100]
            found[name].append(float((labels[best] == label).mean()))
    for name, values in found.items():
        yield f"unseen class, {name}: P@100 {100 * np.mean(values):.1f}"


def labels_saved(vectors: Matrix, terms: Matrix, labels: NDArray[np.int64]) -> Iterator[str]:
    """Mean accuracy of ten draws of five labels a class."""
    rng = np.random.default_rng(1)
    found: dict[str, list[float]] = {"vectors": [], "TF-IDF": []}
    for _ in range(10):
        known = np.concatenate(
            [rng.choice(np.flatnonzero(labels == one), 5, replace=False) for one in set(labels)]
        )
        rest = np.setdiff1d(np.arange(len(labels)), known)
        for name, matrix in (("vectors", vectors), ("TF-IDF", terms)):
            model = LogisticRegression(C=16, max_iter=500).fit(matrix[known], labels[known])
            found[name].append(model.score(matrix[rest], labels[rest]))
    for name, values in found.items():
        yield f"five labels a class, {name}: {100 * np.mean(values):.1f} %"


def classes(vectors: Matrix, labels: NDArray[np.int64]) -> Iterator[str]:
    """Each class is given the topic that fits it best, no topic twice."""
    topics = int(labels.max()) + 1
    counts = np.zeros((topics, topics))
    np.add.at(counts, (classes_of(vectors, topics).symbols, labels), 1)
    rows, columns = linear_sum_assignment(-counts)
    yield f"classes without labels: {100 * counts[rows, columns].sum() / len(labels):.1f} %"


def infomax(texts: list[str], vectors: Matrix, bits: Matrix) -> Iterator[str]:
    """What codes of several kinds are found to say of their texts."""
    places = sorted({text: place for place, text in enumerate(texts)}.values())
    features = text_features([texts[place] for place in places])
    own = vectors[places]
    for name, codes in (
        ("vectors", own),
        ("learned bits", bits[places]),
        ("one-hot, 16 symbols", np.eye(16)[classes_of(own, 16).symbols]),
        ("vectors of other texts", np.random.default_rng(1).permutation(own)),
        ("one vector for all", np.ones((len(own), 64))),
    ):
        yield f"InfoMax, {name}: {information(codes, features):.2f} nats"


def vq(vectors: Matrix) -> Iterator[str]:
    """Moving means and new beginnings, three epochs; figures over an epoch and over a tenth held
    out."""
    rows = torch.from_numpy(vectors)
    held, shown = rows[: len(rows) // 10], rows[len(rows) // 10 :]
    generator = torch.Generator().manual_seed(1)
    for start in ("k-means", "random"):
        torch.manual_seed(1)
        code = VqBottleneck(rows.shape[1], 32, 256, decay=0.99, commitment=0.25, restart_every=20)
        if start == "k-means":
            code.fit(shown[:10_000, None], seed=1)
        with torch.no_grad():
            for _ in range(3):
                for places in torch.randperm(len(shown), generator=generator).split(512):
                    code(shown[places, None], torch.rand(len(places), 1, generator=generator))
            for name, asked in (("an epoch", shown), ("held out", held)):
                counts = torch.bincount(code(asked[:, None]).symbols[:, 0], minlength=256).float()
                used = 100 * float((counts > 0).float().mean())
                yield f"VQ, {start}, {name}: {used:.0f} % used, perplexity {perplexity(counts):.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("texts", type=Path)
    parser.add_argument("--bits", type=int, default=64)
    parser.add_argument("--lines", type=Path, help="sentences for VQ")
    arguments = parser.parse_args()
    records = [json.loads(line) for line in arguments.texts.read_text().splitlines()]
    texts = [record["text"] for record in records]
    _, labels = np.unique([record["label"] for record in records], return_inverse=True)
    encoder = SentenceEncoder.load()
    vectors = encoder.encode(texts)
    terms = TfidfVectorizer(sublinear_tf=True, max_features=5000).fit_transform(texts)
    dense = terms.toarray().astype(np.float32)
    bits = np.unpackbits(bits_of(texts, encoder), axis=1).astype(np.float32)
    lines = [] if arguments.lines is None else arguments.lines.read_text().splitlines()
    for line in (
        *one_class(vectors, dense, labels),
        *unseen(vectors, labels, arguments.bits),
        *labels_saved(vectors, dense, labels),
        *classes(vectors, labels),
        *infomax(texts, vectors, bits),
        *(vq(encoder.encode(lines)) if lines else ()),
    ):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
