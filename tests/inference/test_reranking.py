from dataclasses import replace
from pathlib import Path

import pytest
import torch

from summ.config import NetworksConfig
from summ.errors import CheckpointError, ConfigError
from summ.inference.compression import MachineCompressor
from summ.inference.reranking import LIKELIEST, Reranker, RerankWeights, parse_weights
from summ.inference.rules import WordRules
from summ.inference.search import Drawn, Searcher
from summ.networks.machine import Machine, MachineSettings, build_machine, with_salience
from summ.text.corpus import Corpus
from summ.types import Words
from tests import tiny

TEXTS = [
    "The mayor of Oslo opened the bridge on Monday, a spokeswoman said.",
    "Police in Lima closed the tunnel after 14 years of debate.",
    "The court.",
]
NOTHING = LIKELIEST
NAMES = ("reconstruction", "humanness", "fluency", "salience")


@pytest.fixture(scope="module")
def machine(tiny_corpus: Path) -> Machine:
    corpus = Corpus.open(tiny_corpus)
    networks = NetworksConfig(
        compressor=tiny.seq2seq(),
        reconstructor=tiny.seq2seq(),
        discriminator=tiny.causal(),
        language_model=tiny.causal(),
    )
    settings = MachineSettings(48, 12, tuple(corpus.commonest_pieces(60)))
    built = build_machine(networks, corpus.vocabulary, settings, seed=3)
    assert built.language_model is not None
    built.language_model.count(torch.arange(corpus.vocabulary.size))
    shares = torch.rand(corpus.vocabulary.size, generator=torch.Generator().manual_seed(0)) / 4
    built = with_salience(built, shares, hidden=8, seed=3)
    for network in built.networks().values():
        network.eval()
    return built


@pytest.fixture(scope="module")
def sources(machine: Machine) -> list[list[int]]:
    return machine.vocabulary.encode(TEXTS)


@pytest.fixture(scope="module")
def candidates(machine: Machine, sources: list[list[int]]) -> list[list[Drawn]]:
    return Searcher(machine).candidates(sources, [4, 5, 2], beams=4, keep=4)


def test_candidates_differ_and_the_likeliest_per_piece_comes_first(
    machine: Machine, sources: list[list[int]], candidates: list[list[Drawn]]
) -> None:
    per_piece = [[d.log_prob / (len(d.ids) + d.finished) for d in row] for row in candidates]
    assert all(row == sorted(row, reverse=True) for row in per_piece)
    assert all(len({tuple(d.ids) for d in row}) == 4 for row in candidates)
    found = Searcher(machine).search(sources, [4, 5, 2], beams=4)
    assert found == [row[0] for row in candidates]


def test_without_weights_the_search_decides(
    machine: Machine, sources: list[list[int]], candidates: list[list[Drawn]]
) -> None:
    """The length exponent of 1 is transformers' own ranking."""
    chosen = Reranker(machine, NOTHING).choose(sources, candidates)
    assert chosen == [row[0] for row in candidates]
    total = Reranker(machine, replace(NOTHING, length_exponent=0.0)).choose(sources, candidates)
    assert total == [max(row, key=lambda drawn: drawn.log_prob) for row in candidates]


@torch.no_grad()
def by_hand(machine: Machine, source: list[int], drawn: Drawn) -> tuple[float, ...]:
    """One candidate, without padding or batches."""
    vocabulary, model = machine.vocabulary, machine.language_model
    assert model is not None
    text, draft = [*source, vocabulary.eos], [*drawn.ids, vocabulary.eos]
    words = sum(bool(vocabulary.starts_word[piece]) for piece in text)
    read = machine.reconstructor.read(Words.from_lists([draft], 0), torch.tensor([words]))
    inputs = torch.tensor([[machine.reconstructor.start, *text[:-1]]])
    logits = machine.reconstructor.logits(read, inputs)[0].float()
    logits[:, ~machine.reconstructor.allowed_anywhere] = -torch.inf
    nll = torch.nn.functional.cross_entropy(logits, torch.tensor(text), reduction="mean")
    human = machine.discriminator(Words.from_lists([draft], 0))[0].sigmoid() * 2 - 1
    likely = model(Words.from_lists([draft], 0))[0]
    lifts = [likely[place, piece] - model.unigram[piece] for place, piece in enumerate(draft)]
    fluency = float(sum(lifts)) / len(draft)
    return -float(nll), float(human.mean()), fluency, told_by_hand(machine, source, drawn)


@torch.no_grad()
def told_by_hand(machine: Machine, source: list[int], drawn: Drawn) -> float:
    """Word by word, from the definition."""
    salience = machine.salience
    assert salience is not None
    words = Words.from_lists([[*source, machine.vocabulary.eos]], 0)
    lifts = salience.lifts(salience.read(machine.compressor, words), words)[0]
    rules = WordRules(machine.vocabulary, None)
    places: dict[tuple[int, ...], float] = {}
    place = 0
    for word in rules.split(source):
        places[word] = max(places.get(word, -1.0), float(lifts[place]))
        place += len(word)
    return sum(places.get(word, 0.0) for word in set(rules.split(drawn.ids)))


def test_opinions_are_those_of_one_pair_at_a_time(
    machine: Machine, sources: list[list[int]], candidates: list[list[Drawn]]
) -> None:
    drafts = [row[-1] for row in candidates]
    heard = Reranker(machine, NOTHING).opinions(sources, [drawn.ids for drawn in drafts])
    columns = (heard.reconstruction, heard.humanness, heard.fluency, heard.salience)
    for row, (source, drawn) in enumerate(zip(sources, drafts, strict=True)):
        found = [column[row] for column in columns]
        assert found == pytest.approx(by_hand(machine, source, drawn), rel=1e-4, abs=1e-5)
    unasked = Reranker(machine, NOTHING).opinions(sources, [d.ids for d in drafts], rebuild=False)
    assert unasked == replace(heard, reconstruction=[0.0] * len(drafts))


@pytest.mark.parametrize("name", NAMES)
def test_a_heavy_weight_decides_alone(
    machine: Machine, sources: list[list[int]], candidates: list[list[Drawn]], name: str
) -> None:
    weights = replace(NOTHING, **{name: 1e6})
    chosen = Reranker(machine, weights).choose(sources, candidates)
    column = NAMES.index(name)
    for source, row, best in zip(sources, candidates, chosen, strict=True):
        figures = [by_hand(machine, source, drawn)[column] for drawn in row]
        assert by_hand(machine, source, best)[column] == pytest.approx(max(figures), rel=1e-5)


def test_a_headline_that_says_a_word_twice_comes_last(
    machine: Machine, sources: list[list[int]]
) -> None:
    again, once = machine.vocabulary.encode(["Oslo bridge Oslo", "Oslo bridge Lima"])
    row = [Drawn(again, -1.0, True), Drawn(once, -9.0, True)]
    long = [Drawn(again * 5, -1.0, True), Drawn(once * 5, -9.0, True)]
    assert Reranker(machine, NOTHING).choose(sources[:1], [row]) == [row[0]]
    strict = Reranker(machine, replace(NOTHING, repetition=50.0))
    assert strict.choose(sources[:2], [row, long]) == [row[1], long[0]]


def test_words_that_the_source_lacks_count_against_a_summary(machine: Machine) -> None:
    [source] = machine.vocabulary.encode(["The mayor of Oslo opened the bridge."])
    made_up, little, told = machine.vocabulary.encode(
        ["mayor opened tunnel", "mayor opened after", "mayor opened bridge"]
    )
    reranker = Reranker(machine, replace(NOTHING, novelty=50.0))
    for honest in (little, told):
        row = [Drawn(made_up, -1.0, True), Drawn(honest, -9.0, True)]
        assert reranker.choose([source], [row]) == [row[1]]


def test_a_machine_without_a_language_model_ignores_fluency(
    machine: Machine, sources: list[list[int]], candidates: list[list[Drawn]]
) -> None:
    silent = replace(machine, language_model=None)
    chosen = Reranker(silent, replace(NOTHING, fluency=1e6)).choose(sources, candidates)
    assert chosen == [row[0] for row in candidates]


def test_texts_are_compressed_to_the_chosen_candidate(machine: Machine) -> None:
    """The same for any batch size; and never less rebuildable than without reranking."""
    weights = RerankWeights(reconstruction=1e6)
    whole = MachineCompressor(machine, weights).compress(TEXTS, [4] * 3, beams=4, batch_size=3)
    single = MachineCompressor(machine, weights).compress(TEXTS, [4] * 3, beams=4, batch_size=1)
    assert [one.text for one in whole] == [one.text for one in single]
    plain = MachineCompressor(machine).compress(TEXTS, [4] * 3, beams=4, batch_size=3)
    assert [one.text for one in whole] != [one.text for one in plain]


def test_a_machine_may_say_itself_how_its_summaries_are_chosen(machine: Machine) -> None:
    def texts(of: Machine, rerank: RerankWeights | None = None, beams: int = 4) -> list[str]:
        found = MachineCompressor(of, rerank).compress(TEXTS, [4] * 3, beams=beams, batch_size=3)
        return [one.text for one in found]

    told = replace(machine, settings=replace(machine.settings, rerank={"reconstruction": 1e6}))
    asked = replace(NOTHING, reconstruction=1e6)
    assert texts(told) == texts(machine, asked) != texts(machine)
    assert texts(told, parse_weights("none")) == texts(machine)
    assert texts(told, beams=1) == texts(machine, beams=1), "greedy leaves nothing to choose"
    newer = replace(machine, settings=replace(machine.settings, rerank={"charm": 1.0}))
    with pytest.raises(CheckpointError, match="reranked by 'charm'"):
        MachineCompressor(newer)


def test_weights_can_be_written_on_the_command_line() -> None:
    assert parse_weights("") == RerankWeights()
    assert parse_weights("reconstruction=2,humanness=0.5") == RerankWeights(1.0, 2.0, 0.5, 0.0)
    with pytest.raises(ConfigError, match=r"no weight 'humanity'. Known: length_exponent, recon"):
        parse_weights("humanity=1")
    with pytest.raises(ConfigError, match="fluency must be a number, but is ''"):
        parse_weights("fluency")
