"""``summ encode``, ``decode`` and ``codes``: in order, with their ids, there and back."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from pydantic import TypeAdapter

from summ import cli
from summ.data.corpus import Corpus
from summ.families.autoencoder.config import BottleneckConfig
from summ.families.autoencoder.model import (
    AutoencoderSettings,
    build_autoencoder,
    load_autoencoder,
    save_autoencoder,
)
from summ.pipelines.autoencode import TextAutoencoder, codes_between, written
from summ.pipelines.code_meanings import meanings
from tests import encoders, tiny
from tests.families.autoencoder.test_task import BOTTLENECKS

LINES = ["Mayor opens bridge", "", "Police close market in Lima", "Council buys library"]


@pytest.fixture(scope="module")
def models(tiny_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An untrained model of every bottleneck."""
    place, found = tmp_path_factory.mktemp("autoencoders"), {}
    for kind, sizes in BOTTLENECKS.items():
        shape = TypeAdapter(BottleneckConfig).validate_python({"kind": kind, **sizes})
        settings = AutoencoderSettings(12, shape)
        vocabulary = Corpus.open(tiny_corpus).vocabulary
        model = build_autoencoder(tiny.seq2seq(), vocabulary, settings, seed=1)
        save_autoencoder(model, place / kind)
        found[kind] = place / kind
    return found


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs a command in this process; returns exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    Path("lines.txt").write_text("\n".join(LINES) + "\n")
    records = [{"id": f"n{place}", "text": line} for place, line in enumerate(LINES)]
    Path("lines.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))

    def command(*arguments: object) -> tuple[int, str, str]:
        code = cli.run(list(map(str, arguments)))
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return command


@pytest.mark.parametrize("kind", BOTTLENECKS)
def test_there_and_back_is_what_the_network_does(kind: str, models, run) -> None:
    model = load_autoencoder(models[kind])
    asked = ("lines.jsonl", "--model", models[kind], "--output", "codes.jsonl", "--batch-size", 3)
    assert run("encode", *asked)[0] == 0
    coded = [json.loads(line) for line in Path("codes.jsonl").read_text().splitlines()]
    assert [one["id"] for one in coded] == ["n0", "n1", "n2", "n3"]
    assert coded[1]["code"] == ""
    assert (coded[0]["nats"] is None) == (kind in ("continuous", "styled"))
    code, out, _ = run("decode", "codes.jsonl", "--model", models[kind])
    assert code == 0 and len(out.split("\n")) == 5 and out.split("\n")[1] == ""
    # The network itself, one text at a time.
    one = TextAutoencoder(model)
    for line, shown in zip(LINES, out.split("\n"), strict=False):
        if line:
            stored = one.stored([line])
            expected = next(iter(one.decode([written(stored[0])])))
            assert " ".join(expected.split()) == shown
    out = run("decode", "codes.jsonl", "--model", models[kind], "--format", "jsonl")[1]
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["n0", "n1", "n2", "n3"]


def test_samples_and_walks(models, run) -> None:
    for kind in ("gaussian", "one-hot", "binary", "vq"):
        code, out, _ = run("decode", "--model", models[kind], "--sample", 3, "--seed", 5)
        assert code == 0 and out.count("\n") == 3
        assert out == run("decode", "--model", models[kind], "--sample", 3, "--seed", 5)[1]
    walk = ("--between", LINES[0], LINES[2], "--steps", 4)
    code, out, _ = run("decode", "--model", models["vq"], *walk)
    texts = out.split("\n")
    one = TextAutoencoder(load_autoencoder(models["vq"]))
    ends = [" ".join(text.split()) for text in one.between(LINES[0], LINES[2], steps=2)]
    assert code == 0 and [texts[0], texts[3]] == ends


def test_a_swap_takes_what_one_says_and_how_another_does(models, run) -> None:
    asked = ("decode", "--model", models["styled"], "--content", LINES[0], "--style")
    one = TextAutoencoder(load_autoencoder(models["styled"]))
    first, other = one.stored([LINES[0], LINES[2]])
    mixed = torch.cat([first[:3], other[3:]])  # three slots of content, mean and deviation
    expected = list(one.decode([written(first), written(mixed)]))
    assert expected[0] != expected[1]
    for style, text in zip((LINES[0], LINES[2]), expected, strict=True):
        assert run(*asked, style)[:2] == (0, " ".join(text.split()) + "\n")
    code, _, said = run("decode", "--model", models["vq"], "--content", "a", "--style", "b")
    assert code == 1 and "a vq code has no part for it" in said
    assert run("decode", "--model", models["styled"], "--content", "a")[0] == 2


def test_a_walk_from_a_code_to_itself_stays_and_ends_are_exact() -> None:
    one, other = torch.randn(2, 3), torch.randn(2, 3)
    walk = codes_between(one, other, 5)
    assert torch.equal(walk[0], one) and torch.equal(walk[-1], other)
    torch.testing.assert_close(walk[2], (one + other) / 2)
    torch.testing.assert_close(codes_between(one, one, 3), one.expand(3, 2, 3))
    bits, flipped = torch.tensor([[True, False, True, True]]), torch.tensor([[False] * 4])
    walk = codes_between(bits, flipped, 4)
    assert [int((step != bits).sum()) for step in walk] == [0, 1, 2, 3]


def test_what_codes_mean(models, run) -> None:
    code, out, _ = run("codes", models["vq"], "--lines", "lines.txt", "--count", 2)
    head, *parts, rest = out.split("\n")
    assert code == 0 and head == "vq: 3 slots of one of 16 symbols; 12 bits a text at the most"
    assert len(parts) == 2 and rest == "" and all(part.count("\t") == 3 for part in parts)
    assert run("codes", models["binary"])[1] == "binary: 2 slots of 8 bits; 16 bits a text\n"


def test_telling_words_are_those_of_the_texts_with_a_symbol() -> None:
    texts = ["rain in oslo", "rain in rome", "snow in oslo", "snow in rome", "snow in bern"]
    stored = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1], [1, 0]])
    found = {one.part: one for one in meanings(stored, texts)}
    assert found["slot 0 symbol 0"].words == ("rain",) and found["slot 0 symbol 0"].share == 0.4
    assert found["slot 0 symbol 1"].words == ("snow",)
    assert found["slot 0 symbol 1"].example == "snow in oslo"
    bits = torch.tensor([[[True]], [[True]], [[False]], [[False]], [[False]]])
    (only,) = meanings(bits, texts)
    assert (only.part, only.words) == ("slot 0 bit 0", ("rain",))


@pytest.mark.parametrize(
    ("kind", "code", "form"),
    [
        ("binary", "0120" * 4, "16 of the digits 0 and 1"),
        ("vq", "1 2", "3 numbers from 0 to 15"),
        ("one-hot", "1 2 16", "3 numbers from 0 to 15"),
        ("gaussian", "nan " * 16, "16 numbers"),
        ("continuous", "a b", "16 numbers"),
        ("styled", "1 2 3", "40 numbers"),
    ],
)
def test_what_is_no_code_is_one_line(kind: str, code: str, form: str, models, run) -> None:
    Path("bad.jsonl").write_text(json.dumps({"code": code}) + "\n")
    failed, out, said = run("decode", "bad.jsonl", "--model", models[kind])
    assert (failed, out) == (1, "") and said.count("\n") == 1
    assert f"error: code 1: must be {form}, found " in said and "`summ encode`" in said


def test_wrong_usage_and_wrong_models_are_one_line(models, shipped: Path, run) -> None:
    both = run("decode", "a.jsonl", "--model", models["vq"], "--sample", 2)
    assert both[0] == 2 and "only one of them" in both[2]
    none = run("decode", "--model", models["continuous"], "--sample", 2)
    assert none[0] == 1 and "no prior to sample from" in none[2]
    other = run("encode", "lines.txt", "--model", shipped)
    assert other[0] == 1 and "one of the family 'autoencoder' is needed" in other[2]
    exported = run("export", models["vq"], "--to", "onnx", "--output", "out")
    assert exported[0] == 1 and "an autoencoder, which other programs" in exported[2]
    shutil.copytree(models["vq"], "cut")
    Path("cut/code.safetensors").unlink()
    assert "missing from the model" in run("codes", "cut")[2]


def test_a_long_text_is_said_to_be_cut(models, run) -> None:
    Path("long.txt").write_text("police close market " * 9)
    code, _, said = run("encode", "long.txt", "--model", models["binary"])
    assert code == 0 and "1 texts are longer than the 12 pieces" in said


def test_classes_of_a_sentence_encoder(tmp_path: Path, run) -> None:
    folder = encoders.saved(tmp_path / "encoder", encoders.transformer())
    assert run("codes", folder)[1].startswith("vectors of ")
    code, out, _ = run("codes", folder, "--lines", "lines.txt", "--classes", 2)
    assert code == 0
    shares = [line.split("\t")[1] for line in out.splitlines()[1:]]
    assert shares == ["0.667", "0.333"]  # the blank line is in none
    assert {line.split("\t")[3] for line in out.splitlines()[1:]} <= set(LINES)
