import json
import random
from pathlib import Path

import pytest

from data_prep.sources import Report
from data_prep.splices import (
    LONGEST_TARGET,
    PhraseBank,
    Splicer,
    documents,
    main,
    pairs_of_document,
)
from summ.families.shortener.model import load_shortener
from summ.text.phrases import phrases
from summ.text.verbs import VerbLexicon

LONG = [
    "The mayor of Harwick opened a new bridge on Monday after years of delay, officials said.",
    "Shares of Norwick Steel, the largest maker of rails, fell 4.5 percent on Wednesday in Dalby.",
    "Police in the port city of Lomask arrested 14 people on Friday after a protest against taxes.",
    "Rescue workers found two children in the ruins on Sunday, while the search went on nearby.",
]
SHORT = ["The mayor opened a new bridge.", "Police arrested 14 people.", "The club sold a striker."]


def lexicon() -> VerbLexicon:
    return load_shortener().verbs


def pairs(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def within(short: str, source: str) -> bool:
    """Whether the words of one stand in the other in their order, marks and capitals aside."""

    def bare(text: str) -> list[str]:
        return [word.strip(".,").lower() for word in text.split()]

    rest = iter(bare(source))
    return all(word in rest for word in bare(short))


def test_targets_stand_in_their_sources_in_order() -> None:
    rng, kinds = random.Random(1), set()
    bank = PhraseBank()
    for sentence in LONG:
        words = sentence.rstrip(".").split()
        bank.add(words, phrases(words, lexicon()))
    splicer = Splicer(lexicon(), bank)
    for _ in range(200):
        for pair in pairs_of_document(LONG + SHORT, splicer, rng):
            kinds.add(pair.kind)
            assert within(pair.target, pair.source), pair
            assert 4 <= len(pair.target.split()) <= LONGEST_TARGET
            assert len(pair.source.split()) <= 46
            longer = len(pair.source.split()) - len(pair.target.split())
            least = {"cut": 1, "splice": 3, "kept": 0, "denied": 0}[pair.kind]
            assert longer >= least and (longer == 0 or pair.kind != "kept"), pair
    assert kinds == {"cut", "splice", "kept", "denied"}


def test_a_denial_stays() -> None:
    splicer = Splicer(lexicon(), PhraseBank())
    found = [
        pair
        for seed in range(300)
        for pair in pairs_of_document([SHORT[0]], splicer, random.Random(seed))
        if pair.kind == "denied"
    ]
    assert found
    for pair in found:
        denial, claim = pair.target.split(" that ")
        assert pair.source.startswith(denial) and claim == "the mayor opened a new bridge"


def test_the_command_writes_pairs_and_verbs_and_repeats_itself(tmp_path: Path) -> None:
    """Verbs are learned from what there is, so that there must be enough of it."""
    text = tmp_path / "wire.txt"
    follows = [f"He opened the door and she arrested them as they will open it {n}." for n in "ab"]
    text.write_text("\n".join(["LONDON, Jan 3 (Wire) - " + LONG[0], *LONG, *SHORT, *follows] * 60))
    for name in ("one", "two", "few"):
        most = ["--most", "5"] if name == "few" else []
        assert main([str(text), str(tmp_path / f"{name}.jsonl"), *most]) == 0
    one = tmp_path / "one.jsonl"
    assert one.read_text() == (tmp_path / "two.jsonl").read_text()
    assert pairs(one)[:5] == pairs(tmp_path / "few.jsonl")
    assert all(set(pair) == {"source", "target"} for pair in pairs(one))
    stored = json.loads((tmp_path / "one.verbs.json").read_text())
    assert "opened" in VerbLexicon.of(stored).finite
    assert main([str(text), str(tmp_path / "other.jsonl"), "--seed", "2"]) == 0
    assert one.read_text() != (tmp_path / "other.jsonl").read_text()


def test_documents_and_lines_without_datelines(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"paragraphs": [" ".join(LONG[:2]), LONG[2]]}))
    (tmp_path / "b.txt").write_text(f"LONDON, Jan 3 (Wire) - {LONG[0]}\n\n{LONG[1]}\n")
    found = list(documents([tmp_path / "a.jsonl", tmp_path / "b.txt"], Report("fail")))
    assert found == [LONG[:3], [LONG[0]], [LONG[1]]]


def test_texts_without_pairs_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("nothing much\n")
    assert main([str(tmp_path / "a.txt"), str(tmp_path / "out.jsonl")]) == 1
    assert "no sentence can be shortened" in capsys.readouterr().err
    assert not (tmp_path / "out.jsonl").exists()
