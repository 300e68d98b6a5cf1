import json
from pathlib import Path

import numpy as np
import pytest
import torch

from summ import cli
from summ.families.sentence.model import load_sentence_model
from summ.pipelines.likeness import TrainingLikeness
from summ.pretrained import shipped_models
from tests.conftest import STORIES

STRANGE = "mother his kitchen green slowly Tuesday of the at banana purple for seldom whispered"


@pytest.fixture(scope="module")
def likeness(shipped: Path) -> TrainingLikeness:
    found = TrainingLikeness.of_summarizer(None, "en")
    assert found is not None
    return found


def test_news_is_like_the_training_text_and_strewn_words_are_not(
    likeness: TrainingLikeness,
) -> None:
    *news, strange, blank = likeness.unlike([*STORIES, STRANGE, " "])
    assert all(value is not None and value < 99 for value in news)
    assert strange is not None and strange > 99
    assert blank is None
    # A text alone has the same meaning as among others.
    assert likeness.unlike([STRANGE]) == [strange]


def test_only_models_whose_text_is_known_are_asked(
    shipped: Path, summary_model_folder: Path
) -> None:
    assert TrainingLikeness.of_summarizer("en-small", "en") is not None
    assert TrainingLikeness.of_summarizer("zh-small", "zh") is None
    assert TrainingLikeness.of_summarizer(summary_model_folder, "en") is None


def test_stderr_counts_strange_texts_once(
    shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    german = "Der Rat der Stadt hat am Montag beschlossen, die alte Brücke zu schließen."
    lines = [STORIES[0], STRANGE, "Rain. " + STRANGE, german]
    (tmp_path / "a.txt").write_text("\n".join(lines))
    asked = ["summarize", str(tmp_path / "a.txt"), "--lines", "--words", "40", "--format", "jsonl"]
    assert cli.run(asked) == 0
    shown = capsys.readouterr()
    assert shown.err.count("2 of 4 texts unlike what the model has read") == 1
    found = [json.loads(line)["unlike_training"] for line in shown.out.splitlines()]
    assert found[0] < 99 < min(found[1:3])
    assert found[3] is None  # no model has written that summary


def test_stderr_is_silent_about_as_many_as_chance_has(
    shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for ordinary, warned in ((49, 0), (48, 1)):
        lines = [*[STORIES[0]] * ordinary, STRANGE]
        (tmp_path / "a.txt").write_text("\n".join(lines))
        assert cli.run(["summarize", str(tmp_path / "a.txt"), "--lines", "--words", "80"]) == 0
        assert capsys.readouterr().err.count("unlike what the model has read") == warned


def test_a_table_in_eight_bits_says_the_same_to_the_last_bit(shipped: Path) -> None:
    folder = shipped_models()["en-encoder"]
    whole, stored = (load_sentence_model(folder, eight_bits=eight) for eight in (False, True))
    assert not any(True for _ in stored.encoders.parameters())
    pieces = [
        np.array(ids, dtype=np.int64)
        for ids in whole.vocabulary.encode([*STORIES, STRANGE, "a", ""])
    ]
    assert torch.equal(whole.text_vectors(pieces), stored.text_vectors(pieces))
