"""The vocabulary against SentencePiece itself, and its promises on any text."""

import json
from pathlib import Path

import numpy as np
import pytest
import sentencepiece
from hypothesis import example, given, settings
from hypothesis import strategies as st

from summ.errors import CheckpointError, DataError
from summ.text import vocabulary as module
from summ.text.stored_tokenizer import plain_reader
from summ.text.vocabulary import LONGEST_PROMPT, Vocabulary
from summ.text.word_pieces import WordPieces
from tests.data.conftest import invented_sentences
from tests.pretrained import bart_tokenizer

SIZE = 640
MARKS = 4 + LONGEST_PROMPT


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return [
        *invented_sentences(3000, 5),
        *["It's the 日本 and the Ünïcode of it, said the man."] * 9,
    ]


@pytest.fixture(scope="module")
def folder(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vocabulary")
    Vocabulary.train(lines, SIZE, folder)
    return folder


@pytest.fixture(scope="module")
def vocabulary(folder: Path) -> Vocabulary:
    return Vocabulary.load(folder)


@pytest.fixture(scope="module")
def oracle(lines: list[str]) -> sentencepiece.SentencePieceProcessor:
    texts = [module.canonical(line, True) for line in lines]
    model = module._train_sentencepiece(iter(texts), SIZE, True, 1)
    return sentencepiece.SentencePieceProcessor(model_proto=model)


ODD = [
    "</s> <pad> <words_5> <0x41> <s>",
    "a\u2581b \u2581",
    "😀 👩‍👩‍👧 ÿÿÿ",
    "",
    " ",
    "\ud800x\x00y",
    "ﬁ ｆ",
]
TEXTS = st.text(st.characters(codec=None), max_size=40) | st.lists(
    st.sampled_from(
        [*"<>/_swor5x04 ", "</s>", "<words_5>", "<0x41>", "<unk>", "日本", "gada", "é"]
    ),
    max_size=15,
).map("".join)


def test_ids_equal_those_of_sentencepiece(
    vocabulary: Vocabulary, oracle: sentencepiece.SentencePieceProcessor, lines: list[str]
) -> None:
    assert [oracle.id_to_piece(i) for i in range(len(oracle))] == vocabulary.pieces()
    texts = [*lines[:500], *ODD]
    for text, ids in zip(texts, vocabulary.encode(texts), strict=True):
        assert ids == oracle.encode(vocabulary.canonical(text)), text


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_any_text_equals_sentencepiece_and_comes_back(
    vocabulary: Vocabulary, oracle: sentencepiece.SentencePieceProcessor, text: str
) -> None:
    ids = vocabulary.encode([text])[0]
    canonical = vocabulary.canonical(text)
    assert ids == oracle.encode(canonical)
    assert vocabulary.decode(ids) == canonical


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_unfolded_text_never_spells_a_mark(unfolded: Vocabulary, text: str) -> None:
    ids = unfolded.encode([text])[0]
    assert not unfolded.special[ids].any() or not text.isprintable()
    assert all(i >= MARKS for i in ids)
    assert unfolded.decode(ids) == unfolded.canonical(text)


@pytest.fixture(scope="module")
def unfolded(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    folder = tmp_path_factory.mktemp("unfolded")
    Vocabulary.train(lines, SIZE + 60, folder, folding=False)
    return Vocabulary.load(folder)


def test_case_and_digits_stay_without_folding(unfolded: Vocabulary) -> None:
    assert unfolded.decode(unfolded.encode(["Rise  12 % <words_7>"])[0]) == "Rise 12 % <words_7>"


@settings(max_examples=300, deadline=None)
@example(ids=[77, 76, 44])
@given(ids=st.lists(st.integers(0, SIZE - 1), max_size=30))
def test_decoding_never_gives_more_words_than_pieces_that_start_one(
    vocabulary: Vocabulary, ids: list[int]
) -> None:
    ids = [i % vocabulary.size for i in ids]
    starts = int(vocabulary.starts_word[ids].sum()) + (
        bool(ids) and not vocabulary.starts_word[ids[0]]
    )
    text = vocabulary.decode(ids)
    silent = sum(vocabulary.special[ids[:1]])  # then the next piece may be the first to show
    assert len(text.split()) <= starts + silent
    assert "<words_" not in text and "</s>" not in text


def test_marks_and_prompts_have_their_places(vocabulary: Vocabulary) -> None:
    assert (vocabulary.pad, vocabulary.unk, vocabulary.bos, vocabulary.eos) == (0, 1, 2, 3)
    assert [vocabulary.length_prompt(n) for n in (-3, 0, 1, 2, 40, 41, 900)] == [
        4, 4, 4, 5, 43, 43, 43
    ]  # fmt: skip
    forbidden = np.flatnonzero(vocabulary.special)
    assert vocabulary.eos not in forbidden
    assert {0, 1, 2, *range(4, 44)} <= set(forbidden.tolist())
    assert {vocabulary.pieces()[i] for i in forbidden[43:]} == {
        f"<0x{byte:02X}>" for byte in (*range(33), 127)
    }
    pieces = vocabulary.pieces()
    assert all(vocabulary.starts_word[i] == (pieces[i][0] == "\u2581") for i in range(len(pieces)))


def test_words_are_cut_where_they_start_and_spelled_without_the_mark(
    vocabulary: Vocabulary,
) -> None:
    text = "oslo 's mayor won # - # , unpronounceable zzyzx ."
    words = vocabulary.split(vocabulary.encode_canonical([text])[0])
    assert ["".join(vocabulary.letters[piece] for piece in word) for word in words] == text.split()
    assert max(map(len, words)) > 1, "some word must have several pieces"
    rest = words[-2][1:]
    assert vocabulary.split(rest) == [rest], "what begins inside a word is one, too"
    assert vocabulary.split([]) == []


def test_transformers_reads_the_folder(folder: Path, vocabulary: Vocabulary) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    canonical = vocabulary.canonical("The man said it, 日本!")
    ids = tokenizer(canonical)["input_ids"]
    assert ids == [*vocabulary.encode([canonical])[0], vocabulary.eos]
    assert tokenizer.decode(ids, skip_special_tokens=True) == canonical


def test_training_twice_gives_the_same_files(
    folder: Path, lines: list[str], tmp_path: Path
) -> None:
    Vocabulary.train(iter(lines), SIZE, tmp_path)
    for file in folder.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name


def test_common_words_are_those_written_small(tmp_path: Path) -> None:
    lines = ["Yesterday the man from Oslo saw the May sun", "Now May may not come home"] * 50
    common = Vocabulary.train(lines + invented_sentences(500, 3), 450, tmp_path).common
    assert {"the", "man", "from", "saw", "not", "home"} <= common
    assert not common & {"oslo", "may", "yesterday", "Oslo"}


def test_saving_and_loading_keeps_everything(vocabulary: Vocabulary, tmp_path: Path) -> None:
    vocabulary.save(tmp_path / "copy")
    copy = Vocabulary.load(tmp_path / "copy")
    assert (copy.pieces(), copy.folding, copy.common) == (
        vocabulary.pieces(), vocabulary.folding, vocabulary.common
    )  # fmt: skip
    assert copy.encode(["A man, 12"]) == vocabulary.encode(["A man, 12"])


def test_equal_folders_are_read_once_and_a_changed_one_again(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        vocabulary.save(tmp_path / name)
    one = Vocabulary.load(tmp_path / "a")
    assert Vocabulary.load(tmp_path / "b") is one
    described = tmp_path / "b" / "vocabulary.json"
    described.write_text(described.read_text(encoding="utf-8").replace("true", "false"))
    assert (one.folding, Vocabulary.load(tmp_path / "b").folding) == (True, False)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("vocabulary.json", None, "vocabulary.json is missing"),
        ("vocabulary.json", "{", "cannot be read"),
        ("vocabulary.json", "[]", "must hold format"),
        ("tokenizer.json", '{"version": "1.0"', "tokenizer cannot be read"),
    ],
)
def test_a_damaged_folder_is_one_clear_line(
    vocabulary: Vocabulary, tmp_path: Path, name: str, content: str | None, message: str
) -> None:
    vocabulary.save(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_text(content)
    with pytest.raises(CheckpointError, match=message) as caught:
        Vocabulary.load(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_later_format_and_a_wrong_size_are_refused(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    vocabulary.save(tmp_path)
    place = tmp_path / "vocabulary.json"
    described = json.loads(place.read_text())
    place.write_text(json.dumps(described | {"format": 99}))
    with pytest.raises(CheckpointError, match="Upgrade"):
        Vocabulary.load(tmp_path)
    place.write_text(json.dumps(described | {"size": 7}))
    with pytest.raises(CheckpointError, match="must hold 7 pieces"):
        Vocabulary.load(tmp_path)


def test_too_small_a_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="vocabulary of 50 pieces"):
        Vocabulary.train(["a b c"], 50, tmp_path)


def test_a_foreign_tokenizer_gets_prompts_and_keeps_its_case(
    lines: list[str], tmp_path: Path
) -> None:
    foreign = Vocabulary.from_pretrained_tokenizer(bart_tokenizer(lines))
    foreign.save(tmp_path)
    loaded = Vocabulary.load(tmp_path)
    assert loaded.size == foreign.size == len(set(foreign.pieces()))
    prompts = [loaded.length_prompt(n) for n in range(1, 41)]
    assert prompts == list(range(prompts[0], prompts[0] + 40))
    ids = loaded.encode(["The Man's 12 </s> 日本"])[0]
    assert loaded.decode(ids) == "The Man's 12 </s> 日本"
    assert not loaded.special[ids].any() and loaded.eos not in ids
    assert int(loaded.starts_word[ids].sum()) == 5
    again = Vocabulary.from_pretrained_tokenizer(loaded.tokenizer)
    assert again.size == loaded.size


def test_a_tokenizer_without_an_end_is_refused(lines: list[str]) -> None:
    tokenizer = bart_tokenizer(lines)
    tokenizer.eos_token = None
    with pytest.raises(DataError, match="eos_token_id"):
        Vocabulary.from_pretrained_tokenizer(tokenizer)


def test_words_that_were_read_before_have_the_same_pieces(vocabulary: Vocabulary) -> None:
    """As the tokenizer reads whole texts; one that may join words is asked for every text."""
    texts = ["the old bridge over the wend", "the bridge <s> \u4e2d \u6587", "the old", "", "wend"]
    stored = vocabulary.tokenizer.backend_tokenizer.to_str()
    joined = json.loads(stored)
    joined["added_tokens"].append({**joined["added_tokens"][0], "id": vocabulary.size})
    joined["added_tokens"][-1] |= {"content": "old bridge", "special": False}
    for tokenizer in (stored, json.dumps(joined)):
        words, whole = WordPieces(tokenizer), plain_reader(tokenizer)
        expected = [row.ids for row in whole.encode_batch(texts, add_special_tokens=False)]
        assert words.encode(texts) == words.encode(texts) == expected
    assert vocabulary.size in expected[0]
