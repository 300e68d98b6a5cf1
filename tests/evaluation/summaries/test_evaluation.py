"""An evaluation: the system beside its rivals, at the same length, without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from nltk.tokenize import NLTKWordTokenizer

from summ.errors import ConfigError, DataError
from summ.evaluation.summaries.evaluation import compare, evaluate
from summ.evaluation.summaries.pairs import Texts
from summ.evaluation.summaries.predictions import compare_files, read_predictions, save_predictions
from summ.evaluation.summaries.rouge import rouge
from summ.evaluation.summaries.token_overlap import token_overlap

PROMISED = ("precision", "recall", "f1", "ci95")


def test_the_dict_holds_what_the_command_line_promises(texts: Texts) -> None:
    found = evaluate(texts, protocol="gigaword").to_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    for figures in (found, found["lead"]):
        assert figures["n"] == 3
        for metric in ("rouge1", "rouge2", "rougeL", "rougeLsum"):
            assert set(figures[metric]) == set(PROMISED)
        for name in ("words_mean", "copy_rate", "repeat_rate", "compression_ratio", "signature"):
            assert name in figures
    assert found["protocol"] == "gigaword"


def test_lead_has_the_length_of_the_prediction_or_what_was_promised(texts: Texts) -> None:
    by_line = evaluate(texts)
    assert by_line.lead is not None
    assert by_line.lead.predictions == (
        "The Bank of Japan appealed to",
        "Police arrested 5 protesters in",
        "A young Syrian",
    )
    assert by_line.lead.rouge.words_mean == by_line.system.rouge.words_mean
    promised = evaluate(texts, words=2)
    assert promised.lead is not None and promised.lead.name == "lead-2"
    assert promised.lead.predictions == ("The Bank", "Police arrested", "A young")


def test_lead_is_not_compared_with_itself(texts: Texts) -> None:
    lead = evaluate(texts, words=2).lead
    assert lead is not None
    evaluation = evaluate(texts, lead.predictions, name="lead", words=2)
    assert evaluation.is_lead and [system.name for system in evaluation.shown] == ["lead"]
    assert " minus " not in evaluation.table()
    other = evaluate(texts, words=2)
    assert not other.is_lead and " minus " in other.table()
    assert [system.name for system in other.shown] == ["system", "lead-2"]


def test_figures_are_those_of_their_parts(texts: Texts) -> None:
    evaluation = evaluate(texts, baselines=("random", "lead"), others={"warm": ["a", "b", "c"]})
    assert [rival.name for rival in evaluation.rivals] == ["lead", "random", "warm"]
    assert evaluation.system.rouge == rouge(texts.predictions or [], texts.references)
    assert evaluation.difference is not None and evaluation.lead is not None
    expected = evaluation.system.rouge.rouge1.f1 - evaluation.lead.rouge.rouge1.f1
    assert evaluation.difference.figures["rouge1"].difference == pytest.approx(expected)
    assert set(evaluation.to_dict()["baselines"]) == {"random", "warm"}


def test_without_sources_only_the_references_are_needed(texts: Texts) -> None:
    bare = Texts(texts.ids, texts.references, None, texts.predictions)
    evaluation = evaluate(bare, baselines=("lead", "oracle"))
    assert evaluation.rivals == () and evaluation.lead is None
    found = evaluation.to_dict()
    assert found["lead"] is None and found["copy_rate"] is None
    assert "system" in evaluation.table()


def test_a_system_may_be_called_like_its_rival(texts: Texts) -> None:
    evaluation = evaluate(texts, name="lead-4", words=4)
    assert evaluation.system.predictions == tuple(texts.predictions or ())
    assert evaluation.lead is not None and evaluation.lead.predictions[2] == "A young Syrian woman"


def test_a_protocol_leaves_out_lines_everywhere(texts: Texts) -> None:
    sources = ["UNK", *(texts.sources or [])[1:]]
    some = Texts(texts.ids, texts.references, sources, texts.predictions)
    figures = {"humanness": [0.0, 1.0, 3.0]}
    evaluation = evaluate(some, protocol="gigaword-1937", model_figures=figures)
    assert evaluation.texts.ids == ["b", "c"]
    assert evaluation.system.rouge.n == 2
    assert evaluation.to_dict()["model_figures"] == {"humanness": 2.0}
    assert "n = 2" in evaluation.table()


def test_model_figures_may_have_gaps(texts: Texts) -> None:
    figures = {"nll": [1.0, float("nan"), 3.0], "none": [float("nan")] * 3}
    found = evaluate(texts, model_figures=figures).to_dict()
    assert found["model_figures"] == {"nll": 2.0, "none": None}
    assert found["agreement"]["nll"]["words"] is not None


def test_the_same_seed_gives_the_same_digits(texts: Texts) -> None:
    one, two = (evaluate(texts, baselines=("random",), seed=5) for _ in range(2))
    assert json.dumps(one.to_dict()) == json.dumps(two.to_dict())
    assert one.table() == two.table()


def test_progress_counts_every_system(texts: Texts) -> None:
    done: list[int] = []
    evaluate(texts, baselines=("lead", "random"), progress=done.append)
    assert sum(done) == 3 * 3


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"predictions": ["a"]}, "system: 1 values but 3 lines"),
        ({"others": {"warm": ["a"]}}, "warm: 1 values but 3 lines"),
        ({"model_figures": {"nll": [1.0]}}, "nll: 1 values but 3 lines"),
    ],
)
def test_what_does_not_pair_is_refused(texts: Texts, kwargs: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        evaluate(texts, **kwargs)


def test_other_faults_are_told(texts: Texts) -> None:
    with pytest.raises(DataError, match="no predictions"):
        evaluate(Texts(["1"], [["a"]]))
    with pytest.raises(ConfigError, match="baseline 'lede': unknown"):
        evaluate(texts, baselines=("lede",))
    unknown = Texts(["1"], [["a"]], ["UNK"], ["a"])
    with pytest.raises(DataError, match="none of the 1 lines is left"):
        evaluate(unknown, protocol="gigaword-1937")


def test_compression_reports_token_f1() -> None:
    tokenize = NLTKWordTokenizer().tokenize
    prediction, references = "The cat, it didn't.", ["the cat didn't run.", "dogs"]
    expected = []
    for reference in references:
        ours, theirs = Counter(tokenize(prediction.lower())), Counter(tokenize(reference))
        shared = (ours & theirs).total()
        expected.append(200 * shared / (ours.total() + theirs.total()))
    figure, lines = token_overlap([prediction], [references])
    assert figure.f1 == pytest.approx(np.mean(expected))
    assert lines.tolist() == [pytest.approx(np.mean(expected))]
    texts = Texts(["1"], [references], [prediction], [prediction])
    found = evaluate(texts, protocol="compression")
    assert found.to_dict()["token_f1"]["f1"] == pytest.approx(figure.f1)
    assert "token F1" in found.table() and "token_f1" in found.to_dict()["lead"]


def test_blank_lines_are_told_below_the_table(texts: Texts) -> None:
    silent = ["", " ", "A young Syrian"]
    shown = evaluate(texts, silent, name="mine").table()
    assert "2 predictions of mine are blank and score 0." in shown
    assert "references are blank" not in shown
    assert "are blank" not in evaluate(texts).table()
    lost = Texts(["1", "2"], [["a"], [" "]])
    assert "1 references are blank" in evaluate(lost, ["a", "b"]).table()


def test_duc_measures_recall_in_the_table(texts: Texts) -> None:
    evaluation = evaluate(texts, protocol="duc", baselines=("lead-75c",))
    assert "ROUGE recall" in evaluation.table()
    assert f"{evaluation.system.rouge.rouge1.recall:.2f}" in evaluation.table()
    assert evaluation.rivals[1].predictions[0] == (texts.sources or [""])[0][:75]


def test_saved_predictions_come_back(texts: Texts, tmp_path: Path) -> None:
    evaluation = evaluate(texts, protocol="gigaword", name="mine")
    path = tmp_path / "new folder" / "a.jsonl"
    save_predictions(evaluation, path)
    saved = read_predictions(path)
    assert (saved.texts, saved.name, saved.protocol) == (texts, "mine", "gigaword")
    record = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    assert record["rouge1"] == pytest.approx(evaluation.system.rouge.lines("rouge1")[0], abs=1e-4)
    assert [file.name for file in path.parent.iterdir()] == ["a.jsonl"]


def test_two_saved_systems_are_compared(texts: Texts, tmp_path: Path) -> None:
    other = ["calm", "protesters", "syrian woman jailed"]
    paths = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    evaluations = [evaluate(texts, name="A"), evaluate(texts, other, name="B")]
    for evaluation, path in zip(evaluations, paths, strict=True):
        save_predictions(evaluation, path)
    found = compare_files(*paths, resamples=500)
    assert found == compare(evaluations[0].system, evaluations[1].system, resamples=500)
    assert found.to_dict()["a"] == "A"
    by_recall = compare_files(*paths, protocol="duc", resamples=10)
    assert "metric:recall" in by_recall.signature


def test_systems_on_different_texts_are_not_compared(texts: Texts, tmp_path: Path) -> None:
    whole, part, other, foreign = (tmp_path / f"{name}.jsonl" for name in "abcd")
    save_predictions(evaluate(texts), whole)
    save_predictions(evaluate(texts.rows([0, 1])), part)
    save_predictions(evaluate(texts, protocol="duc"), other)
    foreign.write_text('{"id": "1", "summary": "a"}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"has 3 records but .* has 2"):
        compare_files(whole, part)
    with pytest.raises(ConfigError, match="Choose one for both"):
        compare_files(whole, other)
    with pytest.raises(DataError, match='"summaries" must hold at least one'):
        compare_files(whole, foreign)
    renamed = whole.read_text(encoding="utf-8").replace('"id": "b"', '"id": "z"')
    part.write_text(renamed, encoding="utf-8")
    with pytest.raises(DataError, match="record 2: found b and z"):
        compare_files(whole, part)
    changed = whole.read_text(encoding="utf-8").replace("syrian woman jailed", "another text")
    part.write_text(changed, encoding="utf-8")
    with pytest.raises(DataError, match="record 3: found c with other references"):
        compare_files(whole, part)


def test_what_cannot_be_written_is_refused(texts: Texts, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        save_predictions(evaluate(texts), tmp_path / "file" / "a.jsonl")


def test_no_torch_is_imported() -> None:
    script = """
import sys
import summ.evaluation.reports.summaries, summ.evaluation.reports.provenance
import summ.evaluation.summaries.request
from summ.evaluation.summaries.pairs import Texts
from summ.evaluation.summaries.evaluation import evaluate
texts = Texts(["1"], [["a b"]], ["a b. c d."], ["a"])
evaluate(texts, baselines=("random", "oracle"), protocol="compression").table()
loaded = {"torch", "transformers", "datasets", "accelerate"} & set(sys.modules)
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_lead_against_itself_on_gigaword(gigaword: Texts) -> None:
    few = Texts(gigaword.ids[:300], gigaword.references[:300], (gigaword.sources or [])[:300])
    lead = [" ".join(source.split()[:8]) for source in few.sources or []]
    found = evaluate(few, lead, protocol="gigaword", words=8).to_dict()
    assert found["rouge1"] == found["lead"]["rouge1"]
    assert found["difference_to_lead"]["figures"]["rouge1"]["p"] == 1
    assert found["copy_rate"] == 1
