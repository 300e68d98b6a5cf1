"""A corpus folder from anywhere: it holds texts in the pieces of its vocabulary, or one line."""

import json
import os
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from summ.data.corpus import Corpus
from summ.data.prose import Prose, prepare_prose
from summ.data.sources import Source
from summ.errors import DataError, SummError
from summ.families.shortener.pairs import read_pairs
from tests.conftest import STORIES

Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def prose(tiny_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("prose")
    for number in range(3):
        (place / f"{number}.txt").write_text(" ".join(STORIES[:3]))
    files = sorted(place.glob("*.txt"))
    prepare_prose(files, place / "wire", vocabulary=tiny_corpus / "vocabulary")
    return place / "wire"


def table(change: Callable[[pa.Table], pa.Table]) -> Change:
    """Other content of the first table, in a file that is whole."""

    def rewrite(folder: Path) -> None:
        path = next(folder.rglob("data-*.arrow"))
        with pa.ipc.open_stream(path.read_bytes()) as stream:
            changed = change(stream.read_all())
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, changed.schema) as out:
            out.write_table(changed)

    return rewrite


def column(place: int, value: object, kind: pa.DataType) -> Change:
    names = ["text", "ids", "words"]
    return table(lambda t: t.set_column(place, names[place], pa.array([value] * len(t), kind)))


def state(content: str) -> Change:
    return lambda folder: next(folder.rglob("state.json")).write_text(content)


def manifest(**changes: object) -> Change:
    def rewrite(folder: Path) -> None:
        described = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps(described | changes))

    return rewrite


def instead(name: str, put: Callable[[Path], object]) -> Change:
    """Something else under the name of a file."""

    def replace(folder: Path) -> None:
        path = next(folder.rglob(name))
        path.unlink()
        put(path)

    return replace


def offsets(folder: Path) -> None:
    """Rows that lead out of the file."""
    path = next(folder.rglob("data-*.arrow"))
    content = path.read_bytes()
    with pa.ipc.open_stream(content) as stream:
        batch = next(iter(stream))
    known = batch.column("ids").offsets.to_numpy()[:4]
    place = content.index(known.tobytes())
    path.write_bytes(content[: place + 4] + struct.pack("<2i", 1 << 30, -5) + content[place + 12 :])


def counts(values: list[int]) -> Callable[[Path], object]:
    return lambda path: np.save(path, np.array(values, dtype=np.int64))


def promise(path: Path) -> None:
    """An array of eight terabytes, of which the file has nothing."""
    head = b"{'descr': '<i8', 'fortran_order': False, 'shape': (1000000000000,)}\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head)


PIECES = pa.list_(pa.int32())
HOSTILE: dict[str, Change] = {
    "pieces that no vocabulary has": column(1, [3, 2**31 - 1], PIECES),
    "pieces below 0": column(1, [-1], PIECES),
    "pieces of another type": column(1, [3], pa.list_(pa.int64())),
    "no pieces": column(1, None, PIECES),
    "a piece that is missing": column(1, [3, None], PIECES),
    "words that are missing": column(2, None, pa.int32()),
    "words below 0": column(2, -5, pa.int32()),
    "columns in another order": table(lambda t: t.select(["words", "ids", "text"])),
    "another column": table(lambda t: t.append_column("more", t.column("words"))),
    "rows that lead out of the file": offsets,
    "an endless table": instead("data-*.arrow", lambda path: path.symlink_to("/dev/zero")),
    "a pipe for a table": instead("data-*.arrow", os.mkfifo),
    "an endless list of tables": instead("state.json", lambda path: path.symlink_to("/dev/zero")),
    "a deep list of tables": state("[" * 100_000),
    "a table outside": state('{"_data_files": [{"filename": "../../../../etc/passwd"}]}'),
    "a table anywhere": state('{"_data_files": [{"filename": "/dev/zero"}]}'),
    "a list of numbers": state('{"_data_files": [3]}'),
    "a pipe for a manifest": instead("manifest.json", os.mkfifo),
    "an endless manifest": instead("manifest.json", lambda path: path.symlink_to("/dev/zero")),
    "settings that are none": manifest(settings=None),
    "sentences that are a list": manifest(sentences=[]),
    "a language that is none": manifest(settings={"language": "\x1b[31m"}),
    "another key": manifest(evil=1),
    "frequencies that fill the memory": instead("frequencies.npy", promise),
    "an endless file of frequencies": instead(
        "frequencies.npy", lambda p: p.symlink_to("/dev/zero")
    ),
    "frequencies below 0": instead("frequencies.npy", counts([-3] * 9)),
}
OF_PROSE: dict[str, Change] = {
    "borders that fall": instead("borders.npy", counts([0, 9, 3, 9])),
    "borders that begin late": instead("borders.npy", counts([2, 9])),
    "borders that fill the memory": instead("borders.npy", promise),
    "no borders": instead("borders.npy", counts([])),
}


def hostile_folders() -> Iterator[tuple[str, bool]]:
    for name in HOSTILE:
        yield from ((name, False), (name, True))
    yield from ((name, True) for name in OF_PROSE)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("name", "is_prose"), list(hostile_folders()))
def test_hostile_corpora_are_refused_in_one_line(
    name: str, is_prose: bool, tiny_corpus: Path, prose: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(prose if is_prose else tiny_corpus, tmp_path / "corpus"))
    opened = Prose.open if is_prose else Corpus.open
    opened(folder)
    (HOSTILE | OF_PROSE)[name](folder)
    with pytest.raises(SummError) as refused:
        opened(folder)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 1000


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["/dev/zero", "deep", "pipe"])
def test_hostile_pairs_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    if name == "deep":
        path.write_text("[" * 100_000)
    elif name == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(name)
    with pytest.raises(DataError, match="Make it"):
        read_pairs(path)
    if name != "deep":
        with pytest.raises(DataError, match="no regular file"):
            Source(path).sha256()
