"""A model as a system under evaluation, and networks on any summaries."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from summ.config import EncoderConfig, GruConfig
from summ.errors import CheckpointError, ConfigError, DataError
from summ.evaluation.summaries.evaluation import evaluate
from summ.evaluation.summaries.pairs import Texts
from summ.evaluation.summaries.systems import figures_by, model_figures, summarize_texts
from summ.families.sentence.model import build_sentence_model, save_sentence_model
from summ.families.summarizer.config import NetworksConfig
from summ.families.summarizer.model import (
    SummaryModel,
    SummaryModelSettings,
    build_summary_model,
    save_summary_model,
    with_language_model,
)
from summ.text.vocabulary import Vocabulary
from tests import tiny

SOURCES = [
    "The bank of Japan appealed to the markets to remain calm.",
    "",
    "Police arrested five protesters in Paris after they climbed a tower.",
    "It rained.",
]


@pytest.fixture(scope="module")
def summary_model(tmp_path_factory: pytest.TempPathFactory) -> SummaryModel:
    """Untrained networks with a vocabulary of their own sources."""
    folder = tmp_path_factory.mktemp("vocabulary")
    lines = [f"{source} {number} {number * 7 % 31}" for number in range(90) for source in SOURCES]
    vocabulary = Vocabulary.train(lines, 360, folder)
    config = NetworksConfig(
        compressor=tiny.seq2seq(),
        reconstructor=tiny.seq2seq(),
        discriminator=tiny.causal(),
        shortlist=None,
    )
    settings = SummaryModelSettings(max_document=48, max_sentence=24, shortlist=None)
    built = build_summary_model(config, vocabulary, settings, seed=1)
    for network in built.networks().values():
        network.eval()
    return built


def words_read(canonical: str) -> int:
    """Words as readers count them, who put no space before marks and clitics."""
    return sum(word not in {".", ",", "'", "'s"} for word in canonical.split())


@torch.no_grad()
def by_hand(summary_model: SummaryModel, source: str, summary: str) -> tuple[float, float]:
    """One pair at a time, without padding, the loss by torch itself."""
    vocabulary = summary_model.vocabulary
    text, draft = vocabulary.encode([source, summary])
    text = [*text[: summary_model.settings.max_document - 1], vocabulary.eos]
    draft = [*draft[: summary_model.settings.max_sentence - 1], vocabulary.eos]
    words = sum(bool(vocabulary.starts_word[piece]) for piece in text)  # as the prompt counts
    read = summary_model.reconstructor.read(
        tiny.Tokens.from_lists([draft], 0), torch.tensor([words])
    )
    inputs = torch.tensor([[summary_model.reconstructor.start, *text[:-1]]])
    logits = summary_model.reconstructor.logits(read, inputs)[0].float()
    logits[:, ~summary_model.reconstructor.allowed_anywhere] = -math.inf
    nll = torch.nn.functional.cross_entropy(logits, torch.tensor(text), reduction="sum")
    human = summary_model.discriminator(tiny.Tokens.from_lists([draft], 0))[0].sigmoid().mean()
    return float(nll) / words_read(vocabulary.decode(text)), float(human)


def test_figures_are_those_of_one_pair_at_a_time(summary_model: SummaryModel) -> None:
    summaries = ["bank appeals", "x", "police", ""]
    figures = model_figures(summary_model, SOURCES, summaries, batch_size=2)
    nll, humanness = figures["reconstruction_nll_per_word"], figures["humanness"]
    for line in (0, 2):
        expected = by_hand(summary_model, SOURCES[line], summaries[line])
        assert (nll[line], humanness[line]) == pytest.approx(expected, rel=1e-4)
    assert all(math.isnan(figure[line]) for figure in (nll, humanness) for line in (1, 3))


def test_of_a_long_source_only_the_words_read_count(summary_model: SummaryModel) -> None:
    source = "Japan's bank, it said, appealed to the markets."
    assert words_read(summary_model.vocabulary.canonical(source)) == len(source.split())
    for room in (6, 12, 20, 30, 48):
        settings = replace(summary_model.settings, max_document=room)
        short = replace(summary_model, settings=settings)
        [found] = model_figures(short, [source], ["bank"])["reconstruction_nll_per_word"]
        assert found == pytest.approx(by_hand(short, source, "bank")[0], rel=1e-4)


def speaking(summary_model: SummaryModel) -> SummaryModel:
    """The same machine with a language model."""
    richer = with_language_model(summary_model, tiny.causal(), seed=1)
    assert richer.language_model is not None
    richer.language_model.eval().count(torch.arange(summary_model.vocabulary.size))
    return richer


@torch.no_grad()
def test_fluency_is_that_of_one_summary_at_a_time(summary_model: SummaryModel) -> None:
    """Piece by piece through the network itself, words counted by hand."""
    richer, vocabulary = speaking(summary_model), summary_model.vocabulary
    language_model = richer.language_model
    assert language_model is not None
    summaries = ["bank appeals for calm", "x", "police", ""]
    figures = model_figures(richer, SOURCES, summaries, batch_size=2)
    counts = torch.arange(vocabulary.size, dtype=torch.double) + 1
    for line in (0, 2):
        read, log_prob, chance = [vocabulary.bos], 0.0, 0.0
        pieces = [*vocabulary.encode([summaries[line]])[0], vocabulary.eos]
        for piece in pieces:
            logits = language_model.network(input_ids=torch.tensor([read])).logits[0, -1]
            log_prob += float(logits.log_softmax(-1)[piece])
            chance += float((counts[piece] / counts.sum()).log())
            read.append(piece)
        words = len(summaries[line].split())
        nll, slor = figures["fluency_nll_per_word"][line], figures["fluency_slor"][line]
        assert nll == pytest.approx(-log_prob / words, rel=1e-4)
        assert slor == pytest.approx((log_prob - chance) / len(pieces), rel=1e-4)
    assert math.isnan(figures["fluency_slor"][1]) and math.isnan(figures["fluency_slor"][3])
    plain = model_figures(summary_model, SOURCES, summaries, batch_size=2)
    assert plain["humanness"][:1] == figures["humanness"][:1] and len(plain) == 2


def test_any_summaries_are_judged_by_a_machine_and_an_encoder(
    summary_model: SummaryModel, tmp_path: Path
) -> None:
    save_summary_model(speaking(summary_model), tmp_path / "model")
    config = EncoderConfig(gru=GruConfig(embedding=8, hidden=8), pooling="last", max_pieces=16)
    encoder = build_sentence_model(config, summary_model.vocabulary, seed=1)
    save_sentence_model(encoder, tmp_path / "encoder")
    texts = Texts(list("abcd"), [["a bank"]] * 4, SOURCES)
    summaries = [SOURCES[0], "x", "police", ""]
    folders = [tmp_path / "model", tmp_path / "encoder"]
    figures = figures_by(folders, texts, summaries, batch_size=2)
    assert figures["similarity"][0] == pytest.approx(1.0)
    with torch.no_grad():
        pair = [encoder.vectors(encoder.read([text]))[0] for text in (SOURCES[2], "police")]
    cosine = float(torch.cosine_similarity(pair[0], pair[1], dim=0))
    assert figures["similarity"][2] == pytest.approx(cosine, abs=1e-5)
    assert math.isnan(figures["similarity"][1]) and math.isnan(figures["similarity"][3])
    evaluation = evaluate(texts, summaries, words=4, model_figures=figures)
    means = evaluation.to_dict()["model_figures"]
    nll = [value for value in figures["fluency_nll_per_word"] if not math.isnan(value)]
    assert means["perplexity"] == pytest.approx(math.exp(sum(nll) / len(nll)))
    assert "perplexity" in evaluation.table()
    assert {"fluency_slor", "similarity"} <= evaluation.agreement()["rouge1"].keys()
    with pytest.raises(ConfigError, match="another judge gives"):
        figures_by([*folders, tmp_path / "model"], texts, summaries)
    with pytest.raises(DataError, match="judges need sources"):
        figures_by(folders, Texts(["1"], [["a"]]), ["a"])
    with pytest.raises(CheckpointError, match="no such model folder"):
        figures_by([tmp_path / "nowhere"], texts, summaries)


def test_a_saved_machine_is_judged(summary_model: SummaryModel, tmp_path: Path) -> None:
    save_summary_model(summary_model, tmp_path / "model")
    texts = Texts(list("abcd"), [["a bank"]] * 4, SOURCES)
    done: list[int] = []
    found = summarize_texts(
        texts, tmp_path / "model", words=4, with_figures=True, progress=done.append
    )
    assert len(found.predictions) == 4 == sum(done)
    assert found.metrics is None and found.folder == tmp_path / "model"
    (tmp_path / "metrics.jsonl").write_text("")
    assert summarize_texts(texts, tmp_path / "model", words=4).metrics == tmp_path / "metrics.jsonl"
    evaluation = evaluate(texts, found.predictions, words=4, model_figures=found.figures)
    assert evaluation.to_dict()["model_figures"]["humanness"] is not None


def test_a_machine_needs_sources() -> None:
    with pytest.raises(DataError, match="needs sources"):
        summarize_texts(Texts(["1"], [["a"]]))
