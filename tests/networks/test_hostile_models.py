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

from summ.data.files import sha256
from summ.errors import CheckpointError
from summ.families.sentence.model import SHIPPED as ENCODER
from summ.families.sentence.model import load_sentence_model
from summ.families.summarizer.model import load_summary_model
from summ.networks.model_folder import load_settings, new_model_folder, read_manifest

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
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=MANIFESTS)
def test_any_manifest_is_read_or_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_bytes(content)
    try:
        load_settings(tmp_path, "summarizer", lambda manifest: manifest.settings)
    except CheckpointError as error:
        assert "\n" not in str(error)
