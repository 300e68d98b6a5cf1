import random
from dataclasses import replace

import pytest
import torch

from data_prep.completeness import Line, from_headline, from_long, from_short, learn, ranked_higher
from summ.errors import CheckpointError
from summ.families.shortener.completeness import SLOTS, Completeness, slots
from summ.families.shortener.model import load_shortener, save_shortener
from summ.text.folding import fold

VERBS = load_shortener().verbs
WHOLE = [
    "Ministers opened a bridge",
    "The club sold its striker",
    "Police found the car",
    "Voters elect a mayor",
]
BROKEN = ["Ministers opened a", "The club sold its", "Police found the", "Voters elect a"]


def test_the_logit_is_the_sum_over_the_features():
    weights = torch.randn(SLOTS, generator=torch.Generator().manual_seed(1))
    tokens = fold("Police found the car").tokens
    judge = Completeness(weights, 0.5, VERBS)
    exact = sum(weights[slot].item() for slot in slots(tokens, VERBS)) + 0.5
    assert judge.logit(tokens) == pytest.approx(exact, abs=1e-3)
    assert Completeness(torch.zeros(SLOTS), 0.5, VERBS).logit(()) == 0.5


def test_it_learns_to_tell_broken_lines():
    lines = [Line(text, True, "whole") for text in WHOLE[:3]]
    lines += [Line(text, False, "cut") for text in BROKEN[:3]]
    judge = learn(lines, VERBS, epochs=20, seed=0)
    unseen = [Line(WHOLE[3], True, "whole")], [Line(BROKEN[3], False, "cut")]
    assert ranked_higher(judge, *unseen) == 1.0


def test_lines_are_broken_as_they_are_labelled():
    rng = random.Random(0)
    words = ["The", "mayor", "of", "Lima", "opened", "a", "new", "bridge", "on", "Monday"]
    other = ["Shares", "of", "the", "largest", "maker", "of", "rails", "fell", "sharply", "again"]
    long = ["After", "years", "of", "delay", *words[:-2], "in", "the", "city", "on", "Monday"]
    lines = [
        line
        for _ in range(200)
        for line in (
            *from_headline(other, words, rng),
            *from_short(words, other, VERBS, rng),
            *from_long(long, VERBS, rng),
        )
    ]
    whole = {line.text for line in lines if line.complete}
    assert {" ".join(other), " ".join(words)} < whole
    assert "mayor of Lima opened new bridge on Monday" in whole
    assert not whole & {line.text for line in lines if not line.complete}
    kinds = {line.kind for line in lines if not line.complete}
    assert kinds >= {"cut headline", "tail", "cut sentence", "no verb", "cut", "subject", "skip"}


def test_it_is_saved_with_the_model(tmp_path):
    weights = torch.randn(SLOTS, generator=torch.Generator().manual_seed(2))
    model = replace(load_shortener(), completeness=Completeness(weights, 0.25, VERBS))
    save_shortener(model, tmp_path / "model")
    judge = load_shortener(tmp_path / "model").completeness
    assert judge is not None and judge.bias == 0.25
    scale = weights.view(-1, 256).abs().amax(dim=1, keepdim=True) / 127
    error = (judge.weights - weights).view(-1, 256).abs()
    assert (error <= 0.51 * scale + 1e-4).all()


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "completeness.safetensors"
    path.write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match="not a judge of completeness"):
        Completeness.load(path, VERBS)
    Completeness(torch.zeros(512), 0.0, VERBS).save(path)
    with pytest.raises(CheckpointError, match="512 weights instead of"):
        Completeness.load(path, VERBS)


def test_the_judge_that_ships_prefers_lines_that_end():
    judge = load_shortener().completeness
    assert judge is not None
    for whole, broken in zip(WHOLE, BROKEN, strict=True):
        assert judge.logit(fold(whole).tokens) > judge.logit(fold(broken).tokens)
