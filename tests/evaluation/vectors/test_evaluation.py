"""From probe files to a table, JSON and a report of sentence vectors."""

from __future__ import annotations

import html
import importlib.util
import json
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from summ.cli import run
from summ.errors import ConfigError, DataError
from summ.evaluation.reports import sentence_map as maps_of_sentences
from summ.evaluation.reports.provenance import provenance
from summ.evaluation.reports.sentence_map import sentence_map
from summ.evaluation.reports.vectors import write_embedding_report
from summ.evaluation.vectors import probes as folds_of_probes
from summ.evaluation.vectors import systems as sentence_systems
from summ.evaluation.vectors.evaluation import EmbeddingEvaluation, evaluate_embeddings
from summ.evaluation.vectors.probe_data import ClassificationProbe, SimilarityProbe
from summ.evaluation.vectors.request import VectorRequest, evaluate_vectors
from summ.evaluation.vectors.systems import SentenceSystem, tfidf
from tests.conftest import STORIES

HOSTILE = '<script>alert("x")</script> & | `code`'


def by_letters(texts: Sequence[str]) -> np.ndarray:
    """Counts of the letters a to e."""
    return np.array([[text.count(letter) for letter in "abcde"] for text in texts], dtype=float)


def constant(texts: Sequence[str]) -> np.ndarray:
    return np.ones((len(texts), 3))


SYSTEMS = [
    SentenceSystem("letters", by_letters, "counts of letters"),
    SentenceSystem("constant", constant, "always the same"),
]


@pytest.fixture(scope="module", autouse=True)
def few_folds() -> Iterator[None]:
    """Of the nested cross-validation, which test_probes compares with scikit-learn's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folds_of_probes, "OUTER_FOLDS", 3)
        patch.setattr(folds_of_probes, "INNER_FOLDS", 2)
        yield


@pytest.fixture(scope="module")
def evaluation() -> EmbeddingEvaluation:
    """Twelve different texts of two labels, and pairs of which one is hostile."""
    texts = ["a" * n + "b" for n in range(1, 7)] + ["c" * n + "d" for n in range(1, 7)]
    labels = ["ab"] * 6 + ["cd"] * 6
    first = ["aab", "abb", "acc", HOSTILE, "eea"]
    second = ["aab", "aac", "ddd", "b", "eeb"]
    tasks = ["one", "one", "one", "two", "two"]
    probes = [
        ClassificationProbe("letters", texts, labels),
        SimilarityProbe("pairs", first, second, [5, 3, 1, 0, 4], tasks),
    ]
    return evaluate_embeddings(SYSTEMS, probes, resamples=200)


def test_the_system_stands_beside_its_baselines(evaluation: EmbeddingEvaluation) -> None:
    figures = evaluation.to_dict()
    letters, pairs = figures["probes"]["letters"], figures["probes"]["pairs"]
    assert (letters["kind"], letters["accuracy"], letters["n"]) == ("classification", 100, 12)
    assert letters["baselines"]["constant"]["accuracy"] == letters["majority"] == 50
    # Both are right on the half that the constant guesses.
    assert letters["baselines"]["constant"]["difference"]["value"] == 50
    low, high = letters["baselines"]["constant"]["difference"]["ci95"]
    assert 0 < low < 50 < high <= 100
    assert pairs["kind"] == "similarity" and pairs["tasks"]["one"]["n"] == 3
    assert pairs["baselines"]["constant"]["spearman"] is None
    assert pairs["baselines"]["constant"]["difference"] is None
    assert figures["n"] == 17 and "folds-seed:1234" in figures["signature"]
    json.dumps(figures, allow_nan=False)


def test_a_gap_is_paired(evaluation: EmbeddingEvaluation) -> None:
    """A system minus itself is nothing on every resample, right or wrong as it may be."""
    letters, pairs = (result.probe for result in evaluation.results)
    for encode, probe in ((by_letters, letters), (by_letters, pairs), (constant, letters)):
        twins = [SentenceSystem(name, encode, "the same") for name in ("one", "twin")]
        (result,) = evaluate_embeddings(twins, [probe], resamples=50).results
        gap = result.gaps["twin"]
        assert gap is not None and (gap.difference, gap.ci95) == (0, (0, 0))
        assert result.best_baseline == "twin"


def test_the_table_has_a_row_for_each_probe_and_task(evaluation: EmbeddingEvaluation) -> None:
    lines = evaluation.table().splitlines()
    assert [line.split()[0] for line in lines[1:5]] == ["letters", "pairs", "pairs:", "pairs:"]
    assert "letters minus constant, its best baseline: +50.00" in evaluation.table()
    assert evaluation.signature in evaluation.table()
    assert evaluation.table("markdown").startswith("| probe")


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_report_is_whole_and_safe(
    evaluation: EmbeddingEvaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maps_of_sentences, "_FEWEST_POINTS", 5)
    data = tmp_path / "data.jsonl"
    data.write_text("x")
    origin = provenance("summ evaluate --embeddings", data=[data])
    page = write_embedding_report(evaluation, tmp_path / "out", provenance=origin)
    names = sorted(file.name for file in page.parent.iterdir())
    maps = ["map-letters.svg", "map-pairs.svg"]
    assert names == [*maps, "report.html", "report.json", "report.md"]
    text = page.read_text(encoding="utf-8")
    elements = Elements(text).found
    assert not any(tag == "script" for tag, _ in elements) and "<script>" not in text
    for tag, attributes in elements:
        for name in ("src", "href", "xlink:href", "action"):
            assert (attributes.get(name) or "#").startswith("#"), (tag, attributes)
    assert "@import" not in text and "prefers-color-scheme: dark" in text
    assert evaluation.signature in text and "summ evaluate --embeddings" in text
    assert html.escape(HOSTILE, quote=False)[:8] in text
    points = [attributes for tag, attributes in elements if "map-point" in str(attributes)]
    assert len(points) == 12 + 9  # two of the ten sentences of pairs are the same
    drawn = (page.parent / "map-letters.svg").read_text(encoding="utf-8")
    assert drawn.count("map-point") == 12 + 1 and drawn.startswith("<svg")
    figures = json.loads((page.parent / "report.json").read_text(encoding="utf-8"))
    assert figures["probes"] == evaluation.to_dict()["probes"]
    assert len(figures["provenance"]["data"][0]["sha256"]) == 64
    assert "\\<script\\>" in (page.parent / "report.md").read_text(encoding="utf-8")


def test_the_same_evaluation_gives_the_same_bytes(
    evaluation: EmbeddingEvaluation, tmp_path: Path
) -> None:
    one, two = (write_embedding_report(evaluation, tmp_path / name) for name in "ab")
    for file in one.parent.iterdir():
        assert file.read_bytes() == (two.parent / file.name).read_bytes()
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="is a file"):
        write_embedding_report(evaluation, tmp_path / "file")


def test_like_sentences_are_near_on_the_map_and_in_the_lists() -> None:
    texts = [letter * n for letter in "ace" for n in range(1, 21)]
    probe = ClassificationProbe("p", texts, [text[0] for text in texts])
    generator = np.random.default_rng(0)
    noise = generator.normal(0, 0.05, size=(len(texts), 5))
    system = SentenceSystem("s", lambda given: by_letters(given) + noise[: len(given)], "")
    found = sentence_map(probe, system)
    assert sorted(one.share for one in found.classes) == [1 / 3] * 3
    assert found.groups == ["a", "c", "e"] and found.total == len(found.points) == 60
    assert [name for _, name in found.legend] == found.groups
    places = np.array([(point.x, point.y) for point in found.points])
    assert places.min() == 0 and places.max() == 1
    groups = np.array([point.group for point in found.points])
    distances = np.linalg.norm(places[:, None] - places, axis=2) + 9 * np.eye(60)
    assert (groups[distances.argmin(axis=1)] == groups).mean() > 0.9
    for one in found.neighbourhoods:
        cosines = [near.cosine for near in one.neighbours]
        assert cosines == sorted(cosines, reverse=True) and len(cosines) == 3
        assert one.text not in [near.text for near in one.neighbours]
        if len(one.text) > 3:  # where noise does not outweigh the letter
            assert one.group == one.neighbours[0].group


def test_a_map_of_a_dozen_points_is_not_drawn(
    evaluation: EmbeddingEvaluation, tmp_path: Path
) -> None:
    page = write_embedding_report(evaluation, tmp_path / "out")
    assert not list(page.parent.glob("map-*")) and "<h2>Maps" not in page.read_text("utf-8")


def test_few_or_blank_sentences_have_no_map() -> None:
    probe = SimilarityProbe("p", ["a", "", "b"], ["c", "", "d"], [1, 2, 3])
    found = sentence_map(probe, SYSTEMS[0])
    assert found.points == [] and found.total == 5 and found.groups == []
    assert len(found.neighbourhoods) == 4


def test_more_labels_than_colours_share_the_last() -> None:
    texts = [f"{'a' * n}b" for n in range(1, 61)]
    probe = ClassificationProbe("p", texts, [str(n % 10) for n in range(60)])
    found = sentence_map(probe, SYSTEMS[0])
    assert len(found.groups) == 10 and found.legend[-1] == (7, "others")
    assert max(point.group for point in found.points) == 7


def test_tfidf_reads_any_script() -> None:
    rows = tfidf(["the yen fell", "yen rose", "円が下がった", ""]).toarray()
    assert rows.shape[0] == 4 and rows[0] @ rows[1] > 0
    assert (rows[2] > 0).sum() > 3 and not rows[3].any()
    assert tfidf(["", " "]).nnz == 0


def write(path: Path, records: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> list[Path]:
    """News of an invented world to tell from sums, and pairs of stories."""
    sums = [{"text": f"{n} plus {n} is {2 * n}", "label": "sum"} for n in range(6)]
    news = [{"text": story, "label": "news"} for story in STORIES]
    pairs = [
        {"sentence1": STORIES[n], "sentence2": STORIES[max(0, n - 1)], "score": 5 * (n == 0)}
        for n in range(5)
    ]
    return [write(tmp_path / "sums.jsonl", news + sums), write(tmp_path / "pairs.jsonl", pairs)]


def test_a_model_is_judged_beside_its_untrained_twin(
    data: list[Path], sentence_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = list(map(str, data))
    command = ["evaluate", "--embeddings", "--data", *files, "--model", str(sentence_folder)]
    report = tmp_path / "report"
    options = ["--json", "--report", str(report), "--seed", "3"]
    assert run([*command, *options]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["name"] == sentence_folder.name and found["seed"] == 3
    assert list(found["systems"]) == [found["name"], "untrained", "tfidf"]
    for figures in found["probes"].values():
        assert list(figures["baselines"]) == ["untrained", "tfidf"]
    assert found["probes"]["sums"]["baselines"]["tfidf"]["accuracy"] > 80
    assert len(found["provenance"]["model"]["sha256"]) == 64
    assert len(found["provenance"]["data"]) == 2
    assert {"scikit-learn", "summ", "torch"} <= set(found["provenance"]["versions"])
    assert (report / "report.html").is_file()


def test_a_twin_has_the_shape_but_not_the_weights(sentence_folder: Path) -> None:
    from summ.families.sentence.model import load_sentence_model

    model = load_sentence_model(sentence_folder)
    own = sentence_systems.model_system(model, "m")
    one, again, other = (
        sentence_systems.untrained_system(model, seed).encode(STORIES) for seed in (1, 1, 2)
    )
    trained = own.encode(STORIES)
    assert one.shape == trained.shape
    np.testing.assert_array_equal(one, again)
    for different in (other, trained):
        assert np.abs(one - different).max() > 0.05
    np.testing.assert_array_equal(trained, own.encode(STORIES))


def test_a_baseline_can_be_judged_alone(
    data: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", "--embeddings", "--data", str(data[0]), "--baseline", "tfidf"]
    assert run(command) == 0
    assert capsys.readouterr().out.splitlines()[0].split()[-3:] == ["tfidf", "95", "%"]


def test_a_test_set_can_be_given(data: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    command = ["evaluate", "--embeddings", "--data", str(data[0]), "--baseline", "tfidf", "--json"]
    assert run([*command, "--test", str(data[0])]) == 0
    figures = json.loads(capsys.readouterr().out)["probes"]["sums"]
    assert (figures["n"], figures["folds"], figures["accuracy"]) == (12, 1, 100)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--embeddings"], 2, "--embeddings needs --data"),
        (["--embeddings", "--data", "DATA", "--words", "8"], 2, "no option of summaries fits"),
        (
            ["--embeddings", "--data", "DATA", "--model", "en-encoder", "--baseline", "tfidf"],
            2,
            "not both",
        ),
        (["--data", "DATA", "DATA"], 2, "--data takes one file"),
        (["--data", "DATA", "--test", "DATA"], 2, "needs --embeddings"),
        (["--embeddings", "--data", "DATA", "--baseline", "lead"], 1, "Known: tfidf"),
        (["--embeddings", "--data", "DATA", "--model", "gone"], 1, "gone: no such model folder"),
    ],
)
def test_what_does_not_go_together_is_refused(
    data: list[Path],
    options: list[str],
    code: int,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wanted = [str(data[0]) if option == "DATA" else option for option in options]
    assert run(["evaluate", *wanted]) == code
    said = capsys.readouterr()
    assert message in said.err and not said.out and len(said.err.splitlines()) == 1


def test_a_missing_package_is_named(data: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "sklearn" else find_spec(name),
    )
    with pytest.raises(ConfigError, match=r'scikit-learn.*pip install "\.\[encoders\]"'):
        evaluate_vectors(VectorRequest(data, baseline="tfidf"))
