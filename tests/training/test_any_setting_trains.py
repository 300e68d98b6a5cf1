"""Any setting of any stage, with any value that is accepted: a run that ends, or one line.

Small networks, two updates, all kinds of stages of all families: ``pytest -m slow -n 0 -s`` with
this file.  Of each kind ``SUMM_MOST`` runs are drawn (some minutes), by ``SUMM_SEED``; a large
number takes all of them (some two thousand).  tests/test_any_setting.py has what is refused before
anything is read.
"""

import json
import math
import os
import random
import shutil
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
import torch
from accelerate.state import AcceleratorState
from pydantic import ValidationError
from safetensors.torch import load_file

from summ.config import RunShape, Section
from summ.errors import SummError
from summ.families import train
from summ.families.autoencoder.config import AutoencoderRun
from summ.families.sentence.config import SentenceRun
from summ.families.shortener.config import ShortenerRun
from summ.families.summarizer.config import SummarizerRun
from tests import tiny
from tests.families.autoencoder.test_task import BOTTLENECKS
from tests.families.summarizer.test_task import NETWORK
from tests.test_any_setting import Place, put, sections
from tests.test_config import stages_of
from tests.training.texts import write_prose_and_pairs

pytestmark = pytest.mark.slow

MOST = int(os.environ.get("SUMM_MOST", "40"))
SEED = os.environ.get("SUMM_SEED", "1")
LONGEST = 60  # seconds that two updates may take before they count as endless
TRAINING = {"name": "last", "steps": 2, "optimizer": {"learning_rate": 1e-3, "warmup_steps": 1}}
DRAFTS = TRAINING | {"discriminator_every": 1, "noise": {}}
SHARES = {"back_translated_share": 0.5, "back_translated_length": [4, 8], "budgets": [3, 5]}
RUN = {"save_every": 1, "validate_every": 1, "log_every": 1}
STAGES: dict[str, dict[str, Any]] = {
    "pretrain": DRAFTS | {"likelihood": SHARES | {"draft_share": 0.5}},
    "reinforce": DRAFTS | {"likelihood": SHARES, "samples": 2, "reward": {"fluency_weight": 0.5}},
    "gumbel": DRAFTS | {"likelihood": SHARES, "critic": "wgan-gp", "terms": {"prior_weight": 0.5}},
    "language-model": TRAINING | {"network": NETWORK},
    "salience": TRAINING,
    "quick-thought": TRAINING | {"span": 4},
    "skip-thought": TRAINING | {"span": 4, "decoder": {"embedding": 8, "hidden": 8}},
    "infomax": TRAINING | {"code": {"bits": 8, "fitted_on": 32}},
    "cpc": TRAINING | {"span": 4, "hidden": 8},
    "training-text": {"name": "last"},
    "shorten": TRAINING,
    "rebuild": TRAINING | {"delete_share": 0.2, "word_drop": 0.2},
}
# Kinds of stages whose run is tried with other settings of the run itself.
WHOLE = {"reinforce", "quick-thought", "shorten", "rebuild"}
ENCODERS = {
    "gru": {"gru": {"embedding": 8, "hidden": 8}},
    "static": {"static": {"embedding": 8}},
}
# More of them only take more time or memory.
FEW = {"steps", "loader_workers", "critic_updates", "samples", "accumulation"}
# Not what a run does, but where it is, or which.
NAMES = {"output", "family", "kind", "name", "corpus", "pairs", "verbs", "prose", "vocabulary"}
NAMES |= {"start_from", "embeddings_from", "similarity_encoder", "config", "checkpoint"}
NUMBERS = [0, 1, 2, 3, 33, 1e-30, 0.1, 0.999, 999.5, 1e6 - 0.5, 1e300]
PAIRS = [[0, 0], [0.1, 1], [2, 9], [40, 90], [999.5, 999.5]]
POOL: list[Any] = [*NUMBERS, *PAIRS, True, False, None, []]


@pytest.fixture(scope="module")
def texts(
    tiny_corpus: Path, summary_model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("texts")
    wire, pairs = write_prose_and_pairs(place, tiny_corpus / "vocabulary")
    return {
        "corpus": tiny_corpus,
        "wire": wire,
        "pairs": pairs,
        "verbs": pairs.with_suffix(".verbs.json"),
        "model": summary_model_folder,
        "vocabulary": tiny_corpus / "vocabulary",
    }


def base(name: str, texts: dict[str, Path]) -> tuple[type[RunShape], dict[str, Any]]:
    """A small run that works, with a stage of one kind."""
    kind, _, other = name.partition("/")
    stage = {"kind": kind} | STAGES[kind]
    if kind in stages_of(SummarizerRun):
        networks = {name: tiny.seq2seq().model_dump() for name in ("compressor", "reconstructor")}
        networks |= {"discriminator": {"config": NETWORK["config"]}, "language_model": NETWORK}
        small = {"max_document": 24, "max_sentence": 12, "documents": 4, "sentences": 4}
        stage |= {"prose": texts["wire"]} if kind == "salience" else {}
        values = {"data": {"corpus": texts["corpus"], **small}, "networks": networks}
        values |= {"validation_documents": 4, "noise": {}}
        return SummarizerRun, {**RUN, **values, "stages": [stage]}
    if kind in stages_of(SentenceRun):
        data = {"corpus": texts["wire"], "max_sentence": 16, "sentences": 8}
        encoder = {"encoders": 1 if kind == "skip-thought" else 2, "max_pieces": 16}
        values = {"data": data, "encoder": encoder | ENCODERS[other], "validation_documents": 2}
        return SentenceRun, {**RUN, **values, "stages": [stage]}
    if kind == "shorten":
        data = {"pairs": texts["pairs"], "verbs": texts["verbs"], "max_document": 60}
        data |= {"max_sentence": 36, "rows": 4, "held_out": 2}
        new = {"vocabulary": texts["vocabulary"], "language": "en"}
        start: dict[str, Any] = {"new": new | {"compressor": tiny.seq2seq().model_dump()}}
        values = {"data": data} | (start if other == "new" else {"start_from": texts["model"]})
        return ShortenerRun, {**RUN, **values, "stages": [stage]}
    data = {"corpus": texts["corpus"], "max_sentence": 16, "sentences": 4}
    values = {"data": data, "network": tiny.seq2seq().model_dump(), "validation_sentences": 4}
    values |= {"bottleneck": {"kind": other, **BOTTLENECKS[other]}}
    return AutoencoderRun, {**RUN, **values, "stages": [stage]}


def keys(schema: type[Section], kind: str, above: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Where a run with one stage of this kind has a setting, and what may stand there."""
    for name, field in schema.model_fields.items():
        if name == "stages":
            yield from keys(stages_of(schema)[kind], kind, (*above, name, 0))
        elif name not in NAMES:
            yield (*above, name), field.annotation
            for section in sections(field.annotation):
                yield from keys(section, kind, (*above, name))


def choices(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [value for part in get_args(annotation) for value in choices(part)]


def variants(
    schema: type[RunShape], values: dict[str, Any], kind: str, output: Path
) -> Iterator[tuple[str, RunShape]]:
    """Every accepted run that differs from the small one in one setting, once each."""
    whole = schema.model_validate(values | {"output": output})
    seen = {whole.model_dump_json()}
    yield "as it is", whole
    for place, annotation in keys(schema, kind):
        if place[0] != "stages" and kind not in WHOLE:
            continue
        pool = [v for v in POOL if place[-1] not in FEW or v in (1, 2, 3)]
        for value in [*choices(annotation), *pool]:
            try:
                run = schema.model_validate(put(values, place, value) | {"output": output})
            except (ValidationError, TypeError):
                continue
            if (written := run.model_dump_json()) not in seen:
                seen.add(written)
                yield f"{'.'.join(map(str, place))}={value!r}", run


def fault(run: RunShape) -> str | None:
    """What is wrong with how a run ends; None where it made a model or was refused."""

    def endless(*_: object) -> None:
        raise TimeoutError(f"no end after {LONGEST} seconds")

    previous = signal.signal(signal.SIGALRM, endless)
    signal.alarm(LONGEST)
    AcceleratorState._reset_state()  # it keeps the precision of the run before
    try:
        model = train(run)
    except SummError as error:
        told = str(error)
        return None if "\n" not in told and len(told) < 1100 else f"told as {told[:200]!r}"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {str(error)[:150]} ({where.filename}:{where.lineno})"
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
    return not_finite(run.output, model)


def not_finite(output: Path, model: Path) -> str | None:
    for file in model.rglob("*.safetensors"):
        for name, tensor in load_file(file).items():
            if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
                return f"{file.name}: {name} is not finite"
    for line in (output / "metrics.jsonl").read_text().splitlines():
        for name, value in json.loads(line).items():
            if name == "held_out/nats":  # infinite by definition where nothing limits a code
                continue
            if value is None or (isinstance(value, float) and not math.isfinite(value)):
                return f"metrics: {name} is {value}"
    return None


RUNS = [
    *stages_of(SummarizerRun).keys() - {"combine"},
    *(f"{kind}/{encoder}" for kind in stages_of(SentenceRun) for encoder in ENCODERS),
    "shorten/old",
    "shorten/new",
    *(f"rebuild/{bottleneck}" for bottleneck in BOTTLENECKS),
]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", sorted(RUNS))
def test_any_accepted_setting_trains_or_is_refused(
    name: str, texts: dict[str, Path], tmp_path: Path
) -> None:
    schema, values = base(name, texts)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    found, tried = [], 0
    accepted = list(variants(schema, values, name.partition("/")[0], tmp_path / "run"))
    first, *others = accepted
    chosen = random.Random(f"{SEED}/{name}").sample(others, min(MOST, len(others)))
    for setting, run in [first, *chosen]:
        problem = fault(run)
        tried += 1
        if problem is not None:
            found.append(f"{setting}: {problem}")
            sys.stderr.write(f"{name} {found[-1]}\n")
        shutil.rmtree(run.output, ignore_errors=True)
    torch.set_num_threads(threads)
    sys.stderr.write(f"\n{name}: {tried} of {len(accepted)} runs, {len(found)} faults\n")
    assert not found
