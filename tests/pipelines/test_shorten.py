import pytest

import summ
from summ.families.shortener.model import load_shortener
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.headlinese import headlinese
from summ.pipelines.ordered_search import OrderedSearcher
from summ.pipelines.shorten import Shortener
from summ.pipelines.summarize import Summarizer
from summ.text.folding import fold

SENTENCES = [
    "The mayor of Harwick opened a new bridge on Monday after years of delay, officials said.",
    "A bus with 45 children hit a lorry near Dalby on Friday, killing 12 people, police said.",
    "The ministry denied on Tuesday that the government would sell the railway next year.",
    "Scientists found hardly any evidence that the new drug helps patients with heart disease.",
    "The club failed to sign the striker Marco Vieri before the transfer window closed.",
    "The café owner Zoë Brandt sued the city of Düsseldorf over a new façade on Thursday.",
    "The slides of the talk will be posted on Tuesday, the organisers of the course said.",
    "Shares of Norwick Steel, the largest maker of rails, fell 4.5 percent on Wednesday.",
    "If the strike goes on, the port of Arsenby will close for a week, its owner warned.",
    "Commit 9f8e7d6c5b4a broke the build on Windows and was reverted on Tuesday evening.",
]


@pytest.fixture(scope="module")
def shortener() -> Shortener:
    return Shortener(load_shortener())


@pytest.mark.parametrize("words", [1, 5, 8, 10])
def test_the_number_of_words_is_a_promise(shortener, words):
    for line in shortener.shorten(SENTENCES, [words] * len(SENTENCES), DecodingOptions(beams=4)):
        assert 1 <= len(line.text.split()) <= words


@pytest.mark.parametrize("words", [8, 10])
def test_nothing_is_invented_and_the_order_is_kept(shortener, words):
    lines = shortener.shorten(SENTENCES, [words] * len(SENTENCES), DecodingOptions(beams=4))
    for line, sentence in zip(lines, SENTENCES, strict=True):
        rest = iter(fold(sentence).tokens)
        assert all(token in rest for token in fold(line.text).tokens)


def test_denials_stay_with_what_they_deny(shortener):
    denied = {"denied": "sell", "hardly": "helps", "failed": "sign", "if": "close"}
    lines = shortener.shorten(SENTENCES, [9] * len(SENTENCES), DecodingOptions(beams=4))
    for denial, claim in denied.items():
        for line in lines:
            said = line.text.lower().split()
            assert claim not in said or denial in said


def test_a_sentence_that_fits_is_extracted(shortener):
    [line] = shortener.shorten(["The ferry sank near Dalby."], [10], DecodingOptions())
    assert (line.text, line.method) == ("The ferry sank near Dalby.", "extracted")


def test_a_greeting_is_not_what_a_text_says(shortener):
    text = "Dear all, The office of the bank in Lima closes at noon on Friday. Best wishes, Ines"
    [line] = shortener.shorten([text], [9], DecodingOptions())
    assert "office" in line.text.lower() or "closes" in line.text


def test_lines_longer_than_the_network_learned_come_from_phrases(shortener):
    sentence = " and ".join(sentence.rstrip(".") for sentence in SENTENCES[:3])
    [line] = shortener.shorten([sentence], [20], DecodingOptions())
    assert 5 <= len(line.text.split()) <= 20


@pytest.mark.parametrize(
    ("clause", "headline"),
    [
        ("Ministers are expected to meet in Lima", "Ministers expected to meet in Lima"),
        ("Two bridges have been closed by police", "Two bridges closed by police"),
        ("Ministers have opened the bridge", "Ministers opened the bridge"),
        ("A bus hit the bridge", "Bus hit the bridge"),
        ("Ministers have taken the train", None),  # *taken the train* is no clause
        ("Ferries are not expected to sail", None),
        ("Ministers opened the bridge", None),
    ],
)
def test_headlines_leave_auxiliaries_and_the_first_article_out(clause, headline):
    searcher = OrderedSearcher(load_shortener())
    source = searcher.read(clause)
    places = headlinese(source, range(len(source.pieces)), 1, searcher.model.verbs)
    assert (None if places is None else searcher.write(source, places)) == headline


def test_a_model_loaded_by_name_knows_the_style_of_a_sentence():
    [named] = summ.load("en-small", "cpu").summarize(SENTENCES[:1], words=8, style="sentence")
    [default] = Summarizer.load(device="cpu").summarize(SENTENCES[:1], words=8, style="sentence")
    assert named.text == default.text


def test_the_style_decides_who_writes():
    summarizer = Summarizer.load()
    text = SENTENCES[0]
    by_style = {
        style: summarizer.summarize([text], words=8, style=style)[0].text
        for style in ("auto", "sentence", "headline")
    }
    assert by_style["auto"] == by_style["sentence"] != by_style["headline"]
    lower = text.lower()
    [plain] = summarizer.summarize([lower], words=8)
    assert plain == summarizer.summarize([lower], words=8, style="headline")[0]
