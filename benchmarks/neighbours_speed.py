"""How long one query among a million codes takes, after loading: neighbours_speed.py [N].

The codes are random, the texts short; encoding the query and its shortlist is included.  Processor
and wall milliseconds of one thread, medians of 30 queries, and the best.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import torch

from summ.pipelines.embed import SentenceEncoder
from summ.pipelines.neighbours import CodedTexts


def main() -> None:
    torch.set_num_threads(1)
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    codes = np.random.default_rng(1).integers(0, 2**64, size=(number, 1), dtype=np.uint64)
    texts = [f"The council opened bridge {place % 1000} in Lima" for place in range(number)]
    coded, encoder = CodedTexts(texts, codes), SentenceEncoder.load()
    walls, processor = [], []
    for _ in range(30):
        wall, used = time.perf_counter(), time.process_time()
        coded.nearest("Murray wins at Wimbledon", encoder, 10)
        walls.append(1e3 * (time.perf_counter() - wall))
        processor.append(1e3 * (time.process_time() - used))
    sys.stdout.write(
        f"{number} codes: {np.median(processor):.1f} ms of the processor, "
        f"{np.median(walls):.1f} ms by the clock (best {min(walls):.1f})\n"
    )


if __name__ == "__main__":
    main()
