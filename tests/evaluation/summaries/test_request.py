"""What the evaluate command asks for is what is judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from summ.errors import ConfigError, DataError
from summ.evaluation.summaries.pairs import Texts
from summ.evaluation.summaries.request import SummaryRequest, evaluate_summaries


@pytest.fixture
def data(texts: Texts, tmp_path: Path) -> Path:
    path = tmp_path / "data.jsonl"
    records = [
        {"id": texts.ids[line], "text": source, "summaries": texts.references[line]}
        for line, source in enumerate(texts.sources or [])
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def test_text_files_are_judged(texts: Texts, tmp_path: Path) -> None:
    predictions = write(tmp_path / "mine.txt", texts.predictions or [])
    references = write(tmp_path / "human.txt", [line[0] for line in texts.references])
    sources = write(tmp_path / "long.txt", texts.sources or [])
    found = evaluate_summaries(
        SummaryRequest(predictions=predictions, references=[references], words=3)
    )
    assert found.inputs == (predictions, references)
    assert found.evaluation.system.name == "mine" and found.evaluation.lead is None
    request = SummaryRequest(
        predictions=predictions, references=[references], sources=sources, beside=["random"]
    )
    beside = evaluate_summaries(request).evaluation
    assert [rival.name for rival in beside.rivals] == ["lead", "random"]
    assert beside.system.rouge == found.evaluation.system.rouge


def test_predictions_pair_with_records(texts: Texts, data: Path, tmp_path: Path) -> None:
    lines = write(tmp_path / "p.txt", texts.predictions or [])
    records = write(
        tmp_path / "p.jsonl", [json.dumps({"summary": text}) for text in texts.predictions or []]
    )
    found = [
        evaluate_summaries(SummaryRequest(predictions=path, data=data)) for path in (lines, records)
    ]
    assert found[0].evaluation.system == found[1].evaluation.system
    assert found[0].evaluation.texts == texts
    short = write(tmp_path / "short.txt", ["one"])
    with pytest.raises(DataError, match=r"short\.txt has 1 lines but .*data\.jsonl has 3 records"):
        evaluate_summaries(SummaryRequest(predictions=short, data=data))


def test_a_baseline_is_judged(data: Path) -> None:
    found = evaluate_summaries(SummaryRequest(data=data, baseline="lead", words=2, protocol="duc"))
    assert found.evaluation.system.predictions[0] == "The Bank"
    assert found.evaluation.protocol.name == "duc"
    assert found.model is None and found.inputs == (data,)


def test_what_is_missing_is_said_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="metric set 'rogue'"):
        evaluate_summaries(SummaryRequest(data=tmp_path / "gone", protocol="rogue"))
    with pytest.raises(ConfigError, match="nothing to judge"):
        evaluate_summaries(SummaryRequest())


def test_a_judge_hears_whoever_made_the_summaries(data: Path, summary_model_folder: Path) -> None:
    for request in (
        SummaryRequest(data=data, baseline="lead", words=2, judges=[summary_model_folder]),
        SummaryRequest(
            data=data, model=summary_model_folder, words=2, judges=[summary_model_folder]
        ),
    ):
        figures = evaluate_summaries(request).evaluation.model_figures
        assert set(figures) == {"reconstruction_nll_per_word", "humanness"}
