"""``--max-document``: what is read of a document, and how that is told."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summ import cli
from summ.text.words import count_words, end_of_words
from tests import encoders


@given(
    text=st.text(st.sampled_from("ab \n\t國語。ไก่"), max_size=40),
    count=st.integers(min_value=1, max_value=12),
)
def test_a_beginning_of_so_many_words(text: str, count: int) -> None:
    """And with the rest of the token in which it ends it would have more."""
    end = end_of_words(text, count)
    assert count_words(text[:end]) <= count
    if text[end:].strip():
        following = len(text) - len(text[end:].lstrip())
        (token, *_) = text[following:].split()
        assert count_words(text[: following + len(token)]) > count


def test_a_longer_document_is_cut_and_told(summary_model_folder, tmp_path, capsys) -> None:
    texts = ["The mayor of Oslo opened the old bridge on Monday.", "Rain fell in Lima."]
    whole, short = Path(tmp_path / "whole.txt"), Path(tmp_path / "short.txt")
    whole.write_text("\n".join(texts))
    short.write_text("\n".join([" ".join(texts[0].split()[:6]), texts[1]]))
    options = ["--lines", "--model", str(summary_model_folder), "--words", "4"]
    options += ["--format", "jsonl", "--beams", "1"]
    found = []
    for file, more in ((whole, ["--max-document", "6"]), (short, []), (whole, [])):
        assert cli.run(["summarize", str(file), *options, *more]) == 0
        said = capsys.readouterr()
        found.append([json.loads(line) for line in said.out.splitlines()])
        warned = "summ: warning: document 1: longer than 6 words. Only those are read; see "
        assert said.err == (f"{warned}--max-document.\n" if more else "")
    cut, same, _ = found
    assert cut[0] == {**same[0], "truncated": True} and cut[1] == same[1]
    assert cut[1]["truncated"] is False or same[1]["truncated"]


@pytest.mark.parametrize("command", ["score", "embed", "neighbours", "evaluate"])
def test_other_commands_read_as_much(
    command: str, summary_model_folder: Path, tmp_path: Path, monkeypatch, capsys
) -> None:
    """What is cut is told, and nothing behind it changes the result."""
    monkeypatch.chdir(tmp_path)
    encoder = encoders.saved(tmp_path / "encoder", encoders.transformer())
    beginning = "The mayor of Oslo opened the"
    for name, text in (("whole", beginning + " bridge and fell."), ("short", beginning)):
        record = {"id": "a", "text": text, "summaries": ["Mayor opens bridge"]}
        Path(f"{name}.jsonl").write_text(json.dumps(record) + "\n")
    options = {
        "score": ["{}.jsonl", "--model", summary_model_folder],
        "embed": ["{}.jsonl", "--model", encoder, "--output", "vectors.npy"],
        "neighbours": ["the mayor", "--among", "{}.jsonl", "--model", encoder],
        "evaluate": ["--data", "{}.jsonl", "--baseline", "lead", "--words", "30"],
    }[command]
    found = []
    for name in ("whole", "short"):
        arguments = [str(option).format(name) for option in options]
        assert cli.run([command, *arguments, "--max-document", "6"]) == 0
        said = capsys.readouterr()
        vectors = Path("vectors.npy").read_bytes() if command == "embed" else b""
        found.append((said.out.replace(f"{name}.jsonl", ""), vectors))
        assert said.err.count("longer than 6 words. Only those are read") == (name == "whole")
    assert found[0] == found[1]


@pytest.mark.parametrize("given", ["0", "-1", "x"])
def test_no_number_of_words_is_wrong_usage(given: str, capsys) -> None:
    assert cli.run(["summarize", "a.txt", "--max-document", given]) == 2
    assert capsys.readouterr().err.count("\n") == 1
