"""``--rerank`` and ``--in-order`` of ``summ summarize`` and ``summ evaluate``."""

import json
from pathlib import Path

import pytest

from summ import cli
from summ.text.folding import fold
from tests.conftest import STORIES
from tests.data.conftest import write_lines


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "stories.txt", STORIES)


def summaries(capsys, summary_model_folder: Path, stories: Path, *options: str) -> list[str]:
    command = ["summarize", "--model", str(summary_model_folder), "--lines", str(stories)]
    assert cli.run([*command, "--words", "6", "--sentences", "1", *options]) == 0
    return str(capsys.readouterr().out).splitlines()


def test_reranking_changes_what_is_chosen(
    capsys, summary_model_folder: Path, stories: Path
) -> None:
    plain = summaries(capsys, summary_model_folder, stories)
    nothing = summaries(capsys, summary_model_folder, stories, "--rerank", "reconstruction=0")
    heavy = summaries(capsys, summary_model_folder, stories, "--rerank", "reconstruction=1e6")
    assert plain == nothing != heavy


def test_evaluate_judges_the_reranked_summaries(
    capsys, summary_model_folder: Path, stories: Path, tmp_path: Path
) -> None:
    data, saved = tmp_path / "data.jsonl", tmp_path / "saved.jsonl"
    write_lines(data, [json.dumps({"text": t, "summaries": [t[:30]]}) for t in STORIES])
    options = ["--rerank", "reconstruction=1e6", "--in-order"]
    command = [
        "evaluate",
        "--data",
        str(data),
        "--model",
        str(summary_model_folder),
        "--words",
        "6",
    ]
    assert cli.run([*command, *options, "--save-predictions", str(saved)]) == 0
    capsys.readouterr()
    judged = [json.loads(line)["summary"] for line in saved.read_text().splitlines()]
    command = ["summarize", "--model", str(summary_model_folder), "--lines", str(stories)]
    assert cli.run([*command, "--words", "6", *options]) == 0
    assert judged == str(capsys.readouterr().out).splitlines()


def test_words_keep_their_order(capsys, summary_model_folder: Path, stories: Path) -> None:
    free = summaries(capsys, summary_model_folder, stories)
    ordered = summaries(capsys, summary_model_folder, stories, "--in-order")
    assert free != ordered
    for story, summary in zip(STORIES, ordered, strict=True):
        source, place = fold(story).tokens, 0
        for word in fold(summary).tokens:
            if word in source:
                place = source.index(word, place) + 1  # ValueError: out of order


def test_a_wrong_weight_is_one_clear_line(
    capsys, summary_model_folder: Path, stories: Path
) -> None:
    command = ["summarize", "--model", str(summary_model_folder), "--lines", str(stories)]
    assert cli.run([*command, "--rerank", "humanity=1"]) == 1
    shown = capsys.readouterr()
    assert not shown.out
    assert shown.err.strip() == (
        "summ: error: rerank: no weight 'humanity'. Known: length_exponent, reconstruction, "
        "humanness, fluency, salience, repetition, novelty."
    )
