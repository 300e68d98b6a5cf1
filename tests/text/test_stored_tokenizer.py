"""A stored tokenizer, against transformers' own."""

import json
import shutil

import pytest
from transformers import AutoTokenizer

from summ.pretrained import find_model
from summ.text.stored_tokenizer import StoredTokenizer, read_tokenizer
from summ.text.vocabulary import Vocabulary

MARKS = ("pad_token", "unk_token", "bos_token", "eos_token")
NAMES = (*MARKS, *(f"{name}_id" for name in MARKS))


@pytest.mark.parametrize("model", ["en-lines", "zh-small"])
def test_it_answers_and_is_written_as_transformers_own(model, tmp_path):
    folder = find_model(model) / "vocabulary"
    theirs = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    ours = Vocabulary.load(folder).tokenizer
    assert isinstance(ours, StoredTokenizer)
    assert [getattr(ours, name) for name in NAMES] == [getattr(theirs, name) for name in NAMES]
    assert len(ours) == len(theirs) and set(ours.all_special_ids) == set(theirs.all_special_ids)
    every = list(range(len(theirs)))
    assert ours.convert_ids_to_tokens(every) == theirs.convert_ids_to_tokens(every)
    ours.save_pretrained(str(tmp_path / "ours"))
    theirs.save_pretrained(str(tmp_path / "theirs"))
    for path in (tmp_path / "theirs").iterdir():
        assert (tmp_path / "ours" / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize(
    "changes",
    [{"tokenizer_class": "BartTokenizer"}, {"add_prefix_space": True}, {"eos_token": "<end>"}],
)
def test_what_only_transformers_understands_is_left_to_it(changes, tmp_path):
    shutil.copytree(find_model("zh-small") / "vocabulary", tmp_path / "vocabulary")
    path = tmp_path / "vocabulary" / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    assert read_tokenizer(tmp_path / "vocabulary") is None
