from pathlib import Path

import numpy as np
import pytest

from summ import cli
from summ.errors import ConfigError
from summ.families.sentence.model import load_sentence_model, save_sentence_model
from summ.pipelines.embed import SentenceEncoder
from summ.pipelines.neighbours import CodedTexts, code_texts, hamming, smallest, words_of_bits
from tests import encoders
from tests.conftest import STORIES

LINES = [*STORIES, "", "The mayor opened the bridge.", STORIES[0] + " Again."]


@pytest.fixture(scope="module", params=[None, 12])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder without a code, and one with a code of 12 bits."""
    place = encoders.saved(tmp_path_factory.mktemp("encoder"), encoders.transformer())
    if request.param is None:
        return place
    model = load_sentence_model(place).with_code("binary", {"bits": request.param}, 1)
    save_sentence_model(model, place.parent / "coded")
    return place.parent / "coded"


@pytest.fixture(scope="module")
def encoder(folder: Path) -> SentenceEncoder:
    return SentenceEncoder.load(folder, "cpu")


def test_distances_are_those_of_unpacked_bits() -> None:
    generator = np.random.default_rng(0)
    for width in (12, 64, 150):
        bits = generator.integers(0, 2, (40, width), dtype=np.uint8)
        codes = words_of_bits(np.packbits(bits, axis=1))
        assert codes.shape == (40, -(-width // 64))
        expected = (bits != bits[3]).sum(axis=1)
        assert hamming(codes, codes[3]).tolist() == expected.tolist()


def test_the_smallest_are_those_of_a_stable_sort() -> None:
    distances = np.random.default_rng(1).integers(0, 9, 200).astype(np.int16)
    for count in (1, 7, 50, 200, 300):
        expected = np.argsort(distances, kind="stable")[:count]
        assert smallest(distances, count).tolist() == expected.tolist()
    assert smallest(np.zeros(0, dtype=np.int16), 3).tolist() == []


def test_neighbours_are_those_of_all_vectors(encoder: SentenceEncoder) -> None:
    """Few texts are all in the shortlist, so that the order is that of their cosines."""
    coded = CodedTexts(LINES, code_texts(LINES, encoder, batch_size=2))
    found = coded.nearest(STORIES[0], encoder, 4)
    cosines = encoder.encode(LINES) @ encoder.encode([STORIES[0]])[0]
    cosines[LINES.index("")] = -2
    assert [one.place for one in found] == np.argsort(-cosines, kind="stable")[:4].tolist()
    assert found[0].text == STORIES[0] and found[0].distance == 0
    assert found[0].cosine == pytest.approx(1, abs=1e-5)
    assert len(coded.nearest(STORIES[0], encoder, 99)) == len(LINES) - 1
    with pytest.raises(ConfigError, match="the query is blank"):
        coded.nearest(" ", encoder, 1)
    other = CodedTexts(LINES, np.zeros((len(LINES), 9), dtype=np.uint64))
    with pytest.raises(ConfigError, match="576 bits, those of the model"):
        other.nearest(STORIES[0], encoder, 1)


def test_the_command_reads_lines_or_codes(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tmp_path / "lines.txt"
    lines.write_text("\n".join(LINES) + "\n")
    model = ["--model", str(folder)]
    embed = ["embed", str(lines), "--lines", *model]
    stored = tmp_path / "codes.parquet"
    assert cli.run([*embed, "--output", str(stored), "--precision", "binary"]) == 0
    capsys.readouterr()
    shown = []
    for among in (lines, stored):
        asked = ["neighbours", STORIES[1], "--among", str(among), "--count", "3", *model]
        assert cli.run(asked) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    assert shown[0].splitlines()[0] == f"1.000\t2\t{STORIES[1]}"
    assert len(shown[0].splitlines()) == 3


def test_what_holds_no_codes_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, vectors = tmp_path / "lines.txt", tmp_path / "vectors.parquet"
    lines.write_text("\n".join(LINES))
    model = ["--model", str(folder)]
    assert cli.run(["embed", str(lines), "--lines", *model, "--output", str(vectors)]) == 0
    assert cli.run(["neighbours", "rain", "--among", str(vectors), *model]) == 1
    assert "not codes. Make it with `summ embed --precision binary`." in capsys.readouterr().err
    vectors.write_text("no parquet")
    assert cli.run(["neighbours", "rain", "--among", str(vectors), *model]) == 1
    assert "not a file of texts and codes" in capsys.readouterr().err
    assert cli.run(["neighbours", " ", "--among", str(lines), *model]) == 2
