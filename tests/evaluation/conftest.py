"""What several evaluation tests need."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from summ.evaluation.summaries.pairs import Texts, read_records

# A slow machine is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def gigaword() -> Texts:
    """The 1,951 test pairs, from $SUMM_DATA or ../shared/data beside the repository."""
    root = Path(__file__).parents[2]
    data = Path(os.environ.get("SUMM_DATA", root.parent / "shared" / "data"))
    path = data / "gigaword" / "test.jsonl"
    if not path.exists():
        pytest.skip(f"no {path}: set SUMM_DATA to the folder of the corpora")
    return read_records(path)


@pytest.fixture(scope="session")
def texts() -> Texts:
    """Three lines with sources, one of them of two sentences."""
    sources = [
        "The Bank of Japan appealed to markets to remain calm on Thursday after the yen fell.",
        "Police arrested 5 protesters in Paris. They had climbed the Eiffel Tower.",
        "A young Syrian woman was sentenced to two years in jail .",
    ]
    references = [
        ["bank of japan appeals for calm"],
        ["police arrest five protesters on eiffel tower"],
        ["syrian woman jailed for two years"],
    ]
    predictions = [
        "bank of japan appealed to markets",
        "police arrested 6 protesters in",
        "woman sentenced woman",
    ]
    return Texts(["a", "b", "c"], references, sources, predictions)


@pytest.fixture(scope="session", params=["gru", "bert"])
def sentence_folder(
    request: pytest.FixtureRequest,
    summary_model_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The folder of a tiny sentence model that was never trained."""
    from summ.config import EncoderConfig, GruConfig, NetworkConfig
    from summ.families.sentence.model import build_sentence_model, save_sentence_model
    from summ.text.vocabulary import Vocabulary

    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    bert = {"model_type": "bert", **sizes, "intermediate_size": 16, "max_position_embeddings": 80}
    config = (
        EncoderConfig(gru=GruConfig(embedding=8, hidden=8), pooling="last", encoders=1)
        if request.param == "gru"
        else EncoderConfig(network=NetworkConfig(config=bert), pooling="attention")
    )
    vocabulary = Vocabulary.load(summary_model_folder / "vocabulary")
    folder = tmp_path_factory.mktemp("sentence") / f"tiny-{request.param}"
    save_sentence_model(build_sentence_model(config, vocabulary, seed=7), folder)
    return folder
