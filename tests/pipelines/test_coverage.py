from collections import Counter
from itertools import pairwise

import numpy as np

from summ.pipelines.coverage import covering
from summ.pipelines.selection import tfidf
from summ.text.languages.language import language
from summ.text.stems import stem
from summ.text.words import count_words

REVIEWS = [
    ["The zipper broke after two weeks.", "My son wore it to school every day."],
    ["It is warm and soft.", "Sadly the zippers broke after some weeks of use."],
    ["The color is as in the picture.", "A warm and soft coat for cold mornings."],
    ["I bought two of them for a trip.", "The zipper is cheap."],
]
SENTENCES = [sentence for review in REVIEWS for sentence in review]
LENGTHS = np.array([count_words(sentence) for sentence in SENTENCES])


def slow_value(sentence: int) -> float:
    """The gain of a first sentence by loops over the definition."""
    stop = language("en").stop_words

    def concepts(text: str) -> set[object]:
        words = text.lower().strip(".").split()
        stems = [stem(word) for word in words]
        own: set[object] = {s for s, word in zip(stems, words, strict=True) if word not in stop}
        pairs = zip(pairwise(stems), pairwise(words), strict=True)
        return own | {pair for pair, both in pairs if not stop.issuperset(both)}

    said = Counter(
        concept for review in REVIEWS for concept in set().union(*(concepts(one) for one in review))
    )
    gains = [sum(said[c] for c in concepts(one) if said[c] > 1) for one in SENTENCES]
    rows = tfidf(SENTENCES).toarray()
    central = (rows @ rows.T).sum(axis=1)
    return (gains[sentence] / max(gains) + central[sentence] / central.max()) / LENGTHS[
        sentence
    ] ** 0.3


def test_the_first_sentence_is_the_best_by_the_definition() -> None:
    # So little room that nothing else fits beside any sentence.
    for room in (5, 7, 9):
        fitting = [place for place in range(len(SENTENCES)) if LENGTHS[place] <= room]
        fitting = [place for place in fitting if LENGTHS[place] >= 5]
        [first, *_] = covering(REVIEWS, LENGTHS, room)
        assert first == max(fitting, key=slow_value)


def test_what_is_said_already_is_not_taken_again() -> None:
    twice = [REVIEWS[0], REVIEWS[0], REVIEWS[1]]
    lengths = np.array([count_words(one) for review in twice for one in review])
    kept = covering(twice, lengths, 60)
    texts = [one for review in twice for one in review]
    assert len({texts[place] for place in kept}) == len(kept)
    assert kept == sorted(kept) and lengths[kept].sum() <= 60


def test_marks_alone_say_nothing() -> None:
    assert covering([["!!!"], ["?"]], np.array([1, 1]), 9) == []
