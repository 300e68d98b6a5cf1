"""Sentence selection against dense matrices and the double loop of the paper's formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from summ.pipelines import selection
from summ.pipelines.first_paragraph import goes_on
from summ.pipelines.keepable import keepable, parts_of_quotations
from summ.pipelines.selection import (
    ENCODED,
    TFIDF,
    TFIDF_OF_SEVERAL,
    Weights,
    centrality,
    rank_sentences,
    tfidf,
    thresholded_centrality,
)
from summ.text.pointing_back import points_back
from summ.text.stems import stem
from summ.text.taken_as_known import taken_as_known

WORDS = st.sampled_from(["the", "fire", "fires", "burned", "city", "mayor", "said", "of", "it"])
SENTENCES = st.lists(st.lists(WORDS, max_size=8).map(" ".join), min_size=1, max_size=12)
DOCUMENTS = st.lists(SENTENCES, min_size=1, max_size=4)
WRITTEN = st.lists(
    SENTENCES.map(lambda own: [one.capitalize() for one in own]), min_size=1, max_size=4
)
NEWS = [
    "A fire destroyed the old theatre of the city on Monday.",
    "The mayor promised to rebuild the theatre within two years.",
    "The mayor promised to rebuild the old theatre within two years.",
    "Nobody knows yet how the fire in the theatre began, police said.",
    "The mayor promised money to rebuild the theatre, and police a report within years.",
]


def chosen(sentences: list[str], count: int) -> list[int]:
    """The best sentences of one document, in its order."""
    return sorted(rank_sentences([sentences], count))


def owners(documents: list[list[str]]) -> np.ndarray:
    return np.repeat(np.arange(len(documents)), [len(document) for document in documents])


def by_double_loop(similarity: np.ndarray, owner: np.ndarray, weights: Weights) -> list[float]:
    """PacSum's formula, word for word; across documents all similarity counts as following."""
    n = len(similarity)
    pairs = [similarity[i, j] for i in range(n) for j in range(n) if i != j]
    beta = weights.threshold
    cut = 0.0 if beta is None or not pairs else min(pairs) + beta * (max(pairs) - min(pairs))
    sums = []
    for i in range(n):
        total = 0.0
        for j in range(n):
            edge = similarity[i, j] - cut
            if i == j or (beta is not None and edge <= 0):
                continue
            before = owner[i] == owner[j] and j < i
            total += (weights.preceding if before else weights.following) * edge
        sums.append(total)
    return sums


@given(DOCUMENTS)
def test_centrality_is_the_sum_over_the_similarity_matrix(documents):
    vectors = tfidf([sentence for document in documents for sentence in document])
    wanted = by_double_loop((vectors @ vectors.T).toarray(), owners(documents), TFIDF)
    np.testing.assert_allclose(centrality(vectors, owners(documents), TFIDF), wanted, atol=1e-9)


@given(
    arrays(
        np.float32, st.tuples(st.integers(1, 9), st.just(3)), elements=st.floats(-1, 1, width=16)
    ),
    st.integers(0, 2),
    st.sampled_from([0.0, 0.3, 0.9, 1.0]),
    st.sampled_from([1, 5, 1000]),
)
def test_thresholded_centrality_is_the_double_loop_in_blocks_of_any_size(vectors, cut, beta, pairs):
    owner = (np.arange(len(vectors)) >= max(1, cut)).astype(np.int64)
    weights = Weights(1.0, -0.7, beta, 1.0, 0.5)
    similarity = (vectors @ vectors.T).astype(np.float64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selection, "_PAIRS", pairs)
        found = thresholded_centrality(vectors, owner, weights)
    # Products in blocks are rounded differently, in float32.
    np.testing.assert_allclose(found, by_double_loop(similarity, owner, weights), atol=1e-4)


@given(SENTENCES)
def test_vectors_follow_the_formula(sentences):
    terms = sorted({word for sentence in sentences for word in sentence.split()})
    counts = np.array([[s.split().count(term) for term in terms] for s in sentences], dtype=float)
    idf = np.log((1 + len(sentences)) / (1 + (counts > 0).sum(axis=0))) + 1
    wanted = counts * idf
    norms = np.linalg.norm(wanted, axis=1, keepdims=True)
    wanted = wanted / np.where(norms > 0, norms, 1)
    vectors = tfidf(sentences).toarray()
    # Columns stand in the order of first appearance; similarities do not depend on it.
    np.testing.assert_allclose(vectors @ vectors.T, wanted @ wanted.T, atol=1e-12)


def bag_of_letters(texts):
    """An encoder whose answer is known."""
    counts = np.array([[text.count(c) for c in "abcdefgh"] for text in texts], dtype=np.float32)
    return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)


@given(DOCUMENTS, st.integers(1, 14), st.sampled_from([None, bag_of_letters]))
def test_ranked_sentences_are_different_and_no_more_than_asked_for(documents, count, encode):
    ranked = rank_sentences(documents, count, encode)
    sentences = [sentence for document in documents for sentence in document]
    assert 1 <= len(ranked) <= count
    kept = [sentences[place] for place in ranked]
    bags = [tuple(sorted(sentence.split())) for sentence in kept if sentence]
    assert len(set(bags)) == len(bags)
    assert ranked[:1] == rank_sentences(documents, 1, encode)


def relevance_by_loops(documents: list[list[str]], weights: Weights, begun: bool) -> np.ndarray:
    """Centrality for its length, repeated words, place and first words, as ``Weights`` says."""
    sentences = [sentence for document in documents for sentence in document]
    vectors = tfidf(sentences).toarray()
    central = np.array(by_double_loop(vectors @ vectors.T, owners(documents), weights))
    central /= [max(1, len(sentence.split())) ** weights.length for sentence in sentences]
    telling = [
        [stem(w) for w in sentence.lower().split() if w not in {"the", "of", "said", "it"}]
        for sentence in sentences
    ]
    everything = [word for words in telling for word in words]
    dense = np.array(
        [
            sum(everything.count(word) for word in set(words) if everything.count(word) > 1)
            / max(1, len(sentence.split()))
            for words, sentence in zip(telling, sentences, strict=True)
        ]
    )
    place = np.concatenate([np.arange(len(document)) for document in documents])
    relevance = central / (np.abs(central).max() or 1.0)
    relevance = relevance + weights.repeated * dense / (dense.max() or 1.0)
    relevance -= weights.early * np.log(place + 1)
    if begun and weights.begun is not None:
        return relevance + weights.begun * (place == 0)
    return relevance + weights.lead / (place + 1)


@given(WRITTEN, st.booleans())
def test_each_ranked_sentence_is_the_best_beside_those_before_it(documents, begun):
    sentences = [sentence for document in documents for sentence in document]
    vectors = tfidf(sentences).toarray()
    similarity = vectors @ vectors.T
    weights = TFIDF_OF_SEVERAL if sum(map(bool, documents)) > 1 else TFIDF
    relevance = relevance_by_loops(documents, weights, begun)
    long = {i for i, sentence in enumerate(sentences) if len(sentence.split()) >= 5}
    left = long or set(range(len(sentences)))
    alone = weights.behind is not None
    back = {i for i, s in enumerate(sentences) if alone and points_back(s, "en")}
    known = [taken_as_known(sentence) for sentence in sentences]
    said = [set(map(stem, sentence.lower().split())) - {"the"} for sentence in sentences]
    picked: list[int] = []
    for best in rank_sentences(documents, len(sentences), begun=begun):
        value = {
            i: relevance[i]
            - weights.redundancy * max((similarity[i, j] for j in picked), default=0)
            + (weights.behind or 0) * (i - 1 in picked)
            - weights.known
            * (bool(known[i]) and not any(known[i] & said[j] for j in picked if j < i))
            for i in left
            if i not in back or i - 1 in picked or (not picked and left <= back)
        }
        assert value[best] >= max(value.values()) - 1e-9
        picked.append(best)
        left = {i for i in left - {best} if similarity[i, best] < selection._SAME - 1e-9}
    left = {i for i in left if i not in back or i - 1 in picked}
    assert not {i for i in left if max(similarity[i, picked]) < selection._SAME - 1e-6}


def test_an_encoder_decides_what_is_central_and_what_is_redundant():
    # One document, no two of whose sentences share a word: TF-IDF sees nothing but positions.
    sentences = [f"{'abcdefgh'[i]}{i} b{i} c{i} d{i} e{i}" for i in range(4)]
    assert rank_sentences([sentences], 4) == [0, 1, 2, 3]
    # What follows sentence 2 is like it; 1 is like nothing.
    vectors = np.array([[1, 0, 0], [0, 1, 0], [0.6, 0, 0.8], [0.6, 0, 0.8]], dtype=np.float32)
    assert rank_sentences([sentences], 4, lambda texts: vectors)[:2] == [0, 2]
    relevance = thresholded_centrality(vectors, np.zeros(4, dtype=int), ENCODED)
    assert relevance.argmax() == 0


def test_the_lead_is_kept_and_repetition_is_not():
    assert chosen(NEWS, 1) == [0]
    # 2 says what 1 says; without the penalty it would be chosen.
    assert chosen(NEWS, 3) == [0, 1, 3]


def test_what_several_documents_repeat_is_said_once_and_is_important():
    rain = "Rain is expected in the northern hills on Friday evening."
    other = "The harbour was closed for a week after the storm."
    documents = [[NEWS[0], rain], [NEWS[0].replace(".", "!"), other], [other, NEWS[3]]]
    ranked = rank_sentences(documents, 6)
    # Of the two that are there twice, each is kept once; the first of the first comes first.
    assert ranked[0] == 0
    assert sorted(ranked) in ([0, 1, 3, 5], [0, 1, 4, 5])


def test_headings_are_left_out():
    assert chosen(["Local news", "By our reporter", *NEWS], 2)[0] == 2
    assert chosen(["Local news", NEWS[0]], 2) == [1]
    assert chosen(["Fire", "Theatre lost"], 1) == [0]


def test_characters_are_compared_in_pairs():
    similarity = tfidf(["今天天气很好", "天气很好", "他们走了"])
    matrix = (similarity @ similarity.T).toarray()
    assert matrix[0, 1] > 0.5 > matrix[0, 2] == 0


def test_endless_documents_are_compared_by_words(monkeypatch):
    monkeypatch.setattr(selection, "_MOST_ENCODED", 3)
    found = rank_sentences([NEWS], 3, lambda texts: pytest.fail("too many to encode"))
    assert found == rank_sentences([NEWS], 3)


def test_what_a_text_is_for_is_said_first():
    abstract = [
        "Translation systems need many pairs of sentences that people have translated.",
        "Such pairs of sentences are rare for most languages of the world.",
        "We propose to learn from texts of one language at a time.",
    ]
    assert chosen(abstract, 1) == [2]


def test_of_minutes_what_was_decided_comes_first():
    minutes = [
        "The minutes of the last meeting were approved without changes.",
        "The allotment society had a good summer, and the sheds were painted by volunteers.",
        "It was agreed to buy a second pump for the lower gardens before the spring.",
        "The next meeting is on 7 June in the hall.",
    ]
    first, *rest = rank_sentences([minutes], 4)
    assert first == 2 and rest == [1]
    # Elsewhere such words decide nothing.
    assert rank_sentences([minutes[1:3]], 1) == [0]


def test_a_first_sentence_counts_less_where_its_paragraph_goes_on():
    body = ["Nobody was hurt, and the street was open by noon.", *NEWS]
    assert rank_sentences([body], 1) == [0]
    assert rank_sentences([body], 1, begun=True) != [0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("One sentence stands here. Another follows it.\n\nAnd this is a paragraph.", True),
        ("One sentence stands here.\n\nAnother follows it. And this too.", False),
        ("One sentence stands here. Another follows it.\nAnd this is a line.", True),
        ("One sentence stands here.\nAnother follows it. And this too.", False),
        # Of one paragraph, and of wrapped lines, nothing is known.
        ("One sentence stands here. Another follows it.", False),
        ("One sentence stands here. Another\nfollows it. And this too.", False),
        ("", False),
    ],
)
def test_a_first_paragraph_goes_on_if_it_has_more_sentences(text, wanted):
    assert goes_on(text) is wanted


def test_with_little_room_what_fits_comes_first():
    text = [*NEWS, "The street was closed for hours."]
    assert rank_sentences([text], 2) == [0, 1]
    assert rank_sentences([text], 3, room=len(f"{NEWS[0]} {text[5]}".split())) == [0, 5, 1]


def test_lists_of_names_and_sentences_with_holes_are_left_out():
    holed = [
        "The town of the theatre has a population of .",
        "The theatre (, ) stands in the old town.",
        "rebuilt within two years, the mayor of the theatre said.",
        "Replacements: A Mayor, B Theatre, C Fire, D Police.",
        "A Mayor (Theatre), B Fire (City) and the police were there.",
    ]
    free = keepable([*NEWS, NEWS[0], *holed], np.zeros(11, dtype=bool))
    assert list(free) == [True] * 6 + [False] * 5
    # Where most are written so, it is no sign of a fault.
    spaced = [f"{sentence[:-1]} ." for sentence in NEWS]
    assert keepable(spaced, np.zeros(5, dtype=bool)).all()


def test_who_speaks_of_himself_comes_last():
    told = [NEWS[0], "“We built the theatre of the city,” the mayor said on Monday.", NEWS[3]]
    assert rank_sentences([told], 3)[-1] == 1


def test_what_was_done_comes_before_what_was_shown(monkeypatch):
    abstract = [
        "Pumps of the old kind fail in the frost of a long winter.",
        "We show that pumps of the new kind do not fail in the frost of a winter.",
        "We propose a new kind of pumps, which do not fail in the frost of a winter.",
    ]
    assert rank_sentences([abstract], 1) == [2]
    monkeypatch.setattr(selection, "_OF_RESULTS", 1.0)
    assert rank_sentences([abstract], 1) == [1]


def test_parts_of_longer_quotations_are_left_out():
    said = [
        'He said: "It was cold.',
        "The snow lay deep.",
        'Nobody came."',
        'She said "No".',
        "So.",
    ]
    assert list(parts_of_quotations(said)) == [True, True, True, False, False]
    lost = ['It is 5" wide.', *["The snow lay deep on all the hills."] * 8]
    assert not parts_of_quotations(lost)[-1]  # a mark that nobody closes
    assert set(rank_sentences([[f"“{NEWS[0]}", f"{NEWS[1]}”", *NEWS[2:]]], 5)) == {2, 3, 4}
