"""A model folder from anywhere: it holds what was written, or one line says why not."""

import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from summ import pretrained
from summ.data.files import sha256
from summ.data.prepare import prepare
from summ.errors import CheckpointError
from summ.families.sentence.model import SHIPPED as ENCODER
from summ.families.sentence.model import load_sentence_model
from summ.families.shortener.model import load_shortener
from summ.families.summarizer.model import load_summary_model
from summ.networks.model_folder import load_settings, new_model_folder, read_manifest
from summ.text.tokenizer_limits import may_take_ages, tokenizing
from summ.text.vocabulary import Vocabulary
from tests import encoders

CHINESE = ENCODER.parent / "zh-small"
Change = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path, summary_model_folder: Path) -> Path:
    return Path(shutil.copytree(summary_model_folder, tmp_path / "model"))


def described(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "model.json").read_text())


def describe(folder: Path, without: tuple[str, ...] = ("sha256",), **changes: object) -> None:
    """A manifest that somebody changed who knows the format: no digest contradicts it."""
    kept = {key: value for key, value in described(folder).items() if key not in without}
    (folder / "model.json").write_text(json.dumps(kept | changes))


def rewrite(folder: Path, name: str, content: bytes) -> None:
    """Other content of a file, with the manifest to match."""
    (folder / name).write_bytes(content)
    files = described(folder)["files"]
    describe(folder, files=files | {name: sha256(folder / name)})


def config(folder: Path, **changes: object) -> None:
    path = folder / "compressor" / "config.json"
    stored = json.loads(path.read_text()) | changes
    rewrite(folder, "compressor/config.json", json.dumps(stored).encode())


def setting(folder: Path, **changes: object) -> None:
    describe(folder, settings=described(folder)["settings"] | changes)


def listed(folder: Path, name: str, digest: object = "0" * 64) -> None:
    describe(folder, files=described(folder)["files"] | {name: digest})


def header(shape: object, length: int | None = None) -> bytes:
    text = json.dumps({"a": {"dtype": "F32", "shape": shape, "data_offsets": [0, 4]}}).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + b"\0\0\0\0"


def weights(folder: Path, content: bytes) -> None:
    rewrite(folder, "compressor/model.safetensors", content)


def not_a_number(folder: Path) -> None:
    path = folder / "compressor" / "model.safetensors"
    stored = load_file(path)
    next(iter(stored.values())).view(-1)[3] = float("nan")
    save_file(stored, path, {"format": "pt"})
    rewrite(folder, "compressor/model.safetensors", path.read_bytes())


def tokenizer(folder: Path, **changes: object) -> None:
    stored = json.loads((folder / "vocabulary" / "tokenizer.json").read_text()) | changes
    rewrite(folder, "vocabulary/tokenizer.json", json.dumps(stored).encode())


def replacing(pattern: str, content: str) -> dict[str, object]:
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": content}


def in_parts(folder: Path, name: str) -> None:
    (folder / "compressor" / "model.safetensors").rename(folder.parent / "outside.safetensors")
    index = {"metadata": {}, "weight_map": {"shared.weight": name}}
    rewrite(folder, "compressor/model.safetensors.index.json", json.dumps(index).encode())
    files = described(folder)["files"]
    files.pop("compressor/model.safetensors")
    describe(folder, files=files)


def leaves(folder: Path) -> None:
    outside = folder.parent / "outside"
    (folder / "compressor" / "config.json").rename(outside)
    (folder / "compressor" / "config.json").symlink_to(outside)


def moved_out(folder: Path) -> None:
    (folder / "compressor").rename(folder.parent / "elsewhere")
    (folder / "compressor").symlink_to(folder.parent / "elsewhere")


HOSTILE: dict[str, Change] = {
    "absolute": lambda f: listed(f, "/etc/passwd"),
    "above": lambda f: listed(f, "../outside"),
    "above inside": lambda f: listed(f, "compressor/../../outside"),
    "dotted": lambda f: listed(f, "./compressor/config.json"),
    "backslash": lambda f: listed(f, "..\\outside"),
    "empty name": lambda f: listed(f, ""),
    "escape in a name": lambda f: listed(f, "a\x1b[31m"),
    "null in a name": lambda f: listed(f, "a\0b"),
    "digest a number": lambda f: listed(f, "compressor/config.json", 1),
    "digest a list": lambda f: listed(f, "compressor/config.json", []),
    "files a list": lambda f: describe(f, files=["compressor/config.json"]),
    "files null": lambda f: describe(f, files=None),
    "settings a text": lambda f: describe(f, settings="abc"),
    "settings pairs": lambda f: describe(f, settings=[["max_document", 3]]),
    "family a list": lambda f: describe(f, family=["summarizer"]),
    "family unknown": lambda f: describe(f, family="\x1b[31m"),
    "language a number": lambda f: describe(f, language=3),
    "language an escape": lambda f: describe(f, language="\x1b[31m"),
    "format a list": lambda f: describe(f, format=[2]),
    "format missing": lambda f: describe(f, without=("sha256", "format")),
    "key unknown": lambda f: describe(f, auto_map={"AutoModel": "x.Y"}),
    "digest wrong": lambda f: describe(f, without=(), language="de"),
    "digest null": lambda f: describe(f, sha256=None),
    "deep": lambda f: (f / "model.json").write_text('{"a":' * 100_000),
    "deep but whole": lambda f: describe(f, settings={"a": json.loads("[" * 99 + "]" * 99)}),
    "huge": lambda f: (f / "model.json").write_bytes(b" " * 2_000_000 + b"{}"),
    "endless": lambda f: ((f / "model.json").unlink(), (f / "model.json").symlink_to("/dev/zero")),
    "not JSON": lambda f: (f / "model.json").write_bytes(b"\xff\xfe"),
    "digits": lambda f: (f / "model.json").write_text('{"format": ' + "9" * 5000 + "}"),
    "NaN": lambda f: (f / "model.json").write_text('{"format": NaN}'),
    "a list": lambda f: (f / "model.json").write_text("[]"),
    "unlisted safetensors": lambda f: shutil.copy(
        f / "compressor" / "model.safetensors", f / "compressor" / "weights.safetensors"
    ),
    "unlisted pickle": lambda f: (f / "compressor" / "pytorch_model.bin").write_bytes(b"x"),
    "unlisted code": lambda f: (f / "compressor" / "modeling.py").write_text("1/0"),
    "unlisted index": lambda f: (f / "compressor" / "model.safetensors.index.json").write_text(
        "{}"
    ),
    "unlisted tokenizer": lambda f: (f / "vocabulary" / "added_tokens.json").write_text("{}"),
    "unlisted network": lambda f: shutil.copytree(f / "compressor", f / "salience"),
    "unlisted link": lambda f: (f / "compressor" / "adapter_config.json").symlink_to("config.json"),
    "unlisted pipe": lambda f: os.mkfifo(f / "compressor" / "pipe"),
    "link that leaves": leaves,
    "folder that leaves": moved_out,
    "link to itself": lambda f: (
        (f / "compressor" / "config.json").unlink(),
        (f / "compressor" / "config.json").symlink_to("config.json"),
    ),
    "max_document a text": lambda f: setting(f, max_document="many"),
    "max_document huge": lambda f: setting(f, max_document=10**15),
    "max_sentence negative": lambda f: setting(f, max_sentence=-1),
    "shortlist a text": lambda f: setting(f, shortlist="abc"),
    "shortlist negative": lambda f: setting(f, shortlist=[-1]),
    "shortlist beyond": lambda f: setting(f, shortlist=[10**6]),
    "rerank a text": lambda f: setting(f, rerank={"fluency": "much"}),
    "setting unknown": lambda f: setting(f, trust_remote_code=True),
    "attention a list": lambda f: setting(f, attention=[]),
    "width": lambda f: config(f, d_model=10**6),
    "vocabulary": lambda f: config(f, vocab_size=10**12),
    "layers": lambda f: config(f, encoder_layers=10**9),
    "positions": lambda f: config(f, max_position_embeddings=10**10),
    "digits in a configuration": lambda f: rewrite(
        f, "compressor/config.json", b'{"model_type": "bart", "d_model": ' + b"9" * 5000 + b"}"
    ),
    "configuration a list": lambda f: rewrite(f, "compressor/config.json", b"[]"),
    "configuration deep": lambda f: rewrite(f, "compressor/config.json", b'{"a":' * 50_000),
    "model_type a list": lambda f: config(f, model_type=[]),
    "model_type unknown": lambda f: config(f, model_type="\x1b[31m"),
    "remote code": lambda f: config(f, auto_map={"AutoConfig": "x.Y"}, model_type="x"),
    "remote code of a tokenizer": lambda f: rewrite(
        f,
        "vocabulary/tokenizer_config.json",
        b'{"auto_map": {"AutoTokenizer": ["x.Y", null]}, "tokenizer_class": "x"}',
    ),
    "vocabulary deep": lambda f: rewrite(f, "vocabulary/vocabulary.json", b"[" * 50_000),
    "vocabulary of lists": lambda f: rewrite(
        f, "vocabulary/vocabulary.json", b'{"format": 1, "size": [], "folding": 3, "common": [[]]}'
    ),
    "tokenizer broken": lambda f: rewrite(f, "vocabulary/tokenizer.json", b"{}"),
    "shape huge": lambda f: weights(f, header([2**40, 2**20])),
    "shape negative": lambda f: weights(f, header([-1, 4])),
    "shape a text": lambda f: weights(f, header("abc")),
    "shape null": lambda f: weights(f, header(None)),
    "header huge": lambda f: weights(f, header([1], 2**63)),
    "header deep": lambda f: weights(f, struct.pack("<Q", 500_000) + b'{"a":' * 100_000),
    "header cut": lambda f: weights(f, header([1])[:6]),
    "header a list": lambda f: weights(f, struct.pack("<Q", 2) + b"[]"),
    "tensor a number": lambda f: weights(f, struct.pack("<Q", 7) + b'{"a":1}'),
    "no tensors": lambda f: weights(f, struct.pack("<Q", 2) + b"{}"),
    "other tensors": lambda f: weights(f, header([1])),
    "not a number": not_a_number,
    "complex": lambda f: weights(f, header([1]).replace(b"F32", b"C64")),
    "weights elsewhere": lambda f: in_parts(f, "../../outside.safetensors"),
    "weights at a root": lambda f: in_parts(f, "/etc/passwd"),
    "pickle that is listed": lambda f: rewrite(f, "compressor/pytorch_model.bin", b"x"),
    "code that is listed": lambda f: rewrite(f, "compressor/modeling.py", b"1/0"),
    "adapter": lambda f: rewrite(
        f, "compressor/adapter_config.json", b'{"base_model_name_or_path": "some/model"}'
    ),
    "quantization": lambda f: config(f, quantization_config={"quant_method": "x"}),
    "attention of the hub": lambda f: setting(f, attention="some/kernels"),
    "more pieces than positions": lambda f: setting(f, max_document=64),
    "longer than any text": lambda f: setting(f, max_document=1 << 15),
    "no room for a piece": lambda f: setting(f, max_sentence=1),
    "an architecture that is large by itself": lambda f: rewrite(
        f, "compressor/config.json", b'{"model_type": "bart", "d_model": 16}'
    ),
    "two networks that are": lambda f: config(
        f,
        model_type="encoder-decoder",
        encoder={"model_type": "bert"},
        decoder={"model_type": "bert"},
    ),
    "no heads": lambda f: config(f, encoder_attention_heads=0),
    "pattern without end": lambda f: tokenizer(f, normalizer=replacing("(a|aa)+$", "b")),
    "pattern of patterns": lambda f: tokenizer(
        f,
        pre_tokenizer={
            "type": "Split",
            "pattern": {"Regex": "a{1,9}{1,9}"},
            "behavior": "Isolated",
            "invert": False,
        },
    ),
    "text without end": lambda f: tokenizer(
        f, normalizer={"type": "Sequence", "normalizers": [replacing("[a-z]", "a" * 20)] * 9}
    ),
    "a long beginning": lambda f: tokenizer(
        f, normalizer={"type": "Prepend", "prepend": "a" * 9999}
    ),
    "map of characters": lambda f: tokenizer(
        f, normalizer={"type": "Precompiled", "precompiled_charsmap": "AAAA"}
    ),
    "tokenizer deep": lambda f: rewrite(f, "vocabulary/tokenizer.json", b'{"a":' * 50_000),
    "common words of numbers": lambda f: rewrite(
        f, "vocabulary/vocabulary.json", b'{"format":1,"size":471,"folding":true,"common":[1]}'
    ),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_hostile_folders_are_refused_in_one_line(
    change: Change, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder)
    with pytest.raises(CheckpointError) as refused:
        load_summary_model(folder)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 1000
    assert capsys.readouterr().out == ""  # no question whether to run code


SHORTENER: dict[str, Change] = {
    "max_document a text": lambda f: setting(f, max_document="many"),
    "max_document beyond": lambda f: setting(f, max_document=128),
    "longest_line": lambda f: setting(f, longest_line=0),
    "setting unknown": lambda f: setting(f, evil=1),
    "attention": lambda f: setting(f, attention="some/kernels"),
    "no network": lambda f: (
        setting(f, attention="sdpa"),
        config(f, architectures=["AutoTokenizer"]),
    ),
    "verbs deep": lambda f: rewrite(f, "verbs.json", b"[" * 50_000),
    "verbs a list": lambda f: rewrite(f, "verbs.json", b"[]"),
    "verbs of numbers": lambda f: rewrite(f, "verbs.json", b'{"finite": [1]}'),
    "verbs a text": lambda f: rewrite(f, "verbs.json", b'{"finite": "abc"}'),
    "verbs without end": lambda f: rewrite(f, "verbs.json", b" " * 2_000_000),
}


@pytest.mark.parametrize("change", SHORTENER.values(), ids=SHORTENER)
def test_hostile_shorteners_are_refused_in_one_line(change: Change, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CHINESE, tmp_path / "zh"))
    change(folder)
    with pytest.raises(CheckpointError) as refused:
        load_shortener(folder)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 1000


ENCODERS: dict[str, Change] = {
    "no dimension": lambda f: setting(f, dimension=0),
    "another dimension": lambda f: setting(f, dimension=7),
    "three encoders": lambda f: setting(f, encoders=3),
    "code of nothing": lambda f: setting(f, codes={"binary": {"bits": 0}}),
    "code from elsewhere": lambda f: setting(f, codes={"../x": {"bits": 8}}),
    "longer than its positions": lambda f: setting(f, max_pieces=200),
    "no end mark": lambda f: marked(f, eos_token=None),
    "no padding": lambda f: marked(f, pad_token=None),
    "a word as a mark": lambda f: marked(f, pad_token="elsewhere"),
}


def marked(folder: Path, **changes: object) -> None:
    path = folder / "vocabulary" / "tokenizer_config.json"
    stored = json.loads(path.read_text()) | changes
    rewrite(folder, "vocabulary/tokenizer_config.json", json.dumps(stored).encode())


@pytest.mark.parametrize("change", ENCODERS.values(), ids=ENCODERS)
def test_hostile_encoders_are_refused_in_one_line(
    change: Change, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    folder = encoders.saved(tmp_path, encoders.transformer())
    change(folder)
    with pytest.raises(CheckpointError) as refused:
        load_sentence_model(folder)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 1000
    assert not [warning for warning in recwarn if "zero-element" in str(warning.message)]


def test_a_panic_of_the_tokenizer_is_one_line(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A pattern that is not nested, and yet takes more steps than its library allows."""
    tokenizer(folder, normalizer=replacing("a?" * 40 + "a" * 40, "c"))
    vocabulary = Vocabulary.load(folder / "vocabulary")
    assert len(vocabulary.encode(["a few words"])[0]) > 2
    with pytest.raises(CheckpointError, match="tokenizer fails") as refused:
        vocabulary.encode(["a" * 40])
    assert "\n" not in str(refused.value)
    (tmp_path / "a.txt").write_text(f"It rained in {'a' * 40} on Monday.\n")
    with pytest.raises(CheckpointError, match="tokenizer fails"):
        prepare(
            [tmp_path / "a.txt"],
            [tmp_path / "a.txt"],
            tmp_path / "c",
            vocabulary=folder / "vocabulary",
        )
    assert capfd.readouterr().err == ""  # the library writes of its panics, too


def test_what_others_write_while_a_tokenizer_works_is_not_lost(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with tokenizing(foreign=True):
        os.write(2, b"one\n")
    with pytest.raises(CheckpointError), tokenizing(foreign=True):
        os.write(2, b"two\n")
        raise ValueError
    assert capfd.readouterr().err == "one\ntwo\n"


def test_honest_patterns_are_read() -> None:
    """Those of GPT-2, GPT-4 and T5; \\p{N} is no quantifier, nor is a bracket in a class."""
    for honest in (
        r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}]*[\p{Ll}]+(?i:'s|'t)?|\p{N}{1,3}|\s*[\r\n]+|[)*]+",
        r" {2,}",
        r"\(\)+",
    ):
        assert not may_take_ages(honest)
    for endless in ("(a+)+$", "([a)]+)*b", "(\\)a*)*", "(x{1,9}){1,9}", "a" * 3000):
        assert may_take_ages(endless)


def test_a_snapshot_of_the_hub_is_read(folder: Path, tmp_path: Path) -> None:
    """Its files are links to where the cache keeps those of all snapshots."""
    cache = tmp_path / "models--some--model"
    snapshot = Path(shutil.copytree(folder, cache / "snapshots" / "abc"))
    (cache / "blobs").mkdir()
    for number, path in enumerate(path for path in snapshot.rglob("*") if path.is_file()):
        blob = path.rename(cache / "blobs" / str(number))
        path.symlink_to(blob)
    load_summary_model(snapshot)


def test_a_shipped_manifest_of_another_model_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which models there are for a language is read off manifests that are whole."""
    monkeypatch.setattr(pretrained, "_HERE", tmp_path)
    whole = (CHINESE / "model.json").read_text()
    for content in (whole, whole.replace("zh", "yi"), "", (ENCODER / "model.json").read_text()):
        pretrained.summarizers_by_language.cache_clear()
        (tmp_path / "zh-small").mkdir(exist_ok=True)
        (tmp_path / "zh-small" / "model.json").write_text(content)
        if content == whole:
            assert pretrained.summarizers_by_language() == {"zh": tmp_path / "zh-small"}
        else:
            with pytest.raises(CheckpointError, match=r"zh-small.*Install summ again"):
                pretrained.summarizers_by_language()
    pretrained.summarizers_by_language.cache_clear()


def test_the_folder_itself_may_hold_more(folder: Path) -> None:
    (folder / "README.md").write_text("A model.")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("x")
    load_summary_model(folder)


def test_sizes_of_static_encoders_are_checked(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ENCODER, tmp_path / "encoder"))
    load_sentence_model(folder)
    path = folder / "f" / "config.json"
    stored = json.loads(path.read_text())
    widths = {k: 10**9 for k, v in stored.items() if isinstance(v, int)}
    rewrite(folder, "f/config.json", json.dumps(stored | widths).encode())
    with pytest.raises(CheckpointError, match="the weights beside it allow"):
        load_sentence_model(folder)


def test_every_bit_of_a_manifest_counts(tmp_path: Path) -> None:
    """A flipped bit is refused, or all that the manifest says is what it said."""
    with new_model_folder(tmp_path / "model", "summarizer", "en", {"width": 3}) as work:
        (work / "weights").write_bytes(b"123")
    path = tmp_path / "model" / "model.json"
    whole, before = path.read_bytes(), read_manifest(path.parent)
    for bit in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        try:
            assert read_manifest(path.parent) == before
        except CheckpointError as error:
            assert "\n" not in str(error)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside),
    max_leaves=8,
)
MANIFESTS = st.binary(max_size=60) | st.fixed_dictionaries(
    {
        "format": st.sampled_from([1, 2]) | JSON,
        "family": st.just("summarizer") | JSON,
        "language": st.just("en") | JSON,
        "settings": JSON,
        "files": st.dictionaries(st.text(max_size=5), st.just("0" * 64) | JSON) | JSON,
    }
).map(lambda value: json.dumps(value).encode())


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=MANIFESTS)
def test_any_manifest_is_read_or_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_bytes(content)
    try:
        load_settings(tmp_path, "summarizer", lambda manifest: manifest.settings)
    except CheckpointError as error:
        assert "\n" not in str(error)
