"""Vector files are read back by the libraries whose formats they claim to be."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import load_file

from summ.errors import DataError
from summ.pipelines.vector_files import Layout, Rows, check_format, open_vectors

PRECISIONS = ["float32", "int8", "binary"]


def unit(rows: int, width: int, seed: int = 0) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=(rows, width)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def written(path, layout: Layout, *blocks: np.ndarray) -> None:
    with open_vectors(path, layout) as file:
        for number, block in enumerate(blocks):
            texts = [f"text {number}.{row}" for row in range(len(block))]
            file.write(Rows([f"{number}-{row}" for row in range(len(block))], texts, block))


def read(path) -> np.ndarray:
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False)
    if path.suffix == ".safetensors":
        return load_file(path)["vectors"]
    column = pq.read_table(path)["vector"].combine_chunks()
    return column.flatten().to_numpy().reshape(-1, column.type.list_size)


@pytest.mark.parametrize("suffix", [".npy", ".safetensors", ".parquet"])
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("sizes", [(), (3,), (5, 1, 4)])
def test_other_libraries_read_what_is_written(tmp_path, suffix, precision, sizes):
    layout = Layout(12, precision)
    blocks = [layout.pack(unit(size, 12, size)) for size in sizes]
    path = tmp_path / f"v{suffix}"
    written(path, layout, *blocks)
    expected = np.concatenate([np.empty((0, layout.width), layout.dtype), *blocks])
    found = read(path)
    assert found.dtype == expected.dtype and np.array_equal(found, expected)


def test_a_table_holds_ids_and_texts(tmp_path):
    layout = Layout(4, "float32")
    written(tmp_path / "v.parquet", layout, unit(2, 4), unit(1, 4))
    table = pq.read_table(tmp_path / "v.parquet")
    assert table["id"].to_pylist() == ["0-0", "0-1", "1-0"]
    assert table["text"].to_pylist() == ["text 0.0", "text 0.1", "text 1.0"]
    assert pq.ParquetFile(tmp_path / "v.parquet").num_row_groups == 2


@pytest.mark.parametrize("suffix", [".npy", ".safetensors", ".parquet"])
def test_an_unfinished_file_does_not_appear(tmp_path, suffix):
    path = tmp_path / f"v{suffix}"
    path.write_text("old")
    layout = Layout(4, "float32")
    with pytest.raises(KeyboardInterrupt), open_vectors(path, layout) as file:
        file.write(Rows(["1"], ["a"], unit(1, 4)))
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_headers_hold_more_rows_than_a_disk(tmp_path):
    from summ.pipelines.vector_files import _npy_header, _safetensors_header

    layout = Layout(100_000, "float32")
    for header in (_npy_header, _safetensors_header):
        assert len(header(layout, 0)) == len(header(layout, 10**12))
        assert len(header(layout, 0)) % 64 == 0  # so that the rows can be mapped
    assert json.loads(_safetensors_header(layout, 10**12)[8:])["vectors"]["shape"][0] == 10**12


@pytest.mark.parametrize("width", [16, 100, 1024])
def test_int8_is_within_half_a_step(width):
    layout = Layout(width, "int8")
    vectors = unit(200, width)
    back = layout.unpack(layout.pack(vectors))
    assert layout.clipped(vectors) == 0
    assert np.abs(back - vectors).max() <= 0.5 / layout.scale + 1e-7
    # Signed alike: the step is symmetric about zero.
    assert np.array_equal(layout.pack(-vectors), -layout.pack(vectors))
    # Closed form: an error of uniform density within a step, 10/127 of an average number wide,
    # turns a vector by an angle whose square is 100/(12 * 127^2).
    cosine = (back * vectors).sum(axis=1) / np.linalg.norm(back, axis=1)
    expected = 1 - (min(width**0.5, 10) / 127) ** 2 / 24
    assert cosine.mean() == pytest.approx(expected, abs=(1 - expected) / 10)


def test_int8_counts_what_is_out_of_reach():
    layout = Layout(256, "int8")
    one = np.zeros((1, 256), dtype=np.float32)
    one[0, 3], one[0, 5] = -0.75, 0.66  # reach: 10 / sqrt(256) = 0.625
    assert layout.clipped(one) == 2
    assert layout.pack(one)[0, [3, 5]].tolist() == [-127, 127]
    # A vector of a few numbers reaches to 1, and nothing is cut off.
    assert Layout(8, "int8").scale == 127


def test_bits_are_the_signs_and_their_distance_is_an_angle():
    vectors = unit(300, 2000)
    layout = Layout(2000, "binary")
    bits = layout.pack(vectors)
    assert bits.shape == (300, 250) and bits.dtype == np.uint8
    for row, place in ((0, 0), (7, 13), (299, 1999)):
        assert bits[row, place // 8] >> (7 - place % 8) & 1 == (vectors[row, place] > 0)
    # Of random directions at a given angle, angle/pi of the signs differ (Goemans & Williamson).
    near = vectors + 0.5 * unit(300, 2000, seed=1)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    hamming = np.bitwise_count(bits ^ layout.pack(near)).sum(axis=1) / 2000
    angle = np.arccos((vectors * near).sum(axis=1)) / np.pi
    assert hamming.mean() == pytest.approx(angle.mean(), abs=0.003)
    assert np.allclose(np.linalg.norm(layout.unpack(bits), axis=1), 1)


def test_blank_rows_stay_zero():
    blank = np.zeros((1, 10), dtype=np.float32)
    assert not Layout(10, "int8").pack(blank).any()
    assert not Layout(10, "binary").pack(blank).any()


@pytest.mark.parametrize("name", ["v", "v.txt", "v.npz"])
def test_unknown_endings_are_refused(name, tmp_path):
    with pytest.raises(DataError, match=r"Vectors go to a file in \.npy"):
        check_format(tmp_path / name)


def test_a_device_is_refused(tmp_path):
    (tmp_path / "v.npy").symlink_to("/dev/null")
    with (
        pytest.raises(DataError, match="must be a file"),
        open_vectors(tmp_path / "v.npy", Layout(4, "int8")),
    ):
        pass
