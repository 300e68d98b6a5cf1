"""Pretrained judges in the choice among candidates."""

from pathlib import Path

import pytest

from summ import cli
from summ.errors import CheckpointError, ConfigError
from summ.networks.pretrained_fluency import PretrainedFluency
from summ.networks.pretrained_similarity import PretrainedSimilarity
from summ.pipelines.line_judges import LineJudges, NamedJudge
from tests import checkpoints
from tests.conftest import STORIES
from tests.data.conftest import write_lines

SOURCE = "The mayor opened a new bridge on Monday."
LINES = ["The mayor opened a bridge", "Bridge on", "The court", "A tunnel in a court", "police"]


@pytest.fixture(scope="module")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkpoints.causal(tmp_path_factory.mktemp("causal") / "lm=1")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkpoints.encoder(tmp_path_factory.mktemp("encoder") / "bert")


@pytest.mark.parametrize(("fluent", "similar"), [(0.0, 0.0), (1.0, 0.0), (0.0, 9.0), (-1.0, 2.0)])
def test_the_highest_sum_is_chosen(
    causal: Path, encoder: Path, fluent: float, similar: float
) -> None:
    worths = [-0.3, -0.1, -0.2, -0.5, -0.4]
    fluency = PretrainedFluency.load(causal).log_probs_per_word(LINES).tolist()
    cosines = PretrainedSimilarity.load(encoder).cosines(SOURCE, LINES).tolist()
    sums = [
        worth + fluent * one + similar * other
        for worth, one, other in zip(worths, fluency, cosines, strict=True)
    ]
    judges = LineJudges.parse(f"{causal}={fluent}", f"{encoder}={similar}")
    assert judges is not None
    assert judges.best(SOURCE, LINES, worths, "cpu") == sums.index(max(sums))


def test_only_the_dozen_that_are_worth_most_are_judged(causal: Path) -> None:
    """The likeliest line to the judge by far is not among them."""
    lines = [*LINES[1:] * 3, LINES[0]]
    judges = LineJudges(NamedJudge(causal, 1000.0))
    assert judges.best(SOURCE, lines, [-float(i) for i in range(13)], "cpu") < 12


def test_names_and_weights_are_read(causal: Path, encoder: Path) -> None:
    assert LineJudges.parse(None, None) is None
    judges = LineJudges.parse(str(causal), f"{encoder}=2.5")  # a folder may be called so
    assert judges == LineJudges(NamedJudge(causal, 0.5), NamedJudge(encoder, 2.5))
    for weight in ("much", "nan", ""):
        with pytest.raises(ConfigError, match="fluency: the weight must be a number"):
            LineJudges.parse(f"{encoder}={weight}", None)
    with pytest.raises(CheckpointError, match="`hf download owner/none` once"):
        LineJudges.parse("owner/none=2", None)


@pytest.mark.parametrize("style", ["headline", "sentence"])
def test_the_command_lets_them_choose(
    capsys, summary_model_folder: Path, causal: Path, tmp_path: Path, style: str
) -> None:
    """A weight of 0 leaves what was chosen; what is liked is not what is disliked."""
    stories = write_lines(tmp_path / "stories.txt", STORIES[:2])
    model = ["--model", str(summary_model_folder)] if style == "headline" else []
    options = ["--words", "9", "--style", style, "--beams", "4"]

    def summaries(*judges: str) -> list[str]:
        assert cli.run(["summarize", *model, "--lines", str(stories), *options, *judges]) == 0
        return str(capsys.readouterr().out).splitlines()

    assert summaries("--fluency", f"{causal}=0") == summaries()
    liked, disliked = (summaries("--fluency", f"{causal}={sign}1e3") for sign in ("", "-"))
    assert liked != disliked
    assert all(1 <= len(line.split()) <= 9 for line in liked + disliked)
