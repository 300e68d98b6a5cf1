"""Pairs from running text: each line lies within its sentence, in its order."""

import json

from data_prep.phrase_pairs import main
from summ.text.folding import fold

LONG = [
    f"Der {noun} wurde am 3. Mai in Oster eröffnet, der nach zwei Jahren Arbeit fertig war."
    for noun in ("Hafen", "Turm", "Markt", "Bahnhof", "Garten")
]
SHORT = ["Brenn liegt am Rand der Heide.", "Die Heide blüht im August.", "Der Fluss führt Wasser."]


def test_lines_lie_within_their_sentences(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "documents.txt").write_text("\n".join(LONG), encoding="utf-8")
    (raw / "lines.txt").write_text("\n".join(SHORT), encoding="utf-8")
    given = [str(raw), str(tmp_path / "out"), "--language", "de"]
    assert main([*given, "--pairs", "60", "--vocabulary-size", "400"]) == 0
    records = (tmp_path / "out" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [json.loads(record) for record in records]
    assert len(pairs) == 60
    assert {pair["kind"] for pair in pairs} == {"cut", "splice", "kept"}
    for pair in pairs:
        rest = iter(fold(pair["text"]).tokens)
        assert all(token in rest for token in fold(pair["summary"]).tokens)
    assert any(pair["summary"] == "Der Hafen wurde in Oster eröffnet" for pair in pairs) or any(
        pair["kind"] == "cut" and "fertig" not in pair["summary"] for pair in pairs
    )


def test_a_language_without_phrases_is_refused(tmp_path, capsys):
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("documents.txt", "lines.txt"):
        (raw / name).write_text("\n".join(LONG), encoding="utf-8")
    given = [str(raw), str(tmp_path / "out"), "--language", "sw", "--vocabulary-size", "400"]
    assert main(given) == 1
    assert "Name the prepositions and clauses of the language in sw.toml" in capsys.readouterr().err
