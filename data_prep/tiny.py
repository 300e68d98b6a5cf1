"""``python -m data_prep.tiny OUT``: a corpus of invented news, for trying and testing summ.

Each document reports one event with its circumstances; each sentence is the headline of another
event.  They come from the same grammar but never from the same draw, so nothing is paired.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path

from summ.data.prepare import prepare

_PLACES = ["Lisbon", "Oslo", "Lima", "Cairo", "Quito", "Hanoi", "Accra", "Turin", "Perth", "Sofia"]
_WHO = ["mayor", "council", "court", "police", "bank", "union", "museum", "hospital", "school"]
_OBJECTS = ["bridge", "library", "tunnel", "market", "stadium", "harbour", "theatre", "tramway"]
_EVENTS = [
    ("opened", "opens"),
    ("closed", "closes"),
    ("bought", "buys"),
    ("rejected", "rejects"),
    ("praised", "praises"),
    ("repaired", "repairs"),
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_WHY = [
    "after {n} years of debate",
    "because of rising costs",
    "despite protests by {n} residents",
    "in a ceremony watched by thousands",
    "although the work is not finished",
    "following a vote of {n} to {m}",
]
_SAID = [
    "a spokeswoman said",
    "officials told reporters",
    "according to a statement",
    "local newspapers reported",
]


def document(rng: random.Random) -> str:
    """One invented lead sentence."""
    past, _ = rng.choice(_EVENTS)
    why = rng.choice(_WHY).format(n=rng.randint(3, 900), m=rng.randint(1, 99))
    return (
        f"The {rng.choice(_WHO)} of {rng.choice(_PLACES)} {past} the {rng.choice(_OBJECTS)} on "
        f"{rng.choice(_DAYS)} {why}, {rng.choice(_SAID)}."
    )


def sentence(rng: random.Random) -> str:
    """One invented headline."""
    _, present = rng.choice(_EVENTS)
    return f"{rng.choice(_PLACES)} {rng.choice(_WHO)} {present} {rng.choice(_OBJECTS)}"


def write_texts(folder: Path, rows: int, seed: int) -> tuple[Path, Path]:
    """Writes ``documents.txt`` and ``sentences.txt``, one text a line."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "documents.txt", folder / "sentences.txt"
    for path, write, side in zip(paths, (document, sentence), (0, 1), strict=True):
        rng = random.Random(f"{seed}/{side}")
        lines = [write(rng) for _ in range(rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths


def make(output: Path, rows: int = 2000, seed: int = 1) -> None:
    """Prepares the corpus at ``output``."""
    with tempfile.TemporaryDirectory() as folder:
        documents, sentences = write_texts(Path(folder), rows, seed)
        prepare([documents], [sentences], output, vocabulary_size=500, seed=seed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("output", type=Path, metavar="OUT")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    make(arguments.output, arguments.rows, arguments.seed)
