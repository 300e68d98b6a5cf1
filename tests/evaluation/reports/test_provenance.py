"""Hashes and versions of what was run."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import pytest

from summ.errors import DataError
from summ.evaluation.reports.provenance import provenance


def test_inputs_are_hashed(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_bytes(b"abc")
    model = tmp_path / "model"
    (model / "inner").mkdir(parents=True)
    (model / "inner" / "weights").write_bytes(b"1")
    first = provenance("summ evaluate", data=[data, Path("-")], model=model, seed=4)
    assert first.data[0].sha256 == hashlib.sha256(b"abc").hexdigest()
    assert first.data[1].sha256 == ""
    assert first.seed == 4 and first.command == "summ evaluate"
    assert first.versions["rouge-score"] == version("rouge-score")
    assert json.loads(json.dumps(first.to_dict()))["model"]["path"] == str(model)
    assert provenance("", model=model).model == first.model
    (model / "inner" / "weights").rename(model / "inner" / "other")
    assert provenance("", model=model).model != first.model


def test_a_missing_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="gone: cannot be read"):
        provenance("", data=[tmp_path / "gone"])
