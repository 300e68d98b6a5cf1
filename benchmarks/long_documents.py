"""How well sentences of long documents are chosen, and how fast, against lead and TextRank.

    python -m data_prep.bbc_news RAW OUT.jsonl --every 7
    python benchmarks/long_documents.py OUT.jsonl [--words 30] [--encoder DIR] [--half reported]

Every system gets the same number of words.  *cut*: sentences in the order of the system's ranking,
the last one cut; *compressed*: whole sentences while they fit, then one shortened by the model.
Each is compared with lead cut, line by line, to as many words as the system used.  Of the lines,
the even ones (counted from 0) are for development, the odd ones for reports.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from summ.evaluation.summaries.baselines import baseline
from summ.evaluation.summaries.evaluation import SystemFigures, compare, score_system
from summ.evaluation.summaries.pairs import Texts, read_records
from summ.evaluation.summaries.protocols import protocol_named
from summ.evaluation.tables import table
from summ.families.summarizer.model import load_summary_model
from summ.pipelines.compress import ModelCompressor
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.length_plan import assemble, whole_first
from summ.pipelines.selection import Encode, rank_sentences
from summ.text.sentences import split_sentences
from summ.text.words import count_words, cut_to_words

HALVES = {"development": slice(0, None, 2), "reported": slice(1, None, 2), "all": slice(None)}
RANKED = 12  # sentences at most, of a document

# From the sentences of a document to the positions of its best ones, the best first.
Rank = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True)
class Run:
    """What one system made of all documents, and how long it took."""

    name: str
    summaries: list[str]
    seconds: float


def rankings(encode: Encode | None) -> dict[str, Rank]:
    """The selectors by name."""
    found: dict[str, Rank] = {
        "lead": lambda sentences: list(range(min(RANKED, len(sentences)))),
        "TF-IDF centrality": lambda sentences: rank_sentences([sentences], RANKED),
    }
    if encode is not None:
        found["vector centrality"] = lambda sentences: rank_sentences([sentences], RANKED, encode)
    return found


def cut(documents: Sequence[Sequence[str]], rank: Rank, words: int) -> list[str]:
    """Whole sentences by rank, the last one cut, in the order of the document."""
    summaries = []
    for sentences in documents:
        kept: dict[int, str] = {}
        room = words
        for place in rank(sentences):
            kept[place] = cut_to_words(sentences[place], room)
            room -= count_words(kept[place])
        summaries.append(" ".join(kept[place] for place in sorted(kept) if kept[place]))
    return summaries


def compressed(
    documents: Sequence[Sequence[str]], rank: Rank, words: int, compressor: ModelCompressor
) -> list[str]:
    """Whole sentences by rank, the last one shortened by the model."""
    plans = [whole_first(sentences, rank(sentences), words) for sentences in documents]
    parts = [part for plan in plans for part in plan.parts]
    long = [(part.text, part.budget) for part in parts if part.budget is not None]
    shortened = iter(
        compressor.compress([t for t, _ in long], [b for _, b in long], DecodingOptions())
    )
    return [
        assemble(plan, [p.text if p.budget is None else next(shortened).text for p in plan.parts])
        for plan in plans
    ]


def timed(name: str, make: Callable[[], list[str]]) -> Run:
    """The summaries, and the processor's time for them."""
    start = time.process_time()
    summaries = make()
    return Run(name, summaries, time.process_time() - start)


def runs(texts: Texts, words: int, encode: Encode | None) -> list[Run]:
    """Every system on every document."""
    compressor = ModelCompressor(load_summary_model(None, "cpu"))
    documents = [split_sentences(t, longest=compressor.longest) for t in texts.sources or []]
    found = [
        timed("TextRank (sumy), cut", lambda: baseline("textrank", texts, words=words)),
        timed("LexRank (sumy), cut", lambda: baseline("lexrank", texts, words=words)),
    ]
    for name, rank in rankings(encode).items():
        found.append(timed(f"{name}, cut", lambda rank=rank: cut(documents, rank, words)))
        found.append(
            timed(
                f"{name}, compressed",
                lambda rank=rank: compressed(documents, rank, words, compressor),
            )
        )
    return found


def row(run: Run, texts: Texts, peer: Run) -> list[str]:
    """The figures of one system."""
    protocol = protocol_named("default")
    system = score_system(run.name, run.summaries, texts, protocol)
    lengths = [count_words(summary) for summary in run.summaries]
    lead: SystemFigures = score_system(
        "lead", baseline("lead", texts, words=lengths), texts, protocol
    )
    one = compare(system, lead).figures["rouge1"]
    report = system.rouge
    low, high = report.rouge1.ci95
    return [
        run.name,
        f"{report.words_mean:.1f}",
        f"{report.rouge1.f1:.2f}",
        f"{low:.2f}-{high:.2f}",
        f"{report.rouge2.f1:.2f}",
        f"{report.rougeL.f1:.2f}",
        f"{one.difference:+.2f}",
        f"{one.ci95[0]:+.2f} to {one.ci95[1]:+.2f}",
        f"{run.seconds:.2f}",
        f"{run.seconds / peer.seconds:.2f}",
    ]


def main(arguments: Sequence[str]) -> None:
    """Prints the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("data", type=Path, metavar="DATA.jsonl")
    options.add_argument("--words", type=int, default=30)
    options.add_argument("--encoder", type=Path, metavar="DIR", help="a sentence model")
    options.add_argument("--half", choices=HALVES, default="reported")
    given = options.parse_args(arguments)
    encode: Encode | None = None
    if given.encoder is not None:
        from summ.pipelines.embed import SentenceEncoder

        encode = SentenceEncoder.load(given.encoder, "cpu").encode
    everything = read_records(given.data)
    texts = everything.rows(range(len(everything))[HALVES[given.half]])
    found = runs(texts, given.words, encode)
    head = ["system", "words", "R-1", "95 %", "R-2", "R-L", "minus lead", "95 %", "s", "x TextRank"]
    shown = table(head, [row(run, texts, found[0]) for run in found], "plain")
    signature = score_system(
        "", found[0].summaries, texts, protocol_named("default")
    ).rouge.signature
    sys.stdout.write(
        f"{shown}\n\nn = {len(texts)} ({given.half} half of {given.data.name}), at most "
        f"{given.words} words; minus lead: R-1 against lead of the same length, line by line; "
        f"s: processor time.\n\n{signature}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
