"""Headlines without loss: a language model and an entropy coder beside deflate.

    pip install ".[benchmarks]"
    python benchmarks/lossless.py HEADLINES.txt --dictionary OTHERS.txt

Codes every line of HEADLINES.txt with the language model of ``en-small`` and a range coder
(constriction), decodes it again, and prints bits a character.  Beside it deflate, a line at a time
and all lines as one text, with the 32 KB of OTHERS.txt at the most as its dictionary.

What is coded is a text's canonical form, for both alike: lower case, digits as ``#``.  Lines with
characters that the vocabulary does not know are left out, and counted.

The coder takes one piece of each line after another, so that all lines are one batch of the
network; both ends compute the same batches, or their floating-point numbers would differ and the
decoder would lose its place.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from constriction import stream

from summ.evaluation.tables import table
from summ.families.summarizer.model import SummaryModel, load_summary_model
from summ.networks.language_model import LanguageModel
from summ.pretrained import find_model
from summ.types import Tokens

_FAMILY = stream.model.Categorical(perfect=False)
_WINDOW = 32 * 1024 - 262  # bytes of a dictionary that deflate looks into

Symbols = np.ndarray[Any, np.dtype[np.int32]]
Take = Callable[[np.ndarray[Any, Any], list[int]], Symbols]


@torch.inference_mode()
def piece_by_piece(model: LanguageModel, lines: int, eos: int, longest: int, take: Take) -> None:
    """Goes through all lines at once, a piece of each at a time.

    Args:
        take: is given the probabilities of the next piece of every line that has not ended, and
            which lines these are; returns their pieces.
    """
    going, ids = list(range(lines)), torch.zeros((lines, 1), dtype=torch.long)
    for _ in range(longest):
        if not going:
            return
        read = Tokens(ids, torch.ones_like(ids, dtype=torch.bool))
        probabilities = model(read)[:, -1].exp().float().numpy()
        pieces = torch.from_numpy(take(probabilities, going).astype(np.int64))
        ids[:, -1] = pieces
        kept = (pieces != eos).nonzero().squeeze(1)
        going = [going[row] for row in kept.tolist()]
        ids = torch.cat([ids[kept], torch.zeros((len(kept), 1), dtype=torch.long)], dim=1)


def coded(model: LanguageModel, rows: Sequence[Sequence[int]], eos: int) -> bytes:
    """Lines, each with its end mark, as one string of bytes."""
    coder, position = stream.queue.RangeEncoder(), 0

    def take(probabilities: np.ndarray[Any, Any], going: list[int]) -> Symbols:
        nonlocal position
        pieces = np.array([rows[line][position] for line in going], dtype=np.int32)
        coder.encode(pieces, _FAMILY, probabilities)
        position += 1
        return pieces

    piece_by_piece(model, len(rows), eos, max(map(len, rows)), take)
    return len(rows).to_bytes(4, "little") + coder.get_compressed().tobytes()


def uncoded(model: LanguageModel, code: bytes, eos: int, longest: int) -> list[list[int]]:
    """The lines that ``coded`` was given."""
    rows: list[list[int]] = [[] for _ in range(int.from_bytes(code[:4], "little"))]
    coder = stream.queue.RangeDecoder(np.frombuffer(code[4:], dtype=np.uint32))

    def take(probabilities: np.ndarray[Any, Any], going: list[int]) -> Symbols:
        pieces = np.asarray(coder.decode(_FAMILY, probabilities), dtype=np.int32)
        for line, piece in zip(going, pieces.tolist(), strict=True):
            rows[line].append(piece)
        return pieces

    piece_by_piece(model, len(rows), eos, longest, take)
    return rows


def deflated(texts: Sequence[str], dictionary: bytes) -> int:
    """Bytes of texts, each deflated by itself."""
    total = 0
    for text in texts:
        one = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
        total += len(one.compress(text.encode()) + one.flush())
    return total


def known_lines(file: Path, model: SummaryModel, count: int) -> tuple[list[str], list[list[int]]]:
    """The first lines whose pieces can be turned back into them, and these with end marks."""
    lines = file.read_text(encoding="utf-8").splitlines()[:count]
    texts = [model.vocabulary.canonical(line) for line in lines]
    longest = model.settings.max_sentence - 1
    rows = model.vocabulary.encode(texts)
    told = [
        (text, [*ids, model.vocabulary.eos])
        for text, ids in zip(texts, rows, strict=True)
        if ids and len(ids) <= longest and model.vocabulary.decode(ids) == text
    ]
    return [text for text, _ in told], [row for _, row in told]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lines", type=Path)
    parser.add_argument("--dictionary", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1000)
    asked = parser.parse_args()
    model = load_summary_model(find_model("en-small"))
    eos, longest = model.vocabulary.eos, model.settings.max_sentence
    texts, rows = known_lines(asked.lines, model, asked.count)
    code = coded(model.language_model, rows, eos)
    if uncoded(model.language_model, code, eos, longest) != rows:
        raise SystemExit("the round trip is not exact")
    with asked.dictionary.open(encoding="utf-8") as file:
        others = "\n".join(map(model.vocabulary.canonical, file.readlines(_WINDOW)))
    dictionary = others.encode()[-_WINDOW:]
    characters = sum(map(len, texts))
    found = {
        "language model of en-small, range coder": len(code),
        "deflate with a dictionary, all lines as one": deflated(["\n".join(texts)], dictionary),
        "deflate with a dictionary, line by line": deflated(texts, dictionary),
    }
    cells = [
        (name, str(size), f"{8 * size / characters:.3f}", f"{8 * size / len(texts):.1f}")
        for name, size in found.items()
    ]
    sys.stdout.write(f"{len(texts)} lines, {characters} characters; the round trip is exact\n")
    head = ("coder", "bytes", "bits a character", "bits a line")
    sys.stdout.write(table(head, cells, "markdown") + "\n")


if __name__ == "__main__":
    main()
