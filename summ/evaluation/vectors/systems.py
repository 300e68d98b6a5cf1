"""What makes vectors of sentences: a model, and the baselines that stand beside it.

Each is one function from all texts of a probe to their vectors, so that TF-IDF can weight words by
the probe's own texts; none sees a label.

Axes: N texts, D columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from summ.evaluation.summaries.rouge_tokenizer import words_of
from summ.evaluation.vectors.logistic import Rows

if TYPE_CHECKING:
    from summ.families.sentence.model import SentenceModel

TFIDF, UNTRAINED = "tfidf", "untrained"


@dataclass(frozen=True)
class SentenceSystem:
    """A way to make vectors of sentences.

    Attributes:
        encode: all texts of a probe to (N, D), dense float32 or a sparse matrix of scipy.
        about: what it is, in one line.
    """

    name: str
    encode: Callable[[Sequence[str]], Rows]
    about: str


def model_system(model: SentenceModel, name: str, batch_size: int = 64) -> SentenceSystem:
    """A trained sentence model."""
    from summ.pipelines.embed import SentenceEncoder

    encoder = SentenceEncoder(model)
    settings = model.settings
    about = (
        f"sentence model, {settings.objective}, {settings.encoders} x {settings.pooling} pooling, "
        f"{settings.dimension} columns"
    )
    return SentenceSystem(name, lambda texts: encoder.encode(texts, batch_size), about)


def untrained_system(model: SentenceModel, seed: int, batch_size: int = 64) -> SentenceSystem:
    """The same architecture and vocabulary with random weights: what the shape alone is worth.

    Source: Wieting & Kiela (2019, arXiv:1901.10444), "No Training Required: Exploring Random
    Encoders for Sentence Classification".
    """
    system = model_system(_untrained(model, seed), UNTRAINED, batch_size)
    about = f"the model's architecture and vocabulary, weights random (seed {seed})"
    return SentenceSystem(UNTRAINED, system.encode, about)


def _untrained(model: SentenceModel, seed: int) -> SentenceModel:
    from summ.config import EncoderConfig, NetworkConfig
    from summ.families.sentence.model import build_sentence_model
    from summ.networks.sentence_encoder import GruNetwork, StaticEncoder

    encoder: Any = next(iter(model.encoders))
    transformer = gru = static = None
    if isinstance(encoder, StaticEncoder):
        static = encoder.config
    elif isinstance(encoder.network, GruNetwork):
        gru = encoder.network.config
    else:
        # The vocabulary determines these anew.
        given = {"vocab_size", "pad_token_id", "bos_token_id", "eos_token_id"}
        values = encoder.network.config.to_diff_dict()
        transformer = NetworkConfig(config={k: v for k, v in values.items() if k not in given})
    settings = model.settings
    config = EncoderConfig(
        network=transformer,
        gru=gru,
        static=static,
        encoders=1 if settings.encoders == 1 else 2,
        pooling=settings.pooling,
        attention=settings.attention,
        max_pieces=settings.max_pieces,
    )
    twin = build_sentence_model(config, model.vocabulary, seed)
    twin.encoders.eval()
    return twin.to(next(model.encoders.parameters()).device)


def tfidf_system() -> SentenceSystem:
    """The baseline without a model."""
    return SentenceSystem(TFIDF, tfidf, "TF-IDF of words, weighted by the probe's own texts")


def tfidf(texts: Sequence[str]) -> Rows:
    """Rows of TF-IDF over the words of these texts (sparse); zeros where a text has no word.

    Words are lower-case Unicode words, characters where a script writes no spaces.
    """
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(words_of(text) for text in texts):
        return csr_matrix((len(texts), 1), dtype=np.float32)
    return TfidfVectorizer(analyzer=words_of, dtype=np.float32).fit_transform(texts)
