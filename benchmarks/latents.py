"""What a headline is worth in bits: every code at several sizes, and the compressor's own words.

    python benchmarks/latents.py --start-from runs/plain/model --output runs/latents \\
        --set data.corpus=corpora/headlines --set stages.0.steps=600

Trains configs/autoencoder.yaml once for each code, all from the same weights, with the same decoder
and as many updates, and prints Markdown.  Codes are nested: the first slots of the largest are the
smaller ones, so that one training serves all numbers of bits.  It goes on where it stopped:
finished runs are not trained again, interrupted ones are resumed.  ``--only-table`` trains nothing
and prints what is there; ``--plot FILE.svg`` draws words recovered over bits.

Models that are trained already are measured by ``--codes --models MODEL...``; with ``--lines FILE``
everything is measured on these texts, as far as they are short enough, in place of those held out.

Three rows are no bottlenecks.  *nothing*: the decoder reads the code of an empty text, the same for
all: a language model of equal size.  *words*: it reads what ``en-small`` makes of the headline in
1, 2, 3, 4, 6 or 8 words, or the headline; the dearest of them that is within the bits, where its
price is that of an entropy coder with en-small's language model (lossless.py), and 4 bits for its
length.  Its decoder learned from headlines with words left out at random, not from these lines.
*whole*: the headline at that price, which is the lossless end.

*nats* are of a headline given its code, and *together* has the code's price added: what a sender
would pay for the headline exactly.  *as it is*: the words of the code itself, where it is text.  A
Gaussian code is drawn, not its mean, which would hold more than is paid for; its price is the
divergence as measured.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from summ.data.files import write_file
from summ.evaluation.tables import table
from summ.families import load_run, train
from summ.families.autoencoder.config import AutoencoderRun
from summ.families.autoencoder.lines import Lines, open_corpus
from summ.families.autoencoder.model import AutoencoderModel, load_autoencoder
from summ.families.autoencoder.rebuild import RebuildStep
from summ.families.autoencoder.task import AutoencoderTask
from summ.families.autoencoder.validation import decoded, words_recovered
from summ.families.summarizer.model import load_summary_model
from summ.networks.bottlenecks import GaussianBottleneck
from summ.networks.code_costs import active_units, gaussian_kl
from summ.pipelines.summarize import Summarizer
from summ.pretrained import find_model
from summ.text.vocabulary import Vocabulary
from summ.training.objectives.likelihood import sequence_nll
from summ.training.random_streams import RandomStreams
from summ.training.task import StageParts, Validation
from summ.training.trainer import Trainer
from summ.types import StepOutput, Tokens

CONFIG = Path(__file__).parents[1] / "configs" / "autoencoder.yaml"
BITS = (16, 32, 64, 128)
A_SLOT = 8  # bits
KINDS = ("gaussian", "one-hot", "binary", "vq")
WORDS = (1, 2, 3, 4, 6, 8)
CPU = torch.device("cpu")
_DELETED = 0.6  # of the words, while it learns to rebuild headlines from words (TSDAE)
_COUNT = 4 * math.log(2)  # of up to 16 pieces


@dataclass(frozen=True)
class Row:
    """What was measured of one code on held-out headlines; means over them, in nats.

    Attributes:
        as_is: words recovered without a decoder, where the code is text.
        error: standard error of the words recovered.
    """

    code: str
    bits: int | None
    price: float
    nll: float
    recovered: float
    used: str = ""
    as_is: float | None = None
    error: float = 0.0


@dataclass(frozen=True)
class Pair:
    """Texts, and what the encoder reads in their place."""

    source: Tokens
    target: Tokens

    def __len__(self) -> int:
        return len(self.target)

    def to(self, device: torch.device) -> Pair:
        return Pair(self.source.to(device), self.target.to(device))


class GivenStep(nn.Module):
    """Rebuilds a text from the code of another: maximum likelihood, as ``RebuildStep``."""

    def __init__(self, inner: RebuildStep) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, batch: Pair, streams: RandomStreams) -> StepOutput:
        nll = self.nll(batch)
        per_piece = nll.detach().sum() / batch.target.mask.sum()
        return StepOutput(loss=nll.mean(), stats={"rebuild/nll_per_piece": per_piece})

    def nll(self, batch: Pair) -> Float[Tensor, " N"]:
        return self.inner.nll(self.inner.network.read(self.values(batch.source)), batch.target)

    def values(self, source: Tokens) -> Float[Tensor, "N H L"]:
        network = self.inner.network
        return network.code(source).values


class Emptied:
    """Lines of which the encoder reads nothing."""

    def __init__(self, lines: Lines, vocabulary: Vocabulary) -> None:
        self.lines, self.vocabulary = lines, vocabulary

    def at(self, step: int, rows: tuple[int, int] = (0, 1)) -> Pair:
        target = self.lines.at(step, rows)
        return paired([""] * len(target), target, self.vocabulary)


class EmptiedTask:
    """An autoencoder that has to do without a code: a language model of equal size."""

    def __init__(self, config: AutoencoderRun, device: torch.device) -> None:
        self.inner = AutoencoderTask(config, device)
        self.networks, self.texts = self.inner.networks, self.inner.texts
        self.save = self.inner.save

    def begin(self, index: int, processes: int) -> StageParts:
        parts = self.inner.begin(index, processes)
        batches = Emptied(parts.batches, self.inner.model.vocabulary)
        nothing = partial(Validation, {}, [])
        return replace(parts, batches=batches, step=GivenStep(parts.step), validate=nothing)


class Compressed:
    """What ``en-small`` makes of headlines, and what each line costs."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.summarizer = Summarizer.load("en-small")
        self.model = load_summary_model(find_model("en-small"))

    def candidates(self, name: str, texts: Sequence[str]) -> list[list[str]]:
        """Of each text, greedy summaries of so many words, and the text; kept in a file."""
        file = self.place / f"{name}.jsonl"
        if not file.is_file():
            found = [list(texts)]
            for words in WORDS:
                lines = self.summarizer.summarize(texts, words=words, beams=1, style="headline")
                found.append([line.text.lower() for line in lines])
            rows = zip(*found, strict=True)
            write_file(file, "".join(json.dumps(row) + "\n" for row in rows))
        return [json.loads(line) for line in file.read_text().splitlines()]

    @torch.inference_mode()
    def nats(self, lines: Sequence[str], *, counted: bool) -> list[float]:
        """The price of each line; of none 0.

        Args:
            counted: the number of pieces is told (4 bits), not the end mark: after a few words of
                a headline that is a surprise to a model of whole ones.
        """
        found: list[float] = []
        for part in parts(lines, 256):
            pieces = tokens(part, self.model.vocabulary)
            mask, log_probs = pieces.mask, self.model.language_model.log_probs(pieces)
            if counted:
                mask = mask & (pieces.ids != self.model.vocabulary.eos)
            found += (sequence_nll(log_probs, mask) + counted * _COUNT).tolist()
        return [price if line else 0.0 for price, line in zip(found, lines, strict=True)]

    def within(self, candidates: Sequence[Sequence[str]], bits: int) -> list[tuple[str, float]]:
        """Of each text the dearest line that costs at most so many bits, with its nats."""
        flat = [line for lines in candidates for line in lines]
        prices = iter(self.nats(flat, counted=True))
        chosen = []
        for lines in candidates:
            known = [(price, line) for line, price in zip(lines, prices, strict=False)]
            fitting = [one for one in known if one[0] <= bits * math.log(2)]
            price, line = max(fitting, default=(0.0, ""))
            chosen.append((line, price))
        return chosen


class Bench:
    """The runs of one table."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        self.output = Path(asked.output)
        self.output.mkdir(parents=True, exist_ok=True)
        config = self.config("probe", "{kind: continuous}")
        self.rows_at_once = config.data.sentences
        self.corpus = open_corpus(config.data.corpus)
        lines = Lines(self.corpus, config.data, 1, held_out=config.validation_sentences)
        self.lines = lines
        held_out = lines.held_out(64)
        if asked.lines:
            given = asked.lines.read_text().splitlines()
            longest = config.data.max_sentence
            held_out = short_enough((self.tokenised(part) for part in parts(given, 64)), longest)
        self.held_out = self.texts(held_out)[: asked.texts]
        self.tokens = [self.tokenised(part) for part in parts(self.held_out, 64)]

    def config(
        self, name: str, bottleneck: str, nested: bool = False, delete_share: float = 0.0
    ) -> AutoencoderRun:
        sets = [
            *self.asked.set,
            "network=null",
            f"start_from={self.asked.start_from}",
            f"bottleneck={bottleneck}",
            f"stages.0.delete_share={delete_share}",
            f"stages.0.nested={str(nested).lower()}",
            f"output={self.output / name}",
        ]
        run = load_run(CONFIG, sets)
        if not isinstance(run, AutoencoderRun):
            raise TypeError(CONFIG)
        return run

    def texts(self, batches: Iterator[Tokens]) -> list[str]:
        decode = self.corpus.vocabulary.decode
        return [decode(row) for batch in batches for row in batch.ids.tolist()]

    def tokenised(self, texts: Sequence[str]) -> Tokens:
        return tokens(texts, self.corpus.vocabulary)

    def latent(self, kind: str, bits: int) -> Row:
        """The first bits of a nested code, 8 of them a slot."""
        sizes = {
            "gaussian": f"size: 4, free_nats: {A_SLOT * math.log(2) / 4:.3f}",
            "one-hot": f"symbols: {1 << A_SLOT}",
            "binary": f"bits: {A_SLOT}",
            "vq": f"symbols: {1 << A_SLOT}",
        }
        slots = max(self.asked.bits) // A_SLOT
        config = self.config(kind, f"{{kind: {kind}, slots: {slots}, {sizes[kind]}}}", nested=True)
        if not (config.output / "model").is_dir():
            train(config, resume=(config.output / "checkpoints").is_dir())
        model = load_autoencoder(config.output / "model")
        return self.measured(model, config, kind, bits, self.tokens)

    def trained(self, folder: Path) -> Row:
        """A model that is there."""
        model = load_autoencoder(folder)
        shape = model.settings.bottleneck
        config = self.config("probe", "{kind: continuous}")
        name = shape.kind + (" in order" if shape.in_order else "")
        return self.measured(model, config, name, shape.slots * A_SLOT, self.tokens)

    def nothing(self) -> Row:
        config = self.config("nothing", "{kind: continuous}")
        if not (config.output / "model").is_dir():
            resume = (config.output / "checkpoints").is_dir()
            Trainer(config, partial(EmptiedTask, config), resume).run()
        model = load_autoencoder(config.output / "model")
        sources = [self.tokenised([""] * len(part)) for part in self.tokens]
        return self.measured(model, config, "nothing", 0, sources, [0.0] * len(self.held_out))

    def words(self, bits: int) -> Row:
        """The compressor's words within so many bits; one training serves all."""
        config = self.config("words", "{kind: continuous}", delete_share=_DELETED)
        if not (config.output / "model").is_dir():
            train(config, resume=(config.output / "checkpoints").is_dir())
        model = load_autoencoder(config.output / "model")
        compressed = self.compressed
        lines = compressed.within(compressed.candidates("words-held-out", self.held_out), bits)
        sources = [self.tokenised(part) for part in parts([line for line, _ in lines], 64)]
        prices = [price for _, price in lines]
        row = self.measured(model, config, "words", bits, sources, prices)
        pairs = zip(self.held_out, [line for line, _ in lines], strict=True)
        return replace(row, as_is=sum(words_recovered(*pair) for pair in pairs) / len(lines))

    @cached_property
    def compressed(self) -> Compressed:
        return Compressed(self.output)

    def whole(self) -> Row:
        prices = self.compressed.nats(self.held_out, counted=False)
        return Row("whole", None, sum(prices) / len(prices), 0.0, 1.0, as_is=1.0)

    @torch.inference_mode()
    def measured(
        self,
        model: AutoencoderModel,
        config: AutoencoderRun,
        code: str,
        bits: int,
        sources: Sequence[Tokens],
        prices: Sequence[float] | None = None,
    ) -> Row:
        """Figures of held-out headlines, each rebuilt from the code of its source."""
        step, bottleneck = RebuildStep(model, config.stages[0]), model.network.bottleneck
        nll, price, stored = 0.0, sum(prices or ()), []
        recovered: list[float] = []
        # Of words, the price is what is limited.
        first = bits // A_SLOT if prices is None else config.bottleneck.slots
        texts = iter(self.held_out)
        for number, (source, target) in enumerate(zip(sources, self.tokens, strict=True)):
            slots, kept = model.network.slots(source), torch.full((len(target),), first)
            one = bottleneck(slots)
            stored.append(one.stored[:, :first])
            nats = one.nats * first / slots.shape[1]
            if isinstance(bottleneck, GaussianBottleneck):
                nats = gaussian_kl(*bottleneck.distribution(slots))[:, :first].flatten(1).sum(dim=1)
                streams = RandomStreams(1, number, 0, 1, CPU)
                count = bottleneck.draws(slots.shape[1])
                one = bottleneck(slots, streams.uniform("drawn", len(target), count))
            if prices is None:
                price += float(nats.sum())
            nll += float(step.nll(model.network.read(one.values, kept), target).sum())
            for line in decoded(model, one.values, kept):
                recovered.append(words_recovered(next(texts), line))
        count = len(self.held_out)
        used, share = in_use(torch.cat(stored), code), sum(recovered) / count
        error = float(torch.tensor(recovered).std() / math.sqrt(count))
        return Row(code, bits, price / count, nll / count, share, used, error=error)


def short_enough(batches: Iterable[Tokens], longest: int) -> Iterator[Tokens]:
    """The texts of at most so many pieces."""
    for batch in batches:
        fits = batch.mask.sum(dim=1) <= longest
        yield batch.rows(fits.nonzero().squeeze(1))


def in_use(stored: Tensor, code: str) -> str:
    """How much of a code differs from text to text."""
    match code:
        case "gaussian":
            return f"{int(active_units(stored.flatten(1)))} of {stored[0].numel()} numbers"
        case "binary" | "binary in order":
            share = stored.float().mean(dim=0).flatten()
            entropy = torch.special.entr(share) + torch.special.entr(1 - share)
            return f"{float(entropy.sum()) / math.log(2):.1f} of {len(share)} bits"
        case "one-hot" | "vq" | "vq in order":
            return f"{len(stored.unique())} of {1 << A_SLOT} symbols"
    return ""


def parts(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """So many at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))


def tokens(texts: Sequence[str], vocabulary: Vocabulary) -> Tokens:
    """Texts in pieces, each with its end mark."""
    rows = vocabulary.encode(list(texts))
    return Tokens.from_lists([[*ids, vocabulary.eos] for ids in rows], vocabulary.pad)


def paired(sources: Sequence[str], target: Tokens, vocabulary: Vocabulary) -> Pair:
    return Pair(tokens(sources, vocabulary), target)


def plot(rows: Sequence[Row], file: Path) -> None:
    """Words recovered over what a headline's code costs."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot(xlabel="bits a headline", ylabel="words recovered, %")
    for code in dict.fromkeys(row.code for row in rows):
        points = [
            (row.price / math.log(2), 100 * row.recovered) for row in rows if row.code == code
        ]
        axes.plot(*zip(*points, strict=True), marker="o", label=code)
    axes.legend()
    figure.savefig(file)


def shown(rows: Sequence[Row]) -> str:
    """The table, in Markdown."""
    head = ("code", "bits", "nats", "together", "words recovered, %", "as it is, %", "in use")
    cells = [
        (
            row.code,
            f"{row.price / math.log(2):.1f}",
            f"{row.nll:.1f}",
            f"{row.price + row.nll:.1f}",
            f"{100 * row.recovered:.1f}" + (f" ± {196 * row.error:.1f}" if row.error else ""),
            "" if row.as_is is None else f"{100 * row.as_is:.1f}",
            row.used,
        )
        for row in rows
    ]
    return table(head, cells, "markdown")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--start-from", required=True, help="a plain autoencoder's model folder")
    parser.add_argument("--output", required=True)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--models", nargs="+", type=Path, default=[], help="trained ones")
    parser.add_argument("--lines", type=Path, help="texts to measure on, one a line")
    parser.add_argument("--codes", nargs="*", default=["nothing", "whole", "words", *KINDS])
    parser.add_argument("--bits", type=int, nargs="+", default=list(BITS))
    parser.add_argument("--texts", type=int, default=256, help="held-out headlines")
    parser.add_argument("--only-table", action="store_true")
    parser.add_argument("--plot", type=Path)
    asked = parser.parse_args()
    bench = Bench(asked)
    rows = [bench.trained(folder) for folder in asked.models]
    for code in asked.codes:
        for bits in [0] if code in {"nothing", "whole"} else asked.bits:
            file = bench.output / f"{code}-{bits}.json"
            if not file.is_file():
                if asked.only_table:
                    continue
                match code:
                    case "nothing":
                        row = bench.nothing()
                    case "whole":
                        row = bench.whole()
                    case "words":
                        row = bench.words(bits)
                    case _:
                        row = bench.latent(code, bits)
                file.write_text(json.dumps(asdict(row)))
            rows.append(Row(**json.loads(file.read_text())))
    if asked.plot:
        plot(rows, asked.plot)
    sys.stdout.write(shown(rows) + "\n")


if __name__ == "__main__":
    main()
