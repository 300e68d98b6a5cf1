"""How fast ``summ prepare`` is, against sentencepiece alone: learning pieces and encoding.

    python benchmarks/prepare_speed.py [MEGABYTES] [LINES.txt]

Without a file the texts are invented, of very few different words, which sentencepiece learns in no
time: the ratio of natural texts is the one that counts.
"""

from __future__ import annotations

import sys
import tempfile
from bisect import bisect_left
from itertools import accumulate
from pathlib import Path

from measuring import lines, program, show

PEER = """
import sys
import sentencepiece
documents, sentences, place = sys.argv[1:]
sentencepiece.SentencePieceTrainer.train(
    input=[documents, sentences], model_prefix=place, vocab_size=1000, model_type="unigram",
    input_sentence_size=1_000_000, shuffle_input_sentence=True, num_threads=1, minloglevel=2,
    hard_vocab_limit=False,
)
model = sentencepiece.SentencePieceProcessor(model_file=place + ".model")
for name in (documents, sentences):
    with open(name, encoding="utf-8") as file:
        while batch := file.readlines(1 << 20):
            model.encode(batch)
"""


def up_to(characters: float, given: list[str]) -> list[str]:
    """The first lines with so many characters."""
    ends = list(accumulate(map(len, given)))
    return given[: bisect_left(ends, characters) + 1]


def main() -> None:
    megabytes = float(sys.argv[1]) if sys.argv[1:] else 4.0
    given = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines() if sys.argv[2:] else []
    rows = []
    for size in (megabytes / 4, megabytes):
        with tempfile.TemporaryDirectory() as place:
            documents, sentences = Path(place) / "documents.txt", Path(place) / "sentences.txt"
            made = up_to(size * 1e6, given) if given else lines(int(size * 1e6 / 210))
            documents.write_text("\n".join(made) + "\n", encoding="utf-8")
            heads = (" ".join(line.split()[:8]) for line in made)
            sentences.write_text("\n".join(heads) + "\n", encoding="utf-8")
            total = (documents.stat().st_size + sentences.stat().st_size) / 1e6
            ours = program(
                *("-m", "summ", "prepare", "--documents", str(documents)),
                *("--sentences", str(sentences), "--output", str(Path(place) / "corpus")),
                *("--vocabulary-size", "1000", "--workers", "1"),
                repeats=1,
            )
            peer = program(
                "-c", PEER, str(documents), str(sentences), str(Path(place) / "pieces"), repeats=1
            )
        rows.append(
            (
                f"{total:.1f} MB",
                f"{total / ours.processor:.2f}",
                f"{total / peer.processor:.2f}",
                f"{ours.processor / peer.processor:.2f}",
                f"{ours.memory:.0f}",
                f"{peer.memory:.0f}",
            )
        )
    head = ("input", "summ MB/s", "sentencepiece MB/s", "time, ratio", "memory MB", "its memory MB")
    show("summ prepare, a processor second, starting included", head, rows)


if __name__ == "__main__":
    main()
