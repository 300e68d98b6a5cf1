"""``--rerank`` of ``summ summarize`` and ``summ evaluate``."""

import json
from pathlib import Path

import pytest

from summ import cli
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
    plain, nothing, heavy = (
        summaries(capsys, summary_model_folder, stories, "--beams", "4", *options)
        for options in ([], ["--rerank", "reconstruction=0"], ["--rerank", "reconstruction=1e6"])
    )
    assert plain == nothing != heavy


def test_evaluate_judges_the_reranked_summaries(
    capsys, summary_model_folder: Path, stories: Path, tmp_path: Path
) -> None:
    data, saved = tmp_path / "data.jsonl", tmp_path / "saved.jsonl"
    write_lines(data, [json.dumps({"text": t, "summaries": [t[:30]]}) for t in STORIES])
    options = ["--rerank", "reconstruction=1e6", "--beams", "4"]
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
