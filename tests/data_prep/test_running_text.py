"""Running text becomes two piles that have no article in common."""

import lzma

from data_prep.running_text import main

LONG = (
    "Der Hafen von Oster wurde am 3. Mai nach zwei Jahren Arbeit an seinen Mauern wieder geöffnet."
)
ARTICLES = [  # what stands before the first title counts as one: the third has the documents
    "# Brenn\nBrenn liegt am Rand der Heide. Es hat zwei Tore. Der Graf (er war jung) ging.",
    "# Stollen\nDer Stollen „Glück“ wurde verfüllt. Im 19. Jahrhundert lebten hier Bergleute.",
    f"# Oster\n{LONG} Der Hafen ist alt.",
]


def test_documents_and_lines_come_from_different_articles(tmp_path, capsys):
    (tmp_path / "de.txt.xz").write_bytes(lzma.compress("\n".join(ARTICLES).encode()))
    told = main([str(tmp_path / "de.txt.xz"), str(tmp_path / "raw"), "--language", "de"])
    assert told == 0
    documents = (tmp_path / "raw" / "documents.txt").read_text(encoding="utf-8").splitlines()
    lines = (tmp_path / "raw" / "lines.txt").read_text(encoding="utf-8").splitlines()
    assert documents == [LONG]
    assert lines == ["Brenn liegt am Rand der Heide.", "Es hat zwei Tore."]


def test_words_that_point_back_begin_no_line(tmp_path):
    (tmp_path / "de.txt").write_text("\n".join(ARTICLES), encoding="utf-8")
    given = [str(tmp_path / "de.txt"), str(tmp_path / "raw"), "--language", "de"]
    assert main([*given, "--pointing-back", "es dies"]) == 0
    lines = (tmp_path / "raw" / "lines.txt").read_text(encoding="utf-8")
    assert "Es hat zwei Tore." not in lines
    assert "Brenn liegt" in lines


def test_text_without_titles_is_refused(tmp_path, capsys):
    (tmp_path / "de.txt").write_text("Ein Satz.\n", encoding="utf-8")
    assert main([str(tmp_path / "de.txt"), str(tmp_path / "raw"), "--language", "de"]) == 1
    assert "Begin each article with a line '# Title'" in capsys.readouterr().err
    assert not (tmp_path / "raw").exists()
