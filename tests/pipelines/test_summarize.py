"""The summarizer keeps its promises: length, order, count, memory, nothing lost."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summ.data.readers import Record
from summ.errors import CheckpointError, ConfigError
from summ.pipelines.compressed import Compressed
from summ.pipelines.decoding_options import DecodingOptions
from summ.pipelines.length_plan import whole_first
from summ.pipelines.summarize import Summarizer
from summ.summary import Summary
from summ.text.words import count_words, cut_to_words
from tests.conftest import STORIES


class FirstWords:
    """A compressor whose answer is known: the first words of the source."""

    longest = 40

    def __init__(self) -> None:
        self.batches: list[int] = []

    def fits(self, text: str) -> bool:
        return count_words(text) <= self.longest

    def compress(
        self, texts: Sequence[str], budgets: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        self.batches.append(len(texts))
        return [
            Compressed(cut_to_words(text, budget), -1.0, False)
            for text, budget in zip(texts, budgets, strict=True)
        ]


class OneWordTooMany(FirstWords):
    """A compressor that breaks its promise."""

    def compress(
        self, texts: Sequence[str], budgets: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        return [Compressed(text, -1.0, True) for text in texts]


class Recorder(FirstWords):
    """A shortener that keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.styles: list[str] = []

    def shorten(
        self, texts: Sequence[str], words: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        self.styles += [decoding.style] * len(texts)
        return self.compress(texts, words, decoding)


BITS = [*"abc.!?  \n\t", "Mr. ", "word ", "中", "文。", "ไทย", "é", "\u2028", "\x85", "\r\n"]
TEXTS = st.lists(st.lists(st.sampled_from(BITS), max_size=80).map("".join), max_size=6)
LIMITS = st.none() | st.integers(1, 30)


@given(TEXTS, LIMITS, LIMITS)
@settings(deadline=None, max_examples=75)
def test_words_are_a_promise_whatever_the_compressor_says(texts, words, sentences):
    for compressor in (FirstWords(), OneWordTooMany()):
        found = Summarizer(compressor).summarize(texts, words, sentences)
        assert len(found) == len(texts)
        for text, summary in zip(texts, found, strict=True):
            assert summary.words == count_words(summary.text)
            assert words is None or summary.words <= words
            assert len(summary.text.splitlines()) <= 1
            assert bool(summary.text) == bool(text.strip())
            if words is not None and not any(c > "\u0e00" for c in text):
                assert len(summary.text.split()) <= words


def test_a_text_within_the_budget_comes_back_as_it_is():
    [summary] = Summarizer(FirstWords()).summarize(["  Ten people  were\nhurt. "], words=4)
    assert (summary.text, summary.log_prob, summary.truncated) == (
        "Ten people were hurt.",
        0.0,
        False,
    )


def test_one_sentence_gets_all_the_words():
    [summary] = Summarizer(FirstWords()).summarize([STORIES[0]], words=8)
    assert summary.text == "The ministry of finance in Verania said on"
    assert summary.log_prob == -1.0


def test_a_long_document_becomes_sentences_in_its_order():
    document = "\n\n".join(STORIES)
    [summary] = Summarizer(FirstWords()).summarize([document], words=30, sentences=3)
    parts = summary.text.removesuffix(".").split(". ")
    assert len(parts) == 3
    starts = [next(i for i, s in enumerate(STORIES) if s.startswith(part)) for part in parts]
    assert starts == sorted(starts)
    assert starts[0] == 0
    assert [len(part.split()) for part in parts] == [10, 10, 10]
    assert summary.log_prob == -3.0


def test_sentences_limits_what_is_kept():
    document = "\n\n".join(STORIES)
    [summary] = Summarizer(FirstWords()).summarize([document], sentences=2, words=20)
    assert summary.text.count(".") == 2
    assert summary.words == 20


def test_without_a_number_of_sentences_they_stay_whole_while_they_fit():
    document = "\n\n".join(STORIES)
    [summary] = Summarizer(FirstWords()).summarize([document], words=42)
    assert summary.text.startswith(STORIES[0] + " ")
    assert summary.words == 42
    assert summary.log_prob == -1.0  # of the one that was shortened


def test_documents_together_get_one_summary_in_their_order():
    summarizer = Summarizer(FirstWords())
    together = summarizer.summarize_together(STORIES, words=60).text
    whole = [story for story in STORIES if story in together]
    assert together == " ".join(whole) and len(whole) > 1  # whole sentences, in their order
    twice = summarizer.summarize_together([STORIES[1], STORIES[1], STORIES[0]], words=60)
    assert twice.text == f"{STORIES[1]} {STORIES[0]}"
    assert summarizer.summarize_together([], words=5) == Summary("", 0, 0.0, False, "1", "kept")
    with pytest.raises(ConfigError, match="must be at least 1"):
        summarizer.summarize_together(STORIES, words=0)
    with pytest.raises(TypeError, match="list of texts"):
        summarizer.summarize_together("some text")


@given(TEXTS, LIMITS, LIMITS)
@settings(deadline=None, max_examples=100)
def test_words_are_a_promise_for_documents_together(texts, words, sentences):
    for compressor in (FirstWords(), OneWordTooMany()):
        summary = Summarizer(compressor).summarize_together(texts, words, sentences)
        assert summary.words == count_words(summary.text)
        assert words is None or summary.words <= words
        assert len(summary.text.splitlines()) <= 1
        assert bool(summary.text) == any(text.strip() for text in texts)


def test_an_encoder_is_asked_about_long_documents_only():
    asked = []

    def encode(texts):
        asked.extend(texts)
        return np.eye(len(texts), 8, dtype=np.float32)

    summarizer = Summarizer(FirstWords(), encode)
    summarizer.summarize([*STORIES, ""], words=8)
    assert asked == []
    summarizer.summarize(["\n\n".join(STORIES)], words=30)
    assert asked == STORIES


def test_a_sentence_model_is_loaded_when_a_long_document_comes(summary_model_folder, tmp_path):
    from summ.config import EncoderConfig
    from summ.families.sentence.model import build_sentence_model, save_sentence_model
    from summ.families.summarizer.model import load_summary_model

    bert = {"model_type": "bert", "hidden_size": 16, "num_hidden_layers": 1}
    bert |= {"num_attention_heads": 2, "intermediate_size": 32, "max_position_embeddings": 64}
    config = EncoderConfig.model_validate({"network": {"config": bert}, "max_pieces": 40})
    vocabulary = load_summary_model(summary_model_folder).vocabulary
    with pytest.raises(CheckpointError, match="no such model folder"):
        Summarizer.load(summary_model_folder, "cpu", encoder=tmp_path / "late")
    (tmp_path / "late").mkdir()  # a folder that is there is read no earlier than it is needed
    summarizer = Summarizer.load(summary_model_folder, "cpu", encoder=tmp_path / "late")
    assert summarizer.summarize(STORIES[:1], words=8)[0].words
    with pytest.raises(CheckpointError, match="late"):
        summarizer.summarize(["\n\n".join(STORIES)], words=30)
    save_sentence_model(build_sentence_model(config, vocabulary, 1), tmp_path / "late")
    [summary] = summarizer.summarize(["\n\n".join(STORIES)], words=30)
    assert 10 <= summary.words <= 30


def test_blank_texts_keep_their_place():
    found = Summarizer(FirstWords()).summarize(["", STORIES[0], " \n ", STORIES[1]], words=5)
    assert [summary.words for summary in found] == [0, 5, 0, 5]
    assert [summary.id for summary in found] == ["1", "2", "3", "4"]


def test_own_identifiers_are_kept():
    records = [Record("a", STORIES[0]), Record("", STORIES[1]), Record("7", "")]
    assert [s.id for s in Summarizer(FirstWords()).stream(records, 5)] == ["a", "2", "7"]


class Counted(str):
    """A text that knows how many of its kind are in memory."""

    alive = most = 0

    def __new__(cls, text: str) -> "Counted":
        Counted.alive += 1
        Counted.most = max(Counted.most, Counted.alive)
        return super().__new__(cls, text)

    def __del__(self) -> None:
        Counted.alive -= 1


def test_a_stream_of_any_length_needs_bounded_memory(monkeypatch):
    monkeypatch.setattr("summ.data.windows._RECORDS", 200)
    compressor = FirstWords()
    endless = (Record("", Counted(f"{number} and more")) for number in itertools.count())
    stream = Summarizer(compressor).stream(endless, words=1)
    for number, summary in enumerate(itertools.islice(stream, 1_010)):
        assert summary.text == str(number)
    # The window at hand and the one that is being read, of six.
    assert Counted.most <= 2 * 200 + 2
    assert set(compressor.batches) == {200}


def test_a_stream_is_read_no_faster_than_it_is_used(monkeypatch):
    monkeypatch.setattr("summ.data.windows._RECORDS", 200)
    taken = 0

    def counted() -> Iterator[Record]:
        nonlocal taken
        for _ in range(1_000):
            taken += 1
            yield Record("", STORIES[0])

    stream = Summarizer(FirstWords()).stream(counted(), words=5)
    assert taken == 0
    next(stream)
    assert taken <= 200


def test_huge_texts_share_no_window():
    compressor = FirstWords()
    texts = [Record("", f"a b {'x' * 1000} " * 5_000) for _ in range(2)]
    found = list(Summarizer(compressor).stream(texts, words=2))
    assert [summary.text for summary in found] == ["a b"] * 2
    assert compressor.batches == [1, 1]


@pytest.mark.parametrize(
    "wrong", [{"words": 0}, {"sentences": -1}, {"beams": 0}, {"batch_size": 0}]
)
def test_numbers_below_one_are_refused_at_once(wrong):
    with pytest.raises(ConfigError, match="must be at least 1"):
        Summarizer(FirstWords()).summarize([], **wrong)


def test_a_stream_refuses_a_number_below_one_before_it_is_read():
    with pytest.raises(ConfigError, match="must be at least 1"):
        Summarizer(FirstWords()).stream([], words=0)


def test_one_text_instead_of_a_list_is_refused():
    with pytest.raises(TypeError, match="list of texts"):
        Summarizer(FirstWords()).summarize("some text")


def test_the_shipped_model_summarizes_news(shipped):
    summarizer = Summarizer.load(shipped)
    stories = STORIES[:4]
    found = summarizer.summarize(stories, words=8)
    assert all(3 <= summary.words <= 8 for summary in found)
    # A summary of news says something of the news.
    for story, summary in zip(stories, found, strict=True):
        assert len({w for w in summary.text.split() if w in story.split()}) >= 2
    assert summarizer.summarize(stories[:2], words=8, beams=1) != found[:2]
    again = summarizer.summarize(list(reversed(stories[:2])), words=8, batch_size=1)
    assert [s.text for s in reversed(again)] == [s.text for s in found[:2]]


@pytest.mark.parametrize(
    ("text", "style", "asked"),
    [
        (STORIES[0], "auto", {"auto"}),  # a line of its own may read like a headline
        (STORIES[0], "sentence", {"sentence"}),
        (STORIES[0], "headline", set()),
        (" ".join(STORIES), "auto", {"sentence"}),  # a sentence among others may not
    ],
)
def test_what_the_shortener_is_asked_for(text, style, asked):
    shortener = Recorder()
    summarizer = Summarizer(FirstWords(), shortener=shortener, prefer_shortener=True)
    words, sentences = (8, None) if text == STORIES[0] else (40, 3)
    summarizer.summarize([text], words, sentences, style=style)
    assert set(shortener.styles) == asked


ENGLISH = "The city will close its old harbour in May because the walls have begun to lean."
GERMAN = "Die Stadt schließt im Mai den alten Hafen, weil die Mauern sich seit Jahren neigen."


class OnlyEnglish(FirstWords):
    """A compressor that must never see German."""

    def compress(
        self, texts: Sequence[str], budgets: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        assert "Mauern" not in " ".join(texts)
        return super().compress(texts, budgets, decoding)


@pytest.mark.parametrize("words", [3, 8, 14, 16, 24])
@pytest.mark.parametrize("sentences", [None, 1, 2])
@pytest.mark.parametrize(
    "text", [GERMAN, f"{ENGLISH} {GERMAN}", f"{GERMAN} {ENGLISH} {ENGLISH}", f"{GERMAN}\n\nNow."]
)
def test_what_the_model_does_not_know_it_never_shortens(text, sentences, words):
    summarizer = Summarizer(OnlyEnglish(), language="en")
    [summary] = summarizer.summarize([text], words, sentences)
    assert summary.text and summary.words <= words
    assert "Stadt" not in summary.text or GERMAN in summary.text or summary.method == "cut"
    [summary] = summarizer.summarize([ENGLISH], words, sentences)
    assert (summary.language, summary.text) == ("en", cut_to_words(ENGLISH, words))


def test_a_sentence_that_may_not_be_shortened_is_broken_off():
    """No ranked sentence fits, and the language of none is known to the model."""
    plan = whole_first([GERMAN], [0], 8, may_shorten=lambda _: False)
    assert [(part.text, part.cut) for part in plan.parts] == [
        ("Die Stadt schließt im Mai den alten Hafen…", True)
    ]


class BreaksOff(FirstWords):
    """A compressor that says that its lines are broken off."""

    def compress(
        self, texts: Sequence[str], budgets: Sequence[int], decoding: DecodingOptions
    ) -> list[Compressed]:
        return [
            Compressed(one.text, -1.0, False, "cut")
            for one in super().compress(texts, budgets, decoding)
        ]


def test_a_broken_sentence_is_shown_only_where_no_whole_one_is():
    text = " ".join(f"Sentence {name} has seven words in it." for name in "abcdef")
    summarizer = Summarizer(BreaksOff())
    [summary] = summarizer.summarize([text], words=13)  # room for a second one, shortened
    assert (summary.text, summary.method) == ("Sentence a has seven words in it.", "extracted")
    [summary] = summarizer.summarize([text], words=6)  # no sentence fits
    assert (summary.words, summary.method) == (6, "cut")


def test_a_letter_is_summarized_without_its_salutation():
    text = "Dear Ms Roe, the move waits for a year. Ferries sail at noon to Leeds and Ely."
    [summary] = Summarizer(FirstWords()).summarize([text], words=8, sentences=1)
    assert summary.text == "The move waits for a year. Ferries sail"


def test_several_texts_are_summarized_by_what_most_of_them_say():
    summarizer = Summarizer(FirstWords())
    said = "The staff of the small hotel were very kind."
    texts = [
        f"Our taxi from the airport was nearly an hour late. {said}",
        "We had two rooms with a view of the lake. The kind staff of this hotel were lovely.",
        "The breakfast was cold on each of the three mornings. The hotel has a kind staff.",
        "Parking is impossible in the old town, so come by train.",
    ]
    summary = summarizer.summarize_together(texts, words=9)
    # Not the first sentence of a text, and nothing shortened: one of those that say so.
    assert summary.text in {said, texts[1].split(". ")[1], texts[2].split(". ")[1]}
    assert summary.method == "extracted"
    assert summary.support == (3,)
    [alone] = summarizer.summarize(texts[:1], words=9)
    assert alone.support is None
