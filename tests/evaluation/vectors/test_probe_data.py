"""Probe files: recognised by their fields, refused by line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from summ.errors import ConfigError, DataError
from summ.evaluation.vectors.probe_data import ClassificationProbe, SimilarityProbe, read_probes

PAIRS = [
    {"sentence1": "a", "sentence2": "b", "score": 1},
    {"sentence1": "c", "sentence2": "d", "score": 2.5},
    {"sentence1": "e", "sentence2": "f", "score": 0},
]
LABELS = [{"text": f"t{number}", "label": number % 2} for number in range(8)]


def write(path: Path, records: list[Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_the_fields_say_which_kind_it_is(tmp_path: Path) -> None:
    pairs = write(tmp_path / "sts.jsonl", [{**record, "task": "x"} for record in PAIRS])
    packed = tmp_path / "mr.jsonl.gz"
    packed.write_bytes(gzip.compress(write(tmp_path / "x", LABELS).read_bytes()))
    one, two = read_probes([pairs, packed])
    assert one == SimilarityProbe("sts", ["a", "c", "e"], ["b", "d", "f"], [1, 2.5, 0], ["x"] * 3)
    assert one.texts == ["a", "c", "e", "b", "d", "f"] and len(one) == 3
    assert isinstance(two, ClassificationProbe) and two.name == "mr" and len(two) == 8
    assert two.labels == ["0", "1"] * 4 and two.held_out == 0


@pytest.mark.parametrize("turned", [False, True])
def test_train_and_test_by_name_are_one_probe(tmp_path: Path, turned: bool) -> None:
    files = [
        write(tmp_path / "trec_train.jsonl", LABELS),
        write(tmp_path / "sick.jsonl", PAIRS),
        write(tmp_path / "trec_test.jsonl", LABELS[:3]),
    ]
    found = read_probes(files[::-1] if turned else files)
    assert {probe.name for probe in found} == {"trec", "sick"}
    trec = next(probe for probe in found if probe.name == "trec")
    assert isinstance(trec, ClassificationProbe)
    assert trec.held_out == len(trec) == 3
    assert trec.texts == [record["text"] for record in [*LABELS, *LABELS[:3]]]


def test_a_test_set_can_be_named(tmp_path: Path) -> None:
    data, test = write(tmp_path / "a.jsonl", LABELS), write(tmp_path / "b.jsonl", LABELS[:2])
    (found,) = read_probes([data], test)
    assert isinstance(found, ClassificationProbe) and found.name == "a" and found.held_out == 2
    with pytest.raises(ConfigError, match="belongs to one training set, found 2"):
        read_probes([data, write(tmp_path / "c.jsonl", LABELS)], test)
    with pytest.raises(DataError, match="Similarity needs no training"):
        read_probes([write(tmp_path / "s.jsonl", PAIRS)], test)
    strange = write(tmp_path / "d.jsonl", [{"text": "t", "label": "new"}])
    with pytest.raises(DataError, match="label 'new', which the training set has not"):
        read_probes([data], strange)


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([{"title": "x"}], r'f line 1: must be a probe.*"label"} \(found: title\)'),
        ([*PAIRS, {"sentence1": "x", "score": 1}], r'f line 4: no field "sentence2"'),
        ([*PAIRS, {"sentence1": "x", "sentence2": "y"}], r'f line 4: no field "score"'),
        ([*PAIRS, {**PAIRS[0], "score": "high"}], r"f line 4: .*must be a number, found 'high'"),
        ([*PAIRS, {**PAIRS[0], "score": float("nan")}], r"must be a number, found nan"),
        ([*PAIRS, {**PAIRS[0], "score": True}], r"must be a number, found True"),
        ([{**PAIRS[0], "task": "x"}, PAIRS[1]], r'f line 2: no field "task"'),
        ([*LABELS, {"text": "t"}], r'f line 9: no field "label"'),
        ([*LABELS, {"text": "t", "label": None}], r"whole number, found null"),
        ([*LABELS, {"text": "t", "label": 1.5}], r"whole number, found float"),
        ([*LABELS, {"text": 7, "label": 1}], r'f line 9: field "text" must be a text'),
        ([*LABELS, 7], r"f line 9: must be an object"),
        (PAIRS[:2], r"2 pairs with 2 different scores"),
        ([PAIRS[0]] * 5, r"5 pairs with 1 different scores"),
        ([{"text": "t", "label": 1}] * 5, r"has one label, '1'"),
        ([*LABELS, {"text": "t", "label": 7}], r"label '7' has 1 texts to learn from"),
    ],
)
def test_bad_records_are_refused_with_their_line(
    tmp_path: Path, records: list[Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read_probes([write(tmp_path / "f", records)])


def test_two_probes_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    files = [write(tmp_path / "a.jsonl", PAIRS), write(tmp_path / "x" / "a.jsonl", PAIRS)]
    with pytest.raises(ConfigError, match="a second probe named a"):
        read_probes(files)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.jsonl: cannot be read"):
        read_probes([tmp_path / "gone.jsonl"])
