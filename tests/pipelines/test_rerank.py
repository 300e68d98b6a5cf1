from dataclasses import replace
from pathlib import Path

import pytest
import torch

from summ.data.corpus import Corpus
from summ.errors import CheckpointError, ConfigError
from summ.families.summarizer.config import NetworksConfig
from summ.families.summarizer.critics import Critics
from summ.families.summarizer.critique import critique
from summ.families.summarizer.model import (
    SummaryModel,
    SummaryModelSettings,
    build_summary_model,
    with_salience,
)
from summ.families.summarizer.rewards import humanness_reward
from summ.pipelines.compress import ModelCompressor
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.lexicon import Lexicon
from summ.pipelines.rerank import Reranker
from summ.pipelines.rerank_weights import LIKELIEST, RerankWeights, parse_weights
from summ.pipelines.search import Hypothesis, Searcher
from summ.types import Tokens
from tests import tiny

TEXTS = [
    "The mayor of Oslo opened the bridge on Monday, a spokeswoman said.",
    "Police in Lima closed the tunnel after 14 years of debate.",
    "The court.",
]
NOTHING = LIKELIEST
NAMES = ("reconstruction", "humanness", "fluency", "salience")


@pytest.fixture(scope="module")
def summary_model(tiny_corpus: Path) -> SummaryModel:
    corpus = Corpus.open(tiny_corpus)
    networks = NetworksConfig(
        compressor=tiny.seq2seq(),
        reconstructor=tiny.seq2seq(),
        discriminator=tiny.causal(),
        language_model=tiny.causal(),
    )
    settings = SummaryModelSettings(48, 12, tuple(corpus.commonest_pieces(60)))
    built = build_summary_model(networks, corpus.vocabulary, settings, seed=3)
    assert built.language_model is not None
    built.language_model.count(torch.arange(corpus.vocabulary.size))
    shares = torch.rand(corpus.vocabulary.size, generator=torch.Generator().manual_seed(0)) / 4
    built = with_salience(built, shares, hidden=8, seed=3)
    for network in built.networks().values():
        network.eval()
    return built


@pytest.fixture(scope="module")
def sources(summary_model: SummaryModel) -> list[list[int]]:
    return summary_model.vocabulary.encode(TEXTS)


@pytest.fixture(scope="module")
def candidates(summary_model: SummaryModel, sources: list[list[int]]) -> list[list[Hypothesis]]:
    return Searcher(summary_model).candidates(sources, [4, 5, 2], beams=4, keep=4)


def test_candidates_differ_and_the_likeliest_per_piece_comes_first(
    summary_model: SummaryModel, sources: list[list[int]], candidates: list[list[Hypothesis]]
) -> None:
    per_piece = [[d.log_prob / (len(d.ids) + d.finished) for d in row] for row in candidates]
    assert all(row == sorted(row, reverse=True) for row in per_piece)
    assert all(len({tuple(d.ids) for d in row}) == 4 for row in candidates)
    found = Searcher(summary_model).search(sources, [4, 5, 2], beams=4)
    assert found == [row[0] for row in candidates]


def test_without_weights_the_search_decides(
    summary_model: SummaryModel, sources: list[list[int]], candidates: list[list[Hypothesis]]
) -> None:
    """The length exponent of 1 is transformers' own ranking."""
    chosen = Reranker(summary_model, NOTHING).choose(sources, candidates)
    assert chosen == [row[0] for row in candidates]
    total = Reranker(summary_model, replace(NOTHING, length_exponent=0.0)).choose(
        sources, candidates
    )
    assert total == [max(row, key=lambda drawn: drawn.log_prob) for row in candidates]


@torch.no_grad()
def by_hand(summary_model: SummaryModel, source: list[int], drawn: Hypothesis) -> tuple[float, ...]:
    """One candidate, without padding or batches."""
    vocabulary, model = summary_model.vocabulary, summary_model.language_model
    assert model is not None
    text, draft = [*source, vocabulary.eos], [*drawn.ids, vocabulary.eos]
    words = sum(bool(vocabulary.starts_word[piece]) for piece in text)
    read = summary_model.reconstructor.read(Tokens.from_lists([draft], 0), torch.tensor([words]))
    inputs = torch.tensor([[summary_model.reconstructor.start, *text[:-1]]])
    logits = summary_model.reconstructor.logits(read, inputs)[0].float()
    logits[:, ~summary_model.reconstructor.allowed_anywhere] = -torch.inf
    nll = torch.nn.functional.cross_entropy(logits, torch.tensor(text), reduction="mean")
    human = summary_model.discriminator(Tokens.from_lists([draft], 0))[0].sigmoid() * 2 - 1
    likely = model(Tokens.from_lists([draft], 0))[0]
    lifts = [likely[place, piece] - model.unigram[piece] for place, piece in enumerate(draft)]
    fluency = float(sum(lifts)) / len(draft)
    return -float(nll), float(human.mean()), fluency, told_by_hand(summary_model, source, drawn)


@torch.no_grad()
def told_by_hand(summary_model: SummaryModel, source: list[int], drawn: Hypothesis) -> float:
    """Word by word, from the definition."""
    salience = summary_model.salience
    assert salience is not None
    words = Tokens.from_lists([[*source, summary_model.vocabulary.eos]], 0)
    lifts = salience.lifts(salience.read(summary_model.compressor, words), words)[0]
    lexicon = Lexicon(summary_model.vocabulary)
    places: dict[tuple[int, ...], float] = {}
    place = 0
    for word in lexicon.split(source):
        places[word] = max(places.get(word, -1.0), float(lifts[place]))
        place += len(word)
    return sum(places.get(word, 0.0) for word in set(lexicon.split(drawn.ids)))


def test_the_critique_is_that_of_one_pair_at_a_time(
    summary_model: SummaryModel, sources: list[list[int]], candidates: list[list[Hypothesis]]
) -> None:
    drafts = [row[-1] for row in candidates]
    eos, pad = summary_model.vocabulary.eos, summary_model.vocabulary.pad
    texts, summaries = (
        Tokens.from_lists([[*ids, eos] for ids in column], pad)
        for column in (sources, [drawn.ids for drawn in drafts])
    )
    found = critique(Critics.of(summary_model), texts, summaries)
    assert found.humanness is not None
    columns = (found.reconstruction, humanness_reward(found.humanness), found.fluency)
    for row, (source, drawn) in enumerate(zip(sources, drafts, strict=True)):
        figures = [float(column[row]) for column in (*columns, found.salience)]
        assert figures == pytest.approx(by_hand(summary_model, source, drawn), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize(
    "weights",
    [
        RerankWeights(2.0, 1.0, 0.5, 0.3, 0.2, 1.0, 0.5),
        *(replace(NOTHING, **{name: 50.0}) for name in (*NAMES, "repetition", "novelty")),
    ],
)
def test_the_choice_does_not_depend_on_the_batches(
    summary_model: SummaryModel,
    sources: list[list[int]],
    candidates: list[list[Hypothesis]],
    weights: RerankWeights,
) -> None:
    """Neither on the candidates in a forward pass nor on the sources beside one."""
    reranker = Reranker(summary_model, weights)
    whole = reranker.choose(sources, candidates)
    for rows in (1, 3, 5):
        assert reranker.choose(sources, candidates, rows) == whole
    uneven = [candidates[0][:1], candidates[1], candidates[2][:3]]
    several = reranker.choose(sources, uneven, rows=2)
    for source, own, best in zip(sources, uneven, several, strict=True):
        assert reranker.choose([source], [own]) == [best]


def test_networks_without_a_weight_are_not_run(
    summary_model: SummaryModel,
    sources: list[list[int]],
    candidates: list[list[Hypothesis]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(*arguments: object, **options: object) -> None:
        raise AssertionError("a network was run")

    monkeypatch.setattr(torch.nn.Module, "__call__", run)
    weights = replace(NOTHING, novelty=1.0, repetition=1.0)
    chosen = Reranker(summary_model, weights).choose(sources, candidates)
    assert all(best in row for best, row in zip(chosen, candidates, strict=True))
    with pytest.raises(AssertionError, match="a network was run"):
        Reranker(summary_model, replace(NOTHING, fluency=1.0)).choose(sources, candidates)


@pytest.mark.parametrize("name", NAMES)
def test_a_heavy_weight_decides_alone(
    summary_model: SummaryModel,
    sources: list[list[int]],
    candidates: list[list[Hypothesis]],
    name: str,
) -> None:
    weights = replace(NOTHING, **{name: 1e6})
    chosen = Reranker(summary_model, weights).choose(sources, candidates)
    column = NAMES.index(name)
    for source, row, best in zip(sources, candidates, chosen, strict=True):
        figures = [by_hand(summary_model, source, drawn)[column] for drawn in row]
        assert by_hand(summary_model, source, best)[column] == pytest.approx(max(figures), rel=1e-5)


def test_a_headline_that_says_a_word_twice_comes_last(
    summary_model: SummaryModel, sources: list[list[int]]
) -> None:
    again, once = summary_model.vocabulary.encode(["Oslo bridge Oslo", "Oslo bridge Lima"])
    row = [Hypothesis(again, -1.0, True), Hypothesis(once, -9.0, True)]
    long = [Hypothesis(again * 5, -1.0, True), Hypothesis(once * 5, -9.0, True)]
    assert Reranker(summary_model, NOTHING).choose(sources[:1], [row]) == [row[0]]
    strict = Reranker(summary_model, replace(NOTHING, repetition=50.0))
    assert strict.choose(sources[:2], [row, long]) == [row[1], long[0]]


def test_words_that_the_source_lacks_count_against_a_summary(summary_model: SummaryModel) -> None:
    [source] = summary_model.vocabulary.encode(["The mayor of Oslo opened the bridge."])
    made_up, little, told = summary_model.vocabulary.encode(
        ["mayor opened tunnel", "mayor opened after", "mayor opened bridge"]
    )
    reranker = Reranker(summary_model, replace(NOTHING, novelty=50.0))
    for honest in (little, told):
        row = [Hypothesis(made_up, -1.0, True), Hypothesis(honest, -9.0, True)]
        assert reranker.choose([source], [row]) == [row[1]]


def test_a_model_without_a_language_model_ignores_fluency(
    summary_model: SummaryModel, sources: list[list[int]], candidates: list[list[Hypothesis]]
) -> None:
    silent = replace(summary_model, language_model=None)
    chosen = Reranker(silent, replace(NOTHING, fluency=1e6)).choose(sources, candidates)
    assert chosen == [row[0] for row in candidates]


def test_texts_are_compressed_to_the_chosen_candidate(summary_model: SummaryModel) -> None:
    """The same for any batch size; and never less rebuildable than without reranking."""
    weights = RerankWeights(reconstruction=1e6)
    whole = ModelCompressor(summary_model).compress(TEXTS, [4] * 3, DecodingOptions(4, 3, weights))
    single = ModelCompressor(summary_model).compress(TEXTS, [4] * 3, DecodingOptions(4, 1, weights))
    assert [one.text for one in whole] == [one.text for one in single]
    plain = ModelCompressor(summary_model).compress(TEXTS, [4] * 3, DecodingOptions(4, 3))
    assert [one.text for one in whole] != [one.text for one in plain]


def test_a_machine_may_say_itself_how_its_summaries_are_chosen(summary_model: SummaryModel) -> None:
    def texts(of: SummaryModel, rerank: RerankWeights | None = None, beams: int = 4) -> list[str]:
        found = ModelCompressor(of).compress(TEXTS, [4] * 3, DecodingOptions(beams, 3, rerank))
        return [one.text for one in found]

    told = replace(
        summary_model, settings=replace(summary_model.settings, rerank={"reconstruction": 1e6})
    )
    asked = replace(NOTHING, reconstruction=1e6)
    assert texts(told) == texts(summary_model, asked) != texts(summary_model)
    assert texts(told, parse_weights("none")) == texts(summary_model)
    assert texts(told, beams=1) == texts(summary_model, beams=1), "greedy leaves nothing to choose"
    newer = replace(summary_model, settings=replace(summary_model.settings, rerank={"charm": 1.0}))
    with pytest.raises(CheckpointError, match="reranked by 'charm'"):
        ModelCompressor(newer)


def test_weights_can_be_written_on_the_command_line() -> None:
    assert parse_weights("") == RerankWeights()
    assert parse_weights("reconstruction=2,humanness=0.5") == RerankWeights(1.0, 2.0, 0.5, 0.0)
    with pytest.raises(ConfigError, match=r"no weight 'humanity'. Known: length_exponent, recon"):
        parse_weights("humanity=1")
    with pytest.raises(ConfigError, match="fluency must be a number, but is ''"):
        parse_weights("fluency")
