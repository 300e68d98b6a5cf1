"""An exported model computes what it computed in summ, in the program it was exported for."""

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

from summ import cli
from summ.config import EncoderConfig, StaticConfig
from summ.errors import CheckpointError, ConfigError, DataError
from summ.export.export import export
from summ.families.summarizer.model import load_summary_model
from summ.pipelines.embed import SentenceEncoder
from summ.types import Tokens
from tests import encoders
from tests.conftest import STORIES

TEXTS = [
    *STORIES,
    "Rain.",
    '"No," he said; "it\'s 3.4%."',
    "A  tab\tand\nline ends",
    " ".join(STORIES),
]

STATIC = EncoderConfig(static=StaticConfig(embedding=16), encoders=2, max_pieces=24)
CONFIGS = {
    "mean of two": encoders.transformer(),
    "mean of one": encoders.transformer(encoders=1),
    "last of two": encoders.transformer("last"),
    "cls of one": encoders.transformer("cls", 1),
    "cls of two": encoders.transformer("cls"),
    "attention": encoders.transformer("attention"),
    "gru": encoders.gru(),
    "static": STATIC,
}
UNFIT = {"cls of two", "attention", "gru"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    made = tmp_path_factory.mktemp("encoders")
    return {name: encoders.saved(made / str(n), c) for n, (name, c) in enumerate(CONFIGS.items())}


def expected(folder: Path) -> np.ndarray:
    return SentenceEncoder.load(folder, "cpu").encode(TEXTS)


# a full disk


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """No file grows beyond so many bytes, whoever writes it, Rust and C++ included: the system
    refuses that as it refuses a write to a full disk.

    Python writes no bytecode meanwhile: what it imports would be cut short and never read again.
    """
    before, writes_none = resource.getrlimit(resource.RLIMIT_FSIZE), sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        sys.dont_write_bytecode = writes_none


@pytest.mark.parametrize("target", ["transformers", "sentence-transformers", "onnx", "ctranslate2"])
@pytest.mark.parametrize("size", [100, 12_000])
def test_a_full_disk_is_one_line(
    target: str, size: int, folders, summary_model_folder, tmp_path, capsys
):
    """Of any writer's files: JSON, weights, tokenizers, graphs; nothing is left."""
    for package in {"onnx": ["onnx"], "ctranslate2": ["ctranslate2"]}.get(target, []):
        pytest.importorskip(package, reason="an extra")
    model = summary_model_folder if target == "ctranslate2" else folders["mean of one"]
    with files_of_at_most(size):
        code = cli.run(["export", str(model), "--to", target, "--output", str(tmp_path / "out")])
    error = capsys.readouterr().err
    assert code == 1
    assert error.startswith(f"summ: error: {tmp_path / 'out'}: cannot be written (File too large")
    assert error.count("\n") == 1, error
    assert not list(tmp_path.iterdir())


# sentence-transformers


@pytest.mark.parametrize("name", [name for name in CONFIGS if name not in UNFIT])
def test_sentence_transformers_makes_equal_vectors(name, folders, tmp_path):
    library = pytest.importorskip("sentence_transformers", minversion="6", reason="an extra")
    export(folders[name], "sentence-transformers", tmp_path / "out")
    model = library.SentenceTransformer(str(tmp_path / "out"), device="cpu")
    vectors = expected(folders[name])
    assert model.get_sentence_embedding_dimension() == vectors.shape[1]
    for batch_size in (1, 32):
        found = model.encode(TEXTS, batch_size=batch_size)
        np.testing.assert_allclose(found, vectors, atol=1e-5)
    np.testing.assert_allclose(model.encode_query(TEXTS), vectors, atol=1e-5)


@pytest.mark.parametrize("name", sorted(UNFIT))
def test_what_sentence_transformers_has_not_is_refused(name, folders, tmp_path):
    with pytest.raises(DataError, match=r"(has no|cannot concatenate) .* (--to onnx|to export)"):
        export(folders[name], "sentence-transformers", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_nothing_exported_is_pickled_or_code(folders, tmp_path):
    export(folders["mean of two"], "sentence-transformers", tmp_path / "out")
    kinds = {path.suffix for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert kinds == {".json", ".md", ".safetensors"}
    kind = json.loads((tmp_path / "out" / "tokenizer_config.json").read_text())["tokenizer_class"]
    assert kind == "PreTrainedTokenizerFast"


# transformers


def run_card(folder: Path, texts: list[str]) -> dict:
    """Runs the code of an exported model's README, as a reader would."""
    card = (folder / "README.md").read_text(encoding="utf-8")
    code = card.split("```python\n")[1].split("```")[0]
    names = {"FOLDER": str(folder), "texts": texts, "text": texts[0]}
    exec(code, names)
    return names


@pytest.mark.parametrize(
    "name", ["mean of two", "mean of one", "last of two", "cls of one", "static"]
)
def test_the_card_of_encoders_makes_equal_vectors(name, folders, tmp_path):
    export(folders[name], "transformers", tmp_path / "out")
    with torch.no_grad():
        found = run_card(tmp_path / "out", TEXTS)["vectors"].detach().numpy()
    np.testing.assert_allclose(found, expected(folders[name]), atol=1e-5)


def test_no_program_has_a_gru_over_text(folders, tmp_path):
    with pytest.raises(DataError, match=r"no GRU over text\. Train a static"):
        export(folders["gru"], "transformers", tmp_path / "out")
    pytest.importorskip("onnx", reason="an extra")
    with pytest.raises(DataError, match="cannot trace a GRU"):
        export(folders["gru"], "onnx", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def read(summary_model, text: str, words: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A source as the compressor's encoder reads it, and the states it makes of it."""
    room = summary_model.settings.max_document - 1
    ids = summary_model.vocabulary.encode([text])[0][:room]
    source = Tokens.from_lists([[*ids, summary_model.vocabulary.eos]], summary_model.vocabulary.pad)
    encoded = summary_model.compressor.read(source, torch.tensor([words]))
    prompt = torch.tensor([[summary_model.vocabulary.length_prompt(words)]])
    return torch.cat([prompt, source.ids], dim=1), encoded.states


@torch.no_grad()
def test_a_compressor_in_transformers(summary_model_folder, tmp_path):
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    export(summary_model_folder, "transformers", tmp_path / "out")
    summary_model = load_summary_model(summary_model_folder)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    network, report = AutoModelForSeq2SeqLM.from_pretrained(
        tmp_path / "out", output_loading_info=True
    )
    assert not report["missing_keys"]
    long = " ".join(STORIES)
    for text in (STORIES[1], long):
        ids, states = read(summary_model, text, 8)
        batch = tokenizer("<words_8> " + text, truncation=True, return_tensors="pt")
        assert torch.equal(batch["input_ids"], ids)
        found = network.get_encoder()(**batch).last_hidden_state
        torch.testing.assert_close(found, states)
    shown = run_card(tmp_path / "out", STORIES)
    drawn = shown["drawn"][0].tolist()
    assert 1 < len(drawn) <= summary_model.settings.max_sentence
    assert set(drawn[1:]) <= allowed(summary_model, ids=shown["sources"][0])


def allowed(summary_model, ids: list[int]) -> set[int]:
    """The pieces that a summary of a source may have, and the end mark."""
    special = set(summary_model.vocabulary.special.nonzero()[0].tolist())
    return {*summary_model.settings.shortlist, *ids, summary_model.vocabulary.eos} - special


# ONNX


@pytest.mark.parametrize("name", [name for name in CONFIGS if name != "gru"])
def test_onnx_makes_equal_vectors(name, folders, tmp_path):
    pytest.importorskip("onnx", reason="an extra")
    pytest.importorskip("onnxruntime", reason="an extra")
    export(folders[name], "onnx", tmp_path / "out")
    found = run_card(tmp_path / "out", TEXTS)["vectors"]
    np.testing.assert_allclose(found, expected(folders[name]), atol=1e-5)


@torch.no_grad()
def test_a_compressor_in_onnx(summary_model_folder, tmp_path):
    pytest.importorskip("onnx", reason="an extra")
    runtime = pytest.importorskip("onnxruntime", reason="an extra")
    export(summary_model_folder, "onnx", tmp_path / "out")
    summary_model = load_summary_model(summary_model_folder)
    shown = run_card(tmp_path / "out", STORIES)
    ids, states = read(summary_model, STORIES[0], 8)
    assert shown["batch"]["input_ids"].tolist() == ids.tolist()
    np.testing.assert_allclose(shown["states"], states.numpy(), atol=1e-5)
    decoder = runtime.InferenceSession(str(tmp_path / "out" / "decoder.onnx"))
    said = torch.tensor([[summary_model.compressor.start, 60, 61, 62, 63, 64, 65]])
    source = Tokens(ids[:, 1:], torch.ones_like(ids[:, 1:], dtype=torch.bool))
    logits = summary_model.compressor.logits(
        summary_model.compressor.read(source, torch.tensor([8])), said
    )
    (found,) = decoder.run(
        None,
        {
            "decoder_input_ids": said.numpy(),
            "encoder_hidden_states": shown["states"],
            "attention_mask": shown["batch"]["attention_mask"],
        },
    )
    np.testing.assert_allclose(found, logits.numpy(), atol=1e-4)
    # The loop of the card: at each place the likeliest piece of those that a summary may use.
    drawn, may = shown["drawn"], shown["allowed"]
    assert set(may) == allowed(summary_model, ids[0].tolist())
    scores = summary_model.compressor.logits(
        summary_model.compressor.read(source, torch.tensor([8])), torch.tensor([drawn[:-1]])
    )[0][:, may]
    assert [may[place] for place in scores.argmax(dim=1).tolist()] == drawn[1:]
    assert shown["summary"].split()


def test_a_graph_that_computes_something_else_is_refused(folders, tmp_path, monkeypatch):
    pytest.importorskip("onnxruntime", reason="an extra")
    from summ.export.onnx import VectorGraph

    vectors = VectorGraph.forward

    def depends_on_the_example(graph, input_ids, attention_mask):
        # A number of Python becomes a constant when it is traced.
        return vectors(graph, input_ids, attention_mask) * int(input_ids.shape[0])

    monkeypatch.setattr(VectorGraph, "forward", depends_on_the_example)
    with pytest.raises(DataError, match="computes something else"):
        export(folders["static"], "onnx", tmp_path / "out")
    assert not list(tmp_path.iterdir())


# CTranslate2


def test_a_compressor_in_ctranslate2_says_the_same(summary_model_folder, tmp_path):
    library = pytest.importorskip("ctranslate2", reason="an extra")
    export(summary_model_folder, "ctranslate2", tmp_path / "out")
    summary_model = load_summary_model(summary_model_folder)
    network = summary_model.compressor.network
    pieces = summary_model.vocabulary.pieces()
    translator = library.Translator(str(tmp_path / "out" / "model"), compute_type="float32")
    for story in STORIES:
        ids, _ = read(summary_model, story, 8)
        may = sorted(allowed(summary_model, ids[0].tolist()))
        drawn = network.generate(
            input_ids=ids,
            max_new_tokens=12,
            do_sample=False,
            prefix_allowed_tokens_fn=lambda _, __, may=may: may,
        )[0, 1:].tolist()
        (found,) = translator.translate_batch(
            [[pieces[i] for i in ids[0]]],
            beam_size=1,
            max_decoding_length=12,
            use_vmap=True,
            suppress_sequences=[["<s>"], ["<unk>"]],
        )
        end = summary_model.vocabulary.eos
        kept = drawn[: drawn.index(end)] if end in drawn else drawn
        assert found.hypotheses[0] == [pieces[i] for i in kept]
    said = run_card(tmp_path / "out", STORIES)["found"].hypotheses[0]
    ids, _ = read(summary_model, STORIES[0], 8)
    assert {*said} <= {pieces[i] for i in allowed(summary_model, ids[0].tolist())}


# What cannot be


def test_transformers_cannot_pool_by_attention(folders, tmp_path):
    with pytest.raises(DataError, match=r"no attention pooling\. Export this model --to onnx"):
        export(folders["attention"], "transformers", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_kinds_that_do_not_fit_are_refused(summary_model_folder, folders, tmp_path):
    with pytest.raises(ConfigError, match="a summarizer, but sentence-transformers needs"):
        export(summary_model_folder, "sentence-transformers", tmp_path / "out")
    with pytest.raises(ConfigError, match="a sentence model, but --to ctranslate2 is for"):
        export(folders["mean of two"], "ctranslate2", tmp_path / "out")
    with pytest.raises(CheckpointError, match="no such model folder"):
        export(tmp_path / "nowhere", "onnx", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_folders_are_not_overwritten(folders, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious").touch()
    with pytest.raises(DataError, match="exists already"):
        export(folders["mean of one"], "transformers", tmp_path / "out")
    (tmp_path / "out" / "precious").unlink()
    export(folders["mean of one"], "transformers", tmp_path / "out")  # an empty one is filled
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"f", "README.md"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_command(folders, tmp_path, capsys):
    from summ import cli

    out = str(tmp_path / "out")
    arguments = ["export", str(folders["mean of one"]), "--to", "transformers", "--output", out]
    assert cli.run(arguments) == 0
    assert capsys.readouterr().out.strip() == out
    assert cli.run(arguments) == 1
    assert "exists already" in capsys.readouterr().err
    assert cli.run([*arguments[:3], "gguf", *arguments[4:]]) == 2
