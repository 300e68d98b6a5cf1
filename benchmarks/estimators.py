"""Estimators of the gradient through discrete words, from one warm start, in one table.

    python benchmarks/estimators.py DEV.jsonl --corpus corpora/en \\
        --start-from runs/en-small-cpu/stages/warm-start --output runs/estimators \\
        --steps 150 --seeds 1 2

Trains configs/estimators.yaml once an estimator, with the ``--set`` lines of ``ESTIMATORS``, from
the same weights on the same number of documents, and prints Markdown: ROUGE of greedy summaries at
8 and 10 words, how much is copied and repeated, how well the reconstructor rebuilds, what an update
costs, and how noisy the compressor's gradient is.

It goes on where it stopped: finished runs are not trained again, interrupted ones are resumed, and
what was measured is kept beside the run.  ``--only-table`` trains nothing and prints what is there.
``--seeds`` of which no run is finished are left out of a row, and its ``runs`` says so.

*Gradient noise* is taken at the weights of ``--start-from``, on one batch, over ``--draws``
repetitions that differ in their random numbers alone, without the anchor:
variance = trace of the covariance of the compressor's gradient; noise / signal = the same over the
squared norm of its mean (without the bias that finite repetitions add).  The adversary is as it
stands in ``--start-from``.  *Seconds* are forward, backward and adversary of one update, anchor
included, without optimizer and data; the median of ``--timings``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from summ.data.files import sha256, write_file
from summ.evaluation.summaries.pairs import Texts, read_records
from summ.evaluation.summaries.quality import mean_of_known, quality
from summ.evaluation.summaries.rouge import rouge
from summ.evaluation.summaries.systems import NLL, summarize_texts
from summ.evaluation.tables import table
from summ.families import load_run, task, train
from summ.families.summarizer.config import SummarizerRun
from summ.pipelines.decoding_options import DecodingOptions
from summ.training.checkpoint import checkpoints
from summ.training.random_streams import RandomStreams, stage_seed
from summ.training.task import StageParts

CONFIG = Path(__file__).parents[1] / "configs" / "estimators.yaml"
ESTIMATORS = {
    "self-critical": ("stages.0.baseline=self-critical", "stages.0.samples=1"),
    "leave-one-out": (),
    "gumbel": ("stages.0.kind=gumbel",),
    "wgan": (
        "stages.0.kind=gumbel",
        "stages.0.critic=wgan-gp",
        "stages.0.critic_updates=3",
        "stages.0.optimizer.discriminator_learning_rate=1.0e-4",
    ),
    "cycle": (
        "stages.0.kind=pretrain",
        "stages.0.discriminator_every=0",
        "stages.0.likelihood.back_translated_share=0.67",
        "stages.0.likelihood.draft_share=0.67",
    ),
}
WORDS = (8, 10)
METRICS = ("rouge1", "rouge2", "rougeL")
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Row:
    """What is known of one estimator; a list has a number for each finished run."""

    name: str
    judged: list[dict[str, Any]]
    gradient: dict[str, float] | None
    wanted: int


def main(arguments: Sequence[str]) -> None:
    """Trains, measures, prints."""
    options = _options().parse_args(arguments)
    texts = read_records(options.data)
    if options.lines:
        texts = texts.rows(range(min(options.lines, len(texts))))
    start = _judged(options.start_from, texts, options, options.output / "warm-start.json")
    rows = [Row("warm start", [start], None, 1)]
    for name in options.estimators:
        gradient = _kept(
            options.output / f"{name}-gradient.json",
            _settings(options) | {"draws": options.draws, "timings": options.timings},
            lambda name=name: measure(_config(name, options.seeds[0], options), options),
        )
        judged = []
        for seed in options.seeds:
            config = _config(name, seed, options)
            if not options.only_table:
                _finish(config)
            if _finished(config):
                place = config.output / "judged.json"
                judged.append(_judged(config.output / "model", texts, options, place))
        rows.append(Row(name, judged, gradient, len(options.seeds)))
    sys.stdout.write(_report(rows, options, start))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("data", type=Path, help='records {"text", "summaries"}')
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--start-from", type=Path, required=True, help="a model folder")
    parser.add_argument("--output", type=Path, default=Path("runs/estimators"))
    parser.add_argument("--steps", type=int, default=150, help="updates of each run")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument(
        "--estimators", nargs="+", default=list(ESTIMATORS), choices=list(ESTIMATORS)
    )
    parser.add_argument("--lines", type=int, help="judge the first so many records only")
    parser.add_argument("--draws", type=int, default=16, help="of the gradient's noise")
    parser.add_argument("--timings", type=int, default=5)
    parser.add_argument("--set", action="append", default=[], metavar="a.b=c", help="for all runs")
    parser.add_argument("--only-table", action="store_true")
    return parser


def _config(name: str, seed: int, options: argparse.Namespace) -> SummarizerRun:
    """A configuration as it is run here: its length, its place, its beginning."""
    changes = [
        f"output={options.output / f'{name}-{options.steps}-{seed}'}",
        f"seed={seed}",
        f"start_from={options.start_from}",
        f"data.corpus={options.corpus}",
        f"stages.0.steps={options.steps}",
        f"validate_every={options.steps}",
    ]
    config = load_run(CONFIG, [*changes, *ESTIMATORS[name], *options.set])
    if not isinstance(config, SummarizerRun):
        raise TypeError(f"{CONFIG}: trains no summarizer")
    return config


def _finished(config: SummarizerRun) -> bool:
    return (config.output / "model" / "model.json").is_file()


def _finish(config: SummarizerRun) -> None:
    """Trains a run, or goes on with it, unless it is finished."""
    if _finished(config):
        return
    found = checkpoints(config.output / "checkpoints")
    sys.stderr.write(f"{'resuming' if found else 'training'} {config.output}\n")
    train(config, resume=True)


def _judged(model: Path, texts: Texts, options: argparse.Namespace, place: Path) -> dict[str, Any]:
    """Figures of a model's greedy summaries, kept in ``place``."""
    key = {
        "data": sha256(options.data),
        "lines": len(texts),
        "model": sha256(model / "model.json"),
    }
    return _kept(place, key, lambda: _judge(model, texts))


def _judge(model: Path, texts: Texts) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for words in WORDS:
        sys.stderr.write(f"summarizing {len(texts)} records with {model} at {words} words\n")
        made = summarize_texts(
            texts,
            model,
            words=words,
            decoding=DecodingOptions(beams=1),
            with_figures=words == WORDS[0],
        )
        report = rouge(made.predictions, texts.references)
        found[str(words)] = {name: report.figures()[name].f1 for name in METRICS}
        found["signature"] = report.signature
        if words == WORDS[0]:
            looks = quality(made.predictions, texts.sources)
            found |= {"copied": looks.copy_rate, "repeated": looks.repeat_rate}
            found |= {
                "length": report.words_mean,
                "nll": mean_of_known(np.array(made.figures[NLL])),
            }
    return found


def measure(config: SummarizerRun, options: argparse.Namespace) -> dict[str, float]:
    """The noise of the compressor's gradient, and the seconds of an update."""
    sys.stderr.write(f"measuring the gradient of {config.output.name}\n")
    stage = config.stages[0]
    parts, alone = _parts(config), task(_without_anchor(config), CPU)
    batch = parts.batches.at(0).to(CPU)

    def autocast() -> AbstractContextManager[None]:
        return torch.autocast("cpu", torch.bfloat16, enabled=config.precision == "bf16")

    def streams(number: int) -> RandomStreams:
        # From the middle of the stage on, where a falling temperature is half-way.
        return RandomStreams(stage_seed(1, "noise"), stage.steps // 2 + number, 0, 1, CPU)

    step = alone.begin(0, 1).step
    parameters = [p for p in alone.networks()["compressor"].parameters() if p.requires_grad]
    total = torch.zeros(sum(value.numel() for value in parameters), dtype=torch.float64)
    squares = 0.0
    for number in range(options.draws):
        step.zero_grad()
        with autocast():
            loss = step(batch, streams(number)).loss
        loss.backward()
        gradient = torch.cat([_gradient(value) for value in parameters]).double()
        total += gradient
        squares += float(gradient.square().sum())
    count = options.draws
    mean = float((total / count).square().sum())
    variance = (squares / count - mean) * count / (count - 1)
    adversary, seconds = parts.adversary, []
    for number in range(options.timings):
        start = time.perf_counter()
        with autocast():
            output = parts.step(batch, streams(number))
        output.loss.backward()
        for extra in range(0 if adversary is None else adversary.updates):
            draft = None if extra else output.draft
            with autocast():
                loss = adversary.step(batch, draft, streams(number)).loss
            loss.backward()
        seconds.append(time.perf_counter() - start)
    return {
        "variance": variance,
        "signal": mean - variance / count,
        "seconds": statistics.median(seconds),
    }


def _parts(config: SummarizerRun) -> StageParts:
    parts = task(config, CPU).begin(0, 1)
    if parts is None:
        raise TypeError(f"{CONFIG}: its stage trains nothing")
    return parts


def _without_anchor(config: SummarizerRun) -> SummarizerRun:
    """The run with the estimator's own gradient only; a pretraining stage is all anchor."""
    stage = config.stages[0]
    if "likelihood_weight" in type(stage).model_fields:
        stage = stage.model_copy(update={"likelihood_weight": 0.0})
    return config.model_copy(update={"stages": [stage]})


def _gradient(value: torch.Tensor) -> torch.Tensor:
    return torch.zeros(value.numel()) if value.grad is None else value.grad.flatten()


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "start_from": sha256(options.start_from / "model.json"),
        "corpus": str(options.corpus),
        "steps": options.steps,
        "set": options.set,
    }


def _kept(place: Path, key: dict[str, Any], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What ``make`` makes, from ``place`` where it was made with the same settings."""
    if place.is_file():
        stored = json.loads(place.read_text(encoding="utf-8"))
        if stored["key"] == key:
            return stored["values"]
    values = make()
    write_file(place, json.dumps({"key": key, "values": values}, indent=1))
    return values


def _report(rows: Sequence[Row], options: argparse.Namespace, start: dict[str, Any]) -> str:
    """The table and what it depends on."""
    head = ["", "runs"]
    head += [f"R-1 / R-2 / R-L at {words}" for words in WORDS]
    head += ["copied", "repeats a word", "nll per word", "s an update"]
    head += ["gradient variance", "noise / signal"]
    lines = len(read_records(options.data)) if not options.lines else options.lines
    note = (
        f"{options.steps} updates from one warm start, seeds {' '.join(map(str, options.seeds))}; "
        f"{lines} records, greedy; mean, and where there are several runs their standard "
        f"deviation; gradient over {options.draws} draws on one batch."
    )
    cells = [_cells(row) for row in rows]
    return f"{table(head, cells, 'markdown')}\n\n{note}\n\n`{start['signature']}`\n"


def _cells(row: Row) -> list[str]:
    found = [f"{len(row.judged)} of {row.wanted}"]
    for words in WORDS:
        scores = [_spread([run[str(words)][name] for run in row.judged], 2) for name in METRICS]
        found.append(" / ".join(scores))
    found += [
        _spread([100 * run["copied"] for run in row.judged], 1, " %"),
        _spread([100 * run["repeated"] for run in row.judged], 1, " %"),
        _spread([run["nll"] for run in row.judged], 3),
    ]
    if row.gradient is None:
        return [row.name, *found, "-", "-", "-"]
    variance, signal = row.gradient["variance"], row.gradient["signal"]
    # A mean that drowns in its noise may come out below 0.
    ratio = f"{variance / signal:.3g}" if signal > 0 else "no signal"
    return [row.name, *found, f"{row.gradient['seconds']:.2f}", f"{variance:.3g}", ratio]


def _spread(values: Sequence[float], digits: int, unit: str = "") -> str:
    """Mean and standard deviation as text; a dash where there is nothing."""
    if not values:
        return "-"
    spread = f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.{digits}f}{spread}{unit}"


if __name__ == "__main__":
    main(sys.argv[1:])
