import json
import random

import pytest

from data_prep.splices import PhraseBank, Splicer, main, pairs_of_document
from summ.families.shortener.model import load_shortener
from summ.text.phrases import phrases
from summ.text.verbs import VerbLexicon

DOCUMENT = [
    "The mayor of Harwick, who was elected in May, has opened a new bridge on Monday after "
    "years of delay, officials said.",
    "Police have closed the old road near the harbour.",
    "After a long night of talks, the union has ended its strike, the company said on Friday.",
    "The ferry has left the port of Dalby.",
]


@pytest.fixture(scope="module")
def pairs():
    verbs = load_shortener().verbs
    bank = PhraseBank()
    for sentence in DOCUMENT:
        words = sentence.rstrip(".").split()
        bank.add(words, phrases(words, verbs))
    splicer, rng = Splicer(verbs, bank), random.Random(5)
    return [pair for _ in range(120) for pair in pairs_of_document(DOCUMENT, splicer, rng)]


def plain(text: str) -> list[str]:
    return [word.strip(".,").lower() for word in text.split()]


def test_every_line_stands_within_its_source_in_its_order(pairs):
    for pair in pairs:
        rest = iter(plain(pair.text))
        assert all(word in rest for word in plain(pair.summary)), pair


def test_the_number_asked_for_is_a_ceiling(pairs):
    assert all(len(pair.summary.split()) <= pair.words <= 12 for pair in pairs)
    spliced = [pair for pair in pairs if pair.kind == "splice"]
    assert any(len(pair.summary.split()) < pair.words for pair in spliced)


def test_every_kind_occurs(pairs):
    assert {pair.kind for pair in pairs} == {"cut", "splice", "kept", "denied"}


def test_a_denial_stays_in_the_line(pairs):
    denials = {"denied", "denies", "rejected", "dismissed"}
    assert all(denials & set(plain(pair.summary)) for pair in pairs if pair.kind == "denied")


def test_the_command_writes_records(tmp_path):
    source, output = tmp_path / "a.txt", tmp_path / "pairs.jsonl"
    source.write_text("\n".join(DOCUMENT * 40) + "\n", encoding="utf-8")
    main([str(output), str(source)])
    records = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert all(set(record) == {"text", "summary", "words", "kind"} for record in records)
    lexicon = json.loads((tmp_path / "pairs.verbs.json").read_text(encoding="utf-8"))
    assert lexicon == VerbLexicon.learn(DOCUMENT * 40).lists()
