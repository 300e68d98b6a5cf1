"""The step against its definition, and the batches that it reads."""

import json
from collections import Counter
from pathlib import Path

import pytest
import torch

from summ.errors import DataError
from summ.families.shortener.config import PairsConfig
from summ.families.shortener.pairs import PairBatch, PairBatches
from summ.families.shortener.shorten import ShortenStep
from summ.networks.compressor import Compressor
from summ.text.vocabulary import Vocabulary
from summ.training.random_streams import RandomStreams
from summ.types import Tokens
from tests import tiny

LONGEST = 4  # as many as there are prompts
FACTS = tiny.facts(words=6)
TARGETS = [[8, 10], [9, 11, 12]]
PAIRS = [([8, 9, 10, 11, 13], TARGETS[0]), ([9, 10, 11, 12], TARGETS[1])]


def streams(step: int = 0, shard: int = 0, shards: int = 1) -> RandomStreams:
    return RandomStreams(1, step, shard, shards, torch.device("cpu"))


def batch(pairs: list[tuple[list[int], list[int]]]) -> PairBatch:
    return PairBatch(
        tiny.words(*[source for source, _ in pairs]),
        tiny.words(*[target for _, target in pairs]),
        torch.tensor([len(target) for _, target in pairs]),
    )


@pytest.fixture
def step() -> ShortenStep:
    torch.manual_seed(1)
    return ShortenStep(tiny.compressor(FACTS, shortlist=[]), tiny.marks(FACTS), LONGEST)


@torch.no_grad()
def slow_nll(compressor: Compressor, source: list[int], target: list[int], asked: int) -> float:
    """One pair alone: at each position a softmax over the source's pieces and the end mark."""
    encoded = compressor.read(
        Tokens.from_lists([[*source, tiny.EOS]], tiny.PAD), torch.tensor([asked])
    )
    inputs = torch.tensor([[compressor.start, *target]])
    logits = compressor.logits(encoded, inputs)[0]
    total = 0.0
    for position, piece in enumerate([*target, tiny.EOS]):
        possible = {other: float(logits[position, other]) for other in {*source, tiny.EOS}}
        probabilities = torch.tensor(list(possible.values())).softmax(dim=0)
        total -= float(probabilities[list(possible).index(piece)].log())
    return total


def test_the_loss_is_the_sum_over_pieces_and_the_mean_over_pairs(step: ShortenStep) -> None:
    share = streams().uniform("shorten/ceiling", 2, 1)[:, 0].tolist()
    asked = [
        len(target) + int(part * (LONGEST - len(target) + 1))
        for part, (_, target) in zip(share, PAIRS, strict=True)
    ]
    expected = [
        slow_nll(step.compressor, source, target, most)
        for (source, target), most in zip(PAIRS, asked, strict=True)
    ]
    output = step(batch(PAIRS), streams())
    assert output.loss.item() == pytest.approx(sum(expected) / 2, rel=1e-5)
    assert output.stats["shorten/nll_per_piece"].item() == pytest.approx(
        sum(expected) / 7, rel=1e-5
    )
    longest = [slow_nll(step.compressor, *pair, LONGEST) for pair in PAIRS]
    assert step.nll(batch(PAIRS)).tolist() == pytest.approx(longest, rel=1e-5)


def test_the_ceiling_is_uniform_between_the_target_and_the_longest_line(
    step: ShortenStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[int, Counter[int]] = {len(target): Counter() for target in TARGETS}

    class NotedError(Exception):
        """The ceiling is known before anything is read, which takes most of the time."""

    def noted(source: Tokens, budget: torch.Tensor) -> object:
        for target, most in zip(TARGETS, budget.tolist(), strict=True):
            asked[len(target)][most] += 1
        raise NotedError

    monkeypatch.setattr(step.compressor, "read", noted)
    for number in range(600):
        with pytest.raises(NotedError):
            step(batch(PAIRS), streams(number))
    for words, counts in asked.items():
        assert set(counts) == set(range(words, LONGEST + 1))
        share = 600 / len(counts)
        assert all(abs(count - share) < 5 * share**0.5 for count in counts.values())


def test_a_batch_of_eight_is_two_of_four(step: ShortenStep) -> None:
    rows = PAIRS * 4
    step(batch(rows), streams()).loss.backward()
    whole = tiny.gradients(step)
    step.zero_grad()
    for part in range(2):
        (step(batch(rows[part::2]), streams(0, part, 2)).loss / 2).backward()
    for name, gradient in tiny.gradients(step).items():
        torch.testing.assert_close(gradient, whole[name], rtol=1e-4, atol=1e-6)


def test_a_few_pairs_are_learned_by_heart(step: ShortenStep) -> None:
    """Below what knows the target's pieces but not their order, or where it ends."""
    rows = [*PAIRS, ([8, 9, 10, 11, 12, 13], [13]), ([12, 11, 10, 9], [10, 9])]
    outputs = tiny.taught(step, batch(rows), 150, 0.01, lambda outputs: outputs[-1].loss < 0.1)
    assert float(outputs[0].loss) > 2
    assert float(outputs[-1].loss) < 0.1


@pytest.fixture(scope="module")
def vocabulary(tiny_corpus: Path) -> Vocabulary:
    return Vocabulary.load(tiny_corpus / "vocabulary")


def written(path: Path, pairs: list[tuple[str, str]]) -> Path:
    lines = (json.dumps({"text": source, "summary": target}) for source, target in pairs)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def served(batches: PairBatches, vocabulary: Vocabulary, steps: int) -> list[str]:
    found = [batches.at(step).targets for step in range(steps)]
    return [vocabulary.decode(ids) for targets in found for ids in targets.ids.tolist()]


def test_pairs_that_cannot_be_used_are_left_out(tmp_path: Path, vocabulary: Vocabulary) -> None:
    good = ("The mayor opened a bridge.", "The mayor opened a bridge")
    bad = [
        ("The mayor opened a bridge.", "The mayor closed a bridge"),  # not in the source
        ("The mayor opened a bridge. " * 20, "The mayor opened a bridge"),  # too long
        ("One two three four five six seven.", "one two three four five six seven"),
        ("The mayor opened a bridge.", " "),
    ]
    data = PairsConfig(pairs=written(tmp_path / "p.jsonl", [*bad, good]), rows=2)
    batches = PairBatches(data, vocabulary, 6, 1)
    assert set(served(batches, vocabulary, 4)) == {"the mayor opened a bridge"}
    assert batches.at(0).words.tolist() == [5, 5]
    data = PairsConfig(pairs=written(tmp_path / "p.jsonl", bad), rows=2)
    with pytest.raises(DataError, match="no pair has fewer than 64 and 24 pieces, up to 6 words"):
        PairBatches(data, vocabulary, 6, 1)


def test_held_out_targets_are_never_served(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """Nor in another source; batches are a function of the step, and parts share their rows."""
    names = [f"{a} {b}" for a in "abcdef" for b in "ghijkl"]
    pairs = [(f"{tail} {name} {tail}", name) for name in names for tail in ("x", "y")]
    data = PairsConfig(pairs=written(tmp_path / "p.jsonl", pairs), rows=6, held_out=3)
    batches = PairBatches(data, vocabulary, 6, 1)
    held = [ids for part in batches.held_out(4) for ids in part.targets.ids.tolist()]
    texts = Counter(map(vocabulary.decode, held))
    assert list(texts.values()) == [2, 2, 2]
    whole = served(batches, vocabulary, 22)  # two epochs
    assert not set(whole) & set(texts) and set(whole) == set(names) - set(texts)
    again = PairBatches(data, vocabulary, 6, 1)
    first, second = again.at(7, (0, 2)), again.at(7, (1, 2))
    together = torch.empty(6, dtype=torch.long)
    together[0::2], together[1::2] = first.words, second.words
    assert torch.equal(together, batches.at(7).words)
    assert len(first) == len(second) == 3


@pytest.mark.parametrize("line", ["[1]", "{}", "{", '{"text": "a"}', "7"])
def test_a_line_that_is_no_pair_is_named(line: str, tmp_path: Path, vocabulary: Vocabulary) -> None:
    path = written(tmp_path / "p.jsonl", [("a b", "a")])
    path.write_text(path.read_text() + line)
    with pytest.raises(DataError, match=r"p\.jsonl line 2: must be an object with 'text'"):
        PairBatches(PairsConfig(pairs=path), vocabulary, 6, 1)
    with pytest.raises(DataError, match=r"cannot be read .*data_prep\.splices"):
        PairBatches(PairsConfig(pairs=tmp_path / "none"), vocabulary, 6, 1)
