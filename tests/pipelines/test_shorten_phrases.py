"""German sentences through a network with random weights: what holds whatever it has learned."""

from dataclasses import replace

import pytest

from summ.errors import CheckpointError
from summ.families.shortener.model import load_shortener, save_shortener
from summ.pipelines.compressors import load_parts
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.shorten_phrases import phrase_shortener
from summ.pipelines.summarize import Summarizer
from summ.pretrained import find_model
from summ.text.folding import fold
from summ.text.words import count_words

SENTENCES = [
    "Die Stadt hat am 3. Mai in Oster (Bezirk 10) eine Brücke gesperrt, die im Norden liegen soll.",
    "Der Verein, der vor zwei Jahren gegründet wurde, verkauft sein Haus nicht an den Nachbarn.",
    "Sie kommen nur, wenn die Fähre fährt.",
]


@pytest.fixture(scope="module")
def shortener():
    """Its network has learned Chinese, and reads German letter by letter."""
    model = load_shortener(find_model("zh-small"))
    settings = replace(model.settings, language="de", max_document=126, max_sentence=120)
    return phrase_shortener(replace(model, settings=settings))


@pytest.mark.parametrize("words", [1, 4, 7, 10])
def test_the_words_of_a_line_are_the_source_s_and_no_more_than_asked_for(shortener, words):
    for line, text in zip(
        shortener.shorten(SENTENCES, [words] * 3, DecodingOptions(beams=2)), SENTENCES, strict=True
    ):
        assert 1 <= count_words(line.text) <= words
        rest = iter(fold(text).tokens)
        assert all(token in rest for token in fold(line.text.rstrip("…")).tokens)


def test_denials_and_conditions_stay(shortener):
    [_, denied, condition] = shortener.shorten(SENTENCES, [6] * 3, DecodingOptions(beams=2))
    assert "nicht" in denied.text or denied.method == "cut"
    assert condition.method == "cut"  # it can lose nothing


def test_a_language_whose_phrases_nobody_has_named_is_refused(tmp_path):
    model = load_shortener(find_model("zh-small"), trainable=True)
    settings = replace(model.settings, language="sw")
    save_shortener(replace(model, settings=settings), tmp_path / "model")
    with pytest.raises(CheckpointError, match=r"Write prepositions and clauses into .*sw\.toml"):
        load_parts(tmp_path / "model", "cpu")


def test_a_german_number_of_a_day_ends_no_sentence(shortener):
    summarizer = Summarizer(shortener, language="de")
    [summary] = summarizer.summarize([SENTENCES[0]], words=9, language="de")
    assert not summary.text.startswith("Die Stadt hat am 3.") or "Mai" in summary.text
