"""Trees of phrases: against every tree there is, against counts made by hand, and as a run."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from summ import cli
from summ.data.corpus import Corpus
from summ.data.prose import prepare_prose
from summ.errors import ConfigError
from summ.families import load_run, train
from summ.families.tree.model import load_tree_model, words_of
from summ.networks.phrase_borders import (
    PhraseBorders,
    Words,
    bracketed,
    log_ratio,
    spans_of,
    tree_nats,
)

TEXT = (
    "The mayor opened the bridge, the council said. In the harbour, the police closed the market. "
    "The council, the mayor said, bought the library."
)


def all_trees(start: int, end: int) -> Iterator[frozenset[tuple[int, int]]]:
    """Every binary tree over the words from start to end, as its spans of two words and more."""
    if end - start < 2:
        yield frozenset()
        return
    for split in range(start + 1, end):
        for left in all_trees(start, split):
            for right in all_trees(split, end):
                yield left | right | {(start, end)}


def split_strengths(tree: frozenset[tuple[int, int]], strengths: list[float]) -> bool:
    """Whether each phrase of a tree is split where no border inside it is stronger."""
    for start, end in tree:
        (split,) = [
            k
            for k in range(start + 1, end)
            if all(one in tree for one in ((start, k), (k, end)) if one[1] - one[0] > 1)
        ]
        if strengths[split - 1] < max(strengths[start : end - 1]):
            return False
    return True


@pytest.mark.parametrize("seed", range(5))
def test_of_all_trees_one_is_split_at_its_strongest_borders(seed: int) -> None:
    strengths = torch.randn(5, generator=torch.Generator().manual_seed(seed)).tolist()
    trees = list(all_trees(0, 6))
    assert tree_nats(6) == pytest.approx(math.log(len(trees)))
    assert [tree for tree in trees if split_strengths(tree, strengths)] == [spans_of(strengths)]


def test_falling_strengths_branch_to_the_right() -> None:
    assert spans_of([3.0, 2.0, 1.0]) == {(0, 4), (1, 4), (2, 4)}
    assert spans_of([1.0, 2.0, 3.0]) == {(0, 4), (0, 3), (0, 2)}
    assert spans_of([]) == set()


def test_brackets() -> None:
    assert bracketed(["oil", "prices", "rise"], spans_of([0.0, 1.0])) == "((oil prices) rise)"


def test_counts_are_those_of_borders() -> None:
    """Of pieces 0 to 2: "0 1, 2 | 1 0", where a word may have two pieces."""
    borders = PhraseBorders(3)
    read = [Words([(0,), (1, 1), (2,)], [False, False, True]), Words([(1,), (0,)], [False, False])]
    assert borders.count(read, trust=1.0) == 5
    # Words begin with 0 twice, 1 twice, 2 once; at the borders 0 once, 2 once and 1 once.
    rate = 3 / 5
    expected = [math.log((1 + rate) / (2 + 1) / rate)] * 2 + [0.0]
    expected[2] = math.log((1 + rate) / (1 + 1) / rate)
    assert borders.begins.tolist() == pytest.approx(expected)
    assert torch.equal(log_ratio(torch.zeros(2).long(), torch.ones(2).long(), 1.0), torch.zeros(2))
    two = Words([(0,), (1, 2)], [False, True])
    (found,) = borders.strengths(two, end_weight=0.5, mark=3.0, right_branching=9.0)
    assert found == pytest.approx(float(borders.begins[1]) + 0.5 * float(borders.ends[0]) + 3)


def test_marks_are_no_words(tiny_corpus: Path) -> None:
    vocabulary = Corpus.open(tiny_corpus).vocabulary
    words = words_of(vocabulary, vocabulary.encode(["The mayor, 12 bridges."])[0])
    said = [vocabulary.decode(list(one)) for one in words.pieces]
    assert said == ["the", "mayor", "##", "bridges"]
    assert list(words.behind_mark) == [False, False, True, False]


@pytest.fixture(scope="module")
def prose(tiny_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tree")
    (place / "wire.jsonl").write_text((json.dumps({"text": TEXT}) + "\n") * 3)
    prepare_prose([place / "wire.jsonl"], place / "wire", vocabulary=tiny_corpus / "vocabulary")
    return place / "wire"


def run_of(corpus: Path, output: Path):
    changed = [f"data.corpus={corpus}", f"output={output}", "stages.0.mark=9"]
    return load_run(Path("configs/tree.yaml"), changed)


def test_a_run_and_its_brackets(
    prose: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = train(run_of(prose, tmp_path / "run"))
    model = load_tree_model(folder)
    assert model.borders.begins.abs().sum() > 0
    (tmp_path / "lines.txt").write_text("In the harbour, the police closed the market.\n\n")
    asked = ["encode", "--lines", tmp_path / "lines.txt", "--model", folder]
    assert cli.run([str(one) for one in asked]) == 0
    first, blank = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["code"].replace("(", "").replace(")", "") == (
        "in the harbour the police closed the market"
    )
    assert first["code"].startswith("((in (the harbour)) (the ")  # the comma ends a phrase
    assert first["nats"] == pytest.approx(tree_nats(8))
    assert blank["code"] == ""
    assert cli.run(["info", str(folder)]) == 0
    assert "right_branching: 2.5" in capsys.readouterr().out
    assert cli.run(["export", str(folder), "--to", "onnx", "--output", str(tmp_path / "out")]) == 1
    assert "a model of trees" in capsys.readouterr().err
    assert cli.run(["decode", "--model", str(folder), "--sample", "1"]) == 1
    assert cli.run(["summarize", "--model", str(folder), str(tmp_path / "lines.txt")]) == 1


def test_text_without_marks_is_refused(tiny_corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "plain.jsonl").write_text(json.dumps({"text": "The mayor opened it."}) + "\n")
    prepare_prose([tmp_path / "plain.jsonl"], tmp_path / "c", vocabulary=tiny_corpus / "vocabulary")
    with pytest.raises(ConfigError, match="no sentence has a mark inside"):
        train(run_of(tmp_path / "c", tmp_path / "run"))
