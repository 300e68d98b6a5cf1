"""Every key that a kind of stage accepts is read when such a stage runs, in its own section."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from summ.config import RunShape, Section
from summ.data.prose import prepare_prose
from summ.families import train
from summ.families.autoencoder.config import AutoencoderRun
from summ.families.sentence.config import SentenceRun
from summ.families.shortener.config import ShortenerRun
from summ.families.tree.config import TreeRun
from summ.text.verbs import VerbLexicon
from tests.conftest import STORIES
from tests.families.autoencoder import test_task as autoencoder
from tests.families.sentence.test_task import values
from tests.families.shortener import test_task as shortener
from tests.families.summarizer.test_task import NETWORK, config

TRAINING = {"name": "last", "steps": 2, "optimizer": {"learning_rate": 1e-3}}
DRAFTS = TRAINING | {"discriminator_every": 1, "noise": {}}
SHARES = {"back_translated_share": 0.5}
FIRST = TRAINING | {"name": "first", "kind": "pretrain"}
# Settings with which every key matters that can.
STAGES: dict[str, list[dict[str, Any]]] = {
    "pretrain": [DRAFTS | {"likelihood": SHARES | {"draft_share": 0.5}}],
    "reinforce": [DRAFTS | {"likelihood": SHARES}],
    "gumbel": [DRAFTS | {"likelihood": SHARES, "critic": "wgan-gp"}],
    "language-model": [TRAINING | {"network": NETWORK}],
    "salience": [TRAINING],
    "combine": [FIRST, {"name": "last", "networks": {"compressor": ["first"]}}],
}


@pytest.fixture(scope="module")
def prose(tiny_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("prose")
    (place / "wire.jsonl").write_text((json.dumps({"text": " ".join(STORIES)}) + "\n") * 20)
    prepare_prose([place / "wire.jsonl"], place / "wire", vocabulary=tiny_corpus / "vocabulary")
    return place / "wire"


def sections(section: Section) -> Iterator[Section]:
    """A section and those in it."""
    yield section
    for value in vars(section).values():
        if isinstance(value, Section):
            yield from sections(value)


def keys_not_read(run: RunShape, patch: pytest.MonkeyPatch) -> set[str]:
    """The keys of the last stage that the run does not read."""
    read = set()
    get = Section.__getattribute__

    def noted(section: Section, name: str) -> Any:
        read.add((type(section), name))
        return get(section, name)

    with patch.context() as context:
        context.setattr(Section, "__getattribute__", noted)
        train(run)
    every = {(type(s), key) for s in sections(run.stages[-1]) for key in type(s).model_fields}
    return {f"{kind.__name__}.{key}" for kind, key in every - read if key != "kind"}


@pytest.mark.parametrize("kind", STAGES)
def test_a_summarizers_stage_reads_its_keys(
    kind: str, tiny_corpus: Path, prose: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    *before, last = STAGES[kind]
    last = last | {"kind": kind} | ({"prose": prose} if kind == "salience" else {})
    run = config(tiny_corpus, tmp_path, [*before, last])
    assert not keys_not_read(run, monkeypatch)


@pytest.mark.parametrize(("kind", "encoders"), [("quick", 2), ("cpc", 2), ("skip", 1)])
def test_a_sentence_encoders_stage_reads_its_keys(
    kind: str, encoders: int, prose: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = values(prose, kind, encoders=encoders) | {"output": tmp_path}
    assert not keys_not_read(SentenceRun.model_validate(given), monkeypatch)


@pytest.mark.parametrize(
    "stage",
    [
        TRAINING | {"kind": "infomax", "code": {"bits": 8, "fitted_on": 32}},
        {"name": "last", "kind": "training-text"},
    ],
)
def test_the_stage_of_a_code_or_of_the_text_reads_its_keys(
    stage: dict[str, Any], prose: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = values(prose) | {"output": tmp_path, "stages": [stage]}
    assert not keys_not_read(SentenceRun.model_validate(given), monkeypatch)


def test_a_shorteners_stage_reads_its_keys(
    summary_model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = tmp_path / "pairs.jsonl"
    row = {"text": "The mayor opened a bridge on Monday.", "summary": "The mayor opened a bridge"}
    pairs.write_text(json.dumps(row) + "\n")
    verbs = json.dumps(VerbLexicon().lists())
    pairs.with_suffix(".verbs.json").write_text(verbs)
    given = shortener.values(pairs, summary_model_folder, tmp_path / "run")
    assert not keys_not_read(ShortenerRun.model_validate(given), monkeypatch)


def test_an_autoencoders_stage_reads_its_keys(
    tiny_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = autoencoder.values(tiny_corpus, "styled", tmp_path / "run")
    given["data"]["other_styles"] = [str(tiny_corpus)]
    given["stages"][0] |= {"adversary_weight": 1.0, "contractive_weight": 0.1, "nested": True}
    given["stages"][0] |= {"typo_weight": 1.0, "style_weight": 1.0, "lent_share": 0.5}
    assert not keys_not_read(AutoencoderRun.model_validate(given), monkeypatch)


def test_a_trees_stage_reads_its_keys(
    prose: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = {"name": "last", "kind": "borders"}
    given = {"output": tmp_path / "run", "data": {"corpus": prose}, "stages": [stage]}
    assert not keys_not_read(TreeRun.model_validate(given), monkeypatch)
