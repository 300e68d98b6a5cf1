"""Judges of what a reader minds, learned without labels, beside readers' marks.

    python -m benchmarks.judges complete --headlines H.txt --sentences S.txt --marks MARKS.jsonl
    python -m benchmarks.judges true --sentences S.txt --marks MARKS.jsonl

A small recurrent network tells whole lines from broken ones.  It reads what a network that ships,
whose weights stay as they are, makes of each piece: ``complete`` the language model of en-small,
which reads the line alone; ``true`` the compressor of en-lines, which reads its sentence, too.  Of
each kind of error (``benchmarks/line_errors.py``) it prints the AUC against whole lines that it has
not seen; kinds named by ``--held-out`` are not taught.  MARKS are records ``{"text", "line",
"group", "complete", "true", "likelihood"}`` of lines that people read, the last a figure to compare
with; of each group it prints how well the judge orders the marks (AUC, 95 % bootstrap interval),
and how well the number of words, the mean log-probability, that of the end and ``likelihood`` do.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.line_errors import (
    INCOMPLETE,
    LOST_ATTRIBUTION,
    UNTRUE,
    WHOLE,
    Example,
    balanced,
    completeness_examples,
    truth_examples,
)
from summ.evaluation.tables import table
from summ.families.shortener.model import load_shortener
from summ.families.summarizer.model import load_summary_model
from summ.text.vocabulary import Vocabulary
from summ.types import Tokens

_ROWS = 64
_POOL = 50 * _ROWS  # rows that are sorted by length together
_LONGEST = 47  # pieces of a line
_BUDGET = 10  # words that the compressor is asked for
_SEEN, _SCALE = 2, 4.0  # log-probabilities of each step, and what they are divided by
_SHIPPED = Path(__file__).parents[1] / "summ" / "pretrained"
_RESAMPLES = 1000


def auc(positive: np.ndarray, negative: np.ndarray) -> float:
    """How often a positive figure is above a negative one; ties count half."""
    order = np.sort(negative)
    below = np.searchsorted(order, positive, side="left")
    ties = np.searchsorted(order, positive, side="right") - below
    return float((below + ties / 2).mean() / len(order))


def auc_interval(figures: np.ndarray, marks: np.ndarray) -> str:
    """The AUC of figures against marks of 0 and 1, with its 95 % bootstrap interval."""
    generator = np.random.default_rng(1)
    positive, negative = figures[marks == 1], figures[marks == 0]
    if min(len(positive), len(negative)) < 5:
        return ""
    drawn = [
        auc(generator.choice(positive, len(positive)), generator.choice(negative, len(negative)))
        for _ in range(_RESAMPLES)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{auc(positive, negative):.2f} ({low:.2f}-{high:.2f})"


@dataclass(frozen=True)
class Rows:
    """What a judge reads of each example: pieces, or states of a network."""

    items: Sequence[Tensor]  # (T, D)

    def batch(self, places: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Padded rows and which positions are real."""
        items = [self.items[place] for place in places]
        mask = nn.utils.rnn.pad_sequence([torch.ones(len(i)) for i in items], batch_first=True)
        return nn.utils.rnn.pad_sequence(list(items), batch_first=True), mask.bool()


class Judge(nn.Module):
    """A recurrent network on what another, whose weights stay, makes of each piece of a line."""

    def __init__(self, width: int, inner: int = 96) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.narrow = nn.Sequential(nn.Linear(width + _SEEN, inner), nn.GELU(), nn.Dropout(0.1))
        self.network = nn.GRU(inner, inner, batch_first=True, bidirectional=True)
        self.score = nn.Sequential(nn.Linear(6 * inner, inner), nn.GELU(), nn.Linear(inner, 1))

    def forward(self, rows: Tensor, mask: Tensor) -> Tensor:
        states, seen = rows[..., :-_SEEN], rows[..., -_SEEN:]
        narrow = self.narrow(torch.cat([self.norm(states), seen], dim=2))
        packed = nn.utils.rnn.pack_padded_sequence(
            narrow, mask.sum(dim=1), batch_first=True, enforce_sorted=False
        )
        out, _ = nn.utils.rnn.pad_packed_sequence(self.network(packed)[0], batch_first=True)
        return self.score(_pooled(out, mask)).squeeze(1)


def _pooled(states: Tensor, mask: Tensor) -> Tensor:
    """The last state, the mean and the maximum: (B, T, D) to (B, 3 D)."""
    real = mask[:, :, None]
    last = states[torch.arange(len(states)), mask.sum(dim=1) - 1]
    mean = states.masked_fill(~real, 0.0).sum(dim=1) / real.sum(dim=1)
    return torch.cat([last, mean, states.masked_fill(~real, -1e4).amax(dim=1)], dim=1)


def learn(judge: nn.Module, rows: Rows, whole: Tensor, updates: int, rate: float) -> None:
    """Tells whole from broken by cross-entropy; the rate rises for a tenth and falls to zero."""
    optimizer = torch.optim.AdamW(judge.parameters(), rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, updates, pct_start=0.1)
    rng, batches, total, began = random.Random(1), [], 0.0, time.process_time()
    judge.train()
    for update in range(1, updates + 1):
        batches = batches or _batches(rows, rng)
        places = batches.pop()
        target = whole[places] * 0.96 + 0.02
        loss = nn.functional.binary_cross_entropy_with_logits(judge(*rows.batch(places)), target)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        total += loss.item()
        if update % 100 == 0:
            seconds = time.process_time() - began
            sys.stderr.write(f"{update}: {total / 100:.3f} nats, {seconds:.0f} s\n")
            total = 0.0


def _batches(rows: Rows, rng: random.Random) -> list[list[int]]:
    """All rows in chance order, those of a batch of about the same length."""
    order = rng.sample(range(len(rows.items)), len(rows.items))
    found = []
    for first in range(0, len(order), _POOL):
        pool = sorted(order[first : first + _POOL], key=lambda place: len(rows.items[place]))
        found += [pool[k : k + _ROWS] for k in range(0, len(pool), _ROWS)]
    rng.shuffle(found)
    return found


@torch.inference_mode()
def judged(judge: nn.Module, rows: Rows) -> np.ndarray:
    """The judge's figure of each row: above 0 is whole."""
    judge.eval()
    found = np.zeros(len(rows.items))
    order = sorted(range(len(rows.items)), key=lambda place: len(rows.items[place]))
    for first in range(0, len(order), _ROWS):
        places = order[first : first + _ROWS]
        found[places] = judge(*rows.batch(places)).numpy()
    return found


class Reader:
    """Makes rows of sentences and lines: states, and how likely a network thinks each step.

    A row has a position for each piece of the line and one for its end: the state that the piece
    is predicted from, its log-probability, and that of an end there.
    """

    width: int

    @torch.inference_mode()
    def rows(self, pairs: Sequence[tuple[str, str]]) -> Rows:
        """Of each sentence and line; those of a sentence are read together."""
        found: list[Tensor] = [torch.zeros(0)] * len(pairs)
        order = sorted(range(len(pairs)), key=lambda place: (len(pairs[place][0]), pairs[place]))
        for first in range(0, len(order), _ROWS):
            places = order[first : first + _ROWS]
            for place, row in zip(places, self._read([pairs[k] for k in places]), strict=True):
                found[place] = row
        return Rows(found)

    def _read(self, pairs: Sequence[tuple[str, str]]) -> list[Tensor]:
        raise NotImplementedError

    def _lines(self, vocabulary: Vocabulary, pairs: Sequence[tuple[str, str]]) -> list[list[int]]:
        folded = [vocabulary.fold(line.rstrip(" .,;:")).text for _, line in pairs]
        return [row[:_LONGEST] for row in vocabulary.encode_canonical(folded)]


def _with_likelihood(
    states: Tensor, log_probs: Tensor, lines: Sequence[Sequence[int]], eos: int
) -> list[Tensor]:
    """The rows of a batch: (B, T, D) states and (B, T, V) log-probabilities behind each."""
    rows = []
    for state, table_of, line in zip(states, log_probs, lines, strict=True):
        steps = range(len(line) + 1)
        said = table_of[steps, torch.tensor([*line, eos])]
        seen = torch.stack([said, table_of[steps, eos]], dim=1) / _SCALE
        rows.append(torch.cat([state[steps], seen], dim=1))
    return rows


class LineReader(Reader):
    """Reads lines alone, with the language model of en-small."""

    def __init__(self) -> None:
        model = load_summary_model(_SHIPPED / "en-small")
        if model.language_model is None:
            raise SystemExit("en-small has no language model. Install summ again.")
        self._vocabulary, self._network = model.vocabulary, model.language_model.network
        self._start = model.language_model.start
        self.width = self._network.config.n_embd

    def _read(self, pairs: Sequence[tuple[str, str]]) -> list[Tensor]:
        lines = self._lines(self._vocabulary, pairs)
        inputs = Tokens.from_lists([[self._start, *row] for row in lines], self._vocabulary.pad)
        states = self._network.transformer(
            inputs.ids, attention_mask=inputs.mask.long(), use_cache=False
        ).last_hidden_state
        log_probs = self._network.lm_head(states).log_softmax(dim=-1)
        return _with_likelihood(states, log_probs, lines, self._vocabulary.eos)


class PairReader(Reader):
    """Reads a sentence and a line of it, with the compressor of en-lines."""

    def __init__(self) -> None:
        self._model = load_shortener()
        self.width = self._model.compressor.network.config.hidden_size

    def _read(self, pairs: Sequence[tuple[str, str]]) -> list[Tensor]:
        vocabulary, compressor = self._model.vocabulary, self._model.compressor
        texts = list(dict.fromkeys(source for source, _ in pairs))
        ids = vocabulary.encode_canonical([vocabulary.fold(text).text for text in texts])
        room = self._model.settings.max_document - 1
        source = Tokens.from_lists([[*row[:room], vocabulary.eos] for row in ids], vocabulary.pad)
        encoded = compressor.read(source, torch.full((len(texts),), _BUDGET))
        encoded = encoded.rows(torch.tensor([texts.index(source) for source, _ in pairs]))
        lines = self._lines(vocabulary, pairs)
        inputs = Tokens.from_lists([[compressor.start, *row] for row in lines], vocabulary.pad)
        states = compressor.network.get_decoder()(
            input_ids=inputs.ids,
            encoder_hidden_states=encoded.states,
            encoder_attention_mask=encoded.mask.long(),
            use_cache=False,
        ).last_hidden_state
        logits = compressor.network.lm_head(states) + compressor.network.final_logits_bias
        return _with_likelihood(states, logits.log_softmax(dim=-1), lines, vocabulary.eos)


def examples_of(asked: argparse.Namespace) -> tuple[list[Example], list[Example]]:
    """Examples to learn from, without the kinds held out, and others to test on, with them."""
    rng, verbs = random.Random(asked.seed), load_shortener().verbs
    headlines = asked.headlines.read_text("utf-8").splitlines() if asked.headlines else []
    sentences = [line for file in asked.sentences for line in file.read_text("utf-8").splitlines()]
    rng.shuffle(sentences)
    parts: list[list[Example]] = []
    for test in (False, True):
        own, other = (
            lines[-len(lines) // 8 :] if test else lines[: -len(lines) // 8]
            for lines in (headlines, sentences)
        )
        if asked.error == "complete":
            made = completeness_examples(own, other, verbs, rng)
        else:
            made = truth_examples(other, verbs, rng)
        kept = [one for one in made if test or one.kind not in asked.held_out]
        parts.append(balanced(kept, rng))
    return parts[0], parts[1]


def of_kinds(figures: np.ndarray, examples: Sequence[Example], held_out: Sequence[str]) -> str:
    """The AUC of each kind of error against whole lines of the same register."""
    rows = []
    for kind in [*INCOMPLETE, *UNTRUE, LOST_ATTRIBUTION]:
        broken = np.array([one.kind == kind for one in examples])
        registers = {one.register for one in examples if one.kind == kind}
        whole = np.array([one.kind == WHOLE and one.register in registers for one in examples])
        if broken.sum() >= 5 and whole.any():
            taught = "no" if kind in held_out else "yes"
            rows.append(
                (kind, taught, str(broken.sum()), f"{auc(figures[whole], figures[broken]):.3f}")
            )
    return table(("error", "taught", "lines", "AUC"), rows, "markdown")


def of_marks(reader: Reader, judge: nn.Module, asked: argparse.Namespace) -> str:
    """How well judge, length, likelihood and end order readers' marks, by group."""
    records = [json.loads(line) for line in asked.marks.read_text("utf-8").splitlines()]
    rows = reader.rows([(one["text"], one["line"]) for one in records])
    known = np.array([one.get("likelihood") or np.nan for one in records])
    figures: dict[str, np.ndarray] = {
        "judge": judged(judge, rows),
        "words": np.array([len(one["line"].split()) for one in records], dtype=float),
        "mean": np.array([float(row[:, -2].mean()) for row in rows.items]),
        "end": np.array([float(row[-1, -1]) for row in rows.items]),
        "likelihood": known,
    }
    if asked.save:
        saved = [
            dict(one, judge=float(f)) for one, f in zip(records, figures["judge"], strict=True)
        ]
        asked.save.write_text("\n".join(json.dumps(one) for one in saved) + "\n", "utf-8")
    marks = np.array([one[asked.error] for one in records])
    lines = []
    for group in dict.fromkeys(one["group"] for one in records):
        inside = np.array([one["group"] == group for one in records])
        cells = []
        for values in figures.values():
            given = inside & ~np.isnan(values)
            cells.append(auc_interval(values[given], marks[given]))
        lines.append((group, str(inside.sum()), f"{100 * marks[inside].mean():.0f} %", *cells))
    return table(("group", "lines", asked.error, *figures), lines, "markdown")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("error", choices=("complete", "true"))
    parser.add_argument("--headlines", type=Path)
    parser.add_argument("--sentences", type=Path, nargs="+", required=True)
    parser.add_argument("--marks", type=Path)
    parser.add_argument("--held-out", nargs="*", default=(), help="kinds that are not taught")
    parser.add_argument("--updates", type=int, default=1200)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, help="marks with the judge's figures")
    parser.add_argument("--judge", type=Path, help="where the judge's weights are written")
    asked = parser.parse_args()
    torch.manual_seed(asked.seed)
    taught, test = examples_of(asked)
    reader = LineReader() if asked.error == "complete" else PairReader()
    sys.stderr.write(f"{len(taught)} examples to learn from\n")
    judge = Judge(reader.width)
    rows = reader.rows([(one.source, one.line) for one in taught])
    whole = torch.tensor([float(one.kind == WHOLE) for one in taught])
    learn(judge, rows, whole, asked.updates, asked.rate)
    figures = judged(judge, reader.rows([(one.source, one.line) for one in test]))
    sys.stdout.write(of_kinds(figures, test, asked.held_out) + "\n\n")
    if asked.judge:
        torch.save(judge.state_dict(), asked.judge)
    if asked.marks:
        sys.stdout.write(of_marks(reader, judge, asked) + "\n")


if __name__ == "__main__":
    main()
