"""en-small exported to CTranslate2 in 8 bits, against our own loop: the same words, and how fast.

    python benchmarks/ctranslate2_speed.py [LINES.txt]

Greedy and without constraints in all of them; ``pip install ".[fast]"``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import ctranslate2
import torch
from measuring import in_turns, lines, machine, show

from summ.export.export import export
from summ.families.summarizer.model import load_summary_model
from summ.networks.policy import Marks, greedy
from summ.networks.transformer import Encoded
from summ.pretrained import find_model
from summ.types import Tokens

COUNT, PIECES, WORDS = 48, 16, 10


def main() -> None:
    torch.set_num_threads(1)
    given = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines() if sys.argv[1:] else []
    texts = (given or lines(COUNT))[:COUNT]
    model = load_summary_model(find_model("en-small"))
    vocabulary, compressor = model.vocabulary, model.compressor
    marks, pieces = Marks.of(vocabulary, torch.device("cpu")), vocabulary.pieces()
    room = model.settings.max_document - 1
    ids = [[*row[:room], vocabulary.eos] for row in vocabulary.encode(texts)]
    prompt = pieces[int(compressor.prompts[WORDS - 1])]
    given_pieces = [[prompt, *(pieces[one] for one in row)] for row in ids]
    # Of like length together, as the pipelines do it.
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))

    def ours() -> list[list[str]]:
        found: dict[int, list[str]] = {}
        for start in range(0, len(order), 64):
            batch = order[start : start + 64]
            source = Tokens.from_lists([ids[place] for place in batch], vocabulary.pad)
            with torch.no_grad():
                read = compressor.read(source, torch.full((len(batch),), WORDS))
                encoded = Encoded(read.states, read.mask, torch.ones_like(read.allowed), None)
                drawn = greedy(compressor, encoded, marks, PIECES)
            for place, row, mask in zip(
                batch, drawn.ids.tolist(), drawn.mask.tolist(), strict=True
            ):
                kept = [one for one, real in zip(row, mask, strict=True) if real]
                found[place] = [pieces[one] for one in kept if one != vocabulary.eos]
        return [found[place] for place in range(len(ids))]

    with tempfile.TemporaryDirectory() as place:
        export(find_model("en-small"), "ctranslate2", Path(place) / "out")
        folder = str(Path(place) / "out" / "model")
        translators = {
            kind: ctranslate2.Translator(folder, compute_type=kind, intra_threads=1)
            for kind in ("int8", "float32")
        }

        def theirs(kind: str) -> list[list[str]]:
            done: Any = translators[kind].translate_batch(
                given_pieces,
                beam_size=1,
                max_decoding_length=PIECES,
                max_batch_size=64,
            )
            return [one.hypotheses[0] for one in done]

        said = ours()
        equal = {
            kind: sum(a == b for a, b in zip(said, theirs(kind), strict=True))
            for kind in translators
        }
        took = in_turns(
            {"summ": ours, **{kind: (lambda kind=kind: theirs(kind)) for kind in translators}},
            repeats=1,
        )
    sys.stdout.write(machine() + "\n")
    mine = took["summ"].processor
    rows = [("summ, fp32", f"{len(texts) / mine:.1f}", "1.00", "")]
    for kind in translators:
        seconds = took[kind].processor
        rows.append(
            (
                f"CTranslate2, {kind}",
                f"{len(texts) / seconds:.1f}",
                f"{mine / seconds:.2f}",
                f"{100 * equal[kind] / len(texts):.1f} %",
            )
        )
    head = ("what", "texts/s", "times ours", "equal summaries")
    show(f"Greedy, open vocabulary, {len(texts)} texts, a processor second", head, rows)


if __name__ == "__main__":
    main()
