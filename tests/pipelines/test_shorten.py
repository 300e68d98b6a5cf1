from collections.abc import Callable
from functools import cache

import pytest

import summ
from summ.families.shortener.model import ShortenerModel, load_shortener
from summ.pipelines.compressed import Compressed
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.headlinese import headlinese
from summ.pipelines.line_content import line_content
from summ.pipelines.ordered_search import OrderedSearcher
from summ.pipelines.quotations import without_open_quote
from summ.pipelines.shorten import ChoiceWeights, Shortener
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
def model() -> ShortenerModel:
    return load_shortener()


@pytest.fixture(scope="module")
def shortener(model) -> Shortener:
    return Shortener(model)


@pytest.fixture(scope="module")
def searcher(model) -> OrderedSearcher:
    return OrderedSearcher(model)


@pytest.fixture(scope="module")
def lines_of(shortener: Shortener) -> Callable[[int], list[Compressed]]:
    """The lines of those sentences within so many words."""

    @cache
    def shortened(words: int) -> list[Compressed]:
        budgets = [words] * len(SENTENCES)
        return shortener.shorten(SENTENCES, budgets, DecodingOptions(beams=4))

    return shortened


@pytest.mark.parametrize("words", [1, 5, 8, 10])
def test_the_number_of_words_is_a_promise(lines_of, words):
    for line in lines_of(words):
        assert 1 <= len(line.text.split()) <= words


@pytest.mark.parametrize("words", [8, 10])
def test_nothing_is_invented_and_the_order_is_kept(lines_of, words):
    for line, sentence in zip(lines_of(words), SENTENCES, strict=True):
        rest = iter(fold(sentence).tokens)
        assert all(token in rest for token in fold(line.text).tokens)


def test_denials_stay_with_what_they_deny(lines_of):
    denied = {"denied": "sell", "hardly": "helps", "failed": "sign", "if": "close"}
    for denial, claim in denied.items():
        for line in [*lines_of(8), *lines_of(10)]:
            said = line.text.lower().split()
            assert claim not in said or denial in said


@pytest.mark.parametrize(
    ("sentence", "said", "lost"),
    [
        (
            "Norwick Steel has said it will replace more than 14 million rails for its lines in "
            "the north due to safety concerns.",
            "will replace",
            "said",
        ),
        (
            "The attacks that try to trick people into handing over their passwords have closed "
            "two schools in Dalby, say experts.",
            "attacks have closed two schools",
            "trick",
        ),
        (
            "The captain of the Dalby rowers, Ann Bo, is ordered to defend her title in the "
            "capital next spring.",
            "ordered to defend",
            "Bo",
        ),
    ],
)
def test_what_lies_between_a_subject_and_its_verb_goes(shortener, sentence, said, lost):
    [line] = shortener.shorten([sentence], [10], DecodingOptions(beams=4))
    assert said in line.text and lost not in line.text.split()
    assert line.method == "compressed"


def test_a_condition_is_worth_more_than_an_article(shortener):
    text = "Bus drivers will strike on Monday unless the company raises their wages by six percent."
    [line] = shortener.shorten([text], [10], DecodingOptions(beams=4))
    assert line.text.endswith(
        ("unless the company raises their wages", "unless company raises wages")
    )


def test_a_number_keeps_its_noun(shortener):
    text = (
        "The retailer closed 14 shops in the capital before opening 22 in Dalby and 9 in Arsenby."
    )
    [line] = shortener.shorten([text], [13], DecodingOptions(beams=4))
    assert not line.text.endswith(" 9")


def test_a_sentence_that_fits_is_extracted(shortener):
    [line] = shortener.shorten(["The ferry sank near Dalby."], [10], DecodingOptions())
    assert (line.text, line.method) == ("The ferry sank near Dalby.", "extracted")


def test_a_line_that_the_network_is_certain_of_counts_as_complete(model, searcher, monkeypatch):
    monkeypatch.setattr("summ.pipelines.shorten.looks_complete", lambda *_: False)
    texts = [
        "More and more islanders are joining the ferry's fast lane, the port of Dalby says.",
        SENTENCES[-1],
    ]
    shortener = Shortener(model)
    lines = shortener.shorten(texts, [10, 8], DecodingOptions(style="sentence"))
    means = []
    for text, line in zip(texts, lines, strict=True):
        source = searcher.read(text)
        pieces = sum(len(source.pieces[place]) for place in source.find(line.text))
        means.append(line.log_prob / (pieces + 1))
    assert means[1] < ChoiceWeights().certain < means[0]
    assert [line.method for line in lines] == ["compressed", "cut"]


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
        ("The US bought the ship", "US bought the ship"),
        ("The Streets won the prize", "The Streets won prize"),  # the name of a band
        ("Ministers (and more) opened the bridge", "Ministers opened the bridge"),
        ("Ministers said that ferries will sail again", "Ministers said ferries will sail again"),
        ("Ministers gave half a million to such a club", None),
        ("Ferries have nearly doubled their fares", "Ferries have nearly doubled fares"),
        ("Ministers have taken the train", "Ministers have taken train"),  # not *taken the train*
        ("Ferries are not expected to sail", None),
        ("Ministers opened the bridge", "Ministers opened bridge"),
        ("Ministers opened bridges", None),
        ("Ministers opened huge bridges", "Ministers opened bridges"),
        ("Software giant Norwick opened bridges", "Norwick opened bridges"),
        ("Striker and captain Vigdis Bo is ill", "Striker and captain Bo is ill"),
        ("Striker and captain Ann Rose is ill", "Ann Rose is ill"),  # one person
        ("Minister Bo and captain Ann Bo won", "Minister Bo and Ann Bo won"),  # two
        ("Ferries chosen by Ann sail", None),
        ("Nine people are killed and two are injured", "Nine people killed and two injured"),
        ("Ferries are closed while trains are delayed", "Ferries closed while trains are delayed"),
        ("Bo won as rivals were looking on", None),  # not *as rivals looking on*
        ("Bo is reportedly close to a deal", "Bo reportedly close to a deal"),
        ("Bo reveals the name of its ship", "Bo reveals name of its ship"),
        ("Bo reveals name of its ship", "Bo reveals name of ship"),
        ("Bo meets one of its sailors", None),
        ("Bo meets one of its two sailors", "Bo meets one of two sailors"),
        ("Bo has forecast that sales will grow", "Bo has forecast sales will grow"),
        ("Ferries were chosen by Ann", "Ferries chosen by Ann"),
    ],
)
def test_headlines_spare_auxiliaries_and_articles(searcher, clause, headline):
    source = searcher.read(clause)
    places = headlinese(source, range(len(source.pieces)), 1, searcher.model.verbs)
    assert (None if places is None else searcher.write(source, places)) == headline


def test_a_quotation_that_does_not_end_loses_its_mark(searcher):
    source = searcher.read('Bo says Leeds has "crossed a line in the row" with her')
    head = source.find('Bo says Leeds has "crossed a line')
    assert searcher.write(source, without_open_quote(source, head)) == (
        "Bo says Leeds has crossed a line"
    )
    whole = source.find('Bo says Leeds has "crossed a line in the row"')
    assert without_open_quote(source, whole) == whole


def test_a_headline_loses_no_more_than_it_must(searcher):
    source = searcher.read("The minister has opened the new bridge in the capital")
    verbs = searcher.model.verbs
    shown = [headlinese(source, range(len(source.pieces)), spare, verbs) for spare in range(1, 7)]
    assert [None if one is None else searcher.write(source, one) for one in shown] == [
        "Minister has opened the new bridge in the capital",
        "Minister opened the new bridge in the capital",
        "Minister has opened new bridge in capital",
        "Minister opened new bridge in capital",
        "Minister opened bridge in capital",
        None,
    ]


@pytest.mark.parametrize(
    ("sentence", "line", "told"),
    [
        ("Shares in Norwick Steel fell sharply on Monday", "Shares fell sharply", (3, 1, 4)),
        ("Shares in Norwick Steel fell sharply", "Shares in Norwick Steel fell", (4, 0, 0)),
        ("Ines Bo, the new mayor, opened a bridge", "Ines Bo opened a bridge", (4, 1, 0)),
    ],
)
def test_what_a_line_tells(searcher, sentence, line, told):
    source = searcher.read(sentence)
    places = source.find(line)
    content = line_content(source, searcher.skips(source), places, places)
    assert (content.words, content.behind_verb, content.lost_of_subject) == told


@pytest.fixture(scope="module")
def summarizer() -> Summarizer:
    return Summarizer.load(device="cpu")


def test_a_model_loaded_by_name_knows_the_style_of_a_sentence(summarizer):
    [named] = summ.load("en-small", "cpu").summarize(SENTENCES[:1], words=8, style="sentence")
    [default] = summarizer.summarize(SENTENCES[:1], words=8, style="sentence")
    assert named.text == default.text


def test_the_style_decides_who_writes(summarizer):
    text = SENTENCES[0]
    by_style = {
        style: summarizer.summarize([text], words=8, style=style)[0].text
        for style in ("auto", "sentence", "headline")
    }
    assert len(set(by_style.values())) == 3
    assert by_style["auto"].startswith("Mayor ")  # a line of its own may spare articles
    assert by_style["sentence"].startswith("The mayor ")
    # Readers would print more of its lines of text without capitals, too.
    [plain] = summarizer.summarize([text.lower()], words=8)
    assert plain.text == by_style["auto"].lower()
    [loud] = summarizer.summarize([text.upper()], words=8)
    assert loud.text == by_style["auto"].upper()


@pytest.mark.parametrize("text", SENTENCES[:3] + SENTENCES[7:9])
def test_tokenised_text_is_read_as_it_would_be_written(shortener, text):
    tokenised = fold(text).text
    (line,) = shortener.shorten([text.lower()], [9], DecodingOptions(beams=4))
    (split,) = shortener.shorten([tokenised], [9], DecodingOptions(beams=4))
    assert split.text == fold(line.text).text
    assert split.method == line.method


@pytest.mark.parametrize("text", [", rain fell on the town .", "; : rain fell , on the town ."])
def test_a_word_is_no_mark(shortener, text):
    (line,) = shortener.shorten([text], [1], DecodingOptions(beams=2))
    assert line.text == "rain"


def test_what_stands_apart_in_a_tokenised_text_is_a_word(shortener):
    text = "the city 's mayor said : `` the bridge -lrb- old -rrb- will not open before ## p.m. ''"
    for words in (4, 7, 10, 13):
        (line,) = shortener.shorten([text], [words], DecodingOptions(beams=4))
        rest = iter(text.split())
        assert all(word in rest for word in line.text.split())
        assert len(line.text.split()) <= words


def test_sentences_keep_their_articles(shortener):
    decoding = DecodingOptions(beams=4, style="sentence")
    for line in shortener.shorten(SENTENCES, [8] * len(SENTENCES), decoding):
        for sentence in SENTENCES:
            first, second, *_ = sentence.split()
            assert first not in {"The", "A"} or not line.text.lower().startswith(second.lower())


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        (
            "The port of Arsenby reported a large loss of 4.5 million in the first half of 2019.",
            8,
            "The port of Arsenby reported a large loss",
        ),
        (
            "Harwick Steel signed the engineer Olga Brandt and the designer Ivo Lind to contracts.",
            7,
            "Harwick Steel signed the engineer Olga Brandt",
        ),
    ],
)
def test_a_line_says_what_its_subject_does(shortener, text, words, line):
    (found,) = shortener.shorten([text], [words], DecodingOptions(style="sentence"))
    assert found.text == line
