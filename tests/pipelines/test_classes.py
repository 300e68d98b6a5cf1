import numpy as np

from summ.pipelines.classes import class_meanings, classes_of

TOPICS = ["rain wind storm", "bank money loan", "match goal team"]


def blobs() -> tuple[np.ndarray, np.ndarray]:
    """Vectors of length 1 around three directions of 40, and where each belongs."""
    generator = np.random.default_rng(0)
    truth = generator.permutation(np.repeat([0, 1, 2], 30))
    vectors = np.eye(40)[truth] + generator.normal(0, 0.05, (90, 40))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), truth


def test_blobs_are_classes() -> None:
    vectors, truth = blobs()
    found = classes_of(vectors, 3)
    assert len({*zip(found.symbols.tolist(), truth.tolist(), strict=True)}) == 3
    for symbol, middle in enumerate(found.middles):
        assert found.symbols[middle] == symbol
    assert classes_of(vectors, 3).symbols.tolist() == found.symbols.tolist()


def test_a_class_means_what_its_texts_share() -> None:
    vectors, truth = blobs()
    texts = [f"{TOPICS[topic]} today {place}" for place, topic in enumerate(truth)]
    found = class_meanings(classes_of(vectors, 3), texts, [set(text.split()) for text in texts])
    assert {" ".join(sorted(one.words)) for one in found} == {
        " ".join(sorted(topic.split())) for topic in TOPICS
    }
    for one in found:
        assert one.share == 1 / 3 and set(one.words) <= set(one.example.split())


def test_there_are_no_more_classes_than_different_texts() -> None:
    same = np.tile(np.eye(4)[:2], (5, 1))
    assert len(classes_of(same, 8).middles) == 2
    assert classes_of(same[:1], 8).symbols.tolist() == [0]
