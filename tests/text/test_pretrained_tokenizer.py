from pathlib import Path

import pytest

from summ.errors import CheckpointError, DataError
from summ.text.pretrained_tokenizer import open_vocabulary
from summ.text.vocabulary import Vocabulary
from tests.data.conftest import invented_sentences
from tests.pretrained import bart_tokenizer, t5_tokenizer

LINES = invented_sentences(200, 3)


@pytest.mark.parametrize("make", [bart_tokenizer, t5_tokenizer])
def test_a_folder_of_transformers_is_a_vocabulary(make, tmp_path: Path) -> None:
    """Its own pieces keep their ids, which the checkpoint's embeddings go by."""
    tokenizer = make(LINES)
    tokenizer.save_pretrained(tmp_path / "net")
    opened = open_vocabulary(tmp_path / "net")
    own = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
    assert opened.pieces()[: len(own)] == own
    assert opened.size == len(own) + 40 and not opened.folding
    [ids] = opened.encode(["Ga 12 lu's Mi"])
    assert opened.decode(ids) == "Ga 12 lu's Mi"
    expected = tokenizer(" Ga 12 lu's Mi", add_special_tokens=False).input_ids
    assert ids == expected
    opened.save(tmp_path / "ours")
    assert open_vocabulary(str(tmp_path / "ours")).pieces() == opened.pieces()


def test_a_vocabulary_of_summ_is_itself(tmp_path: Path) -> None:
    trained = Vocabulary.train(LINES, 400, tmp_path)
    opened = open_vocabulary(tmp_path)
    assert opened.pieces() == trained.pieces() and opened.folding


def test_what_cannot_be_opened_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place, message in (
        (tmp_path / "none", "no such folder. Give the folder of a vocabulary or of a tokenizer"),
        (tmp_path / "empty", "no vocabulary here, nor a tokenizer"),
        ("nobody/nothing-at-all", "no folder, nor on the hub"),  # offline
        ("./nothing/here/at/all", "no such folder"),
    ):
        with pytest.raises(CheckpointError, match=message) as caught:
            open_vocabulary(place)
        assert "\n" not in str(caught.value)


def test_a_tokenizer_that_cannot_end_a_text_is_refused(tmp_path: Path) -> None:
    tokenizer = bart_tokenizer(LINES)
    tokenizer.eos_token = None
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(DataError, match="must have a eos_token_id"):
        open_vocabulary(tmp_path)
