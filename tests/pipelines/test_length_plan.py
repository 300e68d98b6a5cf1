"""The plan of a summary: words are shared out whole, and every word is somebody's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summ.pipelines.length_plan import (
    LengthLimit,
    LengthPlan,
    Segment,
    assemble,
    plan_summary,
    share_words,
    whole_first,
)
from summ.text.words import count_words

SAID = 'Sentence q, he said, has "eight" words then.'
SIX = [f"Sentence {name} has seven words in it." for name in "abcdef"]


def planned(text, words=None, sentences=None, window=20, longest=20):
    texts = [text] if isinstance(text, str) else text
    return plan_summary(
        texts, LengthLimit(words, sentences), lambda t: count_words(t) <= window, longest
    )


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(0, 100))
def test_shares_are_fair(lengths, words):
    shares = share_words(lengths, words)
    assert all(0 <= share <= length for share, length in zip(shares, lengths, strict=True))
    # Nothing is held back that somebody could use.
    assert sum(shares) == min(words, sum(lengths))
    # Who did not get all it has gets as much as anybody, to one word.
    wanting = [s for s, length in zip(shares, lengths, strict=True) if s < length]
    assert all(max(shares) - share <= 1 for share in wanting)


def test_the_odd_word_goes_to_the_first_of_equals():
    assert share_words([9, 9, 9], 11) == [4, 4, 3]
    assert share_words([9, 2, 9], 11) == [5, 2, 4]


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", {}, []),
        ("Five words are no more.", {"words": 5}, [("Five words are no more.", None)]),
        (SIX[0], {"words": 5}, [(SIX[0], 5)]),
        # Two short sentences that fit the window become one.
        (" ".join(SIX[:2]), {"words": 8}, [(" ".join(SIX[:2]), 8)]),
        (" ".join(SIX[:2]), {}, [(" ".join(SIX[:2]), 10)]),
        # Otherwise the first is chosen.
        (" ".join(SIX), {"words": 6}, [(SIX[0], 6)]),
        (" ".join(SIX), {"sentences": 1, "words": 6}, [(SIX[0], 6)]),
        # Too few words for two sentences.
        (" ".join(SIX), {"sentences": 2, "words": 11}, [(SIX[0], None)]),
        # Whole while they fit; one is shortened where a third of the words would be left, and must
        # keep six words and half of its own.
        (" ".join(SIX), {"words": 21}, [(text, None) for text in SIX[:3]]),
        (" ".join(SIX), {"words": 20}, [(SIX[0], None), (SIX[1], None)]),
        (" ".join(SIX), {"words": 13}, [(SIX[0], None), (SIX[1], 6)]),
        # What somebody said is kept whole or not at all.
        (f"{SIX[0]} {SAID} {SAID}", {"words": 14}, [(SIX[0], None)]),
        (" ".join(SIX), {"words": 19}, [(SIX[0], None), (SIX[1], None)]),
        # Sentences that were asked for share the words.
        (" ".join(SIX), {"words": 12, "sentences": 2}, [(SIX[0], 6), (SIX[1], 6)]),
        (f"{SIX[0]} {SAID} {SIX[1]}", {"words": 12, "sentences": 2}, [(SIX[0], 6), (SIX[1], 6)]),
        (
            f"{SIX[0]} {SAID} {SIX[1]}",
            {"words": 16, "sentences": 2},
            [(SIX[0], None), (SAID, None)],
        ),
        # A budget that suffices for all.
        (" ".join(SIX[:3]), {"words": 21}, [(" ".join(SIX[:3]), None)]),
    ],
)
def test_what_is_kept(text, limit, parts):
    assert [(part.text, part.budget) for part in planned(text, **limit).parts] == parts


def test_with_two_thirds_used_only_what_follows_is_added():
    long = "The old theatre of the city burned down on Monday morning, the police said."
    short = ["A mayor came.", "Nobody was hurt there.", "A theatre burned."]
    sentences = [long, *short]
    whole = [part.place for part in whole_first(sentences, [0, 2, 3], 20).parts]
    assert whole == [0]  # 14 words of 20
    assert [part.place for part in whole_first(sentences, [0, 1, 3], 20).parts] == [0, 1]
    assert [part.place for part in whole_first(sentences, [0, 2], 23).parts] == [0, 2]


def test_sentences_are_a_limit_even_if_the_words_suffice():
    assert len(planned(" ".join(SIX[:3]), words=100, sentences=2).parts) == 2


LONG = [f"This sentence {c} has rather more than {c * 2} words in {c * 3}, truly." for c in "vwxyz"]


def test_by_default_a_long_document_gets_forty_words():
    plan = planned(" ".join(LONG))
    assert [part.budget for part in plan.parts] == [None, None, None]
    assert plan.words == 40


def test_by_default_a_sentence_gets_ten_words_and_of_several_each_twenty():
    assert planned(LONG[0] * 9, sentences=1).words == planned(LONG[0]).words == 10
    plan = planned(" ".join(LONG * 4), sentences=4)
    assert [part.budget for part in plan.parts] == [None] * 4
    assert plan.words == 80
    assert planned("今天我们去了很远的地方看海。" * 90, window=80).words == 80


def test_where_characters_are_words_the_full_stop_is_one():
    first, second = "今天我们去了很远的地方看海。", "中央会议昨天在北京召开并且通过了新的法律。"
    plan = planned(first + second, words=26, window=5, longest=50)
    assert [(part.text, part.budget) for part in plan.parts] == [(first, None), (second, 11)]
    assert assemble(plan, [first, second[:11]]) == f"{first} {second[:11]}。"


def test_several_documents_are_planned_as_one():
    plan = planned([" ".join(LONG[2:]), " ".join(LONG[:2]), ""], sentences=5)
    assert [part.text for part in plan.parts] == [*LONG[2:], *LONG[:2]]
    # They are not run together even if all of them fit.
    assert [part.text for part in planned(SIX[:2], words=50).parts] == SIX[:2]
    # The same twice is said once.
    assert [part.text for part in planned([SIX[0], SIX[0]], words=50).parts] == SIX[:1]
    # One that is not blank is a document alone.
    assert planned(["", SIX[0], " "], words=5) == planned(SIX[0], words=5)
    assert planned([], words=5).parts == planned(["", ""]).parts == ()


@given(
    st.lists(
        st.lists(st.sampled_from([*SIX, *LONG, "Short one.", "今天我们去了很远的地方看海。"])),
        max_size=3,
    ),
    st.none() | st.integers(1, 60),
    st.none() | st.integers(1, 5),
)
def test_a_plan_keeps_to_its_words_and_to_the_order(documents, words, sentences):
    texts = ["\n\n".join(document) for document in documents]
    plan = planned(texts, words, sentences)
    sizes = [part.budget or count_words(part.text) for part in plan.parts]
    assert sum(sizes) <= plan.words
    assert words is None or plan.words == words
    assert sentences is None or len(plan.parts) <= sentences
    assert bool(plan.parts) == any(map(bool, texts))
    spoken = [sentence for document in documents for sentence in document]
    if len(plan.parts) > 1:
        places = iter(spoken)
        assert all(part.text in places for part in plan.parts)  # a subsequence


def test_endless_text_is_taken_apart():
    plan = planned("word " * 1000, words=6)
    assert [count_words(part.text) for part in plan.parts] == [20]


@given(
    st.lists(st.text(st.sampled_from("ab .,!\u4e2d\u3002"), max_size=15), max_size=4),
    st.integers(1, 20),
)
@settings(deadline=None)
def test_an_assembled_summary_keeps_to_its_words(texts, words):
    plan = LengthPlan(tuple(Segment(text, 5) for text in texts), words)
    assert count_words(assemble(plan, texts)) <= words


@pytest.mark.parametrize(
    ("texts", "summary"),
    [
        (["One part"], "One part"),
        (["One part", "two parts"], "One part. two parts."),
        (["He left?", '"So what!"', "Yes,"], 'He left? "So what!" Yes.'),
        (["今天好", "我们走！"], "今天好。 我们走！"),
        (["One", " ", "two"], "One. two."),
        # Hebrew writes abbreviations with a mark inside a word.
        (['זה עולה 4 ש"ח.', "זה זול."], 'זה עולה 4 ש"ח. זה זול.'),
        # Of a quotation over several sentences, each has a mark at one edge.
        (['"It began.', 'It ended," he said.'], "It began. It ended, he said."),
        (["“It began.", "It (then ended.”"], "It began. It then ended."),
        (['He said "no" "twice', "1) one"], 'He said "no" twice. 1) one.'),
        (['"', ","], '". ,.'),
    ],
)
def test_several_parts_end_like_sentences(texts, summary):
    assert assemble(LengthPlan(tuple(Segment(text, None) for text in texts), 100), texts) == summary


def test_a_shortened_question_stays_one():
    question = "Could you send the list to the managers before Friday?"
    plan = LengthPlan((Segment("It rained.", None), Segment(question, 8, 1)), 12)
    shortened = ["It rained.", "Could you send the list"]
    assert assemble(plan, shortened) == "It rained. Could you send the list?"
    assert assemble(plan, ["It rained.", "Send the list"]) == "It rained. Send the list."


def test_lines_that_are_kept_whole_do_not_run_into_each_other():
    text = "open the bridge\n\nclose the port"
    plan = plan_summary([text], LengthLimit(10), lambda _: True, 99)
    assert plan.parts == (Segment("open the bridge. close the port", None),)
