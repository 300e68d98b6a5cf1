"""Word vectors of prepared corpora, from the command to a file that evaluation reads."""

from collections import Counter
from pathlib import Path

import pytest

from data_prep import word_vectors
from summ.data.corpus import Corpus
from summ.evaluation.vectors.word_vectors import WordVectors


def test_all_texts_of_all_corpora_are_counted(tiny_corpus: Path, tmp_path: Path) -> None:
    corpus = Corpus.open(tiny_corpus)
    words: Counter[str] = Counter()
    for table in (corpus.documents, corpus.sentences):
        for row in range(len(table)):
            words.update(corpus.vocabulary.canonical(table.text(row)).split())
    for copies in (1, 2):
        out = tmp_path / f"{copies}.safetensors"
        command = [*[str(tiny_corpus)] * copies, str(out), "--dimension", "8"]
        assert word_vectors.main(command) == 0
        found = WordVectors.load(out)
        assert found.vectors.shape == (len(found.words), 8)
        for word, count in zip(found.words, found.counts, strict=True):
            assert count == copies * words[word]
        assert corpus.manifest.fingerprint[:12] in found.origin


def test_what_is_no_corpus_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert word_vectors.main([str(tmp_path), str(tmp_path / "out.safetensors")]) == 1
    assert "not a prepared corpus" in capsys.readouterr().err
