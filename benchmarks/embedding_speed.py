"""How fast sentences are embedded, against sentence-transformers with the same weights.

    python benchmarks/embedding_speed.py [LINES.txt] [MODEL]

Both encode the same lines in batches of 64, in turns in one run, and their vectors are compared.
Without LINES, 2,000 sentences of random words are used; without MODEL (a folder or a name of what
can be exported to sentence-transformers), two untrained BERTs of 3 layers and width 256 with the
vocabulary that ships with summ.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from summ.config import EncoderConfig, NetworkConfig
from summ.export.export import export
from summ.families.sentence.model import build_sentence_model, save_sentence_model
from summ.families.summarizer.model import SHIPPED
from summ.pipelines.embed import SentenceEncoder
from summ.pretrained import find_model
from summ.text.vocabulary import Vocabulary

LINES, REPEATS, BATCH = 2000, 3, 64
BERT = {
    "model_type": "bert",
    "hidden_size": 256,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 1024,
    "max_position_embeddings": 128,
}


def random_lines(seed: int = 1) -> list[str]:
    """Sentences of 5 to 40 words of the English vocabulary."""
    generator = random.Random(seed)
    vocabulary = Vocabulary.load(SHIPPED / "vocabulary")
    words = [piece[1:] for piece in vocabulary.pieces() if piece.startswith("\u2581") and piece[1:]]
    return [
        " ".join(generator.choices(words, k=generator.randint(5, 40))).capitalize() + "."
        for _ in range(LINES)
    ]


def untrained_model(folder: Path) -> Path:
    """An untrained sentence model of the size of a small BERT."""
    config = EncoderConfig(network=NetworkConfig(config=dict(BERT)))
    vocabulary = Vocabulary.load(SHIPPED / "vocabulary")
    save_sentence_model(build_sentence_model(config, vocabulary, seed=1), folder)
    return folder


def timed(encode: Callable[[list[str]], NDArray[np.float32]], lines: list[str]) -> float:
    """Processor seconds of one run."""
    start = time.process_time()
    encode(lines)
    return time.process_time() - start


def main() -> None:
    given = [Path(argument) for argument in sys.argv[1:]]
    lines = given[0].read_text(encoding="utf-8").splitlines()[:LINES] if given else random_lines()
    with tempfile.TemporaryDirectory() as place:
        model = find_model(given[1]) if len(given) > 1 else untrained_model(Path(place) / "model")
        export(model, "sentence-transformers", Path(place) / "exported")
        ours = SentenceEncoder.load(model)
        theirs = SentenceTransformer(str(Path(place) / "exported"))

        def by_summ(texts: list[str]) -> NDArray[np.float32]:
            return ours.encode(texts, batch_size=BATCH)

        def by_peer(texts: list[str]) -> NDArray[np.float32]:
            return theirs.encode(texts, batch_size=BATCH, show_progress_bar=False)

        apart = np.abs(by_summ(lines) - by_peer(lines)).max(axis=1)
        # In turns, so that other work on the computer slows both equally.
        seconds = [(timed(by_summ, lines), timed(by_peer, lines)) for _ in range(REPEATS)]
    ours_best, theirs_best = (min(column) for column in zip(*seconds, strict=True))
    differing = int((apart > 1e-5).sum())
    sys.stdout.write(
        f"summ                   {len(lines) / ours_best:8.0f} lines/s\n"
        f"sentence-transformers  {len(lines) / theirs_best:8.0f} lines/s\n"
        f"ratio                  {theirs_best / ours_best:8.2f} times faster\n"
        f"rows that differ       {differing} of {len(lines)} by more than 1e-5\n"
    )


if __name__ == "__main__":
    main()
